"""The terminal output of the verifier: progress bars, then tables and the verdict."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from minikeras.parity.comparison import Document

NAMES = {"minikeras": "minikeras", "keras": "Keras on TensorFlow"}


@contextmanager
def progress(console: Console) -> Iterator[Callable[[str, dict[str, Any]], None]]:
    """A bar for each framework; yields the function that takes a framework's events."""
    bars = Progress(
        TextColumn("{task.description:<19}"),
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
            case {"event": "finished"}:
                bars.update(task.id, total=task.completed, state="done")
                bars.stop_task(task.id)

    with bars:
        yield show


def show(document: Document, console: Console) -> None:
    """Print the comparison: every fit, every evaluation, the weights, the times, the verdict."""
    for number, fit in enumerate(document["fits"], start=1):
        rows = [(str(row["epoch"]), row["metrics"]) for row in fit["epochs"]]
        _show_metrics(console, f"Fit {number}: {fit['model']}", "epoch", fit["metrics"], rows)
    for number, found in enumerate(document["evaluations"], start=1):
        rows = [(str(number), found["metrics"])]
        _show_metrics(console, f"Evaluate: {found['model']}", "", list(found["metrics"]), rows)
    for model in document["models"]:
        _show_weights(console, model)
    _show_times(console, document["times"])
    verdict = document["verdict"]
    word = Text("WITHIN", "bold green") if verdict["within"] else Text("OUTSIDE", "bold red")
    console.print(word + Text(" tolerance: ", "default") + Text(verdict["reason"], "default"))


def _show_metrics(
    console: Console, title: str, first: str, names: list[str], rows: list[tuple[str, Document]]
) -> None:
    table = Table(title=Text(title), title_justify="left", show_lines=True)
    table.add_column(first, justify="right")
    table.add_column("")
    for name in names:
        table.add_column(Text(name), justify="right")
    for label, metrics in rows:
        cells = [
            f"{m['minikeras']:.7g}\n{m['keras']:.7g}\n{_apart(m)}"
            if (m := metrics.get(name))
            else ""
            for name in names
        ]
        table.add_row(label, "minikeras\nkeras\nrelative ULP", *cells)
    console.print(table)


def _show_weights(console: Console, model: Document) -> None:
    headings = ("variable", "shape", "initial", "final: ULP", "of the largest")
    table = _table(f"Weights of {model['name']}", *headings)
    for variable in model["variables"]:
        initial, final = variable.get("initial"), variable.get("final")
        table.add_row(
            Text(variable["path"].removeprefix(model["name"] + "/"), overflow="fold"),
            str(tuple(variable["shape"])),
            initial_words(initial),
            _ulp(final["ulp"]) if final else "",
            _short(final["relative"]) if final else "",
        )
    console.print(table)


def _show_times(console: Console, times: Document) -> None:
    table = _table("Times", "", "import", "first epoch", "a step")
    for framework, name in NAMES.items():
        found = times[framework]
        row = (seconds(found[key]) for key in ("import", "first_epoch", "step"))
        table.add_row(name, *row)
    console.print(table)


def _table(title: str, first: str, *others: str) -> Table:
    """An empty table with a column for texts and columns for numbers."""
    table = Table(first, title=Text(title), title_justify="left")
    for heading in others:
        table.add_column(heading, justify="right")
    return table


def initial_words(initial: Document | None) -> str:
    """Whether the initial weights are bit-equal, otherwise their largest distance in ULP."""
    if initial is None:
        return ""
    return "bit-equal" if initial["relative"] == 0 else f"{_ulp(initial['ulp'])} ULP"


def seconds(value: float | None) -> str:
    """A time in seconds or milliseconds."""
    if value is None:
        return "–"
    return f"{value:.2f} s" if value >= 1 else f"{value * 1e3:.3g} ms"


def _apart(metric: Document) -> str:
    if metric["ulp"] == 0:
        return "equal"
    return f"{_short(metric['relative'])} {_ulp(metric['ulp'])}"


def _ulp(count: int | None) -> str:
    return "–" if count is None else str(count) if count < 10**4 else _short(count, 0)


def _short(value: float, digits: int = 1) -> str:
    """1.8e-02 as 1.8e-2, so that four metrics fit into 80 columns."""
    mantissa, _, exponent = f"{value:.{digits}e}".partition("e")
    return f"{mantissa}e{int(exponent)}" if exponent else mantissa
