"""Layers that change images: from one seed the same pictures, boxes, masks and labels as Keras.

Pixels are compared within the tolerance of single operations.  An affine or projective map whose
numbers differ in the last bit shows another mixture of two pixels; the difference is at most their
contrast, 255, times the difference of the places, which is a few ε of the size of the image.
"""

from __future__ import annotations

import random
from typing import Any

import hypothesis.strategies as st
import keras
import numpy as np
import pytest
from hypothesis import given, settings

import minikeras
from minikeras import tree
from parity_tests.checks.compare import assert_close, check_misuse
from parity_tests.checks.layer import check_layer
from parity_tests.conformance import note
from parity_tests.drawing import options, seeds, values

# Each layer is a test of its own, and Keras is slow without a graph.
rare = settings(max_examples=max(3, settings.default.max_examples // 10))

FORMATS = ["xyxy", "yxyx", "xywh", "center_xywh", "center_yxhw"]
FORMATS += ["rel_xyxy", "rel_yxyx", "rel_xywh", "rel_center_xywh"]
LAYOUTS = "channels_last", "channels_first"
BOTH = minikeras, keras
part = st.sampled_from([0.0, 0.1, 0.3, 0.8])
parts = st.one_of(part, st.tuples(part, part))
signed = st.sampled_from([-0.4, -0.1, 0.0, 0.2, 0.5])
signed_parts = st.one_of(signed, st.tuples(signed, signed))
fills: Any = {
    "fill_mode": st.sampled_from(["reflect", "wrap", "constant", "nearest"]),
    "interpolation": st.sampled_from(["nearest", "bilinear"]),
    "fill_value": st.sampled_from([0.0, 7.5]),
}
ranges: Any = {"value_range": st.just((0, 255))}
both: Any = {"data_format": st.sampled_from(LAYOUTS)}
sides = st.integers(2, 9)

# For each layer, what its constructor is given; the seed comes from Python's ``random``.
RANDOM: dict[str, Any] = {
    "RandomFlip": options(
        mode=st.sampled_from(["horizontal", "vertical", "horizontal_and_vertical"]), **both
    ),
    "RandomRotation": st.builds(dict, options(**fills, **both), factor=signed_parts),
    "RandomZoom": st.builds(
        dict, options(width_factor=signed_parts, **fills, **both), height_factor=signed_parts
    ),
    "RandomTranslation": st.builds(
        dict, options(**fills, **both), height_factor=signed_parts, width_factor=signed_parts
    ),
    "RandomShear": options(x_factor=parts, y_factor=parts, **fills, **both),
    "RandomPerspective": options(
        factor=parts, scale=part, interpolation=fills["interpolation"], **both
    ),
    "RandomElasticTransform": options(factor=parts, scale=parts, **fills),
    "RandomCrop": st.builds(dict, options(**both), height=sides, width=sides),
    "RandomContrast": st.builds(dict, options(**ranges, **both), factor=parts),
    "RandomBrightness": st.builds(dict, options(**ranges, **both), factor=signed_parts),
    "RandomHue": st.builds(dict, options(**ranges, **both), factor=parts),
    "RandomSaturation": st.builds(dict, options(**ranges, **both), factor=parts),
    "RandomColorDegeneration": st.builds(dict, options(**ranges, **both), factor=signed_parts),
    "RandomGrayscale": options(factor=part, **both),
    "RandomInvert": options(factor=parts, **ranges, **both),
    "RandomPosterization": st.builds(
        dict, options(**ranges, **both), factor=st.sampled_from([1, 3, (2, 6), (1, 8)])
    ),
    "RandomSharpness": st.builds(dict, options(**ranges, **both), factor=parts),
    "Solarization": options(addition_factor=parts, threshold_factor=parts, **ranges),
    "RandomGaussianBlur": options(
        factor=parts, kernel_size=st.sampled_from([1, 3, (5, 3)]), sigma=parts, **ranges, **both
    ),
    "RandomErasing": options(
        factor=parts,
        scale=parts,
        fill_value=st.sampled_from([None, 3.5]),
        **ranges,
        **both,
    ),
    "MixUp": options(alpha=st.sampled_from([0.2, 1.0])),
    "CutMix": options(factor=parts, **both),
    "RandomColorJitter": options(
        brightness_factor=part, contrast_factor=part, saturation_factor=part, hue_factor=part
    ),
    "RandAugment": options(num_ops=st.integers(1, 4), factor=parts),
    "AugMix": options(factor=parts, all_ops=st.booleans(), num_chains=st.integers(1, 3)),
}
FIXED: dict[str, Any] = {
    "CenterCrop": st.builds(dict, options(**both), height=sides, width=sides),
    "Resizing": st.builds(
        dict,
        options(
            interpolation=st.sampled_from(["bilinear", "nearest", "bicubic", "area", "lanczos3"]),
            antialias=st.booleans(),
            crop_to_aspect_ratio=st.booleans(),
            **both,
        ),
        height=sides,
        width=sides,
    ),
    "AutoContrast": options(**ranges),
    "Equalization": options(bins=st.sampled_from([16, 256]), **both),
    "ContrastLimitedAdaptiveHistogramEqualization": options(
        clip_limit=st.sampled_from([0.0, 2.0]), tile_grid_size=st.sampled_from([(1, 2), (3, 2)])
    ),
    "MaxNumBoundingBoxes": st.builds(dict, max_number=st.integers(1, 4)),
}
WITHOUT_BOXES = {"CutMix", "RandomElasticTransform"}
WITHOUT_DICTIONARIES = {
    "RandomGrayscale",  # Keras asks the dictionary for its shape
    "ContrastLimitedAdaptiveHistogramEqualization",  # Keras has no labels, boxes and masks for it
}
SCALE = 255 * 16  # of pixels, times how many pixels a place is away from the first


def pixels(seed: int, config: Any, batch: int = 3) -> Any:
    x = np.random.default_rng(seed).integers(0, 1021, (batch, 9, 8, 3)) / 4
    return (np.moveaxis(x, -1, 1) if config.get("data_format") == "channels_first" else x).astype(
        "float32"
    )


def outcome(library: Any, name: str, config: Any, data: Any, **how: Any) -> Any:
    """What two calls give, and what follows: Python's ``random`` and the state of the layer."""
    random.seed(3)
    layer = getattr(library.layers, name)(**config)
    found = []
    for _ in range(2):
        copy = tree.map_structure(lambda a: a, data)
        found.append(keras.tree.map_structure(np.asarray, layer(copy, **how)))
    state = [np.asarray(v.value) for v in layer.variables]
    return found, layer.get_config() | {"name": None}, state, random.random()


def copied(library: Any, name: str, config: Any) -> Any:
    """The config of a layer made from a config; None if it is refused, as RandomShear's may be."""
    try:
        return getattr(library.layers, name).from_config(config).get_config() | {"name": None}
    except (TypeError, ValueError):
        return None


def check(name: str, config: Any, data: Any, **how: Any) -> None:
    ours, theirs = (outcome(lib, name, config, data, **how) for lib in BOTH)
    for a, b in zip(keras.tree.flatten(ours[0]), keras.tree.flatten(theirs[0]), strict=True):
        assert_close(a, b, "output", scale=SCALE)
    assert ours[1] == theirs[1] and list(ours[1]) == list(theirs[1])
    for a, b in zip(ours[2], theirs[2], strict=True):
        np.testing.assert_array_equal(a, b)
    assert ours[3] == theirs[3]
    again = [copied(library, name, ours[1]) for library in BOTH]
    assert again == [ours[1]] * 2 or (name == "RandomShear" and again == [None] * 2)
    note(f"layers.{name}", "values", f"ulp {SCALE}")


@pytest.mark.parametrize("name", sorted(RANDOM | FIXED))
@rare
@given(st.data(), seeds)
def test_images(name: str, data: Any, seed: int) -> None:
    config = data.draw((RANDOM | FIXED)[name])
    x = pixels(seed, config)
    check(name, config, x, training=True)
    check(name, config, x, training=False)


@pytest.mark.parametrize("name", sorted((RANDOM | FIXED).keys() - WITHOUT_DICTIONARIES))
@rare
@given(st.data(), seeds)
def test_what_belongs_to_images(name: str, data: Any, seed: int) -> None:
    config = data.draw((RANDOM | FIXED)[name])
    x, rng = pixels(seed, config), np.random.default_rng(seed)
    start = rng.integers(0, 5, (3, 2, 2))
    boxes = np.concatenate([start, start + rng.integers(0, 4, (3, 2, 2))], -1).astype("float32")
    axis = 1 if config.get("data_format") == "channels_first" else -1
    masks = (x.mean(axis, keepdims=True) > 100).astype("float32")
    given_: Any = {"images": x, "labels": np.eye(3, dtype="float32")}
    if name not in {"MixUp", "AugMix"}:  # Keras mixes masks of other shapes than these
        given_["segmentation_masks"] = masks
    if name not in WITHOUT_BOXES:
        config = config | {"bounding_box_format": data.draw(st.sampled_from(FORMATS))}
        labels = rng.integers(0, 5, (3, 2)).astype("int32")
        given_["bounding_boxes"] = {"boxes": boxes, "labels": labels}
    check(name, config, given_, training=True)


def usual_config(name: str) -> dict[str, Any]:
    """Arguments with which a random layer does something."""
    sizes = {"RandomCrop": {"height": 4, "width": 5}, "RandomZoom": {"height_factor": 0.2}}
    if name in sizes:
        return sizes[name]
    if name == "RandomPosterization":
        return {"factor": 3}
    if name == "RandomTranslation":
        return {"height_factor": 0.2, "width_factor": 0.3}
    needs = {"RandomRotation", "RandomContrast", "RandomBrightness", "RandomHue"}
    needs |= {"RandomSaturation", "RandomColorDegeneration", "RandomSharpness"}
    return {"factor": 0.3} if name in needs else {}


@pytest.mark.parametrize("name", sorted(RANDOM.keys() - {"MixUp"}))
def test_one_image(name: str) -> None:
    check(name, usual_config(name), pixels(1, {}, 1)[0], training=True)


@pytest.mark.parametrize("name", sorted(RANDOM))
def test_in_a_model_of_its_own(name: str) -> None:
    """Called symbolically within another model, where the size of the batch is not known."""
    found = []
    for library in BOTH:
        layer = getattr(library.layers, name)(**usual_config(name))
        inputs = library.Input((9, 8, 3))
        outputs = library.Sequential([layer])(inputs)
        found.append((outputs.shape, outputs.dtype))
        if library is minikeras:
            x = pixels(1, {})
            assert library.Model(inputs, outputs)(x, training=True).shape[1:] == outputs.shape[1:]
    assert found[0] == found[1]


@rare
@given(seeds)
def test_gradients(seed: int) -> None:
    """What layers in a model hand back to those before them."""
    x = values(seed, (2, 6, 5, 3), (0, 255))
    for name, config in (
        ("Resizing", {"height": 4, "width": 7}),
        ("CenterCrop", {"height": 4, "width": 3}),
        ("RandomFlip", {"seed": 3}),
        ("RandomTranslation", {"height_factor": 0.3, "width_factor": 0.2, "seed": 3}),
        ("RandomContrast", {"factor": 0.4, "seed": 3}),
        ("RandomSharpness", {"factor": 0.4, "seed": 3}),
    ):
        check_layer(name, config, x, scale=SCALE, training=True)


def test_a_pipeline() -> None:
    def made(library: Any) -> Any:
        layers = library.layers
        return layers.Pipeline([layers.RandomFlip(seed=1), layers.RandomRotation(0.2, seed=2)])

    x = pixels(0, {})
    ours, theirs = made(minikeras), made(keras)
    assert_close(ours(x), theirs(x), "output", scale=SCALE)
    again = type(ours).from_config(ours.get_config())
    assert_close(again(x), made(keras)(x), "output of the copy", scale=SCALE)
    check_misuse(ValueError, lambda k: k.layers.Pipeline.from_config({"layers": 3}), "layers")


def test_layers_that_arrays_have_built_are_copied() -> None:
    for library in BOTH:
        layer = library.layers.RandomFlip(seed=1)
        layer(pixels(0, {}))
        assert layer.get_build_config() == {"input_shape": None}
        config = library.saving.serialize_keras_object(layer)
        assert library.saving.deserialize_keras_object(config).built


@pytest.mark.parametrize(
    "error, use",
    [
        (ValueError, lambda k: k.RandomRotation(2)),
        (ValueError, lambda k: k.RandomRotation((1, 2, 3))),
        (ValueError, lambda k: k.RandomRotation("a")),
        (NotImplementedError, lambda k: k.RandomRotation(0.1, fill_mode="mirror")),
        (NotImplementedError, lambda k: k.RandomRotation(0.1, interpolation="bicubic")),
        (ValueError, lambda k: k.RandomZoom(-1.0)),
        (ValueError, lambda k: k.RandomZoom((0.2, 1.5))),
        (ValueError, lambda k: k.RandomTranslation(1.5, 0)),
        (ValueError, lambda k: k.RandomShear(-0.5)),
        (ValueError, lambda k: k.RandomPerspective(scale=2.0)),
        (NotImplementedError, lambda k: k.RandomElasticTransform(fill_mode="a")),
        (ValueError, lambda k: k.RandomGrayscale(2)),
        (ValueError, lambda k: k.RandomBrightness(0.1, value_range=(1, 2, 3))),
        (ValueError, lambda k: k.RandomBrightness(0.1, value_range=3)),
        (ValueError, lambda k: k.RandomGaussianBlur(kernel_size=2)),
        (ValueError, lambda k: k.Solarization(threshold_factor=-0.1)),
        (ValueError, lambda k: k.RandomPosterization(9)),
        (ValueError, lambda k: k.RandomErasing(fill_value=(1, 2))(np.ones((1, 4, 4, 3)))),
        (ValueError, lambda k: k.RandomFlip()(np.ones((4, 4)))),
        (ValueError, lambda k: k.CenterCrop(2, 2).compute_output_shape((1, 2))),
        (ValueError, lambda k: k.RandomColorDegeneration(0.1).compute_output_shape((1, 4, 4, 2))),
        (
            ValueError,
            lambda k: k.RandomFlip()({"images": np.ones((1, 4, 4, 3)), "bounding_boxes": {}}),
        ),
        (
            ValueError,
            lambda k: k.RandomFlip(bounding_box_format="xyxy")(
                {"images": np.ones((1, 4, 4, 3)), "bounding_boxes": {"boxes": np.ones((1, 1, 4))}}
            ),
        ),
        (
            ValueError,
            lambda k: k.RandomFlip(bounding_box_format="abcd")(
                {
                    "images": np.ones((1, 4, 4, 3)),
                    "bounding_boxes": {"boxes": np.ones((1, 1, 4)), "labels": np.ones((1, 1))},
                }
            ),
        ),
    ],
)
def test_misuse(error: Any, use: Any) -> None:
    check_misuse(error, lambda library: use(library.layers))
