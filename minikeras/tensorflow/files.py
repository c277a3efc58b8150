"""``tf.io``: files, and what is in them."""

from __future__ import annotations

import glob as patterns
import os
from types import SimpleNamespace
from typing import Any

import numpy as np

from minikeras import frames, strings
from minikeras.autograd import Tensor
from minikeras.messages import describe
from minikeras.tensorflow.convert import array, dtype_of, tensor
from minikeras.tensorflow.errors import NotFoundError
from minikeras.types import DType


def _path(filename: Any) -> str:
    if isinstance(filename, os.PathLike):
        return os.fspath(filename)
    found = array(filename)
    if found.dtype != object or found.ndim:
        raise ValueError(f"filename={describe(filename)}; expected one path")
    return os.fsdecode(found.item())


@frames.filter_traceback
def read_file(filename: Any, name: str | None = None) -> Any:
    """What is in a file, as text.  Raises NotFoundError if it is not there."""
    path = _path(filename)
    try:
        with open(path, "rb") as file:
            return Tensor(strings.filled([file.read()], ()))
    except FileNotFoundError:
        raise NotFoundError(None, None, f"{path}; No such file or directory") from None


@frames.filter_traceback
def matching_files(pattern: Any, name: str | None = None) -> Any:
    """The paths that match patterns such as "*.png", sorted."""
    return tensor(np.array(sorted(matching(pattern)), object))


def matching(pattern: Any) -> list[str]:
    """The paths of files that match one pattern or several."""
    given = np.atleast_1d(array(pattern))
    return [path for one in given for path in patterns.glob(os.fsdecode(one))]


@frames.filter_traceback
def decode_raw(
    input_bytes: Any,
    out_type: DType,
    little_endian: bool = True,
    fixed_length: int | None = None,
    name: str | None = None,
) -> Any:
    """The numbers whose bytes a text holds; texts of one length only."""
    texts = array(input_bytes)
    kind = np.dtype(dtype_of(out_type)).newbyteorder("<" if little_endian else ">")
    rows = [np.frombuffer(text[: fixed_length or None], kind) for text in texts.flat]
    found = np.stack(rows).reshape(*texts.shape, -1)
    return tensor(found.astype(kind.newbyteorder("=")))


def _exists(path: Any) -> bool:
    """Whether there is a file or a folder."""
    return os.path.exists(_path(path))


def _listdir(path: Any) -> list[str]:
    """The names in a folder."""
    return os.listdir(_path(path))


def _glob(pattern: Any) -> list[str]:
    """The paths that match a pattern or several, sorted."""
    return sorted(matching(pattern))


def _isdir(path: Any) -> bool:
    """Whether there is a folder."""
    return os.path.isdir(_path(path))


def _makedirs(path: Any) -> None:
    """A folder and those above it, if they are not there."""
    os.makedirs(_path(path), exist_ok=True)


def _open(name: Any, mode: str = "r") -> Any:
    """A file, which Python's ``open`` opens."""
    return open(_path(name), mode)


gfile = SimpleNamespace(
    exists=_exists, glob=_glob, isdir=_isdir, listdir=_listdir, makedirs=_makedirs, GFile=_open
)

__all__ = [
    *("read_file", "matching_files", "decode_raw", "gfile"),
]
