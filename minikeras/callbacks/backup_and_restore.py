"""Saves the state of a training, so that it continues after an interruption."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import tempfile
from typing import Any

from minikeras import files
from minikeras.callbacks import state_file
from minikeras.callbacks.callback import Callback
from minikeras.callbacks.logs import Logs
from minikeras.messages import describe

_LONGEST = 2**16  # bytes of the text that holds the epoch


class BackupAndRestore(Callback):
    """Backs up the training, and continues from the backup when the same ``fit`` runs again.

    backup_dir: the folder of the backup; it is made.
    save_freq: "epoch", or a number of batches; False for no backup.
    double_checkpoint: whether the backup before the last one is kept, and used if the last one is
        damaged.
    delete_checkpoint: whether the backup is removed when training has ended.
    exact: beyond Keras.  False saves the weights, the optimizer and the number of the epoch, which
        begins again from its first batch.  True saves all that the rest of the training follows
        from, so that it has the same curve and the same weights, bit for bit, as one that was never
        interrupted: also the place in the data, the random streams of the process (``random``,
        ``numpy.random``, ``keras.random``, Dropout and the like), the state of the metrics, and
        the attributes that other callbacks list as ``resumed``, among them the whole history.

    The model has to be built; with ``exact`` it need not be.  The data must give the same batches
    when they are read again from their beginning.

    With ``exact`` all is in one file, ``training_state.zip``: whenever a process is killed, the
    last backup or the one before is there, whole.  The other format has two files, as in Keras,
    which are replaced one after the other.

    Raises ValueError for an empty folder name and another ``save_freq``, and if the backup belongs
    to another training; OSError if it is damaged.

    Parity: other files in the folder stay where they are.  With ``save_freq=False`` Keras backs up
    after every batch.  After a restoration, its next backups within an epoch name epoch 0.
    """

    def __init__(
        self,
        backup_dir: str | os.PathLike[str],
        save_freq: int | str = "epoch",
        double_checkpoint: bool = False,
        delete_checkpoint: bool = True,
        *,
        exact: bool = False,
    ) -> None:
        super().__init__()
        if not backup_dir:
            raise ValueError(f"backup_dir must name a folder, received {describe(backup_dir)}")
        if save_freq != "epoch" and not isinstance(save_freq, int):
            raise ValueError(
                f"save_freq must be 'epoch' or a number of batches, received {describe(save_freq)}"
            )
        self.backup_dir = os.fspath(backup_dir)
        self.save_freq = save_freq
        self.double_checkpoint = double_checkpoint
        self.delete_checkpoint = delete_checkpoint
        self.exact = exact
        self.comes_last = exact  # what other callbacks do at a batch belongs to its backup
        names = ["training_state.zip"] if exact else ["latest.weights.h5", "training_metadata.json"]
        self._paths = [os.path.join(self.backup_dir, name) for name in names]
        self._batches_seen_since_last_saving = 0
        self._last_batch_seen = 0
        self._current_epoch = 0
        self._state: dict[str, Any] | None = None  # of an epoch that has not ended

    def on_train_begin(self, logs: Logs | None = None) -> None:
        self._state = None
        load = self._resume if self.exact else self._load
        try:
            load(*self._paths)
        except (OSError, ValueError):
            if not os.path.exists(_previous(self._paths[0])):
                raise
            with tempfile.TemporaryDirectory() as folder:  # the last backup may be of another model
                copies = [os.path.join(folder, os.path.basename(path)) for path in self._paths]
                for path, copied in zip(self._paths, copies):
                    if os.path.exists(_previous(path)):
                        shutil.copyfile(_previous(path), copied)
                load(*copies)
            self._put_back()

    def on_epoch_begin(self, epoch: int, logs: Logs | None = None) -> None:
        self._current_epoch = epoch
        if self._state is not None:  # other callbacks have begun this epoch a second time
            self.model._fit_run.restore(self._state)
            self._state = None

    def on_train_batch_end(self, batch: int, logs: Logs | None = None) -> None:
        stops = self.exact and self.model.stop_training  # an earlier backup leads there again
        if self._is_due(batch) and not stops:
            self._save(logs)

    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:
        self._current_epoch = epoch + 1
        self._last_batch_seen = 0
        if self.save_freq == "epoch":
            self._save(None)

    def on_train_end(self, logs: Logs | None = None) -> None:
        if self.exact:
            self.model._initial_epoch = None
        if self.delete_checkpoint:
            for path in [*self._paths, *map(_previous, self._paths)]:
                files.remove_unfinished(path)
                with contextlib.suppress(FileNotFoundError):
                    os.remove(path)
            with contextlib.suppress(OSError):  # it may hold files of others
                os.rmdir(self.backup_dir)

    def _is_due(self, batch: int) -> bool:
        """Whether ``save_freq`` batches have passed; a call may stand for several of them."""
        if not isinstance(self.save_freq, int) or self.save_freq is False:
            return False
        is_new_epoch = batch <= self._last_batch_seen
        self._batches_seen_since_last_saving += batch + (
            1 if is_new_epoch else -self._last_batch_seen
        )
        self._last_batch_seen = batch
        if self._batches_seen_since_last_saving < self.save_freq:
            return False
        self._batches_seen_since_last_saving = 0
        return True

    def _save(self, logs: Logs | None) -> None:
        os.makedirs(self.backup_dir, exist_ok=True)
        if self.double_checkpoint:
            for path in filter(os.path.exists, self._paths):
                _copy(path, _previous(path))
        if self.exact:
            state_file.write(self._paths[0], self.model._fit_run.state(self._current_epoch, logs))
            return
        weights, text = self._paths
        self.model.save_weights(weights, overwrite=True)
        metadata = {"epoch": self._current_epoch, "batch": self._last_batch_seen}
        with files.written(text) as temporary, open(temporary, "w", encoding="utf-8") as file:
            json.dump(metadata, file)

    def _put_back(self) -> None:
        """Replace the last backup by the one before."""
        for path in self._paths:
            if os.path.exists(_previous(path)):
                _copy(_previous(path), path)
            elif os.path.exists(path):
                os.remove(path)

    def _load(self, weights: str, text: str) -> None:
        if not self.model.built:
            raise ValueError(
                f"BackupAndRestore needs a model that was built before fit, not {self.model!r}. "
                "Call it on a batch of data, or use exact=True"
            )
        if os.path.exists(weights):
            optimizer = self.model.optimizer
            if optimizer is not None and not optimizer.built:
                optimizer.build(self.model.trainable_variables)
            self.model.load_weights(weights)
        if os.path.exists(text):
            with open(text, "rb") as file:
                content = file.read(_LONGEST)
            metadata = json.loads(content)
            epoch = metadata.get("epoch") if isinstance(metadata, dict) else None
            if type(epoch) is not int or epoch < 0:
                raise ValueError(
                    f"{text!r} must hold the number of an epoch, it is {content[:99]!r}"
                )
            self.model._initial_epoch = epoch

    def _resume(self, path: str) -> None:
        run = self.model._fit_run
        if run is None:
            raise RuntimeError("BackupAndRestore(exact=True) can be used in fit only")
        run.epochs.notes_places = True
        if not os.path.exists(path):
            return
        state = state_file.read(path)
        run.resume(state)
        assert self.params is not None
        self.model._initial_epoch = self.params["epochs"] if state["stopped"] else state["epoch"]
        if state["place"]["step"]:
            self._state = state


def _copy(source: str, target: str) -> None:
    with files.written(target) as temporary:
        shutil.copyfile(source, temporary)


def _previous(path: str) -> str:
    return f"{path}.bkp"
