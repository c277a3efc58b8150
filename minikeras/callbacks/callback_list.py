"""Several callbacks with the interface of one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from minikeras import tree
from minikeras.callbacks.callback import Callback
from minikeras.callbacks.history import History
from minikeras.callbacks.logs import LogsOrFunction, pythonify_logs
from minikeras.callbacks.progbar_logger import ProgbarLogger

_OLDER_NAME = {"on_train_batch_begin": "on_batch_begin", "on_train_batch_end": "on_batch_end"}


def _overrides(callback: Any, hook: str) -> bool:
    """Whether the callback overrides this hook."""
    method = getattr(callback, hook)
    if getattr(method, "__func__", None) is not getattr(Callback, hook):
        return True
    return hook in _OLDER_NAME and _overrides(callback, _OLDER_NAME[hook])


class CallbackList(Callback):
    """Calls its callbacks in order, with logs as Python floats sorted by name.

    callbacks: a callback or a nest of them.
    add_history, add_progbar: append a ``History`` or ``ProgbarLogger`` unless there is one.
    model: passed to every callback.
    params: passed to every callback.

    ``logs`` may be a function that returns them; it is called only if a callback needs them.
    """

    def __init__(
        self,
        callbacks: Any = None,
        add_history: bool = False,
        add_progbar: bool = False,
        model: Any = None,
        **params: Any,
    ) -> None:
        self.callbacks: list[Any] = tree.flatten(callbacks) if callbacks else []
        for callback in self.callbacks:
            if isinstance(callback, type):
                raise TypeError(
                    f"callbacks must hold Callback objects; received the class "
                    f"{callback.__name__}. Call it: {callback.__name__}()"
                )
            if not hasattr(callback, "set_model"):
                raise AttributeError(
                    f"callbacks must hold Callback objects; received {callback!r}, which has no "
                    "set_model()"
                )
        self._listeners: dict[str, list[Any]] = {}
        self._history = self._find(History, add_history)
        self._find(ProgbarLogger, add_progbar)
        self.callbacks.sort(key=lambda callback: getattr(callback, "comes_last", False))
        self.set_model(model)
        self.set_params(params)

    def __repr__(self) -> str:
        return f"<CallbackList of {', '.join(map(repr, self.callbacks)) or 'nothing'}>"

    def _find(self, kind: type, add: bool) -> Any:
        """The last callback of a kind; if there is none, a new one that is added, or None."""
        found = next((c for c in reversed(self.callbacks) if isinstance(c, kind)), None)
        if found is None and add:
            found = kind()
            self.callbacks.append(found)
        return found

    def set_params(self, params: dict[str, Any]) -> None:
        self.params = params
        if params:
            for callback in self.callbacks:
                callback.set_params(params)

    def set_model(self, model: Any) -> None:
        if not model:
            return
        super().set_model(model)
        if self._history:
            model.history = self._history
        for callback in self.callbacks:
            callback.set_model(model)

    def _call(self, hook: str, *arguments: Any, logs: LogsOrFunction = None) -> None:
        python_logs = pythonify_logs(logs)
        for callback in self.callbacks:
            getattr(callback, hook)(*arguments, python_logs)

    def _batch(self, hook: str, batch: int, logs: LogsOrFunction) -> None:
        listeners = self._listeners.get(hook)
        if listeners is None:
            listeners = [c for c in self.callbacks if _overrides(c, hook)]
            self._listeners[hook] = listeners
        if not listeners:
            return
        if callable(logs) and all(type(c) is ProgbarLogger for c in listeners):
            python_logs: Any = logs  # the progress bar calls it when it is redrawn
        else:
            python_logs = pythonify_logs(logs)
        for callback in listeners:
            getattr(callback, hook)(batch, logs=python_logs)


def _hook_of_list(hook: str) -> Callable[..., None]:
    """The hook of a ``CallbackList``: it calls the hooks of the callbacks."""

    def run_hook(self: CallbackList, logs: LogsOrFunction = None) -> None:
        self._call(hook, logs=logs)
        if hook.endswith("begin"):
            self._listeners.clear()  # callbacks may have got new hooks since the last run

    def epoch_hook(self: CallbackList, epoch: int, logs: LogsOrFunction = None) -> None:
        self._call(hook, epoch, logs=logs)

    def batch_hook(self: CallbackList, batch: int, logs: LogsOrFunction = None) -> None:
        self._batch(hook, batch, logs)

    return batch_hook if "batch" in hook else epoch_hook if "epoch" in hook else run_hook


for _name in vars(Callback):
    if _name.startswith("on_"):
        setattr(CallbackList, _name, _hook_of_list(_name))
