"""CategoryEncoding, Discretization, Hashing and HashedCrossing against Keras, bit for bit."""

from __future__ import annotations

from typing import Any

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given
from hypothesis.extra import numpy as arrays

import minikeras
from parity_tests.checks.compare import both, check_misuse
from parity_tests.checks.data_layer import check_data_layer, check_files, make

SHAPES = st.sampled_from([(), (3,), (2, 1), (2, 3), (2, 2, 3)])
WORDS = st.sampled_from(["", "a", "b", "Élan", "a much longer category than that", "x" * 70])


def integers(shapes: Any = SHAPES, low: int = 0, high: int = 6) -> Any:
    return shapes.flatmap(
        lambda shape: arrays.arrays("int64", shape, elements=st.integers(low, high))
    )


def words(shapes: Any = SHAPES) -> Any:
    return shapes.flatmap(lambda shape: arrays.arrays(object, shape, elements=WORDS)).map(
        lambda x: x.astype(str)
    )


@given(
    integers(),
    st.sampled_from(["multi_hot", "binary", "one_hot", "count"]),
    st.sampled_from(["int32", "int64", "float32"]),
    st.sampled_from([None, "float64", "int32", "mixed_float16"]),
)
def test_category_encoding(x: Any, mode: str, given_as: str, dtype: Any) -> None:
    config = {"num_tokens": 5, "output_mode": mode, "dtype": dtype}
    if given_as == "float32" and x.ndim == 0:
        return
    check_data_layer("CategoryEncoding", config, x.astype(given_as))


@given(integers(st.sampled_from([(3,), (2, 3), (2, 2, 3)])), st.integers(0, 9))
def test_weights_of_counts(x: Any, seed: int) -> None:
    weights = np.random.default_rng(seed).normal(size=x.shape).astype("float32")
    layers = both(lambda k: k.layers.CategoryEncoding(7, "count"))
    ours, theirs = (np.asarray(layer(x, count_weights=weights)) for layer in layers)
    if x.ndim < 3:
        np.testing.assert_array_equal(ours, theirs)
    else:  # a sum in TensorFlow's order
        np.testing.assert_allclose(ours, theirs, rtol=0, atol=1e-6)


NUMBERS = st.floats(-4, 4, width=32) | st.sampled_from([0.0, -0.0, 1.0, np.nan, np.inf, -np.inf])


@given(
    SHAPES.flatmap(lambda shape: arrays.arrays("float32", shape, elements=NUMBERS)),
    st.sampled_from(["int", "one_hot", "multi_hot", "count"]),
    st.sampled_from([[0.0, 1.0], [0, 1], [0.1], [-1.0, 0.3, 0.3, 2.0]]),
    st.sampled_from([None, "float64", "int64"]),
)
def test_discretization(x: Any, mode: str, boundaries: Any, dtype: Any) -> None:
    if x.ndim == 0 and dtype is not None:
        return
    config = {"bin_boundaries": boundaries, "output_mode": mode, "dtype": dtype}
    check_data_layer("Discretization", config, x)


@given(
    st.integers(1, 300),
    st.integers(0, 99),
    st.integers(1, 9),
    st.sampled_from([0.01, 0.1, 0.3]),
    st.sampled_from(["array", "batches", "rows"]),
)
def test_adapted_discretization(size: int, seed: int, bins: int, epsilon: float, kind: str) -> None:
    data: Any = np.random.default_rng(seed).normal(size=size).astype("float32").round(2)
    if kind == "batches":
        data = [data[start : start + 40] for start in range(0, size, 40)]
    elif kind == "rows":
        data = data.reshape(-1, 1)
    config = {"num_bins": bins, "epsilon": epsilon}
    ours, theirs = check_data_layer("Discretization", config, np.float32([[-1, 0, 1]]), data)
    np.testing.assert_array_equal(ours.summary, theirs.summary)


@given(
    words() | integers(low=-(2**40), high=2**40),
    st.sampled_from(["int", "one_hot", "multi_hot", "count"]),
    st.sampled_from([1, 2, 7, 1000]),
    st.sampled_from([None, 3, (5, -6)]),
    st.booleans(),
)
def test_hashing(x: Any, mode: str, bins: int, salt: Any, masked: bool) -> None:
    if mode == "one_hot" and x.ndim == 0:
        return  # Keras raises an IndexError
    config: dict[str, Any] = {"num_bins": bins, "output_mode": mode, "salt": salt}
    if masked:
        config["mask_value"] = "a" if x.dtype.kind == "U" else 3
    check_data_layer("Hashing", config, x)


PAIRS = st.sampled_from([(), (3,), (2, 1)]).flatmap(
    lambda shape: st.tuples(*[words(st.just(shape)) | integers(st.just(shape), -5, 5)] * 2)
)


@given(PAIRS, st.sampled_from([2, 7, 2**40]), st.sampled_from(["int", "one_hot"]))
def test_hashed_crossing(x: Any, bins: int, mode: str) -> None:
    if mode == "one_hot" and bins > 100:
        return
    check_data_layer("HashedCrossing", {"num_bins": bins, "output_mode": mode}, x)


