"""Bad input of ``keras.ops.image`` and of the Fourier transforms."""

from __future__ import annotations

from typing import Any

import numpy as np

from parity_tests.misuse.parts.rows import ACCIDENT, NONSENSE, TENSORFLOWS, Row
from parity_tests.misuse.parts.rows import operation as op

IMAGES = np.linspace(0, 1, 2 * 6 * 6 * 3, dtype="float32").reshape(2, 6, 6, 3)
LARGE = np.linspace(0, 1, 16 * 16 * 3, dtype="float32").reshape(1, 16, 16, 3)
MAPS = np.float32([[1, 0, 0, 0, 1, 0, 0, 0]] * 2)
CORNERS = np.float32([[[0, 0], [5, 0], [0, 5], [5, 5]]] * 2)
WAVES = np.linspace(-1, 1, 64, dtype="float32").reshape(2, 32)
PAIR = (WAVES, WAVES)
FRAMES = (np.ones((2, 7, 5), "float32"),) * 2
TEXT = np.full((2, 6, 6, 3), "a")

GOOD: dict[str, tuple[Any, ...]] = {
    "affine_transform": (MAPS,),
    "crop_images": (1, 1, 1, 1),
    "elastic_transform": (),
    "extract_patches": ((2, 2),),
    "gaussian_blur": (),
    "hsv_to_rgb": (),
    "pad_images": (1, 1, 1, 1),
    "perspective_transform": (CORNERS, CORNERS),
    "resize": ((4, 4),),
    "rgb_to_grayscale": (),
    "rgb_to_hsv": (),
    "sobel_edges": (),
    "ssim": (IMAGES,),
}


def _of_each(words: str, images: Any, instead: dict[str, Any] | None = None) -> dict[str, Row]:
    what = f"images of shape {np.shape(images)}" if isinstance(images, np.ndarray) else "None"
    if isinstance(images, np.ndarray) and images.dtype.kind == "U":
        what = "text"
    return {
        f"ops.image.{name} of {what}": Row(
            op(f".{name}", images, *rest), words, (instead or {}).get(name)
        )
        for name, rest in GOOD.items()
    }


