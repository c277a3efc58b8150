"""The command line: verify, train, run, inspect, warm-up."""

from __future__ import annotations

import difflib
import json
import os
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
from rich.console import Console

import minikeras
from minikeras.optional import Library
from minikeras.parity import comparison, examples, plot, runs, stand_in, terminal
from minikeras.parity import report as reports
from minikeras.parity import verify as compare_frameworks
from minikeras.parity.examples import EXAMPLES, OPTIMIZERS
from minikeras.parity.verify import TrainingFailed
from minikeras.saving import inspection, report_text

warm_ups = Library("minikeras.warm_up")  # imports Numba, which takes half a second

# Everything after the name of the script is an argument of the script.
PASSED_ON = {"ignore_unknown_options": True, "allow_interspersed_args": False}
# Options that `verify` does not have are the script's. Click would find a `-h` in `-path`.
MIXED: dict[str, Any] = {"ignore_unknown_options": True, "help_option_names": ["--help"]}
ALIKE = 0.87  # of two options, one of which is the other misspelt: --reprot, but not --port
EPILOG = "Examples: " + ", ".join(EXAMPLES) + "."
SAME, DIFFERENT, NOT_SUPPORTED, INTERNAL, INTERRUPTED = 0, 1, 3, 4, 130  # exit codes; 2: bad use


class BadUse(click.ClickException):
    """Ends with exit code 2, as click's own usage errors do."""

    exit_code = 2


class Commands(click.Group):
    """Commands that Ctrl-C ends with the exit code of an interrupted program."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:
            click.echo("Interrupted", err=True)
            sys.exit(INTERRUPTED)


class Verify(click.Command):
    """A command that does not pass its own options on to the script when they are misspelt."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if args == ["-h"]:
            args = ["--help"]
        own = [name for option in self.get_params(ctx) for name in option.opts if name[0] == "-"]
        before = args[: args.index("--")] if "--" in args else args
        for name in (argument.partition("=")[0] for argument in before):
            found = difflib.get_close_matches(name, own, n=1, cutoff=ALIKE)
            if name.startswith("--") and found and name not in own:
                raise click.UsageError(
                    f"no option {name}: did you mean {found[0]}? "
                    "Put the script's own options after `--`.",
                    ctx,
                )
        return super().parse_args(ctx, args)


class NewFile(click.Path):
    """A file to be written; if its folder does not exist, the command ends before any training."""

    def convert(self, value: Any, param: Any, ctx: Any) -> Path:
        path = Path(os.fsdecode(super().convert(value, param, ctx)))
        if not path.parent.is_dir():
            self.fail(f"{str(path)!r}: there is no folder {str(path.parent)!r}", param, ctx)
        return path


NEW_FILE = NewFile(dir_okay=False, writable=True)


