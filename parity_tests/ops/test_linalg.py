import hypothesis.strategies as st
import keras
import numpy as np
import pytest
from hypothesis import given

from minikeras import ops, tree
from minikeras.autograd import GradientTape, Tensor, check_gradients
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


SIDES = [(3, 3), (4, 2), (2, 4), (3, 2)]
sides = st.sampled_from(SIDES)
stacks = st.sampled_from([(), (2,)])


def spread(seed, *shape):
    """Matrices whose singular values are apart: where two are close, derivatives are large."""
    rng = np.random.default_rng(seed)
    *stack, m, n = shape
    u = np.linalg.qr(rng.normal(size=(*stack, m, m)))[0]
    v = np.linalg.qr(rng.normal(size=(*stack, n, n)))[0]
    k = min(m, n)
    s = np.arange(1, k + 1) + rng.uniform(-0.3, 0.3, (*stack, 1, k))
    return (u[..., :k] * s) @ v[..., :k, :]


@few
@given(seeds, stacks, sides)
def test_singular_values(seed, stack, side):
    a = spread(seed, *stack, *side)
    check("svd", a, compute_uv=False)
    check_op(  # u and v are determined up to a sign, the products of both are not
        *(lambda a, k=k: (k.svd(a, False)[1], product(k, a, False)) for k in (ops, keras.ops)), a
    )
    if abs(side[0] - side[1]) < 2:
        check_op(*(lambda a, k=k: product(k, a, True) for k in (ops, keras.ops)), a)
    check("matrix_rank", a[..., :1] @ a[..., :1, :])


def product(k, a, full):
    """Something of all three factors that a change of signs leaves as it is."""
    u, s, vt = k.svd(a, full_matrices=full)
    first = k.matmul(u[..., :, :2] * k.sin(s)[..., None, :2], vt[..., :2, :])
    return first, k.square(u[..., :, -1]), k.square(vt[..., -1, :])


@few
@given(seeds, stacks, sides)
def test_pseudoinverse(seed, stack, side):
    a = spread(seed, *stack, *side)
    check("pinv", a)
    check("pinv", a, rcond=0.4)
    if not stack:
        b = values(seed, (side[0], 2), dtype="float64")
        check("lstsq", a, b)
        check("lstsq", a, b[:, 0], rcond=0.4)


@few
@given(seeds, stacks, sides, st.sampled_from(["reduced", "complete"]))
def test_orthonormal_columns(seed, stack, side, mode):
    a = spread(seed, *stack, *side)
    if mode == "complete" and side[0] > side[1]:
        with pytest.raises(NotImplementedError), GradientTape() as tape:
            tape.watch(x := Tensor(a))
            tape.gradient(ops.qr(x, mode)[0], x)
    else:
        check_op(*(lambda a, k=k: k.square(k.qr(a, mode)[0]) for k in (ops, keras.ops)), a)
        check_op(*(lambda a, k=k: k.square(k.qr(a, mode)[1]) for k in (ops, keras.ops)), a)


@few
@given(seeds, stacks, st.integers(1, 3), st.booleans())
def test_inverse_from_a_cholesky_factor(seed, stack, n, upper):
    a = values(seed, (*stack, n, n), dtype="float64") + 4 * np.eye(n)
    check("cholesky_inverse", np.triu(a) if upper else np.tril(a), upper=upper)


@pytest.mark.parametrize("ord", ["nuc", 2, -2])
@few
@given(seeds, st.sampled_from([(-2, -1), (0, 1), (1, 0), (2, 0)]))
def test_norms_of_singular_values(ord, seed, axis):
    check("norm", spread(seed, 2, 3, 4).astype("float64"), ord=ord, axis=axis)


@pytest.mark.parametrize("name", ["svd", "pinv", "lstsq", "matrix_rank"])
def test_nan_is_handed_on(name):
    a = np.float32([[1, np.nan], [2, 3], [0, 1]])
    arrays = (a, a[:, 0]) if name == "lstsq" else (a,)
    check(name, *arrays)


@pytest.mark.parametrize("name", ["eigh", "svd", "pinv"])
def test_equal_values_have_finite_derivatives(name):
    """The result differs; that two of its vectors may be exchanged makes no NaN, as in Keras."""
    x = Tensor(np.eye(3))
    with GradientTape() as tape:
        tape.watch(x)
        ys = list(tree.flatten(getattr(ops, name)(x)))
    assert np.isfinite(tape.gradient(ys, x)).all()


def test_eigenvalues_of_general_matrices_have_no_derivative():
    x = Tensor(np.diag([1.0, 2.0]))
    with GradientTape() as tape:
        tape.watch(x)
        y = ops.eig(x)
    with pytest.raises(NotImplementedError, match="eig has no gradient"):
        tape.gradient(y, x)


@few
@given(seeds, sides)
def test_the_derivative_of_the_pseudoinverse_where_values_are_equal(seed, side):
    """Keras's is another; see the findings."""
    a = spread(seed, *side)
    u, _, vt = np.linalg.svd(a, full_matrices=False)
    check_gradients(ops.pinv, u @ vt)
