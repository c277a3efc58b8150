"""Matrix decompositions, inverses, norms and linear systems, from LAPACK through NumPy."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from minikeras import shapes
from minikeras.dtypes import floating
from minikeras.messages import describe
from minikeras.ops import reduction
from minikeras.ops.core import as_kind, cast, tensor
from minikeras.ops.creation import eye
from minikeras.ops.declarations import operation
from minikeras.ops.diagonals import diagonal, tril, triu
from minikeras.ops.primitives.arithmetic import absolute, power, sign, sqrt
from minikeras.ops.primitives.comparison import not_equal
from minikeras.ops.primitives.exponential import log
from minikeras.ops.primitives.linear_algebra import _cholesky, _det, _eigh, _inv, _qr, _solve
from minikeras.ops.products import matmul
from minikeras.ops.reduction import sum
from minikeras.ops.reshaping import expand_dims, squeeze, swapaxes
from minikeras.types import TensorLike


def _square(name: str, a: TensorLike) -> TensorLike:
    a = tensor(a)
    if len(a.shape) < 2 or a.shape[-1] != a.shape[-2]:
        raise ValueError(f"{name} needs square matrices, received shape {tuple(a.shape)}")
    return a


@operation("ops.linalg")
def inv(x: TensorLike) -> TensorLike:
    """The inverse of each square matrix; an error if there is none."""
    return _inv(_square("inv", x))


@operation("ops.linalg")
def det(x: TensorLike) -> TensorLike:
    """The determinant of each square matrix."""
    return _det(_square("det", x))


@operation("ops.numpy")
def slogdet(x: TensorLike) -> tuple[TensorLike, TensorLike]:
    """Sign and logarithm of the absolute value of the determinant."""
    d = det(x)
    return sign(d), log(absolute(d))


@operation("ops")
def logdet(x: TensorLike) -> TensorLike:
    """ln det of positive definite matrices: twice the sum of ln of the Cholesky diagonal."""
    return 2.0 * sum(log(diagonal(cholesky(x), 0, -2, -1)), -1)


@operation("ops.linalg")
def solve(a: TensorLike, b: TensorLike) -> TensorLike:
    """x with a x = b; b holds columns, or is one vector for each matrix."""
    a, b = _square("solve", a), tensor(b)
    if len(b.shape) == len(a.shape) - 1:
        return squeeze(_solve(a, expand_dims(b, -1)), -1)
    return _solve(a, b)


@operation("ops.linalg")
def solve_triangular(a: TensorLike, b: TensorLike, lower: bool = False) -> TensorLike:
    """`solve`, reading only the upper (or lower) triangle of a."""
    return solve(tril(a) if lower else triu(a), b)


@operation("ops.linalg")
def cholesky(x: TensorLike, upper: bool = False) -> TensorLike:
    """The triangular y with x = y yᵀ (upper: x = yᵀ y).

    Raises ValueError if x is not positive definite.
    """
    try:
        y = _cholesky(_square("cholesky", x))
    except np.linalg.LinAlgError as error:
        raise ValueError(f"cholesky: `x` must be positive definite ({error})") from None
    return swapaxes(y, -1, -2) if upper else y


@operation("ops.linalg")
def cholesky_inverse(x: TensorLike, upper: bool = False) -> TensorLike:
    """The inverse of the matrix whose Cholesky factor is x."""
    x = tensor(x)
    inverse = solve_triangular(x, eye(x.shape[-1], dtype=x.dtype), lower=not upper)
    other = swapaxes(inverse, -1, -2)
    return matmul(inverse, other) if upper else matmul(other, inverse)


@operation("ops.linalg")
def qr(x: TensorLike, mode: str = "reduced") -> tuple[TensorLike, TensorLike]:
    """Orthonormal columns q and an upper triangle r with x = q r ("complete": q is square)."""
    if mode not in ("reduced", "complete"):
        raise ValueError(f"`mode` must be 'reduced' or 'complete', received {describe(mode)}")
    if mode == "complete":
        q, r = np.linalg.qr(np.asarray(x), "complete")
        return tensor(q), tensor(r)
    return _qr(tensor(x))


@operation("ops.linalg")
def eigh(x: TensorLike) -> tuple[TensorLike, TensorLike]:
    """Eigenvalues (rising) and eigenvectors (columns) of symmetric matrices."""
    return _eigh(_square("eigh", x))


@operation("ops.linalg")
def svd(x: TensorLike, full_matrices: bool = True, compute_uv: bool = True) -> Any:
    """u, s, vᴴ with x = u diag(s) vᴴ, s falling; only s unless `compute_uv`.

    Not differentiable here.
    """
    x = np.asarray(tensor(x))
    if not compute_uv:
        return tensor(np.linalg.svd(x, compute_uv=False))
    return tuple(tensor(part) for part in np.linalg.svd(x, full_matrices))


@operation("ops.linalg")
def eig(x: TensorLike) -> tuple[TensorLike, TensorLike]:
    """Complex eigenvalues and eigenvectors of square matrices.  Not differentiable here."""
    w, v = np.linalg.eig(np.asarray(_square("eig", x)))
    wide = np.result_type(w.dtype, np.complex64)
    return tensor(w.astype(wide)), tensor(v.astype(wide))


@operation("ops.linalg")
def pinv(x: TensorLike, rcond: float | None = None) -> TensorLike:
    """Moore-Penrose inverse, singular values below rcond · largest counted as 0."""
    a = np.asarray(tensor(x))
    if rcond is None:
        rcond = 10 * max(a.shape[-2:]) * np.finfo(a.dtype).eps
    return tensor(np.linalg.pinv(a, rcond))


@operation("ops.linalg")
def matrix_rank(x: TensorLike, tol: float | None = None) -> TensorLike:
    """The number of singular values above `tol`, as int32."""
    return tensor(np.asarray(np.linalg.matrix_rank(np.asarray(tensor(x)), tol), "int32"))


@operation("ops.linalg")
def lstsq(a: TensorLike, b: TensorLike, rcond: float | None = None) -> TensorLike:
    """The x of least norm that minimises ‖a x − b‖.  Not differentiable here."""
    a, b = np.asarray(tensor(a)), np.asarray(tensor(b))
    if a.shape[0] != b.shape[0]:
        raise ValueError(f"`a` and `b` must have equally many rows: {a.shape}, {b.shape}")
    if a.ndim != 2 or b.ndim not in (1, 2):
        raise TypeError(f"`a` must be a matrix, `b` a vector or matrix: {a.shape}, {b.shape}")
    return tensor(np.linalg.lstsq(a, b, rcond)[0])


@operation("ops.linalg")
def norm(x: TensorLike, ord: Any = None, axis: Any = None, keepdims: bool = False) -> TensorLike:
    """Vector norm along one axis, matrix norm along two (None: all); by default √Σ x².

    Vectors: any number, ±∞, 0 (count).  Matrices: "fro", 1, −1, ±∞.
    """
    x = as_kind(floating, x)
    axes = shapes.normalize_axes(axis, len(x.shape))
    if not 0 < len(axes) < 3:
        raise ValueError(f"norm needs one or two axes, received axis={axis}, x.shape={x.shape}")
    if ord is None or (ord == "fro" and len(axes) == 2) or (ord == 2 and len(axes) == 1):
        return sqrt(reduction.sum(x * x, axes, keepdims))
    if isinstance(ord, str):
        raise ValueError(f"Invalid `ord` for axis={axis}: {ord!r}")
    extreme = reduction.max if ord in (1, math.inf) else reduction.min
    if len(axes) == 2:
        if ord not in (1, -1, math.inf, -math.inf):
            raise ValueError(f"Invalid `ord` for a matrix norm: {ord!r}")
        summed, other = axes if ord in (1, -1) else axes[::-1]
        y = extreme(reduction.sum(absolute(x), summed, True), other, True)
        return y if keepdims else squeeze(y, axes)
    if ord in (math.inf, -math.inf):
        return (reduction.max if ord > 0 else reduction.min)(absolute(x), axes, keepdims)
    if ord == 0:
        return reduction.sum(cast(not_equal(x, 0), x.dtype), axes, keepdims)
    return power(reduction.sum(power(absolute(x), ord), axes, keepdims), 1 / ord)
