import hypothesis.strategies as st
import keras
import numpy as np
import pytest
from hypothesis import given

from minikeras import ops
from parity_tests.checks.op import check, check_list, check_op
from parity_tests.drawing import matrices, reals, shapes, values


@given(st.data(), reals(matrices))
def test_reshape(data, x):
    sizes = list(x.shape)
    data.draw(st.randoms()).shuffle(sizes)
    sizes[data.draw(st.integers(0, 2))] = -1
    check("reshape", x, newshape=tuple(sizes))
    check("ravel", x)


@given(st.data(), reals(matrices))
def test_axes_move(data, x):
    order = data.draw(st.permutations(range(3)))
    check("transpose", x, axes=tuple(order))
    check("transpose", x)
    check("moveaxis", x, source=(0, 1), destination=tuple(order[:2]))
    check("swapaxes", x, axis1=order[0], axis2=-1)


@given(reals((2, 1, 3, 1)), st.sampled_from([None, 1, -1, (1, 3)]))
def test_squeeze(x, axis):
    check("squeeze", x, axis=axis)


@given(reals(matrices), st.sampled_from([0, -1, 2, (0, 2), (-1, 1)]))
def test_expand_dims(x, axis):
    check("expand_dims", x, axis=axis)


@given(st.data(), reals(shapes))
def test_broadcast_to(data, x):
    shape = tuple(data.draw(st.integers(1, 4)) if n == 1 else n for n in x.shape)
    check("broadcast_to", x, shape=(2, *shape))


@given(reals(shapes), st.lists(st.integers(1, 3), min_size=1, max_size=4))
def test_tile(x, repeats):
    check("tile", x, repeats=repeats)


@given(reals(matrices), st.sampled_from([2, [1, 2, 0, 1]]), st.sampled_from([None, 1]))
def test_repeat(x, repeats, axis):
    if isinstance(repeats, list):
        x, axis = np.concatenate([x[:, :1]] * 4, axis=1), 1
    check("repeat", x, repeats=repeats, axis=axis)


@given(st.data(), reals(matrices), st.integers(-3, 2))
def test_join(data, x, axis):
    shape = list(x.shape)
    shape[axis] = data.draw(st.integers(1, 3))
    check_list("concatenate", [x, values(1, shape, dtype=x.dtype)], axis=axis)
    check_list("stack", [x, x + 1, x], axis=axis)
    check("append", x, values(1, shape, dtype=x.dtype), axis=axis)


@pytest.mark.parametrize("name", ["hstack", "vstack", "dstack"])
@given(reals(matrices))
def test_stacks(name, x):
    check_list(name, [x, 2 * x])


@given(reals((6, 4)), st.sampled_from([2, 3, [1, 4], [2]]))
def test_split(x, sections):
    check("split", x, indices_or_sections=sections)
    check("array_split", x, indices_or_sections=4)
    check("unstack", x, axis=1)


@given(reals(matrices), st.sampled_from([None, 0, -1, (0, 2)]))
def test_flip(x, axis):
    check("flip", x, axis=axis)


@given(reals((3, 3, 2)), st.integers(-2, 5))
def test_rot90(x, k):
    check("rot90", x, k=k)


@given(reals(matrices), st.integers(-4, 4), st.sampled_from([None, 0, 2]))
def test_roll(x, shift, axis):
    check("roll", x, shift=shift, axis=axis)


@given(reals((3, 4)), st.sampled_from(["constant", "reflect", "symmetric"]))
def test_pad(x, mode):
    check("pad", x, pad_width=((1, 2), (0, 3)), mode=mode)
    check("pad", x, pad_width=((1, 2), (0, 3)), constant_values=1.5)


@pytest.mark.parametrize("k", [-1, 0, 2])
@given(reals(st.tuples(st.integers(2, 4), st.integers(3, 5), st.integers(3, 4))))
def test_triangles(k, x):
    check("tril", x, k=k)
    check("triu", x, k=k)
    check("diag", x[0], k=min(k, 0))
    check("diag", x[0, 0], k=k)
    check("diagonal", x, offset=min(k, 0))
    check("trace", x)


@given(reals((3,)), reals((2,)), st.sampled_from(["xy", "ij"]))
def test_meshgrid(a, b, indexing):
    check_op(
        lambda *xs: ops.meshgrid(*xs, indexing=indexing),
        lambda *xs: keras.ops.meshgrid(*xs, indexing=indexing),
        a,
        b.astype(a.dtype),
    )


@given(reals((3, 4)), st.integers(0, 2))
def test_differences(x, n):
    check("diff", x, n=n)
    check("trapezoid", x, dx=0.5)
