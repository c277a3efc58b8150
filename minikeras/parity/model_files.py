"""A model of a file with the data of another: both frameworks load, predict, evaluate and train it.

The file may come from a stranger: it is inspected before anything of it is loaded.
"""

from __future__ import annotations

import os
import zipfile
from typing import Any

import numpy as np

from minikeras.messages import describe
from minikeras.saving import inspection
from minikeras.types import Array

SUFFIXES = (".keras", ".h5")
KEYS = ("x", "y", "sample_weight")
EPOCHS, BATCH_SIZE = 1, 32

Data = dict[str, Array | dict[str, Array]]


class BadFile(Exception):
    """A file that cannot be used; nothing of it was loaded."""


def check_model(path: str | os.PathLike[str]) -> None:
    """Raise BadFile if the model file is damaged, does harm, or is unsafe to load with Keras."""
    try:
        report = inspection.inspect_file(path)
    except OSError as error:
        raise BadFile(f"cannot open the model {os.fspath(path)!r}: {error.strerror}") from None
    if report.has("harmful", "damaged") or report.keras == "unsafe":
        worst = [f for f in report.findings if f.kind in ("harmful", "damaged")] or report.findings
        raise BadFile(
            f"the model {os.fspath(path)!r} is not loaded: {worst[0].where}: {worst[0].what}. "
            "`minikeras inspect` shows everything about it"
        )


def read_data(path: str | os.PathLike[str]) -> Data:
    """The arrays of a .npz file: x, and if they are there y and sample_weight.

    A model with several inputs takes `x/NAME` for each of them, as a dictionary; y likewise.

    Raises BadFile, naming the array, if one is missing, unknown, an object, or of another length.
    """
    name = os.fspath(path)
    try:
        loaded = np.load(path, allow_pickle=False)
        if isinstance(loaded, np.ndarray):
            raise ValueError("it holds one array without a name")
        with loaded as file:
            arrays = {key: file[key] for key in file.files}
    except OSError as error:
        raise BadFile(f"cannot open the data {name!r}: {error.strerror or error}") from None
    except (ValueError, zipfile.BadZipFile) as error:
        raise BadFile(
            f"cannot read the data {name!r}: {error}; expected what np.savez({name!r}, x=x, y=y) "
            "writes"
        ) from None
    data: Data = {}
    for key, array in arrays.items():
        what, slash, entry = key.partition("/")
        if what not in KEYS or (slash and isinstance(data.get(what), np.ndarray)):
            raise BadFile(
                f"the data {name!r} have an array {describe(key)}; expected x, y, sample_weight, "
                "or for a model of several inputs x/NAME"
            )
        if slash:
            data.setdefault(what, {})[entry] = array
        else:
            data[what] = array
    if "x" not in data:
        raise BadFile(f"the data {name!r} have no array x; they have {describe(list(arrays))}")
    lengths = {key: len(array) if array.ndim else 0 for key, array in arrays.items()}
    if len(set(lengths.values())) > 1:
        raise BadFile(f"the arrays of {name!r} have different lengths: {describe(lengths)}")
    return data


def train(
    keras: Any,
    model: str,
    data: str,
    *,
    seed: int,
    epochs: int,
    batch_size: int,
    backend: str = "tensorflow",
) -> None:
    """Load `model` with `keras` and use it on `data` as far as it is compiled and y is there.

    backend: of Keras. Other backends than TensorFlow draw other random numbers, so the batches are
        not shuffled, and a model with random layers is not trained.
    """
    keras.utils.set_random_seed(seed)
    loaded = keras.saving.load_model(model)
    arrays = read_data(data)
    x = arrays.pop("x")
    loaded.predict(x, batch_size=batch_size, verbose=0)
    if not loaded.compiled or "y" not in arrays:
        return
    options: dict[str, Any] = {"batch_size": batch_size, **arrays}
    loaded.evaluate(x, verbose=0, **options)
    same_random_numbers = backend == "tensorflow"
    if same_random_numbers or not _is_random(loaded):
        loaded.fit(x, epochs=epochs, verbose=2, shuffle=same_random_numbers, **options)


def _is_random(model: Any) -> bool:
    return any(variable.path.endswith("seed_generator_state") for variable in model.variables)
