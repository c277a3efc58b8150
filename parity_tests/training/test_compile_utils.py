"""How ``compile`` matches losses and metrics to outputs: totals, log keys, errors."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given
from hypothesis import strategies as st
from keras.src.trainers import compile_utils as theirs

from minikeras import losses, metrics, tf_function, tree
from minikeras.autograd import Tensor
from minikeras.training import compiled as ours
from minikeras.training import resolve
from parity_tests.checks.compare import same_outcome
from parity_tests.checks.loss import close

A, B, C = "a", "b", "c"


def outputs(structure: Any, rng: np.random.Generator, n: int = 4, k: int = 3) -> Any:
    return tree.map_structure(lambda _: rng.random((n, k)).astype("float32"), structure)


def as_ours(y: Any) -> Any:
    return tree.map_structure(Tensor, y)


def as_theirs(y: Any) -> Any:
    return tree.map_structure(tf.constant, y)


LOSSES = [  # loss, loss_weights, output names, structure of the outputs
    ("mse", None, None, A),
    ("mse", None, [A], A),
    ("mse", 0.5, [A], A),
    (["mse"], [0.5], [A], A),
    ({A: "mse"}, {A: 2.0}, [A], A),
    (["mse", "mae"], None, [A], A),
    ("mse", None, [A, B], [A, B]),
    ("mse", [1.0, 2.0], [A, B], [A, B]),
    (["mse", "mae"], None, None, [A, B]),
    (["mse", "mae"], [0.5, 2.0], [A, B], [A, B]),
    (("mse", "mae"), {A: 0.5, B: 2.0}, [A, B], [A, B]),
    (["mse", None], None, [A, B], [A, B]),
    ([None, "mae"], [1.0, 3.0], [A, B], [A, B]),
    ({A: "mse", B: "mae"}, {A: 0.5, B: 2.0}, [A, B], [A, B]),
    ({B: "mse", A: "mae"}, None, [A, B], [A, B]),
    ({A: "mse"}, None, [A, B], [A, B]),
    ({A: "mse", C: "mae"}, None, [A, B], [A, B]),
    ({A: "mse", B: "mae"}, {A: 0.5}, [A, B], [A, B]),
    ({A: "mse", B: "mae"}, None, [A, B], {A: 0, B: 0}),
    ({A: "mse", B: "mae"}, {A: 0.5, B: 2.0}, None, {A: 0, B: 0}),
    ({A: "mse"}, None, None, {A: 0, B: 0}),
    ({A: "mse", C: "mae"}, None, None, {A: 0, B: 0}),
    ({A: "mse", B: None}, None, [A, B], {A: 0, B: 0}),
    ("mse", None, None, {A: 0, B: 0}),
    (["mse", "mae"], None, None, {A: 0, B: 0}),
    (["mse"], None, [A, B], [A, B]),
    (["mse", "mae", "mse"], None, [A, B], [A, B]),
    (["mse", "mae"], [0.5], [A, B], [A, B]),
    ({A: "mse", B: ["mae", "mape"]}, None, None, {A: 0, B: [0, 0]}),
    ({A: "mse", B: ["mae", "mape"]}, {A: 1.0, B: [2.0, 3.0]}, None, {A: 0, B: [0, 0]}),
    ([["mse", "mae"], "mape"], None, None, [[0, 0], 0]),
    ("mse", None, None, [[0, 0], {A: 0}]),
    (["no_such_loss", "mse"], None, [A, B], [A, B]),
    ("crossentropy", None, [A], A),
    ("ce", None, [A, B], [A, B]),
    ("mse", {A: 2.0}, [A], A),
    ("mse", "2", [A], A),
    ("mse", 1, [A], A),
]


@pytest.mark.parametrize("case", range(len(LOSSES)))
@pytest.mark.parametrize("weighted", [False, True])
def test_losses_match_outputs(case: int, weighted: bool) -> None:
    loss, loss_weights, names, structure = LOSSES[case]
    rng = np.random.default_rng(case)
    batches = [(outputs(structure, rng, n), outputs(structure, rng, n)) for n in (4, 2)]

    def run(module: Any, convert: Any) -> Any:
        total = module.CompileLoss(loss, loss_weights, output_names=names)
        values = []
        for y, p in batches:
            w = np.arange(len(tree.flatten(p)[0]), dtype="float32") if weighted else None
            value = total(convert(y), convert(p), w)
            values.append(None if value is None else np.asarray(value))
        trackers = [(m.name, np.asarray(m.result())) for m in total.metrics]
        return values, trackers, [v.name for v in total.variables]

    both = same_outcome(lambda: run(ours, as_ours), lambda: run(theirs, as_theirs))
    if both is None:
        return
    (values, trackers, variables), (expected, expected_trackers, expected_variables) = both
    assert variables == expected_variables
    assert [name for name, _ in trackers] == [name for name, _ in expected_trackers]
    for a, b in zip(
        values + [v for _, v in trackers], expected + [v for _, v in expected_trackers]
    ):
        assert (a is None) == (b is None)
        if b is not None:
            close(a, b, "value")


def test_labels_in_other_structures() -> None:
    rng = np.random.default_rng(0)
    a, b = outputs(0, rng), outputs(0, rng)
    cases = [
        ([A, B], [a, b], {A: a, B: b}, ["mse", "mae"]),
        ([A, B], (a, b), [a, b], ["mse", "mae"]),
        ([A], [a], a, "mse"),
        ([A, B], [a, b], [a], ["mse", None]),
        ([A, B], {A: a, B: b}, {B: b, A: a}, {A: "mse", B: "mae"}),
        ([A, B], [a, b], [a, b, a], ["mse", "mae"]),
        ([A, B], [a, b], a, ["mse", "mae"]),
        ([A, B], [a, b], {A: a, C: b}, ["mse", "mae"]),
    ]
    for names, p, y, loss in cases:
        make = {"loss": loss, "output_names": names}
        mine, yours = ours.CompileLoss(**make), theirs.CompileLoss(**make)
        both = same_outcome(
            lambda f=mine, y=y, p=p: float(f(as_ours(y), as_ours(p))),
            lambda f=yours, y=y, p=p: float(f(as_theirs(y), as_theirs(p))),
        )
        if both is not None:
            assert both[0] == pytest.approx(both[1], rel=1e-6)


def test_trackers_count_batches_where_sizes_are_unknown() -> None:
    """Keras's graphs do not know the batch size if it varies: every batch has the same weight."""
    rng = np.random.default_rng(0)
    batches = [(outputs([0, 0], rng, n), outputs([0, 0], rng, n)) for n in (4, 1)]
    total = ours.CompileLoss("mse", output_names=[A, B])
    reference = theirs.CompileLoss("mse", output_names=[A, B])

    @tf.function(input_signature=[[tf.TensorSpec((None, 3))] * 2] * 2)
    def step(y: Any, p: Any) -> Any:
        return reference(y, p)

    reference.build(*map(as_theirs, batches[0]))
    for y, p in batches:
        with tf_function.inside(batch_size_known=False):
            total(as_ours(y), as_ours(p))
        step(as_theirs(y), as_theirs(p))
    for mine, yours in zip(total.metrics, reference.metrics):
        assert mine.name == yours.name
        close(mine.result(), yours.result(), "tracker")


