"""Embedding, Identity, Masking, Lambda and Input against Keras."""

from __future__ import annotations

from typing import Any

import hypothesis.strategies as st
import keras
import numpy as np
import pytest
from hypothesis import given

import minikeras
from parity_tests.checks.compare import assert_close, both, check_misuse
from parity_tests.checks.layer import check_layer
from parity_tests.drawing import numbers, options, ranks, sizes

row = np.ones((2, 3), "float32")
embeddings = options(
    mask_zero=st.booleans(),
    embeddings_initializer=st.sampled_from(["glorot_normal", "ones"]),
    embeddings_regularizer=st.just("l2"),
)


@given(embeddings, sizes, st.sampled_from(["int32", "int64", "uint8", "float32"]), st.data())
def test_embedding(config: Any, rows: int, dtype: str, data: Any) -> None:
    shape = data.draw(st.lists(sizes, min_size=1, max_size=3))
    x = np.random.default_rng(rows).integers(0, rows, shape).astype(dtype)
    check_layer("Embedding", {"input_dim": rows, "output_dim": 3, **config}, x)


def test_embedding_of_given_vectors() -> None:
    table = np.arange(6, dtype="float32").reshape(3, 2)
    ours, theirs = both(lambda k: k.layers.Embedding(3, 2, weights=[table]))
    x = np.array([[2, -1], [0, 1]])
    assert_close(ours(x), theirs(x), "rows", ulp=0)


@given(numbers(ranks(1, 4)))
def test_identity(x: Any) -> None:
    check_layer("Identity", {}, x)


@given(numbers((3, 4, 1)), st.sampled_from([0.0, 0.5, -1]))
def test_masking(x: Any, mask_value: float) -> None:
    check_layer("Masking", {"mask_value": mask_value}, np.concatenate([x, x], -1))


def halved(x: Any, mask: Any = None, by: float = 2.0) -> Any:
    return x / by


@given(numbers(ranks(1, 3)), st.sampled_from([None, {"by": 4.0}]))
def test_lambda(x: Any, arguments: Any) -> None:
    ours, theirs = both(lambda k: k.layers.Lambda(halved, arguments=arguments, name="subject"))
    assert_close(ours(x), theirs(x), "output")
    shape = (None, *x.shape[1:])
    assert ours(minikeras.KerasTensor(shape)).shape == shape
    assert ours.compute_output_shape(shape) == theirs.compute_output_shape(shape)
    assert ours.get_config() == theirs.get_config()


def test_a_lambda_comes_back_only_if_trusted() -> None:
    layer = minikeras.layers.Lambda(lambda x: x + 1)
    with pytest.warns(UserWarning):
        config = layer.get_config()
    with pytest.raises(ValueError):
        minikeras.layers.Lambda.from_config(config)
    again = minikeras.layers.Lambda.from_config(config, safe_mode=False)
    assert_close(again(row), row + 1, "output")


@pytest.mark.parametrize(
    "config",
    [
        {"shape": (3,)},
        {"shape": (None, 3), "batch_size": 2, "dtype": "int32"},
        {"batch_shape": (2, 3), "name": "digits"},
        {"shape": (), "optional": True},
    ],
)
def test_input(config: Any) -> None:
    ours, theirs = both(lambda k: k.Input(**config))
    assert (ours.shape, ours.dtype) == (theirs.shape, theirs.dtype)
    a, b = ours._keras_history.operation, theirs._keras_history.operation
    named = {} if "name" in config else {"name": None}
    assert a.get_config() | named == b.get_config() | named
    assert a.built and a.output is ours and a.variables == []
    assert (ours.name == "digits") == (theirs.name == "digits") == ("name" in config)


def test_an_input_of_a_tensor() -> None:
    ours, theirs = both(lambda k: k.Input(tensor=k.KerasTensor((2, 3), "int32", name="t")))
    assert (ours.shape, ours.dtype, ours.name) == (theirs.shape, theirs.dtype, theirs.name)


@pytest.mark.parametrize(
    ("error", "use", "match"),
    [
        (ValueError, lambda k: k.layers.Dense(0), "units"),
        (ValueError, lambda k: k.layers.Dense(2.5), "units"),
        (ValueError, lambda k: k.layers.Dense(2, activation="no_such"), "no_such"),
        (ValueError, lambda k: k.layers.Dense(2, kernel_initializer="no_such"), "no_such"),
        (ValueError, lambda k: k.layers.Dense(2, colour="red"), "colour"),
        (ValueError, lambda k: k.layers.Dense(2)(row[0]), "min_ndim=2"),
        (ValueError, lambda k: k.layers.Dense(2, name="a/b"), "a/b"),
        (ValueError, lambda k: k.layers.Embedding(0, 2), "input_dim"),
        (ValueError, lambda k: k.layers.Embedding(3, 2.0), "output_dim"),
        (ValueError, lambda k: k.layers.Embedding(3, 2)(np.array([[3]])), "input_dim=3"),
        (ValueError, lambda k: k.layers.Embedding(3, 2, weights=[row[:2, :2]]), "shape"),
        (ValueError, lambda k: k.Input(), "shape"),
        (ValueError, lambda k: k.Input((3,), batch_shape=(2, 3)), "batch_shape"),
        (ValueError, lambda k: k.Input(batch_shape=(2, 3), batch_size=2), "batch_size"),
        (ValueError, lambda k: k.Input(3), "3"),
        (ValueError, lambda k: k.Input((-3,)), "negative"),
        (ValueError, lambda k: k.Input((3,), dtype="no_such"), "no_such"),
        (ValueError, lambda k: k.Input(tensor=row), "KerasTensor"),
        (ValueError, lambda k: k.Input(tensor=k.KerasTensor((2, 3)), batch_size=4), "batch_size"),
        (TypeError, lambda k: k.layers.Lambda(3), None),
    ],
)
def test_misuse(error: Any, use: Any, match: str | None) -> None:
    check_misuse(error, use, match)


def test_input_sizes_are_remembered() -> None:
    for library in (minikeras, keras):
        layer = library.layers.Dense(2)
        layer(row)
        with pytest.raises(ValueError):
            layer(row[:, :2])


def test_training_is_only_handed_to_those_who_take_it() -> None:
    ours, theirs = both(lambda k: k.layers.Identity()(row, training=True))
    assert_close(ours, theirs, "output")
