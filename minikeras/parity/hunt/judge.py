"""Who is wrong: compares what each library made of a call with what is right.

A number is *far* if it is outside the interval of `truth` by more than the rounding bound
c u s: u is the unit roundoff of its dtype, s the largest right number of the array, c = 64 + n, n
the count of input numbers.  A number that is far is computed again by the same backend in float64.

- It is still far, measured in the smaller u: a *wrong* number.  Rounding would have shrunk by 2²⁹.
- It is not: the formula loses digits.  It counts as *inaccurate* if the error exceeds 1,000 bounds,
  with s at least 1; as *overflow* if the number is infinite or NaN.  Less is rounding.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from minikeras.parity.backends import Call, Outcome
from minikeras.parity.hunt.truth import Interval, Truth
from minikeras.types import Array

US = "minikeras"
INACCURATE = 1000.0  # rounding bounds
TRUTH_ROUNDING = 64 * 2.0**-53  # how far off what is right may be itself
QUOTIENT_TOLERANCE = 1e-4
KINK = 1e-2  # the width of an interval of a gradient, relative to it, above which it jumps
# Results that are determined up to a sign, and how they are compared.
UP_TO_SIGNS = ("svd", "eigh", "qr")
# Functions whose results may stand in any order.
UNORDERED = ("eig",)
KINDS = ("wrong", "inaccurate", "overflow", "raises", "refuses", "shape", "dtype", "promise")


@dataclass(frozen=True)
class Finding:
    """One way in which some libraries are wrong about a call.

    kind: one of `KINDS`.  part: ``"output"`` or ``"gradient"``, with the name of the array.
    blamed: the libraries that are wrong.  size: the largest error, in rounding bounds.
    note: what one of them gave, and what is right.
    """

    kind: str
    part: str
    blamed: tuple[str, ...]
    size: float = np.inf
    note: str = ""


@np.errstate(all="ignore")
def judge(
    call: Call, outcomes: dict[str, Outcome], again: Callable[[str], Outcome]
) -> list[Finding]:
    """What is wrong about the outcomes of a call.

    outcomes: by library; `US` may be among them.
    again: computes the call in float64 with the library of this name.
    """
    truth = Truth(call, _roundoff(call))
    if truth.outcome.raised is not None:
        able = [name for name, outcome in outcomes.items() if outcome.raised is None]
        others = [name for name in outcomes if name != US]
        if others and set(others) <= set(able):
            note = f"{truth.outcome.raised.type}: {truth.outcome.raised.message[:200]}"
            return [Finding("refuses", "call", (US,), note=note)]
        return []
    found = list(_errors(outcomes))
    able_outcomes = {name: o for name, o in outcomes.items() if o.raised is None}
    found += _forms(truth, able_outcomes)
    repeated: dict[str, Outcome] = {}

    def in_float64(name: str) -> Outcome:
        if name not in repeated:
            repeated[name] = again(name)
        return repeated[name]

    for part in ("outputs", "gradients"):
        found += _numbers(truth, part, able_outcomes, in_float64)
    return found


def _roundoff(call: Call) -> float:
    """The unit roundoff of the coarsest floating input; that of float32 if there is none."""
    arrays = [
        a
        for value in (*call.inputs.values(), call.weights)
        for a in (value if isinstance(value, list | tuple) else [value])
    ]
    return max(
        (float(np.finfo(a.dtype).eps) / 2 for a in arrays if a.dtype.kind == "f"), default=2.0**-24
    )


def _errors(outcomes: dict[str, Outcome]) -> list[Finding]:
    """Libraries that fail where others compute."""
    found = []
    for attribute, part in (("raised", "call"), ("gradient_raised", "gradient")):
        able = [o for o in outcomes.values() if o.raised is None]
        failed = {n: r for n, o in outcomes.items() if (r := getattr(o, attribute)) is not None}
        if not [o for o in able if getattr(o, attribute) is None]:
            continue
        for name, error in failed.items():
            kind = "refuses" if error.is_refusal else "raises"
            note = f"{error.type}: {error.message}"
            found.append(Finding(kind, part, (name,), note=note))
    return found


def _forms(truth: Truth, outcomes: dict[str, Outcome]) -> list[Finding]:
    """Shapes, dtypes, and what Keras promises about them."""
    found = []
    right = truth.outcome.outputs
    shapes = {name: y.shape for name, y in right.items()}
    given = {n: {key: y.shape for key, y in o.outputs.items()} for n, o in outcomes.items()}
    odd = [name for name in given if given[name] != shapes]
    if odd and truth.numpy is not None:  # which may contradict us
        shapes = {"output": truth.numpy.shape}
        odd = [name for name in given if given[name] != shapes]
    if odd:
        is_alone = set(odd) == set(outcomes) - {US} and len(odd) > 1
        blamed = (US,) if US in outcomes and (is_alone or len(odd) == len(outcomes)) else tuple(odd)
        found.append(Finding("shape", "output", blamed, note=f"{given[odd[0]]}, right: {shapes}"))
    if US in outcomes and truth.call.make.module != "models":  # whose counters may be any integers
        dtypes = {n: [str(y.dtype) for y in o.outputs.values()] for n, o in outcomes.items()}
        odd = [name for name, kinds in dtypes.items() if kinds != dtypes[US]]
        if odd:
            blamed = (US,) if len(odd) == len(outcomes) - 1 > 1 else tuple(odd)
            note = f"{odd[0]}: {dtypes[odd[0]]}, {US}: {dtypes[US]}"
            found.append(Finding("dtype", "output", blamed, note=note))
    for name, outcome in outcomes.items():
        computed = [(y.shape, str(y.dtype)) for y in outcome.outputs.values()]
        if outcome.promised and not _holds(outcome.promised, computed):
            note = f"promises {outcome.promised}, computes {computed}"
            found.append(Finding("promise", "output", (name,), note=note))
    return found


def _holds(
    promised: list[tuple[tuple[int | None, ...], str]], given: list[tuple[tuple[int, ...], str]]
) -> bool:
    if len(promised) != len(given):
        return False
    return all(
        dtype == kind
        and len(shape) == len(size)
        and all(a is None or a == b for a, b in zip(shape, size))
        for (shape, dtype), (size, kind) in zip(promised, given)
    )


def _numbers(
    truth: Truth, part: str, outcomes: dict[str, Outcome], again: Callable[[str], Outcome]
) -> list[Finding]:
    right = getattr(truth.outcome, part)
    if truth.call.make.name in UNORDERED:
        return []
    if part == "gradients":
        if truth.call.make.name in UP_TO_SIGNS or not _is_smooth(truth):
            return []
        outcomes = {n: o for n, o in outcomes.items() if o.gradient_raised is None}
    found = []
    for name, value in right.items():
        near = {
            library: getattr(o, part)[name]
            for library, o in outcomes.items()
            if name in getattr(o, part) and getattr(o, part)[name].shape == value.shape
        }
        suspects = {
            library: y
            for library, y in near.items()
            if _excess(truth, Interval(value, value, value), y) > 1
        }
        if suspects:
            label = f"gradient {name}" if part == "gradients" else name
            label = "output" if label.startswith("output") else label
            found += _verdict(truth, part, name, label, near, list(suspects), again)
    return found


def _verdict(
    truth: Truth,
    part: str,
    name: str,
    label: str,
    near: dict[str, Array],
    suspects: list[str],
    again: Callable[[str], Outcome],
) -> list[Finding]:
    interval = getattr(truth, part)()[name]
    if part == "gradients":
        interval = _without_kinks(interval)
    far = {n: e for n in suspects if (e := _excess(truth, interval, near[n])) > 1}
    second = None
    if far:
        second = _second_opinion(truth, part, name, interval.value, [near[n] for n in far])
    if second is not None:
        if _excess(truth, second, interval.value) > 1:  # we are wrong, and so may others be
            interval = second
            far = {n: _excess(truth, second, y) for n, y in near.items()}
        else:
            far = {n: min(e, _excess(truth, second, near[n])) for n, e in far.items()}
    far = {n: e for n, e in far.items() if e > 1}
    if not far:
        return []
    fine = Truth(truth.call.in_dtype("float64"), 2.0**-53)
    exact = second if interval is second else getattr(fine, part)()[name]
    found: dict[str, dict[str, float]] = {}
    for library, size in far.items():
        repeated = getattr(again(library), part).get(name)
        still = (
            repeated is None
            or repeated.shape != interval.value.shape
            or _excess(fine, exact, repeated, float(repeated.dtype != "float64")) > 1
        )
        kind = _kind(truth, interval, near[library], still)
        if kind:
            found.setdefault(kind, {})[library] = size
    return [
        Finding(
            kind,
            label,
            _blamed(near, tuple(sizes), interval, truth),
            max(sizes.values()),
            _note(next(iter(sizes)), near[next(iter(sizes))], interval),
        )
        for kind, sizes in found.items()
    ]


def _blamed(
    near: dict[str, Array], far: tuple[str, ...], interval: Interval, truth: Truth
) -> tuple[str, ...]:
    """Those who are far; but minikeras, if all others are far from it and agree."""
    others = [name for name in near if name != US]
    if US in near and len(others) > 1 and US not in far and set(others) == set(far):
        first = near[others[0]].astype("float64")
        span = Interval(first, first, first)
        if all(_excess(truth, span, near[name]) <= 1 for name in others[1:]):
            return (US,)
    return far


def _kind(truth: Truth, interval: Interval, y: Array, still: bool) -> str:
    """The kind of a far number; empty if it is rounding after all."""
    with np.errstate(all="ignore"):
        is_lost = ~np.isfinite(y.astype("float64")) & np.isfinite(interval.value.astype("float64"))
    if still:
        return "wrong"
    if is_lost.any():
        return "overflow"
    return "inaccurate" if _excess(truth, interval, y, least=1.0) > INACCURATE else ""


def _second_opinion(
    truth: Truth, part: str, name: str, value: Array, suspects: list[Array]
) -> Interval | None:
    """NumPy's result, or difference quotients where suspects differ from ``value``."""
    if part == "outputs":
        found = truth.numpy
        if found is None or found.shape != value.shape:
            return None
        return Interval(found, found, found)
    with np.errstate(all="ignore"):
        off = np.max([np.abs(y.astype("float64") - value) for y in suspects], axis=0)
    interval = truth.quotients(name, np.where(np.isnan(off), np.inf, off))
    if interval is None:
        return None
    slack = QUOTIENT_TOLERANCE * max(1.0, float(np.max(np.abs(interval.value), initial=0.0)))
    low, high = interval.low - slack, interval.high + slack
    return _without_kinks(Interval(interval.value, low, high))


