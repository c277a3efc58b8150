"""``save_model``, ``load_model``, ``save_weights``, ``load_weights``: the format by its suffix."""

from __future__ import annotations

import os
from typing import Any

from minikeras import files, frames
from minikeras.messages import describe
from minikeras.saving.keras_archive import (
    CONFIG,
    load_archive,
    load_folder,
    save_archive,
    save_folder,
    weights_in,
)
from minikeras.saving.legacy_h5 import load_model_h5, load_weights_h5, save_model_h5
from minikeras.saving.opening import opened
from minikeras.saving.safetensors_store import SUFFIX, load_safetensors, save_safetensors
from minikeras.saving.sharded_weights import ShardedReader, ShardedWriter
from minikeras.saving.state import load_state, save_state
from minikeras.saving.weights_store import WeightsReader, WeightsWriter
from minikeras.saving.zip_archive import Archive

LEGACY = (".h5", ".hdf5")


def save_model(
    model: Any, filepath: Any, overwrite: bool = True, zipped: bool | None = None, **kwargs: Any
) -> None:
    """Save a model: its config, its weights, and how it was compiled with the optimizer's state.

    filepath: a path that ends in ``.keras``; or in ``.h5``, for the older format.
    overwrite: whether to replace an existing file; else the console asks.
    zipped: False writes the same files into a folder, whose name must not end in ``.keras``.

    Raises ValueError for any other suffix and for unknown keywords.
    """
    include_optimizer = kwargs.pop("include_optimizer", True)
    path, shown = str(filepath), describe(filepath)
    save_format = kwargs.pop("save_format", None)
    if save_format:
        if not path.endswith((".keras", *LEGACY)):
            raise ValueError(
                "The `save_format` argument is deprecated in Keras 3. Please remove this argument "
                "and pass a file path with either `.keras` or `.h5` extension. Received: "
                f"save_format={describe(save_format)}"
            )
        frames.warn(
            "The `save_format` argument is deprecated in Keras 3. It is inferred from the file "
            f"path. Received: save_format={describe(save_format)}"
        )
    if kwargs:
        raise ValueError(f"The following argument(s) are not supported: {list(kwargs)}")
    if path.endswith(LEGACY):
        frames.warn(
            "You are saving your model as an HDF5 file, which is considered legacy. The native "
            "format is recommended: model.save('my_model.keras')"
        )
    if not overwrite and os.path.exists(path) and not _ask_to_overwrite(path):
        return
    if zipped is None or zipped:
        if path.endswith(".keras"):
            with files.written(path) as unfinished, open(unfinished, "r+b", buffering=0) as file:
                save_archive(model, file)
        elif path.endswith(LEGACY):
            os.makedirs(os.path.dirname(path) or ".", exist_ok=True)
            with files.written(path) as unfinished:
                save_model_h5(model, unfinished, include_optimizer)
        else:
            raise ValueError(
                "Invalid filepath extension for saving. Please add either a `.keras` extension "
                "for the native Keras format (recommended) or a `.h5` extension. Received: "
                f"filepath={shown}."
            )
    elif path.endswith(".keras"):
        raise ValueError(
            "When using `zipped=False`, the `filepath` argument should not end in `.keras`. "
            f"Received: filepath={shown}"
        )
    else:
        save_folder(model, path)


def load_model(
    filepath: Any, custom_objects: Any = None, compile: bool = True, safe_mode: bool = True
) -> Any:
    """The model that ``save_model`` wrote.

    filepath: the path of a ``.keras`` archive, of a folder with its files, or of an ``.h5`` file
        of Keras 2 or 3.
    custom_objects: classes and functions by the names that the config uses.
    compile: whether to compile the model as it was, and to load the optimizer's state.
    safe_mode: refuse configs that hold code.

    Raises ValueError for files of other kinds, and for contents that do not fit.
    """
    path, shown = str(filepath), describe(filepath)
    if path.endswith(".keras") and os.path.isfile(path):
        with opened(path) as file:
            return load_archive(file, path, custom_objects, compile, safe_mode)
    if os.path.exists(os.path.join(path, CONFIG)):
        return load_folder(path, custom_objects, compile, safe_mode)
    if path.endswith(LEGACY):
        return load_model_h5(path, path, custom_objects, compile, safe_mode)
    if path.endswith(".keras"):
        raise ValueError(
            f"File not found: filepath={shown}. Please ensure the file is an accessible "
            "`.keras` zip file."
        )
    raise ValueError(
        f"File format not supported: filepath={shown}. Keras 3 only supports V3 `.keras` files, "
        "and legacy H5 format files (`.h5` extension)."
    )


