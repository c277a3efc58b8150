"""``.h5`` files: ours are those of Keras 3, byte for byte, and models and weights are read."""

from __future__ import annotations

import json
import re
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py
import keras
import numpy as np
import pytest
from hypothesis import settings

import minikeras
from minikeras.saving.legacy_h5 import LONGEST_ATTRIBUTE
from minikeras.saving.limits import LoadError
from parity_tests.saving.legacy_models import (
    X,
    Y,
    chain,
    fit,
    fresh,
    graph,
    predicted,
    registered,
    same,
    slots,
)
from parity_tests.trainings.drawing import drawn

pytestmark = pytest.mark.filterwarnings("ignore:You are saving your model as an HDF5:UserWarning")


@pytest.fixture(scope="module", params=[chain, graph], ids=lambda make: make.__name__)
def pair(request: Any, tmp_path_factory: Any) -> tuple[Any, Any, Path]:
    """A model of minikeras and one of Keras after the same epoch, and a folder with their files."""
    models = [request.param(library) for library in (minikeras, keras)]
    folder = tmp_path_factory.mktemp("h5")
    for model, name in zip(models, ("ours.h5", "theirs.h5"), strict=True):
        fit(model)
        model.save(folder / name)
    return *models, folder


def test_the_file_is_that_of_keras(pair: tuple[Any, Any, Path]) -> None:
    _, _, folder = pair
    assert (folder / "ours.h5").read_bytes() == (folder / "theirs.h5").read_bytes()


def test_without_the_optimizer(pair: tuple[Any, Any, Path]) -> None:
    """The suffix may be ``.hdf5``, the folder is made, and the loaded model is not compiled."""
    *models, folder = pair
    for model, name in zip(models, ("ours", "theirs"), strict=True):
        model.save(folder / name / "model.hdf5", include_optimizer=False)
    ours, theirs = (folder / name / "model.hdf5" for name in ("ours", "theirs"))
    assert ours.read_bytes() == theirs.read_bytes()
    with pytest.warns(UserWarning, match="No training configuration"):
        assert not minikeras.saving.load_model(ours).compiled


def test_keras_reads_our_file(pair: tuple[Any, Any, Path]) -> None:
    ours, _, folder = pair
    loaded = keras.saving.load_model(folder / "ours.h5")
    same(predicted(ours), predicted(loaded))


def test_training_goes_on(pair: tuple[Any, Any, Path]) -> None:
    """From Keras's file as without the break: each loss and weight has the same bits."""
    _, _, folder = pair
    make = chain if len(pair[0].inputs) == 1 else graph
    unbroken = make(minikeras)
    fit(unbroken)
    loaded = minikeras.saving.load_model(folder / "theirs.h5")
    assert fit(loaded, 2) == fit(unbroken, 2)
    same(loaded.get_weights(), unbroken.get_weights())
    same(slots(loaded), slots(unbroken))


