"""Operations on images: values, gradients, shapes and errors."""

from __future__ import annotations

from typing import Any

import hypothesis.strategies as st
import keras
import numpy as np
import pytest
from hypothesis import given

import minikeras
from parity_tests.checks.compare import check_misuse
from parity_tests.checks.op import check_op
from parity_tests.drawing import few, generators, numbers, options, seeds, values

sides = st.integers(1, 9)
batches = st.tuples(st.integers(1, 3), sides, sides, st.integers(1, 3))
images = st.one_of(batches, batches.map(lambda s: s[1:]))
formats = st.sampled_from(["channels_last", "channels_first"])
fills = st.sampled_from([0, 0.0, 2.5, -1])
warpings = st.sampled_from(["nearest", "bilinear"])


def check(name: str, *arrays: Any, _options: Any = None, **static: Any) -> None:
    """Compare `ops.image.name` with Keras's."""
    check_op(
        lambda *xs: getattr(minikeras.ops.image, name)(*xs, **static),
        lambda *xs: getattr(keras.ops.image, name)(*xs, **static),
        *arrays,
        **(_options or {}),
    )


def whole(rng: Any, shape: Any, dtype: str) -> Any:
    return rng.integers(0, 256 if dtype == "uint8" else 1000, shape).astype(dtype)


# Sizes

SINGLE: Any = {"scale": 2.0**29}  # of doubles that pass through float32: its ε is 2²⁹ times theirs
resizings = options(
    interpolation=st.sampled_from(["bilinear", "nearest", "bicubic", "lanczos3", "lanczos5"]),
    antialias=st.booleans(),
    data_format=formats,
)


@few
@given(numbers(images), st.tuples(sides, sides), resizings)
def test_resize(x: Any, size: Any, how: Any) -> None:
    check("resize", x, size=size, **how)


@few
@given(generators, images, st.tuples(sides, sides), resizings, st.sampled_from(["uint8", "int32"]))
def test_resize_whole_numbers(rng: Any, shape: Any, size: Any, how: Any, dtype: str) -> None:
    check("resize", whole(rng, shape, dtype), size=size, **how)


@few
@given(numbers(images), st.tuples(sides, sides), formats, st.booleans(), fills)
def test_resize_with_proportions(
    x: Any, size: Any, data_format: str, cuts: bool, fill: float
) -> None:
    how: Any = {"crop_to_aspect_ratio": True} if cuts else {"pad_to_aspect_ratio": True}
    how |= {} if cuts else {"fill_value": fill}
    check("resize", x, size=size, data_format=data_format, **how)


@few
@given(numbers(images, "float64"), st.tuples(sides, sides))
def test_resize_areas_and_doubles(x: Any, size: Any) -> None:
    for interpolation in ("area", "bicubic"):
        check("resize", x, size=size, interpolation=interpolation, _options=SINGLE)


@few
@given(st.data(), numbers(images), formats)
def test_margins(data: Any, x: Any, data_format: str) -> None:
    first = len(x.shape) - (2 if data_format == "channels_first" else 3)
    for name, sign in (("padding", 1), ("cropping", -1)):
        how = {}
        for axis, ends in enumerate((("top", "bottom", "height"), ("left", "right", "width"))):
            n = x.shape[first + axis]
            before = data.draw(st.integers(0, 4 if sign > 0 else n - 1))
            after = data.draw(st.integers(0, 4 if sign > 0 else n - 1 - before))
            given_ = {f"{ends[0]}_{name}": before, f"{ends[1]}_{name}": after}
            given_[f"target_{ends[2]}"] = n + sign * (before + after)
            given_.pop(data.draw(st.sampled_from(sorted(given_))))
            how |= given_
        check("pad_images" if sign > 0 else "crop_images", x, data_format=data_format, **how)


@few
@given(st.data(), numbers(batches), st.tuples(sides, sides), st.booleans(), seeds)
def test_scale_and_translate(data: Any, x: Any, size: Any, antialias: bool, seed: int) -> None:
    method = data.draw(st.sampled_from(["linear", "bilinear", "cubic", "lanczos3", "lanczos5"]))
    rng = np.random.default_rng(seed)
    scale = rng.uniform(0.4, 2, 2).astype("float32")
    shift = rng.uniform(-2, 2, 2).astype("float32")
    shape = (x.shape[0], *size, x.shape[3])
    # The weights of Lanczos end in a jump, and a sum of them that is near 0 divides.
    loose: Any = {"scale": 1e3}

    def ours_and_theirs(library: Any) -> Any:
        return lambda x: library.ops.image.scale_and_translate(
            x, shape, scale, shift, (1, 2), method, antialias
        )

    check_op(ours_and_theirs(minikeras), ours_and_theirs(keras), x, **loose)


@few
@given(generators, batches, st.tuples(sides, sides), st.sampled_from(["bilinear", "nearest"]))
def test_resize_halves(rng: Any, shape: Any, size: Any, interpolation: str) -> None:
    x = rng.uniform(-2, 2, shape).astype("float16")
    check("resize", x, size=size, interpolation=interpolation)


