"""ResNet50, ResNet101 and ResNet152: blocks that add their input to their output.

Source: He et al., "Deep Residual Learning for Image Recognition" (2015), table 1 and figure 5.
The strides are on the first 1 × 1 convolution of a block.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from minikeras import layers
from minikeras.applications.imagenet_utils import decode_predictions
from minikeras.applications.imagenet_utils import preprocess_caffe as preprocess_input
from minikeras.applications.network import (
    Application,
    Given,
    Network,
    application,
    channel_axis,
    kernel_files,
)
from minikeras.models import Model

__all__ = ["ResNet101", "ResNet152", "ResNet50", "decode_predictions", "preprocess_input"]

Stage = Callable[[Any, int, int, int, str], Any]  # of x, filters, blocks, strides and name

FILTERS = (64, 128, 256, 512)


def normalized(x: Any, name: str, activate: bool = True) -> Any:
    """BatchNormalization, then relu if ``activate``."""
    x = layers.BatchNormalization(axis=channel_axis(), epsilon=1.001e-5, name=f"{name}_bn")(x)
    return layers.Activation("relu", name=f"{name}_relu")(x) if activate else x


def resnet(
    given: Given,
    stage: Stage,
    blocks: tuple[int, ...],
    strides: tuple[int, ...],
    is_preactivated: bool,
    hashes: tuple[str, str],
    weights_name: str,
) -> Model:
    """A residual network of four stages.

    stage: adds the blocks of a stage.
    blocks, strides: of each stage.
    is_preactivated: whether blocks begin with normalization and relu; these then end the network
        and not its first convolution.
    hashes, weights_name: of the files with trained weights.
    """
    network = Network(given, size=224, smallest=32)
    x = layers.ZeroPadding2D(3, name="conv1_pad")(network.x)
    x = layers.Conv2D(64, 7, strides=2, name="conv1_conv")(x)
    x = x if is_preactivated else normalized(x, "conv1")
    x = layers.ZeroPadding2D(1, name="pool1_pad")(x)
    x = layers.MaxPooling2D(3, strides=2, name="pool1_pool")(x)
    for number, (filters, count, stride) in enumerate(zip(FILTERS, blocks, strides), 2):
        x = stage(x, filters, count, stride, f"conv{number}")
    x = normalized(x, "post") if is_preactivated else x
    return network.model(network.end(x), kernel_files(weights_name, *hashes, folder="resnet"))


def _stage(x: Any, filters: int, blocks: int, strides: int, name: str) -> Any:
    x = _block(x, filters, f"{name}_block1", strides, True)
    for number in range(2, blocks + 1):
        x = _block(x, filters, f"{name}_block{number}", 1, False)
    return x


def _block(x: Any, filters: int, name: str, strides: int, is_projected: bool) -> Any:
    """relu(shortcut + three convolutions); a convolution makes the shortcut fit if asked to."""
    shortcut = x
    if is_projected:
        shortcut = layers.Conv2D(4 * filters, 1, strides=strides, name=f"{name}_0_conv")(x)
        shortcut = normalized(shortcut, f"{name}_0", activate=False)
    x = layers.Conv2D(filters, 1, strides=strides, name=f"{name}_1_conv")(x)
    x = normalized(x, f"{name}_1")
    x = layers.Conv2D(filters, 3, padding="same", name=f"{name}_2_conv")(x)
    x = normalized(x, f"{name}_2")
    x = layers.Conv2D(4 * filters, 1, name=f"{name}_3_conv")(x)
    x = normalized(x, f"{name}_3", activate=False)
    x = layers.Add(name=f"{name}_add")([shortcut, x])
    return layers.Activation("relu", name=f"{name}_out")(x)


def _resnet(depth: int, blocks: tuple[int, ...], *hashes: str) -> Application:
    name = f"resnet{depth}"

    def make(given: Given) -> Model:
        return resnet(given, _stage, blocks, (1, 2, 2, 2), False, (hashes[0], hashes[1]), name)

    doc = f"""A residual network of {depth} layers, for images of 224 × 224."""
    return application(f"ResNet{depth}", name, make, doc)


ResNet50 = _resnet(
    50, (3, 4, 6, 3), "2cb95161c43110f7111970584f804107", "4d473c1dd8becc155b73f8504c6f6626"
)
ResNet101 = _resnet(
    101, (3, 4, 23, 3), "f1aeb4b969a6efcfb50fad2f0c20cfc5", "88cf7a10940856eca736dc7b7e228a21"
)
ResNet152 = _resnet(
    152, (3, 8, 36, 3), "100835be76be38e30d865e96f2aaae62", "ee4c566cf9a93f14d82f913c2dc6dd0c"
)
