"""EfficientNetB0 to EfficientNetB7: one network, scaled in width, depth and size of the images.

Source: Tan and Le, "EfficientNet: Rethinking Model Scaling for Convolutional Neural Networks"
(2019), table 1.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

from minikeras import layers
from minikeras.applications.imagenet_utils import STD, decode_predictions
from minikeras.applications.imagenet_utils import preprocess_nothing as preprocess_input
from minikeras.applications.network import (
    Application,
    Files,
    Given,
    Network,
    application,
    channel_axis,
    divisible,
    is_channels_first,
    padding_before_stride,
)
from minikeras.models import Model

__all__ = [
    *(f"EfficientNetB{i}" for i in range(8)),
    "decode_predictions",
    "preprocess_input",
]

URL = "https://storage.googleapis.com/keras-applications"
REDUCTION = 0.25  # of the channels inside a gate, relative to the inputs of the block
DROPPED = 0.2  # the share of samples without the last block; the first block is never left out


def scaled(scale: float, mode: str, distribution: str) -> dict[str, Any]:
    """The config of an initializer, as Keras's configs have it."""
    config = {"scale": scale, "mode": mode, "distribution": distribution}
    return {"class_name": "VarianceScaling", "config": config}


CONV_INITIALIZER = scaled(2.0, "fan_out", "truncated_normal")
DENSE_INITIALIZER = scaled(1.0 / 3.0, "fan_out", "uniform")


class _Stage(NamedTuple):
    """A row of the paper's table 1: a stage of equal blocks; strides are those of the first."""

    kernel: int
    repeats: int
    filters: int
    expansion: int
    strides: int


_FIRST = 32
_STAGES = (
    _Stage(3, 1, 16, 1, 1),
    _Stage(3, 2, 24, 6, 2),
    _Stage(5, 2, 40, 6, 2),
    _Stage(3, 3, 80, 6, 2),
    _Stage(5, 3, 112, 6, 1),
    _Stage(5, 4, 192, 6, 2),
    _Stage(3, 1, 320, 6, 1),
)


def convolution(x: Any, filters: int, kernel: int, name: str, **options: Any) -> Any:
    """Conv2D with the padding "same" and without a bias."""
    options = {"padding": "same", "use_bias": False, "name": name, **options}
    return layers.Conv2D(filters, kernel, kernel_initializer=CONV_INITIALIZER, **options)(x)


def gated(x: Any, channels: int, inside: int, name: str) -> Any:
    """x times a number from 0 to 1 for each channel, computed from the means of all channels."""
    gate = layers.GlobalAveragePooling2D(name=f"{name}se_squeeze")(x)
    shape = (channels, 1, 1) if is_channels_first() else (1, 1, channels)
    gate = layers.Reshape(shape, name=f"{name}se_reshape")(gate)
    with_bias = {"use_bias": True}
    gate = convolution(gate, inside, 1, f"{name}se_reduce", activation="swish", **with_bias)
    gate = convolution(gate, channels, 1, f"{name}se_expand", activation="sigmoid", **with_bias)
    return layers.multiply([x, gate], name=f"{name}se_excite")


def activated(x: Any, normalization: str, activation: str, **options: Any) -> Any:
    """BatchNormalization and swish, under these names."""
    x = layers.BatchNormalization(axis=channel_axis(), name=normalization, **options)(x)
    return layers.Activation("swish", name=activation)(x)


def residual(x: Any, inputs: Any, dropped: float, name: str) -> Any:
    """x + inputs, where x is 0 for a share of the samples in training."""
    if dropped > 0:
        x = layers.Dropout(dropped, noise_shape=(None, 1, 1, 1), name=f"{name}drop")(x)
    return layers.add([x, inputs], name=f"{name}add")


def top_of(network: Network, dropout: float, **options: Any) -> Any:
    """The top: the mean of each channel, Dropout, and a Dense layer."""

    def top(x: Any) -> Any:
        x = layers.GlobalAveragePooling2D(name="avg_pool")(x)
        x = layers.Dropout(dropout, name="top_dropout")(x)
        return network.predictions(x, kernel_initializer=DENSE_INITIALIZER, **options)

    return top


