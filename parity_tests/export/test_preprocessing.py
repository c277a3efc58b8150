"""Layers that prepare data, exported as they are in inference; the others are named."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import minikeras
from minikeras import layers
from minikeras.export.onnx_format import to_onnx
from parity_tests.export.test_onnx import check

IMAGES = np.random.default_rng(0).uniform(0, 255, (2, 12, 10, 3)).astype("float32")
NUMBERS = np.float32([[-1, 0, 0.5, np.nan], [1, 2, 2.5, -0.0]])
CATEGORIES = np.int32([[1, 2, 2, 9], [3, 0, 0, 1]])

_BY_FACTOR = (
    *("RandomBrightness", "RandomColorDegeneration", "RandomContrast", "RandomGrayscale"),
    *("RandomHue", "RandomRotation", "RandomSaturation", "RandomSharpness"),
)
# Arguments of layers that need some; several where they decide about the operations.
ARGUMENTS: dict[str, list[dict[str, Any]]] = {
    **{name: [{"factor": 0.3}] for name in _BY_FACTOR},
    "CenterCrop": [{"height": 5, "width": 7}, {"height": 15, "width": 16}],
    "RandomCrop": [{"height": 5, "width": 7}],
    "Resizing": [
        *(
            {"height": 7, "width": 15, "interpolation": name}
            for name in ("bilinear", "nearest", "bicubic", "lanczos3", "lanczos5", "area")
        ),
        {"height": 7, "width": 15, "crop_to_aspect_ratio": True},
        {"height": 7, "width": 15, "pad_to_aspect_ratio": True, "antialias": True},
        {"height": 12, "width": 10},
    ],
    "RandomPosterization": [{"factor": 3}],
    "RandomTranslation": [{"height_factor": 0.2, "width_factor": 0.2}],
    "RandomZoom": [{"height_factor": 0.2}],
    "CategoryEncoding": [
        {"num_tokens": 4, "output_mode": mode} for mode in ("one_hot", "multi_hot", "count")
    ],
    "Discretization": [
        {"bin_boundaries": [0.0, 1.0, 2.0], "output_mode": mode}
        for mode in ("int", "one_hot", "multi_hot", "count")
    ],
}
PREPROCESSING = sorted(
    {
        *(name for name in vars(layers) if name.startswith("Random")),
        *("AugMix", "AutoContrast", "CutMix", "Equalization", "MixUp", "RandAugment"),
        *("Solarization", *ARGUMENTS),
    }
)


@pytest.mark.parametrize("name", PREPROCESSING)
def test_every_layer(name: str) -> None:
    """Random layers leave images as they are, and an export draws no random numbers."""
    x = {"CategoryEncoding": CATEGORIES, "Discretization": NUMBERS}.get(name, IMAGES)
    for arguments in ARGUMENTS.get(name, [{}]):
        inputs = minikeras.Input(x.shape[1:], dtype=str(x.dtype))
        model = minikeras.Model(inputs, getattr(layers, name)(**arguments)(inputs))
        before = [variable.numpy().copy() for variable in model.variables]
        to_onnx(model)
        for variable, value in zip(model.variables, before, strict=True):
            np.testing.assert_array_equal(variable.numpy(), value)
        check(model, x)


def test_a_network_behind_them() -> None:
    model = minikeras.Sequential(
        [
            minikeras.Input((12, 10, 3)),
            layers.RandomFlip(),
            layers.Resizing(8, 8),
            layers.Rescaling(1 / 255),
            layers.Conv2D(4, 3, strides=2),
            layers.Flatten(),
            layers.Dense(2),
        ]
    )
    check(model, IMAGES)


STRINGS = {"StringLookup": {"vocabulary": ["a"]}, "TextVectorization": {"vocabulary": ["a"]}}
NUMBERED = {"Hashing": {"num_bins": 3}, "IntegerLookup": {"vocabulary": [5]}}


@pytest.mark.parametrize("name", [*STRINGS, *NUMBERED, "HashedCrossing"])
def test_layers_without_an_operation_are_named(name: str) -> None:
    arguments = {**STRINGS, **NUMBERED}.get(name, {"num_bins": 3})
    dtype = "string" if name in STRINGS else "int64"
    inputs = [minikeras.Input((1,), dtype=dtype) for _ in range(1 + (name == "HashedCrossing"))]
    layer = getattr(layers, name)(**arguments, name="mine")
    model = minikeras.Model(inputs, layer(inputs if len(inputs) > 1 else inputs[0]))
    with pytest.raises(ValueError, match=rf"layer 'mine' \({name}\) cannot be exported"):
        to_onnx(model)


def test_counts_need_an_axis() -> None:
    inputs = minikeras.Input((), dtype="int32")
    model = minikeras.Model(inputs, layers.CategoryEncoding(3)(inputs))
    with pytest.raises(ValueError, match="multi_hot"):
        to_onnx(model)
