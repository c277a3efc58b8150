"""The base of all metrics: variables that each batch updates, and a result computed from them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, ClassVar, Self

import numpy as np

from minikeras import dtype_policies, frames, initializers, settings, tree
from minikeras.autograd import StatelessScope, Tensor, Variable
from minikeras.declare import Configurable, auto_name
from minikeras.declare.names import name_scope
from minikeras.ops.core import tensor
from minikeras.types import Array, DType, Shape, TensorLike


class Metric:
    """A quantity accumulated over batches: ``update_state`` adds a batch, ``result`` returns it.

    To write a metric, make variables in ``__init__`` with ``add_variable`` and override
    ``update_state(y_true, y_pred, sample_weight=None)`` and ``result()``.  Variables and metrics
    that are assigned to attributes belong to the metric.

    dtype: of the result; ``floatx`` by default.
    name: its name in logs and configs.
    """

    _keras_metric: ClassVar[bool] = True  # layers find their metrics by it

    def __init__(self, dtype: Any = None, name: str | None = None) -> None:
        self.name = name or auto_name(type(self).__name__)
        self.dtype: str = dtype_policies.get(dtype or settings.floatx()).compute_dtype
        self._variables: list[Variable] = []
        self._metrics: list[Metric] = []

    def update_state(self, *args: Any, **kwargs: Any) -> None:
        """Take one batch into account."""
        raise NotImplementedError

    def result(self) -> Any:
        """The value for all batches since the last reset: a scalar tensor, or a dict of them."""
        raise NotImplementedError

    def reset_state(self) -> None:
        """Set every variable to zero."""
        for variable in self.variables:
            variable.assign(np.zeros_like(variable._read()))

    @frames.filter_traceback
    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """``update_state``, then ``result``."""
        self._check_super_called()
        self.update_state(*args, **kwargs)
        return self.result()

    def stateless_update_state(
        self, metric_variables: Sequence[TensorLike], *args: Any, **kwargs: Any
    ) -> list[Any]:
        """The values after an update that starts from ``metric_variables``; nothing is assigned.

        Raises ValueError unless there is one value for each variable.
        """
        with self._state(metric_variables) as scope:
            self.update_state(*args, **kwargs)
        return self._values(scope)

    def stateless_result(self, metric_variables: Sequence[TensorLike]) -> Any:
        """The result if the variables had the values ``metric_variables``.

        Raises ValueError unless there is one value for each variable.
        """
        with self._state(metric_variables):
            return self.result()

    def stateless_reset_state(self) -> list[Any]:
        """The values of the variables after a reset; nothing is assigned."""
        with StatelessScope() as scope:
            self.reset_state()
        return self._values(scope)

    def _state(self, values: Sequence[TensorLike]) -> StatelessScope:
        if len(values) != len(self.variables):
            raise ValueError(
                f"Argument `metric_variables` must hold one value for each variable of "
                f"{type(self).__name__}: received {len(values)}, expected {len(self.variables)}"
            )
        return StatelessScope(zip(self.variables, values))

    def _values(self, scope: StatelessScope) -> list[Any]:
        found = [(v, scope.get_current_value(v)) for v in self.variables]
        return [variable if value is None else value for variable, value in found]

    def add_variable(
        self,
        shape: Any,
        initializer: Any,
        dtype: DType = None,
        aggregation: str | None = "sum",
        name: str | None = None,
    ) -> Variable:
        """A new variable of this metric, in ``floatx`` by default.

        Raises ValueError without initializer, RuntimeError before ``super().__init__()``.
        """
        self._check_super_called()
        if initializer is None:
            raise ValueError(f"the variable {name!r} of {self.name!r} needs an initializer")
        with name_scope(self.name.replace("/", ">")):
            variable = Variable(
                initializers.get(initializer),
                shape=shape,
                dtype=dtype,
                trainable=False,
                aggregation=aggregation,
                synchronization="on_read",
                name=name,
            )
        self._variables.append(variable)
        return variable

    def add_weight(
        self, shape: Any = (), initializer: Any = None, dtype: DType = None, name: str | None = None
    ) -> Variable:
        return self.add_variable(shape, initializer, dtype=dtype, name=name)

    @property
    def variables(self) -> list[Variable]:
        """Its own variables in the order of creation, then those of the metrics it holds."""
        return [*self._variables, *(v for metric in self._metrics for v in metric.variables)]

    def get_config(self) -> dict[str, Any]:
        return {"name": self.name, "dtype": self.dtype}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Self:
        return cls(**config)

    def __setattr__(self, name: str, value: Any) -> None:
        super().__setattr__(name, value)
        if name not in ("_variables", "_metrics") and isinstance(
            value, Variable | Metric | list | tuple | dict
        ):
            self._own(tree.flatten(value))

    def _own(self, values: Iterable[Any]) -> None:
        for value in values:
            known = None
            if isinstance(value, Variable):
                known = vars(self).get("_variables")
            elif isinstance(value, Metric):
                known = vars(self).get("_metrics")
            if known is not None and not any(value is other for other in known):
                known.append(value)

    def _check_super_called(self) -> None:
        if "_variables" not in vars(self):
            raise RuntimeError(
                f"{type(self).__name__}.__init__() must call super().__init__() first"
            )

    def _obj_type(self) -> str:
        return "Metric"

    def __repr__(self) -> str:
        return f"<{type(self).__name__} name={self.name}>"

    __str__ = __repr__


class DeclaredMetric(Configurable, Metric):
    """A metric whose arguments are fields; ``setup`` checks them and creates the variables.

    name: its name in logs and configs.
    dtype: of the variables and the result; ``floatx`` by default.
    """

    name: Any = None
    dtype: Any = None

    _config_order: ClassVar[tuple[str, ...]] = ("name", "dtype")

    def setup(self) -> None:
        super().__init__(dtype=self.dtype, name=self.name)

    def zeros(self, name: str, shape: Any = (), dtype: DType = None) -> Variable:
        return self.add_variable(shape, "zeros", dtype=dtype, name=name)

    __repr__ = __str__ = Metric.__repr__


def check_2d(metric: str, y_shape: Shape, p_shape: Shape) -> None:
    """ValueError unless labels and predictions are (batch_size, output_dim)."""
    if len(p_shape) != 2 or len(y_shape) != 2:
        raise ValueError(
            f"{metric} expects 2D inputs with shape (batch_size, output_dim), received "
            f"y_pred.shape={p_shape} and y_true.shape={y_shape}"
        )


def array(x: TensorLike, dtype: Any = None) -> Array:
    """The plain array of any tensor-like value: metrics need no gradients."""
    if isinstance(x, Tensor):
        found = x._value
    elif dtype is not None and isinstance(x, int | float):
        found = np.asarray(x, dtype)
    else:
        found = x._read() if isinstance(x, Variable) else tensor(x, dtype)._value
    return found if dtype is None else found.astype(dtype, copy=False)
