"""``tf.image``: sizes, flips and crops of pictures (..., height, width, channels)."""

from __future__ import annotations

from typing import Any

import numpy as np

from minikeras import frames, ops
from minikeras.messages import describe
from minikeras.tensorflow import random
from minikeras.tensorflow.colours import pictures_of
from minikeras.tensorflow.convert import array, sizes, tensor

# Sizes


@frames.filter_traceback
def resize(
    images: Any,
    size: Any,
    method: str = "bilinear",
    preserve_aspect_ratio: bool = False,
    antialias: bool = False,
    name: str | None = None,
) -> Any:
    """Pictures of another size, in float32 unless the method is "nearest".

    size: height and width.
    method: "bilinear", "nearest", "bicubic", "area", "lanczos3" or "lanczos5".
    preserve_aspect_ratio: whether both sizes are at most what is given.
    """
    x = pictures_of(images)
    height, width = sizes(size)
    if preserve_aspect_ratio:
        now = np.array(x.shape[-3:-1], np.float32)
        factor = np.min(np.array([height, width], np.float32) / now)
        height, width = np.round(factor * now).astype(int).tolist()
    if method != "nearest":
        x = ops.cast(x, "float32")
    return ops.image.resize(x, (height, width), method, antialias, data_format="channels_last")


@frames.filter_traceback
def crop_to_bounding_box(
    image: Any, offset_height: int, offset_width: int, target_height: int, target_width: int
) -> Any:
    """The part of a picture from an offset on.  Raises ValueError if it reaches beyond it."""
    x = pictures_of(image)
    top, left, h, w = (int(n) for n in (offset_height, offset_width, target_height, target_width))
    if min(top, left) < 0 or top + h > x.shape[-3] or left + w > x.shape[-2] or min(h, w) <= 0:
        raise ValueError(
            f"the part of {h} × {w} from ({top}, {left}) on is not inside of {describe(x)}"
        )
    return x[..., top : top + h, left : left + w, :]


@frames.filter_traceback
def pad_to_bounding_box(
    image: Any, offset_height: int, offset_width: int, target_height: int, target_width: int
) -> Any:
    """A picture with zeros around it.  Raises ValueError if it does not fit."""
    x = pictures_of(image)
    top, left = int(offset_height), int(offset_width)
    bottom = int(target_height) - top - x.shape[-3]
    right = int(target_width) - left - x.shape[-2]
    if min(top, left, bottom, right) < 0:
        raise ValueError(
            f"{describe(x)} at ({top}, {left}) does not fit into {target_height} × {target_width}"
        )
    return ops.pad(x, [[0, 0]] * (len(x.shape) - 3) + [[top, bottom], [left, right], [0, 0]])


