"""Metrics from counts: precision and recall, curves, F scores, intersection over union."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import minikeras
from parity_tests.checks.metric import REQUIRED, batches, bits, check_metric, ranks
from parity_tests.drawing import generators, one_hot, probabilities, sample_weights

thresholds = st.sampled_from(
    [None, 0.25, 0.5, [0.0, 0.5, 1.0], [0.1, 0.5], [0.0, 0.25, 0.5, 0.75, 1.0]]
)


@pytest.mark.parametrize(
    "name", ["TruePositives", "TrueNegatives", "FalsePositives", "FalseNegatives"]
)
@given(data=st.data(), rank=ranks)
def test_counts(name: str, data: Any, rank: int) -> None:
    config = {"thresholds": data.draw(thresholds)}
    check_metric(name, config, data.draw(batches(bits, probabilities, rank)))


@pytest.mark.parametrize("name", ["Precision", "Recall"])
@given(data=st.data(), rank=ranks)
def test_precision_and_recall(name: str, data: Any, rank: int) -> None:
    config = {
        "thresholds": data.draw(thresholds),
        "top_k": data.draw(st.sampled_from([None, 1])),
        "class_id": data.draw(st.sampled_from([None, 0])),
    }
    check_metric(name, config, data.draw(batches(bits, probabilities, rank)))


@pytest.mark.parametrize("curve", ["ROC", "PR", "PRGAIN"])
@given(data=st.data())
def test_auc(curve: str, data: Any) -> None:
    config: dict[str, Any] = {
        "curve": curve,
        "num_thresholds": data.draw(st.sampled_from([2, 3, 5, 20, 200])),
        "summation_method": data.draw(st.sampled_from(["interpolation", "majoring", "minoring"])),
        "multi_label": data.draw(st.booleans()),
        "from_logits": data.draw(st.booleans()),
    }
    if data.draw(st.booleans()):
        config["thresholds"] = data.draw(
            st.sampled_from([[0.5], [0.3, 0.1, 0.9], [0.25, 0.5, 0.75]])
        )
    drawn = data.draw(batches(bits, probabilities))
    if config["multi_label"] and data.draw(st.booleans()):
        config["label_weights"] = [0.5, 1.0, 2.0, 0.25][: drawn[0][1].shape[-1]]
    check_metric("AUC", config, drawn, 4e-6)


@pytest.mark.parametrize(
    "name",
    [
        "SensitivityAtSpecificity",
        "SpecificityAtSensitivity",
        "PrecisionAtRecall",
        "RecallAtPrecision",
    ],
)
@given(data=st.data())
def test_operating_points(name: str, data: Any) -> None:
    key = next(iter(REQUIRED[name]))
    config = {
        key: data.draw(st.sampled_from([0.0, 0.4, 0.5, 1.0])),
        "num_thresholds": data.draw(st.sampled_from([1, 2, 3, 200])),
        "class_id": data.draw(st.sampled_from([None, 0])),
    }
    check_metric(name, config, data.draw(batches(bits, probabilities)))


@given(data=st.data(), average=st.sampled_from([None, "micro", "macro", "weighted"]))
def test_f_scores(data: Any, average: str | None) -> None:
    config: dict[str, Any] = {
        "average": average,
        "threshold": data.draw(st.sampled_from([None, 0.5])),
    }
    drawn = data.draw(batches(bits, probabilities))
    drawn = [(y, p, None if w is None else np.resize(w, len(y))) for y, p, w in drawn]
    check_metric("F1Score", config, drawn)
    config["beta"] = data.draw(st.sampled_from([0.5, 2.0]))
    check_metric("FBetaScore", config, drawn)


@pytest.mark.filterwarnings("ignore:You are passing weight:UserWarning")
@pytest.mark.filterwarnings("ignore:sample_weight is:UserWarning")
@pytest.mark.parametrize("name", ["IoU", "MeanIoU", "OneHotIoU", "OneHotMeanIoU", "BinaryIoU"])
@given(data=st.data())
def test_iou(name: str, data: Any) -> None:
    config = dict(REQUIRED.get(name, {}))
    n = data.draw(st.integers(1, 6))
    if name == "BinaryIoU":
        config["threshold"] = data.draw(st.sampled_from([0.25, 0.5]))
        y, p = data.draw(bits((n, 2))), data.draw(probabilities((n, 2)))
    else:
        config["ignore_class"] = data.draw(st.sampled_from([None, 0, 1]))
        config["dtype"] = data.draw(st.sampled_from([None, "float32"]))
        rng = data.draw(generators)
        y, p = rng.integers(-1, 4, (n,)), rng.integers(-1, 4, (n,))
        if name.startswith("OneHot"):
            y, p = data.draw(one_hot((n, 3))), data.draw(probabilities((n, 3)))
    w = data.draw(sample_weights((n,))) if name != "BinaryIoU" else None
    check_metric(name, config, [(y, p, w), (y[::-1].copy(), p, None)])


@pytest.mark.parametrize("name", ["TruePositives", "FalseNegatives", "Precision", "AUC"])
@pytest.mark.parametrize("several", [[0.2, 0.7], [0.5]])
def test_result_after_a_reset(name: str, several: list[float]) -> None:
    """Counts at several thresholds are the variable itself, which a reset sets to zero."""
    found = []
    for library in (minikeras, keras):
        metric = getattr(library.metrics, name)(thresholds=several)
        metric.update_state(np.array([[0, 1], [1, 1]]), np.array([[0.3, 0.6], [0.8, 0.1]]))
        result = metric.result()
        before = np.array(library.ops.convert_to_numpy(result))
        metric.reset_state()
        found.append([before, library.ops.convert_to_numpy(result)])
    np.testing.assert_allclose(*found, rtol=1e-6)


@pytest.mark.parametrize("name", ["TrueNegatives", "FalseNegatives", "Recall"])
@pytest.mark.parametrize("run_eagerly", [False, True])
def test_nan_among_predictions(name: str, run_eagerly: bool) -> None:
    """A prediction of NaN is negative, but not where a function counts only negative ones."""
    x = np.array([[0.2], [np.nan], [0.7], [np.nan], [0.1]], "float32")
    y = np.array([[1], [1], [0], [0], [1]], "float32")
    found = []
    for library in (keras, minikeras):
        model = library.Sequential([library.layers.Input((1,)), library.layers.Identity()])
        metric = getattr(library.metrics, name)(thresholds=[0.2, 0.6])
        model.compile(loss="mse", metrics=[metric], run_eagerly=run_eagerly)
        model.evaluate(x, y, verbose=0)
        found.append(np.asarray(metric.result()))
    np.testing.assert_array_equal(*found)