METRICS = [  # metrics, weighted metrics, output names, structure of the outputs
    (None, None, [A], A),
    (["mse"], None, [A], A),
    (["acc"], ["accuracy"], [A], A),
    (["accuracy", "accuracy"], ["accuracy", "accuracy"], [A], A),
    (["mse", "mae", "mse", "mse"], ["mse", "mae"], [A], A),
    ({A: "mse"}, None, [A], A),
    ({A: ["mse", "mae"]}, None, None, A),
    (["mse"], None, [A, B], [A, B]),
    (["mse", "mae"], None, [A, B], [A, B]),
    (["mse", "mae"], None, None, [A, B]),
    ([["mse", "mae"], ["mape"]], [["mse"], None], [A, B], [A, B]),
    ([None, "mse"], None, [A, B], [A, B]),
    ({A: "mse"}, {B: ["mae"]}, [A, B], [A, B]),
    ({A: ["mse", "mse"], B: "mse"}, {A: "mse", B: ["mse", "mse"]}, [A, B], [A, B]),
    ({C: "mse"}, None, [A, B], [A, B]),
    ({A: "mse", B: "mae"}, None, None, {A: 0, B: 0}),
    ({A: "mse"}, None, [B, A], {A: 0, B: 0}),
    ({A: ["mse", "acc"]}, None, None, {A: 0, B: 0}),
    ({A: "mse", B: ["mae", "mape"]}, None, None, {A: 0, B: [0, 0]}),
    ("mse", None, [A], A),
    (["no_such_metric"], None, [A], A),
    ([[None]], None, [A, B], [A]),
]


