"""Dropout, and the base of all layers that add noise in training."""

from __future__ import annotations

import numbers
from typing import Any, ClassVar

import numpy as np

from minikeras import random
from minikeras.layers.layer import WeightlessLayer
from minikeras.messages import describe
from minikeras.types import Shape, TensorLike


class RandomLayer(WeightlessLayer):
    """Adds noise to the inputs in training; otherwise the outputs are the inputs.

    seed: an int or a ``SeedGenerator``; by default drawn from Python's ``random``.

    ``_amount`` is the name of the argument that says how much noise, a number from 0 to 1.  At 0 no
    random numbers are drawn, and no seed.

    Raises ValueError for another number.
    """

    _amount: ClassVar[str] = "rate"

    seed: Any

    def setup(self) -> None:
        amount = getattr(self, self._amount)
        is_number = isinstance(amount, int | float | np.number)
        is_one_element = isinstance(amount, np.ndarray) and not amount.shape
        if not is_number and (is_one_element or isinstance(amount, numbers.Real)):
            amount, is_number = float(amount), True
            setattr(self, self._amount, amount)
        if not is_number or not 0 <= amount <= 1:
            raise (ValueError if is_number else TypeError)(
                f"Invalid value received for argument `{self._amount}`. Expected a float value "
                f"between 0 and 1. Received: {self._amount}={describe(amount)}"
            )
        if amount > 0:
            self.seed_generator = random.SeedGenerator(self.seed)
        super().setup()

    def call(self, inputs: TensorLike, training: bool = False) -> TensorLike:
        if training and getattr(self, self._amount) > 0:
            return self.disturb(inputs)
        return inputs

    def disturb(self, inputs: TensorLike) -> TensorLike:
        """The inputs with noise."""
        raise NotImplementedError

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        return input_shape


class Dropout(RandomLayer):
    """Sets a fraction of the inputs to 0 and multiplies the others by 1 / (1 − rate), in training.

    rate: the fraction of the inputs that are set to 0.
    noise_shape: the shape of the random mask, which is broadcast to the inputs; None in it stands
        for the size of the inputs.

    Raises ValueError unless 0 ≤ rate ≤ 1 and ``noise_shape`` holds positive integers or ``None``.
    """

    rate: float
    noise_shape: Any = None
    seed: Any = None

    _config_order = ("rate", "seed")

    def setup(self) -> None:
        super().setup()
        if self.noise_shape is not None:
            self.noise_shape = _sizes(self.noise_shape)

    def disturb(self, inputs: TensorLike) -> TensorLike:
        return random.dropout(
            inputs, self.rate, noise_shape=self._noise_shape(inputs), seed=self.seed_generator
        )

    def _noise_shape(self, inputs: TensorLike) -> Any:
        return self.noise_shape


def _sizes(noise_shape: Any) -> Shape:
    if isinstance(noise_shape, str) or not hasattr(noise_shape, "__iter__"):
        raise ValueError(
            "Invalid value received for argument `noise_shape`. Expected a tuple or list of "
            f"integers. Received: noise_shape={noise_shape}"
        )
    sizes = tuple(noise_shape)
    for i, size in enumerate(sizes):
        if size is not None and (not isinstance(size, int) or size <= 0):
            raise ValueError(
                "Invalid value received for argument `noise_shape`. Expected positive integers "
                f"or None. Received {size!r} at index {i} of {sizes}"
            )
    return sizes
