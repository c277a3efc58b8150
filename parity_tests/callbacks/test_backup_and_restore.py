"""Backups and checkpoints as files: Keras writes the same ones, and reads ours."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

import minikeras

RNG = np.random.default_rng(8)
X, Y = RNG.normal(size=(12, 3)).astype("float32"), RNG.normal(size=(12, 1)).astype("float32")


def compiled(library: Any, units: int = 4) -> Any:
    library.utils.clear_session(free_memory=False)
    library.utils.set_random_seed(4)
    layers = library.layers
    model = library.Sequential([layers.Input((3,)), layers.Dense(units, "tanh"), layers.Dense(1)])
    model.compile(library.optimizers.Adam(0.05), "mse")
    return model


def fitted(
    library: Any, callbacks: list[Any], stop: Any = None, epochs: int = 4, units: int = 4
) -> Any:
    """History and weights of a training, which may be interrupted at (epoch, batch)."""

    class Stop(library.callbacks.Callback):  # type: ignore[misc]  # of either library
        def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
            self.epoch = epoch

        def on_train_batch_begin(self, batch: int, logs: Any = None) -> None:
            if (self.epoch, batch) == stop:
                raise InterruptedError

    model = compiled(library, units)
    options = {"batch_size": 4, "verbose": 0, "epochs": epochs}
    history = model.fit(X, Y, callbacks=[*callbacks, Stop()], **options).history
    return history, model.get_weights()


def content(folder: Path) -> dict[str, Any]:
    """The files of a backup: their text, or the weights that a model gets from them."""
    found = {}
    for path in sorted(folder.rglob("*")):
        if "weights" in path.name:
            model, link = compiled(keras), folder.parent / "link.weights.h5"
            link.unlink(missing_ok=True)
            link.hardlink_to(path)
            model.optimizer.build(model.trainable_variables)
            model.load_weights(link)
            found[path.name] = [w.tolist() for w in model.get_weights()]
        else:
            found[path.name] = path.read_text()
    return found


@pytest.mark.parametrize(
    ("config", "stop"),
    [
        ({}, (2, 1)),
        ({"save_freq": 2, "double_checkpoint": True}, (1, 1)),
        ({"delete_checkpoint": False}, (0, 2)),
    ],
)
def test_interrupted_and_resumed_as_keras(tmp_path: Path, config: Any, stop: Any) -> None:
    results = []
    for library in (minikeras, keras):
        folder = tmp_path / library.__name__ / "backup"
        seen = []
        for moment in (stop, None):
            callback = library.callbacks.BackupAndRestore(folder, **config)
            if moment:
                with pytest.raises(InterruptedError):
                    fitted(library, [callback], moment)
            else:
                history, weights = fitted(library, [callback])
                seen.append([history, [w.tolist() for w in weights]])
            seen.append(content(folder) if folder.exists() else None)
        results.append(seen)
    assert results[0] == results[1]


def test_a_damaged_backup(tmp_path: Path) -> None:
    """With ``double_checkpoint`` training goes on from the backup before; else this is an error."""
    backup = minikeras.callbacks.BackupAndRestore
    options: dict[str, Any] = {"double_checkpoint": True, "delete_checkpoint": False}
    for exact, name in ((False, "latest.weights.h5"), (True, "training_state.zip")):
        folder = tmp_path / name
        fitted(minikeras, [backup(folder, exact=exact, **options)], epochs=3)
        files = {path: path.read_bytes() for path in folder.iterdir()}
        with pytest.raises(ValueError, match="shape"):  # of another model: nothing is put back
            fitted(minikeras, [backup(folder, exact=exact, **options)], units=5)
        assert files == {path: path.read_bytes() for path in folder.iterdir()}
        (folder / name).write_bytes((folder / name).read_bytes()[:-200])
        history, _ = fitted(minikeras, [backup(folder, exact=exact, **options)])
        assert len(history["loss"]) == (4 if exact else 2)
        assert not [*folder.glob("*.unfinished")]
        (folder / name).write_bytes(b"PK")
        (folder / f"{name}.bkp").unlink()
        with pytest.raises((OSError, ValueError), match=name):
            fitted(minikeras, [backup(folder, exact=exact)])


@pytest.mark.parametrize("text", ['{"epoch": -1}', '{"epoch": "1"}', "[]", "{", ""])
def test_damaged_metadata(tmp_path: Path, text: str) -> None:
    (tmp_path / "training_metadata.json").write_text(text)
    with pytest.raises(ValueError, match=r"epoch|Expecting"):
        fitted(minikeras, [minikeras.callbacks.BackupAndRestore(tmp_path)])


def test_other_files_stay(tmp_path: Path) -> None:
    (tmp_path / "notes").write_text("mine")
    for exact in (False, True):
        fitted(minikeras, [minikeras.callbacks.BackupAndRestore(tmp_path, 1, True, exact=exact)])
        assert [path.name for path in tmp_path.iterdir()] == ["notes"]


@pytest.mark.parametrize("library", [minikeras, keras])
def test_misuse(library: Any, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="backup_dir"):
        library.callbacks.BackupAndRestore("")
    with pytest.raises(ValueError, match="save_freq"):
        library.callbacks.BackupAndRestore(tmp_path, save_freq="batch")
    model = library.Sequential([library.layers.Dense(1)])
    model.compile("sgd", "mse")
    if library is minikeras:  # Keras builds it before
        with pytest.raises(ValueError, match="built before fit"):
            model.fit(X, Y, callbacks=[library.callbacks.BackupAndRestore(tmp_path)], verbose=0)


def test_exact_belongs_to_fit(tmp_path: Path) -> None:
    callback = minikeras.callbacks.BackupAndRestore(tmp_path, exact=True)
    callback.set_model(compiled(minikeras))
    with pytest.raises(RuntimeError, match="fit only"):
        callback.on_train_begin()


def test_keras_reads_the_checkpoints(tmp_path: Path) -> None:
    """Whole models and weights of each epoch, in both directions."""
    for library, other in ((minikeras, keras), (keras, minikeras)):
        make, folder = library.callbacks.ModelCheckpoint, tmp_path / library.__name__
        _, weights = fitted(
            library,
            [
                make(folder / "{epoch:02d}-{loss:.3f}.keras"),
                make(folder / "{epoch}.weights.h5", save_weights_only=True),
            ],
            epochs=2,
        )
        whole = other.models.load_model(sorted(folder.glob("02-*.keras"))[0])
        partly = compiled(other)
        partly.optimizer.build(partly.trainable_variables)
        partly.load_weights(folder / "2.weights.h5")
        for model in (whole, partly):
            assert [w.tolist() for w in model.get_weights()] == [w.tolist() for w in weights]
            assert int(np.asarray(model.optimizer.iterations)) == 6
    names = [{path.name for path in (tmp_path / k).iterdir()} for k in ("minikeras", "keras")]
    assert names[0] == names[1] and len(names[0]) == 4
