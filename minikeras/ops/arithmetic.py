"""Sums, products, powers and extremes of corresponding elements."""

import functools
import itertools
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import numpy as np

from minikeras import tf_function
from minikeras.autograd import Tensor
from minikeras.dtypes import floating
from minikeras.ops.core import as_kind, converted
from minikeras.ops.declarations import operation
from minikeras.ops.indexing import where
from minikeras.ops.kinds import counting, measuring
from minikeras.ops.primitives.arithmetic import (
    _add,
    _rounded_as,
    absolute,
    bias_add,
    divide,
    divide_no_nan,
    divided_by_constant,
    maximum,
    minimum,
    mod,
    power,
    sign,
    sqrt,
    square,
)
from minikeras.ops.primitives.comparison import isnan
from minikeras.ops.primitives.conversion import stop_gradient
from minikeras.types import Shape, TensorLike


@operation("ops.numpy")
def add(x1: TensorLike, x2: TensorLike) -> TensorLike:
    """x₁ + x₂, elements of the common dtype; shapes broadcast.

    Parity: x₂ may be a bias, see `_bias_of`, and its gradient is then summed as a bias's; every
    other sum, `x1 + x2` included, has its gradient in the order of `sum`.
    """
    bias = _bias_of(x1, x2)
    if bias is None:
        return with_addends(_add(x1, x2), lambda: (x1, x2))
    return mark_biased(bias_add(x1, bias), rank=2)


def mark_biased(y: TensorLike, rank: int) -> TensorLike:
    """Remember that y, if it is of this rank, is a product plus a bias."""
    if type(y) is Tensor and y.ndim == rank:
        y._is_biased = True
    return y


def _bias_of(x1: TensorLike, x2: TensorLike) -> TensorLike:
    """x₂ as a vector if its shape makes it a bias of x₁, else None.

    Parity: as Keras decides on TensorFlow: more than one number, as many as the last axis of x₁
    has, all along the last axis of x₂.
    """
    shape: Shape = getattr(x1, "shape", ())
    bias: Shape = getattr(x2, "shape", ())
    if not 1 <= len(bias) <= len(shape) > 1 or bias[-1] != shape[-1] or bias[-1] in (1, None):
        return None
    if len(bias) == 1:
        return x2
    return x2.reshape((-1,)) if bias[:-1] == (1,) * (len(bias) - 1) else None


def add_all(xs: Sequence[TensorLike]) -> TensorLike:
    """x₁ + x₂ + ..., from the first to the last.

    Parity: in a function an addend that is a sum itself, and that no other call of the functional
    model uses, is replaced by its own addends.  Then those of equal shape are added, sorted by the
    names of the operations that made them; then the sums, from the smallest shape to the largest.
    With addends of unknown shape nothing is reordered.  The gradient is that of the sum from the
    first to the last.

    Source: TensorFlow's Grappler, ``AddOpsRewriteStage`` in ``arithmetic_optimizer.cc``.
    """
    y = functools.reduce(add, xs)
    if not (_may_be_reordered(y) and all(getattr(x, "_addends", xs) for x in xs)):
        return y
    terms = [*_terms(xs)]
    if len(terms) > 2:
        y = _rounded_as(y, _in_order(terms))
    return with_addends(y, lambda: xs)


def with_addends(y: TensorLike, addends: Callable[[], Iterable[Any]] | None) -> TensorLike:
    """Remember what was added to make y, sorted by name; None if the shape of y is not known."""
    if _may_be_reordered(y):
        y._addends = addends
    return y


def _may_be_reordered(y: TensorLike) -> bool:
    return type(y) is Tensor and tf_function.is_inside() and y.dtype == np.float32


_Term = tuple[tuple[str, int], Any]  # the maker, the place among its addends; the tensor


def _terms(xs: Sequence[TensorLike]) -> Iterator[_Term]:
    """The addends, taken apart as far as no other call uses them."""
    for x in xs:
        maker, addends = getattr(x, "_maker", ""), getattr(x, "_addends", None)
        if addends is None or getattr(x, "_uses", 0) != sum(x is other for other in xs):
            yield (maker, 0), stop_gradient(x)
            continue
        for i, ((inner, place), term) in enumerate(_terms([*addends()])):
            yield (inner, place) if inner else (maker, i), term


