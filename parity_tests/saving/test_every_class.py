"""Every public layer and optimizer goes through a file both ways, and the files are Keras's."""

from __future__ import annotations

import json
import os
import random
import re
import tempfile
import zipfile
from pathlib import Path
from typing import Any

import hypothesis.strategies as st
import keras
import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, given, settings

import minikeras
from minikeras.layers.merging.merge import Merge
from parity_tests.checks.model import quietly
from parity_tests.conformance import EQUAL, note
from parity_tests.trainings.arguments import Make, Shape, instance, public
from parity_tests.trainings.drawing import _optimizer as optimizers
from parity_tests.trainings.drawing import shape_behind

LIBRARIES = (minikeras, keras)
RANKS = {"1D": 2, "2D": 3, "3D": 4}
MOST = 50 if os.getenv("HYPOTHESIS_PROFILE") == "deep" else 1
few = settings(  # a failure is not made smaller: each example takes a while
    max_examples=MOST, phases=[Phase.generate], suppress_health_check=list(HealthCheck)
)


def seeded(library: Any, seed: int = 1) -> None:
    library.utils.clear_session(free_memory=False)
    random.seed(seed)


def saved(model: Any, folder: Path) -> dict[str, bytes]:
    """The entries of the model's archive; shared objects without their numbers."""
    path = folder / f"{type(model).__module__.partition('.')[0]}.keras"
    quietly(lambda: model.save(path))
    with zipfile.ZipFile(path) as archive:
        entries = {name: archive.read(name) for name in archive.namelist()}
    config = re.sub(rb'"shared_object_id": \d+', b'"shared_object_id": 0', entries["config.json"])
    return entries | {"config.json": config}


def parts_of(files: dict[str, bytes]) -> list[Any]:
    """The configs of the layers."""
    return list(json.loads(files["config.json"])["config"]["layers"])


def check_files(models: tuple[Any, Any], folder: Path) -> tuple[Any, Any]:
    """Save two equal models, compare the files, load each in the other library; returns these."""
    ours, theirs = (saved(model, folder) for model in models)
    assert list(ours) == list(theirs)
    for a, b in zip(parts_of(ours), parts_of(theirs), strict=True):
        assert a == b
    assert ours["config.json"] == theirs["config.json"]
    assert ours["model.weights.h5"] == theirs["model.weights.h5"]
    loaded = []
    for library, source, model in (
        (minikeras, "keras", models[1]),
        (keras, "minikeras", models[0]),
    ):
        again = quietly(lambda: library.saving.load_model(folder / f"{source}.keras"))  # noqa: B023
        for a, b in zip(again.weights, model.weights, strict=True):
            np.testing.assert_array_equal(a.numpy(), b.numpy(), a.path)
        loaded.append(again)
    assert [v.path for v in loaded[0].weights] == [v.path for v in loaded[1].weights]
    again, theirs = (saved(model, folder) for model in loaded)
    for a, b in zip(parts_of(again), parts_of(theirs), strict=True):
        assert a == b
    assert again["config.json"] == theirs["config.json"]
    assert again["model.weights.h5"] == theirs["model.weights.h5"]
    return loaded[0], loaded[1]


@st.composite
def layers(draw: Any, name: str) -> tuple[Make, Shape]:
    """A layer of this class, and the shape of an input that it takes."""
    cls = public("layers")[name]
    while True:
        rank = RANKS.get(name.removesuffix("Transpose")[-2:]) or draw(st.integers(1, 3))
        shape = tuple(draw(st.integers(2, 5)) for _ in range(rank))
        made = draw(instance("layers", name, shape))
        count = 2 if issubclass(cls, Merge) else 1
        if shape_behind(made, *[shape] * count) is not None:
            return made, shape


def every_layer(library: Any, drawn: dict[str, tuple[Make, Shape]]) -> Any:
    """A functional model of all these layers, each with inputs of its own."""
    seeded(library)
    inputs, outputs = [], []
    for name, (layer, shape) in drawn.items():
        dtype = "int32" if name == "Embedding" else None
        count = 2 if issubclass(public("layers")[name], Merge) else 1
        own = [library.Input(shape, dtype=dtype, name=f"{name}_{i}") for i in range(count)]
        outputs.append(layer(library)(own if count > 1 else own[0]))
        inputs += own
    return library.Model(inputs, outputs)


@few
@given(st.data())
def test_layers(data: Any) -> None:
    drawn = {name: data.draw(layers(name)) for name in sorted(public("layers"))}
    models = [quietly(lambda: every_layer(library, drawn)) for library in LIBRARIES]  # noqa: B023
    with tempfile.TemporaryDirectory() as folder:
        check_files((models[0], models[1]), Path(folder))
    for name in drawn:
        note(f"layers.{name}", "files", EQUAL)


@pytest.mark.parametrize("name", sorted(public("optimizers")))
def test_optimizers(name: str, tmp_path: Path) -> None:
    """With options and a schedule drawn; after loading both take the same further step."""

    @few
    @given(optimizers(name))
    def check(optimizer: Make) -> None:
        models = []
        for library in LIBRARIES:
            seeded(library)
            layers = [library.Input((3,)), library.layers.Dense(2)]
            model = library.Sequential(layers)
            model.compile(optimizer(library), "mse")
            step(library, model, 3)
            models.append(model)
        for a, b in zip(models[1].optimizer.variables, models[0].optimizer.variables, strict=True):
            a.assign(b.numpy())
        models[1].set_weights(models[0].get_weights())
        ours, theirs = check_files((models[0], models[1]), tmp_path)
        for a, b in zip(ours.optimizer.variables, theirs.optimizer.variables, strict=True):
            np.testing.assert_array_equal(a.numpy(), b.numpy(), a.path)
        step(minikeras, models[0], 1)
        step(minikeras, ours, 1)
        for a, b in zip(ours.variables, models[0].variables, strict=True):
            np.testing.assert_array_equal(a.numpy(), b.numpy(), a.path)
        note(f"optimizers.{name}", "files", EQUAL)

    check()


def step(library: Any, model: Any, count: int) -> None:
    rng = np.random.default_rng(0)
    for _ in range(count):
        grads = [rng.normal(size=v.shape).astype("float32") for v in model.trainable_variables]
        tensors = [library.ops.convert_to_tensor(g) for g in grads]
        model.optimizer.apply(tensors, model.trainable_variables)
