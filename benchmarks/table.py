"""The table of the comparison: its rows, their targets, and the Markdown."""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence
from typing import Any, NamedTuple

from benchmarks.workloads import WORKLOADS

OURS, KERAS = "minikeras", "keras-tensorflow"
TITLES = {KERAS: "Keras on TF", "keras-jax": "Keras on JAX", "torch": "PyTorch"}


class Row(NamedTuple):
    """A row of the table: a measured number of a task, and the ratios that are its targets."""

    task: str
    title: str
    unit: str
    over_keras: float
    over_best: float | None = None
    figure: str = "value"


def fit(name: str, over_keras: float, over_best: float) -> Row:
    w = WORKLOADS[name]
    return Row(name, f"{w.title} ({w.batch}), `fit`", "ms a step", over_keras, over_best)


FIRST = "CNN on 3,000 samples, fresh process, first epoch"
ROWS = (
    fit("iris", 20, 2.5),
    fit("mlp", 3, 1.1),
    fit("cnn", 2, 1.7),
    fit("vgg", 1.3, 1.3),
    fit("autoencoder", 1.3, 1.2),
    fit("embedding", 5, 1.2),
    Row("predict-iris", "iris MLP, `predict` of one sample", "ms", 100, 1),
    Row("predict-vgg", "VGG-like, `predict` of one sample", "ms", 10, 1),
    Row("import", "`import`", "s", 15, 5),
    Row("fresh", f"{FIRST}, warm kernel cache", "s", 3),
    Row("fresh-cold", f"{FIRST}, cold kernel cache", "s", 1),
    Row("fresh", "peak memory of that process, warm", "MiB", 3, 1.5, "megabytes"),
)


def quartiles(values: Sequence[float]) -> tuple[float, float, float]:
    if len(values) == 1:
        return values[0], values[0], values[0]
    low, middle, high = statistics.quantiles(values, n=4, method="inclusive")
    return low, middle, high


def summarise(row: Row, measured: dict[str, Any]) -> dict[str, Any]:
    """Medians, ratios within a round, the fastest peer, and whether the targets are met."""
    values = {n: [a[row.figure] for a in answers] for n, answers in measured["answers"].items()}
    times = {n: quartiles(v) for n, v in values.items() if v}
    ours = values.get(OURS, [])
    ratios = {
        n: quartiles([theirs / mine for theirs, mine in zip(v, ours)])
        for n, v in values.items()
        if n != OURS and v and ours
    }
    best = min(ratios, key=lambda n: times[n][1], default=None)
    targets = {}
    if KERAS in ratios:
        targets["over Keras on TF"] = (ratios[KERAS][1], row.over_keras)
    if best and row.over_best is not None:
        targets["over the best"] = (ratios[best][1], row.over_best)
    return {
        "title": row.title,
        "unit": row.unit,
        "times": times,
        "ratios": ratios,
        "best": best,
        "targets": {k: {"ratio": r, "target": t, "met": r >= t} for k, (r, t) in targets.items()},
    }


def figure(x: float) -> str:
    """A number with three digits."""
    return f"{x:.{max(0, 2 - math.floor(math.log10(x)))}f}" if x > 0 else "0"


def markdown(document: dict[str, Any]) -> str:
    versions = {k: v for part in document["versions"].values() for k, v in part.items()}
    measured = document["measured"]
    answers = [a for m in measured.values() for series in m["answers"].values() for a in series]
    others = [answer["others"] for answer in answers] or [0.0]
    lines = [
        "# The comparison",
        "",
        f"{document['date']}, {document['processor']}, {document['processors']} processors, each "
        "library with its default number of threads, float32, Adam. Other processes took "
        f"{statistics.median(others):.0%} of the processors meanwhile, at most {max(others):.0%}. "
        f"Python {document['python']}, {', '.join(f'{k} {v}' for k, v in versions.items())}.",
        "",
        f"Ratios: peer over minikeras, median of {document['runs']} alternating runs, with "
        "quartiles; above 1 minikeras needs less. `*`: the fastest competitor. The last two "
        "columns are the speed targets of this project.",
        "",
        f"| workload (batch) | {' | '.join(TITLES.values())} | target: Keras | target: best |",
        "|---|" + "---|" * (len(TITLES) + 2),
    ]
    for row in document["rows"]:
        cells = [row["title"]]
        for name in TITLES:
            low, middle, high = map(figure, row["ratios"].get(name, (0, 0, 0)))
            star = "\\*" if name == row["best"] else ""
            cells.append(f"{middle}{star} ({low} to {high})" if name in row["ratios"] else "")
        for name in ("over Keras on TF", "over the best"):
            t = row["targets"].get(name)
            cells.append(f"{t['target']:g}: {'met' if t['met'] else '**missed**'}" if t else "")
        lines.append(f"| {' | '.join(cells)} |")
    names = [OURS, *TITLES]
    lines += ["", f"| median of | minikeras | {' | '.join(TITLES.values())} |"]
    lines += ["|---|" + "---|" * len(names)]
    for row in document["rows"]:
        times = [figure(row["times"][n][1]) if n in row["times"] else "" for n in names]
        lines.append(f"| {row['title']}, {row['unit']} | {' | '.join(times)} |")
    for s in document["linearity"]:
        if s is document["linearity"][0]:
            lines += ["", "minikeras, how cost grows; power 1 is linear, below 1 cheaper:", ""]
            lines += ["| | four points | power |", "|---|---|---|"]
        what = "ms a step at a batch of" if s["of"] == "batch" else "ms an epoch, samples"
        points = ", ".join(f"{n}: {figure(t)}" for n, t in s["points"])
        title = WORKLOADS[s["workload"]].title
        lines.append(f"| {title}, {what} | {points} | {s['power']:.2f} |")
    for task, m in measured.items():
        lines += [f"\n{task}, {name}: {error}" for name, error in m["errors"].items()]
    return "\n".join(lines) + "\n"
