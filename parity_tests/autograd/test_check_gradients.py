"""`check_gradients` accepts layers as they are made, and finds what is wrong in them."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import minikeras as keras
from minikeras import layers, ops
from minikeras.autograd import check_gradients, primitive

ROWS = np.random.default_rng(0).random((2, 4))


def branching() -> Any:
    x = layers.Input((4,))
    return keras.Model(x, [layers.Dense(3)(x), layers.Dense(2, "sigmoid")(layers.Dense(3)(x))])


CORRECT: dict[str, tuple[Callable[[], Any], Any]] = {
    "dense": (lambda: layers.Dense(3), ROWS),
    "float16": (lambda: layers.Dense(3, "gelu", dtype="mixed_float16"), ROWS),
    "float64": (lambda: layers.Dense(3, "gelu", dtype="float64"), ROWS),
    "embedding": (lambda: layers.Embedding(5, 3), np.array([[1, 2], [0, 4]])),
    "convolution": (lambda: layers.Conv2D(3, 3, activation="tanh"), np.ones((2, 6, 6, 2))),
    "sequential": (
        lambda: keras.Sequential([layers.Dense(5, "tanh"), layers.BatchNormalization()]),
        ROWS,
    ),
    "nested": (lambda: keras.Sequential([layers.Input((4,)), branching().layers[1]]), ROWS),
    "functional": (branching, ROWS),
}


@pytest.mark.parametrize("name", CORRECT)
def test_correct_layers_pass_and_stay_as_they_are(name: str) -> None:
    make, x = CORRECT[name]
    layer = make()
    check_gradients(layer, x)
    y = keras.tree.flatten(layer(x))
    before = [(v._value, v.dtype) for v in layer.variables], layer.dtype_policy
    check_gradients(layer, x)
    after = [(v._value, v.dtype) for v in layer.variables], layer.dtype_policy
    assert all(a is b and s == t for (a, s), (b, t) in zip(before[0], after[0], strict=True))
    assert before[1] is after[1]
    for a, b in zip(y, keras.tree.flatten(layer(x)), strict=True):
        assert a.dtype == b.dtype
        np.testing.assert_array_equal(a, b)


@primitive()
def halved(x: Any) -> Any:
    """y = x / 2"""
    return x * 0.5


@halved.shape
def halved_shape(x: Any) -> Any:
    return x


@halved.vjp
def halved_vjp(dy: Any, y: Any, x: Any) -> Any:
    return dy  # should be dy / 2


class WrongInput(layers.Layer):
    def build(self, shape: Any) -> None:
        self.scale = self.add_weight((shape[-1],), name="scale", initializer="ones")

    def call(self, x: Any) -> Any:
        return halved(x) * self.scale


class WrongWeight(WrongInput):
    def call(self, x: Any) -> Any:
        return x * halved(self.scale)


@pytest.mark.parametrize("dtype", ["float32", "float64", "mixed_float16"])
@pytest.mark.parametrize(
    "cls, place", [(WrongInput, "argument 0"), (WrongWeight, "wrong_weight/scale")]
)
def test_a_wrong_derivative_is_found(cls: Any, place: str, dtype: str) -> None:
    layer = cls(dtype=dtype, name="wrong_weight")
    message = rf"the gradient of the layer 'wrong_weight' with respect to {place} is wrong: .*"
    with pytest.raises(AssertionError, match=message) as caught:
        check_gradients(layer, ROWS)
    along, element = str(caught.value).split(" Element ")
    quotient, slope = along.split("quotient is ")[1].rstrip(".").split(", the gradient ")
    assert float(slope) == pytest.approx(2 * float(quotient), rel=1e-6)
    quotient, slope = element.split("quotient is ")[1].split(", its gradient ")
    assert float(slope) == pytest.approx(2 * float(quotient), rel=1e-6)
    assert layer.scale.dtype == ("float32" if dtype == "mixed_float16" else dtype)
    np.testing.assert_array_equal(layer.scale, np.ones(4))
    with pytest.raises(AssertionError, match=place):
        check_gradients(keras.Sequential([layer]), ROWS)


@primitive()
def one_wrong(x: Any) -> Any:
    """y = 3 x             dx = 3 dy, but for one element"""
    return 3 * x


@one_wrong.shape
def one_wrong_shape(x: Any) -> Any:
    return x


@one_wrong.vjp
def one_wrong_vjp(dy: Any, y: Any, x: Any) -> Any:
    dx = 3 * dy
    dx[1, 2] += 0.5 * dy[1, 2]
    return dx


@pytest.mark.parametrize("shape", [(2, 4), (2, 300)])
def test_the_wrong_element_is_named(shape: tuple[int, ...]) -> None:
    """Of a large array a part is looked at, which may not hold it."""
    message = "with respect to argument 0 is wrong"
    if shape == (2, 4):
        message = r"Element \[1, 2\] is off most"
    with pytest.raises(AssertionError, match=message):
        check_gradients(one_wrong, np.ones(shape))


def test_functions_of_variables() -> None:
    w = keras.Variable(np.float32([1.0, 2.0]), name="w")
    check_gradients(lambda x: ops.sum(ops.tanh(x * w)), [1.0, 2.0])
    assert w.dtype == "float32"
    with pytest.raises(AssertionError, match="with respect to w is wrong"):
        check_gradients(lambda x: ops.sum(x * halved(w)), [1.0, 2.0])


def test_float32_is_refused_where_it_cannot_be_changed() -> None:
    dense = layers.Dense(3)
    with pytest.raises(ValueError, match="make its layers with dtype='float64'"):
        check_gradients(lambda x: dense(x), ROWS)


def test_random_functions_are_refused() -> None:
    dropout = layers.Dropout(0.5, dtype="float64")
    with pytest.raises(ValueError, match="<lambda> is random: a second call with the same"):
        check_gradients(lambda x: dropout(x, training=True), np.ones((20, 10)))
    check_gradients(keras.Sequential([AlwaysDropping(0.5)]), ROWS)  # a layer's seeds are restored


class AlwaysDropping(layers.Dropout):
    def call(self, inputs: Any, training: bool = False) -> Any:
        return super().call(inputs, training=True)


@pytest.mark.parametrize("fails", [True, False])
def test_a_refused_check_of_gradients_changes_nothing(fails: bool) -> None:
    class Own(layers.Layer):
        def build(self, shape: Any) -> None:
            self.count = self.add_weight(shape=(), trainable=False, initializer="zeros", name="n")

        def call(self, x: Any) -> Any:
            self.count.assign(self.count + 1)
            if fails:
                raise LookupError
            return keras.random.normal((2, 4)) * x

    layer = Own()
    layer.build((2, 4))
    with pytest.raises((LookupError, ValueError)):
        check_gradients(layer, np.ones((2, 4)))
    assert float(layer.count) == 0


@pytest.mark.parametrize("cut", [ops.stop_gradient, lambda w: ops.convert_to_tensor(np.asarray(w))])
def test_a_weight_from_which_the_result_is_cut_off(cut: Callable[[Any], Any]) -> None:
    class Cut(layers.Dense):
        def call(self, x: Any) -> Any:
            return ops.matmul(x, cut(self.kernel)) + self.bias

    with pytest.raises(AssertionError, match=r"with respect to cut/kernel is wrong.*gradient 0"):
        check_gradients(Cut(3, name="cut"), ROWS)
