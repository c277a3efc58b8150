"""What an ``ImageLayer`` may be called with."""

from __future__ import annotations

from typing import Any

from minikeras import dtypes, ops
from minikeras.layers.preprocessing.images import boxes
from minikeras.messages import describe


def checked(layer: Any, data: Any, training: bool) -> Any:
    """The images, or the dictionary with them, as tensors.

    layer: an ``ImageLayer``, which says what belongs to its images.

    Raises ValueError for images of another rank, for boxes and masks that do not fit them, and for
    what is no tensor; KeyError for a dictionary without images.
    """
    if not isinstance(data, dict):
        return _images(data)
    if "images" not in data:
        raise KeyError(f"data has the keys {[*data]}; expected 'images' among them")
    found = {**data, "images": _images(data["images"])}
    if "bounding_boxes" in data:
        if not layer.bounding_box_format:
            raise ValueError(
                "`bounding_box_format` must be given for data with 'bounding_boxes'. Received: "
                f"bounding_box_format={layer.bounding_box_format}"
            )
        found["bounding_boxes"] = boxes.checked(data["bounding_boxes"])
    for key in ("labels", "segmentation_masks"):
        if key in data:
            found[key] = _tensor(data[key], f"data[{key!r}]")
    if training or not hasattr(layer, "seed"):
        if "bounding_boxes" in data and layer._has_own("transform_bounding_boxes"):
            _check_boxes(found["bounding_boxes"]["boxes"], found["images"])
        if "segmentation_masks" in data and layer._has_own("transform_segmentation_masks"):
            _check_masks(layer, found["segmentation_masks"], found["images"])
    return found


def _tensor(x: Any, name: str) -> Any:
    try:
        return ops.convert_to_tensor(x)
    except (TypeError, ValueError) as error:
        raise ValueError(f"{name} is {describe(x)}; expected an array: {error}") from None


def _images(images: Any) -> Any:
    images = _tensor(images, "images")
    if dtypes.standardize(images.dtype) == "string":
        raise ValueError(f"images={describe(images)}; expected numbers")
    if len(images.shape) not in (3, 4):
        raise ValueError(
            "Expected images of rank 3 (one image) or 4 (a batch of images). "
            f"Received: shape {images.shape}"
        )
    if 0 in images.shape[-3:]:
        raise ValueError(f"Expected images that have pixels. Received: shape {images.shape}")
    return images


def _check_boxes(given: Any, images: Any) -> None:
    if given.shape[-1] != 4:
        raise ValueError(f"`boxes` must have a last axis of 4. Received: shape {given.shape}")
    are_batches = len(given.shape) == 3 and len(images.shape) == 4
    if are_batches and _differ(given.shape[0], images.shape[0]):
        raise ValueError(
            "`bounding_boxes` must have boxes for each image. Received: boxes of shape "
            f"{given.shape}, images of shape {images.shape}"
        )


def _check_masks(layer: Any, masks: Any, images: Any) -> None:
    axes = [] if len(images.shape) == 3 else [0]
    if layer._needs_masks_of_equal_size:
        axes += [layer.height_axis, layer.width_axis]
    fits = len(masks.shape) == len(images.shape) and not any(
        _differ(masks.shape[axis], images.shape[axis]) for axis in axes
    )
    if not fits:
        what = "the size and the number" if layer._needs_masks_of_equal_size else "the number"
        raise ValueError(
            f"`segmentation_masks` must have the rank of the images, and {what} of them. Received: "
            f"segmentation_masks of shape {masks.shape}, images of shape {images.shape}"
        )


def _differ(one: int | None, other: int | None) -> bool:
    return one is not None and other is not None and one != other
