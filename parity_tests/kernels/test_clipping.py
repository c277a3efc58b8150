"""Norms and clipping of all gradients in one call against the reference, to the bit."""

import pytest
from numpy.testing import assert_array_equal

from minikeras import optimizers
from parity_tests.kernels.test_optimizers import after_steps


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("limit", [0.3, 1e6])
@pytest.mark.parametrize("option", ["clipnorm", "global_clipnorm", "clipvalue"])
def test_clipping(option: str, limit: float, dtype: str) -> None:
    found, wanted = (
        after_steps(lambda: optimizers.SGD(0.1, **{option: limit}), dtype, kernels)
        for kernels in ("fast", "reference")
    )
    for ours, theirs in zip(found, wanted, strict=True):
        assert_array_equal(ours, theirs)
