"""How a layer is called: what happens around ``call``, in the order in which it happens."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, ClassVar

from minikeras import dtypes, frames, ops, tree
from minikeras.autograd import (
    AutocastScope,
    KerasTensor,
    Node,
    Operation,
    StatelessScope,
    Tensor,
    Variable,
    scopes,
)
from minikeras.declare import names
from minikeras.layers import graphs
from minikeras.layers.arguments import (
    check_positional,
    convert,
    is_symbolic,
    note_call,
    tensors_among,
)
from minikeras.layers.building import LayerBuilding
from minikeras.layers.input_spec import assert_input_compatibility


class CallContext(threading.local):
    """The layer calls that are running in this thread.

    depth: how many calls are nested at present.
    training: the ``training`` argument that the outer calls agreed on.
    naming: the layers whose names are on the path of new variables, innermost last.
    on_call: is told of each call that has ended: the layers around it, the layer, its outputs.
    """

    depth: int = 0
    training: bool | None = None
    naming: tuple[Any, ...] = ()
    on_call: Callable[[tuple[Any, ...], Any, Any], None] | None = None


context = CallContext()


class LayerCalling(LayerBuilding, Operation):
    """``layer(*args, **kwargs)``: everything around the ``call`` that a subclass writes."""

    _kind: ClassVar[str] = "layer"  # what messages call it
    _masks_by_itself: ClassVar[bool] = False  # set where a class overrides `compute_mask`
    _convert_input_args = True
    _promises_by_trial: ClassVar[bool] = False  # in a TensorFlow graph: symbols promise too little
    autograph_info__: ClassVar[dict[str, Any]] = {}  # TensorFlow leaves the code of layers alone
    _allow_non_tensor_positional_args = False

    if TYPE_CHECKING:  # set by Layer
        supports_masking: bool
        autocast: bool
        input_dtype: Any
        compute_dtype: Any
        activity_regularizer: Any

        def compute_mask(self, inputs: Any, previous_mask: Any) -> Any: ...

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Build the layer if needed, fill in ``training`` and ``mask``, and run ``call``.

        With a KerasTensor among the arguments nothing is computed: the result is a KerasTensor
        of the right shape and dtype, and a node of the graph.  With a tensor of a TensorFlow graph,
        such as ``Dataset.map`` gives to its function, the result is one, too, without gradient.

        Raises ValueError for positional arguments that are no tensors, and for inputs that do
        not fit ``input_spec``; TypeError if an argument of ``call`` is missing.  Any error receives
        a note that names the layer, and the shapes and dtypes of the arguments.
        """
        try:
            return self._checked_call(args, kwargs)
        except Exception as error:
            note_call(error, self, args, kwargs)
            frames.shorten(error)
            raise

    def _checked_call(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        if "built" not in self.__dict__:
            self._check_super_called()
        if context.depth == 0 and any(map(graphs.is_of_graph, tree.flatten((args, kwargs)))):
            return self._in_graph(args, kwargs)
        # Parity: if no argument has to be converted, the node of a symbolic call also records
        # the `training` and the masks that are filled in below; else what was given.
        original_args, original_kwargs = args, kwargs
        if self._convert_input_args and (kwargs or not self._is_ready(args)):
            args, kwargs = self._converted(args, kwargs)
        plain = len(args) == 1 and type(args[0]) is Tensor  # the usual case
        if not plain and not self._allow_non_tensor_positional_args:
            check_positional(args)
        given = self._signature.bind(args, kwargs)
        first = args[0] if args else next(iter(given.values()), None)
        spec = self.input_spec
        if spec is not None:
            assert_input_compatibility(spec, first, self.name)
        if not self.built:
            with self._open_name_scope():
                self._build_for(given, first)

        outermost = context.depth == 0
        if outermost:
            self._clear_losses()
        context.depth += 1
        try:
            self._resolve_training(given, kwargs)
            self._fill_masks(given, kwargs)
            previous_mask = kwargs.get("mask")
            if previous_mask is None:
                previous_mask = mask_of(first)
            symbolic = not (plain and not kwargs) and is_symbolic(args, kwargs)
            with self._open_name_scope():
                outputs = self._compute(args, kwargs, symbolic)
                if not self.built:
                    self.built = True
                if self.activity_regularizer is not None:
                    self._regularize_activity(outputs)
            self._mask_outputs(first, outputs, previous_mask)
        finally:
            context.depth -= 1
            if outermost:
                context.training = None
        if symbolic:
            Node(self, original_args, original_kwargs, outputs)
        elif context.on_call is not None:
            context.on_call(context.naming, self, outputs)
        return outputs

    def _converted(
        self, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> tuple[tuple[Any, ...], dict[str, Any]]:
        to = self.dtype_policy._compute_dtype, self.autocast, self.name, self._takes_text
        return tuple([convert(x, *to) for x in args]), {
            k: convert(v, *to) for k, v in kwargs.items()
        }

    def _in_graph(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """Tensors of a TensorFlow graph, whose values are those of a call with arrays."""
        given, named = graphs.symbols((args, kwargs))
        if self._convert_input_args:
            given, named = self._converted(given, named)
        if not self._signature.takes_training:
            named.pop("training", None)
        if not self.built:
            bound = self._signature.bind(given, named)
            with self._open_name_scope():
                self._build_for(bound, next(iter(bound.values())))

        def call(values: Any) -> Any:
            return self(*values[0], **values[1])

        if self._promises_by_trial:
            promised = graphs.promise(call, (args, kwargs))
        else:
            promised = self.compute_output_spec(*given, **named)
        return graphs.computed(call, (args, kwargs), promised, self._kinds_in_graph())

    def _kinds_in_graph(self) -> list[str] | None:
        """The dtypes of the values in a TensorFlow graph; None if those of symbols are."""
        return None

    def _takes_text(self) -> bool:
        """Whether a part of it does, such as a layer that looks words up."""
        return any(layer._takes_text() for layer in self._layers)

    def _is_ready(self, args: tuple[Any, ...]) -> bool:
        """Whether the only argument is a tensor of the compute dtype."""
        if len(args) != 1:
            return False
        x = args[0]
        if type(x) is Tensor:
            return x._value.dtype.name == self.dtype_policy._compute_dtype
        return isinstance(x, KerasTensor) and x.dtype == self.input_dtype

    def _open_name_scope(self) -> Any:
        """The scope in which this layer's variables are named; opened once per layer."""
        return NameScope(self)

    def _resolve_training(self, given: dict[str, Any], kwargs: dict[str, Any]) -> None:
        """Use the argument if it is given, else that of the outer call, else the default.

        Parity: the result also holds for the layers that are called next, until the outermost
        call returns.
        """
        if "training" in given:
            training = given["training"]
        else:
            training = context.training
            if training is None:
                training = self._signature.defaults.get("training")
        context.training = training
        if not self._signature.takes_training:
            kwargs.pop("training", None)
        elif training is not None and "training" not in given:
            kwargs["training"] = training

    def _fill_masks(self, given: dict[str, Any], kwargs: dict[str, Any]) -> None:
        """Pass on the masks of the inputs, as ``mask`` or ``<argument>_mask``."""
        wanted = self._signature.mask_names
        if not wanted:
            return
        tensors = tensors_among(given)
        for argument, x in tensors.items():
            name = "mask" if len(tensors) == 1 else f"{argument}_mask"
            if name in wanted and given.get(name) is None:
                kwargs[name] = mask_of(x)

    def _compute(self, args: tuple[Any, ...], kwargs: dict[str, Any], symbolic: bool) -> Any:
        """Run ``call``; with mixed precision, variables are read in the compute dtype."""
        function: Callable[..., Any] = self.compute_output_spec if symbolic else self.call
        policy = self.dtype_policy
        if scopes.autocast is None and policy._compute_dtype == policy._variable_dtype:
            return function(*args, **kwargs)
        target = self.compute_dtype
        with AutocastScope(target if self.autocast and dtypes.is_float(target) else None):
            return function(*args, **kwargs)

    def symbolic_call(self, *args: Any, **kwargs: Any) -> Any:
        return self.compute_output_spec(*args, **kwargs)

    def _regularize_activity(self, outputs: Any) -> None:
        for output in tree.flatten(outputs):
            if isinstance(output, Tensor):
                loss = self.activity_regularizer(output)
                if output.ndim > 0:
                    loss = ops.divide_no_nan(loss, ops.cast(output.shape[0], loss.dtype))
                self.add_loss(loss)

    def _mask_outputs(self, first: Any, outputs: Any, previous_mask: Any) -> None:
        """Attach ``compute_mask(first, previous_mask)`` to the outputs that have no mask yet."""
        masked = previous_mask is not None and any(
            m is not None for m in tree.flatten(previous_mask)
        )
        if not self.supports_masking:
            if masked:
                frames.warn(
                    f"Layer '{self.name}' (of type {type(self).__name__}) was passed an input "
                    "with a mask attached to it. However, this layer does not support masking "
                    "and will therefore destroy the mask information. Downstream layers will not "
                    "see the mask."
                )
            return
        if not masked and not self._masks_by_itself:
            return
        flat = tree.flatten(outputs)
        if all(getattr(y, "_keras_mask", None) is not None for y in flat):
            return
        masks = self.compute_mask(first, previous_mask)
        if masks is None:
            return
        for y, mask in zip(flat, tree.flatten(masks), strict=False):
            if mask is not None and getattr(y, "_keras_mask", None) is None:
                y._keras_mask = mask

    def stateless_call(
        self,
        trainable_variables: list[Any],
        non_trainable_variables: list[Any],
        *args: Any,
        return_losses: bool = False,
        **kwargs: Any,
    ) -> tuple[Any, ...]:
        """Call the layer as a pure function of its variables.

        trainable_variables, non_trainable_variables: the values to use, in the order of the
            properties of these names.
        args, kwargs: passed on to the call.
        return_losses: also return the losses of the call.

        Returns ``(outputs, new non-trainable values)``, and the losses if ``return_losses``.
        Raises ValueError before the layer is built and where the number of values is wrong.
        """
        if not self.built:
            raise ValueError(
                f"To call stateless_call, {type(self).__name__} must be built (i.e. its variables "
                "must have been already created). You can build it by calling it on some data."
            )
        pairs: list[tuple[Variable, Any]] = []
        for what, known, values in (
            ("trainable_variables", self.trainable_variables, trainable_variables),
            ("non_trainable_variables", self.non_trainable_variables, non_trainable_variables),
        ):
            if len(known) != len(values):
                raise ValueError(
                    f"Argument `{what}` must be a list of tensors corresponding 1:1 to "
                    f"{type(self).__name__}().{what}: expected {len(known)}, received {len(values)}"
                )
            pairs += zip(known, values, strict=True)
        with StatelessScope(state_mapping=pairs, collect_losses=return_losses) as scope:
            outputs = self(*args, **kwargs)
            losses = self.losses if return_losses else None
        found = [(v, scope.get_current_value(v)) for v in self.non_trainable_variables]
        after = [variable.value if value is None else value for variable, value in found]
        return (outputs, after, losses) if return_losses else (outputs, after)


@contextlib.contextmanager
def calls_told(on_call: Callable[[tuple[Any, ...], Any, Any], None]) -> Iterator[None]:
    """Within the block ``on_call(layers around it, layer, outputs)`` follows each call."""
    before, context.on_call = context.on_call, on_call
    try:
        yield
    finally:
        context.on_call = before


def mask_of(structure: Any) -> Any:
    """The masks that tensors carry, in the same structure; None for a tensor without one."""
    if type(structure) is Tensor:
        return getattr(structure, "_keras_mask", None)
    return tree.map_structure(lambda x: getattr(x, "_keras_mask", None), structure)


class NameScope:
    """Within the block, variables are named below the layer: ``model/dense/kernel``.

    Does nothing if the innermost open scope is already the layer's own.
    """

    __slots__ = ("_before", "_layer", "_pushed")

    def __init__(self, layer: LayerCalling) -> None:
        self._layer = layer

    def __enter__(self) -> None:
        layer, naming = self._layer, context.naming
        self._pushed = not (naming and naming[-1] is layer)
        if self._pushed:
            if layer._parent_path is None:
                layer._parent_path = names.current_path()
            self._before = naming
            context.naming = (*naming, layer)
            names.open_scopes.names.append(layer.name)

    def __exit__(self, *exc: object) -> None:
        if self._pushed:
            names.open_scopes.names.pop()
            context.naming = self._before
