"""Trainings of networks that begin with layers that change images: curves and weights of Keras.

The drawn trainings leave these layers out, because they take images only.
"""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest

import minikeras
from parity_tests.checks.compare import assert_close

NETWORKS: dict[str, list[tuple[str, dict[str, Any]]]] = {
    "moved": [
        ("RandomFlip", {}),
        ("RandomRotation", {"factor": 0.1}),
        ("RandomZoom", {"height_factor": 0.2, "width_factor": (-0.1, 0.3)}),
        ("RandomTranslation", {"height_factor": 0.1, "width_factor": 0.2}),
        ("RandomShear", {"x_factor": 0.2}),
        ("RandomPerspective", {"scale": 0.3}),
        ("RandomCrop", {"height": 9, "width": 9}),
        ("Resizing", {"height": 8, "width": 7, "interpolation": "bicubic"}),
        ("CenterCrop", {"height": 7, "width": 6}),
    ],
    "coloured": [
        ("RandomBrightness", {"factor": 0.2}),
        ("RandomContrast", {"factor": 0.3}),
        ("RandomHue", {"factor": 0.2}),
        ("RandomColorDegeneration", {"factor": 0.4}),
        ("RandomGrayscale", {"factor": 0.3}),
        ("RandomSharpness", {"factor": 0.5}),
        ("RandomInvert", {"factor": 0.5}),
        ("RandomErasing", {"scale": (0.1, 0.3)}),
    ],
    "mixed": [("AugMix", {"all_ops": False, "num_chains": 2, "chain_depth": 2})],
    "toned": [
        ("RandomPosterization", {"factor": (3, 7)}),
        ("Solarization", {"threshold_factor": 0.5}),
        ("AutoContrast", {}),
        ("RandomGaussianBlur", {"kernel_size": 3}),
        ("MixUp", {}),
        ("CutMix", {}),
        ("RandomColorJitter", {"brightness_factor": 0.1, "hue_factor": 0.1}),
    ],
}


def trained(library: Any, layers: list[tuple[str, dict[str, Any]]]) -> tuple[Any, Any]:
    """The losses of two epochs, and the weights after them."""
    library.utils.set_random_seed(4)
    rng = np.random.default_rng(0)
    x = rng.integers(0, 256, (10, 12, 11, 3)).astype("float32")
    y = rng.integers(0, 2, (10, 1)).astype("float32")
    model = library.Sequential(
        [
            library.Input((12, 11, 3)),
            *(getattr(library.layers, name)(**how) for name, how in layers),
            library.layers.Rescaling(1 / 255),
            library.layers.GlobalAveragePooling2D(),
            library.layers.Dense(1, activation="sigmoid"),
        ]
    )
    model.compile("sgd", "binary_crossentropy")
    history = model.fit(x, y, batch_size=4, epochs=2, verbose=0)
    return history.history["loss"], model.get_weights()


@pytest.mark.parametrize("name", NETWORKS)
def test_curves(name: str) -> None:
    ours, theirs = (trained(library, NETWORKS[name]) for library in (minikeras, keras))
    assert_close(np.float32(ours[0]), np.float32(theirs[0]), "losses", scale=4)
    for a, b in zip(ours[1], theirs[1], strict=True):
        assert_close(a, b, "weights", scale=4)
