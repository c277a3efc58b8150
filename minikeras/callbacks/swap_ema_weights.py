"""Evaluate with the averages of the weights instead of the weights."""

from __future__ import annotations

from typing import Any, ClassVar

from minikeras.callbacks.callback import Callback
from minikeras.callbacks.logs import Logs


class SwapEMAWeights(Callback):
    """Exchanges the weights with their running averages while the model is evaluated.

    swap_on_epoch: whether they are exchanged at the end of each epoch too, and back at the begin of
        the next one, so that callbacks that stand behind this one save the averages.

    The optimizer needs ``use_ema=True``, and has to be built, else ValueError.  Whoever changes the
    weights in between loses them.

    Parity: as Keras on TensorFlow does, the two are exchanged by sums and differences, so that a
    weight may come back with another last digit.
    """

    resumed: ClassVar[tuple[str, ...]] = ("_ema_weights_in_model",)

    def __init__(self, swap_on_epoch: bool = False) -> None:
        super().__init__()
        self.swap_on_epoch = swap_on_epoch
        self._ema_weights_in_model = False

    def _pairs(self) -> list[tuple[Any, Any]]:
        """Each trainable variable with its average."""
        optimizer = self.model.optimizer
        if not optimizer.use_ema or not optimizer.built:
            state = "has not been built yet" if optimizer.use_ema else "has use_ema=False"
            raise ValueError(
                f"SwapEMAWeights needs an optimizer with use_ema=True that was built, the one of "
                f"the model {state}: {optimizer!r}"
            )
        pairs = zip(optimizer._trainable_variables, optimizer._averages)
        return [(variable, average) for variable, average in pairs if average is not None]

    def _swap(self, averages_in_model: bool) -> None:
        """Exchange them, unless the model holds what is wanted already."""
        if self._ema_weights_in_model is averages_in_model:
            return
        for variable, average in self._pairs():
            total = variable._value + average._value
            average.assign(total - average._value)
            variable.assign(total - average._value)
        self._ema_weights_in_model = averages_in_model

    def on_epoch_begin(self, epoch: int, logs: Logs | None = None) -> None:
        if self.swap_on_epoch:
            self._swap(averages_in_model=False)

    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:
        if not self.swap_on_epoch or self._ema_weights_in_model:
            return
        self._swap(averages_in_model=True)
        if self.params is not None and epoch == self.params["epochs"] - 1:
            for variable, average in self._pairs():  # ``fit`` ends with w ← average
                average.assign(variable)

    def on_test_begin(self, logs: Logs | None = None) -> None:
        self._swap(averages_in_model=True)

    def on_test_end(self, logs: Logs | None = None) -> None:
        self._swap(averages_in_model=False)

    def on_predict_begin(self, logs: Logs | None = None) -> None:
        self._swap(averages_in_model=True)

    def on_predict_end(self, logs: Logs | None = None) -> None:
        self._swap(averages_in_model=False)
