"""Products of matrices, and the decompositions of NumPy."""

from __future__ import annotations

import math
import string
from collections.abc import Sequence
from typing import Any

import numpy as np

from minikeras import dtypes, shapes
from minikeras.autograd import operation, primitive
from minikeras.dtypes import floating, promote
from minikeras.ops.core import as_kind, cast, tensor
from minikeras.ops.kinds import in_float32, quiet
from minikeras.ops.manipulation import reshape, squeeze, transpose
from minikeras.types import Array, Shape, TensorLike

_INT8 = (np.dtype("int8"), "int8")


@primitive(dtype=promote, broadcasts=True)
@quiet
def _matmul(a: Array, b: Array) -> Array:
    """Product of two stacks of matrices; leading axes broadcast.

    y = a b                 da = dy bᵀ,  db = aᵀ dy

    A stack times one matrix is one product of a tall matrix.
    """
    if b.ndim == 2 < a.ndim:
        return (_tall(a) @ b).reshape(*a.shape[:-1], b.shape[-1])
    return np.matmul(a, b)


@_matmul.shape
def _matmul_shape(a: Shape, b: Shape) -> Shape:
    *stack_a, rows, inner_a = a
    *stack_b, inner_b, columns = b
    if not shapes.match(inner_a, inner_b):
        raise ValueError(f"cannot multiply {a} by {b}: {inner_a} columns meet {inner_b} rows")
    return (*shapes.broadcast(tuple(stack_a), tuple(stack_b)), rows, columns)


@_matmul.vjp
def _matmul_vjp(dy: Array, y: Array, a: Array, b: Array) -> TensorLike:
    def db() -> TensorLike:
        if len(b.shape) == 2 < len(a.shape):
            return _matmul(_swapped(_tall(a)), _tall(dy))
        return _matmul(_swapped(a), dy)

    return lambda: _matmul(dy, _swapped(b)), db


def _is_one_product(a: Array, b: Array) -> bool:
    if a.dtype == b.dtype == np.float64:  # with threads of ours instead of BLAS's
        return b.ndim == 2 and a.size > 0 and b.size > 0
    return b.ndim == 2 and in_float32(a, b)


_matmul.fast("minikeras.ops.tensorflow_float32", when=_is_one_product)


def _tall(a: TensorLike) -> TensorLike:
    return a.reshape((math.prod(a.shape[:-1]), a.shape[-1]))


def _swapped(a: TensorLike) -> TensorLike:
    return np.swapaxes(a, -1, -2)


@operation
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


@operation
def dot(x1: TensorLike, x2: TensorLike) -> TensorLike:
    """Sum over the last axis of x1 and the second-to-last (or only) axis of x2."""
    x1, x2 = as_kind(promote, x1, x2)
    if not x1.shape or not x2.shape:
        return x1 * x2
    return tensordot(x1, x2, ((-1,), (-2 if len(x2.shape) > 1 else -1,)))


@operation
def vdot(x1: TensorLike, x2: TensorLike) -> TensorLike:
    """Sum of the products of all elements."""
    return dot(reshape(x1, (-1,)), reshape(x2, (-1,)))


@operation
def inner(x1: TensorLike, x2: TensorLike) -> TensorLike:
    """Sum over the last axes of both."""
    x1, x2 = as_kind(promote, x1, x2)
    return tensordot(x1, x2, ((-1,), (-1,))) if x1.shape and x2.shape else x1 * x2


@operation
def outer(x1: TensorLike, x2: TensorLike) -> TensorLike:
    """yᵢⱼ = x₁ᵢ x₂ⱼ, of the flat arguments."""
    return reshape(x1, (-1, 1)) * reshape(x2, (-1,))


@operation
def tensordot(x1: TensorLike, x2: TensorLike, axes: Any = 2) -> TensorLike:
    """Sum over pairs of axes: the last `axes` of x1 with the first of x2, or two lists of axes.

    Raises ValueError if the sizes of a pair differ.
    """
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
            f"tensordot: axes {first} of shape {tuple(x1.shape)} do not fit "
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


@primitive(dtype=promote, broadcasts=True)
@quiet
def _einsum(*xs: Array, subscripts: str) -> Array:
    """Sum of products over the letters that the result does not name.

    dxₖ = the same sum, with dy in the place of xₖ and the letters exchanged.
    """
    return np.einsum(subscripts, *xs, optimize=True)


