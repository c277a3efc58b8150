"""Runs a program up to one of its calls of fit, evaluate or predict, and keeps the arguments."""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

from minikeras.parity import examples, model_files, stand_in
from minikeras.parity.hooks import replaced

METHODS = ("fit", "evaluate", "predict", "train_on_batch", "test_on_batch")


@dataclass
class Call:
    """A call that was about to be made: the model, and the arguments by their names."""

    method: str
    model: Any
    arguments: dict[str, Any]


class _Reached(BaseException):
    """Ends the program; not an Exception, so that no script handles it as its own."""

    def __init__(self, call: Call) -> None:
        self.call = call


def run_program(keras: Any, job: dict[str, Any]) -> None:
    """Run the example, the model or the script of a job with `keras`."""
    if "example" in job:
        examples.train(keras, job["example"], **job["options"])
    elif "model" in job:
        model_files.train(keras, job["model"], job["data"], **job["options"])
    else:
        keras.utils.set_random_seed(job["seed"])  # for scripts that set none
        stand_in.run_script(job["script"], job["arguments"])


def captured(keras: Any, job: dict[str, Any], method: str, index: int) -> Call:
    """Run the program of a job with `keras` until it calls `method` for the time `index`, from 0.

    Calls that `fit` makes of `evaluate` do not count. The call itself is not made.

    Raises LookupError if the program ends before.
    """
    seen = 0
    busy = False

    def hook(name: str) -> Callable[..., Any]:
        def hooked_method(original: Callable[..., Any]) -> Callable[..., Any]:
            signature = inspect.signature(original)

            def hooked(model: Any, *args: Any, **kwargs: Any) -> Any:
                nonlocal seen, busy
                if busy:
                    return original(model, *args, **kwargs)
                if name == method:
                    if seen == index:
                        bound = signature.bind(model, *args, **kwargs)
                        bound.apply_defaults()
                        raise _Reached(Call(name, model, dict(bound.arguments)))
                    seen += 1
                busy = True
                try:
                    return original(model, *args, **kwargs)
                finally:
                    busy = False

            return hooked

        return hooked_method

    with ExitStack() as stack:
        for name in METHODS:
            stack.enter_context(replaced(keras.Model, name, hook(name)))
        try:
            run_program(keras, job)
        except _Reached as reached:
            return reached.call
        except SystemExit:
            pass
    raise LookupError(f"{keras.__name__}: {method} was called {seen} times, not {index + 1}")


def both(job: dict[str, Any], method: str, index: int) -> tuple[Call, Call]:
    """The same call under minikeras and under Keras, both in this process."""
    theirs = captured(importlib.import_module("keras"), job, method, index)
    with stand_in.installed(job.get("script")):
        ours = captured(importlib.import_module("minikeras"), job, method, index)
    return ours, theirs
