"""``fit``, ``evaluate`` and ``predict`` of tiny models: logs and weights for all options."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parity_tests.checks.trainer import LABELS, WEIGHTS, X, Y, compare, frugal

fits = st.fixed_dictionaries(
    {"epochs": st.integers(1, 4)},
    optional={
        "batch_size": st.sampled_from([1, 4, 11, 20]),
        "validation_split": st.sampled_from([0.2, 0.5]),
        "validation_data": st.sampled_from([(X[:5], Y[:5]), (X[:7], Y[:7], WEIGHTS[:7])]),
        "validation_freq": st.sampled_from([1, 2, [1, 3]]),
        "validation_batch_size": st.integers(1, 6),
        "validation_steps": st.integers(1, 2),
        "sample_weight": st.just(WEIGHTS),
        "initial_epoch": st.integers(0, 2),
        "steps_per_epoch": st.integers(1, 4),
    },
)
compiles = st.fixed_dictionaries(
    {"loss": st.sampled_from(["mse", "mae", "huber"])},
    optional={
        "metrics": st.sampled_from([["mse"], ["mae", "mse"], ["mae", "mae"]]),
        "weighted_metrics": st.just(["mae"]),
        "loss_weights": st.just([0.5]),
        "steps_per_execution": st.integers(1, 3),
    },
)


@frugal
@given(compiles, fits)
def test_fit(compiling, fitting):
    def action(library, model):
        model.compile("sgd", run_eagerly=True, **compiling)
        history = model.fit(X, Y, verbose=0, shuffle=False, **fitting)
        return history.history, history.epoch

    compare(action)


@frugal
@given(
    seed=st.integers(0, 2**31 - 1),
    shuffle=st.sampled_from([True, "batch"]),
    batch_size=st.integers(1, 11),
)
def test_shuffled_fit(seed, shuffle, batch_size):
    def action(library, model):
        library.utils.set_random_seed(seed)
        model.compile("sgd", "mse", run_eagerly=True)
        return model.fit(
            X, Y, batch_size, epochs=2, verbose=0, shuffle=shuffle, validation_split=0.2
        ).history

    compare(action)


@frugal
@given(st.dictionaries(st.integers(0, 1), st.floats(0, 3)), st.booleans())
def test_class_weight(class_weight, on_batch):
    def action(library, model):
        model.compile(
            "sgd",
            "categorical_crossentropy",
            metrics=["accuracy"],
            weighted_metrics=["categorical_accuracy"],
            run_eagerly=True,
        )
        if on_batch:
            return model.train_on_batch(X, LABELS, class_weight=class_weight, return_dict=True)
        options = {"verbose": 0, "shuffle": False, "batch_size": 4}
        return model.fit(X, LABELS, class_weight=class_weight, **options).history

    compare(action, activation="softmax")


@frugal
@given(
    loss=st.sampled_from(["mse", ["mse", "mae"], {"a": "mse", "b": "mae"}]),
    optional=st.fixed_dictionaries(
        {},
        optional={
            "loss_weights": st.sampled_from([[0.5, 2.0], {"a": 0.5, "b": 2.0}]),
            "metrics": st.sampled_from([[["mae"], ["mse", "mae"]], {"b": ["mae"]}]),
            "weighted_metrics": st.just({"a": ["mse"]}),
        },
    ),
    as_dict=st.booleans(),
    weighted=st.booleans(),
)
def test_two_outputs(loss, optional, as_dict, weighted):
    def action(library, model):
        model.compile("sgd", loss, run_eagerly=True, **optional)
        y = {"a": Y, "b": LABELS} if as_dict else [Y, LABELS]
        weights = None
        if weighted:
            weights = {"a": WEIGHTS, "b": 2 * WEIGHTS} if as_dict else [WEIGHTS, 2 * WEIGHTS]
        model.fit(X, y, 4, verbose=0, shuffle=False, sample_weight=weights)
        return [
            model.evaluate(X, y, 5, verbose=0, sample_weight=weights, return_dict=True),
            model.evaluate(X, y, 11, verbose=0),
            model.train_on_batch(X, y),
            model.test_on_batch(X, y, return_dict=True),
            model.predict(X, 4, verbose=0),
            model.predict_on_batch(X),
        ]

    compare(action, outputs=2)


@pytest.mark.parametrize("batch_size", [4, 11])
def test_losses_of_two_outputs_in_a_graph(batch_size):
    """With a smaller last batch, Keras's graph knows no batch size."""

    def action(library, model):
        model.compile("sgd", ["mse", "mae"])
        options = {"batch_size": batch_size, "verbose": 0}
        history = model.fit(X, [Y, LABELS], shuffle=False, validation_split=0.4, **options)
        return history.history, model.evaluate(X, [Y, LABELS], return_dict=True, **options)

    compare(action, outputs=2)


@frugal
@given(batch_size=st.integers(1, 12), steps=st.sampled_from([None, 1, 2]), stride=st.integers(1, 3))
def test_evaluate_and_predict(batch_size, steps, stride):
    def action(library, model):
        model.compile(loss="mse", metrics=["mae"], run_eagerly=True, steps_per_execution=stride)
        return [
            model.evaluate(X, Y, batch_size, verbose=0, steps=steps),
            model.evaluate(X, Y, batch_size, 0, WEIGHTS, return_dict=True),
            model.predict(X, batch_size, verbose=0, steps=steps),
            model.metrics_names,
        ][:3]

    compare(action)
