"""``tf.linalg``: products and decompositions of matrices."""

from __future__ import annotations

from typing import Any

import numpy as np

from minikeras import frames, ops
from minikeras.tensorflow.convert import array, like, pair, refuse, sizes, tensor


@frames.filter_traceback
def matmul(
    a: Any,
    b: Any,
    transpose_a: bool = False,
    transpose_b: bool = False,
    adjoint_a: bool = False,
    adjoint_b: bool = False,
    a_is_sparse: bool = False,
    b_is_sparse: bool = False,
    output_type: Any = None,
    grad_a: bool = False,
    grad_b: bool = False,
    name: str | None = None,
) -> Any:
    """The product of matrices, or of stacks of matrices."""
    refuse("tf.matmul", output_type=(output_type, None))
    x, y = tensor(a), tensor(b)
    x = matrix_transpose(x) if transpose_a or adjoint_a else x
    y = matrix_transpose(y) if transpose_b or adjoint_b else y
    return ops.matmul(x, y)


def matvec(
    a: Any,
    b: Any,
    transpose_a: bool = False,
    adjoint_a: bool = False,
    a_is_sparse: bool = False,
    b_is_sparse: bool = False,
    name: str | None = None,
) -> Any:
    """The product of a matrix and a vector."""
    column = ops.expand_dims(tensor(b), -1)
    return ops.squeeze(matmul(a, column, transpose_a, adjoint_a=adjoint_a), -1)


def matrix_transpose(a: Any, name: str = "matrix_transpose", conjugate: bool = False) -> Any:
    """Rows and columns exchanged."""
    return ops.swapaxes(tensor(a), -1, -2)


@frames.filter_traceback
def tensordot(a: Any, b: Any, axes: Any, name: str | None = None) -> Any:
    """Sums of products over axes of both tensors."""
    found = axes if isinstance(axes, int | list | tuple) else array(axes).tolist()
    return ops.tensordot(tensor(a), tensor(b), found)


@frames.filter_traceback
def einsum(equation: str, *inputs: Any, **kwargs: Any) -> Any:
    """Sums of products in Einstein's notation."""
    return ops.einsum(equation, *map(tensor, inputs))


@frames.filter_traceback
def norm(
    tensor: Any,
    ord: Any = "euclidean",
    axis: Any = None,
    keepdims: bool | None = None,
    name: str | None = None,
) -> Any:
    """The norm of all elements, or of each vector along an axis.

    ord: "euclidean", 1, 2, another number, or infinity.
    """
    x = _tensor(tensor)
    over = axis if axis is None or isinstance(axis, int) else sizes(axis)
    if ord in ("euclidean", "fro", 2) and not (ord == 2 and isinstance(over, tuple)):
        return ops.sqrt(ops.sum(ops.square(x), over, bool(keepdims)))
    size = ops.abs(x)
    if ord == 1:
        return ops.sum(size, over, bool(keepdims))
    if ord == np.inf:
        return ops.max(size, over, bool(keepdims))
    refuse("tf.norm", ord=(ord, ord if isinstance(ord, int | float) else "euclidean"))
    total = ops.sum(ops.power(size, like(float(ord), size)), over, bool(keepdims))
    return ops.power(total, like(1.0 / ord, total))


_tensor = tensor  # where an argument has the name that TensorFlow gives it


def global_norm(t_list: Any, name: str | None = None) -> Any:
    """√ of the sum of all squares of a list of tensors, of which None are left out."""
    halves = [ops.sum(ops.square(tensor(t))) / 2 for t in t_list if t is not None]
    return ops.sqrt(ops.sum(ops.stack(halves)) * 2)


def trace(x: Any, name: str | None = None) -> Any:
    """The sum of the diagonal."""
    return ops.sum(diag_part(x), -1)


@frames.filter_traceback
def diag(
    diagonal: Any,
    name: str = "diag",
    k: int = 0,
    num_rows: int = -1,
    num_cols: int = -1,
    padding_value: Any = 0,
    align: str = "RIGHT_LEFT",
) -> Any:
    """A matrix, or a stack of them, with a diagonal."""
    refuse(
        "tf.linalg.diag",
        k=(k, 0),
        num_rows=(num_rows, -1),
        num_cols=(num_cols, -1),
        padding_value=(padding_value, 0),
    )
    x = tensor(diagonal)
    return ops.multiply(ops.expand_dims(x, -1), ops.eye(x.shape[-1], dtype=str(x.dtype)))


@frames.filter_traceback
def diag_part(
    input: Any,
    name: str = "diag_part",
    k: int = 0,
    padding_value: Any = 0,
    align: str = "RIGHT_LEFT",
) -> Any:
    """The diagonal of a matrix, or of each matrix of a stack."""
    refuse("tf.linalg.diag_part", padding_value=(padding_value, 0))
    return ops.diagonal(tensor(input), k, -2, -1)


@frames.filter_traceback
def band_part(input: Any, num_lower: Any, num_upper: Any, name: str | None = None) -> Any:
    """A matrix of which only a band around the diagonal is left; −1 keeps all of one side."""
    x, lower, upper = tensor(input), int(num_lower), int(num_upper)
    rows, columns = (np.arange(n) for n in x.shape[-2:])
    below = rows[:, None] - columns
    inside = ((lower < 0) | (below <= lower)) & ((upper < 0) | (-below <= upper))
    return ops.where(tensor(inside), x, ops.zeros_like(x))


def det(input: Any, name: str | None = None) -> Any:
    """The determinant."""
    return ops.det(tensor(input))


def inv(input: Any, adjoint: bool = False, name: str | None = None) -> Any:
    """The inverse matrix."""
    x = tensor(input)
    return ops.inv(matrix_transpose(x) if adjoint else x)


def cholesky(input: Any, name: str | None = None) -> Any:
    """The lower triangle L of A = L Lᵀ."""
    return ops.cholesky(tensor(input))


def solve(matrix: Any, rhs: Any, adjoint: bool = False, name: str | None = None) -> Any:
    """x of A x = b."""
    a, b = pair(matrix, rhs)
    return ops.solve(matrix_transpose(a) if adjoint else a, b)


def qr(input: Any, full_matrices: bool = False, name: str | None = None) -> Any:
    """An orthogonal matrix and an upper triangle whose product is A."""
    return ops.qr(tensor(input), "complete" if full_matrices else "reduced")


@frames.filter_traceback
def svd(
    tensor: Any, full_matrices: bool = False, compute_uv: bool = True, name: str | None = None
) -> Any:
    """Singular values s, and U and V of A = U diag(s) Vᵀ."""
    if not compute_uv:
        return ops.svd(_tensor(tensor), full_matrices, compute_uv=False)
    u, s, v = ops.svd(_tensor(tensor), full_matrices)
    return s, u, matrix_transpose(v)


def eigh(tensor: Any, name: str | None = None) -> Any:
    """Eigenvalues and eigenvectors of a symmetric matrix."""
    return ops.eigh(_tensor(tensor))


def cross(a: Any, b: Any, name: str | None = None) -> Any:
    """The vector product, of three elements each."""
    return ops.cross(*pair(a, b))


__all__ = [
    *("matmul", "matvec", "matrix_transpose", "tensordot", "einsum", "norm", "global_norm"),
    *("trace", "diag", "diag_part", "band_part", "det", "inv", "cholesky", "solve", "qr", "svd"),
    *("eigh", "cross"),
]
