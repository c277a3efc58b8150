"""Images brought to another size: resampled, padded, cropped."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from minikeras import dtypes, shapes
from minikeras.messages import describe
from minikeras.ops.core import cast, converted, is_floating, tensor
from minikeras.ops.creation import arange
from minikeras.ops.declarations import operation
from minikeras.ops.image_batches import check_pixels, check_rank, from_batch, space_axes, to_batch
from minikeras.ops.indexing import get_item, where
from minikeras.ops.joining import pad
from minikeras.ops.primitives.arithmetic import absolute, divide, maximum, subtract
from minikeras.ops.primitives.comparison import logical_and
from minikeras.ops.primitives.joining import _pad
from minikeras.ops.primitives.resize import covered_means, interpolate, nearest_pixels
from minikeras.ops.primitives.trigonometry import sin
from minikeras.ops.products import tensordot
from minikeras.ops.reduction import max as largest
from minikeras.ops.reduction import min as smallest
from minikeras.ops.reduction import sum as total
from minikeras.ops.reshaping import moveaxis
from minikeras.ops.rounding import clip, saturate_cast
from minikeras.ops.rounding import round as rounded
from minikeras.types import TensorLike

RESIZINGS = ("bilinear", "nearest", "lanczos3", "lanczos5", "bicubic", "area")


@operation("ops.image")
def resize(
    images: TensorLike,
    size: Sequence[int],
    interpolation: str = "bilinear",
    antialias: bool = False,
    crop_to_aspect_ratio: bool = False,
    pad_to_aspect_ratio: bool = False,
    fill_mode: str = "constant",
    fill_value: float = 0.0,
    data_format: str | None = None,
) -> TensorLike:
    """The images with another height and width.

    images: (batch, height, width, channels) or (height, width, channels). Whole numbers are
        rounded, halves to even, and keep their dtype.
    size: the new height and width.
    interpolation: "bilinear", "nearest", "bicubic", "lanczos3", "lanczos5" or "area".
    antialias: whether to widen the kernel where the images become smaller; without effect on
        "nearest" and "area".
    crop_to_aspect_ratio, pad_to_aspect_ratio: whether to cut off, or to add, what lets the picture
        keep its proportions; at most one of them.
    fill_mode, fill_value: what is added; ``fill_mode`` is "constant".

    Raises ValueError for other choices, and for a rank other than 3 and 4.

    Parity: "area" has no gradient. The result passes through float32.
    """
    x = tensor(images)
    height, width = _two_sizes(size)
    check_rank(x)
    if interpolation not in RESIZINGS:
        raise ValueError(
            f"`interpolation` must be one of {RESIZINGS}. Received: "
            f"interpolation={describe(interpolation)}"
        )
    if fill_mode != "constant":
        raise ValueError(f"`fill_mode` must be 'constant'. Received: fill_mode={fill_mode!r}")
    if pad_to_aspect_ratio and crop_to_aspect_ratio:
        raise ValueError(
            "Only one of `pad_to_aspect_ratio` and `crop_to_aspect_ratio` can be True."
        )
    check_pixels(x)
    y = to_batch(x, data_format)
    if None not in y.shape[1:3]:
        if crop_to_aspect_ratio:
            y = _cut_to_ratio(y, height, width)
        elif pad_to_aspect_ratio:
            y = _padded_to_ratio(y, height, width, fill_value)
    if y.shape[1:3] != (height, width):
        if interpolation == "nearest":
            y = nearest_pixels(y, size=(height, width))
        elif interpolation == "area":
            y = covered_means(y, size=(height, width))
        else:
            how: Any = {"interpolation": interpolation, "antialias": bool(antialias)}
            y = interpolate(y, size=(height, width), **how)
    y = from_batch(y, x, data_format)
    if y.dtype == x.dtype:
        return y
    return saturate_cast(y if is_floating(x) else rounded(y), x.dtype)


def _two_sizes(size: Any) -> tuple[int, int]:
    if not hasattr(size, "__len__") or len(size) != 2:
        raise ValueError(
            f"`size` must be a height and a width, two integers. Received: size={describe(size)}"
        )
    height, width = (shapes.whole_number("size", n, least=1) for n in size)
    return height, width


def proportions(old: tuple[int, int], new: tuple[int, int]) -> tuple[int, int]:
    """Height for this width, and width for this height, with the proportions of ``new``."""
    height, width = old
    return (
        int(np.float32(width * new[0]) / np.float32(new[1])),
        int(np.float32(height * new[1]) / np.float32(new[0])),
    )


def _cut_to_ratio(x: TensorLike, height: int, width: int) -> TensorLike:
    """The middle of the images, as large as possible."""
    old = x.shape[1:3]
    rest = [max(min(n, m), 1) for n, m in zip(old, proportions(old, (height, width)))]
    top, left = ((n - m) // 2 for n, m in zip(old, rest))
    return get_item(
        x, (slice(None), slice(top, top + rest[0]), slice(left, left + rest[1]), slice(None))
    )


def _padded_to_ratio(x: TensorLike, height: int, width: int, value: float) -> TensorLike:
    old = x.shape[1:3]
    wanted = [max(n, m) for n, m in zip(old, proportions(old, (height, width)))]
    vertical, horizontal = ((m - n) // 2 for n, m in zip(old, wanted))
    widths = ((0, 0), (vertical, vertical), (horizontal, horizontal), (0, 0))
    return _pad(x, widths=widths, value=value)


@operation("ops.image")
def pad_images(
    images: TensorLike,
    top_padding: int | None = None,
    left_padding: int | None = None,
    bottom_padding: int | None = None,
    right_padding: int | None = None,
    target_height: int | None = None,
    target_width: int | None = None,
    data_format: str | None = None,
) -> TensorLike:
    """The images with a margin of zeros, which is given by two numbers for each axis.

    images: (batch, height, width, channels) or (height, width, channels).
    top_padding, bottom_padding, target_height: two of them, and None for the third.
    left_padding, right_padding, target_width: likewise.

    Raises ValueError for one number or three, for negative ones, and for another rank.
    """
    x = tensor(images)
    check_rank(x)
    vertical = _Span("padding", "height", top_padding, bottom_padding, target_height)
    horizontal = _Span("padding", "width", left_padding, right_padding, target_width)
    widths = [(0, 0)] * len(x.shape)
    for axis, span in zip(space_axes(x, data_format), (vertical, horizontal)):
        before, after, _ = span.resolve(x.shape[axis], sign=1)
        widths[axis] = (before, after)
    return pad(x, widths)


@operation("ops.image")
def crop_images(
    images: TensorLike,
    top_cropping: int | None = None,
    left_cropping: int | None = None,
    bottom_cropping: int | None = None,
    right_cropping: int | None = None,
    target_height: int | None = None,
    target_width: int | None = None,
    data_format: str | None = None,
) -> TensorLike:
    """The images without a margin, which is given by two numbers for each axis.

    images: (batch, height, width, channels) or (height, width, channels).
    top_cropping, bottom_cropping, target_height: two of them, and None for the third.
    left_cropping, right_cropping, target_width: likewise.

    Raises ValueError for one number or three, for negative ones, for more than there is, and for
    another rank.
    """
    x = tensor(images)
    check_rank(x)
    vertical = _Span("cropping", "height", top_cropping, bottom_cropping, target_height)
    horizontal = _Span("cropping", "width", left_cropping, right_cropping, target_width)
    key = [slice(None)] * len(x.shape)
    for axis, span in zip(space_axes(x, data_format), (vertical, horizontal)):
        before, _, rest = span.resolve(x.shape[axis], sign=-1)
        key[axis] = slice(before, before + rest)
    return get_item(x, tuple(key))


class _Span:
    """Two of three numbers that say how an axis is padded or cropped.

    what: "padding" or "cropping";  side: "height" or "width".
    """

    def __init__(
        self, what: str, side: str, before: int | None, after: int | None, target: int | None
    ) -> None:
        ends = ("top", "bottom") if side == "height" else ("left", "right")
        self.names = [*(f"{end}_{what}" for end in ends), f"target_{side}"]
        self.values = [before, after, target]
        said = ", ".join(f"{n}={v}" for n, v in zip(self.names, self.values))
        if self.values.count(None) != 1:
            raise ValueError(
                f"Exactly two of {', '.join(self.names)} must be given. Received: {said}"
            )
        self._check()

    def _check(self) -> None:
        for name, value in zip(self.names, self.values):
            if value is not None:
                shapes.whole_number(name, value, least=0)

    def resolve(self, n: int | None, sign: int) -> tuple[Any, Any, Any]:
        """All three numbers for an axis of size n: n + sign · (before + after) = target."""
        before, after, target = self.values
        if n is None:
            if target is None:
                raise ValueError(
                    f"`{self.names[2]}` must be given for images of unknown size. Received: None"
                )
            n = target - sign * ((before or 0) + (after or 0))  # only the result has a known shape
        if target is None:
            target = n + sign * (before + after)  # type: ignore[operator]  # two are given
        elif before is None:
            before = sign * (target - n) - after  # type: ignore[operator]  # two are given
        else:
            after = sign * (target - n) - before
        self.values = [before, after, target]
        self._check()
        return before, after, target


_METHODS = {
    "linear": "linear",
    "bilinear": "linear",
    "trilinear": "linear",
    "cubic": "cubic",
    "bicubic": "cubic",
    "tricubic": "cubic",
    "lanczos3": "lanczos3",
    "lanczos5": "lanczos5",
}


@operation("ops.image")
def scale_and_translate(
    images: TensorLike,
    output_shape: Sequence[int],
    scale: TensorLike,
    translation: TensorLike,
    spatial_dims: Sequence[int],
    method: str,
    antialias: bool = True,
) -> TensorLike:
    """The images stretched and moved: cell i lies at (i + ½ − translation) / scale − ½ in them.

    images: any shape.
    output_shape: the shape of the result.
    spatial_dims: the axes that are resampled.
    scale, translation: one number for each of them.
    method: "linear", "cubic", "lanczos3" or "lanczos5"; "bilinear", "tricubic" etc. are the same.
    antialias: whether to widen the kernel where the scale is below 1.

    Cells whose place is outside the images are 0.  Whole numbers are rounded.

    Raises ValueError for another method.
    """
    if method not in _METHODS:
        raise ValueError(
            f"`method` must be one of {[*_METHODS]}. Received: method={describe(method)}"
        )
    x = tensor(images)
    scale, translation = converted(dtypes.floating, scale, translation)
    y = x if is_floating(x) else cast(x, "float32")
    for i, axis in enumerate(spatial_dims):
        axis = shapes.normalize_axis(axis, len(x.shape))
        weights = _weights(
            x.shape[axis], output_shape[axis], scale[i], translation[i], _METHODS[method], antialias
        )
        y = moveaxis(tensordot(y, cast(weights, y.dtype), axes=(axis, 0)), -1, axis)
    if is_floating(x) or not spatial_dims:
        return y
    return cast(clip(rounded(y), smallest(x), largest(x)), x.dtype)


def _weights(
    n: int, m: int, scale: TensorLike, translation: TensorLike, method: str, antialias: bool
) -> TensorLike:
    """How much each of n old cells counts in each of m new ones: (n, m)."""
    inverse = divide(1, scale)
    stretch = maximum(inverse, 1) if antialias else 1
    place = (arange(m, dtype=scale.dtype) + 0.5) * inverse - translation * inverse - 0.5
    distance = absolute(place - arange(n, dtype=scale.dtype)[:, None]) / stretch
    weights = _KERNELS[method](distance)
    sums = total(weights, axis=0, keepdims=True)
    enough = absolute(sums) > 1000 * float(np.finfo(np.float32).eps)
    weights = where(enough, divide(weights, where(sums != 0, sums, 1)), 0)
    return where(logical_and(place >= -0.5, place <= n - 0.5), weights, 0)


def _triangle(t: TensorLike) -> TensorLike:
    return maximum(0, subtract(1, absolute(t)))


def _keys(t: TensorLike) -> TensorLike:
    inner = ((1.5 * t - 2.5) * t) * t + 1
    outer = ((-0.5 * t + 2.5) * t - 4) * t + 2
    return where(t >= 2, 0, where(t >= 1, outer, inner))


def _lanczos(radius: float) -> Callable[[TensorLike], TensorLike]:
    def weight(t: TensorLike) -> TensorLike:
        wave = radius * sin(np.pi * t) * sin(np.pi * t / radius)
        near = where(t > 1e-3, divide(wave, where(t != 0, np.pi**2 * t * t, 1)), 1)
        return where(t > radius, 0, near)

    return weight


_KERNELS = {
    "linear": _triangle,
    "cubic": _keys,
    "lanczos3": _lanczos(3.0),
    "lanczos5": _lanczos(5.0),
}
