"""Files in folders, one folder for each class: which there are, their order and labels."""

from __future__ import annotations

import numbers
import os
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np

from minikeras.callbacks.console import print_msg
from minikeras.data.dataset import Dataset
from minikeras.messages import describe
from minikeras.shapes import whole_number
from minikeras.utils.timeseries import check_format


class Files(NamedTuple):
    """Paths, the class number of each, and the names of the classes; None without labels."""

    paths: list[str]
    labels: Any
    class_names: list[str] | None


class Options(NamedTuple):
    """The arguments that pictures, texts and sounds share; see ``image_dataset_from_directory``."""

    directory: Any
    labels: Any
    label_mode: str | None
    class_names: Sequence[str] | None
    batch_size: int | None
    shuffle: bool
    seed: int | None
    validation_split: float | None
    subset: str | None
    follow_links: bool
    format: str
    verbose: bool


def datasets_of(
    options: Options, formats: tuple[str, ...], what: str, read: Any, is_padded: bool = False
) -> Any:
    """One data set, or with ``subset="both"`` a list of two.

    formats: extensions of the files.
    what: "image" or "text file", for messages.
    read: a function of a path that gives an array.
    is_padded: whether the arrays of a batch are filled up to the size of the largest one.
    """
    options = _checked(options)
    found = _indexed(options, formats)
    names = found.class_names
    if options.label_mode == "binary" and len(names or ()) != 2:
        raise ValueError(f"label_mode='binary' needs two classes; {options.directory} has {names}")
    subsets = ("training", "validation") if options.subset == "both" else (options.subset,)
    made = []
    for subset in subsets:
        part = _part(found, options.validation_split, subset)
        if not part.paths:
            raise ValueError(
                f"No {subset + ' ' if subset else ''}{what}s found in {options.directory}; "
                f"expected files that end with {', '.join(formats)}"
            )
        in_order = options.subset == "both" and subset == "validation"
        chosen = options._replace(shuffle=options.shuffle and not in_order)
        made.append(_dataset(part, chosen, read, is_padded))
    return made if options.subset == "both" else made[0]


def _checked(options: Options) -> Options:
    labels, split, subset = options.labels, options.validation_split, options.subset
    if labels is not None and not (isinstance(labels, str) and labels == "inferred"):
        if not isinstance(labels, list | tuple):
            raise ValueError(f"labels={describe(labels)}; expected 'inferred', None or a list")
        if options.class_names:
            raise ValueError("class_names can be given only with labels='inferred'")
    elif options.class_names is not None and (labels is None or options.label_mode is None):
        raise ValueError("class_names cannot be given with labels=None or label_mode=None")
    if options.label_mode not in ("int", "categorical", "binary", None):
        raise ValueError(
            f"label_mode={describe(options.label_mode)}; expected 'int', 'categorical', 'binary' "
            "or None"
        )
    check_format(options.format)
    if not isinstance(options.directory, str | bytes | os.PathLike):
        raise TypeError(f"directory={describe(options.directory)}; expected a path")
    if options.class_names is not None and not hasattr(options.class_names, "__iter__"):
        raise TypeError(f"class_names={describe(options.class_names)}; expected a list of names")
    if options.batch_size is not None:
        whole_number("batch_size", options.batch_size, least=1)
    if options.seed is not None and whole_number("seed", options.seed, least=0) >= 2**32:
        raise ValueError(f"seed={options.seed}; expected one below 2**32")
    if split and not isinstance(split, numbers.Real):
        raise TypeError(f"validation_split={describe(split)}; expected a number between 0 and 1")
    if split and not 0 < split < 1:
        raise ValueError(f"validation_split={describe(split)}; expected a number between 0 and 1")
    if subset not in ("training", "validation", "both", None):
        raise ValueError(
            f"subset={describe(subset)}; expected 'training', 'validation', 'both' or None"
        )
    if bool(split) != bool(subset):
        raise ValueError(
            f"validation_split={split} and subset={describe(subset)}; expected both or neither"
        )
    if split and options.shuffle and options.seed is None:
        raise ValueError(
            "validation_split with shuffle=True needs a seed, so that the two parts have no file "
            "in common"
        )
    if labels is None or options.label_mode is None:
        options = options._replace(labels=None, label_mode=None)
    seed = np.random.randint(1_000_000) if options.seed is None else options.seed
    return options._replace(seed=seed)


