"""Dropout of whole channels, for sequences, images and volumes."""

from __future__ import annotations

from typing import Any, ClassVar

from minikeras import settings
from minikeras.layers.input_spec import InputSpec
from minikeras.layers.regularization.dropout import Dropout
from minikeras.types import TensorLike


class BaseSpatialDropout(Dropout, fixed=("noise_shape",)):
    """Sets whole channels of a sample to 0: neighbouring cells are too similar.

    rate: the fraction of the channels.
    data_format: as for ``Conv2D``.

    Raises ValueError unless 0 ≤ rate ≤ 1, and for inputs of another rank.
    """

    rank: ClassVar[int]

    def setup(self) -> None:
        super().setup()
        self.input_spec = InputSpec(ndim=self.rank + 2)

    def _noise_shape(self, inputs: TensorLike) -> Any:
        return (inputs.shape[0], *[1] * self.rank, inputs.shape[-1])

    def get_config(self) -> dict[str, Any]:
        first = {"rate": self.rate, "seed": self.seed, "name": self.name, "dtype": self.dtype}
        config = first | super().get_config() | first
        del config["trainable"]
        return config


class SpatialDropout1D(BaseSpatialDropout):
    """``Dropout`` of whole features of (batch, steps, features): the same ones at every step."""

    rank = 1

    rate: float
    seed: Any = None


class SpatialDropout2D(BaseSpatialDropout):
    """``Dropout`` of whole channels of images."""

    rank = 2

    rate: float
    data_format: str | None = None
    seed: Any = None

    def setup(self) -> None:
        super().setup()
        self.data_format = settings.standardize_data_format(self.data_format)

    def _noise_shape(self, inputs: TensorLike) -> Any:
        if self.data_format == "channels_last":
            return super()._noise_shape(inputs)
        return (*inputs.shape[:2], *[1] * self.rank)


class SpatialDropout3D(SpatialDropout2D):
    """``Dropout`` of whole channels of volumes."""

    rank = 3
