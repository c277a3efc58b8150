"""Sets the learning rate of each epoch."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from minikeras.callbacks.callback import Callback
from minikeras.callbacks.console import print_msg
from minikeras.callbacks.logs import Logs
from minikeras.callbacks.reduce_lr_on_plateau import current_learning_rate


class LearningRateScheduler(Callback):
    """Sets ``lr ← schedule(epoch, lr)`` before each epoch and logs it after each.

    schedule: a function of the epoch, from 0, and the current rate, or of the epoch alone.

    verbose: 1 to print a message at each epoch.

    Raises ValueError if the schedule does not return a float.

    Parity: if ``schedule(epoch, lr)`` raises a TypeError, ``schedule(epoch)`` is called.
    """

    def __init__(self, schedule: Callable[..., float], verbose: int = 0) -> None:
        super().__init__()
        self.schedule = schedule
        self.verbose = verbose

    def on_epoch_begin(self, epoch: int, logs: Logs | None = None) -> None:
        optimizer = self.model.optimizer
        if not hasattr(optimizer, "learning_rate"):
            raise ValueError(
                "LearningRateScheduler needs an optimizer with a learning_rate, the model has "
                f"{optimizer!r}"
            )
        rate: Any
        try:
            rate = self.schedule(epoch, current_learning_rate(optimizer))
        except TypeError:
            rate = self.schedule(epoch)
        if not isinstance(rate, (float, np.float32, np.float64)):
            raise ValueError(f"schedule must return a float, received {rate!r} for epoch {epoch}")
        optimizer.learning_rate = rate
        if self.verbose > 0:
            print_msg(
                f"\nEpoch {epoch + 1}: LearningRateScheduler setting learning rate to {rate}."
            )

    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:
        if logs:
            logs["learning_rate"] = current_learning_rate(self.model.optimizer)
