"""The operations of a model, written down while it runs on symbols.

A model runs on symbols to find out the shapes of its outputs.  All operations that it consists of
report themselves then, with unknown sizes where the batch is.  What does not depend on the inputs
is computed meanwhile, and so becomes a constant.
"""

from __future__ import annotations

import dataclasses
from typing import Any

from minikeras import tree
from minikeras.autograd import StatelessScope, Symbol
from minikeras.autograd.conversion import dtype_of
from minikeras.autograd.listeners import recording
from minikeras.messages import describe


@dataclasses.dataclass(frozen=True)
class Call:
    """One operation on symbols: ``outputs = op(*inputs, **static)``."""

    op: Any
    inputs: tuple[Any, ...]
    static: dict[str, Any]
    outputs: Any  # a symbol, or a tuple of them
    kinds: list[Any]  # dtypes of the inputs, as they were read; the type of a Python number


@dataclasses.dataclass(frozen=True)
class Trace:
    """A model in inference mode: its inputs and outputs by name, and the calls between them."""

    inputs: dict[str, Symbol]
    outputs: dict[str, Any]
    calls: list[Call]


def trace(model: Any, input_signature: Any = None) -> Trace:
    """The operations of a model in inference mode, with a batch of any size.

    input_signature: objects with a shape and a dtype in the structure of the inputs: InputSpecs,
        KerasTensors, tensors.  Needed if the model is not built.

    Raises ValueError without a signature for a model that has no known inputs.
    """
    struct = _signature_of(model) if input_signature is None else _as_argument(input_signature)
    inputs = tree.map_structure(_symbol, struct)
    names = _names(tree.flatten(struct))
    calls: list[Call] = []

    def note(op: Any, given: tuple[Any, ...], static: dict[str, Any], outputs: Any) -> None:
        calls.append(Call(op, given, static, outputs, [*map(_kind, given)]))

    before, recording.on_symbols = recording.on_symbols, note
    try:
        with StatelessScope():
            outputs = model.call(inputs, **_inference(model))
    finally:
        recording.on_symbols = before
    flat = tree.flatten(outputs)
    owner = getattr(model, "_functional", None) or model
    known = getattr(owner, "output_names", None) or []
    if len(known) != len(flat):
        known = ["output"] if len(flat) == 1 else [f"output_{i}" for i in range(len(flat))]
    return Trace(
        dict(zip(names, tree.flatten(inputs), strict=True)),
        dict(zip(_unique(known, names), flat, strict=True)),
        _needed(calls, flat),
    )


def _kind(x: Any) -> Any:
    return type(x) if isinstance(x, bool | int | float) else dtype_of(x)


def _needed(calls: list[Call], outputs: list[Any]) -> list[Call]:
    """The calls that outputs depend on; a mask, for example, may be ignored by a later layer."""
    wanted = set(map(id, outputs))
    found = []
    for call in reversed(calls):
        if any(id(y) in wanted for y in tree.flatten(call.outputs)):
            wanted.update(map(id, call.inputs))
            found.append(call)
    return found[::-1]


def _inference(model: Any) -> dict[str, Any]:
    return {"training": False} if model._signature.takes_training else {}


def _signature_of(model: Any) -> Any:
    """The symbolic inputs of a model, or the shapes with which it was built."""
    for owner in (model, getattr(model, "_functional", None)):
        struct = getattr(owner, "_inputs_struct", None)
        if struct is not None:
            return struct
    config = model.get_build_config() if model.built else None
    if not config or "input_shape" not in config:
        raise ValueError(
            f"model {model.name!r} has no known inputs: call it on data once, or give "
            "input_signature=[keras.InputSpec(shape=(None, ...), dtype='float32')]"
        )
    dtype = model.compute_dtype
    return tree.map_shape_structure(
        lambda shape: Symbol((None, *shape[1:]), dtype), config["input_shape"]
    )


def _as_argument(signature: Any) -> Any:
    """A list of one is one argument, as Keras's signatures are."""
    if isinstance(signature, list | tuple) and len(signature) == 1:
        return signature[0]
    return signature


def _symbol(spec: Any) -> Symbol:
    shape = getattr(spec, "shape", None)
    if shape is None:
        raise ValueError(
            "input_signature must hold objects with a shape, such as keras.InputSpec(shape=(None, "
            f"3)); received {describe(spec)}"
        )
    return Symbol(tuple(shape), getattr(spec, "dtype", None) or "float32")


def _names(specs: list[Any]) -> list[str]:
    """A name for each input: that of its input layer, or one by its number."""
    names = []
    for i, spec in enumerate(specs):
        history = getattr(spec, "_keras_history", None)
        own = history[0].name if history else getattr(spec, "name", None)
        names.append(own or ("inputs" if len(specs) == 1 else f"inputs_{i}"))
    return _unique(names, [])


def _unique(names: list[str], taken: list[str]) -> list[str]:
    found: list[str] = []
    for name in names:
        number, candidate = 0, name
        while candidate in found or candidate in taken:
            number += 1
            candidate = f"{name}_{number}"
        found.append(candidate)
    return found
