"""``Sequential``: a stack of layers; the output of each is the input of the next."""

from __future__ import annotations

import contextlib
import copy
from typing import Any, ClassVar, Self

from minikeras import frames, shapes
from minikeras.declare.names import auto_name
from minikeras.declare.serialization import deserialize_keras_object, serialize_keras_object
from minikeras.layers import InputLayer, Layer
from minikeras.messages import describe
from minikeras.models.functional import Functional
from minikeras.models.model import Model


class Sequential(Model, base=True):
    """A stack of layers; the output of each is the input of the next.

    The model is built as soon as the shape of its input is known: at once if the first layer is an
    ``Input``, else at the first call.

    layers: the layers, and possibly an ``Input`` as the first one.
    trainable: whether training changes the weights.
    name: the name of the model.

    Raises ValueError for anything that is no layer, and for two layers of the same name.
    """

    _keras_module: ClassVar[str] = "keras"
    _untracked = Model._untracked | {"_functional", "_stack"}

    def __new__(cls, *args: Any, **kwargs: Any) -> Self:
        return object.__new__(cls)

    @frames.filter_traceback
    def __init__(self, layers: Any = None, trainable: bool = True, name: str | None = None) -> None:
        if isinstance(layers, Layer):
            more = isinstance(trainable, Layer)
            raise (ValueError if more else TypeError)(
                "Sequential takes one list of layers: write Sequential([a, b]), not Sequential(a"
                + (", b)" if more else ")")
            )
        Layer.__init__(self, trainable=trainable, name=name)
        self._functional: Functional | None = None
        self._stack: list[Any] = []
        if layers:
            for layer in layers:
                self.add(layer, rebuild=False)
            self._maybe_rebuild()

    def _set_stack(self, layers: list[Any]) -> None:
        """Make ``layers`` the stack; their state comes before that of other attributes."""
        before = set(map(id, self._stack))
        others = {key: child for key, child in self._children.items() if key not in before}
        self._children = {id(layer): layer for layer in layers} | others
        self._stack = layers

    @property
    def _input_layer(self) -> InputLayer | None:
        """The input layer, if the model has got one: the first of the stack."""
        first = self._stack[0] if self._stack else None
        return first if isinstance(first, InputLayer) else None

    @frames.filter_traceback
    def add(self, layer: Any, rebuild: bool = True) -> None:
        """Append a layer.

        layer: the layer; the result of ``Input`` may be the first one.
        rebuild: whether to build the model if the shape of its input is known.

        Raises ValueError as the constructor does.
        """
        if not self._stack and getattr(layer, "_input_shape_arg", None) is not None:
            self.add(InputLayer(shape=layer._input_shape_arg))
        origin = getattr(layer, "_keras_history", (None,))[0]
        if isinstance(origin, InputLayer):
            layer = origin
        if not isinstance(layer, Layer):
            raise ValueError(
                "Only instances of `keras.Layer` can be added to a Sequential model. Received: "
                f"{describe(layer)} (of type {type(layer).__name__}){_advice(layer)}"
            )
        if any(known.name == layer.name and known is not layer for known in self._stack):
            raise ValueError(
                "All layers added to a Sequential model should have unique names. Name "
                f"'{layer.name}' is already the name of a layer in this model. Update the `name` "
                "argument to pass a unique name."
            )
        if isinstance(layer, InputLayer) and self._input_layer:
            raise ValueError(
                f"Sequential model '{self.name}' has already been configured to use input shape "
                f"{self._input_layer.batch_shape}. You cannot add a different Input layer to it."
            )
        self._set_stack([*self._stack, layer])
        self._unbuild()
        if rebuild:
            self._maybe_rebuild()

    def pop(self, rebuild: bool = True) -> Any:
        """Remove the last layer and return it.  Raises IndexError if there is none."""
        rest = self._stack[:]
        layer = rest.pop()
        self._set_stack(rest)
        self._unbuild()
        if rebuild and self._stack:
            self._maybe_rebuild()
        return layer

    def _unbuild(self) -> None:
        self.built, self._functional = False, None
        self._forget_replays()

    def _maybe_rebuild(self) -> None:
        if len(self._stack) > 1:
            if self._input_layer:
                self.build(self._input_layer.batch_shape)
            elif hasattr(self._stack[0], "input_shape"):
                self.build(self._stack[0].input_shape)

    def build(self, input_shape: Any = None) -> None:
        try:
            shape = shapes.standardize(input_shape)
        except (ValueError, TypeError):
            return  # several inputs: the layers are built as they are called
        if not self._stack:
            raise ValueError(
                f"Sequential model {self.name} cannot be built because it has no layers. Call "
                "`model.add(layer)`."
            )
        if self._input_layer is None:
            dtype = self._stack[0].compute_dtype
            self._set_stack([InputLayer(batch_shape=shape, dtype=dtype), *self._stack])
        elif self._input_layer.batch_shape != shape:
            raise ValueError(
                f"Sequential model '{self.name}' has already been configured to use input "
                f"shape {self._input_layer.batch_shape}. You cannot build it with input_shape "
                f"{shape}"
            )
        inputs = x = self._stack[0].output
        for layer in self._stack[1:]:
            try:
                x = layer(x)
            except NotImplementedError:
                return  # shapes cannot be inferred: the first call with values builds the rest
            except TypeError:
                _check_takes_one(layer)
                raise
        self._functional = Functional(inputs, x)

    def call(self, inputs: Any, training: bool | None = None, mask: Any = None) -> Any:
        if self._functional is not None:
            return self._functional.call(inputs, training=training, mask=mask)
        for layer in self.layers:
            named = {"mask": mask} if "mask" in layer._signature.mask_names else {}
            inputs = layer(inputs, **named)
            mask = getattr(inputs, "_keras_mask", None)
        return inputs

    @property
    def layers(self) -> list[Any]:
        """The layers, without the input layer."""
        return self._stack[1:] if self._input_layer else self._stack[:]

    @layers.setter
    def layers(self, _: Any) -> None:
        raise AttributeError(
            "`Sequential.layers` attribute is reserved and should not be used. Use `add()` and "
            "`pop()` to change the layers in this model."
        )

    def _graph_part(self, name: str) -> Any:
        if self._functional is None:
            raise AttributeError(f"Sequential model '{self.name}' has no defined {name} yet.")
        return getattr(self._functional, name)

    input_shape = property(lambda self: self._graph_part("input_shape"))
    output_shape = property(lambda self: self._graph_part("output_shape"))
    inputs = property(lambda self: self._graph_part("inputs"))
    outputs = property(lambda self: self._graph_part("outputs"))
    input = property(lambda self: self._graph_part("input"))
    output = property(lambda self: self._graph_part("output"))

    @property
    def input_spec(self) -> Any:
        if "_manual_input_spec" in self.__dict__:
            return self._manual_input_spec
        return None if self._functional is None else self._functional.input_spec

    @input_spec.setter
    def input_spec(self, value: Any) -> None:
        self._manual_input_spec = value

    @property
    def input_dtype(self) -> Any:
        layers = self.layers
        return layers[0].input_dtype if layers else self.compute_dtype

    def _obj_type(self) -> str:
        return "Sequential"

    def get_config(self) -> dict[str, Any]:
        layers = [serialize_keras_object(layer) for layer in self._stack]
        config = Layer.get_config(self)
        config["layers"] = copy.deepcopy(layers)
        if self._functional is not None:
            config["build_input_shape"] = self._stack[0].batch_shape
        return config

    @classmethod
    def from_config(cls, config: dict[str, Any], custom_objects: Any = None) -> Any:
        model = cls(name=config.get("name"))
        for entry in config["layers"]:
            layer = deserialize_keras_object(entry, custom_objects=custom_objects)
            model.add(layer, rebuild=False)
        model._maybe_rebuild()
        if model._functional is not None:
            for _ in config["layers"][2:]:  # Keras builds after each, which counts this name up
                auto_name("functional")
        shape = config.get("build_input_shape")
        if model._functional is None and isinstance(shape, list | tuple):
            with contextlib.suppress(ValueError):
                model.build(tuple(shape))
        if config.get("trainable") is False:
            model.trainable = False
        return model


def _advice(given: Any) -> str:
    """What to write in place of something that is no layer."""
    if isinstance(given, type) and issubclass(given, Layer):
        return f". That is a class; make a layer of it: {given.__name__}(...)"
    if isinstance(given, list | tuple):
        return ". Add its layers one by one"
    return ""


def _check_takes_one(layer: Any) -> None:
    """Raises ValueError if a layer cannot be called with one tensor alone."""
    positional, required = layer._signature.names, layer._signature.required
    if not positional or len(required) > 1:
        raise ValueError(
            "Layers added to a Sequential model should have a single positional argument, the "
            f"input tensor. Layer {type(layer).__name__} has "
            + (f"several required ones: {required}" if positional else "none")
        )
