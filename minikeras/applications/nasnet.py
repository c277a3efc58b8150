"""NASNetMobile and NASNetLarge: two cells, found by a search, in many copies.

Source: Zoph et al., "Learning Transferable Architectures for Scalable Image Recognition" (2017),
figures 2 and 4 and appendix A.
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
    check_channels_last,
    padding_before_stride,
)
from minikeras.declare.names import name_scope
from minikeras.messages import describe
from minikeras.models import Model

__all__ = ["NASNetLarge", "NASNetMobile", "decode_predictions", "preprocess_input"]

_AXIS = -1
_WIDENING = 2  # how much wider each stage is than the one before


@frames.filter_traceback
def NASNetMobile(
    input_shape: Any = None,
    include_top: bool = True,
    weights: Weights = "imagenet",
    input_tensor: Any = None,
    pooling: str | None = None,
    classes: int = CLASSES,
    classifier_activation: Any = "softmax",
    name: str = "nasnet_mobile",
) -> Model:
    """NASNet-A (4 @ 1056), for images of 224 × 224.

    Arguments and errors as for ``VGG16``.
    """
    if not include_top and input_shape is None:
        input_shape = (224, 224, 3)
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
    files = Files(
        f"{KERAS_FILES}/nasnet",
        ("NASNet-mobile.h5", "020fb642bf7360b370c678b08e0adf61"),
        ("NASNet-mobile-no-top.h5", "1ed92395b5b598bdda52abe5c0dbfd63"),
    )
    return _nasnet(given, 224, 1056, 4, 32, False, files)


@frames.filter_traceback
def NASNetLarge(
    input_shape: Any = None,
    include_top: bool = True,
    weights: Weights = "imagenet",
    input_tensor: Any = None,
    pooling: str | None = None,
    classes: int = CLASSES,
    classifier_activation: Any = "softmax",
    name: str = "nasnet_large",
) -> Model:
    """NASNet-A (6 @ 4032), for images of 331 × 331.

    Arguments and errors as for ``VGG16``.
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
    files = Files(
        f"{KERAS_FILES}/nasnet",
        ("NASNet-large.h5", "11577c9a518f0070763c2b964a382f17"),
        ("NASNet-large-no-top.h5", "d81d89dc07e6e56530c4e77faddd61b5"),
    )
    return _nasnet(given, 331, 4032, 6, 96, True, files)


