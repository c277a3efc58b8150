"""Texts in folders as a data set."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from minikeras import frames
from minikeras.shapes import whole_number
from minikeras.types import Array
from minikeras.utils.directories import Options, datasets_of


@frames.filter_traceback
def text_dataset_from_directory(
    directory: Any,
    labels: Any = "inferred",
    label_mode: str | None = "int",
    class_names: Sequence[str] | None = None,
    batch_size: int | None = 32,
    max_length: int | None = None,
    shuffle: bool = True,
    seed: int | None = None,
    validation_split: float | None = None,
    subset: str | None = None,
    follow_links: bool = False,
    format: str = "tf",
    verbose: bool = True,
) -> Any:
    """Text files in a folder, which has a folder for each class, as a data set of batches.

    directory: the folder. Files that end with .txt are read.
    labels, label_mode, class_names: see ``image_dataset_from_directory``.
    batch_size: texts in a batch; None for single ones.
    max_length: bytes after which a text is cut off; None for none.
    shuffle, seed, validation_split, subset: see ``image_dataset_from_directory``.
    follow_links: whether to enter folders that are symbolic links.
    format: "tf".
    verbose: whether to print how many files there are.

    Returns a data set of tensors of strings (batch,), or of pairs with their labels. It has
    ``class_names``.

    Raises ValueError for bad arguments and a folder without texts, OSError for one that is not
    there.
    """

    if max_length is not None:
        whole_number("max_length", max_length)

    def read(path: str) -> Array:
        with open(path, "rb") as file:
            text = np.empty((), object)
            text[()] = file.read(-1 if max_length is None else max_length)
            return text

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
    return datasets_of(options, (".txt",), "text file", read)
