"""MelSpectrogram: sound as the strength of bands that are as wide as the ear hears them."""

from __future__ import annotations

from typing import Any

from minikeras import ops
from minikeras.layers.layer import Layer
from minikeras.messages import describe
from minikeras.shapes import whole_number
from minikeras.types import Shape, TensorLike

_BREAK, _Q = 700.0, 1127.0  # mel = Q log(1 + f / break), f in hertz


class MelSpectrogram(Layer):
    """outputs = 10 log₁₀ of |stft|^mag_exp, summed up in bands of the mel scale

    inputs: (batch, time) or (time,), samples of sound.
    outputs: (batch, bands, frames) or (bands, frames).

    mel = 1127 log(1 + f / 700): the bands are triangles of equal width on this scale.  Source:
    Stevens, Volkmann and Newman, 1937; the numbers are those of HTK.

    fft_length: the length of a frame.
    sequence_stride: how far the next one begins behind it, in samples.
    sequence_length: the length of the window in a frame; by default ``fft_length``.
    window: "hann", "hamming", numbers, or None, as in ``ops.stft``.
    sampling_rate: samples per second.
    num_mel_bins: how many bands there are.
    min_freq, max_freq: where they begin and end, in hertz; by default up to half the sampling rate.
    power_to_db: whether to return decibels.
    top_db: how many decibels below the loudest band the softest one may be.
    mag_exp: 2 for the power, 1 for the magnitude.
    min_power: what smaller strengths count as, before the logarithm.
    ref_power: the strength of 0 decibels.

    Raises ValueError if the window is longer than a frame.
    """

    fft_length: int = 2048
    sequence_stride: int = 512
    sequence_length: int | None = None
    window: Any = "hann"
    sampling_rate: Any = 16000
    num_mel_bins: int = 128
    min_freq: Any = 20.0
    max_freq: Any = None
    power_to_db: bool = True
    top_db: Any = 80.0
    mag_exp: Any = 2.0
    min_power: Any = 1e-10
    ref_power: Any = 1.0

    def setup(self) -> None:
        self.sequence_length = self.sequence_length or self.fft_length
        for name in ("fft_length", "sequence_length"):
            whole_number(name, getattr(self, name))
        self.max_freq = self.max_freq or int(self.sampling_rate / 2)
        if self.fft_length < self.sequence_length:
            raise ValueError(
                "`fft_length` must be greater than or equal to `sequence_length`. Received: "
                f"`sequence_length`={describe(self.sequence_length)}, "
                f"`fft_length`={describe(self.fft_length)}."
            )

    def call(self, inputs: TensorLike) -> TensorLike:
        dtype = self.compute_dtype if self.compute_dtype in ("float32", "float64") else "float32"
        x = ops.cast(inputs, dtype)
        real, imag = ops.stft(
            x,
            sequence_length=self.sequence_length or self.fft_length,
            sequence_stride=self.sequence_stride,
            fft_length=self.fft_length,
            window=self.window,
            center=True,
        )
        strength = ops.power(ops.sqrt(ops.square(real) + ops.square(imag)), self.mag_exp)
        bands = self.linear_to_mel_weight_matrix(
            num_mel_bins=self.num_mel_bins,
            num_spectrogram_bins=strength.shape[-1],
            sampling_rate=self.sampling_rate,
            lower_edge_hertz=self.min_freq,
            upper_edge_hertz=self.max_freq,
        )
        y = ops.tensordot(strength, bands, axes=1)
        if self.power_to_db:
            y = self._decibels(y)
        return ops.cast(ops.swapaxes(y, -1, -2), self.compute_dtype)

    def _decibels(self, y: TensorLike) -> TensorLike:
        loudness = 10.0 * ops.log10(ops.maximum(y, self.min_power))
        reference = ops.abs(ops.convert_to_tensor(self.ref_power))
        loudness = loudness - 10.0 * ops.log10(ops.maximum(reference, self.min_power))
        return ops.maximum(loudness, ops.max(loudness) - self.top_db)

    def linear_to_mel_weight_matrix(
        self,
        num_mel_bins: int = 20,
        num_spectrogram_bins: int = 129,
        sampling_rate: Any = 8000,
        lower_edge_hertz: Any = 125.0,
        upper_edge_hertz: Any = 3800.0,
        dtype: str = "float32",
    ) -> TensorLike:
        """How much of each frequency belongs to each band: (num_spectrogram_bins, num_mel_bins).

        num_mel_bins: how many bands there are.
        num_spectrogram_bins: how many frequencies there are, from 0 to half the sampling rate.
        sampling_rate: samples per second.
        lower_edge_hertz, upper_edge_hertz: where the bands begin and end.
        dtype: that of the result.
        """

        whole_number("num_mel_bins", num_mel_bins, least=1)

        def mel(hertz: TensorLike) -> TensorLike:
            return _Q * ops.log(1.0 + hertz / _BREAK)

        zero, nyquist = ops.cast(0.0, dtype), ops.cast(sampling_rate, dtype) / 2.0
        frequencies = ops.linspace(zero, nyquist, num_spectrogram_bins)[1:]
        bins = ops.expand_dims(mel(frequencies), 1)
        first, last = (ops.cast(edge, dtype) for edge in (lower_edge_hertz, upper_edge_hertz))
        edges = ops.linspace(mel(first), mel(last), num_mel_bins + 2)
        lower, centre, upper = (
            ops.reshape(edges[i : i + num_mel_bins], [1, num_mel_bins]) for i in range(3)
        )
        rising = (bins - lower) / (centre - lower)
        falling = (upper - bins) / (upper - centre)
        weights = ops.maximum(zero, ops.minimum(rising, falling))
        return ops.pad(weights, [[1, 0], [0, 0]])  # frequency 0 belongs to no band

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        *batch, time = input_shape
        count = None
        if time is not None:
            count = (time + self.sequence_stride + 1) // self.sequence_stride
        return (*batch, self.num_mel_bins, count)
