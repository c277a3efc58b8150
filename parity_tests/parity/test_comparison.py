"""The verdict: what is within tolerance, what is not, and what cannot be compared."""

import math

import numpy as np
import pytest

from minikeras.parity.comparison import NothingToCompare, compare
from minikeras.parity.runs import Run
from minikeras.parity.worker import epoch_line

LOGS = ({"accuracy": 0.5, "loss": 1.25}, {"accuracy": 0.75, "loss": 0.625})
WEIGHTS = (np.float32([[0.5, -1], [2, 0.25]]), np.float32([0.125, 0.5]))


def answer(
    framework, logs=LOGS, weights=WEIGHTS, floatx="float32", evaluations=(), fits=1, paths=None
):
    """An answer as a worker gives it."""
    fit = {
        "model": "net",
        "epochs": list(range(len(logs))),
        "logs": list(logs),
        "lines": [epoch_line(log) for log in logs],
        "first_epoch_seconds": 0.5,
        "epoch_seconds": [0.25] * len(logs),
        "steps": 5,
    }
    names = paths or ["net/kernel", "net/bias"][: len(weights)]
    model = {"name": "net", "class": "Sequential", "paths": names}
    found = {
        "floatx": floatx,
        "kernels": "fast",
        "import_seconds": 0.1,
        "versions": {"numpy": np.__version__},
        "fits": [fit] * fits,
        "evaluations": [{"model": "net", "result": result} for result in evaluations],
        "models": [model] if weights else [],
    }
    stages = ("initial", "final")
    arrays = {f"0/{stage}/{i}": w for stage in stages for i, w in enumerate(weights)}
    return Run(framework, found, arrays)


def verdict(**changes):
    """The verdict when the first run differs from the second by ``changes``."""
    common = {"floatx": changes.pop("floatx", "float32")}
    common |= changes.pop("both", {})
    document = compare(answer("minikeras", **common | changes), answer("keras", **common))
    return document["verdict"]


def scaled(factor):
    return [{name: value * factor for name, value in log.items()} for log in LOGS]


def test_equal_runs_are_within():
    found = verdict()
    assert found["within"] and found["same_lines"] and found["largest_relative_difference"] == 0


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
    assert (found["within"], found["same_lines"]) == (within, same_lines)
    assert found["largest_relative_difference"] == pytest.approx(change, rel=1e-5)


def test_text_that_differs_in_float32_is_within_by_the_bound():
    close = [{"loss": 0.12345}], [{"loss": 0.123449999}]  # rounds to 0.1235 and to 0.1234
    found = verdict(logs=close[0], both={"logs": close[1]})
    assert not found["same_lines"] and found["within"] and "at most 1e-05" in found["reason"]


def test_the_same_text_of_a_small_number_is_within():
    found = verdict(logs=[{"loss": 0.00512}], both={"logs": [{"loss": 0.00514}]})
    assert found["within"] and found["largest_relative_difference"] > 1e-3
    assert "identical except for the timings" in found["reason"]


def test_nan_equals_nan_and_nothing_else():
    broken = [{"loss": math.nan}, {"loss": 1.0}]
    whole = [{"loss": 0.5}, {"loss": 1.0}]
    assert verdict(logs=broken, both={"logs": broken})["within"]
    assert not verdict(logs=broken, both={"logs": whole})["within"]
    assert not verdict(logs=whole, both={"logs": broken})["within"]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"logs": LOGS[:1]}, "ran epochs [0], keras [0, 1]"),
        ({"logs": [{"loss": log["loss"]} for log in LOGS]}, "only keras has 'accuracy'"),
        ({"fits": 2}, "2 fits in minikeras, 1 in keras"),
        ({"evaluations": [{"loss": 1.0}]}, "1 evaluations in minikeras, 0 in keras"),
        ({"weights": WEIGHTS[:1]}, "net/kernel"),
        ({"paths": ["net/kernel", "net/offset"]}, "net/offset"),
        ({"weights": (WEIGHTS[0].T.copy()[:1], WEIGHTS[1])}, "initial weights"),
        ({"weights": (WEIGHTS[0].astype("float64"), WEIGHTS[1])}, "float64"),
    ],
)
def test_runs_of_another_form_are_outside(changes, message):
    found = verdict(**changes)
    assert not found["within"] and message in found["reason"]


def test_evaluations_count():
    both = {"evaluations": [{"loss": 0.5}]}
    assert verdict(both=both)["within"]
    found = verdict(both=both, evaluations=[{"loss": 0.6}])
    assert not found["within"] and "1.7e-01" in found["reason"]


def test_without_curves_the_final_weights_decide():
    both = {"fits": 0}
    found = verdict(both=both)
    assert found["within"] and found["judged"] == "final weights"
    moved = (WEIGHTS[0] + np.float32(1e-3), WEIGHTS[1])
    assert not verdict(both=both, weights=moved)["within"]


def test_nothing_to_compare():
    with pytest.raises(NothingToCompare):
        verdict(both={"fits": 0, "weights": ()})


def test_weights_are_measured():
    one_ulp = np.nextafter(WEIGHTS[0], np.float32(9))
    document = compare(answer("minikeras", weights=(one_ulp, WEIGHTS[1])), answer("keras"))
    kernel, bias = document["models"][0]["variables"]
    assert kernel["path"] == "net/kernel" and kernel["shape"] == [2, 2]
    assert kernel["initial"]["ulp"] == 1 and 0 < kernel["final"]["relative"] < 2e-7
    assert bias["initial"] == bias["final"] == {"absolute": 0.0, "relative": 0.0, "ulp": 0}


def test_seed_states_are_compared_as_integers():
    state = np.uint32([3, 7])
    both = {"weights": (state,), "fits": 0}
    assert verdict(both=both)["within"]
    assert not verdict(both=both, weights=(state + 1,))["within"]
