"""Libraries that are imported when they are first used: the heavy ones and those of the extras.

signal = Library("scipy.signal")            # at the top of a file: imports nothing
window = signal.get_window("hann", 256)     # imports SciPy
"""

from __future__ import annotations

import importlib
import importlib.util
from typing import Any


class Library:
    """A module under its dotted name; reading an attribute imports it.

    Raises ImportError with the command that installs it, if it is not installed.
    """

    def __init__(self, name: str, extra: str | None = None) -> None:
        self._name = name
        self._extra = extra

    def __getattr__(self, attribute: str) -> Any:
        value = getattr(self.load(), attribute)
        setattr(self, attribute, value)  # the next time, Python finds it without this call
        return value

    def load(self) -> Any:
        """The module itself."""
        try:
            return importlib.import_module(self._name)
        except ModuleNotFoundError as error:
            root = self._name.partition(".")[0]
            if error.name != root:  # an import inside the library fails
                raise
            wanted = f"minikeras-reference[{self._extra}]" if self._extra else root
            raise ImportError(
                f"this needs {root}; install with: pip install {wanted!r}", name=root
            ) from None


def missing(*names: str) -> list[str]:
    """Those of the named modules that are not installed."""
    return [name for name in names if importlib.util.find_spec(name) is None]
