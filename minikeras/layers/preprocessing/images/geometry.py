"""Images rotated, moved, stretched and slanted at random."""

from __future__ import annotations

import math
from typing import Any

from minikeras import ops
from minikeras.layers.preprocessing.images.base import (
    FILL_MODES,
    INTERPOLATIONS,
    RandomImageLayer,
    WarpingLayer,
    check_known,
    count_of,
    images_of,
    limits,
    strict_limits,
)
from minikeras.layers.preprocessing.images.boxes import (
    Boxes,
    affine_transform,
    clip_to_image_size,
    convert_format,
)
from minikeras.ops.primitives.warp import mirror
from minikeras.types import TensorLike

_MODES = ("horizontal", "vertical", "horizontal_and_vertical")


class RandomFlip(RandomImageLayer):
    """Mirrors each image with probability ½, in training.

    mode: "horizontal", "vertical" or "horizontal_and_vertical".
    seed: an int; by default drawn from Python's ``random``.

    Parity: "horizontal_and_vertical" mirrors an image in both directions or in none.  Another mode
    is no error and mirrors nothing.
    """

    mode: str = "horizontal_and_vertical"
    seed: Any = None
    data_format: Any = None

    _config_order = ("data_format", "seed", "mode")
    _convert_input_args = False  # labels keep their dtype

    def get_random_transformation(self, data: Any, training: bool = True, seed: Any = None) -> Any:
        if not training:
            return None
        images = images_of(data)
        flips = self.uniform((count_of(data), 1, 1, 1), (0.0, 1.0), seed) <= 0.5
        return {"flips": flips, "size": self.size_of(images)}

    def transform_images(
        self, images: TensorLike, transformation: Any = None, training: bool = True
    ) -> TensorLike:
        images = ops.cast(images, self.compute_dtype)
        if not training or transformation is None:
            return images
        names = {"horizontal": self.width_axis, "vertical": self.height_axis}
        axes = tuple(axis for name, axis in names.items() if name in self._directions)
        return mirror(images, transformation["flips"], axes=axes) if axes else images

    @property
    def _directions(self) -> list[str]:
        return self.mode.split("_and_") if self.mode in _MODES else []

    def transform_bounding_boxes(
        self, bounding_boxes: Boxes, transformation: Any = None, training: bool = True
    ) -> Boxes:
        if not training:
            return bounding_boxes
        height, width = transformation["size"]
        size: Any = {"height": height, "width": width}
        source: Any = self.bounding_box_format
        found = convert_format(bounding_boxes, source, "rel_xyxy", **size)
        x1, y1, x2, y2 = ops.split(found["boxes"], 4, axis=-1)
        flips = ops.squeeze(transformation["flips"], -1)
        if "horizontal" in self._directions:
            x1, x2 = ops.where(flips, 1 - x2, x1), ops.where(flips, 1 - x1, x2)
        if "vertical" in self._directions:
            y1, y2 = ops.where(flips, 1 - y2, y1), ops.where(flips, 1 - y1, y2)
        found["boxes"] = ops.concatenate([x1, y1, x2, y2], axis=-1)
        # Parity: relative boxes are clipped to the size in pixels.
        found = clip_to_image_size(found, **size, bounding_box_format="xyxy")
        return convert_format(found, "rel_xyxy", source, **size)

    def transform_segmentation_masks(
        self, segmentation_masks: TensorLike, transformation: Any = None, training: bool = True
    ) -> TensorLike:
        return self.transform_images(segmentation_masks, transformation, training)


