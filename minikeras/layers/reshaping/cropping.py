"""Layers that remove cells at the ends of the spatial axes."""

from __future__ import annotations

from typing import Any

from minikeras.declare import field
from minikeras.layers.reshaping.margins import margins
from minikeras.layers.spatial import SpatialLayer
from minikeras.types import Shape, TensorLike


class BaseCropping(SpatialLayer):
    """Removes cells at both ends of each spatial axis.

    cropping: how many cells; an int for all axes, or for each axis an int or a pair (before,
        after).  A layer over one axis takes an int or a pair.

    Raises ValueError for any other form, for negative numbers, and if no cell would be left.
    """

    cropping: Any = 0
    data_format: str | None = None

    def setup(self) -> None:
        self._margins = margins(self.cropping, self.rank, "cropping")
        self.cropping = self._margins[0] if self.rank == 1 else self._margins
        super().setup()

    def call(self, inputs: TensorLike) -> TensorLike:
        self.compute_output_shape(inputs.shape)
        inside = tuple(slice(before, -after or None) for before, after in self._margins)
        return inputs[(slice(None),) * self._spatial_axes[0] + inside]

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        sizes = list(input_shape)
        for axis, margin in zip(self._spatial_axes, self._margins):
            if sizes[axis] is not None:
                sizes[axis] -= sum(margin)  # type: ignore[operator]  # not None, as checked above
                if sizes[axis] <= 0:  # type: ignore[operator]  # as above
                    raise ValueError(
                        "`cropping` must leave something of each spatial axis. "
                        f"Received: cropping={self.cropping}, input shape {tuple(input_shape)}"
                    )
        return tuple(sizes)


class Cropping1D(BaseCropping):
    """Removes steps at both ends of (batch, steps, features)."""

    rank = 1
    cropping = (1, 1)
    data_format: str | None = field("channels_last", kw_only=True, saved=False)


class Cropping2D(BaseCropping):
    """Removes the borders of images."""

    rank = 2
    cropping = ((0, 0), (0, 0))


class Cropping3D(BaseCropping):
    """Removes the borders of volumes."""

    rank = 3
    cropping = ((1, 1), (1, 1), (1, 1))
