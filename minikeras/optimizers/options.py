"""The options that all optimizers have, and their formulas as functions of arrays.

The docstring of ``Optimizer`` gives the order in which a step uses them.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from minikeras import frames
from minikeras.declare import Configurable
from minikeras.messages import describe, unknown_arguments
from minikeras.optimizers.norms import global_norm, global_scale, norm
from minikeras.types import Array


class OptimizerOptions(Configurable):
    """The options that every optimizer takes after those of its rule.

    weight_decay: before each update w weight_decay lr is subtracted from w.
    clipnorm: the largest norm that the gradient of one variable may have.
    clipvalue: the largest absolute value that an entry of a gradient may have.
    global_clipnorm: the largest norm that all gradients may have, taken as one vector.
    use_ema: maintain a running average of each variable.
    ema_momentum: the part of the average that a step retains.
    ema_overwrite_frequency: the number of updates after which the averages become the variables;
        None for the end of training.
    loss_scale_factor: the factor by which the loss was multiplied; gradients are divided by it.
    gradient_accumulation_steps: the number of gradients of which one update takes the mean.
    name: the name of the optimizer.
    """

    weight_decay: float | None = None
    clipnorm: float | None = None
    clipvalue: float | None = None
    global_clipnorm: float | None = None
    use_ema: bool = False
    ema_momentum: float = 0.99
    ema_overwrite_frequency: int | None = None
    loss_scale_factor: float | None = None
    gradient_accumulation_steps: int | None = None
    name: str | None = None

    @classmethod
    def _update_keywords(cls, kwargs: dict[str, Any]) -> dict[str, Any]:
        if "decay" in kwargs and "decay" not in cls._fields:  # of Keras 2
            kwargs = {name: value for name, value in kwargs.items() if name != "decay"}
            frames.warn(
                "Argument `decay` is no longer supported and is ignored; give learning_rate a "
                "schedule, such as keras.optimizers.schedules.InverseTimeDecay"
            )
        unknown = {name: value for name, value in kwargs.items() if name not in cls._fields}
        if unknown:
            raise ValueError(unknown_arguments(cls.__name__, unknown, cls.__init__))
        return kwargs

    def _check_options(self) -> None:
        steps, frequency = self.gradient_accumulation_steps, self.ema_overwrite_frequency
        if steps and not steps >= 2:
            raise ValueError(f"gradient_accumulation_steps must be at least 2, received {steps}")
        if self.use_ema:
            if not 0 <= self.ema_momentum <= 1:
                raise ValueError(f"ema_momentum must be in [0, 1], received {self.ema_momentum}")
            if frequency and (not isinstance(frequency, int) or frequency < 1):
                raise ValueError(
                    f"ema_overwrite_frequency must be None or an int ≥ 1, received {frequency}"
                )
        clips = {n: getattr(self, n) for n in ("clipnorm", "clipvalue", "global_clipnorm")}
        if sum(value is not None for value in clips.values()) > 1:
            raise ValueError(f"only one way of clipping can be used at a time, received {clips}")

    def scale_loss(self, loss: Any) -> Any:
        """The loss times ``loss_scale_factor``, so that float16 gradients do not vanish."""
        return loss if self.loss_scale_factor is None else loss * self.loss_scale_factor

    @property
    def _limit(self) -> float | None:
        """What the gradients or their norms are clipped to."""
        return self.clipnorm or self.global_clipnorm or self.clipvalue


def clip_by_norm(grads: list[Any], limit: float) -> list[Any]:
    """g limit / max(‖g‖, limit) for each gradient"""
    return [g * limit / np.maximum(norm(g), g.dtype.type(limit)) for g in grads]


def clip_by_global_norm(grads: list[Any], limit: float) -> tuple[list[Array], Any, Any]:
    """All gradients, ‖all g‖, and limit min(1 / ‖all g‖, 1 / limit) by which they are clipped."""
    size = global_norm(grads)
    return [*map(np.asarray, grads)], size, global_scale(size, limit)


def clip_by_value(grads: list[Any], limit: float) -> list[Any]:
    """min(max(g, −limit), limit) for each gradient"""
    return [np.maximum(np.minimum(g, limit), -limit) for g in grads]


def move_average(average: Array, w: Array, momentum: float) -> Any:
    """momentum average + (1 − momentum) w"""
    part = w.dtype.type(momentum)
    return part * average + (1 - part) * w


def not_a_variable(x: Any) -> str:
    """The message about what stands in the place of a variable."""
    return f"expected the gradients and then their variables, received {describe(x)} as a variable"
