"""Saves the model, or its weights, while it is trained."""

from __future__ import annotations

import os
import string
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import numpy as np

from minikeras import frames
from minikeras.callbacks.console import print_msg
from minikeras.callbacks.logs import Logs
from minikeras.callbacks.monitor_callback import MonitorCallback
from minikeras.messages import describe


class ModelCheckpoint(MonitorCallback):
    """Saves the model after each epoch, or after a number of batches.

    filepath: the file; its folder is made.  The name may contain ``{epoch}``, counted from 1,
        ``{batch}`` with ``save_freq`` batches, and the names of logs, as in
        ``"{epoch:02d}-{val_loss:.2f}.keras"``.  It ends with ".weights.h5" if only weights are
        saved, else with ".keras" or ".h5".
    monitor: the name of an entry of the logs.
    verbose: 1 to print messages.
    save_best_only: whether to save only when ``monitor`` has improved.
    save_weights_only: whether to call ``model.save_weights``, not ``model.save``.
    mode: "min" if smaller values are better, "max" if larger ones are, "auto" to use the name.
    save_freq: "epoch", or a number of batches.
    initial_value_threshold: a value that has to be improved on from the start.

    A file appears whole or not at all.  Without ``monitor`` in the logs, and if it is an array,
    each save takes place, with a warning.  ``MonitorCallback`` defines an improvement.

    Raises ValueError for another ending and another ``save_freq``, KeyError if the name contains a
    field that is not known, OSError if the file is a folder.

    Parity: fields are names only, ``{loss.real}`` and ``{loss[0]}`` are errors.  With
    ``save_best_only`` and a number of batches, Keras fails in the first epoch.
    """

    _purpose = "Saving the best model"
    resumed: ClassVar[tuple[str, ...]] = (
        "best",
        "_batches_seen_since_last_saving",
        "_last_batch_seen",
        "_current_epoch",
    )

    def __init__(
        self,
        filepath: str | os.PathLike[str],
        monitor: str = "val_loss",
        verbose: int = 0,
        save_best_only: bool = False,
        save_weights_only: bool = False,
        mode: str = "auto",
        save_freq: int | str = "epoch",
        initial_value_threshold: float | None = None,
    ) -> None:
        super().__init__(monitor, mode)
        self.best = initial_value_threshold
        self.verbose = verbose
        self.filepath = os.fspath(filepath)
        self.save_best_only = save_best_only
        self.save_weights_only = save_weights_only
        self.save_freq = save_freq
        self._batches_seen_since_last_saving = 0
        self._last_batch_seen: int | None = None
        self._current_epoch = 0
        if save_freq != "epoch" and not isinstance(save_freq, int):
            raise ValueError(
                f"save_freq must be 'epoch' or a number of batches, received {describe(save_freq)}"
            )
        endings = (".weights.h5",) if save_weights_only else (".keras", ".h5")
        if not self.filepath.endswith(endings):
            raise ValueError(
                f"filepath must end with {' or '.join(endings)} if save_weights_only="
                f"{save_weights_only}, received {describe(self.filepath)}"
            )

    def on_epoch_begin(self, epoch: int, logs: Logs | None = None) -> None:
        self._current_epoch = epoch

    def on_train_batch_end(self, batch: int, logs: Logs | None = None) -> None:
        if self._is_due(batch):
            self._save(self._current_epoch, batch, logs or {})

    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:
        if self.monitor_op is None:
            self._set_monitor_op()  # not earlier: metrics are known after the first batch
        if self.save_freq == "epoch":
            self._save(epoch, None, logs or {})

    def _is_due(self, batch: int) -> bool:
        """Whether ``save_freq`` batches have passed; a call may stand for several of them."""
        if not isinstance(self.save_freq, int):
            return False
        last = self._last_batch_seen
        is_new_epoch = last is None or batch <= last
        self._batches_seen_since_last_saving += batch + 1 if is_new_epoch else batch - (last or 0)
        self._last_batch_seen = batch
        if self._batches_seen_since_last_saving < self.save_freq:
            return False
        self._batches_seen_since_last_saving = 0
        return True

    def _save(self, epoch: int, batch: int | None, logs: Logs) -> None:
        path = self._path(epoch, batch, logs)
        if not self._is_wanted(epoch, logs, path):
            return
        if os.path.isdir(path):
            raise OSError(f"filepath must be a file, received {path!r}, which is a folder")
        os.makedirs(os.path.dirname(path) or ".", exist_ok=True)
        save = self.model.save_weights if self.save_weights_only else self.model.save
        save(path, overwrite=True)
        self._tell(epoch, f"finished saving model to {path}")

    def _is_wanted(self, epoch: int, logs: Logs, path: str) -> bool:
        if not self.save_best_only:
            self._tell(epoch, f"saving model to {path}")
            return True
        if self.monitor not in logs:
            self.get_monitor_value(logs)  # warns
            return True
        value = logs[self.monitor]
        if np.ndim(value) > 0:
            frames.warn(
                f"ModelCheckpoint compares numbers, but monitor={self.monitor!r} is "
                f"{describe(value)}. Saving the model each time."
            )
            return True
        if self.monitor_op is None:
            self._set_monitor_op()
        best = "None" if self.best is None else f"{self.best:.5f}"
        if not self._is_improvement(value, self.best):
            self._tell(epoch, f"{self.monitor} did not improve from {best}")
            return False
        change = f"improved from {best} to {value:.5f}"
        self._tell(epoch, f"{self.monitor} {change}, saving model to {path}")
        self.best = value
        return True

    def _tell(self, epoch: int, message: str) -> None:
        if self.verbose > 0:
            print_msg(f"\nEpoch {epoch + 1}: {message}")

    def _path(self, epoch: int, batch: int | None, logs: Logs) -> str:
        """The name of the file, its fields filled in."""
        known = {"epoch": epoch + 1, **({} if batch is None else {"batch": batch + 1}), **logs}
        return _Names(self.filepath).vformat(self.filepath, (), known)


class _Names(string.Formatter):
    """Formats fields that are names of known values; it reads no attributes and no elements."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self._text = text

    def get_field(
        self, field_name: str, args: Sequence[Any], kwargs: Mapping[str, Any]
    ) -> tuple[Any, str]:
        if field_name not in kwargs:
            raise KeyError(
                f"filepath={describe(self._text)} contains {{{field_name}}}; known are "
                f"{', '.join(kwargs)}"
            )
        return kwargs[field_name], field_name
