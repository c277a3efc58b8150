"""Histograms equalized in tiles of an image, and a fixed number of boxes for each image."""

from __future__ import annotations

from typing import Any

import numpy as np

from minikeras import ops, settings
from minikeras.layers.preprocessing.images.base import ImageLayer, to_range
from minikeras.layers.preprocessing.images.boxes import Boxes
from minikeras.messages import describe
from minikeras.ops.image_batches import from_batch, to_batch
from minikeras.types import TensorLike


class ContrastLimitedAdaptiveHistogramEqualization(ImageLayer):
    """Makes the values of each tile of an image about equally frequent, but no value too frequent.

    value_range: the lowest and the highest value of a pixel.
    clip_limit: how many times its even share a value may count; what is above is spread.
    tile_grid_size: how many tiles, down and across; between their centres is interpolated.

    Source: Zuiderveld, "Contrast limited adaptive histogram equalization".
    """

    value_range: Any = (0, 255)
    clip_limit: float = 4.0
    tile_grid_size: Any = (8, 8)
    data_format: Any = None

    def transform_images(
        self, images: TensorLike, transformation: Any = None, training: bool = True
    ) -> TensorLike:
        x = to_range(to_batch(images, self.data_format), self.value_range, (0, 255))
        y = to_range(self._equalized(ops.cast(x, "float32")), (0, 255), self.value_range)
        return from_batch(ops.cast(y, images.dtype), images, self.data_format)

    def _equalized(self, images: TensorLike) -> TensorLike:
        _, height, width, channels = images.shape
        grid = self.tile_grid_size
        tile = [-(-n // parts) for n, parts in zip((height, width), grid)]
        widths = [parts * size - n for n, parts, size in zip((height, width), grid, tile)]
        x = ops.pad(images, [(0, 0), (0, widths[0]), (0, widths[1]), (0, 0)], "symmetric")
        tables = self._tables(x, tile)
        tables = ops.concatenate([tables[:, :1], tables, tables[:, -1:]], axis=1)
        tables = ops.concatenate([tables[:, :, :1], tables, tables[:, :, -1:]], axis=2)
        flat = ops.reshape(tables, (-1,))
        value = np.clip(np.asarray(x), 0, 255).astype("int32")
        rows, columns = (
            _between(n, size, parts) for n, size, parts in zip(x.shape[1:3], tile, grid)
        )
        image = np.arange(len(value))[:, None, None, None]
        channel = np.arange(channels)

        def looked_up(i: Any, j: Any) -> TensorLike:
            """The pixels in the tables of these tiles."""
            number = (image * (grid[0] + 2) + i[:, None, None]) * (grid[1] + 2) + j[:, None]
            return ops.take(flat, ((number * channels + channel) * 256 + value).astype("int32"))

        (top, bottom, down), (left, right, across) = rows, columns
        across, down = across[:, None], down[:, None, None]
        upper = looked_up(top, left) * (1.0 - across) + looked_up(top, right) * across
        lower = looked_up(bottom, left) * (1.0 - across) + looked_up(bottom, right) * across
        return (upper * (1.0 - down) + lower * down)[:, :height, :width]

    def _tables(self, x: TensorLike, tile: list[int]) -> TensorLike:
        """For each tile and channel the new values: (batch, down, across, channels, 256)."""
        (batch, *_, channels), (down, across) = x.shape, self.tile_grid_size
        size = tile[0] * tile[1]
        tiles = ops.reshape(x, (batch, down, tile[0], across, tile[1], channels))
        tiles = ops.reshape(ops.transpose(tiles, (0, 1, 3, 5, 2, 4)), (-1, size))
        first = 256 * np.arange(batch * down * across * channels, dtype="int32")
        numbers = ops.clip(ops.cast(tiles, "int32"), 0, 255) + first[:, None]
        counts = ops.bincount(ops.reshape(numbers, (-1,)), minlength=256 * len(first))
        counts = ops.reshape(counts, (batch, down, across, channels, 256))
        counts = ops.cast(counts, settings.floatx())
        if self.clip_limit > 0:
            clipped = ops.clip(counts, 0, self.clip_limit * size / 256.0)
            excess = ops.sum(counts - clipped, axis=-1, keepdims=True)
            counts = clipped + excess / 256.0
        below = ops.cumsum(counts, axis=-1)
        least = ops.min(below, axis=-1, keepdims=True)
        rest = size - least
        rest = ops.where(rest == 0, ops.ones_like(rest), rest)
        return ops.clip((below - least) * 255.0 / rest, 0, 255)


def _between(n: int, size: int, parts: int) -> tuple[Any, Any, Any]:
    """For each of n pixels the tiles around it, with one more at each end, and how near."""
    place = (np.arange(n, dtype=np.float32) - np.float32(size / 2.0)) / np.float32(size) + 1
    first = np.floor(place)
    low, high = (np.clip(first + i, 0, parts + 1).astype(int) for i in (0, 1))
    return low, high, place - first


class MaxNumBoundingBoxes(ImageLayer):
    """Gives each image the same number of boxes: further ones are cut off, missing ones filled in.

    max_number: how many.
    fill_value: the number of which missing boxes and labels consist; it does not stand in configs.

    Raises ValueError for what is no whole number, TypeError for what is no number at all.
    """

    max_number: Any
    fill_value: Any = -1

    def setup(self) -> None:
        for name in ("max_number", "fill_value"):
            value = getattr(self, name)
            try:
                setattr(self, name, int(value))
            except (TypeError, ValueError) as error:
                wrong = f"`{name}` must be a whole number. Received: {name}={describe(value)}"
                raise type(error)(wrong) from None
        super().setup()

    def get_config(self) -> dict[str, Any]:
        config = super().get_config()
        del config["fill_value"]
        return config

    def transform_images(
        self, images: TensorLike, transformation: Any = None, training: bool = True
    ) -> TensorLike:
        return images

    def transform_bounding_boxes(
        self, bounding_boxes: Boxes, transformation: Any = None, training: bool = True
    ) -> Boxes:
        found = dict(bounding_boxes)
        for name in ("boxes", "labels"):
            x = bounding_boxes[name][:, : self.max_number]
            missing = [(0, 0)] * len(x.shape)
            missing[1] = (0, self.max_number - x.shape[1])
            found[name] = ops.pad(x, missing, constant_values=self.fill_value)
        return found

    def compute_output_shape(self, input_shape: Any) -> Any:
        if not isinstance(input_shape, dict) or "bounding_boxes" not in input_shape:
            return input_shape
        shapes = input_shape["bounding_boxes"]
        unknown = shapes.keys() - {"boxes", "labels"}
        if unknown:
            raise KeyError(
                f"`bounding_boxes` may have the keys 'boxes' and 'labels'. Received: {unknown}"
            )
        known = {k: (*s[:1], self.max_number, *s[2:]) for k, s in shapes.items()}
        return {**input_shape, "bounding_boxes": known}
