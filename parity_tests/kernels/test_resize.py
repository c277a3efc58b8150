"""Images enlarged with interpolation: TensorFlow's bits, and the reference up to rounding."""

from __future__ import annotations

from typing import Any

import hypothesis.strategies as st
import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given

from minikeras.kernels import resize
from minikeras.ops.primitives.resize import interpolate, interpolate_gradient
from minikeras.resampling import INTERPOLATIONS
from parity_tests.drawing import seeds, small, values

sides = st.integers(1, 13)
images = st.tuples(small, sides, sides, st.sampled_from([1, 2, 3, 9]))
factors = st.tuples(st.integers(1, 7), st.integers(1, 7))


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("interpolation", INTERPOLATIONS)
@given(images, factors, seeds)
def test_bits(interpolation: str, dtype: str, shape: Any, sizes: Any, seed: int) -> None:
    rng = np.random.default_rng(seed)
    how: Any = {"sizes": sizes, "interpolation": interpolation}
    x = values(rng, shape, dtype=dtype)
    theirs = tf.constant(x)
    with tf.GradientTape() as tape:
        tape.watch(theirs)
        space = [n * s for n, s in zip(shape[1:3], sizes)]
        y = tf.image.resize(theirs, space, interpolation)
    ours = resize.interpolate(x, **how)
    assert ours.dtype == np.float32
    np.testing.assert_array_equal(ours, y)
    np.testing.assert_allclose(interpolate.forward(x, **how), y, atol=2e-6)
    if dtype == "float64" and interpolation.startswith("lanczos"):
        return  # TensorFlow has no gradient of it
    dy = values(rng, y.shape)
    dx = tape.gradient(y, theirs, dy)
    how["double"] = dtype == "float64"
    ours = resize.interpolate_gradient(dy, **how)
    assert ours.dtype == dtype
    np.testing.assert_array_equal(ours, dx)
    np.testing.assert_allclose(interpolate_gradient.forward(dy, **how), dx, atol=1e-4)


@given(st.lists(st.floats(0, 20, width=32)))
def test_sine(numbers: list[float]) -> None:
    x = np.array(numbers, np.float32)
    np.testing.assert_allclose(resize.sine(x), np.sin(x.astype(float)), rtol=1e-7, atol=1e-7)
