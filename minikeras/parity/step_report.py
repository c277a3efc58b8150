"""What the report shows of a lockstep comparison: heat map, growth, largest differences.

Everything is computed from the documents that `Comparison.to_json` returns.
"""

from __future__ import annotations

import base64
import io
import math
from typing import Any

import numpy as np

from minikeras.parity import charts
from minikeras.parity.comparison import Document
from minikeras.types import Array

MOST = 12  # rows of the table of the largest differences
LARGEST_DOWNLOAD = 4 * 2**20  # bytes of a reproducer's arrays that a page holds
GROWING = ("output", "loss", "gradient", "slot", "variable")  # the lines of the chart
WRITTEN = {"inf": math.inf, "-inf": -math.inf, "nan": math.nan}
MODES = {"forced": "each step from Keras's state", "free": "free-running"}


def number(value: Any) -> float:
    """A number of a document, in which strings stand for those that JSON cannot write."""
    return float(WRITTEN.get(value, value) if isinstance(value, str) else value)


def heat_map(forced: Document, free: Document | None = None) -> Document:
    """The data of the heat map: a row for each layer, variable, slot ...; a column for each step.

    forced, free: comparisons in both modes.

    A cell is None where a step has no such entry, 0 where both sides are bit-equal, and else
    [largest ULP, relative, factor of the rounding bound, median ULP, absolute, cosine, opinion].
    """
    rows: dict[tuple[str, str], int] = {}
    about: list[list[Any]] = []
    cells: dict[str, list[list[Any]]] = {}
    modes = {"forced": forced} | ({"free": free} if free else {})
    for mode, comparison in modes.items():
        steps = comparison["steps"]
        cells[mode] = [[None] * len(steps) for _ in about]
        for column, step in enumerate(steps):
            for entry in step["entries"]:
                key = entry["kind"], entry["name"]
                if key not in rows:
                    rows[key] = len(about)
                    shape = " × ".join(map(str, entry["shape"])) or "scalar"
                    about.append([*key, entry["layer"], f"{shape} {entry['dtype']}"])
                if rows[key] >= len(cells[mode]):
                    cells[mode].append([None] * len(steps))
                cells[mode][rows[key]][column] = _cell(entry)
    for found in cells.values():
        found += [[None] * len(forced["steps"]) for _ in range(len(about) - len(found))]
    kinds = list(dict.fromkeys(kind for kind, *_ in about))
    order = sorted(range(len(about)), key=lambda row: kinds.index(about[row][0]))
    verdict = forced["verdict"]
    return {
        "steps": [step["number"] for step in forced["steps"]],
        "modes": {mode: MODES[mode] for mode in modes},
        "kinds": kinds,
        "rows": [about[row] for row in order],
        "cells": {mode: [found[row] for row in order] for mode, found in cells.items()},
        "first": [verdict["step"], verdict["kind"], verdict["name"]],
        "bounded": any(
            entry["distances"]["factor"] is not None
            for step in forced["steps"]
            for entry in step["entries"]
            if not entry["distances"]["equal"]
        ),
    }


def growth(comparison: Document) -> Document:
    """The chart of the largest relative difference of each kind of entry, over the steps."""
    steps = comparison["steps"]
    series = []
    for tone, kind in enumerate(GROWING):
        worst = []
        for step in steps:
            found = [
                number(e["distances"]["relative"]) for e in step["entries"] if e["kind"] == kind
            ]
            known = [value for value in found if not math.isnan(value)]
            worst.append(charts.logarithm(max(known)) if known else math.nan)
        if any(map(math.isfinite, worst)):
            series.append((kind, f"tone{tone}", worst))
    title = "largest relative difference"
    numbers = [step["number"] for step in steps]
    return charts.chart(title, numbers, series, charts.powers_of_ten())


def largest(comparison: Document) -> list[Document]:
    """The first step in which each entry differs most, the most different entries first.

    They are ordered by the factor of the rounding bound where it is known, else by the relative
    difference.
    """
    worst: dict[tuple[str, str], Document] = {}
    for step in comparison["steps"]:
        for entry in step["entries"]:
            key = entry["kind"], entry["name"]
            if entry["distances"]["equal"]:
                continue
            if key not in worst or _size(entry) > _size(worst[key]):
                worst[key] = {**entry, "step": step["number"]}
    return sorted(worst.values(), key=_size, reverse=True)[:MOST]


def reproducers(comparison: Document, arrays: dict[str, Array]) -> list[Document]:
    """The scripts that show differences with Keras alone, and their arrays as texts of links.

    arrays: as `Comparison.arrays` names them.

    `link` is None if there are no arrays, or more than a page should hold; `file` names the file.
    """
    found = [comparison["reproducer"]] if comparison["reproducer"] else []
    listed, room = [], LARGEST_DOWNLOAD
    for i, one in enumerate([*found, *comparison["more_reproducers"]]):
        prefix = f"more {i}/" if i else ""
        named: Any = {
            name: arrays[prefix + name] for name in one["arrays"] if prefix + name in arrays
        }
        file = io.BytesIO()
        np.savez_compressed(file, **named)
        link = None
        if named and file.tell() <= room:
            room -= file.tell()
            text = base64.b64encode(file.getvalue()).decode()
            link = f"data:application/octet-stream;base64,{text}"
        name = f"reproducer{i + 1}.npz" if i else "reproducer.npz"
        script = one["script"].replace("reproducer.npz", name)
        listed.append({**one, "script": script, "link": link, "file": name})
    return listed


def _cell(entry: Document) -> Any:
    found = entry["distances"]
    if found["equal"]:
        return 0
    names = ("largest_ulp", "relative", "factor", "median_ulp", "absolute", "cosine")
    opinion = entry["opinion"]
    said = opinion and [_short(opinion["minikeras"]), _short(opinion["keras"]), opinion["agreed"]]
    return [*(_short(found[name]) for name in names), said]


def _short(value: Any) -> Any:
    """A number with the four digits that a page shows."""
    return float(f"{value:.4g}") if isinstance(value, float) else value


def _size(entry: Document) -> tuple[float, float]:
    found = entry["distances"]
    sizes = [number(found["factor"] or 0.0), number(found["relative"])]
    return tuple(math.inf if math.isnan(size) else size for size in sizes)  # type: ignore[return-value]  # of two
