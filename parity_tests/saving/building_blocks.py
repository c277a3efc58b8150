"""Small sound models and their files, and tools to make unsound ones of them."""

from __future__ import annotations

import functools
import io
import json
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py
import numpy as np

import minikeras as keras
from minikeras.saving import keras_archive

CONFIG, WEIGHTS = "config.json", "model.weights.h5"


def sequential() -> Any:
    """Two dense layers, compiled, with weights that are not initial ones."""
    keras.utils.set_random_seed(1)
    model = keras.Sequential(
        [
            keras.layers.Input((4,)),
            keras.layers.Dense(3, "relu", name="dense"),
            keras.layers.Dense(1, name="dense_1"),
        ],
        name="model",
    )
    model.compile("sgd", "mse")
    return model


def functional() -> Any:
    """A layer that is called twice, and an operation."""
    x = keras.layers.Input((4,), name="x")
    shared = keras.layers.Dense(4, name="shared")
    y = shared(shared(x))
    return keras.Model(x, keras.layers.Add(name="sum")([x, y]), name="graph")


@functools.cache
def parts(make: Callable[[], Any] = sequential) -> dict[str, bytes]:
    """The members of a sound archive."""
    file = io.BytesIO()
    keras_archive.save_archive(make(), file)
    with zipfile.ZipFile(file) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def config(make: Callable[[], Any] = sequential) -> Any:
    """A new copy of the sound config."""
    return json.loads(parts(make)[CONFIG])


def zipped(members: dict[str, bytes], **options: Any) -> bytes:
    """An archive of these members."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", **options) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return file.getvalue()


def with_config(text: Any, make: Callable[[], Any] = sequential) -> bytes:
    """The sound archive with another config: a text, or what is written as one."""
    text = text if isinstance(text, bytes) else json.dumps(text).encode()
    return zipped({**parts(make), CONFIG: text})


def with_weights(change: Callable[[Any, Path], None], folder: Path) -> bytes:
    """The bytes of the sound weights after ``change(file, folder)``."""
    file = io.BytesIO(parts()[WEIGHTS])
    with h5py.File(file, "r+") as opened:
        change(opened, folder)
    return file.getvalue()


def put(folder: Path, content: bytes, name: str = "case.keras") -> Path:
    """Write a file and return its path."""
    path = folder / name
    path.write_bytes(content)
    return path


def raw_zip(
    name: bytes = b"config.json",
    content: bytes = b"{}",
    *,
    size: int | None = None,
    crc: int | None = None,
    local_name: bytes | None = None,
    flags: int = 0,
    method: int = 0,
    outside: int = 0,
    copies: int = 1,
    count: int | None = None,
    wide_size: int | None = None,
) -> bytes:
    """An archive made by hand, so that its numbers can contradict each other.

    size, crc: what the directory declares.
    local_name: the name in the header before the content.
    outside: the attributes of the file; Unix has its kind there.
    copies: entries of the directory that point to the one content.
    count: how many entries the end of the directory declares.
    wide_size: a size of 64 bits in the extra field.
    """
    crc = zipfile.crc32(content) if crc is None else crc  # type: ignore[attr-defined]
    length = len(content) if size is None else size
    extra = b"" if wide_size is None else struct.pack("<2H2Q", 1, 16, wide_size, wide_size)
    length = length if wide_size is None else 0xFFFFFFFF
    stored = len(content) if method else length
    other = name if local_name is None else local_name
    local = struct.pack(
        "<4s5H3L2H", b"PK\3\4", 20, flags, method, 0, 0, crc, stored, length, len(other), len(extra)
    )
    body = local + other + extra + content
    entry = struct.pack(
        "<4s6H3L5H2L",
        *(b"PK\1\2", 0x314, 20, flags, method, 0, 0, crc, stored, length),
        *(len(name), len(extra), 0, 0, 0, outside, 0),
    )
    directory = (entry + name + extra) * copies
    total = copies if count is None else count
    end = struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, total, total, len(directory), len(body), 0)
    return body + directory + end


def weights_of(model: Any) -> list[bytes]:
    """Shapes and bits of all variables, the optimizer's included."""
    optimizer = [] if getattr(model, "optimizer", None) is None else model.optimizer.variables
    every = [*model.variables, *optimizer]
    return [repr(v.shape).encode() + np.asarray(v).tobytes() for v in every]
