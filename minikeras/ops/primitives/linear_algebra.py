"""Matrix decompositions, inverses and linear systems, from LAPACK through NumPy."""

from __future__ import annotations

import numpy as np

from minikeras.dtypes import promote
from minikeras.ops.declarations import primitive
from minikeras.ops.primitives.products import _matmul, _swapped
from minikeras.shapes import unchanged
from minikeras.types import Array, Shape, TensorLike


@primitive(dtype=promote, shape=unchanged)
def _inv(a: Array) -> Array:
    """y a = 1              da = −yᵀ dy yᵀ"""
    return np.linalg.inv(a)


@_inv.vjp
def _inv_vjp(dy: Array, y: Array, a: Array) -> TensorLike:
    yt = _swapped(y)
    return -np.matmul(yt, np.matmul(dy, yt))


@primitive(dtype=promote)
def _det(a: Array) -> Array:
    """y = det a            da = dy y (a⁻¹)ᵀ"""
    return np.asarray(np.linalg.det(a))


@_det.shape
def _det_shape(a: Shape) -> Shape:
    return a[:-2]


@_det.vjp
def _det_vjp(dy: Array, y: Array, a: Array) -> TensorLike:
    return np.expand_dims(dy * y, (-1, -2)) * _swapped(_inv.compute(a))


@primitive(dtype=promote, broadcasts=True)
def _solve(a: Array, b: Array) -> Array:
    """a y = b              db = (aᵀ)⁻¹ dy,  da = −db yᵀ"""
    return np.linalg.solve(a, b)


@_solve.shape
def _solve_shape(a: Shape, b: Shape) -> Shape:
    return b


@_solve.vjp
def _solve_vjp(dy: Array, y: Array, a: Array, b: Array) -> TensorLike:
    db = _solve.compute(_swapped(a), dy)
    return lambda: -_matmul.compute(db, _swapped(y)), db


@primitive(dtype=promote, shape=unchanged)
def _cholesky(a: Array) -> Array:
    """a = y yᵀ, y lower triangular

    da = ½ (s + sᵀ), s = (yᵀ)⁻¹ Φ(yᵀ dy) y⁻¹, Φ: the lower triangle, its diagonal halved
    """
    return np.linalg.cholesky(a)


@_cholesky.vjp
def _cholesky_vjp(dy: Array, y: Array, a: Array) -> TensorLike:
    inverse = _inv.compute(y)
    yt = _swapped(y)
    n = a.shape[-1]
    inner = np.tril(np.matmul(yt, dy)) * (1 - 0.5 * np.eye(n, dtype=a.dtype))
    s = _matmul.compute(_swapped(inverse), _matmul.compute(inner, inverse))
    return 0.5 * (s + _swapped(s))


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
    m = np.matmul(r, _swapped(dr)) - np.matmul(_swapped(dq), q)
    low = np.tril(m, -1)
    symmetric = np.tril(m) + _swapped(low)
    inverse = _swapped(_inv.compute(r))
    return _matmul.compute(dq + np.matmul(q, symmetric), inverse)


def _is_narrow(a: Array) -> bool:
    return a.ndim == 2 and 0 < a.shape[1] <= a.shape[0] and a.shape[1] < 48


_qr.fast("minikeras.kernels.rounding.householder", rules="forward", when=_is_narrow)


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
    vt = _swapped(v)
    diagonal_one = np.eye(a.shape[-1], dtype=a.dtype)
    gap = np.expand_dims(w, -2) - np.expand_dims(w, -1) + diagonal_one
    inner = np.expand_dims(dw, -1) * diagonal_one + np.matmul(vt, dv) * (1 - diagonal_one) / gap
    return np.matmul(v, np.matmul(inner, vt))
