"""Whole numbers bit by bit, and their common divisors."""

from __future__ import annotations

import numpy as np

from minikeras.dtypes import promote
from minikeras.ops.declarations import elementwise
from minikeras.types import Array


@elementwise("ops.numpy", dtype=promote, constant=True)
def bitwise_and(x: Array, y: Array) -> Array:
    """The bits set in both."""
    return np.bitwise_and(x, y)


@elementwise("ops.numpy", dtype=promote, constant=True)
def bitwise_or(x: Array, y: Array) -> Array:
    """The bits set in either."""
    return np.bitwise_or(x, y)


@elementwise("ops.numpy", dtype=promote, constant=True)
def bitwise_xor(x: Array, y: Array) -> Array:
    """The bits set in exactly one."""
    return np.bitwise_xor(x, y)


@elementwise("ops.numpy", also="bitwise_not", dtype=promote, constant=True)
def bitwise_invert(x: Array) -> Array:
    """The bits that are not set."""
    return np.invert(x)


@elementwise("ops.numpy", also="left_shift", dtype=promote, constant=True)
def bitwise_left_shift(x: Array, y: Array) -> Array:
    """x · 2^y"""
    return np.left_shift(x, y)


@elementwise("ops.numpy", also="right_shift", dtype=promote, constant=True)
def bitwise_right_shift(x: Array, y: Array) -> Array:
    """⌊x / 2^y⌋"""
    return np.right_shift(x, y)


def _whole(name: str, *xs: Array) -> None:
    if any(x.dtype.kind not in "iu" for x in xs):
        raise TypeError(f"Arguments to {name} must be integers, received {[x.dtype for x in xs]}")


@elementwise("ops.numpy", dtype=promote, constant=True)
def gcd(x1: Array, x2: Array) -> Array:
    """Greatest common divisor; TypeError for anything but integers."""
    _whole("gcd", x1, x2)
    return np.gcd(x1, x2)


@elementwise("ops.numpy", dtype=promote, constant=True)
def lcm(x1: Array, x2: Array) -> Array:
    """Least common multiple; TypeError for anything but integers."""
    _whole("lcm", x1, x2)
    return np.lcm(x1, x2)
