"""The differences of the curves: `minikeras verify` of every example, as a Markdown table.

    python benchmarks/curve_table.py [--floatx float64] [--epochs 20] [--optimizer adam ...]

Each cell has the largest relative difference of any loss or metric of any epoch, the number of
values that are bit-equal, and whether the lines printed by `fit(verbose=2)` are identical.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path

from minikeras.parity.examples import EXAMPLES, OPTIMIZERS


def cell(example: str, optimizer: str, floatx: str, epochs: int) -> str:
    """Verify one training in its own processes; returns the text of its cell."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "curves.json")
        command = [sys.executable, "-m", "minikeras.cli", "verify", example]
        command += ["--optimizer", optimizer, "--floatx", floatx, "--epochs", str(epochs)]
        command += ["--json", str(path), "--report", str(path.with_suffix(".html"))]
        done = subprocess.run(command, capture_output=True, text=True)
        if not path.exists():
            return f"failed: {done.stderr.strip().splitlines()[-1]}"
        document = json.loads(path.read_text())
    pairs = [
        pair
        for fit in document["fits"]
        for epoch in fit["epochs"]
        for pair in epoch["metrics"].values()
    ]
    equal = sum(pair["ulp"] == 0 for pair in pairs)
    text = ", same lines" if document["verdict"]["same_lines"] else ""
    largest = document["verdict"]["largest_relative_difference"]
    size = f"{largest:.1e}" if largest else "0"
    return f"{size} ({equal}/{len(pairs)} equal{text})"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--floatx", default="float32", choices=["float32", "float64"])
    parser.add_argument("--epochs", type=int, default=20)
    parser.add_argument("--optimizer", nargs="+", default=list(OPTIMIZERS), choices=[*OPTIMIZERS])
    options = parser.parse_args()
    print(f"| {options.floatx} |", " | ".join(options.optimizer), "|")
    print("|---|" + "---|" * len(options.optimizer))
    for example in EXAMPLES:
        cells = [cell(example, o, options.floatx, options.epochs) for o in options.optimizer]
        print(f"| {example} |", " | ".join(cells), "|", flush=True)


if __name__ == "__main__":
    main()
