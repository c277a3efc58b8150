"""The error function, its complement and its inverse."""

import math

import numpy as np

from minikeras.dtypes import floating
from minikeras.ops.declarations import elementwise
from minikeras.ops.kinds import in_float32
from minikeras.ops.primitives.special import erf as error_function
from minikeras.ops.primitives.special import erfc as complement
from minikeras.ops.primitives.special import erfinv as inverse
from minikeras.types import Array


@elementwise("ops", dtype=floating)
def erf(x: Array) -> Array:
    """Error function: y = 2/√π ∫₀ˣ e^−t² dt          dx = dy 2/√π e^−x²"""
    return error_function(x)


@erf.vjp
def erf_vjp(dy: Array, y: Array, x: Array) -> Array:
    return dy * (2 / math.sqrt(math.pi)) * np.exp(-(x * x))


erf.fast("minikeras.ops.tensorflow_float32", when=in_float32)


@elementwise("ops", dtype=floating)
def erfc(x: Array) -> Array:
    """y = 1 − erf x        dx = −dy 2/√π e^−x²"""
    return complement(x)


@erfc.vjp
def erfc_vjp(dy: Array, y: Array, x: Array) -> Array:
    return -erf_vjp(dy, y, x)


erfc.fast("minikeras.ops.tensorflow_float32", when=in_float32)


@elementwise("ops", dtype=floating)
def erfinv(x: Array) -> Array:
    """Inverse of erf on (−1, 1)        dx = dy √π/2 e^y²"""
    return inverse(x)


@erfinv.vjp
def erfinv_vjp(dy: Array, y: Array, x: Array) -> Array:
    return dy * (math.sqrt(math.pi) / 2) * np.exp(y * y)
