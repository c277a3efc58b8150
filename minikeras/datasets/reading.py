"""Reads the files of data sets: ``.npz``, the format of MNIST, and the batches of CIFAR."""

from __future__ import annotations

import io
import os
from collections.abc import Iterable
from typing import Any

import numpy as np

from minikeras import settings
from minikeras.datasets import pickles
from minikeras.messages import describe
from minikeras.optional import Library
from minikeras.saving import json_text
from minikeras.saving.limits import LIMITS, LoadError
from minikeras.saving.opening import opened
from minikeras.saving.zip_archive import Archive
from minikeras.types import Array

gzip = Library("gzip")
zlib = Library("zlib")


def read_npz(path: str, names: Iterable[str], with_lists: bool = False) -> list[Array]:
    """Arrays of a ``.npz`` file, by their names.

    with_lists: also arrays whose elements are lists of integers, which are stored as a pickle.

    Raises LoadError if the file is damaged, an array is absent, or has another type.
    """
    with opened(path) as file:
        archive = Archive(file, path)
        return [_member(archive, f"{path}: {name}", name, with_lists) for name in names]


def _member(archive: Archive, where: str, name: str, with_lists: bool) -> Array:
    data = archive.read(f"{name}.npy", LIMITS.array_bytes)
    stream = io.BytesIO(data)
    try:
        version = np.lib.format.read_magic(stream)
        read = {
            (1, 0): np.lib.format.read_array_header_1_0,
            (2, 0): np.lib.format.read_array_header_2_0,
            (3, 0): np.lib.format.read_array_header_2_0,  # the same, with names in UTF-8
        }[version]
        shape, is_fortran, dtype = read(stream)
    except (ValueError, KeyError) as error:
        raise LoadError(f"{where} is damaged: {error}") from None
    content = data[stream.tell() :]
    if dtype.hasobject and with_lists:
        array = pickles.loads(content, where)
        if not isinstance(array, np.ndarray) or array.shape != shape:
            raise LoadError(f"{where} holds {describe(array)}; expected an array of shape {shape}")
        _check_lists(array, where)
        return array
    if dtype.kind not in "biuf":
        raise LoadError(f"{where} has the dtype {dtype}; expected numbers")
    return pickles.array_of(content, dtype, shape, is_fortran, where)


def _check_lists(array: Array, where: str) -> None:
    for i, sequence in enumerate(array.ravel()):
        if type(sequence) is not list or not {*map(type, sequence)} <= {int}:
            raise LoadError(f"{where}: element {i} is {describe(sequence)}; expected integers")


def read_idx(path: str) -> Array:
    """The bytes of a compressed IDX file, as MNIST has them: a vector, or a stack of images.

    The format: two zeros, 8 for bytes, the number of axes, the length of each in 4 bytes, the data.

    Source: Y. LeCun, C. Cortes, C. Burges, "The MNIST database".
    """
    stored = os.path.getsize(path)
    try:
        with opened(path) as file, gzip.GzipFile(fileobj=file) as stream:
            head = stream.read(4)
            if len(head) < 4 or head[:3] != b"\0\0\x08":
                raise LoadError(f"{path} is no IDX file of bytes")
            shape = tuple(np.frombuffer(stream.read(4 * head[3]), ">u4").tolist())
            size = int(np.prod([float(n) for n in shape]))
            if len(shape) != head[3] or not LIMITS.may_inflate(stored, size):
                raise LoadError(f"{path} declares the shape {describe(shape)} in {stored} bytes")
            data = stream.read(size + 1)
    except (EOFError, OSError, zlib.error) as error:
        if isinstance(error, OSError) and error.errno is not None:
            raise
        raise LoadError(f"{path} is damaged: {error}") from None
    if len(data) != size:
        raise LoadError(f"{path} does not have the {size} bytes that its shape {shape} declares")
    return np.frombuffer(data, np.uint8).reshape(shape)


def read_cifar(path: str, label_key: str) -> tuple[Array, list[int]]:
    """Images, (samples, 3, 32, 32) in uint8, and their class numbers.

    label_key: "labels", "fine_labels" or "coarse_labels".
    """
    with opened(path) as file:
        batch = pickles.loads(file.read(), path, encoding="bytes")
    found: Any = batch if isinstance(batch, dict) else {}
    data, labels = found.get(b"data"), found.get(label_key.encode())
    is_right = (
        isinstance(data, np.ndarray)
        and data.dtype == np.uint8
        and data.shape[1:] == (3 * 32 * 32,)
        and type(labels) is list
        and len(labels) == len(data)
        and all(type(label) is int and 0 <= label < 256 for label in labels)
    )
    if not is_right:
        raise LoadError(
            f"{path} holds {describe(batch)}; expected b'data' of shape (samples, 3072) and "
            f"{label_key.encode()!r} with a class number for each sample"
        )
    return data.reshape(len(data), 3, 32, 32), labels


def in_layout(images: Array) -> Array:
    """Images whose channels come first, in the layout of ``keras.config.image_data_format()``."""
    is_last = settings.image_data_format() == "channels_last"
    return images.transpose(0, 2, 3, 1) if is_last else images


def read_word_index(path: str) -> dict[str, int]:
    """A JSON object that gives each word its number."""
    with opened(path) as file:
        found = json_text.parse_object(file.read(LIMITS.json_bytes + 1), path)
    if not all(type(number) is int for number in found.values()):
        raise LoadError(f"{path} gives some words no integer")
    return found
