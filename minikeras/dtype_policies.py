"""In which dtype a layer stores its variables, and in which it computes."""

from __future__ import annotations

from typing import Any, ClassVar

from minikeras import dtypes, frames, settings
from minikeras.declare.serialization import deserialize_keras_object, serialize_keras_object
from minikeras.declare.sharing import unshared
from minikeras.messages import describe
from minikeras.types import DType


class DTypePolicy:
    """A dtype name, or ``"mixed_float16"``: variables in float32, computation in float16.

    Raises TypeError unless ``name`` is a string, ValueError for an unknown one.
    """

    _keras_module: ClassVar[str] = "keras"

    def __init__(self, name: str | None = None) -> None:
        if name is None:
            name = dtype_policy().name
        if not isinstance(name, str):
            raise TypeError(
                "'name' must be a string, such as 'mixed_float16'. Received: "
                f"name={describe(name)} (of type {type(name)})"
            )
        try:
            if name == "mixed_float16":
                self._compute_dtype, self._variable_dtype = "float16", "float32"
            else:
                self._compute_dtype = self._variable_dtype = dtypes.standardize(name)
        except ValueError:
            raise ValueError(
                f"Cannot convert {name!r} to a mixed precision DTypePolicy. "
                "Valid policies are 'mixed_float16' and the names of dtypes"
            ) from None
        self._name = name

    name = property(lambda self: self._name)
    compute_dtype = property(lambda self: self._compute_dtype)
    variable_dtype = property(lambda self: self._variable_dtype)
    quantization_mode = None

    def get_config(self) -> dict[str, Any]:
        return {"name": self.name}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> DTypePolicy:
        return cls(**config)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, DTypePolicy) and other.name == self.name

    def __hash__(self) -> int:
        return hash(self.name)

    def __repr__(self) -> str:
        return f'<DTypePolicy "{self._name}">'


FloatDTypePolicy = DTypePolicy


_global: DTypePolicy | None = None


def dtype_policy() -> DTypePolicy:
    """The policy of layers made without ``dtype``.

    Parity: until one is set, it is made of ``floatx`` when it is first asked for, as by the first
    layer.  A later ``set_floatx`` has no effect on it, unless ``clear_session`` comes first.
    """
    global _global
    if _global is None:
        _global = DTypePolicy(settings.floatx())
    return _global


@frames.filter_traceback
def set_dtype_policy(policy: DTypePolicy | str | None) -> None:
    """The policy of layers made from now on without ``dtype``; None goes back to ``floatx``."""
    global _global
    _global = None if policy is None else get(policy)


def get(identifier: DTypePolicy | dict[str, Any] | DType) -> DTypePolicy:
    """A policy from itself, its config or a name; None gives the global one."""
    if identifier is None:
        return dtype_policy()
    if isinstance(identifier, DTypePolicy):
        return identifier
    if isinstance(identifier, dict):
        return deserialize(identifier)
    if isinstance(identifier, str):
        return DTypePolicy(identifier)
    try:
        return DTypePolicy(dtypes.standardize(identifier))
    except ValueError:
        raise ValueError(
            f"Cannot interpret `dtype` argument. Expected a string or an instance of DTypePolicy. "
            f"Received: dtype={describe(identifier)}"
        ) from None


def serialize(dtype_policy: DTypePolicy) -> Any:
    return serialize_keras_object(dtype_policy)


def deserialize(config: dict[str, Any], custom_objects: dict[str, Any] | None = None) -> Any:
    return deserialize_keras_object(unshared(config), custom_objects=custom_objects)
