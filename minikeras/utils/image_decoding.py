"""The pixels of picture files as TensorFlow reads them, for data sets.

Parity: TensorFlow's data sets decode JPEG with libjpeg-turbo's fast inverse cosine transform
(JDCT_IFAST; Arai, Agui and Nakajima 1988), Pillow with the accurate one.  simplejpeg, a library of
the extra ``images``, offers the fast one; with it the pixels are TensorFlow's.  Without it they are
Pillow's: a pixel differs by about 1 of 255, by up to 6 at quality 90, and by far more at 100.  The
pixels of PNG, BMP and GIF are equal, but for three kinds of files.  Of a BMP file with a palette
these are its colours; TensorFlow takes their numbers in the palette for them, and refuses files of
1 bit.  Grayscale of a coloured PNG file differs by 1 of 255 with 16 bits, and by more with a gAMA
chunk, which is not heeded here.  Where TensorFlow refuses to change the number of channels
(grayscale of BMP and GIF, four channels of JPEG), so does this.
"""

from __future__ import annotations

import io
import pathlib
from typing import Any

import numpy as np

from minikeras.optional import Library, missing
from minikeras.types import Array
from minikeras.utils.image_files import opened

image = Library("PIL.Image")
simplejpeg = Library("simplejpeg")

FORMATS = (".bmp", ".gif", ".jpeg", ".jpg", ".png")
_JPEG = ("JPEG", "MPO")
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
    if img.mode == "CMYK":
        allowed = (3,)
    if channels not in allowed:
        where = path if isinstance(path, str) else "the picture"
        raise ValueError(
            f"{where} is of the format {img.format}, which is read with {allowed} channels; "
            f"expected {channels}. Convert the file, or choose another color_mode"
        )
    content = path.getvalue() if isinstance(path, io.BytesIO) else pathlib.Path(path).read_bytes()
    if img.format in _JPEG and not missing("simplejpeg"):
        found = _fast_jpeg(content, channels, img.mode == "CMYK", "adobe" in img.info)
        if found is not None:
            return found
    if img.format == "PNG":
        _check_end(content, path)
    if img.mode.startswith("I"):  # 16 bits
        img = image.fromarray((np.asarray(img) >> 8).astype("uint8"))
    if channels > 1:
        pixels: Any = np.asarray(
            img if img.mode == _MODES[channels] else img.convert(_MODES[channels])
        )
        return _with_alpha(np.array(pixels), img, content) if channels == 4 else np.array(pixels)
    if img.mode in ("L", "LA", "1"):
        return np.array(img.convert("L"))[:, :, None]
    if img.format != "PNG":
        return np.array(_luminance(path))[:, :, None]
    red, green, blue = np.moveaxis(np.asarray(img.convert("RGB")).astype("int32"), -1, 0)
    gray = (red * _RED + green * _GREEN + blue * _BLUE) >> _BITS
    return gray.astype("uint8")[:, :, None]


def _check_end(content: bytes, path: str | io.BytesIO) -> None:
    """OSError if a PNG file ends within a chunk: Pillow does without the last bytes."""
    start, kind = 8, b""
    while kind != b"IEND":
        kind = content[start + 4 : start + 8]
        start += 12 + int.from_bytes(content[start : start + 4], "big")
        if start > len(content) or not kind:
            where = path if isinstance(path, str) else "the picture"
            raise OSError(f"{where} is damaged: it ends after {len(content)} bytes, in a chunk")


def _with_alpha(pixels: Array, img: Any, content: bytes) -> Array:
    """The pixels, whose fourth channel is the one of TensorFlow where Pillow makes 255 of it.

    Parity: of a PNG file with less than 8 bits it is the largest number of so many bits.
    """
    if img.format == "BMP" and int.from_bytes(content[28:30], "little") == 32:
        height = int.from_bytes(content[22:26], "little", signed=True)
        rows = np.frombuffer(
            content, "uint8", pixels.size, offset=int.from_bytes(content[10:14], "little")
        ).reshape(pixels.shape)
        pixels[:, :, 3] = (rows[::-1] if height > 0 else rows)[:, :, 3]
    bits = content[24]  # of a PNG file
    if img.format == "PNG" and bits < 8 and "transparency" not in img.info:
        pixels[:, :, 3] = (1 << bits) - 1
    return pixels


def _fast_jpeg(content: bytes, channels: int, is_cmyk: bool, is_inverted: bool) -> Array | None:
    """The pixels of the content of a JPEG file that Pillow could read.

    is_cmyk: whether the file holds printing inks; is_inverted: whether 0 is the most of an ink.

    None for files that simplejpeg does not read, such as inks in fewer columns than pixels.
    """
    space = "CMYK" if is_cmyk else "GRAY" if channels == 1 else "RGB"
    try:
        pixels: Array = simplejpeg.decode_jpeg(content, space, fastdct=True, strict=False)
    except ValueError:
        return None
    if not is_cmyk:
        return pixels
    light = pixels.astype("int32") if is_inverted else 255 - pixels.astype("int32")
    return (light[:, :, 3:] * light[:, :, :3] // 255).astype("uint8")


def _luminance(path: str | io.BytesIO) -> Any:
    """The brightness that a JPEG file stores, before it is mixed into colours."""
    if isinstance(path, io.BytesIO):
        path.seek(0)
    with image.open(path) as img:
        img.draft("L", img.size)
        return img.convert("L")
