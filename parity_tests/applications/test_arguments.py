"""Arguments that do not fit are refused as in Keras; pixels and predictions are Keras's too."""

from __future__ import annotations

import warnings
from typing import Any

import keras
import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

import minikeras
from minikeras.applications import imagenet_utils
from parity_tests.drawing import few, seeds, values

WRONG: list[tuple[str, dict[str, Any]]] = [
    ("VGG16", {"weights": "imagenet", "classes": 10}),
    ("VGG16", {"weights": "no such file"}),
    ("VGG16", {"weights": "imagenet", "input_shape": (64, 64, 3)}),
    ("VGG16", {"weights": "imagenet", "include_top": False, "input_shape": (64, 64, 1)}),
    ("VGG16", {"weights": None, "input_shape": (31, 64, 3)}),
    ("VGG16", {"weights": None, "input_shape": (64, 64)}),
    ("VGG16", {"weights": None, "input_shape": (None, 64, 3)}),
    ("VGG16", {"weights": __file__, "classifier_activation": "relu"}),
    ("VGG16", {"weights": None, "input_tensor": np.zeros((1, 32, 32, 3))}),
    ("Xception", {"weights": None, "input_shape": (70, 80, 3)}),
    ("InceptionV3", {"weights": None, "input_shape": (74, 80, 3)}),
    ("MobileNet", {"weights": "imagenet", "alpha": 0.3}),
    ("MobileNet", {"weights": "imagenet", "depth_multiplier": 2}),
    ("MobileNetV2", {"weights": "imagenet", "alpha": 0.3}),
    ("MobileNetV2", {"weights": None, "input_shape": (32, 32, 3), "input_tensor": 3}),
    ("MobileNetV3Small", {"weights": None, "input_shape": (31, 64, 3)}),
    ("MobileNetV3Large", {"weights": "imagenet", "alpha": 0.5}),
    ("NASNetMobile", {"weights": "imagenet", "input_shape": (None, 64, 3), "include_top": False}),
    ("ConvNeXtTiny", {"weights": "imagenet", "classes": 10}),
]


@pytest.mark.parametrize(("name", "options"), WRONG, ids=lambda part: str(part)[:60])
def test_wrong_arguments(name: str, options: dict[str, Any]) -> None:
    errors = []
    for library in (minikeras, keras):
        with pytest.raises(Exception) as caught:
            getattr(library.applications, name)(**options)
        errors.append(caught.value)
    assert type(errors[0]) is type(errors[1])


@pytest.mark.parametrize("name", ["ConvNeXtTiny", "DenseNet121", "NASNetMobile"])
def test_channels_first(name: str) -> None:
    for library in (minikeras, keras):
        try:
            library.config.set_image_data_format("channels_first")
            with pytest.raises(ValueError, match="channels_first"):
                getattr(library.applications, name)(weights=None)
        finally:
            library.config.set_image_data_format("channels_last")


def test_unusual_channels_are_told() -> None:
    for library in (minikeras, keras):
        with pytest.warns(UserWarning, match="1 or 3 input channels"):
            library.applications.MobileNet((32, 32, 4), include_top=False, weights=None)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        minikeras.applications.MobileNet((32, 32, 1), include_top=False, weights=None)


MODULES = sorted(
    name
    for name in dir(keras.applications)
    if hasattr(getattr(keras.applications, name), "preprocess_input")
)


@pytest.mark.parametrize("module", MODULES)
@few
@given(
    seeds,
    st.sampled_from([(2, 4, 3, 3), (4, 3, 3)]),
    st.sampled_from(["float32", "float64", "uint8"]),
    st.sampled_from([None, "channels_last", "channels_first"]),
    st.booleans(),
)
def test_preprocessing(
    module: str,
    seed: int,
    shape: tuple[int, ...],
    dtype: str,
    data_format: str | None,
    is_tensor: bool,
) -> None:
    if data_format == "channels_first":
        shape = (*shape[:-3], shape[-1], *shape[-3:-1])
    assume(dtype != "uint8" or not is_tensor)  # Keras raises TypeError for whole numbers in tensors
    found = []
    for library in (minikeras, keras):
        x = values(seed, shape, (0, 255), dtype=dtype)
        x = library.ops.convert_to_tensor(x) if is_tensor else x
        y = getattr(library.applications, module).preprocess_input(x, data_format)
        found.append((np.asarray(y), isinstance(y, np.ndarray), np.asarray(x)))
    (y, is_array, x), (expected, was_array, overwritten) = found
    assert is_array == was_array
    assert y.dtype == expected.dtype
    assert np.array_equal(y, expected)
    assert np.array_equal(x, overwritten)


def test_preprocessing_refuses() -> None:
    for options in ({"mode": "jax"}, {"data_format": "last"}):
        for library in (minikeras, keras):
            with pytest.raises(ValueError, match="Expected"):
                library.applications.imagenet_utils.preprocess_input(np.ones((2, 2, 3)), **options)


@given(seeds, st.integers(1, 7))
def test_decoded_predictions(seed: int, top: int) -> None:
    names = {str(i): [f"n{i:08}", f"name {i}"] for i in range(1000)}
    preds = np.random.default_rng(seed).uniform(size=(2, 1000)).astype("float32")
    theirs = keras.src.applications.imagenet_utils
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(imagenet_utils, "_class_index", lambda: names)
        patch.setattr(theirs, "CLASS_INDEX", names)
        assert imagenet_utils.decode_predictions(preds, top) == theirs.decode_predictions(
            preds, top
        )
    with pytest.raises(ValueError, match="1000"):
        imagenet_utils.decode_predictions(preds[:, :5])
