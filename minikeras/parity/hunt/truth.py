"""What a call should give: float64 here, NumPy where it has the function, difference quotients.

Rounding cannot be told from a defect by its size alone.  So the right result of a call is not a
number but an interval: the results in float64 for inputs that differ from the given ones by a few
units in the last place of the precision under test.  It is wide where the problem is badly
conditioned, where values tie, and where a derivative jumps.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import Any

import numpy as np

import minikeras
from minikeras import settings
from minikeras.parity.backends import Call, Outcome, evaluate
from minikeras.parity.backends.calls import factors
from minikeras.types import Array

NEIGHBOURS = 8
STEPS = (-2, -1, 1, 2)  # units in the last place
TINY = 1e-20  # how far zeros are moved for gradients
QUOTIENT_STEP = 1e-6
MOST_QUOTIENTS = 12  # elements of an input of which difference quotients are taken


@dataclass(frozen=True)
class Interval:
    """The right values of an array: ``value`` for the inputs as given, ``low`` to ``high`` nearby.

    ``low`` is NaN where no value can be called right.
    """

    value: Array
    low: Array
    high: Array


class Truth:
    """The right results of one call.

    call: what is computed.
    precision: the unit roundoff of the dtype under test; inputs move by a few of these.
    """

    def __init__(self, call: Call, precision: float) -> None:
        self.call, self.precision = call, precision
        self.outcome = reference(call)

    def __repr__(self) -> str:
        return f"<Truth of {self.call.make!r}>"

    def outputs(self) -> dict[str, Interval]:
        """The intervals of the outputs."""
        return self._near[0]

    def gradients(self) -> dict[str, Interval]:
        """The intervals of the gradients."""
        return self._near_zeros[1]

    @functools.cached_property
    def _near(self) -> tuple[dict[str, Interval], dict[str, Interval]]:
        return self._intervals(moves_zeros=False)

    @functools.cached_property
    def _near_zeros(self) -> tuple[dict[str, Interval], dict[str, Interval]]:
        return self._intervals(moves_zeros=True)

    def _intervals(self, moves_zeros: bool) -> tuple[dict[str, Interval], dict[str, Interval]]:
        rng = np.random.default_rng(0)
        near = [self.outcome]
        for _ in range(NEIGHBOURS):
            moved = _moved(self.call.in_dtype("float64"), rng, self.precision, moves_zeros)
            near.append(reference(moved))
        return (
            _spans(self.outcome.outputs, [o.outputs for o in near]),
            _spans(self.outcome.gradients, [o.gradients for o in near]),
        )

    @functools.cached_property
    def numpy(self) -> Array | None:
        """The result of NumPy's function of the same name, if there is one that takes this call.

        Its shape may be another than that of the right result.
        """
        make, inputs = self.call.make, self.call.in_dtype("float64").inputs
        function = getattr(np, make.name, None) if make.module == "ops" else None
        if function is None or any(isinstance(v, list) for v in inputs.values()):
            return None
        try:
            with np.errstate(all="ignore"):
                found = function(*inputs.values(), **make.arguments)
        except Exception:
            return None
        if "output" not in self.outcome.outputs or not isinstance(found, np.ndarray | np.generic):
            return None
        return np.asarray(found)

    def quotients(self, name: str, disputed: Array) -> Interval | None:
        """Difference quotients for one input, computed from the outputs in float64 alone.

        disputed: how much each element is disputed; quotients are taken for the largest of these.
        ``low`` and ``high`` are the quotients to the left and to the right, and infinite for
        elements without a quotient.  None if it is no plain input, or not finite.
        """
        call = self.call.in_dtype("float64")
        x = call.inputs.get(name)
        if not isinstance(x, np.ndarray) or not np.isfinite(x).all():
            return None
        middle = _weighted(self.outcome)
        sides = np.array([np.full(x.size, -np.inf), np.full(x.size, np.inf)])
        chosen = np.argsort(-np.ravel(disputed), kind="stable")[:MOST_QUOTIENTS]
        for k in chosen[np.ravel(disputed)[chosen] > 0]:
            step = QUOTIENT_STEP * max(1.0, abs(x.flat[k])) if x.flat[k] else QUOTIENT_STEP
            for i, sign in enumerate((-1, 1)):
                moved = x.copy()
                moved.flat[k] += sign * step
                inputs = {**call.inputs, name: moved}
                there = reference(Call(call.make, inputs, call.weights, call.training, False))
                if there.raised is not None:
                    return None
                sides[i, k] = sign * (_weighted(there) - middle) / step
        low, high = np.sort(sides, axis=0).reshape(2, *x.shape)
        known = self.outcome.gradients[name]
        return Interval(np.where(np.isinf(low), known, (low + high) / 2), low, high)


def reference(call: Call) -> Outcome:
    """The call in float64, with kernels of plain NumPy."""
    with settings.use_kernels("reference"):
        return evaluate(minikeras, call.in_dtype("float64"), "float64")


def _weighted(outcome: Outcome) -> float:
    """The number whose gradient `evaluate` computes."""
    terms = [
        float(np.sum(y * factors(y.shape)))
        for name, y in outcome.outputs.items()
        if y.dtype.kind == "f" and not name.startswith("moved")
    ]
    return sum(terms)


def _spans(values: dict[str, Array], near: list[dict[str, Array]]) -> dict[str, Interval]:
    found = {}
    for name, value in values.items():
        others = [o[name] for o in near if name in o and o[name].shape == value.shape]
        if value.dtype.kind not in "fiu" or not others:
            found[name] = Interval(value, value, value)
            continue
        stack = np.stack(others).astype("float64")
        low, high = stack.min(0, initial=np.inf), stack.max(0, initial=-np.inf)  # NaN if one is
        with np.errstate(invalid="ignore"):
            width = np.where(np.isfinite(high - low), high - low, 0.0)
        found[name] = Interval(value, low - width, high + width)
    return found


def _moved(call: Call, rng: Any, precision: float, moves_zeros: bool) -> Call:
    """The call with every floating number a few units in the last place away."""

    def moved(value: Any) -> Any:
        if isinstance(value, list | tuple):
            return type(value)(moved(v) for v in value)
        if value.dtype.kind != "f":
            return value
        steps = rng.choice(STEPS, value.shape)
        zeros = steps * TINY if moves_zeros else 0.0
        return np.where(value == 0, zeros, value * (1 + steps * precision))

    inputs = {name: moved(value) for name, value in call.inputs.items()}
    return Call(call.make, inputs, moved(call.weights), call.training, call.gradient)
