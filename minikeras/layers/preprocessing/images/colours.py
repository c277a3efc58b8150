"""Images whose brightness, contrast and colours change at random."""

from __future__ import annotations

from typing import Any

from minikeras import ops
from minikeras.layers.preprocessing.images.base import (
    ImageLayer,
    RandomImageLayer,
    check_part,
    count_of,
    like,
    limits,
    over_images,
    sorted_range,
    to_range,
)
from minikeras.settings import epsilon
from minikeras.types import TensorLike


class RandomBrightness(RandomImageLayer):
    """Adds one number to all pixels of an image, in training.

    factor: the range of the number, in parts of the range of values: (low, high) from −1 to 1, or f
        for (−f, f).
    value_range: the lowest and the highest value of a pixel; the outputs end there.
    seed: an int; by default drawn from Python's ``random``.

    Raises ValueError for other factors and ranges.
    """

    factor: Any
    value_range: Any = (0, 255)
    seed: Any = None

    def setup(self) -> None:
        self.factor = limits("factor", self.factor or 0.0, -1, 1)
        self.value_range = sorted_range(self.value_range)
        super().setup()

    def get_random_transformation(self, data: Any, training: bool = True, seed: Any = None) -> Any:
        shape = (count_of(data), 1, 1, 1)
        if not training:
            return {"rgb_delta": ops.zeros(shape)}
        low, high = self.value_range
        return {"rgb_delta": self.uniform(shape, self.factor, seed) * (high - low)}

    def transform_images(
        self, images: TensorLike, transformation: Any = None, training: bool = True
    ) -> TensorLike:
        if not training:
            return images
        delta = ops.cast(transformation["rgb_delta"], images.dtype)
        return ops.clip(images + delta, *self.value_range)


class RandomContrast(RandomImageLayer):
    """outputs = (inputs − m) f + m, m the mean of a channel of an image, in training

    factor: (a, b) draws f from 1 − a to 1 + b; one number b means (0, b). From 0 to 1.
    value_range: the lowest and the highest value of a pixel; the outputs end there.
    seed: an int; by default drawn from Python's ``random``.

    Raises ValueError for other factors.
    """

    factor: Any
    value_range: Any = (0, 255)
    seed: Any = None

    def setup(self) -> None:
        self.factor = limits("factor", self.factor, 0, 1)
        super().setup()

    def get_random_transformation(self, data: Any, training: bool = True, seed: Any = None) -> Any:
        shape = (count_of(data), 1, 1, 1)
        if not training:
            return {"contrast_factor": ops.zeros(shape)}
        low, high = 1.0 - self.factor[0], 1.0 + self.factor[1]
        return {"contrast_factor": self.uniform(shape, (low, high), seed, self.compute_dtype)}

    def transform_images(
        self, images: TensorLike, transformation: Any = None, training: bool = True
    ) -> TensorLike:
        if not training:
            return images
        mean = ops.mean(images, axis=self.height_axis, keepdims=True)
        mean = ops.mean(mean, axis=self.width_axis, keepdims=True)
        factor = transformation["contrast_factor"]
        return ops.clip((images - mean) * factor + mean, *self.value_range)


class _HueLayer(RandomImageLayer):
    """Changes hue or saturation, one channel of images in hue, saturation and value."""

    def with_channel(self, images: TensorLike, number: int, change: Any) -> TensorLike:
        """The images after ``change`` of one channel of hue, saturation, value."""
        axis = self.channels_axis
        hsv = ops.image.rgb_to_hsv(images, data_format=self.data_format)
        channels = ops.unstack(hsv, axis=axis)
        channels[number] = change(channels[number])
        hsv = ops.stack(channels, axis=axis)
        return ops.image.hsv_to_rgb(hsv, data_format=self.data_format)


class RandomHue(_HueLayer):
    """Turns the hue of each image, in training.

    factor: the range of the turn, in halves of the circle of colours: (low, high) from 0 to 1, or f
        for (0, f); the direction is drawn.
    value_range: the lowest and the highest value of a pixel.
    seed: an int; by default drawn from Python's ``random``.

    Raises ValueError for other factors.
    """

    factor: Any
    value_range: Any = (0, 255)
    data_format: Any = None
    seed: Any = None

    def setup(self) -> None:
        self.factor = limits("factor", self.factor, 0, 1)
        super().setup()

    def get_random_transformation(self, data: Any, training: bool = True, seed: Any = None) -> Any:
        shape = (count_of(data),)
        invert = self.uniform(shape, (0.0, 1.0), seed) > 0.5
        factor = self.uniform(shape, self.factor, seed)
        return {"factor": ops.where(invert, -factor, factor) * 0.5}

    def transform_images(
        self, images: TensorLike, transformation: Any = None, training: bool = True
    ) -> TensorLike:
        if not training:
            return images
        images = to_range(ops.cast(images, self.compute_dtype), self.value_range, (0, 1))
        turn = ops.reshape(ops.cast(transformation["factor"], images.dtype), (-1, 1, 1))

        def shifted(hue: TensorLike) -> TensorLike:
            hue = hue + turn
            hue = ops.where(hue > 1.0, hue - 1.0, hue)
            return ops.where(hue < 0.0, hue + 1.0, hue)

        images = ops.clip(self.with_channel(images, 0, shifted), 0, 1)
        return ops.cast(to_range(images, (0, 1), self.value_range), self.compute_dtype)


