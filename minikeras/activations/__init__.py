"""Activation functions, and their names in configurations: `keras.activations`."""

from __future__ import annotations

import types
from typing import Any

from minikeras.activations.activations import (
    celu,
    elu,
    exponential,
    gelu,
    glu,
    hard_shrink,
    hard_sigmoid,
    hard_silu,
    hard_tanh,
    leaky_relu,
    linear,
    log_sigmoid,
    log_softmax,
    mish,
    relu,
    relu6,
    selu,
    sigmoid,
    silu,
    soft_shrink,
    softmax,
    softplus,
    softsign,
    sparse_plus,
    sparse_sigmoid,
    sparsemax,
    squareplus,
    tanh,
    tanh_shrink,
    threshold,
)
from minikeras.declare.registry import Registry

hard_swish = hard_silu
swish = silu


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
                f"Unknown activation function {activation!r} cannot be serialized: it has no name "
                "that can be found again. Use `@register_keras_serializable()`"
            )
        return config


registry = _Activations(
    "activation",
    *(celu, elu, exponential, gelu, glu, hard_shrink, hard_sigmoid, hard_silu, hard_tanh),
    *(leaky_relu, linear, log_sigmoid, log_softmax, mish, relu, relu6, selu, sigmoid, silu),
    *(soft_shrink, softmax, softplus, softsign, sparse_plus, sparse_sigmoid, sparsemax),
    *(squareplus, tanh, tanh_shrink, threshold),
    swish=silu,
    hard_swish=hard_silu,
)
get, serialize, deserialize = registry.get, registry.serialize, registry.deserialize

__all__ = [
    "celu",
    "deserialize",
    "elu",
    "exponential",
    "gelu",
    "get",
    "glu",
    "hard_shrink",
    "hard_sigmoid",
    "hard_silu",
    "hard_swish",
    "hard_tanh",
    "leaky_relu",
    "linear",
    "log_sigmoid",
    "log_softmax",
    "mish",
    "relu",
    "relu6",
    "selu",
    "serialize",
    "sigmoid",
    "silu",
    "soft_shrink",
    "softmax",
    "softplus",
    "softsign",
    "sparse_plus",
    "sparse_sigmoid",
    "sparsemax",
    "squareplus",
    "swish",
    "tanh",
    "tanh_shrink",
    "threshold",
]
