"""``minikeras inspect`` says whether Keras loads a file; here Keras is asked."""

from __future__ import annotations

import os
import resource
import signal
import warnings
from pathlib import Path

import keras
import pytest

from minikeras.saving.inspection import inspect_file
from parity_tests.saving import corpus_configs, corpus_hdf5, corpus_legacy
from parity_tests.saving.corpus import CASES, Case
from parity_tests.saving.test_inspection import sound_files

assert corpus_configs and corpus_hdf5 and corpus_legacy  # add their cases

FILES = 400 if os.getenv("HYPOTHESIS_PROFILE") == "deep" else 3  # of each case
SECONDS, MEMORY = 30, 12 << 30  # of address space, most of which TensorFlow only reserves


def keras_says(path: Path) -> str:
    """What Keras does with a file in another process: "loads", "refuses", or "dies" of it."""
    with warnings.catch_warnings():  # Python 3.12 warns since other threads run
        warnings.simplefilter("ignore", DeprecationWarning)
        child = os.fork()
    if child == 0:
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        signal.alarm(SECONDS)
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
        code = 1
        try:
            warnings.simplefilter("ignore")
            if path.name.endswith(".weights.h5"):
                layers = [keras.layers.Input((4,)), keras.layers.Dense(3), keras.layers.Dense(1)]
                keras.Sequential(layers).load_weights(path)
            else:
                keras.models.load_model(path)
            code = 0
        except BaseException:
            code = 2
        finally:
            os._exit(code)
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    return {0: "loads", 2: "refuses"}.get(status, "dies")


# What may come of a file with this verdict.
ALLOWED = {
    "safe": {"loads"},
    "refuses": {"refuses"},
    "unsafe": {"loads", "refuses", "dies"},
    "unknown": {"loads", "refuses"},
    "": {"refuses"},
}


# The last are sound weights, but of another model than the tests load them into.
@pytest.mark.parametrize("case", [case for case in CASES if case.number != 35], ids=str)
def test_hostile_files(case: Case, tmp_path: Path) -> None:
    for path in [*case.build(tmp_path)][:FILES]:
        report = inspect_file(path)
        assert keras_says(path) in ALLOWED[report.keras], (path.name, report.findings)


def test_sound_files(tmp_path: Path) -> None:
    for path, _ in sound_files(tmp_path):
        report = inspect_file(path)
        if report.keras and not path.name.endswith(".weights.h5"):  # of another model
            assert (report.keras, keras_says(path)) == ("safe", "loads")
