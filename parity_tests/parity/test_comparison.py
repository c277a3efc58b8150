"""The verdict: what is within tolerance, what is not, and what cannot be compared."""

import math

import numpy as np
import pytest

import minikeras
from minikeras.parity import configuration
from minikeras.parity.comparison import NothingToCompare, compare
from minikeras.parity.curves import epoch_line
from minikeras.parity.runs import Run

LOGS = ({"accuracy": 0.5, "loss": 1.25}, {"accuracy": 0.75, "loss": 0.625})
WEIGHTS = (np.float32([[0.5, -1], [2, 0.25]]), np.float32([0.125, 0.5]))


def answer(
    framework,
    logs=LOGS,
    weights=WEIGHTS,
    initial=None,
    floatx="float32",
    evaluations=(),
    predictions=(),
    slots={},  # noqa: B006  # never changed
    fits=1,
    paths=None,
    rate=0.5,
    raised=False,
):
    """An answer as a worker gives it."""
    fit = {
        "label": "fit",
        "model": "net",
        "configuration": {"optimizer": {"learning_rate": rate}, "call": {"epochs": len(logs)}},
        "raised": raised,
        "epochs": list(range(len(logs))),
        "logs": list(logs),
        "lines": [epoch_line(log) for log in logs],
        "first_epoch_seconds": 0.5,
        "epoch_seconds": [0.25] * len(logs),
        "steps": 5,
    }
    names = paths or ["net/kernel", "net/bias"][: len(weights)]
    about = {"name": "net", "class": "Sequential", "configuration": {}}
    found = {
        "floatx": floatx,
        "kernels": "fast",
        "import_seconds": 0.1,
        "versions": {"numpy": np.__version__},
        "fits": [fit] * fits,
        "evaluations": [
            {"label": "evaluate", "model": "net", "configuration": {}, "result": result}
            for result in evaluations
        ],
        "predictions": [about | {"label": "predict", "paths": ["output"]} for _ in predictions],
        "models": [about | {"label": "model", "paths": names}] if weights else [],
        "optimizers": [about | {"label": "optimizer", "paths": list(slots)}] if slots else [],
    }
    arrays = {f"models/0/initial/{i}": w for i, w in enumerate(initial or weights)}
    arrays |= {f"models/0/final/{i}": w for i, w in enumerate(weights)}
    arrays |= {f"predictions/{i}/final/0": output for i, output in enumerate(predictions)}
    arrays |= {f"optimizers/0/final/{i}": slot for i, slot in enumerate(slots.values())}
    return Run(framework, found, arrays)


def verdict(**changes):
    """The verdict when the first run differs from the second by ``changes``."""
    common = {"floatx": changes.pop("floatx", "float32")}
    common |= changes.pop("both", {})
    document = compare(answer("minikeras", **common | changes), answer("keras", **common))
    return document["verdict"]


def scaled(factor):
    return [{name: value * factor for name, value in log.items()} for log in LOGS]


def test_equal_runs_are_the_same():
    found = verdict()
    assert found["same"] and found["same_lines"] and not any(found["differences"].values())
    assert set(found["largest_relative_differences"].values()) == {0.0}
    assert "bit for bit" in found["reason"]


@pytest.mark.parametrize(
    ("floatx", "change", "within", "same_lines"),
    [
        ("float32", 2e-8, True, True),  # the same text
        ("float32", 9e-6, True, True),
        ("float32", 1e-3, False, False),
        ("float64", 9e-11, True, True),
        ("float64", 2e-10, False, True),  # the same text is not enough here
    ],
)
def test_tolerance(floatx, change, within, same_lines):
    found = verdict(floatx=floatx, logs=scaled(1 - change))
    assert (found["same"], found["same_lines"]) == (within, same_lines)
    assert found["largest_relative_differences"]["curves"] == pytest.approx(change, rel=1e-5)


def test_text_that_differs_in_float32_is_within_by_the_bound():
    close = [{"loss": 0.12345}], [{"loss": 0.123449999}]  # rounds to 0.1235 and to 0.1234
    found = verdict(logs=close[0], both={"logs": close[1]})
    assert not found["same_lines"] and found["same"] and "curves 8.1e-09" in found["reason"]


@pytest.mark.parametrize(("loss", "same"), [(0.0512, True), (0.05124, False)])
def test_the_same_text_excuses_a_thousandth(loss, same):
    found = verdict(logs=[{"loss": loss}], both={"logs": [{"loss": 0.05116}]})
    assert found["same"] == same and found["same_lines"]
    if same:
        assert "identical except for the timings" in found["reason"]


