"""Reshaping, cropping, padding and upsampling layers against Keras."""

from __future__ import annotations

import math
from typing import Any

import hypothesis.strategies as st
import keras
import numpy as np
import pytest
from hypothesis import given

import minikeras.layers
from parity_tests.checks.layer import check_layer
from parity_tests.drawing import numbers, ranks

formats = st.sampled_from(["channels_last", "channels_first"])
few = st.integers(0, 2)


@given(numbers(ranks(1, 5)), formats)
def test_flatten(x: Any, data_format: str) -> None:
    check_layer("Flatten", {"data_format": data_format}, x)


@given(numbers(ranks(2, 4)), st.data())
def test_reshape(x: Any, data: Any) -> None:
    rest = math.prod(x.shape[1:])
    divisors = [n for n in range(1, rest + 1) if rest % n == 0]
    first = data.draw(st.sampled_from(divisors))
    target = data.draw(st.sampled_from([(first, rest // first), (first, -1), (-1,), (rest, 1)]))
    check_layer("Reshape", {"target_shape": target}, x)


@given(numbers(ranks(2, 5)), st.data())
def test_permute(x: Any, data: Any) -> None:
    dims = data.draw(st.permutations(range(1, x.ndim)))
    check_layer("Permute", {"dims": tuple(dims)}, x)


@given(numbers(ranks(2, 2)), st.integers(1, 4))
def test_repeat_vector(x: Any, n: int) -> None:
    check_layer("RepeatVector", {"n": n}, x)


def margins(rank: int) -> Any:
    pair = st.tuples(few, few)
    if rank == 1:
        return st.one_of(few, pair)
    return st.one_of(few, st.tuples(*[few] * rank), st.tuples(*[pair] * rank))


@given(numbers(ranks(3, 5)), formats, st.data())
def test_zero_padding(x: Any, data_format: str, data: Any) -> None:
    rank = x.ndim - 2
    config = {"padding": data.draw(margins(rank)), "data_format": data_format}
    check_layer(f"ZeroPadding{rank}D", config, x)


@given(st.integers(1, 3), formats, st.data())
def test_cropping(rank: int, data_format: str, data: Any) -> None:
    x = data.draw(numbers((2, *data.draw(st.tuples(*[st.integers(5, 6)] * (rank + 1))))))
    config = {"cropping": data.draw(margins(rank))}
    if rank > 1:
        config["data_format"] = data_format
    check_layer(f"Cropping{rank}D", config, x)


@given(numbers(ranks(3, 5)), formats, st.integers(1, 3))
def test_up_sampling(x: Any, data_format: str, size: int) -> None:
    rank = x.ndim - 2
    config = {"size": size} if rank == 1 else {"size": size, "data_format": data_format}
    check_layer(f"UpSampling{rank}D", config, x)


@pytest.mark.parametrize("interpolation", ["bilinear", "bicubic", "lanczos3", "lanczos5"])
@given(numbers(ranks(4, 4)), formats, st.tuples(st.integers(1, 3), st.integers(1, 3)))
def test_interpolated_up_sampling(interpolation: str, x: Any, data_format: str, size: Any) -> None:
    config = {"size": size, "data_format": data_format, "interpolation": interpolation}
    check_layer("UpSampling2D", config, x)


@pytest.mark.parametrize(
    ("error", "name", "config"),
    [
        (ValueError, "Reshape", {"target_shape": (-1, -1)}),
        (ValueError, "Reshape", {"target_shape": (2, -2)}),
        (TypeError, "Reshape", {"target_shape": 3}),
        (ValueError, "Permute", {"dims": (1, 3)}),
        (ValueError, "Permute", {"dims": (0, 1)}),
        (TypeError, "Permute", {"dims": 3}),
        (TypeError, "RepeatVector", {"n": 2.0}),
        (ValueError, "RepeatVector", {"n": 0}),
        (ValueError, "ZeroPadding2D", {"padding": (1,)}),
        (ValueError, "ZeroPadding2D", {"padding": (1, 2, 3)}),
        (ValueError, "ZeroPadding2D", {"padding": "a"}),
        (ValueError, "ZeroPadding2D", {"padding": 1.5}),
        (ValueError, "ZeroPadding2D", {"padding": ((1, 2), (3,))}),
        (ValueError, "ZeroPadding1D", {"padding": (1, 2, 3)}),
        (ValueError, "ZeroPadding1D", {"padding": -1}),
        (ValueError, "Cropping2D", {"cropping": -1}),
        (ValueError, "Cropping2D", {"cropping": (1, 2, 3)}),
        (ValueError, "Cropping1D", {"cropping": 2.5}),
        (ValueError, "UpSampling2D", {"size": 0}),
        (TypeError, "UpSampling1D", {"size": 2.0}),
        (ValueError, "UpSampling1D", {"size": 0}),
        (ValueError, "UpSampling3D", {"size": (1, 2)}),
        (ValueError, "Flatten", {"data_format": "NHWC"}),
    ],
)
def test_misuse_of_the_constructor(error: Any, name: str, config: Any) -> None:
    for library in (minikeras.layers, keras.layers):
        with pytest.raises(error):
            getattr(library, name)(**config)


image = np.ones((2, 4, 4, 3), "float32")


@pytest.mark.parametrize(
    ("name", "config", "x"),
    [
        ("Flatten", {}, np.float32(1)),
        ("Reshape", {"target_shape": (5,)}, image),
        ("Reshape", {"target_shape": (5, -1)}, image),
        ("Permute", {"dims": (2, 1)}, image),
        ("RepeatVector", {"n": 2}, image),
        ("ZeroPadding2D", {}, image[0]),
        ("Cropping2D", {"cropping": 2}, image),
        ("Cropping1D", {"cropping": 2}, image[0]),
        ("UpSampling2D", {}, image[0]),
        ("UpSampling2D", {"interpolation": "no_such"}, image),
    ],
)
def test_misuse_of_the_call(name: str, config: Any, x: Any) -> None:
    for library in (minikeras.layers, keras.layers):
        with pytest.raises(ValueError):
            getattr(library, name)(**config)(x)
