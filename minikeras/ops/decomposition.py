"""Matrix decompositions, inverses and linear systems, from LAPACK through NumPy."""

from __future__ import annotations

from typing import Any

import numpy as np

from minikeras.autograd import operation, primitive
from minikeras.dtypes import promote
from minikeras.ops.arithmetic import absolute
from minikeras.ops.core import tensor
from minikeras.ops.creation import eye
from minikeras.ops.diagonals import diagonal, tril, triu
from minikeras.ops.elementwise import log
from minikeras.ops.manipulation import expand_dims, squeeze, swapaxes
from minikeras.ops.products import matmul
from minikeras.ops.reduction import sum
from minikeras.types import Array, Shape, TensorLike


def _unchanged(a: Shape) -> Shape:
    return a


def _square(name: str, a: TensorLike) -> TensorLike:
    a = tensor(a)
    if len(a.shape) < 2 or a.shape[-1] != a.shape[-2]:
        raise ValueError(f"{name} needs square matrices, received shape {tuple(a.shape)}")
    return a


@primitive(dtype=promote, shape=_unchanged)
def _inv(a: Array) -> Array:
    """y a = 1              da = −yᵀ dy yᵀ"""
    return np.linalg.inv(a)


@_inv.vjp
def _inv_vjp(dy: Array, y: Array, a: Array) -> TensorLike:
    yt = np.swapaxes(y, -1, -2)
    return -np.matmul(yt, np.matmul(dy, yt))


@operation
def inv(x: TensorLike) -> TensorLike:
    """The inverse of each square matrix; an error if there is none."""
    return _inv(_square("inv", x))


@primitive(dtype=promote)
def _det(a: Array) -> Array:
    """y = det a            da = dy y (a⁻¹)ᵀ"""
    return np.asarray(np.linalg.det(a))


@_det.shape
def _det_shape(a: Shape) -> Shape:
    return a[:-2]


@_det.vjp
def _det_vjp(dy: Array, y: Array, a: Array) -> TensorLike:
    return np.expand_dims(dy * y, (-1, -2)) * np.swapaxes(_inv(a), -1, -2)


@operation
def det(x: TensorLike) -> TensorLike:
    """The determinant of each square matrix."""
    return _det(_square("det", x))


@operation
def slogdet(x: TensorLike) -> tuple[TensorLike, TensorLike]:
    """Sign and logarithm of the absolute value of the determinant."""
    from minikeras.ops.arithmetic import sign

    d = det(x)
    return sign(d), log(absolute(d))


@operation
def logdet(x: TensorLike) -> TensorLike:
    """ln det of positive definite matrices: twice the sum of ln of the Cholesky diagonal."""
    return 2.0 * sum(log(diagonal(cholesky(x), 0, -2, -1)), -1)


@primitive(dtype=promote, broadcasts=True)
def _solve(a: Array, b: Array) -> Array:
    """a y = b              db = (aᵀ)⁻¹ dy,  da = −db yᵀ"""
    return np.linalg.solve(a, b)


@_solve.shape
def _solve_shape(a: Shape, b: Shape) -> Shape:
    return b


@_solve.vjp
def _solve_vjp(dy: Array, y: Array, a: Array, b: Array) -> TensorLike:
    db = _solve(np.swapaxes(a, -1, -2), dy)
    return lambda: -np.matmul(db, np.swapaxes(y, -1, -2)), db


@operation
def solve(a: TensorLike, b: TensorLike) -> TensorLike:
    """x with a x = b; b holds columns, or is one vector for each matrix."""
    a, b = _square("solve", a), tensor(b)
    if len(b.shape) == len(a.shape) - 1:
        return squeeze(_solve(a, expand_dims(b, -1)), -1)
    return _solve(a, b)


@operation
def solve_triangular(a: TensorLike, b: TensorLike, lower: bool = False) -> TensorLike:
    """`solve`, reading only the upper (or lower) triangle of a."""
    return solve(tril(a) if lower else triu(a), b)


@primitive(dtype=promote, shape=_unchanged)
def _cholesky(a: Array) -> Array:
    """a = y yᵀ, y lower triangular

    da = ½ (s + sᵀ), s = (yᵀ)⁻¹ Φ(yᵀ dy) y⁻¹, Φ: the lower triangle, its diagonal halved
    """
    return np.linalg.cholesky(a)


@_cholesky.vjp
def _cholesky_vjp(dy: Array, y: Array, a: Array) -> TensorLike:
    inverse = _inv(y)
    yt = np.swapaxes(y, -1, -2)
    n = a.shape[-1]
    inner = np.tril(np.matmul(yt, dy)) * (1 - 0.5 * np.eye(n, dtype=a.dtype))
    s = np.matmul(np.swapaxes(inverse, -1, -2), np.matmul(inner, inverse))
    return 0.5 * (s + np.swapaxes(s, -1, -2))


@operation
def cholesky(x: TensorLike, upper: bool = False) -> TensorLike:
    """The triangular y with x = y yᵀ (upper: x = yᵀ y).

    Raises ValueError if x is not positive definite.
    """
    try:
        y = _cholesky(_square("cholesky", x))
    except np.linalg.LinAlgError as error:
        raise ValueError(f"cholesky: `x` must be positive definite ({error})") from None
    return swapaxes(y, -1, -2) if upper else y


@operation
def cholesky_inverse(x: TensorLike, upper: bool = False) -> TensorLike:
    """The inverse of the matrix whose Cholesky factor is x."""
    x = tensor(x)
    inverse = solve_triangular(x, eye(x.shape[-1], dtype=x.dtype), lower=not upper)
    other = swapaxes(inverse, -1, -2)
    return matmul(inverse, other) if upper else matmul(other, inverse)