def _in_order(terms: list[_Term]) -> TensorLike:
    terms.sort(key=lambda term: (term[1].size, term[1].shape, term[0]))
    groups = itertools.groupby((x for _, x in terms), key=lambda x: x.shape)
    return functools.reduce(_add, [functools.reduce(_add, group) for _, group in groups])


def rescaled(x: TensorLike, scale: TensorLike, offset: TensorLike) -> TensorLike:
    """x · scale + offset, two constants.

    Parity: in a function, if no other call of the functional model uses x, and scale is a number,

    (x′ · c + d) · scale   has the gradient of x′ · (c · scale); that is also its value if d = 0
    (a · b) · scale        is (a · scale) · b, where the name of what made a comes first

    Source: TensorFlow's Grappler, ``ConstantPushDown`` in ``constant_folding.cc``.
    """
    y = x * scale
    if not _may_be_reordered(y) or scale.ndim:
        return y + offset
    scale, offset = scale._value, offset._value
    first, second, is_whole = x, scale, True
    factors = getattr(x, "_multiplied", None) if getattr(x, "_uses", 0) == 1 else None
    if factors and type(factors[1]) is Tensor:
        a, b = sorted(factors[:2], key=lambda x: getattr(x, "_maker", ""))
        y = _rounded_as(y, stop_gradient(a) * scale * stop_gradient(b))
    elif factors:
        first, second, is_whole = factors[0], factors[1] * scale, factors[2]
        y = first * second if is_whole else _rounded_as(first * second, stop_gradient(y))
    y = y + offset
    y._multiplied = first, second, is_whole and not offset.any()
    return y


def with_factors(y: TensorLike, factors: Sequence[TensorLike]) -> TensorLike:
    """Remember the two tensors that were multiplied to make y."""
    if len(factors) == 2 and _may_be_reordered(y):
        y._multiplied = factors[0], factors[1], True
    return y


@operation("ops.numpy")
def true_divide(x1: TensorLike, x2: TensorLike) -> TensorLike:
    """``divide``; the node of ``x1 / x2`` in a graph has this name.

    Parity: in a function, x / number is x · (1 / number).
    """
    if type(x2) in (int, float) and tf_function.is_inside():
        return divided_by_constant(x1, constant=x2)
    return divide(x1, x2)


@operation("ops.numpy numpy")
def fmax(x1: TensorLike, x2: TensorLike) -> TensorLike:
    """The larger element; where one of the two is NaN, the other."""
    y = where(isnan(x1), x2, maximum(x1, x2))
    return where(isnan(x2), x1, y)


@operation("ops.numpy numpy")
def fmin(x1: TensorLike, x2: TensorLike) -> TensorLike:
    """The smaller element; where one of the two is NaN, the other."""
    y = where(isnan(x1), x2, minimum(x1, x2))
    return where(isnan(x2), x1, y)


@operation("ops.numpy numpy")
def hypot(x1: TensorLike, x2: TensorLike) -> TensorLike:
    """y = √(x₁² + x₂²), without overflow: the larger times √(1 + ratio²)."""
    x1, x2 = converted(measuring, x1, x2)
    a, b = absolute(x1), absolute(x2)
    large = maximum(a, b)
    return large * sqrt(1 + square(divide_no_nan(minimum(a, b), large)))


@operation("ops.numpy numpy")
def cbrt(x: TensorLike) -> TensorLike:
    """y = sign(x) |x|^⅓"""
    x = as_kind(measuring, x)
    return sign(x) * power(absolute(x), 1 / 3)


@operation("ops.numpy numpy")
def fabs(x: TensorLike) -> TensorLike:
    """|x| as a float."""
    return absolute(as_kind(floating, x))


@operation("ops.numpy numpy")
def fmod(x1: TensorLike, x2: TensorLike) -> TensorLike:
    """Remainder of |x₁| / |x₂|, with the sign of x₁."""
    x1, x2 = converted(counting, x1, x2)
    return sign(x1) * mod(absolute(x1), absolute(x2))


@operation("ops.numpy")
def heaviside(x1: TensorLike, x2: TensorLike) -> TensorLike:
    """y = 0 where x₁ < 0, 1 where x₁ > 0, x₂ where x₁ = 0"""
    x1, x2 = converted(measuring, x1, x2)
    zero, one = np.zeros((), x1.dtype), np.ones((), x1.dtype)
    return where(x1 < 0, zero, where(x1 > 0, one, x2))
