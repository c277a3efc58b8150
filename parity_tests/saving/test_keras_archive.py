"""Archives, folders and files of weights: Keras's bytes, both ways, nothing half loaded."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

import minikeras
from parity_tests.checks.model import quietly
from parity_tests.saving.models import (
    LIBRARIES,
    MODELS,
    X,
    assert_same_state,
    labels,
    sequential,
    shared,
    start,
    state,
    trained,
    untrained,
)

BOTH_WAYS = [(a, b) for a in LIBRARIES for b in LIBRARIES if minikeras in (a, b)]
names = {"ids": lambda x: getattr(x, "__name__", None)}


@pytest.mark.parametrize("make", MODELS, **names)
def test_files_have_keras_bytes(make: Any, tmp_path: Path) -> None:
    ours, theirs = trained(minikeras, make), trained(keras, make)
    start(keras)
    copy = make(keras)
    quietly(lambda: copy.fit(X, labels(make), epochs=1, verbose=0))
    variables = [*ours.weights, *ours.optimizer.variables]
    for variable, value in zip([*copy.weights, *copy.optimizer.variables], variables, strict=True):
        variable.assign(value.numpy())
    paths = []
    for model, name in ((ours, "ours"), (copy, "theirs")):
        (tmp_path / name).mkdir()
        model.save(tmp_path / name / "m.keras")
        model.save_weights(tmp_path / name / "one.weights.h5")
        model.save_weights(tmp_path / name / "few.weights.json", max_shard_size=200 / 2**30)
        paths.append(tmp_path / name)
    ours_there, theirs_there = (sorted(p.name for p in path.iterdir()) for path in paths)
    assert ours_there == theirs_there and len(ours_there) > 4
    for name in ours_there:
        a, b = (_content(path / name) for path in paths)
        assert a == b, name
    assert len(theirs.weights) == len(ours.weights)


def _content(path: Path) -> Any:
    """The bytes of a file; of an archive, those of its entries, without numbers and dates."""
    if path.suffix != ".keras":
        return path.read_bytes()
    with zipfile.ZipFile(path) as archive:
        entries = [(i.filename, i.external_attr, archive.read(i)) for i in archive.infolist()]
    varying = re.compile(rb'("shared_object_id": )\d+|("date_saved": )"[^"]*"')
    return [(name, mode, varying.sub(rb"\1\2", content)) for name, mode, content in entries]


@pytest.mark.parametrize("make", MODELS, **names)
@pytest.mark.parametrize(("source", "target"), BOTH_WAYS, **names)
def test_both_ways(make: Any, source: Any, target: Any, tmp_path: Path) -> None:
    model = trained(source, make)
    model.save(tmp_path / "m.keras")
    model.save_weights(tmp_path / "m.weights.h5")
    model.save_weights(tmp_path / "m.weights.json", max_shard_size=200 / 2**30)
    model.save(tmp_path / "folder", zipped=False)
    for name in ("m.keras", "folder"):
        again = quietly(lambda: target.saving.load_model(tmp_path / name))  # noqa: B023
        assert_same_state(again, model)
        assert type(again).__name__ == type(model).__name__
    for name in ("m.weights.h5", "m.weights.json", "m.keras"):
        again = untrained(target, make)
        again.load_weights(tmp_path / name)
        assert_same_state(again, model)


def test_training_goes_on_with_the_same_bits(tmp_path: Path) -> None:
    start(minikeras)
    model = shared(minikeras)
    model.fit(X, labels(shared), epochs=2, verbose=0)
    model.save(tmp_path / "m.keras")
    histories = []
    for library, further in (
        (minikeras, model),
        (minikeras, minikeras.saving.load_model(tmp_path / "m.keras")),
        (keras, keras.saving.load_model(tmp_path / "m.keras")),
    ):
        library.utils.set_random_seed(3)
        histories.append(further.fit(X, labels(shared), epochs=5, verbose=0).history)
    assert histories[0] == histories[1] == histories[2]


@pytest.mark.parametrize("nested_first", [False, True])
def test_layers_shared_between_models_stay_shared(nested_first: bool, tmp_path: Path) -> None:
    """Keras cannot load its own file if the nested model comes first; both can load ours."""
    outputs = []
    for k in LIBRARIES:
        start(k)
        a, layer = k.Input((4,), name="a"), k.layers.Dense(4, name="one")
        inner = k.Model(a, k.layers.Dense(2)(layer(a)), name="inner")
        b, c = k.Input((4,), name="b"), a if nested_first else k.Input((4,), name="c")
        last = layer(c) if nested_first else k.ops.relu(layer(c))
        model = k.Model([c, b], {"p": inner(b), "q": last})
        model.save(tmp_path / f"{k.__name__}.keras")
        outputs.append(quietly(lambda: model.predict([X, X + 1], verbose=0)))  # noqa: B023
    readers = [(minikeras, "minikeras"), (minikeras, "keras"), (keras, "minikeras")]
    for k, source in readers if nested_first else readers[:2]:
        again = quietly(lambda: k.saving.load_model(tmp_path / f"{source}.keras"))  # noqa: B023
        assert again.get_layer("inner").get_layer("one") is again.get_layer("one")
        found = quietly(lambda: again.predict([X, X + 1], verbose=0))  # noqa: B023
        for name in "pq":
            np.testing.assert_array_equal(found[name], outputs[0][name])
            np.testing.assert_array_equal(found[name], outputs[1][name])


def test_uncompiled_and_without_compiling(tmp_path: Path) -> None:
    trained(minikeras, sequential).save(tmp_path / "m.keras")
    assert not minikeras.saving.load_model(tmp_path / "m.keras", compile=False).compiled
    start(minikeras)
    model = minikeras.Sequential([minikeras.Input((2,)), minikeras.layers.Dense(1)])
    model.save(tmp_path / "n.keras")
    assert not minikeras.saving.load_model(tmp_path / "n.keras").compiled


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # Keras's own
def test_what_does_not_fit_is_skipped_only_if_asked(tmp_path: Path) -> None:
    path = tmp_path / "m.weights.h5"
    trained(minikeras, sequential).save_weights(path)
    kept = []
    for k in LIBRARIES:
        start(k)
        layers = [k.layers.Dense(5, "relu"), k.layers.BatchNormalization(), k.layers.Dense(2)]
        wider = k.Sequential([k.Input((4,)), *layers])
        before = wider.get_weights()
        with pytest.raises(ValueError, match="A total of 3 objects could not be loaded"):
            wider.load_weights(path)
        if k is minikeras:  # Keras has loaded the last bias
            for a, b in zip(before, wider.get_weights(), strict=True):
                np.testing.assert_array_equal(a, b)
        with pytest.warns(UserWarning, match="A total of 3 objects could not be loaded"):
            wider.load_weights(path, skip_mismatch=True)
        kept.append(wider.get_weights())
    for a, b in zip(*kept, strict=True):
        np.testing.assert_array_equal(a, b)


def test_objects_to_skip(tmp_path: Path) -> None:
    path, model = tmp_path / "m.weights.h5", trained(minikeras, sequential)
    model.save_weights(path)
    for k in LIBRARIES:
        other = untrained(k, sequential)
        before = state(other)
        other.load_weights(path, objects_to_skip=[other.layers[0], other.optimizer])
        for i, (a, b, c) in enumerate(zip(state(other), before, state(model), strict=True)):
            skipped = i < 2 or i >= len(model.weights)
            np.testing.assert_array_equal(a, b if skipped else c)


def test_a_layer_of_another_library_version(tmp_path: Path) -> None:
    """Files of Keras 2.13 call the layers `_layer_checkpoint_dependencies`."""
    h5py = pytest.importorskip("h5py")
    path, model = tmp_path / "m.weights.h5", trained(minikeras, sequential)
    model.save_weights(path)
    with h5py.File(path, "r+") as file:
        file.move("layers", "_layer_checkpoint_dependencies")
    other = untrained(minikeras, sequential)
    other.load_weights(path)
    assert_same_state(other, model)


# Objects that write their state themselves


def own_state(k: Any) -> Any:
    class Words(k.layers.Layer):  # type: ignore[misc,name-defined]  # of either library
        def __init__(self, **kwargs: Any) -> None:
            super().__init__(**kwargs)
            self.words: list[str] = []
            self.built = True

        def call(self, x: Any) -> Any:
            return x

        def save_own_variables(self, store: Any) -> None:
            store["count"] = np.array(len(self.words))
            store["dropped"] = np.zeros(2)
            del store["dropped"]

        def load_own_variables(self, store: Any) -> None:
            assert "dropped" not in store and [*store.keys()] == ["count"]
            self.count = int(store["count"])

        def save_assets(self, dir_path: str) -> None:
            (Path(dir_path) / "words.txt").write_text("\n".join(self.words))

        def load_assets(self, dir_path: str) -> None:
            self.words = (Path(dir_path) / "words.txt").read_text().split("\n")

    return Words


def test_own_variables_and_assets(tmp_path: Path) -> None:
    for i, (source, target) in enumerate(BOTH_WAYS):
        layer = own_state(source)(name="words")
        layer.words = ["Ω", "b"]
        model = source.Sequential([source.Input((2,)), layer])
        for name, options in (("m.keras", {}), ("folder", {"zipped": False})):
            path = tmp_path / f"{i}{name}"
            model.save(path, **options)
            custom = {"Words": own_state(target)}
            if name == "folder" and source is keras:
                continue  # Keras looks for assets in a folder only if it holds more than 3 entries
            again = target.saving.load_model(path, custom_objects=custom)
            assert again.layers[0].words == ["Ω", "b"] and again.layers[0].count == 2
    with zipfile.ZipFile(tmp_path / "0m.keras") as archive:
        assert archive.namelist()[3:] == ["assets/layers/words/words.txt"]


def deferred(k: Any) -> Any:
    @k.saving.register_keras_serializable("saving_tests")
    class Deferred(k.Model):  # type: ignore[misc,name-defined]  # of either library
        def __init__(self, **kwargs: Any) -> None:
            super().__init__(**kwargs)
            self.dense = k.layers.Dense(2)

        def call(self, x: Any) -> Any:
            return self.dense(x)

        def get_build_config(self) -> dict[str, Any]:
            return {"sizes": self.dense.kernel.shape[0]}

        def build_from_config(self, config: dict[str, Any]) -> None:
            self.dense.build((None, config["sizes"]))

        def get_compile_config(self) -> dict[str, Any]:
            return {"momentum": 0.5}

        def compile_from_config(self, config: dict[str, Any]) -> None:
            self.compile(k.optimizers.SGD(0.1, config["momentum"]), "mse")

    return Deferred


def test_own_build_and_compile_configs(tmp_path: Path) -> None:
    classes = {k: deferred(k) for k in LIBRARIES}
    for source, target in BOTH_WAYS:
        model = classes[source]()
        model(X)
        model.compile(source.optimizers.SGD(momentum=0.5), "mse")
        model.save(tmp_path / "m.keras")
        again = quietly(lambda: target.saving.load_model(tmp_path / "m.keras"))  # noqa: B023
        assert again.optimizer.momentum == 0.5
        np.testing.assert_array_equal(again.dense.kernel.numpy(), model.dense.kernel.numpy())


def test_a_model_that_cannot_be_built(tmp_path: Path) -> None:
    class Refusing(minikeras.Model):
        def call(self, x: Any) -> Any:
            if not isinstance(x, minikeras.KerasTensor) and x.shape[0] is None:
                raise TypeError("no symbols")
            return x

    model = Refusing()
    with pytest.warns(UserWarning, match="had a build config.*no symbols"):
        model.build_from_config({"input_shape": [None, 3]})
