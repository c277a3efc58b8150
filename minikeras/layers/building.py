"""How a layer is built: its weights are made when the shape of its input is known."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, ClassVar

from minikeras import dtypes, tf_function, tree
from minikeras.autograd import StatelessScope, Symbol, Tensor, Variable
from minikeras.declare import names
from minikeras.layers.arguments import CallSignature, shapes_of, tensors_among
from minikeras.layers.input_spec import InputSpec, assert_input_compatibility
from minikeras.layers.state import LayerState
from minikeras.layers.unknown_sizes import traced


class LayerBuilding(LayerState):
    """Calls ``build`` with the shapes that its parameters name, and records them for the config."""

    _lock_after_build: ClassVar[bool] = True  # models may grow after they are built
    _build_shapes: dict[str, Any] | None = None
    _parent_path: str | None = None
    _path: str | None = None

    if TYPE_CHECKING:  # set by Layer
        _signature: ClassVar[CallSignature]
        input_spec: InputSpec | list[Any] | dict[str, Any] | None
        call: Callable[..., Any]
        build: Callable[..., None]

        def _overrides(self, method: str) -> bool: ...

    def _build_for(self, given: dict[str, Any], first: Any) -> None:
        """Build for the arguments of a call: ``build(x_shape)`` gets the shape of ``x``.

        A ``build`` with one parameter gets the shape of the first tensor, whatever its name.
        """
        found = {f"{name}_shape": _known_shapes(x) for name, x in tensors_among(given).items()}
        if not self._overrides("build"):
            if any(not layer.built for layer in self._layers):
                self._trace_to_build(given)
            self.build(next(iter(found.values()), None))
            return
        wanted = list(inspect.signature(self.build).parameters)
        if len(wanted) == 1:
            self.build(next(iter(found.values()), None))
        else:
            known = {k: v for k, v in found.items() if k in wanted}
            self.build(**(known if known or not wanted else found))
        if self.input_spec is not None:
            assert_input_compatibility(self.input_spec, first, self.name)

    def _trace_to_build(self, given: dict[str, Any]) -> None:
        """Build the sublayers of a layer without ``build`` by running ``call`` on symbols."""

        def symbol(x: Any) -> Any:
            if isinstance(x, Tensor | Symbol | Variable):
                is_text = x.dtype == object  # Tensor's dtype of strings
                return Symbol(tuple(x.shape), "string" if is_text else dtypes.standardize(x.dtype))
            return x

        if not self._signature.takes_training:
            given = {k: v for k, v in given.items() if k != "training"}
        with StatelessScope():
            symbols = {k: tree.map_structure(symbol, v) for k, v in given.items()}
            traced(lambda known: self.call(**known), symbols)

    def get_build_config(self) -> dict[str, Any] | None:
        """The shapes that the layer was built with; None before."""
        built_with = self._build_shapes
        if built_with is None:
            return None
        if len(built_with) == 1:
            return {"input_shape": next(iter(built_with.values()))}
        return {"shapes_dict": built_with}

    def build_from_config(self, config: dict[str, Any]) -> None:
        """Build with the shapes of ``get_build_config``."""
        if not config:
            return
        if "input_shape" in config:
            shape = config["input_shape"]  # None: of a layer that takes arrays as they are
            self.build(shape if shape is None else as_shape(shape))
        elif "shapes_dict" in config:
            self.build(**{k: as_shape(v) for k, v in config["shapes_dict"].items()})


def finish_build(build: Callable[..., None]) -> Callable[..., None]:
    """A ``build`` method that also opens the name scope, and marks and locks the built layer."""
    if getattr(build, "_finishes", False):
        return build

    @functools.wraps(build)
    def finished(self: Any, *args: Any, **kwargs: Any) -> None:
        self._check_super_called()
        if self.__dict__.get("_building"):  # a subclass calls super().build()
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

    finished._finishes = True  # type: ignore[attr-defined]  # functions take attributes
    return finished


def _known_shapes(structure: Any) -> Any:
    """The shapes of a structure of tensors.

    Parity: the size of the batch is None where Keras's function does not know it, and so stands in
    the config that says how the layer was built.
    """
    found = shapes_of(structure)
    if tf_function.knows_batch_size() or not tf_function.has_losses():
        return found
    return tree.map_shape_structure(lambda s: (None, *s[1:]) if s else s, found)


def as_shape(shape: Any) -> Any:
    """A shape, or a structure of shapes, read back from a config: lists of sizes are tuples."""
    if isinstance(shape, dict):
        return {k: as_shape(v) for k, v in shape.items()}
    if isinstance(shape, list | tuple) and all(n is None or isinstance(n, int) for n in shape):
        return tuple(shape)
    return [as_shape(s) for s in shape]
