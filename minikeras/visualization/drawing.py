"""Boxes and masks drawn into images."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from minikeras import dtypes, frames, ops, settings
from minikeras.layers.preprocessing.images.boxes import convert_format
from minikeras.messages import describe
from minikeras.optional import Library
from minikeras.types import Array, TensorLike

cv2 = Library("cv2")

_LETTERS = 12  # half the height of a line of text at the scale 1, in pixels
_GAP = 8, 3  # between text and box: above it, and inside it
_PALETTE = np.array([2**25 - 1, 2**15 - 1, 2**21 - 1])


@frames.filter_traceback
def draw_bounding_boxes(
    images: TensorLike,
    bounding_boxes: Mapping[str, Any],
    bounding_box_format: str,
    class_mapping: Mapping[int, str] | None = None,
    color: Sequence[int] = (128, 128, 128),
    line_thickness: int = 2,
    text_thickness: int | None = 1,
    font_scale: float = 1.0,
    data_format: str | None = None,
) -> Array:
    """The images with boxes around objects, and the names of the objects beside them.

    images: (batch, height, width, channels); floats that are at most 1 are multiplied by 255.
    bounding_boxes: a dictionary with "boxes" (batch, boxes, 4) and "labels" (batch, boxes); also
        "confidences" (batch, boxes), which stand behind the names. Boxes of class -1 are left out.
    bounding_box_format: the format of the boxes; see ``utils.bounding_boxes``.
    class_mapping: the names of classes by number; others have none.
    color: red, green and blue, up to 255.
    line_thickness, text_thickness: in pixels.
    font_scale: the size of the letters; they are about 24 pixels high at 1.

    Returns uint8 of the shape of the images.

    Raises ImportError without OpenCV (cv2), ValueError for images without a batch and boxes without
    labels, TypeError for boxes that are no dictionary.
    """
    shape = ops.shape(images)
    check_images(images)
    if not isinstance(bounding_boxes, Mapping):
        raise TypeError(
            f"bounding_boxes={describe(bounding_boxes)}; expected a dictionary with 'boxes' and "
            "'labels'"
        )
    if not {"boxes", "labels"} <= bounding_boxes.keys():
        raise ValueError(
            "bounding_boxes must be a dictionary with 'boxes' and 'labels', received one with "
            f"{[*bounding_boxes]}"
        )
    is_first = settings.standardize_data_format(data_format) == "channels_first"
    height, width = shape[-2:] if is_first else shape[1:3]
    boxes = convert_format(bounding_boxes["boxes"], bounding_box_format, "xyxy", height, width)
    corners = ops.convert_to_numpy(boxes).astype("int32")
    labels = ops.convert_to_numpy(bounding_boxes["labels"]).astype("int32")
    confidences = bounding_boxes.get("confidences")
    if confidences is not None:
        confidences = ops.convert_to_numpy(confidences)
    pictures = _bytes_of(ops.convert_to_numpy(images))
    if is_first:
        pictures = pictures.transpose(0, 2, 3, 1)
    pictures = np.ascontiguousarray(pictures)  # OpenCV draws into nothing else
    thickness = text_thickness or line_thickness
    for i, picture in enumerate(pictures):
        for j, box in enumerate(corners[i]):
            kind = int(labels[i, j])
            if kind == -1:
                continue
            left, top, right, bottom = map(int, box)
            cv2.rectangle(picture, (left, top), (right, bottom), color, line_thickness)
            if not class_mapping or kind not in class_mapping:
                continue
            text = class_mapping[kind]
            if confidences is not None:
                text = f"{text} | {confidences[i][j]:.2f}"
            cv2.putText(
                img=picture,
                text=text,
                org=_place_of_text(left, top, font_scale, thickness),
                fontFace=cv2.FONT_HERSHEY_SIMPLEX,
                fontScale=font_scale,
                color=color,
                thickness=thickness,
            )
    return pictures.transpose(0, 3, 1, 2) if is_first else pictures


@frames.filter_traceback
def draw_segmentation_masks(
    images: TensorLike,
    segmentation_masks: TensorLike,
    num_classes: int | None = None,
    color_mapping: Mapping[int, Sequence[int]] | None = None,
    alpha: float = 0.8,
    blend: bool = True,
    ignore_index: int = -1,
    data_format: str | None = None,
) -> Any:
    """The images with the pixels of each class in a colour.

    images: (batch, height, width, channels), in [0, 255].
    segmentation_masks: integers (batch, height, width, 1) or (batch, height, width).
    num_classes: the number of classes; None for the largest number in the masks.
    color_mapping: red, green and blue of each class from 0 to num_classes − 1; None for colours
        far from each other, of which that of class 0 is black.
    alpha: how opaque the colours are, in [0, 1].
    blend: whether the image shines through; if not, the colours replace it and ``alpha`` and
        ``ignore_index`` have no effect.
    ignore_index: pixels of this class stay as they are.

    Returns uint8 (batch, height, width, channels), also for "channels_first"; float32 without
    ``blend``.

    Raises ValueError for images without a batch, TypeError for masks that are not integers.

    Parity: the class ``num_classes`` is not drawn, though Keras's documentation counts from 1; with
    ``blend``, its pixels are those of the image.
    """
    check_images(images)
    images = ops.convert_to_tensor(images, dtype="float32")
    masks = ops.convert_to_tensor(segmentation_masks)
    if not dtypes.is_int(masks.dtype):
        raise TypeError(f"segmentation_masks={describe(masks)}; expected integers")
    if settings.standardize_data_format(data_format) == "channels_first":
        images = ops.transpose(images, (0, 2, 3, 1))
        masks = ops.transpose(masks, (0, 2, 3, 1)) if len(masks.shape) == 4 else masks
    classes = ops.convert_to_numpy(masks).reshape(images.shape[:3])
    if num_classes is None:
        num_classes = int(classes.max())
    colors = _palette(num_classes) if color_mapping is None else color_mapping
    drawn = ops.convert_to_numpy(images).copy()
    for number in range(num_classes):
        drawn[classes == number] = colors[number]
    if not blend:
        return ops.convert_to_tensor(drawn)
    mixed = images * (1 - alpha) + ops.convert_to_tensor(drawn) * alpha
    found = ops.where((classes != ignore_index)[..., None], mixed, images)
    return ops.convert_to_numpy(ops.cast(found, "uint8"))


def check_images(images: Any) -> None:
    """ValueError unless there is a batch of images."""
    if len(ops.shape(images)) != 4:
        raise ValueError(
            f"images={describe(images)}; expected a batch: (batch, height, width, channels)"
        )


def _bytes_of(images: Array) -> Array:
    """A copy in uint8."""
    if images.dtype.kind == "f" and images.size:
        is_small = images.max() <= 1.0
        images = np.clip(images, 0, 1) * 255 if is_small else np.clip(images, 0, 255)
    return images.astype("uint8")


def _place_of_text(x: int, y: int, font_scale: float, thickness: int) -> tuple[int, int]:
    """Above the box's corner, or inside the box where there is no room above it."""
    above, inside = _GAP
    line = 2 * int(font_scale * _LETTERS)
    if y - above - line > 0:
        return x, y - above
    return x + inside, y + line + thickness + inside


def _palette(count: int) -> list[Any]:
    return [(number * _PALETTE) % 255 for number in range(count)]
