"""``minikeras inspect`` and ``KerasFileEditor``: what is in a file, and what is wrong with it."""

from __future__ import annotations

import json
import warnings
import zipfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
import safetensors.numpy
from click.testing import CliRunner

import minikeras
from minikeras.cli import main
from minikeras.saving.inspection import inspect_file
from minikeras.saving.limits import LoadError
from parity_tests.saving import corpus_configs, corpus_hdf5, corpus_legacy
from parity_tests.saving.building_blocks import config, functional, parts, put, with_config, zipped
from parity_tests.saving.corpus import CASES, Case
from parity_tests.saving.watching import watched

assert corpus_configs and corpus_hdf5 and corpus_legacy  # add their cases


def sound_files(folder: Path) -> Iterable[tuple[Path, str]]:
    """Files of every kind, and what they are."""
    model = functional()
    for name, kind in (
        ("x.keras", "Keras model"),
        ("x.h5", "legacy Keras file (.h5)"),
        ("x.weights.h5", "weights in HDF5"),
    ):
        save = model.save_weights if name == "x.weights.h5" else model.save
        with warnings.catch_warnings():  # of a format that is considered legacy
            warnings.simplefilter("ignore")
            save(folder / name)
        yield folder / name, kind
    np.savez(folder / "x.npz", a=np.ones((2, 3)), b=np.float32(1))
    yield folder / "x.npz", "NumPy arrays (.npz)"
    weights = {"a": np.ones((2, 3), "float32"), "b": np.ones(1, "int8")}
    safetensors.numpy.save_file(weights, folder / "x.safetensors", metadata={"by": "me"})
    yield folder / "x.safetensors", "safetensors"


def test_sound_files(tmp_path: Path) -> None:
    for path, kind in sound_files(tmp_path):
        with watched(tmp_path) as watch:
            report = inspect_file(path)
        assert not watch.found and not report.findings and report.format == kind, path
        assert report.size == path.stat().st_size
        assert report.keras == ("" if path.suffix in (".npz", ".safetensors") else "safe")
        assert report.parameters == {".npz": 7, ".safetensors": 7}.get(path.suffix, 20)


def test_what_is_told_of_a_model(tmp_path: Path) -> None:
    report = inspect_file(put(tmp_path, zipped(parts())))
    assert report.about["optimizer"] == "SGD" and report.about["keras_version"] == "3.15.1"
    assert [layer["class"] for layer in report.layers] == ["InputLayer", "Dense", "Dense"]
    assert {"shape": [4, 3], "dtype": "float32", "elements": 12}.items() <= report.arrays[0].items()


# The last are sound weights, but of another model than the tests load them into.
@pytest.mark.parametrize("case", [case for case in CASES if case.number != 35], ids=str)
def test_hostile_files_are_seen(case: Case, tmp_path: Path) -> None:
    for path in case.build(tmp_path):
        with watched(tmp_path) as watch:
            report = inspect_file(path)
        assert report.has("suspicious", "harmful", "damaged"), path.name
        assert report.keras != "safe" or report.has("suspicious")
        assert not watch.found and watch.seconds < 5 and watch.megabytes < 200


@pytest.mark.parametrize(
    "content, kind",
    [
        (b"\x80\x02}q\0.", "a pickle"),
        (zipped({"archive/data.pkl": b"\x80\x02."}), "a pickle"),
        (b"{}", "a JSON text"),
        (b"version https://git-lfs.github.com/spec/v1", "Git has not fetched"),
        (zipped({"x.npy": b"\x93NUMPY\1\0v\0{'descr': '|O', 'fortran_order': False}"}), "damaged"),
        (zipped({"x.npy": b"junk"}), "damaged"),
        (b"\x10" + bytes(7) + b'{"a": {"dtype": 3', "not JSON"),
        (b"\x02" + bytes(7) + b"{}" + b"\0" * 20, ""),
    ],
)
def test_other_files(content: bytes, kind: str, tmp_path: Path) -> None:
    report = inspect_file(put(tmp_path, content))
    assert any(kind in found.what for found in report.findings) or not kind


