"""Whoever computes which part, the bits are the same, and nobody waits for ever."""

from __future__ import annotations

import multiprocessing
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import joblib
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from minikeras import config
from minikeras.kernels import conv
from minikeras.kernels.rounding import matmul as eigen_matmul
from minikeras.kernels.runtime import threads
from minikeras.kernels.runtime.compile import kernel
from minikeras.kernels.runtime.threads import run_parts, workers_for

can_fork = pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork on this system")


@pytest.fixture(autouse=True)
def _threads_as_found() -> Iterator[None]:
    yield
    config.set_threads(None)


def same_bits(compute: Callable[[], Any]) -> None:
    """With one, two and three threads, which are more than this machine may have, and again."""
    results = []
    for number in (1, 2, 3, 2):
        config.set_threads(number)
        results.append(compute().tobytes())
    assert len(set(results)) == 1


def normal(*shape: int, dtype: type = np.float32) -> np.ndarray:
    return np.random.default_rng(sum(shape)).normal(size=shape).astype(dtype)


sizes, floats = st.integers(1, 300), st.sampled_from([np.float32, np.float64])


@given(sizes, sizes, sizes, floats)
def test_products_have_the_same_bits(rows: int, inner: int, columns: int, dtype: type) -> None:
    a, b = normal(rows, inner, dtype=dtype), normal(inner, columns, dtype=dtype)
    same_bits(lambda: eigen_matmul.matmul(a, b))


@given(st.integers(1, 5), st.integers(3, 20), st.integers(1, 9), st.integers(1, 40), floats)
def test_convolution_and_its_gradients_have_the_same_bits(
    images: int, side: int, channels: int, filters: int, dtype: type
) -> None:
    x, w = normal(images, side, side, channels, dtype=dtype), normal(3, 3, channels, filters)
    w = w.astype(dtype)
    dy = normal(images, side - 2, side - 2, filters, dtype=dtype)
    steps = {"strides": (1, 1), "dilation": (1, 1)}
    same_bits(lambda: conv.convolve(x, w, **steps))
    same_bits(lambda: conv.convolve_kernel_gradient(x, dy, size=(3, 3), **steps))
    same_bits(lambda: conv.convolve_input_gradient(dy, w, space=(side, side), **steps))


@kernel
def _count_part(start: int, stop: int, counts: np.ndarray) -> None:
    for part in range(start, stop):
        counts[part] += part + 1


@kernel
def _count(workers: int, count: int, counts: np.ndarray) -> None:
    run_parts(workers, _count_part, count, (counts,))


def hammer(seconds: float, seed: int) -> None:
    """Jobs that are over before the workers have woken up: each part is computed once."""
    random, end = np.random.default_rng(seed), time.perf_counter() + seconds
    while time.perf_counter() < end:
        for count in random.integers(0, 60, 200):
            counts = np.zeros(60, np.int64)
            _count(workers_for(10**9), count, counts)
            assert counts.sum() == count * (count + 1) // 2 and not counts[count:].any()


@pytest.mark.parametrize("number", [1, 2, 3, 9])
def test_each_part_is_computed_once(number: int) -> None:
    config.set_threads(number)
    hammer(0.5, number)


def test_more_parts_than_a_job_can_count() -> None:
    count = (1 << 20) + 3
    counts = np.zeros(count, np.int64)
    _count(workers_for(10**9), count, counts)
    np.testing.assert_array_equal(counts, np.arange(1, count + 1))


def test_the_number_of_threads_may_change_between_jobs() -> None:
    for number in (2, 1, 4, 2, 3) * 5:
        config.set_threads(number)
        hammer(0.005, number)


def test_several_callers_at_once() -> None:
    """One has the workers, the others compute alone."""
    config.set_threads(2)
    a, b = normal(200, 300), normal(300, 100)
    expected, wrong = eigen_matmul.matmul(a, b).tobytes(), []

    def call(seed: int) -> None:
        try:
            hammer(0.5, seed)
            for _ in range(50):
                assert eigen_matmul.matmul(a, b).tobytes() == expected
        except AssertionError as error:
            wrong.append(error)

    callers = [threading.Thread(target=call, args=(seed,)) for seed in range(4)]
    for caller in callers:
        caller.start()
    for caller in callers:
        caller.join(60)
        assert not caller.is_alive()
    assert not wrong


def product() -> bytes:
    return bytes(eigen_matmul.matmul(normal(150, 200), normal(200, 120)).tobytes())


@can_fork
@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")
def test_a_fork_has_a_team_of_its_own() -> None:
    config.set_threads(2)
    expected = product()
    with multiprocessing.get_context("fork").Pool(2) as pool:
        assert [pool.apply_async(product).get(60) for _ in range(4)] == [expected] * 4
    assert product() == expected


@can_fork
@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")
def test_a_fork_while_the_team_is_at_work() -> None:
    """The child finds the workers taken by a thread that it does not have."""
    config.set_threads(2)
    expected = product()
    busy = threading.Thread(target=hammer, args=(1.0, 0))
    busy.start()
    for _ in range(5):
        child = os.fork()
        if not child:
            os._exit(0 if product() == expected else 1)
        end, done = time.perf_counter() + 30, 0
        while not done and time.perf_counter() < end:
            done, status = os.waitpid(child, os.WNOHANG)
            time.sleep(0.01)
        assert done and status == 0
    busy.join()


def test_joblib() -> None:
    expected = product()
    assert joblib.Parallel(2)(joblib.delayed(product)() for _ in range(4)) == [expected] * 4


@pytest.mark.parametrize(
    ("name", "value", "number"),
    [("OMP_NUM_THREADS", "1", 1), ("NUMBA_NUM_THREADS", "1", 1), ("OPENBLAS_NUM_THREADS", "1", 0)],
)
def test_limits_of_the_environment(name: str, value: str, number: int) -> None:
    """OpenBLAS's limit is its own: no kernel calls it."""
    code = (
        "import numpy as np; a = np.ones((300, 300), np.float32); a @ a\n"
        "from minikeras import config, ops\n"
        "print(config.threads(), float(ops.sum(ops.matmul(a, a))))"
    )
    variables = {k: v for k, v in os.environ.items() if not k.endswith("_NUM_THREADS")}
    run = subprocess.run(
        [sys.executable, "-c", code],
        env=variables | {name: value},
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    found, total = run.stdout.split()
    assert float(total) == 300.0**3
    assert int(found) == number if number else int(found) >= 1


def test_small_jobs_wake_nobody() -> None:
    assert workers_for(10) == threads.ALONE
