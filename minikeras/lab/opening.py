"""Starts marimo on the notebook of the lab."""

from __future__ import annotations

import importlib.resources
import shutil
import subprocess
import sys
from pathlib import Path

from minikeras import frames
from minikeras.optional import missing

NEEDED = {"marimo": "marimo", "matplotlib": "matplotlib", "sklearn": "scikit-learn"}


@frames.filter_traceback
def command(edit: Path | None = None, port: int | None = None, browser: bool = True) -> list[str]:
    """The command that opens the lab.

    edit: a file to which the notebook is copied, unless it exists, and whose cells can be changed
        in the browser; None for the lab without its code.
    port: the port of the server; None for the first free one from 2718 on.
    browser: whether a browser is opened.

    Raises ImportError with what to install if a library of the extra "lab" is missing.
    """
    if absent := missing(*NEEDED):
        names = " and ".join(NEEDED[name] for name in absent)
        raise ImportError(
            f"the lab needs {names}; install with: pip install 'minikeras-reference[lab]'"
        )
    notebook = Path(str(importlib.resources.files("minikeras.lab"))) / "notebook.py"
    if edit is not None:
        if not edit.exists():
            shutil.copyfile(notebook, edit)
        notebook = edit
    options = [] if port is None else ["--port", str(port)]
    options += [] if browser else ["--headless"]
    # Who reaches an editor can run code here: it asks for the token in the address that it opens.
    options += [] if edit else ["--no-token"]
    return [
        *(sys.executable, "-m", "marimo", "--quiet", "edit" if edit else "run", str(notebook)),
        *(*options, "--host", "127.0.0.1"),
    ]


@frames.filter_traceback
def open_lab(edit: Path | None = None, port: int | None = None, browser: bool = True) -> int:
    """Run the lab until it is interrupted, and return marimo's exit code.

    edit, port, browser: as for ``command``, whose errors it raises.
    """
    return subprocess.run(command(edit, port, browser)).returncode
