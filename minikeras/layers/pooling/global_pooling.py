"""Global pooling layers: one value for each channel, over all of space."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from minikeras import ops
from minikeras.layers.spatial import SpatialLayer
from minikeras.types import Shape, TensorLike


class BaseGlobalPooling(SpatialLayer):
    """(batch, *space, channels) → (batch, channels)

    keepdims: whether the spatial axes stay, with size 1.
    """

    data_format: str | None = None
    keepdims: bool = False

    def setup(self) -> None:
        super().setup()
        self.built = True

    def _reduce(self, op: Callable[..., Any], x: TensorLike) -> TensorLike:
        return op(x, axis=tuple(self._spatial_axes), keepdims=self.keepdims)

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        space = self._spatial_axes
        sizes = [1 if axis in space else n for axis, n in enumerate(input_shape)]
        return tuple(n for axis, n in enumerate(sizes) if self.keepdims or axis not in space)


class _GlobalMaxPooling(BaseGlobalPooling):
    def call(self, inputs: TensorLike) -> TensorLike:
        return self._reduce(ops.max, inputs)


class _GlobalAveragePooling(BaseGlobalPooling):
    def call(self, inputs: TensorLike) -> TensorLike:
        return self._reduce(ops.mean, inputs)


class GlobalMaxPooling1D(_GlobalMaxPooling):
    """The largest value of each feature over all steps of (batch, steps, features).

    Parity: the gradient is divided among equal values; in ``MaxPooling1D`` the first one receives
    all of it.
    """

    rank = 1


class GlobalMaxPooling2D(_GlobalMaxPooling):
    """The largest value of each channel of an image; ties as in ``GlobalMaxPooling1D``."""

    rank = 2


class GlobalMaxPooling3D(_GlobalMaxPooling):
    """The largest value of each channel of a volume; ties as in ``GlobalMaxPooling1D``."""

    rank = 3


class GlobalAveragePooling1D(_GlobalAveragePooling):
    """The mean of each feature over all steps of (batch, steps, features).

    outputs = Σ mask · inputs / Σ mask

    The mask (batch, steps) says which steps count; the outputs have none.

    Parity: for a sample whose mask is False everywhere, the result is NaN.
    """

    rank = 1

    def setup(self) -> None:
        super().setup()
        self.supports_masking = True

    def call(self, inputs: TensorLike, mask: TensorLike = None) -> TensorLike:
        if mask is None:
            return super().call(inputs)
        mask = ops.expand_dims(ops.cast(mask, "bool"), 3 - self._spatial_axes[0])
        total = self._reduce(ops.sum, ops.where(mask, inputs, 0))
        return total / self._reduce(ops.sum, ops.cast(mask, inputs.dtype))

    def compute_mask(self, inputs: TensorLike, mask: TensorLike = None) -> None:
        return None


class GlobalAveragePooling2D(_GlobalAveragePooling):
    """The mean of each channel of an image."""

    rank = 2


class GlobalAveragePooling3D(_GlobalAveragePooling):
    """The mean of each channel of a volume."""

    rank = 3


GlobalMaxPool1D, GlobalMaxPool2D, GlobalMaxPool3D = (
    GlobalMaxPooling1D,
    GlobalMaxPooling2D,
    GlobalMaxPooling3D,
)
GlobalAvgPool1D, GlobalAvgPool2D, GlobalAvgPool3D = (
    GlobalAveragePooling1D,
    GlobalAveragePooling2D,
    GlobalAveragePooling3D,
)
