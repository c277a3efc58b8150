"""The terminal output of the verifier: progress bars, then the verdict and what led to it."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from minikeras.messages import count
from minikeras.parity import users_default
from minikeras.parity.comparison import KINDS, Document
from minikeras.parity.runs import Failure

MOST = 6  # rows of a table, or lines of a list, that are shown without --full
TITLES = {
    "models": "Weights of",
    "optimizers": "State of the optimizer",
    "predictions": "Predictions of",
}
NAMES = {"minikeras": "minikeras", "keras": "Keras"}


@contextmanager
def progress(console: Console) -> Iterator[Callable[[str, dict[str, Any]], None]]:
    """A bar for each framework; yields the function that takes a framework's events."""
    bars = Progress(
        TextColumn("{task.description:<9}"),
        BarColumn(bar_width=30),
        MofNCompleteColumn(),
        TextColumn("{task.fields[state]}"),
        TimeElapsedColumn(),
        console=console,
    )
    tasks = {
        framework: bars.add_task(name, total=None, start=False, state="waiting")
        for framework, name in NAMES.items()
    }

    def show(framework: str, event: dict[str, Any]) -> None:
        task = bars.tasks[tasks[framework]]
        match event:
            case {"event": "starting"}:
                bars.start_task(task.id)
                bars.update(task.id, state="importing")
            case {"event": "started"}:
                bars.update(task.id, state="working")
            case {"event": "fit", "epochs": epochs}:
                bars.update(task.id, total=(task.total or 0) + (epochs or 0))
            case {"event": "epoch", "loss": loss}:
                state = "" if loss is None else f"loss {loss:.4f}"
                bars.update(task.id, advance=1, state=state)
            case {"event": "locating", "call": call}:
                bars.update(task.id, state=f"looking into {call}")
            case {"event": "said", "text": text}:
                bars.console.print(Text(text))
            case {"event": "finished"}:
                bars.update(task.id, total=task.completed, state="done")
                bars.stop_task(task.id)
            case {"event": "failed"}:
                bars.update(task.id, state="failed")
                bars.stop_task(task.id)

    with bars:
        yield show


def show(document: Document, console: Console, full: bool = False) -> None:
    """Print the verdict, the differences, and the rows that matter of every comparison.

    full: print all rows.
    """
    verdict = document["verdict"]
    word = Text("SAME", "bold green") if verdict["same"] else Text("DIFFERENT", "bold red")
    console.print(word + Text(f": {verdict['reason']}.", "default"))
    _show_differences(console, verdict, MOST if not full else None)
    if document.get("location"):
        console.print(Text(f"\nStep by step: {location_words(document['location'])}."))
    if document.get("users_default"):
        console.print(Text(f"\n{users_default.words(document['users_default'])}."))
    for fit in document["fits"]:
        _show_fit(console, fit, None if full else verdict["tolerance"])
    if document["evaluations"]:
        headings = ("result", "metric", "minikeras", "Keras", "relative", "ULP")
        table = _table(2, *headings)
        for found in document["evaluations"]:
            for name, metric in found["metrics"].items():
                table.add_row(Text(found["label"]), Text(name), *_numbers(metric))
        _print(console, "Evaluations", table)
    for what in ("predictions", "models", "optimizers"):
        for entry in document[what]:
            _show_arrays(console, what, entry, None if full else verdict["weight_tolerance"])
    _show_times(console, document["times"])


def location_words(document: Document) -> str:
    """What was found in one sentence."""
    if document["error"]:
        return f"{document['call']} could not be looked into: {document['error']}"
    forced = document["forced"]
    looked = f"{count(len(forced['steps']), 'step')} of {document['call']}"
    setting = f" ({users_default.SETTING} as in your programs)" if document["as_user"] else ""
    return f"{looked}{setting}: {forced['verdict']['reason']}"


def _show_differences(console: Console, verdict: Document, most: int | None) -> None:
    """List the first kind that differs, of which the reason names one, and count the others."""
    others = []
    for kind, found in verdict["differences"].items():
        if kind == verdict["decided_by"] or (found and most is None):
            if len(found) > 1:
                console.print(Text(f"\n{KINDS[kind].capitalize()}:"))
                more = [f"… {len(found[most:])} more (--full)"] if most and found[most:] else []
                for line in [*found[:most], *more]:
                    console.print(Text(f"  {line}"))
        elif found:
            others.append(f"{kind} ({len(found)})")
    if others:
        console.print(Text(f"\nAlso different: {', '.join(others)}"))


def show_failures(
    failures: dict[str, Failure], console: Console, debug: bool = False, what: str = "script"
) -> None:
    """Print the errors of both frameworks side by side; with `debug` also their tracebacks.

    what: that failed, "script" or "model".
    """
    if debug:
        for framework, failure in failures.items():
            console.print(Text(f"{NAMES[framework]}:\n{failure.traceback}"))
    if any(failure.internal for failure in failures.values()):
        said = "minikeras verify itself failed" + (
            "" if debug else "; --debug prints the traceback"
        )
    elif len(failures) == len(NAMES):
        said = f"the {what} fails under both frameworks, so there is nothing to compare"
    else:
        said = f"the {what} fails under {NAMES[next(iter(failures))]} only"
    console.print(Text(f"Error: {said}.", "bold red"))
    table = Table("", *NAMES.values(), show_lines=True)
    rows = {
        "error": [failures[name].type if name in failures else "none" for name in NAMES],
        "message": [failures[name].message if name in failures else "" for name in NAMES],
        "line": [
            f"{failures[name].place}\n{failures[name].line}" if name in failures else ""
            for name in NAMES
        ],
    }
    for heading, texts in rows.items():
        table.add_row(heading, *(Text(text, overflow="fold") for text in texts))
    console.print(table)


