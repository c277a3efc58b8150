"""Convolution and its gradients against the reference, to the bit.

The values are multiples of a quarter, so that every sum is exact whatever its order.
"""

from typing import Any

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given

from minikeras.autograd.primitive import registry
from minikeras.kernels import conv
from parity_tests.drawing import seeds, small, values


@st.composite
def convolutions(draw: Any) -> tuple[Any, ...]:
    """Shapes of x and w, and how the windows move."""
    rank = draw(small)
    size, strides, dilation = (
        tuple(draw(st.integers(1, most)) for _ in range(rank)) for most in (3, 3, 2)
    )
    space = tuple((k - 1) * d + 1 + draw(st.integers(0, 4)) for k, d in zip(size, dilation))
    margins = tuple((draw(st.integers(0, 2)), draw(st.integers(0, 2))) for _ in range(rank))
    channels, filters = draw(st.sampled_from([1, 2, 3, 17])), draw(st.sampled_from([1, 2, 5, 20]))
    how = {
        "strides": strides,
        "dilation": dilation,
        "margins": draw(st.sampled_from([(), margins])),
    }
    return (draw(small), *space, channels), (*size, channels, filters), how


def reference(name: str) -> Any:
    return registry[name].forward


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@given(convolutions(), seeds)
def test_convolution_and_gradients(dtype: str, case: Any, seed: int) -> None:
    x_shape, w_shape, how = case
    rng = np.random.default_rng(seed)
    x, w, b = (values(rng, s, grid=True, dtype=dtype) for s in (x_shape, w_shape, w_shape[-1:]))
    y = reference("convolve")(x, w, **how)
    dy = values(rng, y.shape, grid=True, dtype=dtype)
    for name, *inputs, more in (
        ("convolve", x, w, {}),
        ("convolve_biased", x, w, b, {"rectified": False}),
        ("convolve_biased", x, w, b, {"rectified": True}),
        ("convolve_kernel_gradient", x, dy, {"size": w_shape[:-2]}),
        ("convolve_input_gradient", dy, w, {"space": x_shape[1:-1]}),
    ):
        theirs = reference(name)(*inputs, **how, **more)
        ours = getattr(conv, name)(*inputs, **how, **more)
        np.testing.assert_array_equal(ours, theirs, name)


@pytest.mark.parametrize("filters", [1, 5])
@given(seeds)
def test_gradient_of_a_rectified_convolution(filters: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    x, w, b = (values(rng, s, grid=True) for s in ((2, 5, 4, 3), (2, 2, 3, filters), (filters,)))
    how: Any = {"strides": (1, 2), "dilation": (1, 1), "margins": ((0, 1), (1, 1))}
    y = reference("convolve_biased")(x, w, b, **how, rectified=True)
    dy = values(rng, y.shape, grid=True)
    ours = conv.convolve_biased_vjp(dy, y, x, w, b, **how, rectified=True)
    dz = dy * (y > 0)
    wanted = (
        reference("convolve_input_gradient")(dz, w, space=(5, 4), **how),
        reference("convolve_kernel_gradient")(x, dz, size=(2, 2), **how),
        dz.sum((0, 1, 2)),
    )
    for mine, theirs in zip(ours, wanted, strict=True):
        np.testing.assert_array_equal(mine(), theirs)
