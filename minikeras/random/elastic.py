"""Images distorted at random: ``keras.ops.image.elastic_transform``.

It stands here because it draws random numbers, which operations below do not.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from minikeras import ops
from minikeras.ops import image
from minikeras.ops.declarations import operation
from minikeras.ops.filters import gaussian_blur
from minikeras.ops.image_batches import from_batch, to_batch
from minikeras.ops.primitives.warp import FILL_MODES, WARPINGS
from minikeras.ops.warps import check_choice, sampled
from minikeras.random.draws import normal
from minikeras.types import TensorLike


@operation("ops.image")
def elastic_transform(
    images: TensorLike,
    alpha: TensorLike = 20.0,
    sigma: TensorLike = 5.0,
    interpolation: str = "bilinear",
    fill_mode: str = "reflect",
    fill_value: float = 0.0,
    seed: Any = None,
    data_format: str | None = None,
) -> TensorLike:
    """Each pixel shows a place nearby: (j, i) + alpha · blurred noise.

    The noise is normal with deviation sigma, blurred with a Gaussian of width sigma.

    images: (batch, height, width, channels) or (height, width, channels), floats.
    alpha, sigma: how far and how smoothly pixels move.
    interpolation: "bilinear" or "nearest".
    fill_mode: what lies beyond the edges: "constant", "nearest", "wrap" or "reflect".
    fill_value: the constant.
    seed: an int or a ``SeedGenerator``; by default that of the process.

    Raises ValueError for other choices and ranks.

    Parity: the noise is the same in both directions.
    """
    check_choice("interpolation", interpolation, WARPINGS)
    check_choice("fill_mode", fill_mode, FILL_MODES)
    x = to_batch(images, data_format)
    if None in x.shape:
        return from_batch(x, images, data_format)  # only the shape matters
    dtype = x.dtype
    alpha, sigma = ops.convert_to_tensor(alpha, dtype), ops.convert_to_tensor(sigma, dtype)
    batch, height, width, channels = x.shape
    size = 6 * int(np.asarray(sigma)) | 1
    if size < 1:
        raise ValueError(f"`sigma` must not be negative. Received: sigma={float(sigma)}")
    noise = normal((batch, height, width, 1), dtype=dtype, seed=seed) * sigma
    shift = gaussian_blur(noise, (size, size), (sigma, sigma), "channels_last")
    shift = alpha * ops.squeeze(shift, -1)
    columns = ops.expand_dims(ops.arange(width, dtype=dtype), (0, 1))
    rows = ops.expand_dims(ops.arange(height, dtype=dtype), (0, 2))
    first = np.arange(batch, dtype=np.int32).reshape(-1, 1, 1) * (height * width)
    y = sampled(
        ops.reshape(x, (-1, channels)),
        [rows + shift, columns + shift],
        (height, width),
        WARPINGS.index(interpolation),
        fill_mode,
        fill_value,
        first,
    )
    return from_batch(ops.cast(y, dtype), images, data_format)


vars(image)["elastic_transform"] = elastic_transform
