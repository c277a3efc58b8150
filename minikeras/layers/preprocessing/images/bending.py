"""Images whose corners move, and images that bend, at random."""

from __future__ import annotations

from typing import Any

from minikeras import ops
from minikeras.layers.preprocessing.images.base import (
    FILL_MODES,
    INTERPOLATIONS,
    ChosenImageLayer,
    WarpingLayer,
    check_known,
    check_part,
    count_of,
    images_of,
    limits,
    over_images,
)
from minikeras.layers.preprocessing.images.boxes import Boxes, clip_to_image_size, convert_format
from minikeras.ops.warps import homography
from minikeras.types import TensorLike


class RandomPerspective(WarpingLayer, ChosenImageLayer):
    """Moves the corners of some images, in training.

    factor: the range of the probability of a change: (low, high), or f for (0, f).
    scale: how far a corner may move, as a part of its distance from the first pixel; from 0 to 1.
    interpolation: "bilinear" or "nearest".
    fill_value: what lies beyond the edges.
    seed: an int; by default drawn from Python's ``random``.

    Raises ValueError for other factors and scales, NotImplementedError for another interpolation.
    """

    factor: Any = 1.0
    scale: float = 1.0
    interpolation: str = "bilinear"
    fill_value: float = 0.0
    seed: Any = None
    data_format: Any = None

    _needs_masks_of_equal_size = True

    def setup(self) -> None:
        super().setup()
        check_part("scale", self.scale)
        check_known("interpolation", self.interpolation, INTERPOLATIONS)

    def get_random_transformation(self, data: Any, training: bool = True, seed: Any = None) -> Any:
        if not training:
            return None
        count, (height, width) = count_of(data), self.size_of(images_of(data))
        chosen = self.chosen(count, seed)
        moves = self.uniform(
            (count, 4, 2), (-0.5 * self.scale, 0.5 * self.scale), seed, self.compute_dtype
        )
        right, bottom = float(width - 1), float(height - 1)
        corners = [[[0.0, 0.0], [right, 0.0], [0.0, bottom], [right, bottom]]]
        start = ops.repeat(ops.convert_to_tensor(corners, self.compute_dtype), count, axis=0)
        return {
            "apply_perspective": chosen,
            "start_points": start,
            "end_points": start + start * moves,
            "size": (height, width),
        }

    def warped(self, images: TensorLike, transformation: Any, interpolation: str) -> TensorLike:
        warped = ops.image.perspective_transform(
            images,
            transformation["start_points"],
            transformation["end_points"],
            interpolation,
            self.fill_value,
            self.data_format,
        )
        return ops.where(over_images(transformation["apply_perspective"]), warped, images)

    def transform_bounding_boxes(
        self, bounding_boxes: Boxes, transformation: Any = None, training: bool = True
    ) -> Boxes:
        if not training or transformation is None:
            return bounding_boxes
        height, width = transformation["size"]
        found = convert_format(bounding_boxes, self.bounding_box_format, "xyxy", height, width)  # type: ignore[arg-type]  # call checks it
        maps = homography(transformation["start_points"], transformation["end_points"])
        maps = ops.concatenate([maps, ops.ones((maps.shape[0], 1))], -1)
        inverse = ops.linalg.inv(ops.reshape(maps, (-1, 3, 3)))
        left, top, right, bottom = (found["boxes"][..., i] for i in range(4))
        corners = [(left, top), (right, bottom), (left, bottom), (right, top)]
        moved = []
        for x, y in corners:
            points = ops.stack([x, y, ops.ones_like(x)], -2)
            u, v, w = ops.unstack(ops.matmul(inverse, points), axis=-2)
            moved.append((u / w, v / w))
        xs, ys = (ops.stack(axis, -1) for axis in zip(*moved))
        ends = [ops.min(xs, -1), ops.min(ys, -1), ops.max(xs, -1), ops.max(ys, -1)]
        chosen = ops.reshape(transformation["apply_perspective"], (-1, 1, 1))
        found["boxes"] = ops.where(chosen, ops.stack(ends, -1), found["boxes"])
        # Parity: the boxes stay "xyxy".
        return clip_to_image_size(found, height, width)


class RandomElasticTransform(WarpingLayer, ChosenImageLayer):
    """Bends some images, in training.

    factor: the range of the probability of a change: (low, high), or f for (0, f).
    scale: the range of the strength, from 0 to 1.
    interpolation: "bilinear" or "nearest".
    fill_mode: what lies beyond the edges: "reflect", "wrap", "constant" or "nearest".
    fill_value: the constant.
    value_range: the lowest and the highest value of a pixel.
    seed: an int; by default drawn from Python's ``random``.

    Raises ValueError for other factors and scales, NotImplementedError for other choices, and for
    boxes.
    """

    factor: Any = 1.0
    scale: Any = 1.0
    interpolation: str = "bilinear"
    fill_mode: str = "reflect"
    fill_value: float = 0.0
    value_range: Any = (0, 255)
    seed: Any = None
    data_format: Any = None

    def setup(self) -> None:
        super().setup()
        self.scale = limits("scale", self.scale, 0, 1)
        check_known("interpolation", self.interpolation, INTERPOLATIONS)
        check_known("fill_mode", self.fill_mode, (*FILL_MODES, "mirror"))

    def get_random_transformation(self, data: Any, training: bool = True, seed: Any = None) -> Any:
        if not training or not self.scale[1] or not self.factor[1]:
            return None
        seed = self.generator if seed is None else seed
        chosen = self.chosen(count_of(data), seed)
        strength = self.uniform((), self.scale, seed, self.compute_dtype)
        return {"apply_transform": chosen, "distortion_factor": strength, "seed": seed}

    def transform_bounding_boxes(
        self, bounding_boxes: Boxes, transformation: Any = None, training: bool = True
    ) -> Boxes:
        raise NotImplementedError("RandomElasticTransform does not move boxes, as in Keras")

    def warped(self, images: TensorLike, transformation: Any, interpolation: str) -> TensorLike:
        height, width = self.size_of(images)
        strength = transformation["distortion_factor"]
        bent = ops.image.elastic_transform(
            images,
            max(height, width) * (0.1 * strength),
            min(height, width) * (0.05 * strength),
            interpolation,
            self.fill_mode,
            self.fill_value,
            transformation["seed"],
            self.data_format,
        )
        images = ops.where(over_images(transformation["apply_transform"]), bent, images)
        return ops.cast(ops.clip(images, *self.value_range), self.compute_dtype)