def training_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options that `train` and `verify` have in common."""
    for option in (
        click.option("--optimizer", type=click.Choice(list(OPTIMIZERS)), help="Default: adam."),
        click.option(
            "--kernels", type=click.Choice(["reference", "fast"]), help="minikeras's kernels."
        ),
        click.option(
            "--floatx", type=click.Choice(["float32", "float64"]), help="Default: float32."
        ),
        click.option("--seed", type=click.IntRange(0, 2**32 - 1), default=0, show_default=True),
        click.option("--batch-size", type=click.IntRange(min=1), help="Default: the example's."),
        click.option("--epochs", type=click.IntRange(min=1), help="Default: the example's."),
    ):
        command = option(command)
    return command


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="minikeras-reference", prog_name="minikeras")
def main() -> None:
    """Keras in plain NumPy, and a comparison with Keras on TensorFlow."""


@main.command(cls=Verify, epilog=EPILOG, context_settings=MIXED)
@click.argument("target", metavar="EXAMPLE|SCRIPT.py")
@click.argument("arguments", metavar="[[--] ARGS]", nargs=-1, type=click.UNPROCESSED)
@training_options
@click.option("--report", type=NEW_FILE, help="File of the HTML report. Default: verify-NAME.html.")
@click.option("--json", "json_path", type=NEW_FILE, help="File of the same comparison in JSON.")
@click.option("--full", is_flag=True, help="Print all epochs and variables.")
@click.option("--debug", is_flag=True, help="Print the traceback of an error.")
def verify(debug: bool, **options: Any) -> None:
    """Train with minikeras and with Keras on TensorFlow, from the same seed, and compare.

    A script runs unmodified under both. verify compares the configurations of models, optimizers,
    losses and calls, the history of every fit, the result of every evaluate and predict, and the
    weights of every model. Options of the script follow its name; `--` stands before those that
    verify has too, or that look like one of them misspelt.

    \b
    Exit code 0: the same. The configurations are equal, and the initial weights
      have the same bits. In float64 no loss or metric differs by more than 1e-10
      of its size. In float32 none differs by more than 1e-5 of its size, or than
      1e-3 if the epoch lines printed by fit(verbose=2) are identical except for
      the timings. No final weight differs by more than 1e-4 (float64: 1e-9) of
      the largest of its variable, except those marked "noise": rounding noise
      that Adam or RMSprop has amplified, within what their steps can move.
    Exit code 1: different, or the script fails under Keras only.
    Exit code 2: wrong usage, or the script fails under both.
    Exit code 3: the script fails under minikeras only: it needs something that
      minikeras does not have.
    Exit code 4: an error of minikeras verify itself.
    Exit code 130: interrupted.
    """
    try:
        sys.exit(_verify(debug=debug, **options))
    except Exception as error:
        if isinstance(error, click.ClickException | BrokenPipeError):
            raise
        if debug:
            traceback.print_exc()
        how = "" if debug else "; --debug prints the traceback"
        click.echo(
            f"Error: minikeras verify itself failed: {type(error).__name__}: {error}{how}", err=True
        )
        sys.exit(INTERNAL)


def _verify(
    target: str,
    arguments: tuple[str, ...],
    report: Path | None,
    json_path: Path | None,
    full: bool,
    debug: bool,
    **options: Any,
) -> int:
    """Compare, print and write; returns the exit code."""
    is_script = _is_script(target)
    if is_script:
        for name in ("epochs", "batch_size", "optimizer"):
            if options.pop(name) is not None:
                flag = "--" + name.replace("_", "-")
                raise click.UsageError(
                    f"{flag} is for the examples; an option {flag} of {target} follows after `--`"
                )
    else:
        if arguments:
            raise click.UsageError(f"example {target!r} takes no arguments, got {arguments[0]!r}")
        options["optimizer"] = options["optimizer"] or "adam"
    name = Path(target).stem if is_script else target
    report = report or Path(f"verify-{name}.html")
    console, errors = Console(), Console(stderr=True)
    try:
        runs.require("jinja2")
        with terminal.progress(errors) as progress:
            document = compare_frameworks(target, arguments, progress=progress, **options)
    except (runs.MissingRequirement, comparison.NothingToCompare) as error:
        raise BadUse(str(error)) from None
    except TrainingFailed as error:
        terminal.show_failures(error.failures, errors, debug)
        if any(failure.internal for failure in error.failures.values()):
            return INTERNAL
        if len(error.failures) > 1:
            return BadUse.exit_code
        return DIFFERENT if "keras" in error.failures else NOT_SUPPORTED
    terminal.show(document, console, full)
    reports.write_html(document, report)
    if json_path:
        reports.write_json(document, json_path)
    console.print(f"Report: {report}", highlight=False, markup=False, soft_wrap=True)
    return SAME if document["verdict"]["same"] else DIFFERENT


@main.command(epilog=EPILOG)
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


@main.command(context_settings=PASSED_ON)
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


@main.command("inspect")
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


@main.command("warm-up")
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


def _is_script(target: str) -> bool:
    if target in EXAMPLES:
        return False
    if target.startswith("-"):
        raise click.UsageError(f"no option {target!r}; `minikeras verify --help` lists the options")
    if target.endswith(".py"):
        if not Path(target).is_file():
            raise click.UsageError(f"there is no script {target!r}")
        return True
    raise click.UsageError(f"{target!r} is neither a script.py nor an example; {EPILOG}")


if __name__ == "__main__":
    main()