class _AffineLayer(WarpingLayer):
    """Shows each image through an affine map, in training.

    fill_mode: what lies beyond the edges: "reflect", "wrap", "constant" or "nearest".
    interpolation: "bilinear" or "nearest".
    fill_value: the constant.

    Raises NotImplementedError for other choices.
    """

    fill_mode: str
    fill_value: float

    def setup(self) -> None:
        super().setup()
        check_known("fill_mode", self.fill_mode, FILL_MODES)
        check_known("interpolation", self.interpolation, INTERPOLATIONS)

    def matrix(self, transformation: Any, height: int, width: int) -> TensorLike:
        """The maps, (batch, 8), as ``ops.image.affine_transform`` takes them."""
        raise NotImplementedError

    def warped(self, images: TensorLike, transformation: Any, interpolation: str) -> TensorLike:
        return ops.image.affine_transform(
            images,
            self.matrix(transformation, *self.size_of(images)),
            interpolation,
            self.fill_mode,
            self.fill_value,
            self.data_format,
        )


def _columns(*columns: Any) -> TensorLike:
    """Maps of eight numbers, from arrays (batch,) and constants."""
    like = next(c for c in columns if not isinstance(c, float))
    return ops.stack(
        [c if not isinstance(c, float) else ops.full_like(like, c) for c in columns], 1
    )


class RandomRotation(_AffineLayer):
    """Turns each image about its centre, in training.

    factor: the range of the angle in turns, counterclockwise: (low, high), or f for (−f, f).
    fill_mode: what lies beyond the edges: "reflect", "wrap", "constant" or "nearest".
    interpolation: "bilinear" or "nearest".
    fill_value: the constant.
    seed: an int; by default drawn from Python's ``random``.

    Raises ValueError for another factor, NotImplementedError for other choices.

    Parity: boxes are taken as "xyxy", whatever their format.
    """

    factor: Any
    fill_mode: str = "reflect"
    interpolation: str = "bilinear"
    seed: Any = None
    fill_value: float = 0.0
    data_format: Any = None

    _config_order = ("data_format", "factor", "fill_mode", "fill_value", "interpolation", "seed")
    _needs_masks_of_equal_size = True

    def setup(self) -> None:
        self.factor = limits("factor", self.factor or 0.0, -1, 1)
        super().setup()

    def get_random_transformation(self, data: Any, training: bool = True, seed: Any = None) -> Any:
        if not training:
            return None
        low, high = (f * 360.0 for f in self.factor)
        angle = self.uniform((count_of(data),), (low, high), seed)
        return {"angle": angle, "size": self.size_of(images_of(data))}

    def matrix(self, transformation: Any, height: int, width: int) -> TensorLike:
        angle = transformation["angle"] * ops.convert_to_tensor(math.pi / 180.0)
        cos, sin = ops.cos(angle), ops.sin(angle)
        cx, cy = 0.5 * (width - 1), 0.5 * (height - 1)
        right = cx - cx * cos - cy * (-sin)
        down = cy - cx * sin - cy * cos
        return _columns(cos, -sin, right, sin, cos, down, 0.0, 0.0)

    def transform_bounding_boxes(
        self, bounding_boxes: Boxes, transformation: Any = None, training: bool = True
    ) -> Boxes:
        if not training:
            return bounding_boxes
        height, width = transformation["size"]
        boxes, angle = bounding_boxes["boxes"], transformation["angle"]
        moved = affine_transform(boxes, angle, 0, 0, 1, 0, 0, height, width)
        found = clip_to_image_size({**bounding_boxes, "boxes": moved}, height, width)
        target: Any = self.bounding_box_format
        return convert_format(found, "xyxy", target, height, width)


