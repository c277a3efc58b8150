"""The matrix product and the sum of products over named axes."""

from __future__ import annotations

import math
import string

import numpy as np

from minikeras import shapes
from minikeras.dtypes import promote
from minikeras.ops.declarations import primitive
from minikeras.ops.kinds import in_float32, quiet
from minikeras.types import Array, Shape, TensorLike


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
            return _matmul.compute(_swapped(_tall(a)), _tall(dy))
        return _matmul.compute(_swapped(a), dy)

    return lambda: _matmul.compute(dy, _swapped(b)), db


def _has_twin(a: Array, b: Array) -> bool:
    if a.dtype == b.dtype == np.float64:  # with threads of ours instead of BLAS's
        return b.ndim == 2 and a.size > 0 and b.size > 0
    return in_float32(a, b)


_matmul.fast("minikeras.ops.tensorflow_float32", when=_has_twin)


def _tall(a: TensorLike) -> TensorLike:
    return a.reshape((math.prod(a.shape[:-1]), a.shape[-1]))


def _swapped(a: TensorLike) -> TensorLike:
    return np.swapaxes(a, -1, -2)


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
            elif not seen:  # summed over alone: the gradient is constant along this axis
                others.append((letter, np.ones(n, dy.dtype)))
            target += name
        names = ",".join([result, *(t for t, _ in others)])
        return _einsum.compute(dy, *(x for _, x in others), subscripts=f"{names}->{target}")

    return tuple((lambda k=k: gradient(k)) for k in range(len(xs)))
