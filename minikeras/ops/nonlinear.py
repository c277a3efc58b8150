"""Activation functions."""

from __future__ import annotations

import math

import numpy as np

from minikeras.autograd import Symbol, Tensor, elementwise, operation
from minikeras.dtypes import floating, promote
from minikeras.ops.arithmetic import absolute, clip, maximum, minimum, power, sqrt, square
from minikeras.ops.core import as_kind, tensor
from minikeras.ops.elementwise import erfc, expm1
from minikeras.ops.indexing import where
from minikeras.ops.kinds import in_float32, is_large, quiet
from minikeras.ops.manipulation import split
from minikeras.ops.trigonometry import tanh
from minikeras.types import Array, TensorLike


@elementwise(dtype=promote)
def relu(x: Array) -> Array:
    """Rectifier: y = max(x, 0)         dx = dy [x > 0]

    Parity: the derivative at 0 is 0.
    """
    return np.maximum(x, x.dtype.type(0))


@relu.vjp
def relu_vjp(dy: Array, y: Array, x: Array) -> Array:
    return dy * (y > 0)


relu.fast("minikeras.kernels.relu", when=is_large)


@elementwise(dtype=promote)
def relu6(x: Array) -> Array:
    """y = min(max(x, 0), 6)            dx = dy [0 < y < 6]

    Parity: the derivative at 0 and at 6 is 0.
    """
    return np.minimum(np.maximum(x, x.dtype.type(0)), x.dtype.type(6))


@relu6.vjp
def relu6_vjp(dy: Array, y: Array, x: Array) -> Array:
    return dy * ((y > 0) & (y < 6))


@elementwise(dtype=promote)
def _leaky_relu(x: Array, *, negative_slope: float) -> Array:
    """y = x where x > 0, else slope · x        dx = dy, else slope · dy

    Parity: the derivative at 0 is the negative slope.
    """
    return np.where(x > 0, x, negative_slope * x)


@_leaky_relu.vjp
def _leaky_relu_vjp(dy: Array, y: Array, x: Array, *, negative_slope: float) -> Array:
    return np.where(x > 0, dy, negative_slope * dy)


@operation
def leaky_relu(x: TensorLike, negative_slope: float = 0.2) -> TensorLike:
    """y = x where x > 0, else negative_slope · x

    Parity: the slope is rounded to float32 in every dtype.
    """
    return _leaky_relu(x, negative_slope=float(np.float32(negative_slope)))


@elementwise(dtype=promote)
def _elu(x: Array) -> Array:
    """y = x where x ≥ 0, else eˣ − 1           dx = dy where y ≥ 0, else dy (y + 1)"""
    return np.where(x < 0, np.exp(np.minimum(x, 0)) - 1, x)


@_elu.vjp
def _elu_vjp(dy: Array, y: Array, x: Array) -> Array:
    return np.where(y < 0, (y + 1) * dy, dy)


_elu.fast("minikeras.ops.tensorflow_float32", rules="forward", when=in_float32)


@operation
def elu(x: TensorLike, alpha: float = 1.0) -> TensorLike:
    """y = x where x > 0, else α (eˣ − 1)

    Parity: with α = 1 the derivative at 0 is 1, with any other α it is α.
    """
    y = _elu(x)
    return y if alpha == 1 else where(tensor(x) > 0, y, alpha * y)


SELU_SCALE, SELU_SCALE_ALPHA = 1.0507009873554804934193349852946, 1.7580993408473768599402175208123


@elementwise(dtype=promote)
@quiet
def selu(x: Array) -> Array:
    """y = λ x where x ≥ 0, else λα (eˣ − 1)    dx = λ dy, else dy (y + λα)

    λ = 1.0507, α = 1.67326 keep mean 0 and variance 1 (Klambauer et al., 2017).
    """
    return np.where(x < 0, SELU_SCALE_ALPHA * (np.exp(np.minimum(x, 0)) - 1), SELU_SCALE * x)


@selu.vjp
def selu_vjp(dy: Array, y: Array, x: Array) -> Array:
    return np.where(y < 0, dy * (y + SELU_SCALE_ALPHA), dy * SELU_SCALE)


selu.fast("minikeras.ops.tensorflow_float32", rules="forward", when=in_float32)


@operation
def celu(x: TensorLike, alpha: float = 1.0) -> TensorLike:
    """y = max(x, 0) + α (e^(min(x, 0) / α) − 1)"""
    return maximum(x, 0.0) + alpha * expm1(minimum(x, 0.0) / alpha)


@elementwise(dtype=promote)
def softplus(x: Array) -> Array:
    """y = ln(1 + eˣ)       dx = dy σ(x)"""
    return np.maximum(x, 0) + np.log1p(np.exp(-np.abs(x)))


@softplus.vjp
def softplus_vjp(dy: Array, y: Array, x: Array) -> TensorLike:
    return dy * _sigmoid(x)


softplus.fast("minikeras.ops.tensorflow_float32", when=in_float32)


@elementwise(dtype=promote)
@quiet
def softsign(x: Array) -> Array:
    """y = x / (1 + |x|)    dx = dy / (1 + |x|)²"""
    return x / (1 + np.abs(x))


@softsign.vjp
def softsign_vjp(dy: Array, y: Array, x: Array) -> Array:
    return dy / np.square(1 + np.abs(x))


@elementwise(dtype=floating)
def _sigmoid(x: Array) -> Array:
    """y = 1 / (1 + e⁻ˣ)    dx = dy y (1 − y)

    Written with e^−|x|, which cannot overflow.
    """
    e = np.exp(-np.abs(x))
    return np.where(x < 0, e, 1) / (1 + e)