@primitive(dtype=promote)
def _qr(a: Array) -> tuple[Array, Array]:
    """a = q r, qᵀ q = 1, r upper triangular

    da = (dq + q ½-copy(m)) (rᵀ)⁻¹, m = r drᵀ − dqᵀ q, its lower triangle copied to the upper
    """
    q, r = np.linalg.qr(a)
    return q, r


@_qr.shape
def _qr_shape(a: Shape) -> list[Shape]:
    *stack, m, n = a
    k = None if m is None or n is None else min(m, n)
    return [(*stack, m, k), (*stack, k, n)]


@_qr.vjp
def _qr_vjp(dy: tuple[Array, Array], y: tuple[Array, Array], a: Array) -> TensorLike:
    (dq, dr), (q, r) = dy, y
    if a.shape[-2] < a.shape[-1]:
        raise NotImplementedError(f"no gradient through qr of wide matrices: {a.shape}")
    m = np.matmul(r, np.swapaxes(dr, -1, -2)) - np.matmul(np.swapaxes(dq, -1, -2), q)
    low = np.tril(m, -1)
    symmetric = np.tril(m) + np.swapaxes(low, -1, -2)
    inverse = np.swapaxes(_inv(r), -1, -2)
    return np.matmul(dq + np.matmul(q, symmetric), inverse)


def _is_narrow(a: Array) -> bool:
    return a.ndim == 2 and 0 < a.shape[1] <= a.shape[0] and a.shape[1] < 48


_qr.fast("minikeras.kernels.rounding.householder", rules="forward", when=_is_narrow)


@operation
def qr(x: TensorLike, mode: str = "reduced") -> tuple[TensorLike, TensorLike]:
    """Orthonormal columns q and an upper triangle r with x = q r ("complete": q is square)."""
    if mode not in ("reduced", "complete"):
        raise ValueError(f"`mode` must be 'reduced' or 'complete', received {mode!r}")
    if mode == "complete":
        q, r = np.linalg.qr(np.asarray(x), "complete")
        return tensor(q), tensor(r)
    return _qr(tensor(x))


@primitive(dtype=promote)
def _eigh(a: Array) -> tuple[Array, Array]:
    """a v = v diag(w), w rising, vᵀ v = 1

    da = v (diag(dw) + f ∘ vᵀ dv) vᵀ, fᵢⱼ = 1 / (wⱼ − wᵢ), 0 on the diagonal
    """
    w, v = np.linalg.eigh(a)
    return w, v


@_eigh.shape
def _eigh_shape(a: Shape) -> list[Shape]:
    return [a[:-1], a]


@_eigh.vjp
def _eigh_vjp(dy: tuple[Array, Array], y: tuple[Array, Array], a: Array) -> TensorLike:
    (dw, dv), (w, v) = dy, y
    vt = np.swapaxes(v, -1, -2)
    diagonal_one = np.eye(a.shape[-1], dtype=a.dtype)
    gap = np.expand_dims(w, -2) - np.expand_dims(w, -1) + diagonal_one
    inner = np.expand_dims(dw, -1) * diagonal_one + np.matmul(vt, dv) * (1 - diagonal_one) / gap
    return np.matmul(v, np.matmul(inner, vt))


@operation
def eigh(x: TensorLike) -> tuple[TensorLike, TensorLike]:
    """Eigenvalues (rising) and eigenvectors (columns) of symmetric matrices."""
    return _eigh(_square("eigh", x))


@operation
def svd(x: TensorLike, full_matrices: bool = True, compute_uv: bool = True) -> Any:
    """u, s, vᴴ with x = u diag(s) vᴴ, s falling; only s unless `compute_uv`.

    Not differentiable here.
    """
    x = np.asarray(tensor(x))
    if not compute_uv:
        return tensor(np.linalg.svd(x, compute_uv=False))
    return tuple(tensor(part) for part in np.linalg.svd(x, full_matrices))


@operation
def eig(x: TensorLike) -> tuple[TensorLike, TensorLike]:
    """Complex eigenvalues and eigenvectors of square matrices.  Not differentiable here."""
    w, v = np.linalg.eig(np.asarray(_square("eig", x)))
    wide = np.result_type(w.dtype, np.complex64)
    return tensor(w.astype(wide)), tensor(v.astype(wide))


@operation
def pinv(x: TensorLike, rcond: float | None = None) -> TensorLike:
    """Moore-Penrose inverse, singular values below rcond · largest counted as 0."""
    a = np.asarray(tensor(x))
    if rcond is None:
        rcond = 10 * max(a.shape[-2:]) * np.finfo(a.dtype).eps
    return tensor(np.linalg.pinv(a, rcond))


@operation
def matrix_rank(x: TensorLike, tol: float | None = None) -> TensorLike:
    """The number of singular values above `tol`, as int32."""
    return tensor(np.asarray(np.linalg.matrix_rank(np.asarray(tensor(x)), tol), "int32"))


@operation
def lstsq(a: TensorLike, b: TensorLike, rcond: float | None = None) -> TensorLike:
    """The x of least norm that minimises ‖a x − b‖.  Not differentiable here."""
    a, b = np.asarray(tensor(a)), np.asarray(tensor(b))
    if a.shape[0] != b.shape[0]:
        raise ValueError(f"`a` and `b` must have equally many rows: {a.shape}, {b.shape}")
    if a.ndim != 2 or b.ndim not in (1, 2):
        raise TypeError(f"`a` must be a matrix, `b` a vector or matrix: {a.shape}, {b.shape}")
    return tensor(np.linalg.lstsq(a, b, rcond)[0])
