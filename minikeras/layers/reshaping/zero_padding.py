"""Layers that add zeros around the spatial axes."""

from __future__ import annotations

from typing import Any

from minikeras import ops
from minikeras.layers.reshaping.margins import Margins, margins
from minikeras.layers.spatial import SpatialLayer
from minikeras.types import Shape, TensorLike


class BaseZeroPadding(SpatialLayer):
    """Adds zeros at both ends of each spatial axis.

    padding: how many zeros; an int for all axes, or for each axis an int or a pair (before,
        after).  A layer over one axis takes an int or a pair.

    Raises ValueError for any other form, and for negative numbers.
    """

    padding: Any = 1
    data_format: str | None = None

    def setup(self) -> None:
        self._margins = margins(self.padding, self.rank, "padding")
        self.padding = self._margins[0] if self.rank == 1 else self._margins
        super().setup()

    def _widths(self) -> Margins:
        none = (0, 0)
        if self.data_format == "channels_first":
            return (none, none, *self._margins)
        return (none, *self._margins, none)

    def call(self, inputs: TensorLike) -> TensorLike:
        return ops.pad(inputs, self._widths())

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        return tuple(None if n is None else n + sum(w) for n, w in zip(input_shape, self._widths()))


class ZeroPadding1D(BaseZeroPadding):
    """Adds zeros before and after the steps of (batch, steps, features)."""

    rank = 1


class ZeroPadding2D(BaseZeroPadding):
    """Adds zeros around images; pairs are ((top, bottom), (left, right))."""

    rank = 2
    padding = (1, 1)


class ZeroPadding3D(BaseZeroPadding):
    """Adds zeros around volumes."""

    rank = 3
    padding = ((1, 1), (1, 1), (1, 1))
