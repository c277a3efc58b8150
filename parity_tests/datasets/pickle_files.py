"""Pickles as other versions of Python and NumPy wrote them, byte by byte."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Mapping
from typing import Any

import numpy as np

PROTOCOL_2 = b"\x80\x02"


def integer(value: int) -> bytes:
    if 0 <= value < 1 << 8:
        return b"K" + struct.pack("<B", value)
    if 0 <= value < 1 << 16:
        return b"M" + struct.pack("<H", value)
    return b"J" + struct.pack("<i", value)


def python2(value: Any) -> bytes:
    """The instructions of Python 2 for a dict, a list, integers, strings and arrays of bytes."""
    if isinstance(value, dict):
        return b"}(" + b"".join(python2(k) + python2(v) for k, v in value.items()) + b"u"
    if isinstance(value, list):
        return b"](" + b"".join(map(python2, value)) + b"e"
    if isinstance(value, int):
        return integer(value)
    if isinstance(value, str):
        return b"U" + bytes([len(value)]) + value.encode()
    dtype = b"cnumpy\ndtype\n(U\x02u1K\x00K\x01tR(K\x03U\x01|NNN" + integer(-1) * 2 + b"K\x00tb"
    shape = b"(" + b"".join(map(integer, value.shape)) + b"t"
    raw = value.tobytes()
    content = b"T" + struct.pack("<i", len(raw)) + raw
    begin = b"cnumpy.core.multiarray\n_reconstruct\n(cnumpy\nndarray\n(K\x00tU\x01btR"
    return begin + b"(K\x01" + shape + dtype + b"\x89" + content + b"tb"


def batch(images: Any, labels: Mapping[str, list[int]]) -> bytes:
    """A file of CIFAR."""
    content = {"batch_label": "testing batch", **labels, "data": images.reshape(len(images), -1)}
    return PROTOCOL_2 + python2(content) + b"."


def npz_with(**members: bytes) -> bytes:
    """A ``.npz`` file whose members are given as bytes."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name, content in members.items():
            archive.writestr(f"{name}.npy", content)
    return made.getvalue()


def objects(pickle: bytes, shape: tuple[int, ...] = (1,)) -> bytes:
    """A ``.npy`` file of objects, with any pickle in it."""
    made = io.BytesIO()
    header = {"descr": "|O", "fortran_order": False, "shape": shape}
    np.lib.format.write_array_header_1_0(made, header)  # type: ignore[arg-type]  # a TypedDict
    return made.getvalue() + pickle
