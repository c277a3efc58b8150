"""VGG16, and what it shares with VGG19: nothing but 3 × 3 convolutions.

Source: Simonyan and Zisserman, "Very Deep Convolutional Networks for Large-Scale Image
Recognition" (2014), table 1, columns D and E.
"""

from __future__ import annotations

from typing import Any

from minikeras import layers
from minikeras.applications.imagenet_utils import decode_predictions
from minikeras.applications.imagenet_utils import preprocess_caffe as preprocess_input
from minikeras.applications.network import Files, Given, Network, application, kernel_files
from minikeras.models import Model

__all__ = ["VGG16", "decode_predictions", "preprocess_input"]

_FILTERS = (64, 128, 256, 512, 512)
_FILES = kernel_files(
    "vgg16", "64373286793e3c8b2b4e3219cbf3544b", "6d6bbae143d832006294945121d1f1fc"
)


def vgg(given: Given, convolutions: tuple[int, ...], files: Files) -> Model:
    """A network of five blocks with so many convolutions each."""
    network = Network(given, size=224, smallest=32)
    x = network.x
    for block, (filters, count) in enumerate(zip(_FILTERS, convolutions), 1):
        for number in range(1, count + 1):
            name = f"block{block}_conv{number}"
            x = layers.Conv2D(filters, 3, padding="same", activation="relu", name=name)(x)
        x = layers.MaxPooling2D(2, strides=2, name=f"block{block}_pool")(x)

    def top(x: Any) -> Any:
        x = layers.Flatten(name="flatten")(x)
        x = layers.Dense(4096, activation="relu", name="fc1")(x)
        x = layers.Dense(4096, activation="relu", name="fc2")(x)
        return network.predictions(x)

    return network.model(network.end(x, top, pools=(None, None)), files)


VGG16 = application(
    "VGG16",
    "vgg16",
    lambda given: vgg(given, (2, 2, 3, 3, 3), _FILES),
    """VGG with 13 convolutions and 3 Dense layers, for images of 224 × 224.""",
)
