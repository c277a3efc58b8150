"""Pickles of data sets are read without running them."""

from __future__ import annotations

import contextlib
import os
import pickle
import random
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from minikeras.datasets import pickles
from minikeras.datasets.pickles import PickleError
from parity_tests.datasets.pickle_files import PROTOCOL_2, batch, python2
from parity_tests.saving.watching import watched

plain = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats()
    | st.text()
    | st.binary(),
    lambda inner: (
        st.lists(inner) | st.dictionaries(st.text(), inner) | st.lists(inner, max_size=4).map(tuple)
    ),
    max_leaves=20,
)


@given(value=plain, protocol=st.integers(3, 5))
def test_plain_values(value: Any, protocol: int) -> None:
    """As Python reads them; NaN included, whence the comparison as text."""
    data = pickle.dumps(value, protocol)
    assert repr(pickles.loads(data, "x")) == repr(pickle.loads(data))


@given(
    shape=st.lists(st.integers(0, 4), max_size=3).map(tuple),
    dtype=st.sampled_from(["u1", "<i8", ">i2", "f4", ">f8", "?", "f2", "O"]),
    order=st.sampled_from("CF"),
    protocol=st.integers(3, 4),
)
def test_arrays(shape: tuple[int, ...], dtype: str, order: Any, protocol: int) -> None:
    array = np.asarray(np.arange(np.prod(shape)).reshape(shape), dtype=dtype, order=order)
    twice = [array, {"x": array}]
    read: Any = pickles.loads(pickle.dumps(twice, protocol), "x")
    expected: Any = pickle.loads(pickle.dumps(twice, protocol))
    np.testing.assert_array_equal(read[0], expected[0], strict=True)
    assert read[0].dtype == expected[0].dtype and read[0].flags.writeable
    assert read[1]["x"] is read[0]
    assert not array.size or read[0].strides == expected[0].strides


def test_long_lists() -> None:
    rng = random.Random(0)
    texts = [rng.choices([1, 300, 70_000, -5], k=length) for length in range(0, 9000, 30)]
    data = pickle.dumps(np.array(texts, dtype=object), 4)
    assert pickles.loads(data, "x").tolist() == texts


def test_strings_of_python_2() -> None:
    images = np.arange(2 * 3072, dtype="uint8").reshape(2, 3072)
    data = batch(images, {"labels": [3, 4]})
    theirs = pickle.loads(data, encoding="bytes")
    ours = pickles.loads(data, "x", encoding="bytes")
    assert list(ours) == list(theirs)
    np.testing.assert_array_equal(ours[b"data"], theirs[b"data"], strict=True)
    assert pickles.loads(PROTOCOL_2 + python2("ab") + b".", "x") == "ab"


class Harm:
    def __init__(self, function: Any, *arguments: Any) -> None:
        self.reduced = function, arguments

    def __reduce__(self) -> Any:
        return self.reduced


ARRAY = pickle.dumps(np.zeros(3, "u1"), 3)
HOSTILE: dict[str, tuple[bytes, str]] = {
    "system": (pickle.dumps(Harm(os.system, "touch harm")), "posix.system"),
    "eval": (pickle.dumps(Harm(eval, "1")), "builtins.eval"),
    "in a list": (pickle.dumps([1, Harm(os.system, "touch harm")]), "posix.system"),
    "load": (pickle.dumps(Harm(np.load, "x")), "numpy.load"),
    "scalar": (pickle.dumps(np.float32(1)), "scalar"),
    "text instructions": (pickle.dumps([1.5], 0), r"the instruction b'l'|b'p'|b'F'"),
    "old class": (b"(ios\nsystem\n.", "instruction b'i'"),
    "instance": (b"\x80\x02)\x81.", r"instruction b'.+x81'"),
    "persistent": (b"Px\n.", "instruction b'P'"),
    "extension": (b"\x80\x02\x82\x01.", "instruction"),
    "call of an array": (b"\x80\x02cnumpy\nndarray\n(K\x03tR.", "a call of something else"),
    "a name alone": (b"\x80\x02cnumpy\nndarray\n.", "does not end with one value"),
    "unfinished": (b"\x80\x02cnumpy\ndtype\n(U\x02u1K\x00K\x01tR.", "does not end with one value"),
    "dtype with fields": (
        b"\x80\x02cnumpy\ndtype\n(U\x02V8K\x00K\x01tR(K\x03U\x01|NNNJ\xff\xff\xff\xff"
        b"J\xff\xff\xff\xffK\x00tb.",
        "the dtype 'V8'",
    ),
    "huge memo": (b"\x80\x02Nr\xff\xff\xff\x7f0.", "instruction b'0'"),
    "huge string": (b"\x80\x04\x8e" + b"\xff" * 7 + b"\x7fx.", "bytes where 2 are left"),
    "negative string": (b"\x80\x02T\xff\xff\xff\xffx.", "bytes where 2 are left"),
    "huge array": (ARRAY.replace(b"K\x03\x85q", b"J\xff\xff\xff\x7f\x85q"), "does not have the"),
    "negative array": (ARRAY.replace(b"K\x03\x85q", b"J\xff\xff\xff\xff\x85q"), "has the shape"),
    "no array's state": (b"\x80\x02](K\x01tb.", "a state of"),
    "nothing": (b"", "is damaged"),
    "no end": (b"\x80\x02]", "is damaged"),
    "cut integer": (b"\x80\x02M\x01", "is cut off"),
    "no mark": (b"\x80\x02]e.", "is damaged"),
    "below the mark": (b"\x80\x02](a.", "is damaged"),
    "no such memory": (b"\x80\x02h\x07.", "is damaged"),
    "two values": (b"\x80\x02NN.", "does not end with one value"),
    "unhashable key": (b"\x80\x02}]Ns.", "is damaged"),
    "elements of a dict": (b"\x80\x02}Na.", "expected those of a list"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_harm_is_refused(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    data, words = HOSTILE[name]
    with watched(tmp_path) as watch, pytest.raises(PickleError, match=words) as caught:
        pickles.loads(data, "file.npz: x")
    assert isinstance(caught.value, pickle.UnpicklingError)  # what Keras raises
    assert str(caught.value).startswith("file.npz: x: ")
    assert not watch.found and watch.seconds < 1 and watch.megabytes < 50
    assert not os.listdir(tmp_path)


@pytest.mark.parametrize(
    "data",
    [
        ARRAY,
        pickle.dumps(np.array([[1], [2, 300]], dtype=object), 4),
        batch(np.zeros((1, 4), "u1"), {"labels": [1]}),
    ],
)
def test_mutations(data: bytes, tmp_path: Path) -> None:
    rng = random.Random(0)
    with watched(tmp_path) as watch:
        for _ in range(3000):
            changed = bytearray(data)
            for _ in range(rng.randint(1, 3)):
                changed[rng.randrange(len(data))] = rng.randrange(256)
            with contextlib.suppress(PickleError):
                pickles.loads(bytes(changed), "x")
    assert not watch.found and watch.megabytes < 100
