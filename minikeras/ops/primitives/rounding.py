"""Whole and neighbouring numbers."""

import numpy as np

from minikeras.dtypes import floating, promote
from minikeras.ops.declarations import elementwise
from minikeras.types import Array


@elementwise("ops.numpy numpy", dtype=floating, constant=True)
def floor(x: Array) -> Array:
    """The largest whole number not above x, as a float; constant almost everywhere."""
    return np.floor(x)


@elementwise("ops.numpy numpy", dtype=floating, constant=True)
def ceil(x: Array) -> Array:
    """The smallest whole number not below x, as a float; constant almost everywhere."""
    return np.ceil(x)


@elementwise(dtype=promote, constant=True)
def _round(x: Array) -> Array:
    """The nearest whole number; halves go to the even neighbour."""
    return np.rint(x) if x.dtype.kind == "f" else x.copy()


@elementwise("ops.numpy", dtype=floating, constant=True, converts_first=True)
def nextafter(x1: Array, x2: Array) -> Array:
    """The float64 next to x₁ in the direction of x₂, rounded to the common dtype."""
    return np.nextafter(x1.astype("float64"), x2.astype("float64")).astype(x1.dtype)
