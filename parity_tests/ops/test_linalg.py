import hypothesis.strategies as st
import keras
import numpy as np
import pytest
from hypothesis import given

from minikeras import ops
from parity_tests.checks.op import check, check_op
from parity_tests.drawing import few, seeds, values

n = st.integers(1, 6)
STACKS = [((), ()), ((3,), (3,)), ((3,), ()), ((), (2,)), ((2, 1), (4,)), ((2, 3), ())]


@given(st.data(), n, n, n, st.sampled_from(STACKS), st.sampled_from(["float32", "float64"]))
def test_matmul(data, rows, inner, columns, stacks, dtype):
    a = values(data.draw(seeds), (*stacks[0], rows, inner), dtype=dtype)
    b = values(data.draw(seeds), (*stacks[1], inner, columns), dtype=dtype)
    check("matmul", a, b)


@given(st.data(), n, n, st.sampled_from(["float32", "float64"]))
def test_vectors(data, inner, rows, dtype):
    v = values(data.draw(seeds), (inner,), dtype=dtype)
    a = values(data.draw(seeds), (2, rows, inner), dtype=dtype)
    for name in ("matmul", "dot"):
        check(name, v, v)
        check(name, a, v)
        check(name, v, a.transpose(0, 2, 1))
    check("outer", v, a)
    check("vdot", v, 2 * v)
    check("inner", v, a)


@pytest.mark.parametrize("axes", [0, 1, 2, ((1, 2), (0, 1)), ((2, 0), (1, 2))], ids=str)
@few
@given(seeds)
def test_tensordot(axes, seed):
    a, b = values(seed, (3, 3, 3)), values(seed + 1, (3, 3, 3))
    check("tensordot", a, b, axes=axes)


EINSUMS = {
    "ij,jk->ik": ((2, 3), (3, 4)),
    "ij,jk": ((2, 3), (3, 4)),
    "ab,b->a": ((2, 3), (3,)),
    "abc,cde->abde": ((2, 3, 4), (4, 2, 3)),
    "aecd,abcd->acbe": ((2, 3, 4, 5), (2, 6, 4, 5)),
    "acbe,aecd->abcd": ((2, 4, 6, 3), (2, 3, 4, 5)),
    "...ij,...jk->...ik": ((5, 2, 3), (3, 4)),
    "ij->": ((2, 3),),
    "ij->j": ((2, 3),),
    "ii->i": ((3, 3),),
    "i,j,k->ijk": ((2,), (3,), (4,)),
}


@pytest.mark.parametrize("subscripts", EINSUMS)
@few
@given(seeds)
def test_einsum(subscripts, seed):
    xs = [values(seed + i, shape) for i, shape in enumerate(EINSUMS[subscripts])]
    check_op(
        lambda *xs: ops.einsum(subscripts, *xs), lambda *xs: keras.ops.einsum(subscripts, *xs), *xs
    )


@given(seeds)
def test_products(seed):
    a, b = values(seed, (2, 3)), values(seed + 1, (2, 3))
    check("cross", a, b)
    check("cross", a[:, :2], b)
    check("cross", a[:, :2], b[:, :2])
    check("kron", a, b[0])


@given(seeds, st.sampled_from([(), (2,)]))
@few
def test_decompositions(seed, stack):
    a = values(seed, (*stack, 3, 3), dtype="float64") + 4 * np.eye(3)
    spd = a @ np.swapaxes(a, -1, -2)
    b = values(seed + 1, (*stack, 3, 2), dtype="float64")
    for name in ("inv", "det"):
        check(name, a)
    check("solve", a, b)
    check_op(
        lambda a: ops.cholesky(0.5 * (a + ops.swapaxes(a, -1, -2))),
        lambda a: keras.ops.cholesky(0.5 * (a + keras.ops.swapaxes(a, -1, -2))),
        spd,
    )
    check_op(lambda a: ops.abs(ops.qr(a)[1]), lambda a: keras.ops.abs(keras.ops.qr(a)[1]), a)
    check_op(
        lambda a: ops.eigh(a + ops.swapaxes(a, -1, -2))[0],
        lambda a: keras.ops.eigh(a + keras.ops.swapaxes(a, -1, -2))[0],
        a,
    )
