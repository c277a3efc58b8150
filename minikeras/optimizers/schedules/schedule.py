"""The base of all learning-rate schedules, and their scalar functions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, dataclass_transform

import numpy as np

from minikeras.autograd import Tensor
from minikeras.declare import Configurable
from minikeras.types import TensorLike


@dataclass_transform()
class LearningRateSchedule(Configurable):
    """A function from the number of steps taken, from 0 on, to a learning rate.

    A subclass defines ``at(s)`` for one step, or ``__call__`` as in Keras.  A schedule can be
    called with a number, a variable or an array; it returns a tensor of that shape in float32.

    Parity: schedules are computed in float32, whatever floatx is.
    Parity: a call has the bits of eager TensorFlow.  Within ``tf_function.inside()`` it has those
    of ``fit``, which computes s / n as s · (1 / n).  Then ``PolynomialDecay(cycle=True)`` may
    begin the next cycle one step early.
    """

    if TYPE_CHECKING:  # a subclass without fields takes no arguments

        def __init__(self) -> None: ...

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        if cls.__module__.startswith("minikeras."):
            cls._keras_module = "keras.optimizers.schedules"

    _keras_module = "keras.optimizers.schedules"

    def at(self, s: Any) -> Any:
        """The learning rate after ``s`` steps, a scalar."""
        raise NotImplementedError(
            f"Learning rate schedule {type(self).__name__!r} must override `__call__(self, step)`."
        )

    def shape_at(self, s: Any) -> Any:
        """What ``at`` multiplies by initial_learning_rate as its last step; None if it does not."""
        return None

    def __call__(self, step: TensorLike) -> Any:
        steps = np.asarray(step)
        if steps.dtype.kind not in "iuf":
            raise TypeError(f"step must be a number, received {step!r}")
        rates = np.array([self.at(s) for s in steps.reshape(-1)], dtype="float32")
        return Tensor(rates.reshape(steps.shape))

    def get_config(self) -> dict[str, Any]:
        if not self._fields:
            raise NotImplementedError(
                f"Learning rate schedule {type(self).__name__!r} must override `get_config()` in "
                "order to be serializable."
            )
        return super().get_config()


def real(value: Any) -> Any:
    """A scalar of type float32.  Schedules compute in this type."""
    return np.float32(value)


def cos(x: Any) -> Any:
    """cos x with the bits of the C library, which TensorFlow calls for a single cosine.

    NumPy's float32 cosine differs in the last bit for one argument in six.  Its complex
    exponential calls the C library.
    """
    return np.exp(np.complex64(complex(0, x))).real


def check_positive(name: str, value: float) -> None:
    if value <= 0:
        raise ValueError(f"Argument `{name}` must be > 0. Received: {name}={value}")
