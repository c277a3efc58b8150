"""New processes: the time of an import, and time and peak memory of a first epoch."""

import subprocess
import sys

import pytest

from benchmarks.compare import first_epoch
from benchmarks.table import OURS

pytestmark = pytest.mark.benchmark(min_rounds=5, warmup=False)


@pytest.mark.benchmark(group="starting Python and importing")
@pytest.mark.parametrize("module", ["sys", "numpy", "minikeras"])
def test_import(benchmark, module):
    benchmark(subprocess.run, [sys.executable, "-c", f"import {module}"], check=True)


@pytest.mark.benchmark(group="a fresh process, from start to the end of the CNN's first epoch")
@pytest.mark.parametrize("cache", ["warm", "cold"])
def test_first_epoch(benchmark, cache):
    """`extra_info` of the results has the peak memory in MiB."""
    if cache == "warm":
        first_epoch(OURS)
    answers = []
    rounds = 1 if cache == "cold" else 5
    benchmark.pedantic(
        lambda: answers.append(first_epoch(OURS, cold=cache == "cold")), rounds=rounds
    )
    benchmark.extra_info["megabytes"] = max(a["megabytes"] for a in answers)
