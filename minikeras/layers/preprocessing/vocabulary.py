"""Vocabularies: tokens and their numbers, in memory and in files of one token a line."""

from __future__ import annotations

import itertools
import os
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from minikeras import strings
from minikeras.declare import serialization
from minikeras.messages import count, describe, printable
from minikeras.types import Array

MOST_BYTES = 2**30  # of a file: 100 times the largest vocabulary of a published language model
_SHOWN = 5  # tokens that a message names


class Vocabulary:
    """Tokens, which are ``bytes`` or whole numbers, and the number of each: ``start`` and up.

    Immutable; without tokens it is the vocabulary of a layer that has not been adapted.
    """

    def __init__(self, tokens: Iterable[Any], start: int) -> None:
        self.tokens = tuple(tokens)
        self.start = start
        self._numbers = {token: i for i, token in enumerate(self.tokens, start)}

    def __len__(self) -> int:
        return len(self.tokens)

    def __repr__(self) -> str:
        return f"<Vocabulary of {count(len(self), 'token')}, numbered from {self.start}>"

    def numbers(self, tokens: Array, default: int) -> Array:
        """The number of each token, as int64 in the shape of the tokens."""
        found = map(self._numbers.get, tokens.ravel().tolist(), itertools.repeat(default))
        return np.fromiter(found, np.int64, tokens.size).reshape(tokens.shape)

    def tokens_of(self, numbers: Array, default: Any) -> Array:
        """The token of each number; strings as ``bytes``, whole numbers as int64."""
        dtype = object if isinstance(default, bytes) else np.int64
        known = np.empty(len(self) + 1, dtype=dtype)
        known[:-1] = self.tokens
        known[-1] = default
        places = numbers - self.start
        return np.asarray(known[np.where((places >= 0) & (places < len(self)), places, -1)])


def repeated(tokens: Iterable[Any]) -> list[Any]:
    """The tokens that occur more than once."""
    return [token for token, times in Counter(tokens).items() if times > 1]


def shown(tokens: Sequence[Any]) -> str:
    """Some tokens as a message names them."""
    named = ", ".join(printable(repr(_text(token))) for token in tokens[:_SHOWN])
    return f"[{named}{', ...' if len(tokens) > _SHOWN else ''}]"


def _text(token: Any) -> Any:
    return token.decode("utf-8", "replace") if isinstance(token, bytes) else token


def read_file(path: str, is_text: bool, encoding: str) -> list[Any]:
    """The tokens of a vocabulary file that a user names, one a line.

    is_text: whether the tokens are strings and no whole numbers.
    encoding: that of strings; they are kept as bytes, but have to be valid.

    Raises ValueError, which names the file and the line, if it cannot be read, for bytes that the
    encoding does not have, for empty lines, for lines that are no numbers, and for a token that
    occurs twice; and while a config is read in safe mode, which is to name no files.
    """
    if serialization.in_safe_mode():
        raise ValueError(
            "Requested the loading of a vocabulary file outside of the model archive, which could "
            "be any file of this system. If you trust the source of the config, pass "
            "`safe_mode=False` to the loading function, or call "
            f"`keras.config.enable_unsafe_deserialization()`. Vocabulary file: {named(path)}"
        )
    if not os.path.exists(path):
        raise ValueError(f"Vocabulary file {named(path)} does not exist.")
    if not os.path.isfile(path):
        raise ValueError(f"Vocabulary file {named(path)} is no file but a folder or a device.")
    lines = [line.removesuffix(b"\r") for line in _content(path).split(b"\n")]
    if lines[-1] == b"":
        lines.pop()
    if b"" in lines:
        raise ValueError(
            f"Vocabulary file {named(path)}, line {lines.index(b'') + 1}: the line is empty, "
            "expected one token a line"
        )
    tokens = parse(lines, path, is_text, encoding)
    if not tokens:
        raise ValueError(f"Vocabulary file {named(path)} is empty, expected one token a line.")
    if again := repeated(tokens):
        numbers = [i for i, token in enumerate(tokens, 1) if token == again[0]]
        raise ValueError(
            f"Vocabulary file {named(path)} holds tokens more than once: {shown(again)}; the "
            f"first of them in the lines {numbers[0]} and {numbers[1]}"
        )
    return tokens


def parse(lines: Sequence[bytes], path: str, is_text: bool, encoding: str) -> list[Any]:
    """The lines of a file as tokens.  Raises ValueError, which names the file and the line."""
    tokens: list[Any] = []
    for number, line in enumerate(lines, 1):
        try:
            text = strings.decode(line, encoding)
            tokens.append(line if is_text else _whole_number(text))
        except UnicodeDecodeError as error:
            raise ValueError(
                f"Vocabulary file {named(path)}, line {number}: its bytes are no {encoding} "
                f"({error.reason} at byte {error.start})"
            ) from None
        except ValueError:
            raise ValueError(
                f"Vocabulary file {named(path)}, line {number}: expected a whole number, "
                f"received {describe(text)}"
            ) from None
    return tokens


def named(path: str) -> str:
    """A path as a message names it: whole, since it says which file is meant."""
    return printable(repr(path))


def _whole_number(text: str) -> int:
    """Raises ValueError for what is no int64 in decimal digits: `int` reads "1_000", too."""
    if not re.fullmatch(r"\s*[+-]?[0-9]{1,19}\s*", text) or not -(2**63) <= int(text) < 2**63:
        raise ValueError(text)
    return int(text)


def _content(path: str) -> bytes:
    size = os.path.getsize(path)
    if size > MOST_BYTES:
        raise ValueError(
            f"Vocabulary file {named(path)} has {size:,} bytes, expected at most {MOST_BYTES:,}"
        )
    with open(path, "rb") as file:
        return file.read(MOST_BYTES + 1)


FILE = "vocabulary.txt"


def save_asset(folder: str, vocabulary: Sequence[Any]) -> None:
    """Write the file of a model's archive: one token a line, special tokens first.

    Raises ValueError if a token contains a line break: the file would hold other tokens.
    """
    lines = [token if isinstance(token, bytes) else str(token).encode() for token in vocabulary]
    broken = [line for line in lines if b"\n" in line or b"\r" in line]
    if broken:
        raise ValueError(
            "A vocabulary is saved as one token a line, and these tokens contain a line break: "
            f"{shown(broken)}. Pass it to the constructor: it is then saved in the config"
        )
    with open(os.path.join(folder, FILE), "wb") as file:
        file.write(b"\n".join(lines))


def load_asset(folder: str, is_text: bool, encoding: str) -> list[Any]:
    """Read what ``save_asset`` wrote, or Keras.

    Raises ValueError, which names the file and the line, for bytes that the encoding does not have
    and for lines that are no numbers.

    Parity: only line breaks end a line; Keras ends it at "\\x0b", "\\x85" and others, too, and so
    splits tokens in two that hold them.  It also loses the token "" if it is the last one.
    """
    path = os.path.join(folder, FILE)
    content = _content(path)
    lines = [line.removesuffix(b"\r") for line in content.split(b"\n")] if content else []
    return parse(lines, path, is_text, encoding)
