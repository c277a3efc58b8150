import hypothesis.strategies as st
import keras
import numpy as np
import pytest
from hypothesis import given

from minikeras import ops
from parity_tests.checks.op import check, check_op
from parity_tests.drawing import few, matrices, pairs, reals, seeds, values

NAN = ["nansum", "nanprod", "nanmax", "nanmin", "nanmean", "nanvar", "nanstd"]


def with_holes(seed, shape):
    x = values(seed, shape, (0.2, 2))
    x[np.random.default_rng(seed).random(shape) < 0.2] = np.nan
    x[..., 0] = 1
    return x


@pytest.mark.parametrize("name", NAN)
@few
@given(seeds, st.sampled_from([1, -1, (0, 2)]))
def test_passing_over_nan(name, seed, axis):
    x = with_holes(seed, (2, 3, 5))
    ours, theirs = (np.asarray(getattr(k, name)(x, axis=axis)) for k in (ops, keras.ops))
    np.testing.assert_allclose(ours, theirs, rtol=1e-5, atol=1e-6)


@given(seeds)
def test_running_and_arguments_passing_over_nan(seed):
    x = with_holes(seed, (3, 5))
    for name in ("nancumsum", "nancumprod", "nanargmax", "nanargmin"):
        ours, theirs = (np.asarray(getattr(k, name)(x, axis=1)) for k in (ops, keras.ops))
        np.testing.assert_allclose(ours, theirs, rtol=1e-5)


@few
@given(seeds)
def test_correlation(seed):
    check("corrcoef", values(seed, (3, 20)))


@few
@given(reals((30,)), st.sampled_from([None, (-1.0, 1.5)]))
def test_histogram(x, limits):
    check("histogram", x, bins=5, range=limits)


@few
@given(reals(matrices), st.sampled_from([None, 0, -1]), st.sampled_from([(), (3,)]), seeds)
def test_quantiles(x, axis, shape, seed):
    """Of which fraction is differentiated, too."""
    q = values(seed, shape, (0.03, 0.97)).astype(x.dtype)
    check("quantile", x, q, axis=axis)
    check("percentile", x, 100 * q, axis=axis, keepdims=True)


@few
@given(reals((2, 6)), st.integers(0, 7), seeds)
def test_bincount(weights, minlength, seed):
    """TensorFlow has no gradient, so that ours is compared with that of a product."""
    x = np.random.default_rng(seed).integers(0, 5, (2, 6)).astype("int32")
    options = {"minlength": minlength}
    check_op(
        *(lambda w, k=k: k.bincount(x, weights=w, **options) for k in (ops, keras.ops)), weights
    )
    check_op(
        lambda w: ops.bincount(x[0], weights=w, minlength=5),
        lambda w: keras.ops.matmul(w, keras.ops.one_hot(x[0], 5, dtype=w.dtype)),
        weights[0],
    )


@pytest.mark.parametrize("name", ["linspace", "logspace", "geomspace"])
@few
@given(pairs(domain=(0.5, 2)), st.integers(0, 5), st.booleans(), st.sampled_from([0, -1]))
def test_spaced(name, xs, num, endpoint, axis):
    if name == "geomspace":  # Keras gives its signs to the first axis, and computes in float32
        axis, xs = 0, [np.float32(x) for x in xs]
    check(name, *xs, num=num, endpoint=endpoint, axis=axis)


@few
@given(pairs(), st.integers(1, 5), st.booleans())
def test_the_step_of_linspace(xs, num, endpoint):
    check("linspace", *xs, num=num + endpoint, endpoint=endpoint, retstep=True)


@pytest.mark.parametrize("name", ["unique"])
@few
@given(seeds)
def test_unique(name, seed):
    x = np.random.default_rng(seed).integers(0, 4, (3, 4)).astype("int32")
    for options in (
        {},
        {"return_inverse": True, "return_counts": True},
        {"return_index": True, "size": 6},
        {"axis": 0},
    ):
        ours, theirs = (getattr(k, name)(x, **options) for k in (ops, keras.ops))
        ours, theirs = (v if isinstance(v, tuple) else (v,) for v in (ours, theirs))
        for a, b in zip(ours, theirs, strict=True):
            np.testing.assert_array_equal(a, b)


@few
@given(reals(matrices))
def test_the_rest(x):
    check("heaviside", x, x2=np.asarray(0.5, x.dtype))
    check("ldexp", x, x2=np.asarray(2, "int32"))
    check("vander", x[0, 0])
    check("psnr", x, x2=x + x.dtype.type(0.5), max_val=2.0)
    theirs = keras.ops.select([x > 1, x > 0], [x, 2 * x], 0.0)
    np.testing.assert_allclose(ops.select([x > 1, x > 0], [x, 2 * x], 0.0), theirs)
    for ours, other in zip(
        ops.unravel_index([3, 5], (2, 4)), keras.ops.unravel_index([3, 5], (2, 4)), strict=True
    ):
        np.testing.assert_array_equal(ours, other)


@few
@given(seeds, st.booleans(), st.booleans())
def test_attention(seed, masked, causal):
    q, k, v = (values(seed + i, (2, n, 3, 4)) for i, n in enumerate((5, 6, 6)))
    mask = np.random.default_rng(seed).random((2, 1, 5, 6)) < 0.7 if masked else None
    bias = values(seed, (2, 3, 5, 6))
    check_op(
        *(
            lambda q, k, v, b, of=of: of.dot_product_attention(
                q, k, v, bias=b, mask=mask, is_causal=causal
            )
            for of in (ops, keras.ops)
        ),
        q,
        k,
        v,
        bias,
    )
    check_op(
        *(lambda q, k, of=of: of.dot_product_attention(q, k, k) for of in (ops, keras.ops)),
        values(seed, (2, 5, 4, 3)),
        values(seed + 1, (2, 6, 2, 3)),
    )