# Colours


@few
@given(numbers(st.tuples(st.integers(1, 2), sides, sides, st.just(3)), domain=(0, 1)))
def test_colours(x: Any) -> None:
    for name in ("rgb_to_hsv", "hsv_to_rgb", "rgb_to_grayscale"):
        check(name, x)
        check(name, x[0])
        check(name, np.moveaxis(x, -1, 1).copy(), data_format="channels_first")
    check("rgb_to_grayscale", (x * 255).astype("uint8"))
    check("rgb_to_grayscale", x[..., :1].copy())
    check("rgb_to_hsv", x.astype("float64"))


# Warps


def maps(rng: Any, count: int, projective: bool) -> Any:
    near = np.array([1, 0, 0, 0, 1, 0, 0, 0]) + rng.uniform(-0.3, 0.3, (count, 8))
    near[:, [2, 5]] = rng.uniform(-6, 6, (count, 2))
    near[:, 6:] = rng.uniform(0, 0.05, (count, 2)) if projective else 0
    return near.astype("float32")


@few
@given(
    numbers(images),
    seeds,
    st.booleans(),
    options(
        interpolation=warpings,
        fill_mode=st.sampled_from(["constant", "nearest", "wrap", "reflect"]),
        fill_value=fills,
        data_format=formats,
    ),
)
def test_affine_transform(x: Any, seed: int, projective: bool, how: Any) -> None:
    rng = np.random.default_rng(seed)
    count = len(x) if x.ndim == 4 else 1
    transform = maps(rng, count, projective)
    if x.ndim == 3 or seed % 3 == 0:
        transform = transform[0]
    check("affine_transform", x, transform=transform, **how)


@few
@given(generators, images, warpings)
def test_affine_transform_of_whole_numbers(rng: Any, shape: Any, interpolation: str) -> None:
    x = whole(rng, shape, "uint8")
    check("affine_transform", x, transform=maps(rng, 1, False)[0], interpolation=interpolation)


@few
@given(
    numbers(images),
    seeds,
    options(interpolation=warpings, fill_value=fills, data_format=formats),
)
def test_perspective_transform(x: Any, seed: int, how: Any) -> None:
    rng = np.random.default_rng(seed)
    corners = np.array([[0, 0], [8, 0], [0, 8], [8, 8]], "float32")
    moved = (corners + rng.uniform(-1.5, 1.5, (4, 2))).astype("float32")
    check("perspective_transform", x, start_points=corners, end_points=moved, **how)


@few
@given(
    numbers(st.lists(st.integers(2, 5), min_size=1, max_size=3).map(tuple)),
    seeds,
    st.sampled_from([0, 1]),
    options(
        fill_mode=st.sampled_from(["constant", "nearest", "wrap", "reflect"]), fill_value=fills
    ),
)
def test_map_coordinates(x: Any, seed: int, order: int, how: Any) -> None:
    places = values(seed, (x.ndim, 2, 3), (-4, 8))
    check("map_coordinates", x, places, order=order, **how)
    check("map_coordinates", (x * 50).astype("int32"), places, order=order, **how)


def test_mirror() -> None:
    x, places = np.arange(5.0, dtype="float32"), np.array([[0.5, 2.2, -1.5]], "float32")
    check("map_coordinates", x, places, order=1, fill_mode="mirror")
    check_misuse(
        ValueError, lambda k: k.ops.image.map_coordinates(x, places + 4, 1, "mirror"), "mirror"
    )


@few
@given(
    numbers(st.tuples(st.integers(1, 2), *[st.integers(3, 8)] * 2, st.integers(1, 2))),
    st.integers(0, 99),
    options(
        alpha=st.sampled_from([1.0, 30.0]),
        sigma=st.sampled_from([1.0, 2.5]),
        interpolation=warpings,
        fill_mode=st.sampled_from(["constant", "nearest", "wrap", "reflect"]),
        fill_value=fills,
        data_format=formats,
    ),
)
def test_elastic_transform(x: Any, seed: int, how: Any) -> None:
    # A place that differs in its last bit shows another mixture of two pixels.
    check("elastic_transform", x, seed=seed, _options={"scale": 100}, **how)
    check("elastic_transform", x[0], seed=seed, _options={"scale": 100}, **how)


# Filters

sizes = st.tuples(st.sampled_from([1, 3, 5]), st.sampled_from([1, 3, 5]))
sigmas = st.tuples(st.sampled_from([0.5, 1.0, 2.0]), st.sampled_from([0.5, 1.0, 2.0]))


@few
@given(numbers(images), options(kernel_size=sizes, sigma=sigmas, data_format=formats))
def test_gaussian_blur(x: Any, how: Any) -> None:
    check("gaussian_blur", x, **how)


@few
@given(
    numbers(st.tuples(st.integers(1, 2), *[st.integers(2, 6)] * 3)),
    options(data_format=st.just("channels_last")),
)
def test_sobel_edges(x: Any, how: Any) -> None:
    check("sobel_edges", x, **how)
    check("sobel_edges", x, data_format="channels_first")


