"""What a layer is: a function of tensors with weights, made when the input's shape is known."""

from __future__ import annotations

import functools
import inspect
import warnings
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from minikeras import dtype_policies, dtypes, ops, regularizers, shapes, tree
from minikeras.autograd import (
    AutocastScope,
    KerasTensor,
    Node,
    Operation,
    StatelessScope,
    Symbol,
    Tensor,
    Variable,
    any_symbolic,
    scopes,
    strip,
)
from minikeras.autograd.primitive import as_tensor
from minikeras.declare import names
from minikeras.dtype_policies import DTypePolicy
from minikeras.layers.calling import (
    CallSignature,
    NameScope,
    check_positional,
    has_tensors,
    is_symbolic,
    keep_mask,
    mask_of,
    shapes_of,
    stack,
)
from minikeras.layers.input_spec import assert_input_compatibility
from minikeras.layers.state import LayerState
from minikeras.types import DType, Shape


class Layer(LayerState, Operation, base=True):
    """Base of all layers: ``build`` makes the weights, ``call`` computes.

    A subclass states its arguments as annotated fields, or writes its own ``__init__``;
    ``setup`` checks them.  ``call`` may take ``training`` and ``mask``, which are filled in.
    """

    _signature: ClassVar[CallSignature]
    if TYPE_CHECKING:  # no fields: layers set their own
        input_spec: Any
        supports_masking: bool
    else:
        input_spec = None
        supports_masking = False  # true where `compute_mask` is overridden
    _lock_after_build: ClassVar[bool] = True  # models may grow after they are built

    def __init__(
        self,
        *,
        activity_regularizer: Any = None,
        trainable: bool = True,
        dtype: DType | DTypePolicy = None,
        autocast: bool = True,
        name: str | None = None,
        **kwargs: Any,
    ) -> None:
        Operation.__init__(self, name)
        if not isinstance(trainable, bool):
            raise ValueError(
                f"Expected `trainable` to be a boolean. Received: trainable={trainable} (of type "
                f"{type(trainable)})"
            )
        self._start_tracking()
        self._trainable = trainable
        self.activity_regularizer = regularizers.get(activity_regularizer)
        self.dtype_policy = dtype_policies.get(dtype)
        self.autocast = autocast
        self.built = False
        self._convert_input_args = True
        self._allow_non_tensor_positional_args = False
        self._build_shapes: dict[str, Any] | None = None
        self._parent_path: str | None = None
        self._path: str | None = None
        self._input_shape_arg = _legacy_input_shape(kwargs)
        if kwargs:
            raise ValueError(
                f"Unrecognized keyword arguments passed to {type(self).__name__}: {kwargs}"
            )

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        if "build" in cls.__dict__:
            cls.build = _finish_build(cls.__dict__["build"])  # type: ignore[method-assign]
        if "compute_mask" in cls.__dict__ and "supports_masking" not in cls.__dict__:
            cls.supports_masking = True
        if "call" in cls.__dict__:
            cls._signature = CallSignature(cls.__dict__["call"])

    # What it is

    @property
    def path(self) -> str | None:
        """Where it stands: the names of the layers around it, and its own; None until built."""
        return self._path

    dtype = property(lambda self: self.dtype_policy.variable_dtype)
    variable_dtype = property(lambda self: self.dtype_policy.variable_dtype)
    compute_dtype = property(lambda self: self.dtype_policy.compute_dtype)
    input_dtype = property(lambda self: self.dtype_policy.compute_dtype)
    quantization_mode = property(lambda self: None)

    def get_config(self) -> dict[str, Any]:
        """Name, trainable, dtype, then the layer's own arguments, all as plain values."""
        config: dict[str, Any] = {
            "name": self.name,
            "trainable": self.trainable,
            "dtype": dtype_policies.serialize(self.dtype_policy),
        }
        if self.activity_regularizer is not None:
            config["activity_regularizer"] = regularizers.serialize(self.activity_regularizer)
        if self._fields:
            own = self._field_config()
            own.pop("activity_regularizer", None)
            return config | own
        if type(self).get_config is Layer.get_config and self._call is not None:
            return config | self._call_config()
        return config

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Any:
        config = dict(config)
        if isinstance(config.get("dtype"), dict):
            config["dtype"] = dtype_policies.deserialize(config["dtype"])
        return cls(**config)

    def get_build_config(self) -> dict[str, Any] | None:
        """The shapes it was built with; None before."""
        shapes_ = self._build_shapes
        if shapes_ is None:
            return None
        if len(shapes_) == 1:
            return {"input_shape": next(iter(shapes_.values()))}
        return {"shapes_dict": shapes_}

    def build_from_config(self, config: dict[str, Any]) -> None:
        """Build with the shapes of ``get_build_config``."""
        if not config:
            return
        if "input_shape" in config:
            self.build(_as_shape(config["input_shape"]))
        elif "shapes_dict" in config:
            self.build(**{k: _as_shape(v) for k, v in config["shapes_dict"].items()})

    # What subclasses write

    def build(self, input_shape: Any) -> None:
        """Make the weights, now that the input's shape is known."""
        self._check_super_called()
        if any(not layer.built for layer in self._layers):
            warnings.warn(
                f"`build()` was called on layer '{self.name}', however the layer does not have a "
                "`build()` method implemented and it looks like it has unbuilt state. This will "
                "cause the layer to be marked as built, despite not being actually built, which "
                "may cause failures down the line. Make sure to implement a proper `build()` "
                "method.",
                stacklevel=4,
            )

    def _build_at_init(self) -> None:
        """For the ``setup`` of layers without weights: there is nothing to wait for."""
        if type(self).build is Layer.build:
            self.built = True

    def call(self, *args: Any, **kwargs: Any) -> Any:
        raise NotImplementedError(
            f"Layer {type(self).__name__} does not have a `call()` method implemented."
        )

    def compute_mask(self, inputs: Any, previous_mask: Any) -> Any:
        """The mask of the output; by default that of the input."""
        return previous_mask

    def compute_output_shape(self, *args: Any, **kwargs: Any) -> Any:
        """The shape of the output for given input shapes, by tracing ``call``."""

        def symbol(shape: Shape) -> Symbol:
            return Symbol(shape, self.compute_dtype)

        inputs = [tree.map_shape_structure(symbol, a) for a in args]
        named = {
            k.removesuffix("_shape"): tree.map_shape_structure(symbol, v) for k, v in kwargs.items()
        }
        if "input" in named:
            inputs, named = [named.pop("input")], named
        outputs = self._trace(*inputs, **named)
        return tree.map_structure(lambda s: s.shape, outputs)

    def compute_output_spec(self, *args: Any, **kwargs: Any) -> Any:
        """KerasTensors like the outputs of ``call``."""
        if _overrides(self, "compute_output_shape"):
            given = self._signature.bind(args, kwargs)
            given = {k: v for k, v in given.items() if has_tensors(v)}
            found = {f"{k}_shape": shapes_of(v) for k, v in given.items()}
            wanted = list(inspect.signature(self.compute_output_shape).parameters)
            if len(wanted) == 1 or not set(found) <= set(wanted):
                shape = self.compute_output_shape(next(iter(found.values())))
            else:
                shape = self.compute_output_shape(**found)
            return tree.map_shape_structure(lambda s: KerasTensor(s, self.compute_dtype), shape)
        return tree.map_structure(
            lambda s: KerasTensor(s.shape, s.dtype) if isinstance(s, Symbol | Tensor) else s,
            self._trace(*args, **kwargs),
        )

    def _trace(self, *args: Any, **kwargs: Any) -> Any:
        """``call`` on symbols; counters of random generators and other state stay as they are."""
        with StatelessScope():
            return self.call(*strip(args), **strip(kwargs))

    # Calling

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        self._check_super_called()
        # Parity: where nothing had to be converted, the node of a symbolic call also keeps the
        # `training` and the masks that are filled in below; elsewhere what was given.
        original_args, original_kwargs = args, kwargs
        if self._convert_input_args and (kwargs or not self._is_ready(args)):
            args = tuple([self._convert(x) for x in args])
            kwargs = {k: self._convert(v) for k, v in kwargs.items()}
        if not self._allow_non_tensor_positional_args:
            check_positional(args)
        given = self._signature.bind(args, kwargs)
        first = args[0] if args else next(iter(given.values()), None)
        if self.input_spec is not None:
            assert_input_compatibility(self.input_spec, first, self.name)

        if not self.built:
            with self._open_name_scope():
                self._build_for(given, first)
        outermost = stack.depth == 0
        if outermost:
            self._clear_losses()
        stack.depth += 1
        try:
            self._resolve_training(given, kwargs)
            self._fill_masks(given, kwargs)
            previous_mask = kwargs.get("mask")
            if previous_mask is None:
                previous_mask = mask_of(first)
            symbolic = any(map(is_symbolic, args)) or (bool(kwargs) and any_symbolic((), kwargs))
            with self._open_name_scope():
                outputs = self._compute(args, kwargs, symbolic)
                self.built = True
                if self.activity_regularizer is not None:
                    self._regularize_activity(outputs)
            self._mask_outputs(first, outputs, previous_mask)
        finally:
            stack.depth -= 1
            if outermost:
                stack.training = None
        if symbolic:
            Node(self, original_args, original_kwargs, outputs)
        return outputs

    def _compute(self, args: tuple[Any, ...], kwargs: dict[str, Any], symbolic: bool) -> Any:
        function: Callable[..., Any] = self.compute_output_spec if symbolic else self.call
        policy = self.dtype_policy
        if scopes.autocast is None and policy.compute_dtype == policy.variable_dtype:
            return function(*args, **kwargs)
        target = (
            self.compute_dtype if self.autocast and dtypes.is_float(self.compute_dtype) else None
        )
        with AutocastScope(target):
            return function(*args, **kwargs)

    def symbolic_call(self, *args: Any, **kwargs: Any) -> Any:
        return self.compute_output_spec(*args, **kwargs)

    def _is_ready(self, args: tuple[Any, ...]) -> bool:
        """Whether the only argument is a tensor of the compute dtype."""
        if len(args) != 1:
            return False
        (x,) = args
        if type(x) is Tensor:
            return x._value.dtype.name == self.dtype_policy._compute_dtype
        return isinstance(x, KerasTensor) and x.dtype == self.input_dtype

    def _convert(self, x: Any) -> Any:
        """Arrays become tensors; floats come to the compute dtype."""
        cls = type(x)
        if cls is Tensor:
            if (
                self.autocast
                and x._value.dtype.kind == "f"
                and x._value.dtype.name != self.dtype_policy._compute_dtype
            ):
                return keep_mask(x, ops.cast(x, self.compute_dtype))
            return x
        if x is None or isinstance(x, bool | int | float | str):
            return x
        if isinstance(x, KerasTensor):
            if self.autocast and dtypes.is_float(x.dtype) and x.dtype != self.compute_dtype:
                converted = KerasTensor(x.shape, self.compute_dtype, name=x.name)
                converted.__dict__.update(
                    {k: v for k, v in x.__dict__.items() if k.startswith("_keras")}
                )
                return converted
            return x
        if isinstance(x, Symbol):
            return x
        if isinstance(x, Variable):
            return (
                x
                if dtypes.is_float(x.dtype) and x.dtype == self.compute_dtype
                else (self._convert(x.value))
            )
        if cls is list or cls is tuple or cls is dict:
            if all(isinstance(v, bool | int | float) for v in tree.flatten(x)):
                return x
            return tree.map_structure(self._convert, x)
        if hasattr(x, "__array__"):
            if hasattr(x, "dtype") and isinstance(x, np.ndarray) and x.dtype.kind in "OUS":
                raise ValueError(
                    f"layer {self.name!r} expects numbers, received an array of dtype {x.dtype}"
                )
            return self._convert(as_tensor(x))
        if tree.is_nested(x):
            return tree.map_structure(self._convert, x)
        return x

    def _build_for(self, given: dict[str, Any], first: Any) -> None:
        """Build from the shapes of the tensors that this call was given."""
        tensors = {k: v for k, v in given.items() if has_tensors(v)}
        found = {f"{k}_shape": shapes_of(v) for k, v in tensors.items()}
        build = type(self).build
        if build is Layer.build:
            if any(not layer.built for layer in self._layers):
                self._trace_to_build(given)
            self.build(next(iter(found.values()), None))
            return
        wanted = list(inspect.signature(build).parameters)[1:]
        if len(wanted) == 1:
            self.build(next(iter(found.values()), None))
        elif set(found) >= set(wanted):
            self.build(**{k: v for k, v in found.items() if k in wanted})
        else:
            self.build(**{k: v for k, v in found.items() if k in wanted} or found)
        if self.input_spec is not None:
            assert_input_compatibility(self.input_spec, first, self.name)

    def _trace_to_build(self, given: dict[str, Any]) -> None:
        """A pass on symbols builds the layers inside a layer that has no ``build`` of its own."""

        def symbol(x: Any) -> Any:
            if isinstance(x, Tensor | Symbol | Variable):
                return Symbol(tuple(x.shape), dtypes.standardize(x.dtype))
            return x

        if not self._signature.takes_training:
            given = {k: v for k, v in given.items() if k != "training"}
        with StatelessScope():
            self.call(**{k: tree.map_structure(symbol, v) for k, v in given.items()})

    def _open_name_scope(self) -> Any:
        """The scope in which this layer's variables are named; opened once per layer."""
        return NameScope(self)

    def _resolve_training(self, given: dict[str, Any], kwargs: dict[str, Any]) -> None:
        """The argument if it is given, else what the call around settled on, else the default.

        Parity: what is settled here also holds for the layers that are called next, until the
        outermost call returns.
        """
        if "training" in given:
            training = given["training"]
        else:
            training = stack.training
            if training is None:
                training = self._signature.defaults.get("training")
        stack.training = training
        if not self._signature.takes_training:
            kwargs.pop("training", None)
        elif training is not None and "training" not in given:
            kwargs["training"] = training

    def _fill_masks(self, given: dict[str, Any], kwargs: dict[str, Any]) -> None:
        signature = self._signature
        if not signature.mask_names:
            return
        tensors = {k: v for k, v in given.items() if has_tensors(v)}
        if len(tensors) == 1:
            if "mask" in signature.mask_names and given.get("mask") is None:
                kwargs["mask"] = mask_of(next(iter(tensors.values())))
        else:
            for k, v in tensors.items():
                if f"{k}_mask" in signature.mask_names and given.get(f"{k}_mask") is None:
                    kwargs[f"{k}_mask"] = mask_of(v)

    def _regularize_activity(self, outputs: Any) -> None:
        for output in tree.flatten(outputs):
            if isinstance(output, Tensor):
                loss = self.activity_regularizer(output)
                if output.ndim > 0:
                    loss = ops.divide_no_nan(loss, ops.cast(output.shape[0], loss.dtype))
                self.add_loss(loss)

    def _mask_outputs(self, first: Any, outputs: Any, previous_mask: Any) -> None:
        masked = previous_mask is not None and any(
            m is not None for m in tree.flatten(previous_mask)
        )
        if not self.supports_masking:
            if masked:
                warnings.warn(
                    f"Layer '{self.name}' (of type {type(self).__name__}) was passed an input "
                    "with a mask attached to it. However, this layer does not support masking "
                    "and will therefore destroy the mask information. Downstream layers will not "
                    "see the mask.",
                    stacklevel=3,
                )
            return
        if not masked and type(self).compute_mask is Layer.compute_mask:
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
        """``call`` as a pure function: ``(outputs, new non-trainable values[, losses])``.

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
        after = [
            scope.get_current_value(v) if scope.get_current_value(v) is not None else v.value
            for v in self.non_trainable_variables
        ]
        return (outputs, after, losses) if return_losses else (outputs, after)

    def _check_super_called(self) -> None:
        if "built" not in self.__dict__:
            raise RuntimeError(
                f"In layer '{type(self).__name__}', you forgot to call `super().__init__()` as "
                "the first statement in the `__init__()` method. Go add it!"
            )

    def __repr__(self) -> str:
        return f"<{type(self).__name__} name={self.name}, built={self.built}>"


Layer._signature = CallSignature(Layer.call)


def _finish_build(build: Callable[..., None]) -> Callable[..., None]:
    """Around every ``build``: the name scope, the shapes for the config, ``built``, the lock."""
    if getattr(build, "_finishes", False):
        return build

    @functools.wraps(build)
    def wrapped(self: Any, *args: Any, **kwargs: Any) -> None:
        self._check_super_called()
        if self.__dict__.get("_building"):  # a subclass calling super().build()
            build(self, *args, **kwargs)
            return
        object.__setattr__(self, "_building", True)
        try:
            with self._open_name_scope():
                self._path = names.current_path()
                build(self, *args, **kwargs)
        finally:
            object.__setattr__(self, "_building", False)
        bound = inspect.signature(build).bind(self, *args, **kwargs).arguments
        self._build_shapes = {k: v for k, v in list(bound.items())[1:] if k != "kwargs"}
        self.built = True
        self._locked = self._lock_after_build

    wrapped._finishes = True  # type: ignore[attr-defined]
    return wrapped


Layer.build = _finish_build(Layer.build)  # type: ignore[method-assign]


def _overrides(layer: Layer, method: str) -> bool:
    return getattr(type(layer), method) is not getattr(Layer, method)


def _as_shape(shape: Any) -> Any:
    if isinstance(shape, dict):
        return {k: _as_shape(v) for k, v in shape.items()}
    if isinstance(shape, list | tuple) and all(n is None or isinstance(n, int) for n in shape):
        return tuple(shape)
    return [_as_shape(s) for s in shape]


def _legacy_input_shape(kwargs: dict[str, Any]) -> Shape | None:
    """``input_shape``/``input_dim`` of old scripts; understood, with Keras's warning."""
    dim = kwargs.pop("input_dim", None)
    shape = kwargs.pop("input_shape", None)
    if dim is not None:
        shape = (dim,)
    if shape is None:
        return None
    warnings.warn(
        "Do not pass an `input_shape`/`input_dim` argument to a layer. When using Sequential "
        "models, prefer using an `Input(shape)` object as the first layer in the model instead.",
        stacklevel=5,
    )
    return shapes.standardize(shape)
