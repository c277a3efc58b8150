"""Odd files: some load, others are refused for where they are and not for what they hold."""

from __future__ import annotations

import os
import re
import zipfile
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest

import minikeras as keras
from minikeras.saving import hdf5
from minikeras.saving.limits import LoadError
from parity_tests.saving.building_blocks import (
    WEIGHTS,
    config,
    parts,
    put,
    sequential,
    weights_of,
    with_config,
    with_weights,
    zipped,
)
from parity_tests.saving.corpus_hdf5 import KERNEL, written
from parity_tests.saving.watching import watched

ODD = {
    "other members": lambda: zipped({**parts(), "notes.txt": b"x", "assets/inner.zip": b"PK\3\4"}),
    "compressed": lambda: zipped(parts(), compression=zipfile.ZIP_DEFLATED),
    "members in another order": lambda: zipped(dict(reversed(parts().items()))),
    "an id that nothing has": lambda: with_config({**config(), "shared_object_id": 99}),
    "unknown keys": lambda: with_config({**config(), "safe_mode": False, "floatx": "float16"}),
}


@pytest.mark.parametrize("name", ODD)
def test_odd_archives_load(name: str, tmp_path: Path) -> None:
    model = keras.models.load_model(put(tmp_path, ODD[name]()))
    assert weights_of(model) == weights_of(sequential())
    assert keras.config.floatx() == "float32"


KERNEL_VALUES = np.arange(12, dtype="float32").reshape(4, 3)


@pytest.mark.parametrize(
    "options",
    [
        {"chunks": (2, 2)},
        {"chunks": (3, 2), "compression": "gzip"},
        {"chunks": (4, 3), "compression": "gzip", "shuffle": True},
        {"chunks": (5, 5), "maxshape": (None, None), "shuffle": True},
    ],
    ids=str,
)
def test_arrays_in_blocks_load(options: Any, tmp_path: Path) -> None:
    path = put(tmp_path, with_weights(written(KERNEL_VALUES, **options), tmp_path), "x.weights.h5")
    model = sequential()
    model.load_weights(path)
    assert np.array_equal(model.get_weights()[0], KERNEL_VALUES)


@pytest.mark.parametrize("dtype", [">f4", "<f8", "float16", "int8", ">i8", "uint16", "bool"])
def test_numbers_of_other_types_are_cast(dtype: str, tmp_path: Path) -> None:
    values = (KERNEL_VALUES % 2).astype(dtype)
    path = put(tmp_path, with_weights(written(values), tmp_path), "x.weights.h5")
    model = sequential()
    model.load_weights(path)
    assert np.array_equal(model.get_weights()[0], values.astype("float32"))


def test_every_bit_of_a_weight_is_kept(tmp_path: Path) -> None:
    bits = [0x7FC00001, 0xFF800000, 0x7F800000, 0x80000000, 1, 0x807FFFFF]
    values = np.array(bits * 2, "uint32").view("float32").reshape(4, 3)
    path = put(tmp_path, with_weights(written(values), tmp_path), "x.weights.h5")
    model = sequential()
    model.load_weights(path)
    assert model.get_weights()[0].tobytes() == values.tobytes()


