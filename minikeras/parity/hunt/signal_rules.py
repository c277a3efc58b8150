"""Rules for the Fourier transforms of `keras.ops`, whose lengths depend on each other.

A complex number is a pair of arrays: its real and its imaginary part.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from minikeras.parity.hunt.numbers import OMITTED, Draw, Shape
from minikeras.types import Array

_LENGTHS = (2, 4, 6, 8)  # of transforms
_FRAMES = (3, 4, 6)


def _finite(s: Draw, shape: Shape) -> Array:
    """Numbers of a signal.

    None is infinite: ∞ times a zero of a wave is NaN, and which products a transform leaves out is
    its own affair.
    """
    if s.flavour == "special":
        s.flavour = "plain"
    return s.floats(shape)


def _pair(s: Draw, *last: int) -> list[Array]:
    shape = (*s.shape(0, 1), *last)
    return [_finite(s, shape), _finite(s, shape)]


def _line(s: Draw) -> dict[str, Any]:
    return {"x": _pair(s, s.pick((1, 2, 3, 5, 8)))}


def _plane(s: Draw) -> dict[str, Any]:
    return {"x": _pair(s, s.pick((1, 2, 3)), s.pick((1, 2, 5)))}


def rfft(s: Draw) -> dict[str, Any]:
    """A real signal; cut or filled with zeros to ``fft_length``."""
    shape = (*s.shape(0, 1), s.pick((1, 2, 5, 8)))
    return {"x": _finite(s, shape), "fft_length": s.pick((OMITTED, *_LENGTHS))}


def irfft(s: Draw) -> dict[str, Any]:
    """The half of a spectrum that a real signal has."""
    return {"x": _pair(s, s.pick((2, 3, 5))), "fft_length": s.pick((OMITTED, *_LENGTHS))}


def stft(s: Draw) -> dict[str, Any]:
    """A signal of some frames."""
    shape = (*s.shape(0, 1), s.integer(8, 20))
    return {"x": _finite(s, shape), **_frames(s)}


def istft(s: Draw) -> dict[str, Any]:
    """The spectra of some frames."""
    frames = _frames(s)
    return {"x": _pair(s, s.integer(2, 4), frames["fft_length"] // 2 + 1), **frames}


def _frames(s: Draw) -> dict[str, Any]:
    frame = s.pick(_FRAMES)
    return {
        "sequence_length": frame,
        "sequence_stride": s.integer(1, frame // 2),
        "fft_length": s.pick((6, 8)),
        "window": s.pick(("hann", "hamming", None)),
        "center": s.chance(0.5),
    }


def extract_sequences(s: Draw) -> dict[str, Any]:
    """A signal that is cut into frames."""
    shape = (*s.shape(0, 1), s.integer(6, 12))
    return {
        "x": _finite(s, shape),
        "sequence_length": s.pick(_FRAMES),
        "sequence_stride": s.integer(1, 4),
    }


RULES: dict[str, Callable[[Draw], dict[str, Any]]] = {
    "fft": _line,
    "fft2": _plane,
    "ifft2": _plane,
    "rfft": rfft,
    "irfft": irfft,
    "stft": stft,
    "istft": istft,
    "extract_sequences": extract_sequences,
}