def _nasnet(
    given: Given, size: int, features: int, cells: int, stem: int, skips: bool, files: Files
) -> Model:
    """The network.

    features: the channels of the last cell.
    cells: the normal cells of each of the three stages.
    stem: the filters of the first convolution.
    skips: whether the first cell of a stage sees the cell before the reduction, and not the
        reduction's own other input.
    """
    check_channels_last("NASNet")
    shape = given.input_shape
    if given.is_imagenet and isinstance(shape, tuple) and None in shape:
        raise ValueError(
            "When specifying the input shape of a NASNet and loading `ImageNet` weights, the "
            "input_shape argument must be static (no None entries). "
            f"Got: `input_shape={describe(shape)}`."
        )
    network = Network(given, size, smallest=32)
    filters = features // 24
    x = layers.Conv2D(
        stem,
        3,
        strides=2,
        padding="valid",
        use_bias=False,
        name="stem_conv1",
        kernel_initializer="he_normal",
    )(network.x)
    x, before = _normalized(x, "stem_bn1"), None
    x, before = _reduction_cell(x, before, filters // _WIDENING**2, "stem_1")
    x, before = _reduction_cell(x, before, filters // _WIDENING, "stem_2")
    for stage in range(3):
        width = filters * _WIDENING**stage
        if stage > 0:
            x, seen = _reduction_cell(x, before, width, f"reduce_{stage * cells}")
            before = before if skips else seen
        for i in range(cells):
            number = stage * cells + i + (stage > 0)
            x, before = _normal_cell(x, before, width, f"{number}")
    x = layers.Activation("relu")(x)

    def top(x: Any) -> Any:
        return network.predictions(layers.GlobalAveragePooling2D()(x))

    return network.model(network.end(x, top, pools=(None, None)), files)


def _normalized(x: Any, name: str) -> Any:
    return layers.BatchNormalization(axis=_AXIS, momentum=0.9997, epsilon=1e-3, name=name)(x)


def _pointwise(x: Any, filters: int, name: str) -> Any:
    """A convolution of 1 × 1 without a bias."""
    return layers.Conv2D(
        filters, 1, padding="same", name=name, use_bias=False, kernel_initializer="he_normal"
    )(x)


def _separable(x: Any, filters: int, kernel: int, name: str, strides: int = 1) -> Any:
    """Twice relu, a separable convolution and BatchNormalization."""
    with name_scope(f"separable_conv_block_{name}"):
        padding = "same"
        x = layers.Activation("relu")(x)
        if strides == 2:
            padding = "valid"
            zeros = padding_before_stride(x, kernel)
            x = layers.ZeroPadding2D(zeros, name=f"separable_conv_1_pad_{name}")(x)
        x = layers.SeparableConv2D(
            filters,
            kernel,
            strides=strides,
            name=f"separable_conv_1_{name}",
            padding=padding,
            use_bias=False,
        )(x)
        x = _normalized(x, f"separable_conv_1_bn_{name}")
        x = layers.Activation("relu")(x)
        x = layers.SeparableConv2D(
            filters, kernel, name=f"separable_conv_2_{name}", padding="same", use_bias=False
        )(x)
        return _normalized(x, f"separable_conv_2_bn_{name}")


def _adjusted(before: Any, x: Any, filters: int, name: str) -> Any:
    """The output of the cell before, in the size of x and with so many channels."""
    with name_scope("adjust_block"):
        if before is None:
            return x
        if before.shape[-2] != x.shape[-2]:
            with name_scope(f"adjust_reduction_block_{name}"):
                return _halved(before, filters, name)
        if before.shape[_AXIS] != filters:
            with name_scope(f"adjust_projection_block_{name}"):
                before = layers.Activation("relu")(before)
                before = _pointwise(before, filters, f"adjust_conv_projection_{name}")
                return _normalized(before, f"adjust_bn_{name}")
    return before


def _halved(x: Any, filters: int, name: str) -> Any:
    """Every second pixel, once from the first one and once from the second one on."""
    x = layers.Activation("relu", name=f"adjust_relu_1_{name}")(x)
    parts = []
    for number in (1, 2):
        part = x
        if number == 2:
            part = layers.ZeroPadding2D(((0, 1), (0, 1)))(part)
            part = layers.Cropping2D(((1, 0), (1, 0)))(part)
        pool = f"adjust_avg_pool_{number}_{name}"
        part = layers.AveragePooling2D(1, strides=2, padding="valid", name=pool)(part)
        parts.append(_pointwise(part, filters // 2, f"adjust_conv_{number}_{name}"))
    return _normalized(layers.concatenate(parts, axis=_AXIS), f"adjust_bn_{name}")


def _averaged(x: Any, name: str) -> Any:
    return layers.AveragePooling2D(3, strides=1, padding="same", name=name)(x)


def _normal_cell(x: Any, before: Any, filters: int, name: str) -> tuple[Any, Any]:
    """Figure 4, left.  Returns the output of the cell and its input x."""
    with name_scope(f"normal_A_block_{name}"):
        p = _adjusted(before, x, filters, name)
        h = layers.Activation("relu")(x)
        h = _normalized(_pointwise(h, filters, f"normal_conv_1_{name}"), f"normal_bn_1_{name}")
        with name_scope("block_1"):
            left = _separable(h, filters, 5, f"normal_left1_{name}")
            right = _separable(p, filters, 3, f"normal_right1_{name}")
            x1 = layers.add([left, right], name=f"normal_add_1_{name}")
        with name_scope("block_2"):
            left = _separable(p, filters, 5, f"normal_left2_{name}")
            right = _separable(p, filters, 3, f"normal_right2_{name}")
            x2 = layers.add([left, right], name=f"normal_add_2_{name}")
        with name_scope("block_3"):
            x3 = layers.add([_averaged(h, f"normal_left3_{name}"), p], name=f"normal_add_3_{name}")
        with name_scope("block_4"):
            pools = [_averaged(p, f"normal_{side}4_{name}") for side in ("left", "right")]
            x4 = layers.add(pools, name=f"normal_add_4_{name}")
        with name_scope("block_5"):
            left = _separable(h, filters, 3, f"normal_left5_{name}")
            x5 = layers.add([left, h], name=f"normal_add_5_{name}")
        joined = [p, x1, x2, x3, x4, x5]
        return layers.concatenate(joined, axis=_AXIS, name=f"normal_concat_{name}"), x


def _reduction_cell(x: Any, before: Any, filters: int, name: str) -> tuple[Any, Any]:
    """Figure 4, right.  Returns the output of the cell and its input x."""
    with name_scope(f"reduction_A_block_{name}"):
        p = _adjusted(before, x, filters, name)
        h = layers.Activation("relu")(x)
        h = _pointwise(h, filters, f"reduction_conv_1_{name}")
        h = _normalized(h, f"reduction_bn_1_{name}")
        padded = layers.ZeroPadding2D(padding_before_stride(h, 3), name=f"reduction_pad_1_{name}")(
            h
        )
        pooling: dict[str, Any] = {"strides": 2, "padding": "valid"}
        with name_scope("block_1"):
            left = _separable(h, filters, 5, f"reduction_left1_{name}", strides=2)
            right = _separable(p, filters, 7, f"reduction_right1_{name}", strides=2)
            x1 = layers.add([left, right], name=f"reduction_add_1_{name}")
        with name_scope("block_2"):
            left = layers.MaxPooling2D(3, **pooling, name=f"reduction_left2_{name}")(padded)
            right = _separable(p, filters, 7, f"reduction_right2_{name}", strides=2)
            x2 = layers.add([left, right], name=f"reduction_add_2_{name}")
        with name_scope("block_3"):
            left = layers.AveragePooling2D(3, **pooling, name=f"reduction_left3_{name}")(padded)
            right = _separable(p, filters, 5, f"reduction_right3_{name}", strides=2)
            x3 = layers.add([left, right], name=f"reduction_add3_{name}")
        with name_scope("block_4"):
            x4 = layers.add([x2, _averaged(x1, f"reduction_left4_{name}")])
        with name_scope("block_5"):
            left = _separable(x1, filters, 3, f"reduction_left4_{name}")
            right = layers.MaxPooling2D(3, **pooling, name=f"reduction_right5_{name}")(padded)
            x5 = layers.add([left, right], name=f"reduction_add4_{name}")
        joined = [x2, x3, x4, x5]
        return layers.concatenate(joined, axis=_AXIS, name=f"reduction_concat_{name}"), x
