"""The graph of what a tape has recorded, drawn as SVG: a box for each value and its gradient."""

from __future__ import annotations

import dataclasses
import os
from typing import Any

import numpy as np

from minikeras import frames
from minikeras.autograd.listeners import OpCall
from minikeras.optional import Library
from minikeras.types import Array

html = Library("html")
shutil = Library("shutil")
subprocess = Library("subprocess")

_FEW = 4  # numbers that are written out
_CHARACTER, _LINE, _PAD = 7.3, 17, 9  # of the font of 12 px: width, height; around the text
_GAP = 46, 18  # between columns and between boxes of a column
_APART = 5  # from the middle to each of two arrows between the same boxes
_FIT = 'style="max-width:100%;height:auto"'
_INK = "#808080"  # stands for the colour of the text around, which Graphviz cannot name


@dataclasses.dataclass
class Box:
    """A value: its lines of text, and the boxes from which it is computed."""

    lines: list[str]
    sources: list[int]


class Drawing:
    """A graph that a notebook shows as SVG, in the colour of its text.

    boxes: the values from the first to the last; each holds its lines, and the numbers of the boxes
        from which it is computed.
    """

    def __init__(self, boxes: list[Box]) -> None:
        self.boxes = boxes

    def __repr__(self) -> str:
        edges = sum(len(box.sources) for box in self.boxes)
        return f"<Drawing: {len(self.boxes)} values, {edges} arrows>"

    def _repr_html_(self) -> str:
        return self.svg

    @property
    def svg(self) -> str:
        """The text of an ``<svg>`` element: laid out by Graphviz if ``dot`` is installed."""
        return self._by_graphviz() if shutil.which("dot") else self._plain()

    @property
    def dot(self) -> str:
        """The graph in the language of Graphviz."""
        lines = ["digraph {", f'rankdir=LR bgcolor=transparent color="{_INK}"']
        style = f'fontsize=11 fontname="monospace" color="{_INK}" fontcolor="{_INK}"'
        lines += [f"node [shape=box style=rounded {style}]", f'edge [color="{_INK}"]']
        for i, box in enumerate(self.boxes):
            text = r"\n".join(line.replace("\\", r"\\").replace('"', r"\"") for line in box.lines)
            lines.append(f'b{i} [label="{text}"]')
            lines += [f"b{source} -> b{i}" for source in box.sources]
        return "\n".join([*lines, "}"])

    @frames.filter_traceback
    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the drawing as an SVG file."""
        with open(path, "w", encoding="utf-8") as file:
            file.write(self.svg)

    def _by_graphviz(self) -> str:
        run = subprocess.run(
            ["dot", "-Tsvg"], input=self.dot, capture_output=True, text=True, check=True
        )
        text: str = run.stdout[run.stdout.index("<svg") :]
        return text.replace(_INK, "currentColor").replace("<svg", f"<svg {_FIT}", 1)

    def _plain(self) -> str:
        """Columns from left to right: each box stands to the right of all its sources."""
        widths = [max(map(len, box.lines)) * _CHARACTER + 2 * _PAD for box in self.boxes]
        heights = [float(len(box.lines) * _LINE + _PAD) for box in self.boxes]
        left, top, size = self._places(widths, heights)
        parts = []
        for i, box in enumerate(self.boxes):
            for k, source in enumerate(box.sources):
                apart = _APART * (
                    box.sources[:k].count(source) - box.sources[k + 1 :].count(source)
                )
                x0, y0 = left[source] + widths[source], top[source] + heights[source] / 2 + apart
                x1, y1 = left[i], top[i] + heights[i] / 2 + apart
                middle = (x0 + x1) / 2
                curve = f"M{x0:.0f},{y0:.0f} C{middle:.0f},{y0:.0f} {middle:.0f},{y1:.0f}"
                parts.append(f'<path d="{curve} {x1 - 6:.0f},{y1:.0f}" fill="none"/>')
                arrow = f"{x1 - 6:.0f},{y1 - 3:.0f} {x1:.0f},{y1:.0f} {x1 - 6:.0f},{y1 + 3:.0f}"
                parts.append(f'<polygon points="{arrow}" fill="currentColor"/>')
            corner = f'x="{left[i]:.0f}" y="{top[i]:.0f}"'
            extent = f'width="{widths[i]:.0f}" height="{heights[i]:.0f}"'
            parts.append(f'<rect {corner} {extent} rx="5" fill="none"/>')
            for k, line in enumerate(box.lines):
                x, y = left[i] + widths[i] / 2, top[i] + _LINE * (k + 0.85) + _PAD / 4
                parts.append(f'<text x="{x:.0f}" y="{y:.0f}">{html.escape(line)}</text>')
        style = 'font-family="monospace" font-size="12" text-anchor="middle" stroke-width="1"'
        inside = "".join(parts).replace("<text", '<text fill="currentColor" stroke="none"')
        width, height = (f"{length:.0f}" for length in size)
        extent = f'width="{width}" height="{height}" viewBox="0 0 {width} {height}"'
        head = f'<svg {_FIT} xmlns="http://www.w3.org/2000/svg" {extent} stroke="currentColor"'
        return f"{head} {style}>{inside}</svg>"

    def _places(
        self, widths: list[float], heights: list[float]
    ) -> tuple[list[float], list[float], tuple[float, float]]:
        """The left and top of each box, and the size of all."""
        ranks: list[int] = []
        for box in self.boxes:
            ranks.append(1 + max((ranks[source] for source in box.sources), default=-1))
        for i in reversed(range(len(ranks))):  # what nothing is computed from stands beside its use
            users = [ranks[k] for k, box in enumerate(self.boxes) if i in box.sources]
            if users and not self.boxes[i].sources:
                ranks[i] = min(users) - 1
        left, top = [0.0] * len(ranks), [0.0] * len(ranks)
        x, bottom = 1.0, 0.0
        for rank in range(max(ranks, default=-1) + 1):
            column = [i for i, r in enumerate(ranks) if r == rank]

            def wanted(i: int) -> float:
                sources = self.boxes[i].sources
                return float(np.mean([top[source] for source in sources])) if sources else 0.0

            y = 1.0
            for i in sorted(column, key=wanted):
                left[i], top[i] = x, max(y, wanted(i))
                y = top[i] + heights[i] + _GAP[1]
            x += max(widths[i] for i in column) + _GAP[0]
            bottom = max(bottom, y - _GAP[1])
        return left, top, (x - _GAP[0] + 1, bottom + 1)


def draw(tape: Any, target: Any, names: dict[str, Any]) -> Drawing:
    """The graph of what a tape has recorded; see ``GradientTape.draw``."""
    if not tape._calls:
        raise ValueError(
            "the tape holds no operation to draw: compute with something that it watches, and "
            "draw before gradient() or make the tape with persistent=True"
        )
    if target is None:
        last = tape._calls[-1].output
        target = last[0] if type(last) is tuple else last
    sources = [*tape._tracked.values()]
    persistent, tape._persistent = tape._persistent, True  # nothing is freed on the way
    try:
        found = tape._backward(target, sources, None)
    finally:
        tape._persistent = persistent
    gradients = {id(x): g for x, g in zip(sources, found) if g is not None}
    return _drawing(tape._calls, gradients, {id(x): name for name, x in names.items()})


def _drawing(calls: list[OpCall], gradients: dict[int, Any], names: dict[int, str]) -> Drawing:
    """The graph of recorded calls.

    gradients: by the id of a tensor or variable.
    names: of tensors, by id; variables are called by their paths.
    """
    boxes: list[Box] = []
    places: dict[int, int] = {}  # of tensors and variables, by id
    for call in calls:
        sources = []
        for x, array in zip(call.inputs, call.arrays):
            if id(x) not in places or np.isscalar(x):
                title = names.get(id(x), getattr(x, "path", "") or "")
                boxes.append(Box(_lines(title, array, gradients.get(id(x))), []))
                places[id(x)] = len(boxes) - 1
            sources.append(places[id(x)])
        outputs = call.output if type(call.output) is tuple else (call.output,)
        operation = getattr(call.op, "__name__", repr(call.op)).lstrip("_")
        for number, y in enumerate(outputs):
            title = operation if len(outputs) == 1 else f"{operation} {number}"
            if id(y) in names:
                title = f"{names[id(y)]} = {title}"
            boxes.append(Box(_lines(title, y._value, gradients.get(id(y))), sources))
            places[id(y)] = len(boxes) - 1
    return Drawing(boxes)


def _lines(title: str, value: Any, gradient: Any) -> list[str]:
    lines = [title] if title else []
    lines.append(_text(value))
    if gradient is not None:
        lines.append(f"grad {_text(getattr(gradient, '_value', gradient))}")
    return lines


def _text(value: Any) -> str:
    """A number or a few of them; of large arrays the shape and the norm."""
    array: Array = np.asarray(value)
    if not array.ndim:
        return f"{float(array):.4g}"
    if array.size <= _FEW:
        return np.array2string(array, precision=3).replace("\n", "")
    return f"{array.shape} norm {np.linalg.norm(array.astype(float).ravel()):.3g}"
