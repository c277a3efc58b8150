"""Discrete Fourier transforms of complex numbers, which are pairs of real and imaginary parts.

F has the entries exp(−2πi t k / n); F* is its conjugate transpose, and F* d = conj(F conj(d)),
since F is symmetric.  The real and imaginary parts of dx = F* dy are the gradients of those of x.
"""

from __future__ import annotations

import functools
from typing import Any

import numpy as np

from minikeras.autograd import primitive
from minikeras.dtypes import promote, separate
from minikeras.ops.primitives.joining import _pad
from minikeras.optional import Library, missing
from minikeras.types import Array, Shape

Pair = tuple[Array, Array]
scipy = Library("scipy")
_FAST = "minikeras.ops.ducc_fourier"


@functools.cache
def _is_installed() -> bool:
    return not missing("scipy")


def _has_scipy(*arrays: Array, **static: Any) -> bool:
    """Whether there is SciPy, and data: its transforms refuse empty arrays."""
    return _is_installed() and all(x.size for x in arrays)


def parts(z: Array) -> Pair:
    """The real parts and the imaginary parts."""
    return np.ascontiguousarray(z.real), np.ascontiguousarray(z.imag)


@primitive(dtype=promote)
def _fft(real: Array, imag: Array) -> Pair:
    """y = F x along the last axis           dx = F* dy"""
    return parts(np.fft.fft(real + 1j * imag))


@_fft.shape
def _fft_shape(real: Shape, imag: Shape) -> list[Shape]:
    return [real, imag]


@_fft.vjp
def _fft_vjp(dy: Pair, y: Pair, real: Array, imag: Array) -> Any:
    d_real, d_imag = _fft.compute(dy[0], -dy[1])
    return d_real, -d_imag


_fft.fast(_FAST, rules="forward", when=_has_scipy)


@primitive(dtype=promote)
def _fft2(real: Array, imag: Array) -> Pair:
    """y = F x Fᵀ over the last two axes           dx = conj(F conj(dy) Fᵀ)"""
    return parts(np.fft.fft2(real + 1j * imag))


@_fft2.shape
def _fft2_shape(real: Shape, imag: Shape) -> list[Shape]:
    return [real, imag]


@_fft2.vjp
def _fft2_vjp(dy: Pair, y: Pair, real: Array, imag: Array) -> Any:
    d_real, d_imag = _fft2.compute(dy[0], -dy[1])
    return d_real, -d_imag


_fft2.fast(_FAST, rules="forward", when=_has_scipy)


@primitive(dtype=separate)
def _rfft(x: Array, *, length: int) -> Pair:
    """The first length / 2 + 1 elements of F x, for real x cut or filled up to ``length``

    dx = the real part of F* dy, with zeros for the elements that are left out
    """
    return parts(np.fft.rfft(x, length))


@_rfft.shape
def _rfft_shape(x: Shape, *, length: int) -> list[Shape]:
    return [(*x[:-1], length // 2 + 1)] * 2


@_rfft.vjp
def _rfft_vjp(dy: Pair, y: Pair, x: Array, *, length: int) -> Any:
    real, imag = (_last_axis_of(part, length) for part in dy)
    return _last_axis_of(_fft.compute(real, -imag)[0], x.shape[-1])


_rfft.fast(_FAST, rules="forward", when=_has_scipy)


def _last_axis_of(x: Any, size: int) -> Any:
    """The first ``size`` elements along the last axis, zeros behind those that there are."""
    missing = size - x.shape[-1]
    if missing <= 0:
        return x[..., :size]
    widths = (*[(0, 0)] * (len(x.shape) - 1), (0, missing))
    return _pad.compute(x, widths=widths, value=0.0)


@primitive(dtype=promote)
def _irfft(real: Array, imag: Array, *, length: int) -> Array:
    """y with the first elements x of F y, of ``length`` real numbers

    dx[k] = w[k] (F dy)[k] / length, w = 1 for k = 0 and k = length / 2, otherwise 2
    """
    return np.asarray(np.fft.irfft(real + 1j * imag, length), real.dtype)


@_irfft.shape
def _irfft_shape(real: Shape, imag: Shape, *, length: int) -> Shape:
    return (*real[:-1], length)


@_irfft.vjp
def _irfft_vjp(dy: Array, y: Array, real: Array, imag: Array, *, length: int) -> Any:
    weights = np.full(length // 2 + 1, 2 / length, real.dtype)
    weights[0] = 1 / length
    if length % 2 == 0:
        weights[-1] = 1 / length
    parts = _rfft.compute(dy, length=length)
    return tuple(_last_axis_of(part * weights, real.shape[-1]) for part in parts)


_irfft.fast(_FAST, rules="forward", when=_has_scipy)


@primitive(dtype=separate)
def _frames(x: Array, *, length: int, step: int) -> Array:
    """y[..., i, t] = x[..., i step + t]           dx = overlapping frames of dy, added"""
    if length > x.shape[-1]:
        return np.empty((*x.shape[:-1], 0, length), x.dtype)
    windows = np.lib.stride_tricks.sliding_window_view(x, length, axis=-1)
    return np.ascontiguousarray(windows[..., ::step, :])


@_frames.shape
def _frames_shape(x: Shape, *, length: int, step: int) -> Shape:
    *batch, size = x
    return (*batch, None if size is None else max(0, 1 + (size - length) // step), length)


@_frames.vjp
def _frames_vjp(dy: Array, y: Array, x: Array, *, length: int, step: int) -> Any:
    return _last_axis_of(_overlap_add.compute(dy, step=step), x.shape[-1])


@primitive(dtype=separate)
def _overlap_add(x: Array, *, step: int) -> Array:
    """y[..., s] = Σ x[..., i, t] over i step + t = s           dx = the frames of dy"""
    *batch, count, length = x.shape
    y = np.zeros((*batch, max(0, (count - 1) * step + length)), x.dtype)
    for i in range(count):
        y[..., i * step : i * step + length] += x[..., i, :]
    return y


@_overlap_add.shape
def _overlap_add_shape(x: Shape, *, step: int) -> Shape:
    *batch, count, length = x
    return (*batch, None if count is None or length is None else (count - 1) * step + length)


@_overlap_add.vjp
def _overlap_add_vjp(dy: Array, y: Array, x: Array, *, step: int) -> Any:
    return _frames.compute(dy, length=x.shape[-1], step=step)
