"""Weights in the format of the library safetensors: a header in JSON, then the arrays.

    8 bytes     the length of the header, little-endian
    header      {"<path of the variable>": {"dtype", "shape", "data_offsets"}, ...}
    arrays      one after another, little-endian, without gaps

Keras has no such files; many other libraries do.  The file holds the weights of a model under their
paths, without the optimizer and the seeds of random layers.

Source: https://github.com/huggingface/safetensors, "Format".
"""

from __future__ import annotations

import json
import math
import os
from typing import Any, BinaryIO

import numpy as np

from minikeras import frames
from minikeras.autograd import Variable
from minikeras.messages import describe
from minikeras.saving.json_text import parse_object
from minikeras.saving.limits import LIMITS, LoadError
from minikeras.saving.opening import opened
from minikeras.types import Array

SUFFIX = ".safetensors"
_LENGTH = 8  # bytes that hold the length of the header
# In the order in which the library sorts arrays, the last first.
_DTYPES = {
    "BOOL": "bool",
    "U8": "uint8",
    "I8": "int8",
    "I16": "int16",
    "U16": "uint16",
    "F16": "float16",
    "BF16": "bfloat16",
    "I32": "int32",
    "U32": "uint32",
    "F32": "float32",
    "F64": "float64",
    "I64": "int64",
    "U64": "uint64",
}
_CODES = {name: code for code, name in _DTYPES.items()}
_METADATA = "__metadata__"


def named_weights(model: Any) -> dict[str, Variable]:
    """The weights of a model by their paths; the second one of a path is called ``path#2``."""
    found: dict[str, Variable] = {}
    for variable in model.weights:
        name, number = variable.path, 1
        while name in found:
            number += 1
            name = f"{variable.path}#{number}"
        found[name] = variable
    return found


def save_safetensors(model: Any, file: BinaryIO) -> None:
    """Write the weights of a model, with the bytes of the library."""
    order = list(_DTYPES)
    weights = sorted(
        named_weights(model).items(), key=lambda item: (-order.index(_code(item[1])), item[0])
    )
    header: dict[str, Any] = {_METADATA: {"format": "minikeras"}}
    end = 0
    for name, variable in weights:
        begin, end = end, end + variable._value.nbytes
        shape = list(variable.shape)
        header[name] = {"dtype": _code(variable), "shape": shape, "data_offsets": [begin, end]}
    text = json.dumps(header, separators=(",", ":"), ensure_ascii=False).encode()
    text += b" " * (-len(text) % 8)
    file.write(len(text).to_bytes(_LENGTH, "little") + text)
    for _, variable in weights:
        array = np.ascontiguousarray(variable._value)
        file.write(array.astype(array.dtype.newbyteorder("<"), copy=False).tobytes())


def _code(variable: Variable) -> str:
    name = variable._value.dtype.name
    if name not in _CODES:
        raise ValueError(f"{variable.path} has dtype {name}, which safetensors cannot hold")
    return _CODES[name]


def load_safetensors(model: Any, path: str, skip_mismatch: bool = False) -> None:
    """Read weights into a model.  If anything is wrong, all weights stay as they are.

    skip_mismatch: warn of names, shapes and dtypes that do not fit, and leave these weights out.

    Raises LoadError for a damaged file, ValueError with the list of differences if names, shapes
    or dtypes are not those of the model.
    """
    weights = named_weights(model)
    with opened(path) as file:
        entries, start = read_header(file, path)
        differences = _differences(weights, entries)
        if differences:
            text = f"{path} does not fit the model {model.name!r}:\n" + "\n".join(differences)
            if not skip_mismatch:
                raise ValueError(text)
            frames.warn(text)
        fitting = [n for n, v in weights.items() if n in entries and entries[n].fits(v)]
        arrays = {name: entries[name].read(file, start, f"{path}: {name}") for name in fitting}
    for name, array in arrays.items():
        weights[name].assign(array)


