"""Images resized with interpolation: TensorFlow's bits, and the reference up to rounding."""

from __future__ import annotations

from typing import Any

import hypothesis.strategies as st
import numpy as np
import pytest
import tensorflow as tf
from hypothesis import assume, given

from minikeras.kernels import resize
from minikeras.ops.primitives.resize import (
    covered_means,
    interpolate,
    interpolate_gradient,
    nearest_pixels,
)
from minikeras.resampling import INTERPOLATIONS, is_by_kernel
from parity_tests.drawing import seeds, small, values

sides = st.integers(1, 13)
images = st.tuples(small, sides, sides, st.sampled_from([1, 2, 3, 9]))


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("antialias", [False, True])
@pytest.mark.parametrize("interpolation", INTERPOLATIONS)
@given(images, st.tuples(sides, sides), seeds)
def test_bits(
    interpolation: str, antialias: bool, dtype: str, shape: Any, size: Any, seed: int
) -> None:
    assume(size != shape[1:3])  # TensorFlow then returns the image itself
    rng = np.random.default_rng(seed)
    how: Any = {"interpolation": interpolation, "antialias": antialias}
    x = values(rng, shape, dtype=dtype)
    theirs = tf.constant(x)
    with tf.GradientTape() as tape:
        tape.watch(theirs)
        y = tf.image.resize(theirs, size, interpolation, antialias=antialias)
    ours = resize.interpolate(x, size=size, **how)
    assert ours.dtype == np.float32
    np.testing.assert_array_equal(ours, y)
    np.testing.assert_allclose(interpolate.forward(x, size=size, **how), y, atol=2e-6)
    if dtype == "float64" and is_by_kernel(**how):
        return  # TensorFlow has no gradient of it
    dy = values(rng, y.shape)
    dx = tape.gradient(y, theirs, dy)
    how |= {"size": shape[1:3], "kind": dtype}
    ours = resize.interpolate_gradient(dy, **how)
    assert ours.dtype == dtype
    np.testing.assert_array_equal(ours, dx)
    np.testing.assert_allclose(interpolate_gradient.forward(dy, **how), dx, atol=1e-4)


@given(images, st.tuples(sides, sides), seeds)
def test_areas_and_nearest(shape: Any, size: Any, seed: int) -> None:
    assume(size != shape[1:3])
    x = values(seed, shape)
    y = tf.image.resize(x, size, "area")
    np.testing.assert_array_equal(covered_means.forward(x, size=size), y)
    np.testing.assert_array_equal(resize.covered_means(x, size=size), y)
    y = tf.image.resize(x, size, "nearest")
    np.testing.assert_array_equal(nearest_pixels.forward(x, size=size), y)


@given(st.lists(st.floats(0, 20, width=32)))
def test_sine(numbers: list[float]) -> None:
    x = np.array(numbers, np.float32)
    np.testing.assert_allclose(resize.sine(x), np.sin(x.astype(float)), rtol=1e-7, atol=1e-7)
