"""`minikeras verify`: its options, what it prints and writes, and its exit codes."""

from __future__ import annotations

import difflib
import os
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
from rich.console import Console

from minikeras.parity import arbiter, model_files, runs, terminal
from minikeras.parity import verify as compare_frameworks
from minikeras.parity.backends import BackendFailed
from minikeras.parity.comparison import NothingToCompare
from minikeras.parity.examples import EXAMPLES, OPTIMIZERS
from minikeras.parity.locate import STEPS
from minikeras.parity.verify import BACKENDS, BadBackend, TrainingFailed, job_of

# Options that `verify` does not have are the script's. Click would find a `-h` in `-path`.
MIXED: dict[str, Any] = {"ignore_unknown_options": True, "help_option_names": ["--help"]}
ALIKE = 0.87  # of two options, one of which is the other misspelt: --reprot, but not --port
EPILOG = "Examples: " + ", ".join(EXAMPLES) + "."
SAME, DIFFERENT, NOT_SUPPORTED, INTERNAL, INTERRUPTED = 0, 1, 3, 4, 130  # exit codes; 2: bad use


class BadUse(click.ClickException):
    """Ends with exit code 2, as click's own usage errors do."""

    exit_code = 2


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
        click.option(
            "--batch-size", type=click.IntRange(min=1), help="Default: the example's, or 32."
        ),
        click.option(
            "--epochs", type=click.IntRange(min=1), help="Default: the example's, or 1 of a model."
        ),
    ):
        command = option(command)
    return command


@click.command(
    cls=Verify,
    short_help="Does Keras compute the same as minikeras?",
    epilog=EPILOG,
    context_settings=MIXED,
)
@click.argument("target", metavar="EXAMPLE|SCRIPT.py|MODEL.keras")
@click.argument("arguments", metavar="[[--] ARGS]", nargs=-1, type=click.UNPROCESSED)
@training_options
@click.option(
    "--data", type=click.Path(), help="File of arrays x, y, sample_weight (.npz), for a model."
)
@click.option(
    "--backend",
    type=click.Choice(BACKENDS),
    default="tensorflow",
    show_default=True,
    help="Of Keras; jax and torch are for a model, or for the first steps with --locate.",
)
@click.option(
    "--onednn/--no-onednn",
    default=None,
    help="Also train with Keras in your own setting of oneDNN (default with TensorFlow).",
)
@click.option(
    "--locate", is_flag=True, help="Look into the first call that differs, number by number."
)
@click.option(
    "--steps",
    type=click.IntRange(min=1),
    default=STEPS,
    show_default=True,
    help="How many steps --locate compares.",
)
@click.option("--report", type=NEW_FILE, help="File of the HTML report. Default: verify-NAME.html.")
@click.option("--json", "json_path", type=NEW_FILE, help="File of the same comparison in JSON.")
@click.option("--full", is_flag=True, help="Print all epochs and variables.")
@click.option("--debug", is_flag=True, help="Print the traceback of an error.")
def verify(debug: bool, **options: Any) -> None:
    """Train with minikeras and with Keras on TensorFlow, from the same seed, and compare.

    A script runs unmodified under both. verify compares the configurations of models, optimizers,
    losses and calls, the history of every fit, the result of every evaluate and predict, and the
    weights of every model. Options of the script follow its name; `--` stands before those that
    verify has too, or that look like one of them misspelt. A model in a file predicts, evaluates
    and trains on --data; a file that could do harm is not loaded.

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
    is_file = target not in EXAMPLES
    if is_file:
        _check_file(target, arguments, options)
    elif arguments:
        raise click.UsageError(f"example {target!r} takes no arguments, got {arguments[0]!r}")
    elif options["data"] is not None:
        raise click.UsageError(f"--data is for a model in a file; {target!r} is an example")
    options["optimizer"] = options["optimizer"] or "adam"
    if options["onednn"] is None:
        options["onednn"] = options["backend"] == "tensorflow"
    if options["locate"] and options["backend"] != "tensorflow":
        return _arbitrate(target, arguments, options)
    report = report or Path(f"verify-{Path(target).stem if is_file else target}.html")
    console, errors = Console(), Console(stderr=True)
    try:
        runs.require("jinja2")
        with terminal.progress(errors) as progress:
            result = compare_frameworks(target, arguments, progress=progress, **options)
    except (runs.MissingRequirement, NothingToCompare, model_files.BadFile, BadBackend) as error:
        raise BadUse(str(error)) from None
    except TrainingFailed as error:
        what = "model" if options["data"] else "script"
        terminal.show_failures(error.failures, errors, debug, what)
        if any(failure.internal for failure in error.failures.values()):
            return INTERNAL
        if len(error.failures) > 1:
            return BadUse.exit_code
        return DIFFERENT if "keras" in error.failures else NOT_SUPPORTED
    terminal.show(result.document, console, full)
    result.write_html(report)
    if json_path:
        result.write_json(json_path)
    console.print(f"Report: {report}", highlight=False, markup=False, soft_wrap=True)
    return SAME if result.same else DIFFERENT


def _arbitrate(target: str, arguments: tuple[str, ...], options: dict[str, Any]) -> int:
    """Let float64 judge the first steps of fit by Keras on a backend; returns the exit code."""
    if options["floatx"] == "float64":
        raise click.UsageError("--locate on another backend judges float32, by float64")
    names = ("data", "seed", "epochs", "batch_size", "optimizer", "backend")
    try:
        runs.require("keras", options["backend"], extra="bench")
        _, job, _ = job_of(target, arguments, **{name: options[name] for name in names})
        found = arbiter.arbitrate_program(job, options["backend"], options["steps"])
    except (
        runs.MissingRequirement,
        model_files.BadFile,
        BackendFailed,
        LookupError,
        TypeError,
    ) as error:
        raise BadUse(str(error)) from None
    click.echo(str(found))
    return SAME if found.same else DIFFERENT


def _check_file(target: str, arguments: tuple[str, ...], options: dict[str, Any]) -> None:
    """Raise UsageError unless `target` is a script or a model, and all options are for it."""
    if target.startswith("-"):
        raise click.UsageError(f"no option {target!r}; `minikeras verify --help` lists the options")
    if not target.endswith((".py", *model_files.SUFFIXES)):
        raise click.UsageError(
            f"{target!r} is neither a script.py nor a model.keras nor an example; {EPILOG}"
        )
    is_model = not target.endswith(".py")
    if not Path(target).is_file():
        raise click.UsageError(f"there is no {'model' if is_model else 'script'} {target!r}")
    if is_model:
        if options["data"] is None:
            raise click.UsageError(f"a model needs data: verify {target} --data FILE.npz")
        if arguments:
            raise click.UsageError(f"model {target!r} takes no arguments, got {arguments[0]!r}")
        if options["optimizer"] is not None:
            raise click.UsageError("--optimizer is for the examples; a model has its own")
        return
    for name, whose in {
        **dict.fromkeys(("epochs", "batch_size", "optimizer"), "the examples"),
        "data": "a model in a file",
    }.items():
        if options[name] is not None:
            flag = "--" + name.replace("_", "-")
            raise click.UsageError(
                f"{flag} is for {whose}; an option {flag} of {target} follows after `--`"
            )