def test_three_crossed() -> None:
    x = [np.array(["a", "b"]), np.array([1, 2]), np.array(["", "c"])]
    ours, theirs = (
        np.asarray(layer(x)) for layer in both(lambda k: k.layers.HashedCrossing(2**40))
    )
    np.testing.assert_array_equal(ours, theirs)


@pytest.mark.parametrize(
    ("name", "config", "x", "data"),
    [
        ("CategoryEncoding", {"num_tokens": 4, "output_mode": "count"}, [[1, 1, 3]], None),
        ("Discretization", {"bin_boundaries": [0.0, 2.0]}, [[1.0, 3.0]], None),
        ("Discretization", {"num_bins": 3}, [[1.0, 3.0]], np.arange(9.0)),
        ("Hashing", {"num_bins": 7, "salt": 4}, [["a", "b"]], None),
        ("Hashing", {"num_bins": 7, "output_mode": "count"}, [[1, 2]], None),
    ],
)
def test_files(name: str, config: Any, x: Any, data: Any) -> None:
    x = np.array(x)
    check_files(name, config, x.astype("float32") if x.dtype.kind == "f" else x, data)


def test_python_numbers_and_lists() -> None:
    for name, config, x in (
        ("CategoryEncoding", {"num_tokens": 4}, [[1, 1], [3, 0]]),
        ("CategoryEncoding", {"num_tokens": 4}, 3),
        ("Discretization", {"bin_boundaries": [0.0]}, [0.5, -1.0]),
        ("Hashing", {"num_bins": 9}, [["a"], ["b"]]),
        ("Hashing", {"num_bins": 9}, [True, False]),
        ("Hashing", {"num_bins": 9}, [1.5, -2.7]),
        ("Hashing", {"num_bins": 9}, "x"),
        ("HashedCrossing", {"num_bins": 9}, ("x", 1)),
    ):
        ours, theirs = both(lambda k, name=name, config=config: make(k, name, config))
        np.testing.assert_array_equal(np.asarray(ours(x)), np.asarray(theirs(x)))


WRONG = [
    ("CategoryEncoding", {}, "num_tokens"),
    ("CategoryEncoding", {"num_tokens": 0}, "num_tokens=0"),
    ("CategoryEncoding", {"num_tokens": 3, "output_mode": "int"}, "int"),
    ("Discretization", {}, "num_bins=None"),
    ("Discretization", {"num_bins": 3, "bin_boundaries": [1.0]}, "num_bins=3"),
    ("Discretization", {"num_bins": -1}, "num_bins=-1"),
    ("Discretization", {"num_bins": 3, "output_mode": "tf_idf"}, "tf_idf"),
    ("Discretization", {"num_bins": 3, "sparse": True}, "sparse=True"),
    ("Hashing", {"num_bins": 0}, "num_bins=0"),
    ("Hashing", {"num_bins": 3, "salt": "a"}, "salt"),
    ("Hashing", {"num_bins": 3, "salt": [1, 2, 3]}, "salt="),
    ("Hashing", {"num_bins": 3, "output_mode": "mean"}, "mean"),
    ("Hashing", {"num_bins": 3, "dtype": "float32"}, "float32"),
    ("Hashing", {"num_bins": 3, "sparse": True}, "sparse=True"),
    ("HashedCrossing", {"num_bins": 3, "output_mode": "count"}, "count"),
]


@pytest.mark.parametrize(("name", "config", "named"), WRONG)
def test_wrong_arguments(name: str, config: Any, named: str) -> None:
    check_misuse(ValueError, lambda k: getattr(k.layers, name)(**config), named)


def _crossed(*shapes: Any, dtype: str = "int64") -> Any:
    return [np.zeros(shape, dtype) for shape in shapes]


@pytest.mark.parametrize(
    ("name", "config", "x", "named"),
    [
        ("CategoryEncoding", {"num_tokens": 3}, np.array([[1, -1]]), "-1"),
        ("Discretization", {"num_bins": 3}, np.float32([1.0]), "adapt"),
        ("Discretization", {"bin_boundaries": [1.0, 0.0]}, np.float32([1.0]), "bin_boundaries"),
        ("Hashing", {"num_bins": 3, "mask_value": "a"}, np.array([1]), "mask_value"),
        ("Hashing", {"num_bins": 3}, np.array(["a", None], object), "None"),
        ("HashedCrossing", {"num_bins": 3}, np.array([1]), "two"),
        ("HashedCrossing", {"num_bins": 3}, _crossed((2, 2), (2, 2)), "shape"),
        ("HashedCrossing", {"num_bins": 3}, _crossed(2, 3), "equal shape"),
        ("HashedCrossing", {"num_bins": 3}, _crossed(2, 2, dtype="float32"), "integer"),
    ],
)
def test_wrong_inputs(name: str, config: Any, x: Any, named: str) -> None:
    error = TypeError if named == "mask_value" else ValueError
    check_misuse(error, lambda k: getattr(k.layers, name)(**config)(x), named)


def test_sparse_is_refused() -> None:
    for name, config in (
        ("CategoryEncoding", {"num_tokens": 3}),
        ("HashedCrossing", {"num_bins": 3, "output_mode": "one_hot"}),
    ):
        with pytest.raises(ValueError, match="sparse=True"):
            getattr(minikeras.layers, name)(**config, sparse=True)
