"""The errors of a program's own functions and arguments stay as they are."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import minikeras
from parity_tests.misuse.test_messages import raised

layers, ops = minikeras.layers, minikeras.ops
X, LABELS = np.ones((8, 4), "float32"), np.ones((8, 2), "float32")


def refuses(*_: Any) -> Any:
    raise ValueError("targets must be positive", 7)


class Quantiles(minikeras.losses.Loss):
    def call(self, y_true: Any, y_pred: Any) -> Any:
        return refuses()


class Weighted(minikeras.losses.MeanSquaredError):
    def call(self, y_true: Any, y_pred: Any) -> Any:
        return refuses()


@pytest.mark.parametrize(
    "options",
    [
        {"loss": refuses},
        {"loss": Quantiles()},
        {"loss": Weighted()},
        {"loss": lambda y, p: ops.mean(p, -1), "metrics": [refuses]},
    ],
    ids=["function", "class", "class of a built-in loss", "metric"],
)
def test_a_users_comparison_keeps_its_error(options: dict[str, Any]) -> None:
    model = minikeras.Sequential([layers.Dense(3)])
    model.compile("sgd", **options)
    error = raised(model.fit, X, LABELS, verbose=0)
    assert type(error) is ValueError and error.args == ("targets must be positive", 7)
    assert any("(8, 2)" in note and "(8, 3)" in note for note in error.__notes__)


def test_a_built_in_comparison_is_explained() -> None:
    model = minikeras.Sequential([layers.Dense(3)])
    model.compile("sgd", "mse")
    assert "cannot compare labels of shape (8, 2)" in str(raised(model.fit, X, LABELS, verbose=0))


# A number of NumPy as the first argument is no tensor.
NUMBERS: dict[str, tuple[Callable[[], Any], str]] = {
    "Dense": (lambda: layers.Dense(np.int64(10), activation="sofmax"), "'sofmax'"),
    "Dropout": (lambda: layers.Dropout(np.float32(1.5)), "rate=1.5"),
    "0-d": (lambda: layers.Dropout(np.array(0.5), seeed=3), "seeed=3"),
    "RandomNormal": (lambda: minikeras.initializers.RandomNormal(np.float32(1), sd=3), "'sd'"),
}


@pytest.mark.parametrize("name", NUMBERS)
def test_a_number_is_no_tensor(name: str) -> None:
    function, words = NUMBERS[name]
    text = str(raised(function))
    assert words in text and "received a tensor" not in text


def test_the_error_of_a_constructor_stays_beside_the_hint() -> None:
    text = str(raised(lambda: layers.Reshape(np.array([2, 2]), nme=1)))
    assert "nme=1" in text and "'name'" in text
    assert "Reshape(...)(x)" in text


def test_an_unknown_keyword_without_a_similar_name_adds_nothing() -> None:
    model = minikeras.Sequential([layers.Dense(3)])
    assert str(raised(lambda: model.summary(zzzz=1))).endswith("'zzzz'")
    assert str(raised(lambda: minikeras.losses.Huber(zzzz=1))).endswith("'zzzz'")
