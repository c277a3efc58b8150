"""Operations between the layers are compared by names of their own."""

from __future__ import annotations

import runpy
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
from keras import ops

import minikeras
from minikeras.autograd.op_nodes import OpOperation
from minikeras.parity import compare

X = np.random.default_rng(0).normal(size=(16, 4)).astype("float32")


def functional() -> Any:
    """A graph of operations, among them one of several outputs and Python's operators."""
    keras.utils.clear_session(free_memory=False)
    keras.utils.set_random_seed(0)
    x = keras.Input((4,))
    h = ops.relu(keras.layers.Dense(3, name="first")(x)) * 2
    h = ops.concatenate([h, ops.exp(h)[:, :1]], axis=-1)
    left, right = ops.split(ops.softmax(h - 1), 2, axis=-1)
    model = keras.Model(x, [keras.layers.Dense(1, name="last")(left), ops.mean(right, axis=-1)])
    model.compile("adam", ["mse", "mae"])
    return model


def found_in(model: Any, y: Any, reproducers: int = 1) -> Any:
    return compare(model, X, y, steps=1, reproducers=reproducers)


def shown(reproducer: Any, folder: Path, monkeypatch: Any, capsys: Any) -> float:
    """What the reproducer prints, which runs with Keras alone."""
    monkeypatch.chdir(folder)
    runpy.run_path(str(reproducer.save(folder)))
    return float(capsys.readouterr().out.rpartition(": ")[2])


def test_operations_of_a_graph_have_entries() -> None:
    found = found_in(functional(), [X[:, :1], X[:, 0]])
    assert found.same and all(step.equal for step in found.steps), str(found)
    outputs = [e.name for e in found.steps[0].entries if e.kind == "output"]
    assert outputs[:9] == [
        *("first", "relu", "multiply", "exp", "get_item", "concatenate", "subtract", "softmax"),
        "split[0]",
    ]
    passing = {e.name: e.layer for e in found.steps[0].entries if e.kind == "output gradient"}
    assert passing["first"] == "relu" and passing["split[0]"] == "last"


@pytest.mark.parametrize("name", ["exp", "concatenate"])
def test_an_operation_of_a_graph_is_named(
    name: str, tmp_path: Path, monkeypatch: Any, capsys: Any
) -> None:
    call = OpOperation.call

    def faulty(self: Any, *args: Any, **kwargs: Any) -> Any:
        y = call(self, *args, **kwargs)
        return y * 1.001 if self.name == name else y

    monkeypatch.setattr(OpOperation, "call", faulty)
    found = found_in(functional(), [X[:, :1], X[:, 0]])
    assert (found.verdict.kind, found.verdict.name) == ("output", name), str(found)
    assert shown(found.reproducer, tmp_path, monkeypatch, capsys) > 1e-4


def test_each_part_that_is_wrong_has_a_reproducer(
    tmp_path: Path, monkeypatch: Any, capsys: Any
) -> None:
    """Not the parts between them, which only hand on what they were given."""
    call, dense = OpOperation.call, minikeras.layers.Dense.call

    def faulty(self: Any, *args: Any, **kwargs: Any) -> Any:
        y = call(self, *args, **kwargs)
        return y * 1.001 if self.name in ("exp", "subtract") else y

    def faulty_dense(self: Any, x: Any) -> Any:
        return dense(self, x) * (1.001 if self.name == "last" else 1.0)

    monkeypatch.setattr(OpOperation, "call", faulty)
    monkeypatch.setattr(minikeras.layers.Dense, "call", faulty_dense)
    found = found_in(functional(), [X[:, :1], X[:, 0]], reproducers=4)
    assert found.reproducer.of == "output exp"
    others = {one.of: one for one in found.more_reproducers}
    assert others.keys() == {"output subtract", "output last"}
    for one in others.values():
        assert shown(one, tmp_path, monkeypatch, capsys) > 1e-5


class Wave(keras.layers.Layer):
    def call(self, x: Any) -> Any:
        y = ops.tanh(x)
        return ops.multiply(y, 1.0 if keras.__name__ == "keras" else 1.001) + ops.square(x)


class Net(keras.Model):
    def __init__(self) -> None:
        super().__init__()
        self.wave, self.head = Wave(name="wave"), keras.layers.Dense(1, name="head")

    def call(self, x: Any) -> Any:
        left, right = ops.split(ops.abs(self.wave(x)), [1], axis=-1)
        return self.head(ops.concatenate([left, right], axis=1))


def test_an_operation_inside_a_layer_is_named(
    tmp_path: Path, monkeypatch: Any, capsys: Any
) -> None:
    model = Net()
    model.compile("sgd", "mse")
    found = found_in(model, X[:, :1])
    outputs = [e.name for e in found.steps[0].entries if e.kind == "output"]
    assert outputs == [
        *("wave/tanh", "wave/multiply", "wave/square", "wave", "abs", "split[0]", "split[1]"),
        *("concatenate", "head", model.name),
    ]
    assert found.verdict.name == "wave/multiply" and found.verdict.layer == "wave"
    assert found.reproducer.shrunk == "one operation, with inputs of (16, 4)"
    assert shown(found.reproducer, tmp_path, monkeypatch, capsys) > 1e-4


class Louder(keras.layers.Layer):
    def call(self, x: Any) -> Any:
        return x * (1.0 if keras.__name__ == "keras" else 1.001)


def test_a_class_of_the_user_has_no_reproducer_that_runs_with_keras_alone() -> None:
    model = keras.Sequential([keras.Input((4,)), Louder(name="louder"), keras.layers.Dense(1)])
    model.compile("sgd", "mse")
    found = found_in(model, X[:, :1])
    assert found.verdict.name == "louder" and found.reproducer is None
