"""Activation functions that have a derivative of their own.

Those that map whole numbers to others than whole numbers compute them in floatx.

Parity: Keras on TensorFlow does so in leaky_relu, and refuses whole numbers in the others.
"""

from __future__ import annotations

import math

import numpy as np

from minikeras.autograd.replay.fusing import fuse
from minikeras.autograd.replay.program import Spec
from minikeras.dtypes import floating, promote
from minikeras.ops.declarations import elementwise, primitive
from minikeras.ops.kinds import MANY, in_float32, is_large, quiet
from minikeras.ops.primitives.error_function import erfc
from minikeras.shapes import unchanged
from minikeras.types import Array, TensorLike


@elementwise("ops.nn", dtype=promote)
def relu(x: Array) -> Array:
    """Rectifier: y = max(x, 0)         dx = dy [x > 0]

    Parity: the derivative at 0 is 0.
    """
    return np.maximum(x, x.dtype.type(0))


@relu.vjp
def relu_vjp(dy: Array, y: Array, x: Array) -> Array:
    return dy * (y > 0)


relu.fast("minikeras.kernels.relu", when=is_large)


@elementwise("ops.nn", dtype=promote)
def relu6(x: Array) -> Array:
    """y = min(max(x, 0), 6)            dx = dy [0 < y < 6]

    Parity: the derivative at 0 and at 6 is 0.
    """
    return np.minimum(np.maximum(x, x.dtype.type(0)), x.dtype.type(6))


@relu6.vjp
def relu6_vjp(dy: Array, y: Array, x: Array) -> Array:
    return dy * ((y > 0) & (y < 6))


relu6.fast("minikeras.kernels.by_channel", when=is_large)


def _by_channel(x: Spec, scale: Spec, shift: Spec) -> bool:
    """Whether large ``x`` is scaled and shifted by one number for each place of the last axis."""
    channels = x.shape[-1:]
    return (
        math.prod(x.shape) > MANY
        and x.dtype.char in "fd"
        and all(
            (math.prod(v.shape),) == v.shape[-1:] == channels
            and len(v.shape) <= len(x.shape)
            and v.dtype == x.dtype
            for v in (scale, shift)
        )
    )


def _same_and_large(x1: Spec, x2: Spec) -> bool:
    return x1 == x2 and math.prod(x1.shape) > MANY and x1.dtype.char in "fd"


_KERNELS = "minikeras.kernels.by_channel"
fuse("multiply", "_add", twin=f"{_KERNELS}:scale_and_shift", when=_by_channel)
fuse("multiply", "_add", "relu", twin=f"{_KERNELS}:scale_and_shift_relu", when=_by_channel)
fuse("multiply", "_add", "relu6", twin=f"{_KERNELS}:scale_and_shift_relu6", when=_by_channel)
fuse("_add", "relu", twin=f"{_KERNELS}:relu_of_sum", when=_same_and_large)


@elementwise("ops.nn", dtype=floating)
def hard_sigmoid(x: Array) -> Array:
    """y = min(max(x + 3, 0), 6) / 6    dx = dy / 6 where −3 < x < 3, else 0"""
    return relu6.forward(x + x.dtype.type(3)) / x.dtype.type(6)


@hard_sigmoid.vjp
def hard_sigmoid_vjp(dy: Array, y: Array, x: Array) -> Array:
    return relu6_vjp(dy / 6, relu6.compute(x + 3), x)


hard_sigmoid.fast("minikeras.ops.tensorflow_float32", when=in_float32)


@elementwise(dtype=floating)
@quiet
def _hard_silu(x: Array, *, x_first: tuple[bool, bool]) -> Array:
    """y = x s(x), s the hard sigmoid   dx = dy s(x), plus dy x / 6 where −3 < x < 3

    x_first: whether TensorFlow multiplies 1/6 by x first, in y and in dx.
    """
    return x * hard_sigmoid.forward(x)


@_hard_silu.vjp
def _hard_silu_vjp(dy: Array, y: Array, x: Array, *, x_first: tuple[bool, bool]) -> TensorLike:
    s = hard_sigmoid.compute(x)
    return hard_sigmoid_vjp(dy * x, s, x) + dy * s


_hard_silu.fast("minikeras.ops.tensorflow_float32", rules="forward vjp terms", when=in_float32)


@elementwise(dtype=floating)
def _leaky_relu(x: Array, *, negative_slope: float) -> Array:
    """y = x where x > 0, else slope · x        dx = dy, else slope · dy

    Parity: the derivative at 0 is the negative slope.
    """
    return np.where(x > 0, x, negative_slope * x)


@_leaky_relu.vjp
def _leaky_relu_vjp(dy: Array, y: Array, x: Array, *, negative_slope: float) -> Array:
    return np.where(x > 0, dy, negative_slope * dy)


@elementwise(dtype=floating)
def _elu(x: Array, *, by_rows: bool) -> Array:
    """y = x where x ≥ 0, else eˣ − 1           dx = dy where y ≥ 0, else dy (y + 1)

    by_rows: whether TensorFlow computes it row by row, which only changes the rounding.
    """
    return np.where(x < 0, np.exp(np.minimum(x, 0)) - 1, x)


