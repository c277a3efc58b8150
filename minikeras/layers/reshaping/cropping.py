"""Layers that cut cells off the spatial axes."""

from __future__ import annotations

from typing import Any, ClassVar

from minikeras import settings
from minikeras.declare import field
from minikeras.layers.input_spec import InputSpec
from minikeras.layers.layer import Layer
from minikeras.layers.reshaping.margins import margins
from minikeras.types import Shape, TensorLike


class BaseCropping(Layer):
    """Cuts (before, after) cells off each spatial axis.

    ``cropping``: as the padding of ``ZeroPadding2D``.
    Raises ValueError for any other form, for negative numbers, and where nothing would be left.
    """

    rank: ClassVar[int]

    cropping: Any = 0
    data_format: str | None = None

    def setup(self) -> None:
        self._margins = margins(self.cropping, self.rank, "cropping")
        self.cropping = self._margins[0] if self.rank == 1 else self._margins
        self.data_format = settings.standardize_data_format(self.data_format)
        self.input_spec = InputSpec(ndim=self.rank + 2)

    @property
    def _first(self) -> int:
        return 2 if self.data_format == "channels_first" else 1

    def call(self, inputs: TensorLike) -> TensorLike:
        self.compute_output_shape(inputs.shape)
        kept = [slice(before, -after or None) for before, after in self._margins]
        return inputs[(slice(None),) * self._first + tuple(kept)]

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        sizes = list(input_shape)
        for axis, margin in enumerate(self._margins, self._first):
            if sizes[axis] is not None:
                sizes[axis] -= sum(margin)  # type: ignore[operator]
                if sizes[axis] <= 0:  # type: ignore[operator]
                    raise ValueError(
                        "`cropping` must leave something of each spatial axis. "
                        f"Received: cropping={self.cropping}, input shape {tuple(input_shape)}"
                    )
        return tuple(sizes)


class Cropping1D(BaseCropping):
    """Cuts steps off (batch, steps, features); ``cropping``: an int or a pair."""

    rank = 1
    cropping = (1, 1)
    data_format: str | None = field("channels_last", kw_only=True, saved=False)


class Cropping2D(BaseCropping):
    """Cuts the borders off images; ``cropping``: an int, two ints, or two pairs."""

    rank = 2
    cropping = ((0, 0), (0, 0))


class Cropping3D(BaseCropping):
    """Cuts the borders off volumes; ``cropping``: an int, three ints, or three pairs."""

    rank = 3
    cropping = ((1, 1), (1, 1), (1, 1))
