"""A figure of matplotlib that notebooks show as SVG."""

from __future__ import annotations

import io
import os
from typing import Any

from minikeras import frames
from minikeras.optional import Library

matplotlib = Library("matplotlib")


class Picture:
    """A drawing that a notebook shows as SVG, with a transparent background.

    figure: the ``matplotlib.figure.Figure``, which may be changed before it is shown or saved.
    """

    def __init__(self, figure: Any) -> None:
        self.figure = figure

    def __repr__(self) -> str:
        width, height = self.figure.get_size_inches()
        return f"<Picture: {width:g} × {height:g} inches>"

    def _repr_html_(self) -> str:
        return self.svg

    @property
    def svg(self) -> str:
        """The picture as the text of an ``<svg>`` element; the same for the same picture."""
        text = io.StringIO()
        with matplotlib.rc_context({"svg.hashsalt": "minikeras", "svg.fonttype": "none"}):
            self.figure.savefig(text, format="svg", transparent=True, metadata={"Date": None})
        return text.getvalue()[text.getvalue().index("<svg") :]

    @frames.filter_traceback
    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the picture to a file whose name ends in .svg, .png or .pdf."""
        if os.fspath(path).endswith(".svg"):
            with open(path, "w", encoding="utf-8") as file:
                file.write(self.svg)
        else:
            self.figure.savefig(path, dpi=144)
