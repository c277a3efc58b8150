"""Layers that enlarge the spatial axes."""

from __future__ import annotations

from typing import Any

from minikeras import ops
from minikeras.layers.input_spec import InputSpec
from minikeras.layers.layer import Layer
from minikeras.layers.spatial import SpatialLayer
from minikeras.messages import describe
from minikeras.ops.primitives.pool import upsample
from minikeras.ops.primitives.resize import interpolate
from minikeras.ops.windows import from_channels_last, to_channels_last
from minikeras.resampling import INTERPOLATIONS
from minikeras.types import Shape, TensorLike
from minikeras.windows import per_axis


class UpSampling1D(Layer):
    """Repeats every step: (batch, steps, features) → (batch, size · steps, features).

    size: how often.

    Raises TypeError unless ``size`` is an integer, ValueError unless it is positive.
    """

    size: int = 2

    def setup(self) -> None:
        if not isinstance(self.size, int) or isinstance(self.size, bool):
            raise TypeError(f"`size` must be an integer. Received: size={describe(self.size)}")
        if self.size <= 0:
            raise ValueError(f"`size` must be a positive integer. Received: size={self.size}")
        self.input_spec = InputSpec(ndim=3)

    def call(self, inputs: TensorLike) -> TensorLike:
        return ops.repeat(inputs, self.size, axis=1)

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        batch, steps, features = input_shape
        return (batch, None if steps is None else steps * self.size, features)


class _SpatialUpSampling(SpatialLayer):
    """Enlarges the spatial axes by whole factors.

    size: the factors, an int or one for each axis.

    Raises ValueError for factors that are no positive integers.
    """

    size: Any = 2
    data_format: str | None = None

    def setup(self) -> None:
        super().setup()
        self.size = per_axis(self.size, self.rank, "size")

    def call(self, inputs: TensorLike) -> TensorLike:
        for axis, factor in zip(self._spatial_axes, self.size):
            inputs = ops.repeat(inputs, factor, axis=axis)
        return inputs

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        factors = dict(zip(self._spatial_axes, self.size))
        return tuple(
            None if n is None else n * factors.get(axis, 1) for axis, n in enumerate(input_shape)
        )


class UpSampling2D(_SpatialUpSampling):
    """Enlarges images by whole factors s and t.

    nearest    y[i, j] = x[⌊i / s⌋, ⌊j / t⌋]
    others     y[i, j] is a weighted sum of the pixels around ((i + ½) / s − ½, (j + ½) / t − ½)

    interpolation: "nearest", "bilinear", "bicubic", "lanczos3" or "lanczos5".

    Parity: all but "nearest" return float32.

    Raises ValueError for factors that are no positive integers and for other interpolations.
    """

    rank = 2
    size: Any = (2, 2)
    data_format: str | None = None
    interpolation: str = "nearest"

    def setup(self) -> None:
        super().setup()
        self.interpolation = self.interpolation.lower()
        allowed = ("nearest", *INTERPOLATIONS)
        if self.interpolation not in allowed:
            raise ValueError(
                f"`interpolation` must be one of {allowed}. "
                f"Received: interpolation={self.interpolation!r}"
            )

    def call(self, inputs: TensorLike) -> TensorLike:
        if self.interpolation == "nearest":
            if self.data_format == "channels_last":
                return upsample(inputs, sizes=self.size)
            return super().call(inputs)
        x = to_channels_last(inputs, self.data_format)
        size = tuple(None if n is None else n * s for n, s in zip(x.shape[1:3], self.size))
        x = interpolate(x, size=size, interpolation=self.interpolation, antialias=False)
        return from_channels_last(x, self.data_format)


class UpSampling3D(_SpatialUpSampling):
    """Repeats every cell of a volume along each axis."""

    rank = 3
    size = (2, 2, 2)
