"""EfficientNetV2: its first blocks have one convolution in the place of two.

Source: Tan and Le, "EfficientNetV2: Smaller Models and Faster Training" (2021), table 4.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, NamedTuple, Protocol

from minikeras import frames, layers
from minikeras.applications.efficientnet import CONV_INITIALIZER as _CONV_INITIALIZER
from minikeras.applications.efficientnet import (
    DROPPED,
    REDUCTION,
    activated,
    convolution,
    gated,
    residual,
    top_of,
)
from minikeras.applications.imagenet_utils import CLASSES, MEAN, STD, decode_predictions
from minikeras.applications.imagenet_utils import preprocess_nothing as preprocess_input
from minikeras.applications.network import (
    KERAS_FILES,
    Files,
    Given,
    Network,
    Weights,
    channel_axis,
)
from minikeras.initializers import Constant
from minikeras.models import Model

__all__ = [
    *(f"EfficientNetV2{kind}" for kind in ("B0", "B1", "B2", "B3", "S", "M", "L")),
    "decode_predictions",
    "preprocess_input",
]

_MOMENTUM = 0.9
_DROPOUT = 0.2


class _Stage(NamedTuple):
    """A stage of equal blocks; strides are those of the first.

    is_fused: whether a block has one convolution in place of a wide and a depthwise one.
    """

    is_fused: bool
    repeats: int
    filters: int
    expansion: int
    strides: int


_BASE = (
    _Stage(True, 1, 16, 1, 1),
    _Stage(True, 2, 32, 4, 2),
    _Stage(True, 2, 48, 4, 2),
    _Stage(False, 3, 96, 4, 2),
    _Stage(False, 5, 112, 6, 1),
    _Stage(False, 8, 192, 6, 2),
)
_SMALL = (
    _Stage(True, 2, 24, 1, 1),
    _Stage(True, 4, 48, 4, 2),
    _Stage(True, 4, 64, 4, 2),
    _Stage(False, 6, 128, 4, 2),
    _Stage(False, 9, 160, 6, 1),
    _Stage(False, 15, 256, 6, 2),
)
_MEDIUM = (
    _Stage(True, 3, 24, 1, 1),
    _Stage(True, 5, 48, 4, 2),
    _Stage(True, 5, 80, 4, 2),
    _Stage(False, 7, 160, 4, 2),
    _Stage(False, 14, 176, 6, 1),
    _Stage(False, 18, 304, 6, 2),
    _Stage(False, 5, 512, 6, 1),
)
_LARGE = (
    _Stage(True, 4, 32, 1, 1),
    _Stage(True, 7, 64, 4, 2),
    _Stage(True, 7, 96, 4, 2),
    _Stage(False, 10, 192, 4, 2),
    _Stage(False, 19, 224, 6, 1),
    _Stage(False, 25, 384, 6, 2),
    _Stage(False, 7, 640, 6, 1),
)


class _Application(Protocol):
    """The signature of the family."""

    __name__: str

    def __call__(
        self,
        include_top: bool = True,
        weights: Weights = "imagenet",
        input_tensor: Any = None,
        input_shape: Any = None,
        pooling: str | None = None,
        classes: int = CLASSES,
        classifier_activation: Any = "softmax",
        include_preprocessing: bool = True,
        name: str = "",
    ) -> Model: ...


def _rounded(filters: float) -> int:
    """The next multiple of 8."""
    return max(8, math.floor(filters + 4) // 8 * 8)


def _wide(x: Any, stage: _Stage, channels: int, strides: int, name: str) -> Any:
    """A 1 × 1 and a depthwise convolution, and a gate."""
    wide = channels * stage.expansion
    x = convolution(x, wide, 1, f"{name}expand_conv", strides=1)
    x = activated(x, f"{name}expand_bn", f"{name}expand_activation", momentum=_MOMENTUM)
    x = layers.DepthwiseConv2D(
        3,
        strides=strides,
        depthwise_initializer=_CONV_INITIALIZER,
        padding="same",
        use_bias=False,
        name=f"{name}dwconv2",
    )(x)
    x = activated(x, f"{name}bn", f"{name}activation", momentum=_MOMENTUM)
    return gated(x, wide, max(1, int(channels * REDUCTION)), name)


def _fused(x: Any, stage: _Stage, channels: int, strides: int, name: str) -> Any:
    """One convolution, if the block is wider inside."""
    if stage.expansion == 1:
        return x
    wide = channels * stage.expansion
    x = convolution(x, wide, 3, f"{name}expand_conv", strides=strides)
    return activated(x, f"{name}expand_bn", f"{name}expand_activation", momentum=_MOMENTUM)


def _block(
    x: Any, stage: _Stage, channels: int, filters: int, strides: int, dropped: float, name: str
) -> Any:
    inputs = x
    inside: Callable[..., Any] = _fused if stage.is_fused else _wide
    x = inside(x, stage, channels, strides, name)
    is_alone = stage.is_fused and stage.expansion == 1  # the only convolution of the block
    kernel, step = (3, strides) if is_alone else (1, 1)
    x = convolution(x, filters, kernel, f"{name}project_conv", strides=step)
    name_of_norm = f"{name}project_bn"
    x = layers.BatchNormalization(axis=channel_axis(), momentum=_MOMENTUM, name=name_of_norm)(x)
    if is_alone:
        x = layers.Activation("swish", name=f"{name}project_activation")(x)
    return residual(x, inputs, dropped, name) if strides == 1 and channels == filters else x


def _preprocessed(x: Any, is_base: bool) -> Any:
    """Pixels from 0 to 255 as the network expects them."""
    if is_base and x.shape[channel_axis()] == 3:
        x = layers.Rescaling(1 / 255)(x)
        variance = [std**2 for std in STD]
        return layers.Normalization(mean=[*MEAN], variance=variance, axis=channel_axis())(x)
    return layers.Rescaling(1 / 128, offset=-1)(x)


def _efficientnet(
    kind: str,
    stages: tuple[_Stage, ...],
    first: int,
    width: float,
    depth: float,
    size: int,
    *hashes: str,
) -> _Application:
    default, is_base = f"efficientnetv2-{kind.lower()}", kind.startswith("B")
    total = sum(stage.repeats for stage in stages)
    files = Files(
        f"{KERAS_FILES}/efficientnet_v2",
        (f"{default}.h5", hashes[0]),
        (f"{default}_notop.h5", hashes[1]),
    )

    @frames.filter_traceback
    def build(
        include_top: bool = True,
        weights: Weights = "imagenet",
        input_tensor: Any = None,
        input_shape: Any = None,
        pooling: str | None = None,
        classes: int = CLASSES,
        classifier_activation: Any = "softmax",
        include_preprocessing: bool = True,
        name: str = default,
    ) -> Model:
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
        network = Network(given, size, smallest=32)
        x = _preprocessed(network.x, is_base) if include_preprocessing else network.x
        channels = _rounded(first * width)
        x = convolution(x, channels, 3, "stem_conv", strides=2)
        x = activated(x, "stem_bn", "stem_activation", momentum=_MOMENTUM)
        done = 0
        for i, stage in enumerate(stages, 1):
            filters = _rounded(stage.filters * width)
            for k in range(math.ceil(depth * stage.repeats)):
                dropped, block = DROPPED * done / total, f"block{i}{chr(ord('a') + k)}_"
                strides = stage.strides if k == 0 else 1
                x = _block(x, stage, channels, filters, strides, dropped, block)
                channels, done = filters, done + 1
        x = convolution(x, _rounded(1280 * width), 1, "top_conv", strides=1)
        x = activated(x, "top_bn", "top_activation", momentum=_MOMENTUM)
        top = top_of(network, _DROPOUT, bias_initializer=Constant(0.0))
        return network.model(network.end(x, top), files)

    build.__name__ = build.__qualname__ = f"EfficientNetV2{kind}"
    build.__doc__ = f"""A network of fused and of gated blocks, for images of {size} × {size}.

    include_preprocessing: whether the first layers map pixels from 0 to 255 to what the network
        expects.

    Other arguments and errors as for ``VGG16``.
    """
    return build


EfficientNetV2B0 = _efficientnet(
    "B0",
    _BASE,
    32,
    1.0,
    1.0,
    224,
    "21ecbf6da12460d5c40bb2f29ceb2188",
    "893217f2bb855e2983157299931e43ff",
)
EfficientNetV2B1 = _efficientnet(
    "B1",
    _BASE,
    32,
    1.0,
    1.1,
    240,
    "069f0534ff22adf035c89e2d9547a9dc",
    "0e80663031ca32d657f9caa404b6ec37",
)
EfficientNetV2B2 = _efficientnet(
    "B2",
    _BASE,
    32,
    1.1,
    1.2,
    260,
    "424e49f28180edbde1e94797771950a7",
    "1dfe2e7a5d45b6632553a8961ea609eb",
)
EfficientNetV2B3 = _efficientnet(
    "B3",
    _BASE,
    32,
    1.2,
    1.4,
    300,
    "1f1fc43bd98a6e4fd8fdfd551e02c7a0",
    "f6abf7b5849ac99a89b50dd3fd532856",
)
EfficientNetV2S = _efficientnet(
    "S",
    _SMALL,
    24,
    1.0,
    1.0,
    384,
    "e1d88a8495beba45748fedd0cecbe016",
    "af0682fb74e8c54910f2d4393339c070",
)
EfficientNetV2M = _efficientnet(
    "M",
    _MEDIUM,
    24,
    1.0,
    1.0,
    480,
    "a3bf6aa3276309f4fc6a34aa114c95cd",
    "1b8dc055df72dde80d614482840fe342",
)
EfficientNetV2L = _efficientnet(
    "L",
    _LARGE,
    32,
    1.0,
    1.0,
    480,
    "27e6d408b53c7ebc868fefa357689935",
    "b0b66b5c863aef5b46e8608fe1711615",
)
