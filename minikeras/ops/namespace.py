"""Namespaces that show a selection of `ops` under their own name."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


def namespace(module: str, names: str) -> tuple[Callable[[str], Any], Callable[[], list[str]]]:
    """`__getattr__` and `__dir__` of a module that passes on these names of `ops`."""
    known = names.split()

    def get(name: str) -> Any:
        if name not in known:
            raise AttributeError(f"module {module!r} has no attribute {name!r}")
        from minikeras import ops

        return getattr(ops, name)

    return get, lambda: known