def _without_kinks(interval: Interval) -> Interval:
    """The interval of a gradient, unbounded where the gradient jumps.

    Where several values tie, every share of theirs is a derivative, and these may have all signs.
    """
    with np.errstate(all="ignore"):
        is_kink = interval.high - interval.low > KINK * np.maximum(1.0, np.abs(interval.value))
    low, high = np.where(is_kink, -np.inf, interval.low), np.where(is_kink, np.inf, interval.high)
    return Interval(interval.value, low, high)


def _is_smooth(truth: Truth) -> bool:
    """Whether gradients mean something: all numbers are finite."""
    values = [*truth.outcome.outputs.values(), *truth.call.inputs.values()]
    arrays = [a for v in values for a in (v if isinstance(v, list) else [v])]
    return all(np.isfinite(a).all() for a in arrays if a.dtype.kind == "f")


def _excess(truth: Truth, interval: Interval, y: Array, least: float = 0.0) -> float:
    """How many rounding bounds y is outside the interval; ∞ for NaN in place of a number.

    least: the size of the numbers that the bound is relative to is at least this.
    """
    value = np.asarray(interval.value)
    if y.dtype.kind not in "fiu" or value.dtype.kind not in "fiu":
        if (y.dtype.kind == "b" and value.dtype.kind == "b") or y.dtype.kind in "SU":
            return 0.0 if np.array_equal(y, value) else np.inf
        return _excess(truth, _as_float(interval), y.astype("float64"), least)
    if y.size == 0:
        return 0.0
    low, high = (np.asarray(a, "float64") for a in (interval.low, interval.high))
    kind = y.dtype if y.dtype.kind == "f" else np.dtype("float64")
    y, value = y.astype("float64"), value.astype("float64")
    if truth.call.make.name in UP_TO_SIGNS:
        y, value = np.abs(y), np.abs(value)
        low = high = value
    limits = np.finfo(kind)
    size = max(least, float(np.max(np.abs(value), where=np.isfinite(value), initial=0.0)))
    roundoff = max(float(limits.eps) / 2, truth.precision)
    bound = (64 + _count(truth.call)) * roundoff * size + 4 * float(limits.tiny)
    bound += TRUTH_ROUNDING * max(1.0, size)
    with np.errstate(all="ignore"):
        outside = np.maximum(np.maximum(low - y, y - high), 0.0)
        is_huge = np.abs(value) > 0.99 * float(limits.max)
        is_beyond = (np.abs(y) > 0.99 * float(limits.max)) & (np.sign(y) == np.sign(value))
        is_fine = (
            (y == value)
            | (np.isnan(y) & np.isnan(value))
            | (is_beyond & is_huge)
            | (np.isnan(y) & is_huge)  # what overflows may become ∞ − ∞
            | (np.isnan(low) & ~np.isnan(value))
        )
        outside = np.where(np.isnan(y) != np.isnan(value), np.inf, outside)
        excess = np.where(is_fine, 0.0, outside / bound)
    return float(np.max(np.where(np.isnan(excess), np.inf, excess)))


def _as_float(interval: Interval) -> Interval:
    return Interval(*(np.asarray(a).astype("float64") for a in vars(interval).values()))


def _count(call: Call) -> int:
    arrays = [a for v in call.inputs.values() for a in (v if isinstance(v, list) else [v])]
    return sum(a.size for a in arrays)


def _note(library: str, y: Array, interval: Interval) -> str:
    with np.errstate(all="ignore"):
        y, right = y.astype("float64"), interval.value.astype("float64")
        off = np.abs(y - right)
    same = (y == right) | (np.isnan(y) & np.isnan(right))
    off = np.where(same, 0.0, np.where(np.isnan(off), np.inf, off))
    place = tuple(int(i) for i in np.unravel_index(int(np.argmax(off)), off.shape))
    where = f" at {list(place)}" if place else ""
    return f"{library} gives {y[place]}{where}, right is {right[place]}"
