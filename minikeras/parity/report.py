"""Writes a comparison as a self-contained HTML page or as JSON."""

from __future__ import annotations

import html
import itertools
import json
import math
import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from minikeras.optional import Library, missing
from minikeras.parity import charts, step_report, users_default
from minikeras.parity.comparison import KINDS, SAME_LINES_TOLERANCE, Document
from minikeras.parity.terminal import NAMES, TITLES, initial_words, relative_words, seconds, ulp
from minikeras.types import Array

jinja2 = Library("jinja2")
markupsafe = Library("markupsafe")


def write_html(
    document: Document, path: str | os.PathLike[str], arrays: dict[str, Array] | None = None
) -> None:
    """Write the page; an older file is replaced when the new one is complete."""
    write_atomically(path, page(document, arrays))


def page(document: Document, arrays: dict[str, Array] | None = None) -> str:
    """The comparison as one HTML page that refers to nothing outside itself.

    arrays: of the reproducers, which the page offers as files; see `Comparison.arrays`.
    """
    tolerance = document["verdict"]["tolerance"]
    default = document.get("users_default")
    curves = default["fits"] if default else []
    location: Document = document.get("location") or {"forced": None, "free": None}
    looked = location["forced"]
    return _rendered(
        "report.html.jinja",
        kinds=KINDS,
        titles=TITLES,
        charts=[
            _charts(fit, tolerance, other)
            for fit, other in itertools.zip_longest(document["fits"], curves)
        ],
        bar=_bar,
        same_lines_tolerance=SAME_LINES_TOLERANCE,
        steps=_steps(looked, location["free"], arrays or {}) if looked else None,
        **{"users_default": None, "location": None, **document},
    )


def comparison_page(
    comparison: Document, title: str = "Lockstep", arrays: dict[str, Array] | None = None
) -> str:
    """A page for what `Comparison.to_json` returns; `arrays` as in `page`."""
    steps = _steps(comparison, None, arrays or {})
    return _rendered("comparison.html.jinja", title=title, steps=steps)


def in_frame(page: Callable[[], str]) -> str | None:
    """A page as notebooks show it: in a frame of its own.  None if jinja2 is not installed."""
    if missing("jinja2"):
        return None
    text = html.escape(page())
    return f'<iframe srcdoc="{text}" style="width:100%;height:42rem;border:0"></iframe>'


def _rendered(template: str, **values: Any) -> str:
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
        plain_number=_plain_number,
        ulp=ulp,
        relative_words=relative_words,
        users_words=users_default.words,
    )
    return environment.get_template(template).render(names=NAMES, **values)


def _steps(forced: Document, free: Document | None, arrays: dict[str, Array]) -> Document:
    """What the templates draw of a lockstep comparison."""
    growing = (
        [("Free-running: only the first step starts from the same state", free)] if free else []
    )
    if forced["options"].get("mode") == "free-running":
        growing = [("Free-running: only the first step starts from the same state", forced)]
    else:
        growing.append(("Each step starts from Keras's state", forced))
    # The text of a script element ends at the next tag, whatever JSON says.
    text = json.dumps(plain(step_report.heat_map(forced, free)), separators=(",", ":"))
    return {
        "forced": forced,
        "map": markupsafe.Markup(text.replace("<", "\\u003c").replace("&", "\\u0026")),
        "growth": [(title, step_report.growth(found)) for title, found in growing],
        "largest": step_report.largest(forced),
        "reproducers": step_report.reproducers(forced, arrays),
    }


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


def _bar(relative: float) -> float:
    """Percentage of a bar that shows a relative difference on a logarithmic scale."""
    return 100 * (1 - charts.logarithm(relative) / charts.EQUAL)


def _plain_number(value: Any) -> str:
    """A number of a document, in which strings stand for those that JSON cannot write."""
    return "–" if value is None else f"{step_report.number(value):.2g}"


def _charts(fit: Document, tolerance: float, default: Document | None) -> list[Document]:
    """A chart for each metric, training and validation in one, and a chart of the differences.

    default: the fit as the user's own setting of TensorFlow computes it.
    """
    epochs = [row["epoch"] for row in fit["epochs"]]
    columns = {
        name: {
            side: [row["metrics"].get(name, {}).get(side, math.nan) for row in fit["epochs"]]
            for side in ("minikeras", "keras", "relative")
        }
        for name in fit["metrics"]
    }
    found = []
    for name in [name for name in columns if not name.startswith("val_")]:
        shown_names = [shown for shown in (name, f"val_{name}") if shown in columns]
        series = [
            (f"{NAMES[side]}: {shown}", f"{side} tone{tone}", columns[shown][side])
            for tone, shown in enumerate(shown_names)
            for side in ("keras", "minikeras")
        ]
        others = default["metrics"] if default else {}
        for tone, shown in enumerate(name for name in shown_names if name in others):
            values = [math.nan if v is None else v for v in others[shown]]
            series.append((f"your own Keras: {shown}", f"default tone{tone + 2}", values))
        ticks = charts.nice_ticks(value for _, _, values in series for value in values)
        found.append(charts.chart(name, epochs, series, ticks))
    series = [
        (name, f"tone{tone % 6}", [charts.logarithm(value) for value in columns[name]["relative"]])
        for tone, name in enumerate(columns)
    ]
    powers, limit = charts.powers_of_ten(), math.log10(tolerance)
    found.append(charts.chart("relative difference", epochs, series, powers, limit))
    return found
