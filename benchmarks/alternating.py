"""Calls of minikeras and of Keras that do the same, timed in turns in one process."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from benchmarks.table import figure

WARM_UP = 2  # calls that are not counted: kernels compile, graphs are traced


class Row(NamedTuple):
    """Medians of one piece of work, in milliseconds; the ratios are Keras over minikeras."""

    title: str
    ours: float
    theirs: float
    ratio: float
    cpu_ratio: float


def alternate(title: str, calls: Sequence[Callable[[], Any]], rounds: int) -> Row:
    """Times the call of minikeras, which is the first, and those of Keras; its fastest counts.

    A ratio is the median of the ratios within a round.  ``cpu_ratio`` compares processor time,
    of all threads, which other processes disturb less.
    """
    for call in calls:
        for _ in range(WARM_UP):
            call()
    wall: list[list[float]] = [[] for _ in calls]
    cpu: list[list[float]] = [[] for _ in calls]
    for _ in range(rounds):
        for call, seconds, processor in zip(calls, wall, cpu, strict=True):
            start, used = time.perf_counter(), time.process_time()
            call()
            seconds.append(time.perf_counter() - start)
            processor.append(time.process_time() - used)
    best = min(range(1, len(calls)), key=lambda i: statistics.median(wall[i]))
    return Row(
        title,
        statistics.median(wall[0]) * 1e3,
        statistics.median(wall[best]) * 1e3,
        _ratio(wall[best], wall[0]),
        _ratio(cpu[best], cpu[0]),
    )


def _ratio(theirs: Sequence[float], ours: Sequence[float]) -> float:
    return statistics.median(t / o for t, o in zip(theirs, ours, strict=True))


HEADING = (
    "| milliseconds | minikeras | Keras on TF | ratio | ratio of CPU time |",
    "|---|---|---|---|---|",
)


def line(row: Row) -> str:
    """The row in a Markdown table below ``HEADING``."""
    return f"| {row.title} | {' | '.join(map(figure, row[1:]))} |"


def show(rows: Sequence[Callable[[], Row]]) -> None:
    """Measures each row, and prints it at once."""
    print(*HEADING, sep="\n")
    for measure in rows:
        print(line(measure()), flush=True)
