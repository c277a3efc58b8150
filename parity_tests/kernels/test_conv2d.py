"""Convolution over one and two axes: TensorFlow's bits in float32."""

from __future__ import annotations

from typing import Any

import hypothesis.strategies as st
import keras
import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given

from minikeras import config, ops
from minikeras.autograd import GradientTape, Tensor


@st.composite
def rounded(draw: Any) -> tuple[Any, ...]:
    """(shape of x, shape of the kernel, options) over one or two axes, of which sums round."""
    rank, padding = draw(st.integers(1, 2)), draw(st.sampled_from(["valid", "same"]))
    size = tuple(draw(st.integers(1, 4)) for _ in range(rank))
    steps = tuple(draw(st.integers(1, 3)) for _ in range(rank))
    how = draw(st.sampled_from(["strides", "dilation_rate"]))
    reach = [(k - 1) * (d if how == "dilation_rate" else 1) for k, d in zip(size, steps)]
    space = tuple(r + draw(st.sampled_from([1, 2, 3, 6, 10, 18])) for r in reach)
    batch, channels, filters = (
        draw(st.sampled_from(sizes))
        for sizes in ([1, 2, 7, 32], [1, 2, 3, 16, 20], [1, 2, 5, 16, 33, 400])
    )
    options = {"padding": padding, how: steps}
    return (batch, *space, channels), (*size, channels, filters), options


@given(rounded(), st.integers(0, 2**32 - 1))
def test_float32_bits(case: Any, seed: int) -> None:
    """The fast kernels sum in TensorFlow's order."""
    *shapes, options = case
    same_bits([np.random.default_rng(seed).standard_normal(s, np.float32) for s in shapes], options)


@pytest.mark.parametrize(
    ("x", "w"),
    [
        ((16, 40, 40, 24), (3, 3, 24, 40)),  # patches of all images exceed 30 MB
        ((3, 5, 5, 64), (5, 5, 64, 130)),  # a single window, on all threads
        ((2, 16, 16, 1), (1, 1, 1, 2000)),  # a single cell, on all threads
        ((3, 24, 24, 1), (9, 9, 1, 30)),
    ],
)
def test_float32_bits_of_large_arrays(x: Any, w: Any) -> None:
    same_bits([np.random.default_rng(0).standard_normal(s, np.float32) for s in (x, w)], {})


def same_bits(arrays: list[Any], options: Any) -> None:
    with tf.GradientTape() as tape:
        theirs = [tf.constant(v) for v in arrays]
        tape.watch(theirs)
        t = keras.ops.conv(*theirs, data_format="channels_last", **options)
    dy = np.random.default_rng(1).standard_normal(t.shape, np.float32)
    with config.use_kernels("fast"), GradientTape() as own:
        ours = [Tensor(v) for v in arrays]
        own.watch(ours)
        y = ops.conv(*ours, **options)
        results = [y, *own.gradient(y, ours, output_gradients=dy)]
    expected = [t, *tape.gradient(t, theirs, tf.constant(dy))]
    for what, mine, their in zip(("y", "dx", "dw"), results, expected, strict=True):
        np.testing.assert_array_equal(np.asarray(mine), their.numpy(), what)
