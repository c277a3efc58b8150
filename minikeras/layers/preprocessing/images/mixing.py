"""Images with parts erased, and images mixed with others of their batch."""

from __future__ import annotations

from typing import Any

from minikeras import dtypes, ops, random
from minikeras.layers.preprocessing.images.base import (
    ChosenImageLayer,
    RandomImageLayer,
    count_of,
    images_of,
    limits,
    over_images,
)
from minikeras.layers.preprocessing.images.boxes import Boxes
from minikeras.messages import describe
from minikeras.types import TensorLike


class _BlockLayer(ChosenImageLayer):
    """Changes a block of each image, whose place is drawn."""

    def _span(self, count: int, n: int, part: TensorLike, seed: Any) -> Any:
        """Where the blocks begin and end along an axis of n pixels; ``part``: of its length."""
        dtype = self.compute_dtype
        length = ops.cast(part * n, dtype)
        start = self.uniform((count,), (0, 1), seed, dtype) * (n - length)
        return over_images(start), over_images(start + length)

    def _mask(self, images: Any, columns: Any, rows: Any) -> TensorLike:
        """Whether a pixel lies in the block of its image; it meets a batch of images."""
        height, width = self.size_of(images)
        dtype = self.compute_dtype
        y = ops.reshape(ops.arange(height, dtype=dtype), _along(self.height_axis))
        x = ops.reshape(ops.arange(width, dtype=dtype), _along(self.width_axis))
        inside = ops.logical_and(x >= columns[0], x < columns[1])
        inside = ops.logical_and(inside, ops.logical_and(y >= rows[0], y < rows[1]))
        return ops.repeat(inside, images.shape[self.channels_axis], axis=self.channels_axis)


def _along(axis: int) -> list[int]:
    shape = [1, 1, 1, 1]
    shape[axis] = -1
    return shape


class RandomErasing(_BlockLayer):
    """Fills a block of some images, in training.

    factor: the range of the probability: (low, high), or f for (0, f).
    scale: the range of the block's area, in parts of the image.
    fill_value: a number, or one for each of three channels; None for normal noise.
    value_range: the lowest and the highest value of a pixel.
    seed: an int; by default drawn from Python's ``random``.

    Raises ValueError for other factors, scales and fill values.
    """

    factor: Any = 1.0
    scale: Any = (0.02, 0.33)
    fill_value: Any = None
    value_range: Any = (0, 255)
    seed: Any = None
    data_format: Any = None

    def setup(self) -> None:
        super().setup()
        self.scale = limits("scale", self.scale, 0, 1)

    def get_random_transformation(self, data: Any, training: bool = True, seed: Any = None) -> Any:
        if not training:
            return None
        images, count = images_of(data), count_of(data)
        height, width = self.size_of(images)
        parts = ops.sqrt(self.uniform((count, 2), self.scale, seed, self.compute_dtype))
        columns = self._span(count, width, parts[:, 0], seed)
        rows = self._span(count, height, parts[:, 1], seed)
        return {
            "batch_masks": self._mask(images, columns, rows),
            "apply_erasing": self.chosen(count, seed),
            "fill_value": self._filling(images, seed),
        }

    def _filling(self, images: Any, seed: Any) -> TensorLike:
        value, dtype = self.fill_value, self.compute_dtype
        if value is None:
            noise = random.normal(images.shape, dtype=dtype, seed=seed or self.generator)
            filling = noise * self.value_range[1]
        elif isinstance(value, int | float) or (
            isinstance(value, tuple | list) and len(value) == 3
        ):
            filling = ops.convert_to_tensor(value, dtype)
        else:
            raise ValueError(
                "`fill_value` must be a number or a list of three numbers. "
                f"Received: fill_value={describe(value)}"
            )
        return ops.clip(filling, *self.value_range)

    def transform_images(
        self, images: TensorLike, transformation: Any = None, training: bool = True
    ) -> TensorLike:
        images = ops.cast(images, self.compute_dtype)
        if not training:
            return images
        erased = ops.logical_and(
            over_images(transformation["apply_erasing"]), transformation["batch_masks"]
        )
        return ops.where(erased, transformation["fill_value"], images)


