"""``SwapEMAWeights`` gives the bits of Keras: curves, weights and averages."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest

import minikeras

RNG = np.random.default_rng(3)
X, Y = RNG.normal(size=(24, 3)).astype("float32"), RNG.normal(size=(24, 1)).astype("float32")


def trained(library: Any, swap_on_epoch: bool) -> Any:
    """What evaluations and callbacks saw, and the weights and averages at the end."""
    seen = []

    class Watch(library.callbacks.Callback):  # type: ignore[misc]  # of either library
        def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
            seen.extend(self.model.get_weights())

    library.utils.set_random_seed(5)
    model = library.Sequential(
        [library.layers.Input((3,)), library.layers.Dense(4, "tanh"), library.layers.Dense(1)]
    )
    rule = library.optimizers.SGD(0.05, momentum=0.9, use_ema=True, ema_momentum=0.7)
    model.compile(rule, "mse")
    swap = library.callbacks.SwapEMAWeights(swap_on_epoch)
    options = {"validation_data": (X, Y), "batch_size": 8, "verbose": 0}
    history = model.fit(X, Y, epochs=3, callbacks=[swap, Watch()], **options).history
    loss = model.evaluate(X, Y, verbose=0, callbacks=[swap])
    predicted = model.predict(X, verbose=0, callbacks=[swap])
    slots = [np.asarray(v) for v in model.optimizer.variables]
    return history, [loss, predicted, *model.get_weights(), *slots, *seen]


@pytest.mark.parametrize("swap_on_epoch", [False, True])
def test_the_bits_of_keras(swap_on_epoch: bool) -> None:
    (ours, arrays), (theirs, expected) = (trained(k, swap_on_epoch) for k in (minikeras, keras))
    assert ours == theirs
    for a, b in zip(arrays, expected, strict=True):
        np.testing.assert_array_equal(a, b, strict=True)


@pytest.mark.parametrize("library", [minikeras, keras])
@pytest.mark.parametrize("use_ema", [False, True])
def test_an_optimizer_without_averages(library: Any, use_ema: bool) -> None:
    model = library.Sequential([library.layers.Input((3,)), library.layers.Dense(1)])
    model.compile(library.optimizers.SGD(use_ema=use_ema), "mse")
    with pytest.raises(ValueError, match="use_ema=True"):
        model.evaluate(X, Y, verbose=0, callbacks=[library.callbacks.SwapEMAWeights()])
