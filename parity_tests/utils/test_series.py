"""Padded sequences, windows of time series, and data sets in two parts."""

from __future__ import annotations

import random
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given
from hypothesis import strategies as st

import minikeras
from minikeras import utils
from minikeras.data.dataset import Dataset
from parity_tests.data.test_dataset import X, compare, process_seed


def outcome(function: Any, *arguments: Any, **options: Any) -> Any:
    try:
        return function(*arguments, **options)
    except (ValueError, TypeError) as error:
        return type(error)


sequences = st.one_of(
    st.lists(st.lists(st.integers(0, 9), max_size=6), max_size=4),
    st.lists(st.lists(st.lists(st.floats(0, 9), min_size=2, max_size=2), max_size=4), max_size=4),
    st.lists(st.integers(1, 5).map(lambda n: np.arange(n) / 2), max_size=4),
    st.lists(st.lists(st.sampled_from(["a", "bc"]), max_size=4), max_size=4),
    st.sampled_from([[1, 2], 3, [[1, 2], 3], [[[1]], [[1, 2]]], [[1], [[2]]]]),
)


@given(
    sequences=sequences,
    maxlen=st.sampled_from([None, 1, 3, 8]),
    dtype=st.sampled_from(["int32", "float32", "<U3", object]),
    padding=st.sampled_from(["pre", "post"]),
    truncating=st.sampled_from(["pre", "post"]),
    value=st.sampled_from([0.0, 7, -1.5, "x"]),
)
def test_pad_sequences(sequences: Any, **options: Any) -> None:
    theirs, ours = (
        outcome(library.utils.pad_sequences, sequences, **options) for library in (keras, minikeras)
    )
    if isinstance(theirs, type):
        assert ours is theirs
    else:
        np.testing.assert_array_equal(ours, theirs, strict=True)


@given(
    length=st.sampled_from([12, 20, 30]),
    kind=st.sampled_from(["vector", "matrix", "list"]),
    targets=st.sampled_from([None, "same", "shorter"]),
    sequence_length=st.integers(1, 5),
    sequence_stride=st.integers(1, 4),
    sampling_rate=st.integers(1, 3),
    batch_size=st.sampled_from([None, 2, 128]),
    shuffle=st.booleans(),
    start_index=st.sampled_from([None, 0, 3]),
    end_index=st.sampled_from([None, 10, 11, 40]),
)
def test_timeseries(length: int, kind: str, targets: Any, **options: Any) -> None:
    data: Any = np.arange(length * 2, dtype="float32").reshape(length, 2) / 4
    data = {"vector": data[:, 0], "matrix": data, "list": data[:, 0].tolist()}[kind]
    wanted = None if targets is None else np.arange(length - (targets == "shorter") * 4)
    options["seed"] = 5
    with process_seed(None):
        theirs, ours = (
            outcome(library.utils.timeseries_dataset_from_array, data, wanted, **options)
            for library in (keras, minikeras)
        )
        if isinstance(theirs, type) or isinstance(ours, type):
            assert ours is theirs
            return
        try:
            list(theirs)
        except tf.errors.InvalidArgumentError:  # targets end before the windows do
            with pytest.raises(ValueError, match="targets has no element"):
                list(ours)
            return
        list(ours)
        compare(ours, theirs, passes=1)


SIZES = st.sampled_from([None, None, 0, 3, 7, 12, 0.25, 0.8, 1.5, "3", 0.01])


@given(
    kind=st.sampled_from(["array", "tuple", "list", "dataset", "batches", "dicts", "lengths"]),
    left_size=SIZES,
    right_size=SIZES,
    shuffle=st.booleans(),
    seed=st.sampled_from([None, 3]),
)
def test_split_dataset(kind: str, seed: int | None, **options: Any) -> None:
    y = np.arange(12)
    results: list[Any] = []
    for library, cls in ((keras, tf.data.Dataset), (minikeras, Dataset)):
        data = {
            "array": X,
            "tuple": (X, y),
            "list": [X, y],
            "dataset": cls.from_tensor_slices((X, y)),
            "batches": cls.from_tensor_slices(X).batch(5),
            "dicts": cls.from_tensor_slices({"x": X, "y": y}),
            "lengths": [X, y[:3]],
        }[kind]
        random.seed(1)
        found = outcome(library.utils.split_dataset, data, seed=seed, **options)
        results.append((found, random.random()))
    (theirs, after), (ours, our_after) = results
    if isinstance(theirs, type):
        assert ours is theirs
        return
    assert our_after == after
    for one, other in zip(ours, theirs):
        compare(one, other, passes=1)


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (lambda: utils.pad_sequences([[1]], padding="left"), ValueError, "padding='left'"),
        (lambda: utils.pad_sequences([[1]], truncating=3), ValueError, "truncating=3"),
        (lambda: utils.pad_sequences([1]), ValueError, r"sequences=\[1\]; expected a list of"),
        (lambda: utils.pad_sequences([]), ValueError, "pass maxlen"),
        (lambda: utils.pad_sequences([[1]], value="x"), ValueError, "pass dtype=object"),
        (
            lambda: utils.pad_sequences([[[1, 2]], [[3]]]),
            ValueError,
            r"elements of sequences\[1\] have the shape \(1,\)",
        ),
        (lambda: utils.split_dataset("x", 0.5), TypeError, "dataset='x'"),
        (lambda: utils.split_dataset([X, 3], 0.5), ValueError, "expected arrays in it"),
        (lambda: utils.split_dataset([X, X[:2]], 0.5), ValueError, r"the lengths \[12, 2\]"),
        (lambda: utils.split_dataset(X), ValueError, "pass at least one of them"),
        (lambda: utils.split_dataset(X, 20), ValueError, r"left_size=20; expected an int in \[1,"),
        (lambda: utils.split_dataset(X, 0.7, 0.7), ValueError, "more than 1 together"),
        (lambda: utils.split_dataset(X, 8, 8), ValueError, "more than 12 samples"),
        (lambda: utils.split_dataset(X, 0.01), ValueError, "leave a part empty"),
        (lambda: utils.split_dataset(X[:0], 1), ValueError, "has no samples"),
        (
            lambda: utils.timeseries_dataset_from_array(X, None, 2, start_index=12),
            ValueError,
            r"start_index=12; expected one in \[0, 12\)",
        ),
        (
            lambda: utils.timeseries_dataset_from_array(X, None, 2, start_index=4, end_index=3),
            ValueError,
            r"end_index=3; expected one in \[5, 12\)",
        ),
        (
            lambda: utils.timeseries_dataset_from_array(X, None, 2, sampling_rate=0),
            ValueError,
            "sampling_rate=0",
        ),
        (
            lambda: utils.timeseries_dataset_from_array(X, None, 2, format="grain"),
            NotImplementedError,
            "format='grain'",
        ),
    ],
)
def test_bad_input(call: Any, error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        call()