class RandomZoom(_AffineLayer):
    """Stretches each image about its centre, in training.

    height_factor, width_factor: the range of how much more is seen: (low, high), or f for (−f, f);
        −0.2 shows 80 % of the height. Without ``width_factor`` the proportions stay.
    fill_mode: what lies beyond the edges: "reflect", "wrap", "constant" or "nearest".
    interpolation: "bilinear" or "nearest".
    fill_value: the constant.
    seed: an int; by default drawn from Python's ``random``.

    Raises ValueError for factors outside of (−1, 1], NotImplementedError for other choices.
    """

    height_factor: Any
    width_factor: Any = None
    fill_mode: str = "reflect"
    interpolation: str = "bilinear"
    seed: Any = None
    fill_value: float = 0.0
    data_format: Any = None

    def setup(self) -> None:
        self._heights = strict_limits("height_factor", self.height_factor, -1, 1, is_open=True)
        self._widths = None
        if self.width_factor is not None:
            self._widths = strict_limits("width_factor", self.width_factor, -1, 1, is_open=True)
        super().setup()

    def get_random_transformation(self, data: Any, training: bool = True, seed: Any = None) -> Any:
        if not training:
            return None
        shape = (count_of(data), 1)
        height = width = self.uniform(shape, [1.0 + f for f in self._heights], seed)
        if self._widths is not None:
            width = self.uniform(shape, [1.0 + f for f in self._widths], seed)
        size = self.size_of(images_of(data))
        return {"height_zoom": height, "width_zoom": width, "size": size}

    def matrix(self, transformation: Any, height: int, width: int) -> TensorLike:
        zooms = (transformation[name][:, 0] for name in ("width_zoom", "height_zoom"))
        x, y = (ops.cast(zoom, "float32") for zoom in zooms)
        right = (width - 1.0) / 2.0 * (1.0 - x)
        down = (height - 1.0) / 2.0 * (1.0 - y)
        return _columns(x, 0.0, right, 0.0, y, down, 0.0, 0.0)

    def transform_bounding_boxes(
        self, bounding_boxes: Boxes, transformation: Any = None, training: bool = True
    ) -> Boxes:
        if not training:
            return bounding_boxes
        height, width = transformation["size"]
        source: Any = self.bounding_box_format
        found = convert_format(bounding_boxes, source, "xyxy", height, width)
        t = self.matrix(transformation, height, width)
        left, top = t[:, 2], t[:, 5]
        right, bottom = t[:, 0] * width + left, t[:, 4] * height + top
        left, top, right, bottom = (ops.reshape(n, (-1, 1, 1)) for n in (left, top, right, bottom))
        x1, y1, x2, y2 = ops.split(found["boxes"], 4, axis=-1)
        x1, x2 = (ops.clip(x, left, right) - left for x in (x1, x2))
        y1, y2 = (ops.clip(y, top, bottom) - top for y in (y1, y2))
        found["boxes"] = ops.concatenate([x1, y1, x2, y2], axis=-1)
        found = convert_format(found, "xyxy", "rel_xyxy", bottom - top, right - left)
        found = clip_to_image_size(found, bounding_box_format="rel_xyxy")
        return convert_format(found, "rel_xyxy", source, height, width)


class RandomTranslation(_AffineLayer):
    """Moves each image, in training.

    height_factor, width_factor: the range of the way, in heights and widths of the image, down and
        to the right: (low, high), or f for (−f, f).
    fill_mode: what lies beyond the edges: "reflect", "wrap", "constant" or "nearest".
    interpolation: "bilinear" or "nearest".
    fill_value: the constant.
    seed: an int; by default drawn from Python's ``random``.

    Raises ValueError for factors outside of [−1, 1], NotImplementedError for other choices.
    """

    height_factor: Any
    width_factor: Any
    fill_mode: str = "reflect"
    interpolation: str = "bilinear"
    seed: Any = None
    fill_value: float = 0.0
    data_format: Any = None

    def setup(self) -> None:
        self._heights = strict_limits("height_factor", self.height_factor, -1, 1)
        self._widths = strict_limits("width_factor", self.width_factor, -1, 1)
        super().setup()

    def get_random_transformation(self, data: Any, training: bool = True, seed: Any = None) -> Any:
        if not training:
            return None
        shape, size = (count_of(data), 1), self.size_of(images_of(data))
        down, right = (
            self.uniform(shape, factors, seed) * n
            for factors, n in zip((self._heights, self._widths), size)
        )
        way = ops.cast(ops.concatenate([right, down], 1), "float32")
        return {"translations": way, "size": size}

    def matrix(self, transformation: Any, height: int, width: int) -> TensorLike:
        way = transformation["translations"]
        return _columns(1.0, 0.0, -way[:, 0], 0.0, 1.0, -way[:, 1], 0.0, 0.0)

    def transform_bounding_boxes(
        self, bounding_boxes: Boxes, transformation: Any = None, training: bool = True
    ) -> Boxes:
        if not training:
            return bounding_boxes
        height, width = transformation["size"]
        source: Any = self.bounding_box_format
        found = convert_format(bounding_boxes, source, "xyxy", height, width)
        way = ops.expand_dims(ops.tile(transformation["translations"], (1, 2)), 1)
        found["boxes"] = found["boxes"] + way
        found = clip_to_image_size(found, height, width)
        return convert_format(found, "xyxy", source, height, width)


