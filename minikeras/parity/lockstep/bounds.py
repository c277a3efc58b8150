"""How far rounding alone may move each number of a step.

Two correct implementations add the same terms in other orders, fuse other multiplications and
additions, and call other functions for exp.  Each operation is then off by a few units of roundoff
u, and all later ones compute with what is off.  A bound that follows this through a whole step, for
every number, is found by running the step again, with an error of that size in every operation:

    y = f(x₁(1 + c δ₁), x₂, ...) (1 + c δ₂ / 2)  |δ| ≤ 3u, anew for every element
    c = √n for an operation that adds n terms, at least 4
    y = f(x₁, x₂, ...) (1 + δ)                   for an elementwise operation

    B = 4 (max |y' − y| + rms(y' − y)) + 4 u |y|      over RUNS such steps, per number

An elementwise operation can lose digits inside: eˣ − 1 of a small x, in elu.  Where float64 says
that Keras loses as many, the step runs with these errors too:

    y = f(x) (1 + δ) + e δ' / u                  e = max |f(z) − f₆₄(z)| over z = x, x (1 + c δ₃)

The probable error of a sum of n terms is √n u Σ|terms| (Higham and Mary 2019, A new approach to
probabilistic rounding error analysis); the worst, γₙ = n u / (1 − n u), is hardly ever met.
Running with random errors is Monte Carlo arithmetic (Parker 1997).  It also sees what no bound by
formula does: a relu or a maximum that falls to the other side, and a gradient that is rounding
noise from end to end, such as that of a bias before batch normalization.

Operations that only move numbers, and whole numbers, are exact; whole numbers of a sum, a product,
a softmax or a tanh are exact if all that went in was whole.  A cast to a wider dtype is exact.  One
from float64 is taken as exact: most often it takes the data, which nothing has rounded.
"""

from __future__ import annotations

import contextlib
import math
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from minikeras.autograd.indexed_slices import IndexedSlices
from minikeras.autograd.listeners import OpCall, recording
from minikeras.autograd.primitive import Primitive
from minikeras.parity.lockstep.distances import difference
from minikeras.parity.lockstep.recording import Record, replaced
from minikeras.shapes import reduced
from minikeras.types import Array

RUNS = 2
LARGER = 3.0  # than u is each error: what is the square of errors needs more than a wide bound
WIDTH = 4.0  # of the bound, in the differences that were seen
LEAST = 4.0  # c of an operation that adds few terms, or an unknown number of them

# Operations whose results are among their inputs, or are exact.
MOVES = {
    *("_reshape", "_transpose", "_getitem", "_concatenate", "_split", "_stack", "_squeeze"),
    *("_expand_dims", "_broadcast_to", "_pad", "_repeat", "_tile", "_take", "_take_along_axis"),
    *("_put", "_where", "_flip", "_roll", "_tril", "_triu", "_diagonal", "_on_diagonal", "copy"),
    *("max_window", "pick_winners", "spread_to_winners", "_max", "_min", "reorder"),
    *("relu", "negative", "absolute", "sign", "maximum", "minimum"),
}
# They broadcast, but they add.
SUMS = {"_matmul", "_einsum", "_solve", "normalize_by_moments", "normalize_by_size"}
# Their 1 is rounded, where the input is not 0.
SATURATE = {"tanh", "_sigmoid", "erf", "erfc", "exp", "softsign"}


