"""The program in the process of a backend: reads calls, computes them, writes the outcomes."""

from __future__ import annotations

import importlib
import os
from typing import Any

from minikeras.parity.backends import calls, wire


def main(floatx: str) -> None:
    """Serve until standard input ends.  What Keras prints goes to standard error."""
    channel = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    jobs = os.fdopen(os.dup(0), "rb")
    keras: Any = importlib.import_module("keras")
    wire.send(channel, {"ready": keras.config.backend(), "version": keras.__version__})
    while (message := wire.receive(jobs)) is not None:
        keras.utils.set_random_seed(0)
        outcome = calls.evaluate(keras, calls.Call(**message), floatx)
        wire.send(channel, outcome.as_message())
