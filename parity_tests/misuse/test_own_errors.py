"""The errors of a program's own functions and arguments stay as they are."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import minikeras
from minikeras.autograd.op_nodes import name_operation
from minikeras.messages import describe, received
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


class Unprintable:
    def __repr__(self) -> str:
        raise RuntimeError("its repr fails")


class Failing(layers.Layer):
    def call(self, x: Any, extra: Any = None) -> Any:
        raise KeyError("mine")


def test_an_argument_that_cannot_be_shown_hides_no_error() -> None:
    error = raised(lambda: Failing()(X, extra=Unprintable()))
    assert type(error) is KeyError and error.args == ("mine",)
    assert "extra: an object of type Unprintable" in error.__notes__[0]


def test_a_container_that_contains_itself_is_described() -> None:
    short: list[Any] = [1]
    short.append(short)
    long: list[Any] = [0] * 20
    long[0] = long
    own: dict[str, Any] = {}
    own["own"] = own
    for value in (short, long, own, [long]):
        assert 0 < len(describe(value)) < 200


class Refused:
    def __array__(self, dtype: Any = None, copy: Any = None) -> Any:
        raise ValueError("mine", 3)


def test_ops_keep_the_arguments_of_an_error() -> None:
    error = raised(ops.add, Refused(), 1)
    assert error is not None and error.args == ("mine", 3)


def test_ops_begin_messages_with_their_own_name() -> None:
    for function in (ops.dot, ops.inner):
        error = raised(function, np.ones((2, 3)), np.ones((2, 4)))
        assert str(error).startswith(f"{function.__name__}: axes")
    error = ValueError("summing fails")
    name_operation(error, "sum")
    assert str(error) == "sum: summing fails"


def test_columns_of_a_data_frame_that_hold_no_numbers() -> None:
    pandas = pytest.importorskip("pandas")
    dates = pandas.DataFrame({"day": pandas.to_datetime(["2020-01-01"])})
    assert "'day' holds values of dtype datetime64" in received(dates)
    assert "holds" not in received(pandas.DataFrame({"a": [1.0]}))


def test_the_repr_of_an_optimizer_calls_nothing() -> None:
    class HalfMade(minikeras.optimizers.SGD):
        def __init__(self) -> None:
            self.k = 1

    assert repr(HalfMade()) == "<HalfMade>"
    assert "learning_rate=the function refuses" in repr(minikeras.optimizers.SGD(refuses))
