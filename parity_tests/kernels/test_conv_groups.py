"""Convolution in groups over one and two axes: TensorFlow's bits in float32."""

from __future__ import annotations

from typing import Any

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given

from minikeras.autograd.primitive import registry
from minikeras.kernels import conv_groups
from parity_tests.drawing import few, seeds, small, values
from parity_tests.kernels.test_conv2d import same_bits


@st.composite
def convolutions(draw: Any) -> tuple[Any, ...]:
    """(shape of x, shape of the kernel, options): images and windows in the plural."""
    rank, padding = draw(st.integers(1, 2)), draw(st.sampled_from(["valid", "same"]))
    size, steps = (tuple(draw(st.integers(1, 3)) for _ in range(rank)) for _ in range(2))
    how = draw(st.sampled_from(["strides", "dilation_rate"]))
    space = tuple((k - 1) * s + draw(st.integers(1, 4)) for k, s in zip(size, steps))
    space = (*space[:-1], space[-1] + steps[-1])  # two windows at least
    images, groups, channels = draw(st.integers(2, 3)), draw(st.integers(2, 4)), draw(small)
    filters = draw(st.sampled_from([1, 2, 3, 8]))
    x, kernel = (images, *space, channels * groups), (*size, channels, filters * groups)
    return x, kernel, {"padding": padding, how: steps}


@few
@given(convolutions(), seeds)
def test_bits(case: Any, seed: int) -> None:
    *shapes, options = case
    same_bits([np.random.default_rng(seed).standard_normal(s, np.float32) for s in shapes], options)


@pytest.mark.parametrize(
    ("dtype", "filters", "dilation"),
    [("float32", 2, 1), ("float32", 6, 2), ("float64", 6, 1), ("float64", 6, 2)],
)
def test_reference(dtype: str, filters: int, dilation: int) -> None:
    """Multiples of a quarter, whose sums are exact in any order."""
    x, w = (values(3, s, grid=True, dtype=dtype) for s in ((2, 6, 7, 4), (2, 3, 2, filters)))
    how: Any = {"strides": (1, 1), "dilation": (dilation,) * 2, "groups": 2}
    how["margins"] = ((0, 1), (1, 1))
    y = registry["convolve_groups"].forward(x, w, **how)
    for name, *inputs, more in (
        ("convolve_groups", x, w, {}),
        ("groups_input_gradient", y, w, {"space": (6, 7)}),
        ("groups_kernel_gradient", x, y, {"size": (2, 3)}),
    ):
        wanted = registry[name].forward(*inputs, **how, **more)
        np.testing.assert_array_equal(getattr(conv_groups, name)(*inputs, **how, **more), wanted)
