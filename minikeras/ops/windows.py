"""What convolution and pooling do with tensors before and after windows slide over them."""

from __future__ import annotations

from minikeras import settings
from minikeras.ops.primitives.joining import _pad
from minikeras.ops.reshaping import transpose
from minikeras.types import TensorLike
from minikeras.windows import Margins


def padded(x: TensorLike, margins: Margins, value: float = 0.0) -> TensorLike:
    """x with cells of ``value`` around its spatial axes."""
    return _pad(x, widths=((0, 0), *margins, (0, 0)), value=value) if margins else x


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
