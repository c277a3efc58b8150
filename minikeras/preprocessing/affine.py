"""Transforms of single pictures, with numbers drawn from NumPy's global random numbers.

A picture of rank 3 has rows, columns and channels on the axes that are given. SciPy resamples.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from minikeras import frames
from minikeras.messages import describe
from minikeras.optional import Library
from minikeras.types import Array
from minikeras.utils.image_files import array_to_img, img_to_array

enhancement = Library("PIL.ImageEnhance")
ndimage = Library("scipy.ndimage")


def transform_matrix(
    theta: float = 0, tx: float = 0, ty: float = 0, shear: float = 0, zx: float = 1, zy: float = 1
) -> Array | None:
    """The product of a rotation, a shift, a shear and a zoom, in this order; None for none of them.

    theta: the angle of the rotation in degrees.
    tx, ty: the shift down and to the right, in pixels, of where pixels are read.
    shear: the angle of the shear in degrees.
    zx, zy: the zoom of rows and columns; below 1 the picture grows.
    """
    factors = []
    if theta != 0:
        cos, sin = np.cos(np.deg2rad(theta)), np.sin(np.deg2rad(theta))
        factors.append(np.array([[cos, -sin, 0], [sin, cos, 0], [0, 0, 1]]))
    if tx != 0 or ty != 0:
        factors.append(np.array([[1, 0, tx], [0, 1, ty], [0, 0, 1]]))
    if shear != 0:
        cos, sin = np.cos(np.deg2rad(shear)), np.sin(np.deg2rad(shear))
        factors.append(np.array([[1, -sin, 0], [0, cos, 0], [0, 0, 1]]))
    if zx != 1 or zy != 1:
        factors.append(np.array([[zx, 0, 0], [0, zy, 0], [0, 0, 1]]))
    if not factors:
        return None
    product = factors[0]
    for factor in factors[1:]:
        product = np.dot(product, factor)
    return product


def around_centre(matrix: Array, rows: int, columns: int) -> Array:
    """The same transform around the centre of a picture instead of its first pixel."""
    row, column = float(rows) / 2 - 0.5, float(columns) / 2 - 0.5
    there = np.array([[1, 0, row], [0, 1, column], [0, 0, 1]])
    back = np.array([[1, 0, -row], [0, 1, -column], [0, 0, 1]])
    return np.dot(np.dot(there, matrix), back)


@frames.filter_traceback
def apply_affine_transform(
    x: Array,
    theta: float = 0,
    tx: float = 0,
    ty: float = 0,
    shear: float = 0,
    zx: float = 1,
    zy: float = 1,
    row_axis: int = 1,
    col_axis: int = 2,
    channel_axis: int = 0,
    fill_mode: str = "nearest",
    cval: float = 0.0,
    order: int = 1,
) -> Array:
    """A picture that is rotated, shifted, sheared and zoomed around its centre.

    x: the picture.
    theta: the angle of the rotation in degrees.
    tx, ty: how far down and to the right pixels are read.
    shear: the angle of the shear in degrees.
    zx, zy: the zoom of rows and columns; below 1 the picture grows.
    row_axis, col_axis, channel_axis: the axes of ``x``; channels are the first or the last one.
    fill_mode: what is beyond the edge: "nearest", "constant", "reflect" or "wrap".
    cval: the number there, for "constant".
    order: of the splines that interpolate; 0 for the nearest pixel, 1 for linear.

    Raises ValueError for another rank or axes, ImportError without SciPy.
    """
    if {row_axis, col_axis, channel_axis} != {0, 1, 2} or channel_axis == 1:
        raise ValueError(
            f"row_axis={row_axis}, col_axis={col_axis}, channel_axis={channel_axis}; expected 0, 1 "
            "and 2, with the channels first or last"
        )
    if x.ndim != 3:
        raise ValueError(f"x={describe(x)}; expected rank 3, one picture")
    matrix = transform_matrix(theta, tx, ty, shear, zx, zy)
    if matrix is None:
        return x
    matrix = around_centre(matrix, x.shape[row_axis], x.shape[col_axis])
    if col_axis > row_axis:
        matrix[:, [0, 1]] = matrix[:, [1, 0]]
        matrix[[0, 1]] = matrix[[1, 0]]
    options = {"order": order, "mode": fill_mode, "cval": cval}
    channels = [
        ndimage.affine_transform(channel, matrix[:2, :2], matrix[:2, 2], **options)
        for channel in np.rollaxis(x, channel_axis, 0)
    ]
    return np.rollaxis(np.stack(channels, axis=0), 0, channel_axis + 1)


def flip_axis(x: Array, axis: int) -> Array:
    """The picture with one axis reversed."""
    return np.asarray(x).swapaxes(axis, 0)[::-1, ...].swapaxes(0, axis)


def apply_channel_shift(x: Array, intensity: float, channel_axis: int = 0) -> Array:
    """The picture plus a number, within the range of its own numbers.

    x: the picture.
    intensity: the number.
    channel_axis: the axis of the channels.
    """
    low, high = np.min(x), np.max(x)
    channels = [np.clip(channel + intensity, low, high) for channel in np.rollaxis(x, channel_axis)]
    return np.rollaxis(np.stack(channels, axis=0), 0, channel_axis + 1)


def apply_brightness_shift(x: Array, brightness: float, scale: bool = True) -> Array:
    """The picture, brighter or darker.

    x: the picture, in the layout of ``keras.config.image_data_format()``.
    brightness: the factor; 1 changes nothing but the rounding to whole numbers.
    scale: whether to map its numbers to [0, 255] first.
    """
    low, high = np.min(x), np.max(x)
    is_beyond = low < 0 or high > 255
    picture = array_to_img(x, scale=bool(is_beyond or scale))
    bright = img_to_array(enhancement.Brightness(picture).enhance(brightness))
    return bright / 255 * (high - low) + low if is_beyond and not scale else bright


@frames.filter_traceback
def random_rotation(
    x: Array,
    rg: float,
    row_axis: int = 1,
    col_axis: int = 2,
    channel_axis: int = 0,
    fill_mode: str = "nearest",
    cval: float = 0.0,
    interpolation_order: int = 1,
) -> Array:
    """The picture rotated by at most ``rg`` degrees; see ``apply_affine_transform``.

    rg: degrees.
    interpolation_order: of the splines.
    """
    theta = np.random.uniform(-rg, rg)
    axes = (row_axis, col_axis, channel_axis, fill_mode, cval, interpolation_order)
    return apply_affine_transform(x, theta, 0, 0, 0, 1, 1, *axes)


@frames.filter_traceback
def random_shift(
    x: Array,
    wrg: float,
    hrg: float,
    row_axis: int = 1,
    col_axis: int = 2,
    channel_axis: int = 0,
    fill_mode: str = "nearest",
    cval: float = 0.0,
    interpolation_order: int = 1,
) -> Array:
    """The picture shifted by at most fractions of its size; see ``apply_affine_transform``.

    wrg, hrg: the fractions of the width and height.
    interpolation_order: of the splines.
    """
    tx = np.random.uniform(-hrg, hrg) * x.shape[row_axis]
    ty = np.random.uniform(-wrg, wrg) * x.shape[col_axis]
    axes = (row_axis, col_axis, channel_axis, fill_mode, cval, interpolation_order)
    return apply_affine_transform(x, 0, tx, ty, 0, 1, 1, *axes)


@frames.filter_traceback
def random_shear(
    x: Array,
    intensity: float,
    row_axis: int = 1,
    col_axis: int = 2,
    channel_axis: int = 0,
    fill_mode: str = "nearest",
    cval: float = 0.0,
    interpolation_order: int = 1,
) -> Array:
    """The picture sheared by at most an angle; see ``apply_affine_transform``.

    intensity: the angle in degrees.
    interpolation_order: of the splines.
    """
    shear = np.random.uniform(-intensity, intensity)
    axes = (row_axis, col_axis, channel_axis, fill_mode, cval, interpolation_order)
    return apply_affine_transform(x, 0, 0, 0, shear, 1, 1, *axes)


@frames.filter_traceback
def random_zoom(
    x: Array,
    zoom_range: Sequence[float],
    row_axis: int = 1,
    col_axis: int = 2,
    channel_axis: int = 0,
    fill_mode: str = "nearest",
    cval: float = 0.0,
    interpolation_order: int = 1,
) -> Array:
    """The picture zoomed by two factors of a range; see ``apply_affine_transform``.

    zoom_range: the smallest and the largest factor.
    interpolation_order: of the splines.

    Raises ValueError if they are not two.
    """
    zx, zy = drawn_zoom(zoom_range)
    axes = (row_axis, col_axis, channel_axis, fill_mode, cval, interpolation_order)
    return apply_affine_transform(x, 0, 0, 0, 0, zx, zy, *axes)


def drawn_zoom(zoom_range: Any) -> tuple[float, float]:
    """Factors for rows and columns; 1 and 1, without a draw, if the range is nothing else."""
    if len(zoom_range) != 2:
        raise ValueError(f"zoom_range={describe(zoom_range)}; expected two numbers")
    low, high = zoom_range
    if low == high == 1:
        return 1, 1
    zx, zy = np.random.uniform(low, high, 2)
    return zx, zy


def random_channel_shift(x: Array, intensity_range: float, channel_axis: int = 0) -> Array:
    """The picture plus a number of [-intensity_range, intensity_range).

    x: the picture.
    intensity_range: the largest number.
    channel_axis: the axis of the channels.
    """
    intensity = np.random.uniform(-intensity_range, intensity_range)
    return apply_channel_shift(x, intensity, channel_axis)


@frames.filter_traceback
def random_brightness(x: Array, brightness_range: Sequence[float], scale: bool = True) -> Array:
    """The picture with a brightness of a range; see ``apply_brightness_shift``.

    brightness_range: the smallest and the largest factor.

    Raises ValueError if they are not two.
    """
    if len(brightness_range) != 2:
        raise ValueError(f"brightness_range={describe(brightness_range)}; expected two numbers")
    low, high = brightness_range
    return apply_brightness_shift(x, np.random.uniform(low, high), scale)
