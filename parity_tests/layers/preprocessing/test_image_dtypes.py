"""Layers that change images: pixels and layers of every dtype, symbolic calls, ``Dataset.map``."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import nullcontext
from typing import Any

import hypothesis.strategies as st
import keras
import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings

import minikeras
from minikeras import tf_function, tree
from minikeras.data import Dataset
from parity_tests.checks.compare import assert_close
from parity_tests.drawing import seeds
from parity_tests.layers.preprocessing.test_image_layers import (
    BOTH,
    FIXED,
    FORMATS,
    RANDOM,
    SCALE,
    WITHOUT_BOXES,
    rare,
)

EVERY = RANDOM | FIXED
POLICIES = st.sampled_from(["float32", "mixed_float16", "float16", "float64"])
PIXELS = st.sampled_from(["uint8", "int32", "float16", "float32", "float64"])
# What Keras refuses by a defect of its own, in eager calls or in graphs.
REFUSED = {
    "AugMix": "InvalidArgumentError",  # masks of whole numbers
    "ContrastLimitedAdaptiveHistogramEqualization": "NotImplementedError",  # labels
    "MixUp": "InvalidArgumentError",  # labels of another dtype than float32
    "RandomContrast": "InvalidArgumentError",  # whole numbers
    "RandomGrayscale": "AttributeError",  # dictionaries
}
# TensorFlow rounds each sum of halves, NumPy the last one; and maps differ by a unit in float32.
ROUNDED = {"RandomGaussianBlur", "RandomElasticTransform", "AugMix"}
ROUNDED |= {"RandomPerspective", "RandomRotation", "RandAugment"}
UNLIKE_IN_GRAPHS = {
    "AugMix",  # Keras draws its chains once
    "RandomElasticTransform",  # Keras bends the first image of a batch only
    "MaxNumBoundingBoxes",  # has nothing to do without boxes
}


@pytest.fixture(autouse=True, scope="module")
def _on_both() -> Iterator[None]:
    """On the compiled kernels alone: where pixels become whole numbers, the last bit decides."""
    with minikeras.config.use_kernels("fast"):
        yield


@st.composite
def inputs(draw: Any, name: str, channels_first: bool) -> Any:
    """One image, a batch, or a dictionary of a batch and what belongs to it."""
    rng, kind = np.random.default_rng(draw(seeds)), draw(PIXELS)
    count, sides = draw(st.integers(1, 3)), draw(st.sampled_from([(9, 8), (6, 11), (5, 5)]))
    x = rng.integers(0, 1021, (count, *sides, draw(st.sampled_from([3, 3, 1, 4])))) / 4
    x = np.moveaxis(x, -1, 1) if channels_first else x
    x = (np.floor(x) if kind in ("uint8", "int32") else x).astype(kind)
    shape = draw(st.sampled_from(["batch", "image", "dictionary"]))
    if shape != "dictionary":
        return x if shape == "batch" else x[0]
    found: Any = {"images": x, "labels": np.eye(3, dtype="float32")[:count]}
    if name not in {"MixUp", "AugMix"} and draw(st.booleans()):
        masks = x.mean(1 if channels_first else -1, keepdims=True) > 100
        found["segmentation_masks"] = masks.astype(draw(PIXELS))
    if name not in WITHOUT_BOXES and draw(st.booleans()):
        start = rng.integers(0, 5, (count, 2, 2))
        boxes = np.concatenate([start, start + rng.integers(0, 4, start.shape)], -1)
        labels = rng.integers(0, 5, (count, 2)).astype("int32")
        found["bounding_boxes"] = {
            "boxes": boxes.astype(draw(st.sampled_from(["float32", "int32"]))),
            "labels": labels,
        }
    return found


@st.composite
def cases(draw: Any, name: str) -> tuple[Any, Any]:
    config = draw(EVERY[name]) | {"dtype": draw(POLICIES)}
    data = draw(inputs(name, config.get("data_format") == "channels_first"))
    if isinstance(data, dict) and "bounding_boxes" in data:
        config["bounding_box_format"] = draw(st.sampled_from(FORMATS))
    return config, data


def outcome(use: Any) -> Any:
    """What it gives, or the error."""
    random.seed(3)
    try:
        return use()
    except Exception as error:
        return error


def check(name: str, ours: Any, theirs: Any) -> None:
    """Equal tensors, or errors of both; Keras alone may fail as REFUSED says."""
    if isinstance(theirs, Exception):
        kind = type(theirs).__name__
        assert isinstance(ours, Exception) or kind == REFUSED.get(name) or _is_gray(theirs), theirs
        return
    if isinstance(ours, Exception):
        raise ours
    for a, b in zip(tree.flatten(ours), keras.tree.flatten(theirs), strict=True):
        a, b = np.asarray(a), np.asarray(b)
        assert a.dtype == b.dtype, f"{a.dtype}, Keras {b.dtype}"
        if a.dtype == "float16":
            np.testing.assert_allclose(
                a.astype("f4"), b.astype("f4"), rtol=0, atol=0.5 if name in ROUNDED else 0
            )
        else:  # maps of the plane are float32, whatever the layer is
            kind = "float32" if a.dtype == "float64" else a.dtype
            assert_close(a.astype(kind), b.astype(kind), "output", scale=SCALE)


def _is_gray(error: Any) -> bool:
    """Whether the images do not have the channels of colours."""
    return "channel" in str(error) or isinstance(error, tf.errors.FailedPreconditionError)


@pytest.mark.parametrize("name", sorted(EVERY))
@rare
@given(st.data())
def test_dtypes(name: str, data: Any) -> None:
    config, x = data.draw(cases(name))
    how = data.draw(st.sampled_from([{}, {"training": True}, {"training": False}]))

    def twice(library: Any) -> Any:
        layer = getattr(library.layers, name)(**config)
        return [layer(tree.map_structure(lambda a: a, x), **how) for _ in range(2)]

    check(name, *(outcome(lambda k=k: twice(k)) for k in BOTH))


@settings(max_examples=max(8, settings.default.max_examples // 20))
@given(st.data(), st.sampled_from(sorted(EVERY.keys() - UNLIKE_IN_GRAPHS)))
def test_in_pipelines_of_tensorflow(data: Any, name: str) -> None:
    """Batches of unknown size, or single images; Keras casts labels there as well."""
    config, x = data.draw(EVERY[name]), data.draw(PIXELS)
    rng, training = np.random.default_rng(data.draw(seeds)), data.draw(st.booleans())
    images = rng.integers(0, 256, (4, 9, 8, 3)).astype(x)
    if config.get("data_format") == "channels_first":
        images = np.moveaxis(images, -1, 1)
    batched, with_labels = data.draw(st.booleans()), data.draw(st.booleans())

    def mapped(library: Any) -> Any:
        layer = getattr(library.layers, name)(**config)
        given = {"images": images, "labels": np.eye(4, dtype="int32")}
        dataset = tf.data.Dataset.from_tensor_slices(given if with_labels else images)
        dataset = (dataset.batch(3) if batched else dataset).map(
            lambda a: layer(a, training=training)
        )
        return dataset.element_spec, [*dataset.as_numpy_iterator()]

    ours, theirs = (outcome(lambda k=k: mapped(k)) for k in BOTH)
    if not isinstance(theirs, Exception):
        assert ours[0] == theirs[0]
        ours, theirs = ours[1], theirs[1]
    check(name, ours, theirs)


def test_a_model_in_a_pipeline_of_tensorflow() -> None:
    """It is built there; what layers before it have drawn is not drawn again."""
    x = np.random.default_rng(0).integers(0, 256, (5, 6, 7, 3)).astype("uint8")
    found = []
    for k in BOTH:
        k.utils.set_random_seed(2)
        layers = k.layers
        model = k.Sequential([layers.RandomFlip(), layers.Rescaling(1 / 255), layers.Flatten()])
        model.add(layers.Dense(2))
        dataset = tf.data.Dataset.from_tensor_slices(x).batch(2)
        dataset = dataset.map(lambda a, model=model: model(a, training=True))
        assert dataset.element_spec == tf.TensorSpec((None, 2), "float32")
        found.append(np.concatenate([*dataset.as_numpy_iterator()]))
    assert_close(*found, "output", scale=1)


@pytest.mark.parametrize("name", ["Resizing", "RandomBrightness"])
def test_the_steps_of_fit_cast_their_inputs(name: str) -> None:
    """A layer that keeps the dtype of pixels in an eager call does not in a ``tf.function``."""
    pixels = np.random.default_rng(0).integers(0, 256, (2, 5, 4, 3)).astype("uint8")
    options = {"height": 3, "width": 3} if name == "Resizing" else {"factor": (0.1, 0.1)}
    theirs = getattr(keras.layers, name)(**options)
    ours = getattr(minikeras.layers, name)(**options)
    for function, scope in ((tf.function(theirs), tf_function.inside()), (theirs, nullcontext())):
        expected = np.asarray(function(pixels))
        with scope:
            y = np.asarray(ours(pixels))
        assert y.dtype == expected.dtype
        np.testing.assert_array_equal(y, expected)


def test_the_kind_of_elements_is_told_without_drawing() -> None:
    layer = minikeras.layers.RandomBrightness(0.5, seed=1)
    images = np.ones((2, 3, 3, 1), "float32")
    data_set = Dataset.from_tensors(images).map(layer)
    before = layer.generator.state.numpy()
    assert data_set.element_spec.shape == (2, 3, 3, 1)
    np.testing.assert_array_equal(layer.generator.state.numpy(), before)
    next(iter(data_set))
    assert (layer.generator.state.numpy() != before).any()


def test_labels_of_flipped_images_keep_their_dtype() -> None:
    data = {"images": np.zeros((1, 4, 4, 3), "float32"), "labels": np.ones((1, 2), "float32")}
    for library in BOTH:
        labels = library.layers.RandomFlip(dtype="float16")(dict(data))["labels"]
        assert np.asarray(labels).dtype == "float32"
