"""Looking into the file of a stranger: nothing in it is built, run or followed.

An inspection goes on after what loading would stop at, so that it names everything that is wrong.
"""

from __future__ import annotations

import math
import os
from collections.abc import Callable
from typing import Any, BinaryIO

import numpy as np

from minikeras.messages import describe
from minikeras.saving.config_review import review
from minikeras.saving.hdf5 import SIGNATURE, Dataset, Group, open_hdf5
from minikeras.saving.json_text import parse, parse_object
from minikeras.saving.keras_archive import load_archive
from minikeras.saving.legacy_h5 import load_model_h5
from minikeras.saving.limits import LIMITS, LoadError
from minikeras.saving.opening import opened
from minikeras.saving.report import (
    DAMAGED,
    HARMFUL,
    NOTE,
    REFUSES,
    SUSPICIOUS,
    UNKNOWN,
    UNSAFE,
    Report,
)
from minikeras.saving.safetensors_store import read_header
from minikeras.saving.trial import try_to_load
from minikeras.saving.zip_archive import Archive

CONFIG, METADATA, WEIGHTS, ASSETS = "config.json", "metadata.json", "model.weights.h5", "assets/"
_NPY_HEADER = 10_000  # bytes that NumPy reads of a header

# Beginnings of files that are something else.
_OTHERS = {
    b"\x80": "a pickle, as torch.save and joblib write it: loading it runs code",
    b"\x08": "a TensorFlow graph (SavedModel)",
    b"\x1f\x8b": "a gzip file",
    b"{": "a JSON text",
    b"\x93NUMPY": "a .npy file",
    b"version https://git-lfs": "the address of a file that Git has not fetched",
}


def inspect_file(path: str | os.PathLike[str]) -> Report:
    """What a file is, what it holds, and what in it is wrong or suspicious.

    path: a ``.keras``, ``.h5``, ``.weights.h5``, ``.npz`` or ``.safetensors`` file. What it is, is
        told by its content.

    Raises OSError if there is no such file or it cannot be opened. Everything else about the file
    is a finding of the report.
    """
    report = Report(os.fspath(path))
    try:
        file = opened(path)
    except LoadError as error:
        report.find(DAMAGED, "file", error, REFUSES)
        return report
    with file:
        report.size = file.seek(0, os.SEEK_END)
        file.seek(0)
        start = file.read(24)
        if start.startswith(b"PK"):
            _guarded("archive", report, _inspect_zip, file)
        elif start.startswith(SIGNATURE):
            report.format = "weights in HDF5"
            _guarded("file", report, _inspect_hdf5, file, "/")
            if report.format.startswith("legacy"):
                try_to_load(load_model_h5, file, report.path, report)
        elif (
            len(start) > 8
            and start[8:9] == b"{"
            and int.from_bytes(start[:8], "little") < report.size
        ):
            report.format = "safetensors"
            _guarded("header", report, _inspect_safetensors, file)
        else:
            hidden = _behind_other_bytes(file, report.size)
            if hidden:
                report.format = "HDF5"
                what = f"an HDF5 file behind {hidden} other bytes, which minikeras does not read"
                report.find(DAMAGED, "file", what, UNKNOWN)
                return report
            known = [what for mark, what in _OTHERS.items() if start.startswith(mark)]
            said = (
                f"this is {known[0]}" if known else f"the bytes {start[:8]!r} begin no known file"
            )
            report.find(HARMFUL if start[:1] == b"\x80" else DAMAGED, "file", said, REFUSES)
    return report


def _behind_other_bytes(file: BinaryIO, size: int) -> int:
    """Where an HDF5 file begins that does not begin at 0; 0 if there is none."""
    place = 512
    while place < size:
        file.seek(place)
        if file.read(len(SIGNATURE)) == SIGNATURE:
            return place
        place *= 2
    return 0


def _guarded(where: str, report: Report, inspect: Callable[..., None], *args: Any) -> None:
    """Inspect a part, ``inspect(*args, report)``; that it is refused is a finding."""
    try:
        inspect(*args, report)
    except LoadError as error:
        said = str(error).removeprefix(f"{report.path}: ")
        report.find(_kind_of(said), where, said, _keras_about(said))


