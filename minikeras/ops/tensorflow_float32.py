"""Fast twins in float32 that round and add in TensorFlow's order, fitted to the primitives.

The kernels are in `minikeras.kernels.rounding`; here stand the expressions around them, each in
the form in which TensorFlow evaluates it.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable
from typing import Any

import numpy as np

from minikeras import tf_function
from minikeras.kernels.rounding import matmul, softmax, stacks, sums
from minikeras.kernels.rounding.elementwise import (
    PACKET,
    exp,
    exp_one_by_one,
    expm1,
    log,
    log1p,
    reciprocal,
    rsqrt,
    softplus,
    tanh,
)
from minikeras.kernels.rounding.elementwise import sigmoid as _sigmoid
from minikeras.kernels.rounding.gelu import gelu as _gelu
from minikeras.kernels.rounding.gelu import (
    gelu_by_tanh,
    gelu_by_tanh_gradient,
    gelu_gradient,
    gelu_terms,
)
from minikeras.kernels.rounding.softmax import log_softmax as _log_softmax
from minikeras.kernels.rounding.softmax import softmax as _softmax
from minikeras.kernels.rounding.special import erf, erfc
from minikeras.kernels.rounding.special import power as _power
from minikeras.kernels.rounding.trigonometry import cos, sin
from minikeras.ops.primitives.activations import (
    SELU_SCALE,
    SELU_SCALE_ALPHA,
)
from minikeras.ops.primitives.crossentropy import check_classes
from minikeras.types import Array

# These kernels are twins as they stand.
__all__ = ["_gelu", "_softmax", "cos", "erf", "erfc", "expm1", "log", "rsqrt", "sin", "softplus"]
__all__ += ["tanh"]

_1, _3, _6 = np.array([1, 3, 6], np.float32)


def _leftover(dx: Array, rule: Callable[..., Array], *arrays: Array) -> Array:
    """Eigen evaluates whole packets and the few elements after the last one by two expressions."""
    rest = dx.size % PACKET
    if rest:
        dx = np.ascontiguousarray(dx)
        dx.reshape(-1)[-rest:] = rule(*(a.reshape(-1)[-rest:] for a in arrays))
    return dx


def sin_vjp(dy: Array, y: Array, x: Array) -> Array:
    return dy * cos(x)


def cos_vjp(dy: Array, y: Array, x: Array) -> Array:
    return -dy * sin(x)


def _sigmoid_vjp(dy: Array, y: Array, x: Array) -> Array:
    return _leftover(dy * (y * (1 - y)), lambda dy, y: dy * y * (1 - y), dy, y)


def sqrt_vjp(dy: Array, y: Array, x: Array) -> Array:
    dx = np.where(dy == 0, dy, dy * (np.float32(0.5) / y))
    return _leftover(dx, lambda dy, y: np.where(dy == 0, dy, np.float32(0.5) * dy / y), dy, y)


def expm1_vjp(dy: Array, y: Array, x: Array) -> Array:
    return dy * exp(x)


def log_vjp(dy: Array, y: Array, x: Array) -> Array:
    return dy * reciprocal(x)


def log1p_vjp(dy: Array, y: Array, x: Array) -> Array:
    return dy * reciprocal(1 + x)


def softplus_vjp(dy: Array, y: Array, x: Array) -> Array:
    return dy * _sigmoid(x)


def _elu(x: Array, *, by_rows: bool) -> Array:
    e = exp(x)
    if by_rows and (rest := x.shape[-1] % PACKET):  # packets end with a row
        whole = exp(x[..., :-rest])
        e = np.concatenate([whole, exp_one_by_one(x[..., -rest:])], -1)
    return np.where(x < 0, e - 1, x)


def selu(x: Array) -> Array:
    return np.where(x < 0, SELU_SCALE_ALPHA * (exp(x) - 1), SELU_SCALE * x)


def silu(x: Array) -> Array:
    return x * _sigmoid(x)


def silu_vjp(dy: Array, y: Array, x: Array) -> Array:
    s = _sigmoid(x)
    return dy * (s * (1 + x * (1 - s)))


def _relu6(x: Array) -> Array:
    return np.minimum(np.maximum(x, np.float32(0)), _6)


def _relu6_vjp(dy: Array, y: Array) -> Array:
    return dy * ((y > 0) & (y < 6))


def hard_sigmoid(x: Array) -> Array:
    return tf_function.over(_relu6(x + _3), 6)


def hard_sigmoid_vjp(dy: Array, y: Array, x: Array) -> Array:
    return _relu6_vjp(tf_function.over(dy, 6), _relu6(x + _3))


def _hard_silu(x: Array, *, x_first: tuple[bool, bool]) -> Array:
    if x_first[0]:
        return tf_function.over(x, 6) * _relu6(x + _3)
    return x * hard_sigmoid(x)


def _hard_silu_vjp(dy: Array, y: Array, x: Array, *, x_first: tuple[bool, bool]) -> Array:
    return operator.add(*_hard_silu_terms(dy, y, x, x_first=x_first))


def _hard_silu_terms(
    dy: Array, y: Array, x: Array, *, x_first: tuple[bool, bool]
) -> tuple[Array, Array]:
    r = _relu6(x + _3)
    if tf_function.is_inside():
        first, second = (x, dy) if x_first[1] else (dy, x)
        sixth = tf_function.over(first, 6) * second
    else:
        sixth = dy * x / _6
    terms = _relu6_vjp(sixth, r), dy * tf_function.over(r, 6)
    return terms if tf_function.is_inside() else terms[::-1]


def _gelu_vjp(dy: Array, y: Array, x: Array) -> Array:
    return gelu_gradient(dy, x, tf_function.is_inside())


def _gelu_terms(dy: Array, y: Array, x: Array) -> tuple[Array, Array]:
    terms = gelu_terms(dy, x, tf_function.is_inside())
    return terms if tf_function.is_inside() else terms[::-1]


def _gelu_by_tanh(x: Array) -> Array:
    return gelu_by_tanh(x, tf_function.is_inside())


def _gelu_by_tanh_vjp(dy: Array, y: Array, x: Array) -> Array:
    return gelu_by_tanh_gradient(dy, x, tf_function.is_inside())


def erf_vjp(dy: Array, y: Array, x: Array) -> Array:
    return dy * np.float32(2 / math.sqrt(math.pi)) * exp(-(x * x))


def erfc_vjp(dy: Array, y: Array, x: Array) -> Array:
    return -erf_vjp(dy, y, x)


_CHEAP_POWERS: dict[float, Callable[[Array], Array]] = {
    -1: lambda x: reciprocal(x),
    -0.5: lambda x: rsqrt(x),
    0: np.ones_like,
    0.5: np.sqrt,
    1: lambda x: x,
    2: lambda x: x * x,
    3: lambda x: x * (x * x),
}


def power(x1: Array, x2: Array) -> Array:
    """In a function TensorFlow replaces some constant exponents; a single number counts as one."""
    if x2.size == 1 and tf_function.is_inside() and (cheap := _CHEAP_POWERS.get(x2.item())):
        return cheap(x1)
    return _power(x1, x2)


def power_vjp(dy: Array, y: Array, x1: Array, x2: Array) -> Any:
    def dx2() -> Array:
        positive = x1 > 0
        return dy * y * np.where(positive, log(np.where(positive, x1, _1)), np.float32(0))

    def dx1() -> Array:
        if x2.size == 1 and tf_function.is_inside() and not exponent_first():
            return dy * (x2 * power(x1, x2 - _1))
        return dy * x2 * power(x1, x2 - _1)

    def exponent_first() -> bool:
        if tf_function.knows_batch_size() or x1.ndim != 1:
            return tf_function.is_constant(dy)
        return bool(dy.min() != dy.max())  # of a loss with sample weights, whose shape is not known

    return dx1, dx2


def _matmul(a: Array, b: Array) -> Array:
    if b.ndim > 2:
        return stacks.products(_stored(a), _stored(b))
    if a.ndim == 2:
        return matmul.matmul(a, b)
    tall = a.reshape(math.prod(a.shape[:-1]), a.shape[-1])
    return matmul.matmul(tall, b).reshape(*a.shape[:-1], b.shape[-1])


def _stored(x: Array) -> Array:
    """As TensorFlow stores it: in a function, a transposition before a product is part of it."""
    return x if tf_function.is_inside() else np.ascontiguousarray(x)


def _matmul_vjp(dy: Array, y: Array, a: Array, b: Array) -> Any:
    if b.ndim > 2:
        a, b, dy = map(_stored, (a, b, dy))
        return (
            lambda: stacks.products(dy, np.swapaxes(b, -1, -2)),
            lambda: stacks.products(np.swapaxes(a, -1, -2), dy),
        )
    if a.ndim > 2:
        a, tall = a.reshape(-1, a.shape[-1]), dy.reshape(-1, dy.shape[-1])
        return lambda: _matmul(dy, b.T), lambda: matmul.matmul(a.T, tall)
    return lambda: matmul.matmul(dy, b.T), lambda: matmul.matmul(a.T, dy)


def bias_add_vjp(dy: Array, y: Array, x: Array, b: Array) -> Any:
    return dy, lambda: sums.bias_gradient(dy)


def _sum(x: Array, *, axis: Any, keepdims: bool) -> Array:
    return sums.sum(x, axis, keepdims)


def _sum_vjp(dy: Array, y: Array, x: Array, *, axis: Any, keepdims: bool) -> Array:
    if x.size == y.size:
        return dy.reshape(x.shape)
    if x.size < 4096 and y.size == 1:  # a view that repeats one number takes longer to make
        dx = np.empty(x.shape, dy.dtype)
        dx.fill(dy.item())
        return dx
    return np.broadcast_to(
        dy.reshape([1 if a in axis else n for a, n in enumerate(x.shape)]), x.shape
    )


def _mean(x: Array, *, axis: Any, keepdims: bool) -> Array:
    return sums.mean(x, axis, keepdims)


def _mean_vjp(dy: Array, y: Array, x: Array, *, axis: Any, keepdims: bool) -> Array:
    """Parity: a constant is divided in a function too."""
    n = x.size // max(y.size, 1)
    if n > 1:
        reciprocal_first = tf_function.knows_sizes() and not tf_function.is_constant(dy)
        dy = tf_function.over(dy, n) if reciprocal_first else dy / n
    return _sum_vjp(dy, y, x, axis=axis, keepdims=keepdims)


def _sum_over_leading_axes(x: Array) -> Array:
    return sums.bias_gradient(x)


def _row_sums(x: Array) -> Array:
    return sums.sum(x, -1, keepdims=True)


def _softmax_vjp(dy: Array, y: Array, x: Array) -> Array:
    return (dy - _row_sums(dy * y)) * y


def _log_softmax_vjp(dy: Array, y: Array, x: Array) -> Array:
    return dy - _row_sums(dy) * exp(y)


def _rows(x: Array) -> Array:
    return x.reshape(-1, x.shape[-1])


def softmax_crossentropy(target: Array, logits: Array) -> Array:
    loss = softmax.crossentropy(_rows(target), _rows(logits))
    return loss.reshape(logits.shape[:-1])


def softmax_crossentropy_vjp(dy: Array, y: Array, target: Array, logits: Array) -> Any:
    def dlogits() -> Array:
        dx = softmax.crossentropy_vjp(_flat(dy), _rows(target), _rows(logits))
        return dx.reshape(logits.shape)

    return lambda: dy[..., None] * -_log_softmax(logits), dlogits


def sparse_softmax_crossentropy(target: Array, logits: Array) -> Array:
    loss = softmax.sparse_crossentropy(_flat(target), _rows(logits))
    if loss is None:
        check_classes(target, logits.shape[-1])
        raise AssertionError("the kernel found a class that does not exist")
    return loss.reshape(target.shape)


def sparse_softmax_crossentropy_vjp(dy: Array, y: Array, target: Array, logits: Array) -> Any:
    dx = softmax.sparse_crossentropy_vjp(_flat(dy), _flat(target), _rows(logits))
    return None, dx.reshape(logits.shape)


def _flat(x: Array) -> Array:
    return np.ascontiguousarray(x).reshape(-1)


def sigmoid_crossentropy(target: Array, logits: Array) -> Array:
    e = exp(-np.abs(logits))
    return np.where(logits >= 0, logits, np.float32(0)) - logits * target + log1p(e)


def sigmoid_crossentropy_vjp(dy: Array, y: Array, target: Array, logits: Array) -> Any:
    def dlogits() -> Array:
        e = exp(-np.abs(logits))
        tail, through_product = dy * reciprocal(1 + e) * e, dy * target
        if tf_function.is_inside():
            return np.where(logits >= 0, dy - tail, tail) - through_product
        return np.where(logits >= 0, dy - through_product - tail, tail - through_product)

    return lambda: -dy * logits, dlogits
