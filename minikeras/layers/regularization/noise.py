"""Gaussian noise and alpha dropout, in training only."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from minikeras import ops, random, tf_function
from minikeras.layers.regularization.dropout import Dropout, RandomLayer
from minikeras.ops.arithmetic import with_addends
from minikeras.types import TensorLike

ALPHA, SCALE = 1.6732632423543772, 1.0507009873554805


class GaussianNoise(RandomLayer):
    """outputs = inputs + stddev · z in training,  z from the standard normal distribution

    stddev: the standard deviation of the noise.

    Raises ValueError unless 0 ≤ stddev ≤ 1.
    """

    _amount = "stddev"

    stddev: float
    seed: Any = None

    def disturb(self, inputs: TensorLike) -> TensorLike:
        return inputs + random.normal(
            inputs.shape, 0.0, self.stddev, self.compute_dtype, self.seed_generator
        )


class GaussianDropout(RandomLayer):
    """outputs = inputs · (1 + √(rate / (1 − rate)) z) in training,  z standard normal

    Mean and variance are those of ``Dropout``.

    rate: as for ``Dropout``.

    Raises ValueError unless 0 ≤ rate ≤ 1.
    """

    rate: float
    seed: Any = None

    def disturb(self, inputs: TensorLike) -> TensorLike:
        deviation = math.sqrt(self.rate / (1.0 - self.rate))
        return inputs * random.normal(
            inputs.shape, 1.0, deviation, self.compute_dtype, self.seed_generator
        )


class AlphaDropout(Dropout):
    """Dropout that preserves the mean and the variance of outputs of ``selu``.

    outputs = a · (m · inputs + (1 − m) · α′) + b in training

    m is 0 with probability ``rate``, else 1
    α′ = −λα,  a = ((1 − rate)(1 + rate α′²))^−½,  b = −a α′ rate

    rate, noise_shape: as for ``Dropout``.

    Source: Klambauer, Unterthiner, Mayr and Hochreiter, "Self-normalizing neural networks" (2017).

    Raises ValueError unless 0 ≤ rate ≤ 1.
    """

    def disturb(self, inputs: TensorLike) -> TensorLike:
        low, rate = -ALPHA * SCALE, self.rate
        wanted = self.noise_shape or (None,) * len(inputs.shape)
        shape = tuple(have if want is None else want for want, have in zip(wanted, inputs.shape))
        m = ops.cast(random.uniform(shape, seed=self.seed_generator) >= rate, inputs.dtype)
        a = ((1 - rate) * (1 + rate * low**2)) ** -0.5
        scaled, b = a * (inputs * m + low * (1 - m)), np.asarray(-a * low * rate, inputs.dtype)
        # The shape of the mask is not known where that of the batch is not.
        addends = (lambda: (b, scaled)) if tf_function.knows_batch_size() else None
        return with_addends(scaled + b, addends)
