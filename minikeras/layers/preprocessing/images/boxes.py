"""Boxes around objects: their formats, and what happens to them when images change.

A box is four numbers.  Boxes have the shape (boxes, 4) or (batch, boxes, 4).

    xyxy, yxyx                 left, top, right, bottom; or the row first
    xywh                       left, top, width, height
    center_xywh, center_yxhw   the centre and the size
    rel_...                    the same as parts of the image's width and height
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from minikeras import ops
from minikeras.messages import describe
from minikeras.types import TensorLike

Boxes = dict[str, Any]  # "boxes" and "labels"
FORMATS = (
    "xyxy",
    "yxyx",
    "xywh",
    "center_xywh",
    "center_yxhw",
    "rel_xyxy",
    "rel_yxyx",
    "rel_xywh",
    "rel_center_xywh",
)
_RADIANS = 1.0 / 180.0 * math.pi
_Corners = tuple[TensorLike, TensorLike, TensorLike, TensorLike]


def _from_size(x: Any, y: Any, w: Any, h: Any) -> _Corners:
    return x, y, x + w, y + h


def _from_centre(x: Any, y: Any, w: Any, h: Any) -> _Corners:
    return x - w / 2.0, y - h / 2.0, x + w / 2.0, y + h / 2.0


# For each format without "rel_": the corners (left, top, right, bottom) from the numbers; and back.
_TO_CORNERS: dict[str, Callable[..., _Corners]] = {
    "xyxy": lambda a, b, c, d: (a, b, c, d),
    "yxyx": lambda a, b, c, d: (b, a, d, c),
    "xywh": _from_size,
    "center_xywh": _from_centre,
    "center_yxhw": lambda y, x, h, w: _from_centre(x, y, w, h),
}
_FROM_CORNERS: dict[str, Callable[..., _Corners]] = {
    "xyxy": lambda a, b, c, d: (a, b, c, d),
    "yxyx": lambda a, b, c, d: (b, a, d, c),
    "xywh": lambda a, b, c, d: (a, b, c - a, d - b),
    "center_xywh": lambda a, b, c, d: (a + (c - a) / 2.0, b + (d - b) / 2.0, c - a, d - b),
    "center_yxhw": lambda a, b, c, d: (b + (d - b) / 2.0, a + (c - a) / 2.0, d - b, c - a),
}


def convert_format(
    boxes: Any,
    source: str,
    target: str,
    height: Any = None,
    width: Any = None,
    dtype: str = "float32",
) -> Any:
    """Boxes in another format.

    boxes: a tensor, or a dictionary with the key "boxes", which is not changed.
    height, width: of the images, in pixels; needed between relative and absolute formats.

    Raises ValueError for unknown formats, for boxes that have not four numbers, and where the size
    of the images is needed and missing.
    """
    if isinstance(boxes, dict):
        converted = convert_format(boxes["boxes"], source, target, height, width, dtype)
        return {**boxes, "boxes": converted}
    boxes = ops.convert_to_tensor(boxes)
    if boxes.shape[-1] != 4:
        raise ValueError(f"`boxes` must have a last axis of 4. Received: shape {boxes.shape}")
    source, target = source.lower(), target.lower()
    for name, value in (("source", source), ("target", target)):
        if value not in FORMATS:
            raise ValueError(
                f"`{name}` must be one of {FORMATS}. Received: {name}={describe(value)}"
            )
    relative = source.startswith("rel_"), target.startswith("rel_")
    if any(relative) and (height is None or width is None):
        raise ValueError(
            "`height` and `width` must be given to convert between relative and absolute formats. "
            f"Received: source={source!r}, target={target!r}, height={height}, width={width}"
        )
    boxes = ops.cast(boxes, dtype)
    if source == target:
        return boxes
    numbers: Any = ops.split(boxes, 4, axis=-1)
    corners: Any = _TO_CORNERS[source.removeprefix("rel_")](*numbers)
    height, width = (n if n is None else ops.cast(n, dtype) for n in (height, width))
    if relative == (True, False):
        corners = tuple(c * n for c, n in zip(corners, (width, height) * 2))
    numbers = _FROM_CORNERS[target.removeprefix("rel_")](*corners)
    if relative == (False, True):
        sides = (height, width) * 2 if target == "rel_yxyx" else (width, height) * 2
        numbers = [c / n for c, n in zip(numbers, sides)]
    return ops.concatenate(list(numbers), axis=-1)


def clip_to_image_size(
    bounding_boxes: Boxes, height: Any = None, width: Any = None, bounding_box_format: str = "xyxy"
) -> Boxes:
    """Boxes that end at the edges of the image; those without an area get the label −1.

    Raises NotImplementedError for other formats than "xyxy" and "rel_xyxy", ValueError for "xyxy"
    without the size of the images.
    """
    if bounding_box_format not in ("xyxy", "rel_xyxy"):
        raise NotImplementedError(
            "`bounding_box_format` must be 'xyxy' or 'rel_xyxy'. "
            f"Received: bounding_box_format={describe(bounding_box_format)}"
        )
    boxes = bounding_boxes["boxes"]
    if bounding_box_format == "rel_xyxy":
        height = width = 1.0
    elif height is None or width is None:
        raise ValueError(
            "`height` and `width` must be given for boxes of format 'xyxy'. "
            f"Received: height={height}, width={width}"
        )
    width, height = (ops.cast(n, boxes.dtype) for n in (width, height))
    x1, y1, x2, y2 = (
        ops.clip(c, 0, n)
        for c, n in zip(ops.split(boxes, 4, axis=-1), (width, height, width, height))
    )
    found = {**bounding_boxes, "boxes": ops.concatenate([x1, y1, x2, y2], axis=-1)}
    if bounding_boxes.get("labels") is not None:
        areas = ops.squeeze((x2 - x1) * (y2 - y1), -1)
        found["labels"] = ops.where(areas > 0, bounding_boxes["labels"], -1)
    return found


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
) -> TensorLike:
    """The smallest boxes around boxes that are turned, slanted, stretched and moved with an image.

    boxes: (batch, boxes, 4), xyxy.
    angle, shear_x, shear_y: (batch,), in degrees.
    translate_x, translate_y: (batch,) or numbers: parts of the width and height.
    scale: (batch,) or a number.
    height, width: of the image, in pixels.
    center_x, center_y: what stays in place, as parts of the width and height; None for the middle.

    Returns boxes of the same shape, in the dtype of ``angle``.
    """
    angle = ops.convert_to_tensor(angle)
    cx = (0.5 if center_x is None else center_x) * (width - 1)
    cy = (0.5 if center_y is None else center_y) * (height - 1)
    turn, slant_x, slant_y = (-n * _RADIANS for n in (angle, shear_x, shear_y))
    moved_x = cx - translate_x * (width - 1)
    moved_y = cy - translate_y * (height - 1)
    tangent, cosine = ops.tan(slant_x), ops.cos(slant_y)
    a = ops.cos(turn - slant_y) / cosine
    b = a * tangent + ops.sin(turn)
    c = -ops.sin(turn - slant_y) / cosine
    d = ops.cos(turn) - c * tangent
    rows = []
    for x, y, middle in ((d * scale, -b * scale, cx), (-c * scale, a * scale, cy)):
        rows.append(ops.stack([x, y, middle - x * moved_x - y * moved_y], -1))
    matrix = ops.stack(rows, -1)  # (batch, 3, 2)
    left, top, right, bottom = (ops.cast(boxes, angle.dtype)[..., i] for i in range(4))
    ones = ops.ones_like(left)
    corners = [(left, top), (right, top), (right, bottom), (left, bottom)]
    points = ops.stack([ops.stack([x, y, ones], -1) for x, y in corners], -2)
    places = ops.einsum("bnpx,bxy->bnpy", points, matrix)
    return ops.concatenate([ops.min(places, 2), ops.max(places, 2)], -1)


def checked(bounding_boxes: Any) -> Boxes:
    """Boxes and labels as tensors; ValueError unless there are both, of fitting shapes."""
    if not isinstance(bounding_boxes, dict) or not {"boxes", "labels"} <= bounding_boxes.keys():
        raise ValueError(
            "`bounding_boxes` must be a dictionary with the keys 'boxes' and 'labels'. "
            f"Received: bounding_boxes={describe(bounding_boxes)}"
        )
    boxes = ops.convert_to_tensor(bounding_boxes["boxes"], "float32")
    labels = ops.convert_to_tensor(bounding_boxes["labels"])
    if len(boxes.shape) not in (2, 3) or boxes.shape[:-1] != labels.shape[: len(boxes.shape) - 1]:
        raise ValueError(
            "`bounding_boxes['labels']` must have a label for each box. Received: boxes of shape "
            f"{boxes.shape}, labels of shape {labels.shape}"
        )
    return {**bounding_boxes, "boxes": boxes, "labels": labels}
