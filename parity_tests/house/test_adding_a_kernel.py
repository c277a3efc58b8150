"""docs/adding_a_kernel.md followed from nothing: its kernel is written and tested with its test.

What the page quotes is also what stands in the tree.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import Phase, settings

import minikeras.kernels.relu
from minikeras import twins
from parity_tests.house.test_adding_a_layer import loaded

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/adding_a_kernel.md").read_text()
KERNEL, _, TEST = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
QUOTED = (
    "minikeras/ops/primitives/activations.py",
    "minikeras/ops/primitives/activations.py",
    "minikeras/random/shuffling.py",
    "benchmarks/test_twins.py",
)


@pytest.fixture
def followed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Writes the page's kernel and puts it in place of the one that is there; gives its test."""

    def follow(source: str) -> Any:
        kernel = loaded(tmp_path, "kernel_of_the_page", source)
        monkeypatch.setattr(minikeras.kernels, "relu", kernel)
        monkeypatch.setitem(sys.modules, "minikeras.kernels.relu", kernel)
        assert twins.import_twin("minikeras.kernels.relu:relu_vjp") is kernel.relu_vjp
        test = loaded(tmp_path, "test_of_the_page", TEST).test_value_and_gradient
        return settings(max_examples=10, phases=(Phase.generate,))(test)

    return follow


def test_the_kernel_of_the_page_passes_the_test_of_the_page(followed: Any) -> None:
    followed(KERNEL)(dtype="float32")


MISTAKES = [
    ("zero if x[i] <= zero else x[i]", "x[i] if x[i] > zero else zero"),  # NaN becomes 0
    ("one if y[i] > zero else zero", "one if y[i] >= zero else zero"),
    ("_relu_part, ceil_div(len(x), CHUNK)", "_relu_part, (len(x) - 1) // CHUNK"),
]


@pytest.mark.parametrize("line, mistake", MISTAKES, ids=["NaN", "tie", "last part"])
def test_the_test_of_the_page_finds_mistakes(followed: Any, line: str, mistake: str) -> None:
    assert KERNEL.count(line) == 1
    with pytest.raises(AssertionError, match="not equal"):
        followed(KERNEL.replace(line, mistake))(dtype="float32")


def test_one_can_step_through_the_kernel_of_the_page(tmp_path: Path) -> None:
    lines = """
import sys, types
import numpy as np
import kernel_of_the_page as kernel
assert isinstance(kernel._relu_part, types.FunctionType)
seen = []
sys.settrace(lambda frame, event, argument: seen.append(frame.f_code.co_name))
y = kernel.relu(np.array([-1, 0, 2], "float32"))
sys.settrace(None)
assert "_relu_part" in seen, seen
assert y.tolist() == [0, 0, 2]
"""
    (tmp_path / "kernel_of_the_page.py").write_text(KERNEL)
    path = os.pathsep.join([str(tmp_path), str(ROOT)])
    environment = {**os.environ, "NUMBA_DISABLE_JIT": "1", "PYTHONPATH": path}
    subprocess.run([sys.executable, "-c", lines], env=environment, check=True)


def test_what_the_page_quotes_stands_in_the_tree() -> None:
    assert (ROOT / "minikeras/kernels/relu.py").read_text() == KERNEL
    assert (ROOT / "parity_tests/kernels/test_relu.py").read_text() == TEST
    blocks = re.findall(r"```text\n(.*?)\n```", PAGE, re.DOTALL)
    for path, quoted in zip(QUOTED, blocks, strict=True):
        assert quoted in (ROOT / path).read_text(), path
