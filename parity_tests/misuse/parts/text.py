"""Bad input of lookups and text: vocabularies, their files, weights of tokens, data."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from parity_tests.misuse.model import Keras
from parity_tests.misuse.parts.rows import (
    ACCIDENT,
    NONSENSE,
    TENSORFLOWS,
    Call,
    Instead,
    Prepared,
    Row,
    Using,
    layer,
    used,
)

WORDS = np.array(["a", "b"])
NUMBERS = np.array([1, 2])
TABLE = np.ones((2, 3), "float32")
WAVES = np.linspace(-1, 1, 64, dtype="float32").reshape(2, 32)
GOOD: dict[str, Any] = {
    "StringLookup": ["a", "b"],
    "TextVectorization": ["a", "b"],
    "IntegerLookup": [1, 2],
}
DATA = {name: np.array(tokens) for name, tokens in GOOD.items()}

_ANY = (ValueError, ACCIDENT)
_NO_TABLE = (RuntimeError, TENSORFLOWS)
_NO_FILE = (ValueError, "Keras raises an error of TensorFlow without the line, or none")
_DTYPE = (
    TypeError,
    "Keras raises the error of a conversion of TensorFlow's, a ValueError or its own",
)


def _made(name: str, argument: str, value: Any) -> Call:
    return layer(name, **{argument: value})


def _vocabulary(
    name: str, value: Any, words: str, instead: Instead | None = None
) -> dict[str, Row]:
    """The vocabulary given to the layer, and set later, after which the old one is still there."""
    what = f"{name}, vocabulary={value!r}"
    return {
        what: Row(_made(name, "vocabulary", value), words, instead),
        f"{what}, set": Row(
            Using(
                lambda k: getattr(k.layers, name)(vocabulary=GOOD[name]),
                lambda x: x.set_vocabulary(value),
                lambda x: x(DATA[name]),
            ),
            words,
            instead,
        ),
    }


def _from_file(name: str, content: bytes | None) -> Call:
    def prepare(k: Keras, folder: Path) -> None:
        if content is not None:
            (folder / "words.txt").write_bytes(content)

    def act(k: Keras, folder: Path) -> Any:
        return getattr(k.layers, name)(vocabulary=str(folder / "words.txt"))(DATA[name])

    return Prepared(prepare, act)


def _weights(name: str, weights: Any) -> Call:
    return layer(name, vocabulary=GOOD[name], output_mode="tf_idf", idf_weights=weights)


def _called(name: str, wrong: Any, **options: Any) -> Using:
    return used(name, {"vocabulary": GOOD[name], **options}, wrong, DATA[name])


def _adapted(name: str, data: Any) -> Using:
    """``adapt`` with bad data, after which the layer learns from good data as a new one."""

    def learn(x: Any) -> Any:
        x.adapt(DATA[name])
        return x(DATA[name])

    return Using(lambda k: getattr(k.layers, name)(), lambda x: x.adapt(data), learn)


_LOOKUPS = ("StringLookup", "TextVectorization", "IntegerLookup")

ROWS: dict[str, Row] = {
    # vocabularies
    **{
        key: row
        for name in ("StringLookup", "TextVectorization")
        for value, words, instead in (
            (["a", "b", "a"], "vocabulary | ['a']", None),
            ([], "vocabulary", None),
            (["a", None], "None", None),
            ([1, 2], "strings | 1", None),
            (3, "vocabulary=3 | list", _ANY),
            ([["a"]], "vocabulary=[['a']] | one axis", _ANY),
            ({"a": 1}, "vocabulary={'a': 1} | list", _ANY),
            ("absent.txt", "'absent.txt' | exist", None),
        )
        for key, row in _vocabulary(name, value, words, instead).items()
    },
    **_vocabulary("TextVectorization", ["a", "", "b"], "mask | vocabulary"),
    **_vocabulary("IntegerLookup", [1, 2, 1], "vocabulary | [1]"),
    **_vocabulary("IntegerLookup", [], "vocabulary"),
    **_vocabulary("IntegerLookup", [[1]], "vocabulary=[[1]] | one axis", _ANY),
    **{
        f"{name} from a file with {what}": Row(_from_file(name, content), words, instead)
        for name in ("StringLookup", "TextVectorization")
        for what, content, words, instead in (
            ("a token twice", b"a\nb\na\n", "words.txt | 'a' | 1 and 3", _NO_FILE),
            ("nothing in it", b"", "words.txt | empty", _NO_FILE),
            ("an empty line", b"a\n\nb\n", "words.txt | line 2", None),
            ("bytes that are no text", b"\xff\xfe\x00\x01", "words.txt | line 1 | utf-8", _NO_FILE),
            ("text in UTF-16", "a\nb\n".encode("utf16"), "words.txt | line 1 | utf-8", _NO_FILE),
        )
    },
    **{
        f"{name} from no file": Row(_from_file(name, None), "words.txt | exist")
        for name in _LOOKUPS
    },
    "IntegerLookup from a file with a number twice": Row(
        _from_file("IntegerLookup", b"1\n2\n1\n"), "words.txt | [1] | 1 and 3", _NO_FILE
    ),
    "IntegerLookup from a file with text": Row(
        _from_file("IntegerLookup", b"1\na\n"), "words.txt | line 2 | 'a'"
    ),
    "IntegerLookup from a file with a fraction": Row(
        _from_file("IntegerLookup", b"1.5\n"), "words.txt | line 1 | 1.5"
    ),
    # weights of tokens
    **{
        f"{name}, idf_weights {what}": Row(_weights(name, weights), words)
        for name in _LOOKUPS
        for what, weights, words in (
            ("too long", [1.0, 2.0, 3.0], "idf_weights | 2 | 3"),
            ("too short", [1.0], "idf_weights | 2 | 1"),
            ("of rank 2", [[1.0, 2.0]], "idf_weights"),
            ("missing", None, "idf_weights"),
        )
    },
    **{
        f"{name}, idf_weights in another mode": Row(
            layer(name, vocabulary=GOOD[name], idf_weights=[1.0, 2.0]), "idf_weights | 'tf_idf'"
        )
        for name in _LOOKUPS
    },
    # arguments
    **{
        f"{name}, {argument}={value!r}": Row(_made(name, argument, value), words)
        for name in _LOOKUPS
        for argument, value, words in (
            ("max_tokens", 1, "max_tokens=1 | greater than 1"),
            ("output_mode", "x", "output_mode='x' | 'multi_hot'"),
            ("pad_to_max_tokens", True, "max_tokens"),
            ("color", 3, "color"),
        )
    },
    **{
        f"{name}, num_oov_indices={value!r}": Row(
            _made(name, "num_oov_indices", value), words, instead
        )
        for name in ("StringLookup", "IntegerLookup")
        for value, words, instead in (
            (-1, "num_oov_indices=-1 | at least 0", None),
            ("a", "num_oov_indices='a' | whole number", None),
            (1.5, "num_oov_indices=1.5 | whole number", (ValueError, NONSENSE)),
        )
    },
    "IntegerLookup, mask_token=3.5": Row(
        _made("IntegerLookup", "mask_token", 3.5), "mask_token | 3.5"
    ),
    "StringLookup, oov_method": Row(_made("StringLookup", "oov_method", "x"), "oov_method='x'"),
    "StringLookup, inverted counts": Row(
        layer("StringLookup", invert=True, output_mode="count"), "output_mode='count' | 'int'"
    ),
    "TextVectorization, standardize": Row(
        _made("TextVectorization", "standardize", "upper"), "standardize='upper' | 'lower'"
    ),
    "TextVectorization, split": Row(_made("TextVectorization", "split", "words"), "split='words'"),
    "TextVectorization, ngrams": Row(_made("TextVectorization", "ngrams", "two"), "ngrams='two'"),
    "TextVectorization, output_sequence_length": Row(
        _made("TextVectorization", "output_sequence_length", "a"), "output_sequence_length='a'"
    ),
    # calls
    **{
        f"{name} called before adapt": Row(
            lambda k, folder, name=name: getattr(k.layers, name)()(DATA[name]),
            "vocabulary | adapt",
            _NO_TABLE,
        )
        for name in _LOOKUPS
    },
    **{
        f"{name}.adapt of {what}": Row(_adapted(name, data), words, instead)
        for name in ("StringLookup", "TextVectorization")
        for what, data, words, instead in (
            ("None", None, "None", None),
            ("a number", 3, "strings | 3", None),
        )
    },
    **{
        f"{name}.adapt with a vocabulary": Row(
            Using(
                lambda k, name=name: getattr(k.layers, name)(vocabulary=GOOD[name]),
                lambda x, name=name: x.adapt(DATA[name]),
                lambda x, name=name: x(DATA[name]),
            ),
            "vocabulary",
        )
        for name in ("StringLookup", "IntegerLookup")
    },
    "StringLookup of whole numbers": Row(
        _called("StringLookup", NUMBERS), "strings | int64", _DTYPE
    ),
    "StringLookup of an unknown word": Row(
        _called("StringLookup", np.array(["z"]), num_oov_indices=0), "z | num_oov_indices=0"
    ),
    "IntegerLookup of text": Row(_called("IntegerLookup", WORDS), "whole numbers | <U1", _DTYPE),
    "TextVectorization of whole numbers": Row(
        _called("TextVectorization", NUMBERS), "strings | int64", _DTYPE
    ),
    "TextVectorization of two columns": Row(
        _called("TextVectorization", np.array([["a", "b"]])), "rank | (1, 2)"
    ),
}