def test_nan_equals_nan_and_nothing_else():
    broken = [{"loss": math.nan}, {"loss": 1.0}]
    whole = [{"loss": 0.5}, {"loss": 1.0}]
    assert verdict(logs=broken, both={"logs": broken})["same"]
    assert not verdict(logs=broken, both={"logs": whole})["same"]
    assert not verdict(logs=whole, both={"logs": broken})["same"]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"logs": [{"loss": log["loss"]} for log in LOGS]}, "only Keras has 'accuracy'"),
        ({"raised": True}, "fit raised an error in minikeras only"),
        ({"fits": 2}, "2 fits in minikeras, 1 fits in Keras"),
        ({"evaluations": [{"loss": 1.0}]}, "1 evaluations in minikeras, 0 evaluations in Keras"),
        ({"weights": WEIGHTS[:1]}, "net holds [] in minikeras only, ['net/bias'] in Keras only"),
        ({"paths": ["net/kernel", "net/offset"]}, "['net/offset'] in minikeras only"),
        ({"weights": (WEIGHTS[0].T.copy()[:1], WEIGHTS[1])}, "float32 (1, 2) in minikeras"),
        ({"weights": (WEIGHTS[0].astype("float64"), WEIGHTS[1])}, "float64 (2, 2) in minikeras"),
    ],
)
def test_runs_of_another_form_are_different(changes, message):
    found = verdict(**changes)
    assert not found["same"] and found["decided_by"] == "form" and message in found["reason"]


def test_configurations_come_first():
    found = verdict(rate=0.25, logs=LOGS[:1])
    assert found["decided_by"] == "configuration"
    assert found["differences"]["configuration"] == [
        "optimizer.learning_rate: 0.25 in minikeras, 0.5 in Keras",
        "fit.epochs: 1 in minikeras, 2 in Keras",
    ]
    assert found["differences"]["form"] == [
        "fit ran epochs 1 to 1 in minikeras, epochs 1 to 2 in Keras"
    ]
    assert verdict(rate=float(np.float32(0.1)), both={"rate": 0.1})["same"]


@pytest.mark.parametrize(
    ("ours", "theirs", "same"),
    [
        (123456789, 123456790, False),
        (True, 1, False),
        (True, 1.0, False),
        (1, 1.0, True),
        (0.1, float(np.float32(0.1)), True),
        (math.nan, math.nan, True),
    ],
)
def test_only_floats_are_rounded_in_configurations(ours, theirs, same):
    assert (list(configuration.differences(ours, theirs, "a")) == []) == same


def test_evaluations_count():
    both = {"evaluations": [{"loss": 0.5}]}
    assert verdict(both=both)["same"]
    found = verdict(both=both, evaluations=[{"loss": 0.6}])
    assert not found["same"] and "1.7e-01" in found["reason"]


def test_without_curves_the_final_weights_decide():
    both = {"fits": 0}
    assert verdict(both=both)["same"]
    moved = (WEIGHTS[0] + np.float32(1e-3), WEIGHTS[1])
    assert verdict(both=both, weights=moved)["decided_by"] == "initial weights"
    found = verdict(both={**both, "initial": WEIGHTS}, weights=moved)
    assert found["decided_by"] == "final weights" and "net/kernel: 5.0e-04" in found["reason"]


def test_the_same_text_does_not_hide_weights():
    found = verdict(both={"initial": WEIGHTS}, weights=(WEIGHTS[0], WEIGHTS[1] * np.float32(1.001)))
    assert found["same_lines"] and found["decided_by"] == "final weights"


def test_predictions_are_compared():
    both = {"predictions": [WEIGHTS[0]]}
    assert verdict(both=both)["same"]
    found = verdict(both=both, predictions=[WEIGHTS[0] * np.float32(1.001)])
    assert found["decided_by"] == "predictions" and "predict, output: " in found["reason"]


def noisy(moved=1e-3, rounded=1e-7, mean=0.0, frozen=0.0, kind="velocity", squares=2.0):
    """The verdict of a training in which the gradient of a bias is tiny."""
    paths = ["net/kernel", "net/bias", "norm/moving_mean", "frozen/bias"]
    slots = [np.float32(1e-3), np.int64(4), WEIGHTS[0] ** 2, WEIGHTS[1] * np.float32(1e-14)]
    names = ["adam/learning_rate", "adam/iteration"]
    names += [f"adam/net_{weight}_{kind}" for weight in ("kernel", "bias")]
    ours = [*slots[:3], slots[3] * np.float32(squares)]
    initial = (*WEIGHTS, WEIGHTS[1], WEIGHTS[1])
    final = [WEIGHTS[0] * np.float32(1 + rounded)]
    final += [WEIGHTS[1] + np.float32(by) for by in (moved, mean, frozen)]
    both = {
        "initial": initial,
        "weights": initial,
        "paths": paths,
        "slots": dict(zip(names, slots)),
    }
    return verdict(both=both, weights=final, slots=dict(zip(names, ours)))


