"""The documents are as the schemas of the package say, and what is not is found."""

import copy
import json
import math

import numpy as np
import pytest

from minikeras.parity import Verification
from minikeras.parity.comparison import KINDS, compare
from minikeras.parity.lockstep import results
from minikeras.parity.lockstep.results import Reproducer
from parity_tests.parity.schema import errors, schema
from parity_tests.parity.test_comparison import LOGS, WEIGHTS, answer
from parity_tests.parity.test_step_report import comparison

STEPS = comparison(Reproducer("import keras", {"x": np.ones(2)}, "1 step")).to_json()


def document(location=True):
    both = {"evaluations": [{"loss": math.nan}], "predictions": [WEIGHTS[0]]}
    both["slots"] = {"adam/iteration": np.int64(4), "adam/m": WEIGHTS[0]}
    ours = answer("minikeras", **both, logs=[{"loss": math.inf}, LOGS[1]])
    found = compare(ours, answer("keras", **both), title="script.py", options={"seed": 0})
    default = {"setting": "TF_ENABLE_ONEDNN_OPTS=1", "error": None, "same": True}
    default["fits"] = [{"label": "fit", "metrics": {"loss": [0.5, None]}}]
    looked = {"call": "fit", "as_user": False, "error": None, "forced": STEPS, "free": None}
    found |= {"users_default": default, "location": looked if location else None}
    return Verification(found).to_json()


def test_documents_are_as_the_schema_says():
    for found in (document(), document(location=False)):
        assert errors(json.loads(json.dumps(found, allow_nan=False)), "verify") == []


def test_a_lockstep_comparison_is_as_the_schema_says():
    assert errors(json.loads(json.dumps(STEPS, allow_nan=False)), "lockstep") == []
    assert errors(json.loads(json.dumps(comparison(factor=None).to_json())), "lockstep") == []


@pytest.mark.parametrize(
    ("change", "error"),
    [
        (lambda d: d.pop("verdict"), "document: verdict is missing"),
        (lambda d: d.update(extra=1), "document: extra is not in the schema"),
        (lambda d: d["fits"][0].update(unit="day"), "document.fits[0].unit: 'day' is none of"),
        (lambda d: d["verdict"].update(same=1), "document.verdict.same: 1 is no boolean"),
        (lambda d: d["verdict"].update(tolerance=True), "document.verdict.tolerance: True"),
        (
            lambda d: d["models"][0]["variables"][0]["final"].update(ulp=0.5),
            "document.models[0].variables[0].final.ulp: 0.5 is no integer",
        ),
        (
            lambda d: d["location"]["forced"]["steps"][1]["entries"][0].update(kind="other"),
            "document.location.forced.steps[1].entries[0].kind: 'other' is none of",
        ),
    ],
)
def test_what_is_not_is_found(change, error):
    found = copy.deepcopy(document())
    change(found)
    assert any(text.startswith(error) for text in errors(found, "verify"))


def test_the_schemas_name_what_there_is():
    """The kinds of the sources; and the definitions that both schemas have are the same."""
    verify, lockstep = (schema(name)["$defs"] for name in ("verify", "lockstep"))
    assert lockstep["kind"]["enum"] == list(results.KINDS)
    assert list(verify["verdict"]["properties"]["differences"]["properties"]) == list(KINDS)
    assert {name: verify[name] for name in lockstep} == lockstep
