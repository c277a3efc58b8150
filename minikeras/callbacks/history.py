"""The result of ``fit``."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar

from minikeras.callbacks.callback import Callback
from minikeras.callbacks.logs import Logs
from minikeras.messages import count
from minikeras.optional import Library

html = Library("html")

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
        """A table for notebooks: a row for each epoch, of many only the first and the last.

        It has no column for results that only some epochs had.
        """
        names = [name for name, values in self.history.items() if len(values) == len(self.epoch)]
        columns = [[epoch + 1 for epoch in self.epoch], *(self.history[name] for name in names)]
        rows = [*map(list, zip(*columns))]
        if len(rows) > 2 * _SHOWN:
            rows[_SHOWN:-_SHOWN] = [["…"] * len(columns)]
        body = "".join(_row("td", row) for row in rows)
        return f"<table>{_row('th', ['epoch', *names])}{body}</table>"

    def on_train_begin(self, logs: Logs | None = None) -> None:
        self.epoch = []

    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:
        self.epoch.append(epoch)
        for name, value in (logs or {}).items():
            self.history.setdefault(name, []).append(value)
        self.model.history = self


def _row(tag: str, cells: Iterable[object]) -> str:
    texts = (f"{cell:.4g}" if isinstance(cell, float) else str(cell) for cell in cells)
    inside = "".join(f"<{tag}>{html.escape(text)}</{tag}>" for text in texts)
    return f"<tr>{inside}</tr>"
