"""The ``.keras`` format: a zip archive, or a folder, of a config, its metadata and the weights.

metadata.json     the version of Keras and the date
config.json       the model's class, config, and how it was built and compiled
model.weights.h5  the variables of the model, its layers and its optimizer
assets/           files that layers write on their own
"""

from __future__ import annotations

import contextlib
import datetime
import json
import os
from collections.abc import Iterator
from typing import Any, BinaryIO

from minikeras import files, frames
from minikeras.declare.custom_objects import get_custom_objects
from minikeras.declare.serialization import serialize_keras_object
from minikeras.declare.sharing import ObjectSharingScope, complete_numbers
from minikeras.saving.assets import AssetFolder
from minikeras.saving.building import model_from_file
from minikeras.saving.json_text import parse_object
from minikeras.saving.legacy_config import modern_layer
from minikeras.saving.legacy_training import compile_as_in_keras_2
from minikeras.saving.limits import LIMITS
from minikeras.saving.opening import check_no_links, opened
from minikeras.saving.state import load_state, save_state
from minikeras.saving.weights_store import WeightsReader, WeightsWriter, array_of
from minikeras.saving.zip_archive import Archive
from minikeras.saving.zip_writer import ArchiveWriter

CONFIG, METADATA, WEIGHTS, ASSETS = "config.json", "metadata.json", "model.weights.h5", "assets"
KERAS_VERSION = "3.15.1"  # whose files these are
_OVERHEAD = 2048  # bytes of a file for each variable, in addition to its numbers


def save_archive(model: Any, file: BinaryIO) -> None:
    """Write a model to a binary file as a ``.keras`` archive.

    file: open for reading and writing, seekable.

    Raises TypeError for a model with parts that have no config.
    """
    texts = _texts(model)
    optimizer = getattr(model, "optimizer", None)  # a FeatureSpace has none
    variables = [*model.variables, *(optimizer.variables if optimizer else [])]
    expected = sum(array_of(variable).nbytes for variable in variables) + _OVERHEAD * len(variables)
    with ArchiveWriter(file) as archive, AssetFolder.new() as assets:
        for name, text in texts.items():
            archive.add(name, text.encode())
        place = archive.written_in_place(WEIGHTS, expected)
        with place as weights, WeightsWriter(weights) as writer:
            save_state(model, writer, assets, set())
        for path, name in assets.files():
            archive.add_file(f"{ASSETS}/{name}", path)


def save_folder(model: Any, folder: str) -> None:
    """Write a model as the files of a folder, which is made if it does not exist."""
    texts = _texts(model)
    os.makedirs(folder, exist_ok=True)
    for name, text in texts.items():
        with files.written(os.path.join(folder, name)) as path, open(path, "w") as file:
            file.write(text)
    assets = AssetFolder(os.path.join(folder, ASSETS))
    with files.written(os.path.join(folder, WEIGHTS)) as path, WeightsWriter(path) as writer:
        save_state(model, writer, assets, set())


def _texts(model: Any) -> dict[str, str]:
    """The names and contents of the JSON files."""
    if not model.built:
        frames.warn(
            "You are saving a model that has not yet been built. It might not contain any weights "
            "yet. Consider building the model first by calling it on some data."
        )
    with ObjectSharingScope():
        config = json.dumps(complete_numbers(serialize_keras_object(model)))
    saved = datetime.datetime.now().strftime("%Y-%m-%d@%H:%M:%S")
    metadata = json.dumps({"keras_version": KERAS_VERSION, "date_saved": saved})
    return {METADATA: metadata, CONFIG: config}


def load_archive(
    file: BinaryIO,
    where: str,
    custom_objects: Any = None,
    compile: bool = True,
    safe_mode: bool = True,
) -> Any:
    """The model of a ``.keras`` archive.

    file: open for reading, seekable.
    where: its name, for messages.

    Raises LoadError for anything that is no such archive, ValueError for weights that do not fit,
    TypeError for a config that names unknown classes.
    """
    archive = Archive(file, where)
    config = parse_object(archive.read(CONFIG), f"{where}, {CONFIG}")
    training = None
    if _is_of_keras_2(archive, where):
        training = config.pop("compile_config", None) if compile else None
        config = modern_layer(config, {**get_custom_objects(), **(custom_objects or {})})
    with weights_in(archive, where) as weights:
        model = _model(config, f"{where}, {CONFIG}", weights, custom_objects, compile, safe_mode)
        with _assets_in(archive) as assets:
            load_state(model, weights, assets)
        if training:
            compile_as_in_keras_2(model, training, weights.entry("optimizer"), custom_objects)
    return model


def _is_of_keras_2(archive: Archive, where: str) -> bool:
    if METADATA not in archive.names():
        return False
    metadata = parse_object(archive.read(METADATA), f"{where}, {METADATA}")
    return str(metadata.get("keras_version")).startswith("2.")


@contextlib.contextmanager
def weights_in(archive: Archive, where: str) -> Iterator[WeightsReader]:
    """The weights in an archive; LoadError if they are missing or damaged."""
    with archive.open(WEIGHTS) as file, WeightsReader(file, f"{where}, {WEIGHTS}") as weights:
        yield weights


@contextlib.contextmanager
def _assets_in(archive: Archive) -> Iterator[AssetFolder | None]:
    """The assets of an archive in a temporary folder; None if it has none."""
    names = [name for name in archive.names() if name.startswith(f"{ASSETS}/")]
    if not names:
        yield None
        return
    with AssetFolder.new() as assets:
        for name in names:
            with archive.open(name) as content:
                assets.write(name.removeprefix(f"{ASSETS}/"), content)
        yield assets


def load_folder(
    folder: str, custom_objects: Any = None, compile: bool = True, safe_mode: bool = True
) -> Any:
    """The model in the files of a folder.

    Raises what ``load_archive`` does, LoadError for symbolic links in it, and FileNotFoundError if
    a file is missing.
    """
    where, home = os.path.join(folder, CONFIG), os.path.join(folder, WEIGHTS)
    assets = os.path.join(folder, ASSETS)
    check_no_links(assets)
    with opened(where, follow=False) as file:
        config = parse_object(file.read(LIMITS.json_bytes + 1), where)
    with opened(home, follow=False) as file, WeightsReader(file, home) as weights:
        model = _model(config, where, weights, custom_objects, compile, safe_mode)
        load_state(model, weights, AssetFolder(assets) if os.path.isdir(assets) else None)
    return model


def _model(
    config: dict[str, Any],
    where: str,
    weights: WeightsReader,
    custom_objects: Any,
    compile: bool,
    safe_mode: bool,
) -> Any:
    if not compile:
        config["compile_config"] = None
    return model_from_file(config, where, weights.file_bytes, custom_objects, safe_mode)
