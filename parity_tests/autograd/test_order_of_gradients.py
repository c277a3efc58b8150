"""In which order gradients of a tensor with several uses, and sums over layers, are added."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import hypothesis.strategies as st
import keras
import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given

import minikeras
from minikeras import config
from minikeras.autograd import GradientTape
from parity_tests.drawing import seeds

# Each step joins two of the tensors so far, counted from the newest.
STEPS = st.lists(
    st.tuples(
        st.sampled_from(["add", "subtract", "multiply"]), st.integers(0, 4), st.integers(0, 4)
    ),
    min_size=1,
    max_size=12,
)


@given(seeds, STEPS)
def test_eager(seed: int, steps: list[tuple[str, int, int]]) -> None:
    rng = np.random.default_rng(seed)
    x, dy = (rng.normal(1, 0.2, (5, 8)).astype("float32") for _ in range(2))

    def gradient(k: Any, tape: Any) -> Any:
        start = k.ops.convert_to_tensor(x)
        with tape:
            tape.watch(start)
            made = [start]
            for name, i, j in steps:
                a, b = (made[-1 - n % len(made)] for n in (i, j))
                made.append(getattr(k.ops, name)(a, b) * 0.5)
        return tape.gradient(made[-1], start, output_gradients=k.ops.convert_to_tensor(dy))

    found, expected = gradient(minikeras, GradientTape()), gradient(keras, tf.GradientTape())
    if expected is None:
        assert found is None
    else:
        np.testing.assert_array_equal(np.asarray(found), np.asarray(expected))


def assert_same_bits(compiled: Callable[[Any], Any], x: Any) -> None:
    """Fit the model that ``compiled`` makes with each library: history, predictions, weights."""

    def fitted(k: Any) -> list[Any]:
        k.utils.clear_session(free_memory=False)
        k.utils.set_random_seed(0)
        model = compiled(k)
        y = x[:, : model.output_shape[-1]]
        history = model.fit(x, y, batch_size=16, epochs=2, verbose=0).history
        return [*history.values(), model.predict(x, verbose=0), *model.get_weights()]

    with config.use_kernels("fast"):
        for found, expected in zip(fitted(minikeras), fitted(keras), strict=True):
            np.testing.assert_array_equal(found, expected)


@pytest.mark.parametrize("samples", [32, 40])  # the batch size is known, or not
@pytest.mark.parametrize("calls", [3, 4])
def test_shared_layer_in_fit(calls: int, samples: int) -> None:
    x = np.random.default_rng(0).normal(size=(samples, 9)).astype("float32")

    def compiled(k: Any) -> Any:
        shared = k.layers.Dense(9, activation="tanh")
        h = inputs = k.Input((9,))
        for _ in range(calls):
            h = shared(h)
        model = k.Model(inputs, k.layers.Dense(1)(h))
        model.compile(k.optimizers.SGD(0.05), "mse")
        return model

    assert_same_bits(compiled, x)


@pytest.mark.parametrize(
    "samples, name, options",
    [
        (32, "SGD", {"momentum": 0.9, "nesterov": True}),
        (40, "SGD", {"loss_scale_factor": 10.0, "gradient_accumulation_steps": 2}),
        (32, "RMSprop", {"loss_scale_factor": 10.0, "clipnorm": 1.0}),
        (40, "SGD", {"clipvalue": 0.01}),
    ],
)
def test_scales_of_batch_normalizations(samples: int, name: str, options: Any) -> None:
    """A number by which a gradient is multiplied first reaches the factors of the gradient."""
    x = np.random.default_rng(0).normal(size=(samples, 7)).astype("float32")

    def compiled(k: Any) -> Any:
        dense, normalized = k.layers.Dense, k.layers.BatchNormalization
        from_zero = normalized(gamma_initializer="zeros")  # its steps are not rounded away
        decayed = normalized(gamma_regularizer=k.regularizers.L2(0.01))
        layers = dense(8), decayed, dense(9), from_zero, dense(2)
        model = k.Sequential([k.Input((7,)), *layers])
        model.compile(getattr(k.optimizers, name)(0.3, **options), "mse")
        return model

    assert_same_bits(compiled, x)


@pytest.mark.parametrize("samples, run_eagerly", [(32, False), (40, False), (32, True)])
@pytest.mark.parametrize("name", ["LayerNormalization", "RMSNormalization", "elu", "gelu", "silu"])
def test_input_with_other_uses(name: str, samples: int, run_eagerly: bool) -> None:
    def layer(k: Any) -> Any:
        return getattr(k.layers, name)() if name.endswith("n") else k.layers.Activation(name)

    x = np.random.default_rng(0).normal(size=(samples, 7)).astype("float32")

    def compiled(k: Any) -> Any:
        inputs = k.Input((7,))
        h = k.layers.Dense(5)(inputs)
        h = k.layers.Concatenate()([k.layers.Activation("tanh")(h), layer(k)(h), h])
        model = k.Model(inputs, k.layers.Dense(1)(h))
        model.compile(k.optimizers.Adam(0.05), "mse", run_eagerly=run_eagerly)
        return model

    assert_same_bits(compiled, x)


_ADDED: dict[str, Any] = {
    "AlphaDropout": lambda k, h: k.layers.AlphaDropout(0.3, seed=1)(h),
    "BatchNormalization": lambda k, h: k.layers.BatchNormalization()(h),
    "Dense": lambda k, h: k.layers.Dense(1, bias_initializer="ones")(h),
    "LayerNormalization": lambda k, h: k.layers.LayerNormalization(beta_initializer="ones")(h),
    "used twice": lambda k, h: k.layers.Activation("relu")(k.layers.LayerNormalization()(h)),
    "one filter": lambda k, h: k.layers.Reshape((5,))(
        k.layers.Flatten()(
            k.layers.Average()(
                [
                    y := k.layers.Reshape((5, 1))(h),
                    k.layers.Conv1D(1, 1, bias_initializer="ones")(y),
                ]
            )
        )
    ),
    "penalty of 0": lambda k, h: k.layers.ActivityRegularization()(
        k.layers.LayerNormalization(beta_initializer="ones")(h)
    ),
    "penalty of a sum": lambda k, h: k.layers.Dense(1, activity_regularizer="l1")(
        k.layers.Dense(1, activity_regularizer="l1", bias_initializer="ones")(h)
    ),
    "penalty": lambda k, h: k.layers.ActivityRegularization(l2=0.1)(h),
    "noise": lambda k, h: k.layers.RMSNormalization()(k.layers.GaussianNoise(0.2, seed=1)(h)),
}
_SUMS = ["LayerNormalization", "BatchNormalization", "used twice", "Dense"]


@pytest.mark.parametrize(
    "merge, samples, order",
    [
        ("Add", 32, ["LayerNormalization"]),
        ("Add", 32, ["AlphaDropout"]),
        ("Average", 32, [*_SUMS[::-1], "AlphaDropout"]),
        ("Add", 40, _SUMS),  # the batch size is not known
        ("Add", 32, ["penalty"]),
        ("Average", 32, ["one filter"]),
        ("Add", 40, ["penalty of 0"]),
        ("Average", 32, ["penalty of a sum"]),  # `predict` computes no penalties
        ("Average", 32, ["noise"]),
    ],
)
def test_order_of_sums_in_fit(merge: str, samples: int, order: list[str]) -> None:
    x = np.random.default_rng(0).normal(size=(samples, 5)).astype("float32")

    def compiled(k: Any) -> Any:
        inputs = k.Input((5,))
        h = k.layers.Dense(5)(inputs)
        for name in order:
            h = getattr(k.layers, merge)()([h, _ADDED[name](k, h)])
        model = k.Model(inputs, k.layers.Dense(1)(h))
        model.compile("adam", "mse")
        return model

    assert_same_bits(compiled, x)


_PRODUCTS: dict[str, Any] = {
    "numbers": lambda k, h: k.layers.Rescaling(0.3)(k.layers.Rescaling(0.1)(h)),
    "a sum between": lambda k, h: k.layers.Rescaling(0.3, 0.5)(k.layers.Rescaling(0.1, 0.7)(h)),
    "Multiply": lambda k, h: k.layers.Rescaling(0.3, 0.5)(
        k.layers.Multiply()([k.layers.Activation("tanh")(h), h])
    ),
    "used twice": lambda k, h: k.layers.Add()(
        [k.layers.Rescaling(0.3)(y := k.layers.Rescaling(0.1, 0.2)(h)), y]
    ),
}


@pytest.mark.parametrize("name", _PRODUCTS)
@pytest.mark.parametrize("samples", [32, 40])
def test_order_of_products_in_fit(name: str, samples: int) -> None:
    x = np.random.default_rng(0).normal(size=(samples, 5)).astype("float32")

    def compiled(k: Any) -> Any:
        inputs = k.Input((5,))
        h = _PRODUCTS[name](k, k.layers.Dense(5)(inputs))
        model = k.Model(inputs, k.layers.Dense(1)(h))
        model.compile("adam", "mse")
        return model

    assert_same_bits(compiled, x)
