"""Training curves from the same seed: every example, three optimizers, both precisions.

Each library trains in a separate process; no weights are exchanged.
"""

import concurrent.futures
import itertools
import json
import os
from pathlib import Path

import numpy as np
import pytest

from minikeras.kernels.rounding.packets import HAS_AVX512
from minikeras.parity import runs
from minikeras.parity.examples import EXAMPLES, OPTIMIZERS

DEEP = os.getenv("HYPOTHESIS_PROFILE") == "deep"
SCRIPT = str(Path(__file__).with_name("train_all.py"))


def job(name, optimizer, floatx, seed=0, batch_size=None, epochs=20):
    return {
        "name": name,
        "optimizer": optimizer,
        "floatx": floatx,
        "seed": seed,
        "batch_size": batch_size,
        "epochs": epochs,
    }


JOBS = [job(*each) for each in itertools.product(EXAMPLES, OPTIMIZERS, ["float64", "float32"])]
# Other seeds and batch sizes.
SMALL = [name for name in EXAMPLES if DEEP or name != "digits-cnn"]
JOBS += [
    job(name, optimizer, "float32", seed, batch_size, 20 if DEEP else 3)
    for name in SMALL
    for seed, batch_size, optimizer in zip((1, 2, 3), (16, 50, 7), OPTIMIZERS)
]
JOBS += [
    job("digits-cnn", "sgd", "float32", 1, 50, 2),
    job("digits-cnn", "adam", "float32", 2, 16, 1),
]
if DEEP:
    JOBS += [
        job(name, optimizer, "float32", seed)
        for name, optimizer, seed in itertools.product(EXAMPLES, OPTIMIZERS, (1, 2, 3, 4))
    ]


def _label(job):
    return "-".join(str(value) for value in job.values() if value is not None)


@pytest.fixture(scope="session")
def curves():
    """The results of both libraries: all calls of fit in order, and the final weights."""
    options = {"script": SCRIPT, "arguments": [json.dumps(JOBS)], "seed": 0}
    options |= {"floatx": None, "kernels": None}
    with concurrent.futures.ThreadPoolExecutor() as pool:
        return list(pool.map(lambda library: runs.run(library, options), ["minikeras", "keras"]))


@pytest.mark.parametrize("index", range(len(JOBS)), ids=map(_label, JOBS))
def test_curve(curves, index):
    """float64: to 1e-10. float32: the same lines, and on AVX-512 (without it TensorFlow multiplies
    matrices in another order) the same bits."""
    ours, theirs = (run.found["fits"][index] for run in curves)
    weights = [run.arrays_of("models", index, "final") for run in curves]
    assert len(ours["logs"]) == len(theirs["logs"]) == JOBS[index]["epochs"]
    if JOBS[index]["floatx"] == "float64":
        for a, b in zip(ours["logs"], theirs["logs"]):
            assert list(a) == list(b)
            np.testing.assert_allclose(list(a.values()), list(b.values()), rtol=1e-10, atol=0)
        return
    assert ours["lines"] == theirs["lines"]
    if not HAS_AVX512:
        return
    assert ours["logs"] == theirs["logs"]
    for a, b in zip(*weights, strict=True):
        np.testing.assert_array_equal(a, b)


def test_initial_weights(curves):
    for index, options in enumerate(JOBS):
        for a, b in zip(
            *(run.arrays_of("models", index, "initial") for run in curves), strict=True
        ):
            assert a.dtype == b.dtype and a.dtype in (options["floatx"], "int64")  # seed states
            np.testing.assert_array_equal(a, b)
