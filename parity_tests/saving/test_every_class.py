"""Every public layer and optimizer goes through a file both ways, and the files are Keras's."""

from __future__ import annotations

import random
import re
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
from parity_tests.trainings.arguments import Make, Shape, instance, public
from parity_tests.trainings.drawing import _optimizer as optimizers
from parity_tests.trainings.drawing import shape_behind

LIBRARIES = (minikeras, keras)
RANKS = {"1D": 2, "2D": 3, "3D": 4}
few = settings(  # a failure is not made smaller: each example takes a while
    max_examples=2, phases=[Phase.generate], suppress_health_check=list(HealthCheck)
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


def check_files(models: tuple[Any, Any], folder: Path) -> tuple[Any, Any]:
    """Save two equal models, compare the files, load each in the other library; returns these."""
    ours, theirs = (saved(model, folder) for model in models)
    assert list(ours) == list(theirs)
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
    for name in ("config.json", "model.weights.h5"):
        assert again[name] == theirs[name], name
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


@pytest.mark.parametrize("name", sorted(public("layers")))
def test_layers(name: str, tmp_path: Path) -> None:
    @few
    @given(st.data())
    def check(data: Any) -> None:
        layer, shape = data.draw(layers(name))
        models = []
        for library in LIBRARIES:
            seeded(library)
            dtype = "int32" if name == "Embedding" else None
            x = library.Input(shape, dtype=dtype, name="x")
            inputs = (
                [x, library.Input(shape, name="z")]
                if issubclass(public("layers")[name], Merge)
                else x
            )
            models.append(quietly(lambda: library.Model(inputs, layer(library)(inputs))))  # noqa: B023
        check_files((models[0], models[1]), tmp_path)

    check()


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

    check()


def step(library: Any, model: Any, count: int) -> None:
    rng = np.random.default_rng(0)
    for _ in range(count):
        grads = [rng.normal(size=v.shape).astype("float32") for v in model.trainable_variables]
        tensors = [library.ops.convert_to_tensor(g) for g in grads]
        model.optimizer.apply(tensors, model.trainable_variables)