class Noise:
    """Within ``with noise.running():`` every operation of minikeras errs by its rounding.

    inner: whether an elementwise operation also errs by the digits that it loses inside.
    """

    is_tape = False

    def __init__(self, seed: int, inner: bool = False) -> None:
        self.rng = np.random.Generator(np.random.Philox(seed))
        self.inner = inner

    @contextlib.contextmanager
    def running(self) -> Iterator[None]:
        before = recording.listeners
        recording.listeners = (self, *before)
        try:
            with replaced(Primitive, "pullback", self._pullback):
                yield
        finally:
            recording.listeners = before

    def on_value_observed(self, copied: Any) -> None:
        """Nothing is to be done."""

    def on_operation(self, call: OpCall) -> None:
        op: Any = call.op
        name = getattr(op, "__name__", "")
        if name in MOVES or (
            name == "_cast" and _is_exact(call.arrays[0].dtype, call.output.dtype)
        ):
            return
        outputs = call.output if type(call.output) is tuple else (call.output,)
        if isinstance(op, Primitive) and (not op.broadcasts or name in SUMS):
            c = _spread(call.arrays, min((y._value.size for y in outputs), default=1))
            arrays = self._first_around(call.arrays, c)
            # A sum of whole numbers is exact; a softmax that is 1 was rounded to it.
            is_exact = _are_whole(call.arrays)
            again = op.rules(arrays, call.static)[0](*arrays, **call.static)
            for y, value in zip(outputs, again if type(again) is tuple else (again,), strict=True):
                if y._value.dtype.kind == "f":
                    y._value = self.around(np.asarray(value), c / 2, is_exact)
            if name == "normalize_by_moments":
                self._move_mean(outputs, arrays, **call.static)
            return
        lost = self._lost(op, call) if self.inner and isinstance(op, Primitive) else None
        is_exact = name not in SATURATE or _are_whole(call.arrays)
        for y in outputs:
            y._value = self.around(y._value, 1.0, is_exact)
            if lost is not None:
                off = self.rng.random(lost.shape) * 2 - 1
                y._value = (y._value + LARGER * lost * off).astype(y._value.dtype)

    def _move_mean(
        self, outputs: Any, arrays: list[Any], axes: tuple[int, ...], epsilon: float
    ) -> None:
        """y ← y − γ (m' − m) / √(v + ε): x − m is not exact even where m is that of one x."""
        (y, m, v), (x, gamma, _) = outputs, arrays
        shape = reduced(x.shape, axes, True)
        mean, variance = (part._value.reshape(shape) for part in (m, v))
        slope = gamma / np.sqrt(variance + epsilon)
        y._value = (y._value - slope * (self.around(mean) - mean)).astype(y._value.dtype)

    def _lost(self, op: Primitive, call: OpCall) -> Array | None:
        """How far the results of an elementwise operation are from those in float64, or None.

        The larger of the errors here and at neighbours of the inputs: a single one may be 0 by
        luck.
        """
        exact = call.arrays
        if type(call.output) is tuple or call.output._value.dtype.kind != "f":
            return None
        found = np.zeros(call.output._value.shape)
        for arrays in (exact, [self._neighbour(x) for x in exact]):
            wide = [x.astype("float64") if _is_float(x) else x for x in arrays]
            with np.errstate(all="ignore"):
                narrow = op.rules(arrays, call.static)[0](*arrays, **call.static)
                error = difference(np.asarray(narrow), op.forward(*wide, **call.static))
            found = np.maximum(found, np.where(np.isfinite(error), error, 0.0))
        return found

    def _neighbour(self, x: Any) -> Any:
        return self.around(x, LEAST) if _is_float(x) else x

    def _pullback(self, method: Callable[..., Any]) -> Callable[..., Any]:
        def pullback(
            op: Primitive,
            dy: Any,
            y: Any,
            inputs: list[Any],
            static: Any,
            needed: Any,
            observe: Any,
        ) -> list[Any]:
            c = 2.0
            if type(dy) is np.ndarray and dy.dtype.kind == "f":
                wanted = [np.size(x) for x, need in zip(inputs, needed, strict=True) if need]
                is_sum = any(size < dy.size for size in wanted)
                adds = op.__name__ not in MOVES and (not op.broadcasts or op.__name__ in SUMS)
                if wanted and (is_sum or adds):
                    c = _spread([dy, *(inputs if adds else ())], min(wanted))
                    dy = self.around(dy, c)
            found = method(op, dy, y, inputs, static, needed, observe)
            return [self._around_gradient(dx, c / 2) for dx in found]

        return pullback

    def _around_gradient(self, dx: Any, c: float) -> Any:
        if isinstance(dx, IndexedSlices):
            return IndexedSlices(self.around(dx._values, c), dx._indices, dx.dense_shape)
        return self.around(dx, c) if type(dx) is np.ndarray else dx

    def _first_around(self, arrays: list[Any], c: float) -> list[Any]:
        """The inputs, the first floating one of which errs by c."""
        found = list(arrays)
        for i, x in enumerate(found):
            if _is_float(x):
                found[i] = self.around(x, c)
                break
        return found

    def around(self, x: Array, c: float = 1.0, is_exact: bool = True) -> Array:
        """x (1 + c δ); whole numbers as they are if they are exact."""
        if x.dtype.kind != "f" or x.size == 0:
            return x
        u = LARGER * np.finfo(x.dtype).eps / 2
        with np.errstate(all="ignore"):
            off = self._errors(x)
            err = (x * (1 + c * u * off.astype("float64"))).astype(x.dtype)
            # Rounded to x's dtype, half of the small errors would vanish: step to a neighbour.
            moved = np.where(
                off > 0,
                np.nextafter(x, x.dtype.type(np.inf)),
                np.nextafter(x, x.dtype.type(-np.inf)),
            )
            err = np.where(err == x, moved, err)
            exact = ~np.isfinite(x) | ((x == np.rint(x)) if is_exact else (x == 0))
            return np.where(exact, x, err).astype(x.dtype)

    def _errors(self, x: Array) -> Array:
        """δ/u of each element, in [−1, 1].

        Half of it is a function of the number: what rounds one 1 down rounds all others down, and
        their errors do not cancel in a sum.
        """
        bits = x.view(f"u{x.itemsize}").astype("uint64") ^ self.rng.integers(2**63, dtype="uint64")
        bits = bits * np.uint64(0x9E3779B97F4A7C15)  # a multiplicative hash
        bits = (bits ^ bits >> np.uint64(29)) * np.uint64(0xBF58476D1CE4E5B9)
        hashed = (bits >> np.uint64(40)).astype("float32") * np.float32(2.0**-23) - 1
        return (hashed + self.rng.random(x.shape, dtype="float32") * 2 - 1) / 2