def test_names_are_shown_without_control_characters(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    described = config()
    described["config"]["layers"][1]["config"]["name"] = "\x1b[2J\u202eevil"
    described["config"]["name"] = "\x1b]0;title\x07"
    model = keras.models.load_model(put(tmp_path, with_config(described)))
    model.summary()
    shown = capsys.readouterr().out
    assert "evil" in shown and not re.search(r"[\x00-\x09\x0b-\x1f\x7f\u202e]", shown)


# Where a file is


@pytest.mark.parametrize("suffix", [".keras", ".weights.h5"])
def test_what_is_no_file(suffix: str, tmp_path: Path) -> None:
    load = keras.models.load_model if suffix == ".keras" else sequential().load_weights
    folder, pipe, loop = (tmp_path / f"{name}{suffix}" for name in ("folder", "pipe", "loop"))
    device = tmp_path / f"device{suffix}"
    folder.mkdir()
    os.mkfifo(pipe)
    loop.symlink_to(loop)
    device.symlink_to("/dev/zero")
    every = [
        folder,
        pipe,
        loop,
        device,
        tmp_path / f"gone{suffix}",
        f"http://localhost:9/x{suffix}",
    ]
    for path in [*every, f"-{suffix}", f"x\0{suffix}", f"\\\\host\\share\\x{suffix}"]:
        with watched(tmp_path) as watch, pytest.raises((ValueError, OSError)):
            load(path)
        assert not [found for found in watch.found if not found.startswith("open ")]


@pytest.mark.parametrize("name", ["config.json", "model.weights.h5", "assets", "assets/x"])
def test_folders_with_links(name: str, tmp_path: Path) -> None:
    """A folder that was unpacked may hold links to files of its reader."""
    folder, outside = tmp_path / "model", tmp_path / "outside"
    sequential().save(folder, zipped=False)
    assert weights_of(keras.models.load_model(folder)) == weights_of(sequential())
    (folder / "assets").mkdir(exist_ok=True)
    if (folder / name).exists():
        (folder / name).rename(outside)
    else:
        outside.touch()
    (folder / name).symlink_to(outside)
    with pytest.raises(LoadError, match=f"{name} is a symbolic link"):
        keras.models.load_model(folder)


@pytest.mark.parametrize(
    "name, content",
    [("x.pt", b"\x80\x02"), ("saved_model.pb", b"\x08\x01"), ("x.json", b"{}"), ("x", b"PK\3\4")],
)
def test_files_of_other_programs(name: str, content: bytes, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="File format not supported"):
        keras.models.load_model(put(tmp_path, content, name))


def test_a_file_that_is_replaced_while_it_is_read(tmp_path: Path) -> None:
    path = put(tmp_path, parts()[WEIGHTS], "x.weights.h5")
    with hdf5.open_hdf5(path) as group:
        put(tmp_path, b"other", "y")
        os.replace(tmp_path / "y", path)
        assert group[KERNEL].read().shape == (4, 3)


# What users' classes do


@keras.saving.register_keras_serializable("test_odd_files")
class Breaks(keras.layers.Layer):
    """Fails while it is rebuilt."""

    @classmethod
    def from_config(cls, config: Any) -> Any:
        raise KeyError("mine")


def test_errors_of_users_classes_pass(tmp_path: Path) -> None:
    described = config()
    described["config"]["layers"][1] |= {
        "module": "somewhere",
        "class_name": "Breaks",
        "registered_name": "test_odd_files>Breaks",
    }
    with pytest.raises(KeyError, match="mine"):
        keras.models.load_model(put(tmp_path, with_config(described)))


def test_a_users_class_of_a_name_of_keras(tmp_path: Path) -> None:
    """It is used where the config names it, and only there."""

    class Dense(keras.layers.Dense):
        pass

    path = put(tmp_path, zipped(parts()))
    loaded = keras.models.load_model(path, custom_objects={"Dense": Dense})
    assert type(loaded.layers[0]) is keras.layers.Dense
    described = config()
    described["config"]["layers"][1]["registered_name"] = "Dense"
    own = put(tmp_path, with_config(described), "own.keras")
    assert type(keras.models.load_model(own).layers[0]) is keras.layers.Dense
    loaded = keras.models.load_model(own, custom_objects={"Dense": Dense})
    assert type(loaded.layers[0]) is Dense


def test_safe_mode_does_not_leak(tmp_path: Path) -> None:
    """Neither an error nor a model in a model changes it for what follows."""
    body = {"class_name": "__lambda__", "config": {"value": {"code": "", "defaults": None}}}
    with pytest.raises((ValueError, TypeError, EOFError)):
        keras.saving.deserialize_keras_object([body], safe_mode=False)
    with pytest.raises(ValueError, match="safe_mode=False"):
        keras.saving.deserialize_keras_object(body)
    path = put(tmp_path, zipped(parts()))
    keras.models.load_model(path, safe_mode=False)
    with pytest.raises(ValueError, match="safe_mode=False"):
        keras.saving.deserialize_keras_object(body)


def test_memory_stays_flat(tmp_path: Path) -> None:
    path = put(tmp_path, zipped(parts()))
    for _ in range(5):
        keras.models.load_model(path)
    with watched(tmp_path) as watch:
        for _ in range(100):
            keras.models.load_model(path)
    assert watch.megabytes < 8


def test_attributes_are_numbers_and_texts(tmp_path: Path) -> None:
    path = tmp_path / "x.h5"
    with h5py.File(path, "w") as file:
        file.attrs["text"], file.attrs["bytes"], file.attrs["number"] = "é", b"ab", np.int32(3)
        file.attrs["names"] = [b"a", b"bcd"]
        file.attrs["variable"] = np.array(["x", "yz"], h5py.string_dtype())
        file.attrs["empty"] = h5py.Empty("f")
        file.attrs["values"] = np.arange(3.0)
    with hdf5.open_hdf5(path) as group:
        found = group.attributes()
    assert np.array_equal(found.pop("values"), np.arange(3.0))
    assert found == {
        "text": "é",
        "bytes": "ab",
        "number": 3,
        "empty": None,
        "names": ["a", "bcd"],
        "variable": ["x", "yz"],
    }
    with h5py.File(path, "w") as file:
        file.attrs["ref"] = file.ref
    with hdf5.open_hdf5(path) as group, pytest.raises(LoadError, match="attribute 'ref'"):
        group.attributes()


def test_texts_of_models_are_strangers_too() -> None:
    text = sequential().to_json()
    assert keras.models.model_from_json(text).count_params() == sequential().count_params()
    lambda_ = '{"class_name": "__lambda__", "config": {"value": {"code": ""}}}'
    for wrong, says in (
        (text.replace('"units": 3', '"units": 1000000000000'), "needs .* bytes"),
        ("[" * 100_000, "inside each other"),
        ("[NaN]", "NaN"),
        ("[1]", "expected a model"),
        (lambda_, "code from a file is never run"),
    ):
        with pytest.raises(ValueError, match=says):
            keras.models.model_from_json(wrong)
