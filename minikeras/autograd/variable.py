"""State: an array with a name that training may change."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

from minikeras import dtypes, shapes
from minikeras.autograd.graph import Symbol
from minikeras.autograd.listeners import recording, value_observed
from minikeras.autograd.tensor import Tensor, engine_ops
from minikeras.declare.allowance import count_weight
from minikeras.declare.names import auto_name, current_path
from minikeras.declare.registry import registries
from minikeras.messages import count, describe
from minikeras.types import Array, DType, TensorLike


class _Scopes(threading.local):
    autocast: np.dtype[Any] | None = None
    stateless: StatelessScope | None = None


scopes = _Scopes()


class Variable:
    """A named array; reading it gives a tensor, ``assign`` gives it another value.

    ``initializer`` is a value, or a function of ``(shape, dtype)``.  Floating variables made with
    ``autocast`` are read in the compute dtype of the layer that is running (mixed precision).

    Raises ValueError for a name with a slash, for a missing shape, for a value of another shape.
    """

    __array_priority__ = 100
    __hash__ = object.__hash__

    def __init__(
        self,
        initializer: Any,
        shape: Any = None,
        dtype: DType = None,
        trainable: bool = True,
        autocast: bool = True,
        aggregation: str | None = "none",
        synchronization: str | None = "auto",
        name: str | None = None,
        **kwargs: Any,
    ) -> None:
        name = name or auto_name(type(self).__name__)
        if not isinstance(name, str) or "/" in name:
            raise ValueError(f"name must be a string without '/', received {describe(name)}")
        aggregation = aggregation or "none"
        if aggregation not in ("none", "mean", "sum", "only_first_replica"):
            raise ValueError(
                "aggregation must be one of 'none', 'mean', 'sum', 'only_first_replica' or None, "
                f"received {describe(aggregation)}"
            )
        self._name = name
        self._path = f"{current_path()}/{name}".lstrip("/")
        self._trainable = self.trainable_at_birth = bool(trainable)
        self._autocast = bool(autocast)
        self.aggregation, self.synchronization = aggregation, synchronization or "none"
        self._regularizer: Callable[[Any], Any] | None = None
        self._constraint: Callable[[Any], Any] | None = None
        self._overwrite_with_gradient = False
        if isinstance(initializer, str):
            initializer = registries["initializer"].get(initializer)
        self._initializer = initializer if callable(initializer) else None
        if callable(initializer):
            if shape is None:
                raise ValueError(f"shape must be given with an initializer function ({name!r})")
            shape = shapes.standardize(shape)
            count_weight(shape, dtypes.of(dtype).name, name)
            initializer = initializer(shape, dtype=dtypes.standardize(dtype))
        elif dtype is None:
            dtype = getattr(initializer, "dtype", None)
            if dtype is None:
                dtype = dtypes.standardize(np.asarray(initializer).dtype)
                dtype = {"float64": dtypes.standardize(None), "int64": "int32"}.get(dtype, dtype)
        self._value: Array = _unshared(initializer, dtypes.of(dtype))
        if shape is not None and tuple(shape) != self._value.shape:
            raise ValueError(
                f"shape {describe(tuple(shape))} does not fit the value {self._value.shape}"
            )

    # What it is

    name = property(lambda self: self._name)
    path = property(lambda self: self._path)
    shape = property(lambda self: self._value.shape)
    ndim = property(lambda self: self._value.ndim)
    size = property(lambda self: self._value.size)
    initializer = property(lambda self: self._initializer)

    @property
    def dtype(self) -> str:
        """The dtype it is read in: that of the running layer if autocast applies."""
        return self._read().dtype.name

    @property
    def trainable(self) -> bool:
        return self._trainable

    @trainable.setter
    def trainable(self, value: bool) -> None:
        self._trainable = bool(value)

    @property
    def overwrite_with_gradient(self) -> bool:
        return self._overwrite_with_gradient

    @overwrite_with_gradient.setter
    def overwrite_with_gradient(self, value: bool) -> None:
        if not isinstance(value, bool):
            raise TypeError(f"overwrite_with_gradient must be a boolean, received {value!r}")
        self._overwrite_with_gradient = value

    @property
    def regularizer(self) -> Callable[[Any], Any] | None:
        return self._regularizer

    @regularizer.setter
    def regularizer(self, value: Callable[[Any], Any] | None) -> None:
        self._regularizer = _callable_or_none("regularizer", value)

    @property
    def constraint(self) -> Callable[[Any], Any] | None:
        return self._constraint

    @constraint.setter
    def constraint(self, value: Callable[[Any], Any] | None) -> None:
        self._constraint = _callable_or_none("constraint", value)

    # What it holds

    def _read(self) -> Array:
        """The array that operations see.  It must not be written to."""
        value = self._value
        if scopes.stateless is not None:
            value = scopes.stateless.read(self)
        target = scopes.autocast
        if target is not None and self._autocast and value.dtype.kind == "f":
            return value.astype(target, copy=False)
        return value

    @property
    def value(self) -> Any:
        """The present value as a tensor; later assignments do not change it."""
        return engine_ops.copy(self)

    @property
    def _observed(self) -> Array:
        """The array that operations see, for uses that let Python see its values."""
        value_observed()
        return self._read()

    @property
    def _copied(self) -> Array:
        """The same, for uses whose result no tape can follow."""
        value_observed(self)
        return self._read()

    def numpy(self) -> Array:
        """A copy that may be written to; without axes a number of NumPy."""
        found: Array = np.array(self._copied)[()]
        return found

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Array:
        if copy is False:
            raise ValueError("a variable's array can only be copied: its values change")
        return np.array(self._copied, dtype=dtype)

    def assign(self, value: TensorLike) -> Any:
        """Replace the value; ValueError unless the shapes agree.  Returns the new value."""
        if isinstance(value, Symbol) and scopes.stateless is not None:
            return value  # only shapes are computed, so there is no value to assign
        if isinstance(value, Tensor):
            array = value._value
        else:
            array = value._read() if isinstance(value, Variable) else np.asarray(value)
        if array.shape != self._value.shape:
            raise ValueError(
                f"cannot assign a value of shape {array.shape} to the variable {self.path!r} of "
                f"shape {self._value.shape}: the shapes must match"
            )
        if scopes.stateless is not None:
            copied = scopes.stateless.own(array, self._value.dtype)
            scopes.stateless.add_update((self, copied))
        else:
            copied = np.array(array, dtype=self._value.dtype)
            self._value = copied
            if recording.observer is not None:
                recording.observer.on_assign(self, array, copied)
        return value if isinstance(value, Tensor) else Tensor(copied)

    def assign_add(self, value: TensorLike) -> Any:
        return self.assign(self + value)

    def assign_sub(self, value: TensorLike) -> Any:
        return self.assign(self - value)

    def __len__(self) -> int:
        return len(self._value)

    def __iter__(self) -> Any:
        return iter(self.value)

    def __bool__(self) -> bool:
        raise TypeError("A Keras Variable cannot be used as a boolean")

    def __float__(self) -> float:
        return float(self._copied)

    def __int__(self) -> int:
        return int(self._observed)

    def __index__(self) -> int:
        return self._observed.__index__()

    def __deepcopy__(self, memo: Any) -> Variable:
        copy = Variable.__new__(Variable)
        copy.__dict__.update(self.__dict__, _value=self._value.copy())
        memo[id(self)] = copy
        return copy

    def __repr__(self) -> str:
        value_observed()
        return (
            f"<Variable path={self.path}, shape={self.shape}, dtype={self._value.dtype}, "
            f"value={np.array2string(self._value, separator=', ')}>"
        )


def _callable_or_none(what: str, value: Any) -> Any:
    if value is not None and not callable(value):
        raise ValueError(f"{what} must be callable or None, received {value!r}")
    return value


class AutocastScope:
    """Floating variables are read as ``dtype`` within the block; None switches casting off."""

    def __init__(self, dtype: DType) -> None:
        self.dtype = None if dtype is None else dtypes.of(dtype)

    def __enter__(self) -> None:
        self._before, scopes.autocast = scopes.autocast, self.dtype

    def __exit__(self, *exc: object) -> None:
        scopes.autocast = self._before


def _unshared(value: Any, dtype: np.dtype[Any]) -> Array:
    """An array of this value and dtype that nothing else refers to.

    A tensor that nobody else has gives its array away.  A copy of the weights of VGG16 takes longer
    than drawing them.
    """
    # The caller's name, this name and the argument of getrefcount make 3 references.
    if type(value) is Tensor and sys.getrefcount(value) == 3:
        array = value._value
        # The tensor, the local name and the argument of getrefcount make 3 again.
        if (
            sys.getrefcount(array) == 3
            and type(array) is np.ndarray
            and array.dtype == dtype
            and array.flags.owndata
            and array.flags.carray
        ):
            value_observed(value)
            return array
    return np.array(value, dtype=dtype)


class StatelessScope:
    """Within the block variables have the values of ``state_mapping``, and do not change.

    ``state_mapping`` is a list of ``(variable, value)``.  An assignment changes the value in the
    mapping, where ``get_current_value`` finds it.
    """

    def __init__(
        self,
        state_mapping: Iterable[tuple[Variable, Any]] | None = None,
        collect_losses: bool = False,
        initialize_variables: bool = True,
    ) -> None:
        self.collect_losses, self.initialize_variables = collect_losses, initialize_variables
        self.losses: list[Any] = []
        self.state_mapping: dict[int, Any] = {}
        for variable, value in state_mapping or ():
            if not isinstance(variable, Variable):
                raise ValueError(
                    f"state_mapping must hold (Variable, value) pairs, received {variable!r}"
                )
            array = value if isinstance(value, Tensor) else np.asarray(value, variable.dtype)
            if array.shape != variable.shape:
                raise ValueError(
                    f"state_mapping gives {variable.path!r} a value of shape {array.shape}; "
                    f"expected {variable.shape}"
                )
            self.state_mapping[id(variable)] = (variable, array)

    def __repr__(self) -> str:
        return f"<StatelessScope with values of {count(len(self.state_mapping), 'variable')}>"

    def __enter__(self) -> StatelessScope:
        self._before, scopes.stateless = scopes.stateless, self
        return self

    def __exit__(self, *exc: object) -> None:
        scopes.stateless = self._before

    def add_loss(self, loss: Any) -> None:
        self.losses.append(loss)

    def add_update(self, update: tuple[Variable, Any]) -> None:
        self.state_mapping[id(update[0])] = update

    def own(self, array: Array, dtype: np.dtype[Any]) -> Array:
        """An array that nothing else will change, for an assignment."""
        return np.array(array, dtype=dtype)

    def read(self, variable: Variable) -> Array:
        entry = self.state_mapping.get(id(variable))
        if entry is None:
            return variable._value
        return entry[1]._value if isinstance(entry[1], Tensor) else entry[1]

    def source(self, variable: Variable) -> Any:
        """What an operation reads in place of ``variable``: a mapped tensor keeps its gradient."""
        entry = self.state_mapping.get(id(variable))
        return entry[1] if entry and isinstance(entry[1], Tensor) else variable

    def get_current_value(self, variable: Variable) -> Any:
        """What ``variable`` holds within the scope; None if the scope says nothing about it."""
        entry = self.state_mapping.get(id(variable))
        if entry is None:
            return None
        return entry[1] if isinstance(entry[1], Tensor) else Tensor(entry[1])


def in_stateless_scope() -> bool:
    return scopes.stateless is not None
