"""What notebooks show of an object: tables and curves, in the colours of the notebook."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from minikeras.optional import Library

html = Library("html")

_WIDTH, _HEIGHT, _LEFT, _EDGE = 300, 170, 46, 24  # of a panel of curves, in pixels
_NUMBER = re.compile(r"([-+]?(\d[\d.,]*(e[-+]?\d+)?%?|inf|nan))?$|…$")
_CELL = "padding:0.2em 0.6em"  # some notebooks leave nothing between columns
_NUMBERS, _WORDS = f"text-align:right;{_CELL}", f"text-align:left;white-space:pre;{_CELL}"
_STROKES = ('stroke="#4c8bf5"', 'stroke="#e8883a"', 'stroke="#3aa76d"')


def table(header: Sequence[object], rows: Iterable[Sequence[object]], caption: object = "") -> str:
    """A table as HTML: floats with four digits, everything else as text.

    header: the names of the columns.
    rows: the cells of each row.
    caption: stands above the table; nothing by default.

    Columns of numbers are aligned to the right, others to the left.  Text keeps its lines and
    spaces, so that arrays and formulas stay readable; a narrow notebook scrolls the table.
    """
    texts = [[_text(cell) for cell in row] for row in rows]
    styles = [
        _NUMBERS if all(map(_NUMBER.match, column)) else _WORDS for column in zip(*texts)
    ] or [_WORDS] * len(header)
    title = f'<caption style="text-align:left">{_text(caption)}</caption>' if caption else ""
    head = f"<thead>{_row('th', map(_text, header), styles)}</thead>"
    body = "".join(_row("td", row, styles) for row in texts)
    return f'<table style="margin-bottom:0.8em">{title}{head}<tbody>{body}</tbody></table>'


def _row(tag: str, cells: Iterable[str], styles: Iterable[str]) -> str:
    inside = "".join(f'<{tag} style="{s}">{cell}</{tag}>' for cell, s in zip(cells, styles))
    return f"<tr>{inside}</tr>"


def _text(cell: object) -> str:
    return str(html.escape(f"{cell:.4g}" if isinstance(cell, float | np.floating) else str(cell)))


def details(summary: str, content: str) -> str:
    """HTML that is shown when its summary is clicked."""
    return f"<details><summary>{_text(summary)}</summary>{content}</details>"


def preformatted(text: str) -> str:
    """Text with its own lines and spaces."""
    return f"<pre>{_text(text)}</pre>"


def curves(panels: Mapping[str, Mapping[str, Sequence[float]]]) -> str:
    """Curves as SVG, side by side: the values of each, one for each epoch from 1 on.

    panels: for each title the curves that share a panel, by name.

    Values that are not finite are left out.  A panel without any is not drawn.
    """
    return "".join(_panel(title, lines) for title, lines in panels.items() if _finite(lines))


def _finite(lines: Mapping[str, Sequence[float]]) -> list[float]:
    return [y for line in lines.values() for y in line if math.isfinite(y)]


def _panel(title: str, lines: Mapping[str, Sequence[float]]) -> str:
    low, high = min(_finite(lines)), max(_finite(lines))
    last = max(map(len, lines.values()))

    def place(epoch: int, y: float) -> str:
        across, up = epoch / max(last - 1, 1), (y - low) / (high - low) if high > low else 0.5
        x = _LEFT + across * (_WIDTH - _LEFT - _EDGE)
        return f"{x:.1f},{_HEIGHT - _EDGE - up * (_HEIGHT - 2 * _EDGE - 10):.1f}"

    parts = [_label(_WIDTH / 2, 12, _text(title), "middle")]
    for line, stroke in zip(lines.values(), _STROKES):
        points = [place(i, y) for i, y in enumerate(line) if math.isfinite(y)]
        parts.append(f'<polyline points="{" ".join(points)}" fill="none" {stroke}/>')
        if len(points) == 1:
            x, y = points[0].split(",")
            parts.append(f'<circle cx="{x}" cy="{y}" r="2" fill="none" {stroke}/>')
    parts.append(_label(2, _EDGE + 8, f"{high:.4g}"))
    parts.append(_label(2, _HEIGHT - _EDGE - 3, f"{low:.4g}"))
    legend = [
        f"<tspan {stroke.replace('stroke', 'fill')}>{_text(name)} </tspan>"
        for name, stroke in zip(lines, _STROKES)
    ]
    parts.append(_label(_LEFT, _HEIGHT - 6, "".join(legend)))
    parts.append(_label(_WIDTH - _EDGE, _HEIGHT - 6, f"epoch {last}", "end"))
    size = f'width="{_WIDTH}" height="{_HEIGHT}" viewBox="0 0 {_WIDTH} {_HEIGHT}"'
    return f'<svg xmlns="http://www.w3.org/2000/svg" {size}>{"".join(parts)}</svg>'


def _label(x: float, y: float, inside: str, anchor: str = "start") -> str:
    style = 'font-size="11" fill="currentColor"'
    return f'<text x="{x:.0f}" y="{y:.0f}" text-anchor="{anchor}" {style}>{inside}</text>'
