"""Images with fewer, inverted or spread values, and images blurred or sharpened."""

from __future__ import annotations

from typing import Any

import numpy as np

from minikeras import ops, random
from minikeras.layers.preprocessing.images.base import (
    ChosenImageLayer,
    ImageLayer,
    RandomImageLayer,
    count_of,
    like,
    limits,
    over_images,
    sorted_range,
    strict_limits,
    to_range,
)
from minikeras.messages import describe
from minikeras.types import TensorLike

_BYTE = (0, 255)


class RandomInvert(ChosenImageLayer):
    """Makes highest value − pixel of the pixels of some images, in training.

    factor: the range of the probability: (low, high), or f for (0, f).
    value_range: the lowest and the highest value of a pixel.
    seed: an int; by default drawn from Python's ``random``.

    Raises ValueError for other factors.
    """

    factor: Any = 1.0
    value_range: Any = (0, 255)
    seed: Any = None
    data_format: Any = None

    def get_random_transformation(self, data: Any, training: bool = True, seed: Any = None) -> Any:
        return {"apply_inversion": self.chosen(count_of(data), seed)} if training else None

    def transform_images(
        self, images: TensorLike, transformation: Any = None, training: bool = True
    ) -> TensorLike:
        if not training:
            return images
        images = ops.cast(images, self.compute_dtype)
        chosen = over_images(transformation["apply_inversion"])
        return ops.where(chosen, self.value_range[1] - images, images)


class RandomPosterization(RandomImageLayer):
    """Keeps only the highest bits of the pixels, in training.

    factor: how many bits of eight are kept: (low, high) draws from low to high − 1 for each image;
        one number means exactly this many.
    value_range: the lowest and the highest value of a pixel.
    seed: an int; by default drawn from Python's ``random``.

    Raises ValueError for other factors and ranges.
    """

    factor: Any
    value_range: Any = (0, 255)
    data_format: Any = None
    seed: Any = None

    def setup(self) -> None:
        self.factor = limits("factor", self.factor, 1, 8)
        self.value_range = sorted_range(self.value_range)
        super().setup()

    def get_random_transformation(self, data: Any, training: bool = True, seed: Any = None) -> Any:
        shape, (low, high) = (count_of(data),), self.factor
        if low == high:
            bits = ops.full(shape, low, "uint8")
        else:
            generator = self.generator if seed is None else seed
            bits = random.randint(shape, low, high, "uint8", generator)
        return {"shift_factor": ops.cast(8 - bits, "uint8")}

    def transform_images(
        self, images: TensorLike, transformation: Any = None, training: bool = True
    ) -> TensorLike:
        if not training:
            return images
        dtype, shift = self.compute_dtype, over_images(transformation["shift_factor"])
        images = ops.cast(to_range(images, self.value_range, _BYTE, dtype), "uint8")
        images = ops.bitwise_left_shift(ops.bitwise_right_shift(images, shift), shift)
        return to_range(ops.cast(images, dtype), _BYTE, self.value_range, dtype)


class Solarization(RandomImageLayer):
    """Adds a number to the pixels and inverts those that reach a threshold, in training.

    addition_factor, threshold_factor: the ranges of the number and of the threshold, in parts of
        255: (low, high) from 0 to 1, or f for (0, f).
    value_range: the lowest and the highest value of a pixel.
    seed: an int; by default drawn from Python's ``random``.

    Raises ValueError for other factors and ranges.

    Parity: the lower end of the ranges is not multiplied by 255.
    """

    addition_factor: Any = 0.0
    threshold_factor: Any = 0.0
    value_range: Any = (0, 255)
    seed: Any = None

    _config_order = ("data_format", "value_range", "addition_factor", "threshold_factor", "seed")

    def setup(self) -> None:
        super().setup()
        for name in ("addition_factor", "threshold_factor"):
            low, high = strict_limits(name, getattr(self, name), 0, 1, sign=0)
            setattr(self, name, (low, high))
        self.value_range = sorted_range(self.value_range)

    def get_random_transformation(self, data: Any, training: bool = True, seed: Any = None) -> Any:
        if not training:
            return None
        shape, dtype = (count_of(data), 1, 1, 1), self.compute_dtype

        def drawn(factor: Any) -> TensorLike:
            return self.uniform(shape, (factor[0], factor[1] * 255), seed, dtype)

        additions = drawn(self.addition_factor)
        return {"additions": additions, "thresholds": drawn(self.threshold_factor)}

    def transform_images(
        self, images: TensorLike, transformation: Any = None, training: bool = True
    ) -> TensorLike:
        images = ops.cast(images, self.compute_dtype)
        if not training or transformation is None:
            return images
        dtype = self.compute_dtype
        images = to_range(images, self.value_range, _BYTE, dtype) + transformation["additions"]
        images = ops.clip(images, 0, 255)
        images = ops.where(images < transformation["thresholds"], images, 255 - images)
        return to_range(images, _BYTE, self.value_range, dtype)


