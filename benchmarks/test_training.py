"""The workloads of the comparison, minikeras alone: one step, one epoch, one prediction.

An epoch has ten steps here. `python -m benchmarks.compare` compares with other libraries.
"""

from dataclasses import replace

import pytest

import minikeras
from benchmarks.peer import KerasTrainer
from benchmarks.workloads import WORKLOADS

pytestmark = pytest.mark.benchmark(warmup=False, min_rounds=7, max_time=1)
STEPS = 10


def trainer(name):
    """A compiled model after its first epoch, which compiles kernels, and its first prediction."""
    workload = WORKLOADS[name]
    made = KerasTrainer(minikeras, replace(workload, samples=STEPS * workload.batch))
    made.fit(1)
    made.predict()
    return made


@pytest.mark.parametrize("name", WORKLOADS)
def test_train_on_batch(benchmark, name, kernels):
    benchmark.group = f"{WORKLOADS[name].title}: one step"
    t, batch = trainer(name), WORKLOADS[name].batch
    x, y = t.x[:batch], t.y[:batch]
    t.model.train_on_batch(x, y)
    benchmark(t.model.train_on_batch, x, y)


@pytest.mark.parametrize("name", WORKLOADS)
def test_epoch(benchmark, name, kernels):
    t = trainer(name)
    steps = -(-len(t.x) // WORKLOADS[name].batch)
    benchmark.group = f"{WORKLOADS[name].title}: one epoch of {steps} steps"
    benchmark(t.fit, 1)


@pytest.mark.parametrize("name", WORKLOADS)
def test_evaluate(benchmark, name, kernels):
    t = trainer(name)
    benchmark.group = f"{WORKLOADS[name].title}: evaluating {len(t.x)} samples"
    benchmark(t.model.evaluate, t.x, t.y, verbose=0)


@pytest.mark.parametrize("name", WORKLOADS)
def test_predict_one(benchmark, name, kernels):
    benchmark.group = f"{WORKLOADS[name].title}: predicting one sample"
    benchmark(trainer(name).predict)
