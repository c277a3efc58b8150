"""The curves of the lab, next to the surface that ``visualization.contour`` draws."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from minikeras.optional import Library
from minikeras.types import Array
from minikeras.visualization import Picture

marimo, matplotlib = Library("marimo"), Library("matplotlib")

_TEXT = "#888888"  # can be read on white and on black
# marimo's pages take the space between the columns of a table away.
_STYLE = """<style>
.lab-shown { max-width: 100%; overflow-x: auto; }
.lab-shown :is(td, th) { padding: 0.1rem 0.9rem 0.1rem 0; white-space: nowrap; }
.lab-shown td:last-child { white-space: normal; }
</style>"""


def html(shown: Any) -> Any:
    """What a notebook shows of a picture or a table, as marimo's ``Html``, no wider than the page.

    shown: an object with ``_repr_html_``.
    """
    text = shown._repr_html_().replace("<svg ", '<svg style="max-width:100%;height:auto" ', 1)
    return marimo.Html(f'{_STYLE}<div class="lab-shown">{text}</div>')


def curves(
    lines: Mapping[str, Array],
    title: str,
    xlabel: str,
    log: bool = False,
    marked: int | None = None,
    size: tuple[float, float] = (6.0, 3.2),
) -> Picture:
    """A line for each array.

    lines: arrays of shape (n,) by their labels.
    log: whether the vertical axis is logarithmic, if there are positive numbers.
    marked: where a vertical line stands; None for none.
    size: width and height in inches.
    """
    figure = matplotlib.figure.Figure(figsize=size, layout="constrained")
    axes = figure.subplots()
    for label, values in lines.items():
        axes.plot(np.where(np.isfinite(values), values, np.nan), lw=1.6, label=label)
    if log and any(np.any(values > 0) for values in lines.values()):
        axes.set_yscale("log", nonpositive="mask")
    if marked is not None:
        axes.axvline(marked, color=_TEXT, lw=0.8, ls=":")
    axes.set_title(title, color=_TEXT, fontsize=10)
    axes.set_xlabel(xlabel, color=_TEXT, fontsize=9)
    axes.tick_params(which="both", colors=_TEXT, labelsize=8)
    for side in axes.spines.values():
        side.set_color(_TEXT)
    axes.grid(alpha=0.2)
    if lines:
        axes.legend(frameon=False, fontsize=8, labelcolor=_TEXT)
    return Picture(figure)
