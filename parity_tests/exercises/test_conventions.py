"""What docs/lessons/conventions.md says about PyTorch, compared with PyTorch.

PyTorch is too large for the environment of `make test`: these tests run where it is installed.
"""

from __future__ import annotations

import inspect
from typing import Any

import numpy as np
import pytest

import minikeras as keras
from minikeras import exercises

torch = pytest.importorskip("torch", reason="PyTorch is too large for the environment of tests")


def stepped(make: Any, gradients: list[float], rates: list[float], start: float = 0.0) -> float:
    """The weight after these gradients, each with its learning rate, in PyTorch."""
    w = torch.nn.Parameter(torch.tensor([start], dtype=torch.float64))
    optimizer = make([w])
    for g, rate in zip(gradients, rates):
        optimizer.param_groups[0]["lr"] = rate
        w.grad = torch.tensor([g], dtype=torch.float64)
        optimizer.step()
    return float(w.detach()[0])


@pytest.mark.parametrize("g", [1e-2, 1e-5, 1e-6])
def test_epsilon_of_adam(g: float) -> None:
    first = -stepped(torch.optim.Adam, [g], [1.0])
    assert first == pytest.approx(g / (g + 1e-8), rel=1e-6)
    w = keras.Variable(np.zeros(1, "float32"))
    keras.optimizers.Adam(1.0, epsilon=exercises.first_epsilon.solution()).apply(
        [np.float32([g])], [w]
    )
    assert -w.numpy()[0] == pytest.approx(first, rel=1e-4)  # 1 − β₂ is rounded to float32


def test_epsilon_of_rmsprop_and_adagrad() -> None:
    g = 1e-3
    rmsprop, adagrad = (
        -stepped(make, [g], [1.0]) for make in (torch.optim.RMSprop, torch.optim.Adagrad)
    )
    assert rmsprop == pytest.approx(g / (np.sqrt(0.01 * g**2) + 1e-8))
    assert adagrad == pytest.approx(g / (g + 1e-10))


def test_velocity() -> None:
    last = stepped(lambda w: torch.optim.SGD(w, momentum=0.9), [1.0, 1.0], [1.0, 0.1])
    assert last == pytest.approx(-1.0 - 0.1 * (0.9 + 1))


def test_weight_decay() -> None:
    coupled = stepped(lambda w: torch.optim.Adam(w, weight_decay=0.01), [0.0], [0.1], 1.0)
    assert coupled == pytest.approx(1 - 0.1 * 0.01 / (0.01 + 1e-8))
    decoupled = stepped(lambda w: torch.optim.AdamW(w, weight_decay=0.01), [0.0], [0.1], 1.0)
    assert decoupled == pytest.approx(1 - 0.1 * 0.01)


def test_batch_normalization() -> None:
    layer = torch.nn.BatchNorm1d(1, dtype=torch.float64)
    batch = np.array([[1.0], [2.0], [6.0]])
    outputs = layer(torch.tensor(batch)).detach().numpy()
    np.testing.assert_allclose(outputs, (batch - 3) / np.sqrt(batch.var() + 1e-5))
    expected = exercises.pytorch_variance.solution(1.0, batch, 0.1)
    assert float(layer.running_var[0]) == pytest.approx(expected)
    assert expected == pytest.approx(0.9 + 0.1 * batch.var(ddof=1))


def test_padding() -> None:
    image = torch.arange(1.0, 7.0).reshape(1, 1, 6)
    windows = torch.nn.functional.conv1d(image, torch.ones(1, 1, 3), stride=2, padding=1)
    assert windows.ravel().tolist() == [3, 9, 15]
    with pytest.raises(RuntimeError, match="strided"):
        torch.nn.functional.conv1d(image, torch.ones(1, 1, 3), stride=2, padding="same")
    pooled = torch.nn.functional.avg_pool1d(image, 3, stride=1, padding=1)
    assert pooled.ravel()[0] == pytest.approx((0 + 1 + 2) / 3)


def test_losses() -> None:
    weights, logits = torch.tensor([1.0, 3.0]), torch.tensor([[2.0, 0.0], [1.0, 0.0]])
    each = torch.nn.functional.cross_entropy(logits, torch.tensor([0, 1]), reduction="none")
    loss = torch.nn.functional.cross_entropy(logits, torch.tensor([0, 1]), weights)
    assert float(loss) == pytest.approx(float((each * weights).sum() / weights.sum()))
    smooth = torch.nn.functional.cross_entropy(logits, torch.tensor([0, 1]), label_smoothing=0.1)
    ours = keras.losses.CategoricalCrossentropy(from_logits=True, label_smoothing=0.1)
    assert float(ours(np.eye(2, dtype="float32"), logits.numpy())) == pytest.approx(float(smooth))
    delta = inspect.signature(keras.losses.Huber).parameters["delta"].default
    assert torch.nn.HuberLoss().delta == delta == 1


def test_initial_weights() -> None:
    linear = torch.nn.Linear(100, 5000)
    for weights in (linear.weight, linear.bias):
        largest = float(weights.detach().abs().max())
        assert 0.099 < largest <= 0.1  # 1 / √100


def test_defaults() -> None:
    def default(function: Any, name: str) -> Any:
        return inspect.signature(function).parameters[name].default

    optim = torch.optim
    rates = {"SGD": 1e-3, "RMSprop": 1e-2, "Adagrad": 1e-2, "Adam": 1e-3, "AdamW": 1e-3}
    assert {name: default(getattr(optim, name), "lr") for name in rates} == rates
    assert default(optim.RMSprop, "alpha") == 0.99 and default(optim.RMSprop, "eps") == 1e-8
    assert default(optim.Adagrad, "eps") == 1e-10
    assert default(optim.Adagrad, "initial_accumulator_value") == 0
    assert default(optim.AdamW, "weight_decay") == 0.01
    assert default(torch.nn.LeakyReLU, "negative_slope") == 0.01
    assert default(torch.nn.LayerNorm, "eps") == 1e-5
    assert default(torch.nn.GELU, "approximate") == "none"
    assert default(torch.nn.BatchNorm1d, "eps") == 1e-5
    assert default(torch.nn.BatchNorm1d, "momentum") == 0.1
    assert default(torch.utils.data.DataLoader, "shuffle") in (None, False)
