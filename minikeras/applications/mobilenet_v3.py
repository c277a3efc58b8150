"""MobileNetV3Small and MobileNetV3Large, found by a search, with gates for each channel.

Source: Howard et al., "Searching for MobileNetV3" (2019), tables 1 and 2.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from minikeras import frames, layers
from minikeras.applications.imagenet_utils import CLASSES, decode_predictions
from minikeras.applications.imagenet_utils import preprocess_nothing as preprocess_input
from minikeras.applications.mobilenet_v2 import check_tensor, normalized
from minikeras.applications.network import (
    KERAS_FILES,
    Files,
    Given,
    Network,
    Weights,
    divisible,
    is_channels_first,
    last_axis,
    padding_before_stride,
)
from minikeras.autograd import KerasTensor
from minikeras.messages import describe
from minikeras.models import Model

__all__ = ["decode_predictions", "preprocess_input"]

_REDUCTION = 0.25  # of the channels inside a gate
_HASHES = {
    "large_224_0.75": ("765b44a33ad4005b3ac83185abf1d0eb", "40af19a13ebea4e2ee0c676887f69a2e"),
    "large_224_1.0": ("59e551e166be033d707958cf9e29a6a7", "07fb09a5933dd0c8eaafa16978110389"),
    "large_minimalistic_224_1.0": (
        "675e7b876c45c57e9e63e6d90a36599c",
        "ec5221f64a2f6d1ef965a614bdae7973",
    ),
    "small_224_0.75": ("cb65d4e5be93758266aa0a7f2c6708b7", "ebdb5cc8e0b497cd13a7c275d475c819"),
    "small_224_1.0": ("8768d4c2e7dee89b9d02b2d03d65d862", "d3e8ec802a04aa4fc771ee12a9a9b836"),
    "small_minimalistic_224_1.0": (
        "99cd97fb2fcdad2bf028eb838de69e37",
        "cde8136e733e811080d9fcd8a252f7e4",
    ),
}


class _Block(NamedTuple):
    """A row of the paper's tables.

    expansion: how much wider a block is inside.  filters: its outputs, for an alpha of 1.
    is_large: whether the kernel is 5 × 5; always 3 × 3 in a minimalistic network.
    strides: of the depthwise convolution.  is_gated: never in a minimalistic network.
    is_hard_swish: the activation; relu otherwise, and in a minimalistic network.
    """

    expansion: float
    filters: int
    is_large: bool
    strides: int
    is_gated: bool
    is_hard_swish: bool


_SMALL = (
    _Block(1, 16, False, 2, True, False),
    _Block(72 / 16, 24, False, 2, False, False),
    _Block(88 / 24, 24, False, 1, False, False),
    _Block(4, 40, True, 2, True, True),
    _Block(6, 40, True, 1, True, True),
    _Block(6, 40, True, 1, True, True),
    _Block(3, 48, True, 1, True, True),
    _Block(3, 48, True, 1, True, True),
    _Block(6, 96, True, 2, True, True),
    _Block(6, 96, True, 1, True, True),
    _Block(6, 96, True, 1, True, True),
)
_LARGE = (
    _Block(1, 16, False, 1, False, False),
    _Block(4, 24, False, 2, False, False),
    _Block(3, 24, False, 1, False, False),
    _Block(3, 40, True, 2, True, False),
    _Block(3, 40, True, 1, True, False),
    _Block(3, 40, True, 1, True, False),
    _Block(6, 80, False, 2, False, True),
    _Block(2.5, 80, False, 1, False, True),
    _Block(2.3, 80, False, 1, False, True),
    _Block(2.3, 80, False, 1, False, True),
    _Block(6, 112, False, 1, True, True),
    _Block(6, 112, False, 1, True, True),
    _Block(6, 160, True, 2, True, True),
    _Block(6, 160, True, 1, True, True),
    _Block(6, 160, True, 1, True, True),
)


@frames.filter_traceback
def MobileNetV3Small(
    input_shape: Any = None,
    alpha: float = 1.0,
    minimalistic: bool = False,
    include_top: bool = True,
    weights: Weights = "imagenet",
    input_tensor: Any = None,
    classes: int = CLASSES,
    pooling: str | None = None,
    dropout_rate: float = 0.2,
    classifier_activation: Any = "softmax",
    include_preprocessing: bool = True,
    name: str = "MobileNetV3Small",
) -> Model:
    """A network of 11 blocks, for images of 224 × 224.

    alpha: the width: every layer has about alpha times as many filters, a multiple of 8.
    minimalistic: whether there are only kernels of 3 × 3 and relu, and no gates.
    dropout_rate: the share of features that the top drops.
    include_preprocessing: whether the first layer maps pixels from 0 to 255 to −1 to 1.

    Trained weights exist for an alpha of 0.75 and 1, minimalistic for 1; another one raises
    ValueError with them.  Other arguments and errors as for ``VGG16``.
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
    return _mobilenet(
        given, "small", _SMALL, 1024, alpha, minimalistic, dropout_rate, include_preprocessing
    )