# Whether a refusal is about damage or about harm, and what Keras 3.15 does: measured with the files
# of the tests.
_HARM = {
    "is a link or a special file": UNSAFE,
    "is a folder": UNSAFE,
    "compression method": UNSAFE,
    "values": UNSAFE,
    "link": REFUSES,
    "another file": REFUSES,
    "a view of other": REFUSES,
    "is stored with filter": UNSAFE,
    "does not have the": UNSAFE,
    "the file holds": UNSAFE,
    "would grow": UNSAFE,
    "one name": UNSAFE,
    "plain relative path": UNSAFE,
    "control characters": UNSAFE,
    "overlaps": REFUSES,
    "a type that is not read": UNSAFE,
    "at most": UNSAFE,
    "inside each other": REFUSES,
    "data_offsets": REFUSES,
}


def _kind_of(said: str) -> str:
    return HARMFUL if any(mark in said for mark in _HARM) else DAMAGED


def _keras_about(said: str) -> str:
    if "not an HDF5 file" in said:  # it may be one behind other bytes
        return UNKNOWN
    return next((keras for mark, keras in _HARM.items() if mark in said), REFUSES)


# Archives


def _inspect_zip(file: BinaryIO, report: Report) -> None:
    report.format = "zip archive"
    archive = Archive(file, report.path)
    names = archive.names()
    if CONFIG in names or METADATA in names:
        report.format = "Keras model"
        _inspect_keras(archive, file, report)
    elif names and all(name.endswith(".npy") for name in names):
        report.format = "NumPy arrays (.npz)"
        for name in names:
            _guarded(name, report, _inspect_npy, archive, name)
    else:
        pickled = [name for name in names if name.endswith((".pkl", ".pickle"))]
        if pickled:
            report.format = "PyTorch archive"
            what = "a pickle: loading it runs code"
            report.find(HARMFUL, pickled[0], what, REFUSES)
        else:
            report.find(DAMAGED, "archive", f"no {CONFIG}: this is no Keras model", REFUSES)


def _inspect_keras(archive: Archive, file: BinaryIO, report: Report) -> None:
    for name in archive.names():
        if name not in (CONFIG, METADATA, WEIGHTS):
            kind = NOTE if name.startswith(ASSETS) else SUSPICIOUS
            report.find(kind, name, f"a further file of {archive.member(name).size} bytes")

    _guarded(METADATA, report, _inspect_metadata, archive)
    _guarded(CONFIG, report, _inspect_config, archive)
    _guarded(WEIGHTS, report, _inspect_weights, archive)
    try_to_load(load_archive, file, report.path, report)


def _inspect_metadata(archive: Archive, report: Report) -> None:
    found = parse_object(archive.read(METADATA), METADATA)
    for key in ("keras_version", "date_saved"):
        report.about[key] = _plain(found.get(key))


def _inspect_config(archive: Archive, report: Report) -> None:
    found = parse_object(archive.read(CONFIG), CONFIG)
    if "class_name" not in found:
        report.find(DAMAGED, CONFIG, "describes no model: there is no class_name", REFUSES)
    review(found, CONFIG, report)
    report.about["model"] = _plain(found.get("class_name"))
    _note_optimizer(found.get("compile_config"), report)


def _inspect_weights(archive: Archive, report: Report) -> None:
    with archive.open(WEIGHTS) as file:
        _inspect_hdf5(file, WEIGHTS, report)


def _plain(value: Any) -> str:
    """A value without the quotes of a text."""
    return describe(value).strip("'\"")


def _note_optimizer(compiled: Any, report: Report) -> None:
    found = compiled.get("optimizer") if isinstance(compiled, dict) else None
    if isinstance(found, dict):
        found = found.get("class_name")
    if found is not None:
        report.about["optimizer"] = _plain(found)


# HDF5


def _inspect_hdf5(file: BinaryIO, where: str, report: Report) -> None:
    with open_hdf5(file, where) as root:
        attributes = _attributes(root, report)
        if "model_config" in attributes or "layer_names" in attributes:
            report.format = "legacy Keras file (.h5)"
        for key in ("keras_version", "backend"):
            if isinstance(attributes.get(key), str):
                report.about[key] = _plain(attributes[key])
        _check_names(root, attributes, report)
        if "model_weights" in root and "model_config" not in attributes:
            report.find(DAMAGED, where, "weights of a model without its model_config", REFUSES)
        for key in ("model_config", "training_config"):
            if key in attributes and not isinstance(attributes[key], str):
                what = f"the attribute is no text: {describe(attributes[key])}"
                report.find(DAMAGED, key, what, REFUSES)
            elif key in attributes:
                try:
                    config = parse(attributes[key], key)
                except LoadError as error:
                    report.find(DAMAGED, key, error, REFUSES)
                    continue
                review(config, key, report)
                if key == "training_config" and isinstance(config, dict):
                    _note_optimizer({"optimizer": config.get("optimizer_config")}, report)
                elif isinstance(config, dict):
                    report.about["model"] = _plain(config.get("class_name"))
        _walk(root, report)


