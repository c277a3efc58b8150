"""Pooling layers: the largest value, or the mean, of each window."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from minikeras import ops
from minikeras.layers.spatial import Ints, SpatialLayer
from minikeras.types import Shape, TensorLike
from minikeras.windows import per_axis, standardize_padding, windowed_shape


class BasePooling(SpatialLayer):
    """A window slides over the spatial axes; each channel is pooled separately.

    pool_size: the size of the window, an int or one for each axis.
    strides: the step from a window to the next, an int or one for each axis; by default
        ``pool_size``.
    padding: "valid" for windows inside the input only, or "same" for ⌈size / stride⌉ windows;
        cells outside the input are never the largest and do not count in a mean.

    Raises ValueError for sizes that are no positive integers, and for another padding.
    """

    pool: ClassVar[Callable[..., Any]]

    pool_size: Ints
    strides: Ints | None = None
    padding: str = "valid"
    data_format: Any = None

    _config_order = ("pool_size", "padding")

    def setup(self) -> None:
        strides = self.pool_size if self.strides is None else self.strides
        self.pool_size = per_axis(self.pool_size, self.rank, "pool_size")
        self.strides = per_axis(strides, self.rank, "strides")
        standardize_padding(self.padding)
        super().setup()
        self.built = True

    def call(self, inputs: TensorLike) -> TensorLike:
        return self.pool(inputs, self.pool_size, self.strides, self.padding, self.data_format)

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        strides: Any = self.strides  # a tuple since setup
        ones = (1,) * self.rank
        return windowed_shape(
            input_shape, self.pool_size, strides, self.padding, self.data_format, ones
        )


class MaxPooling1D(BasePooling):
    """The largest value of each window of steps: (batch, steps, channels)."""

    rank = 1
    pool = staticmethod(ops.max_pool)
    pool_size = 2


class MaxPooling2D(BasePooling):
    """The largest value of each window of an image: (batch, height, width, channels).

    Parity: of equal values the first in row-major order receives all of the gradient.
    """

    rank = 2
    pool = staticmethod(ops.max_pool)
    pool_size = (2, 2)


class MaxPooling3D(BasePooling):
    """The largest value of each window of a volume: (batch, depth, height, width, channels).

    Parity: each of several equal values receives the whole gradient.
    """

    rank = 3
    pool = staticmethod(ops.max_pool)
    pool_size = (2, 2, 2)


class AveragePooling1D(BasePooling):
    """The mean of each window of steps: (batch, steps, channels)."""

    rank = 1
    pool = staticmethod(ops.average_pool)


class AveragePooling2D(BasePooling):
    """The mean of each window of an image: (batch, height, width, channels)."""

    rank = 2
    pool = staticmethod(ops.average_pool)


class AveragePooling3D(BasePooling):
    """The mean of each window of a volume: (batch, depth, height, width, channels)."""

    rank = 3
    pool = staticmethod(ops.average_pool)


MaxPool1D, MaxPool2D, MaxPool3D = MaxPooling1D, MaxPooling2D, MaxPooling3D
AvgPool1D, AvgPool2D, AvgPool3D = AveragePooling1D, AveragePooling2D, AveragePooling3D
