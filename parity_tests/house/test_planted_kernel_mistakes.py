"""Tests of the tests of kernels: each mistake planted here must make an ordinary test fail.

Compiled code cannot be patched in place.  So each mistake is made in a copy of the package, and a
separate process compiles it into a cache folder of its own.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).parents[2]


class Plant(NamedTuple):
    """``right`` occurs once in the package and becomes ``wrong``; then ``test`` must fail."""

    right: str
    wrong: str
    test: str  # file::function below parity_tests/kernels


PLANTS = {
    "another order of a sum": Plant(
        "((s[v] + s[v + width]) + s[v + 2 * width]) + s[v + 3 * width]",
        "(s[v] + s[v + width]) + (s[v + 2 * width] + s[v + 3 * width])",
        "test_sums.py::test_sum_and_mean",
    ),
    "bias correction of the fused Adam with its factors swapped": Plant(
        '"alpha": corrected_rate(t, lr, self.beta_1, self.beta_2)',
        '"alpha": corrected_rate(t, lr, self.beta_2, self.beta_1)',
        "test_optimizers.py::test_rule[Adam-{}-float32]",
    ),
    "a window shifted by a margin": Plant(
        "np.add.outer((inside + low) * cells, starts)",
        "np.add.outer((inside + high) * cells, starts)",
        "test_conv.py::test_convolution_and_gradients[float32]",
    ),
    "the last part of an array forgotten": Plant(
        "run_parts(workers, _relu_part, ceil_div(len(x), CHUNK), (x, y))",
        "run_parts(workers, _relu_part, max(1, len(x) // CHUNK), (x, y))",
        "test_relu.py::test_value_and_gradient[float32]",
    ),
    "relu'(0) = 1": Plant(
        "dx[i] = dy[i] * (one if y[i] > zero else zero)",
        "dx[i] = dy[i] * (one if y[i] >= zero else zero)",
        "test_relu.py::test_value_and_gradient[float32]",
    ),
    "every tied winner of a window takes all": Plant(
        "left[c] = zero if wins else left[c]",
        "left[c] = left[c]",
        "test_pool.py::test_kernels_agree[float32]",
    ),
    "softmax without the largest subtracted": Plant(
        "y[j] = x[i, j] - top",
        "y[j] = x[i, j]",
        "test_softmax.py::test_softmax",
    ),
    "dropout unscaled": Plant(
        "scaled = source[i] * factor",
        "scaled = source[i]",
        "test_random.py::test_dropout",
    ),
    "of equal indices of a lookup's gradient only one counts": Plant(
        "targets[target + j] += sources[source + j]",
        "targets[target + j] = sources[source + j]",
        "test_lookup.py::test_added_rows",
    ),
    "the last number after the last whole packet": Plant(
        "for i in range(whole, n):",
        "for i in range(whole, n - 1):",
        "test_clipping.py::test_clipping[clipnorm-0.3-float32]",
    ),
    "a segment of a contraction added to what was there before": Plant(
        'splat(builder.icmp_signed(">", values["first"], integer(0)), flags)',
        'splat(builder.icmp_signed(">=", values["first"], integer(0)), flags)',
        "test_contraction.py::test_indexed_matmul[float32]",
    ),
}

# Exits as pytest does (1 if a test fails), after checking that the copy is what was imported.
RUN = """
import sys
from pathlib import Path
import minikeras, pytest
assert Path(minikeras.__file__).is_relative_to(Path.cwd()), minikeras.__file__
sys.exit(pytest.main(["-q", "-x", "-p", "no:cacheprovider", *sys.argv[1:]]))
"""


def planted(plant: Plant, folder: Path) -> None:
    """A copy of the package and its tests, with the mistake.

    Files keep their times, so what Python has compiled is copied too, and used where it is valid.
    """
    for package in ("minikeras", "parity_tests"):
        shutil.copytree(ROOT / package, folder / package)
    shutil.copy(ROOT / "pyproject.toml", folder)
    file = folder / file_of(plant)
    file.write_text(file.read_text().replace(plant.right, plant.wrong))


def file_of(plant: Plant) -> Path:
    """The file that holds the line; exactly one does."""
    files = {f.relative_to(ROOT): f.read_text() for f in (ROOT / "minikeras").rglob("*.py")}
    found = [f for f, text in files.items() for _ in range(text.count(plant.right))]
    assert len(found) == 1, f"{plant.right!r} is in {[*map(str, found)]}"
    return found[0]


@pytest.mark.parametrize("name", PLANTS)
def test_the_line_is_there(name: str) -> None:
    file_of(PLANTS[name])


@pytest.mark.parametrize("name", PLANTS)
def test_wrong_kernel_is_caught(name: str, tmp_path: Path) -> None:
    plant = PLANTS[name]
    planted(plant, tmp_path)
    environment = {k: v for k, v in os.environ.items() if k != "NUMBA_CACHE_DIR"} | {
        "PYTHONPATH": str(tmp_path),
        "XDG_CACHE_HOME": str(tmp_path / "cache"),
        "HYPOTHESIS_PROFILE": "planted",
        "MINIKERAS_COMPILE_AHEAD": "0",
    }
    run = subprocess.run(
        [sys.executable, "-c", RUN, f"parity_tests/kernels/{plant.test}"],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
    )
    assert run.returncode == pytest.ExitCode.TESTS_FAILED, run.stdout + run.stderr
    assert "AssertionError" in run.stdout, run.stdout


def test_enough_is_planted() -> None:
    assert len(PLANTS) >= 10
