"""Two optimizers side by side, update by update."""

from __future__ import annotations

import numpy as np

from minikeras import frames
from minikeras.autograd import Variable
from minikeras.exercises.exercise import Passed
from minikeras.messages import count, describe
from minikeras.optimizers import Optimizer


@frames.filter_traceback
def verify_optimizer(
    optimizer: Optimizer,
    reference: Optimizer,
    steps: int = 10,
    seed: int = 0,
    tolerance: float = 1e-5,
) -> Passed:
    """Give two optimizers the same weights and the same random gradients, and compare the weights.

    optimizer: the one to check, for example of a class of your own.
    reference: one that computes the same.
    steps: the number of updates.
    seed: of the weights and of the gradients.
    tolerance: how far a weight may be off, relative to the largest of its array.

    Raises AssertionError at the first update after which a weight differs; TypeError if one of
    the two is no optimizer.
    """
    for name, value in (("optimizer", optimizer), ("reference", reference)):
        if not isinstance(value, Optimizer):
            raise TypeError(f"{name} must be an optimizer, received {describe(value)}")
    rng = np.random.default_rng(seed)
    start = [rng.standard_normal(shape).astype("float32") for shape in ((), (3,), (2, 2))]
    mine, theirs = ([Variable(w) for w in start] for _ in range(2))
    for step in range(1, steps + 1):
        grads = [rng.standard_normal(w.shape).astype("float32") for w in start]
        before = [v.numpy() for v in theirs]
        optimizer.apply([g.copy() for g in grads], mine)
        reference.apply([g.copy() for g in grads], theirs)
        for w, g, one, other in zip(before, grads, mine, theirs):
            wrong = ~(
                np.abs(one.numpy() - other.numpy()) <= tolerance * np.abs(other.numpy()).max()
            )
            if wrong.any():
                at = tuple(np.argwhere(wrong)[0])
                raise AssertionError(
                    f"{type(optimizer).__name__}: update {step} moves a weight from {w[at]:.6g} to "
                    f"{one.numpy()[at]:.6g}, expected {other.numpy()[at]:.6g}; its gradient is "
                    f"{g[at]:.6g}. {_advice(step)}"
                )
    return Passed(type(optimizer).__name__, steps, "update")


def _advice(step: int) -> str:
    if step == 1:
        return "All slots are at their start: the rule itself, or a sign, is wrong."
    right = count(step - 1, "update")
    return f"Before, {right} agreed: look at what is carried over in slots, and at powers of t."
