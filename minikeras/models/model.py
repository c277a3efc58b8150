"""A layer that can be trained, saved and summarised."""

from __future__ import annotations

import inspect
import json
from collections.abc import Callable
from typing import Any, ClassVar

from minikeras.layers import Layer
from minikeras.training.trainer import Trainer


def _is_functional(args: tuple[Any, ...], kwargs: dict[str, Any]) -> bool:
    """Whether a model is being made from tensors: ``Model(inputs, outputs)``."""
    return (
        len(args) == 2
        or (len(args) == 1 and "outputs" in kwargs)
        or ("inputs" in kwargs and "outputs" in kwargs)
    )


class Model(Trainer, Layer, base=True):
    """Layers with a training loop.

    Either ``Model(inputs, outputs)`` from symbolic tensors, or a subclass that makes its layers
    in ``__init__`` and uses them in ``call``.
    """

    _keras_module: ClassVar[str] = "keras"
    _lock_after_build = False

    def __new__(cls, *args: Any, **kwargs: Any) -> Any:
        if cls is Model and _is_functional(args, kwargs):
            from minikeras.models.functional import Functional

            return object.__new__(Functional)
        return object.__new__(cls)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        from minikeras.models.functional import Functional

        if _is_functional(args, kwargs) and not isinstance(self, Functional):
            _inject(type(self), Functional)
            Functional.__init__(self, *args, **kwargs)  # type: ignore[arg-type]
        elif args:
            raise TypeError(
                f"{type(self).__name__} takes keyword arguments only, or inputs and outputs; "
                f"received {args}"
            )
        else:
            Layer.__init__(self, **kwargs)

    def call(self, *args: Any, **kwargs: Any) -> Any:
        raise NotImplementedError(
            f"Model {type(self).__name__} does not have a `call()` method implemented."
        )

    @property
    def layers(self) -> list[Any]:
        """The layers just below this one."""
        return self._flatten_layers(include_self=False, recursive=False)

    @layers.setter
    def layers(self, _: Any) -> None:
        raise AttributeError(
            "`Model.layers` attribute is reserved and should not be used. Please use another name."
        )

    @property
    def _call_has_training_arg(self) -> bool:
        return self._signature.takes_training

    def get_layer(self, name: str | None = None, index: int | None = None) -> Any:
        """A layer by name or by position; ValueError unless exactly one is given and found."""
        layers = self.layers
        if index is not None and name is not None:
            raise ValueError(
                f"Provide only a layer name or a layer index. Received: index={index}, name={name}."
            )
        if index is not None:
            if len(layers) <= index:
                raise ValueError(
                    f"Was asked to retrieve layer at index {index} but model only has "
                    f"{len(layers)} layers."
                )
            return layers[index]
        if name is None:
            raise ValueError("Provide either a layer name or layer index at `get_layer`.")
        for layer in layers:
            if layer.name == name:
                return layer
        raise ValueError(
            f"No such layer: {name}. Existing layers are: {[layer.name for layer in layers]}."
        )

    def summary(
        self,
        line_length: int | None = None,
        positions: list[float] | None = None,
        print_fn: Callable[[str], Any] | None = None,
        expand_nested: bool = False,
        show_trainable: bool = False,
        layer_range: tuple[str, str] | list[str] | None = None,
    ) -> None:
        """Print a table of the layers: name, output shape, parameters, connections."""
        from minikeras.models.summary import print_summary

        print_summary(
            self, line_length, positions, print_fn, expand_nested, show_trainable, layer_range
        )

    def to_json(self, **kwargs: Any) -> str:
        """The config as JSON; keywords go to ``json.dumps``."""
        from minikeras.declare.serialization import serialize_keras_object

        return json.dumps(serialize_keras_object(self), **kwargs)

    @classmethod
    def from_config(cls, config: dict[str, Any], custom_objects: Any = None) -> Any:
        from minikeras.models.functional import Functional, functional_from_config

        config = dict(config)
        graph_like = {"name", "layers", "input_layers", "output_layers"} <= set(config)
        if graph_like and (cls is Model or issubclass(cls, Functional) or _takes_graph(cls)):
            return functional_from_config(
                Functional if cls is Model else cls, config, custom_objects=custom_objects
            )
        try:
            return super().from_config(config)
        except TypeError as error:
            raise TypeError(
                f"Unable to revive model from config. When overriding the `get_config()` method, "
                f"make sure that the returned config contains all items used as arguments in the "
                f"constructor to {cls}. Received config={config}: {error}"
            ) from error

    def get_state_tree(self) -> dict[str, Any]:
        """All variables' values by group and path, as nested dictionaries."""
        return {
            "trainable_variables": _nested(self.trainable_variables),
            "non_trainable_variables": _nested(self.non_trainable_variables),
            "optimizer_variables": _nested(self.optimizer.variables if self.optimizer else []),
            "metrics_variables": _nested(self.metrics_variables),
        }


def _takes_graph(cls: type) -> bool:
    parameters = inspect.signature(cls.__init__).parameters.values()  # type: ignore[misc]
    kinds = {p.kind for p in parameters}
    return {inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD} <= kinds


def _nested(variables: list[Any]) -> dict[str, Any]:
    result: dict[str, Any] = {}
    for variable in variables:
        *groups, last = variable.path.split("/")
        place = result
        for group in groups:
            place = place.setdefault(group, {})
        place[last] = variable.numpy()
    return result


def _inject(cls: type, functional: type) -> type:
    """Make a subclass of Model that called ``super().__init__(inputs, outputs)`` a Functional."""
    if cls is Model:
        return functional
    if cls is object or not issubclass(cls, Model):
        return cls
    cls.__bases__ = tuple(_inject(base, functional) for base in cls.__bases__)
    return cls
