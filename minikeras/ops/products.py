"""Matrix, vector and tensor products."""

from __future__ import annotations

import math
import string
from collections.abc import Sequence
from typing import Any

import numpy as np

from minikeras import dtypes, shapes
from minikeras.dtypes import promote
from minikeras.ops.core import as_kind, cast, converted, stack, tensor
from minikeras.ops.declarations import operation
from minikeras.ops.primitives.products import _einsum, _matmul, _matmul_shape
from minikeras.ops.reshaping import moveaxis, reshape, squeeze, transpose
from minikeras.types import TensorLike

_INT8 = (np.dtype("int8"), "int8")


@operation("ops.numpy numpy")
def matmul(x1: TensorLike, x2: TensorLike) -> TensorLike:
    """Matrix product over the last axis of x1 and the second-to-last of x2; leading axes broadcast.

    A vector counts as one row (x1) or one column (x2), which disappears again.
    int8 times int8 is summed in int32.  Raises ValueError if the sizes do not fit.
    """
    x1, x2 = tensor(x1), tensor(x2)
    if not x1.shape or not x2.shape:
        raise ValueError(f"matmul needs at least one axis, received {x1.shape} and {x2.shape}")
    row, column = len(x1.shape) == 1, len(x2.shape) == 1
    if not (row or column):
        if x1.dtype in _INT8 and x2.dtype in _INT8:
            x1, x2 = cast(x1, "int32"), cast(x2, "int32")
        if x1.shape[-1] != x2.shape[-2]:
            _matmul_shape(tuple(x1.shape), tuple(x2.shape))
        return _matmul(x1, x2)
    a = reshape(x1, (1, *x1.shape)) if row else x1
    b = reshape(x2, (*x2.shape, 1)) if column else x2
    _matmul_shape(tuple(a.shape), tuple(b.shape))
    return squeeze(_matmul(a, b), ((-2,) if row else ()) + ((-1,) if column else ()))


@operation("ops.numpy Tensor numpy")
def dot(x1: TensorLike, x2: TensorLike) -> TensorLike:
    """Sum over the last axis of x1 and the second-to-last (or only) axis of x2."""
    x1, x2 = converted(promote, x1, x2)
    if not x1.shape or not x2.shape:
        return x1 * x2
    return _tensordot(x1, x2, ((-1,), (-2 if len(x2.shape) > 1 else -1,)))


@operation("ops.numpy numpy")
def vdot(x1: TensorLike, x2: TensorLike) -> TensorLike:
    """Sum of the products of all elements."""
    return dot(reshape(x1, (-1,)), reshape(x2, (-1,)))


@operation("ops.numpy numpy")
def inner(x1: TensorLike, x2: TensorLike) -> TensorLike:
    """Sum over the last axes of both."""
    x1, x2 = converted(promote, x1, x2)
    return _tensordot(x1, x2, ((-1,), (-1,))) if x1.shape and x2.shape else x1 * x2


@operation("ops.numpy numpy")
def outer(x1: TensorLike, x2: TensorLike) -> TensorLike:
    """yᵢⱼ = x₁ᵢ x₂ⱼ, of the flat arguments."""
    return reshape(x1, (-1, 1)) * reshape(x2, (-1,))


@operation("ops.numpy numpy")
def tensordot(x1: TensorLike, x2: TensorLike, axes: Any = 2) -> TensorLike:
    """Sum over pairs of axes: the last `axes` of x1 with the first of x2, or two lists of axes.

    Raises ValueError if the sizes of a pair differ.
    """
    return _tensordot(x1, x2, axes)


def _tensordot(x1: TensorLike, x2: TensorLike, axes: Any) -> TensorLike:
    x1, x2 = as_kind(promote, x1, x2)
    p, q = len(x1.shape), len(x2.shape)
    if isinstance(axes, int):
        first, second = tuple(range(p - axes, p)), tuple(range(axes))
    else:
        a, b = ((v,) if isinstance(v, int) else tuple(v) for v in axes)
        first, second = shapes.normalize_axes(a, p), shapes.normalize_axes(b, q)
    if len(first) != len(second) or not all(
        shapes.match(x1.shape[i], x2.shape[j]) for i, j in zip(first, second, strict=True)
    ):
        raise ValueError(
            f"axes {first} of shape {tuple(x1.shape)} do not fit "
            f"axes {second} of shape {tuple(x2.shape)}"
        )
    rows = tuple(i for i in range(p) if i not in first)
    columns = tuple(j for j in range(q) if j not in second)
    shape = (*(x1.shape[i] for i in rows), *(x2.shape[j] for j in columns))
    inner_size = shapes.size(x2.shape[j] for j in second)
    inner_size = -1 if inner_size is None else inner_size
    a = reshape(transpose(x1, (*rows, *first)) if p else x1, (_count(x1, rows), inner_size))
    b = reshape(transpose(x2, (*second, *columns)) if q else x2, (inner_size, _count(x2, columns)))
    return reshape(_matmul(a, b), tuple(-1 if n is None else n for n in shape))


