"""What a layer owns: variables, sublayers, seed generators, metrics and losses."""

from __future__ import annotations

import collections
import functools
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

from minikeras import constraints, frames, initializers, regularizers, tree
from minikeras.autograd import StatelessScope, Tensor, Variable, scopes
from minikeras.declare import Configurable
from minikeras.layers.tracking import tracked
from minikeras.random import SeedGenerator
from minikeras.types import Array, DType

_Method = TypeVar("_Method", bound=Callable[..., Any])


def _shape_first(add_weight: _Method) -> _Method:
    """Before Python looks at the arguments: a name in the place of the shape is an error."""

    @functools.wraps(add_weight)
    def checked(layer: Any, *args: Any, **kwargs: Any) -> Any:
        shape = args[0] if args else kwargs.get("shape")
        if isinstance(shape, str):
            raise ValueError(
                f"add_weight received the shape {shape!r}, expected a tuple of sizes. A name is "
                f"given as add_weight(shape=..., name={shape!r})"
            )
        return add_weight(layer, *args, **kwargs)

    return checked  # type: ignore[return-value]  # wraps keeps the signature


class LayerState(Configurable):
    """Tracks and lists the state of a layer.

    A variable, sublayer, seed generator or metric belongs to the layer as soon as it is assigned
    to an attribute, or put into a list, tuple or dict that is an attribute.

    Parity: an object still belongs to the layer after its attribute has been given another value.
    """

    _untracked: ClassVar[frozenset[str]] = frozenset(  # attributes whose values are not tracked
        {"_own_variables", "_children", "_losses", "_call", "_build_shapes"}
        | {"_inbound_nodes", "_outbound_nodes"}
    )

    if TYPE_CHECKING:  # not fields: Layer sets them
        name: str
        built: bool
        dtype_policy: Any

        def _check_super_called(self) -> None: ...

        def _open_name_scope(self) -> Any: ...

    def _start_tracking(self) -> None:
        if "_children" not in self.__dict__:
            self._own_variables: list[Variable] = []
            self._children: dict[int, Any] = {}  # by id: sublayers, seed generators, metrics
            self._losses: list[Any] = []
            self._trainable = True
            self._locked = False

    def __setstate__(self, state: dict[str, Any]) -> None:
        """The parts of a copy are copies, with other ids; its lists and dicts report to it."""
        super().__setstate__(state)  # type: ignore[misc]  # of Operation
        own = vars(self)
        if "_children" not in own:
            return
        self._children = {id(child): child for child in self._children.values()}
        for name, value in own.items():
            if type(value) in (list, dict) and name not in self._untracked:
                own[name] = tracked(value, self)

    def __setattr__(self, name: str, value: Any) -> None:
        if type(value) not in _INERT and name not in self._untracked:
            value = self._adopt(value)
        object.__setattr__(self, name, value)

    def _adopt(self, value: Any) -> Any:
        """Track ``value`` if it is state; a list or dict is returned as one that tracks its items.

        Raises ValueError for new state of a layer that is already built.
        """
        self._start_tracking()  # layers may be assigned before super().__init__()
        if isinstance(value, Variable):
            self._track_variable(value)
        elif isinstance(value, LayerState | SeedGenerator) or hasattr(value, "_keras_metric"):
            if id(value) not in self._children:
                if self._locked:
                    raise ValueError(_LOCKED)
                self._children[id(value)] = value
        elif isinstance(value, list | tuple | dict):
            return tracked(value, self)
        return value

    def _release(self, value: Any) -> None:
        """Stop tracking ``value``."""
        self._children.pop(id(value), None)
        self._own_variables = [v for v in self._own_variables if v is not value]

    def _track_variable(self, variable: Variable) -> None:
        if all(variable is not known for known in self._own_variables):
            if self._locked:
                raise ValueError(_LOCKED)
            self._own_variables.append(variable)

    def __delattr__(self, name: str) -> None:
        value = self.__dict__.get(name)
        if isinstance(value, Variable):
            self._release(value)
        object.__delattr__(self, name)

    def _children_of(self, kind: Any) -> list[Any]:
        """The sublayers, seed generators or metrics, in the order in which they were assigned."""
        return [child for child in self._children.values() if isinstance(child, kind)]

    @property
    def _layers(self) -> list[Any]:
        return self._children_of(LayerState)

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

    @frames.filter_traceback
    @_shape_first
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
        """Make a variable of this layer and return it.

        shape: the shape; by default ``()``.
        initializer: a function of (shape, dtype), or its name.  By default the layer's argument
            ``<name>_initializer``, if it has one; else glorot_uniform for floats, zeros otherwise.
        dtype: the dtype; by default the layer's ``variable_dtype``.
        trainable: whether training changes the variable.
        autocast: whether it is read in the compute dtype while the layer runs.
        regularizer, constraint: functions of the value, or their names; by default the layer's
            arguments ``<name>_regularizer`` and ``<name>_constraint`` if there are any.
        aggregation: an attribute of the variable without any effect; Keras has it.
        overwrite_with_gradient: whether an optimizer replaces the value by its gradient.
        name: the last name of the variable's path.

        Raises ValueError if the layer is already built.
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
        self._track_variable(variable)
        if not self.trainable:
            variable.trainable = False
        return variable

    add_variable = add_weight

    def _field_for(self, name: str | None, what: str) -> Any:
        """The layer's argument ``<name>_<what>``; without a suffix ``_kernel`` if there is none."""
        for key in (f"{name}_{what}", f"{str(name).removesuffix('_kernel')}_{what}"):
            if key in self._fields:
                return getattr(self, key)
        return None

    # Lists of state

    @property
    def variables(self) -> list[Variable]:
        """The weights and the states of the seed generators, of sublayers too; each once."""
        return _unique(self._all_variables(seeds=True))

    @property
    def weights(self) -> list[Variable]:
        """The variables without the states of the seed generators; each once.

        The layer's own come first, trainable ones before others, then those of its sublayers.
        """
        return _unique(self._all_variables(seeds=False))

    def _all_variables(self, seeds: bool) -> Iterator[Variable]:
        yield from self._own_in_order()
        if seeds:
            yield from (generator.state for generator in self._children_of(SeedGenerator))
        for layer in self._layers:
            yield from layer.variables if seeds else layer.weights

    @property
    def trainable_variables(self) -> list[Variable]:
        """The variables that training changes; none if the layer is not trainable."""
        return [v for v in self.variables if v.trainable] if self.trainable else []

    @property
    def non_trainable_variables(self) -> list[Variable]:
        """The other variables; all of them if the layer is not trainable."""
        return [v for v in self.variables if not (v.trainable and self.trainable)]

    @property
    def trainable_weights(self) -> list[Variable]:
        """The weights that training changes; none if the layer is not trainable."""
        return [v for v in self.weights if v.trainable] if self.trainable else []

    @property
    def non_trainable_weights(self) -> list[Variable]:
        """The other weights; all of them if the layer is not trainable."""
        return [v for v in self.weights if not (v.trainable and self.trainable)]

    @property
    def trainable(self) -> bool:
        """Whether training changes the weights.  Setting it sets it for all sublayers too.

        Parity: setting the value that it already has does nothing, not even to the sublayers.
        """
        return self._trainable

    @trainable.setter
    def trainable(self, value: bool) -> None:
        if value is self._trainable:
            return
        self._trainable = value = bool(value)
        for variable in self._own_variables:
            if variable.trainable_at_birth:
                variable.trainable = value
        for layer in self._layers:
            layer.trainable = value

    @property
    def metrics(self) -> list[Any]:
        """The metrics of this layer, then those of its sublayers."""
        own = [child for child in self._children.values() if hasattr(child, "_keras_metric")]
        return own + [m for layer in self._layers for m in layer.metrics]

    @property
    def metrics_variables(self) -> list[Variable]:
        """The variables of ``metrics``."""
        return [v for metric in self.metrics for v in metric.variables]

    def get_weights(self) -> list[Array]:
        """Copies of all weights, in the order of ``weights``."""
        return [v.numpy() for v in self.weights]

    def set_weights(self, weights: list[Array]) -> None:
        """Assign arrays to the weights, in the order of ``weights``.

        Raises ValueError, and then changes nothing, if the number of arrays or a shape is wrong.
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
        """The number of elements of all weights.  Raises ValueError before the layer is built."""
        if not self.built:
            raise ValueError(
                f"You tried to call `count_params` on layer '{self.name}', but the layer isn't "
                f"built. You can build it manually via: `layer.build(input_shape)`."
            )
        return sum(v.size for v in self.weights)

    # Losses

    def add_loss(self, loss: Any) -> None:
        """Add a scalar tensor, or a list of them, to the loss that training minimises.

        Raises ValueError for anything else.
        """
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
        """The losses of the last call, in this layer and its sublayers, then those of the weights.

        A call adds losses by ``add_loss`` and by activity regularizers; a weight has one if it has
        a regularizer and is trainable.
        """
        added = [x for layer in self._flatten_layers() for x in layer._losses]
        weights = self.trainable_weights
        return added + [penalty(v) for v in weights if (penalty := v.regularizer) is not None]

    def _clear_losses(self) -> None:
        for layer in self._flatten_layers():
            layer._losses.clear()

    # Saving

    def _obj_type(self) -> str:
        return "Layer"

    def save_own_variables(self, store: Any) -> None:
        """Put this layer's own variables into a mapping, under the keys "0", "1", ..."""
        for i, variable in enumerate(self._own_in_order()):
            store[f"{i}"] = variable

    def load_own_variables(self, store: Any) -> None:
        """Read this layer's own variables back; ValueError if their number differs."""
        own = self._own_in_order()
        if len(store) != len(own):
            raise ValueError(
                f"Layer '{self.name}' expected {len(own)} variables, but received {len(store)} "
                f"variables during loading. Expected: {[v.name for v in own]}"
            )
        for i, variable in enumerate(own):
            variable.assign(store[f"{i}"])

    def _own_in_order(self) -> list[Variable]:
        """The layer's own variables: those created as trainable, then the others."""
        return sorted(self._own_variables, key=lambda v: not v.trainable_at_birth)


_INERT = {bool, int, float, str, type(None), Tensor}  # these are never state
_LOCKED = (
    "You cannot add new elements of state (variables or sub-layers) to a layer that is already "
    "built. All state must be created in the `__init__()` method or in the `build()` method."
)


def _unique(variables: Iterator[Variable]) -> list[Variable]:
    return list({id(v): v for v in variables}.values())
