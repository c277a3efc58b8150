"""Functions that are replayed.

Layers, losses and the tape decide anew at each call what is to be computed.  For a small model
these decisions take longer than the arithmetic.  `Replay` observes two calls of a function and
writes down their kernel calls:

    t1 = _matmul(x0, v_kernel)
    t2 = add(t1, v_bias)
    ...
    d7, d8 = add_vjp(d6, t2, t1, v_bias)

Later calls with inputs of the same shapes and dtypes run these lines: the same kernels in the same
order, and therefore the same bits.  ``Replay.source`` shows them.

A function is replayed only if the two calls agree in every statement and constant.  It is not
replayed, and runs in full every time, if it inspects a value (prints it, tests it, makes an array
of it), since its control flow may depend on that value; if it assigns arrays from elsewhere to
variables; or if shapes depend on values.

Parity: other side effects of the function happen in the two observed calls only, as in Keras's
compiled functions.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from minikeras import settings, tf_function, tree
from minikeras.autograd.listeners import recording
from minikeras.autograd.replay.program import Program
from minikeras.autograd.replay.recorder import Recorder
from minikeras.autograd.tensor import Tensor
from minikeras.autograd.variable import scopes
from minikeras.types import Array

_settings = settings._settings


class Replay:
    """A function of nested tensors, replayed once two calls with the same signature agreed.

    ``source``: the program of the last observed call.  ``refused``: why it cannot be replayed.
    """

    def __init__(self, function: Callable[..., Any]) -> None:
        self._function = function
        self._first_programs: dict[Any, Program] = {}  # by signature, until the second call
        self._known: dict[Any, Callable[..., Any] | None] = {}  # None: refused
        self.source: str | None = None
        self.refused: str | None = None

    def __repr__(self) -> str:
        name = getattr(self._function, "__name__", self._function)
        return f"<Replay of {name}>"

    def __call__(self, *inputs: Any) -> Any:
        if recording.listeners or scopes.stateless is not None or scopes.autocast is not None:
            return self._function(*inputs)  # within a tape or a scope, which the program lacks
        signature, arrays = _signature(inputs)
        if signature not in self._known:
            return self._observe(signature, inputs, arrays)
        replayed = self._known[signature]
        if replayed is None:
            return self._function(*inputs)
        with np.errstate(all="ignore"):  # as in a backward pass
            return replayed(*arrays)

    def _observe(self, signature: Any, inputs: tuple[Any, ...], arrays: list[Array]) -> Any:
        """Run the function as always, and write down what it does."""
        recorder = Recorder(arrays)
        recording.listeners, recording.observer = (recorder,), recorder
        try:
            outputs = self._function(*inputs)
        finally:
            recording.listeners, recording.observer = (), None
        recorder.finish(outputs)
        program, self.refused = recorder.program, recorder.refused
        self.source = program.source
        before = self._first_programs.pop(signature, None)
        if before is None and not self.refused:
            self._first_programs[signature] = program
            return outputs
        if before is not None and not before.agrees_with(program):
            self.refused = self.refused or "two calls did not do the same"
        self._known[signature] = None if self.refused else program.compiled()
        return outputs


def _signature(inputs: tuple[Any, ...]) -> tuple[tuple[Any, ...], list[Array]]:
    """What two calls must have in common to run the same program; the arrays of the inputs."""
    arrays: list[Array] = []
    key: list[Any] = [_settings["kernels"], _settings["floatx"], _settings["epsilon"]]
    key += tf_function.state()
    for value in inputs:
        leaves: Any = (value,)
        if type(value) is not Tensor and value is not None:
            leaves = tree.flatten(value)
            key.append(tree.structure(value))
        for leaf in leaves:
            if leaf is None:
                key.append(None)
                continue
            array = leaf._value
            arrays.append(array)
            key.append((array.shape, array.dtype, array.flags.c_contiguous))
    if len({*map(id, arrays)}) < len(arrays):  # some inputs are the same array
        key += [[id(a) for a in arrays].index(id(array)) for array in arrays]
    return tuple(key), arrays
