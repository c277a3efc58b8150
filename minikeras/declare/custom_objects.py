"""Classes and functions of users, by the names under which configs refer to them."""

from __future__ import annotations

import contextlib
import inspect
from collections.abc import Callable, Iterator
from contextvars import ContextVar
from typing import Any

_registered: dict[str, Any] = {}  # "package>name" → class or function
_registered_names: dict[Any, str] = {}

# Within ``custom_object_scope``, for its own thread only.
_NOTHING: dict[str, Any] = {}  # never changed
_scoped: ContextVar[dict[str, Any]] = ContextVar("custom objects", default=_NOTHING)


@contextlib.contextmanager
def value_within(variable: ContextVar[Any], value: Any) -> Iterator[None]:
    """Another value of a context variable within a ``with`` block."""
    token = variable.set(value)
    try:
        yield
    finally:
        variable.reset(token)


def objects_in_scope() -> dict[str, Any]:
    """What the ``custom_object_scope`` blocks around the present code name."""
    return _scoped.get()


def get_custom_objects() -> dict[str, Any]:
    """The mutable dictionary of everything registered."""
    return _registered


class CustomObjectScope:
    """``with custom_object_scope({"MyLayer": MyLayer}):`` makes names known within a block."""

    def __init__(self, custom_objects: dict[str, Any] | None) -> None:
        self.custom_objects = custom_objects or {}

    def __repr__(self) -> str:
        return f"<CustomObjectScope of {', '.join(self.custom_objects) or 'nothing'}>"

    def __enter__(self) -> CustomObjectScope:
        self._token = _scoped.set({**_scoped.get(), **self.custom_objects})
        return self

    def __exit__(self, *exc: object) -> None:
        _scoped.reset(self._token)


custom_object_scope = CustomObjectScope


def register_keras_serializable(
    package: str = "Custom", name: str | None = None
) -> Callable[[Any], Any]:
    """Class decorator: configs may refer to the class as ``"package>name"``.

    Raises ValueError if a class has no ``get_config``, or the name or object is taken.
    """

    def register(target: Any) -> Any:
        key = f"{package}>{name or target.__name__}"
        if inspect.isclass(target) and not hasattr(target, "get_config"):
            raise ValueError(f"Cannot register {target}: it does not have a get_config() method")
        _registered[key] = target
        _registered_names[target] = key
        return target

    return register


def get_registered_name(obj: Any) -> str:
    """``"package>name"`` of a registered object, else its own name."""
    return _registered_names.get(obj) or obj.__name__


def get_registered_object(
    name: str, custom_objects: dict[str, Any] | None = None, module_objects: Any = None
) -> Any:
    """What is known under ``name``: in the scope, registered, or in the given dictionaries."""
    for known in (_scoped.get(), _registered, custom_objects or {}, module_objects or {}):
        if name in known:
            return known[name]
    return None