@pytest.mark.filterwarnings("ignore::UserWarning")  # such as of masks that a layer destroys
def test_drawn_models(tmp_path: Path) -> None:
    """Trained for no step: everything but the values of a trained model is in the file."""
    for training in drawn(max(4, settings.default.max_examples // 6), 11):
        contents = []
        for library in (minikeras, keras):
            fresh(library)
            library.config.set_floatx(training.floatx)
            try:
                model = training.compiled(library)
                model.optimizer.build(model.trainable_variables)
                model.save(tmp_path / f"{library.__name__}.h5")
            finally:
                library.config.set_floatx("float32")
            contents.append((tmp_path / f"{library.__name__}.h5").read_bytes())
        assert contents[0] == contents[1], training
        loaded = minikeras.saving.load_model(tmp_path / "keras.h5")
        same(loaded.get_weights(), model.get_weights())


# Weights


def other(library: Any, size: int, names: tuple[str, str]) -> Any:
    layers = library.layers
    library.utils.set_random_seed(1)
    sizes = [library.Input((4,)), layers.Dense(size, name=names[0]), layers.Dense(1, name=names[1])]
    return library.Sequential(sizes)


def outcome(library: Any, use: Callable[[Any], Any], *model: Any) -> Any:
    """The weights after ``use``, which warns; or the type of its error and no change."""
    target = other(library, *model)
    before = target.get_weights()
    try:
        use(target)
    except ValueError:
        if library is minikeras:  # Keras keeps what it had assigned
            same(target.get_weights(), before)
        return ValueError
    return target.get_weights()


@pytest.mark.filterwarnings("ignore:.*due to:UserWarning")
@pytest.mark.parametrize("skip_mismatch", [False, True])
@pytest.mark.parametrize("by_name", [False, True])
@pytest.mark.parametrize(
    ("size", "names"),
    [(5, ("dense", "last")), (4, ("dense", "last")), (5, ("dense", "dense_1")), (4, ("x", "y"))],
)
def test_weights_by_name_and_place(
    pair: tuple[Any, Any, Path], by_name: bool, skip_mismatch: bool, size: int, names: Any
) -> None:
    """Of a file with another number of layers, other names and shapes."""
    path = pair[2] / "theirs.h5"
    options: dict[str, Any] = {"by_name": by_name, "skip_mismatch": skip_mismatch}
    results = [
        outcome(library, lambda model: model.load_weights(path, **options), size, names)
        for library in (minikeras, keras)
    ]
    if results[1] is ValueError:
        assert results[0] is ValueError
    else:
        same(*results)


def test_long_lists_of_names_are_cut(tmp_path: Path) -> None:
    """Above 64 kB; both libraries write the same bytes and read them."""
    contents = []
    for library in (minikeras, keras):
        layers = fresh(library)
        long = [layers.Rescaling(1.0, name=f"{i:02d}" + "x" * 1500) for i in range(45)]
        model = library.Sequential([library.Input((4,)), *long, layers.Dense(1)])
        model.save(tmp_path / "model.h5")
        contents.append((tmp_path / "model.h5").read_bytes())
    assert contents[0] == contents[1]
    with h5py.File(tmp_path / "model.h5") as file:
        assert "layer_names1" in file["model_weights"].attrs
    loaded = minikeras.saving.load_model(tmp_path / "model.h5", compile=False)
    same(loaded.get_weights(), model.get_weights())
    too_long = minikeras.Sequential(
        [minikeras.Input((1,)), minikeras.layers.Rescaling(1.0, name="x" * (LONGEST_ATTRIBUTE + 1))]
    )
    with pytest.raises(RuntimeError, match="larger than"):
        too_long.save(tmp_path / "long.h5")
    assert not (tmp_path / "long.h5").exists()


def ops_and_masks(library: Any) -> Any:
    """Ops as nodes of the graph: those that masks need, and those of the program."""
    layers = fresh(library)
    words = library.Input((5,), dtype="int32", name="words")
    numbers = library.Input((4,), name="numbers")
    x = layers.GlobalAveragePooling1D()(layers.Embedding(9, 4, mask_zero=True)(words))
    y = library.ops.relu(numbers) * 2.0 + x
    y = layers.Add()([y, x]) - library.ops.mean(y, axis=-1, keepdims=True)
    return library.Model([words, numbers], library.ops.concatenate([y, x], axis=-1))


def test_ops_and_masks(tmp_path: Path) -> None:
    """The same bytes; we read them, and Keras does not know the ops of its own file."""
    models = [ops_and_masks(library) for library in (minikeras, keras)]
    for model, name in zip(models, ("ours.h5", "theirs.h5"), strict=True):
        model.save(tmp_path / name)
    assert (tmp_path / "ours.h5").read_bytes() == (tmp_path / "theirs.h5").read_bytes()
    loaded = minikeras.saving.load_model(tmp_path / "theirs.h5", compile=False)
    inputs = [np.array([[1, 2, 0, 0, 0], [3, 4, 5, 0, 0]]), X[:2]]
    same([loaded.predict(inputs, verbose=0)], [models[0].predict(inputs, verbose=0)])
    with pytest.raises(ValueError, match="Unknown layer: 'Relu'"):
        keras.saving.load_model(tmp_path / "theirs.h5", compile=False)


def test_many_layers_and_many_weights(tmp_path: Path) -> None:
    """Names are as long as they are, however long the file is that holds them."""
    layers = fresh(minikeras)
    many = [layers.Rescaling(1.0) for _ in range(80)]
    model = minikeras.Sequential([minikeras.Input((600,)), layers.Dense(600), *many])
    model.save(tmp_path / "model.h5")
    before = model.get_weights()
    model.set_weights([np.zeros_like(w) for w in before])
    model.load_weights(tmp_path / "model.h5")
    same(model.get_weights(), before)


def test_names_that_are_all_one_long_text(tmp_path: Path) -> None:
    """A small file would take gigabytes: the references of all names lead to the same text."""
    path = tmp_path / "model.h5"
    with h5py.File(path, "w") as file:
        file.attrs["long"] = "x" * 1_000_000
        file.attrs["layer_names"] = [b"y"] * 3000
    content = path.read_bytes()
    long = re.search(re.escape(struct.pack("<I", 1_000_000)) + rb".{12}", content, re.DOTALL)
    short = re.search(b"(?:\x01\x00\x00\x00.{12}){3000}", content, re.DOTALL)
    assert long is not None and short is not None
    path.write_bytes(content.replace(short[0], long[0] * 3000))
    with pytest.raises(LoadError, match="3000 texts of 3000000000 bytes"):
        chain(minikeras).load_weights(path)


# Classes of users


class Scale(minikeras.layers.Layer):
    """A layer with a weight that is trained and one that is not."""

    def __init__(self, factor: float = 2.0, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.factor = factor

    def build(self, input_shape: Any) -> None:
        self.count = self.add_weight(shape=(), initializer="zeros", trainable=False, name="count")
        self.scale = self.add_weight(shape=input_shape[-1:], initializer="ones", name="scale")

    def call(self, inputs: Any) -> Any:
        return inputs * self.scale * self.factor

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "factor": self.factor}


class Net(minikeras.Model):
    """A subclassed model with a weight of its own."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.dense = minikeras.layers.Dense(2)
        self.shift = self.add_weight(shape=(2,), initializer="ones", name="shift")

    def call(self, inputs: Any) -> Any:
        return self.dense(inputs) + self.shift


def squared(y: Any, p: Any) -> Any:
    return minikeras.ops.mean((y - p) ** 2, axis=-1)


def test_classes_of_users(tmp_path: Path) -> None:
    path = tmp_path / "model.h5"
    model = minikeras.Sequential([minikeras.Input((4,)), Scale(3.0), minikeras.layers.Dense(1)])
    model.compile("sgd", squared, metrics=[squared])
    fit(model)
    model.save(path)
    with pytest.raises(ValueError, match="Unknown layer: 'Scale'"):
        minikeras.saving.load_model(path)
    with pytest.raises(ValueError, match="squared"):
        minikeras.saving.load_model(path, {"Scale": Scale})
    loaded = minikeras.saving.load_model(path, {"Scale": Scale, "squared": squared})
    assert loaded.layers[0].factor == 3.0
    assert fit(loaded) == fit(model)


def test_registered_classes(tmp_path: Path) -> None:
    """Under their registered names, as Keras writes them; no custom_objects are needed."""
    models = [registered(library) for library in (minikeras, keras)]
    for model, name in zip(models, ("ours.h5", "theirs.h5"), strict=True):
        model.save(tmp_path / name)
    assert (tmp_path / "ours.h5").read_bytes() == (tmp_path / "theirs.h5").read_bytes()
    loaded = minikeras.saving.load_model(tmp_path / "theirs.h5")
    assert loaded.evaluate(X, Y, verbose=0) == models[0].evaluate(X, Y, verbose=0)


def test_subclassed_model(tmp_path: Path) -> None:
    """The weights of the model itself stand beside those of its layers."""
    model = Net(name="net")
    model(X)
    model.shift.assign([3.0, 4.0])
    model.save(tmp_path / "model.h5")
    other_net = Net()
    other_net(X)
    other_net.load_weights(tmp_path / "model.h5")
    same(other_net.get_weights(), model.get_weights())


# What is refused


def changed(path: Path, change: Callable[[Any], None]) -> Path:
    with h5py.File(path, "r+") as file:
        change(file)
    return path


def small(folder: Path) -> Path:
    layers = fresh(minikeras)
    model = minikeras.Sequential([minikeras.Input((4,)), layers.Dense(1, name="d")])
    model.compile("adam", "mse")
    fit(model)
    model.save(folder / "model.h5")
    return folder / "model.h5"


def with_layer(class_name: str, **config: Any) -> Callable[[Any], None]:
    """The config names another class in the place of Dense."""

    def change(file: Any) -> None:
        model = json.loads(file.attrs["model_config"])
        model["config"]["layers"][1] = {"class_name": class_name, "config": config}
        file.attrs["model_config"] = json.dumps(model)

    return change


def replace(name: str, **options: Any) -> Callable[[Any], None]:
    def change(file: Any) -> None:
        del file[name]
        file.create_dataset(name, **options)

    return change


KERNEL = "model_weights/d/sequential/d/kernel"
CODE = {"class_name": "__lambda__", "config": {"code": "4wEA", "defaults": None, "closure": None}}
REFUSED: dict[str, tuple[Callable[[Any], None], str]] = {
    "code of Keras 3": (with_layer("Lambda", name="f", function=CODE), "never run"),
    "code of Keras 2": (with_layer("Lambda", name="f", function=["4wEA", None, None]), "never run"),
    "a function of a module": (with_layer("system", command="true"), "Unknown layer: 'system'"),
    "an object array": (
        replace(KERNEL, shape=(4, 1), dtype=h5py.string_dtype()),
        "a type that is not read",
    ),
    "an external array": (
        replace(KERNEL, shape=(4, 1), dtype="f4", external="/etc/hostname"),
        "in another file",
    ),
    "no config": (lambda file: file.attrs.__delitem__("model_config"), "No model config"),
    "a config that is a list": (
        lambda f: f.attrs.__setitem__("model_config", "[1]"),
        "JSON object",
    ),
    "no layers": (
        lambda file: file["model_weights"].attrs.__setitem__("layer_names", 3.5),
        "no list of names",
    ),
    "a missing array": (lambda file: file.__delitem__(KERNEL), "expected an array"),
    "another shape": (replace(KERNEL, data=np.ones((5, 1), "f4")), "shape"),
    "a strange training config": (
        lambda file: file.attrs.__setitem__("training_config", '{"optimizer_config": 1}'),
        "optimizer_config",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_refused(case: str, tmp_path: Path) -> None:
    change, message = REFUSED[case]
    path = changed(small(tmp_path), change)
    for safe_mode in (True, False):
        with pytest.raises(ValueError, match=message):
            minikeras.saving.load_model(path, safe_mode=safe_mode)


def test_links_out_of_the_file_are_refused(tmp_path: Path) -> None:
    path = small(tmp_path)
    path.rename(tmp_path / "elsewhere.h5")
    model = minikeras.Sequential([minikeras.Input((4,)), minikeras.layers.Dense(1)])
    before = model.get_weights()
    with h5py.File(path, "w") as file:
        file["model_weights"] = h5py.ExternalLink("elsewhere.h5", "/model_weights")
    with pytest.raises(LoadError, match="link"):
        model.load_weights(path)
    same(model.get_weights(), before)


@pytest.mark.parametrize("value", [np.int64(-5), np.float32(2.0), np.ones(3)])
def test_iterations_that_are_no_count(value: Any, tmp_path: Path) -> None:
    """The model is loaded, its optimizer is new."""
    path = changed(small(tmp_path), replace("optimizer_weights/adam/iteration", data=value))
    with pytest.warns(UserWarning, match="freshly initialized optimizer"):
        loaded = minikeras.saving.load_model(path)
    assert int(loaded.optimizer.iterations) == 0
    assert all(not np.any(v) for v in slots(loaded)[2:])