class Entry:
    """What a header says of one array.  Raises LoadError if it says it wrongly."""

    def __init__(self, described: Any, size: int, where: str) -> None:
        def refuse(what: str, value: Any, expected: str) -> None:
            raise LoadError(f"{where}: {what} is {describe(value)}; expected {expected}")

        if not isinstance(described, dict) or described.keys() != {
            *("dtype", "shape", "data_offsets"),
        }:
            refuse("the entry", described, "dtype, shape and data_offsets")
        dtype, shape, offsets = (described[key] for key in ("dtype", "shape", "data_offsets"))
        if not isinstance(dtype, str) or dtype not in _DTYPES:
            refuse("dtype", dtype, f"one of {', '.join(_DTYPES)}")
        if not _are_sizes(shape) or len(shape) > LIMITS.rank:
            refuse("shape", shape, f"at most {LIMITS.rank} sizes")
        if not _are_sizes(offsets) or len(offsets) != 2 or not offsets[0] <= offsets[1] <= size:
            refuse("data_offsets", offsets, f"two rising numbers up to {size}")
        self.dtype, self.shape = _DTYPES[dtype], tuple(shape)
        self.begin, self.end = offsets
        expected = math.prod(shape) * (2 if dtype == "BF16" else np.dtype(self.dtype).itemsize)
        if self.end - self.begin != expected:
            refuse("data_offsets", offsets, f"{expected} bytes for shape {shape} of {dtype}")

    def fits(self, variable: Variable) -> bool:
        return (self.shape, self.dtype) == (variable.shape, variable._value.dtype.name)

    def read(self, file: BinaryIO, start: int, where: str) -> Array:
        """The array; LoadError if the file has become shorter since."""
        file.seek(start + self.begin)
        content = file.read(self.end - self.begin)
        if len(content) != self.end - self.begin:
            raise LoadError(f"{where}: the file ends within the array")
        dtype = np.dtype(self.dtype).newbyteorder("<")
        return np.frombuffer(content, dtype).reshape(self.shape)


def _are_sizes(values: Any) -> bool:
    return isinstance(values, list) and all(type(n) is int and 0 <= n < 1 << 62 for n in values)


def read_header(file: BinaryIO, where: str) -> tuple[dict[str, Entry], int]:
    """What the file holds by name, and where the arrays begin.

    Raises LoadError unless the header is short enough, JSON, and describes arrays that fill the
    rest of the file without gap or overlap.
    """
    whole = os.fstat(file.fileno()).st_size
    length = int.from_bytes(file.read(_LENGTH), "little")
    most = min(whole - _LENGTH, LIMITS.json_bytes)
    if whole < _LENGTH or not 0 < length <= most:
        raise LoadError(f"{where}: a header of {length} bytes; at most {max(most, 0)} are read")
    header = parse_object(file.read(length), f"{where}: header")
    metadata = header.pop(_METADATA, {})
    if not isinstance(metadata, dict) or not all(isinstance(v, str) for v in metadata.values()):
        raise LoadError(f"{where}: {_METADATA} is {describe(metadata)}; expected strings by name")
    if len(header) > LIMITS.members:
        raise LoadError(f"{where}: {len(header)} arrays; at most {LIMITS.members} are read")
    start = _LENGTH + length
    entries = {k: Entry(v, whole - start, f"{where}: {describe(k)}") for k, v in header.items()}
    end = 0
    for name, entry in sorted(entries.items(), key=lambda item: (item[1].begin, item[1].end)):
        if entry.begin != end:
            raise LoadError(f"{where}: {describe(name)} begins at {entry.begin}; expected {end}")
        end = entry.end
    if end != whole - start:
        raise LoadError(f"{where}: the arrays end at {end}, but the file at {whole - start}")
    return entries, start


def _differences(weights: dict[str, Variable], entries: dict[str, Entry]) -> list[str]:
    """One line for each weight that the file has not, and the reverse; at most 20."""
    lines = []
    for name, variable in weights.items():
        wanted = f"{variable._value.dtype.name} {variable.shape}"
        if name not in entries:
            lines.append(f"  {name} {wanted} is not in the file")
        elif not entries[name].fits(variable):
            entry = entries[name]
            lines.append(f"  {name} is {entry.dtype} {entry.shape} in the file; expected {wanted}")
    lines += [f"  {describe(name)} is only in the file" for name in entries if name not in weights]
    return lines if len(lines) <= 20 else [*lines[:20], f"  and {len(lines) - 20} more"]
