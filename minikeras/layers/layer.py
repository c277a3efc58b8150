"""``Layer``, the base of all layers: a function of tensors that owns weights."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any

from minikeras import dtype_policies, frames, regularizers, shapes, tree
from minikeras.autograd import KerasTensor, Operation, StatelessScope, Symbol, Tensor, strip
from minikeras.dtype_policies import DTypePolicy
from minikeras.layers.arguments import CallSignature, shapes_of, tensors_among
from minikeras.layers.building import finish_build
from minikeras.layers.calling import LayerCalling
from minikeras.layers.unknown_sizes import traced
from minikeras.messages import describe, unknown_arguments
from minikeras.types import DType, Shape


class Layer(LayerCalling, base=True):
    """Base of all layers: ``build`` makes the weights, ``call`` computes.

    A subclass states its arguments as annotated fields, which ``setup`` checks, or it writes its
    own ``__init__``.  ``call`` may take ``training`` and ``mask``, which are filled in.

    activity_regularizer: a penalty on the outputs, which is added to ``losses``.
    trainable: whether training changes the weights.
    dtype: a dtype name or a ``DTypePolicy``, for the weights and the computation; by default the
        global policy.
    autocast: whether floating inputs are cast to the compute dtype.
    name: a name without slashes; by default made from the name of the class.

    Raises ValueError if ``trainable`` is no bool, and for unknown keywords.

    The base class is four files: ``state.py`` (what a layer owns), ``building.py`` (how its weights
    are made), ``calling.py`` (what happens around ``call``), and this one (what a subclass writes).
    """

    if not TYPE_CHECKING:  # LayerBuilding declares its type
        input_spec = None
    supports_masking = False  # true where `compute_mask` is overridden

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
                "Expected `trainable` to be a boolean. Received: "
                f"trainable={describe(trainable)} (of type {type(trainable)})"
            )
        self._start_tracking()
        self._trainable = trainable
        self.activity_regularizer = regularizers.get(activity_regularizer)
        self.dtype_policy = dtype_policies.get(dtype)
        self.autocast = autocast
        self.built = False
        self._input_shape_arg = _legacy_input_shape(kwargs)
        if kwargs:
            functions = type(self).__init__, Layer.__init__
            raise ValueError(unknown_arguments(type(self).__name__, kwargs, *functions))

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        written = cls.__dict__
        if "build" in written:
            cls.build = finish_build(written["build"])  # type: ignore[method-assign]  # wrapped
        if "compute_mask" in written and "supports_masking" not in written:
            cls.supports_masking = True
        if "call" in written:
            cls._signature = CallSignature(written["call"])
        cls._masks_by_itself = cls.compute_mask is not Layer.compute_mask

    def _overrides(self, method: str) -> bool:
        return getattr(type(self), method) is not getattr(Layer, method)

    def _check_super_called(self) -> None:
        if "built" not in self.__dict__:
            raise RuntimeError(
                f"In layer '{type(self).__name__}', you forgot to call `super().__init__()` as "
                "the first statement in the `__init__()` method. Go add it!"
            )

    @property
    def path(self) -> str | None:
        """The names of the layers around this one and its own, with slashes; None until built."""
        return self._path

    dtype = property(lambda self: self.dtype_policy.variable_dtype)
    variable_dtype = property(lambda self: self.dtype_policy.variable_dtype)
    compute_dtype = property(lambda self: self.dtype_policy.compute_dtype)
    input_dtype = property(lambda self: self.dtype_policy.compute_dtype)
    quantization_mode = property(lambda self: None)

    # What subclasses write

    def build(self, input_shape: Any) -> None:
        """Make the weights, now that the input's shape is known.

        input_shape: the shape of the first argument of ``call``, with None for unknown sizes; a
            structure of shapes if the argument is one.
        """
        self._check_super_called()
        if any(not layer.built for layer in self._layers):
            frames.warn(
                f"`build()` was called on layer '{self.name}', however the layer does not have a "
                "`build()` method implemented and it looks like it has unbuilt state. This will "
                "cause the layer to be marked as built, despite not being actually built, which "
                "may cause failures down the line. Make sure to implement a proper `build()` "
                "method."
            )

    def call(self, *args: Any, **kwargs: Any) -> Any:
        """Compute the outputs from the inputs, which are tensors by now."""
        raise NotImplementedError(
            f"Layer {type(self).__name__} does not have a `call()` method implemented."
        )

    def compute_mask(self, inputs: Any, previous_mask: Any) -> Any:
        """The mask of the outputs; by default that of the inputs."""
        return previous_mask

    def compute_output_shape(self, *args: Any, **kwargs: Any) -> Any:
        """The shapes of the outputs, by running ``call`` on symbols.

        args, kwargs: the shapes of the arguments of ``call``; the keyword of ``x`` is ``x_shape``.
        """

        def symbol(shape: Shape) -> Symbol:
            return Symbol(shape, self.compute_dtype)

        inputs = [tree.map_shape_structure(symbol, a) for a in args]
        named = {
            k.removesuffix("_shape"): tree.map_shape_structure(symbol, v) for k, v in kwargs.items()
        }
        if "input" in named:
            inputs = [named.pop("input")]
        outputs = self._trace(*inputs, **named)
        return tree.map_structure(lambda s: s.shape, outputs)

    def compute_output_spec(self, *args: Any, **kwargs: Any) -> Any:
        """KerasTensors like the outputs of ``call``.

        Their shapes are those of ``compute_output_shape`` if a subclass overrides it; otherwise
        ``call`` is run on symbols.
        """
        if self._overrides("compute_output_shape"):
            given = tensors_among(self._signature.bind(args, kwargs))
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
        """Run ``call`` on symbols; seeds of random generators and other state do not change."""
        with StatelessScope():
            return traced(lambda given: self.call(*given[0], **given[1]), strip((args, kwargs)))

    # Configs

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
            return config | self._field_config()
        if not self._overrides("get_config") and self._call is not None:
            return config | self._call_config()
        return config

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Any:
        """The layer whose ``get_config`` this is, with new weights."""
        config = dict(config)
        if isinstance(config.get("dtype"), dict):
            config["dtype"] = dtype_policies.deserialize(config["dtype"])
        return cls(**config)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} name={self.name}, built={self.built}>"


class WeightlessLayer(Layer):
    """The base of layers without weights, which are built when they are made and pass masks on.

    A subclass that checks its arguments ends its ``setup`` with ``super().setup()``.
    """

    supports_masking = True

    def setup(self) -> None:
        self.built = not self._overrides("build")


Layer._signature = CallSignature(Layer.call)
Layer.build = finish_build(Layer.build)  # type: ignore[method-assign]  # wrapped


def _legacy_input_shape(kwargs: dict[str, Any]) -> Shape | None:
    """``input_shape`` or ``input_dim`` of old scripts, taken out of the keywords with a warning."""
    dim = kwargs.pop("input_dim", None)
    shape = kwargs.pop("input_shape", None)
    if dim is not None:
        shape = (dim,)
    if shape is None:
        return None
    frames.warn(
        "Do not pass an `input_shape`/`input_dim` argument to a layer. When using Sequential "
        "models, prefer using an `Input(shape)` object as the first layer in the model instead."
    )
    return shapes.standardize(shape)
