"""Training steps of Keras on another backend, compared number by number.

A process of a backend takes seconds to start.  Those of JAX and PyTorch run where these are
installed: continuous integration has neither, because they are larger than everything else.
"""

from __future__ import annotations

import runpy
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

import minikeras
from minikeras.optional import missing
from minikeras.parity import compare

X = np.random.default_rng(0).normal(size=(24, 5, 5, 1)).astype("float32")
Y = np.arange(24) % 3


def network() -> Any:
    keras.utils.clear_session(free_memory=False)
    keras.utils.set_random_seed(0)
    x = keras.Input((5, 5, 1))
    h = keras.layers.Conv2D(4, 3, name="conv")(x)
    h = keras.layers.LeakyReLU(name="leaky")(keras.layers.BatchNormalization(name="normal")(h))
    h = keras.layers.Dropout(0.3, name="drop")(keras.layers.Flatten()(h))
    outputs = keras.layers.Dense(3, "softmax", kernel_regularizer="l2", name="head")(h)
    model = keras.Model(x, outputs)
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


def test_a_planted_difference_is_named(tmp_path: Path, monkeypatch: Any, capsys: Any) -> None:
    call = minikeras.layers.LeakyReLU.call
    monkeypatch.setattr(minikeras.layers.LeakyReLU, "call", lambda layer, x: call(layer, x) * 1.01)
    model = network()
    before = [v.numpy() for v in model.variables]
    found = compare(model, X, Y, steps=2, batch_size=8, backend="tensorflow")
    assert not found.same and len(found.steps) == 2
    assert (found.verdict.step, found.verdict.kind, found.verdict.name) == (1, "output", "leaky")
    assert found.verdict.blame == "formula"
    assert found.options["switched off"] == ["drop"]
    equal = {e.name for e in found.steps[1].entries if e.distances.equal and e.kind == "output"}
    assert {"conv", "normal"} <= equal  # each step starts from the weights of the backend
    assert all(np.array_equal(a, v.numpy()) for a, v in zip(before, model.variables))
    assert found.reproducer is not None
    monkeypatch.chdir(tmp_path)
    runpy.run_path(str(found.reproducer.save(tmp_path)))
    said = capsys.readouterr().out
    apart = {line.split()[0]: float(line.split()[-1]) for line in said.splitlines()}
    assert apart["head/kernel"] > 1e-6 and apart["adam/iteration"] == 0


@pytest.mark.parametrize("backend", ["jax", "torch"])
def test_other_backends_round(backend: str) -> None:
    if missing(backend):
        pytest.skip(f"{backend} is not installed; it is too large for the extra dev")
    found = compare(network(), X, Y, steps=2, batch_size=12, backend=backend)
    assert found.same, str(found)
    kinds = {entry.kind for entry in found.steps[0].entries}
    assert kinds == {"output", "loss", "gradient", "slot", "variable", "metric"}
    assert not found.form and "rounding only" in found.verdict.reason


def test_what_does_not_go_with_a_backend() -> None:
    model = network()
    with pytest.raises(ValueError, match=r"backend must be one of None, 'tensorflow', .* 'theano'"):
        compare(model, X, Y, backend="theano")
    for given in ({"mode": "free-running"}, {"task": "predict"}, {"shuffle": True}):
        with pytest.raises(ValueError, match=f"with backend='jax', {next(iter(given))} must be"):
            compare(model, X, Y, backend="jax", **given)  # type: ignore[arg-type]  # of three
    with pytest.raises(TypeError, match="keras_model must be compiled"):
        compare(keras.Sequential([keras.layers.Dense(1)]), X, Y, backend="jax")

    class Own(keras.layers.Layer):
        def call(self, x: Any) -> Any:
            return x

    model = keras.Sequential([keras.Input((5, 5, 1)), Own()])
    model.compile("sgd", "mse")
    found = compare(model, X, X, backend="jax")
    assert found.verdict.decided_by == "not mirrored" and "Own" in found.not_mirrored[0]