class MixUp(RandomImageLayer):
    """outputs = w · inputs + (1 − w) · the inputs in another order, for images and labels

    w is drawn for each image from the beta distribution with both parameters ``alpha``, and the
    order for each batch, in training.

    alpha: 0.2 leaves most images nearly as they are, 1 makes all weights equally likely.
    seed: an int; by default drawn from Python's ``random``.

    Parity: numbers are drawn outside of training as well. Labels of boxes are joined along the
    batch, boxes along their own axis, and masks are mixed with single pixels.
    """

    alpha: float = 0.2
    data_format: Any = None
    seed: Any = None

    def get_random_transformation(self, data: Any, training: bool = True, seed: Any = None) -> Any:
        count, seed = count_of(data), self.generator if seed is None else seed
        order = random.shuffle(ops.arange(0, count, dtype="int64"), seed=seed)
        weight = random.beta((count,), self.alpha, self.alpha, seed=seed)
        return {"mix_weight": weight, "permutation_order": order}

    def transform_images(
        self, images: TensorLike, transformation: Any = None, training: bool = True
    ) -> TensorLike:
        if not training:
            return images
        images = ops.cast(images, self.compute_dtype)
        weight = ops.cast(over_images(transformation["mix_weight"]), self.compute_dtype)
        others = ops.take(images, transformation["permutation_order"], axis=0)
        return weight * images + (1.0 - weight) * others

    def transform_labels(
        self, labels: TensorLike, transformation: Any = None, training: bool = True
    ) -> TensorLike:
        return _mixed_labels(labels, transformation) if training else labels

    def transform_bounding_boxes(
        self, bounding_boxes: Boxes, transformation: Any = None, training: bool = True
    ) -> Boxes:
        if not training:
            return bounding_boxes
        order = transformation["permutation_order"]
        return {
            name: ops.concatenate([x, ops.take(x, order, axis=0)], axis=axis)
            for name, x, axis in (
                ("boxes", bounding_boxes["boxes"], 1),
                ("labels", bounding_boxes["labels"], 0),
            )
        }

    def transform_segmentation_masks(
        self, segmentation_masks: TensorLike, transformation: Any = None, training: bool = True
    ) -> TensorLike:
        if not training:
            return segmentation_masks
        weight = over_images(transformation["mix_weight"])
        others = ops.take(segmentation_masks, transformation["permutation_order"])
        return weight * segmentation_masks + (1.0 - weight) * others


def _mixed_labels(labels: Any, transformation: Any) -> TensorLike:
    """Raises ValueError unless there is a vector of floats for each image."""
    count = transformation["mix_weight"].shape[0]
    is_float = "float" in dtypes.standardize(labels.dtype)
    if not is_float or len(labels.shape) < 2 or labels.shape[0] != count:
        raise ValueError(
            f"`labels` must be a vector of floats for each of {count} images, such as "
            f"to_categorical(y). Received: labels={describe(labels)}"
        )
    weight = ops.reshape(transformation["mix_weight"], (-1, 1))
    others = ops.take(labels, transformation["permutation_order"], axis=0)
    return weight * labels + (1.0 - weight) * others


class CutMix(_BlockLayer):
    """Puts a block of another image into each image, and mixes the labels, in training.

    factor: the range of the parameter of the beta distribution from which the area is drawn.
    seed: an int; by default drawn from Python's ``random``.

    One image without a batch stays as it is.  Raises ValueError for other factors,
    NotImplementedError for boxes.

    Parity: masks with one channel receive as many as the images have.
    """

    factor: Any = 1.0
    seed: Any = None
    data_format: Any = None

    _needs_masks_of_equal_size = True

    def get_random_transformation(self, data: Any, training: bool = True, seed: Any = None) -> Any:
        images = images_of(data)
        if not training or len(images.shape) == 3:
            return None
        seed, dtype = self.generator if seed is None else seed, self.compute_dtype
        count, (height, width) = count_of(data), self.size_of(images)
        alpha = self.uniform((), self.factor, seed, dtype) + 1e-6
        weight = random.beta((count,), alpha, alpha, dtype, seed)
        part = ops.sqrt(1.0 - weight)
        columns = self._span(count, width, part, seed)
        rows = self._span(count, height, part, seed)
        area = (columns[1] - columns[0]) * (rows[1] - rows[0])
        order = random.shuffle(ops.arange(0, count, dtype="int32"), seed=seed)
        return {
            "permutation_order": order,
            "batch_masks": self._mask(images, columns, rows),
            "mix_weight": 1.0 - area / (width * height),
        }

    def transform_images(
        self, images: TensorLike, transformation: Any = None, training: bool = True
    ) -> TensorLike:
        images = ops.cast(images, self.compute_dtype)
        if not training or transformation is None:
            return images
        others = ops.take(images, transformation["permutation_order"], axis=0)
        return ops.where(transformation["batch_masks"], others, images)

    def transform_labels(
        self, labels: TensorLike, transformation: Any = None, training: bool = True
    ) -> TensorLike:
        if not training or transformation is None:
            return labels
        return _mixed_labels(labels, transformation)

    def transform_bounding_boxes(
        self, bounding_boxes: Boxes, transformation: Any = None, training: bool = True
    ) -> Boxes:
        raise NotImplementedError("CutMix does not move bounding boxes, as in Keras")

    def transform_segmentation_masks(
        self, segmentation_masks: TensorLike, transformation: Any = None, training: bool = True
    ) -> TensorLike:
        return self.transform_images(segmentation_masks, transformation, training)
