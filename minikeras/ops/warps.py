"""Images seen through a map of the plane, and tensors read between their cells."""

from __future__ import annotations

import functools
import itertools
import operator
from typing import Any

import numpy as np

from minikeras.autograd import Symbol
from minikeras.messages import describe
from minikeras.ops.core import cast, is_floating, stack, tensor
from minikeras.ops.creation import ones_like, zeros_like
from minikeras.ops.declarations import operation
from minikeras.ops.image_batches import check_numbers, check_pixels, from_batch, to_batch
from minikeras.ops.indexing import take, where
from minikeras.ops.joining import unstack
from minikeras.ops.linear_algebra import solve
from minikeras.ops.primitives.arithmetic import absolute, mod
from minikeras.ops.primitives.comparison import logical_and
from minikeras.ops.primitives.rounding import floor
from minikeras.ops.primitives.warp import FILL_MODES, WARPINGS, warp
from minikeras.ops.reshaping import expand_dims, reshape
from minikeras.ops.rounding import clip
from minikeras.ops.rounding import round as rounded
from minikeras.types import TensorLike

COORDINATE_FILL_MODES = (*FILL_MODES, "mirror")


@operation("ops.image")
def affine_transform(
    images: TensorLike,
    transform: TensorLike,
    interpolation: str = "bilinear",
    fill_mode: str = "constant",
    fill_value: float = 0,
    data_format: str | None = None,
) -> TensorLike:
    """The images through affine or projective maps, which say where each pixel comes from.

    The pixel in column j and row i shows the place ((t₀j + t₁i + t₂) / k, (t₃j + t₄i + t₅) / k),
    where k = t₆j + t₇i + 1.

    images: (batch, height, width, channels) or (height, width, channels).
    transform: t, (8,) or (batch, 8).
    interpolation: "bilinear" or "nearest".
    fill_mode: what lies beyond the edges: "constant", "nearest", "wrap" or "reflect".
    fill_value: the constant.

    Raises ValueError for other choices and ranks.

    Parity: the gradient of the images is the cotangent through the inverse map, as in TensorFlow;
    it is exact only for maps that move every pixel onto a pixel.  The transform has none.
    """
    check_choice("interpolation", interpolation, WARPINGS)
    check_choice("fill_mode", fill_mode, FILL_MODES)
    transform = tensor(transform)
    if len(transform.shape) not in (1, 2):
        raise ValueError(
            "`transform` must have rank 1 (one transform) or 2 (one for each image). "
            f"Received: transform of shape {transform.shape}"
        )
    if len(transform.shape) == 1:
        transform = expand_dims(transform, 0)
    x = to_batch(images, data_format)
    check_pixels(x, slice(1, 3))
    if transform.shape[1] != 8:
        raise ValueError(f"`transform` must have 8 numbers. Received: shape {transform.shape}")
    _check_count("transform", transform, x)
    how: Any = {"interpolation": interpolation, "fill_mode": fill_mode, "fill_value": fill_value}
    return from_batch(warp(x, cast(transform, "float32"), **how), images, data_format)


def check_choice(name: str, value: Any, allowed: tuple[str, ...]) -> None:
    if value not in allowed:
        raise ValueError(f"`{name}` must be one of {allowed}. Received: {name}={describe(value)}")


@operation("ops.image")
def perspective_transform(
    images: TensorLike,
    start_points: TensorLike,
    end_points: TensorLike,
    interpolation: str = "bilinear",
    fill_value: float = 0,
    data_format: str | None = None,
) -> TensorLike:
    """The images through the projective maps that move four points to four others.

    images: (batch, height, width, channels) or (height, width, channels).
    start_points, end_points: (4, 2) or (batch, 4, 2), each point as (column, row).
    interpolation: "bilinear" or "nearest".
    fill_value: what lies beyond the edges.

    Raises ValueError for other choices and shapes.

    Parity: the gradient of the images is that of ``affine_transform``.
    """
    check_choice("interpolation", interpolation, WARPINGS)
    start, end = (tensor(points, "float32") for points in (start_points, end_points))
    for name, points in (("start_points", start), ("end_points", end)):
        if len(points.shape) not in (2, 3) or tuple(points.shape[-2:]) != (4, 2):
            raise ValueError(
                f"`{name}` must have the shape (4, 2) or (batch, 4, 2). "
                f"Received: {name} of shape {points.shape}"
            )
    if tuple(start.shape) != tuple(end.shape):
        raise ValueError(
            "`start_points` and `end_points` must have the same shape. "
            f"Received: {start.shape} and {end.shape}"
        )
    x = to_batch(images, data_format)
    how: Any = {"interpolation": interpolation, "fill_mode": "constant", "fill_value": fill_value}
    check_pixels(x, slice(1, 3))
    if len(start.shape) == 2:
        start, end = expand_dims(start, 0), expand_dims(end, 0)
    _check_count("start_points", start, x)
    return from_batch(warp(x, homography(start, end), **how), images, data_format)


def _check_count(name: str, maps: TensorLike, images: TensorLike) -> None:
    """ValueError unless there is one map for all images, or one for each."""
    count = images.shape[0]
    if maps.shape[0] not in (1, None) and count is not None and maps.shape[0] != count:
        raise ValueError(
            f"`{name}` must have one element, or one for each of {count} images. "
            f"Received: {name} of shape {maps.shape}"
        )


