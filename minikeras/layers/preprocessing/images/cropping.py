"""Images of another size: resized, or cut out of the middle or at random."""

from __future__ import annotations

from typing import Any

from minikeras import ops
from minikeras.layers.preprocessing.images.base import (
    ImageLayer,
    RandomImageLayer,
    images_of,
)
from minikeras.layers.preprocessing.images.boxes import (
    Boxes,
    checked,
    clip_to_image_size,
    convert_format,
)
from minikeras.messages import describe
from minikeras.random.seed_generator import make_default_seed
from minikeras.types import Shape, TensorLike


class _SizedLayer(ImageLayer):
    """Makes images of ``height`` and ``width``."""

    height: int
    width: int

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        shape = list(input_shape)
        if len(shape) not in (3, 4) or isinstance(shape[0], list | tuple):
            raise ValueError(
                "`input_shape` must be the shape of one image or of a batch of images. "
                f"Received: input_shape={describe(input_shape)}"
            )
        shape[self.height_axis], shape[self.width_axis] = self.height, self.width
        return tuple(shape)

    def transform_segmentation_masks(
        self, segmentation_masks: TensorLike, transformation: Any = None, training: bool = True
    ) -> TensorLike:
        return self.transform_images(segmentation_masks, transformation, training)

    def _block(self, images: TensorLike, top: int, left: int, *size: int) -> TensorLike:
        key = [slice(None)] * len(images.shape)
        key[self.height_axis] = slice(top, top + size[0])
        key[self.width_axis] = slice(left, left + size[1])
        return images[tuple(key)]

    def _middle(self, height: int, width: int) -> tuple[int, int, int, int]:
        """The largest block of the wanted proportions: top, left, height, width."""
        wanted = int(float(width * self.height) / self.width)
        rows = max(min(height, wanted), 1)
        wanted = int(float(height * self.width) / self.height)
        columns = max(min(width, wanted), 1)
        return (height - rows) // 2, (width - columns) // 2, rows, columns


class CenterCrop(_SizedLayer):
    """The middle of the images; of images that are too small, a resized block of it.

    height, width: of the outputs.

    Parity: a resized block is float32, whatever the dtype of the layer.
    """

    height: int
    width: int
    data_format: Any = None

    _needs_masks_of_equal_size = True

    def get_random_transformation(self, data: Any, training: bool = True, seed: Any = None) -> Any:
        return {"size": self.size_of(images_of(data))}

    def transform_images(
        self, images: TensorLike, transformation: Any = None, training: bool = True
    ) -> TensorLike:
        images = ops.cast(images, self.compute_dtype)
        height, width = self.size_of(images)
        if height >= self.height and width >= self.width:
            top, left = (height - self.height) // 2, (width - self.width) // 2
            return self._block(images, top, left, self.height, self.width)
        block = ops.cast(self._block(images, *self._middle(height, width)), "float32")
        size = (self.height, self.width)
        return ops.image.resize(block, size, data_format=self.data_format)

    def transform_bounding_boxes(
        self, bounding_boxes: Boxes, transformation: Any = None, training: bool = True
    ) -> Boxes:
        height, width = transformation["size"]
        source: Any = self.bounding_box_format
        fits = height >= self.height and width >= self.width
        if fits:
            rows, columns = self.height, self.width
            top, left = (height - rows) // 2, (width - columns) // 2
        else:
            top, left, rows, columns = self._middle(height, width)
        found = convert_format(bounding_boxes, source, "xyxy", height, width)
        x1, y1, x2, y2 = ops.split(found["boxes"], 4, axis=-1)
        x1, x2 = (ops.clip(x, left, left + columns) - left for x in (x1, x2))
        y1, y2 = (ops.clip(y, top, top + rows) - top for y in (y1, y2))
        found["boxes"] = ops.concatenate([x1, y1, x2, y2], axis=-1)
        if not fits:
            found = convert_format(found, "xyxy", "rel_xyxy", rows, columns)
            found = convert_format(found, "rel_xyxy", "xyxy", self.height, self.width)
        found = clip_to_image_size(found, self.height, self.width)
        return convert_format(found, "xyxy", source, self.height, self.width)


