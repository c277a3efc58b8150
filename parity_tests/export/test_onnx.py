"""Exported models compute the same as ONNX Runtime."""

from __future__ import annotations

import random
from typing import Any

import hypothesis.strategies as st
import numpy as np
import onnx
import onnxruntime
import pytest
from hypothesis import given, settings

import minikeras
from minikeras import tree
from minikeras.export.onnx_format import to_onnx
from parity_tests.architectures import architectures
from parity_tests.checks.compare import assert_close
from parity_tests.checks.model import quietly
from parity_tests.interchange.drawn_layers import LAYERS, Drawn, drawn_layers
from parity_tests.trainings.arguments import ACTIVATIONS

few = settings(max_examples=max(3, settings.default.max_examples // 8))


def run(proto: Any, x: Any) -> list[Any]:
    """The outputs of ONNX Runtime, without its optimizer, which rewrites what is tested."""
    onnx.checker.check_model(proto)
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(proto.SerializeToString(), options)
    names = [given.name for given in session.get_inputs()]
    return session.run(None, dict(zip(names, tree.flatten(x), strict=True)))


def check(model: Any, x: Any, scale: float | None = None) -> Any:
    """Export a model; compare its outputs for this batch and for one sample of it."""
    proto = to_onnx(model)
    for data in (x, tree.map_structure(lambda a: a[:1], x)):
        ours = quietly(lambda: model(data, training=False))  # noqa: B023
        theirs = run(proto, data)
        for a, b in zip(tree.flatten(ours), theirs, strict=True):
            assert_close(a, b, "output", scale=scale or 4 * size(x))
    return proto


def size(x: Any) -> float:
    return max(1.0, *(float(np.abs(a).max()) for a in tree.flatten(x)))


@pytest.mark.parametrize("name", LAYERS)
@few
@given(st.data())
def test_every_layer(name: str, data: Any) -> None:
    drawn: Drawn = data.draw(drawn_layers(name))
    random.seed(0)
    model = quietly(lambda: drawn.model(minikeras))
    rng = np.random.default_rng(drawn.seed)
    for variable in model.weights:
        shape = variable.shape
        variable.assign(rng.uniform(0.1, 1, shape).astype("float32"))
    check(model, drawn.batch(), scale=64)


@pytest.mark.parametrize("name", [*ACTIVATIONS, "glu"])
def test_every_activation(name: str) -> None:
    model = minikeras.Sequential([minikeras.Input((6,)), minikeras.layers.Activation(name)])
    x = np.linspace(-4, 4, 30, dtype="float32").reshape(5, 6)
    check(model, x)


@given(architectures(blocks=6), st.booleans(), st.integers(0, 99))
def test_drawn_models(architecture: Any, sequential: bool, seed: int) -> None:
    random.seed(seed)
    model = quietly(lambda: architecture.build(minikeras, sequential))
    check(model, architecture.batch(3, seed), scale=64)