def _npz(path: Path, array: Any) -> Path:
    np.savez(path, a=array)
    return path


def test_arrays_of_objects_and_false_headers(tmp_path: Path) -> None:
    report = inspect_file(_npz(tmp_path / "x.npz", np.array([{}])))
    assert report.has("harmful") and "Python objects" in report.findings[0].what
    path = _npz(tmp_path / "y.npz", np.ones(3, order="F"))
    with zipfile.ZipFile(path) as archive:
        header = archive.read("a.npy").replace(b"(3,), }" + b" " * 9, b"(3000000000,), }")
    report = inspect_file(put(tmp_path, zipped({"a.npy": header}), "z.npz"))
    assert report.has("harmful") and "(3000000000,)" in report.findings[0].what


@pytest.mark.parametrize(
    "entry",
    [
        {"dtype": "F32", "shape": [2**40], "data_offsets": [0, 8]},
        {"dtype": "F32", "shape": [-1], "data_offsets": [0, 4]},
        {"dtype": "F32", "shape": [1], "data_offsets": [0, 400]},
        {"dtype": "F32", "shape": "x", "data_offsets": [0, 4]},
        {"dtype": "F32", "shape": [1]},
        3,
    ],
    ids=str,
)
def test_false_safetensors(entry: Any, tmp_path: Path) -> None:
    header = json.dumps({"a": entry}).encode()
    content = len(header).to_bytes(8, "little") + header + bytes(8)
    assert inspect_file(put(tmp_path, content)).has("harmful", "damaged")


# The command


def test_the_command(tmp_path: Path) -> None:
    described = config()
    first = described["config"]["layers"][1]["config"]
    first["name"] = "\x1b[2Jevil"
    lambda_ = {"class_name": "__lambda__", "config": {"code": ""}}
    files = {
        0: zipped(parts()),
        1: with_config(described),
        3: with_config({**config(), "loss": lambda_}),
    }
    for code, content in files.items():
        path = str(put(tmp_path, content))
        result = CliRunner().invoke(main, ["inspect", path])
        assert result.exit_code == code and "\x1b" not in result.output
        asked = CliRunner().invoke(main, ["inspect", "--json", path])
        found = json.loads(asked.output)
        assert asked.exit_code == code and found["keras"] in result.output.lower()
        assert ("Nothing suspicious" in result.output) == (code == 0)
    assert CliRunner().invoke(main, ["inspect", str(tmp_path / "gone")]).exit_code == 2


# The editor


def test_the_editor_says_what_keras_says(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ours = functional()
    theirs = keras.models.model_from_json(ours.to_json())
    ours.compile("adam")
    ours.save(tmp_path / "x.keras")
    ours.save_weights(tmp_path / "x.weights.h5")
    said: list[list[Any]] = []
    for library, model in ((minikeras, ours), (keras, theirs)):
        found: list[Any] = []
        inputs = library.layers.Input((4,))
        other = library.Sequential([inputs, library.layers.Dense(3), library.layers.Dense(4)])
        model.compile("adam")
        for name in ("x.keras", "x.weights.h5"):
            editor = library.saving.KerasFileEditor(str(tmp_path / name))
            editor.summary()
            found += [editor.compare(model), editor.compare(other), editor.metadata]
            found += [editor.config, editor.object_metadata]
        said.append([*found, capsys.readouterr().out])
    assert said[0] == said[1]
    assert said[0][0]["status"] == "success" and said[0][1]["status"] == "error"


def test_the_editor_refuses_what_is_harmful(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"expected a `\.keras`"):
        minikeras.saving.KerasFileEditor("x.h5")
    (links,) = [case for case in CASES if case.name == "links"]
    for path in links.build(tmp_path):
        with pytest.raises(LoadError, match="link"):
            minikeras.saving.KerasFileEditor(str(path))
