"""The object that `verify` returns: names for every number of the document."""

import json
import math

import numpy as np
import pytest

from minikeras.parity import Verification
from minikeras.parity.comparison import compare
from parity_tests.parity.test_comparison import LOGS, WEIGHTS, answer


@pytest.fixture
def result():
    both = {
        "evaluations": [{"loss": 0.5, "f1_score[0]": 0.25}],
        "predictions": [WEIGHTS[0]],
        "slots": {"adam/iteration": np.int64(4)},
    }
    ours = answer("minikeras", **both, logs=[LOGS[0], {**LOGS[1], "loss": 0.5, "val_loss": 2.0}])
    theirs = answer("keras", **both, logs=[LOGS[0], {**LOGS[1], "val_loss": 2.0}])
    return Verification(compare(ours, theirs, title="script.py", options={}))


def test_curves_have_names(result):
    (fit,) = result.fits
    assert fit.label == "fit" and fit.model == "net"
    assert list(fit) == ["accuracy", "loss", "val_loss"] and {"loss", "val_loss"} <= {*dir(fit)}
    assert fit.loss is fit["loss"] and len(fit.loss) == 2
    assert fit.loss.minikeras.tolist() == [1.25, 0.5] and fit.loss.keras.tolist() == [1.25, 0.625]
    assert fit.loss.relative.tolist() == [0.0, 0.2] and fit.loss.epochs.tolist() == [1, 2]
    assert fit.loss.ulp.dtype == "uint64" and fit.loss.ulp[0] == 0 and fit.loss.ulp[1] > 1e6
    assert math.isnan(fit.val_loss.keras[0]) and fit.val_loss.keras[1] == 2.0
    assert len(fit.lines["keras"]) == 2


def test_results_and_weights_have_names(result):
    (evaluation,) = result.evaluations
    assert evaluation.loss.keras == evaluation["loss"].minikeras == 0.5
    assert evaluation["f1_score[0]"].ulp == 0
    kernel = result.models[0]["net/kernel"]
    assert kernel.shape == (2, 2) and kernel.initial["equal"] and kernel.final["relative"] == 0.0
    assert result.predictions[0].output.dtype == "float32"
    assert result.optimizers[0]["adam/iteration"].shape == ()


def test_an_unknown_name_is_told(result):
    with pytest.raises(AttributeError, match=r"fit has no 'los'\. Did you mean 'loss'"):
        result.fits[0].los  # noqa: B018  # the reading is what is tested
    with pytest.raises(KeyError, match="It has accuracy, loss, val_loss"):
        result.fits[0]["auc"]


def test_the_verdict(result):
    assert not result.same and result.decided_by == "curves"
    assert "loss" in result.reason and result.differences["curves"]


def test_json_is_the_document(result):
    found = result.to_json()
    assert found["models"] == result.document["models"] and not found["verdict"]["same"]
    json.dumps(found, allow_nan=False)


def test_reprs_say_what_matters(result):
    assert repr(result).startswith("<Verification of script.py: different. the curves differ: fit")
    assert repr(result.fits[0]) == "<Fit fit: accuracy, loss, val_loss>"
    assert "2 epochs, largest relative difference 2.0e-01" in repr(result.fits[0].loss)
    assert "bit-equal, last 0.75 in minikeras" in repr(result.fits[0].accuracy)
    assert "2 epochs, bit-equal" in repr(result.fits[0].val_loss)
    assert "initial bit-equal, final bit-equal" in repr(result.models[0]["net/kernel"])


def test_a_notebook_shows_the_report_in_a_frame(result, tmp_path):
    shown = result._repr_html_()
    assert shown.startswith("<iframe srcdoc=") and shown.count('"') == 4
    result.write_html(tmp_path / "page.html")
    assert "curves differ" in (tmp_path / "page.html").read_text()
