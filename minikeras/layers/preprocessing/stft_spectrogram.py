"""STFTSpectrogram: a short-time Fourier transform, as a convolution."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, ClassVar

from minikeras import dtypes, frames, ops, settings
from minikeras.initializers.stft import STFT
from minikeras.layers.input_spec import InputSpec
from minikeras.layers.layer import Layer
from minikeras.messages import describe
from minikeras.shapes import whole_number
from minikeras.types import Shape, TensorLike

_MODES = ("log", "magnitude", "psd", "real", "imag", "angle", "stft")


class STFTSpectrogram(Layer):
    """outputs = the short-time Fourier transform of the inputs: F / 2 + 1 numbers for each frame

    inputs: (batch, time, channels), or (batch, channels, time) with "channels_first".
    outputs: (batch, frames, channels · frequencies), or (batch, frames, frequencies, channels) with
        ``expand_dims``.
    real_kernel, imag_kernel: (frame_length, 1, frequencies), windowed cosines and sines.

    mode: "real" and "imag" for the parts a and b, "stft" for both, "angle" for the angle of
        a + i b, "magnitude" for √(a² + b²), "log" for its logarithm, "psd" for a² + b², twice that
        where two frequencies fall together.
    frame_length: the length of a frame.
    frame_step: how far the next one begins behind it; by default half a frame.
    fft_length: F; by default the next power of two.
    window, periodic, scaling: as in the initializer ``STFT``.
    padding: "valid", or "same" for zeros at the ends.
    expand_dims: whether the frequencies have an axis of their own.
    data_format: "channels_last" or "channels_first"; by default the global setting.

    Raises ValueError for other modes, lengths, scalings and paddings; when called, TypeError for
    inputs that are no floats.
    """

    mode: str = "log"
    frame_length: int = 256
    frame_step: int | None = None
    fft_length: int | None = None
    window: Any = "hann"
    periodic: bool = False
    scaling: str | None = "density"
    padding: str = "valid"
    expand_dims: bool = False
    data_format: str | None = None

    if TYPE_CHECKING:  # set by build
        real_kernel: ClassVar[Any]
        imag_kernel: ClassVar[Any]

    def setup(self) -> None:
        frame, step, length = self.frame_length, self.frame_step, self.fft_length
        for name, number in (("frame_length", frame), ("frame_step", step), ("fft_length", length)):
            if number is not None:
                whole_number(name, number)
        if step is not None and (step > frame or step < 1):
            raise ValueError(
                "`frame_step` should be a positive integer not greater than `frame_length`. "
                f"Received frame_step={step}, frame_length={frame}"
            )
        if length is not None and length < frame:
            raise ValueError(
                "`fft_length` should be not less than `frame_length`. Received "
                f"fft_length={length}, frame_length={frame}"
            )
        if length is not None and length & -length != length:
            frames.warn(
                f"`fft_length` is recommended to be a power of two. Received fft_length={length}"
            )
        for argument, allowed in (
            ("mode", _MODES),
            ("scaling", (None, "density", "spectrum")),
            ("padding", ("valid", "same")),
        ):
            if getattr(self, argument) not in allowed:
                raise ValueError(
                    f"`{argument}` must be one of {allowed}. Received: "
                    f"{argument}={describe(getattr(self, argument))}"
                )
        self._kernel("real")  # raises for windows that SciPy does not know
        self.data_format = settings.standardize_data_format(self.data_format)
        self._step = step or frame // 2
        self._length = length or 2 ** math.ceil(math.log2(frame))
        self.input_spec = InputSpec(ndim=3)

    def _kernel(self, side: str) -> STFT:
        return STFT(side, self.window, self.scaling, self.periodic)

    def build(self, input_shape: Shape) -> None:
        shape = (self.frame_length, 1, self._length // 2 + 1)
        for side, other in (("real", "imag"), ("imag", "real")):
            if self.mode != other:
                name = f"{side}_kernel"
                kernel = self.add_weight(shape=shape, initializer=self._kernel(side), name=name)
                setattr(self, name, kernel)

    def call(self, inputs: TensorLike) -> TensorLike:
        if dtypes.standardize(inputs.dtype) not in dtypes.FLOATS:
            raise TypeError(
                "Invalid input type. Expected `float16`, `float32` or `float64`. Received: input "
                f"type={dtypes.standardize(inputs.dtype)}"
            )
        real = None if self.mode == "imag" else self._transformed(inputs, self.real_kernel)
        imag = None if self.mode == "real" else self._transformed(inputs, self.imag_kernel)
        if real is None or imag is None:
            return self._arranged(imag if real is None else real)
        if self.mode == "angle":
            return self._arranged(ops.arctan2(imag, real))
        if self.mode == "stft":
            return self._arranged(ops.concatenate([real, imag], axis=2))
        power = ops.square(real) + ops.square(imag)
        if self.mode == "psd":
            inner = ops.pad(power[:, :, 1:-1, :], [[0, 0], [0, 0], [1, 1], [0, 0]])
            return self._arranged(power + inner)
        magnitude = self._arranged(ops.sqrt(ops.maximum(power, settings.epsilon())))
        if self.mode == "magnitude":
            return magnitude
        return ops.log(ops.maximum(magnitude, settings.epsilon()))

    def _transformed(self, inputs: TensorLike, kernel: Any) -> TensorLike:
        """The convolution of each channel: (batch, channels, frequencies, frames)."""
        last = self.data_format == "channels_last"
        if last:
            _, time, channels = inputs.shape
            x = ops.reshape(ops.transpose(inputs, [0, 2, 1]), [-1, time or -1, 1])
        else:
            _, channels, time = inputs.shape
            x = ops.reshape(inputs, [-1, 1, time or -1])
        y = ops.conv(
            x,
            ops.cast(kernel, inputs.dtype),
            padding=self.padding,
            strides=self._step,
            data_format=self.data_format,
        )
        y = ops.transpose(y, [0, 2, 1]) if last else y
        return ops.reshape(y, [-1, channels, y.shape[1], y.shape[2]])

    def _arranged(self, y: TensorLike) -> TensorLike:
        """(batch, channels, frequencies, frames) in the order of the outputs."""
        last = self.data_format == "channels_last"
        if self.expand_dims:
            return ops.transpose(y, [0, 3, 2, 1] if last else [0, 1, 3, 2])
        _, channels, frequencies, time = y.shape
        y = ops.reshape(y, [-1, channels * frequencies, time])
        return ops.transpose(y, [0, 2, 1]) if last else y

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        batch, *rest = input_shape
        last = self.data_format == "channels_last"
        time, channels = rest if last else reversed(rest)
        frequencies = (self._length // 2 + 1) * (2 if self.mode == "stft" else 1)
        count = None
        if time is not None:
            covered = time if self.padding == "same" else time - self.frame_length + 1
            count = -(-covered // self._step)
        if self.expand_dims:
            return (
                (batch, count, frequencies, channels)
                if last
                else (batch, channels, count, frequencies)
            )
        width = frequencies * (channels or 1)
        return (batch, count, width) if last else (batch, width, count)
