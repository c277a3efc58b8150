"""Libraries that are imported when they are first used: the heavy ones and those of the extras.

scipy = Library("scipy")                          # at the top of a file: imports nothing
window = scipy.signal.get_window("hann", 256)     # imports scipy.signal
"""

from __future__ import annotations

import importlib
import importlib.util
from typing import Any

DISTRIBUTIONS = {
    "PIL": "pillow",
    "sklearn": "scikit-learn",
}  # where pip knows a library by another name


class Library:
    """A module under its dotted name; reading an attribute or a submodule imports it.

    Raises ImportError with the command that installs it if it is not installed.
    """

    def __init__(self, name: str) -> None:
        self._name = name

    def __getattr__(self, attribute: str) -> Any:
        if attribute.startswith("__"):  # asked by inspect and copy, not by a program
            raise AttributeError(attribute)
        module = self.load()
        if hasattr(module, attribute):
            value = getattr(module, attribute)
        else:
            value = importlib.import_module(f"{self._name}.{attribute}")
        setattr(self, attribute, value)  # the next time, Python finds it without this call
        return value

    def load(self) -> Any:
        """The module itself."""
        package = self._name.partition(".")[0]
        if missing(package):
            wanted = DISTRIBUTIONS.get(package, package)
            raise ImportError(
                f"this needs {wanted}; install with: pip install {wanted}", name=self._name
            )
        return importlib.import_module(self._name)


def missing(*names: str) -> list[str]:
    """Those of the named modules that are not installed."""
    return [name for name in names if importlib.util.find_spec(name) is None]
