"""``tf.Variable`` and ``tf.Module``."""

from __future__ import annotations

from typing import Any

import numpy as np

from minikeras import autograd, frames, tree
from minikeras.messages import describe
from minikeras.tensorflow.convert import array, dtype_of
from minikeras.types import DType


class Variable(autograd.Variable):
    """A tensor that can change.

    initial_value: a value, or a function without arguments that gives one.
    trainable: whether tapes watch it.
    dtype: None for that of the value; a Python number is a float32 or int32.
    """

    @frames.filter_traceback
    def __init__(
        self,
        initial_value: Any = None,
        trainable: bool | None = None,
        validate_shape: bool = True,
        caching_device: Any = None,
        name: str | None = None,
        variable_def: Any = None,
        dtype: DType = None,
        import_scope: str | None = None,
        constraint: Any = None,
        synchronization: Any = None,
        aggregation: Any = None,
        shape: Any = None,
    ) -> None:
        if initial_value is None:
            raise ValueError("initial_value=None; expected a value")
        value = array(initial_value() if callable(initial_value) else initial_value)
        if value.dtype == object:
            raise NotImplementedError(
                f"initial_value={describe(initial_value)}: a variable holds no text"
            )
        wanted = str(value.dtype) if dtype is None else dtype_of(dtype)
        given = (name or "Variable").replace("/", "_")
        trains = True if trainable is None else bool(trainable)
        super().__init__(value, dtype=wanted, trainable=trains, autocast=False, name=given)
        self.constraint = constraint

    @property
    def name(self) -> str:
        return f"{self._name}:0"

    def read_value(self) -> Any:
        """The present value as a tensor."""
        return self.value

    def get_shape(self) -> tuple[int, ...]:
        return self.shape

    def assign(
        self, value: Any, use_locking: Any = False, name: Any = None, read_value: bool = True
    ) -> Any:
        """Replace the value; ValueError unless the shapes agree.  Returns the variable."""
        super().assign(value)
        return self

    def assign_add(
        self, delta: Any, use_locking: Any = False, name: Any = None, read_value: bool = True
    ) -> Any:
        """Add to the value.  Returns the variable."""
        return self.assign(self + delta)

    def assign_sub(
        self, delta: Any, use_locking: Any = False, name: Any = None, read_value: bool = True
    ) -> Any:
        """Subtract from the value.  Returns the variable."""
        return self.assign(self - delta)

    def __bool__(self) -> bool:
        return bool(self._observed)

    def __repr__(self) -> str:
        value = repr(self.numpy()) if self.ndim else str(self.numpy())
        text = f"\n{value}" if "\n" in value else value
        dtype = np.dtype(self.dtype).name
        return f"<tf.Variable '{self.name}' shape={self.shape} dtype={dtype}, numpy={text}>"


class Module:
    """An object whose variables are those of its attributes, also in lists and other modules."""

    def __init__(self, name: str | None = None) -> None:
        self.name = name or type(self).__name__.lower()

    @property
    def variables(self) -> tuple[Any, ...]:
        """All variables, in the order of the names of the attributes."""
        found: dict[int, Any] = {}
        for _, value in sorted(vars(self).items()):
            for part in tree.flatten(value):
                inner = [part] if isinstance(part, autograd.Variable) else _variables_of(part)
                found |= {id(variable): variable for variable in inner}
        return tuple(found.values())

    @property
    def trainable_variables(self) -> tuple[Any, ...]:
        """The variables that tapes watch."""
        return tuple(variable for variable in self.variables if variable.trainable)


def _variables_of(part: Any) -> Any:
    found = getattr(part, "variables", ())
    return found if isinstance(found, list | tuple) else ()
