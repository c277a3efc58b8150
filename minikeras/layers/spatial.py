"""The base of layers over space: their rank, their axes, the position of the channels."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, TypeAlias

from minikeras import settings
from minikeras.layers.input_spec import InputSpec
from minikeras.layers.layer import Layer

Ints: TypeAlias = Any  # an int for all axes or a tuple with one for each; after setup, the tuple


class SpatialLayer(Layer):
    """A layer over ``rank`` spatial axes: 1 for sequences, 2 for images, 3 for volumes.

    data_format: "channels_last" for (batch, *space, channels) or "channels_first" for
        (batch, channels, *space); by default ``keras.config.image_data_format()``.
    """

    rank: ClassVar[int]

    if TYPE_CHECKING:  # every subclass declares this field, in Keras's position
        data_format: Any

    def setup(self) -> None:
        self.data_format = settings.standardize_data_format(self.data_format)
        self.input_spec = InputSpec(ndim=self.rank + 2)

    @property
    def _spatial_axes(self) -> range:
        first = 2 if self.data_format == "channels_first" else 1
        return range(first, first + self.rank)