def _indexed(options: Options, formats: tuple[str, ...]) -> Files:
    """The files of a folder, by class and name, or shuffled with the seed."""
    directory, labels = os.fspath(options.directory), options.labels
    folders = [""]
    is_inferred = isinstance(labels, str)
    if is_inferred:
        folders = sorted(
            name
            for name in os.listdir(directory)
            if os.path.isdir(os.path.join(directory, name)) and not name.startswith(".")
        )
        if options.class_names is not None:
            if not {*options.class_names} <= {*folders}:
                raise ValueError(
                    f"class_names={describe([*options.class_names])}; expected names of the "
                    f"folders in {directory}: {folders}"
                )
            folders = [*options.class_names]
    found = [[*_files(directory, name, formats, options.follow_links)] for name in folders]
    paths = [path for inside in found for path in inside]
    names: list[str] | None = folders
    if is_inferred:
        labels = np.repeat(np.arange(len(folders), dtype="int32"), [len(f) for f in found])
    elif labels is None:
        names = None
    else:
        if len(labels) != len(paths):
            raise ValueError(
                f"labels has {len(labels)} elements; expected {len(paths)}, the number of files in "
                f"{directory}"
            )
        names, labels = [str(label) for label in sorted(set(labels))], [*labels]
    if options.verbose:
        belonging = "" if names is None else f" belonging to {len(names)} classes"
        print_msg(f"Found {len(paths)} files{belonging}.")
    if options.shuffle:
        np.random.RandomState(options.seed).shuffle(paths)
        if labels is not None:
            np.random.RandomState(options.seed).shuffle(labels)
    return Files(paths, labels, names)


def _files(
    directory: str, name: str, formats: tuple[str, ...], follow_links: bool
) -> Iterator[str]:
    """The paths of the files below a folder, sorted by folders and names."""
    top = os.path.join(directory, name)
    for place, _, files in sorted(
        os.walk(top, followlinks=follow_links), key=lambda found: found[0]
    ):
        for file in sorted(files):
            if file.lower().endswith(formats):
                inner = os.path.relpath(os.path.join(place, file), top)
                yield os.path.join(directory, name, inner)


def _part(files: Files, validation_split: float | None, subset: str | None) -> Files:
    if not validation_split:
        return files
    count = int(validation_split * len(files.paths))
    is_training = subset == "training"
    here = slice(-count) if is_training else slice(-count, None)
    used = len(files.paths) - count if is_training else count
    print_msg(f"Using {used} files for {subset}.")
    labels = None if files.labels is None else files.labels[here]
    return Files(files.paths[here], labels, files.class_names)


def _dataset(files: Files, options: Options, read: Any, is_padded: bool) -> Dataset:
    size = options.batch_size
    parts: Any = np.arange(len(files.paths))
    if options.label_mode:
        parts = (parts, _labels(files, options.label_mode))
    dataset = Dataset.from_tensor_slices(parts)
    if options.shuffle:
        dataset = dataset.shuffle(1024 if size is None else size * 8, seed=options.seed)
    paths, chosen = files.paths, dataset

    def loaded(element: Any) -> Any:
        if options.label_mode:
            return read(paths[int(element[0])]), element[1]
        return read(paths[int(element)])

    # ``map`` begins the pass at once, with the order of its own, also if nothing is read from it.
    dataset = Dataset(lambda: map(loaded, chosen._make()), len(paths))
    if size is not None:
        dataset = dataset.padded_batch(size) if is_padded else dataset.batch(size)
        del vars(dataset)["_batch_size"]  # Parity: behind a prefetch it is not known to be batched
    dataset.class_names, dataset.file_paths = files.class_names, paths
    return dataset


def _labels(files: Files, label_mode: str) -> Any:
    labels = np.asarray(files.labels)
    labels = labels.astype("int32") if labels.dtype == "int64" else labels
    if label_mode == "binary":
        return labels.astype("float32")[:, None]
    if label_mode == "categorical":
        return np.float32(labels[:, None] == np.arange(len(files.class_names or ())))
    return labels
