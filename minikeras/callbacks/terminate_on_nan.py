"""Stop training when the loss is NaN or infinite."""

from __future__ import annotations

import math

from minikeras.callbacks.callback import Callback
from minikeras.callbacks.console import print_msg
from minikeras.callbacks.logs import Logs


class TerminateOnNaN(Callback):
    """Stops training after a batch whose running loss is nan or infinite.

    raise_error: whether to raise RuntimeError instead.
    """

    def __init__(self, raise_error: bool = False) -> None:
        super().__init__()
        self.raise_error = raise_error

    def on_batch_end(self, batch: int, logs: Logs | None = None) -> None:
        loss = (logs or {}).get("loss")
        if loss is None or math.isfinite(loss):
            return
        if self.raise_error:
            raise RuntimeError(f"The loss is {loss} at batch {batch}; training stops")
        print_msg(f"Batch {batch}: Invalid loss, terminating training")
        self.model.stop_training = True
