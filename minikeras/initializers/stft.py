"""STFT: kernels with which a convolution is a short-time Fourier transform."""

from __future__ import annotations

from typing import Any

from minikeras import dtypes, ops
from minikeras.initializers.initializer import Initializer
from minikeras.messages import describe
from minikeras.optional import Library
from minikeras.types import DType

scipy = Library("scipy")


class STFT(Initializer):
    """Windowed cosines, or sines, for a kernel of shape (frame, 1, F / 2 + 1).

    kernel[t, 0, f] = window[t] cos(−2π t f / F) / scale

    side: "real" for the cosine, "imag" for the sine.
    window: a name that ``scipy.signal.get_window`` knows, ``frame`` numbers, or None for none.
    scaling: scale is √(Σ window²) for "density", Σ |window| for "spectrum", 1 for None or if there
        is no window.
    periodic: as ``get_window`` takes it, for a window given by name.

    Raises ValueError for another side, scaling or name, and for a window of another length.
    """

    side: str = "real"
    window: Any = "hann"
    scaling: str | None = "density"
    periodic: bool = False

    _config_order = ("side", "window", "periodic")

    def setup(self) -> None:
        if self.side not in ("real", "imag"):
            raise ValueError(f"side must be 'real' or 'imag', received side={describe(self.side)}")
        if isinstance(self.window, str):
            _named_window(self.window, 1, False)
        if self.scaling not in ("density", "spectrum", None):
            raise ValueError(
                "scaling must be 'density', 'spectrum' or None, received "
                f"scaling={describe(self.scaling)}"
            )

    def __call__(self, shape: Any, dtype: DType = None) -> Any:
        dtype = dtypes.standardize(dtype)
        frame, _, bands = shape
        frequency = ops.reshape(ops.arange(bands, dtype=dtype), (1, 1, bands)) / (2 * (bands - 1))
        time = ops.reshape(ops.arange(frame, dtype=dtype), (frame, 1, 1))
        angle = -2 * time * frequency * ops.arccos(ops.cast(-1, dtype))
        wave = ops.cos(angle) if self.side == "real" else ops.sin(angle)
        if self.window is None:
            return wave
        window = self.window
        if isinstance(window, str):
            window = _named_window(window, frame, self.periodic)
        window = ops.convert_to_tensor(window, dtype=dtype)
        if window.shape != (frame,):
            raise ValueError(f"window must have shape ({frame},), received shape {window.shape}")
        window = ops.reshape(window, (frame, 1, 1))
        scale = 1
        if self.scaling == "density":
            scale = ops.sqrt(ops.sum(ops.square(window)))
        elif self.scaling == "spectrum":
            scale = ops.sum(ops.abs(window))
        return wave * window / scale


def _named_window(name: str, size: int, periodic: bool) -> Any:
    return scipy.signal.get_window(name, size, periodic)
