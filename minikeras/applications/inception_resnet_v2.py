"""InceptionResNetV2: cells with parallel paths whose joined output is added to the input.

Source: Szegedy et al., "Inception-v4, Inception-ResNet and the Impact of Residual Connections on
Learning" (2016), figures 15 to 19.
"""

from __future__ import annotations

from typing import Any, ClassVar

from minikeras import layers
from minikeras.applications.imagenet_utils import decode_predictions
from minikeras.applications.imagenet_utils import preprocess_tf as preprocess_input
from minikeras.applications.network import (
    Given,
    Network,
    application,
    channel_axis,
    kernel_files,
)
from minikeras.models import Model

__all__ = ["InceptionResNetV2", "decode_predictions", "preprocess_input"]

_FILES = kernel_files(
    "inception_resnet_v2", "e693bd0210a403b3192acc6073ad2e96", "d19885ff4a710c122648d3b5c3b684e4"
)
Kernel = int | list[int]


class CustomScaleLayer(layers.Layer):
    """output = inputs[0] + scale · inputs[1]

    scale: a small number that keeps sums of many cells small.
    """

    _keras_module: ClassVar[str] = "keras.src.applications.inception_resnet_v2"

    scale: float

    def call(self, inputs: Any) -> Any:
        return inputs[0] + inputs[1] * self.scale


def _conv(
    x: Any,
    filters: int,
    kernel: Kernel,
    strides: int = 1,
    padding: str = "same",
    name: str | None = None,
) -> Any:
    """A convolution, BatchNormalization and relu."""
    x = layers.Conv2D(filters, kernel, strides=strides, padding=padding, use_bias=False, name=name)(
        x
    )
    x = layers.BatchNormalization(axis=channel_axis(), scale=False, name=name and f"{name}_bn")(x)
    return layers.Activation("relu", name=name and f"{name}_ac")(x)


def _path(x: Any, *convolutions: tuple[int, Kernel]) -> Any:
    """Convolutions one after the other: filters and kernel of each."""
    for filters, kernel in convolutions:
        x = _conv(x, filters, kernel)
    return x


def _halved(x: Any, filters: int) -> Any:
    """The end of a path that makes images half as large."""
    return _conv(x, filters, 3, 2, "valid")


def _joined(paths: list[Any], name: str) -> Any:
    return layers.Concatenate(axis=channel_axis(), name=name)(paths)


# The paths of each kind of cell, and how much of them is added.
_CELLS: dict[str, tuple[tuple[tuple[tuple[int, Any], ...], ...], float]] = {
    "block35": ((((32, 1),), ((32, 1), (32, 3)), ((32, 1), (48, 3), (64, 3))), 0.17),
    "block17": ((((192, 1),), ((128, 1), (160, [1, 7]), (192, [7, 1]))), 0.1),
    "block8": ((((192, 1),), ((192, 1), (224, [1, 3]), (256, [3, 1]))), 0.2),
}


def _cell(x: Any, kind: str, number: int, is_last: bool = False) -> Any:
    """relu(x + scale · paths); the last cell of all has a scale of 1 and no relu."""
    paths, scale = _CELLS[kind]
    name = f"{kind}_{number}"
    mixed = _joined([_path(x, *path) for path in paths], f"{name}_mixed")
    added = layers.Conv2D(x.shape[channel_axis()], 1, padding="same", name=f"{name}_conv")(mixed)
    x = CustomScaleLayer(1.0 if is_last else scale)([x, added])
    return x if is_last else layers.Activation("relu", name=f"{name}_ac")(x)


def _inception_resnet(given: Given) -> Model:
    network = Network(given, size=299, smallest=75)
    x = _conv(network.x, 32, 3, 2, "valid")
    x = _conv(x, 32, 3, padding="valid")
    x = _conv(x, 64, 3)
    x = layers.MaxPooling2D(3, strides=2)(x)
    x = _conv(x, 80, 1, padding="valid")
    x = _conv(x, 192, 3, padding="valid")
    x = layers.MaxPooling2D(3, strides=2)(x)
    paths = [_conv(x, 96, 1), _path(x, (48, 1), (64, 5)), _path(x, (64, 1), (96, 3), (96, 3))]
    pooled = layers.AveragePooling2D(3, strides=1, padding="same")(x)
    x = _joined([*paths, _conv(pooled, 64, 1)], "mixed_5b")
    for number in range(1, 11):
        x = _cell(x, "block35", number)
    paths = [_halved(x, 384), _halved(_path(x, (256, 1), (256, 3)), 384)]
    x = _joined([*paths, layers.MaxPooling2D(3, strides=2)(x)], "mixed_6a")
    for number in range(1, 21):
        x = _cell(x, "block17", number)
    paths = [_halved(_conv(x, 256, 1), filters) for filters in (384, 288)]
    paths.append(_halved(_path(x, (256, 1), (288, 3)), 320))
    x = _joined([*paths, layers.MaxPooling2D(3, strides=2)(x)], "mixed_7a")
    for number in range(1, 11):
        x = _cell(x, "block8", number, is_last=number == 10)
    x = _conv(x, 1536, 1, name="conv_7b")
    return network.model(network.end(x, pools=(None, None)), _FILES)


InceptionResNetV2 = application(
    "InceptionResNetV2",
    "inception_resnet_v2",
    _inception_resnet,
    """A network of 43 cells with parallel paths, for images of 299 × 299.""",
)