@pytest.mark.parametrize("case", range(len(METRICS)))
def test_metrics_match_outputs(case: int) -> None:
    given_metrics, weighted, names, structure = METRICS[case]
    rng = np.random.default_rng(case)
    batches = [(outputs(structure, rng, n), outputs(structure, rng, n)) for n in (4, 2)]

    def run(module: Any, convert: Any) -> Any:
        group = module.CompileMetrics(given_metrics, weighted, output_names=names)
        for y, p in batches:
            w = np.arange(len(tree.flatten(p)[0]), dtype="float32")
            group.update_state(convert(y), convert(p), w)
        results = {key: np.asarray(value) for key, value in group.result().items()}
        described = [(m.name, type(m).__name__) for m in group.metrics], len(group.variables)
        group.reset_state()
        return results, described, {k: float(v) for k, v in group.result().items()}

    both = same_outcome(lambda: run(ours, as_ours), lambda: run(theirs, as_theirs))
    if both is None:
        return
    (results, described, empty), (expected, expected_described, expected_empty) = both
    assert described == expected_described
    assert list(results) == list(expected)
    assert empty == expected_empty
    for key, value in expected.items():
        close(results[key], value, key, 2e-6)


@pytest.mark.parametrize("name", ["accuracy", "acc", "Accuracy", "ACC", "crossentropy", "ce", "CE"])
@given(
    y_shape=st.sampled_from([(4,), (4, 1), (4, 3), (4, 2, 1), (4, 2), (4, 2, 3)]),
    p_shape=st.sampled_from([(4, 1), (4, 3), (4, 2, 1), (4, 2, 3)]),
)
def test_what_the_strings_mean(name: str, y_shape: Any, p_shape: Any) -> None:
    y, p = np.ones(y_shape, "float32"), np.ones(p_shape, "float32")
    if name.lower() in ("ce", "crossentropy"):
        mine, yours = resolve.get_loss(name, y, p), theirs.get_loss(name, y, p)
        assert mine.fn.__name__ == yours.fn.__name__
    else:
        mine, yours = resolve.get_metric(name, y, p), theirs.get_metric(name, y, p)
        assert type(mine).__name__ == type(yours).__name__
    assert mine.name == yours.name


def test_names_of_metrics_and_losses() -> None:
    y = p = np.ones((2, 3), "float32")

    def my_metric(y_true: Any, y_pred: Any) -> Any:
        return 0.0

    class Callable:
        def __call__(self, y_true: Any, y_pred: Any) -> Any:
            return 0.0

    pairs = [
        (my_metric, my_metric),
        (Callable(), Callable()),
        (metrics.MeanSquaredError(name="x"), keras.metrics.MeanSquaredError(name="x")),
        (metrics.AUC, keras.metrics.AUC),
        (losses.huber, keras.losses.huber),
        ("mse", "mse"),
        ("MSE", "MSE"),
        ("kl_divergence", "kl_divergence"),
    ]
    for mine, yours in pairs:
        a, b = resolve.get_metric(mine, y, p), theirs.get_metric(yours, y, p)
        assert type(a).__name__ == type(b).__name__
        assert a.name.rstrip("_0123456789") == b.name.rstrip("_0123456789")
    for mine, yours in [*pairs[:2], *pairs[4:], (losses.Huber(), keras.losses.Huber())]:
        assert resolve.get_loss(mine, y, p).name == theirs.get_loss(yours, y, p).name
    assert resolve.get_loss(None, y, p) is None
    with pytest.raises(ValueError, match="None"):
        resolve.get_metric(None, y, p)


def test_before_the_first_batch() -> None:
    group = ours.CompileMetrics(["mse"], None)
    assert group.metrics == group.variables == []
    group.reset_state()
    with pytest.raises(ValueError, match="not yet been built"):
        group.result()
