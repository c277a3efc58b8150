"""The Fourier transforms of SciPy, which takes them from the same library as TensorFlow: ducc.

They have TensorFlow's rounding, for real numbers of any length, and are twice as fast as NumPy's.
"""

from __future__ import annotations

import numpy as np

from minikeras.ops.primitives.fourier import Pair, parts, scipy
from minikeras.types import Array


def _fft(real: Array, imag: Array) -> Pair:
    return parts(scipy.fft.fft(real + 1j * imag))


def _fft2(real: Array, imag: Array) -> Pair:
    return parts(scipy.fft.fft2(real + 1j * imag))


def _rfft(x: Array, *, length: int) -> Pair:
    return parts(scipy.fft.rfft(x, length))


def _irfft(real: Array, imag: Array, *, length: int) -> Array:
    return np.asarray(scipy.fft.irfft(real + 1j * imag, length), real.dtype)
