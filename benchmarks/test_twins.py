"""Each kernel against its reference: forward, and forward with the gradients of all inputs.

The twins of elementwise functions, sums and products exist to round as TensorFlow does. Their rows
show what this costs or saves.
"""

import numpy as np
import pytest

from minikeras import ops
from minikeras.autograd import GradientTape, Tensor

RNG = np.random.default_rng(0)


def numbers(*shape):
    return Tensor(RNG.standard_normal(shape).astype("float32"))


LABELS = Tensor(RNG.integers(0, 10, 256).astype("int32"))
WORDS = Tensor(RNG.integers(0, 5000, 6400).astype("int32"))
CASES = {
    "matmul 32x784x512": (ops.matmul, numbers(32, 784), numbers(784, 512)),
    "matmul 512x512x512": (ops.matmul, numbers(512, 512), numbers(512, 512)),
    "conv 32x8x8x16 -> 32, 3x3": (
        lambda x, w: ops.conv(x, w, padding="same"),
        numbers(32, 8, 8, 16),
        numbers(3, 3, 16, 32),
    ),
    "conv 32x28x28x1 -> 32, 3x3": (ops.conv, numbers(32, 28, 28, 1), numbers(3, 3, 1, 32)),
    "max_pool 32x28x28x32, 2x2": (lambda x: ops.max_pool(x, 2), numbers(32, 28, 28, 32)),
    "average_pool 32x28x28x32, 2x2": (lambda x: ops.average_pool(x, 2), numbers(32, 28, 28, 32)),
    "batch_normalization of 32x28x28x32": (
        lambda x, m, v: ops.batch_normalization(x, m, v, axis=-1),
        numbers(32, 28, 28, 32),
        numbers(32),
        Tensor(np.ones(32, "float32")),
    ),
    "layer_normalization of 3200x64": (ops.layer_normalization, numbers(3200, 64)),
    "softmax of 256x1000": (ops.softmax, numbers(256, 1000)),
    "rows of 5000x64 by 6400 words": (lambda w: ops.take(w, WORDS, axis=0), numbers(5000, 64)),
    "relu of 32x28x28x32": (ops.relu, numbers(32, 28, 28, 32)),
    "exp of 65536": (ops.exp, numbers(65536)),
    "tanh of 65536": (ops.tanh, numbers(65536)),
    "sum of 256x256 over rows": (lambda x: ops.sum(x, axis=0), numbers(256, 256)),
    "crossentropy of 256x10 logits": (
        lambda x: ops.sparse_categorical_crossentropy(LABELS, x, from_logits=True),
        numbers(256, 10),
    ),
}


def differentiate(f, xs):
    with GradientTape() as tape:
        tape.watch(xs)
        y = f(*xs)
    return tape.gradient(y, xs)


@pytest.mark.parametrize("name", CASES)
def test_forward(benchmark, name, kernels):
    benchmark.group = name
    f, *xs = CASES[name]
    f(*xs)  # Numba compiles, or reads its cache, at the first call
    benchmark(f, *xs)


@pytest.mark.parametrize("name", CASES)
def test_with_gradients(benchmark, name, kernels):
    benchmark.group = f"{name}, with gradients"
    f, *xs = CASES[name]
    differentiate(f, xs)
    benchmark(differentiate, f, xs)
