"""Reduce the learning rate when a metric no longer improves."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np

from minikeras.callbacks.console import print_msg
from minikeras.callbacks.logs import Logs
from minikeras.callbacks.monitor_callback import MonitorCallback


def current_learning_rate(optimizer: Any) -> float:
    return float(np.asarray(optimizer.learning_rate))


class ReduceLROnPlateau(MonitorCallback):
    """Multiplies the learning rate by ``factor`` after ``patience`` epochs without improvement.

    lr ← max(factor · lr, min_lr)

    monitor: the name of an entry of the logs.
    mode: "min" if smaller values are better, "max" if larger ones are, "auto" to use the name.
    min_delta: smaller changes are no improvement.
    factor: by which the learning rate is multiplied.
    patience: the number of epochs without improvement after which it is reduced.
    verbose: 1 to print a message.
    min_lr: the smallest learning rate.
    cooldown: after a reduction, this number of epochs is not counted as without improvement.

    Writes ``learning_rate`` into the logs of each epoch, as it was during that epoch.
    ``MonitorCallback`` defines an improvement.

    Raises ValueError if ``factor`` is not below 1.
    """

    _purpose = "Reducing the learning rate"
    resumed: ClassVar[tuple[str, ...]] = ("best", "cooldown_counter", "wait")

    def __init__(
        self,
        monitor: str = "val_loss",
        factor: float = 0.1,
        patience: int = 10,
        verbose: int = 0,
        mode: str = "auto",
        min_delta: float = 1e-4,
        cooldown: int = 0,
        min_lr: float = 0.0,
        **kwargs: Any,  # Parity: unknown arguments are accepted
    ) -> None:
        super().__init__(monitor, mode, min_delta=min_delta)
        if factor >= 1.0:
            raise ValueError(f"factor must be below 1 to reduce anything, received {factor}")
        self.factor = factor
        self.min_lr = min_lr
        self.patience = patience
        self.verbose = verbose
        self.cooldown = cooldown
        self._reset()

    def _reset(self) -> None:
        self.best = None
        self.cooldown_counter = 0
        self.wait = 0

    def on_train_begin(self, logs: Logs | None = None) -> None:
        self._reset()

    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:
        if self.monitor_op is None:
            self._set_monitor_op()
        logs = logs or {}
        logs["learning_rate"] = current_learning_rate(self.model.optimizer)
        current = self.get_monitor_value(logs)
        if current is None:
            return
        if self.in_cooldown():
            self.cooldown_counter -= 1
            self.wait = 0
        if self._is_improvement(current, self.best):
            self.best = current
            self.wait = 0
        elif not self.in_cooldown():
            self.wait += 1
            if self.wait >= self.patience and self._reduce(epoch):
                self.cooldown_counter = self.cooldown
                self.wait = 0

    def _reduce(self, epoch: int) -> bool:
        """Reduce the learning rate; False if it is ``min_lr`` already."""
        old = current_learning_rate(self.model.optimizer)
        if old <= np.float32(self.min_lr):
            return False
        new = max(old * self.factor, self.min_lr)
        self.model.optimizer.learning_rate = new
        if self.verbose > 0:
            print_msg(f"\nEpoch {epoch + 1}: ReduceLROnPlateau reducing learning rate to {new}.")
        return True

    def in_cooldown(self) -> bool:
        return self.cooldown_counter > 0