_WITHOUT_KERNEL = ("crop_images", "elastic_transform", "extract_patches", "gaussian_blur")
_WITHOUT_KERNEL += ("pad_images",)
_STFT = {"sequence_length": 8, "sequence_stride": 4, "fft_length": 8}
_ANY = (ValueError, ACCIDENT)
_TEXT = (ValueError, "Keras raises TypeError for text in some functions, and accepts it in others")
ROWS: dict[str, Row] = {
    **_of_each("rank | (6, 3)", IMAGES[0, 0]),
    **_of_each("rank | (1, 2, 6, 6, 3)", IMAGES[None]),
    **_of_each(
        "numbers | None",
        None,
        dict.fromkeys(("affine_transform", "elastic_transform", "extract_patches", "resize"), _ANY)
        | {"perspective_transform": _ANY},
    ),
    **_of_each(
        "a",
        TEXT,
        dict.fromkeys(_WITHOUT_KERNEL, _TEXT),
    ),
    "resize of nothing": Row(
        op(".resize", IMAGES[:, :0], (2, 2)), "images | pixels | (2, 0, 6, 3)"
    ),
    "resize of bool": Row(op(".resize", IMAGES > 0.5, (2, 2)), "images | real numbers | bool"),
    "resize of complex": Row(
        op(".resize", IMAGES.astype("complex64"), (2, 2)), "images | real numbers | complex64"
    ),
    "resize, one size": Row(op(".resize", IMAGES, 3), "size=3 | height", (ValueError, ACCIDENT)),
    "resize, three sizes": Row(op(".resize", IMAGES, (1, 2, 3)), "size=(1, 2, 3) | height"),
    "resize to 0": Row(op(".resize", IMAGES, (0, 2)), "size=0 | at least 1"),
    "resize to -1": Row(op(".resize", IMAGES, (-1, 2)), "size=-1 | at least 1"),
    "resize to 1.5": Row(op(".resize", IMAGES, (1.5, 2)), "size=1.5 | whole number"),
    "resize to text": Row(op(".resize", IMAGES, ("a", 2)), "size='a' | whole number"),
    "resize, interpolation": Row(
        op(".resize", IMAGES, (2, 2), interpolation="cubic"), "interpolation='cubic' | 'bicubic'"
    ),
    "resize, both ratios": Row(
        op(".resize", IMAGES, (2, 2), crop_to_aspect_ratio=True, pad_to_aspect_ratio=True),
        "crop_to_aspect_ratio | pad_to_aspect_ratio",
    ),
    "resize, data format": Row(
        op(".resize", IMAGES, (2, 2), data_format="first"), "data_format | 'first'"
    ),
    "seven numbers of a map": Row(
        op(".affine_transform", IMAGES, MAPS[:, :7]), "transform | 8 | (2, 7)"
    ),
    "three maps for two images": Row(
        op(".affine_transform", IMAGES, np.tile(MAPS[:1], (3, 1))), "transform | 2 images | (3, 8)"
    ),
    "maps of rank 3": Row(op(".affine_transform", IMAGES, MAPS[None]), "transform | (1, 2, 8)"),
    "affine_transform, interpolation": Row(
        op(".affine_transform", IMAGES, MAPS, "cubic"), "interpolation='cubic' | 'bilinear'"
    ),
    "affine_transform, fill mode": Row(
        op(".affine_transform", IMAGES, MAPS, fill_mode="zero"), "fill_mode='zero' | 'reflect'"
    ),
    "three corners": Row(
        op(".perspective_transform", IMAGES, CORNERS[:, :3], CORNERS), "start_points | (2, 3, 2)"
    ),
    "corners of another number": Row(
        op(".perspective_transform", IMAGES, CORNERS[:1], CORNERS), "(1, 4, 2) | (2, 4, 2)"
    ),
    "corners on a line": Row(
        op(".perspective_transform", IMAGES, CORNERS * 0, CORNERS), "start_points | line"
    ),
    "one kernel size": Row(op(".gaussian_blur", IMAGES, 3), "kernel_size=3 | two"),
    "kernel sizes as text": Row(
        op(".gaussian_blur", IMAGES, "a"), "kernel_size='a' | two", (ValueError, ACCIDENT)
    ),
    "a kernel of size 3.5": Row(op(".gaussian_blur", IMAGES, (3.5, 3)), "kernel_size=3.5 | whole"),
    "one sigma": Row(op(".gaussian_blur", IMAGES, (3, 3), (1.0,)), "sigma | two | (1,)"),
    "a negative sigma": Row(op(".elastic_transform", IMAGES, sigma=-1.0), "sigma=-1.0 | negative"),
    "a patch size as text": Row(op(".extract_patches", IMAGES, "a"), "size='a' | int"),
    "four patch sizes": Row(op(".extract_patches", IMAGES, (2,) * 4), "size=(2, 2, 2, 2) | 3"),
    "strides and dilation": Row(
        op(".extract_patches", IMAGES, 2, strides=2, dilation_rate=2),
        "strides=(2, 2) | dilation_rate=(2, 2)",
    ),
    "too few coordinates": Row(
        op(".map_coordinates", IMAGES, np.zeros((3, 2)), 1), "coordinates | (3, 2) | (2, 6, 6, 3)"
    ),
    "one coordinate": Row(
        op(".map_coordinates", IMAGES, np.float32(1), 1), "coordinates | rank 2", _ANY
    ),
    "coordinates as text": Row(
        op(".map_coordinates", IMAGES, np.full((4, 2), "a"), 1), "coordinates | numbers"
    ),
    "map_coordinates of nothing": Row(
        op(".map_coordinates", IMAGES[:0], np.zeros((4, 2)), 1), "inputs | elements | (0, 6, 6, 3)"
    ),
    "order 2": Row(op(".map_coordinates", IMAGES, np.zeros((4, 2)), 2), "order=2 | 0 or 1"),
    "map_coordinates, fill mode": Row(
        op(".map_coordinates", IMAGES, np.zeros((4, 2)), 1, fill_mode="zero"),
        "fill_mode='zero' | 'reflect'",
        _ANY,
    ),
    "negative cropping": Row(op(".crop_images", IMAGES, -1, 0, 0, 0), "top_cropping=-1 | 0"),
    "cropping beyond the image": Row(op(".crop_images", IMAGES, 3, 4, 4, 0), "target_height=-1"),
    "cropping by 1.5": Row(op(".crop_images", IMAGES, 1.5, 1, 1, 1), "top_cropping=1.5 | whole"),
    "cropping by text": Row(op(".crop_images", IMAGES, "a", 1, 1, 1), "top_cropping='a' | whole"),
    "no cropping": Row(op(".crop_images", IMAGES), "Exactly two | top_cropping=None"),
    "negative padding": Row(op(".pad_images", IMAGES, -1, 0, 0, 0), "top_padding=-1 | 0"),
    "padding by text": Row(op(".pad_images", IMAGES, "a", 0, 0, 0), "top_padding='a' | whole"),
    "scale_and_translate, method": Row(
        op(".scale_and_translate", IMAGES, (2, 4, 4, 3), [1, 1], [0, 0], (1, 2), "cube"),
        "method='cube' | 'cubic'",
    ),
    "ssim, filter size 0": Row(op(".ssim", LARGE, LARGE, filter_size=0), "filter_size=0 | 1"),
    "ssim, filter size as text": Row(
        op(".ssim", LARGE, LARGE, filter_size="a"), "filter_size='a' | whole number"
    ),
    "two channels of three": Row(
        op(".rgb_to_hsv", IMAGES[..., :2]), "3 channels | (2, 6, 6, 2)", (ValueError, TENSORFLOWS)
    ),
    "gray of two channels": Row(
        op(".rgb_to_grayscale", IMAGES[..., :2]), "channels | (2, 6, 6, 2)"
    ),
    "hsv of whole numbers": Row(op(".rgb_to_hsv", (IMAGES * 255).astype("uint8")), "float | uint8"),
    # signals
    **{
        f"ops.{name} of one array": Row(op(name, WAVES, *rest), "tuple | real | (2, 32)")
        for name, rest in {
            "fft": (),
            "fft2": (),
            "ifft2": (),
            "irfft": (),
            "istft": (8, 4, 8),
        }.items()
    },
    **{
        f"ops.{name} of two shapes": Row(
            op(name, (WAVES, WAVES[:, :4]), *rest), "same shape | (2, 32) | (2, 4)"
        )
        for name, rest in {"fft": (), "irfft": (), "istft": (8, 4, 8)}.items()
    },
    **{
        f"ops.{name} of two dtypes": Row(
            op(name, (WAVES, WAVES.astype("float64")), *rest), "dtype | float32 | float64"
        )
        for name, rest in {"fft": (), "fft2": (), "ifft2": (), "irfft": ()}.items()
    },
    "ops.fft of whole numbers": Row(op("fft", (np.ones((2, 8), int),) * 2), "float | int64"),
    "ops.fft2 of rank 1": Row(op("fft2", (WAVES[0], WAVES[0])), "rank >= 2 | (32,)"),
    "ops.rfft of a number": Row(op("rfft", np.float32(1)), "rank >= 1"),
    "ops.rfft, length as text": Row(op("rfft", WAVES, "a"), "fft_length='a' | whole number"),
    "ops.stft of whole numbers": Row(op("stft", np.ones((2, 32), int), 8, 4, 8), "float32 | int64"),
    "ops.stft of a number": Row(op("stft", np.float32(1), 8, 4, 8), "rank >= 1", _ANY),
    "ops.stft of too few": Row(op("stft", WAVES[:, :4], 8, 4, 16), "more than 8 | (2, 4)"),
    **{
        f"ops.{name}, {argument}={value!r}": Row(
            op(name, x, **{**_STFT, argument: value}), words, instead
        )
        for name, x in {"stft": WAVES, "istft": FRAMES}.items()
        for argument, value, words, instead in (
            ("sequence_stride", 0, "sequence_stride=0 | positive", None),
            ("sequence_stride", -4, "sequence_stride=-4 | positive", None),
            ("sequence_length", "a", "sequence_length='a' | whole number", None),
            ("fft_length", 4, "fft_length=4 | sequence_length=8", None),
            ("fft_length", "a", "fft_length='a' | whole number", None),
            ("window", 3, "window=3 | sequence_length", None),
            ("window", np.ones(4), "window | sequence_length | (4,)", None),
        )
    },
    "ops.stft, an unknown window": Row(op("stft", WAVES, 8, 4, 8, "hat"), "window='hat' | hann"),
    "ops.istft, an unknown window": Row(
        op("istft", FRAMES, 8, 4, 8, window="hat"), "window='hat' | hann", (ValueError, NONSENSE)
    ),
    "frames of length -1": Row(op("extract_sequences", WAVES, -1, 4), "sequence_length=-1 | 0"),
    "frames of length 'a'": Row(op("extract_sequences", WAVES, "a", 4), "sequence_length='a'"),
    "frames without a stride": Row(op("extract_sequences", WAVES, 8, 0), "sequence_stride=0"),
    "frames backwards": Row(
        op("extract_sequences", WAVES, 8, -1), "sequence_stride=-1", (ValueError, NONSENSE)
    ),
}
