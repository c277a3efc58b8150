"""``tf.image``: colours and measures of pictures (..., height, width, channels).

Functions of colour compute on float32 and give back the dtype they received; integers stand for
numbers between 0 and 1, of which the largest integer is 1.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from minikeras import frames, ops
from minikeras.messages import describe
from minikeras.tensorflow import random
from minikeras.tensorflow.convert import dtype_of, like, tensor
from minikeras.tensorflow.math import maximum
from minikeras.tensorflow.reductions import reduce_mean, reduce_std, reduce_sum
from minikeras.types import DType

_LUMINANCE = np.array([0.2989, 0.5870, 0.1140], np.float32)


def pictures_of(image: Any) -> Any:
    x = tensor(image)
    if len(x.shape) < 3:
        raise ValueError(f"image={describe(x)}; expected (height, width, channels) or a batch")
    return x


def _name(x: Any) -> str:
    return dtype_of(x.dtype)


@frames.filter_traceback
def convert_image_dtype(
    image: Any, dtype: DType, saturate: bool = False, name: str | None = None
) -> Any:
    """A picture in another dtype, scaled so that the largest integer stands for 1.

    saturate: whether numbers that do not fit become the nearest that do.
    """
    x, wanted = tensor(image), np.dtype(dtype_of(dtype))
    given = np.dtype(_name(x))
    if given == wanted:
        return x
    if given.kind == "f" and wanted.kind == "f":
        return ops.cast(x, wanted.name)
    if wanted.kind == "f":
        scale = 1.0 / np.iinfo(given).max
        return ops.multiply(ops.cast(x, wanted.name), wanted.type(scale))
    if given.kind == "f":
        limits = np.iinfo(wanted)
        scaled = ops.multiply(x, given.type(limits.max + 0.5))
        if saturate:
            scaled = ops.clip(scaled, given.type(limits.min), given.type(limits.max))
        return ops.cast(scaled, wanted.name)
    from_, to = np.iinfo(given).max + 1, np.iinfo(wanted).max + 1
    if from_ > to:
        return ops.cast(ops.floor_divide(x, from_ // to), wanted.name)
    return ops.multiply(ops.cast(x, wanted.name), to // from_)


def _in_float(image: Any) -> Any:
    x = pictures_of(image)
    return x if _name(x) in ("float16", "float32") else convert_image_dtype(x, "float32")


def _given_back(x: Any, image: Any) -> Any:
    return convert_image_dtype(x, _name(tensor(image)), saturate=True)


@frames.filter_traceback
def adjust_brightness(image: Any, delta: Any) -> Any:
    """x + delta"""
    x = _in_float(image)
    return _given_back(ops.add(x, like(delta, x)), image)


@frames.filter_traceback
def adjust_contrast(images: Any, contrast_factor: Any) -> Any:
    """(x − m) · factor + m, m the mean of a channel."""
    x = _in_float(images)
    mean = ops.mean(x, (-3, -2), keepdims=True)
    return _given_back(ops.add(ops.multiply(ops.subtract(x, mean), contrast_factor), mean), images)


@frames.filter_traceback
def adjust_gamma(image: Any, gamma: Any = 1, gain: Any = 1) -> Any:
    """gain · x^gamma"""
    if float(gamma) < 0:
        raise ValueError(f"gamma={describe(gamma)}; expected a number that is not negative")
    x = _in_float(image)
    return _given_back(ops.multiply(like(gain, x), ops.power(x, like(gamma, x))), image)


@frames.filter_traceback
def adjust_saturation(image: Any, saturation_factor: Any, name: str | None = None) -> Any:
    """The saturation of each pixel multiplied by a factor, at most 1."""
    hue, saturation, value = _hsv(image)
    scaled = ops.clip(saturation * float(saturation_factor), 0.0, 1.0)
    return _from_hsv(image, hue, scaled, value)


@frames.filter_traceback
def adjust_hue(image: Any, delta: Any, name: str | None = None) -> Any:
    """The hue of each pixel turned by delta; 1 is a full turn."""
    hue, saturation, value = _hsv(image)
    return _from_hsv(image, ops.mod(hue + (float(delta) + 1), 1.0), saturation, value)


def _hsv(image: Any) -> Any:
    return ops.unstack(ops.image.rgb_to_hsv(_in_float(image), "channels_last"), axis=-1)


def _from_hsv(image: Any, *parts: Any) -> Any:
    return _given_back(ops.image.hsv_to_rgb(ops.stack(parts, -1), "channels_last"), image)


def rgb_to_hsv(images: Any, name: str | None = None) -> Any:
    """Hue, saturation and value of red, green and blue."""
    return ops.image.rgb_to_hsv(tensor(images), "channels_last")


def hsv_to_rgb(images: Any, name: str | None = None) -> Any:
    """Red, green and blue of hue, saturation and value."""
    return ops.image.hsv_to_rgb(tensor(images), "channels_last")


@frames.filter_traceback
def rgb_to_grayscale(images: Any, name: str | None = None) -> Any:
    """0.2989 red + 0.587 green + 0.114 blue, one channel."""
    x = convert_image_dtype(images, "float32")
    gray = ops.expand_dims(ops.tensordot(x, tensor(_LUMINANCE), [[-1], [-1]]), -1)
    return convert_image_dtype(gray, _name(tensor(images)))


def grayscale_to_rgb(images: Any, name: str | None = None) -> Any:
    """The channel of a grey picture three times."""
    return ops.repeat(tensor(images), 3, -1)


@frames.filter_traceback
def random_brightness(image: Any, max_delta: float, seed: int | None = None) -> Any:
    """``adjust_brightness`` by a number of [−max_delta, max_delta)."""
    return adjust_brightness(image, _drawn(-max_delta, max_delta, seed))


@frames.filter_traceback
def stateless_random_brightness(image: Any, max_delta: float, seed: Any) -> Any:
    """``adjust_brightness`` by a number of [−max_delta, max_delta); depends on two seeds alone."""
    return adjust_brightness(image, random.stateless_uniform((), seed, -max_delta, max_delta))


@frames.filter_traceback
def random_contrast(image: Any, lower: float, upper: float, seed: int | None = None) -> Any:
    """``adjust_contrast`` by a factor of [lower, upper)."""
    return adjust_contrast(image, _drawn(lower, upper, seed))


@frames.filter_traceback
def random_saturation(image: Any, lower: float, upper: float, seed: int | None = None) -> Any:
    """``adjust_saturation`` by a factor of [lower, upper)."""
    return adjust_saturation(image, _drawn(lower, upper, seed))


@frames.filter_traceback
def random_hue(image: Any, max_delta: float, seed: int | None = None) -> Any:
    """``adjust_hue`` by a number of [−max_delta, max_delta)."""
    return adjust_hue(image, _drawn(-max_delta, max_delta, seed))


@frames.filter_traceback
def stateless_random_contrast(image: Any, lower: float, upper: float, seed: Any) -> Any:
    """As ``random_contrast``; depends on two seeds alone."""
    return adjust_contrast(image, random.stateless_uniform((), seed, lower, upper))


@frames.filter_traceback
def stateless_random_saturation(image: Any, lower: float, upper: float, seed: Any = None) -> Any:
    """As ``random_saturation``; depends on two seeds alone."""
    return adjust_saturation(image, random.stateless_uniform((), seed, lower, upper))


@frames.filter_traceback
def stateless_random_hue(image: Any, max_delta: float, seed: Any) -> Any:
    """As ``random_hue``; depends on two seeds alone."""
    return adjust_hue(image, random.stateless_uniform((), seed, -max_delta, max_delta))


def _drawn(low: float, high: float, seed: int | None) -> Any:
    if high <= low:
        raise ValueError(f"the interval [{low}, {high}) is empty; expected lower < upper")
    return random.uniform((), low, high, seed=seed)


@frames.filter_traceback
def per_image_standardization(image: Any) -> Any:
    """(x − mean) / max(standard deviation, 1/√N) of each picture, N the number of its elements."""
    x = ops.cast(pictures_of(image), "float32")
    axes = (-1, -2, -3)
    count = np.float32(np.prod(x.shape[-3:]))
    deviation = maximum(reduce_std(x, axes, keepdims=True), ops.rsqrt(tensor(count)))
    return ops.divide(ops.subtract(x, reduce_mean(x, axes, keepdims=True)), deviation)


# Measures


@frames.filter_traceback
def psnr(a: Any, b: Any, max_val: float, name: str | None = None) -> Any:
    """20 log₁₀ max_val − 10 log₁₀ of the mean squared difference, of each picture."""
    largest = convert_image_dtype(tensor(max_val, _name(tensor(a))), "float32")
    x, y = (convert_image_dtype(v, "float32") for v in (a, b))
    error = ops.mean(ops.square(ops.subtract(x, y)), (-3, -2, -1))
    tenth = np.float32(np.log(10.0))
    return ops.subtract(
        np.float32(20) * ops.log(largest) / tenth,
        np.float32(10 / np.log(10.0)) * ops.log(error),
    )


@frames.filter_traceback
def total_variation(images: Any, name: str | None = None) -> Any:
    """The sum of the absolute differences of neighbouring pixels, of each picture."""
    x = pictures_of(images)
    down = ops.subtract(x[..., 1:, :, :], x[..., :-1, :, :])
    across = ops.subtract(x[..., :, 1:, :], x[..., :, :-1, :])
    axes = None if len(x.shape) == 3 else (1, 2, 3)
    return ops.add(reduce_sum(ops.abs(down), axes), reduce_sum(ops.abs(across), axes))


@frames.filter_traceback
def ssim(
    img1: Any,
    img2: Any,
    max_val: float,
    filter_size: int = 11,
    filter_sigma: float = 1.5,
    k1: float = 0.01,
    k2: float = 0.03,
    return_index_map: bool = False,
) -> Any:
    """The structural similarity of pictures."""
    if return_index_map:
        raise NotImplementedError("return_index_map=True is not in minikeras; expected False")
    x, y = (convert_image_dtype(v, "float32") for v in (img1, img2))
    return ops.image.ssim(
        x, y, float(max_val), filter_size, filter_sigma, k1, k2, data_format="channels_last"
    )


@frames.filter_traceback
def image_gradients(image: Any) -> Any:
    """Differences to the next row and to the next column, with zeros at the end."""
    x = tensor(image)
    down = ops.subtract(x[:, 1:], x[:, :-1])
    across = ops.subtract(x[:, :, 1:], x[:, :, :-1])
    return (
        ops.pad(down, [[0, 0], [0, 1], [0, 0], [0, 0]]),
        ops.pad(across, [[0, 0], [0, 0], [0, 1], [0, 0]]),
    )


__all__ = [
    "convert_image_dtype",
    "adjust_brightness",
    "adjust_contrast",
    "adjust_gamma",
    "adjust_saturation",
    "adjust_hue",
    "rgb_to_hsv",
    "hsv_to_rgb",
    "rgb_to_grayscale",
    "grayscale_to_rgb",
    "random_brightness",
    "stateless_random_brightness",
    "random_contrast",
    "stateless_random_contrast",
    "random_saturation",
    "stateless_random_saturation",
    "random_hue",
    "stateless_random_hue",
    "per_image_standardization",
    "psnr",
    "total_variation",
    "ssim",
    "image_gradients",
]
