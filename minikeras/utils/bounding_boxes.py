"""``keras.utils.bounding_boxes``: boxes around objects, for detectors.

A box is four numbers; the formats are those of ``layers/preprocessing/images/boxes.py``.  Boxes
have the shape (boxes, 4) or (batch, boxes, 4).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from minikeras import frames, ops, settings
from minikeras.layers.preprocessing.images import boxes as box_formats
from minikeras.messages import describe
from minikeras.types import TensorLike

__all__ = [
    "affine_transform",
    "clip_to_image_size",
    "compute_ciou",
    "compute_iou",
    "convert_format",
    "crop",
    "decode_deltas_to_boxes",
    "encode_box_to_deltas",
    "pad",
]

convert_format = frames.filter_traceback(box_formats.convert_format)
clip_to_image_size = frames.filter_traceback(box_formats.clip_to_image_size)

_ENCODINGS = ("center_xywh", "center_yxhw")


@frames.filter_traceback
def affine_transform(
    boxes: Any,
    angle: Any,
    translate_x: Any,
    translate_y: Any,
    scale: Any,
    shear_x: Any,
    shear_y: Any,
    height: Any,
    width: Any,
    center_x: Any = None,
    center_y: Any = None,
    bounding_box_format: str = "xyxy",
) -> TensorLike:
    """The smallest boxes around boxes that are turned, slanted, stretched and moved with an image.

    boxes: (batch, boxes, 4).
    angle: (batch,), in degrees.
    translate_x, translate_y: (batch,): parts of the width and height by which they move.
    scale: (batch,): the factor of their size.
    shear_x, shear_y: (batch,), in degrees.
    height, width: of the image, in pixels.
    center_x, center_y: what stays in place, as parts of the width and height; None for the middle.
    bounding_box_format: "xyxy".

    Returns boxes of the same shape, in the dtype of ``angle``.

    Raises NotImplementedError for another format, ValueError for boxes or angles without a batch.
    """
    _check_xyxy(bounding_box_format)
    boxes, angle = ops.convert_to_tensor(boxes), ops.convert_to_tensor(angle)
    if len(boxes.shape) != 3 or boxes.shape[-1] != 4 or len(angle.shape) != 1:
        raise ValueError(
            "boxes must have the shape (batch, boxes, 4) and angle the shape (batch,), received "
            f"{boxes.shape} and {angle.shape}"
        )
    return box_formats.affine_transform(
        boxes,
        angle,
        translate_x,
        translate_y,
        scale,
        shear_x,
        shear_y,
        height,
        width,
        center_x,
        center_y,
    )


@frames.filter_traceback
def crop(
    boxes: Any, top: Any, left: Any, height: Any, width: Any, bounding_box_format: str = "xyxy"
) -> TensorLike:
    """The parts of the boxes that lie in a part of the image, counted from its corner.

    top, left: where this part begins, in pixels.
    height, width: its size, in pixels.
    bounding_box_format: "xyxy".

    Returns boxes of the same shape.  Raises NotImplementedError for another format.
    """
    _check_xyxy(bounding_box_format)
    sides = ops.split(boxes, 4, axis=-1)
    ends = zip(sides, (left, top) * 2, (width, height) * 2)
    return ops.concatenate([ops.clip(side - start, 0, end) for side, start, end in ends], axis=-1)


@frames.filter_traceback
def pad(
    boxes: Any,
    top: Any,
    left: Any,
    height: Any = None,
    width: Any = None,
    bounding_box_format: str = "xyxy",
) -> TensorLike:
    """The boxes in an image to which rows and columns are added.

    top, left: how many are added before the first ones, in pixels.
    height, width: of the image; without effect, as in Keras.
    bounding_box_format: "xyxy".

    Returns boxes of the same shape.  Raises NotImplementedError for another format.
    """
    _check_xyxy(bounding_box_format)
    sides = ops.split(boxes, 4, axis=-1)
    return ops.concatenate([side + n for side, n in zip(sides, (left, top) * 2)], axis=-1)


@frames.filter_traceback
def encode_box_to_deltas(
    anchors: Any,
    boxes: Any,
    anchor_format: str,
    box_format: str,
    encoding_format: str = "center_yxhw",
    variance: Any = None,
    image_shape: Sequence[int] | None = None,
) -> TensorLike:
    """What a detector learns to predict: where boxes lie, seen from anchors.

    The centre's distance in sizes of the anchor, (x − xₐ) / wₐ, and the logarithm of the size,
    log(w / wₐ); likewise for the height (Ren et al. 2015, "Faster R-CNN", equation 2).

    anchors: (boxes, 4).
    boxes: (boxes, 4) or (batch, boxes, 4).
    anchor_format, box_format: their formats.
    encoding_format: "center_yxhw" or "center_xywh": the order of the four numbers.
    variance: four numbers by which the result is divided; None for none.
    image_shape: (height, width, channels), needed for relative formats.

    Returns float32 of the shape of ``boxes``.

    Raises ValueError for unknown formats, and for another number of variances.
    """
    height, width = _size_of(image_shape)
    variance = _checked_variance(variance)
    _check_encoding("encoding_format", encoding_format)
    from_anchors = convert_format(anchors, anchor_format, encoding_format, height, width)
    boxes = convert_format(boxes, box_format, encoding_format, height, width)
    sizes, anchor_sizes = (
        ops.maximum(b[..., 2:], settings.epsilon()) for b in (boxes, from_anchors)
    )
    deltas = ops.concatenate(
        [
            (boxes[..., :2] - from_anchors[..., :2]) / anchor_sizes,
            ops.log(sizes / anchor_sizes),
        ],
        axis=-1,
    )
    return deltas if variance is None else deltas / variance


@frames.filter_traceback
def decode_deltas_to_boxes(
    anchors: Any,
    boxes_delta: Any,
    anchor_format: str,
    box_format: str,
    encoded_format: str = "center_yxhw",
    variance: Any = None,
    image_shape: Sequence[int] | None = None,
) -> Any:
    """The boxes that a detector predicts: the inverse of ``encode_box_to_deltas``.

    anchors: (boxes, 4), or a dictionary of such anchors by level.
    boxes_delta: (boxes, 4) or (batch, boxes, 4), or a dictionary of them by level.
    anchor_format, box_format: the formats of the anchors and of the result.
    encoded_format: "center_yxhw" or "center_xywh": the order of the four numbers of the deltas.
    variance: four numbers by which the deltas are multiplied; None for none.
    image_shape: (height, width, channels), needed for relative formats.

    Returns float32 of the shape of ``boxes_delta``, or a dictionary of them.

    Raises ValueError for unknown formats, and for another number of variances.
    """
    height, width = _size_of(image_shape)
    variance = _checked_variance(variance)
    _check_encoding("encoded_format", encoded_format)

    def decoded(anchor: Any, delta: Any) -> TensorLike:
        anchor = convert_format(anchor, anchor_format, encoded_format, height, width)
        delta = ops.convert_to_tensor(delta)
        if variance is not None:
            delta = delta * variance
        sizes = anchor[..., 2:]
        places = delta[..., :2] * sizes + anchor[..., :2]
        box = ops.concatenate([places, ops.exp(delta[..., 2:]) * sizes], axis=-1)
        found: TensorLike = convert_format(box, encoded_format, box_format, height, width)
        return found

    if isinstance(anchors, dict) and isinstance(boxes_delta, dict):
        return {level: decoded(anchor, boxes_delta[level]) for level, anchor in anchors.items()}
    return decoded(anchors, boxes_delta)


@frames.filter_traceback
def compute_iou(
    boxes1: Any,
    boxes2: Any,
    bounding_box_format: str,
    use_masking: bool = False,
    mask_val: Any = -1,
    image_shape: Sequence[int] | None = None,
) -> TensorLike:
    """How much each box of one set overlaps each box of another: intersection over union.

    boxes1: (n, 4) or (batch, n, 4).
    boxes2: (m, 4) or (batch, m, 4).
    bounding_box_format: the format of both.
    use_masking: whether boxes whose numbers are all negative, which fill up a batch, get
        ``mask_val``.
    mask_val: their result.
    image_shape: (height, width, channels), needed for relative formats.

    Returns float32 (n, m), or (batch, n, m) if one of the sets has a batch.

    Raises ValueError for other ranks, and for a relative format without ``image_shape``.
    """
    ranks = [len(ops.shape(boxes)) for boxes in (boxes1, boxes2)]
    if not {*ranks} <= {2, 3}:
        raise ValueError(
            "boxes1 and boxes2 must have the shape (boxes, 4) or (batch, boxes, 4), received "
            f"{describe(boxes1)} and {describe(boxes2)}"
        )
    if "rel" in bounding_box_format and image_shape is None:
        raise ValueError(
            "image_shape must be given for relative formats, received "
            f"bounding_box_format={describe(bounding_box_format)}, image_shape=None"
        )
    height, width = _size_of(image_shape)
    boxes1, boxes2 = (
        convert_format(boxes, bounding_box_format, "yxyx", height, width)
        for boxes in (boxes1, boxes2)
    )
    sides1, sides2 = ops.split(boxes1, 4, axis=-1), ops.split(boxes2, 4, axis=-1)
    columns = [ops.swapaxes(side, -1, -2) for side in sides2]
    lows = [ops.maximum(a, b) for a, b in zip(sides1[:2], columns[:2])]
    highs = [ops.minimum(a, b) for a, b in zip(sides1[2:], columns[2:])]
    common_height, common_width = (ops.maximum(0.0, high - low) for low, high in zip(lows, highs))
    intersection = common_height * common_width
    union = _area(sides1) + _area(columns) - intersection
    overlap = intersection / (union + settings.epsilon())
    if not use_masking:
        return overlap
    fills1, fills2 = (ops.max(boxes, axis=-1, keepdims=True) < 0.0 for boxes in (boxes1, boxes2))
    fills = ops.logical_or(fills1, ops.swapaxes(fills2, -1, -2))
    return ops.where(fills, ops.cast(mask_val, overlap.dtype), overlap)


@frames.filter_traceback
def compute_ciou(
    boxes1: Any,
    boxes2: Any,
    bounding_box_format: str,
    image_shape: Sequence[int] | None = None,
) -> TensorLike:
    """How well boxes match others, pair by pair: the complete intersection over union.

    IoU − d² / c² − α v, where d is the distance of the centres, c the diagonal of the smallest box
    around both, v the squared difference of arctan(w / h) times 4 / π², and α = v / (1 − IoU + v)
    (Zheng et al. 2020, "Distance-IoU Loss", section 3.3).  It has a gradient where the boxes do not
    overlap, too.

    boxes1, boxes2: (..., 4), which broadcast.
    bounding_box_format: the format of both, an absolute one.
    image_shape: (height, width, channels); without effect.

    Returns float32 (...), from about −2 to 1.

    Raises ValueError for relative formats, also if there is an ``image_shape``, as Keras does.
    """
    if "rel" in bounding_box_format:
        raise ValueError(
            f"bounding_box_format={describe(bounding_box_format)}; expected an absolute format, "
            "into which utils.bounding_boxes.convert_format converts"
        )
    height, width = _size_of(image_shape)
    boxes1, boxes2 = (
        convert_format(boxes, bounding_box_format, "xyxy", height, width)
        for boxes in (boxes1, boxes2)
    )
    epsilon = settings.epsilon()
    left1, top1, right1, bottom1 = ops.split(boxes1, 4, axis=-1)
    left2, top2, right2, bottom2 = ops.split(boxes2, 4, axis=-1)
    width1, height1 = right1 - left1, bottom1 - top1 + epsilon
    width2, height2 = right2 - left2, bottom2 - top2 + epsilon
    common_width = ops.maximum(ops.minimum(right1, right2) - ops.maximum(left1, left2), 0)
    common_height = ops.maximum(ops.minimum(bottom1, bottom2) - ops.maximum(top1, top2), 0)
    intersection = common_width * common_height
    union = width1 * height1 + width2 * height2 - intersection + epsilon
    iou = ops.squeeze(intersection / (union + epsilon), -1)
    around_width = ops.maximum(right1, right2) - ops.minimum(left1, left2)
    around_height = ops.maximum(bottom1, bottom2) - ops.minimum(top1, top2)
    diagonal = ops.squeeze(around_width**2 + around_height**2 + epsilon, -1)
    distance = ops.squeeze(
        ((left1 + right1) / 2 - (left2 + right2) / 2) ** 2
        + ((top1 + bottom1) / 2 - (top2 + bottom2) / 2) ** 2,
        -1,
    )
    angles = ops.arctan(width2 / height2) - ops.arctan(width1 / height1)
    v = ops.squeeze((4 / math.pi**2) * ops.power(angles, 2), -1)
    alpha = v / (v - iou + (1 + epsilon))
    return iou - (distance / diagonal + v * alpha)


def _area(sides: Any) -> TensorLike:
    """Of boxes whose numbers are (top, left, bottom, right)."""
    top, left, bottom, right = sides
    return (bottom - top) * (right - left)


def _size_of(image_shape: Sequence[int] | None) -> tuple[Any, Any]:
    if image_shape is None:
        return None, None
    if len(image_shape) != 3:
        raise ValueError(f"image_shape={describe(image_shape)}; expected (height, width, channels)")
    height, width, _ = image_shape
    return height, width


def _check_xyxy(bounding_box_format: Any) -> None:
    if bounding_box_format != "xyxy":
        raise NotImplementedError(
            f"bounding_box_format={describe(bounding_box_format)}; expected 'xyxy', into which "
            "utils.bounding_boxes.convert_format converts"
        )


def _check_encoding(name: str, value: Any) -> None:
    if value not in _ENCODINGS:
        raise ValueError(f"{name}={describe(value)}; expected one of {_ENCODINGS}")


def _checked_variance(variance: Any) -> Any:
    if variance is None:
        return None
    found = ops.convert_to_tensor(variance, "float32")
    if found.shape[-1:] != (4,):
        raise ValueError(f"variance={describe(variance)}; expected four numbers")
    return found