def _is_exact(source: Any, target: str) -> bool:
    """Whether a cast rounds nothing, or what nothing has rounded before."""
    return source == np.float64 or np.dtype(target).itemsize >= source.itemsize


def _are_whole(arrays: list[Any]) -> bool:
    return all(np.array_equal(x, np.rint(x)) for x in arrays if _is_float(x))


def _is_float(x: Any) -> bool:
    return isinstance(x, np.ndarray) and x.dtype.kind == "f"


def _spread(arrays: list[Any], size: int) -> float:
    """√n, where n terms are added for each of ``size`` results.

    n = √(a b / size) for a product of two arrays (m×k, k×n give k); a / size for a sum.
    """
    sizes = sorted((x.size for x in arrays if _is_float(x)), reverse=True)
    if not sizes or not size:
        return LEAST
    product = math.sqrt(sizes[0] * sizes[1] / size) if len(sizes) > 1 else 0.0
    return max(LEAST, math.sqrt(max(product, sizes[0] / size)))


def bound(key: tuple[str, str], exact: Record, noisy: list[Record]) -> Array | None:
    """B of each number of a part; None if it is missing in a step with errors, or not there."""
    if key not in exact.parts or any(key not in record.parts for record in noisy):
        return None
    y = exact.parts[key].array
    others = [record.parts[key].array for record in noisy]
    if any(other.shape != y.shape for other in others):
        return None
    moved = np.stack([difference(other, y) for other in others])
    with np.errstate(all="ignore"):
        rms = np.sqrt(np.mean(np.square(moved)))
        found: Array = WIDTH * (moved.max(axis=0) + rms)
        if y.dtype.kind in "fV":
            wide = y.astype("float64")
            found = found + 4 * roundoff(y) * np.where(np.isfinite(wide), np.abs(wide), 0)
            found = found + smallest(y)
    return np.where(np.isnan(found), np.inf, found)


def factor(a: Array, b: Array, limit: Array | None) -> float | None:
    """The largest |a − b| / B; None without a bound."""
    if limit is None:
        return None
    d = difference(a, b)
    with np.errstate(all="ignore"):
        ratio = np.where(d == 0, 0.0, np.where(np.isinf(limit), 0.0, d / limit))
    return float(np.max(ratio, initial=0.0))


def roundoff(x: Array) -> float:
    """u, half the distance of 1 from the next number."""
    return 2.0**-9 if x.dtype.kind == "V" else float(np.finfo(x.dtype).eps) / 2


def smallest(x: Array) -> float:
    """The smallest normal number, below which TensorFlow flushes to 0."""
    return 1.2e-38 if x.dtype.kind == "V" else float(np.finfo(x.dtype).tiny)
