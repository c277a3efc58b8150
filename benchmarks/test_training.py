"""An epoch of `fit` on real data: minikeras on both kinds of kernels, and Keras on TensorFlow.

TensorFlow runs as it comes, that is, with oneDNN on; without it its rows are left out.
"""

import math

import pytest

import minikeras
from minikeras import config
from minikeras.parity.examples import EXAMPLES

NAMES = ["iris-mlp", "digits-mlp", "digits-cnn"]


def trainer(keras, name):
    """A function that trains for one epoch, after a first epoch that compiles what there is."""
    example = EXAMPLES[name]
    data = example.load()
    keras.utils.set_random_seed(0)
    model = example.build(keras)
    model.compile(optimizer="adam", loss=example.loss, metrics=list(example.metrics))

    def epoch():
        model.fit(data.x, data.y, batch_size=example.batch_size, verbose=0)

    epoch()
    return epoch


@pytest.mark.benchmark(warmup=False, min_rounds=7, max_time=3)
@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("who", ["reference", "fast", "keras"])
def test_epoch(benchmark, name, who):
    example = EXAMPLES[name]
    steps = math.ceil(len(example.load().x) / example.batch_size)
    benchmark.group = f"{name}: one epoch of {steps} steps"
    if who == "keras":
        pytest.importorskip("tensorflow")
        benchmark(trainer(pytest.importorskip("keras"), name))
        return
    with config.use_kernels(who):
        benchmark(trainer(minikeras, name))
