"""Dense against Keras."""

from __future__ import annotations

from typing import Any

import hypothesis.strategies as st
import numpy as np
from hypothesis import assume, given

from minikeras import config
from parity_tests.checks.layer import check_layer
from parity_tests.drawing import numbers, options, ranks, seeds, sizes

configs = options(
    activation=st.sampled_from([None, "relu", "tanh", "sigmoid"]),
    use_bias=st.booleans(),
    kernel_initializer=st.sampled_from(["he_normal", "orthogonal", "ones"]),
    kernel_regularizer=st.sampled_from(["l1", "l2"]),
    activity_regularizer=st.just("l2"),
    kernel_constraint=st.just("non_neg"),
    dtype=st.sampled_from(["float64", "mixed_float16"]),
)


@given(configs, sizes, numbers(ranks(2, 4)))
def test_dense(options: Any, units: int, x: Any) -> None:
    half = options.get("dtype") == "mixed_float16"  # float16 rounds 2¹³ times as coarsely
    check_layer("Dense", {"units": units, **options}, x, scale=2.0**15 if half else None)


rows = st.integers(2, 70)


@given(rows, rows, rows, st.sampled_from(["linear", "relu", "tanh"]), seeds)
def test_bits(batch: int, features: int, units: int, activation: str, seed: int) -> None:
    """The fast kernels add in TensorFlow's order, except where one row or column is left over."""
    assume(not {25, 49, 97} & {batch, features, units})
    x = np.random.default_rng(seed).standard_normal((batch, features), "float32")
    with config.use_kernels("fast"):
        check_layer("Dense", {"units": units, "activation": activation}, x, ulp=0)
