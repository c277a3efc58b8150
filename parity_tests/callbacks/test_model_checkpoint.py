"""``ModelCheckpoint`` saves the same files as Keras's, at the same moments, with the same words."""

from __future__ import annotations

import contextlib
import io
import os
import warnings
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import minikeras

VALUES = st.sampled_from([1.0, 0.9, 0.9 + 1e-9, 0.5, -1.0, 0.0, np.nan, np.inf])
LOGS = st.fixed_dictionaries(
    {"loss": VALUES, "val_loss": VALUES},
    optional={"mae": st.one_of(VALUES, st.just(np.float32([0.25, 0.5])))},
)
BATCHES = st.lists(LOGS, min_size=1, max_size=5)
RUNS = st.lists(st.tuples(BATCHES, LOGS), min_size=1, max_size=4)  # epochs: batches, and the end
NAMES = ["model", "sub/{epoch:02d}", "{epoch}-{loss:.2f}", "{{x}}{epoch:>{epoch}}{loss!s}"]


class Model:
    """Notes what it is told to save."""

    metrics: list[Any] = []

    def __init__(self) -> None:
        self.moment: Any = None
        self.saved: list[Any] = []

    def save(self, path: str, overwrite: bool) -> None:
        self.saved.append((self.moment, "model", path, overwrite, os.path.isdir("sub")))

    def save_weights(self, path: str, overwrite: bool) -> None:
        self.saved.append((self.moment, "weights", path, overwrite, os.path.isdir("sub")))


def told(library: Any, config: dict[str, Any], epochs: Any, stride: int) -> Any:
    """Everything observable while the callback follows a training."""
    model, out = Model(), io.StringIO()
    with contextlib.redirect_stdout(out), warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        calls = library.callbacks.CallbackList(
            [library.callbacks.ModelCheckpoint(**config)], model=model
        )
        calls.on_train_begin()
        for epoch, (batches, logs) in enumerate(epochs):
            calls.on_epoch_begin(epoch)
            for batch in range(stride - 1, len(batches) + stride - 1, stride):
                model.moment = epoch, batch
                calls.on_train_batch_end(batch, batches[min(batch, len(batches) - 1)])
            model.moment = epoch, "end"
            calls.on_epoch_end(epoch, logs)
        calls.on_train_end(logs)
    # Keras gives each of its warnings each time, minikeras once
    return model.saved, out.getvalue(), {str(w.category) for w in caught}


@given(
    epochs=RUNS,
    name=st.sampled_from(NAMES),
    frequency=st.sampled_from(["epoch", "epoch", 1, 2, 5]),
    stride=st.integers(1, 3),
    best_only=st.booleans(),
    weights_only=st.booleans(),
    options=st.fixed_dictionaries(
        {"mode": st.sampled_from(["min", "max"]), "verbose": st.sampled_from([0, 1])},
        optional={
            "monitor": st.sampled_from(["loss", "mae", "val_loss", "missing"]),
            "initial_value_threshold": VALUES,
        },
    ),
)
def test_the_same_files_at_the_same_moments(
    tmp_path_factory: pytest.TempPathFactory,
    epochs: Any,
    name: str,
    frequency: Any,
    stride: int,
    best_only: bool,
    weights_only: bool,
    options: dict[str, Any],
) -> None:
    if frequency != "epoch":
        best_only = False  # Keras fails in the first epoch
        name += "-{batch}"
    ending = ".weights.h5" if weights_only else ".keras"
    config = options | {
        "filepath": Path(name + ending),
        "save_freq": frequency,
        "save_best_only": best_only,
        "save_weights_only": weights_only,
    }
    results = []
    for library in (minikeras, keras):
        with contextlib.chdir(tmp_path_factory.mktemp("checkpoints")):
            results.append(told(library, config, epochs, stride))
    assert results[0] == results[1]


def test_the_best_of_batches(tmp_path: Path) -> None:
    """With ``save_best_only`` Keras compares no batches before the first epoch has ended."""
    callback = minikeras.callbacks.ModelCheckpoint(
        tmp_path / "{batch}.keras", "loss", save_best_only=True, save_freq=1
    )
    model: Any = Model()
    callback.set_model(model)
    callback.on_epoch_begin(0)
    for batch, loss in enumerate([3.0, 2.0, 4.0, 1.0]):
        callback.on_train_batch_end(batch, {"loss": loss})
    assert [Path(saved[2]).stem for saved in model.saved] == ["1", "2", "4"]


@pytest.mark.parametrize("name", ["{lost}", "{loss.real}", "{loss.__class__}", "{loss[0]}", "{}"])
def test_fields_are_known_names(name: str, tmp_path: Path) -> None:
    callback = minikeras.callbacks.ModelCheckpoint(tmp_path / f"{name}.keras")
    callback.set_model(Model())
    with pytest.raises(KeyError, match="known are epoch, loss, acc"):
        callback.on_epoch_end(0, {"loss": np.float64(1), "acc": 2.0})


@pytest.mark.parametrize("library", [minikeras, keras])
def test_misuse(library: Any) -> None:
    make = library.callbacks.ModelCheckpoint
    for wrong in ({"save_freq": "batch"}, {"save_weights_only": True}, {"filepath": "x.weights"}):
        with pytest.raises(ValueError, match=next(iter(wrong))):
            make(**{"filepath": "x.keras", **wrong})


def test_a_folder_of_that_name(tmp_path: Path) -> None:
    (tmp_path / "x.keras").mkdir()
    callback = minikeras.callbacks.ModelCheckpoint(tmp_path / "x.keras")
    callback.set_model(Model())
    with pytest.raises(OSError, match="is a folder"):
        callback.on_epoch_end(0, {"val_loss": 1.0})
