"""The curve of a fit: the logs of its epochs, the lines that it prints, its times."""

from __future__ import annotations

import io
import re
import time
from collections.abc import Callable, Iterable
from typing import Any, TextIO

import numpy as np

# 45/45 - 0s - 6ms/step - loss: 0.2 ...: the group is the part after the timings
EPOCH_LINE = re.compile(r"^\d+/\d+ - \d+\w* - (?:[\d.]+\w+/step - )?(.+)$", re.MULTILINE)


def numbers(logs: dict[str, Any]) -> dict[str, float]:
    """The numbers as Python floats; a metric of several gets a name for each: `f1[0]`, `f1[1]`."""
    found: dict[str, float] = {}
    for name, value in logs.items():
        if isinstance(value, dict):  # of a model with named outputs
            found |= numbers({f"{name}/{key}": entry for key, entry in value.items()})
            continue
        try:
            entries = np.ravel(np.asarray(value, "float64")).tolist()
        except (TypeError, ValueError):  # a callback may add anything to the logs
            continue
        names = [name] if len(entries) == 1 else [f"{name}[{i}]" for i in range(len(entries))]
        found.update(zip(names, entries))
    return found


def epoch_line(log: dict[str, float]) -> str:
    """The line that `verbose=2` prints for `log`, without the times."""
    return " - ".join(
        f"{name}: {value:.4f}" if value > 1e-3 else f"{name}: {value:.4e}"
        for name, value in sorted(log.items(), key=lambda item: (item[0].startswith("val_"), item))
    )


def watcher(keras: Any, send: Callable[..., None], model: Any) -> Any:
    """A callback of this framework that follows one fit."""

    class Watcher(keras.callbacks.Callback):  # type: ignore[misc]  # keras is Any
        """Keeps the logs, sends an event after each epoch, measures its time without validation."""

        def __init__(self) -> None:
            super().__init__()
            self.called = time.perf_counter()
            self.first: float | None = None  # seconds from the call of `fit` to the end of an epoch
            self.seconds: list[float] = []
            self.epochs: list[int] = []
            self.logs: list[dict[str, float]] = []
            self.begun: float | None = None

        def on_train_begin(self, logs: Any = None) -> None:
            send(event="fit", model=model.name, epochs=self.params.get("epochs"))

        def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
            self.begun = time.perf_counter()

        def on_test_begin(self, logs: Any = None) -> None:
            self._stop()

        def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
            self._stop()
            self.epochs.append(int(epoch))
            self.logs.append(numbers(logs or {}))
            send(event="epoch", epoch=int(epoch), loss=self.logs[-1].get("loss"))

        def _stop(self) -> None:
            if self.begun is not None:
                self.first = self.first or time.perf_counter() - self.called
                self.seconds.append(time.perf_counter() - self.begun)
                self.begun = None

    return Watcher()


class Copied:
    """A stream that also keeps a copy of the text; everything else is the stream's own."""

    def __init__(self, stream: TextIO) -> None:
        self.stream = stream
        self.copy = io.StringIO()

    def write(self, text: str) -> int:
        self.copy.write(text)
        return self.stream.write(text)

    def writelines(self, lines: Iterable[str]) -> None:
        for line in lines:
            self.write(line)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.stream, name)
