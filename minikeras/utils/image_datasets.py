"""Pictures in folders as a data set."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from minikeras import frames, ops, settings
from minikeras.messages import describe
from minikeras.ops.primitives.resize import interpolate
from minikeras.resampling import ONLY_OF_DATA_SETS
from minikeras.training.adapters.data_adapter import to_array
from minikeras.types import Array
from minikeras.utils.directories import Options, datasets_of
from minikeras.utils.image_decoding import FORMATS, decoded
from minikeras.utils.image_files import smart_resize

_CHANNELS = {"grayscale": 1, "rgb": 3, "rgba": 4}
_CROPPED_BY = ("bilinear", "nearest", "bicubic", "area", "lanczos3", "lanczos5")
_INTERPOLATIONS = (*_CROPPED_BY, *ONLY_OF_DATA_SETS)


@frames.filter_traceback
def image_dataset_from_directory(
    directory: Any,
    labels: Any = "inferred",
    label_mode: str | None = "int",
    class_names: Sequence[str] | None = None,
    color_mode: str = "rgb",
    batch_size: int | None = 32,
    image_size: int | Sequence[int] = (256, 256),
    shuffle: bool = True,
    seed: int | None = None,
    validation_split: float | None = None,
    subset: str | None = None,
    interpolation: str = "bilinear",
    follow_links: bool = False,
    crop_to_aspect_ratio: bool = False,
    pad_to_aspect_ratio: bool = False,
    data_format: str | None = None,
    format: str = "tf",
    verbose: bool = True,
) -> Any:
    """Pictures in a folder, which has a folder for each class, as a data set of batches.

    directory: the folder. Files that end with .bmp, .gif, .jpeg, .jpg or .png are read.
    labels: "inferred" for the folders' numbers in alphabetic order; a list of a number for each
        file, sorted by their paths; None for pictures without labels.
    label_mode: "int" for int32; "categorical" for vectors, "binary" for (1,), both float32; None
        for pictures without labels.
    class_names: names of folders, in the order of their numbers; None for all.
    color_mode: "rgb", "rgba" or "grayscale".
    batch_size: pictures in a batch; None for single ones.
    image_size: (height, width) to which they are resized, or one number for both.
    shuffle: whether the files come in random order; else sorted by their paths.
    seed: of this order; None for one from NumPy's random numbers.
    validation_split: the fraction of the files, the last ones, that is kept for validation.
    subset: "training", "validation", or "both" for a list of the two.
    interpolation: "bilinear", "nearest", "bicubic", "area", "lanczos3" or "lanczos5"; unless
        pictures are cut, also "gaussian" or "mitchellcubic".
    follow_links: whether to enter folders that are symbolic links.
    crop_to_aspect_ratio, pad_to_aspect_ratio: cut off, or add, what lets the pictures keep their
        proportions; at most one of them.
    data_format: "channels_last" or "channels_first"; None for that of ``keras.config``.
    format: "tf".
    verbose: whether to print how many files there are.

    Returns a data set of float32 pictures (batch, height, width, channels) with numbers in
    [0, 255], or of pairs with their labels. It has ``class_names`` and ``file_paths``.

    Raises ValueError for bad arguments and a folder without pictures, OSError for one that is not
    there; when a batch is read, OSError that names a damaged file.
    """
    if color_mode not in [*_CHANNELS]:
        raise ValueError(f"color_mode={describe(color_mode)}; expected one of {[*_CHANNELS]}")
    size = (image_size, image_size) if isinstance(image_size, int) else image_size
    if not isinstance(size, list | tuple) or len(size) != 2 or not all(map(_is_size, size)):
        raise ValueError(
            f"image_size={describe(image_size)}; expected (height, width), two whole numbers"
        )
    if not isinstance(interpolation, str):
        raise ValueError(
            f"interpolation={describe(interpolation)}; expected one of {[*_INTERPOLATIONS]}"
        )
    method = interpolation.lower()
    if method not in _INTERPOLATIONS:
        raise ValueError(
            f"interpolation={describe(interpolation)}; expected one of {[*_INTERPOLATIONS]}"
        )
    if crop_to_aspect_ratio and pad_to_aspect_ratio:
        raise ValueError(
            "crop_to_aspect_ratio and pad_to_aspect_ratio are True; expected one of them"
        )
    if crop_to_aspect_ratio and method not in _CROPPED_BY:
        raise ValueError(
            f"interpolation={method!r} cannot be used with crop_to_aspect_ratio=True; expected one "
            f"of {[*_CROPPED_BY]}"
        )
    layout = settings.standardize_data_format(data_format)
    fit = _cropped if crop_to_aspect_ratio else _padded if pad_to_aspect_ratio else _resized

    def read(path: str) -> Array:
        picture = fit(decoded(path, _CHANNELS[color_mode]), tuple(size), method)
        return picture.transpose(2, 0, 1) if layout == "channels_first" else picture

    options = Options(
        directory=directory,
        labels=labels,
        label_mode=label_mode,
        class_names=class_names,
        batch_size=batch_size,
        shuffle=shuffle,
        seed=seed,
        validation_split=validation_split,
        subset=subset,
        follow_links=follow_links,
        format=format,
        verbose=verbose,
    )
    return datasets_of(options, FORMATS, "image", read)


def _is_size(n: Any) -> bool:
    return isinstance(n, int | np.integer) and bool(n >= 0)


def _resized(picture: Array, size: tuple[int, ...], interpolation: str) -> Array:
    """In float32; with "nearest", as in TensorFlow, the bytes themselves.

    Parity: "gaussian" and "mitchellcubic" blur a picture that has this size already.
    """
    if interpolation in ONLY_OF_DATA_SETS:
        batch = ops.convert_to_tensor(picture[None], "float32")
        how: Any = {"interpolation": interpolation, "antialias": False}
        return to_array(interpolate(batch, size=size, **how))[0]
    x = picture if interpolation == "nearest" else picture.astype("float32")
    layout = "channels_last"
    return to_array(ops.image.resize(x, size, interpolation=interpolation, data_format=layout))


def _cropped(picture: Array, size: tuple[int, ...], interpolation: str) -> Array:
    found: Array = smart_resize(picture, (size[0], size[1]), interpolation=interpolation)
    return found


def _padded(picture: Array, size: tuple[int, ...], interpolation: str) -> Array:
    """Resized by one factor, in the middle of zeros (TensorFlow's ``resize_with_pad``)."""
    height, width = picture.shape[:2]
    ratio = np.maximum(np.float64(width) / size[1], np.float64(height) / size[0])
    inner = [int(np.floor(n / ratio)) for n in (height, width)]
    resized = _resized(picture, tuple(inner), interpolation)
    before = [max(0, int(np.floor((s - n / ratio) / 2))) for s, n in zip(size, (height, width))]
    pads = [(b, s - n - b) for b, s, n in zip(before, size, inner)]
    return np.pad(resized, [*pads, (0, 0)])
