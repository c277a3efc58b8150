"""Records a program in this process, under either framework."""

from collections.abc import Callable
from typing import Any

from minikeras.parity.recorder import Recorder
from minikeras.parity.runs import Run


def record(keras: Any, program: Callable[[Any], object], framework: str = "") -> Run:
    """What `program` does with `keras` from a fixed seed, as the worker gives it."""
    keras.utils.clear_session(free_memory=False)
    keras.utils.set_random_seed(0)
    recorder = Recorder(keras)
    with recorder.recording():
        program(keras)
    found, arrays = recorder.finish()
    found |= {"floatx": keras.config.floatx(), "kernels": "fast"}
    found |= {"import_seconds": 0.1, "versions": {}}
    return Run(framework or keras.__name__, found, arrays)
