"""All other metrics: state and result, variable names, config, errors."""

from __future__ import annotations

import inspect
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given
from hypothesis import strategies as st

import minikeras
from minikeras import metrics
from minikeras.autograd import Variable
from parity_tests.checks.compare import same_outcome
from parity_tests.checks.loss import close
from parity_tests.checks.metric import (
    REQUIRED,
    batches,
    bits,
    check_in_function,
    check_metric,
    class_numbers,
    compare,
    pair,
    ranks,
)
from parity_tests.drawing import few, generators, numbers, one_hot, probabilities, sample_weights

ALL = [
    n
    for n in dir(keras.metrics)
    if isinstance(getattr(keras.metrics, n), type) and n not in ("Metric", "MeanMetricWrapper")
]


@pytest.mark.parametrize(
    "name", ["Accuracy", "BinaryAccuracy", "CategoricalAccuracy", "TopKCategoricalAccuracy"]
)
@given(data=st.data(), rank=ranks)
def test_accuracies(name: str, data: Any, rank: int) -> None:
    config: dict[str, Any] = {"k": data.draw(st.integers(1, 4))} if "TopK" in name else {}
    if name == "BinaryAccuracy":
        config["threshold"] = data.draw(st.sampled_from([0.25, 0.3, 0.5, 1.0]))
    labels = {"Accuracy": probabilities, "BinaryAccuracy": bits}.get(name, one_hot)
    check_metric(name, config, data.draw(batches(labels, probabilities, rank)))


@pytest.mark.parametrize("name", ["SparseCategoricalAccuracy", "SparseTopKCategoricalAccuracy"])
@given(data=st.data(), rank=ranks)
def test_sparse_accuracies(name: str, data: Any, rank: int) -> None:
    config = {"k": data.draw(st.integers(1, 4))} if "TopK" in name else {}
    check_metric(name, config, data.draw(batches(class_numbers, probabilities, rank)))


def test_top_k_of_sorted_ids() -> None:
    config = {"k": 2, "from_sorted_ids": True}
    ids = np.array([[2, 1, 0], [0, 2, 1], [1, 0, 2]])
    check_metric("SparseTopKCategoricalAccuracy", config, [(np.array([1, 1, 1]), ids)])


OF_LOSSES = {
    "MeanSquaredError": (numbers, numbers),
    "MeanAbsoluteError": (numbers, numbers),
    "MeanAbsolutePercentageError": (numbers, numbers),
    "MeanSquaredLogarithmicError": (numbers, numbers),
    "RootMeanSquaredError": (numbers, numbers),
    "LogCoshError": (numbers, numbers),
    "CosineSimilarity": (numbers, numbers),
    "Hinge": (bits, numbers),
    "SquaredHinge": (numbers, numbers),
    "CategoricalHinge": (one_hot, probabilities),
    "KLDivergence": (probabilities, probabilities),
    "Poisson": (probabilities, probabilities),
    "BinaryCrossentropy": (bits, probabilities),
    "CategoricalCrossentropy": (one_hot, probabilities),
    "SparseCategoricalCrossentropy": (class_numbers, probabilities),
    "PearsonCorrelation": (numbers, numbers),
    "ConcordanceCorrelation": (numbers, numbers),
}


@pytest.mark.filterwarnings("ignore:.*num_classes > 1:SyntaxWarning")
@pytest.mark.parametrize("name", OF_LOSSES)
@given(data=st.data(), rank=ranks)
def test_means_of_losses(name: str, data: Any, rank: int) -> None:
    labels, scores = OF_LOSSES[name]
    # A correlation divides by a deviation, which may consist of rounding errors only.
    rtol = 1e-4 if "Correlation" in name else 2e-6
    check_metric(name, {}, data.draw(batches(labels, scores, rank)), rtol, size=1.0)


IN_FUNCTIONS = {
    **OF_LOSSES,
    "SquaredHinge": (bits, numbers),
    "MeanSquaredLogarithmicError": (probabilities, probabilities),
    "R2Score": (numbers, numbers),
    "F1Score": (one_hot, probabilities),
    "FBetaScore": (one_hot, probabilities),
}


