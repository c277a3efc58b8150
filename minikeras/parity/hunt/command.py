"""`minikeras hunt`: its options, what it prints, and its exit codes."""

from __future__ import annotations

import sys
from pathlib import Path

import click
from rich.console import Console
from rich.progress import Progress

from minikeras.parity.backends import BACKENDS, BackendFailed, installed
from minikeras.parity.command import BadUse
from minikeras.parity.hunt import hunting


@click.command(short_help="Search for defects of Keras.")
@click.option(
    "--backends",
    metavar="NAMES",
    help=f"Some of {', '.join(BACKENDS)}, with commas. Default: those that are installed.",
)
@click.option(
    "--count", type=click.IntRange(min=1), default=600, show_default=True, help="Calls to draw."
)
@click.option("--seed", type=click.IntRange(min=0), default=0, show_default=True)
@click.option(
    "--targets",
    metavar="NAMES",
    help="Only these, with commas: ops.relu, or losses. with a dot for a whole module.",
)
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder for hunt.json and a reproducer of each finding.",
)
@click.option("--shrink/--no-shrink", default=True, show_default=True, help="Make calls small.")
def hunt(
    backends: str | None, count: int, seed: int, targets: str | None, out: Path | None, shrink: bool
) -> None:
    """Search for defects of Keras and its backends with drawn calls.

    Draws calls of everything public: ops, activations, layers, losses, metrics, optimizers, whole
    training steps. Each backend computes them in a process of its own. minikeras computes them in
    float64 and says who is wrong. Rounding is not reported.

    \b
    Exit code 0: nothing was found.
    Exit code 1: something was found.
    Exit code 2: wrong usage, or a backend is not installed.
    Exit code 130: interrupted.
    """
    chosen = installed() if backends is None else backends.split(",")
    if not chosen:
        raise BadUse("hunt needs Keras and one of " + ", ".join(BACKENDS))
    absent = [name for name in chosen if name in BACKENDS and name not in installed()]
    if absent:
        raise BadUse(f"not installed: {', '.join(absent)}")
    console, errors = Console(), Console(stderr=True)
    with Progress(console=errors, transient=True) as bar:
        task = bar.add_task("starting", total=count)
        try:
            found = hunting.hunt(
                count,
                backends=chosen,
                seed=seed,
                targets=None if targets is None else targets.split(","),
                out=out,
                shrink=shrink,
                progress=lambda name, done, of: bar.update(task, completed=done, description=name),
            )
        except (ValueError, BackendFailed) as error:
            raise BadUse(str(error)) from None
    console.print(str(found), highlight=False, markup=False, soft_wrap=True)
    sys.exit(1 if found.groups else 0)
