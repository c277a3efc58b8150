"""Bad input of ``keras.applications``."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from minikeras.saving.limits import LoadError
from parity_tests.misuse.model import Keras
from parity_tests.misuse.parts.rows import Call, Prepared, Row

# One of each family, with the least size of its images; their arguments are checked in one place.
FAMILIES = {
    "ConvNeXtTiny": 32,
    "DenseNet121": 32,
    "EfficientNetB0": 32,
    "EfficientNetV2B0": 32,
    "InceptionResNetV2": 75,
    "InceptionV3": 75,
    "MobileNet": 32,
    "MobileNetV2": 32,
    "MobileNetV3Small": 32,
    "NASNetMobile": 32,
    "ResNet50": 32,
    "ResNet50V2": 32,
    "VGG16": 32,
    "VGG19": 32,
    "Xception": 71,
}


def _network(name: str, **options: Any) -> Call:
    return lambda k, folder: getattr(k.applications, name)(**options)


def _weights(name: str, write: Callable[[Path, Keras], Any], **options: Any) -> Call:
    """A network whose weights are read from a file."""

    def act(k: Keras, folder: Path) -> Any:
        path = str(folder / "some.weights.h5")
        return getattr(k.applications, name)(weights=path, **options)

    return Prepared(lambda k, folder: write(folder / "some.weights.h5", k), act)


def _other_network(path: Path, k: Keras) -> None:
    model = k.Sequential([k.Input((4,)), k.layers.Dense(3)])
    model.save_weights(path)


def _utility(name: str, *arguments: Any, **options: Any) -> Call:
    return lambda k, folder: getattr(k.applications.imagenet_utils, name)(*arguments, **options)


_SMALL: dict[str, Any] = {"input_shape": (32, 32, 3), "classes": 3, "alpha": 0.25}

ROWS: dict[str, Row] = {
    **{
        f"{name}, {what}": Row(_network(name, **options), words)
        for name, least in FAMILIES.items()
        for what, options, words in (
            ("weights of no file", {"weights": "absent.h5"}, "weights='absent.h5' | path"),
            ("weights for other classes", {"classes": 10}, "1000 | classes=10"),
            (
                "images that are too small",
                {"weights": None, "input_shape": (least - 1, 80, 3)},
                f"{least}x{least} | ({least - 1}, 80, 3)",
            ),
            (
                "an input shape of two numbers",
                {"weights": None, "input_shape": (80, 80)},
                "input_shape=(80, 80) | three",
            ),
            (
                "images of unknown size",
                {"weights": None, "input_shape": (None, 80, 3)},
                "include_top | (None, 80, 3)",
            ),
            (
                "gray images for trained weights",
                {"include_top": False, "input_shape": (96, 96, 1)},
                "3 channels | (96, 96, 1)",
            ),
        )
        if name != "MobileNetV3Small" or "shape" not in str(options)  # which has rules of its own
    },
    "MobileNetV3Small, images that are too small": Row(
        _network("MobileNetV3Small", weights=None, input_shape=(31, 80, 3)), "32x32 | (31, 80, 3)"
    ),
    "weights that are no file of weights": Row(
        _weights("MobileNet", lambda path, k: path.write_text("no weights"), **_SMALL),
        "some.weights.h5 | HDF5",
        (LoadError, "the error of a damaged file, which names it"),
    ),
    "weights of another network": Row(
        _weights("MobileNet", _other_network, **_SMALL), "some.weights.h5"
    ),
    "an activation for trained weights": Row(
        _network("MobileNet", classifier_activation="relu"),
        "classifier_activation='relu' | softmax",
    ),
    "alpha without trained weights": Row(_network("MobileNet", alpha=0.3), "alpha | 0.3"),
    "an array as input": Row(
        _network("VGG16", weights=None, input_tensor=np.zeros((1, 32, 32, 3))), "ndarray"
    ),
    "preprocess_input, mode": Row(
        _utility("preprocess_input", np.zeros((1, 2, 2, 3)), mode="x"), "mode='x' | caffe"
    ),
    "preprocess_input, data_format": Row(
        _utility("preprocess_input", np.zeros((1, 2, 2, 3)), data_format="x"),
        "data_format='x' | channels_first",
    ),
    "decode_predictions of ten classes": Row(
        _utility("decode_predictions", np.zeros((1, 10))), "(1, 10) | 1000"
    ),
    "decode_predictions of one sample": Row(
        _utility("decode_predictions", np.zeros(1000)), "(1000,) | (samples, 1000)"
    ),
}