@_elu.vjp
def _elu_vjp(dy: Array, y: Array, x: Array, **_: bool) -> Array:
    return np.where(y < 0, (y + 1) * dy, dy)


_elu.fast("minikeras.ops.tensorflow_float32", rules="forward", when=in_float32)
_ROOT_HALF = float(np.float32(math.sqrt(0.5)))
_GELU_SCALE, _GELU_CUBIC = 0.7978845608028654, float(np.float32(0.044715))
SELU_SCALE, SELU_SCALE_ALPHA = 1.0507009873554804934193349852946, 1.7580993408473768599402175208123


@elementwise("ops.nn", dtype=floating)
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


@elementwise("ops.nn", dtype=floating)
def softplus(x: Array) -> Array:
    """y = ln(1 + eˣ)       dx = dy σ(x)"""
    return np.maximum(x, 0) + np.log1p(np.exp(-np.abs(x)))


@softplus.vjp
def softplus_vjp(dy: Array, y: Array, x: Array) -> TensorLike:
    return dy * _sigmoid.compute(x)


softplus.fast("minikeras.ops.tensorflow_float32", when=in_float32)


@elementwise("ops.nn", dtype=floating)
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


@elementwise("ops.nn", also="swish", dtype=floating)
@quiet
def silu(x: Array) -> Array:
    """y = x σ(x)           dx = dy σ(x) (1 + x (1 − σ(x)))"""
    return x * _sigmoid.forward(x)


@silu.vjp
def silu_vjp(dy: Array, y: Array, x: Array) -> TensorLike:
    s = _sigmoid.compute(x)
    return dy * (s * (1 + x * (1 - s)))


silu.fast("minikeras.ops.tensorflow_float32", when=in_float32)
silu.has_nameless_gradient = True


@elementwise(dtype=floating)
@quiet
def _gelu(x: Array) -> Array:
    """y = ½ x erfc(−x / √2)            dx = dy (½ erfc(−x / √2) + x e^(−x² / 2) / √(2π))

    Parity: 1/√2 is rounded to float32 in every dtype.
    """
    return 0.5 * x * erfc.forward(-x * _ROOT_HALF)


@_gelu.vjp
def _gelu_vjp(dy: Array, y: Array, x: Array) -> TensorLike:
    u = -x * _ROOT_HALF
    return 0.5 * (dy * erfc.compute(u)) + dy * x * (
        _ROOT_HALF / math.sqrt(math.pi) * np.exp(-u * u)
    )


_gelu.fast("minikeras.ops.tensorflow_float32", rules="forward vjp terms", when=in_float32)


@elementwise(dtype=floating)
@quiet
def _gelu_by_tanh(x: Array) -> Array:
    """y = ½ x (1 + tanh u), u = √(2/π) (x + c x³)

    dx = dy (½ (1 + tanh u) + ½ x (1 − tanh² u) √(2/π) (1 + 3 c x²))

    Parity: c = 0.044715 is rounded to float32 in every dtype.
    """
    return 0.5 * x * (1 + np.tanh(_GELU_SCALE * (x + _GELU_CUBIC * x**3)))


@_gelu_by_tanh.vjp
def _gelu_by_tanh_vjp(dy: Array, y: Array, x: Array) -> TensorLike:
    t = np.tanh(_GELU_SCALE * (x + _GELU_CUBIC * x**3))
    slope = (1 - t * t) * _GELU_SCALE * (1 + 3 * _GELU_CUBIC * x**2)
    return dy * (0.5 * (1 + t) + 0.5 * x * slope)


_gelu_by_tanh.fast("minikeras.ops.tensorflow_float32", when=in_float32)


def minus_max(x: TensorLike) -> TensorLike:
    """x minus its maximum along the last axis: the exponentials of the result cannot overflow."""
    return x - np.max(x, -1, keepdims=True) if x.size else x


@primitive(dtype=floating, shape=unchanged)
@quiet
def _softmax(x: Array) -> Array:
    """y = e^(x − m) / Σ e^(x − m), m = max x, along the last axis          dx = (dy − Σ dy y) y"""
    e = np.exp(minus_max(x))
    return e * (1 / np.sum(e, -1, keepdims=True))


@_softmax.vjp
def _softmax_vjp(dy: Array, y: Array, x: Array) -> Array:
    return (dy - np.sum(dy * y, -1, keepdims=True)) * y


_softmax.fast("minikeras.ops.tensorflow_float32", when=in_float32)


@primitive(dtype=floating, shape=unchanged)
@quiet
def _log_softmax(x: Array) -> Array:
    """y = x − m − ln Σ e^(x − m), m = max x, along the last axis           dx = dy − e^y Σ dy"""
    shifted = minus_max(x)
    return shifted - np.log(np.sum(np.exp(shifted), -1, keepdims=True))


@_log_softmax.vjp
def _log_softmax_vjp(dy: Array, y: Array, x: Array) -> Array:
    return dy - np.sum(dy, -1, keepdims=True) * np.exp(y)


_log_softmax.fast("minikeras.ops.tensorflow_float32", when=in_float32)
