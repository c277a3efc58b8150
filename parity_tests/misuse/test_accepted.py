"""What Keras accepts although it looks like a mistake, minikeras accepts too."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import keras
import numpy as np
import pytest

import minikeras
from parity_tests.misuse.model import X, Y, small_model

pytestmark = pytest.mark.filterwarnings("ignore")


def _validated(k: Any, y: Any, epochs: int, freq: int = 1) -> list[str]:
    history = small_model(k).fit(
        X, Y, validation_data=(X, y), validation_freq=freq, epochs=epochs, verbose=0
    )
    return sorted(history.history)


def _one_name(k: Any) -> list[str]:
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame(X.astype("float64"), columns=["a"] * 4)
    return sorted(small_model(k).fit(frame, Y, verbose=0).history)


ACCEPTED: dict[str, Callable[[Any], Any]] = {
    "validation never due": lambda k: _validated(k, Y[:2], 2, freq=5),
    "validation without labels never due": lambda k: _validated(k, None, 2, freq=5),
    "no validation": lambda k: sorted(
        small_model(k).fit(X, Y, validation_freq=None, verbose=0).history
    ),
    "no epochs": lambda k: _validated(k, Y[:2], 0),
    "shape of an Input": lambda k: np.shape(k.Input((3,))),
    "ndim of an Input": lambda k: np.ndim(k.Input((3,))),
    "columns of one name": _one_name,
    "rate without axes": lambda k: float(k.layers.Dropout(np.array(0.5)).rate),
    "rate as a fraction": lambda k: float(k.layers.Dropout(Fraction(1, 2)).rate),
}


@pytest.mark.parametrize("name", ACCEPTED)
def test_accepted(name: str) -> None:
    assert ACCEPTED[name](minikeras) == ACCEPTED[name](keras)


@pytest.mark.parametrize("rate", [np.array(0.5), Fraction(1, 2)])
def test_such_rates_drop_units(rate: Any) -> None:
    ones = np.ones((4, 5), "float32")
    dropped = minikeras.layers.Dropout(rate, seed=1)(ones, training=True)
    expected = minikeras.layers.Dropout(0.5, seed=1)(ones, training=True)
    np.testing.assert_array_equal(dropped, expected)


def test_a_metric_that_fails_in_the_first_step_changes_nothing() -> None:
    def broken(y: Any, p: Any) -> Any:
        raise LookupError

    layers = minikeras.layers
    stack = [layers.BatchNormalization(), layers.Dropout(0.5, seed=3), layers.Dense(1)]
    model = minikeras.Sequential(stack)
    model.build((None, 4))
    model.compile("adam", "mse", metrics=[broken])
    with pytest.raises(LookupError):
        model.fit(X * 9, X[:, :1], verbose=0)
    statistics = model.layers[0]
    np.testing.assert_array_equal(statistics.moving_mean, np.zeros(4))
    np.testing.assert_array_equal(statistics.moving_variance, np.ones(4))
    fresh = minikeras.random.SeedGenerator(3)
    np.testing.assert_array_equal(model.layers[1].seed_generator.state, fresh.state)
