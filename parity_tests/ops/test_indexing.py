import hypothesis.strategies as st
import keras
import numpy as np
import pytest
from hypothesis import given

from minikeras import ops
from parity_tests.checks.op import check, check_op
from parity_tests.drawing import few, matrices, pairs, reals, seeds, shapes, values

KEYS = [
    0,
    -1,
    slice(1, 3),
    slice(None, None, -1),
    (slice(None), 1),
    (..., None, slice(0, 2)),
    (slice(None), slice(None, None, 2), -1),
]


@pytest.mark.parametrize("key", KEYS, ids=str)
@given(reals((4, 3, 2)))
def test_get_item(key, x):
    check_op(lambda x: x[key], lambda x: x[key], x)


@given(st.data(), reals(matrices), st.sampled_from([0, 1, -1]))
def test_take(data, x, axis):
    n = x.shape[axis]
    indices = np.array(data.draw(st.lists(st.integers(-n, n - 1), min_size=1, max_size=6)))
    check("take", x, indices=indices, axis=axis)
    check("take", x, indices=indices.reshape(1, -1), axis=axis)


@given(st.data(), reals(matrices))
def test_take_along_axis(data, x):
    rng = np.random.default_rng(data.draw(seeds))
    check("take_along_axis", x, indices=rng.integers(0, x.shape[1], (x.shape[0], 3, 1)), axis=1)


@given(st.data(), pairs(), shapes)
def test_where(data, xs, shape):
    shape = np.broadcast_shapes(xs[0].shape, xs[1].shape)
    condition = values(data.draw(seeds), shape, grid=True) > 0
    check_op(
        lambda a, b: ops.where(condition, a, b), lambda a, b: keras.ops.where(condition, a, b), *xs
    )


@given(st.data(), st.integers(1, 4), st.sampled_from([0, 1, -1]))
def test_one_hot(data, classes, axis):
    x = np.random.default_rng(data.draw(seeds)).integers(-1, 6, (3, 2))
    check("one_hot", x, num_classes=classes, axis=axis)
    check("multi_hot", x, num_classes=classes)


@given(reals(matrices), st.sampled_from([0, 1, -1, None]))
def test_sort(x, axis):
    check("sort", x, axis=axis)
    check("argsort", x, axis=axis)


@given(st.data(), reals(matrices))
def test_top_k(data, x):
    check("top_k", x, k=data.draw(st.integers(1, x.shape[-1])))


@given(st.data(), st.integers(1, 4))
def test_in_top_k(data, k):
    predictions = values(data.draw(seeds), (5, 4), grid=True)
    targets = np.random.default_rng(data.draw(seeds)).integers(0, 4, 5)
    check_op(
        lambda p: ops.in_top_k(targets, p, k=k),
        lambda p: keras.ops.in_top_k(targets, p, k=k),
        predictions,
    )


@given(reals((6,), dtype="float32"), reals((4,), dtype="float32"))
def test_search(edges, x):
    for side in ("left", "right"):
        check_op(
            lambda x: ops.searchsorted(np.sort(edges), x, side=side),  # noqa: B023
            lambda x: keras.ops.searchsorted(np.sort(edges), x, side=side),  # noqa: B023
            x,
        )
    check("digitize", x, bins=[-1.0, 0.0, 0.5])


@given(reals((4, 5)))
def test_blocks(x):
    check("slice", x, start_indices=(1, 2), shape=(2, 3))
    check("scatter_update", x, indices=[[0, 1], [3, 2]], updates=np.array([5, 6], x.dtype))
    check(
        "scatter_update", x, indices=[[1], [1]], updates=values(1, (2, 5), dtype=x.dtype),
        reduction="add",
    )  # fmt: skip


@given(st.data(), reals((6, 2)))
def test_segments(data, x):
    ids = np.random.default_rng(data.draw(seeds)).integers(0, 3, 6).astype("int32")
    for name in ("segment_sum", "segment_max", "segment_min", "segment_prod"):
        check(name, x, segment_ids=ids, num_segments=4)


@few
@given(reals((3, 2)), reals((4, 2)), st.sampled_from(["max", "min", "mul"]), seeds)
def test_scatter_update_with_a_reduction(x, updates, how, seed):
    """Places repeat, and on the grid numbers tie and are 0."""
    indices = np.random.default_rng(seed).integers(0, 3, (4, 1)).astype("int32")
    check_op(
        *(
            lambda x, u, k=k: k.scatter_update(x, indices, u, reduction=how)
            for k in (ops, keras.ops)
        ),
        x,
        updates.astype(x.dtype),
    )
