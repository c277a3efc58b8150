"""Stop training when a metric no longer improves."""

from __future__ import annotations

from typing import Any, ClassVar

from minikeras.callbacks.console import print_msg
from minikeras.callbacks.logs import Logs
from minikeras.callbacks.monitor_callback import MonitorCallback


class EarlyStopping(MonitorCallback):
    """Stops training after ``patience`` epochs without improvement of ``monitor``.

    wait ← wait + 1
    improved:       best ← value; wait ← 0, unless ``baseline`` is still not beaten
    not improved:   stop if wait ≥ patience and this is not epoch 0

    monitor: the name of an entry of the logs.
    mode: "min" if smaller values are better, "max" if larger ones are, "auto" to use the name.
    min_delta: smaller changes are no improvement.
    patience: the number of epochs without improvement after which training stops.
    verbose: 1 to print a message.
    baseline: a value that must be improved on.
    restore_best_weights: whether the model gets the weights of the best epoch when training ends,
        also if it was not stopped.
    start_from_epoch: epochs before this one are ignored.

    ``MonitorCallback`` defines an improvement.
    """

    _purpose = "Early stopping"
    resumed: ClassVar[tuple[str, ...]] = (
        "best",
        "best_epoch",
        "best_weights",
        "stopped_epoch",
        "wait",
    )

    def __init__(
        self,
        monitor: str = "val_loss",
        min_delta: float = 0,
        patience: int = 0,
        verbose: int = 0,
        mode: str = "auto",
        baseline: float | None = None,
        restore_best_weights: bool = False,
        start_from_epoch: int = 0,
    ) -> None:
        super().__init__(monitor, mode, min_delta=min_delta)
        self.patience = patience
        self.verbose = verbose
        self.baseline = baseline
        self.wait = 0
        self.stopped_epoch = 0
        self.restore_best_weights = restore_best_weights
        self.best_weights: list[Any] | None = None
        self.best_epoch = 0
        self.start_from_epoch = start_from_epoch

    def on_train_begin(self, logs: Logs | None = None) -> None:
        self.wait = 0
        self.stopped_epoch = 0
        self.best = None
        self.best_weights = None
        self.best_epoch = 0

    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:
        if self.monitor_op is None:
            self._set_monitor_op()
        current = self.get_monitor_value(logs)
        if current is None or epoch < self.start_from_epoch:
            return
        self.wait += 1
        if self._is_improvement(current, self.best):
            self.best = current
            self.best_epoch = epoch
            if self.restore_best_weights:
                self.best_weights = self.model.get_weights()
            if self.baseline is None or self._is_improvement(current, self.baseline):
                self.wait = 0
        elif self.wait >= self.patience and epoch > 0:
            self.stopped_epoch = epoch
            self.model.stop_training = True

    def on_train_end(self, logs: Logs | None = None) -> None:
        if self.stopped_epoch > 0 and self.verbose > 0:
            print_msg(f"Epoch {self.stopped_epoch + 1}: early stopping")
        if self.best_weights is not None:
            if self.verbose > 0:
                print_msg(
                    "Restoring model weights from the end of the best epoch: "
                    f"{self.best_epoch + 1}."
                )
            self.model.set_weights(self.best_weights)
