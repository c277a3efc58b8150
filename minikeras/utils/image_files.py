"""Pictures in files and as arrays; Pillow reads and writes them."""

from __future__ import annotations

import io
import os
import pathlib
from typing import Any

import numpy as np

from minikeras import dtypes, files, frames, ops, settings
from minikeras.autograd import Tensor
from minikeras.messages import describe
from minikeras.ops.image_batches import check_numbers
from minikeras.optional import Library
from minikeras.shapes import whole_number
from minikeras.types import Array, DType

image = Library("PIL.Image")
pillow = Library("PIL")

# Formats that Pillow itself reads. For EPS it would start another program.
_USUAL = ("BMP", "GIF", "JPEG", "PNG", "PPM")
_OTHERS = ("AVIF", "ICO", "JPEG2000", "PCX", "SGI", "TGA", "TIFF", "WEBP")
_MOST_PIXELS = 10_000  # of a byte; a blank PNG file of one bit has 8 * 1032
_MODES = {"grayscale": "L", "rgb": "RGB", "rgba": "RGBA"}
INTERPOLATIONS = ("nearest", "bilinear", "bicubic", "hamming", "box", "lanczos")


@frames.filter_traceback
def load_img(
    path: str | bytes | os.PathLike[str] | io.BytesIO,
    color_mode: str = "rgb",
    target_size: tuple[int, int] | None = None,
    interpolation: str = "nearest",
    keep_aspect_ratio: bool = False,
) -> Any:
    """A picture from a file, as an image of Pillow.

    path: the file, or its content as a ``BytesIO``.
    color_mode: "rgb", "rgba" or "grayscale".
    target_size: (height, width) to which it is resized; None for its own.
    interpolation: "nearest", "bilinear", "bicubic", "lanczos", "box" or "hamming".
    keep_aspect_ratio: cut off what lets the picture keep its proportions.

    Raises OSError (``PIL.UnidentifiedImageError`` if it is no picture), naming the file,
    ``PIL.Image.DecompressionBombError`` if it declares far too many pixels, ValueError for another
    mode, interpolation or size, TypeError for another ``path``, ImportError without Pillow.
    """
    if color_mode not in [*_MODES]:  # a list, as the value may be one
        raise ValueError(f"color_mode={describe(color_mode)}; expected one of {[*_MODES]}")
    size = None if target_size is None else _width_and_height(target_size)
    if target_size is not None and interpolation not in INTERPOLATIONS:
        raise ValueError(
            f"interpolation={describe(interpolation)}; expected one of {[*INTERPOLATIONS]}"
        )
    img = opened(path)
    mode = _MODES[color_mode]
    if img.mode != mode and not (mode == "L" and img.mode in ("I;16", "I")):
        img = img.convert(mode)
    if size is None or img.size == size:
        return img
    box = _centre(img.size, size) if keep_aspect_ratio else None
    return img.resize(size, getattr(image.Resampling, interpolation.upper()), box=box)


def opened(path: Any) -> Any:
    """The picture in a file, whose pixels have been read.

    Raises OSError that names the file if it is damaged or no picture, and Pillow's
    DecompressionBombError if it declares more pixels than ``PIL.Image.MAX_IMAGE_PIXELS`` twice.
    """
    if isinstance(path, io.BytesIO):
        data, where = path, "the content of path"
    elif isinstance(path, str | bytes | os.PathLike):
        where = os.fsdecode(path)
        with open(path, "rb") as file:
            data = io.BytesIO(file.read())
    else:
        raise TypeError(f"path={describe(path)}; expected a path or io.BytesIO")
    try:
        try:
            img = image.open(data, formats=_USUAL)
            _check_size(img, len(data.getvalue()))
        except pillow.UnidentifiedImageError:
            data.seek(0)
            image.init()
            img = image.open(data, formats=[name for name in _OTHERS if name in image.OPEN])
        img.load()
    except pillow.UnidentifiedImageError:
        raise pillow.UnidentifiedImageError(
            f"{where} is no picture, or of a format that is not read; expected one of "
            f"{', '.join((*_USUAL, *_OTHERS))}"
        ) from None
    except image.DecompressionBombError as error:
        raise image.DecompressionBombError(f"{where}: {error}") from None
    except (OSError, SyntaxError, ValueError, EOFError) as error:
        raise OSError(f"{where} is damaged: {error}") from None
    return img