@few
@given(
    numbers(st.tuples(st.integers(1, 2), *[st.integers(4, 7)] * 2, st.integers(1, 2))),
    st.one_of(st.integers(1, 3), st.tuples(st.integers(1, 3), st.integers(1, 4))),
    options(strides=st.integers(1, 3), padding=st.sampled_from(["valid", "same"])),
)
def test_extract_patches(x: Any, size: Any, how: Any) -> None:
    check("extract_patches", x, size=size, **how)
    check("extract_patches", x[0], size=size, **how)
    patches = minikeras.ops.image.extract_patches
    first = patches(np.moveaxis(x, -1, 1), size, data_format="channels_first", **how)
    last = patches(x, size, **how)  # TensorFlow has no channels_first on processors
    np.testing.assert_array_equal(np.moveaxis(first, 1, -1), last)
    if how.get("strides") == 1:
        check("extract_patches", x, size=2, dilation_rate=2, **how)


@few
@given(
    numbers(st.tuples(st.integers(1, 2), *[st.integers(3, 5)] * 3, st.integers(1, 2))),
    options(strides=st.integers(1, 2), padding=st.sampled_from(["valid", "same"])),
)
def test_extract_patches_of_volumes(x: Any, how: Any) -> None:
    check("extract_patches_3d", x, size=2, **how)
    check("extract_patches_3d", x[0], size=(1, 2, 3), **how)
    check("extract_patches", x, size=(2, 2, 1), **how)


@few
@given(
    seeds,
    st.sampled_from([(2, 13, 12, 2), (12, 14, 1)]),
    options(max_val=st.just(2.0), filter_size=st.just(5), filter_sigma=st.just(2.0)),
)
def test_ssim(seed: int, shape: Any, how: Any) -> None:
    rng = np.random.default_rng(seed)
    one = values(rng, shape, (0, 1))
    other = np.clip(one + values(rng, shape, (-0.2, 0.2)), 0, 1)
    check("ssim", one, other, _options={"scale": 100}, **how)


ONE = np.zeros((4, 5, 3), "float32")


@pytest.mark.parametrize(
    "error, use",
    [
        (ValueError, lambda i: i.resize(ONE, (2, 2), interpolation="cubic")),
        (ValueError, lambda i: i.resize(ONE, (2, 2, 2))),
        (ValueError, lambda i: i.resize(ONE, (0, 2))),
        (ValueError, lambda i: i.resize(ONE[0], (2, 2))),
        (ValueError, lambda i: i.resize(ONE, (2, 2), fill_mode="wrap")),
        (
            ValueError,
            lambda i: i.resize(ONE, (2, 2), crop_to_aspect_ratio=True, pad_to_aspect_ratio=True),
        ),
        (ValueError, lambda i: i.pad_images(ONE, top_padding=1, target_width=9, left_padding=0)),
        (ValueError, lambda i: i.pad_images(ONE, 1, 1, -1, 1)),
        (ValueError, lambda i: i.pad_images(ONE, 1, 1, None, 1, target_height=2)),
        (ValueError, lambda i: i.crop_images(ONE, 1, 1, 9, 1)),
        (ValueError, lambda i: i.crop_images(ONE, 1, 1)),
        (ValueError, lambda i: i.rgb_to_grayscale(ONE[..., :2])),
        (ValueError, lambda i: i.rgb_to_hsv(ONE.astype("int32"))),
        (ValueError, lambda i: i.hsv_to_rgb(ONE[0])),
        (ValueError, lambda i: i.affine_transform(ONE, np.ones(8), interpolation="bicubic")),
        (ValueError, lambda i: i.affine_transform(ONE, np.ones(8), fill_mode="mirror")),
        (ValueError, lambda i: i.affine_transform(ONE, np.ones((1, 1, 8)))),
        (ValueError, lambda i: i.perspective_transform(ONE, np.ones((3, 2)), np.ones((4, 2)))),
        (ValueError, lambda i: i.map_coordinates(ONE, np.ones((2, 4)), 1)),
        (ValueError, lambda i: i.map_coordinates(ONE[0, 0], np.ones(1), 1)),
        (NotImplementedError, lambda i: i.map_coordinates(ONE[0, 0], np.ones((1, 2)), 2)),
        (ValueError, lambda i: i.elastic_transform(ONE, fill_mode="mirror")),
        (ValueError, lambda i: i.gaussian_blur(ONE[0])),
        (TypeError, lambda i: i.extract_patches(ONE, "2")),
        (ValueError, lambda i: i.extract_patches(ONE, (1, 2, 3, 4))),
        (ValueError, lambda i: i.extract_patches(ONE, 2, dilation_rate=2)),
        (ValueError, lambda i: i.ssim(ONE[0], ONE[0])),
        (
            ValueError,
            lambda i: i.scale_and_translate(
                ONE, (4, 5, 3), np.ones(2), np.ones(2), (0, 1), "nearest"
            ),
        ),
    ],
)
def test_misuse(error: Any, use: Any) -> None:
    check_misuse(error, lambda k: use(k.ops.image))