class RandomCrop(_SizedLayer, RandomImageLayer):
    """A block of the images that is drawn once for a batch, in training.

    Of images that are not larger in both directions, a resized block of the middle.

    height, width: of the outputs.
    seed: an int; by default drawn from Python's ``random``.

    Raises ValueError for images of unknown size.

    Parity: outside of training the images stay as they are, although the shape that is promised is
    that of a block; masks are cut all the same. Boxes are moved as if their rows stood first.
    """

    height: int
    width: int
    seed: Any = None
    data_format: Any = None

    _convert_input_args = False
    _needs_masks_of_equal_size = True

    def setup(self) -> None:
        seed = self.seed
        if seed is None:
            self.seed = make_default_seed()
        shown, self.seed = self.seed, seed
        super().setup()
        self.seed = shown  # Parity: the generator draws another seed

    def get_random_transformation(self, data: Any, training: bool = True, seed: Any = None) -> Any:
        height, width = self.size_of(images_of(data))
        if height is None or width is None:
            raise ValueError(
                "RandomCrop needs images of known height and width. "
                f"Received: images of shape {images_of(data).shape}"
            )
        if training and height > self.height and width > self.width:
            top, left = (
                int(self.uniform((), (0.0, float(old - new + 1)), seed))
                for old, new in ((height, self.height), (width, self.width))
            )
            return top, left
        return self._middle(height, width)[:2]

    def transform_images(
        self, images: TensorLike, transformation: Any = None, training: bool = True
    ) -> TensorLike:
        if not training:
            return images
        images = ops.cast(images, self.compute_dtype)
        size = (self.height, self.width)
        images = self._block(images, *transformation, *size)
        if self.size_of(images) != size:
            images = ops.image.resize(images, size, data_format=self.data_format)
        return ops.cast(images, self.compute_dtype)

    def transform_segmentation_masks(
        self, segmentation_masks: TensorLike, transformation: Any = None, training: bool = True
    ) -> TensorLike:
        return self.transform_images(segmentation_masks, transformation)

    def transform_bounding_boxes(
        self, bounding_boxes: Boxes, transformation: Any = None, training: bool = True
    ) -> Boxes:
        if not training:
            return bounding_boxes
        source: Any = self.bounding_box_format
        found = checked(bounding_boxes)
        size = self.height, self.width
        boxes = convert_format(found["boxes"], source, "xyxy", *size)
        start = ops.cast(ops.convert_to_tensor([*transformation] * 2), boxes.dtype)
        boxes = convert_format(ops.maximum(boxes - start, 0), "xyxy", source, *size)
        return {"boxes": boxes, "labels": found["labels"]}


class Resizing(_SizedLayer):
    """The images with another height and width; arguments as for ``ops.image.resize``.

    height, width: of the outputs.
    interpolation: "bilinear", "nearest", "bicubic", "lanczos3", "lanczos5" or "area".
    crop_to_aspect_ratio, pad_to_aspect_ratio: whether to cut off, or to add, what lets the picture
        keep its proportions.
    fill_mode, fill_value: what is added.
    antialias: whether to smooth where the images become smaller.

    Masks are resized with "nearest".
    """

    height: int
    width: int
    interpolation: str = "bilinear"
    crop_to_aspect_ratio: bool = False
    pad_to_aspect_ratio: bool = False
    fill_mode: str = "constant"
    fill_value: float = 0.0
    antialias: bool = False
    data_format: Any = None

    def setup(self) -> None:
        super().setup()
        self.antialias = bool(self.antialias)

    def get_random_transformation(self, data: Any, training: bool = True, seed: Any = None) -> Any:
        return self.size_of(images_of(data))

    def transform_images(
        self, images: TensorLike, transformation: Any = None, training: bool = True
    ) -> TensorLike:
        return self._resized(images, self.interpolation)

    def transform_segmentation_masks(
        self, segmentation_masks: TensorLike, transformation: Any = None, training: bool = True
    ) -> TensorLike:
        return self._resized(segmentation_masks, "nearest")

    def _resized(self, images: TensorLike, interpolation: str) -> TensorLike:
        return ops.image.resize(
            images,
            (self.height, self.width),
            interpolation,
            self.antialias,
            self.crop_to_aspect_ratio,
            self.pad_to_aspect_ratio,
            self.fill_mode,
            self.fill_value,
            self.data_format,
        )

    def transform_bounding_boxes(
        self, bounding_boxes: Boxes, transformation: Any = None, training: bool = True
    ) -> Boxes:
        height, width = transformation
        source: Any = self.bounding_box_format
        boxes = bounding_boxes["boxes"]
        empty = ops.logical_or(ops.all(boxes == -1, axis=-1), ops.all(boxes == 0, axis=-1))
        found = convert_format(bounding_boxes, source, "xyxy", height, width)
        across, down, left, top = self._scales(float(height), float(width))
        scales, starts = ([a, b, a, b] for a, b in ((across, down), (left, top)))
        found["boxes"] = found["boxes"] * ops.convert_to_tensor(scales, found["boxes"].dtype)
        found["boxes"] = found["boxes"] + ops.convert_to_tensor(starts, found["boxes"].dtype)
        found = clip_to_image_size(found, self.height, self.width)
        found["boxes"] = ops.where(ops.expand_dims(empty, -1), 0.0, found["boxes"])
        return convert_format(found, "xyxy", source, self.height, self.width)

    def _scales(self, height: float, width: float) -> tuple[float, float, float, float]:
        """How boxes are stretched across and down, and then moved."""
        if self.pad_to_aspect_ratio:
            scale = min(self.height / height, self.width / width)
            left, top = (self.width - width * scale) // 2, (self.height - height * scale) // 2
            return scale, scale, left, top
        if self.crop_to_aspect_ratio:
            scale = max(self.height / height, self.width / width)
            left, top = (width * scale - self.width) // 2, (height * scale - self.height) // 2
            return scale, scale, -left, -top
        return self.width / width, self.height / height, 0.0, 0.0