def _check_size(img: Any, stored: int) -> None:
    """OSError for more pixels than so many bytes can hold, before there is memory for them."""
    if img.width * img.height > _MOST_PIXELS * stored:
        raise OSError(f"it declares {img.width} x {img.height} pixels in {stored} bytes")


def _width_and_height(target_size: Any) -> tuple[int, int]:
    if not isinstance(target_size, tuple | list) or len(target_size) < 2:
        raise TypeError(f"target_size={describe(target_size)}; expected (height, width)")
    height, width = (whole_number("target_size", n, least=1) for n in target_size[:2])
    return width, height


def _array(name: str, x: Any, dtype: DType) -> Array:
    """An argument as an array of ``floatx``, or of another dtype.

    Raises ValueError for what holds no numbers, TypeError for an unknown dtype.
    """
    try:
        wanted = dtypes.of(dtype or settings.floatx())
    except ValueError as error:
        raise TypeError(f"dtype={describe(dtype)}: {error}") from None
    try:
        return np.asarray(x, dtype=wanted)
    except (TypeError, ValueError) as error:
        raise type(error)(f"{name}={describe(x)}; expected numbers: {error}") from None


def _centre(size: tuple[int, int], target: tuple[int, int]) -> list[int]:
    """The largest box in the middle that has the proportions of ``target``."""
    (width, height), (target_width, target_height) = size, target
    crop_height = min(height, width * target_height // target_width)
    crop_width = min(width, height * target_width // target_height)
    left, top = (width - crop_width) // 2, (height - crop_height) // 2
    return [left, top, left + crop_width, top + crop_height]


@frames.filter_traceback
def img_to_array(img: Any, data_format: str | None = None, dtype: DType = None) -> Array:
    """The pixels of an image of Pillow, (height, width, channels), or in another layout.

    img: the image, or an array of rank 2 or 3 whose channels come last.
    data_format: "channels_last" or "channels_first"; None for that of ``keras.config``.
    dtype: that of the array; None for ``floatx``.

    Raises ValueError for another layout or rank, TypeError for an unknown dtype.
    """
    layout = settings.standardize_data_format(data_format)
    x = _array("img", img, dtype)
    if x.ndim == 2:
        x = x[:, :, None]
    if x.ndim != 3:
        raise ValueError(f"img={describe(img)} has the shape {x.shape}; expected rank 2 or 3")
    return x.transpose(2, 0, 1) if layout == "channels_first" else x


@frames.filter_traceback
def array_to_img(
    x: Any, data_format: str | None = None, scale: bool = True, dtype: DType = None
) -> Any:
    """An image of Pillow of an array, (height, width, channels) with 1, 3 or 4 channels.

    x: the array.
    data_format: "channels_last" or "channels_first"; None for that of ``keras.config``.
    scale: map its smallest number to 0 and its largest to 255.
    dtype: in which it is scaled; None for ``floatx``.

    Raises ValueError for another rank or number of channels, ImportError without Pillow.
    """
    layout = settings.standardize_data_format(data_format)
    given = describe(x)
    x = _array("x", x, dtype)
    if x.ndim != 3:
        raise ValueError(f"x={given} has the shape {x.shape}; expected rank 3, one picture")
    if layout == "channels_first":
        x = x.transpose(1, 2, 0)
    channels = x.shape[2]
    if channels not in (1, 3, 4):
        raise ValueError(f"x={given} has {channels} channels; expected 1, 3 or 4")
    if not x.size:
        raise ValueError(f"x={given} has no pixels")
    if scale:
        x = x - np.min(x)
        largest = np.max(x)
        if largest != 0:
            x /= largest
        x *= 255
    if channels > 1:
        return image.fromarray(x.astype("uint8"))
    is_deep = np.max(x) > 255
    return image.fromarray(x[:, :, 0].astype("int32" if is_deep else "uint8"))


@frames.filter_traceback
def save_img(
    path: Any,
    x: Any,
    data_format: str | None = None,
    file_format: str | None = None,
    scale: bool = True,
    **kwargs: Any,
) -> None:
    """Write an array as a picture; a file is there when it is complete.

    path: the file, or an object with ``write``.
    x: the array; see ``array_to_img``.
    data_format: "channels_last" or "channels_first"; None for that of ``keras.config``.
    file_format: such as "png"; None for the extension of ``path``.
    scale: map its smallest number to 0 and its largest to 255.
    kwargs: arguments of Pillow's ``save``, such as ``quality``.

    Raises ValueError for other shapes and a path without extension, KeyError for an unknown format,
    OSError, naming the path, where the file cannot be written.
    """
    is_path = isinstance(path, str | pathlib.Path)
    if not is_path and not hasattr(path, "write"):
        raise ValueError(f"path={describe(path)}; expected a path, or an object with write")
    if file_format is not None and not isinstance(file_format, str):
        raise ValueError(f"file_format={describe(file_format)}; expected a name such as 'png'")
    if is_path and os.path.isdir(path):
        raise IsADirectoryError(f"path={describe(path)} is a folder; expected that of a file")
    if file_format is None and is_path:
        file_format = pathlib.Path(path).suffix[1:]
        if not file_format:
            raise ValueError(f"path={describe(path)} has no extension; pass file_format=...")
    file_format = "jpeg" if str(file_format).lower() == "jpg" else file_format
    image.init()
    if is_path and str(file_format).upper() not in image.SAVE:
        raise KeyError(f"file_format={describe(file_format)}; expected one of {sorted(image.SAVE)}")
    img = array_to_img(x, data_format=data_format, scale=scale)
    if img.mode == "RGBA" and str(file_format).lower() == "jpeg":
        frames.warn("JPEG has no transparency: the picture is saved without its fourth channel")
        img = img.convert("RGB")
    if not is_path:
        img.save(path, format=file_format, **kwargs)
        return
    with files.written(path) as unfinished:
        img.save(unfinished, format=file_format, **kwargs)


@frames.filter_traceback
def smart_resize(
    x: Any,
    size: tuple[int, int],
    interpolation: str = "bilinear",
    data_format: str = "channels_last",
) -> Any:
    """Pictures of another size, cut so that they keep their proportions.

    x: (height, width, channels) or (batch, height, width, channels).
    size: (height, width).
    interpolation: as in ``keras.ops.image.resize``.
    data_format: "channels_last" or "channels_first".

    Returns an array for an array, a tensor for all else, in float32; with "nearest" in its own
    dtype.

    Raises ValueError for other ranks and sizes.
    """
    if not isinstance(size, list | tuple) or len(size) != 2:
        raise ValueError(f"size={describe(size)}; expected (height, width)")
    size = tuple(whole_number("size", n, least=1) for n in size)  # type: ignore[assignment]  # two
    img: Any = ops.convert_to_tensor(x)
    check_numbers(img, "x")
    if len(img.shape) not in (3, 4):
        raise ValueError(
            f"x={describe(x)} has the shape {tuple(img.shape)}; expected "
            "(height, width, channels), or the same with a batch"
        )
    axis = -3 if data_format == "channels_last" else -2
    height, width = img.shape[axis], img.shape[axis + 1]
    crop_height = max(min(height, int(float(width * size[0]) / size[1])), 1)
    crop_width = max(min(width, int(float(height * size[1]) / size[0])), 1)
    top, left = int(float(height - crop_height) / 2), int(float(width - crop_width) / 2)
    rows, columns = slice(top, top + crop_height), slice(left, left + crop_width)
    last = (slice(None),) if data_format == "channels_last" else ()
    cut = img[(..., rows, columns, *last)]
    if interpolation != "nearest":  # which alone keeps the dtype
        cut = ops.cast(cut, "float32")
    resized = ops.image.resize(cut, size, interpolation=interpolation, data_format=data_format)
    is_array = isinstance(x, np.ndarray) and isinstance(resized, Tensor)
    return np.array(resized) if is_array else resized
