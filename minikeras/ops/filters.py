"""Filters of images, patches that slide over them, and how alike two images are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from minikeras import dtypes
from minikeras.messages import describe
from minikeras.ops.conv import Ints, conv, depthwise_conv
from minikeras.ops.core import cast, tensor
from minikeras.ops.creation import arange
from minikeras.ops.declarations import operation
from minikeras.ops.image_batches import (
    check_numbers,
    check_rank,
    from_batch,
    is_channels_first,
    to_batch,
)
from minikeras.ops.indexing import get_item
from minikeras.ops.joining import concatenate, pad, tile
from minikeras.ops.primitives.exponential import exp
from minikeras.ops.products import outer
from minikeras.ops.reduction import mean
from minikeras.ops.reduction import sum as total
from minikeras.ops.reshaping import expand_dims, moveaxis, reshape, squeeze, transpose
from minikeras.ops.windows import from_channels_last, padded, to_channels_last
from minikeras.shapes import whole_number
from minikeras.types import TensorLike
from minikeras.windows import counts, enlarged, margins_for, per_axis


@operation("ops.image")
def gaussian_blur(
    images: TensorLike,
    kernel_size: Sequence[int] = (3, 3),
    sigma: TensorLike = (1.0, 1.0),
    data_format: str | None = None,
) -> TensorLike:
    """Each pixel becomes a mean of those around it, weighted by exp(−½ (i/σ₀)² − ½ (j/σ₁)²).

    images: (batch, height, width, channels) or (height, width, channels), floats.
    kernel_size: how many pixels count, two numbers; beyond the edges are zeros.
    sigma: two numbers, the widths σ in pixels.

    Raises ValueError for another rank, and for other sizes than two whole numbers.

    Parity: Keras makes the kernel for (width, height) and gives it the shape (height, width).
    """
    x = to_batch(images, data_format)
    sigma = tensor(sigma, x.dtype)
    for name, pair in (("kernel_size", kernel_size), ("sigma", sigma)):
        if np.shape(pair) != (2,):
            raise ValueError(f"`{name}` must be two numbers. Received: {name}={describe(pair)}")
    rows, columns = (whole_number("kernel_size", n, least=1) for n in kernel_size)
    bells = [_bell(n, sigma[i], x.dtype) for i, n in enumerate((rows, columns))]
    kernel = reshape(outer(bells[1], bells[0]), (rows, columns, 1, 1))
    channels = x.shape[-1] or 1  # of unknown ones only the shape matters
    y = depthwise_conv(x, tile(kernel, (1, 1, channels, 1)), padding="same")
    return from_batch(y, images, data_format)


def _bell(n: int, sigma: TensorLike, dtype: Any) -> TensorLike:
    t = (arange(n, dtype=dtype) - (n - 1) / 2) / sigma
    weights = exp(-0.5 * (t * t))
    return weights / total(weights)


@operation("ops.image")
def sobel_edges(images: TensorLike, data_format: str | None = None) -> TensorLike:
    """How fast the images change downwards and to the right, by Sobel's 3×3 filters.

    images: (batch, height, width, channels), floats, at least 2×2 pixels, mirrored at the edges.

    Returns (batch, height, width, channels, 2).  Raises ValueError for another rank.
    """
    x = tensor(images)
    if len(x.shape) != 4:
        raise ValueError(f"`images` must have rank 4. Received: images of shape {x.shape}")
    x = to_channels_last(x, data_format)
    channels = x.shape[-1]
    down = np.array([[-1, -2, -1], [0, 0, 0], [1, 2, 1]])
    kernel = np.stack([down, down.T], -1)[:, :, None, :]
    y = depthwise_conv(
        pad(x, ((0, 0), (1, 1), (1, 1), (0, 0)), mode="reflect"),
        tensor(np.tile(kernel, (1, 1, channels, 1)).astype(dtypes.of(x.dtype))),
    )
    y = reshape(y, (-1, *x.shape[1:], 2))
    return transpose(y, (0, 3, 1, 2, 4)) if is_channels_first(data_format) else y


@operation("ops.image")
def extract_patches(
    images: TensorLike,
    size: Ints,
    strides: Ints | None = None,
    dilation_rate: Ints = 1,
    padding: str = "valid",
    data_format: str | None = None,
) -> TensorLike:
    """The patches under a window that slides over images or volumes, each as one row of channels.

    images: (batch, height, width, channels), or (batch, depth, height, width, channels) if ``size``
        has three numbers; without the batch for one of them.
    size: of the window.
    strides: how far it slides, by default its size.
    dilation_rate: the distance of neighbours within a window.
    padding: "valid", or "same" for a margin of zeros.

    Returns (batch, rows, columns, height · width · channels of the window).
    Raises TypeError or ValueError for another ``size``, ValueError for another rank.
    """
    if not isinstance(size, int) and not isinstance(size, tuple | list):
        raise TypeError(f"`size` must be an int or a tuple. Received: size={describe(size)}")
    if not isinstance(size, int) and len(size) not in (2, 3):
        raise ValueError(f"`size` must have length 2 or 3. Received: size={size}")
    rank = 2 if isinstance(size, int) else len(size)
    return _patches(tensor(images), size, strides, dilation_rate, padding, data_format, rank)


@operation("ops.image")
def extract_patches_3d(
    volumes: TensorLike,
    size: Ints,
    strides: Ints | None = None,
    dilation_rate: Ints = 1,
    padding: str = "valid",
    data_format: str | None = None,
) -> TensorLike:
    """``extract_patches`` over volumes.

    volumes: (batch, depth, height, width, channels), or one without the batch.
    size: of the window, one number or three.

    Raises ValueError for another ``size`` than one or three numbers, and for another rank.
    """
    return _patches(tensor(volumes), size, strides, dilation_rate, padding, data_format, 3)


def _patches(
    x: TensorLike,
    size: Any,
    strides: Any,
    dilation_rate: Any,
    padding: str,
    data_format: str | None,
    rank: int,
) -> TensorLike:
    check_numbers(x, "images" if rank == 2 else "volumes")
    if len(x.shape) not in (rank + 1, rank + 2):
        raise ValueError(
            f"The input must have rank {rank + 1} or {rank + 2}. Received shape {x.shape}"
        )
    alone = len(x.shape) == rank + 1
    x = to_channels_last(expand_dims(x, 0) if alone else x, data_format)
    size = per_axis(size, rank, "size")
    strides = size if strides is None else per_axis(strides, rank, "strides")
    dilation = per_axis(dilation_rate, rank, "dilation_rate")
    if max(strides) > 1 and max(dilation) > 1:
        raise ValueError(
            "`strides > 1` not supported in conjunction with `dilation_rate > 1`. "
            f"Received: strides={strides} and dilation_rate={dilation}"
        )
    margins = margins_for(x.shape, padding, size, strides, dilation)
    out = counts(enlarged(tuple(x.shape[1:-1]), margins), size, strides, dilation)
    x = padded(x, margins)
    taps = [_tap(x, place, out, strides, dilation) for place in np.ndindex(*size)]
    y = from_channels_last(concatenate(taps, -1), data_format)
    return squeeze(y, 0) if alone else y


def _tap(x: TensorLike, place: Any, out: Any, strides: Any, dilation: Any) -> TensorLike:
    """What the windows see in one place: every strides-th cell from there."""
    cells = [
        slice(p * d, None if n is None else p * d + (n - 1) * s + 1, s)
        for p, n, s, d in zip(place, out, strides, dilation)
    ]
    return get_item(x, (slice(None), *cells, slice(None)))


@operation("ops.image")
def ssim(
    image1: TensorLike,
    image2: TensorLike,
    max_val: float = 1.0,
    filter_size: int = 11,
    filter_sigma: float = 1.5,
    k1: float = 0.01,
    k2: float = 0.03,
    data_format: str | None = None,
) -> TensorLike:
    """The structural similarity of two images, 1 for equal ones: the mean over all windows of

        (2 μ₁ μ₂ + c₁) (2 σ₁₂ + c₂) / ((μ₁² + μ₂² + c₁) (σ₁² + σ₂² + c₂))

    image1, image2: (batch, height, width, channels) or (height, width, channels).
    max_val: the largest value that a pixel can have.
    k1, k2: c₁ = (k1 · max_val)² and c₂ = (k2 · max_val)² prevent a division by 0.
    filter_size, filter_sigma: of the Gaussian window in which means μ and covariances σ are taken.

    Returns a number for each image.  Raises ValueError for another rank.

    Source: Wang, Bovik, Sheikh, Simoncelli, "Image quality assessment".
    """
    first, second = tensor(image1), tensor(image2)
    check_rank(first, "image1")
    check_rank(second, "image2")
    filter_size = whole_number("filter_size", filter_size, least=1)
    dtype = dtypes.of(dtypes.result_type(first.dtype, float))
    a, b = (_as_channels(cast(x, dtype), data_format) for x in (first, second))
    t = arange(filter_size, dtype=dtype) - (filter_size - 1) / 2.0
    bell = exp(-(t * t) / (2.0 * filter_sigma**2))
    bell = bell / total(bell)
    kernel = reshape(outer(bell, bell), (filter_size, filter_size, 1, 1))
    mean1, mean2 = conv(a, kernel), conv(b, kernel)
    variance1 = conv(a * a, kernel) - mean1 * mean1
    variance2 = conv(b * b, kernel) - mean2 * mean2
    covariance = conv(a * b, kernel) - mean1 * mean2
    c1, c2 = (k1 * max_val) ** 2, (k2 * max_val) ** 2
    above = (2.0 * (mean1 * mean2) + c1) * (2.0 * covariance + c2)
    below = (mean1 * mean1 + mean2 * mean2 + c1) * (variance1 + variance2 + c2)
    of_channels = mean(above / below, axis=(1, 2, 3))
    channels = first.shape[-3 if is_channels_first(data_format) else -1]
    y = mean(reshape(of_channels, (-1, channels)), axis=-1)
    return cast(squeeze(y, 0) if len(first.shape) == 3 else y, first.dtype)


def _as_channels(images: TensorLike, data_format: str | None) -> TensorLike:
    """Each channel as an image of its own: (batch · channels, height, width, 1)."""
    x = moveaxis(to_batch(images, data_format), -1, 1)
    return reshape(x, (-1, *x.shape[2:], 1))