@pytest.mark.filterwarnings("ignore:.*num_classes > 1:SyntaxWarning")
@pytest.mark.parametrize("name", IN_FUNCTIONS)
@few
@given(data=st.data(), rank=ranks, known=st.booleans())
def test_every_bit_in_functions(name: str, data: Any, rank: int, known: bool) -> None:
    """The state and the result in float32, where the size of the batches is known or not."""
    config: dict[str, Any] = {}
    if name in ("F1Score", "FBetaScore"):
        config["average"] = data.draw(st.sampled_from([None, "micro", "macro", "weighted"]))
    if name == "FBetaScore":
        config["beta"] = data.draw(st.sampled_from([0.5, 2.0]))
    rank = 2 if name in ("R2Score", "F1Score", "FBetaScore") else rank
    labels, scores = IN_FUNCTIONS[name]
    y, p, _ = data.draw(batches(labels, scores, rank, classes=9))[0]
    axes = data.draw(st.integers(0, rank - 1))  # those of the weights
    w = data.draw(numbers(p.shape[:axes], domain=(0.1, 2.0))) if axes else None
    check_in_function(name, config, [(y, p, w), (y, p[::-1], w)], known)


@pytest.mark.parametrize("name", ["Mean", "Sum"])
@given(data=st.data(), shape=st.lists(st.integers(1, 4), max_size=3).map(tuple))
def test_reductions(name: str, data: Any, shape: tuple[int, ...]) -> None:
    ours, theirs = pair(name, {"dtype": data.draw(st.sampled_from([None, "float64"]))})
    for _ in range(data.draw(st.integers(1, 3))):
        values = data.draw(numbers(shape))
        w = (
            data.draw(sample_weights(shape))
            if shape
            else data.draw(st.sampled_from([None, 3, 0.5]))
        )
        both = same_outcome(
            lambda v=values, w=w: ours.update_state(v, sample_weight=w),
            lambda v=values, w=w: theirs.update_state(v, sample_weight=w),
        )
        if both is None:
            return
        compare(ours, theirs)


@given(data=st.data(), n=st.integers(1, 6), t=st.integers(1, 4))
def test_masks_weigh(data: Any, n: int, t: int) -> None:
    y, p = data.draw(one_hot((n, t, 3))), data.draw(probabilities((n, t, 3)))
    mask = data.draw(generators).random((n, t)) < 0.6
    w = data.draw(sample_weights((n, t)))
    check_metric("CategoricalAccuracy", {}, [(y, p, w, mask)])
    config = {"ignore_class": 1}
    check_metric("SparseCategoricalCrossentropy", config, [(y.argmax(-1), p, w, mask)], 2e-6)


@pytest.mark.filterwarnings("ignore:.*(predictors|Adjusted|adjusted|plain):UserWarning")
@given(data=st.data())
def test_r2(data: Any) -> None:
    aggregations = [None, "uniform_average", "variance_weighted_average"]
    config = {
        "class_aggregation": data.draw(st.sampled_from(aggregations)),
        "num_regressors": data.draw(st.sampled_from([0, 1, 3])),
    }
    # total = Σ y² − (Σ y)² / n cancels: judge on the grid, where it is exact
    drawn = [
        (np.round(y * 4) / 4, np.round(p * 4) / 4, w)
        for y, p, w in data.draw(batches(numbers, numbers))
    ]
    check_metric("R2Score", config, drawn, 1e-5)


@pytest.mark.parametrize("name", ALL)
def test_signature_config_and_serialization(name: str) -> None:
    config = REQUIRED.get(name, {})
    ours, theirs = pair(name, config)
    arguments = [
        [(p.name, p.default) for p in inspect.signature(m).parameters.values()]
        for m in (type(ours), type(theirs))
    ]
    assert arguments[0] == arguments[1]
    assert (
        ours.name == theirs.name
        or config
        or ours.name.startswith(theirs.name.rstrip("_0123456789"))
    )
    assert ours.dtype == theirs.dtype
    assert {**ours.get_config(), "name": 0} == {**theirs.get_config(), "name": 0}
    assert [(v.name, v.dtype, v.shape) for v in ours.variables] == [
        (v.name, v.dtype, tuple(v.shape)) for v in theirs.variables
    ]
    assert getattr(ours, "_direction", None) == getattr(theirs, "_direction", None)
    serialized = keras.metrics.serialize(theirs)
    again = metrics.deserialize(serialized)
    assert type(again) is type(ours)
    assert metrics.serialize(again) == serialized


def test_identifiers() -> None:
    from keras.src.metrics import ALL_OBJECTS_DICT

    for name, target in ALL_OBJECTS_DICT.items():
        if target.__name__ in REQUIRED or target.__name__ == "MeanMetricWrapper":
            assert metrics.registry.entries[name].__name__ == target.__name__
        else:
            assert type(metrics.get(name)).__name__ == target.__name__
    assert metrics.get(None) is None
    assert type(metrics.get("accuracy")) is metrics.Accuracy
    with pytest.raises(ValueError, match="identifier"):
        metrics.get("no_such_metric")


