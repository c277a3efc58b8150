"""MobileNet: depthwise convolutions, each followed by a convolution of 1 × 1.

Source: Howard et al., "MobileNets: Efficient Convolutional Neural Networks for Mobile Vision
Applications" (2017), table 1.
"""

from __future__ import annotations

from typing import Any

from minikeras import frames, layers
from minikeras.applications.imagenet_utils import CLASSES, decode_predictions
from minikeras.applications.imagenet_utils import preprocess_tf as preprocess_input
from minikeras.applications.network import (
    KERAS_FILES,
    Files,
    Given,
    Network,
    Weights,
    is_channels_first,
    last_axis,
)
from minikeras.messages import describe
from minikeras.models import Model

__all__ = ["MobileNet", "decode_predictions", "preprocess_input"]

SIZES = (128, 160, 192, 224)  # of the images that weights were trained on
_ALPHAS = (0.25, 0.5, 0.75, 1.0)
# Filters and strides of each depthwise block.
_BLOCKS = (
    *((64, 1), (128, 2), (128, 1), (256, 2), (256, 1), (512, 2)),
    *((512, 1),) * 5,
    *((1024, 2), (1024, 1)),
)


@frames.filter_traceback
def MobileNet(
    input_shape: Any = None,
    alpha: float = 1.0,
    depth_multiplier: int = 1,
    dropout: float = 0.001,
    include_top: bool = True,
    weights: Weights = "imagenet",
    input_tensor: Any = None,
    pooling: str | None = None,
    classes: int = CLASSES,
    classifier_activation: Any = "softmax",
    name: str | None = None,
) -> Model:
    """A network of 13 depthwise separable blocks, for images of 224 × 224.

    alpha: the width: every layer has alpha times as many filters.
    depth_multiplier: how many outputs a depthwise convolution has for each channel.
    dropout: the share of features that the top drops.
    name: of the model; by default it tells alpha and the size of the images.

    Trained weights exist for an alpha of 0.25, 0.5, 0.75 and 1 and a depth_multiplier of 1; another
    one raises ValueError with them.  Other arguments and errors as for ``VGG16``.
    """
    given = Given(
        include_top,
        weights,
        input_tensor,
        input_shape,
        pooling,
        classes,
        classifier_activation,
        name,
    )
    network = Network(given, size_of(input_shape, SIZES), smallest=32)
    rows = trained_rows(network, SIZES)
    if given.is_imagenet:
        if depth_multiplier != 1:
            raise ValueError(
                "If imagenet weights are being loaded, depth multiplier must be 1. Received "
                f"depth_multiplier={describe(depth_multiplier)}"
            )
        if alpha not in _ALPHAS:
            raise ValueError(
                f"If imagenet weights are being loaded, alpha must be one of {_ALPHAS}. "
                f"Received alpha={describe(alpha)}"
            )
    x = layers.Conv2D(int(32 * alpha), 3, padding="same", use_bias=False, strides=2, name="conv1")(
        network.x
    )
    x = _relu6(x, "conv1")
    for number, (filters, strides) in enumerate(_BLOCKS, 1):
        x = _block(x, int(filters * alpha), depth_multiplier, strides, number)

    def top(x: Any) -> Any:
        x = layers.GlobalAveragePooling2D(keepdims=True)(x)
        x = layers.Dropout(dropout, name="dropout")(x)
        x = layers.Conv2D(classes, 1, padding="same", name="conv_preds")(x)
        x = layers.Reshape((classes,), name="reshape_2")(x)
        return layers.Activation(network.checked_activation(), name="predictions")(x)

    stem = f"mobilenet_{_written(alpha)}_{rows}_tf"
    files = Files(f"{KERAS_FILES}/mobilenet", (f"{stem}.h5", None), (f"{stem}_no_top.h5", None))
    x = network.end(x, top, pools=(None, None))
    return network.model(x, files, name or f"mobilenet_{alpha:0.2f}_{rows}")


def _relu6(x: Any, name: str) -> Any:
    x = layers.BatchNormalization(axis=last_axis(), name=f"{name}_bn")(x)
    return layers.ReLU(6.0, name=f"{name}_relu")(x)


def _block(x: Any, filters: int, depth_multiplier: int, strides: int, number: int) -> Any:
    if strides == 2:
        x = layers.ZeroPadding2D(((0, 1), (0, 1)), name=f"conv_pad_{number}")(x)
    x = layers.DepthwiseConv2D(
        3,
        padding="same" if strides == 1 else "valid",
        depth_multiplier=depth_multiplier,
        strides=strides,
        use_bias=False,
        name=f"conv_dw_{number}",
    )(x)
    x = _relu6(x, f"conv_dw_{number}")
    name = f"conv_pw_{number}"
    x = layers.Conv2D(filters, 1, padding="same", use_bias=False, strides=1, name=name)(x)
    return _relu6(x, name)


def _written(alpha: float) -> str:
    """As the names of the files have it: 1_0, 7_5, 5_0 and 2_5."""
    return "1_0" if alpha == 1 else "_".join(f"{alpha * 100:.0f}")


def size_of(shape: Any, sizes: tuple[int, ...]) -> int:
    """Height and width of a shape if there are weights for these, otherwise 224."""
    if shape is None:
        return 224
    rows, columns = shape[1:3] if is_channels_first() else shape[:2]
    return rows if rows == columns and rows in sizes else 224


def trained_rows(network: Network, sizes: tuple[int, ...]) -> int | None:
    """The height of the images, or the one whose trained weights are loaded in its place."""
    rows, columns = network.shape[1:] if is_channels_first() else network.shape[:2]
    if network.given.is_imagenet and (rows != columns or rows not in sizes):
        frames.warn(
            f"`input_shape` is undefined or non-square, or `rows` is not in {[*sizes]}. "
            "Weights for input shape (224, 224) will be loaded as the default."
        )
        return 224
    found: int | None = rows
    return found
