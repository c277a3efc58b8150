"""The base class of callbacks."""

from __future__ import annotations

from typing import Any, ClassVar

from minikeras.callbacks.logs import Logs


class Callback:
    """Hooks that ``fit``, ``evaluate`` and ``predict`` call.

    fit:       train_begin → (epoch_begin → (train_batch_begin → train_batch_end)* →
               [test_begin … test_end] → epoch_end)* → train_end
    evaluate:  test_begin → (test_batch_begin → test_batch_end)* → test_end
    predict:   predict_begin → (predict_batch_begin → predict_batch_end)* → predict_end

    ``batch`` and ``epoch`` count from 0.  At the end of a training batch ``logs`` holds means over
    the epoch so far, at the end of an epoch also the ``val_`` results.  Later callbacks and
    ``History`` see what a callback adds to the logs of an epoch.
    Set ``self.model.stop_training`` (``stop_evaluating``, ``stop_predicting``) to stop.

    Attributes: ``params``, a dict of ``verbose``, ``epochs`` and ``steps``; ``model``.
    The class attribute ``resumed`` names the attributes that ``BackupAndRestore(exact=True)`` saves
    and restores: numbers, strings, None, arrays, and lists and dicts of these.
    """

    resumed: ClassVar[tuple[str, ...]] = ()
    comes_last = False  # whether it is called after all others, whose state it looks at

    def __init__(self) -> None:
        self.params: dict[str, Any] | None = None
        self._model: Any = None

    def __repr__(self) -> str:
        return f"<{type(self).__name__}>"

    def set_params(self, params: dict[str, Any]) -> None:
        self.params = params

    def set_model(self, model: Any) -> None:
        self._model = model

    @property
    def model(self) -> Any:
        return self._model

    def on_batch_begin(self, batch: int, logs: Logs | None = None) -> None:
        """Older name of ``on_train_batch_begin``."""

    def on_batch_end(self, batch: int, logs: Logs | None = None) -> None:
        """Older name of ``on_train_batch_end``."""

    def on_epoch_begin(self, epoch: int, logs: Logs | None = None) -> None: ...

    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None: ...

    def on_train_batch_begin(self, batch: int, logs: Logs | None = None) -> None:
        self.on_batch_begin(batch, logs=logs)

    def on_train_batch_end(self, batch: int, logs: Logs | None = None) -> None:
        self.on_batch_end(batch, logs=logs)

    def on_test_batch_begin(self, batch: int, logs: Logs | None = None) -> None: ...

    def on_test_batch_end(self, batch: int, logs: Logs | None = None) -> None: ...

    def on_predict_batch_begin(self, batch: int, logs: Logs | None = None) -> None: ...

    def on_predict_batch_end(self, batch: int, logs: Logs | None = None) -> None:
        """``logs`` is ``{"outputs": predictions of the batch}``."""

    def on_train_begin(self, logs: Logs | None = None) -> None: ...

    def on_train_end(self, logs: Logs | None = None) -> None:
        """``logs`` are those of the last epoch."""

    def on_test_begin(self, logs: Logs | None = None) -> None: ...

    def on_test_end(self, logs: Logs | None = None) -> None: ...

    def on_predict_begin(self, logs: Logs | None = None) -> None: ...

    def on_predict_end(self, logs: Logs | None = None) -> None: ...
