"""The result of ``fit``."""

from __future__ import annotations

from typing import Any

from minikeras.callbacks.callback import Callback
from minikeras.callbacks.logs import Logs


class History(Callback):
    """Records the logs of every epoch.

    ``history`` maps each name to its values, one per epoch that had it; ``epoch`` lists the
    epochs, from 0.  Added to every ``fit`` and returned by it.
    """

    def __init__(self) -> None:
        super().__init__()
        self.history: dict[str, list[Any]] = {}
        self.epoch: list[int] = []

    def on_train_begin(self, logs: Logs | None = None) -> None:
        self.epoch = []

    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:
        self.epoch.append(epoch)
        for name, value in (logs or {}).items():
            self.history.setdefault(name, []).append(value)
        self.model.history = self