class RandomShear(_AffineLayer):
    """Slants each image, in training.

    x_factor, y_factor: the range of the slant, in pixels for each pixel: (low, high) from 0 to 1,
        or f for (−f, f); the sign of both is then drawn.
    interpolation: "bilinear" or "nearest".
    fill_mode: what lies beyond the edges: "reflect", "wrap", "constant" or "nearest".
    fill_value: the constant.
    seed: an int; by default drawn from Python's ``random``.

    Raises ValueError for other factors, NotImplementedError for other choices.

    Parity: the config of a layer made with f holds (−f, f), from which no layer can be made.
    """

    x_factor: Any = 0.0
    y_factor: Any = 0.0
    interpolation: str = "bilinear"
    fill_mode: str = "reflect"
    fill_value: float = 0.0
    data_format: Any = None
    seed: Any = None

    _config_order = ("data_format", "x_factor", "y_factor", "fill_mode", "interpolation", "seed")

    def setup(self) -> None:
        self.x_factor = strict_limits("x_factor", self.x_factor, 0, 1)
        self.y_factor = strict_limits("y_factor", self.y_factor, 0, 1)
        super().setup()

    def get_random_transformation(self, data: Any, training: bool = True, seed: Any = None) -> Any:
        if not training:
            return None
        shape, dtype = (count_of(data), 1), self.compute_dtype
        invert = self.uniform(shape, (0, 1), seed, dtype) > 0.5
        y = self.uniform(shape, self.y_factor, seed, dtype)
        x = self.uniform(shape, self.x_factor, seed, dtype)
        slant = ops.concatenate([x, y], 1)
        slant = ops.where(invert, -slant, slant)
        return {"shear_factor": slant, "size": self.size_of(images_of(data))}

    def matrix(self, transformation: Any, height: int, width: int) -> TensorLike:
        slant = ops.cast(transformation["shear_factor"], "float32")
        return _columns(1.0, slant[:, 0], 0.0, slant[:, 1], 1.0, 0.0, 0.0, 0.0)

    def transform_bounding_boxes(
        self, bounding_boxes: Boxes, transformation: Any = None, training: bool = True
    ) -> Boxes:
        if not training:
            return bounding_boxes
        height, width = transformation["size"]
        source: Any = self.bounding_box_format
        dtype = self.compute_dtype
        found = convert_format(bounding_boxes, source, "rel_xyxy", height, width, dtype)
        a, b = ops.split(transformation["shear_factor"], 2, axis=-1)
        x1, y1, x2, y2 = (ops.squeeze(n, -1) for n in ops.split(found["boxes"], 4, axis=-1))
        upper, lower = a * y1, a * y2
        x1, x2 = (
            ops.where(a < 0, x1 - upper, x1 - lower),
            ops.where(a < 0, x2 - lower, x2 - upper),
        )
        left, right = b * x1, b * x2
        y1, y2 = (
            ops.where(b > 0, y1 - right, y1 - left),
            ops.where(b > 0, y2 - left, y2 - right),
        )
        found["boxes"] = ops.stack([x1, y1, x2, y2], -1)
        found = clip_to_image_size(found, height, width, "rel_xyxy")
        return convert_format(found, "rel_xyxy", source, height, width, dtype)
