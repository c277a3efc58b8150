"""``Model``: a layer that can be trained and summarised."""

from __future__ import annotations

import inspect
import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, ClassVar, Self

from minikeras import absent, frames, settings, tree
from minikeras.autograd import Symbol
from minikeras.declare.serialization import serialize_keras_object
from minikeras.layers import Layer
from minikeras.layers.building import as_shape
from minikeras.messages import describe, did_you_mean
from minikeras.models.summary import print_summary
from minikeras.optional import Library
from minikeras.saving import saving_api
from minikeras.training.trainer import Trainer

export = Library("minikeras.export")
html = Library("html")


def _is_functional(args: tuple[Any, ...], kwargs: dict[str, Any]) -> bool:
    """Whether these are the arguments of ``Model(inputs, outputs)``."""
    return (
        len(args) == 2
        or (len(args) == 1 and "outputs" in kwargs)
        or ("inputs" in kwargs and "outputs" in kwargs)
    )


class Model(Trainer, Layer, base=True):
    """Layers that are trained together, with ``compile``, ``fit``, ``evaluate`` and ``predict``.

    Either ``Model(inputs, outputs)``, which makes a ``Functional`` from the calls between symbolic
    tensors, or a subclass that makes its layers in ``__init__`` and calls them in ``call``.

    inputs, outputs: KerasTensors, or lists or dicts of them.
    trainable, dtype, autocast, name: as for ``Layer``.

    Raises TypeError for other positional arguments.
    """

    _keras_module: ClassVar[str] = "keras"
    _kind = "model"
    _untracked = Layer._untracked | Trainer._untracked
    _lock_after_build = False
    _functional_class: ClassVar[Any]  # Functional, a subclass: functional.py sets it

    def __new__(cls, *args: Any, **kwargs: Any) -> Self:
        if cls is Model and _is_functional(args, kwargs):
            cls = cls._functional_class
        return object.__new__(cls)

    @frames.filter_traceback
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        functional = Model._functional_class
        if _is_functional(args, kwargs) and not isinstance(self, functional):
            _make_functional(type(self))
            functional.__init__(self, *args, **kwargs)
        elif args:
            raise TypeError(
                f"{type(self).__name__} takes keyword arguments only, or inputs and outputs, as in "
                f"Model(inputs, outputs); received {describe(args)}"
            )
        elif "inputs" in kwargs or "outputs" in kwargs:
            missing = "outputs" if "inputs" in kwargs else "inputs"
            raise ValueError(f"a functional model needs inputs and outputs; {missing} is missing")
        else:
            Layer.__init__(self, **kwargs)

    if TYPE_CHECKING:  # of functional models, which `Model(inputs, outputs)` makes
        operations: Any
        output_shape: Any
        output_names: Any
    else:  # a checker would take every name for one that is there

        def __getattr__(self, name: str) -> Any:
            of_another_base = getattr(super(), "__getattr__", None)
            if of_another_base is not None:
                return of_another_base(name)
            if name in absent.keras_names()["keras.Model"] and not hasattr(Model, name):
                raise AttributeError(absent.sentence(f"Model.{name}"), name=name)
            return object.__getattribute__(self, name)  # raises again, a property its own error

    def call(self, *args: Any, **kwargs: Any) -> Any:
        raise NotImplementedError(
            f"Model {type(self).__name__} does not have a `call()` method implemented."
        )

    @property
    def layers(self) -> list[Any]:
        """The layers just below this one."""
        return self._direct_layers()

    @layers.setter
    def layers(self, _: Any) -> None:
        raise AttributeError(
            "`Model.layers` attribute is reserved and should not be used. Please use another name."
        )

    def _direct_layers(self) -> list[Any]:
        return self._flatten_layers(include_self=False, recursive=False)

    def get_layer(self, name: str | None = None, index: int | None = None) -> Any:
        """The layer of a name, or at a position of ``layers``.

        Raises ValueError unless exactly one of the two is given and such a layer exists.
        """
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
        names = [layer.name for layer in layers]
        hint = did_you_mean(name, names) or f" Existing layers are: {names}."
        raise ValueError(f"No such layer: {describe(name)}.{hint}")

    def summary(
        self,
        line_length: int | None = None,
        positions: list[float] | None = None,
        print_fn: Callable[[str], Any] | None = None,
        expand_nested: bool = False,
        show_trainable: bool = False,
        layer_range: tuple[str, str] | list[str] | None = None,
    ) -> None:
        """Print a table of the layers: name, output shape, parameters, connections.

        line_length: the width of the table in characters.
        positions: where each column ends, as fractions of the width.
        print_fn: a function that receives the text; by default it is printed.
        expand_nested: also list the layers of the models inside this one.
        show_trainable: add a column that says whether each layer is trainable.
        layer_range: the names, or regular expressions, of the first and the last layer to list.

        Raises ValueError for a table too narrow and for a range without layers.
        """
        print_summary(
            self, line_length, positions, print_fn, expand_nested, show_trainable, layer_range
        )

    def _repr_html_(self) -> str:
        """The same table, for notebooks."""
        texts: list[str] = []
        self.summary(print_fn=texts.append)
        return f"<pre>{html.escape(''.join(texts))}</pre>"

    @frames.filter_traceback
    def save(
        self, filepath: Any, overwrite: bool = True, zipped: bool | None = None, **kwargs: Any
    ) -> None:
        """Save the model to a file, as ``keras.saving.save_model`` does."""
        saving_api.save_model(self, filepath, overwrite=overwrite, zipped=zipped, **kwargs)

    @frames.filter_traceback
    def save_weights(
        self, filepath: Any, overwrite: bool = True, max_shard_size: float | None = None
    ) -> None:
        """Save the weights to a file, as ``keras.saving.save_weights`` does."""
        saving_api.save_weights(self, filepath, overwrite, max_shard_size)

    @frames.filter_traceback
    def export(
        self,
        filepath: Any,
        format: str = "tf_saved_model",
        verbose: bool | None = None,
        input_signature: Any = None,
        **kwargs: Any,
    ) -> None:
        """Write the model for other programs to run, as ``export.export_model`` does."""
        export.export_model(self, filepath, format, verbose, input_signature, **kwargs)

    @frames.filter_traceback
    def load_weights(self, filepath: Any, skip_mismatch: bool = False, **kwargs: Any) -> None:
        """Load the weights from a file, as ``keras.saving.load_weights`` does."""
        saving_api.load_weights(self, filepath, skip_mismatch=skip_mismatch, **kwargs)

    def build_from_config(self, config: dict[str, Any]) -> None:
        """Make the variables, for the shapes of ``get_build_config``.

        A model without a ``build`` of its own is called with symbols.  Warns if that fails: such
        models have to override this method.
        """
        shapes = config.get("shapes_dict", {}) if config else {}
        if config and "input_shape" in config:
            shapes = {"input_shape": config["input_shape"]}
        if not shapes:
            return
        shapes = {name: as_shape(shape) for name, shape in shapes.items()}
        try:
            if not self._overrides("build"):
                self._trace_to_build(self._symbols(shapes))
            elif "input_shape" in config:
                self.build(shapes["input_shape"])
            else:
                self.build(**shapes)
        except Exception as error:
            frames.warn(
                f"Model '{self.name}' had a build config, but the model cannot be built "
                f"automatically in `build_from_config(config)`: {error}. You should implement "
                "`build_from_config(self, config)`, and perhaps `get_build_config(self)`."
            )
        self._build_shapes = shapes

    def _symbols(self, shapes: dict[str, Any]) -> dict[str, Any]:
        """Symbolic arguments of ``call``; a single shape is that of the first one."""
        only = len(shapes) == 1 and "input_shape" in shapes
        return {
            self._signature.names[0] if only else name.removesuffix("_shape"): (
                tree.map_shape_structure(lambda s: Symbol(s, settings.floatx()), shape)
            )
            for name, shape in shapes.items()
        }

    def to_json(self, **kwargs: Any) -> str:
        """The model's config as JSON text; keywords go to ``json.dumps``."""
        return json.dumps(serialize_keras_object(self), **kwargs)

    @classmethod
    def from_config(cls, config: dict[str, Any], custom_objects: Any = None) -> Any:
        """The model whose ``get_config`` this is, with new weights.

        custom_objects: classes by the names that the config uses.

        Raises TypeError if the constructor does not take what the config holds.
        """
        config, functional = dict(config), Model._functional_class
        graph_like = {"name", "layers", "input_layers", "output_layers"} <= set(config)
        if graph_like and (cls is Model or issubclass(cls, functional) or takes_graph(cls)):
            return functional.of_graph(functional if cls is Model else cls, config, custom_objects)
        try:
            return super().from_config(config)
        except TypeError as error:
            raise TypeError(
                f"Unable to revive model from config. When overriding the `get_config()` method, "
                f"make sure that the returned config contains all items used as arguments in the "
                f"constructor to {cls}. Received config={config}: {error}"
            ) from error

    def get_state_tree(self) -> dict[str, Any]:
        """The values of all variables, as nested dicts: by group, then along each path."""
        return {
            "trainable_variables": _nested(self.trainable_variables),
            "non_trainable_variables": _nested(self.non_trainable_variables),
            "optimizer_variables": _nested(self.optimizer.variables if self.optimizer else []),
            "metrics_variables": _nested(self.metrics_variables),
        }


def takes_graph(cls: type) -> bool:
    """Whether the constructor passes anything on: ``__init__(self, *args, **kwargs)``."""
    parameters = inspect.signature(cls.__init__).parameters.values()  # type: ignore[misc]  # the constructor of this very class
    kinds = {p.kind for p in parameters}
    return {inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD} <= kinds


def _nested(variables: list[Any]) -> dict[str, Any]:
    result: dict[str, Any] = {}
    for variable in variables:
        *groups, last = variable.path.split("/")
        inner = result
        for group in groups:
            inner = inner.setdefault(group, {})
        inner[last] = variable.numpy()
    return result


def _make_functional(cls: type) -> None:
    """Replace Model by Functional among the bases of a subclass.

    Only the call ``super().__init__(inputs, outputs)`` reveals that a subclass of Model is meant
    to be a Functional, and by then the class and this instance of it exist.  As in Keras, its
    bases change once and for all; the instance keeps its class, of which
    ``isinstance(model, Functional)`` is true from then on.
    """
    for base in cls.__mro__:
        if Model in base.__bases__:
            base.__bases__ = tuple(
                Model._functional_class if b is Model else b for b in base.__bases__
            )
