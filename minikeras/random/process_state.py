"""What random numbers of the process come from, as plain values that can be saved."""

from __future__ import annotations

import random
from typing import Any

import numpy as np

from minikeras.random import seeds


def capture() -> dict[str, Any]:
    """The state of Python's ``random``, of NumPy's global generator, and of minikeras's own.

    The values are numbers, strings, None, arrays, and lists and dicts of these.
    """
    version, words, gauss = random.getstate()
    seed, pair = seeds.process_state()
    return {
        "python": [version, list(words), gauss],
        "numpy": dict(np.random.get_state(legacy=False)),
        "seed": seed,
        "generator": pair,
    }


def check(state: dict[str, Any]) -> None:
    """Raise ValueError, TypeError or KeyError unless ``capture`` may have returned ``state``."""
    random.Random().setstate(_python(state))
    np.random.RandomState().set_state(state["numpy"])
    if not isinstance(state["seed"], int | None):
        raise ValueError(f"seed must be an integer or None, received {state['seed']!r}")
    if state["generator"] is not None and np.shape(state["generator"]) != (2,):
        raise ValueError(f"generator must be a pair, received {state['generator']!r}")


def restore(state: dict[str, Any]) -> None:
    """Continue all streams of random numbers where they were when ``state`` was captured."""
    seeds.set_process_state(state["seed"], state["generator"])
    random.setstate(_python(state))  # after the generator, which may be made from it
    np.random.set_state(state["numpy"])


def _python(state: dict[str, Any]) -> Any:
    version, words, gauss = state["python"]
    return version, tuple(words), gauss