@frames.filter_traceback
def resize_with_crop_or_pad(image: Any, target_height: int, target_width: int) -> Any:
    """The middle of a picture, or zeros around it, as each size needs."""
    x = pictures_of(image)
    more_h, more_w = int(target_height) - x.shape[-3], int(target_width) - x.shape[-2]
    top, left = max(-more_h // 2, 0), max(-more_w // 2, 0)
    h, w = min(x.shape[-3], int(target_height)), min(x.shape[-2], int(target_width))
    cut = crop_to_bounding_box(x, top, left, h, w)
    return pad_to_bounding_box(
        cut, max(more_h // 2, 0), max(more_w // 2, 0), target_height, target_width
    )


@frames.filter_traceback
def resize_with_pad(
    image: Any,
    target_height: int,
    target_width: int,
    method: str = "bilinear",
    antialias: bool = False,
) -> Any:
    """A picture that fits a size without distortion, with zeros around it."""
    x = pictures_of(image)
    now = np.array(x.shape[-3:-1], np.float32)
    wanted = np.array([target_height, target_width], np.float32)
    exact = now / np.max(now / wanted)
    top, left = np.maximum(np.floor((wanted - exact) / 2), 0).astype(int).tolist()
    resized = resize(x, np.floor(exact).astype(int), method, antialias=antialias)
    return pad_to_bounding_box(resized, top, left, target_height, target_width)


@frames.filter_traceback
def central_crop(image: Any, central_fraction: float) -> Any:
    """The middle of a picture, of which height and width are a fraction."""
    x, fraction = pictures_of(image), float(central_fraction)
    if not 0 < fraction <= 1:
        raise ValueError(f"central_fraction={central_fraction}; expected a number in (0, 1]")
    top, left = (int((n - n * fraction) / 2) for n in x.shape[-3:-1])
    height, width = x.shape[-3] - 2 * top, x.shape[-2] - 2 * left
    return x[..., top : top + height, left : left + width, :]


# Flips and turns


def flip_left_right(image: Any) -> Any:
    """The mirror image, left for right."""
    return ops.flip(pictures_of(image), -2)


def flip_up_down(image: Any) -> Any:
    """The mirror image, up for down."""
    return ops.flip(pictures_of(image), -3)


def transpose(image: Any, name: str | None = None) -> Any:
    """Rows and columns exchanged."""
    return ops.swapaxes(pictures_of(image), -3, -2)


def rot90(image: Any, k: int = 1, name: str | None = None) -> Any:
    """A picture turned k times by 90 degrees, counterclockwise."""
    x = pictures_of(image)
    return ops.rot90(x, int(k) % 4, (len(x.shape) - 3, len(x.shape) - 2))


def _flipped_at_random(image: Any, axis: int, draw: Any) -> Any:
    x = pictures_of(image)
    flipped = ops.flip(x, axis)
    if len(x.shape) == 3:
        return flipped if float(draw(())) < 0.5 else x
    chosen = ops.reshape(ops.round(draw((x.shape[0],))), (x.shape[0], 1, 1, 1)) > 0
    return ops.where(chosen, flipped, x)


@frames.filter_traceback
def random_flip_left_right(image: Any, seed: int | None = None) -> Any:
    """The picture or its mirror image, left for right; for each picture of a batch anew."""
    return _flipped_at_random(image, -2, lambda shape: random.uniform(shape, seed=seed))


@frames.filter_traceback
def random_flip_up_down(image: Any, seed: int | None = None) -> Any:
    """The picture or its mirror image, up for down; for each picture of a batch anew."""
    return _flipped_at_random(image, -3, lambda shape: random.uniform(shape, seed=seed))


@frames.filter_traceback
def stateless_random_flip_left_right(image: Any, seed: Any) -> Any:
    """As ``random_flip_left_right``; depends on two seeds alone."""
    return _flipped_at_random(image, -2, lambda shape: random.stateless_uniform(shape, seed))


@frames.filter_traceback
def stateless_random_flip_up_down(image: Any, seed: Any) -> Any:
    """As ``random_flip_up_down``; depends on two seeds alone."""
    return _flipped_at_random(image, -3, lambda shape: random.stateless_uniform(shape, seed))


def _cropped_at_random(value: Any, size: Any, draw: Any) -> Any:
    x, wanted = tensor(value), sizes(size)
    limits = [have - want + 1 for have, want in zip(x.shape, wanted, strict=True)]
    if min(limits) <= 0:
        raise ValueError(f"size={describe(wanted)}; expected at most the shape of {describe(x)}")
    begin = [n % limit for n, limit in zip(array(draw((len(limits),))).tolist(), limits)]
    return x[tuple(slice(b, b + n) for b, n in zip(begin, wanted))]


_LARGEST = np.iinfo(np.int32).max


@frames.filter_traceback
def random_crop(value: Any, size: Any, seed: int | None = None, name: str | None = None) -> Any:
    """A block of a tensor at a random place."""
    return _cropped_at_random(
        value, size, lambda shape: random.uniform(shape, 0, _LARGEST, "int32", seed)
    )


@frames.filter_traceback
def stateless_random_crop(value: Any, size: Any, seed: Any, name: str | None = None) -> Any:
    """A block of a tensor at a random place, which depends on two seeds alone."""
    return _cropped_at_random(
        value, size, lambda shape: random.stateless_uniform(shape, seed, 0, _LARGEST, "int32")
    )


class ResizeMethod:
    """The names of the methods of ``resize``."""

    AREA = "area"
    BICUBIC = "bicubic"
    BILINEAR = "bilinear"
    LANCZOS3 = "lanczos3"
    LANCZOS5 = "lanczos5"
    NEAREST_NEIGHBOR = "nearest"


__all__ = [
    *("resize", "crop_to_bounding_box", "pad_to_bounding_box"),
    *("resize_with_crop_or_pad", "resize_with_pad", "central_crop", "flip_left_right"),
    *("flip_up_down", "transpose", "rot90", "random_flip_left_right", "random_flip_up_down"),
    *("stateless_random_flip_left_right", "stateless_random_flip_up_down", "random_crop"),
    "stateless_random_crop",
    "ResizeMethod",
]
