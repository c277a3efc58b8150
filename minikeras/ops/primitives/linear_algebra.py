"""Matrix decompositions, inverses and linear systems, from LAPACK through NumPy."""

from __future__ import annotations

from typing import Any

import numpy as np

from minikeras import dtypes
from minikeras.dtypes import floating
from minikeras.ops.declarations import primitive
from minikeras.ops.primitives.products import _matmul, _swapped
from minikeras.shapes import unchanged
from minikeras.types import Array, Shape, TensorLike


def safe_reciprocal(x: TensorLike) -> TensorLike:
    """1 / x, and 0 where x is 0: how TensorFlow divides by singular values."""
    return x / (x * x + 1e-20)


def inverse_gaps(x: TensorLike) -> TensorLike:
    """fᵢⱼ = 1 / (xⱼ − xᵢ), 0 where both are equal; of the numbers along the last axis.

    Its own derivative is 0 on the diagonal.
    """
    one = np.eye(x.shape[-1], dtype=x.dtype)
    return (1 - one) * safe_reciprocal(np.expand_dims(x, -2) - np.expand_dims(x, -1) + one)


@primitive(dtype=floating, shape=unchanged)
def _inv(a: Array) -> Array:
    """y a = 1              da = −yᵀ dy yᵀ"""
    return np.linalg.inv(a)


@_inv.vjp
def _inv_vjp(dy: Array, y: Array, a: Array) -> TensorLike:
    yt = _swapped(y)
    return -np.matmul(yt, np.matmul(dy, yt))


@primitive(dtype=floating)
def _det(a: Array) -> Array:
    """y = det a            da = dy y (a⁻¹)ᵀ"""
    return np.asarray(np.linalg.det(a))


@_det.shape
def _det_shape(a: Shape) -> Shape:
    return a[:-2]


@_det.vjp
def _det_vjp(dy: Array, y: Array, a: Array) -> TensorLike:
    return np.expand_dims(dy * y, (-1, -2)) * _swapped(_inv.compute(a))


@primitive(dtype=floating, broadcasts=True)
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


@primitive(dtype=floating, shape=unchanged)
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


@primitive(dtype=floating)
def _qr(a: Array) -> tuple[Array, Array]:
    """a = q r, qᵀ q = 1, r upper triangular

    da = (dq + q ½-copy(m)) (rᵀ)⁻¹, m = r drᵀ − dqᵀ q, its lower triangle copied to the upper

    Of a wide a = [x z], r = [u v]:  x = q u,  z = q v,  so that dz = q dv, and dq gains z dvᵀ.
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
    m, n = a.shape[-2:]
    if m >= n:
        return _deep_qr_vjp(dq, dr, q, r)
    beyond = dr[..., m:]
    dq = dq + np.matmul(a[..., m:], _swapped(beyond))
    da = _deep_qr_vjp(dq, dr[..., :m], q, r[..., :m])
    return np.concatenate([da, np.matmul(q, beyond)], -1)


def _deep_qr_vjp(dq: Array, dr: Array, q: Array, r: Array) -> TensorLike:
    m = np.matmul(r, _swapped(dr)) - np.matmul(_swapped(dq), q)
    symmetric = np.tril(m) + _swapped(np.tril(m, -1))
    inverse = _swapped(_inv.compute(r))
    return _matmul.compute(dq + np.matmul(q, symmetric), inverse)


def _is_narrow(a: Array) -> bool:
    return a.ndim == 2 and 0 < a.shape[1] <= a.shape[0] and a.shape[1] < 48


_qr.fast("minikeras.kernels.rounding.householder", rules="forward", when=_is_narrow)


@primitive(dtype=floating)
def _complete_qr(a: Array) -> tuple[Array, Array]:
    """a = q r with a square q, of more rows than columns; without a derivative.

    The last columns of q are arbitrary.
    """
    q, r = np.linalg.qr(a, "complete")
    return q, r


@_complete_qr.shape
def _complete_qr_shape(a: Shape) -> list[Shape]:
    return [(*a[:-1], a[-2]), a]


@primitive(dtype=floating)
def _eigh(a: Array) -> tuple[Array, Array]:
    """a v = v diag(w), w rising, vᵀ v = 1

    da = v (diag(dw) + f ∘ vᵀ dv) vᵀ, fᵢⱼ = 1 / (wⱼ − wᵢ), 0 on the diagonal

    Parity: fᵢⱼ = 0 where wᵢ = wⱼ.
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
    one = np.eye(a.shape[-1], dtype=a.dtype)
    inner = np.expand_dims(dw, -1) * one + inverse_gaps(w) * np.matmul(vt, dv)
    return np.matmul(v, np.matmul(inner, vt))


def _complex(kind: Any) -> str:
    return "complex128" if dtypes.of(kind) == "float64" else "complex64"


@primitive(dtype=floating, out=_complex)
def _eig(a: Array) -> tuple[Array, Array]:
    """a v = v diag(w), complex; without a derivative."""
    w, v = np.linalg.eig(a)
    return w.astype(_complex(a.dtype)), v.astype(_complex(a.dtype))


@_eig.shape
def _eig_shape(a: Shape) -> list[Shape]:
    return [a[:-1], a]
