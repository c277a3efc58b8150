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


# Keras spends most of its time on making each training's graph, so an ordinary run has every
# mechanism once: float32 with all pairs of example and optimizer, float64 and the other seeds and
# batch sizes with each optimizer in turn.  The profile "deep" has all of them with everything.
PAIRS = [*itertools.product(EXAMPLES, OPTIMIZERS)]
IN_TURN = PAIRS if DEEP else [*zip(EXAMPLES, itertools.cycle(OPTIMIZERS))]
JOBS = [job(*pair, "float32") for pair in PAIRS] + [job(*pair, "float64") for pair in IN_TURN]
OTHERS = [(1, 16), (2, 50), (3, 7)]  # seed, batch size
if DEEP:
    JOBS += [job(*pair, "float32", *other) for pair, other in itertools.product(PAIRS, OTHERS)]
    JOBS += [job(*pair, "float32", seed) for pair in PAIRS for seed in (1, 2, 3, 4)]
else:
    small = [pair for pair in IN_TURN if pair[0] != "digits-cnn"]
    JOBS += [
        job(*pair, "float32", *other, epochs=3)
        for pair, other in zip(small, itertools.cycle(OTHERS))
    ]
    JOBS += [job("digits-cnn", "adam", "float32", 2, 16, 1)]


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
