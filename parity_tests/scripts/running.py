"""Runs a script with Keras and with ``minikeras run``, each in a folder of its own."""

from __future__ import annotations

import contextlib
import difflib
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from parity_tests.house.sources import ROOT
from parity_tests.scripts import cache, printed

FRAMEWORKS = ("keras", "minikeras")
SCRIPTS = sorted((ROOT / "parity_tests" / "scripts" / "teaching").glob("*.py"))
LONGEST = 120  # seconds for one script


class Run(NamedTuple):
    """One run of a script."""

    code: int
    text: str
    errors: str

    @property
    def lines(self) -> list[str]:
        return printed.lines(self.text)


class Server:
    """A process that has imported a framework and runs scripts (``server.py``)."""

    def __init__(self, framework: str, folder: Path) -> None:
        self.folder = folder / framework
        self.folder.mkdir()
        home = self.folder / "home"
        cache.fill(home)
        with (self.folder / "server").open("w") as errors:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "parity_tests.scripts.server", framework],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                env=environment(home),
                text=True,
            )

    def begin(self, script: Path) -> Path:
        """Starts a script; returns the folder in which it runs."""
        folder = Path(tempfile.mkdtemp(prefix=f"{script.stem}-", dir=self.folder))
        job = {"script": str(script), "folder": str(folder), "seconds": LONGEST}
        assert self.process.stdin
        self.process.stdin.write(json.dumps(job) + "\n")
        self.process.stdin.flush()
        return folder

    def end(self, folder: Path) -> Run:
        """Waits for the script that runs in a folder."""
        code = int(self.answer())
        errors = (folder / "stderr").read_text(errors="replace")
        return Run(code, (folder / "stdout").read_text(errors="replace"), errors)

    def answer(self) -> str:
        assert self.process.stdout
        line = self.process.stdout.readline()
        assert line, (self.folder / "server").read_text()
        return line.strip()

    def stop(self) -> None:
        self.process.communicate()


@contextlib.contextmanager
def servers(folder: Path) -> Iterator[list[Server]]:
    """One process for Keras and one for minikeras, ready to run scripts."""
    started = [Server(framework, folder) for framework in FRAMEWORKS]
    try:
        for server in started:
            assert server.answer() == "ready"
        yield started
    finally:
        for server in started:
            server.stop()


def with_both(pair: list[Server], script: Path) -> tuple[Run, Run]:
    """The runs with Keras and with minikeras, at the same time."""
    folders = [server.begin(script) for server in pair]
    theirs, ours = (server.end(folder) for server, folder in zip(pair, folders, strict=True))
    return theirs, ours


def difference(theirs: Run, ours: Run) -> list[str]:
    """The lines that one printed and the other did not; the first error, if a script failed."""
    if theirs.code or ours.code:
        codes = f"exit code {theirs.code} with Keras, {ours.code} with minikeras"
        return [codes, *theirs.errors.splitlines()[-25:], "---", *ours.errors.splitlines()[-25:]]
    found = difflib.unified_diff(theirs.lines, ours.lines, "Keras", "minikeras", lineterm="", n=0)
    return list(found)


def environment(home: Path) -> dict[str, str]:
    """The environment of a script: its cache of data sets, and pictures without a screen."""
    return {
        **os.environ,
        "KERAS_HOME": str(home),
        "KERAS_BACKEND": "tensorflow",
        "MPLBACKEND": "Agg",
        "PYTHONPATH": str(ROOT),
        "PYTHONWARNINGS": "ignore",
        "TF_CPP_MIN_LOG_LEVEL": "3",
        "TF_ENABLE_ONEDNN_OPTS": "0",
    }
