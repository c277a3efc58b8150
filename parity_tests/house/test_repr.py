"""What the objects of a program look like in an interpreter and in a notebook."""

from __future__ import annotations

import inspect
import re
import sys
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import minikeras as keras
from minikeras import absent, autograd, ops
from minikeras.autograd import GradientTape

PLAIN = {
    "MAP_TO_NONE": "a marker, of which there are no instances",
    "Node": "a call in a graph, which is no public name of Keras",
    "AutocastScope": "opened by layers, not by programs",
}


def public() -> list[Any]:
    """What the public modules hold."""
    modules = [sys.modules.get(f"mini{path}") for path in absent.keras_names()]
    return [getattr(module, name) for module in modules if module for name in dir(module)]


def test_every_public_class_has_a_repr() -> None:
    engine = [getattr(autograd, name) for name in autograd.__all__]
    classes = {x for x in [*public(), *engine] if inspect.isclass(x)}
    bare = {cls.__name__ for cls in classes if cls.__repr__ is object.__repr__}
    assert bare == PLAIN.keys()


def test_no_public_object_shows_an_address() -> None:
    """Python itself shows the addresses of functions."""
    objects = [x for x in public() if not inspect.isfunction(x)]
    assert [text for text in map(repr, objects) if " at 0x" in text] == []


def fitted() -> Any:
    model = keras.Sequential([keras.layers.Input((3,)), keras.layers.Dense(2, name="a<b")])
    model.compile("adam", "mse", metrics=["mae"])
    return model, model.fit(np.ones((8, 3)), np.ones((8, 2)), epochs=12, verbose=0)


def tape() -> GradientTape:
    x = ops.ones((2,))
    with GradientTape(persistent=True) as tape:
        tape.watch(x)
        ops.sum(ops.tanh(x) * x + 1)
    return tape


class Own(keras.losses.Loss):
    pass


EXAMPLES: dict[str, Callable[[], Any]] = {
    "<History: 12 epochs of loss, mae>": lambda: fitted()[1],
    "<History: 0 epochs of nothing yet>": keras.callbacks.History,
    "<GradientTape: 4 operations recorded, watching 1 tensor>": tape,
    "<Adam name=adam, learning_rate=0.001, iterations=12>": lambda: fitted()[0].optimizer,
    "<Replay of sum>": lambda: autograd.Replay(sum),
    "<SGD name=sgd, learning_rate=0.1, iterations=0>": lambda: keras.optimizers.SGD(
        keras.optimizers.schedules.ExponentialDecay(0.1, 1, 0.5)
    ),
    "<Dense name=dense, built=False>": lambda: keras.layers.Dense(3),
    "<Sequential name=sequential, built=False>": keras.Sequential,
    "<Function name=function>": lambda: keras.Function(fitted()[0].inputs, fitted()[0].inputs),
    "<Mean name=mean>": keras.metrics.Mean,
    "<Own name=own>": Own,
    "<LossFunctionWrapper(add, kwargs={})>": lambda: keras.losses.LossFunctionWrapper(ops.add),
    "<MeanMetricWrapper name=f>": lambda: keras.metrics.MeanMetricWrapper(ops.add, name="f"),
    "<EarlyStopping>": keras.callbacks.EarlyStopping,
    "<CallbackList of <EarlyStopping>>": lambda: keras.callbacks.CallbackList(
        keras.callbacks.EarlyStopping()
    ),
    "<Progbar at 0 of 5>": lambda: keras.utils.Progbar(5),
    "<StatelessScope with values of 0 variables>": keras.StatelessScope,
    "name_scope('a')": lambda: keras.name_scope("a"),
    "<CustomObjectScope of Own>": lambda: keras.utils.CustomObjectScope({"Own": Own}),
    "L2(l2=0.1)": lambda: keras.regularizers.L2(0.1),
    "SeedGenerator(seed=1, name='seed_generator')": lambda: keras.random.SeedGenerator(1),
    "<Variable path=variable, shape=(), dtype=int32, value=1>": lambda: keras.Variable(1),
}


@pytest.mark.parametrize("expected", EXAMPLES)
def test_repr(expected: str) -> None:
    keras.utils.clear_session(free_memory=False)
    assert repr(EXAMPLES[expected]()) == expected


def unstyled(shown: Any) -> str:
    """What a notebook shows, without how its cells are aligned."""
    return re.sub(r' style="[^"]*"', "", shown._repr_html_())


def test_history_in_a_notebook() -> None:
    history = fitted()[1]
    text = unstyled(history)
    head = "<table><thead><tr><th>epoch</th><th>loss</th><th>mae</th></tr></thead>"
    assert f"{head}<tbody><tr><td>1</td>" in text
    assert text.startswith("<svg") and text.count("<polyline") == 2
    points = re.findall(r'points="([^"]*)"', text)
    assert [len(line.split()) for line in points] == [12, 12]
    assert text.count("<tr>") == 12 and "<td>…</td>" in text
    assert f"<td>12</td><td>{history.history['loss'][-1]:.4g}</td>" in text
    history.history["<b>"] = history.history["loss"]
    history.history["val_loss"] = history.history["loss"][:6]  # of every second epoch
    text = unstyled(history)
    assert "<th>&lt;b&gt;</th></tr>" in text and text.count("<svg") == 3  # val_loss beside loss
    assert text.count("<polyline") == 4


def test_model_and_explanation_in_a_notebook(capsys: pytest.CaptureFixture[str]) -> None:
    model = fitted()[0]
    assert "a&lt;b" in model._repr_html_() and "Total params: " in model._repr_html_()
    w = keras.Variable([1.0, -2.0], name="w<")
    explanation = keras.optimizers.SGD(0.1).explain([np.float32([0.5, 1.0])], [w])
    assert repr(explanation) == str(explanation).rstrip()
    assert unstyled(explanation).startswith("<table><caption>w&lt;</caption>")
    assert '0.6em">← w − lr g</td>' in explanation._repr_html_()
    assert not capsys.readouterr().out
