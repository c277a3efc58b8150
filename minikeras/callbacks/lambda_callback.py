"""A callback made of functions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from minikeras.callbacks.callback import Callback


class LambdaCallback(Callback):
    """Each function given replaces the hook of that name.

    LambdaCallback(on_epoch_end=lambda epoch, logs: print(epoch, logs["loss"]))

    on_epoch_begin, on_epoch_end: called with (epoch, logs).
    on_train_begin, on_train_end: called with (logs).
    on_train_batch_begin, on_train_batch_end: called with (batch, logs).

    Any other keyword becomes an attribute.
    """

    def __init__(
        self,
        on_epoch_begin: Callable[..., Any] | None = None,
        on_epoch_end: Callable[..., Any] | None = None,
        on_train_begin: Callable[..., Any] | None = None,
        on_train_end: Callable[..., Any] | None = None,
        on_train_batch_begin: Callable[..., Any] | None = None,
        on_train_batch_end: Callable[..., Any] | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__()
        hooks = {
            "on_epoch_begin": on_epoch_begin,
            "on_epoch_end": on_epoch_end,
            "on_train_begin": on_train_begin,
            "on_train_end": on_train_end,
            "on_train_batch_begin": on_train_batch_begin,
            "on_train_batch_end": on_train_batch_end,
        }
        self.__dict__ |= kwargs | {name: hook for name, hook in hooks.items() if hook is not None}
