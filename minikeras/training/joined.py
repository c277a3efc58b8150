"""The outputs of several batches, joined to one tensor.

Parity: within a function, TensorFlow joins first and then applies the elementwise functions that
end a model (Grappler, ``HoistCWiseUnaryChainsStage``).  Some of these round the last numbers of an
array differently from the others, and a joined array has its end elsewhere.
"""

from __future__ import annotations

import collections
from collections.abc import Callable
from typing import Any

from minikeras import ops, tf_function, tree
from minikeras.autograd import Tensor
from minikeras.autograd.listeners import Differentiable, OpCall, recording
from minikeras.ops.primitives.activations import _elu, _sigmoid, selu, softplus
from minikeras.ops.primitives.arithmetic import negative
from minikeras.ops.primitives.exponential import exp

# The functions that are one operation of TensorFlow and round by the place in an array.
_ROUNDED_BY_PLACE = (_elu, selu, _sigmoid, softplus, exp)
_UNARY: dict[Differentiable, Callable[..., Tensor]] = {
    function: function for function in (*_ROUNDED_BY_PLACE, negative)
}


class _Origins:
    """A listener that knows how each tensor was made, and how many operations use it."""

    is_tape = False

    def __init__(self) -> None:
        self.calls: dict[int, OpCall] = {}
        self.uses: collections.Counter[int] = collections.Counter()

    def on_operation(self, call: OpCall) -> None:
        self.calls.update({id(y): call for y in tree.flatten(call.output)})
        self.uses.update(map(id, call.inputs))

    def on_value_observed(self, copied: Any) -> None:
        """Values change nothing here."""


def joined_outputs(step: Callable[[Any], Any], batches: list[Any]) -> Any:
    """``step`` of each batch, concatenated along the axis of the samples."""
    origins, before = _Origins(), recording.listeners
    if tf_function.is_inside():
        recording.listeners = (*before, origins)
    try:
        outputs = [step(batch) for batch in batches]
    finally:
        recording.listeners = before
    return tree.map_structure(lambda *parts: _joined(parts, origins, uses=0), *outputs)


def _joined(parts: tuple[Tensor, ...], origins: _Origins, uses: int) -> Tensor:
    """``parts`` end to end; ``uses``: how many operations use a part that nothing else needs."""
    calls = [origins.calls[id(part)] for part in parts if id(part) in origins.calls]
    functions = {call.op for call in calls}
    used_once = all(origins.uses[id(part)] == uses for part in parts)
    if len(calls) < len(parts) or len(functions) > 1 or not used_once:
        return ops.concatenate(parts, axis=0)
    function, static = _UNARY.get(functions.pop()), calls[0].static
    if function is None:
        return ops.concatenate(parts, axis=0)
    if "by_rows" in static:  # behind a concatenation it is not fused with a product
        static = {**static, "by_rows": False}
    inputs = tuple(call.inputs[0] for call in calls)
    return function(_joined(inputs, origins, uses=1), **static)
