"""``ImageDataGenerator``: pictures changed at random while a network is trained with them.

Keras calls the class legacy; scripts find it at ``tensorflow.keras.preprocessing.image``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from minikeras import frames, settings
from minikeras.messages import describe
from minikeras.preprocessing import affine
from minikeras.preprocessing.files_iterator import DataFrameIterator, DirectoryIterator
from minikeras.preprocessing.iterator import NumpyArrayIterator
from minikeras.preprocessing.standardization import Standardization
from minikeras.types import Array


class ImageDataGenerator(Standardization):
    """Batches of pictures that are changed at random, then centred and scaled.

    featurewise_center, featurewise_std_normalization: subtract the mean of each channel over the
        data of ``fit``; divide by their standard deviation.
    samplewise_center, samplewise_std_normalization: the same for each picture by itself.
    zca_whitening, zca_epsilon: remove the correlations between pixels that the data of ``fit``
        have.
    rotation_range: the largest angle in degrees.
    width_shift_range, height_shift_range: the largest shift: a fraction of the size below 1, else
        pixels; a list of numbers, of which one is drawn; an int for whole pixels.
    brightness_range: the smallest and the largest factor; None for none.
    shear_range: the largest angle in degrees.
    zoom_range: the smallest and the largest factor, or z for [1 - z, 1 + z].
    channel_shift_range: the largest number that is added to all pixels.
    fill_mode, cval, interpolation_order: see ``apply_affine_transform``.
    horizontal_flip, vertical_flip: mirror half of the pictures.
    rescale: a factor for all numbers; None for none.
    preprocessing_function: called with each picture after it is changed.
    data_format: "channels_last" or "channels_first"; None for that of ``keras.config``.
    validation_split: the fraction of the data that is kept for validation, the first ones.
    dtype: of the batches; None for ``floatx``.

    The numbers are drawn from NumPy's global ones (``numpy.random.seed``), in Keras's order.
    """

    def __init__(
        self,
        featurewise_center: bool = False,
        samplewise_center: bool = False,
        featurewise_std_normalization: bool = False,
        samplewise_std_normalization: bool = False,
        zca_whitening: bool = False,
        zca_epsilon: float = 1e-6,
        rotation_range: float = 0,
        width_shift_range: Any = 0.0,
        height_shift_range: Any = 0.0,
        brightness_range: Sequence[float] | None = None,
        shear_range: float = 0.0,
        zoom_range: Any = 0.0,
        channel_shift_range: float = 0.0,
        fill_mode: str = "nearest",
        cval: float = 0.0,
        horizontal_flip: bool = False,
        vertical_flip: bool = False,
        rescale: float | None = None,
        preprocessing_function: Callable[[Array], Array] | None = None,
        data_format: str | None = None,
        validation_split: float = 0.0,
        interpolation_order: int = 1,
        dtype: Any = None,
    ) -> None:
        self.featurewise_center = featurewise_center
        self.samplewise_center = samplewise_center
        self.featurewise_std_normalization = featurewise_std_normalization
        self.samplewise_std_normalization = samplewise_std_normalization
        self.zca_whitening = zca_whitening
        self.zca_epsilon = zca_epsilon
        self.rotation_range = rotation_range
        self.width_shift_range = width_shift_range
        self.height_shift_range = height_shift_range
        self.brightness_range = _checked_range("brightness_range", brightness_range)
        self.shear_range = shear_range
        if isinstance(zoom_range, float | int):
            self.zoom_range = [1 - zoom_range, 1 + zoom_range]
        else:
            self.zoom_range = list(_checked_range("zoom_range", zoom_range) or ())
        self.channel_shift_range = channel_shift_range
        self.fill_mode = fill_mode
        self.cval = cval
        self.horizontal_flip = horizontal_flip
        self.vertical_flip = vertical_flip
        self.rescale = rescale
        self.preprocessing_function = preprocessing_function
        self.data_format = settings.standardize_data_format(data_format)
        is_first = self.data_format == "channels_first"
        self.channel_axis, self.row_axis, self.col_axis = (1, 2, 3) if is_first else (3, 1, 2)
        if validation_split and not 0 < validation_split < 1:
            raise ValueError(
                f"validation_split={describe(validation_split)}; expected a number between 0 and 1"
            )
        self._validation_split = validation_split
        self.interpolation_order = interpolation_order
        self.dtype = dtype or settings.floatx()
        self._settle()

    def _settle(self) -> None:
        """Choices that follow from others, with a warning."""
        if self.zca_whitening and self.featurewise_std_normalization:
            self._set("featurewise_std_normalization", False, "zca_whitening")
        for name, wanted in (
            ("zca_whitening", "featurewise_center"),
            ("featurewise_std_normalization", "featurewise_center"),
            ("samplewise_std_normalization", "samplewise_center"),
        ):
            if getattr(self, name) and not getattr(self, wanted):
                self._set(wanted, True, name)

    def _set(self, name: str, value: bool, because: str) -> None:
        setattr(self, name, value)
        frames.warn(f"{name} is {value} now, since {because} is True")

    # Data

    @frames.filter_traceback
    def flow(
        self,
        x: Any,
        y: Any = None,
        batch_size: int = 32,
        shuffle: bool = True,
        sample_weight: Any = None,
        seed: int | None = None,
        save_to_dir: str | None = None,
        save_prefix: str = "",
        save_format: str = "png",
        ignore_class_split: bool = False,
        subset: str | None = None,
    ) -> NumpyArrayIterator:
        """Batches of arrays; the arguments are those of ``NumpyArrayIterator``."""
        return NumpyArrayIterator(
            x,
            y,
            self,
            batch_size=batch_size,
            shuffle=shuffle,
            sample_weight=sample_weight,
            seed=seed,
            data_format=self.data_format,
            save_to_dir=save_to_dir,
            save_prefix=save_prefix,
            save_format=save_format,
            ignore_class_split=ignore_class_split,
            subset=subset,
            dtype=self.dtype,
        )

    @frames.filter_traceback
    def flow_from_directory(
        self,
        directory: str,
        target_size: Sequence[int] = (256, 256),
        color_mode: str = "rgb",
        classes: Sequence[str] | None = None,
        class_mode: str | None = "categorical",
        batch_size: int = 32,
        shuffle: bool = True,
        seed: int | None = None,
        save_to_dir: str | None = None,
        save_prefix: str = "",
        save_format: str = "png",
        follow_links: bool = False,
        subset: str | None = None,
        interpolation: str = "nearest",
        keep_aspect_ratio: bool = False,
    ) -> DirectoryIterator:
        """Batches of the pictures in folders; the arguments are those of ``DirectoryIterator``."""
        return DirectoryIterator(
            directory,
            self,
            target_size=target_size,
            color_mode=color_mode,
            classes=classes,
            class_mode=class_mode,
            batch_size=batch_size,
            shuffle=shuffle,
            seed=seed,
            data_format=self.data_format,
            save_to_dir=save_to_dir,
            save_prefix=save_prefix,
            save_format=save_format,
            follow_links=follow_links,
            subset=subset,
            interpolation=interpolation,
            keep_aspect_ratio=keep_aspect_ratio,
            dtype=self.dtype,
        )

    @frames.filter_traceback
    def flow_from_dataframe(
        self,
        dataframe: Any,
        directory: str | None = None,
        x_col: str = "filename",
        y_col: Any = "class",
        weight_col: str | None = None,
        target_size: Sequence[int] = (256, 256),
        color_mode: str = "rgb",
        classes: Sequence[str] | None = None,
        class_mode: str | None = "categorical",
        batch_size: int = 32,
        shuffle: bool = True,
        seed: int | None = None,
        save_to_dir: str | None = None,
        save_prefix: str = "",
        save_format: str = "png",
        subset: str | None = None,
        interpolation: str = "nearest",
        validate_filenames: bool = True,
        **kwargs: Any,
    ) -> DataFrameIterator:
        """Batches of the pictures that a data frame of pandas names, with its labels.

        The arguments are those of ``DataFrameIterator``. Names of the past are without effect.
        """
        if kwargs:
            frames.warn(f"{', '.join(kwargs)}: without effect", DeprecationWarning)
        if class_mode == "other":
            frames.warn("class_mode='other' is called 'raw' now", DeprecationWarning)
            class_mode = "raw"
        return DataFrameIterator(
            dataframe,
            directory,
            self,
            x_col=x_col,
            y_col=y_col,
            weight_col=weight_col,
            target_size=target_size,
            color_mode=color_mode,
            classes=classes,
            class_mode=class_mode,
            batch_size=batch_size,
            shuffle=shuffle,
            seed=seed,
            data_format=self.data_format,
            save_to_dir=save_to_dir,
            save_prefix=save_prefix,
            save_format=save_format,
            subset=subset,
            interpolation=interpolation,
            validate_filenames=validate_filenames,
            dtype=self.dtype,
        )

    # One picture

    def get_random_transform(
        self, img_shape: Sequence[int], seed: int | None = None
    ) -> dict[str, Any]:
        """The numbers of a transform, drawn for a picture of a shape; see ``apply_transform``.

        img_shape: the shape of the picture.
        seed: of NumPy's global random numbers; None leaves them.
        """
        if seed is not None:
            np.random.seed(seed)
        rotation = self.rotation_range
        theta = np.random.uniform(-rotation, rotation) if rotation else 0
        tx = _drawn_shift(self.height_shift_range, img_shape[self.row_axis - 1])
        ty = _drawn_shift(self.width_shift_range, img_shape[self.col_axis - 1])
        shear = self.shear_range
        shear = np.random.uniform(-shear, shear) if shear else 0
        zx, zy = affine.drawn_zoom(self.zoom_range)
        flip_horizontal = (np.random.random() < 0.5) * self.horizontal_flip
        flip_vertical = (np.random.random() < 0.5) * self.vertical_flip
        shift = self.channel_shift_range
        intensity = np.random.uniform(-shift, shift) if shift != 0 else None
        limits = self.brightness_range
        return {
            "theta": theta,
            "tx": tx,
            "ty": ty,
            "shear": shear,
            "zx": zx,
            "zy": zy,
            "flip_horizontal": flip_horizontal,
            "flip_vertical": flip_vertical,
            "channel_shift_intensity": intensity,
            "brightness": None if limits is None else np.random.uniform(limits[0], limits[1]),
        }

    def apply_transform(self, x: Array, transform_parameters: dict[str, Any]) -> Array:
        """The picture, changed by numbers of ``get_random_transform``; absent ones do nothing."""
        given = transform_parameters
        row, column, channel = self.row_axis - 1, self.col_axis - 1, self.channel_axis - 1
        names = {"theta": 0, "tx": 0, "ty": 0, "shear": 0, "zx": 1, "zy": 1}
        x = affine.apply_affine_transform(
            x,
            **{name: given.get(name, default) for name, default in names.items()},
            row_axis=row,
            col_axis=column,
            channel_axis=channel,
            fill_mode=self.fill_mode,
            cval=self.cval,
            order=self.interpolation_order,
        )
        if given.get("channel_shift_intensity") is not None:
            x = affine.apply_channel_shift(x, given["channel_shift_intensity"], channel)
        if given.get("flip_horizontal", False):
            x = affine.flip_axis(x, column)
        if given.get("flip_vertical", False):
            x = affine.flip_axis(x, row)
        if given.get("brightness") is not None:
            x = affine.apply_brightness_shift(x, given["brightness"], False)
        return x

    def random_transform(self, x: Array, seed: int | None = None) -> Array:
        """The picture, changed at random."""
        return self.apply_transform(x, self.get_random_transform(x.shape, seed))


def _checked_range(name: str, value: Any) -> Any:
    if value is None and name == "brightness_range":
        return None
    if not isinstance(value, list | tuple) or len(value) != 2:
        raise ValueError(f"{name}={describe(value)}; expected two numbers")
    if name == "zoom_range" and not all(isinstance(number, float | int) for number in value):
        raise ValueError(f"zoom_range={describe(value)}; expected two numbers")
    return value


def _drawn_shift(shift: Any, size: int) -> float:
    """A shift in pixels: a number of a list, whole pixels below an int, or of a range."""
    if not shift:
        return 0
    try:  # a list, or an int
        drawn: float = np.random.choice(shift)
        drawn *= np.random.choice([-1, 1])
    except ValueError:
        drawn = np.random.uniform(-shift, shift)
    return drawn * size if np.max(shift) < 1 else drawn
