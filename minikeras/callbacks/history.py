"""The result of ``fit``."""

from __future__ import annotations

from typing import Any, ClassVar

from minikeras import notebook
from minikeras.callbacks.callback import Callback
from minikeras.callbacks.logs import Logs
from minikeras.messages import count

_SHOWN = 5  # epochs at either end


class History(Callback):
    """Records the logs of every epoch.

    ``history`` maps each name to its values, one per epoch that had it; ``epoch`` lists the
    epochs, from 0.  Added to every ``fit`` and returned by it.
    """

    resumed: ClassVar[tuple[str, ...]] = ("history", "epoch")

    def __init__(self) -> None:
        super().__init__()
        self.history: dict[str, list[Any]] = {}
        self.epoch: list[int] = []

    def __repr__(self) -> str:
        names = ", ".join(self.history) or "nothing yet"
        return f"<History: {count(len(self.epoch), 'epoch')} of {names}>"

    def _repr_html_(self) -> str:
        """For notebooks: the curves, and a table with a row for each epoch, of many only some.

        The table has no column for results that only some epochs had.
        """
        names = [name for name, values in self.history.items() if len(values) == len(self.epoch)]
        columns = [[epoch + 1 for epoch in self.epoch], *(self.history[name] for name in names)]
        rows = [*map(list, zip(*columns))]
        if len(rows) > 2 * _SHOWN:
            rows[_SHOWN:-_SHOWN] = [["…"] * len(columns)]
        return notebook.curves(self._panels()) + notebook.table(["epoch", *names], rows)

    def _panels(self) -> dict[str, dict[str, list[float]]]:
        """The numbers of each metric, training and validation together."""
        panels: dict[str, dict[str, list[float]]] = {}
        for name, values in self.history.items():
            if all(isinstance(value, float | int) for value in values):
                panels.setdefault(name.removeprefix("val_"), {})[name] = values
        return panels

    def on_train_begin(self, logs: Logs | None = None) -> None:
        self.epoch = []

    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:
        self.epoch.append(epoch)
        for name, value in (logs or {}).items():
            self.history.setdefault(name, []).append(value)
        self.model.history = self
