"""Xception: separable convolutions with residual connections.

Source: Chollet, "Xception: Deep Learning with Depthwise Separable Convolutions" (2016), figure 5.
"""

from __future__ import annotations

from typing import Any

from minikeras import layers
from minikeras.applications.imagenet_utils import decode_predictions
from minikeras.applications.imagenet_utils import preprocess_tf as preprocess_input
from minikeras.applications.network import Given, Network, application, kernel_files, last_axis
from minikeras.models import Model

__all__ = ["Xception", "decode_predictions", "preprocess_input"]

_FILES = kernel_files(
    "xception", "0a58e3b7378bc2990ea3b43d5981f1f6", "b0042744bf5b25fce3cb969f33bebb97"
)


def _normalized(x: Any, name: str | None = None) -> Any:
    return layers.BatchNormalization(axis=last_axis(), name=name and f"{name}_bn")(x)


def _relu(x: Any, name: str) -> Any:
    return layers.Activation("relu", name=f"{name}_act")(x)


def _separable(x: Any, filters: int, name: str) -> Any:
    x = layers.SeparableConv2D(filters, 3, padding="same", use_bias=False, name=name)(x)
    return _normalized(x, name)


def _halving_block(x: Any, filters: tuple[int, int], name: str, first_activation: bool) -> Any:
    """Two separable convolutions and a pooling; a convolution with strides is the shortcut."""
    shortcut = layers.Conv2D(filters[1], 1, strides=2, padding="same", use_bias=False)(x)
    shortcut = _normalized(shortcut)
    x = _relu(x, f"{name}_sepconv1") if first_activation else x
    x = _separable(x, filters[0], f"{name}_sepconv1")
    x = _separable(_relu(x, f"{name}_sepconv2"), filters[1], f"{name}_sepconv2")
    x = layers.MaxPooling2D(3, strides=2, padding="same", name=f"{name}_pool")(x)
    return layers.add([x, shortcut])


def _xception(given: Given) -> Model:
    network = Network(given, size=299, smallest=71)
    x = network.x
    for number, (filters, strides) in enumerate([(32, 2), (64, 1)], 1):
        name = f"block1_conv{number}"
        x = layers.Conv2D(filters, 3, strides=strides, use_bias=False, name=name)(x)
        x = _relu(_normalized(x, name), name)
    for block, filters in enumerate((128, 256, 728), 2):
        x = _halving_block(x, (filters, filters), f"block{block}", first_activation=block > 2)
    for block in range(5, 13):
        shortcut = x
        for number in range(1, 4):
            name = f"block{block}_sepconv{number}"
            x = _separable(_relu(x, name), 728, name)
        x = layers.add([x, shortcut])
    x = _halving_block(x, (728, 1024), "block13", first_activation=True)
    for number, filters in enumerate((1536, 2048), 1):
        name = f"block14_sepconv{number}"
        x = _relu(_separable(x, filters, name), name)
    return network.model(network.end(x, pools=(None, None)), _FILES)


Xception = application(
    "Xception",
    "xception",
    _xception,
    """A network of separable convolutions in 14 blocks, for images of 299 × 299.""",
)
