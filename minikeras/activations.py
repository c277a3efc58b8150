"""`keras.activations`: activation functions, and their names in configurations.

Formulas and derivatives stand in `ops`.
"""

from __future__ import annotations

import sys
import types
from typing import Any

import numpy as np

from minikeras import autograd, ops
from minikeras.declare.registry import Registry, public_in
from minikeras.messages import describe
from minikeras.ops.activations import remember as _remember
from minikeras.types import TensorLike


@autograd.operation
def relu(
    x: TensorLike, negative_slope: float = 0.0, max_value: float | None = None, threshold: float = 0
) -> TensorLike:
    """y = max_value above max_value, x above the threshold, else negative_slope (x − threshold).

    Parity: max_value, and the threshold where x is compared with it, are float32 in float64 too.
    """
    x = ops.convert_to_tensor(x)
    if negative_slope and max_value is None and threshold == 0:
        return ops.leaky_relu(x, negative_slope=negative_slope)
    if threshold != 0:
        y = ops.where(x > ops.cast(threshold, x.dtype), x, np.zeros((), x.dtype))
    else:
        y = ops.relu6(x) if max_value == 6 else ops.relu(x)
    if max_value is not None and (threshold != 0 or max_value != 6):
        y = ops.clip(y, ops.cast(0.0, x.dtype), ops.cast(max_value, x.dtype))
    if negative_slope:
        y = y - negative_slope * ops.relu(-x + threshold if threshold != 0 else -x)
    return y


relu.primitive = ops.relu  # what it computes without options; a convolution fuses with it


def leaky_relu(x: TensorLike, negative_slope: float = 0.2) -> TensorLike:
    """y = x where x > 0, else negative_slope · x"""
    return ops.leaky_relu(x, negative_slope=negative_slope)


def relu6(x: TensorLike) -> TensorLike:
    """y = min(max(x, 0), 6)"""
    return ops.relu6(x)


def softmax(x: TensorLike, axis: Any = -1) -> TensorLike:
    """y = eˣ / Σ eˣ along `axis`

    Parity: the result remembers x as its logits, for a tuple of axes too.
    """
    return _remember(ops.softmax(x, axis=axis), x)


def elu(x: TensorLike, alpha: float = 1.0) -> TensorLike:
    """y = x where x > 0, else α (eˣ − 1)"""
    return ops.elu(x, alpha=alpha)


def selu(x: TensorLike) -> TensorLike:
    """y = λ x where x > 0, else λα (eˣ − 1), λ = 1.0507, α = 1.6733"""
    return ops.selu(x)


def softplus(x: TensorLike) -> TensorLike:
    """y = ln(1 + eˣ)"""
    return ops.softplus(x)


def softsign(x: TensorLike) -> TensorLike:
    """y = x / (1 + |x|)"""
    return ops.softsign(x)


def soft_shrink(x: TensorLike, threshold: float = 0.5) -> TensorLike:
    """y = x − threshold above the threshold, x + threshold below its negative, 0 between"""
    return ops.soft_shrink(x, threshold=threshold)


def sparse_plus(x: TensorLike) -> TensorLike:
    """y = 0 up to −1, (x + 1)² / 4 up to 1, x from there"""
    return ops.sparse_plus(x)


def silu(x: TensorLike) -> TensorLike:
    """y = x σ(x), also called swish"""
    return ops.silu(x)


def squareplus(x: TensorLike, b: float = 4) -> TensorLike:
    """y = (x + √(x² + b)) / 2"""
    return ops.squareplus(x, b=b)


def gelu(x: TensorLike, approximate: bool = False) -> TensorLike:
    """y = x Φ(x), Φ the normal distribution

    Parity: exact by default here, approximate by default in `ops`.
    """
    return ops.gelu(x, approximate=approximate)


def celu(x: TensorLike, alpha: float = 1.0) -> TensorLike:
    """y = max(x, 0) + α (e^(min(x, 0) / α) − 1)"""
    return ops.celu(x, alpha=alpha)


def glu(x: TensorLike, axis: int = -1) -> TensorLike:
    """y = a σ(b), where a and b are the halves of x along `axis`"""
    return ops.glu(x, axis=axis)


def tanh(x: TensorLike) -> TensorLike:
    """y = tanh x"""
    return ops.tanh(x)


def tanh_shrink(x: TensorLike) -> TensorLike:
    """y = x − tanh x"""
    return ops.tanh_shrink(x)


def hard_tanh(x: TensorLike) -> TensorLike:
    """y = min(max(x, −1), 1)"""
    return ops.hard_tanh(x)


def hard_shrink(x: TensorLike, threshold: float = 0.5) -> TensorLike:
    """y = x where |x| > threshold, else 0"""
    return ops.hard_shrink(x, threshold=threshold)


def threshold(x: TensorLike, threshold: float, default_value: float) -> TensorLike:
    """y = x where x > threshold, else default_value"""
    return ops.threshold(x, threshold, default_value)


def sigmoid(x: TensorLike) -> TensorLike:
    """y = 1 / (1 + e⁻ˣ)

    Parity: the result remembers x as its logits.
    """
    return ops.sigmoid(x)


def exponential(x: TensorLike) -> TensorLike:
    """y = eˣ"""
    return ops.exp(x)


def hard_sigmoid(x: TensorLike) -> TensorLike:
    """y = min(max(x + 3, 0), 6) / 6"""
    return ops.hard_sigmoid(x)


def log_sigmoid(x: TensorLike) -> TensorLike:
    """y = ln σ(x)"""
    return ops.log_sigmoid(x)


def sparse_sigmoid(x: TensorLike) -> TensorLike:
    """y = 0 up to −1, (x + 1) / 2 up to 1, 1 from there"""
    return ops.sparse_sigmoid(x)


def hard_silu(x: TensorLike) -> TensorLike:
    """y = x min(max(x + 3, 0), 6) / 6, also called hard swish"""
    return ops.hard_silu(x)


def linear(x: TensorLike) -> TensorLike:
    """y = x, the very same object"""
    return x


@autograd.operation
def mish(x: TensorLike) -> TensorLike:
    """y = x tanh(softplus x)"""
    x = ops.convert_to_tensor(x)
    return x * ops.tanh(ops.softplus(x))


def log_softmax(x: TensorLike, axis: Any = -1) -> TensorLike:
    """y = x − ln Σ eˣ along `axis`"""
    return ops.log_softmax(x, axis=axis)


def sparsemax(x: TensorLike, axis: int = -1) -> TensorLike:
    """The nearest point of the probability simplex along `axis`"""
    return ops.sparsemax(x, axis=axis)


hard_swish, swish = hard_silu, silu


class _Activations(Registry):
    """No activation is the linear one, and a known function is written as its name."""

    def get(self, identifier: Any) -> Any:
        return linear if identifier is None else super().get(identifier)

    def serialize(self, activation: Any) -> Any:
        name = getattr(activation, "__name__", "")
        if isinstance(activation, types.FunctionType) and self.entries.get(name) is activation:
            return name
        config = super().serialize(activation)
        if not isinstance(config, dict) or "config" not in config:
            raise ValueError(
                f"Unknown activation function {describe(activation)} cannot be serialized: it has "
                "no name that can be found again. Use `@register_keras_serializable()`"
            )
        return config


registry = _Activations(
    "activation", *public_in(sys.modules[__name__]), swish=silu, hard_swish=hard_silu
)
get, serialize, deserialize = registry.get, registry.serialize, registry.deserialize
