"""Normalization by moments: the kernels against the formula, for every kind of axes."""

import contextlib
from typing import Any

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given

from minikeras import config, shapes, tf_function
from minikeras.kernels.rounding import normalization
from minikeras.ops.primitives.normalization import normalize_by_moments
from parity_tests.checks.compare import assert_close
from parity_tests.drawing import few

# The axes of the moments; the axes along which γ and β repeat, None for single numbers.
KINDS = {
    "a batch": ((0, 1, 2), (0, 1, 2)),
    "a batch without gamma": ((0, 1, 2), None),
    "the batch, features in between": ((0, 1, 3), (0, 1, 3)),
    "a layer": ((3,), (0, 1, 2)),
    "a layer of two axes": ((2, 3), (0, 1)),
    "a layer without gamma": ((3,), None),
    "groups": ((3,), (0, 1)),
    "groups of images": ((1, 3), (0, 1)),
}
FORMS = [None, (True, True), (True, False)]  # eager; inside a tf.function


KERNELS = [("float32", kind) for kind in KINDS.values()] + [("float64", KINDS["a batch"])]


@pytest.mark.parametrize(("dtype", "kind"), KERNELS, ids=[*KINDS, "a batch in float64"])
@few
@given(
    st.tuples(*map(st.integers, (1, 1, 1, 2), (20, 30, 4, 40))),
    st.sampled_from(FORMS),
    st.integers(0, 2**32 - 1),
)
def test_normalize_by_moments(dtype: str, kind: Any, shape: Any, form: Any, seed: int) -> None:
    rng, (axes, repeated) = np.random.default_rng(seed), kind
    x, dy = (rng.normal(3, 2, shape).astype(dtype) for _ in range(2))
    size = (1,) if repeated is None else shapes.reduced(shape, repeated, True)
    gamma, beta = (rng.normal(1, 1, size).astype(dtype) for _ in range(2))
    dm, dv = (rng.normal(1, 1, shapes.reduced(shape, axes, False)).astype(dtype) for _ in range(2))
    how: Any = {"axes": axes, "epsilon": 0.1}
    y = normalize_by_moments.forward(x, gamma, beta, **how)
    observed = normalize_by_moments.pullback(
        (dy, dm, dv), y, [x, gamma, beta], how, [True] * 3, lambda rule: rule
    )
    results = []
    for threads in (1, 2, 3):
        config.set_threads(threads)
        with contextlib.nullcontext() if form is None else tf_function.inside(*form):
            mine = normalization.normalize_by_moments(x, gamma, beta, **how)
            dmine = normalization.normalize_by_moments_vjp(
                (dy, dm, dv), mine, x, gamma, beta, **how
            )
        results.append([*mine, *map(np.asarray, dmine)])
    config.set_threads(None)
    # What is added up, at its largest: x, or dy, times what normalizes it.
    factor = np.abs(gamma).max() / np.sqrt(y[2].min() + 0.1)
    most, slope = np.abs(x).max(), np.abs(dy).sum()
    scales = {
        "y": most * factor + np.abs(beta).max(),
        "m": most,
        "v": most**2,
        "dx": (slope * factor * (1 + most) ** 2 + np.abs(dv).max() * most) / y[1].size + slope,
        "dgamma": max(slope * most * factor, slope * most / np.sqrt(y[2].min() + 0.1)),
        "dbeta": slope,
    }
    for (name, scale), *ours, theirs in zip(scales.items(), *results, [*y, *observed]):
        for other in ours[1:]:
            np.testing.assert_array_equal(ours[0], other, name)
        assert_close(ours[0].reshape(theirs.shape), theirs, name, scale=scale)