@_einsum.shape
def _einsum_shape(*xs: Shape, subscripts: str) -> Shape:
    terms, result = subscripts.split("->")
    sizes: dict[str, int | None] = {}
    for term, x in zip(terms.split(","), xs, strict=True):
        if len(term) != len(x):
            raise ValueError(f"einsum: {term!r} names {len(term)} axes, the operand is {x}")
        for letter, n in zip(term, x, strict=True):
            if not shapes.match(sizes.get(letter), n) and 1 not in (sizes[letter], n):
                raise ValueError(f"einsum: sizes {sizes[letter]} and {n} for {letter!r} in {xs}")
            if sizes.get(letter) in (None, 1):
                sizes[letter] = n
    return tuple(sizes[letter] for letter in result)


@_einsum.vjp
def _einsum_vjp(dy: Array, y: Array, *xs: Array, subscripts: str) -> TensorLike:
    terms, result = subscripts.split("->")
    inputs = terms.split(",")

    def gradient(k: int) -> TensorLike:
        others = [(t, x) for i, (t, x) in enumerate(zip(inputs, xs, strict=True)) if i != k]
        spare = iter(set(string.ascii_letters) - set(terms))
        target = ""
        for letter, n in zip(inputs[k], xs[k].shape, strict=True):
            seen = letter in result or any(letter in t for t, _ in others)
            name = letter
            if letter in target:  # a repeated letter runs along a diagonal
                name = next(spare)
                others.append((letter + name, np.eye(n, dtype=dy.dtype)))
            elif not seen:  # summed away at once: the same for all
                others.append((letter, np.ones(n, dy.dtype)))
            target += name
        names = ",".join([result, *(t for t, _ in others)])
        return _einsum(dy, *(x for _, x in others), subscripts=f"{names}->{target}")

    return tuple((lambda k=k: gradient(k)) for k in range(len(xs)))


@operation
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


@operation
def cross(
    x1: TensorLike,
    x2: TensorLike,
    axisa: int = -1,
    axisb: int = -1,
    axisc: int = -1,
    axis: int | None = None,
) -> TensorLike:
    """Vector product along an axis of size 3; of size 2, the third component is 0."""
    from minikeras.ops.manipulation import moveaxis, stack

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


@operation
def kron(x1: TensorLike, x2: TensorLike) -> TensorLike:
    """Every element of x1 times the whole of x2, as blocks."""
    x1, x2 = as_kind(promote, x1, x2)
    rank = max(len(x1.shape), len(x2.shape))
    m, n = ((1,) * (rank - len(x.shape)) + tuple(x.shape) for x in (x1, x2))
    a = reshape(x1, tuple(v for size in m for v in (size, 1)))
    b = reshape(x2, tuple(v for size in n for v in (1, size)))
    sizes = tuple(None if None in pair else math.prod(pair) for pair in zip(m, n, strict=True))
    return reshape(a * b, sizes)


@operation
def norm(x: TensorLike, ord: Any = None, axis: Any = None, keepdims: bool = False) -> TensorLike:
    """Vector norm along one axis, matrix norm along two (None: all); by default √Σ x².

    Vectors: any number, ±∞, 0 (count).  Matrices: "fro", 1, −1, ±∞.
    """
    from minikeras.ops.arithmetic import absolute, power, sqrt
    from minikeras.ops.comparison import not_equal
    from minikeras.ops.reduction import max, min, sum

    x = as_kind(floating, x)
    axes = shapes.normalize_axes(axis, len(x.shape))
    if not 0 < len(axes) < 3:
        raise ValueError(f"norm needs one or two axes, received axis={axis}, x.shape={x.shape}")
    if ord is None or (ord == "fro" and len(axes) == 2) or (ord == 2 and len(axes) == 1):
        return sqrt(sum(x * x, axes, keepdims))
    if isinstance(ord, str):
        raise ValueError(f"Invalid `ord` for axis={axis}: {ord!r}")
    fold = max if ord in (1, math.inf) else min
    if len(axes) == 2:
        if ord not in (1, -1, math.inf, -math.inf):
            raise ValueError(f"Invalid `ord` for a matrix norm: {ord!r}")
        summed, kept = axes if ord in (1, -1) else axes[::-1]
        y = fold(sum(absolute(x), summed, True), kept, True)
        return y if keepdims else squeeze(y, axes)
    if ord in (math.inf, -math.inf):
        return (max if ord > 0 else min)(absolute(x), axes, keepdims)
    if ord == 0:
        return sum(cast(not_equal(x, 0), x.dtype), axes, keepdims)
    return power(sum(power(absolute(x), ord), axes, keepdims), 1 / ord)
