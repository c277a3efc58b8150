"""Singular values, and what is computed from them: the pseudoinverse, least squares, the rank."""

from __future__ import annotations

import numpy as np

from minikeras.dtypes import floating
from minikeras.ops.declarations import primitive
from minikeras.ops.primitives.linear_algebra import inverse_gaps, safe_reciprocal
from minikeras.ops.primitives.products import _matmul, _swapped
from minikeras.types import Array, Shape, TensorLike


def _finite(a: Array) -> tuple[Array, Array]:
    """The matrices, those with NaN or ∞ as zeros, and which these are: LAPACK refuses them."""
    lost = np.asarray(~np.isfinite(a).all((-2, -1), keepdims=True))
    return np.where(lost, a.dtype.type(0), a), lost


def _or_nan(y: Array, lost: Array) -> Array:
    return np.where(lost, y.dtype.type(np.nan), y)


@primitive(dtype=floating)
def _svd(a: Array, *, full: bool) -> tuple[Array, Array, Array]:
    """a = u diag(s) vᵀ, s falling; returns u, s and vᵀ

    da = (u (f ∘ (uᵀdu − duᵀu)) s + (1 − uuᵀ) du s⁻¹) vᵀ + u diag(ds) vᵀ
         + u (s (f ∘ (vᵀdv − dvᵀv)) vᵀ + s⁻¹ dvᵀ (1 − vvᵀ)),  fᵢⱼ = 1 / (sⱼ² − sᵢ²), fᵢᵢ = 0

    full: whether u and v are square.

    Source: Townsend (2016), Differentiating the singular value decomposition.

    Parity: fᵢⱼ = 0 where sᵢ = sⱼ.  Matrices with NaN or ∞ give NaN.
    """
    a, lost = _finite(a)
    u, s, vt = np.linalg.svd(a, full)
    return _or_nan(u, lost), _or_nan(s, lost[..., 0]), _or_nan(vt, lost)


@_svd.shape
def _svd_shape(a: Shape, *, full: bool) -> list[Shape]:
    *stack, m, n = a
    k = None if m is None or n is None else min(m, n)
    left, right = ((m, m), (n, n)) if full else ((m, k), (k, n))
    return [(*stack, *left), (*stack, k), (*stack, *right)]


@_svd.vjp
def _svd_vjp(
    dy: tuple[Array, Array, Array], y: tuple[Array, Array, Array], a: Array, *, full: bool
) -> TensorLike:
    (du, ds, dvt), (u, s, vt) = dy, y
    m, n = a.shape[-2:]
    if full and abs(m - n) > 1:
        raise NotImplementedError(
            f"no gradient through svd of shape {tuple(a.shape)} with full_matrices=True: "
            "more than one singular vector is arbitrary"
        )
    u, du = _tied(u, du, s.shape[-1])
    v, dv = _tied(_swapped(vt), _swapped(dvt), s.shape[-1])
    ut, vt, dvt = _swapped(u), _swapped(v), _swapped(dv)
    row, column = np.expand_dims(s, -2), np.expand_dims(s, -1)
    f = inverse_gaps(np.square(s))
    one = np.eye(s.shape[-1], dtype=a.dtype)
    utdu, vtdv = np.matmul(ut, du), np.matmul(vt, dv)
    inner = f * (utdu - _swapped(utdu)) * row + column * f * (vtdv - _swapped(vtdv))
    inner = inner + np.expand_dims(ds, -1) * one
    left = (du - np.matmul(u, utdu)) * safe_reciprocal(row)
    right = safe_reciprocal(column) * (dvt - np.matmul(_swapped(vtdv), vt))
    return np.matmul(np.matmul(u, inner) + left, vt) + np.matmul(u, right)


def _tied(u: Array, du: Array, k: int) -> tuple[Array, Array]:
    """The first k vectors and their cotangents, with what the last one hands on to them.

    A vector beyond them is orthogonal to all others, so it moves only as these do.
    """
    first, dfirst, last, dlast = u[..., :k], du[..., :k], u[..., k:], du[..., k:]
    return first, dfirst - np.matmul(last, np.matmul(_swapped(dlast), first))


@primitive(dtype=floating)
def _singular_values(a: Array) -> Array:
    """s, falling           da = u diag(ds) vᵀ

    Parity: matrices with NaN or ∞ give NaN.
    """
    a, lost = _finite(a)
    return _or_nan(np.linalg.svd(a, compute_uv=False), lost[..., 0])


@_singular_values.shape
def _singular_values_shape(a: Shape) -> Shape:
    return _svd_shape(a, full=False)[1]


