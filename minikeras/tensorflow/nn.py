"""``tf.nn``: activations, losses, convolutions and pooling."""

from __future__ import annotations

import builtins
from typing import Any

from minikeras import frames, ops
from minikeras.autograd import Tensor
from minikeras.random import draws, stateful
from minikeras.tensorflow.convert import array, like, of_one, refuse, sizes, tensor
from minikeras.tensorflow.windows import layout_of

relu = of_one(ops.relu, "features")
relu6 = of_one(ops.relu6, "features")
elu = of_one(ops.elu, "features")
selu = of_one(ops.selu, "features")


def leaky_relu(features: Any, alpha: float = 0.2, name: str | None = None) -> Any:
    """x, and alpha · x where x is negative."""
    return ops.leaky_relu(tensor(features), alpha)


def gelu(features: Any, approximate: bool = False, name: str | None = None) -> Any:
    """x Φ(x), Φ the distribution function of normal numbers."""
    return ops.gelu(tensor(features), approximate)


@frames.filter_traceback
def silu(features: Any, beta: float = 1.0) -> Any:
    """x · sigmoid(beta x)"""
    x = tensor(features)
    return ops.silu(x) if beta == 1 else x * ops.sigmoid(like(beta, x) * x)


swish = silu


# Losses


@frames.filter_traceback
def sigmoid_cross_entropy_with_logits(
    labels: Any = None, logits: Any = None, name: str | None = None
) -> Any:
    """max(x, 0) − x z + ln(1 + exp(−|x|)) for labels z and logits x, elementwise."""
    return ops.binary_crossentropy(tensor(labels), tensor(logits), from_logits=True)


@frames.filter_traceback
def softmax_cross_entropy_with_logits(
    labels: Any, logits: Any, axis: int = -1, name: str | None = None
) -> Any:
    """−Σ labels · ln softmax(logits) over an axis."""
    return ops.categorical_crossentropy(tensor(labels), tensor(logits), from_logits=True, axis=axis)


@frames.filter_traceback
def sparse_softmax_cross_entropy_with_logits(
    labels: Any, logits: Any, name: str | None = None
) -> Any:
    """−ln softmax(logits) of the class that each label names."""
    return ops.sparse_categorical_crossentropy(tensor(labels), tensor(logits), from_logits=True)


def l2_loss(t: Any, name: str | None = None) -> Any:
    """½ Σ x²"""
    x = tensor(t)
    return ops.sum(ops.square(x)) / 2


# Normalization


@frames.filter_traceback
def moments(
    x: Any, axes: Any, shift: Any = None, keepdims: bool = False, name: str | None = None
) -> Any:
    """Mean and variance over axes."""
    return ops.moments(tensor(x), sizes(axes), keepdims)


@frames.filter_traceback
def batch_normalization(
    x: Any,
    mean: Any,
    variance: Any,
    offset: Any,
    scale: Any,
    variance_epsilon: float,
    name: str | None = None,
) -> Any:
    """(x − mean) / √(variance + epsilon) · scale + offset, in two products and two sums."""
    x = tensor(x)
    factor = ops.rsqrt(ops.add(tensor(variance), like(variance_epsilon, tensor(variance))))
    if scale is not None:
        factor = ops.multiply(factor, tensor(scale))
    shift = ops.multiply(tensor(mean), factor)
    rest = ops.negative(shift) if offset is None else ops.subtract(tensor(offset), shift)
    return ops.add(ops.multiply(x, factor), rest)


def bias_add(value: Any, bias: Any, data_format: str | None = None, name: str | None = None) -> Any:
    """A number for each channel added."""
    refuse("tf.nn.bias_add", data_format=(layout_of(data_format), "channels_last"))
    return ops.add(tensor(value), tensor(bias))


@frames.filter_traceback
def local_response_normalization(
    input: Any,
    depth_radius: int = 5,
    bias: float = 1,
    alpha: float = 1,
    beta: float = 0.5,
    name: str | None = None,
) -> Any:
    """x / (bias + alpha Σ x²)^beta, the sum over channels no farther than ``depth_radius``."""
    x = tensor(input)
    width = 2 * depth_radius + 1
    padded = ops.pad(ops.square(x), [[0, 0]] * 3 + [[depth_radius, depth_radius]])
    total = sum(padded[..., i : i + x.shape[-1]] for i in range(width))
    return x * ops.power(bias + alpha * total, -beta)


@frames.filter_traceback
def dropout(
    x: Any, rate: float, noise_shape: Any = None, seed: int | None = None, name: str | None = None
) -> Any:
    """x / (1 − rate) with probability 1 − rate, else 0.

    seed: as of ``tf.random.uniform``.
    """
    x, rate = tensor(x), float(rate)
    if not 0 <= rate < 1:
        raise ValueError(f"rate={rate}; expected a number in [0, 1)")
    if rate == 0:
        return x
    shape = x.shape if noise_shape is None else sizes(noise_shape)
    u = stateful.uniform(shape, str(x.dtype), seed)
    return draws.masked(x, Tensor(u >= u.dtype.type(rate)), rate=rate)


@frames.filter_traceback
def embedding_lookup(params: Any, ids: Any, max_norm: Any = None, name: str | None = None) -> Any:
    """The rows of a table that ids name."""
    refuse("tf.nn.embedding_lookup", max_norm=(max_norm, None))
    table = params[0] if isinstance(params, list | builtins.tuple) and len(params) == 1 else params
    return ops.take(tensor(table), tensor(ids), 0)


def compute_average_loss(
    per_example_loss: Any, sample_weight: Any = None, global_batch_size: int | None = None
) -> Any:
    """The sum of the losses divided by the number of samples."""
    losses = tensor(per_example_loss)
    if sample_weight is not None:
        losses = ops.multiply(losses, tensor(sample_weight, str(losses.dtype)))
    count = array(losses).shape[0] if global_batch_size is None else int(global_batch_size)
    return ops.divide(ops.sum(losses), like(float(count), losses))


__all__ = [
    *("relu", "relu6", "elu", "selu", "leaky_relu", "gelu", "silu", "swish"),
    "sigmoid_cross_entropy_with_logits",
    *("softmax_cross_entropy_with_logits", "sparse_softmax_cross_entropy_with_logits", "l2_loss"),
    *("moments", "batch_normalization", "bias_add", "local_response_normalization"),
    "dropout",
    *("embedding_lookup", "compute_average_loss"),
]