def test_rounding_noise_is_no_reason_where_others_are_rounded_differently():
    """A bias before a batch normalization has tiny gradients, which Adam makes steps of."""
    assert noisy()["same"] and noisy(mean=9e-4)["same"]


@pytest.mark.parametrize(
    ("options", "named"),
    [
        ({"rounded": 0.0}, "net/bias"),  # nothing else is rounded differently
        ({"moved": 0.03}, "net/bias"),  # farther than 4 steps of rate 1e-3 can move two runs apart
        ({"squares": 1.0}, "net/bias"),  # a small gradient, on which both agree
        ({"kind": "momentum"}, "net/bias"),  # the slot holds no squares
        ({"mean": 2e-3}, "norm/moving_mean"),  # farther than the bias
        ({"frozen": 9e-4}, "frozen/bias"),
    ],
)
def test_what_is_no_rounding_noise_is_a_reason(options, named):
    found = noisy(**options)
    assert found["decided_by"] == "final weights" and named in found["reason"]


def test_equal_numbers_with_other_bits():
    zeros = [{"loss": 0.0}], [{"loss": -0.0}]
    found = verdict(logs=zeros[0], both={"logs": zeros[1]})
    assert found["same"] and "but not bit for bit" in found["reason"]
    signed = (np.float32([[0.0]]),), (np.float32([[-0.0]]),)
    both = {"initial": signed[0], "weights": signed[0], "paths": ["net/kernel"]}
    found = verdict(both=both, weights=signed[1])
    assert found["same"] and "but not bit for bit" in found["reason"]


def test_what_was_not_compared_is_said():
    both = {"initial": (np.float32([1.0]),), "weights": (np.float32([2.0]),), "paths": ["net/bias"]}
    assert "called neither fit" not in verdict(both=both)["reason"]
    by_hand = verdict(both=both | {"logs": []})
    assert by_hand["same"] and "called neither fit, evaluate nor predict" in by_hand["reason"]


def test_nothing_to_compare():
    with pytest.raises(NothingToCompare):
        verdict(both={"fits": 0, "weights": ()})


def test_weights_are_measured():
    one_ulp = np.nextafter(WEIGHTS[0], np.float32(9))
    document = compare(answer("minikeras", weights=(one_ulp, WEIGHTS[1])), answer("keras"))
    kernel, bias = document["models"][0]["variables"]
    assert kernel["path"] == "net/kernel" and kernel["shape"] == [2, 2]
    assert kernel["initial"]["ulp"] == 1 and 0 < kernel["final"]["relative"] < 2e-7
    equal = {"equal": True, "absolute": 0.0, "relative": 0.0, "ulp": 0}
    assert bias["initial"] == bias["final"] == equal


def test_an_unknown_initial_state_is_none():
    run = answer("minikeras")
    del run.arrays["models/0/initial/0"]
    document = compare(run, answer("keras"))
    kernel, bias = document["models"][0]["variables"]
    assert kernel["initial"] is None and bias["initial"]["equal"] and document["verdict"]["same"]


def test_seed_states_are_compared_as_integers():
    state = np.uint32([3, 7])
    both = {"weights": (state,), "fits": 0}
    assert verdict(both=both)["same"]
    assert not verdict(both=both, weights=(state + 1,))["same"]


def test_a_config_that_is_guessed_is_compared_without_defaults():
    """Keras writes every argument of a layer without get_config, minikeras those that are given."""
    import keras

    def made(library, scale):
        class Scale(library.layers.Layer):
            def __init__(self, scale=1, axis=-1, **kwargs):
                super().__init__(**kwargs)

        class Plain(library.layers.Layer):
            def call(self, x):
                return x

        return configuration.config_of([Scale(scale), Plain()])

    def found(*scales):
        sides = [made(library, s) for library, s in zip((minikeras, keras), scales)]
        return list(configuration.differences(*sides, "layers"))

    assert found(1, 1) == found(2, 2) == []
    assert found(2, 3) == ["layers[0].scale: 2 in minikeras, 3 in Keras"]
    assert found(2, 1) == ["layers[0].scale: only in minikeras"]
