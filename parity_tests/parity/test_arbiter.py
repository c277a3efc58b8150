"""Training steps of a backend: rounding is called rounding, a fault is blamed on who has it."""

from __future__ import annotations

import numpy as np
import pytest

import minikeras
from minikeras.parity import arbiter
from minikeras.parity.backends import evaluate


class Pretended:
    """In place of a backend: minikeras itself, which may change what it has computed."""

    change = staticmethod(lambda outputs: None)

    def __init__(self, name, floatx="float32"):
        self.floatx = floatx

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        pass

    def evaluate(self, call):
        outcome = evaluate(minikeras, call, self.floatx)
        type(self).change(outcome.outputs)
        return outcome


@pytest.fixture
def small(monkeypatch):
    """A model with dropout, its data, and a backend to change."""
    monkeypatch.setattr(arbiter, "Backend", Pretended)
    layers, rng = minikeras.layers, np.random.default_rng(0)
    model = minikeras.Sequential(
        [minikeras.Input((3,)), layers.Dense(4, "tanh"), layers.Dropout(0.5), layers.Dense(1)]
    )
    model.compile("adam", "mse", metrics=["mae"])
    x = rng.normal(size=(20, 3)).astype("float32")
    return model, x, x.sum(1)


def test_rounding_is_called_rounding(small):
    found = arbiter.arbitrate(*small, "jax", steps=3, batch_size=8)
    assert found.same and len(found.findings) == 3
    assert str(found) == (
        f"Keras on jax, 3 steps (without {small[0].layers[1].name}): same algorithm, rounding only"
    )


def test_a_wrong_weight_is_named_and_blamed(small, monkeypatch):
    def change(outputs):
        outputs["variable 2"] = outputs["variable 2"] + np.float32(1e-3)

    monkeypatch.setattr(Pretended, "change", staticmethod(change))
    found = arbiter.arbitrate(*small, "torch", steps=1, batch_size=8)
    ((finding,),) = found.findings
    assert (finding.kind, finding.blamed) == ("wrong", ("torch",))
    assert f"step 1, {small[0].weights[2].path}: wrong in torch" in str(found)


def test_the_model_is_not_changed(small):
    model, x, y = small
    before = model.get_weights()
    arbiter.arbitrate(model, x, y, "jax", steps=2, batch_size=8)
    for a, b in zip(before, model.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)


def test_each_step_starts_from_the_state_of_the_backend(small, monkeypatch):
    """So the error of one step is not found again in the next."""
    steps = []

    def change(outputs):
        if len(steps) < 2:  # the float32 and the float64 of the first step
            outputs["variable 0"] = outputs["variable 0"] * np.float32(1.01)
        steps.append(1)

    monkeypatch.setattr(Pretended, "change", staticmethod(change))
    found = arbiter.arbitrate(*small, "torch", steps=2, batch_size=8)
    assert found.findings[0] and not found.findings[1]


def test_a_model_that_is_not_compiled_is_refused():
    model = minikeras.Sequential([minikeras.Input((3,)), minikeras.layers.Dense(1)])
    with pytest.raises(TypeError, match="model must be built and compiled, received"):
        arbiter.arbitrate(model, np.zeros((2, 3)), np.zeros(2), "jax")
