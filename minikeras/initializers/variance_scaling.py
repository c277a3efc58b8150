"""Random initializers: of a given variance, or of one that depends on the shape."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from minikeras import random
from minikeras.initializers.initializer import RandomInitializer
from minikeras.messages import describe
from minikeras.types import DType

# The standard deviation of the standard normal distribution, truncated at ±2
_TRUNCATED = 0.87962566103423978


class RandomNormal(RandomInitializer):
    """Numbers from a normal distribution.

    mean, stddev: its mean and its standard deviation.
    """

    mean: float = 0.0
    stddev: float = 0.05

    def __call__(self, shape: Any, dtype: DType = None) -> Any:
        return random.normal(shape, self.mean, self.stddev, dtype, self.seed)


class TruncatedNormal(RandomInitializer):
    """Numbers from a normal distribution, truncated two standard deviations from the mean.

    mean, stddev: mean and standard deviation before the truncation.
    """

    mean: float = 0.0
    stddev: float = 0.05

    def __call__(self, shape: Any, dtype: DType = None) -> Any:
        return random.truncated_normal(shape, self.mean, self.stddev, dtype, self.seed)


class RandomUniform(RandomInitializer):
    """Numbers from the uniform distribution on [minval, maxval).

    minval, maxval: the limits.
    """

    minval: float = -0.05
    maxval: float = 0.05

    def __call__(self, shape: Any, dtype: DType = None) -> Any:
        return random.uniform(shape, self.minval, self.maxval, dtype, self.seed)


class VarianceScaling(RandomInitializer):
    """Numbers of mean 0 and variance ``scale`` / n, with n from the shape.

    scale: the factor, positive.
    mode: n is the number of inputs of a unit for "fan_in", the number of units that an input
        reaches for "fan_out", the mean of the two for "fan_avg"; see ``compute_fans``.
    distribution: "untruncated_normal"; "truncated_normal" or "normal", truncated at ±2σ of a normal
        distribution that is 1/0.8796 times as wide, so that the truncated one has the variance;
        "uniform" on ±√(3 scale / n).
    input_axes, output_axes: the axes whose sizes are multiplied for fan_in and for fan_out; by
        default those of the kernels of dense and convolutional layers.

    Raises ValueError for a scale that is not positive, another mode or distribution.
    """

    scale: float = 1.0
    mode: str = "fan_in"
    distribution: str = "truncated_normal"
    seed: Any = None
    input_axes: Sequence[int] | None = None
    output_axes: Sequence[int] | None = None

    def setup(self) -> None:
        if self.scale <= 0:
            raise ValueError(f"scale must be positive, received scale={self.scale}")
        if self.mode not in ("fan_in", "fan_out", "fan_avg"):
            raise ValueError(
                "mode must be 'fan_in', 'fan_out' or 'fan_avg', received "
                f"mode={describe(self.mode)}"
            )
        self.distribution = self.distribution.lower()
        if self.distribution == "normal":
            self.distribution = "truncated_normal"
        if self.distribution not in ("uniform", "truncated_normal", "untruncated_normal"):
            raise ValueError(
                "distribution must be 'uniform', 'truncated_normal' or 'untruncated_normal', "
                f"received distribution={self.distribution!r}"
            )
        super().setup()

    def __call__(self, shape: Any, dtype: DType = None) -> Any:
        fan_in, fan_out = compute_fans(shape, self.input_axes, self.output_axes)
        fan = {"fan_in": fan_in, "fan_out": fan_out, "fan_avg": (fan_in + fan_out) / 2.0}
        variance = self.scale / max(1.0, fan[self.mode])
        if self.distribution == "uniform":
            limit = math.sqrt(3.0 * variance)
            return random.uniform(shape, -limit, limit, dtype, self.seed)
        if self.distribution == "untruncated_normal":
            return random.normal(shape, 0.0, math.sqrt(variance), dtype, self.seed)
        stddev = math.sqrt(variance) / _TRUNCATED
        return random.truncated_normal(shape, 0.0, stddev, dtype, self.seed)


def compute_fans(
    shape: Sequence[int],
    input_axes: Sequence[int] | None = None,
    output_axes: Sequence[int] | None = None,
) -> tuple[int, int]:
    """The number of inputs of a unit (fan_in), and of units that an input reaches (fan_out).

    shape: the shape of a kernel, (*window, input channels, output channels); both numbers are
        multiplied by the size of the window.
    input_axes, output_axes: the axes whose sizes are multiplied instead; used if both are given.
    """
    shape = tuple(shape)
    if input_axes is not None and output_axes is not None:
        return math.prod(shape[i] for i in input_axes), math.prod(shape[i] for i in output_axes)
    if len(shape) < 2:
        fan = math.prod(shape)
        return fan, fan
    window = math.prod(shape[:-2])
    return shape[-2] * window, shape[-1] * window


_CASE = ("scale", "mode", "distribution")  # what these classes set themselves


class GlorotUniform(VarianceScaling, fixed=_CASE):
    """Uniform in ±√(6 / (fan_in + fan_out)).

    Source: Glorot and Bengio, "Understanding the difficulty of training deep feedforward neural
    networks" (2010).
    """

    scale, mode, distribution = 1.0, "fan_avg", "uniform"


class GlorotNormal(VarianceScaling, fixed=_CASE):
    """Truncated normal with variance 2 / (fan_in + fan_out).

    Source: as ``GlorotUniform``.
    """

    scale, mode, distribution = 1.0, "fan_avg", "truncated_normal"


class LecunUniform(VarianceScaling, fixed=_CASE):
    """Uniform in ±√(3 / fan_in).

    Source: LeCun, Bottou, Orr and Müller, "Efficient backprop" (1998).
    """

    scale, mode, distribution = 1.0, "fan_in", "uniform"


class LecunNormal(VarianceScaling, fixed=_CASE):
    """Truncated normal with variance 1 / fan_in.

    Source: as ``LecunUniform``.
    """

    scale, mode, distribution = 1.0, "fan_in", "truncated_normal"


class HeUniform(VarianceScaling, fixed=_CASE):
    """Uniform in ±√(6 / fan_in).

    Source: He, Zhang, Ren and Sun, "Delving deep into rectifiers" (2015).
    """

    scale, mode, distribution = 2.0, "fan_in", "uniform"


class HeNormal(VarianceScaling, fixed=_CASE):
    """Truncated normal with variance 2 / fan_in.

    Source: as ``HeUniform``.
    """

    scale, mode, distribution = 2.0, "fan_in", "truncated_normal"
