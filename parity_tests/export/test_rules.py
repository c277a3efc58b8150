"""Each rule of ONNX export, by an expression that uses the operation."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import minikeras
from minikeras import ops
from minikeras.autograd.primitive import registry
from minikeras.export.rules import REASONS, rules
from minikeras.export.tracing import trace
from parity_tests.export.test_onnx import check

_W = np.random.default_rng(0).uniform(-1, 1, (3, 4)).astype("float32")
_IMAGE_KERNEL = np.random.default_rng(0).uniform(-1, 1, (2, 2, 4, 4)).astype("float32")


def _image(x: Any) -> Any:
    """(batch, 3, 4) → (batch, 3, 4, 4)"""
    return ops.expand_dims(x, 2) * _W.reshape(1, 3, 4, 1)


def _whole(x: Any) -> Any:
    return ops.cast(ops.floor(x * 8), "int32")


# x: (batch, 3, 4) between 0.1 and 0.9
EXPRESSIONS: dict[str, Callable[[Any], Any]] = {
    "_add": lambda x: x + _W,
    "_all": lambda x: ops.all(x > 0.3, axis=-1),
    "_any": lambda x: ops.any(x > 0.7, axis=(1, 2), keepdims=True),
    "_argmax": lambda x: ops.argmax(x, axis=-1),
    "_argmin": lambda x: ops.argmin(x, axis=1, keepdims=True),
    "_argsort": lambda x: ops.argsort(x, axis=1),
    "_broadcast_to": lambda x: ops.broadcast_to(x[:, :1], (2, 3, 4)) + x,
    "_cast": lambda x: ops.cast(x * 9, "int32"),
    "_concatenate": lambda x: ops.concatenate([x, x + 1], axis=1),
    "_cumsum": lambda x: ops.cumsum(x, axis=1),
    "_det": lambda x: ops.det(ops.matmul(x, _W.T)),
    "_einsum": lambda x: ops.einsum("bij,ij->bj", x, _W),
    "_elu": lambda x: ops.elu(x - 0.5),
    "_expand_dims": lambda x: ops.expand_dims(x, (1, -1)),
    "_falling": lambda x: ops.top_k(x, 2)[1],
    "_flip": lambda x: ops.flip(x, axis=1),
    "_gelu": lambda x: ops.gelu(x - 0.5, approximate=False),
    "_gelu_by_tanh": lambda x: ops.gelu(x - 0.5),
    "_getitem": lambda x: x[:, 1:, ..., -1] + x[:, None, 0, 1:-1:2],
    "_hard_silu": lambda x: ops.hard_silu(x * 8 - 4),
    "_leaky_relu": lambda x: ops.leaky_relu(x - 0.5, 0.3),
    "_log_softmax": lambda x: ops.log_softmax(x),
    "_matmul": lambda x: ops.matmul(x, ops.transpose(x, (0, 2, 1))),
    "_max": lambda x: ops.max(x, axis=(1, 2)),
    "_mean": lambda x: ops.mean(x, axis=1, keepdims=True),
    "_min": lambda x: ops.min(x, axis=-1),
    "_one_hot": lambda x: ops.one_hot(_whole(x) - 2, 4, axis=1),
    "_pad": lambda x: ops.pad(x, ((0, 0), (1, 2), (0, 1)), constant_values=0.5),
    "_prod": lambda x: ops.prod(x, axis=1),
    "_repeat": lambda x: ops.repeat(x, 2, axis=1),
    "_reshape": lambda x: ops.reshape(x, (-1, 2, 6)),
    "_roll": lambda x: ops.roll(x, 2, axis=1),
    "_round": lambda x: ops.round(x * 7),
    "_rounded_as": lambda x: registry["_rounded_as"](x, x * 1),
    "_sigmoid": lambda x: ops.sigmoid(x),
    "_softmax": lambda x: ops.softmax(x, axis=1),
    "_split": lambda x: ops.split(x, [1], axis=1)[1],
    "_squeeze": lambda x: ops.squeeze(x[:, :1], 1),
    "_stack": lambda x: ops.stack([x, x + 1], axis=-1),
    "_sum": lambda x: ops.sum(x, axis=(1, 2)),
    "_take": lambda x: ops.take(x, np.array([2, 0]), axis=1),
    "_take_along_axis": lambda x: ops.take_along_axis(x, _whole(x) % 3, axis=1),
    "_tile": lambda x: ops.tile(x, (1, 2, 3)),
    "_transpose": lambda x: ops.transpose(x, (0, 2, 1)),
    "_tril": lambda x: ops.tril(x, -1),
    "_triu": lambda x: ops.triu(x, 1),
    "_where": lambda x: ops.where(x > 0.5, x, 2.0),
    "absolute": lambda x: ops.absolute(x - 0.5),
    "arccosh": lambda x: ops.arccosh(x + 1),
    "bias_add": lambda x: ops.add(x, _W[0]),
    "bitwise_and": lambda x: ops.bitwise_and(_whole(x), 5),
    "bitwise_invert": lambda x: ops.bitwise_invert(_whole(x)),
    "bitwise_or": lambda x: ops.bitwise_or(_whole(x), 5),
    "bitwise_xor": lambda x: ops.bitwise_xor(_whole(x), 5),
    "ceil": lambda x: ops.ceil(x * 3),
    "covered_means": lambda x: ops.image.resize(_image(x), (2, 5), "area"),
    "convolve": lambda x: ops.conv(_image(x), _IMAGE_KERNEL, padding="same"),
    "convolve_biased": lambda x: minikeras.layers.Conv2D(2, 2)(_image(x)),
    "convolve_groups": lambda x: ops.conv(_image(x), _IMAGE_KERNEL[:, :, :2], strides=2),
    "convolve_input_gradient": lambda x: ops.conv_transpose(_image(x), _IMAGE_KERNEL, 3),
    "copy": lambda x: ops.copy(x),
    "depthwise": lambda x: ops.depthwise_conv(_image(x), _IMAGE_KERNEL, dilation_rate=2),
    "divide": lambda x: 1 / x,
    "divide_no_nan": lambda x: ops.divide_no_nan(x, ops.floor(x * 3)),
    "divided_by_constant": lambda x: registry["divided_by_constant"](x, constant=0.3),
    "equal": lambda x: ops.equal(_whole(x), 3),
    "floor": lambda x: ops.floor(x * 3),
    "floor_divide": lambda x: (x - 0.5) // 0.2,
    "greater": lambda x: x > 0.5,
    "greater_equal": lambda x: x >= 0.5,
    "hard_sigmoid": lambda x: ops.hard_sigmoid(x * 8 - 4),
    "interpolate": lambda x: minikeras.layers.UpSampling2D(2, interpolation="bicubic")(_image(x)),
    "isfinite": lambda x: ops.isfinite(ops.log(x - 0.5)),
    "isinf": lambda x: ops.isinf(1 / ops.floor(x * 2)),
    "isnan": lambda x: ops.isnan(ops.log(x - 0.5)),
    "isneginf": lambda x: ops.isneginf(-1 / ops.floor(x * 2)),
    "isposinf": lambda x: ops.isposinf(1 / ops.floor(x * 2)),
    "less": lambda x: x < 0.5,
    "less_equal": lambda x: x <= 0.5,
    "logical_and": lambda x: ops.logical_and(x > 0.3, x < 0.7),
    "logical_not": lambda x: ops.logical_not(x > 0.3),
    "logical_or": lambda x: ops.logical_or(x < 0.3, x > 0.7),
    "logical_xor": lambda x: ops.logical_xor(x > 0.3, x > 0.7),
    "max_window": lambda x: ops.max_pool(_image(x), 2, 1, padding="same"),
    "maximum": lambda x: ops.maximum(x, 0.5),
    "nearest_pixels": lambda x: ops.image.resize(_image(x), (2, 5), "nearest"),
    "mean_window": lambda x: ops.average_pool(_image(x), 2, 1, padding="same"),
    "minimum": lambda x: ops.minimum(x, 0.5),
    "mod": lambda x: ops.mod(x - 0.5, 0.2),
    "multiply": lambda x: x * _W,
    "negative": lambda x: -x,
    "normalize_by_moments": lambda x: minikeras.layers.LayerNormalization()(x),
    "normalize_by_size": lambda x: minikeras.layers.RMSNormalization()(x),
    "not_equal": lambda x: ops.not_equal(_whole(x), 3),
    "power": lambda x: x**1.5,
    "reorder": lambda x: registry["reorder"](x, order=np.array([2, 0, 1]), axis=1),
    "relu": lambda x: ops.relu(x - 0.5),
    "relu6": lambda x: ops.relu6(x * 10 - 2),
    "scaled_product": lambda x: registry["scaled_product"](x, _W, scale=2.0),
    "selu": lambda x: ops.selu(x - 0.5),
    "sign": lambda x: ops.sign(x - 0.5),
    "softsign": lambda x: ops.softsign(x - 0.5),
    "squared_difference": lambda x: registry["squared_difference"](x, _W),
    "subtract": lambda x: x - _W,
    "upsample": lambda x: minikeras.layers.UpSampling2D((2, 3))(_image(x)),
    "window_sum": lambda x: registry["window_sum"](_image(x), size=(2, 2), strides=(1, 1)),
}


def expression_of(name: str) -> Callable[[Any], Any]:
    return EXPRESSIONS.get(name) or getattr(ops, name.lstrip("_"))


@pytest.mark.parametrize("name", sorted(rules))
def test_every_rule(name: str) -> None:
    inputs = minikeras.Input((3, 4))
    model = minikeras.Model(inputs, expression_of(name)(inputs))
    x = np.random.default_rng(1).uniform(0.1, 0.9, (2, 3, 4)).astype("float32")
    assert name in {call.op.__name__ for call in trace(model).calls}
    check(model, x, scale=8)


def test_every_operation_has_a_rule_or_a_reason() -> None:
    ours = {n for n, op in registry.items() if op.forward.__module__.startswith("minikeras.")}
    assert rules.keys() | REASONS.keys() == ours
    assert not rules.keys() & REASONS.keys()