def _show_fit(console: Console, fit: Document, tolerance: float | None) -> None:
    headings = (fit["unit"], "metric", "minikeras", "Keras", "relative", "ULP")
    table = _table(2, *headings)
    rows = fit["epochs"]
    worst = [
        max((metric["relative"] for metric in row["metrics"].values()), default=0.0) for row in rows
    ]
    for index, between in _rows_to_show(worst, tolerance):
        if between:
            table.add_row("…", f"{len(between)} more", "", "", _at_most(between), end_section=True)
        for i, (name, metric) in enumerate(rows[index]["metrics"].items()):
            epoch = "" if i else str(rows[index]["epoch"])
            table.add_row(epoch, Text(name), *_numbers(metric))
        table.add_section()
    _print(console, f"{fit['label']} of {fit['model']}", table)


def _show_arrays(console: Console, what: str, entry: Document, tolerance: float | None) -> None:
    if not entry["variables"]:
        return
    title = f"{TITLES[what]} {entry['name']}"
    initial = ["initial"] if what == "models" else []
    final = "relative" if what == "predictions" else "final: relative"
    what = "output" if what == "predictions" else "variable"
    table = _table(2, what, "shape", *initial, final, "ULP")
    rows = entry["variables"]
    worst = [_worst(row) if initial else (row["final"] or {}).get("relative", 0.0) for row in rows]
    for index, between in _rows_to_show(worst, tolerance):
        if between:
            at_most = ["", _at_most(between)] if initial else [_at_most(between)]
            table.add_row(f"… {len(between)} more", "", *at_most)
        row, found = rows[index], rows[index]["final"]
        cells = [initial_words(row["initial"])] if initial else []
        cells += (
            [relative_words(found, row.get("noise")), ulp(found["ulp"])] if found else ["–", "–"]
        )
        name = Text(row["path"].removeprefix(entry["name"] + "/"))
        table.add_row(name, "×".join(map(str, row["shape"] or [])), *cells)
    _print(console, title, table)


def _worst(variable: Document) -> float:
    """The relative difference of a weight at the end; any difference at the beginning is worse."""
    if variable["initial"] and not variable["initial"]["equal"]:
        return math.inf
    return variable["final"]["relative"] if variable["final"] else 0.0


def _rows_to_show(worst: list[float], tolerance: float | None) -> Iterator[tuple[int, list[float]]]:
    """The rows to show, each with the differences of the rows left out before it.

    Shown are the first and the last, the first that is outside the tolerance, and the worst.
    Without a tolerance, and if there are few, all are shown.
    """
    shown = set(range(len(worst)))
    if tolerance is not None and len(worst) > MOST:
        outside = [i for i, relative in enumerate(worst) if relative > tolerance]
        largest = [worst.index(max(worst))] if max(worst) > 0 else []
        shown = {0, len(worst) - 1, *outside[:1], *largest}
    last = -1
    for i in sorted(shown):
        yield i, worst[last + 1 : i]
        last = i


def _show_times(console: Console, times: Document) -> None:
    table = _table(1, "", "import", "first epoch", "a step")
    for framework, name in NAMES.items():
        found = times[framework]
        row = (seconds(found[key]) for key in ("import", "first_epoch", "step"))
        table.add_row(name, *row)
    _print(console, "Times", table)


def _print(console: Console, title: str, table: Table) -> None:
    console.print(Text(f"\n{title}", "italic"))
    console.print(table)


def _table(texts: int, *headings: str) -> Table:
    """An empty table: `texts` columns for texts, and columns for numbers."""
    table = Table()
    for i, heading in enumerate(headings):
        if i < texts:
            table.add_column(heading, overflow="fold")
        else:
            table.add_column(heading, justify="right", no_wrap=True)
    return table


def _numbers(metric: Document) -> tuple[str, str, str, str]:
    values = (f"{metric[side]:.7g}" for side in NAMES)
    return (*values, relative_words(metric), ulp(metric["ulp"]))  # type: ignore[return-value]  # two values


def initial_words(initial: Document | None) -> str:
    """Whether the initial weights are bit-equal, otherwise their largest distance in ULP."""
    if initial is None:
        return "–"
    if initial["equal"]:
        return "bit-equal"
    return "different" if initial["ulp"] is None else f"{ulp(initial['ulp'])} ULP"


def seconds(value: float | None) -> str:
    """A time in seconds or milliseconds."""
    if value is None:
        return "–"
    return f"{value:.2f} s" if value >= 1 else f"{value * 1e3:.3g} ms"


def ulp(count: int | None) -> str:
    """A distance in ULP; the frameworks' integers have none."""
    return "–" if count is None else str(count) if count < 10**4 else _short_exponent(count, 0)


def relative_words(found: Document, noise: bool = False) -> str:
    """A relative difference; whether it is only noise."""
    if not found["relative"]:
        return "equal"
    return _short_exponent(found["relative"]) + (" noise" if noise else "")


def _at_most(differences: list[float]) -> str:
    return f"≤ {_short_exponent(max(differences))}" if any(differences) else "equal"


def _short_exponent(value: float, digits: int = 1) -> str:
    """1.8e-02 as 1.8e-2, which is shorter."""
    mantissa, _, exponent = f"{value:.{digits}e}".partition("e")
    return f"{mantissa}e{int(exponent)}" if exponent else mantissa