def _block(
    x: Any, stage: _Stage, channels: int, filters: int, strides: int, dropped: float, name: str
) -> Any:
    inputs, wide = x, channels * stage.expansion
    if stage.expansion != 1:
        x = convolution(x, wide, 1, f"{name}expand_conv")
        x = activated(x, f"{name}expand_bn", f"{name}expand_activation")
    if strides == 2:
        padding = padding_before_stride(x, stage.kernel)
        x = layers.ZeroPadding2D(padding, name=f"{name}dwconv_pad")(x)
    x = layers.DepthwiseConv2D(
        stage.kernel,
        strides=strides,
        padding="valid" if strides == 2 else "same",
        use_bias=False,
        depthwise_initializer=CONV_INITIALIZER,
        name=f"{name}dwconv",
    )(x)
    x = activated(x, f"{name}bn", f"{name}activation")
    x = gated(x, wide, max(1, int(channels * REDUCTION)), name)
    x = convolution(x, filters, 1, f"{name}project_conv")
    x = layers.BatchNormalization(axis=channel_axis(), name=f"{name}project_bn")(x)
    return residual(x, inputs, dropped, name) if strides == 1 and channels == filters else x


def _efficientnet(
    number: int, width: float, depth: float, size: int, dropout: float, *hashes: str
) -> Application:
    default = f"efficientnetb{number}"
    repeats = [math.ceil(depth * stage.repeats) for stage in _STAGES]

    def make(given: Given) -> Model:
        network = Network(given, size, smallest=32)
        x = layers.Rescaling(1 / 255)(network.x)
        x = layers.Normalization(axis=channel_axis())(x)
        if given.is_imagenet:  # Keras's trained weights need it: the layer above divides by √std
            x = layers.Rescaling([1 / math.sqrt(std) for std in STD])(x)
        x = layers.ZeroPadding2D(padding_before_stride(x, 3), name="stem_conv_pad")(x)
        channels = divisible(_FIRST * width)
        x = convolution(x, channels, 3, "stem_conv", strides=2, padding="valid")
        x = activated(x, "stem_bn", "stem_activation")
        done = 0
        for i, (stage, count) in enumerate(zip(_STAGES, repeats), 1):
            filters = divisible(stage.filters * width)
            for k in range(count):
                dropped, name = DROPPED * done / sum(repeats), f"block{i}{chr(ord('a') + k)}_"
                strides = stage.strides if k == 0 else 1
                x = _block(x, stage, channels, filters, strides, dropped, name)
                channels, done = filters, done + 1
        x = convolution(x, divisible(1280 * width), 1, "top_conv")
        x = activated(x, "top_bn", "top_activation")
        files = Files(URL, (f"{default}.h5", hashes[0]), (f"{default}_notop.h5", hashes[1]))
        return network.model(network.end(x, top_of(network, dropout)), files)

    doc = f"""A network of {sum(repeats)} gated blocks, for images of {size} × {size}."""
    return application(f"EfficientNetB{number}", default, make, doc)


EfficientNetB0 = _efficientnet(
    0, 1.0, 1.0, 224, 0.2, "902e53a9f72be733fc0bcb005b3ebbac", "50bc09e76180e00e4465e1a485ddc09d"
)
EfficientNetB1 = _efficientnet(
    1, 1.0, 1.1, 240, 0.2, "1d254153d4ab51201f1646940f018540", "74c4e6b3e1f6a1eea24c589628592432"
)
EfficientNetB2 = _efficientnet(
    2, 1.1, 1.2, 260, 0.3, "b15cce36ff4dcbd00b6dd88e7857a6ad", "111f8e2ac8aa800a7a99e3239f7bfb39"
)
EfficientNetB3 = _efficientnet(
    3, 1.2, 1.4, 300, 0.3, "ffd1fdc53d0ce67064dc6a9c7960ede0", "af6d107764bb5b1abb91932881670226"
)
EfficientNetB4 = _efficientnet(
    4, 1.4, 1.8, 380, 0.4, "18c95ad55216b8f92d7e70b3a046e2fc", "ebc24e6d6c33eaebbd558eafbeedf1ba"
)
EfficientNetB5 = _efficientnet(
    5, 1.6, 2.2, 456, 0.4, "ace28f2a6363774853a83a0b21b9421a", "38879255a25d3c92d5e44e04ae6cec6f"
)
EfficientNetB6 = _efficientnet(
    6, 1.8, 2.6, 528, 0.5, "165f6e37dce68623721b423839de8be5", "9ecce42647a20130c1f39a5d4cb75743"
)
EfficientNetB7 = _efficientnet(
    7, 2.0, 3.1, 600, 0.5, "8c03f828fec3ef71311cd463b6759d99", "cbcfe4450ddf6f3ad90b1b398090fe4a"
)
