"""Layers draw as many seeds from Python's ``random`` as Keras's layers do, at the same moments.

With one draw too many or too few, every later layer would start from other weights.
"""

import random

import keras
import pytest

import minikeras

IMAGE, SEQUENCE, VECTOR = (2, 8, 8, 3), (2, 5, 3), (2, 4)
LAYERS = [
    ("Dense", (3,), VECTOR),
    ("Embedding", (7, 3), VECTOR),
    ("Conv1D", (2, 3), SEQUENCE),
    ("Conv2D", (2, 3), IMAGE),
    ("Conv2DTranspose", (2, 3), IMAGE),
    ("DepthwiseConv2D", (3,), IMAGE),
    ("SeparableConv2D", (2, 3), IMAGE),
    ("Dropout", (0.5,), VECTOR),
    ("Dropout", (0.0,), VECTOR),
    ("SpatialDropout1D", (0.5,), SEQUENCE),
    ("GaussianNoise", (0.5,), VECTOR),
    ("GaussianDropout", (0.5,), VECTOR),
    ("AlphaDropout", (0.5,), VECTOR),
    ("BatchNormalization", (), VECTOR),
    ("LayerNormalization", (), VECTOR),
    ("GroupNormalization", (3,), SEQUENCE),
    ("PReLU", (), VECTOR),
    ("Flatten", (), IMAGE),
    ("MaxPooling2D", (), IMAGE),
    ("RandomFlip", (), IMAGE),
    ("RandomRotation", (0.2,), IMAGE),
    ("RandomCrop", (4, 4), IMAGE),
    ("RandomColorJitter", ((0, 1), 0.1, 0.1), IMAGE),
    ("RandAugment", (), IMAGE),
    ("AugMix", (), IMAGE),
]


def drawn(library, name, arguments, shape):
    """The state of Python's ``random`` after the constructor and after building."""
    random.seed(1)
    layer = getattr(library.layers, name)(*arguments)
    after = [random.getstate()]
    layer.build(shape)
    return [*after, random.getstate()]


@pytest.mark.parametrize("name, arguments, shape", LAYERS, ids=[str(case[:2]) for case in LAYERS])
def test_draws(name, arguments, shape):
    assert drawn(minikeras, name, arguments, shape) == drawn(keras, name, arguments, shape)
