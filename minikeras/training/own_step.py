"""A ``train_step`` of the user's own, watched while it runs.

What such a step does is known to nobody before: which tapes it opens, what it differentiates, how
often it calls an optimizer.  So it runs as it is, and what passes by is noted: the calls of layers,
the targets and gradients of tapes, and what optimizers are given.
"""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from minikeras import tree
from minikeras.autograd import GradientTape, Tensor, Variable
from minikeras.layers.calling import calls_told
from minikeras.optimizers import Optimizer
from minikeras.optimizers.explain import Explanation


class OwnStep:
    """What was noted while a step ran within ``watching``.

    model: whose layers are noted, without itself.
    calls: name, path and outputs of each call of a layer.
    targets: what tapes were asked to differentiate.
    flow: the gradients of these with respect to the layers' outputs, by the id of the output.
    gradients: with respect to variables: what optimizers were given, else what tapes returned; by
        the id of the variable.
    explanation: what the optimizers do with them; None if none was called.
    """

    def __init__(self, model: Any) -> None:
        self.model = model
        self.calls: list[tuple[str, str, Any]] = []
        self.targets: list[Tensor] = []
        self.flow: dict[int, Any] = {}
        self.gradients: dict[int, Any] = {}
        self.explanation: Explanation | None = None
        self._inside = False  # whether an optimizer is at work, or this class asks for gradients

    @contextlib.contextmanager
    def watching(self) -> Iterator[None]:
        """Within the block tapes and optimizers compute as ever, and are noted."""
        with (
            calls_told(self._on_call),
            _replaced(GradientTape, "gradient", self._gradient),
            _replaced(Optimizer, "apply", self._apply),
        ):
            yield

    def outputs(self) -> list[Any]:
        """The outputs of all layers, and the logits behind them."""
        flat = tree.flatten([outputs for *_, outputs in self.calls])
        logits = [getattr(y, "_keras_logits", None) for y in flat]
        return [*flat, *(y for y in logits if y is not None)]

    def _on_call(self, around: tuple[Any, ...], layer: Any, outputs: Any) -> None:
        leaves = tree.flatten(outputs)
        if layer is not self.model and all(isinstance(y, Tensor) for y in leaves):
            names = [outer.name for outer in around if outer is not self.model]
            self.calls.append((layer.name, "/".join([*names, layer.name]), outputs))

    def _gradient(self, method: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(method)
        def gradient(tape: Any, target: Any, sources: Any, *args: Any, **kwargs: Any) -> Any:
            known = any(isinstance(v, Variable) for v in tree.flatten(sources))
            if self._inside or not known:
                return method(tape, target, sources, *args, **kwargs)
            # The outputs are asked for by themselves: with more sources, the gradients of the
            # variables could be added in another order.
            outputs = self.outputs()
            persistent, tape._persistent, self._inside = tape._persistent, True, True
            try:
                found = method(tape, target, outputs, *args, **kwargs) if outputs else []
            finally:
                tape._persistent, self._inside = persistent, False
            self.targets += [y for y in tree.flatten(target) if isinstance(y, Tensor)]
            for y, dy in zip(outputs, found, strict=True):
                if dy is not None:
                    self.flow.setdefault(id(y), dy)
            gradients = method(tape, target, sources, *args, **kwargs)
            for v, g in zip(tree.flatten(sources), tree.flatten(gradients), strict=True):
                self.gradients.setdefault(id(v), g)
            return gradients

        return gradient

    def _apply(self, method: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(method)
        def apply(optimizer: Any, grads: Any, trainable_variables: Any = None) -> Any:
            if self._inside:
                return method(optimizer, grads, trainable_variables)
            grads = list(grads)
            if trainable_variables is not None:
                trainable_variables = list(trainable_variables)
            self._inside = True
            try:
                found = optimizer.explain(grads, trainable_variables)
                known = self.explanation or Explanation({}, {})
                self.explanation = Explanation(
                    {**known.records, **found.records}, {**known.given, **found.given}
                )
                result = method(optimizer, grads, trainable_variables)
            finally:
                self._inside = False
            for v, g in zip(trainable_variables or optimizer._trainable_variables, grads):
                self.gradients[id(v)] = g
            return result

        return apply

    def unseen(self) -> list[str]:
        """What could not be shown of the step, in words."""
        name = f"{type(self.model).__name__}.train_step"
        found = [f"the terms of the loss: {name} computes it"]
        if not self.targets:
            found.append(f"gradients of outputs: {name} asked no tape for gradients of weights")
        if self.explanation is None:
            found.append(f"the update in formulas: {name} called no optimizer")
        return [*found, f"the program: {name} is Python code that fit runs each time"]


def numbers(logs: Any) -> dict[str, float]:
    """What a step returned, as numbers by name; what is no number is left out."""
    found = {}
    for name, value in logs.items() if isinstance(logs, dict) else ():
        array = np.asarray(value._value if isinstance(value, Tensor | Variable) else value)
        if array.size == 1 and array.dtype.kind in "fiub":
            found[str(name)] = float(array.reshape(()))
    return found


@contextlib.contextmanager
def _replaced(owner: type, name: str, hook: Callable[..., Any]) -> Iterator[None]:
    before = getattr(owner, name)
    setattr(owner, name, hook(before))
    try:
        yield
    finally:
        setattr(owner, name, before)
