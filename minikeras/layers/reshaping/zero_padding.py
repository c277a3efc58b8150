"""Layers that add zeros around the spatial axes."""

from __future__ import annotations

from typing import Any, ClassVar

from minikeras import ops, settings
from minikeras.layers.input_spec import InputSpec
from minikeras.layers.layer import Layer
from minikeras.layers.reshaping.margins import Margins, margins
from minikeras.types import Shape, TensorLike


class BaseZeroPadding(Layer):
    """Adds (before, after) zeros along each spatial axis.

    ``padding``: an int for all axes, or for each axis an int or a pair.
    Raises ValueError for any other form and for negative numbers.
    """

    rank: ClassVar[int]

    padding: Any = 1
    data_format: str | None = None

    def setup(self) -> None:
        self._margins = margins(self.padding, self.rank, "padding")
        self.padding = self._margins[0] if self.rank == 1 else self._margins
        self.data_format = settings.standardize_data_format(self.data_format)
        self.input_spec = InputSpec(ndim=self.rank + 2)

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
    """Zeros before and after (batch, steps, features); ``padding``: an int or a pair."""

    rank = 1


class ZeroPadding2D(BaseZeroPadding):
    """Zeros around images; ``padding``: an int, two ints, or ((top, bottom), (left, right))."""

    rank = 2
    padding = (1, 1)


class ZeroPadding3D(BaseZeroPadding):
    """Zeros around volumes; ``padding``: an int, or for each of the three axes an int or a pair."""

    rank = 3
    padding = ((1, 1), (1, 1), (1, 1))
