"""Images through projective maps: TensorFlow's bits, of the kernel and of the reference."""

from __future__ import annotations

from typing import Any

import hypothesis.strategies as st
import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given

from minikeras.kernels import warp
from minikeras.ops.primitives import warp as reference
from parity_tests.drawing import seeds, small, values

sides = st.integers(1, 40)
images = st.tuples(small, sides, sides, small)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("fill_mode", reference.FILL_MODES)
@pytest.mark.parametrize("interpolation", reference.WARPINGS)
@given(images, st.booleans(), seeds)
def test_bits(
    interpolation: str, fill_mode: str, dtype: str, shape: Any, own: bool, seed: int
) -> None:
    rng = np.random.default_rng(seed)
    x = values(rng, shape, dtype=dtype)
    maps = np.array([1, 0, 0, 0, 1, 0, 0, 0]) + rng.uniform(-1, 1, (shape[0] if own else 1, 8))
    maps[:, [2, 5]] *= 50
    maps[:, 6:] *= 0.05
    maps = maps.astype("float32")
    how: Any = {"interpolation": interpolation, "fill_mode": fill_mode, "fill_value": 0.5}
    theirs = tf.raw_ops.ImageProjectiveTransformV3(
        images=x,
        transforms=maps,
        output_shape=shape[1:3],
        fill_value=0.5,
        interpolation=interpolation.upper(),
        fill_mode=fill_mode.upper(),
    ).numpy()
    for function in (warp.warp, reference.warp.forward):
        ours = function(x, maps, **how)
        assert ours.dtype == dtype
        np.testing.assert_array_equal(ours, theirs)
