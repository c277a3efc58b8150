"""What a layer owns: variables, sublayers, seed generators, metrics and losses."""

from __future__ import annotations

import collections
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from minikeras import constraints, initializers, regularizers, tree
from minikeras.autograd import StatelessScope, Tensor, Variable, scopes
from minikeras.declare import Configurable
from minikeras.layers.tracking import tracked
from minikeras.random import SeedGenerator
from minikeras.types import Array, DType


class LayerState(Configurable):
    """Finds and lists the state of a layer.

    Variables, sublayers, seed generators and metrics are noted when they become attributes, or
    join a list, tuple or dict that is one.

    Parity: what an attribute held before it was assigned anew stays noted.
    """

    if TYPE_CHECKING:  # not fields: Layer sets them
        name: str
        built: bool
        dtype_policy: Any

        def _check_super_called(self) -> None: ...

        def _open_name_scope(self) -> Any: ...

    def _start_tracking(self) -> None:
        if "_parts" not in self.__dict__:
            self._own_variables: list[Variable] = []
            self._parts: dict[int, Any] = {}  # by id: sublayers, seed generators, metrics
            self._losses: list[Any] = []
            self._trainable = True
            self._locked = False

    def __setattr__(self, name: str, value: Any) -> None:
        if type(value) not in _INERT and name not in _PRIVATE:
            value = self._adopt(value)
        object.__setattr__(self, name, value)

    def _adopt(self, value: Any) -> Any:
        """Note what belongs to the layer; collections come back as such that go on noting."""
        self._start_tracking()  # layers may be assigned before super().__init__()
        if isinstance(value, Variable):
            self._note_variable(value)
        elif isinstance(value, LayerState | SeedGenerator) or hasattr(value, "_keras_metric"):
            if id(value) not in self._parts:
                if self._locked:
                    raise ValueError(_LOCKED)
                self._parts[id(value)] = value
        elif isinstance(value, list | tuple | dict):
            return tracked(value, self)
        return value

    def _release(self, value: Any) -> None:
        self._parts.pop(id(value), None)
        self._own_variables = [v for v in self._own_variables if v is not value]

    def _note_variable(self, variable: Variable) -> None:
        if all(variable is not known for known in self._own_variables):
            if self._locked:
                raise ValueError(_LOCKED)
            self._own_variables.append(variable)

    def __delattr__(self, name: str) -> None:
        value = self.__dict__.get(name)
        if isinstance(value, Variable):
            self._release(value)
        object.__delattr__(self, name)

    def _found(self, kind: Any) -> list[Any]:
        """The parts of a kind, in the order in which they came."""
        return [part for part in self._parts.values() if isinstance(part, kind)]

    @property
    def _layers(self) -> list[Any]:
        return self._found(LayerState)

    def _flatten_layers(self, include_self: bool = True, recursive: bool = True) -> list[Any]:
        """This layer and those inside it, each once, depth first.

        Parity: below the first level the last layer comes first.
        """
        seen: dict[int, Any] = {}
        waiting = collections.deque(self._layers)
        while waiting:
            layer = waiting.popleft()
            if id(layer) not in seen:
                seen[id(layer)] = layer
                if recursive:
                    waiting.extendleft(layer._layers)
        return [self, *seen.values()] if include_self else list(seen.values())

    def add_weight(
        self,
        shape: Any = None,
        initializer: Any = None,
        dtype: DType = None,
        trainable: bool = True,
        autocast: bool = True,
        regularizer: Any = None,
        constraint: Any = None,
        aggregation: str | None = "none",
        overwrite_with_gradient: bool = False,
        name: str | None = None,
    ) -> Variable:
        """Make a variable of this layer.

        Without ``initializer`` the field ``<name>_initializer`` is used, if the layer has one, and
        likewise for ``regularizer`` and ``constraint``; else glorot_uniform for floats and zeros
        for other dtypes.
        """
        self._check_super_called()
        if self._locked:
            raise ValueError(_LOCKED)
        dtype = self.dtype_policy.variable_dtype if dtype is None else dtype
        if initializer is None:
            initializer = self._field_for(name, "initializer")
        if initializer is None:
            initializer = "glorot_uniform" if "float" in str(dtype) else "zeros"
        with self._open_name_scope():
            variable = Variable(
                initializers.get(initializer),
                shape=() if shape is None else shape,
                dtype=dtype,
                trainable=trainable,
                autocast=autocast,
                aggregation=aggregation,
                name=name,
            )
        variable.regularizer = regularizers.get(regularizer or self._field_for(name, "regularizer"))
        variable.constraint = constraints.get(constraint or self._field_for(name, "constraint"))
        variable.overwrite_with_gradient = overwrite_with_gradient
        self._note_variable(variable)
        if not self.trainable:
            variable.trainable = False
        return variable

    add_variable = add_weight

    def _field_for(self, name: str | None, what: str) -> Any:
        key = f"{name}_{what}"
        return getattr(self, key, None) if key in self._fields else None

    # Lists of state

    @property
    def variables(self) -> list[Variable]:
        """All variables: weights, seeds of random generators; each once."""
        return _unique(self._all_variables(seeds=True))

    @property
    def weights(self) -> list[Variable]:
        """The variables that training makes: without the seeds of random generators."""
        return _unique(self._all_variables(seeds=False))

    def _all_variables(self, seeds: bool) -> Iterator[Variable]:
        own = self._own_variables
        yield from (v for v in own if v.trainable_at_birth)
        yield from (v for v in own if not v.trainable_at_birth)
        if seeds:
            yield from (generator.state for generator in self._found(SeedGenerator))
        for layer in self._layers:
            yield from layer.variables if seeds else layer.weights

    @property
    def trainable_variables(self) -> list[Variable]:
        return [v for v in self.variables if v.trainable] if self.trainable else []

    @property
    def non_trainable_variables(self) -> list[Variable]:
        variables = self.variables
        return [v for v in variables if not v.trainable] if self.trainable else variables

    @property
    def trainable_weights(self) -> list[Variable]:
        return [v for v in self.weights if v.trainable] if self.trainable else []

    @property
    def non_trainable_weights(self) -> list[Variable]:
        weights = self.weights
        return [v for v in weights if not v.trainable] if self.trainable else weights

    @property
    def trainable(self) -> bool:
        """Whether training changes the weights; setting it sets it for everything inside.

        Parity: only where it changes: True to a layer that is True leaves frozen parts frozen.
        """
        return self._trainable

    @trainable.setter
    def trainable(self, value: bool) -> None:
        if value is self._trainable:
            return
        self._trainable = bool(value)
        for variable in self._own_variables:
            if variable.trainable_at_birth:
                variable.trainable = bool(value)
        for layer in self._layers:
            layer.trainable = value

    @property
    def metrics(self) -> list[Any]:
        own = [part for part in self._parts.values() if hasattr(part, "_keras_metric")]
        return own + [m for layer in self._layers for m in layer.metrics]

    @property
    def metrics_variables(self) -> list[Variable]:
        return [v for metric in self.metrics for v in metric.variables]

    def get_weights(self) -> list[Array]:
        """Copies of all weights, in the order of ``weights``."""
        return [v.numpy() for v in self.weights]

    def set_weights(self, weights: list[Array]) -> None:
        """Take over arrays in the order of ``weights``.

        Raises ValueError, before anything is changed, if their number or a shape is wrong.
        """
        variables = self.weights
        if len(variables) != len(weights):
            raise ValueError(
                f"You called `set_weights(weights)` on layer '{self.name}' with a weight list of "
                f"length {len(weights)}, but the layer was expecting {len(variables)} weights."
            )
        for variable, value in zip(variables, weights, strict=True):
            if variable.shape != tuple(value.shape):
                raise ValueError(
                    f"Layer {self.name} weight shape {variable.shape} is not compatible with "
                    f"provided weight shape {tuple(value.shape)} (variable {variable.path!r})."
                )
        for variable, value in zip(variables, weights, strict=True):
            variable.assign(value)

    def count_params(self) -> int:
        """The number of numbers in the weights; ValueError before the layer is built."""
        if not self.built:
            raise ValueError(
                f"You tried to call `count_params` on layer '{self.name}', but the layer isn't "
                f"built. You can build it manually via: `layer.build(input_shape)`."
            )
        return sum(v.size for v in self.weights)

    # Losses

    def add_loss(self, loss: Any) -> None:
        """Add a scalar tensor, or a list of them, to what training minimises."""
        for x in tree.flatten(loss):
            if not hasattr(x, "shape") and not isinstance(x, float | int):
                raise ValueError(
                    f"`add_loss()` can only be called with tensors or scalars, received {x!r}"
                )
            scope: StatelessScope | None = scopes.stateless
            if scope is None:
                self._losses.append(x)
            elif scope.collect_losses:
                scope.add_loss(x)

    @property
    def losses(self) -> list[Any]:
        """What ``add_loss`` and activity regularizers added in the last call, then the weights'."""
        added = [x for layer in self._flatten_layers() for x in layer._losses]
        return added + [
            v.regularizer(v) for v in self.trainable_weights if v.regularizer is not None
        ]

    def _clear_losses(self) -> None:
        for layer in self._flatten_layers():
            layer._losses.clear()

    # Storing

    def save_own_variables(self, store: Any) -> None:
        """Put this layer's own variables into a mapping, under "0", "1", ..."""
        for i, variable in enumerate(self._all_own()):
            store[f"{i}"] = variable.numpy()

    def load_own_variables(self, store: Any) -> None:
        """Take this layer's own variables back; ValueError if their number differs."""
        own = self._all_own()
        if len(store) != len(own):
            raise ValueError(
                f"Layer '{self.name}' expected {len(own)} variables, but received {len(store)} "
                f"variables during loading. Expected: {[v.name for v in own]}"
            )
        for i, variable in enumerate(own):
            variable.assign(store[f"{i}"])

    def _all_own(self) -> list[Variable]:
        own = self._own_variables
        return sorted(own, key=lambda v: not v.trainable_at_birth)


_INERT = {bool, int, float, str, type(None), Tensor}  # what need not be looked at
_PRIVATE = {"_own_variables", "_parts", "_losses", "_call", "_inbound_nodes", "_outbound_nodes"}
_PRIVATE |= {"_build_shapes", "_inputs_struct", "_outputs_struct", "_inputs", "_outputs"}
_LOCKED = (
    "You cannot add new elements of state (variables or sub-layers) to a layer that is already "
    "built. All state must be created in the `__init__()` method or in the `build()` method."
)


def _unique(variables: Iterator[Variable]) -> list[Variable]:
    return list({id(v): v for v in variables}.values())
