"""InceptionV3: parallel paths with kernels of several sizes, joined along the channels.

Source: Szegedy et al., "Rethinking the Inception Architecture for Computer Vision" (2015), table 1
and figures 5 to 7.
"""

from __future__ import annotations

from typing import Any

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

__all__ = ["InceptionV3", "decode_predictions", "preprocess_input"]

_FILES = kernel_files(
    "inception_v3", "9a0d58056eeedaa3f26cb7ebd46da564", "bcbd6486424b2319ff4ef7d526e38f63"
)


def _conv(x: Any, filters: int, rows: int, columns: int, **options: Any) -> Any:
    """A convolution, BatchNormalization and relu."""
    options = {"padding": "same", **options}
    x = layers.Conv2D(filters, (rows, columns), use_bias=False, **options)(x)
    x = layers.BatchNormalization(axis=channel_axis(), scale=False)(x)
    return layers.Activation("relu")(x)


def _path(x: Any, *convolutions: tuple[int, int, int]) -> Any:
    """Convolutions one after the other: filters, rows and columns of each."""
    for filters, rows, columns in convolutions:
        x = _conv(x, filters, rows, columns)
    return x


def _halved(x: Any, filters: int) -> Any:
    """The end of a path that makes images half as large."""
    return _conv(x, filters, 3, 3, strides=2, padding="valid")


def _pooled(x: Any, filters: int) -> Any:
    x = layers.AveragePooling2D(3, strides=1, padding="same")(x)
    return _conv(x, filters, 1, 1)


def _joined(paths: list[Any], name: str | None = None) -> Any:
    return layers.concatenate(paths, axis=channel_axis(), name=name)


def _cell_5(x: Any, pooled: int, name: str) -> Any:
    """Figure 5: two convolutions of 3 × 3 in place of one of 5 × 5."""
    one = _conv(x, 64, 1, 1)
    five = _path(x, (48, 1, 1), (64, 5, 5))
    double = _path(x, (64, 1, 1), (96, 3, 3), (96, 3, 3))
    return _joined([one, five, double, _pooled(x, pooled)], name)


def _cell_6(x: Any, inside: int, name: str) -> Any:
    """Figure 6: convolutions of 1 × 7 and of 7 × 1."""
    one = _conv(x, 192, 1, 1)
    seven = _path(x, (inside, 1, 1), (inside, 1, 7), (192, 7, 1))
    double = _path(x, (inside, 1, 1), (inside, 7, 1), (inside, 1, 7), (inside, 7, 1), (192, 1, 7))
    return _joined([one, seven, double, _pooled(x, 192)], name)


def _cell_7(x: Any, number: int) -> Any:
    """Figure 7: paths that part again."""
    one = _conv(x, 320, 1, 1)
    three = _conv(x, 384, 1, 1)
    parts = [_conv(three, 384, 1, 3), _conv(three, 384, 3, 1)]
    three = _joined(parts, f"mixed9_{number}")
    double = _path(x, (448, 1, 1), (384, 3, 3))
    double = _joined([_conv(double, 384, 1, 3), _conv(double, 384, 3, 1)])
    return _joined([one, three, double, _pooled(x, 192)], f"mixed{9 + number}")


def _inception(given: Given) -> Model:
    network = Network(given, size=299, smallest=75)
    x = _conv(network.x, 32, 3, 3, strides=2, padding="valid")
    x = _conv(x, 32, 3, 3, padding="valid")
    x = _conv(x, 64, 3, 3)
    x = layers.MaxPooling2D(3, strides=2)(x)
    x = _conv(x, 80, 1, 1, padding="valid")
    x = _conv(x, 192, 3, 3, padding="valid")
    x = layers.MaxPooling2D(3, strides=2)(x)
    for number, pooled in enumerate((32, 64, 64)):
        x = _cell_5(x, pooled, f"mixed{number}")
    three = _halved(x, 384)
    double = _halved(_path(x, (64, 1, 1), (96, 3, 3)), 96)
    x = _joined([three, double, layers.MaxPooling2D(3, strides=2)(x)], "mixed3")
    for number, inside in enumerate((128, 160, 160, 192), 4):
        x = _cell_6(x, inside, f"mixed{number}")
    three = _halved(_conv(x, 192, 1, 1), 320)
    seven = _halved(_path(x, (192, 1, 1), (192, 1, 7), (192, 7, 1)), 192)
    x = _joined([three, seven, layers.MaxPooling2D(3, strides=2)(x)], "mixed8")
    for number in range(2):
        x = _cell_7(x, number)
    return network.model(network.end(x, pools=(None, None)), _FILES)


InceptionV3 = application(
    "InceptionV3",
    "inception_v3",
    _inception,
    """A network of 11 cells with parallel paths, for images of 299 × 299.""",
)
