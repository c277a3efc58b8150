"""Lambda: any function as a layer."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

from minikeras import tree
from minikeras.declare import serialization
from minikeras.layers.layer import Layer
from minikeras.messages import describe
from minikeras.types import TensorLike


class Lambda(Layer):
    """outputs = function(inputs, **arguments)

    function: a function of the inputs; it may also take ``mask`` and ``training``.
    output_shape: the shape of one output sample, or a function from the input's shape to the
        output's; only needed if ``function`` cannot be run on symbols.
    mask: the mask of the outputs, or a function of (inputs, mask).
    arguments: further keyword arguments of the function.

    Raises NotImplementedError if the shape of the outputs cannot be inferred and is not given.

    Configs hold a Python lambda as byte code; ``from_config`` needs ``safe_mode=False`` to read it.
    """

    def __init__(
        self,
        function: Callable[..., Any],
        output_shape: Any = None,
        mask: Any = None,
        arguments: dict[str, Any] | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.function, self.mask, self.arguments = function, mask, arguments or {}
        self._output_shape = output_shape
        self.supports_masking = mask is not None
        if not callable(function):
            raise TypeError(f"`function` must be callable. Received: {describe(function)}")
        takes = inspect.getfullargspec(function).args
        self._passed_on = [name for name in ("mask", "training") if name in takes]

    def call(self, inputs: TensorLike, mask: Any = None, training: bool | None = None) -> Any:
        context = {"mask": mask, "training": training}
        return self.function(inputs, **self.arguments, **{k: context[k] for k in self._passed_on})

    def compute_output_shape(self, input_shape: Any) -> Any:
        if callable(self._output_shape):
            return self._output_shape(input_shape)
        if self._output_shape is not None:
            batch = tree.flatten(input_shape)[0]
            return tree.map_shape_structure(lambda shape: (batch, *shape), self._output_shape)
        try:
            return super().compute_output_shape(input_shape)
        except Exception as error:
            raise NotImplementedError(
                "We could not automatically infer the shape of the Lambda's output. Please specify "
                f"the `output_shape` argument for this Lambda layer ({error})"
            ) from error

    def compute_mask(self, inputs: TensorLike, mask: Any = None) -> Any:
        return self.mask(inputs, mask) if callable(self.mask) else self.mask

    def get_config(self) -> dict[str, Any]:
        base = super().get_config()
        config: dict[str, Any] = {k: base[k] for k in ("name", "trainable", "dtype")}
        config["function"] = _describe(self.function)
        if self._output_shape is not None:
            shape = self._output_shape
            config["output_shape"] = _describe(shape) if callable(shape) else shape
        if self.mask is not None:
            config["mask"] = _describe(self.mask)
        return config | {"arguments": serialization.serialize_keras_object(self.arguments)}

    @classmethod
    def from_config(
        cls,
        config: dict[str, Any],
        custom_objects: dict[str, Any] | None = None,
        safe_mode: bool | None = None,
    ) -> Any:
        config = dict(config)
        safe = {} if safe_mode is None else {"safe_mode": safe_mode}
        for name in ("function", "output_shape", "mask", "arguments"):
            if name in config:
                config[name] = serialization.deserialize_keras_object(
                    _wrapped(config[name]), custom_objects=custom_objects, **safe
                )
        if isinstance(config.get("output_shape"), list):
            config["output_shape"] = tuple(config["output_shape"])
        return super().from_config(config)


def _describe(value: Any) -> Any:
    """A function as this layer writes it in Keras: the code of a lambda is the config itself."""
    found = serialization.serialize_keras_object(value)
    if isinstance(found, dict) and found.get("class_name") == "__lambda__":
        return {**found, "config": found["config"]["value"]}
    return found


def _wrapped(config: Any) -> Any:
    """What ``_describe`` gave, as other configs write it."""
    if isinstance(config, dict) and config.get("class_name") == "__lambda__":
        return {**config, "config": {"value": config["config"]}}
    return config
