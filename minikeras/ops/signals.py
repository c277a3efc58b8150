"""Fourier transforms of signals, whole or frame by frame.

Complex numbers are pairs of tensors: the real parts and the imaginary parts.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from minikeras import dtypes
from minikeras.messages import describe
from minikeras.ops.core import tensor
from minikeras.ops.declarations import operation
from minikeras.ops.joining import pad
from minikeras.ops.primitives.fourier import _fft, _fft2, _frames, _irfft, _overlap_add, _rfft
from minikeras.ops.primitives.trigonometry import cos
from minikeras.shapes import whole_number
from minikeras.types import TensorLike

_WINDOWS = {"hann": (0.5, 0.5), "hamming": (0.54, 0.46)}  # a and b of a − b cos(2π t / n)


def _pair(x: Any, rank: int) -> tuple[TensorLike, TensorLike]:
    """The parts of complex numbers.  Raises ValueError for anything else and for a lower rank."""
    if not isinstance(x, tuple | list) or len(x) != 2:
        raise ValueError(
            "Input `x` should be a tuple of two tensors - real and imaginary. "
            f"Received: x={describe(x)}"
        )
    real, imag = map(tensor, x)
    if tuple(real.shape) != tuple(imag.shape):
        raise ValueError(
            "Input `x` should be a tuple of two tensors - real and imaginary. Both the real and "
            f"imaginary parts should have the same shape. Received: x={describe(x)}"
        )
    if not dtypes.is_float(real.dtype) or not dtypes.is_float(imag.dtype):
        raise ValueError(
            f"At least one tensor in input `x` is not of type float. Received: x={describe(x)}"
        )
    if real.dtype != imag.dtype:
        raise TypeError(
            "The real and the imaginary parts must have one dtype. Received: "
            f"{dtypes.standardize(real.dtype)} and {dtypes.standardize(imag.dtype)}"
        )
    if len(real.shape) < rank:
        raise ValueError(f"Input should have rank >= {rank}. Received: x={describe(x)}")
    if any(size is None for size in real.shape[len(real.shape) - rank :]):
        raise ValueError(
            f"Input should have its last {rank} dimensions fully-defined. Received: {describe(x)}"
        )
    return real, imag


@operation("ops")
def fft(x: Any) -> tuple[TensorLike, TensorLike]:
    """The Fourier transform along the last axis: y[k] = Σ x[t] exp(−2πi t k / n).

    x: the real parts and the imaginary parts.
    """
    return _fft(*_pair(x, 1))


@operation("ops")
def fft2(x: Any) -> tuple[TensorLike, TensorLike]:
    """The Fourier transform along the last two axes.

    x: the real parts and the imaginary parts.
    """
    return _fft2(*_pair(x, 2))


@operation("ops")
def ifft2(x: Any) -> tuple[TensorLike, TensorLike]:
    """The inverse of `fft2`: the conjugate of its result for the conjugate of x, over the size.

    x: the real parts and the imaginary parts.
    """
    real, imag = _pair(x, 2)
    size = real.shape[-2] * real.shape[-1]
    y_real, y_imag = _fft2(real, -imag)
    return y_real / size, -y_imag / size


@operation("ops")
def rfft(x: TensorLike, fft_length: int | None = None) -> tuple[TensorLike, TensorLike]:
    """The first n / 2 + 1 elements of the Fourier transform of real numbers; n is the length.

    fft_length: n; x is cut, or filled up with zeros, to this length.
    """
    x = tensor(x)
    if len(x.shape) < 1:
        raise ValueError(f"Input should have rank >= 1. Received: x={describe(x)}")
    return _rfft(x, length=_length(fft_length, x.shape[-1]))


def _length(given: int | None, size: int | None) -> int:
    return whole_number("fft_length", size if given is None else given, least=1)


def _stride(given: Any) -> int:
    if not isinstance(given, int | np.integer) or given < 1:
        raise ValueError(
            "`sequence_stride` must be a positive integer. Received: "
            f"sequence_stride={describe(given)}"
        )
    return int(given)


def _check_lengths(sequence_length: Any, fft_length: Any) -> None:
    for name, value in (("sequence_length", sequence_length), ("fft_length", fft_length)):
        whole_number(name, value, least=1)
    if fft_length < sequence_length:
        raise ValueError(
            "`fft_length` must equal or larger than `sequence_length`. Received: "
            f"sequence_length={sequence_length}, fft_length={fft_length}"
        )


@operation("ops")
def irfft(x: Any, fft_length: int | None = None) -> TensorLike:
    """The inverse of `rfft`: real numbers from the first elements of their Fourier transform.

    x: the real parts and the imaginary parts.
    fft_length: how many numbers to return; by default 2 (m - 1) for m elements.
    """
    real, imag = _pair(x, 1)
    return _irfft(real, imag, length=_length(fft_length, 2 * (real.shape[-1] - 1)))


@operation("ops")
def extract_sequences(x: TensorLike, sequence_length: int, sequence_stride: int) -> TensorLike:
    """Frames of the last axis: y[..., i, t] = x[..., i sequence_stride + t].

    sequence_length: the length of a frame.
    sequence_stride: how far the next one begins behind it.
    """
    x = tensor(x)
    if len(x.shape) < 1:
        raise ValueError(f"Input should have rank >= 1. Received: x={describe(x)}")
    length = whole_number("sequence_length", sequence_length, least=0)
    return _frames(x, length=length, step=_stride(sequence_stride))


@operation("ops")
def stft(
    x: TensorLike,
    sequence_length: int,
    sequence_stride: int,
    fft_length: int,
    window: Any = "hann",
    center: bool = True,
) -> tuple[TensorLike, TensorLike]:
    """The Fourier transform of each frame of real numbers, times a window.

    sequence_length: the length of the window.
    sequence_stride: how far the next frame begins behind one.
    fft_length: the length of a frame, in the middle of which the window lies.
    window: "hann", "hamming", sequence_length numbers, or None for none.
    center: whether frames are centred: x is mirrored at its ends.

    Raises TypeError for other dtypes than float32 and float64; ValueError for frames that are
    shorter than the window, and for other windows.
    """
    x = tensor(x)
    if dtypes.standardize(x.dtype) not in ("float32", "float64"):
        raise TypeError(
            "Invalid input type. Expected `float32` or `float64`. Received: input type="
            f"{dtypes.standardize(x.dtype)}"
        )
    if len(x.shape) < 1:
        raise ValueError(f"Input should have rank >= 1. Received: x={describe(x)}")
    _check_lengths(sequence_length, fft_length)
    step = _stride(sequence_stride)
    weights = _window(window, sequence_length, fft_length, x.dtype)
    if center and x.shape[-1] is not None:  # else a symbol: so is the number of frames
        half = fft_length // 2
        if x.shape[-1] <= half:
            raise ValueError(
                f"centred frames of {fft_length} numbers need more than {half} of them. Received: "
                f"x={describe(x)}"
            )
        x = pad(x, [*[(0, 0)] * (len(x.shape) - 1), (half, half)], mode="reflect")
    frames = _frames(x, length=fft_length, step=step)
    return _rfft(frames if weights is None else frames * weights, length=fft_length)


@operation("ops")
def istft(
    x: Any,
    sequence_length: int,
    sequence_stride: int,
    fft_length: int,
    length: int | None = None,
    window: Any = "hann",
    center: bool = True,
) -> TensorLike:
    """The inverse of `stft`: frames are transformed back, weighted, and added where they overlap.

    x: the real parts and the imaginary parts.
    sequence_length, sequence_stride, fft_length, window, center: as they were given to `stft`.
    length: how many numbers to return; by default all.
    """
    real, imag = _pair(x, 1)
    if len(real.shape) < 2:
        raise ValueError(f"Input should have rank >= 2. Received: x={describe(x)}")
    _check_lengths(sequence_length, fft_length)
    step = _stride(sequence_stride)
    weights = _window(window, sequence_length, fft_length, real.dtype)
    frames = _irfft(real, imag, length=fft_length)
    if weights is not None:
        frames = frames * _inverse_window(np.asarray(weights), step)
    y = _overlap_add(frames, step=step)
    start = fft_length // 2 if center else 0
    if length is not None:
        return y[..., start : start + length]
    return y[..., start : -start or None]


def _window(window: Any, size: int, frame: int, dtype: Any) -> TensorLike | None:
    """The weights of a frame: those of the window, with zeros around them."""
    if window is None:
        return None
    if not isinstance(window, str):
        weights = tensor(window, dtype)
        if tuple(weights.shape) != (size,):
            raise ValueError(
                "The shape of `window` must be equal to [sequence_length]. Received: window="
                f"{describe(window)}"
            )
    elif window not in _WINDOWS:
        raise ValueError(
            'If a string is passed to `window`, it must be one of `"hann"`, `"hamming"`. '
            f"Received: window={describe(window)}"
        )
    else:
        weights = _raised_cosine(*_WINDOWS[window], size, dtype)
    left = (frame - size) // 2
    return pad(weights, [(left, frame - size - left)])


def _raised_cosine(a: float, b: float, size: int, dtype: Any) -> TensorLike:
    """a − b cos(2π t / n).

    Parity: n is ``size`` for an even size and ``size`` − 1 for an odd one, as in TensorFlow.
    """
    if size == 1:
        return tensor(np.ones(1, dtype))
    n = np.asarray(size - size % 2, dtype)
    angle = np.asarray(2 * np.pi, dtype) * np.arange(size).astype(dtype) / n
    return a - b * cos(angle)


def _inverse_window(window: Any, step: int) -> Any:
    """The weights with which overlapping frames add up to what they were taken from."""
    overlaps = -(-len(window) // step)
    squares = np.pad(window * window, (0, overlaps * step - len(window)))
    total = squares.reshape(overlaps, step).sum(0)
    with np.errstate(all="ignore"):  # where no frame has any weight
        return window / np.tile(total, overlaps)[: len(window)]
