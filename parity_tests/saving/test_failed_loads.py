"""Wrong use, damaged files and weights that do not fit: errors, and nothing half loaded or lost."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import minikeras
from minikeras.saving.limits import LoadError
from parity_tests.checks.model import quietly
from parity_tests.saving.models import (
    LIBRARIES,
    X,
    assert_same_state,
    own_classes,
    sequential,
    start,
    state,
    subclassed,
    trained,
    untrained,
)


def test_a_failed_load_changes_nothing(tmp_path: Path) -> None:
    """Also if a layer has changed its attributes before another one fails."""
    start(minikeras)
    normalization = minikeras.layers.Normalization()
    normalization.adapt(X)
    model = minikeras.Sequential([minikeras.Input((4,)), normalization, minikeras.layers.Dense(3)])
    model.save_weights(tmp_path / "m.weights.h5")
    other_norm = minikeras.layers.Normalization()
    other_norm.adapt(3 * X + 1)
    layers = [other_norm, minikeras.layers.Dense(2)]
    other = minikeras.Sequential([minikeras.Input((4,)), *layers])
    before, attributes = other.predict(X, verbose=0), dict(vars(other_norm))
    with pytest.raises(ValueError, match=r"(?s)1 objects could not be loaded.*shape \(4, 3\)"):
        other.load_weights(tmp_path / "m.weights.h5")
    np.testing.assert_array_equal(other.predict(X, verbose=0), before)
    assert vars(other_norm).keys() == attributes.keys()


@pytest.mark.parametrize("name", ["m.keras", "m.weights.h5", "m.weights.json"])
def test_damaged_files_are_noticed(name: str, tmp_path: Path) -> None:
    """Cut anywhere, the error names the file; with one bit changed, nothing else is ever loaded."""
    model, other = trained(minikeras, sequential), untrained(minikeras, sequential)
    path = tmp_path / name
    if name == "m.keras":
        model.save(path)
    else:
        size = 1.0 if name.endswith(".json") else None
        model.save_weights(path, max_shard_size=size)
    content, before = path.read_bytes(), state(other)
    for end in np.linspace(0, len(content) - 1, 25).astype(int):
        path.write_bytes(content[:end])
        with pytest.raises(LoadError, match=re.escape(name)):
            quietly(lambda: other.load_weights(path))
        for a, b in zip(state(other), before, strict=True):
            np.testing.assert_array_equal(a, b)
    if name != "m.keras":
        return  # these have no checksums
    rng = np.random.default_rng(0)
    for place in rng.integers(0, len(content), 60):
        damaged = bytearray(content)
        damaged[place] ^= 1 << rng.integers(8)
        path.write_bytes(damaged)
        try:
            again = quietly(lambda: minikeras.saving.load_model(path))
        except LoadError:
            continue
        assert_same_state(again, model)


def test_the_old_file_stays_if_saving_fails(tmp_path: Path) -> None:
    path = tmp_path / "m.keras"
    trained(minikeras, sequential).save(path)
    content = path.read_bytes()

    class Failing(minikeras.layers.Layer):
        def call(self, x: Any) -> Any:
            return x

        def save_own_variables(self, store: Any) -> None:
            raise OSError("the disk is full")

    with pytest.raises(OSError, match="the disk is full"):
        minikeras.Sequential([minikeras.Input((2,)), Failing()]).save(path)
    assert path.read_bytes() == content
    assert [p.name for p in tmp_path.iterdir()] == ["m.keras"]


WRONG: dict[str, Any] = {
    "suffix of a model": lambda k, m, p: m.save(p / "m.txt"),
    "folder with a suffix": lambda k, m, p: m.save(p / "m.keras", zipped=False),
    "unknown keyword": lambda k, m, p: m.save(p / "m.keras", compressed=True),
    "save_format": lambda k, m, p: m.save(p / "m", save_format="tf"),
    "suffix of weights": lambda k, m, p: m.save_weights(p / "m.h5"),
    "suffix of the list": lambda k, m, p: m.save_weights(p / "m.json2", max_shard_size=1),
    "a shard too small": lambda k, m, p: m.save_weights(p / "m.weights.json", max_shard_size=1e-9),
    "no such file": lambda k, m, p: k.saving.load_model(p / "none.keras"),
    "no such weights": lambda k, m, p: m.load_weights(p / "none.weights.h5"),
    "no model": lambda k, m, p: k.saving.load_model(p / "none.txt"),
    "no weights": lambda k, m, p: m.load_weights(p / "none.txt"),
    "by_name": lambda k, m, p: m.load_weights(p / "m.weights.h5", by_name=True),
    "by_name of an archive": lambda k, m, p: m.load_weights(p / "m.keras", by_name=True),
    "objects_to_skip": lambda k, m, p: m.load_weights(p / "m.keras", objects_to_skip=[]),
    "keyword of loading": lambda k, m, p: m.load_weights(p / "m.weights.h5", strict=True),
    "not built": lambda k, m, p: k.Sequential([k.layers.Dense(1)]).save_weights(p / "a.weights.h5"),
    "loading, not built": lambda k, m, p: k.Sequential([k.layers.Dense(1)]).load_weights(
        p / "m.weights.h5"
    ),
}


@pytest.mark.parametrize("use", WRONG)
def test_wrong_use(use: str, tmp_path: Path) -> None:
    found = []
    for k in LIBRARIES:
        model = trained(k, sequential)
        model.save(tmp_path / "m.keras")
        model.save_weights(tmp_path / "m.weights.h5")
        with pytest.raises(Exception) as caught:  # which one, Keras says
            quietly(lambda: WRONG[use](k, model, tmp_path))  # noqa: B023
        found.append(caught.type)
    assert found[0] is found[1]


@pytest.mark.parametrize("answer", ["n", "y"])
def test_asking_before_overwriting(answer: str, tmp_path: Path, monkeypatch: Any) -> None:
    path = tmp_path / "m.keras"
    for k in LIBRARIES:
        path.write_text("before")
        asked: list[str] = []
        replies = iter(["what?", answer])
        monkeypatch.setattr("builtins.input", lambda text: (asked.append(text), next(replies))[1])  # noqa: B023
        trained(k, sequential).save(path, overwrite=False)
        assert (path.read_bytes() == b"before") == (answer == "n")
        assert asked[0] == f"[WARNING] {path} already exists - overwrite? [y/n]"
        assert len(asked) == 2


def test_registered_classes_are_needed(tmp_path: Path) -> None:
    trained(minikeras, subclassed).save(tmp_path / "m.keras")
    registered = minikeras.saving.get_custom_objects()
    kept = {name: registered.pop(name) for name in [*registered] if "saving_tests" in name}
    try:
        with pytest.raises(TypeError, match="Net"):
            minikeras.saving.load_model(tmp_path / "m.keras")
        block, net = own_classes(minikeras)
        again = minikeras.saving.load_model(
            tmp_path / "m.keras", {"saving_tests>Net": net, "saving_tests>Block": block}
        )
        assert_same_state(again, trained(minikeras, subclassed))
    finally:
        registered.update(kept)