def _count(x: TensorLike, axes: Sequence[int]) -> int:
    n = shapes.size(x.shape[i] for i in axes)
    return -1 if n is None else n


@operation("ops.numpy numpy")
def einsum(subscripts: str, *operands: TensorLike, **kwargs: Any) -> TensorLike:
    """Sum of products in Einstein's notation, such as "ij,jk->ik".

    Parity: whole numbers are multiplied as floats and cast back; int8 gives int32.
    """
    xs = [tensor(x) for x in operands]
    names = {dtypes.standardize(x.dtype) for x in xs}
    dtype = "int32" if names == {"int8"} else dtypes.result_type(*names)
    compute = dtype if dtype.startswith("float") else dtypes.result_type(dtype, float)
    explicit = _explicit(subscripts, [len(x.shape) for x in xs])
    return cast(_einsum(*(cast(x, compute) for x in xs), subscripts=explicit), dtype)


def _explicit(subscripts: str, ranks: list[int]) -> str:
    """The subscripts with the result named and the ellipsis spelled out."""
    terms, arrow, result = subscripts.replace(" ", "").partition("->")
    inputs = terms.split(",")
    if len(inputs) != len(ranks):
        raise ValueError(f"einsum: {subscripts!r} names {len(inputs)} operands, not {len(ranks)}")
    spare = [c for c in string.ascii_letters if c not in subscripts]
    hidden = [rank - len(t) + 3 if "..." in t else 0 for t, rank in zip(inputs, ranks, strict=True)]
    stretch = "".join(spare[: max(hidden)])
    inputs = [
        t.replace("...", stretch[len(stretch) - n :]) for t, n in zip(inputs, hidden, strict=True)
    ]
    if not arrow:
        joined = terms.replace(",", "").replace(".", "")
        once = sorted(c for c in set(joined) if joined.count(c) == 1)
        result = "..." + "".join(once) if stretch else "".join(once)
    return ",".join(inputs) + "->" + result.replace("...", stretch)


@operation("ops.numpy numpy")
def cross(
    x1: TensorLike,
    x2: TensorLike,
    axisa: int = -1,
    axisb: int = -1,
    axisc: int = -1,
    axis: int | None = None,
) -> TensorLike:
    """Vector product along an axis of size 3; of size 2, the third component is 0."""
    if axis is not None:
        axisa = axisb = axisc = axis
    x1, x2 = as_kind(promote, x1, x2)
    a, b = moveaxis(x1, axisa, -1), moveaxis(x2, axisb, -1)
    if {a.shape[-1], b.shape[-1]} - {2, 3}:
        raise ValueError(f"cross needs axes of size 2 or 3, received {x1.shape} and {x2.shape}")
    a0, a1, a2 = _components(a)
    b0, b1, b2 = _components(b)
    z = a0 * b1 - a1 * b0
    if a.shape[-1] == b.shape[-1] == 2:
        return z
    return moveaxis(stack([a1 * b2 - a2 * b1, a2 * b0 - a0 * b2, z], axis=-1), -1, axisc)


def _components(a: TensorLike) -> tuple[TensorLike, TensorLike, TensorLike]:
    return a[..., 0], a[..., 1], a[..., 2] if a.shape[-1] == 3 else a[..., 0] * 0


@operation("ops.numpy numpy")
def kron(x1: TensorLike, x2: TensorLike) -> TensorLike:
    """Every element of x1 times the whole of x2, as blocks."""
    x1, x2 = converted(promote, x1, x2)
    rank = max(len(x1.shape), len(x2.shape))
    m, n = ((1,) * (rank - len(x.shape)) + tuple(x.shape) for x in (x1, x2))
    a = reshape(x1, tuple(v for size in m for v in (size, 1)))
    b = reshape(x2, tuple(v for size in n for v in (1, size)))
    sizes = tuple(None if None in pair else math.prod(pair) for pair in zip(m, n, strict=True))
    return reshape(a * b, sizes)
