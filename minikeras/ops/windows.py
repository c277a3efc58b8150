"""Windows sliding over the spatial axes: what convolution and pooling share.

Letters, per spatial axis: ``s`` stride, ``d`` dilation, ``i`` output position, ``p`` a *tap* (one
cell of the window).  Tap p meets the input at i·s + p·d for every i: a strided slice.
Everything here is channels-last, (batch, *space, channels); ``to_channels_last`` brings it there.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from minikeras import settings
from minikeras.ops.primitives.windows import Margins, Sizes, _margins, counts, pad_same, same_margin
from minikeras.ops.reshaping import transpose
from minikeras.types import Shape, TensorLike


def margins_for(
    shape: Shape, padding: str, size: Sizes, strides: Sizes, dilation: Sizes
) -> Margins:
    """The cells of zero that ``padding`` asks for around the spatial axes of ``shape``.

    Of an axis of unknown size only the shape of the result matters, which depends on the size.
    """
    if standardize_padding(padding) == "valid":
        return ()
    margins = tuple(
        (0, 0) if n is None else same_margin(n, *window)
        for n, *window in zip(shape[1:-1], size, strides, dilation)
    )
    return margins if any(map(any, margins)) else ()


def windowed_shape(
    shape: Shape,
    size: Sizes,
    strides: Sizes,
    padding: str,
    data_format: str,
    dilation: Sizes,
    channels: int | None = None,
) -> Shape:
    """The shape after windows have slid over ``shape``; ``channels`` as they were unless given.

    Raises ValueError for a wrong rank, and where no window fits.
    """
    if len(shape) != len(size) + 2:
        raise ValueError(f"expected an input of rank {len(size) + 2}. Received shape {shape}")
    first = data_format == "channels_first"
    space = shape[2:] if first else shape[1:-1]
    if padding.lower() == "valid":
        out = counts(space, size, strides, dilation)
    else:
        out = tuple(None if n is None else -(-n // s) for n, s in zip(space, strides))
    channels = (shape[1] if first else shape[-1]) if channels is None else channels
    return (shape[0], channels, *out) if first else (shape[0], *out, channels)


def padded(
    x: TensorLike, padding: str, size: Sizes, strides: Sizes, dilation: Sizes, value: float = 0.0
) -> TensorLike:
    """x itself, or with the margins of ``padding="same"``."""
    standardize_padding(padding)
    if padding == "valid":
        return x
    if None not in x.shape[1:-1] and not any(map(any, _margins(x.shape, size, strides, dilation))):
        return x
    return pad_same(x, size=size, strides=strides, dilation=dilation, value=value)


def standardize_padding(padding: str, allowed: tuple[str, ...] = ("valid", "same")) -> str:
    """Lower case; ValueError unless it is one of ``allowed``."""
    if not isinstance(padding, str) or padding.lower() not in allowed:
        raise ValueError(f"The `padding` argument must be one of {allowed}. Received: {padding!r}")
    return padding.lower()


def per_axis(value: Any, rank: int, name: str, smallest: int = 1) -> Sizes:
    """One whole number for each spatial axis, from one for all or a sequence of them.

    Raises ValueError for a wrong number of them, and for values below ``smallest``.
    """
    expected = f"The `{name}` argument must be an integer or a tuple of {rank} integers"
    if isinstance(value, (int, np.integer)):
        sizes = (int(value),) * rank
    else:
        try:
            sizes = tuple(int(v) for v in value)
        except (TypeError, ValueError):
            raise ValueError(f"{expected}. Received: {name}={value!r}") from None
    if len(sizes) != rank or min(sizes) < smallest:
        raise ValueError(f"{expected}, each at least {smallest}. Received: {name}={value!r}")
    return sizes


def spatial_rank(x: TensorLike) -> int:
    """1, 2 or 3; ValueError for a tensor that is no batch of signals, images or volumes."""
    rank = len(x.shape) - 2
    if rank not in (1, 2, 3):
        raise ValueError(
            f"`inputs` must have rank 3, 4 or 5 (batch, space, channels). Received shape {x.shape}"
        )
    return rank


def to_channels_last(x: TensorLike, data_format: str | None) -> TensorLike:
    if settings.standardize_data_format(data_format) == "channels_last":
        return x
    return transpose(x, (0, *range(2, len(x.shape)), 1))


def from_channels_last(y: TensorLike, data_format: str | None) -> TensorLike:
    if settings.standardize_data_format(data_format) == "channels_last":
        return y
    last = len(y.shape) - 1
    return transpose(y, (0, last, *range(1, last)))
