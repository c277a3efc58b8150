"""Layers that enlarge the spatial axes."""

from __future__ import annotations

import math
from typing import Any, ClassVar

from minikeras import ops, settings
from minikeras.layers.input_spec import InputSpec
from minikeras.layers.layer import Layer
from minikeras.ops.pool import upsample
from minikeras.ops.windows import from_channels_last, per_axis, to_channels_last
from minikeras.types import Shape, TensorLike


def _repeated(x: TensorLike, sizes: tuple[int, ...], first: int) -> TensorLike:
    for axis, size in enumerate(sizes, first):
        x = ops.repeat(x, size, axis=axis)
    return x


class UpSampling1D(Layer):
    """Every step ``size`` times: (batch, steps, features) → (batch, size · steps, features).

    Raises TypeError unless ``size`` is an integer, ValueError unless it is positive.
    """

    size: int = 2

    def setup(self) -> None:
        if not isinstance(self.size, int) or isinstance(self.size, bool):
            raise TypeError(f"`size` must be an integer. Received: size={self.size!r}")
        if self.size <= 0:
            raise ValueError(f"`size` must be a positive integer. Received: size={self.size}")
        self.input_spec = InputSpec(ndim=3)

    def call(self, inputs: TensorLike) -> TensorLike:
        return _repeated(inputs, (self.size,), 1)

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        batch, steps, features = input_shape
        return (batch, None if steps is None else steps * self.size, features)


class _SpatialUpSampling(Layer):
    rank: ClassVar[int]

    size: Any = 2
    data_format: str | None = None

    def setup(self) -> None:
        self.data_format = settings.standardize_data_format(self.data_format)
        self.size = per_axis(self.size, self.rank, "size")
        self.input_spec = InputSpec(ndim=self.rank + 2)

    @property
    def _first(self) -> int:
        return 2 if self.data_format == "channels_first" else 1

    def call(self, inputs: TensorLike) -> TensorLike:
        return _repeated(inputs, self.size, self._first)

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        factors = dict(enumerate(self.size, self._first))
        return tuple(
            None if n is None else n * factors.get(axis, 1) for axis, n in enumerate(input_shape)
        )


class UpSampling2D(_SpatialUpSampling):
    """Enlarges images by whole factors, repeating pixels or interpolating between them.

    nearest     y[i, j] = x[⌊i / s⌋, ⌊j / t⌋]
    bilinear    between the four pixels around ((i + ½) / s − ½, (j + ½) / t − ½), edges extended

    Raises ValueError for factors that are no positive integers and for other interpolations.
    """

    rank = 2
    size: Any = (2, 2)
    data_format: str | None = None
    interpolation: str = "nearest"

    def setup(self) -> None:
        super().setup()
        self.interpolation = self.interpolation.lower()
        if self.interpolation not in ("nearest", "bilinear"):
            raise ValueError(
                "`interpolation` must be 'nearest' or 'bilinear'. "
                f"Received: interpolation={self.interpolation!r}"
            )

    def call(self, inputs: TensorLike) -> TensorLike:
        if self.interpolation == "nearest" or None in inputs.shape[1:]:
            if self.data_format == "channels_last":
                return upsample(inputs, sizes=self.size)
            return super().call(inputs)  # of an unknown size only the shape of the result matters
        x = to_channels_last(inputs, self.data_format)
        for axis in (2, 1):
            x = _interpolated(x, self.size[axis - 1], axis)
        return from_channels_last(x, self.data_format)


def _interpolated(x: TensorLike, factor: int, axis: int) -> TensorLike:
    """Linear interpolation at the centres of cells ``factor`` times as small."""
    n = x.shape[axis]
    places = [(i + 0.5) / factor - 0.5 for i in range(n * factor)]
    low = ops.take(x, [max(math.floor(p), 0) for p in places], axis=axis)
    high = ops.take(x, [min(math.ceil(p), n - 1) for p in places], axis=axis)
    shape = [-1 if a == axis else 1 for a in range(4)]
    t = ops.reshape(ops.cast([p - math.floor(p) for p in places], x.dtype), shape)
    return low + (high - low) * t


class UpSampling3D(_SpatialUpSampling):
    """Every cell of a volume ``size`` times along each axis.

    Raises ValueError for factors that are no positive integers.
    """

    rank = 3
    size = (2, 2, 2)
