"""Draw the curves of a `minikeras verify` run, minikeras over Keras, as one light SVG.

minikeras verify digits-cnn --json docs/images/digits-cnn.json
python docs/curves.py docs/images/digits-cnn.json docs/images/digits-cnn.svg
"""

import json
import sys
from pathlib import Path

from matplotlib import rc_context
from matplotlib.figure import Figure


def draw(document, path):
    epochs = document["fits"][0]["epochs"]
    numbers = [epoch["epoch"] for epoch in epochs]
    figure = Figure(figsize=(9, 3.4), layout="constrained")
    for axes, metric in zip(figure.subplots(1, 2), ("loss", "accuracy")):
        for key, name, color in (
            (metric, "training", "tab:blue"),
            (f"val_{metric}", "validation", "tab:orange"),
        ):
            pairs = [epoch["metrics"][key] for epoch in epochs]
            theirs, ours = ([pair[who] for pair in pairs] for who in ("keras", "minikeras"))
            axes.plot(numbers, theirs, color=color, alpha=0.35, lw=7, label=f"{name}, Keras")
            axes.plot(numbers, ours, color=color, lw=1.5, label=f"{name}, minikeras")
        axes.set(title=metric, xlabel="epoch", xticks=numbers[1::2] or numbers)
        axes.grid(alpha=0.25)
        axes.legend(frameon=False, fontsize=8)
    worst = max(pair["relative"] for epoch in epochs for pair in epoch["metrics"].values())
    verdict = f"largest relative difference {worst:.1e}" if worst else "equal bits"
    figure.suptitle(f"{document['options']['example']}: {verdict}", fontsize=11)
    with rc_context({"svg.fonttype": "none", "svg.hashsalt": "minikeras"}):  # text, and no noise
        figure.savefig(path, metadata={"Date": None})


if __name__ == "__main__":
    source, target = map(Path, sys.argv[1:])
    draw(json.loads(source.read_text()), target)
