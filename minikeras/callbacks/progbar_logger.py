"""Prints the progress of ``fit``, ``evaluate`` and ``predict``."""

from __future__ import annotations

from typing import Any

from minikeras.callbacks.callback import Callback
from minikeras.callbacks.console import print_msg
from minikeras.callbacks.logs import Logs, pythonify_logs
from minikeras.callbacks.progbar import Progbar


class ProgbarLogger(Callback):
    """A bar for each epoch (``verbose=1``) or a line for each epoch (``verbose=2``).

    Metrics are printed as given: their values are means already.
    """

    def __init__(self) -> None:
        super().__init__()
        self.seen = 0
        self.progbar: Progbar | None = None
        self.target: int | None = None
        self.verbose: Any = 1
        self.epochs = 1
        self._called_in_fit = False

    def set_params(self, params: dict[str, Any]) -> None:
        self.verbose = 1 if params["verbose"] == "auto" else params["verbose"]
        self.epochs = params["epochs"]
        self.target = params["steps"]

    def on_train_begin(self, logs: Logs | None = None) -> None:
        self._called_in_fit = True  # validation within fit prints nothing

    def on_test_begin(self, logs: Logs | None = None) -> None:
        if not self._called_in_fit:
            self._start()

    def on_predict_begin(self, logs: Logs | None = None) -> None:
        self._start()

    def on_epoch_begin(self, epoch: int, logs: Logs | None = None) -> None:
        self._start()
        if self.verbose and self.epochs > 1:
            print_msg(f"Epoch {epoch + 1}/{self.epochs}")

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        self._update(batch, logs)

    def on_test_batch_end(self, batch: int, logs: Any = None) -> None:
        if not self._called_in_fit:
            self._update(batch, logs)

    def on_predict_batch_end(self, batch: int, logs: Any = None) -> None:
        self._update(batch, None)

    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:
        self._finalize(logs)

    def on_test_end(self, logs: Logs | None = None) -> None:
        if not self._called_in_fit:
            self._finalize(logs)

    def on_predict_end(self, logs: Logs | None = None) -> None:
        self._finalize(logs)

    def _start(self) -> Progbar:
        self.seen = 0
        self.progbar = Progbar(self.target, verbose=self.verbose, stateless_metrics=())
        return self.progbar

    def _update(self, batch: int, logs: Any) -> None:
        bar = self.progbar or self._start()
        self.seen = batch + 1
        if self.verbose == 1:
            values = (
                (lambda: list(pythonify_logs(logs).items()))
                if callable(logs)
                else list((logs or {}).items())
            )
            bar.update(self.seen, values, finalize=False)

    def _finalize(self, logs: Logs | None) -> None:
        bar = self.progbar or self._start()
        if self.target is None:
            self.target = bar.target = self.seen
        bar.update(self.target, list((logs or {}).items()), finalize=True)
