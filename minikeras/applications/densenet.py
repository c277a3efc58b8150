"""DenseNet121, DenseNet169 and DenseNet201: each block sees the outputs of all before it.

Source: Huang et al., "Densely Connected Convolutional Networks" (2016), table 1.
"""

from __future__ import annotations

from typing import Any

from minikeras import layers
from minikeras.applications.imagenet_utils import decode_predictions
from minikeras.applications.imagenet_utils import preprocess_torch as preprocess_input
from minikeras.applications.network import (
    Application,
    Given,
    Network,
    application,
    channel_axis,
    check_channels_last,
    kernel_files,
)
from minikeras.models import Model

__all__ = ["DenseNet121", "DenseNet169", "DenseNet201", "decode_predictions", "preprocess_input"]

_GROWTH = 32  # channels that each block adds
_REDUCTION = 0.5  # of the channels between the stages


def _normalized(x: Any, prefix: str) -> Any:
    x = layers.BatchNormalization(axis=channel_axis(), epsilon=1.001e-5, name=f"{prefix}bn")(x)
    return layers.Activation("relu", name=f"{prefix}relu")(x)


def _block(x: Any, name: str) -> Any:
    y = _normalized(x, f"{name}_0_")
    y = layers.Conv2D(4 * _GROWTH, 1, use_bias=False, name=f"{name}_1_conv")(y)
    y = _normalized(y, f"{name}_1_")
    y = layers.Conv2D(_GROWTH, 3, padding="same", use_bias=False, name=f"{name}_2_conv")(y)
    return layers.Concatenate(axis=channel_axis(), name=f"{name}_concat")([x, y])


def _transition(x: Any, name: str) -> Any:
    x = _normalized(x, f"{name}_")
    channels = int(x.shape[channel_axis()] * _REDUCTION)
    x = layers.Conv2D(channels, 1, use_bias=False, name=f"{name}_conv")(x)
    return layers.AveragePooling2D(2, strides=2, name=f"{name}_pool")(x)


def _densenet(depth: int, blocks: tuple[int, ...], *hashes: str) -> Application:
    name = f"densenet{depth}"

    def make(given: Given) -> Model:
        check_channels_last("DenseNet")
        network = Network(given, size=224, smallest=32)
        x = layers.ZeroPadding2D(3)(network.x)
        x = layers.Conv2D(64, 7, strides=2, use_bias=False, name="conv1_conv")(x)
        x = _normalized(x, "conv1_")
        x = layers.ZeroPadding2D(1)(x)
        x = layers.MaxPooling2D(3, strides=2, name="pool1")(x)
        for stage, count in enumerate(blocks, 2):
            x = _transition(x, f"pool{stage - 1}") if stage > 2 else x
            for number in range(1, count + 1):
                x = _block(x, f"conv{stage}_block{number}")
        x = _normalized(x, "")
        return network.model(network.end(x), kernel_files(name, *hashes, folder="densenet"))

    doc = f"""A densely connected network of {depth} layers, for images of 224 × 224."""
    return application(f"DenseNet{depth}", name, make, doc)


DenseNet121 = _densenet(
    121, (6, 12, 24, 16), "9d60b8095a5708f2dcce2bca79d332c7", "30ee3e1110167f948a6b9946edeeb738"
)
DenseNet169 = _densenet(
    169, (6, 12, 32, 32), "d699b8f76981ab1b30698df4c175e90b", "b8c4d4c20dd625c148057b9ff1c1176b"
)
DenseNet201 = _densenet(
    201, (6, 12, 48, 32), "1ceb130c1ea1b78c3bf6114dbdfd8807", "c13680b51ded0fb44dff2d8f86ac8bb1"
)