def save_weights(
    model: Any,
    filepath: Any,
    overwrite: bool = True,
    max_shard_size: float | None = None,
    **kwargs: Any,
) -> None:
    """Save the weights of a model, and the state of its optimizer.

    filepath: a path that ends in ``.weights.h5``; in ``.weights.json`` if there are several files;
        in ``.safetensors`` for the weights alone.
    overwrite: whether to replace an existing file; else the console asks.
    max_shard_size: the most gigabytes of one file; by default there is only one.
    objects_to_skip: layers, or the optimizer, that are left out.

    Raises ValueError for another suffix, for a model that is not built, and for a variable larger
    than ``max_shard_size``.
    """
    path, shown = str(filepath), describe(filepath)
    objects_to_skip = kwargs.pop("objects_to_skip", None)
    if kwargs:
        raise ValueError(f"Invalid keyword arguments: {describe(kwargs)}")
    if path.endswith(SUFFIX):
        _refuse_options(path, max_shard_size=max_shard_size, objects_to_skip=objects_to_skip)
        if not overwrite and os.path.exists(path) and not _ask_to_overwrite(path):
            return
        _check_built(model, "saving a model")
        with files.written(path) as unfinished, open(unfinished, "wb") as file:
            save_safetensors(model, file)
        return
    if max_shard_size is None and not path.endswith(".weights.h5"):
        raise ValueError(f"The filename must end in `.weights.h5`. Received: filepath={shown}")
    if max_shard_size is not None and not path.endswith(("weights.h5", "weights.json")):
        raise ValueError(
            "The filename must end in `.weights.json` when `max_shard_size` is specified. "
            f"Received: filepath={shown}"
        )
    if not overwrite and os.path.exists(path) and not _ask_to_overwrite(path):
        return
    _check_built(model, "saving a model")
    skipped = set(map(id, objects_to_skip or ()))
    if max_shard_size is None:
        with files.written(path) as unfinished, WeightsWriter(unfinished) as writer:
            save_state(model, writer, None, skipped)
        return
    if path.endswith(".h5"):
        listed = f"{path.removesuffix('.h5')}.json"
        frames.warn(
            "Saving sharded weights requires `*.json` as the extension. The original path: "
            f"{path} will be renamed to {listed}."
        )
        path = listed
    with ShardedWriter(path, max_shard_size) as sharded:
        save_state(model, sharded, None, skipped)


def load_weights(model: Any, filepath: Any, skip_mismatch: bool = False, **kwargs: Any) -> None:
    """Load weights into a model; if anything fails, all weights stay as they are.

    filepath: a path that ends in ``.weights.h5``, ``.weights.json`` or ``.keras``; or in ``.h5``,
        for a file of Keras 2 or a model in the older format; or in ``.safetensors``.
    skip_mismatch: warn of layers whose weights do not fit, and leave them out.
    objects_to_skip: layers, or the optimizer, that are left out.
    by_name: of the older format, match layers by their names; by default by their order.

    Raises ValueError if the weights do not fit, for a model that is not built, for other suffixes
    and keywords.
    """
    path, shown = str(filepath), describe(filepath)
    objects_to_skip = kwargs.pop("objects_to_skip", None)
    by_name = kwargs.pop("by_name", None)
    if kwargs:
        raise ValueError(f"Invalid keyword arguments: {describe(kwargs)}")
    if path.endswith(SUFFIX):
        _refuse_options(path, objects_to_skip=objects_to_skip, by_name=by_name)
        _check_built(model, "loading weights into a model")
        load_safetensors(model, path, skip_mismatch)
        return
    if objects_to_skip is not None and not path.endswith((".weights.h5", ".weights.json")):
        raise ValueError(
            f"`objects_to_skip` only supports loading '.weights.h5' files. Received: {shown}"
        )
    if by_name is not None and path.endswith((".keras", ".weights.h5", ".weights.json")):
        raise ValueError(
            f"`by_name` only supports loading legacy '.h5' or '.hdf5' files. Received: {shown}"
        )
    if not path.endswith((".keras", ".weights.json", *LEGACY)):
        raise ValueError(
            f"File format not supported: filepath={shown}. Keras 3 only supports V3 `.keras` "
            "files, `.weights.h5` files, legacy H5 format files (`.h5` extension)."
        )
    _check_built(model, "loading weights into a model")
    skipped = set(map(id, objects_to_skip or ()))
    if path.endswith(".keras"):
        with opened(path) as file, weights_in(Archive(file, path), path) as weights:
            load_state(model, weights, None, skip_mismatch, skipped)
        return
    if path.endswith(LEGACY) and not path.endswith(".weights.h5"):
        load_weights_h5(model, path, path, bool(by_name), skip_mismatch)
        return
    sharded = path.endswith(".json")
    with ShardedReader(path) if sharded else WeightsReader(path) as stored:
        load_state(model, stored, None, skip_mismatch, skipped)


def _refuse_options(path: str, **options: Any) -> None:
    """Raises ValueError for options that a format does not have."""
    given = [name for name, value in options.items() if value is not None]
    if given:
        raise ValueError(
            f"{given[0]} is no option of `{SUFFIX}` files. Received: filepath={describe(path)}"
        )


def _check_built(model: Any, doing: str) -> None:
    if not model.built:
        raise ValueError(
            f"You are {doing} that has not yet been built. Try building the model first by calling "
            "it on some data or by using `build()`."
        )


def _ask_to_overwrite(path: str) -> bool:
    answer = input(f"[WARNING] {path} already exists - overwrite? [y/n]").strip().lower()
    while answer not in ("y", "n"):
        answer = input('Enter "y" (overwrite) or "n" (cancel).').strip().lower()
    if answer == "y":
        print("[TIP] Next time specify overwrite=True!")
    return answer == "y"
