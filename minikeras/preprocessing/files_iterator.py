"""Batches of picture files, changed by an ``ImageDataGenerator``."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

import numpy as np

from minikeras import frames, settings
from minikeras.callbacks.console import print_msg
from minikeras.messages import describe
from minikeras.preprocessing.iterator import Iterator
from minikeras.types import Array
from minikeras.utils.image_files import img_to_array, load_img

FORMATS = ("png", "jpg", "jpeg", "bmp", "ppm", "tif", "tiff")
_CHANNELS = {"grayscale": 1, "rgb": 3, "rgba": 4}


class FilesIterator(Iterator):
    """What batches of files have in common: see ``DirectoryIterator``."""

    filenames: list[str]
    classes: Any
    class_indices: dict[str, int]
    _weights: Array | None = None
    _targets: Any = None

    def _set_processing(
        self,
        image_data_generator: Any,
        target_size: Sequence[int],
        color_mode: str,
        class_mode: str | None,
        class_modes: tuple[str | None, ...],
        data_format: str | None,
        subset: str | None,
        interpolation: str,
        keep_aspect_ratio: bool,
        dtype: Any,
    ) -> None:
        if color_mode not in _CHANNELS:
            raise ValueError(f"color_mode={describe(color_mode)}; expected one of {[*_CHANNELS]}")
        if class_mode not in class_modes:
            raise ValueError(f"class_mode={describe(class_mode)}; expected one of {class_modes}")
        if subset not in ("training", "validation", None):
            raise ValueError(f"subset={describe(subset)}; expected 'training' or 'validation'")
        self.image_data_generator = image_data_generator
        self.target_size = tuple(target_size)
        self.color_mode, self.class_mode = color_mode, class_mode
        self.data_format = data_format or settings.image_data_format()
        channels = (_CHANNELS[color_mode],)
        is_last = self.data_format == "channels_last"
        self.image_shape = (
            (*self.target_size, *channels) if is_last else (*channels, *self.target_size)
        )
        self.interpolation = interpolation
        self.dtype = dtype or settings.floatx()
        self._sizes: dict[str, Any] = {
            "target_size": self.target_size,
            "interpolation": interpolation,
            "keep_aspect_ratio": keep_aspect_ratio,
        }
        self.subset = subset

    def _part(self, count: int) -> slice:
        """The numbers of the files of ``subset``: those for validation come first."""
        if self.subset is None:
            return slice(None)
        end = int(self.image_data_generator._validation_split * count)
        return slice(end) if self.subset == "validation" else slice(end, None)

    @property
    def filepaths(self) -> list[str]:
        """The paths of the files."""
        return self._filepaths

    @property
    def labels(self) -> Any:
        """The class numbers of the files, or the columns of ``y_col``."""
        return self.classes if self._targets is None else self._targets

    @property
    def sample_weight(self) -> Array | None:
        """A weight for each file, or None."""
        return self._weights

    def _find(self, directory: str) -> None:
        self.directory = directory
        self.samples = len(self.filenames)
        self._filepaths = [os.path.join(directory, name) for name in self.filenames]

    def _get_batches_of_transformed_samples(self, index_array: Array) -> Any:
        batch = np.zeros((len(index_array), *self.image_shape), dtype=self.dtype)
        for i, j in enumerate(index_array):
            picture = load_img(self._filepaths[j], color_mode=self.color_mode, **self._sizes)
            x = img_to_array(picture, data_format=self.data_format)
            if generator := self.image_data_generator:
                x = generator.apply_transform(x, generator.get_random_transform(x.shape))
                x = generator.standardize(x)
            batch[i] = x
        self._save(batch, index_array, 10**7)
        if self.class_mode is None:
            return batch
        y = self._labels(batch, index_array)
        if self.sample_weight is None:
            return batch, y
        return batch, y, self.sample_weight[index_array]

    def _labels(self, batch: Array, index_array: Array) -> Any:
        if self.class_mode == "input":
            return batch.copy()
        if self.class_mode == "multi_output":
            return [column[index_array] for column in self._targets]
        if self.class_mode == "raw":
            return self._targets[index_array]
        if self.class_mode == "categorical":
            y = np.zeros((len(batch), len(self.class_indices)), dtype=self.dtype)
            for row, j in zip(y, index_array):
                row[self.classes[j]] = 1
            return y
        return np.array([self.classes[j] for j in index_array], dtype=self.dtype)


class DirectoryIterator(FilesIterator):
    """Batches of the pictures in a folder, which has a folder for each class.

    directory: the folder.
    image_data_generator: what changes the pictures.
    target_size: (height, width) to which they are resized.
    color_mode: "rgb", "rgba" or "grayscale".
    classes: names of folders, in the order of their numbers; None for all, by name.
    class_mode: "categorical" for vectors, "binary" and "sparse" for numbers, "input" for the
        pictures themselves, None for no labels.
    batch_size, shuffle, seed: see ``Iterator``.
    data_format: "channels_last" or "channels_first"; None for that of ``keras.config``.
    save_to_dir, save_prefix, save_format: see ``NumpyArrayIterator``.
    follow_links: whether to enter folders that are symbolic links.
    subset: "training" or "validation": the part of ``validation_split``; None for all.
    interpolation, keep_aspect_ratio: see ``load_img``.
    dtype: of the batches; None for ``floatx``.

    Raises ValueError for bad arguments, OSError if the folder is not there.
    """

    def __init__(
        self,
        directory: str,
        image_data_generator: Any,
        target_size: Sequence[int] = (256, 256),
        color_mode: str = "rgb",
        classes: Sequence[str] | None = None,
        class_mode: str | None = "categorical",
        batch_size: int = 32,
        shuffle: bool = True,
        seed: int | None = None,
        data_format: str | None = None,
        save_to_dir: str | None = None,
        save_prefix: str = "",
        save_format: str = "png",
        follow_links: bool = False,
        subset: str | None = None,
        interpolation: str = "nearest",
        keep_aspect_ratio: bool = False,
        dtype: Any = None,
    ) -> None:
        modes = ("categorical", "binary", "sparse", "input", None)
        self._set_processing(
            *(image_data_generator, target_size, color_mode, class_mode, modes, data_format),
            *(subset, interpolation, keep_aspect_ratio, dtype),
        )
        self.save_to_dir, self.save_prefix = save_to_dir, save_prefix
        self.save_format = save_format
        directory = os.fspath(directory)
        names = [*(classes or ())] or sorted(
            name for name in os.listdir(directory) if os.path.isdir(os.path.join(directory, name))
        )
        self.num_classes = len(names)
        self.class_indices = {name: i for i, name in enumerate(names)}
        self.filenames, numbers = [], []
        for i, name in enumerate(names):
            found = _pictures(directory, name, follow_links)
            found = found[self._part(len(found))]
            self.filenames += found
            numbers += [i] * len(found)
        self.classes = np.array(numbers, dtype="int32")
        self._find(directory)
        print_msg(f"Found {self.samples} images belonging to {self.num_classes} classes.")
        super().__init__(self.samples, batch_size, shuffle, seed)


def _pictures(directory: str, name: str, follow_links: bool) -> list[str]:
    """The pictures below a folder, sorted by folders and names, as paths from ``directory`` on."""
    top = os.path.join(directory, name)
    walk = os.walk(top, followlinks=follow_links)
    found = []
    for place, _, files in sorted(walk, key=lambda entry: entry[0]):
        for file in sorted(files):
            if file.lower().endswith(".tiff"):
                frames.warn("of .tiff files with several bands the colours may be wrong")
            if file.lower().endswith(FORMATS):
                inner = os.path.relpath(os.path.join(place, file), top)
                found.append(os.path.join(os.path.basename(top), inner))
    return found


class DataFrameIterator(FilesIterator):
    """Batches of the pictures that a data frame of pandas names.

    dataframe: the data frame.
    directory: the folder of the files; None if the names are paths.
    image_data_generator: what changes the pictures.
    x_col: the column of names.
    y_col: the column of labels, or a list of columns.
    weight_col: the column of weights; None for none.
    classes: labels, in the order of their numbers; None for all, sorted.
    class_mode: "categorical", "binary", "sparse", "input" or None as in ``DirectoryIterator``;
        "raw" for the column itself, "multi_output" for a list of columns.
    validate_filenames: leave out files that are not there, with a warning.
    target_size, color_mode, save_to_dir, save_prefix, save_format: see ``DirectoryIterator``.
    batch_size, shuffle, seed, data_format, subset, dtype: see ``DirectoryIterator``.
    interpolation, keep_aspect_ratio: see ``load_img``.

    Raises ValueError for bad arguments, TypeError for columns of another type.
    """

    def __init__(
        self,
        dataframe: Any,
        directory: str | None = None,
        image_data_generator: Any = None,
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
        data_format: str | None = "channels_last",
        save_to_dir: str | None = None,
        save_prefix: str = "",
        save_format: str = "png",
        subset: str | None = None,
        interpolation: str = "nearest",
        keep_aspect_ratio: bool = False,
        dtype: Any = "float32",
        validate_filenames: bool = True,
    ) -> None:
        modes = ("binary", "categorical", "input", "multi_output", "raw", "sparse", None)
        self._set_processing(
            *(image_data_generator, target_size, color_mode, class_mode, modes, data_format),
            *(subset, interpolation, keep_aspect_ratio, dtype),
        )
        self.save_to_dir, self.save_prefix = save_to_dir, save_prefix
        self.save_format = save_format
        folder = os.fspath(directory or "")
        _check_columns(dataframe, class_mode, x_col, y_col, weight_col, classes)
        rows = dataframe.copy()
        if validate_filenames:
            rows = rows[_are_there(rows[x_col], folder)]
        has_classes = class_mode in ("binary", "categorical", "sparse")
        if has_classes:
            names = [*dict.fromkeys(classes)] if classes else _names(rows[y_col])
            if classes:
                rows[y_col] = [_known(labels, names) for labels in rows[y_col]]
                rows = rows.dropna(subset=[y_col])
            self.class_indices = {name: i for i, name in enumerate(names)}
        rows = rows.iloc[self._part(len(rows))]
        if has_classes:
            numbers = self.class_indices
            self.classes = [
                [numbers[label] for label in labels] if _is_several(labels) else numbers[labels]
                for labels in rows[y_col]
            ]
        self.filenames = rows[x_col].tolist()
        self._weights = rows[weight_col].to_numpy() if weight_col else None
        if class_mode == "multi_output":
            self._targets = [np.array(rows[column].tolist()) for column in y_col]
        elif class_mode == "raw":
            self._targets = rows[y_col].to_numpy()
        self._find(folder)
        validated = "validated" if validate_filenames else "non-validated"
        belonging = f" belonging to {len(self.class_indices)} classes" if has_classes else ""
        print_msg(f"Found {self.samples} {validated} image filenames{belonging}.")
        super().__init__(self.samples, batch_size, shuffle, seed)


def _is_several(labels: Any) -> bool:
    return isinstance(labels, list | tuple)


def _names(column: Any) -> list[Any]:
    names: set[Any] = set()
    for labels in column:
        names.update(labels if _is_several(labels) else [labels])
    return sorted(names)


def _known(labels: Any, names: list[Any]) -> Any:
    """The labels that are among the classes; None if there are none."""
    if _is_several(labels):
        return [label for label in labels if label in names] or None
    return labels if labels in names else None


def _are_there(column: Any, folder: str) -> Array:
    paths = [os.path.join(folder, name) for name in column]
    found = np.array([p.lower().endswith(FORMATS) and os.path.isfile(p) for p in paths], bool)
    if missing := int(len(found) - found.sum()):
        frames.warn(f"{missing} of the files that {column.name!r} names are no pictures: left out")
    return found


def _check_columns(
    rows: Any, class_mode: str | None, x_col: str, y_col: Any, weight_col: Any, classes: Any
) -> None:
    if class_mode == "multi_output" and not isinstance(y_col, list):
        raise TypeError(f"y_col={describe(y_col)}; class_mode='multi_output' expects a list")
    if not all(isinstance(name, str) for name in rows[x_col]):
        raise TypeError(f"the column x_col={x_col!r} holds other things than strings")
    allowed: Any = {"binary": str, "sparse": str, "categorical": (str, list, tuple)}
    if class_mode in allowed and not all(isinstance(y, allowed[class_mode]) for y in rows[y_col]):
        raise TypeError(
            f"the column y_col={y_col!r} holds other things than strings, which "
            f"class_mode={class_mode!r} expects"
        )
    if class_mode == "binary":
        count = len({*classes} if classes else {*rows[y_col]})
        if count != 2:
            raise ValueError(f"class_mode='binary' expects 2 classes; received {count}")
    if classes and class_mode not in allowed:
        frames.warn(f"classes is without effect for class_mode={class_mode!r}")
    if weight_col and rows[weight_col].dtype.kind not in "iufb":
        raise TypeError(f"the column weight_col={weight_col!r} holds no numbers")
