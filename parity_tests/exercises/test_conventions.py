"""What docs/lessons/conventions.md says about PyTorch, compared with PyTorch.

PyTorch is too large for the environment of `make test`: these tests run where it is installed.
"""

from __future__ import annotations

import importlib.util
import inspect
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import minikeras as keras
from minikeras import exercises


@pytest.fixture(scope="module")
def torch() -> dict[str, Any]:
    """What PyTorch computes, in a process of its own."""
    if importlib.util.find_spec("torch") is None:
        pytest.skip("PyTorch is not installed: it is too large for the environment of the tests")
    script = Path(__file__).with_name("pytorch_numbers.py")
    run = subprocess.run([sys.executable, script], capture_output=True, text=True, check=True)
    return json.loads(run.stdout)


def test_optimizers(torch: dict[str, Any]) -> None:
    gradients = (1e-2, 1e-5, 1e-6)
    assert torch["adam"] == pytest.approx([g / (g + 1e-8) for g in gradients], rel=1e-6)
    assert torch["rmsprop"] == pytest.approx(1e-3 / (np.sqrt(0.01 * 1e-6) + 1e-8))
    assert torch["adagrad"] == pytest.approx(1e-3 / (1e-3 + 1e-10))
    assert torch["velocity"] == pytest.approx(-1.0 - 0.1 * (0.9 + 1))
    assert torch["coupled"] == pytest.approx(1 - 0.1 * 0.01 / (0.01 + 1e-8))
    assert torch["decoupled"] == pytest.approx(1 - 0.1 * 0.01)


def test_an_epsilon_that_makes_the_first_steps_equal(torch: dict[str, Any]) -> None:
    for g, theirs in zip((1e-2, 1e-5, 1e-6), torch["adam"]):
        w = keras.Variable(np.zeros(1, "float32"))
        adam = keras.optimizers.Adam(1.0, epsilon=exercises.first_epsilon.solution())
        adam.apply([np.float32([g])], [w])
        assert -w.numpy()[0] == pytest.approx(theirs, rel=1e-4)  # powers of β₂ in float32


def test_batch_normalization(torch: dict[str, Any]) -> None:
    batch = np.array([1.0, 2.0, 6.0])
    assert torch["normalized"] == pytest.approx((batch - 3) / np.sqrt(batch.var() + 1e-5))
    expected = exercises.pytorch_variance.solution(1.0, batch, 0.1)
    assert torch["running_var"] == pytest.approx(expected)
    assert expected == pytest.approx(0.9 + 0.1 * batch.var(ddof=1))


def test_padding(torch: dict[str, Any]) -> None:
    assert torch["padded"] == [3, 9, 15]
    assert torch["same with strides"] == "refused"
    assert torch["pooled"] == pytest.approx((0 + 1 + 2) / 3)


def test_losses(torch: dict[str, Any]) -> None:
    weights, logits = np.array([1.0, 3.0]), np.float32([[2, 0], [1, 0]])
    assert torch["weighted"] == pytest.approx(np.average(torch["each"], weights=weights))
    ours = keras.losses.CategoricalCrossentropy(from_logits=True, label_smoothing=0.1)
    assert float(ours(np.eye(2, dtype="float32"), logits)) == pytest.approx(torch["smooth"])
    assert torch["delta"] == inspect.signature(keras.losses.Huber).parameters["delta"].default == 1


def test_initial_weights_and_defaults(torch: dict[str, Any]) -> None:
    assert all(0.099 < largest <= 0.1 for largest in torch["linear"])  # 1 / √100
    assert torch["defaults"] == {
        "SGD": 1e-3,
        "RMSprop": [1e-2, 0.99, 1e-8],
        "Adagrad": [1e-2, 1e-10, 0],
        "AdamW": 0.01,
        "LeakyReLU": 0.01,
        "LayerNorm": 1e-5,
        "GELU": "none",
        "BatchNorm": [1e-5, 0.1],
        "DataLoader": False,
    }
