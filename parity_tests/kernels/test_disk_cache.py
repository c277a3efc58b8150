"""Kernels are compiled once and stored where only the user writes; else they are compiled again."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from parity_tests.house.sources import PACKAGE

# Kernels must be read from a file; these compile in a moment.
KERNELS = """
import sys
import numpy as np
from minikeras.kernels.runtime.compile import kernel
from minikeras.kernels.runtime.disk_cache import cache_directory

@kernel
def double(x):
    for i in range(len(x)):
        x[i] *= 2

def run():
    for dtype in (np.float32, np.float64):
        x = np.ones(5, dtype)
        double(x)
        assert x.tolist() == [2] * 5 and x.dtype == dtype
    print(sorted(double.stats.cache_hits.values()), cache_directory(), sep="\\n")

run()
"""


def started(folder: Path, code: str = KERNELS, **environment: str) -> subprocess.Popen[str]:
    (folder / "doubling.py").write_text(code)
    variables = {k: v for k, v in os.environ.items() if k != "NUMBA_CACHE_DIR"}
    variables |= {"XDG_CACHE_HOME": str(folder / "cache"), **environment}
    command = [sys.executable, str(folder / "doubling.py")]
    pipe = subprocess.PIPE
    return subprocess.Popen(command, env=variables, text=True, stdout=pipe, stderr=pipe)


def finished(process: subprocess.Popen[str]) -> tuple[int, str]:
    """How many kernels came from the cache, and where that is."""
    output, errors = process.communicate(timeout=120)
    assert process.returncode == 0, errors
    hits, folder = output.splitlines()
    return sum(map(int, hits.strip("[]").split(", "))) if hits != "[]" else 0, folder


def test_the_second_process_loads_what_the_first_compiled(tmp_path: Path) -> None:
    hits, folder = finished(started(tmp_path))
    assert hits == 0 and Path(folder).parent == tmp_path / "cache" / "minikeras"
    for path in (Path(folder), Path(folder).parent):
        assert os.name == "nt" or path.stat().st_mode & 0o777 == 0o700
    assert not [*Path(folder).glob(".*")]
    assert finished(started(tmp_path)) == (2, folder)
    for file in Path(folder).iterdir():  # a file that was cut short is as good as none
        file.write_bytes(file.read_bytes()[: len(file.read_bytes()) // 2])
    assert finished(started(tmp_path)) == (0, folder)
    assert finished(started(tmp_path)) == (2, folder)


def test_two_processes_may_compile_at_the_same_time(tmp_path: Path) -> None:
    both = [started(tmp_path) for _ in range(2)]
    folders = {finished(process)[1] for process in both}
    assert finished(started(tmp_path)) == (2, folders.pop())


CALLERS = """
import numpy as np
from minikeras.kernels.runtime.compile import internal_kernel, kernel
from minikeras.kernels.runtime.disk_cache import cache_directory

@internal_kernel
def plus(a, b):
    return a + b

@internal_kernel
def times(a, b):
    return a * b

@kernel
def both(x):
    x[0] = plus(x[1], x[2])
    x[3] = times(x[1], x[2])

x = np.array([0, 3, 5, 0])
{}
assert x.tolist() == [8, 3, 5, 15], x
print([], cache_directory(), sep="\\n")
"""


def test_loaded_kernels_of_one_signature_are_told_apart(tmp_path: Path) -> None:
    """The second process compiles their caller anew."""
    _, folder = finished(started(tmp_path, CALLERS.format("both(x)")))
    for file in Path(folder).glob("*both*"):
        file.unlink()
    assert len([*Path(folder).iterdir()]) == 2
    finished(started(tmp_path, CALLERS.format("both(x)")))


def test_edited_sources(tmp_path: Path) -> None:
    """They get a folder of their own, and a process that began before the edit stores nothing."""
    shutil.copytree(PACKAGE, tmp_path / "minikeras", ignore=shutil.ignore_patterns("__pycache__"))
    edited = tmp_path / "minikeras" / "philox.py"  # its constants are compiled into kernels
    _, folder = finished(started(tmp_path))
    edited.write_text(edited.read_text() + "# edited\n")
    _, another = finished(started(tmp_path))
    assert another != folder and len([*Path(another).iterdir()]) == 2
    edit = f"open({str(edited)!r}, 'a').write('# again\\n')\nrun()"
    _, stale = finished(started(tmp_path, KERNELS.replace("\nrun()", "\n" + edit)))
    assert stale == another and len([*Path(stale).iterdir()]) == 2
    assert finished(started(tmp_path))[0] == 0


def test_the_users_choice_of_a_folder(tmp_path: Path) -> None:
    _, folder = finished(started(tmp_path, NUMBA_CACHE_DIR=str(tmp_path / "chosen")))
    assert Path(folder).parent == tmp_path / "chosen" / "minikeras"


@pytest.mark.parametrize("trouble", ["file", "shared", "missing"])
def test_no_safe_place_is_no_reason_to_fail(tmp_path: Path, trouble: str) -> None:
    caches = tmp_path / "cache" / "minikeras"
    variables = {}
    if trouble == "file":  # nothing can be made below it, whoever the user is
        (tmp_path / "cache").write_text("")
    elif trouble == "shared":  # somebody else could put a file there, which we would unpickle
        caches.mkdir(parents=True)
        caches.chmod(0o777)
    else:
        variables = {"XDG_CACHE_HOME": "/proc/none"}
    assert finished(started(tmp_path, **variables)) == (0, "") or os.name == "nt"


def test_only_our_own_unused_folders_are_removed(tmp_path: Path) -> None:
    caches = tmp_path / "cache" / "minikeras"
    old, recent, others = caches / ("0" * 16), caches / ("1" * 16), caches / "notes"
    for folder in (old, recent, others):
        folder.mkdir(parents=True, mode=0o755)
        (folder / "file").write_text("")
    caches.chmod(0o700)
    for folder in (old, others):
        os.utime(folder, (time.time() - 31 * 24 * 3600,) * 2)
    finished(started(tmp_path))
    assert not old.exists() and recent.exists() and (others / "file").exists()
