"""Replaces methods of a framework's classes for a while; whose fault an error in between is."""

from __future__ import annotations

import functools
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


class RecorderFailed(BaseException):
    """A mistake of the recorder; not an Exception, so that no script handles it as its own."""


def fails_as_recorder(function: Callable[..., Any]) -> Callable[..., Any]:
    """The function, whose errors become RecorderFailed: the script is not to blame."""

    @functools.wraps(function)
    def guarded(*args: Any, **kwargs: Any) -> Any:
        try:
            return function(*args, **kwargs)
        except Exception as error:
            raise RecorderFailed(str(error)) from error

    return guarded