def _attributes(thing: Group | Dataset, report: Report) -> dict[str, Any]:
    try:
        return thing.attributes()
    except LoadError as error:
        report.find(HARMFUL, thing.where, error, UNSAFE)
        return {}


def _check_names(group: Group, attributes: dict[str, Any], report: Report) -> None:
    """The attributes by which legacy files list their layers and weights."""
    for key, value in attributes.items():
        if not key.startswith(("layer_names", "weight_names")):
            continue
        names = value if isinstance(value, list) else list(np.atleast_1d(value))
        if not all(isinstance(name, str) for name in names) or len({*names}) < len(names):
            report.find(DAMAGED, group.where, f"{key} is no list of different names", REFUSES)
            continue
        missing = [name for name in names if not _is_in(group, name)]
        if missing:
            what = f"{key} names {describe(missing[0])}, which is not there"
            report.find(DAMAGED, group.where, what, REFUSES)


def _is_in(group: Group, name: str) -> bool:
    try:
        return name in group
    except LoadError:  # a link on the way, which is found on its own
        return True


def _walk(root: Group, report: Report) -> None:
    """All arrays. Groups may be entries of each other: their number is bounded."""
    pending, count = [root], 0
    while pending:
        group = pending.pop()
        try:
            names = group.keys()
        except LoadError as error:
            report.find(DAMAGED, group.where, error, REFUSES)
            continue
        inner = []
        for name in names:
            count += 1
            if count > LIMITS.members:
                what = f"more than {LIMITS.members} entries, or groups that contain themselves"
                report.find(HARMFUL, root.where, what, UNSAFE)
                return
            where = f"{group.where}/{name}"
            try:
                found = group[name]
                attributes = _attributes(found, report)
                if isinstance(found, Group):
                    _check_names(found, attributes, report)
                    inner.append(found)
                    continue
                found.check()
                if found.is_compressed:  # only inflating shows whether the blocks are sound
                    found.read()
                _add_array(report, where, found.shape, str(found.dtype))
            except LoadError as error:
                said = str(error).removeprefix(f"{where} ").removeprefix(f"{where}: ")
                report.find(_kind_of(said), where, said, _keras_about(said))
        pending += reversed(inner)


def _add_array(report: Report, name: str, shape: tuple[int, ...], dtype: str) -> None:
    entry = {"name": name.lstrip("/"), "shape": list(shape), "dtype": dtype}
    report.arrays.append({**entry, "elements": math.prod(shape)})


# NumPy and safetensors


def _inspect_npy(archive: Archive, name: str, report: Report) -> None:
    with archive.open(name) as file:
        try:
            version = np.lib.format.read_magic(file)
            read = {
                (1, 0): np.lib.format.read_array_header_1_0,
                (2, 0): np.lib.format.read_array_header_2_0,
            }[version]
            shape, _, dtype = read(file, max_header_size=_NPY_HEADER)
        except (ValueError, KeyError, TypeError, SyntaxError, MemoryError, RecursionError) as error:
            raise LoadError(f"the header of the array is damaged: {error}") from None
        rest = archive.member(name).size - file.tell()
    if dtype.hasobject:
        report.find(HARMFUL, name, "an array of Python objects: loading it runs code", REFUSES)
    elif any(type(n) is not int or n < 0 for n in shape) or len(shape) > LIMITS.rank:
        raise LoadError(f"an array of shape {describe(shape)}")
    elif math.prod(shape) * dtype.itemsize != rest:
        said = f"declares the shape {shape} of {dtype} and holds {rest} bytes"
        report.find(HARMFUL, name, said, UNSAFE)
    else:
        _add_array(report, name.removesuffix(".npy"), shape, str(dtype))


def _inspect_safetensors(file: BinaryIO, report: Report) -> None:
    file.seek(0)
    entries, _ = read_header(file, report.path)
    for name, entry in entries.items():
        _add_array(report, name, entry.shape, entry.dtype)
