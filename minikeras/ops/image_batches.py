"""What all operations on images do with their arguments: one image or a batch, either layout."""

from __future__ import annotations

import numpy as np

from minikeras import settings
from minikeras.messages import describe
from minikeras.ops.core import tensor
from minikeras.ops.reshaping import expand_dims, squeeze
from minikeras.ops.windows import from_channels_last, to_channels_last
from minikeras.types import TensorLike


def to_batch(images: TensorLike, data_format: str | None, name: str = "images") -> TensorLike:
    """The images as (batch, height, width, channels); ValueError for other ranks than 3 and 4."""
    x = tensor(images)
    check_rank(x, name)
    check_numbers(x, name, kinds="bc")
    if len(x.shape) == 3:
        x = expand_dims(x, 0)
    return to_channels_last(x, data_format)


def from_batch(y: TensorLike, images: TensorLike, data_format: str | None) -> TensorLike:
    """The result in the layout of the images, and without a batch if they are one image."""
    y = from_channels_last(y, data_format)
    return squeeze(y, 0) if len(tensor(images).shape) == 3 else y


def check_rank(images: TensorLike, name: str = "images") -> None:
    check_numbers(images, name)
    if len(images.shape) not in (3, 4):
        raise ValueError(
            f"`{name}` must have rank 3 (one image) or 4 (a batch of images). "
            f"Received: {name} of shape {images.shape}"
        )


def check_numbers(x: TensorLike, name: str, kinds: str = "") -> None:
    """ValueError for text and objects, and for other ``kinds``: "b" for bool, "c" for complex."""
    if np.dtype(x.dtype).kind in "OSU" + kinds:
        raise ValueError(f"`{name}` must be real numbers. Received: {name}={describe(x)}")


def check_pixels(images: TensorLike, axes: slice = slice(-3, None)) -> None:
    """ValueError for images without a pixel; ``axes`` are those that may not be empty."""
    if 0 in images.shape[axes]:
        raise ValueError(f"`images` must have pixels. Received: images of shape {images.shape}")


def space_axes(images: TensorLike, data_format: str | None) -> tuple[int, int]:
    """The axes of height and width, counted from the front."""
    first = len(images.shape) - 3
    return (first + 1, first + 2) if is_channels_first(data_format) else (first, first + 1)


def is_channels_first(data_format: str | None) -> bool:
    return settings.standardize_data_format(data_format) == "channels_first"
