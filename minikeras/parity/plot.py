"""Plots training curves."""

from __future__ import annotations

import os

from minikeras.optional import Library

matplotlib = Library("matplotlib")


def save_plot(history: dict[str, list[float]], title: str, path: str | os.PathLike[str]) -> None:
    """Plot every metric of `history`, training and validation together, into the file `path`."""
    names = [name for name in history if not name.startswith("val_")]
    figure = matplotlib.figure.Figure(figsize=(5 * len(names), 3.6), layout="constrained")
    figure.suptitle(title)
    for axes, name in zip(figure.subplots(1, len(names), squeeze=False)[0], names):
        for key, label in ((name, "training"), (f"val_{name}", "validation")):
            if key in history:
                axes.plot(range(1, len(history[key]) + 1), history[key], label=label, marker=".")
        axes.set(title=name, xlabel="epoch")
        axes.xaxis.set_major_locator(matplotlib.ticker.MaxNLocator(integer=True))
        axes.grid(alpha=0.3)
        axes.legend()
    figure.savefig(path, dpi=144)
