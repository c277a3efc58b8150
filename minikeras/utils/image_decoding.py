"""The pixels of picture files as TensorFlow reads them, for data sets.

Parity: TensorFlow's data sets decode JPEG with a faster and less exact inverse cosine transform
than Pillow: a pixel differs by about 1 of 255, by up to 6 at quality 90, and by far more at 100.
The pixels of PNG, BMP and GIF are equal. Where
TensorFlow refuses to change the number of channels (grayscale of BMP and GIF, four channels of
JPEG), so does this.
"""

from __future__ import annotations

import io
from typing import Any

import numpy as np

from minikeras.optional import Library
from minikeras.types import Array
from minikeras.utils.image_files import opened

image = Library("PIL.Image")

FORMATS = (".bmp", ".gif", ".jpeg", ".jpg", ".png")
_MODES = {1: "L", 3: "RGB", 4: "RGBA"}
_MAY_BE = {"JPEG": (1, 3), "MPO": (1, 3), "PNG": (1, 3, 4), "GIF": (3,), "BMP": (3, 4)}
_RED, _GREEN, _BLUE, _BITS = 9797, 19234, 3737, 15  # 0.299, 0.587, 0.114, as libpng adds them


def decoded(path: str | io.BytesIO, channels: int) -> Array:
    """The pixels (height, width, channels) in uint8; of an animation, those of the first picture.

    path: of the file, or what is in it.
    channels: 1, 3 or 4.

    Raises ValueError if the format cannot give so many, OSError if the file is damaged.
    """
    try:
        img = opened(path)
    except image.DecompressionBombError as error:
        raise OSError(str(error)) from None
    allowed = _MAY_BE.get(img.format, ())
    if channels not in allowed:
        where = path if isinstance(path, str) else "the picture"
        raise ValueError(
            f"{where} is of the format {img.format}, which is read with {allowed} channels; "
            f"expected {channels}. Convert the file, or choose another color_mode"
        )
    if img.mode.startswith("I"):  # 16 bits
        img = image.fromarray((np.asarray(img) >> 8).astype("uint8"))
    if channels > 1:
        pixels: Any = np.asarray(
            img if img.mode == _MODES[channels] else img.convert(_MODES[channels])
        )
        return np.array(pixels)
    if img.mode in ("L", "LA", "1"):
        return np.array(img.convert("L"))[:, :, None]
    if img.format != "PNG":
        return np.array(_luminance(path))[:, :, None]
    red, green, blue = np.moveaxis(np.asarray(img.convert("RGB")).astype("int32"), -1, 0)
    gray = (red * _RED + green * _GREEN + blue * _BLUE) >> _BITS
    return gray.astype("uint8")[:, :, None]


def _luminance(path: str | io.BytesIO) -> Any:
    """The brightness that a JPEG file stores, before it is mixed into colours."""
    if isinstance(path, io.BytesIO):
        path.seek(0)
    with image.open(path) as img:
        img.draft("L", img.size)
        return img.convert("L")