class AutoContrast(ImageLayer):
    """Spreads the values of each channel over the whole range, in training and outside of it.

    value_range: the lowest and the highest value of a pixel.

    A channel with one value stays as it is.  Raises ValueError for another range.

    Parity: the lowest and the highest value are taken over the first two axes after the batch, for
    "channels_first" as well.
    """

    value_range: Any = (0, 255)

    def setup(self) -> None:
        self.value_range = sorted_range(self.value_range)
        super().setup()

    def transform_images(
        self, images: TensorLike, transformation: Any = None, training: bool = True
    ) -> TensorLike:
        dtype = self.compute_dtype
        x = ops.cast(to_range(images, self.value_range, _BYTE, dtype), dtype)
        low = ops.min(x, axis=(1, 2), keepdims=True)
        high = ops.max(x, axis=(1, 2), keepdims=True)
        with np.errstate(all="ignore"):
            scale = 255.0 / (high - low)
            x = ops.clip(x * scale + -low * scale, 0.0, 255.0)
        x = to_range(x, _BYTE, self.value_range, dtype)
        return ops.where(ops.isnan(x), ops.cast(images, dtype), x)


class Equalization(ImageLayer):
    """Makes all values of a channel of the batch about equally frequent, in training.

    value_range: the lowest and the highest value of a pixel.
    bins: how many values are distinguished.

    Raises ValueError for another range.

    Parity: the images of a batch share a histogram. ``value_range`` is compared as a list, so
    pixels are scaled even if it is (0, 255).
    """

    value_range: Any = (0, 255)
    bins: int = 256
    data_format: Any = None

    _config_order = ("data_format", "bins", "value_range")

    def setup(self) -> None:
        self.value_range = sorted_range(self.value_range)
        super().setup()

    def transform_images(
        self, images: TensorLike, transformation: Any = None, training: bool = True
    ) -> TensorLike:
        if not training:
            return images
        axis = self.channels_axis
        channels = ops.unstack(ops.cast(images, self.compute_dtype), axis=axis)
        images = ops.stack([self._equalized(channel) for channel in channels], axis=axis)
        return ops.cast(images, self.compute_dtype)

    def compute_output_spec(self, data: Any, **kwargs: Any) -> Any:
        return like(data)  # Parity: whole numbers stay so in symbolic calls only

    def _equalized(self, channel: TensorLike) -> TensorLike:
        channel = _rescaled(channel, self.value_range, _BYTE)
        bins = self.bins
        numbers = ops.cast(ops.cast(channel, "float32") * (bins - 1) / 255.0, "int32")
        numbers = ops.reshape(ops.clip(numbers, 0, bins - 1), (-1,))
        counts = ops.bincount(numbers, minlength=bins)
        if int(ops.count_nonzero(counts)) > 1:
            below = np.cumsum(np.asarray(counts)).astype("int32")
            first = below[np.flatnonzero(below)[0]]
            table = np.round((below - first) * 255 / max(int(below[-1] - first), 1))
            table = ops.cast(ops.clip(ops.convert_to_tensor(table), 0, 255), "float32")
            places = ops.clip(channel / 255.0 * (bins - 1), 0, bins - 1)
            channel = ops.take(table, ops.cast(places, "int32"))
        return _rescaled(channel, _BYTE, self.value_range)