def test_wrapper() -> None:
    ours = metrics.MeanMetricWrapper(minikeras.losses.huber, name="h", delta=2.0)
    theirs = keras.metrics.MeanMetricWrapper(keras.losses.huber, name="h", delta=2.0)
    assert metrics.serialize(ours) == keras.metrics.serialize(theirs)
    assert ours._direction == theirs._direction == "down"
    again = metrics.MeanMetricWrapper.from_config(ours.get_config())
    assert again.get_config() == ours.get_config()
    y, p = np.array([[1.0, 2.0]]), np.array([[4.0, 2.0]])
    assert float(ours(y, p)) == float(theirs(y, p)) == 2.0


def test_stateless_calls_leave_the_state_alone() -> None:
    ours, theirs = pair("Precision", {})
    y, p = np.array([0, 1, 1]), np.array([0.9, 0.8, 0.2])
    state = [np.array([3.0], "float32"), np.array([1.0], "float32")]
    mine = ours.stateless_update_state(state, y, p)
    yours = theirs.stateless_update_state([tf.constant(s) for s in state], y, p)
    for a, b in zip(mine, yours):
        close(a, b, "state")
    close(ours.stateless_result(mine), theirs.stateless_result(yours), "result")
    close(ours.stateless_reset_state()[0], theirs.stateless_reset_state()[0], "reset")
    assert not ours.true_positives.numpy().any()
    with pytest.raises(ValueError, match="metric_variables"):
        ours.stateless_update_state([], y, p)
    with pytest.raises(ValueError, match="metric_variables"):
        ours.stateless_result([])


def test_a_metric_of_ones_own() -> None:
    class Largest(metrics.Metric):
        def __init__(self, name: str = "largest", **kwargs: Any) -> None:
            super().__init__(name=name, **kwargs)
            self.seen = self.add_weight(name="seen", initializer="zeros")
            self.parts = [metrics.Mean(name="inner")]
            self.own = Variable(0.0, name="own")

        def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
            self.seen.assign(np.maximum(self.seen.numpy(), np.max(y_pred)))

        def result(self) -> Any:
            return self.seen.value

    metric = Largest()
    assert [v.path for v in metric.variables[:1]] == ["largest/seen"]
    assert [v.name for v in metric.variables] == ["seen", "own", "total", "count"]
    assert float(metric(None, np.array([1.0, 3.0]))) == 3.0
    metric.reset_state()
    assert float(metric.result()) == 0.0
    assert Largest.from_config(metric.get_config()).name == "largest"
    assert repr(metric) == "<Largest name=largest>"

    class Forgetful(metrics.Metric):
        def __init__(self) -> None:
            self.x = self.add_weight(name="x")

    with pytest.raises(RuntimeError, match="super"):
        Forgetful()


@pytest.mark.parametrize(
    ("make", "error"),
    [
        (lambda m: m.AUC(num_thresholds=1), ValueError),
        (lambda m: m.AUC(curve="roc curve"), ValueError),
        (lambda m: m.AUC(summation_method="trapezoid"), ValueError),
        (lambda m: m.AUC(num_labels=2), ValueError),
        (lambda m: m.AUC(multi_label=True).update_state(np.ones(3), np.ones(3)), ValueError),
        (lambda m: m.Precision(thresholds=1.5), ValueError),
        (lambda m: m.Recall(thresholds=[0.5, -0.1]), ValueError),
        (lambda m: m.Precision(class_id=0).update_state(np.ones(3), np.ones(3)), ValueError),
        (lambda m: m.SensitivityAtSpecificity(1.5), ValueError),
        (lambda m: m.RecallAtPrecision(0.5, num_thresholds=0), ValueError),
        (lambda m: m.FBetaScore(beta=1), ValueError),
        (lambda m: m.FBetaScore(beta=-1.0), ValueError),
        (lambda m: m.F1Score(average="mean"), ValueError),
        (lambda m: m.F1Score(threshold=1), ValueError),
        (lambda m: m.F1Score(threshold=1.5), ValueError),
        (lambda m: m.F1Score().update_state(np.ones(3), np.ones(3)), ValueError),
        (lambda m: m.R2Score(class_aggregation="mean"), ValueError),
        (lambda m: m.R2Score(num_regressors=-1), ValueError),
        (lambda m: m.R2Score().update_state(np.ones(3), np.ones(3)), ValueError),
        (lambda m: m.IoU(2, [2]), ValueError),
        (lambda m: m.Metric().update_state(1), NotImplementedError),
        (lambda m: m.Metric().result(), NotImplementedError),
        (lambda m: m.Mean(axis=1), TypeError),
        (lambda m: m.Metric().add_weight(name="w"), ValueError),
    ],
)
def test_errors(make: Any, error: type[Exception]) -> None:
    for module in (keras.metrics, metrics):
        with pytest.raises(error):
            make(module)
