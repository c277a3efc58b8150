"""The base of callbacks that act when a metric improves, or no longer improves."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

import numpy as np

from minikeras import frames
from minikeras.callbacks.callback import Callback
from minikeras.callbacks.logs import Logs
from minikeras.messages import did_you_mean


def _number(value: Any) -> Any:
    return np.float32(value) if type(value) is float else np.asarray(value)


def less(value: Any, reference: Any) -> bool:
    return bool(_number(value) < _number(reference))


def greater(value: Any, reference: Any) -> bool:
    return bool(_number(value) > _number(reference))


class MonitorCallback(Callback):
    """Monitors one entry of the logs.

    min:  value + |min_delta| < best  is an improvement
    max:  value − |min_delta| > best

    The first value always improves on ``best=None``; a NaN never improves, and no
    value improves on NaN.  ``mode="auto"`` means "min" for ``loss``; otherwise it is the
    direction of the compiled metric of this name (without ``val_``).  Raises ValueError if there is
    none.

    monitor: the name of the entry.
    mode: "min", "max" or "auto".
    min_delta: smaller changes are no improvement.

    Parity: Python floats are compared in float32, whatever ``floatx`` says.
    """

    _purpose: ClassVar[str]  # how a warning begins

    def __init__(self, monitor: str = "val_loss", mode: str = "auto", min_delta: float = 0) -> None:
        super().__init__()
        if mode not in ("auto", "min", "max"):
            frames.warn(
                f"{type(self).__name__} does not know mode={mode!r}: expected 'auto', 'min' or "
                "'max'. Using 'auto'."
            )
            mode = "auto"
        self.monitor = monitor
        self.mode = mode
        self.best: Any = None
        self.min_delta = abs(min_delta)
        self.monitor_op: Callable[[Any, Any], bool] | None = None

    def get_monitor_value(self, logs: Logs | None) -> Any:
        """The monitored value; None, with a warning, if it is not in the logs."""
        value = (logs or {}).get(self.monitor)
        if value is None:
            hint = did_you_mean(self.monitor, logs or ())
            if self.monitor.startswith("val_") and not any(
                n.startswith("val_") for n in logs or ()
            ):
                hint = " Give fit validation_data or validation_split."
            frames.warn(
                f"{self._purpose} watches monitor={self.monitor!r}, which the logs lack. "
                f"They have: {','.join(logs or ())}.{hint}"
            )
        return value

    def _set_monitor_op(self) -> None:
        if self.mode == "min":
            self.monitor_op = less
        elif self.mode == "max":
            self.monitor_op = greater
        else:
            self.monitor_op = self._natural_direction()
        if self.monitor_op is less:
            self.min_delta *= -1

    def _natural_direction(self) -> Callable[[Any, Any], bool]:
        name = self.monitor.removeprefix("val_")
        direction = less if name == "loss" else None
        for group in getattr(self.model, "metrics", ()):
            members = getattr(group, "metrics", None)  # compiled metrics come in groups
            for metric in members if isinstance(members, list) else ():
                if metric.name == name and hasattr(metric, "_direction"):
                    direction = greater if metric._direction == "up" else less
        if direction is None:
            raise ValueError(
                f"{type(self).__name__} cannot tell whether monitor={self.monitor!r} should "
                "grow or shrink: no compiled metric of that name knows. Pass mode='min' or "
                "mode='max'."
            )
        return direction

    def _is_improvement(self, value: Any, reference: Any) -> bool:
        if reference is None:
            return True
        assert self.monitor_op is not None
        return self.monitor_op(value - self.min_delta, reference)
