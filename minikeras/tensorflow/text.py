"""``tf.strings``: functions of tensors of text, which are ``bytes``.

Patterns are those of RE2, of which Python's ``re`` has nearly all; ``\\0`` is the whole match.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable
from typing import Any

import numpy as np

from minikeras import frames, strings
from minikeras.autograd import Tensor
from minikeras.messages import describe
from minikeras.tensorflow.convert import array, dtype_of, refuse, tensor
from minikeras.types import Array, DType


def _texts(x: Any) -> Array:
    found = array(x)
    if found.dtype != object:
        raise ValueError(f"input={describe(x)}; expected text")
    return found


def _mapped(function: Callable[[bytes], bytes], x: Any) -> Tensor:
    texts = _texts(x)
    return Tensor(strings.filled([function(text) for text in texts.flat], texts.shape))


def _counted(function: Callable[[bytes], Any], x: Any, dtype: str) -> Tensor:
    texts = _texts(x)
    found = np.array([function(text) for text in texts.flat], dtype)
    return Tensor(found.reshape(texts.shape))


def _changed(method: str, x: Any, encoding: str) -> Tensor:
    """ASCII letters only, unless the encoding is "utf-8"."""
    if encoding not in ("", "utf-8"):
        raise ValueError(f"encoding={describe(encoding)}; expected '' or 'utf-8'")
    if not encoding:
        return _mapped(getattr(bytes, method), x)
    return _mapped(lambda text: getattr(text.decode(), method)().encode(), x)


@frames.filter_traceback
def lower(input: Any, encoding: str = "", name: str | None = None) -> Any:
    """Small letters."""
    return _changed("lower", input, encoding)


@frames.filter_traceback
def upper(input: Any, encoding: str = "", name: str | None = None) -> Any:
    """Capital letters."""
    return _changed("upper", input, encoding)


@frames.filter_traceback
def strip(input: Any, name: str | None = None) -> Any:
    """Without white space at both ends."""
    return _mapped(bytes.strip, input)


@frames.filter_traceback
def length(input: Any, unit: str = "BYTE", name: str | None = None) -> Any:
    """The number of bytes, or with "UTF8_CHAR" of characters, int32."""
    if unit not in ("BYTE", "UTF8_CHAR"):
        raise ValueError(f"unit={describe(unit)}; expected 'BYTE' or 'UTF8_CHAR'")
    return _counted(len if unit == "BYTE" else lambda text: len(text.decode()), input, "int32")


@functools.cache
def _pattern(pattern: bytes) -> re.Pattern[bytes]:
    return re.compile(pattern)


def _bytes(x: Any) -> bytes:
    value = _texts(x)[()]
    if not isinstance(value, bytes):
        raise ValueError(f"expected one text, received {describe(x)}")
    return value


@frames.filter_traceback
def regex_replace(
    input: Any, pattern: Any, rewrite: Any, replace_global: bool = True, name: str | None = None
) -> Any:
    """What matches a pattern replaced.

    rewrite: in which \\1 is the first group and \\0 the whole match.
    replace_global: whether all matches are replaced, or the first one only.
    """
    found = _pattern(_bytes(pattern))
    new = _bytes(rewrite).replace(rb"\0", rb"\g<0>")
    return _mapped(lambda text: found.sub(new, text, count=0 if replace_global else 1), input)


@frames.filter_traceback
def regex_full_match(input: Any, pattern: Any, name: str | None = None) -> Any:
    """Whether a pattern matches the whole text."""
    found = _pattern(_bytes(pattern))
    return _counted(lambda text: found.fullmatch(text) is not None, input, "bool")


def _row(function: str, rows: list[list[bytes]], shape: tuple[int, ...]) -> Tensor:
    """The parts of one text as a tensor; those of several texts would be of different number."""
    if shape:
        raise NotImplementedError(
            f"tf.strings.{function}: ragged tensors are not in minikeras; expected one text, "
            f"received an input of shape {shape}"
        )
    return Tensor(strings.filled([*rows[0]], (len(rows[0]),)))


@frames.filter_traceback
def split(input: Any, sep: Any = None, maxsplit: int = -1, name: str | None = None) -> Any:
    """The parts of one text between separators; between white space if none is given.

    Raises NotImplementedError for several texts.
    """
    texts = _texts(input)
    between = _bytes(sep) if sep is not None else b""
    rows = [text.split(between or None, maxsplit) for text in texts.flat]
    return _row("split", rows, texts.shape)


@frames.filter_traceback
def unicode_split(
    input: Any,
    input_encoding: str,
    errors: str = "replace",
    replacement_char: int = 65533,
    name: str | None = None,
) -> Any:
    """The characters of one text.

    Raises NotImplementedError for several texts.
    """
    texts = _texts(input)
    rows = [
        [character.encode() for character in text.decode(input_encoding, errors)]
        for text in texts.flat
    ]
    return _row("unicode_split", rows, texts.shape)


@frames.filter_traceback
def bytes_split(input: Any, name: str | None = None) -> Any:
    """The bytes of one text.

    Raises NotImplementedError for several texts.
    """
    texts = _texts(input)
    rows = [[text[i : i + 1] for i in range(len(text))] for text in texts.flat]
    return _row("bytes_split", rows, texts.shape)


@frames.filter_traceback
def join(inputs: Any, separator: str = "", name: str | None = None) -> Any:
    """Texts of several tensors, element by element, as one text."""
    parts = np.broadcast_arrays(*[_texts(part) for part in inputs])
    joined = [separator.encode().join(row) for row in zip(*(part.flat for part in parts))]
    return Tensor(strings.filled(joined, parts[0].shape))


@frames.filter_traceback
def reduce_join(
    inputs: Any,
    axis: Any = None,
    keepdims: bool = False,
    separator: str = "",
    name: str | None = None,
) -> Any:
    """The texts along an axis, or all of them, as one text."""
    texts = _texts(inputs)
    if axis is None:
        shape = (1,) * texts.ndim if keepdims else ()
        return Tensor(strings.filled([separator.encode().join(texts.flat)], shape))
    rows = np.moveaxis(texts, int(axis), -1)
    flat = rows.reshape(-1, rows.shape[-1])
    joined = strings.filled([separator.encode().join(row) for row in flat], rows.shape[:-1])
    return Tensor(np.expand_dims(joined, int(axis)) if keepdims else joined)


@frames.filter_traceback
def substr(input: Any, pos: Any, len: Any, unit: str = "BYTE", name: str | None = None) -> Any:
    """A part of each text from a byte on."""
    refuse("tf.strings.substr", unit=(unit, "BYTE"))
    start, count = int(pos), int(len)
    return _mapped(lambda text: text[start:][:count], input)


@frames.filter_traceback
def to_number(input: Any, out_type: DType = "float32", name: str | None = None) -> Any:
    """The number that each text spells.  Raises ValueError for a text that spells none."""
    kind = np.dtype(dtype_of(out_type))
    return _counted(lambda text: (float if kind.kind == "f" else int)(text), input, kind.name)


@frames.filter_traceback
def as_string(
    input: Any,
    precision: int = -1,
    scientific: bool = False,
    shortest: bool = False,
    width: int = -1,
    fill: str = "",
    name: str | None = None,
) -> Any:
    """Numbers as text: six digits behind the point, or ``precision``."""
    numbers = array(tensor(input))
    kind = "d" if numbers.dtype.kind in "iu" else "e" if scientific else "g" if shortest else "f"
    digits = f".{precision}" if precision >= 0 and kind != "d" else ""
    form = f"{fill}{'>' if fill == ' ' else ''}{width if width >= 0 else ''}{digits}{kind}"
    if numbers.dtype == bool:
        texts = [b"true" if flag else b"false" for flag in numbers.flat]
    else:
        texts = [format(number, form).encode() for number in numbers.ravel().tolist()]
    return Tensor(strings.filled(texts, numbers.shape))


__all__ = [
    *("lower", "upper", "strip", "length", "regex_replace", "regex_full_match", "split"),
    *("unicode_split", "bytes_split", "join", "reduce_join", "substr", "to_number", "as_string"),
]