@_singular_values.vjp
def _singular_values_vjp(dy: Array, y: Array, a: Array) -> TensorLike:
    u, _, vt = _svd.compute(a, full=False)
    return _matmul.compute(u * np.expand_dims(dy, -2), vt)


@primitive(dtype=floating)
def _pinv(a: Array, *, rcond: float) -> Array:
    """y = v diag(g) uᵀ, gᵢ = 1 / sᵢ where sᵢ > rcond · s₁, else 0

    With m = uᵀ dyᵀ v:
    da = u (½ p ∘ (m + mᵀ) + ½ q ∘ (m − mᵀ)) vᵀ
         + (1 − uuᵀ) dyᵀ v diag(g²) vᵀ + u diag(g²) uᵀ dyᵀ (1 − vvᵀ)
    pᵢⱼ = (gᵢ − gⱼ) / (sᵢ − sⱼ), which is −gᵢ gⱼ where neither is 0;  qᵢⱼ = (gᵢ + gⱼ) / (sᵢ + sⱼ)

    Parity: where two singular values are equal, Keras's derivative lacks the pᵢⱼ and qᵢⱼ.
    Matrices with NaN or ∞ give NaN.
    """
    a, lost = _finite(a)
    return np.where(_swapped(lost), a.dtype.type(np.nan), np.linalg.pinv(a, rcond))


@_pinv.shape
def _pinv_shape(a: Shape, *, rcond: float) -> Shape:
    *stack, m, n = a
    return (*stack, n, m)


@_pinv.vjp
def _pinv_vjp(dy: Array, y: Array, a: Array, *, rcond: float) -> TensorLike:
    u, s, vt = _svd.compute(a, full=False)
    ut, v, dyt = _swapped(u), _swapped(vt), _swapped(dy)
    retained = s > rcond * s[..., :1]
    g = retained / np.where(retained, s, np.ones((), a.dtype))
    (retained_row, s_row, g_row), (retained_column, s_column, g_column) = (
        [np.expand_dims(x, side) for x in (retained, s, g)] for side in (-2, -1)
    )
    p = (g_row - g_column) * inverse_gaps(s)
    p = np.where(retained_row & retained_column, -g_row * g_column, p)
    q = (g_column + g_row) * safe_reciprocal(s_column + s_row)
    dyt_v, ut_dyt = np.matmul(dyt, v), np.matmul(ut, dyt)
    m = np.matmul(ut, dyt_v)
    mt = _swapped(m)
    inner = 0.5 * (p * (m + mt) + q * (m - mt))
    beyond = (dyt_v - np.matmul(u, m)) * np.square(g_row)
    before = np.square(g_column) * (ut_dyt - np.matmul(m, vt))
    return np.matmul(np.matmul(u, inner) + beyond, vt) + np.matmul(u, before)


@primitive(dtype=floating)
def _lstsq(a: Array, b: Array, *, rcond: float) -> Array:
    """y = p b, p = `_pinv` of a            db = pᵀ dy,  da: as of p, with dp = dy bᵀ

    Parity: NaN or ∞ in a or b gives NaN.
    """
    if not (np.isfinite(a).all() and np.isfinite(b).all()):
        return np.full((a.shape[1], b.shape[1]), np.nan, a.dtype)
    return np.linalg.lstsq(a, b, rcond)[0]


@_lstsq.shape
def _lstsq_shape(a: Shape, b: Shape, *, rcond: float) -> Shape:
    return (a[1], b[1])


@_lstsq.vjp
def _lstsq_vjp(dy: Array, y: Array, a: Array, b: Array, *, rcond: float) -> TensorLike:
    p = _pinv.compute(a, rcond=rcond)
    return (
        lambda: _pinv_vjp(np.matmul(dy, _swapped(b)), p, a, rcond=rcond),
        lambda: np.matmul(_swapped(p), dy),
    )


@primitive(dtype=floating, out="int32", constant=True)
def _matrix_rank(a: Array, *, tol: float | None) -> Array:
    """The number of singular values above tol (None: largest · longer side · machine epsilon)."""
    s = _singular_values.compute(a)
    if tol is None:
        wide = np.finfo(a.dtype).eps * max(a.shape[-2:])
        return np.sum(s > wide * s.max(-1, keepdims=True, initial=0), -1).astype("int32")
    return np.sum(s > tol, -1).astype("int32")


@_matrix_rank.shape
def _matrix_rank_shape(a: Shape, *, tol: float | None) -> Shape:
    return a[:-2]
