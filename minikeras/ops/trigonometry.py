"""Angles, and the cardinal sine."""

import math

import numpy as np

from minikeras.dtypes import floating
from minikeras.ops.core import as_kind
from minikeras.ops.declarations import operation
from minikeras.ops.indexing import where
from minikeras.ops.kinds import measuring
from minikeras.ops.primitives.trigonometry import sin
from minikeras.types import TensorLike


@operation("ops.numpy numpy")
def deg2rad(x: TensorLike) -> TensorLike:
    """y = x π / 180"""
    x = as_kind(measuring, x)
    return x * (np.asarray(math.pi, x.dtype) / np.asarray(180.0, x.dtype))


@operation("ops.numpy numpy")
def rad2deg(x: TensorLike) -> TensorLike:
    """y = x 180 / π"""
    x = as_kind(measuring, x)
    return x * (np.asarray(180.0, x.dtype) / np.asarray(math.pi, x.dtype))


@operation("ops.numpy")
def sinc(x: TensorLike) -> TensorLike:
    """y = sin(πx) / (πx), and 1 at 0

    Parity: the gradient at 0 is NaN, from the branch that was not chosen.
    """
    x = as_kind(floating, x)
    pi_x = x * np.asarray(np.pi, x.dtype)
    return where(x == 0, np.ones((), x.dtype), sin(pi_x) / pi_x)
