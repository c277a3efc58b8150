"""The command line: verify, hunt, train, run, inspect, warm-up, lab."""

from __future__ import annotations

import json
import os
import sys
import traceback
from pathlib import Path
from typing import Any

import click
from rich.console import Console

import minikeras
from minikeras.optional import Library
from minikeras.parity import examples, plot, runs, stand_in
from minikeras.parity.command import (
    EPILOG,
    INTERRUPTED,
    NEW_FILE,
    BadUse,
    training_options,
    verify,
)
from minikeras.parity.examples import EXAMPLES
from minikeras.parity.hunt.command import hunt
from minikeras.saving import inspection, report_text

labs = Library("minikeras.lab")
warm_ups = Library("minikeras.warm_up")  # imports Numba, which takes half a second

# Everything after the name of the script is an argument of the script.
PASSED_ON = {"ignore_unknown_options": True, "allow_interspersed_args": False}


class Commands(click.Group):
    """Commands that Ctrl-C ends with the exit code of an interrupted program."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:
            click.echo("Interrupted", err=True)
            sys.exit(INTERRUPTED)


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="minikeras-reference", prog_name="minikeras")
def main() -> None:
    """Keras in plain NumPy, and a comparison with Keras on TensorFlow."""


main.add_command(verify)
main.add_command(hunt)


@main.command(short_help="Train an example with minikeras alone.", epilog=EPILOG)
@click.argument("example", type=click.Choice(list(EXAMPLES)), metavar="EXAMPLE")
@training_options
@click.option(
    "--plot", "picture", type=NEW_FILE, help="File of the plot. Default: train-EXAMPLE.png."
)
def train(
    example: str, picture: Path | None, floatx: str | None, kernels: str | None, **options: Any
) -> None:
    """Train an example with minikeras alone and save a plot of its curve."""
    try:
        runs.require("sklearn", "matplotlib", extra="examples")
    except runs.MissingRequirement as error:
        raise BadUse(str(error)) from None
    if floatx:
        minikeras.config.set_floatx(floatx)
    if kernels:
        minikeras.config.set_kernels(kernels)
    options["optimizer"] = options["optimizer"] or "adam"
    history = examples.train(
        minikeras, example, verbose=1 if sys.stdout.isatty() else 2, **options
    ).history
    path = picture or Path(f"train-{example}.png")
    plot.save_plot(history, EXAMPLES[example].title, path)
    click.echo(f"Plot: {path}")


@main.command(short_help="Run a Keras script with minikeras.", context_settings=PASSED_ON)
@click.argument("script", type=click.Path(exists=True, dir_okay=False))
@click.argument("arguments", metavar="[ARGS]...", nargs=-1, type=click.UNPROCESSED)
def run(script: str, arguments: tuple[str, ...]) -> None:
    """Run a Keras script with minikeras in place of `keras` and `tensorflow.keras`."""
    stand_in.install()
    try:
        stand_in.run_script(script, list(arguments))
    except Exception as error:
        report = traceback.TracebackException.from_exception(error)
        report.stack = stand_in.frames_of(error, script)  # without those of this program
        click.echo("".join(report.format()), nl=False, err=True)
        sys.exit(1)


@main.command("inspect", short_help="Look into a model file without loading it.")
@click.argument("file", type=click.Path(exists=True, dir_okay=False))
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of text.")
@click.option("--full", is_flag=True, help="Print all layers and arrays.")
def inspect_command(file: str, as_json: bool, full: bool) -> None:
    """Look into a model file of a stranger, without running or following anything in it.

    Reads .keras, .h5, .weights.h5, .npz and .safetensors files. Says what is inside, what is wrong
    or suspicious and where, and whether Keras 3.15 would load it safely.

    \b
    Exit code 0: nothing is suspicious.
    Exit code 1: something is suspicious, such as a path in a config.
    Exit code 2: wrong usage, or the file cannot be opened.
    Exit code 3: damaged, or made to do harm; minikeras refuses to load it.
    """
    try:
        report = inspection.inspect_file(file)
    except OSError as error:
        raise BadUse(str(error)) from None
    if as_json:
        click.echo(json.dumps(report.as_dict(), indent=2))
    else:
        click.echo(report_text.text_of(report, full))
    sys.exit(3 if report.has("harmful", "damaged") else int(report.has("suspicious")))


@main.command("warm-up", short_help="Compile the kernels of usual trainings.")
def warm_up() -> None:
    """Compile the kernels of usual trainings now, so that no training has to wait for it.

    Compiled kernels are kept on disk. They serve every later process of this user until
    minikeras, Numba, NumPy or the processor changes.
    """
    folder = warm_ups.fill(Console(stderr=True))
    if not folder:
        raise BadUse(
            "compiled kernels cannot be kept: no folder belongs to this user alone; "
            "NUMBA_CACHE_DIR may name one"
        )
    click.echo(f"{len(os.listdir(folder))} compiled kernels are kept in {folder}")


@main.command()
@click.option("--edit", type=NEW_FILE, help="Copy the notebook to this file and edit it.")
@click.option("--port", type=click.IntRange(1, 65535), help="Default: the first free one.")
@click.option("--no-browser", is_flag=True, help="Print the address instead of opening it.")
def lab(edit: Path | None, port: int | None, no_browser: bool) -> None:
    """Compare optimizers with sliders, in the browser.

    Choose a surface, a start, optimizers and hyperparameters; see the paths, the numbers of each
    step, and the same optimizers on a network for handwritten digits. The server listens on this
    machine only and ends with Ctrl-C.
    """
    try:
        sys.exit(labs.open_lab(edit, port, not no_browser))
    except ImportError as error:
        raise BadUse(str(error)) from None


if __name__ == "__main__":
    main()
