"""Settings of the process: number format, epsilon, layout, kernels, console.

A program sets them once, and they hold in all threads.  What is true only while a block runs
(a tape, a name scope, a mixed-precision scope) is kept for each thread beside the code that asks
for it.  ``keras.config`` is this module together with ``dtype_policy``.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from typing import Any

from minikeras.messages import describe

__version__ = "0.1.0"

_FLOATS = ("float16", "float32", "float64")
_FORMATS = ("channels_last", "channels_first")
_KERNELS = ("reference", "fast")
_MOST_THREADS = 64

_settings: dict[str, Any] = {
    "floatx": "float32",
    "epsilon": 1e-7,
    "image_data_format": "channels_last",
    "kernels": "fast",
    "threads": None,
    "interactive_logging": True,
    "traceback_filtering": True,
    "safe_mode": True,
    "max_epochs": None,
    "max_steps_per_epoch": None,
}


def _choose(argument: str, value: Any, allowed: tuple[str, ...]) -> str:
    name = str(getattr(value, "name", value))
    if name not in allowed:
        raise ValueError(f"{argument} must be one of {allowed}, received {describe(value)}")
    return name


def backend() -> str:
    """The name of what computes: always ``"numpy"``."""
    return "numpy"


def version() -> str:
    """The version of minikeras."""
    return __version__


def floatx() -> str:
    """The float type in which layers and losses compute unless told otherwise."""
    return str(_settings["floatx"])


def set_floatx(value: str) -> None:
    """Choose ``"float16"``, ``"float32"`` or ``"float64"``.

    Raises ValueError for any other name.
    """
    _settings["floatx"] = _choose("floatx", value, _FLOATS)


def epsilon() -> float:
    """The fuzz that keeps logarithms and divisions finite, 1e-7 at the start."""
    return float(_settings["epsilon"])


def set_epsilon(value: float) -> None:
    _settings["epsilon"] = value


def image_data_format() -> str:
    """``"channels_last"`` (N, H, W, C) or ``"channels_first"`` (N, C, H, W)."""
    return str(_settings["image_data_format"])


def set_image_data_format(data_format: str) -> None:
    _settings["image_data_format"] = _choose("data_format", data_format, _FORMATS)


def standardize_data_format(data_format: str | None) -> str:
    """``None`` stands for the global choice; anything unknown is a ValueError."""
    if data_format is None:
        return image_data_format()
    return _choose("data_format", str(data_format).lower(), _FORMATS)


def kernels() -> str:
    """Which set of kernels runs: the readable ``"reference"`` or its compiled ``"fast"`` twins."""
    return str(_settings["kernels"])


def set_kernels(name: str) -> None:
    _settings["kernels"] = _choose("kernels", name, _KERNELS)


@contextlib.contextmanager
def changed(name: str, value: Any) -> Iterator[None]:
    """Another value of one setting within a ``with`` block."""
    before = _settings[name]
    _settings[name] = value
    try:
        yield
    finally:
        _settings[name] = before


def use_kernels(name: str) -> contextlib.AbstractContextManager[None]:
    """``with config.use_kernels("reference"):`` switches the kernels within the block."""
    return changed("kernels", _choose("kernels", name, _KERNELS))


def processors() -> int:
    """How many processors this process may run on."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def threads() -> int:
    """How many threads compute: one for each processor of this process, unless told otherwise.

    ``OMP_NUM_THREADS`` and ``NUMBA_NUM_THREADS``, which joblib and others set in their workers,
    are upper limits.  The number changes no result.
    """
    if _settings["threads"] is None:
        _settings["threads"] = min(
            processors(),
            *(
                int(limit)
                for limit in map(os.environ.get, ("OMP_NUM_THREADS", "NUMBA_NUM_THREADS"))
                if limit and limit.isdecimal() and int(limit)
            ),
            _MOST_THREADS,
        )
    return int(_settings["threads"])


def set_threads(number: int | None) -> None:
    """Compute with ``number`` threads; None chooses anew by what the process may use.

    Raises ValueError for anything but None and integers from 1 to 64.
    """
    if number is not None and (not isinstance(number, int) or not 1 <= number <= _MOST_THREADS):
        raise ValueError(
            f"number must be None or an integer from 1 to {_MOST_THREADS}, received {number!r}"
        )
    _settings["threads"] = number


def enable_interactive_logging() -> None:
    """Progress goes to the console as it is made."""
    _settings["interactive_logging"] = True


def disable_interactive_logging() -> None:
    """Progress goes to ``logging`` instead of the console."""
    _settings["interactive_logging"] = False


def is_interactive_logging_enabled() -> bool:
    return bool(_settings["interactive_logging"])


def enable_traceback_filtering() -> None:
    """Tracebacks show the program's lines, and of minikeras the one that raised the error."""
    _settings["traceback_filtering"] = True


def disable_traceback_filtering() -> None:
    """Tracebacks show all lines, those of minikeras too."""
    _settings["traceback_filtering"] = False


def is_traceback_filtering_enabled() -> bool:
    """Whether tracebacks show no lines of minikeras but the one that raised the error."""
    return bool(_settings["traceback_filtering"])


def enable_unsafe_deserialization() -> None:
    """Let ``deserialize`` rebuild lambdas from bytecode, which runs code from the file."""
    _settings["safe_mode"] = False


def in_safe_mode() -> bool:
    return bool(_settings["safe_mode"])


def max_epochs() -> int | None:
    """An upper bound on the epochs of every ``fit``, for quick trials of long scripts."""
    value: int | None = _settings["max_epochs"]
    return value


def set_max_epochs(max_epochs: int | None) -> None:
    _settings["max_epochs"] = max_epochs


def max_steps_per_epoch() -> int | None:
    value: int | None = _settings["max_steps_per_epoch"]
    return value


def set_max_steps_per_epoch(max_steps_per_epoch: int | None) -> None:
    _settings["max_steps_per_epoch"] = max_steps_per_epoch
