"""Colours of images: gray, and hue, saturation, value."""

from __future__ import annotations

from minikeras import dtypes
from minikeras.ops.core import cast, is_floating, stack, tensor
from minikeras.ops.declarations import operation
from minikeras.ops.image_batches import check_rank, from_batch, is_channels_first, to_batch
from minikeras.ops.primitives.arithmetic import absolute, multiply, subtract
from minikeras.ops.primitives.colours import hue_saturation_value
from minikeras.ops.primitives.conversion import stop_gradient
from minikeras.ops.products import tensordot
from minikeras.ops.reshaping import expand_dims
from minikeras.ops.rounding import clip
from minikeras.types import TensorLike

_GRAY = (0.2989, 0.5870, 0.1140)  # of red, green and blue: ITU-R BT.601


@operation("ops.image")
def rgb_to_grayscale(images: TensorLike, data_format: str | None = None) -> TensorLike:
    """y = 0.2989 r + 0.587 g + 0.114 b, with one channel; gray images stay as they are

    images: (batch, height, width, 3) or (height, width, 3); whole numbers are rounded towards 0.

    Raises ValueError for another rank, and for other numbers of channels than 1 and 3.
    """
    x = tensor(images)
    axis = _channels_axis(x, data_format, (1, 3, None))
    if x.shape[axis] == 1:
        return x
    dtype = dtypes.of(dtypes.result_type(x.dtype, float))
    y = tensordot(cast(x, dtype), tensor(_GRAY, dtype), axes=(axis, -1))
    return cast(expand_dims(y, axis), x.dtype)


def _channels_axis(
    x: TensorLike, data_format: str | None, allowed: tuple[int | None, ...] = (3, None)
) -> int:
    check_rank(x)
    axis = -3 if is_channels_first(data_format) else -1
    if x.shape[axis] not in allowed:
        expected = " or ".join(str(n) for n in allowed if n is not None)
        raise ValueError(
            f"`images` must have {expected} channels. Received: images of shape {x.shape}"
        )
    return axis


@operation("ops.image")
def rgb_to_hsv(images: TensorLike, data_format: str | None = None) -> TensorLike:
    """Red, green and blue as hue, saturation and value; all of them lie from 0 to 1.

    images: (batch, height, width, 3) or (height, width, 3), floats.

    Raises ValueError for another rank, another number of channels, and whole numbers.
    """
    x = _floating_colours(images, data_format)
    return from_batch(hue_saturation_value(to_batch(x, data_format)), x, data_format)


@operation("ops.image")
def hsv_to_rgb(images: TensorLike, data_format: str | None = None) -> TensorLike:
    """Hue, saturation and value as red, green and blue; the inverse of ``rgb_to_hsv``.

    images: (batch, height, width, 3) or (height, width, 3), floats.

    r = v (1 − s + s · clip(|6h − 3| − 1, 0, 1)), and likewise for green and blue, with
    2 − |6h − 2| and 2 − |6h − 4|.

    Raises ValueError for another rank, another number of channels, and whole numbers.

    Parity: no gradient passes, as TensorFlow has none of it.
    """
    x = _floating_colours(images, data_format)
    y = to_batch(x, data_format)
    angle, saturation, value = 6 * y[..., 0], y[..., 1], y[..., 2]
    parts = [
        absolute(angle - 3) - 1,
        subtract(2, absolute(angle - 2)),
        subtract(2, absolute(angle - 4)),
    ]
    white = subtract(1, saturation)
    colours = [multiply(white + saturation * clip(part, 0, 1), value) for part in parts]
    return stop_gradient(from_batch(stack(colours, axis=-1), x, data_format))


def _floating_colours(images: TensorLike, data_format: str | None) -> TensorLike:
    x = tensor(images)
    _channels_axis(x, data_format)
    if not is_floating(x):
        raise ValueError(f"`images` must be floats. Received: images of dtype {x.dtype}")
    return x
