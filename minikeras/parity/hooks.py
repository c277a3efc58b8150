"""Replaces methods of a framework's classes for a while."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any


def definer(cls: type, name: str) -> type:
    """The class of the method resolution order in which an attribute is defined."""
    return next(owner for owner in cls.__mro__ if name in owner.__dict__)


@contextmanager
def replaced(owner: type, name: str, hook: Callable[..., Any]) -> Iterator[None]:
    """Within the block `owner.name` is what `hook` makes of it."""
    before = owner.__dict__.get(name)
    setattr(owner, name, hook(getattr(owner, name)))
    try:
        yield
    finally:
        delattr(owner, name) if before is None else setattr(owner, name, before)
