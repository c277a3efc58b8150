"""The scripts that show a difference: small, and run with Keras alone."""

from __future__ import annotations

import re
import runpy
import sys
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from minikeras import config
from minikeras.parity.lockstep import Comparison
from parity_tests.house.test_planted_mistakes import Plant, planted
from parity_tests.parity.test_lockstep_faults import FAULTS, Fault, compared, function_at


class Shown(NamedTuple):
    """What the reproducer of a fault says of itself, and the largest array that it loads."""

    says: str
    numbers: int


SHOWN = {
    "asymmetric padding on the other side": Shown(
        r"one layer, with inputs of \(1, \d, \d, 1\)", 40
    ),
    "max pooling's last winner": Shown(r"one layer, with inputs of \(1, \d, \d, 1\)", 8),
    "SGD's velocity without the learning rate": Shown(
        r"the optimizer alone, with a variable of \(1, 1\) instead of 6 variables", 1
    ),
    "label smoothing of other classes only": Shown(
        r"one loss, with predictions of \(1, \d\) instead of", 2
    ),
    "L2 with ½": Shown("the whole model, with a batch of 1 sample", 1000),
}


def shown(found: Comparison, folder: Path, patch: Any) -> str:
    """What the script prints, in a process that cannot import minikeras."""
    assert found.reproducer is not None
    script = found.reproducer.save(folder)
    patch.chdir(folder)
    patch.setitem(sys.modules, "minikeras", None)
    try:
        runpy.run_path(str(script))
    finally:
        patch.undo()
    return found.reproducer.shrunk


@pytest.mark.parametrize("name", SHOWN)
def test_a_difference_is_shown_by_a_small_script(
    name: str, tmp_path: Path, monkeypatch: Any, capsys: Any
) -> None:
    fault = FAULTS[name]
    with config.use_kernels("reference"):
        with planted(Plant(fault.where, fault.right, fault.wrong, "")):
            found = compared(fault)
        function_at("ops.pool:_cells")  # forgets what it computed with another padding
    said = shown(found, tmp_path, monkeypatch)
    printed = capsys.readouterr().out
    apart = [float(x) for x in re.findall(r"(?:minikeras:|by) (\S+)", printed)]
    assert max(apart) > 1e-5, printed
    assert re.match(SHOWN[name].says, said), said
    assert found.reproducer is not None
    largest = max(x.size for x in found.reproducer.arrays.values())
    assert largest <= SHOWN[name].numbers, said


def test_a_difference_that_grows_is_shown_by_the_fewest_steps(
    tmp_path: Path, monkeypatch: Any, capsys: Any
) -> None:
    """Each step shrinks the weights by three roundings, too little to be seen in one."""
    plant = Plant("optimizers.sgd:SGD.step", "minus(w, lr_g)", "minus(w - w * 1.8e-7, lr_g)", "")
    with config.use_kernels("reference"), planted(plant):
        fault = Fault("", "", "", "", "", "numbers", how={"mode": "free-running", "steps": 30})
        found = compared(fault)
    assert not found.same and found.verdict.step is not None
    said = shown(found, tmp_path, monkeypatch)
    steps = re.match(r"the whole model, with the last (\d+) batches", said)
    assert steps is not None and 1 < int(steps[1]) <= found.verdict.step, said
    printed = capsys.readouterr().out
    assert max(float(x) for x in re.findall(r"by (\S+)", printed)) > 0
