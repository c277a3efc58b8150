"""Each layer in training: the forward pass, and the gradients of its input and weights."""

import numpy as np
import pytest

from minikeras import layers
from minikeras.autograd import GradientTape, Tensor

IMAGES, SMALL, ROWS = (32, 28, 28, 32), (32, 16, 16, 64), (32, 512)
CASES = {
    "Dense(512)": (layers.Dense, (512,), {"activation": "relu"}, ROWS),
    "Conv2D(32, 3) of one channel": (layers.Conv2D, (32, 3), {}, (32, 28, 28, 1)),
    "Conv2D(32, 3, same)": (layers.Conv2D, (32, 3), {"padding": "same"}, IMAGES),
    "Conv2D(64, 3, same)": (layers.Conv2D, (64, 3), {"padding": "same"}, SMALL),
    "Conv2D(32, 3, strides 2)": (
        layers.Conv2D,
        (32, 3),
        {"padding": "same", "strides": 2},
        IMAGES,
    ),
    "DepthwiseConv2D(3, same)": (layers.DepthwiseConv2D, (3,), {"padding": "same"}, IMAGES),
    "MaxPooling2D": (layers.MaxPooling2D, (2,), {}, IMAGES),
    "AveragePooling2D": (layers.AveragePooling2D, (2,), {}, IMAGES),
    "UpSampling2D": (layers.UpSampling2D, (), {}, SMALL),
    "GlobalAveragePooling1D": (layers.GlobalAveragePooling1D, (), {}, (64, 100, 64)),
    "BatchNormalization": (layers.BatchNormalization, (), {}, IMAGES),
    "LayerNormalization": (layers.LayerNormalization, (), {}, (32, 100, 64)),
    "ReLU": (layers.ReLU, (), {}, IMAGES),
    "Softmax": (layers.Softmax, (), {}, (256, 1000)),
    "Dropout(0.5)": (layers.Dropout, (0.5,), {}, IMAGES),
    "Embedding(5000, 64)": (layers.Embedding, (5000, 64), {}, None),
}


@pytest.mark.benchmark(min_rounds=5, max_time=0.5)
@pytest.mark.parametrize("how", ["forward", "with gradients"])
@pytest.mark.parametrize("name", CASES)
def test_layer(benchmark, name, how, kernels):
    benchmark.group = f"{name}, {how}"
    kind, arguments, options, shape = CASES[name]
    rng = np.random.default_rng(0)
    words = shape is None
    x = rng.integers(0, 5000, (64, 100)) if words else rng.standard_normal(shape, dtype="float32")
    layer, x = kind(*arguments, **options), Tensor(x)
    dy = layer(x, training=True).numpy()

    def differentiate():
        with GradientTape() as tape:
            if not words:
                tape.watch(x)
            y = layer(x, training=True)
        sources = layer.trainable_variables + ([] if words else [x])
        return tape.gradient(y, sources, output_gradients=dy)

    call = differentiate if how != "forward" else lambda: layer(x, training=True)
    call()  # Numba compiles, or reads its cache, at the first call
    benchmark(call)