def _rescaled(x: TensorLike, old: Any, new: Any) -> TensorLike:
    scale = (new[1] - new[0]) / (old[1] - old[0])
    return x * scale + (new[0] - old[0] * scale)


class RandomSharpness(RandomImageLayer):
    """outputs = inputs + (1 − 2f) (smoothed − inputs), f drawn for each image, in training

    factor: the range of f: (low, high) from 0 to 1, or f for (0, f); 0 smooths, 1 sharpens.
    value_range: the lowest and the highest value of a pixel; the outputs end there.
    seed: an int; by default drawn from Python's ``random``.

    Raises ValueError for other factors and ranges.
    """

    factor: Any
    value_range: Any = (0, 255)
    data_format: Any = None
    seed: Any = None

    def setup(self) -> None:
        self.factor = limits("factor", self.factor, 0, 1)
        self.value_range = sorted_range(self.value_range)
        super().setup()

    def get_random_transformation(self, data: Any, training: bool = True, seed: Any = None) -> Any:
        return {"factor": self.uniform((count_of(data),), self.factor, seed)}

    def transform_images(
        self, images: TensorLike, transformation: Any = None, training: bool = True
    ) -> TensorLike:
        dtype = self.compute_dtype
        images = ops.cast(images, dtype)
        if not training:
            return images
        if self.is_channels_first:
            images = ops.swapaxes(images, -3, -1)
        factor = over_images(ops.cast(transformation["factor"] * 2, dtype))
        kernel = np.full((3, 3, 1, 1), 1.0 / 13.0)
        kernel[1, 1] = 5.0 / 13.0
        kernel = np.tile(kernel, (1, 1, images.shape[-1], 1))
        smooth = ops.depthwise_conv(images, ops.convert_to_tensor(kernel, dtype), padding="same")
        images = images + (1.0 - factor) * (ops.cast(smooth, dtype) - images)
        images = ops.clip(images, *self.value_range)
        return ops.swapaxes(images, -3, -1) if self.is_channels_first else images


class RandomGaussianBlur(ChosenImageLayer):
    """Blurs some images, in training.

    factor: the range of the probability: (low, high), or f for (0, f).
    kernel_size: how many pixels count, an odd number or two of them.
    sigma: the range of the width of the Gaussian in pixels: (low, high) from 0 to 1, or f for
        (0, f).
    value_range: the lowest and the highest value of a pixel; the outputs end there.
    seed: an int; by default drawn from Python's ``random``.

    Raises ValueError for other factors, widths and sizes.
    """

    factor: Any = 1.0
    kernel_size: Any = 3
    sigma: Any = 1.0
    value_range: Any = (0, 255)
    data_format: Any = None
    seed: Any = None

    def setup(self) -> None:
        super().setup()
        size = self.kernel_size
        pair = size if isinstance(size, tuple | list) else (size, size)
        if len(pair) != 2 or not all(isinstance(n, int | float) and n % 2 for n in pair):
            raise ValueError(
                "`kernel_size` must be an odd number or two of them. "
                f"Received: kernel_size={describe(size)}"
            )
        self.kernel_size = pair[0], pair[1]
        self.sigma = limits("sigma", self.sigma, 0, 1)

    def get_random_transformation(self, data: Any, training: bool = True, seed: Any = None) -> Any:
        if not training:
            return None
        chosen = self.chosen(count_of(data), seed)
        widths = self.uniform((2,), self.sigma, seed, self.compute_dtype) + 1e-6
        return {"should_apply_blur": chosen, "blur_factor": widths}

    def transform_images(
        self, images: TensorLike, transformation: Any = None, training: bool = True
    ) -> TensorLike:
        images = ops.cast(images, self.compute_dtype)
        if not training or transformation is None:
            return images
        blurred = ops.image.gaussian_blur(
            images, self.kernel_size, transformation["blur_factor"], self.data_format
        )
        images = ops.where(over_images(transformation["should_apply_blur"]), blurred, images)
        return ops.cast(ops.clip(images, *self.value_range), self.compute_dtype)