@_sigmoid.vjp
def _sigmoid_vjp(dy: Array, y: Array, x: Array) -> Array:
    return dy * (y * (1 - y))


_sigmoid.fast("minikeras.ops.tensorflow_float32", when=in_float32)


@operation
def sigmoid(x: TensorLike) -> TensorLike:
    """y = 1 / (1 + e⁻ˣ)

    Parity: the result remembers x as its logits, and binary crossentropy uses them.
    """
    return remember(_sigmoid(x), x)


def remember(y: TensorLike, logits: TensorLike) -> TensorLike:
    if isinstance(y, (Tensor, Symbol)):
        y._keras_logits = logits  # type: ignore[union-attr]
    return y


@elementwise(dtype=promote)
@quiet
def silu(x: Array) -> Array:
    """y = x σ(x)           dx = dy σ(x) (1 + x (1 − σ(x)))"""
    return x * _sigmoid.forward(x)


@silu.vjp
def silu_vjp(dy: Array, y: Array, x: Array) -> TensorLike:
    s = _sigmoid(x)
    return dy * (s * (1 + x * (1 - s)))


silu.fast("minikeras.ops.tensorflow_float32", when=in_float32)


swish = silu


@operation
def log_sigmoid(x: TensorLike) -> TensorLike:
    """y = ln σ(x) = −softplus(−x)"""
    return -softplus(-tensor(x))


@operation
def hard_sigmoid(x: TensorLike) -> TensorLike:
    """y = min(max(x + 3, 0), 6) / 6"""
    return relu6(tensor(x) + 3.0) / 6.0


@operation
def hard_silu(x: TensorLike) -> TensorLike:
    """y = x min(max(x + 3, 0), 6) / 6"""
    x = tensor(x)
    return x * hard_sigmoid(x)


hard_swish = hard_silu


@operation
def hard_tanh(x: TensorLike) -> TensorLike:
    """y = min(max(x, −1), 1); the derivative at ±1 is 1."""
    return clip(x, -1.0, 1.0)


@operation
def gelu(x: TensorLike, approximate: bool = True) -> TensorLike:
    """y = x Φ(x), Φ the normal distribution; or its approximation by tanh.

    exact           ½ x erfc(−x / √2)
    approximate     ½ x (1 + tanh(√(2/π) (x + 0.044715 x³)))

    Parity: approximate by default here, exact by default in `activations`; 1/√2 and 0.044715
    are rounded to float32 in every dtype.
    """
    x = as_kind(floating, x)
    if not approximate:
        return 0.5 * x * erfc(-x * np.asarray(np.float32(math.sqrt(0.5)), x.dtype))
    cubic = np.asarray(np.float32(0.044715), x.dtype) * power(x, np.asarray(3, x.dtype))
    return 0.5 * x * (1.0 + tanh(0.7978845608028654 * (x + cubic)))


@operation
def glu(x: TensorLike, axis: int = -1) -> TensorLike:
    """y = a σ(b), where a and b are the halves of x along `axis`."""
    x = tensor(x)
    if x.shape[axis] is None or x.shape[axis] % 2:
        raise ValueError(
            f"axis size must be divisible by 2, received: x.shape={tuple(x.shape)}, axis={axis}"
        )
    a, b = split(x, 2, axis)
    return a * _sigmoid(b)


@operation
def tanh_shrink(x: TensorLike) -> TensorLike:
    """y = x − tanh x"""
    x = tensor(x)
    return x - tanh(x)


@operation
def soft_shrink(x: TensorLike, threshold: float = 0.5) -> TensorLike:
    """y = x − λ above λ, x + λ below −λ, 0 between"""
    x = tensor(x)
    return where(
        x > threshold, x - threshold, where(x < -threshold, x + threshold, np.zeros((), x.dtype))
    )


@operation
def hard_shrink(x: TensorLike, threshold: float = 0.5) -> TensorLike:
    """y = x where |x| > λ, else 0"""
    x = tensor(x)
    return where(absolute(x) > threshold, x, np.zeros((), x.dtype))


@operation
def threshold(x: TensorLike, threshold: float, default_value: float) -> TensorLike:
    """y = x where x > threshold, else default_value"""
    x = tensor(x)
    return where(x > threshold, x, np.asarray(default_value, x.dtype))


@operation
def sparse_plus(x: TensorLike) -> TensorLike:
    """y = 0 up to −1, (x + 1)² / 4 up to 1, x from there"""
    x = tensor(x)
    parabola = 0.25 * power(x + 1, np.asarray(2, x.dtype))
    return where(x <= -1, np.zeros((), x.dtype), where(x < 1, parabola, x))


@operation
def sparse_sigmoid(x: TensorLike) -> TensorLike:
    """y = 0 up to −1, (x + 1) / 2 up to 1, 1 from there"""
    x = tensor(x)
    zero, one = np.zeros((), x.dtype), np.ones((), x.dtype)
    return where(x <= -1, zero, where(x >= 1, one, 0.5 * (x + 1)))


@operation
def squareplus(x: TensorLike, b: float = 4) -> TensorLike:
    """y = (x + √(x² + b)) / 2"""
    x = tensor(x)
    return (x + sqrt(square(x) + np.asarray(b, x.dtype))) / 2


@operation
def mish(x: TensorLike) -> TensorLike:
    """y = x tanh(softplus x)"""
    x = tensor(x)
    return x * tanh(softplus(x))
