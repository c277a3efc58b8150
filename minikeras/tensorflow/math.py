"""``tf.math``: elementwise functions and reductions."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from minikeras import frames, ops
from minikeras.tensorflow.convert import (
    array,
    dtype_of,
    like,
    of_one,
    of_two,
    pair,
    refuse,
    tensor,
)
from minikeras.tensorflow.reductions import axes_of
from minikeras.types import DType

abs = of_one(ops.abs)
acos = of_one(ops.arccos)
acosh = of_one(ops.arccosh)
asin = of_one(ops.arcsin)
asinh = of_one(ops.arcsinh)
atan = of_one(ops.arctan)
atanh = of_one(ops.arctanh)
ceil = of_one(ops.ceil)
cos = of_one(ops.cos)
cosh = of_one(ops.cosh)
erf = of_one(ops.erf)
erfc = of_one(ops.erfc)
erfinv = of_one(ops.erfinv)
exp = of_one(ops.exp)
expm1 = of_one(ops.expm1)
floor = of_one(ops.floor)
is_finite = of_one(ops.isfinite)
is_inf = of_one(ops.isinf)
is_nan = of_one(ops.isnan)
log = of_one(ops.log)
log1p = of_one(ops.log1p)
log_sigmoid = of_one(ops.log_sigmoid)
logical_not = of_one(ops.logical_not)
negative = of_one(ops.negative)
reciprocal = of_one(ops.reciprocal)
rint = of_one(ops.round)
round = of_one(ops.round)
rsqrt = of_one(ops.rsqrt)
sigmoid = of_one(ops.sigmoid)
sign = of_one(ops.sign)
sin = of_one(ops.sin)
sinh = of_one(ops.sinh)
softplus = of_one(ops.softplus, "features")
softsign = of_one(ops.softsign, "features")
sqrt = of_one(ops.sqrt)
square = of_one(ops.square)
tan = of_one(ops.tan)
tanh = of_one(ops.tanh)

add = of_two(ops.add)
atan2 = of_two(ops.arctan2, "y", "x")
divide_no_nan = of_two(ops.divide_no_nan)
equal = of_two(ops.equal)
floordiv = of_two(ops.floor_divide)
floormod = of_two(ops.mod)
greater = of_two(ops.greater)
greater_equal = of_two(ops.greater_equal)
less = of_two(ops.less)
less_equal = of_two(ops.less_equal)
logical_and = of_two(ops.logical_and)
logical_or = of_two(ops.logical_or)
maximum = of_two(ops.maximum)
minimum = of_two(ops.minimum)
mod = of_two(ops.mod)
multiply = of_two(ops.multiply)
not_equal = of_two(ops.not_equal)
pow = of_two(ops.power)
subtract = of_two(ops.subtract)


def logical_xor(x: Any, y: Any, name: str = "LogicalXor") -> Any:
    """Where exactly one of two is true."""
    return ops.logical_xor(tensor(x), tensor(y))


@frames.filter_traceback
def divide(x: Any, y: Any, name: str | None = None) -> Any:
    """x / y; of int32 and int64 in float64, of smaller integers in float32."""
    x, y = pair(x, y)
    kinds = {str(np.dtype(v.dtype)) for v in (x, y)}
    if kinds <= {"int32", "int64"}:
        x, y = (ops.cast(v, "float64") for v in (x, y))
    return ops.divide(x, y)


truediv = divide


@frames.filter_traceback
def multiply_no_nan(x: Any, y: Any, name: str | None = None) -> Any:
    """x · y, and 0 wherever y is 0."""
    x, y = pair(x, y)
    return ops.where(ops.equal(y, 0), ops.zeros_like(x), ops.multiply(x, y))


@frames.filter_traceback
def squared_difference(x: Any, y: Any, name: str | None = None) -> Any:
    """(x − y)²"""
    x, y = pair(x, y)
    return ops.square(ops.subtract(x, y))


def scalar_mul(scalar: Any, x: Any, name: str | None = None) -> Any:
    """A number times a tensor."""
    return ops.multiply(like(scalar, x), tensor(x))


def add_n(inputs: Any, name: str | None = None) -> Any:
    """The sum of tensors of one shape, added from the first on."""
    total = tensor(inputs[0])
    for x in inputs[1:]:
        total = ops.add(total, tensor(x))
    return total


def softmax(logits: Any, axis: int | None = None, name: str | None = None) -> Any:
    """exp(x) / Σ exp(x) over an axis, the last one if none is given."""
    return ops.softmax(tensor(logits), -1 if axis is None else axis)


def log_softmax(logits: Any, axis: int | None = None, name: str | None = None) -> Any:
    """ln softmax(x) over an axis, the last one if none is given."""
    return ops.log_softmax(tensor(logits), -1 if axis is None else axis)


@frames.filter_traceback
def l2_normalize(
    x: Any, axis: Any = None, epsilon: float = 1e-12, name: str | None = None, dim: Any = None
) -> Any:
    """x / √(max(Σ x², epsilon)) over axes."""
    x, over = tensor(x), axes_of(axis if dim is None else dim)
    total = ops.sum(ops.square(x), over, keepdims=True)
    return ops.multiply(x, ops.rsqrt(ops.maximum(total, like(epsilon, total))))


def zero_fraction(value: Any, name: str | None = None) -> Any:
    """Which part of the elements is zero, a float32."""
    x = tensor(value)
    return tensor(np.float32(np.count_nonzero(array(x) == 0) / max(x.size, 1)))


class TopKV2(NamedTuple):
    """What ``top_k`` finds."""

    values: Any
    indices: Any


@frames.filter_traceback
def top_k(
    input: Any,
    k: int = 1,
    sorted: bool = True,
    index_type: DType = "int32",
    name: str | None = None,
) -> Any:
    """The k largest elements of each row, and where they are."""
    values, indices = ops.top_k(tensor(input), int(k), sorted)
    return TopKV2(values, ops.cast(indices, dtype_of(index_type)))


def in_top_k(targets: Any, predictions: Any, k: int, name: str | None = None) -> Any:
    """Whether each target is among the k largest predictions of its row."""
    return ops.in_top_k(tensor(targets), tensor(predictions), int(k))


@frames.filter_traceback
def bincount(
    arr: Any,
    weights: Any = None,
    minlength: Any = None,
    maxlength: Any = None,
    dtype: DType = "int32",
    name: str | None = None,
    axis: int | None = None,
    binary_output: bool = False,
) -> Any:
    """How often each of 0, 1, 2, ... occurs, or the sum of the weights of each."""
    refuse("tf.math.bincount", axis=(axis, None), binary_output=(binary_output, False))
    numbers = array(arr).ravel()
    given = None if weights is None else array(weights).ravel()
    counts = np.bincount(numbers, given, int(minlength or 0))[: maxlength or None]
    return tensor(counts.astype(dtype_of(dtype) if given is None else given.dtype))


@frames.filter_traceback
def confusion_matrix(
    labels: Any,
    predictions: Any,
    num_classes: int | None = None,
    weights: Any = None,
    dtype: DType = "int32",
    name: str | None = None,
) -> Any:
    """How often a label (row) was predicted as a class (column), or the sum of the weights."""
    rows, columns = array(labels).ravel(), array(predictions).ravel()
    largest = max((int(x.max()) for x in (rows, columns) if x.size), default=-1)
    count = largest + 1 if num_classes is None else int(num_classes)
    matrix = np.zeros((count, count), dtype_of(dtype))
    np.add.at(matrix, (rows, columns), 1 if weights is None else array(weights).ravel())
    return tensor(matrix)


def segment_sum(data: Any, segment_ids: Any, name: str | None = None) -> Any:
    """Sums of rows with the same number; the numbers ascend."""
    ids = array(segment_ids)
    return unsorted_segment_sum(data, ids, int(ids[-1]) + 1 if ids.size else 0)


def unsorted_segment_sum(
    data: Any, segment_ids: Any, num_segments: int, name: str | None = None
) -> Any:
    """Sums of rows with the same number."""
    return ops.segment_sum(tensor(data), tensor(segment_ids), int(num_segments))


def unsorted_segment_max(
    data: Any, segment_ids: Any, num_segments: int, name: str | None = None
) -> Any:
    """The largest of rows with the same number."""
    return ops.segment_max(tensor(data), tensor(segment_ids), int(num_segments))


__all__ = [
    *("abs", "acos", "acosh", "asin", "asinh", "atan", "atanh", "ceil", "cos"),
    *("cosh", "erf", "erfc", "erfinv", "exp", "expm1", "floor", "is_finite", "is_inf"),
    *("is_nan", "log", "log1p", "log_sigmoid", "logical_not", "negative", "reciprocal"),
    *("rint", "round", "rsqrt", "sigmoid", "sign", "sin", "sinh", "softplus", "softsign", "sqrt"),
    *("square", "tan", "tanh", "add", "atan2", "divide_no_nan", "equal", "floordiv", "floormod"),
    *("greater", "greater_equal", "less", "less_equal", "logical_and", "logical_or", "logical_xor"),
    *("maximum", "minimum", "mod", "multiply", "not_equal", "pow", "subtract", "divide", "truediv"),
    *("multiply_no_nan", "squared_difference", "scalar_mul", "add_n"),
    *("softmax", "log_softmax", "l2_normalize", "zero_fraction"),
    *("top_k", "in_top_k", "bincount", "confusion_matrix", "segment_sum", "unsorted_segment_sum"),
    "unsorted_segment_max",
]