def homography(start: TensorLike, end: TensorLike) -> TensorLike:
    """The eight numbers of the maps from ``end`` to ``start``: (batch, 4, 2) → (batch, 8).

    Raises ValueError if three of four points lie on a line.
    """
    rows, targets = [], []
    for corner in range(4):
        j, i = end[:, corner, 0], end[:, corner, 1]
        one, zero = ones_like(j), zeros_like(j)
        u, v = start[:, corner, 0], start[:, corner, 1]
        rows.append(stack([j, i, one, zero, zero, zero, -u * j, -u * i], -1))
        rows.append(stack([zero, zero, zero, j, i, one, -v * j, -v * i], -1))
        targets += [u, v]
    try:
        solution = solve(stack(rows, 1), expand_dims(stack(targets, -1), -1))
    except np.linalg.LinAlgError:
        raise ValueError(
            "no map moves `start_points` to `end_points`: three of the four points lie on a line"
        ) from None
    return reshape(solution, (-1, 8))


@operation("ops.image")
def map_coordinates(
    inputs: TensorLike,
    coordinates: TensorLike,
    order: int,
    fill_mode: str = "constant",
    fill_value: float = 0,
) -> TensorLike:
    """``inputs`` read at any places, between its cells as well.

    inputs: n axes.
    coordinates: (n, ...), the place along each axis, in cells.
    order: 0 for the nearest cell, 1 for a mean of the 2ⁿ cells around, weighted by their nearness.
    fill_mode: what lies beyond the edges: "constant", "nearest", "wrap", "reflect" or "mirror".
    fill_value: the constant.

    Returns (...), in the dtype of ``inputs``; whole numbers are rounded.
    Raises ValueError for other shapes and fill modes, NotImplementedError for another order.

    Parity: a place −k reads the cell k in the modes "reflect" and "mirror".  "mirror" raises where
    it comes to the cell behind the last one.
    """
    x, coordinates = tensor(inputs), tensor(coordinates)
    check_numbers(x, "inputs")
    check_numbers(coordinates, "coordinates")
    rank = len(x.shape)
    if len(coordinates.shape) < 2:
        raise ValueError(
            f"`coordinates` must have rank 2 or more. Received shape {coordinates.shape}"
        )
    if 0 in x.shape:
        raise ValueError(f"`inputs` must have elements. Received: inputs of shape {x.shape}")
    if coordinates.shape[0] != rank:
        raise ValueError(
            "`coordinates` must have a row for each axis of `inputs`. Received: inputs of shape "
            f"{x.shape}, coordinates of shape {coordinates.shape}"
        )
    check_choice("fill_mode", fill_mode, COORDINATE_FILL_MODES)
    return sampled(reshape(x, (-1,)), unstack(coordinates), x.shape, order, fill_mode, fill_value)


def sampled(
    cells: TensorLike,
    places: list[TensorLike],
    sizes: Any,
    order: int,
    fill_mode: str,
    fill_value: float,
    offset: TensorLike = 0,
) -> TensorLike:
    """``map_coordinates`` of arrays of ``sizes`` whose cells stand in a row: (cells, *rest).

    places: one array for each axis.  offset: the number of the first cell of the array to read.
    """
    if order not in (0, 1):
        raise NotImplementedError(f"`order` must be 0 or 1. Received: order={describe(order)}")
    sizes = [1 if n is None else n for n in sizes]  # of unknown ones only the shape matters
    strides = [int(np.prod(sizes[axis + 1 :])) for axis in range(len(sizes))]
    nodes = []
    for place, n in zip(places, sizes, strict=True):
        around = _nearest(place) if order == 0 else _neighbours(place)
        nodes.append([(*_inside(index, n, fill_mode), weight) for index, weight in around])
    dtype = nodes[0][0][2].dtype
    rest = tuple(range(len(places[0].shape), len(places[0].shape) + len(cells.shape) - 1))
    terms = []
    for corner in itertools.product(*nodes):
        indices, known, weights = zip(*corner)
        number = functools.reduce(operator.add, [i * s for i, s in zip(indices, strides)])
        value = cast(take(cells, cast(number + offset, "int32"), axis=0), dtype)
        if fill_mode == "constant":
            inside = functools.reduce(logical_and, known)
            value = where(_spread(inside, rest), value, cast(tensor(fill_value), dtype))
        terms.append(_spread(functools.reduce(operator.mul, weights), rest) * value)
    y = functools.reduce(operator.add, terms)
    return cast(y if is_floating(cells) else rounded(y), cells.dtype)


def _spread(x: TensorLike, axes: tuple[int, ...]) -> TensorLike:
    return expand_dims(x, axes) if axes else x


def _nearest(place: TensorLike) -> list[tuple[TensorLike, TensorLike]]:
    index = cast(rounded(place) if is_floating(place) else place, "int32")
    return [(index, ones_like(place))]


def _neighbours(place: TensorLike) -> list[tuple[TensorLike, TensorLike]]:
    lower = floor(place)
    part = place - lower
    index = cast(lower, "int32")
    return [(index, 1 - part), (index + 1, part)]


def _inside(index: TensorLike, n: int, fill_mode: str) -> tuple[TensorLike, TensorLike]:
    """A cell in place of one beyond the edges, and whether there was a cell."""
    if fill_mode == "constant":
        return clip(index, 0, n - 1), logical_and(index >= 0, index < n)
    if fill_mode == "nearest":
        return clip(index, 0, n - 1), True
    if fill_mode == "wrap":
        return mod(index, n), True
    index = mod(absolute(index), 2 * n)
    is_before = index < n
    index = where(is_before, index, 2 * n - index - (fill_mode == "reflect"))
    if fill_mode == "mirror" and not isinstance(index, Symbol) and np.any(np.asarray(index) >= n):
        raise ValueError(
            "`fill_mode` 'mirror' cannot read beyond the last cell of an axis, as in Keras on "
            f"TensorFlow; 'reflect' can. Received: coordinates beyond an axis of size {n}"
        )
    return index, True
