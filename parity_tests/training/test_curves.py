"""From the seed alone, the curves of Keras's `fit`: text, bits, weights.

Measured over 20 epochs of the 15 trainings: in float32 every loss, metric and final weight has
Keras's bits; in float64 the largest relative difference of a number is 3.1e-15. The bits need a CPU
with AVX-512: without it TensorFlow multiplies matrices in another order, and what is asked for is
the text of the epoch lines.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import keras
import numpy as np
import pytest

import minikeras
from minikeras.kernels.eigen_scalar import HAS_AVX512
from minikeras.parity import examples
from minikeras.parity.worker import EPOCH_LINE
from parity_tests.harness import assert_close

SEEDS = range(4) if os.getenv("HYPOTHESIS_PROFILE") == "deep" else range(1)

pytestmark = [
    pytest.mark.parametrize("seed", SEEDS),
    pytest.mark.parametrize("optimizer", examples.OPTIMIZERS),
    pytest.mark.parametrize("example", examples.EXAMPLES),
]


@pytest.fixture(autouse=True)
def restored_floatx() -> Iterator[None]:
    yield
    for framework in (minikeras, keras):
        framework.config.set_floatx("float32")
        framework.utils.clear_session()


def curves(floatx: str, capsys: Any, name: str, **options: Any) -> list[tuple[Any, list[str]]]:
    """History and epoch lines (times aside) of both, each from the seed."""
    answers = []
    for framework in (minikeras, keras):
        framework.config.set_floatx(floatx)
        capsys.readouterr()
        history = examples.train(framework, name, **options)
        answers.append((history, EPOCH_LINE.findall(capsys.readouterr().out)))
    return answers


def test_float32(example: str, optimizer: str, seed: int, capsys: Any) -> None:
    (ours, our_lines), (theirs, their_lines) = curves(
        "float32", capsys, example, optimizer=optimizer, seed=seed
    )
    assert len(their_lines) == 20
    assert our_lines == their_lines
    if HAS_AVX512:
        assert ours.history == theirs.history
        for v, w in zip(ours.model.weights, theirs.model.weights, strict=True):
            assert_close(v, w, v.path, ulp=0)


def test_float64(example: str, optimizer: str, seed: int, capsys: Any) -> None:
    (ours, _), (theirs, _) = curves("float64", capsys, example, optimizer=optimizer, seed=seed)
    assert ours.history.keys() == theirs.history.keys()
    for key, values in theirs.history.items():
        np.testing.assert_allclose(ours.history[key], values, rtol=1e-10, atol=0, err_msg=key)
