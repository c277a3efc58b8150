"""Everything public, called with the arguments that the hunt draws: what Keras can do, we can do.

The forms of the results are the same, and no gradient is lost on the way.  The numbers themselves
are compared elsewhere.  What is new takes part by being public.
"""

from __future__ import annotations

import os

import keras
import numpy as np
import pytest

import minikeras
from minikeras.parity.backends import Call, Outcome, evaluate
from minikeras.parity.hunt import drawing

DRAWS = 60 if os.getenv("HYPOTHESIS_PROFILE") == "deep" else 3
TARGETS = drawing.targets()

# Where we differ on purpose, by what differs, and why.
EXCLUDED: dict[str, dict[str, str]] = {
    "error": {
        "ops.qr": "NumPy has no decompositions in half precision",
        "layers.RepeatVector": "Keras's stateless_call does not check the rank of the inputs",
    },
    "form": {
        "ops.add": "Keras takes some arrays for a bias and drops their axes; see the findings",
        "ops.norm": "Keras restores axes at the wrong places; see the findings",
    },
    "gradient": {
        "ops.qr": "NumPy has no decompositions in half precision",
    },
}


def differences(ours: Outcome, theirs: Outcome) -> dict[str, str]:
    """What we lack, by its kind: see `EXCLUDED`."""
    if theirs.raised is not None:
        return {}
    if ours.raised is not None:
        return {"error": f"raises {ours.raised.type}: {ours.raised.message}"}
    found = {}
    forms = [
        {name: (y.shape, str(y.dtype)) for name, y in o.outputs.items()} for o in (ours, theirs)
    ]
    if forms[0] != forms[1]:
        found["form"] = f"gives {forms[0]}, Keras {forms[1]}"
    if theirs.gradient_raised is not None:
        return found
    if ours.gradient_raised is not None:
        error = ours.gradient_raised
        return found | {"gradient": f"the gradient raises {error.type}: {error.message}"}
    for name, g in theirs.gradients.items():
        if np.any(np.isfinite(g) & (g != 0)) and not np.any(ours.gradients[name]):
            found["gradient"] = f"the gradient of {name} is 0, Keras's is {g.tolist()}"
    return found


def compared(call: Call) -> dict[str, str]:
    return differences(evaluate(minikeras, call), evaluate(keras, call))


@pytest.mark.parametrize("target", TARGETS)
def test_nothing_is_lost(target: str) -> None:
    for i in range(DRAWS):
        call = drawing.draw(target, (11, TARGETS.index(target), i))
        if call is None:
            continue
        found = compared(call)
        unknown = {kind: text for kind, text in found.items() if target not in EXCLUDED[kind]}
        assert not unknown, f"{call.make} of {call.inputs}: {unknown}"
