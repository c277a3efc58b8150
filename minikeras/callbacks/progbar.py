"""A progress bar; its output equals that of Keras."""

from __future__ import annotations

import math
import os
import sys
import time
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

from minikeras.callbacks.console import print_msg

Values = list[tuple[str, Any]]
_BOLD, _GREEN, _WHITE, _PLAIN = "\x1b[1m", "\x1b[32m", "\x1b[37m", "\x1b[0m"


def _visible(text: str) -> int:
    """The width of the text on the screen, without colour codes."""
    codes = sum(text.count(code) * len(code) for code in (_BOLD, _GREEN, _WHITE, _PLAIN))
    return len(text) - codes


def _clock(seconds: float) -> str:
    whole = int(seconds)
    if seconds > 3600:
        return f"{whole // 3600}:{whole % 3600 // 60:02d}:{whole % 60:02d}"
    if seconds > 60:
        return f"{whole // 60}:{whole % 60:02d}"
    return f"{whole}s"


class Progbar:
    """Prints the progress of a loop, its time and metrics.

    12/60 ━━━━━━━━━━━━━━━━━━━━ 4s 90ms/step - accuracy: 0.5729 - loss: 1.1351

    target: the number of steps; None if it is unknown.
    width: the width of the bar in characters.
    verbose: 0 prints nothing, 1 a bar, 2 one line at the end.
    interval: the shortest time between two updates of the bar, in seconds.
    stateful_metrics: names whose values are printed as given; all others are averaged over steps.
    stateless_metrics: names that are averaged; all others are printed as given.
    unit_name: what a step is called.

    Raises ValueError if both lists are given.

    Parity: ``verbose=2`` prints values below 1e-3, so all negative ones, in scientific notation;
    the bar decides by the magnitude.
    """

    def __init__(
        self,
        target: int | None,
        width: int = 20,
        verbose: int = 1,
        interval: float = 0.05,
        stateful_metrics: Iterable[str] | None = None,
        stateless_metrics: Iterable[str] | None = None,
        unit_name: str = "step",
    ) -> None:
        if stateful_metrics is not None and stateless_metrics is not None:
            raise ValueError(
                "Give stateful_metrics (all others are averaged) or stateless_metrics (no others "
                f"are averaged), not both: received {stateful_metrics!r} and {stateless_metrics!r}"
            )
        self.target = target
        self.width = width
        self.verbose = verbose
        self.interval = interval
        self.unit_name = unit_name
        self.stateless_metrics = None if stateless_metrics is None else set(stateless_metrics)
        self.stateful_metrics = set(stateful_metrics or ()) if stateless_metrics is None else None
        self._dynamic_display = (
            (hasattr(sys.stdout, "isatty") and sys.stdout.isatty())
            or "ipykernel" in sys.modules
            or "posix" in sys.modules
            or "PYCHARM_HOSTED" in os.environ
        )
        self._seen_so_far = 0
        self._values: dict[str, list[Any]] = {}  # name → [sum, count]
        self._start = time.time()
        self._last_update = 0.0
        self._time_after_first_step: float | None = None
        self._prev_total_width = 0

    def __repr__(self) -> str:
        return f"<Progbar at {self._seen_so_far} of {self.target}>"

    def update(
        self,
        current: int,
        values: Values | Callable[[], Values] | None = None,
        finalize: bool | None = None,
    ) -> None:
        """Report that ``current`` steps are done.

        values: pairs of a name and the value in the last step, or a function that returns them,
        which is called only when the bar is redrawn (for values printed as given).
        finalize: the last call; by default once ``target`` is reached.
        """
        if finalize is None:
            finalize = self.target is not None and current >= self.target
        if not callable(values):
            self._take(values or [], current, finalize)
        self._seen_so_far = current
        now = time.time()
        per_unit = self._estimate_step_duration(current, now)
        known = self.target is not None and self.target > 0
        if self.verbose == 1:
            if now - self._last_update < self.interval and not finalize:
                return
        elif self.verbose != 2 or not finalize or not known:
            self._last_update = now
            return
        if callable(values):
            self._take(values(), current, finalize)
        if self.verbose == 1:
            self._print_bar(current, now, per_unit, finalize)
        else:
            elapsed = f"{self._count(current)} - {now - self._start:.0f}s"
            print_msg(
                f"{elapsed} -{self._per_unit(per_unit)}{self._metrics(lambda v: v)}\n",
                line_break=False,
            )
        self._last_update = now

    def add(self, n: int, values: Values | None = None) -> None:
        """Report that ``n`` more steps are done."""
        self.update(self._seen_so_far + n, values)

    def _take(self, values: Values, current: int, finalize: bool) -> None:
        for name, value in values:
            averaged = (
                name not in self.stateful_metrics
                if self.stateful_metrics is not None
                else name in (self.stateless_metrics or ())
            )
            if not averaged or finalize:
                self._values[name] = [value, 1]
                continue
            steps = max(current - self._seen_so_far, 1)
            total, count = self._values.get(name, (0, 0))
            self._values[name] = [total + value * steps, count + steps]

    def _count(self, current: int) -> str:
        assert self.target is not None
        digits = int(math.log10(self.target)) + 1
        return f"{current:{digits}d}/{self.target}"

    def _print_bar(self, current: int, now: float, per_unit: float, finalize: bool) -> None:
        message = "\b" * self._prev_total_width + "\r" if self._dynamic_display else "\n"
        target = self.target or 0
        if target > 0:
            done = int(self.width * (current / target))
            bar = f"{_BOLD}{self._count(current)}{_PLAIN} "
            if done > 0:
                bar += f"{_GREEN}{'━' * done}{_PLAIN}"
            bar += f"{_WHITE}{'━' * (self.width - done)}{_PLAIN}"
        else:
            bar = f"{current:7d}/Unknown"
        if target > 0 and not finalize:
            clock = _clock(per_unit * (target - current))
        else:
            clock = f"{now - self._start:.0f}s"
        info = f" {_BOLD}{clock}{_PLAIN}{self._per_unit(per_unit)}{self._metrics(abs)}"
        width = _visible(bar + info)
        message += bar + info + " " * (self._prev_total_width - width)
        print_msg(message + "\n" if finalize else message, line_break=False)
        self._prev_total_width = width

    def _metrics(self, size: Callable[[Any], Any]) -> str:
        """`` - name: value`` for each; ``size`` decides between plain and scientific notation."""
        text = ""
        for name, (total, count) in self._values.items():
            mean = (total if isinstance(total, float) else np.mean(total)) / max(1, count)
            text += f" - {name}: {mean:.4f}" if size(mean) > 1e-3 else f" - {name}: {mean:.4e}"
        return text

    def _per_unit(self, seconds: float) -> str:
        if seconds >= 1 or seconds == 0:
            return f" {seconds:.0f}s/{self.unit_name}"
        if seconds >= 1e-3:
            return f" {seconds * 1e3:.0f}ms/{self.unit_name}"
        return f" {seconds * 1e6:.0f}us/{self.unit_name}"

    def _estimate_step_duration(self, current: int, now: float) -> float:
        """Mean time of the steps after the first one, which takes longer."""
        if not current:
            return 0
        if self._time_after_first_step is not None and current > 1:
            per_unit = (now - self._time_after_first_step) / (current - 1)
        else:
            per_unit = (now - self._start) / current
        if current == 1:
            self._time_after_first_step = now
        return per_unit
