"""Vocabulary files: what both libraries read, and what is refused."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

import minikeras
from minikeras.layers.preprocessing import vocabulary
from parity_tests.checks.compare import both

_numbers = itertools.count()  # TensorFlow reads a file of one name once, whatever it then holds


def written(folder: Path, content: bytes) -> str:
    path = folder / f"vocabulary-{next(_numbers)}.txt"
    path.write_bytes(content)
    return str(path)


@pytest.mark.parametrize(
    "content",
    [
        b"a\nb\n",
        b"a\nb",
        b"a\r\nb",
        b"a b\tc\nd",
        b"a\r\rb\nq\n",
        b"[UNK]\na",
        "é\x00b\nc\x85d\nc".encode(),
    ],
)
def test_files_that_both_read(tmp_path: Path, content: bytes) -> None:
    path = written(tmp_path, content)
    x = np.array(["a", "b", "é", "c", ""])
    for config in ({}, {"mask_token": ""}, {"output_mode": "count"}):
        ours, theirs = both(
            lambda k, config=config: k.layers.StringLookup(vocabulary=path, name="s", **config)
        )
        assert ours.get_vocabulary() == theirs.get_vocabulary()
        assert ours.get_config() == theirs.get_config()
        np.testing.assert_array_equal(np.asarray(ours(x)), np.asarray(theirs(x)))


def test_a_file_of_numbers(tmp_path: Path) -> None:
    path = written(tmp_path, b"3\n 5 \n-7\n")
    ours, theirs = both(lambda k: k.layers.IntegerLookup(vocabulary=path))
    assert ours.get_vocabulary() == theirs.get_vocabulary()


@pytest.mark.parametrize(
    ("content", "named"),
    [
        (b"a\nb\na\n", "'a'.* lines 1 and 3"),
        (b"a\n\nb\n", "line 2: the line is empty"),
        (b"", "is empty"),
        (b"a\n\xff\xfe\n", "line 2: its bytes are no utf-8"),
    ],
)
def test_files_that_both_refuse(tmp_path: Path, content: bytes, named: str) -> None:
    """Keras raises errors of TensorFlow, or, for bytes that are no text, when it is asked."""
    path = written(tmp_path, content)
    with pytest.raises(ValueError, match=f"vocabulary-.*{named}"):
        minikeras.layers.StringLookup(vocabulary=path)
    with pytest.raises(Exception):  # noqa: B017  # of TensorFlow, of several classes
        keras.layers.StringLookup(vocabulary=path).get_vocabulary()


@pytest.mark.parametrize(
    ("content", "named"),
    [(b"3\nx7\n", "line 2.*'x7'"), (b"1_000\n", "1_000"), (b"9" * 25, "99"), (b"3\n3\n", "3")],
)
def test_files_that_are_no_numbers(tmp_path: Path, content: bytes, named: str) -> None:
    path = written(tmp_path, content)
    for library in (minikeras, keras):
        with pytest.raises(Exception, match=named if library is minikeras else None) as caught:
            library.layers.IntegerLookup(vocabulary=path)
        assert library is keras or caught.type is ValueError


def test_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ValueError, match="does not exist"):
        minikeras.layers.StringLookup(vocabulary=str(tmp_path / "none.txt"))
    with pytest.raises(ValueError, match="folder"):
        minikeras.layers.StringLookup(vocabulary=str(tmp_path))
    path = written(tmp_path, b"abc\ndef\n")
    monkeypatch.setattr(vocabulary, "MOST_BYTES", 5)
    with pytest.raises(ValueError, match="8 bytes, expected at most 5"):
        minikeras.layers.StringLookup(vocabulary=path)


def test_configs_of_strangers_name_no_files(tmp_path: Path) -> None:
    path = written(tmp_path, b"a\nb\n")
    for library in (minikeras, keras):
        layer = library.layers.StringLookup(vocabulary=["a"])
        config = library.saving.serialize_keras_object(layer)
        config["config"]["vocabulary"] = path
        with pytest.raises((ValueError, TypeError), match="outside of the model archive"):
            library.saving.deserialize_keras_object(config)
        loaded = library.saving.deserialize_keras_object(config, safe_mode=False)
        assert loaded.get_vocabulary() == ["[UNK]", "a", "b"]


def saved(library: Any, tokens: list[str], path: Path, **config: Any) -> Any:
    layer = library.layers.StringLookup(name="subject", **config)
    layer.adapt(tokens)
    library.Sequential([library.Input((1,), dtype="string"), layer]).save(path)
    return layer


def test_line_breaks_in_tokens(tmp_path: Path) -> None:
    path = tmp_path / "model.keras"
    with pytest.raises(ValueError, match=r"line break.*'b"):
        saved(minikeras, ["a", "b\nc"], path)
    assert not path.exists()
    layer = saved(minikeras, ["a", "b\x0bc", "d\u2028"], path)  # Keras would split these
    assert minikeras.models.load_model(path).layers[-1].get_vocabulary() == layer.get_vocabulary()


def test_an_empty_token_at_the_end(tmp_path: Path) -> None:
    path = tmp_path / "model.keras"
    layer = saved(minikeras, ["b", "a", "b", "a", ""], path)  # Keras would lose it
    assert layer.get_vocabulary() == ["[UNK]", "b", "a", ""]
    assert minikeras.models.load_model(path).layers[-1].get_vocabulary() == layer.get_vocabulary()


def test_damaged_assets(tmp_path: Path) -> None:
    """A vocabulary with a token twice, or of another length, is refused."""
    for content, named in ((b"[UNK]\na\na", "repeated"), (b"[UNK]\n\xff\xfe", "utf-8")):
        folder = tmp_path / f"{len(content)}"
        folder.mkdir()
        (folder / vocabulary.FILE).write_bytes(content)
        layer = minikeras.layers.StringLookup()
        layer.adapt(["q"])
        with pytest.raises(ValueError, match=named):
            layer.load_assets(str(folder))
        assert layer.get_vocabulary() == ["[UNK]", "q"]
