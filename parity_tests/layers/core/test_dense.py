"""Dense against Keras."""

from __future__ import annotations

from typing import Any

import hypothesis.strategies as st
from hypothesis import given

from parity_tests.harness import check_layer
from parity_tests.strategies import options, sizes, tensors

configs = options(
    activation=st.sampled_from([None, "relu", "tanh", "sigmoid"]),
    use_bias=st.booleans(),
    kernel_initializer=st.sampled_from(["he_normal", "orthogonal", "ones"]),
    kernel_regularizer=st.sampled_from(["l1", "l2"]),
    activity_regularizer=st.just("l2"),
    kernel_constraint=st.just("non_neg"),
)


@given(configs, sizes, tensors(rank=(2, 4)))
def test_dense(config: Any, units: int, x: Any) -> None:
    check_layer("Dense", {"units": units, **config}, x)
