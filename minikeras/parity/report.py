"""Writes a comparison as a self-contained HTML page or as JSON."""

from __future__ import annotations

import json
import math
import os
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from minikeras.optional import Library
from minikeras.parity.comparison import KINDS, SAME_LINES_TOLERANCE, Document
from minikeras.parity.terminal import NAMES, TITLES, initial_words, relative_words, seconds, ulp

jinja2 = Library("jinja2")

# The size of a chart in SVG units: narrow, so that its letters are readable on a phone.
WIDTH, HEIGHT = 360, 220
LEFT, RIGHT, TOP, BOTTOM = 46, 8, 10, 26
EQUAL = -18  # the position of a difference of 0 on the logarithmic axis


def write_html(document: Document, path: str | os.PathLike[str]) -> None:
    """Write the page; an older file is replaced when the new one is complete."""
    write_atomically(path, page(document))


def page(document: Document) -> str:
    """The comparison as one HTML page that refers to nothing outside itself."""
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("minikeras.parity"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(
        seconds=seconds,
        initial_words=initial_words,
        number=_number,
        ulp=ulp,
        relative_words=relative_words,
    )
    tolerance = document["verdict"]["tolerance"]
    charts = [_charts(fit, tolerance) for fit in document["fits"]]
    return environment.get_template("report.html.jinja").render(
        names=NAMES,
        kinds=KINDS,
        titles=TITLES,
        charts=charts,
        bar=_bar,
        same_lines_tolerance=SAME_LINES_TOLERANCE,
        **document,
    )


def write_json(document: Document, path: str | os.PathLike[str]) -> None:
    """Write the comparison as JSON; NaN and infinity become strings."""
    text = json.dumps(plain(document), indent=2, ensure_ascii=False, allow_nan=False)
    write_atomically(path, text + "\n")


def write_atomically(path: str | os.PathLike[str], text: str) -> None:
    """Write a temporary file beside `path`, then rename it."""
    path = Path(path)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with open(handle, "w", encoding="utf-8") as file:
            file.write(text)
        mask = os.umask(0)
        os.umask(mask)
        os.chmod(temporary, 0o666 & ~mask)  # mkstemp creates files that only their owner can read
        os.replace(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise


def plain(value: Any) -> Any:
    """The same in numbers that JSON can write, and strings for the others."""
    if isinstance(value, dict):
        return {key: plain(entry) for key, entry in value.items()}
    if isinstance(value, list | tuple):
        return [plain(entry) for entry in value]
    return str(value) if isinstance(value, float) and not math.isfinite(value) else value


def _number(value: float) -> str:
    return f"{value:.7g}"


def _logarithm(relative: float) -> float:
    """log₁₀ of a relative difference, within [`EQUAL`, 0]."""
    return math.log10(min(max(relative, 10.0**EQUAL), 1.0))


def _bar(relative: float) -> float:
    """Percentage of a bar that shows a relative difference on a logarithmic scale."""
    return 100 * (1 - _logarithm(relative) / EQUAL)


def _charts(fit: Document, tolerance: float) -> list[Document]:
    """A chart for each metric, training and validation in one, and a chart of the differences."""
    epochs = [row["epoch"] for row in fit["epochs"]]
    columns = {
        name: {
            side: [row["metrics"].get(name, {}).get(side, math.nan) for row in fit["epochs"]]
            for side in ("minikeras", "keras", "relative")
        }
        for name in fit["metrics"]
    }
    charts = []
    for name in [name for name in columns if not name.startswith("val_")]:
        shown_names = [shown for shown in (name, f"val_{name}") if shown in columns]
        series = [
            (f"{NAMES[side]}: {shown}", f"{side} tone{tone}", columns[shown][side])
            for tone, shown in enumerate(shown_names)
            for side in ("keras", "minikeras")
        ]
        ticks = _nice_ticks(value for _, _, values in series for value in values)
        charts.append(_chart(name, epochs, series, ticks))
    series = [
        (name, f"tone{tone % 6}", [_logarithm(value) for value in columns[name]["relative"]])
        for tone, name in enumerate(columns)
    ]
    powers = [(float(p), f"1e{p}" if p > EQUAL else "equal") for p in range(EQUAL, 1, 3)]
    charts.append(_chart("relative difference", epochs, series, powers, math.log10(tolerance)))
    return charts


def _chart(
    title: str,
    epochs: Sequence[int],
    series: Sequence[tuple[str, str, list[float]]],
    ticks: Sequence[tuple[float, str]],
    limit: float | None = None,
) -> Document:
    """The coordinates of everything in a chart; the ticks span its height."""
    low, high = ticks[0][0], ticks[-1][0]
    first, last = (min(epochs), max(epochs)) if epochs else (0, 1)

    def x(epoch: float) -> float:
        fraction = (epoch - first) / (last - first) if last > first else 0.5
        return round(LEFT + fraction * (WIDTH - LEFT - RIGHT), 1)

    def y(value: float) -> float:
        fraction = (value - low) / (high - low)
        return round(HEIGHT - BOTTOM - fraction * (HEIGHT - TOP - BOTTOM), 1)

    def points(values: list[float]) -> list[tuple[float, float]]:
        found = [(x(epoch), y(v)) for epoch, v in zip(epochs, values) if math.isfinite(v)]
        return found * 2 if len(found) == 1 else found  # round caps make one point a dot

    stride = max(1, round(_nice_step(last - first)))
    return {
        "title": title,
        "lines": [{"label": label, "css": css, "points": points(v)} for label, css, v in series],
        "x_ticks": [(x(epoch), epoch) for epoch in epochs if epoch == first or epoch % stride == 0],
        "y_ticks": [(y(height), label) for height, label in ticks],
        "limit": None if limit is None else y(limit),
        "left": LEFT,
        "right": WIDTH - RIGHT,
        "width": WIDTH,
        "height": HEIGHT,
    }


def _nice_ticks(values: Iterable[float]) -> list[tuple[float, str]]:
    """About five round numbers, from below the smallest finite value to above the largest."""
    finite = [value for value in values if math.isfinite(value)] or [0.0]
    low, high = min(finite), max(finite)
    step = _nice_step(high - low or abs(high))
    first, last = math.floor(low / step), math.ceil(high / step)
    return [(i * step, f"{i * step:.4g}") for i in range(first, max(last, first + 1) + 1)]


def _nice_step(span: float) -> float:
    """1, 2 or 5 times a power of ten: about a fifth of the span."""
    if span <= 0:
        return 1.0
    magnitude = 10.0 ** math.floor(math.log10(span / 5))
    return next(m * magnitude for m in (1, 2, 5, 10) if m * magnitude >= span / 5)
