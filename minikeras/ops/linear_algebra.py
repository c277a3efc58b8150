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
from minikeras.ops.primitives.linear_algebra import (
    _cholesky,
    _complete_qr,
    _det,
    _eig,
    _eigh,
    _inv,
    _qr,
    _solve,
)
from minikeras.ops.primitives.singular_values import (
    _lstsq,
    _matrix_rank,
    _pinv,
    _singular_values,
    _svd,
)
from minikeras.ops.products import matmul
from minikeras.ops.reduction import sum
from minikeras.ops.reshaping import broadcast_to, expand_dims, moveaxis, squeeze, swapaxes
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
    """The inverse of each matrix whose Cholesky factor is x."""
    x = _square("cholesky_inverse", x)
    one = broadcast_to(eye(x.shape[-1], dtype=x.dtype), x.shape)
    inverse = solve_triangular(x, one, lower=not upper)
    other = swapaxes(inverse, -1, -2)
    return matmul(inverse, other) if upper else matmul(other, inverse)


@operation("ops.linalg")
def qr(x: TensorLike, mode: str = "reduced") -> tuple[TensorLike, TensorLike]:
    """Orthonormal columns q and an upper triangle r with x = q r ("complete": q is square).

    Raises NotImplementedError for the gradient of the complete q of a matrix with more rows than
    columns: its last columns are arbitrary.
    """
    if mode not in ("reduced", "complete"):
        raise ValueError(f"`mode` must be 'reduced' or 'complete', received {describe(mode)}")
    x = tensor(x)
    *_, rows, columns = x.shape
    return _complete_qr(x) if mode == "complete" and rows > columns else _qr(x)


@operation("ops.linalg")
def eigh(x: TensorLike) -> tuple[TensorLike, TensorLike]:
    """Eigenvalues (rising) and eigenvectors (columns) of symmetric matrices."""
    return _eigh(_square("eigh", x))


@operation("ops.linalg")
def svd(x: TensorLike, full_matrices: bool = True, compute_uv: bool = True) -> Any:
    """u, s, vᴴ with x = u diag(s) vᴴ, s falling; only s unless `compute_uv`.

    full_matrices: whether u and v are square.  If the sides of x then differ by more than 1, the
    gradient raises NotImplementedError: several columns are arbitrary.
    """
    return _svd(tensor(x), full=full_matrices) if compute_uv else _singular_values(tensor(x))


@operation("ops.linalg")
def eig(x: TensorLike) -> tuple[TensorLike, TensorLike]:
    """Complex eigenvalues and eigenvectors of square matrices.

    The gradient raises NotImplementedError.
    """
    return _eig(_square("eig", x))


@operation("ops.linalg")
def pinv(x: TensorLike, rcond: float | None = None) -> TensorLike:
    """Moore-Penrose inverse, singular values below rcond · largest counted as 0."""
    x = as_kind(floating, x)
    return _pinv(x, rcond=10 * _smallest(x) if rcond is None else float(rcond))


def _smallest(x: TensorLike) -> float:
    """The relative size of singular values that rounding may have made."""
    if None in x.shape[-2:]:  # a symbol: only the shape of the result is wanted
        return 0.0
    return float(max(x.shape[-2:]) * np.finfo(x.dtype).eps)


@operation("ops.linalg")
def matrix_rank(x: TensorLike, tol: float | None = None) -> TensorLike:
    """The number of singular values above `tol`, as int32."""
    return _matrix_rank(tensor(x), tol=None if tol is None else float(tol))


@operation("ops.linalg")
def lstsq(a: TensorLike, b: TensorLike, rcond: float | None = None) -> TensorLike:
    """The x of least norm that minimises ‖a x − b‖.

    Singular values of a below rcond · largest count as 0.
    """
    a, b = as_kind(floating, tensor(a), tensor(b))
    if a.shape[0] != b.shape[0]:
        raise ValueError(
            "`a` and `b` must have equally many rows: "
            f"a.shape={tuple(a.shape)}, b.shape={tuple(b.shape)}"
        )
    if len(a.shape) != 2 or len(b.shape) not in (1, 2):
        raise TypeError(
            "`a` must be a matrix, `b` a vector or matrix: "
            f"a.shape={tuple(a.shape)}, b.shape={tuple(b.shape)}"
        )
    rcond = _smallest(a) if rcond is None else float(rcond)
    if len(b.shape) == 1:
        return squeeze(_lstsq(a, expand_dims(b, -1), rcond=rcond), -1)
    return _lstsq(a, b, rcond=rcond)


@operation("ops.linalg")
def norm(x: TensorLike, ord: Any = None, axis: Any = None, keepdims: bool = False) -> TensorLike:
    """Vector norm along one axis, matrix norm along two (None: all); by default √Σ x².

    Vectors: any number, ±∞, 0 (count).  Matrices: "fro", "nuc" (the sum of the singular values),
    2 and −2 (the largest and smallest of them), 1, −1, ±∞.
    """
    x = as_kind(floating, x)
    axes = shapes.normalize_axes(axis, len(x.shape))
    if not 0 < len(axes) < 3:
        raise ValueError(f"norm needs one or two axes, received axis={axis}, x.shape={x.shape}")
    if ord is None or (ord == "fro" and len(axes) == 2) or (ord == 2 and len(axes) == 1):
        return sqrt(reduction.sum(x * x, axes, keepdims))
    if len(axes) == 2 and ord in ("nuc", 2, -2):
        s = _singular_values(moveaxis(x, axes, (-2, -1)))
        over = {"nuc": reduction.sum, 2: reduction.max, -2: reduction.min}[ord]
        return expand_dims(over(s, -1), axes) if keepdims else over(s, -1)
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