@frames.filter_traceback
def MobileNetV3Large(
    input_shape: Any = None,
    alpha: float = 1.0,
    minimalistic: bool = False,
    include_top: bool = True,
    weights: Weights = "imagenet",
    input_tensor: Any = None,
    classes: int = CLASSES,
    pooling: str | None = None,
    dropout_rate: float = 0.2,
    classifier_activation: Any = "softmax",
    include_preprocessing: bool = True,
    name: str = "MobileNetV3Large",
) -> Model:
    """A network of 15 blocks, for images of 224 × 224.

    Arguments and errors as for ``MobileNetV3Small``.
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
    return _mobilenet(
        given, "large", _LARGE, 1280, alpha, minimalistic, dropout_rate, include_preprocessing
    )


def _mobilenet(
    given: Given,
    kind: str,
    blocks: tuple[_Block, ...],
    features: int,
    alpha: float,
    minimalistic: bool,
    dropout_rate: float,
    include_preprocessing: bool,
) -> Model:
    check_tensor(given)
    network = Network(given, size=224, smallest=32, shape=_shape(given))
    if given.is_imagenet:
        _check_trained(network, alpha, minimalistic)
    activation = _relu if minimalistic else _hard_swish
    x = network.x
    if include_preprocessing:
        x = layers.Rescaling(1 / 127.5, offset=-1.0)(x)
    x = layers.Conv2D(16, 3, strides=2, padding="same", use_bias=False, name="conv")(x)
    x = activation(normalized(x, "conv_bn"))
    for number, block in enumerate(blocks):
        x = _inverted(x, block, divisible(block.filters * alpha), number, minimalistic)
    channels = divisible(x.shape[last_axis()] * 6)
    x = layers.Conv2D(channels, 1, padding="same", use_bias=False, name="conv_1")(x)
    x = activation(normalized(x, "conv_1_bn"))

    def top(x: Any) -> Any:
        x = layers.GlobalAveragePooling2D(keepdims=True)(x)
        count = divisible(features * alpha) if alpha > 1 else features
        x = activation(layers.Conv2D(count, 1, padding="same", name="conv_2")(x))
        x = layers.Dropout(dropout_rate)(x) if dropout_rate > 0 else x
        x = layers.Conv2D(given.classes, 1, padding="same", name="logits")(x)
        x = layers.Flatten()(x)
        return layers.Activation(network.checked_activation(), name="predictions")(x)

    return network.model(network.end(x, top), _files(kind, alpha, minimalistic))


def _shape(given: Given) -> tuple[int | None, ...]:
    """The shape of one image; that of ``input_tensor`` if it is not given.

    Raises ValueError below 32 × 32.
    """
    shape, tensor, first = given.input_shape, given.input_tensor, is_channels_first()
    if shape is None and isinstance(tensor, KerasTensor):
        rows, columns = tensor.shape[2:4] if first else tensor.shape[1:3]
        shape = (3, columns, rows) if first else (columns, rows, 3)
    elif shape is None:
        shape = (3, None, None) if first else (None, None, 3)
    rows, columns = shape[1:3] if first else shape[:2]
    if rows and columns and (rows < 32 or columns < 32):
        raise ValueError(
            f"Input size must be at least 32x32; Received `input_shape={describe(shape)}`"
        )
    found: tuple[int | None, ...] = shape
    return found


def _check_trained(network: Network, alpha: float, minimalistic: bool) -> None:
    if alpha not in ((1.0,) if minimalistic else (0.75, 1.0)):
        raise ValueError(
            "If imagenet weights are being loaded, alpha can be one of `0.75`, `1.0` for non "
            f"minimalistic or `1.0` for minimalistic only. Received alpha={describe(alpha)}"
        )
    rows, columns = network.shape[1:3] if is_channels_first() else network.shape[:2]
    if rows != columns or rows != 224:
        frames.warn(
            "`input_shape` is undefined or non-square, or `rows` is not 224. Weights for input "
            "shape (224, 224) will be loaded as the default."
        )


def _files(kind: str, alpha: float, minimalistic: bool) -> Files | None:
    name = f"{kind}{'_minimalistic' if minimalistic else ''}_224_{alpha}"
    if name not in _HASHES:
        return None
    stem, (top, no_top) = f"weights_mobilenet_v3_{name}_float", _HASHES[name]
    url = f"{KERAS_FILES}/mobilenet_v3"
    return Files(url, (f"{stem}.h5", top), (f"{stem}_no_top_v2.h5", no_top))


def _relu(x: Any) -> Any:
    return layers.ReLU()(x)


def _hard_swish(x: Any) -> Any:
    return layers.Activation("hard_swish")(x)


def _gated(x: Any, channels: int, prefix: str) -> Any:
    """x times a number from 0 to 1 for each channel, computed from the means of all channels."""
    prefix = f"{prefix}squeeze_excite_"
    gate = layers.GlobalAveragePooling2D(keepdims=True, name=f"{prefix}avg_pool")(x)
    inside = divisible(channels * _REDUCTION)
    gate = layers.Conv2D(inside, 1, padding="same", name=f"{prefix}conv")(gate)
    gate = layers.ReLU(name=f"{prefix}relu")(gate)
    gate = layers.Conv2D(channels, 1, padding="same", name=f"{prefix}conv_1")(gate)
    gate = layers.ReLU(6.0)(gate + 3.0) * (1.0 / 6.0)
    return layers.Multiply(name=f"{prefix}mul")([x, gate])


def _inverted(x: Any, block: _Block, filters: int, number: int, minimalistic: bool) -> Any:
    """An inverted residual block."""
    activation: Callable[[Any], Any] = _relu
    if block.is_hard_swish and not minimalistic:
        activation = _hard_swish
    kernel = 5 if block.is_large and not minimalistic else 3
    shortcut, channels = x, x.shape[last_axis()]
    wide = divisible(channels * block.expansion)
    prefix = f"expanded_conv_{number}_" if number else "expanded_conv_"
    if number:
        x = layers.Conv2D(wide, 1, padding="same", use_bias=False, name=f"{prefix}expand")(x)
        x = activation(normalized(x, f"{prefix}expand_bn"))
    if block.strides == 2:
        padding = padding_before_stride(x, kernel)
        x = layers.ZeroPadding2D(padding, name=f"{prefix}depthwise_pad")(x)
    x = layers.DepthwiseConv2D(
        kernel,
        strides=block.strides,
        padding="same" if block.strides == 1 else "valid",
        use_bias=False,
        name=f"{prefix}depthwise",
    )(x)
    x = activation(normalized(x, f"{prefix}depthwise_bn"))
    if block.is_gated and not minimalistic:
        x = _gated(x, wide, prefix)
    x = layers.Conv2D(filters, 1, padding="same", use_bias=False, name=f"{prefix}project")(x)
    x = normalized(x, f"{prefix}project_bn")
    if block.strides == 1 and channels == filters:
        return layers.Add(name=f"{prefix}add")([shortcut, x])
    return x
