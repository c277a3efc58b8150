"""MobileNetV2: blocks that widen, convolve each channel, and narrow again.

Source: Sandler et al., "MobileNetV2: Inverted Residuals and Linear Bottlenecks" (2018), table 2.
"""

from __future__ import annotations

from typing import Any

from minikeras import frames, layers
from minikeras.applications.imagenet_utils import CLASSES, decode_predictions
from minikeras.applications.imagenet_utils import preprocess_tf as preprocess_input
from minikeras.applications.mobilenet import size_of, trained_rows
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

__all__ = ["MobileNetV2", "decode_predictions", "preprocess_input"]

_SIZES = (96, 128, 160, 192, 224)
_ALPHAS = (0.35, 0.5, 0.75, 1.0, 1.3, 1.4)
# Filters and strides of each block.
_BLOCKS = (
    *((16, 1), (24, 2), (24, 1), (32, 2), (32, 1), (32, 1), (64, 2), (64, 1), (64, 1), (64, 1)),
    *((96, 1), (96, 1), (96, 1), (160, 2), (160, 1), (160, 1), (320, 1)),
)
_EXPANSION = 6


@frames.filter_traceback
def MobileNetV2(
    input_shape: Any = None,
    alpha: float = 1.0,
    include_top: bool = True,
    weights: Weights = "imagenet",
    input_tensor: Any = None,
    pooling: str | None = None,
    classes: int = CLASSES,
    classifier_activation: Any = "softmax",
    name: str | None = None,
) -> Model:
    """A network of 17 inverted residual blocks, for images of 224 × 224.

    alpha: the width: every layer has about alpha times as many filters, a multiple of 8.
    name: of the model; by default it tells alpha and the size of the images.

    Trained weights exist for an alpha of 0.35, 0.5, 0.75, 1, 1.3 and 1.4; another one raises
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
    check_tensor(given)
    seen = input_shape
    if seen is None and isinstance(input_tensor, KerasTensor):
        seen = input_tensor.shape[1:]
    network = Network(given, size_of(seen, _SIZES), smallest=32)
    rows = trained_rows(network, _SIZES)
    if given.is_imagenet and alpha not in _ALPHAS:
        raise ValueError(
            f"If imagenet weights are being loaded, alpha must be one of {_ALPHAS}. "
            f"Received alpha={describe(alpha)}"
        )
    filters = divisible(32 * alpha)
    x = layers.Conv2D(filters, 3, strides=2, padding="same", use_bias=False, name="Conv1")(
        network.x
    )
    x = _relu6(normalized(x, "bn_Conv1"), "Conv1_relu")
    for number, (filters, strides) in enumerate(_BLOCKS):
        x = _block(x, divisible(int(filters * alpha)), strides, number)
    filters = divisible(1280 * alpha) if alpha > 1 else 1280
    x = layers.Conv2D(filters, 1, use_bias=False, name="Conv_1")(x)
    x = _relu6(normalized(x, "Conv_1_bn"), "out_relu")
    stem = f"mobilenet_v2_weights_tf_dim_ordering_tf_kernels_{float(alpha)}_{rows}"
    files = Files(f"{KERAS_FILES}/mobilenet_v2", (f"{stem}.h5", None), (f"{stem}_no_top.h5", None))

    def top(x: Any) -> Any:
        return network.predictions(layers.GlobalAveragePooling2D()(x))

    x = network.end(x, top, pools=(None, None))
    return network.model(x, files, name or f"mobilenetv2_{alpha:0.2f}_{rows}")


def check_tensor(given: Given) -> None:
    """Raises ValueError if ``input_tensor`` is no KerasTensor, or ``input_shape`` is another."""
    tensor, shape = given.input_tensor, given.input_shape
    if tensor is None or shape is None:
        return
    if not isinstance(tensor, KerasTensor):
        raise ValueError(f"input_tensor is not a Keras tensor; Received {describe(tensor)}")
    axis = 1 if is_channels_first() else 2
    if tensor.shape[axis] != shape[1]:
        raise ValueError(
            f"input_tensor.shape[{axis}] must equal input_shape[1]; Received "
            f"`input_tensor.shape={tensor.shape}`, `input_shape={shape}`"
        )


def normalized(x: Any, name: str) -> Any:
    """BatchNormalization as in the second and third MobileNet."""
    return layers.BatchNormalization(axis=last_axis(), epsilon=1e-3, momentum=0.999, name=name)(x)


def _relu6(x: Any, name: str) -> Any:
    return layers.ReLU(6.0, name=name)(x)


def _block(x: Any, filters: int, strides: int, number: int) -> Any:
    """Widened, convolved channel by channel, narrowed; added to x if it has the same shape."""
    inputs, channels = x, x.shape[last_axis()]
    prefix = f"block_{number}_" if number else "expanded_conv_"
    if number:
        x = layers.Conv2D(
            _EXPANSION * channels, 1, padding="same", use_bias=False, name=f"{prefix}expand"
        )(x)
        x = _relu6(normalized(x, f"{prefix}expand_BN"), f"{prefix}expand_relu")
    if strides == 2:
        x = layers.ZeroPadding2D(padding_before_stride(x, 3), name=f"{prefix}pad")(x)
    padding = "same" if strides == 1 else "valid"
    x = layers.DepthwiseConv2D(
        3, strides=strides, use_bias=False, padding=padding, name=f"{prefix}depthwise"
    )(x)
    x = _relu6(normalized(x, f"{prefix}depthwise_BN"), f"{prefix}depthwise_relu")
    x = layers.Conv2D(filters, 1, padding="same", use_bias=False, name=f"{prefix}project")(x)
    x = normalized(x, f"{prefix}project_BN")
    if channels == filters and strides == 1:
        return layers.Add(name=f"{prefix}add")([inputs, x])
    return x
