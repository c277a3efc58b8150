"""Pictures from the contents of files: ``tf.io.decode_jpeg`` and its like."""

from __future__ import annotations

import io
from typing import Any

import numpy as np

from minikeras import frames
from minikeras.messages import describe
from minikeras.tensorflow.convert import array, dtype_of, refuse, tensor
from minikeras.types import Array, DType
from minikeras.utils.image_decoding import decoded
from minikeras.utils.image_files import opened

_CHANNELS = {"L": 1, "1": 1, "LA": 2, "RGB": 3, "RGBA": 4, "P": 3, "I": 1, "I;16": 1, "YCbCr": 3}


def _bytes(contents: Any) -> bytes:
    found = array(contents)
    if found.dtype != object or found.ndim:
        raise ValueError(f"contents={describe(contents)}; expected what is in one file")
    return bytes(found.item())


def _pixels(contents: Any, channels: int) -> Array:
    """The pixels in uint8.

    channels: 1, 3 or 4; 0 for those of the file.
    """
    data = _bytes(contents)
    if not channels:
        channels = _CHANNELS.get(opened(io.BytesIO(data)).mode, 3)
    return decoded(io.BytesIO(data), int(channels))


def _as(pixels: Array, dtype: DType, has_16_bits: bool) -> Any:
    """The pixels in uint8, or as floats of which 1 is white; PNG is read with 16 bits for that."""
    kind = dtype_of(dtype)
    if kind == "float32" and has_16_bits:
        return tensor((pixels * np.uint16(257)).astype("float32") * np.float32(1 / 65535))
    if kind == "float32":
        return tensor(pixels.astype("float32") * np.float32(1 / 255))
    if kind != "uint8":
        raise NotImplementedError(f"dtype={describe(dtype)}; expected 'uint8' or 'float32'")
    return tensor(pixels)


@frames.filter_traceback
def decode_image(
    contents: Any,
    channels: int | None = None,
    dtype: DType = "uint8",
    name: str | None = None,
    expand_animations: bool = True,
) -> Any:
    """The pixels of a BMP, GIF, JPEG or PNG file; of an animation the first picture only.

    Parity: a colour picture that is read in grey as floats may differ by 1/65535: TensorFlow mixes
    its colours with 16 bits.

    Raises NotImplementedError for a GIF file unless ``expand_animations`` is False.
    """
    if _bytes(contents)[:3] == b"GIF" and expand_animations:
        raise NotImplementedError(
            "expand_animations=True is not in minikeras for GIF files; expected False"
        )
    is_png = _bytes(contents)[1:4] == b"PNG"
    return _as(_pixels(contents, channels or 0), dtype, is_png)


@frames.filter_traceback
def decode_jpeg(
    contents: Any,
    channels: int = 0,
    ratio: int = 1,
    fancy_upscaling: bool = True,
    try_recover_truncated: bool = False,
    acceptable_fraction: float = 1,
    dct_method: str = "",
    name: str | None = None,
) -> Any:
    """The pixels of a JPEG file in uint8."""
    refuse(
        "tf.io.decode_jpeg",
        ratio=(ratio, 1),
        fancy_upscaling=(fancy_upscaling, True),
        try_recover_truncated=(try_recover_truncated, False),
    )
    return tensor(_pixels(contents, channels))


@frames.filter_traceback
def decode_png(
    contents: Any, channels: int = 0, dtype: DType = "uint8", name: str | None = None
) -> Any:
    """The pixels of a PNG file in uint8."""
    refuse("tf.io.decode_png", dtype=(dtype_of(dtype), "uint8"))
    return tensor(_pixels(contents, channels))


@frames.filter_traceback
def decode_bmp(contents: Any, channels: int = 0, name: str | None = None) -> Any:
    """The pixels of a BMP file in uint8."""
    return tensor(_pixels(contents, channels))


@frames.filter_traceback
def decode_gif(contents: Any, name: str | None = None) -> Any:
    """The pixels of the pictures of a GIF file (pictures, height, width, 3) in uint8."""
    img = opened(io.BytesIO(_bytes(contents)))
    pictures = []
    for i in range(getattr(img, "n_frames", 1)):
        img.seek(i)
        pictures.append(np.asarray(img.convert("RGB")))
    return tensor(np.stack(pictures))


__all__ = [
    *("decode_image", "decode_jpeg", "decode_png", "decode_bmp", "decode_gif"),
]
