"""Runs reproducers in a process of its own: ``python -m parity_tests.findings.child LIBRARY``.

Reads a JSON list of programs from the standard input, and writes a list of what they print.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import io
import json
import os
import sys
import tempfile
import warnings
from collections.abc import Callable


def printed(code: str) -> str:
    """What a program prints; the name of the error, if one ends it, is the last line."""
    output = io.StringIO()
    with contextlib.redirect_stdout(output):
        try:
            exec(compile(code, "reproducer", "exec"), {"__name__": "__main__"})
        except Exception as error:
            print(type(error).__name__)
    return output.getvalue().strip()


def main(library: str) -> None:
    if library == "minikeras":
        importlib.import_module("minikeras.parity.stand_in").install()
    else:
        os.environ["KERAS_BACKEND"] = library
    warnings.simplefilter("ignore")
    codes: list[str] = json.load(sys.stdin)
    keras = importlib.import_module("keras")
    gc.freeze()  # clear_session, below, collects garbage: 0.3 s for the objects of the imports
    results = []
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        for code in codes:
            _forget_all(keras.utils.clear_session, keras.config.set_floatx)
            results.append(printed(code))
        os.chdir("/")
    json.dump(results, sys.stdout)


def _forget_all(clear_session: Callable[[], None], set_floatx: Callable[[str], None]) -> None:
    clear_session()
    set_floatx("float32")


if __name__ == "__main__":
    main(sys.argv[1])