class RandomSaturation(_HueLayer):
    """Multiplies the saturation of each image by f / (1 − f), in training.

    factor: the range of f: (low, high), or f for (−f, f); ½ changes nothing.
    value_range: the lowest and the highest saturation of the outputs.
    seed: an int; by default drawn from Python's ``random``.

    Raises ValueError for other factors and ranges.
    """

    factor: Any
    value_range: Any = (0, 255)
    data_format: Any = None
    seed: Any = None

    def setup(self) -> None:
        self.factor = limits("factor", self.factor, -1, 1)
        self.value_range = sorted_range(self.value_range)
        super().setup()

    def get_random_transformation(self, data: Any, training: bool = True, seed: Any = None) -> Any:
        factor = self.uniform((count_of(data),), self.factor, seed)
        return {"factor": factor / (1 - factor + epsilon())}

    def transform_images(
        self, images: TensorLike, transformation: Any = None, training: bool = True
    ) -> TensorLike:
        if not training:
            return images
        factor = ops.reshape(ops.cast(transformation["factor"], self.compute_dtype), (-1, 1, 1))
        return self.with_channel(
            images, 1, lambda saturation: ops.clip(saturation * factor, *self.value_range)
        )


class RandomColorDegeneration(RandomImageLayer):
    """outputs = inputs + f (gray − inputs), f drawn for each image, in training

    factor: the range of f: (low, high), or f for (−f, f).
    value_range: the lowest and the highest value of a pixel; the outputs end there.
    seed: an int; by default drawn from Python's ``random``.

    Raises ValueError for other factors and ranges, and for images without three channels.
    """

    factor: Any
    value_range: Any = (0, 255)
    data_format: Any = None
    seed: Any = None

    def setup(self) -> None:
        self.factor = limits("factor", self.factor, -1, 1)
        self.value_range = sorted_range(self.value_range)
        super().setup()

    def get_random_transformation(self, data: Any, training: bool = True, seed: Any = None) -> Any:
        return {"factor": self.uniform((count_of(data), 1, 1, 1), self.factor, seed)}

    def transform_images(
        self, images: TensorLike, transformation: Any = None, training: bool = True
    ) -> TensorLike:
        if not training:
            return images
        images = ops.cast(images, self.compute_dtype)
        factor = ops.cast(transformation["factor"], self.compute_dtype)
        gray = ops.image.rgb_to_grayscale(images, data_format=self.data_format)
        images = ops.clip(images + factor * (gray - images), *self.value_range)
        return ops.cast(images, self.compute_dtype)

    def compute_output_shape(self, input_shape: Any) -> Any:
        if not isinstance(input_shape, dict) and input_shape[self.channels_axis] not in (3, None):
            raise ValueError(f"Images must have 3 channels. Received: input_shape={input_shape}")
        return input_shape


class RandomGrayscale(RandomImageLayer):
    """Makes some images gray, with as many channels as before, in training.

    factor: the probability, from 0 to 1.
    seed: an int; by default drawn from Python's ``random``; it does not stand in configs.

    Raises ValueError for another factor.
    """

    factor: Any = 0.5
    data_format: Any = None
    seed: Any = None

    def setup(self) -> None:
        check_part("factor", self.factor)
        super().setup()

    def get_config(self) -> dict[str, Any]:
        config = super().get_config()
        del config["seed"]
        return config

    def compute_output_spec(self, data: Any, **kwargs: Any) -> Any:
        return like(data)

    def get_random_transformation(self, data: Any, training: bool = True, seed: Any = None) -> Any:
        return over_images(self.uniform((count_of(data),), (0, 1), seed) < self.factor)

    def transform_images(
        self, images: TensorLike, transformation: Any = None, training: bool = True
    ) -> TensorLike:
        if not training:
            return images
        gray = ops.image.rgb_to_grayscale(images, data_format=self.data_format)
        return ops.where(transformation, gray, images)


class RandomColorJitter(RandomImageLayer):
    """Brightness, contrast, saturation and hue of images, changed at random one after another.

    value_range: the lowest and the highest value of a pixel.
    brightness_factor, contrast_factor, saturation_factor, hue_factor: as for ``RandomBrightness``,
        ``RandomContrast``, ``RandomSaturation`` and ``RandomHue``; None for no change.
    seed: an int; by default drawn from Python's ``random``.
    """

    value_range: Any = (0, 255)
    brightness_factor: Any = None
    contrast_factor: Any = None
    saturation_factor: Any = None
    hue_factor: Any = None
    seed: Any = None
    data_format: Any = None

    def setup(self) -> None:
        super().setup()
        how: Any = {"value_range": self.value_range, "seed": self.seed}

        def made(cls: Any, factor: Any) -> Any:
            return None if factor is None else cls(factor, **how)

        self.random_brightness = made(RandomBrightness, self.brightness_factor)
        self.random_contrast = made(RandomContrast, self.contrast_factor)
        self.random_saturation = made(RandomSaturation, self.saturation_factor)
        self.random_hue = made(RandomHue, self.hue_factor)

    @property
    def _changes(self) -> list[ImageLayer]:
        every = (
            self.random_brightness,
            self.random_contrast,
            self.random_saturation,
            self.random_hue,
        )
        return [layer for layer in every if layer is not None]

    def build(self, input_shape: Any) -> None:
        for layer in self._changes:
            layer.build(input_shape)

    def transform_images(
        self, images: TensorLike, transformation: Any = None, training: bool = True
    ) -> TensorLike:
        if not training:
            return images
        images = ops.cast(images, self.compute_dtype)
        for layer in self._changes:
            change = layer.get_random_transformation(images, seed=self.generator)
            if layer is self.random_contrast:
                change = {k: ops.cast(v, self.compute_dtype) for k, v in change.items()}
            images = layer.transform_images(images, change)
        return ops.cast(images, self.compute_dtype)
