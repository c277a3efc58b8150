"""The arguments of a call: bound to their names, made tensors, checked, their shapes read."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import numpy as np

from minikeras import dtypes, messages, ops, strings, tree
from minikeras.autograd import KerasTensor, Symbol, Tensor, Variable, any_symbolic
from minikeras.autograd.conversion import as_tensor

_TENSORS = (Tensor, Symbol, Variable)


class CallSignature:
    """The parameters of a ``call`` method, read once per class."""

    def __init__(self, call: Callable[..., Any]) -> None:
        parameters = list(inspect.signature(call).parameters.values())[1:]
        positional = [
            p for p in parameters if p.kind in (p.POSITIONAL_OR_KEYWORD, p.POSITIONAL_ONLY)
        ]
        self.names = [p.name for p in positional]
        self.required = [p.name for p in positional if p.default is p.empty]
        self.variadic = any(p.kind is p.VAR_POSITIONAL for p in parameters)
        self.defaults = {p.name: p.default for p in parameters if p.default is not p.empty}
        every = {p.name for p in parameters}
        self.takes_training = "training" in every
        self.mask_names = {n for n in every if n == "mask" or n.endswith("_mask")}

    def bind(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> dict[str, Any]:
        """Arguments by name; surplus positional ones are left for ``call`` to refuse.

        Raises TypeError if a required argument is missing.
        """
        given = dict(zip(self.names, args, strict=False))
        if self.variadic:
            given |= {f"arg{i}": x for i, x in enumerate(args[len(self.names) :])}
        given.update(kwargs)
        for name in self.required:
            if name not in given:
                raise TypeError(f"missing a required argument: {name!r}")
        return given


def convert(
    x: Any,
    dtype: str,
    autocast: bool,
    layer_name: str,
    takes_text: Callable[[], bool] = lambda: False,
) -> Any:
    """An argument as ``call`` receives it: arrays are tensors, floats have the layer's dtype.

    dtype: the compute dtype of the layer.
    autocast: whether floating tensors of another dtype are cast to it.
    takes_text: tells whether arrays of text become tensors.

    Raises ValueError for an array of text or objects otherwise.
    """
    if type(x) is Tensor:
        given = x._value.dtype
        return _cast(x, dtype) if autocast and given.kind == "f" and given.name != dtype else x
    if x is None or isinstance(x, bool | int | float | str):
        return x
    if isinstance(x, KerasTensor):
        if not autocast or not dtypes.is_float(x.dtype) or x.dtype == dtype:
            return x
        converted = KerasTensor(x.shape, dtype, name=x.name)
        converted.__dict__ |= {k: v for k, v in x.__dict__.items() if k.startswith("_keras")}
        return converted
    if isinstance(x, Symbol):
        return _cast(x, dtype) if autocast and dtypes.is_float(x.dtype) and x.dtype != dtype else x
    if isinstance(x, Variable):
        if dtypes.is_float(x.dtype) and x.dtype == dtype:
            return x
        return convert(x.value, dtype, autocast, layer_name)
    if type(x) in (list, tuple, dict):
        if all(isinstance(v, bool | int | float) for v in tree.flatten(x)):
            return x
    elif hasattr(x, "dtype") and strings.is_text(x) and takes_text():
        return Tensor(strings.array(x))
    elif hasattr(x, "__array__"):
        if isinstance(x, np.ndarray) and x.dtype.kind in "OUS":
            raise ValueError(f"inputs of layer {layer_name!r}: {messages.not_numbers(x)}")
        return convert(as_tensor(x), dtype, autocast, layer_name)
    elif not tree.is_nested(x):
        return x
    return tree.map_structure(lambda v: convert(v, dtype, autocast, layer_name, takes_text), x)


def _cast(x: Any, dtype: str) -> Any:
    """The same in another dtype, with its mask."""
    y = ops.cast(x, dtype)
    if hasattr(x, "_keras_mask"):
        y._keras_mask = x._keras_mask
    return y


def check_positional(args: tuple[Any, ...]) -> None:
    """Raises ValueError if a positional argument is anything but tensors."""
    for argument in args:
        if any(
            leaf is not None and not isinstance(leaf, _TENSORS) for leaf in tree.flatten(argument)
        ):
            raise ValueError(
                f"Only tensors may be passed as positional arguments; {_instead(argument)}"
            )


def _instead(argument: Any) -> str:
    leaves = tree.flatten(argument)
    if isinstance(argument, list | tuple) and all(
        isinstance(x, bool | int | float) for x in leaves
    ):
        return f"received {messages.describe(argument)}; write np.array(...) around it"
    wrong = next(x for x in leaves if x is not None and not isinstance(x, _TENSORS))
    if isinstance(wrong, bool | int | float):
        return f"pass {messages.describe(wrong)} by its keyword"
    return messages.received(wrong)


def is_symbolic(args: tuple[Any, ...], kwargs: dict[str, Any]) -> bool:
    """Whether an argument is, or holds, a KerasTensor."""
    if any(type(x) is not Tensor and any_symbolic(x) for x in args):
        return True
    return bool(kwargs) and any_symbolic(kwargs)


def has_symbols(structure: Any) -> bool:
    """Whether a call runs on symbols, within one that finds out shapes."""
    return any(isinstance(x, Symbol) for x in tree.flatten(structure))


def as_symbols(spec: Any) -> Any:
    """Symbols in place of KerasTensors: what a layer that needs values gives for symbols."""
    return tree.map_structure(lambda x: Symbol(x.shape, x.dtype), spec)


def tensors_among(given: dict[str, Any]) -> dict[str, Any]:
    """The arguments that are tensors, or structures of tensors and None."""
    return {name: x for name, x in given.items() if _has_tensors(x)}


def _has_tensors(x: Any) -> bool:
    if isinstance(x, list | tuple | dict):
        leaves = [v for v in tree.flatten(x) if v is not None]
        return bool(leaves) and all(isinstance(v, _TENSORS) for v in leaves)
    return isinstance(x, _TENSORS)


def shapes_of(structure: Any) -> Any:
    """The shapes of a structure of tensors, in the same structure."""
    return tree.map_structure(lambda x: None if x is None else tuple(x.shape), structure)


_NOTE = "While calling"


def note_call(error: Exception, layer: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
    """Note on an error in which layer it was raised, unless a layer inside has noted it.

    A note leaves the type, the arguments and ``str(error)`` as they are, which programs compare:
    the error may be of a user's own class.  Tracebacks, notebooks, ``logging.exception`` and
    ``minikeras verify`` show it; ``traceback.format_exception_only`` gives it with the message.
    """
    if any(note.startswith(_NOTE) for note in getattr(error, "__notes__", ())):
        return
    name = vars(layer).get("name")
    if name is None:  # its constructor did not call super().__init__()
        return
    where = f"{layer._kind} {name!r} ({type(layer).__name__}"
    path = layer.path
    where += f", {path})" if path not in (None, name) else ")"
    given = dict(zip(layer._signature.names, args, strict=False)) | kwargs
    lines = [f"  {name}: {messages.describe(x)}" for name, x in given.items()]
    error.add_note("\n".join([f"{_NOTE} {where} with", *lines] if lines else [f"{_NOTE} {where}"]))
