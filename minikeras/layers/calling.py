"""What every call of a layer needs: its arguments by name, the calls around it, masks, names."""

from __future__ import annotations

import inspect
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from minikeras import tree
from minikeras.autograd import Symbol, Tensor, Variable, any_symbolic
from minikeras.declare import names

if TYPE_CHECKING:
    from minikeras.layers.layer import Layer


class CallStack(threading.local):
    """The layer call that users made, and the ``training`` it hands down."""

    depth: int = 0
    training: bool | None = None
    path_owners: tuple[Any, ...] = ()


stack = CallStack()


class CallSignature:
    """What ``call`` takes, read once per class."""

    def __init__(self, call: Callable[..., Any]) -> None:
        parameters = list(inspect.signature(call).parameters.values())[1:]
        positional = (
            inspect.Parameter.POSITIONAL_OR_KEYWORD,
            inspect.Parameter.POSITIONAL_ONLY,
        )
        self.names = [p.name for p in parameters if p.kind in positional]
        every = {p.name for p in parameters}
        self.variadic = any(p.kind is inspect.Parameter.VAR_POSITIONAL for p in parameters)
        self.required = [
            p.name for p in parameters if p.kind in positional and p.default is p.empty
        ]
        self.defaults = {p.name: p.default for p in parameters if p.default is not p.empty}
        self.takes_training = "training" in every
        self.mask_names = {n for n in every if n == "mask" or n.endswith("_mask")}

    def bind(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> dict[str, Any]:
        """Arguments by name; surplus positional ones are left to ``call`` to refuse."""
        given = dict(zip(self.names, args, strict=False))
        if self.variadic:
            given |= {f"arg{i}": x for i, x in enumerate(args[len(self.names) :])}
        given.update(kwargs)
        for name in self.required:
            if name not in given:
                raise TypeError(f"missing a required argument: {name!r}")
        return given


class NameScope:
    """``with`` the layer's name on the path, unless the innermost scope is already its own."""

    __slots__ = ("_before", "_layer", "_pushed")

    def __init__(self, layer: Layer) -> None:
        self._layer = layer

    def __enter__(self) -> None:
        layer, owners = self._layer, stack.path_owners
        self._pushed = not (owners and owners[-1] is layer)
        if self._pushed:
            if layer._parent_path is None:
                layer._parent_path = names.current_path()
            self._before = owners
            stack.path_owners = (*owners, layer)
            names._scopes.append(layer.name)

    def __exit__(self, *exc: object) -> None:
        if self._pushed:
            names._scopes.pop()
            stack.path_owners = self._before


def is_symbolic(x: Any) -> bool:
    cls = type(x)
    return cls is not Tensor and any_symbolic(x)


def has_tensors(x: Any) -> bool:
    if isinstance(x, Tensor | Symbol | Variable):
        return True
    if isinstance(x, list | tuple | dict):
        flat = tree.flatten(x)
        return (
            bool(flat)
            and all(isinstance(v, Tensor | Symbol | Variable) or v is None for v in flat)
            and any(v is not None for v in flat)
        )
    return False


def shapes_of(structure: Any) -> Any:
    return tree.map_structure(lambda x: None if x is None else tuple(x.shape), structure)


def mask_of(structure: Any) -> Any:
    if type(structure) is Tensor:
        return getattr(structure, "_keras_mask", None)
    return tree.map_structure(lambda x: getattr(x, "_keras_mask", None), structure)


def keep_mask(x: Tensor, y: Any) -> Any:
    mask = getattr(x, "_keras_mask", None)
    if mask is not None:
        y._keras_mask = mask
    return y


def check_positional(args: tuple[Any, ...]) -> None:
    for arg in args:
        if type(arg) is Tensor:
            continue
        for leaf in tree.flatten(arg):
            if leaf is not None and not isinstance(leaf, Tensor | Symbol | Variable):
                raise ValueError(
                    "Only input tensors may be passed as positional arguments. The following "
                    f"argument value should be passed as a keyword argument: {leaf!r} "
                    f"(of type {type(leaf)})"
                )
