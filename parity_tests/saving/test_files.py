"""Files are whole at every moment: killed writers, full disks, readers and other writers."""

from __future__ import annotations

import os
import random
import re
import resource
import signal
import subprocess
import sys
import textwrap
import threading
import time
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import minikeras as keras
from minikeras import files
from parity_tests.house.sources import ROOT

KILLS = 1000 if os.getenv("HYPOTHESIS_PROFILE") == "deep" else 60


def names(folder: Path) -> list[str]:
    return sorted(os.listdir(folder))


def start(code: str, *args: Any) -> subprocess.Popen[str]:
    """Another process of Python."""
    command = [sys.executable, "-c", textwrap.dedent(code), *map(str, args)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment)


def dense(units: int) -> Any:
    return keras.Sequential([keras.layers.Input((8,)), keras.layers.Dense(units)])


# One process


def test_a_file_replaces_another(tmp_path: Path) -> None:
    path = tmp_path / "x"
    for content in (b"first", b"second"):
        with files.written(path) as unfinished:
            assert Path(unfinished).parent == tmp_path and Path(unfinished).read_bytes() == b""
            Path(unfinished).write_bytes(content)
            assert path.exists() == (content == b"second")
        assert path.read_bytes() == content and names(tmp_path) == ["x"]


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt, SystemExit, MemoryError])
def test_after_an_error_the_previous_file_is_there(error: type, tmp_path: Path) -> None:
    path = tmp_path / "x"
    path.write_bytes(b"first")
    with pytest.raises(error), files.written(path) as unfinished:
        Path(unfinished).write_bytes(b"half")
        raise error
    assert path.read_bytes() == b"first" and names(tmp_path) == ["x"]


def test_permissions_and_links_are_kept(tmp_path: Path) -> None:
    path, link = tmp_path / "x", tmp_path / "link"
    path.write_bytes(b"first")
    path.chmod(0o640)
    link.symlink_to(path)
    with files.written(link) as unfinished:
        Path(unfinished).write_bytes(b"second")
    assert link.is_symlink() and path.read_bytes() == b"second"
    assert path.stat().st_mode & 0o777 == 0o640
    other, plain = tmp_path / "new", tmp_path / "plain"
    with files.written(other):
        pass
    plain.touch()
    assert other.stat().st_mode == plain.stat().st_mode


def test_what_is_no_file_is_not_replaced(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path, tmp_path / "pipe", Path("/dev/null")):
        with pytest.raises(ValueError, match=f"path='{path}' is a "), files.written(path):
            pass
    with pytest.raises(FileNotFoundError, match="gone/x"), files.written(tmp_path / "gone" / "x"):
        pass


def test_long_names(tmp_path: Path) -> None:
    path = tmp_path / ("é" * 120 + ".keras")
    with files.written(path) as unfinished:
        assert len(os.fsencode(os.path.basename(unfinished))) <= 255
    assert names(tmp_path) == [path.name]


def test_only_what_nobody_writes_is_removed(tmp_path: Path) -> None:
    path = tmp_path / "x"
    with start("import os; print(os.getpid())") as gone:
        number = gone.wait() or gone.pid
    machine = files._machine()
    left = tmp_path / f".x.{machine}-{number}-00000000.unfinished"
    running = tmp_path / f".x.{machine}-{os.getppid()}-00000000.unfinished"
    others = tmp_path / f".y.{machine}-{number}-00000000.unfinished"
    remote = tmp_path / f".x.0f0f0f-{number}-00000000.unfinished"
    old = tmp_path / f".x.0f0f0f-{number}-11111111.unfinished"
    user = tmp_path / ".x.unfinished"
    for file in (left, running, others, remote, old, user):
        file.touch()
    os.utime(old, (0, 0))
    with files.written(path), files.written(path):
        pass
    assert names(tmp_path) == sorted(["x", running.name, others.name, remote.name, user.name])


# Disks


def test_a_full_disk(tmp_path: Path) -> None:
    """The largest size of a file stands for the space that is left."""
    path = tmp_path / "x.keras"
    dense(4).save(path)
    before, limits = path.read_bytes(), resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, limits[1]))
    try:
        with pytest.raises(OSError):
            dense(4000).save(path)
        with pytest.raises(OSError):
            dense(4000).save_weights(tmp_path / "x.weights.h5")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        signal.signal(signal.SIGXFSZ, handler)
    assert names(tmp_path) == ["x.keras"] and path.read_bytes() == before


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may mount a file system")
def test_a_full_file_system(tmp_path: Path) -> None:
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=200k", "tmpfs", str(tmp_path)], capture_output=True
    )
    if mounted.returncode:
        pytest.skip("this container may not mount a file system")
    try:
        path = tmp_path / "x.keras"
        dense(4).save(path)
        before = path.read_bytes()
        with pytest.raises(OSError, match=r"No space left|errno = 28"):
            dense(20_000).save(path)
        assert names(tmp_path) == ["x.keras"] and path.read_bytes() == before
    finally:
        subprocess.run(["umount", str(tmp_path)], check=True)


READ_ONLY = """
    import os, sys
    import minikeras as keras
    if os.geteuid() == 0:
        os.setuid(65534)
    model = keras.Sequential([keras.layers.Input((8,)), keras.layers.Dense(1)])
    try:
        model.save(sys.argv[1])
    except PermissionError as error:
        print(error)
"""


def test_a_folder_that_is_read_only(tmp_path: Path) -> None:
    folder = tmp_path / "closed"
    folder.mkdir()
    path = folder / "x.keras"
    path.write_bytes(b"first")
    folder.chmod(0o555)
    for parent in [*tmp_path.parents][:3]:  # another user must reach it
        if parent.is_relative_to("/tmp") and parent != Path("/tmp"):
            parent.chmod(0o755)
    tmp_path.chmod(0o755)
    with start(READ_ONLY, path) as process:
        said = process.communicate()[0]
    assert re.search(r"Permission denied: '.*/closed/x\.keras'", said)
    assert names(folder) == ["x.keras"] and path.read_bytes() == b"first"


# Several processes

SAVES = """
    import itertools, sys
    import minikeras as keras
    from minikeras.saving import saving_api
    model = keras.Sequential([keras.layers.Input((8,)), keras.layers.Dense(300)])
    for number in itertools.count(int(sys.argv[2])):
        model.set_weights([w * 0 + number for w in model.get_weights()])
        model.save(sys.argv[1])
        print(number, flush=True)
"""


def whole(path: Path) -> int:
    """The number that all weights of the file are; a mixture of two files has several."""
    weights = keras.models.load_model(path).get_weights()
    (number,) = {float(x) for w in weights for x in np.unique(w)}
    return int(number)


def test_killed_writers(tmp_path: Path) -> None:
    """Each save is killed at a random instant; the file is the last one or the one before.

    One in ten saves runs to its end, as all instants may fall before that on a busy machine.
    The writer forks: what a new process would import for each of the kills is there already.
    """
    path = tmp_path / "x.keras"
    model = dense(300)
    chooser = random.Random(1)
    before = 0
    model.set_weights([w * 0 for w in model.get_weights()])
    start_time = time.perf_counter()
    model.save(path)
    seconds = time.perf_counter() - start_time
    middle = 0
    for number in range(1, KILLS * 10 // 9 + 1):
        model.set_weights([w * 0 + number for w in model.get_weights()])
        with warnings.catch_warnings():  # Python 3.12 warns since other threads run
            warnings.simplefilter("ignore", DeprecationWarning)
            process = os.fork()
        if process == 0:
            try:
                model.save(path)
            finally:
                os._exit(0)
        is_killed = number % 10 != 0
        if is_killed:
            time.sleep(chooser.uniform(0, 1.2 * seconds))
            os.kill(process, signal.SIGKILL)
        os.waitpid(process, 0)
        middle += len(names(tmp_path)) > 1
        found = whole(path)
        assert found == number or (is_killed and found == before)
        before = found
    assert middle > KILLS / 20  # some were killed while they wrote
    model.save(path)
    assert names(tmp_path) == ["x.keras"]


def test_readers_and_two_writers(tmp_path: Path) -> None:
    path = tmp_path / "x.keras"
    writers = [start(SAVES, path, first) for first in (0, 100_000)]
    try:
        for writer in writers:
            assert writer.stdout and writer.stdout.readline()
        found = [whole(path) for _ in range(40)]
    finally:
        for writer in writers:
            writer.kill()
            writer.communicate()
    assert min(found) < 100_000 <= max(found)
    dense(1).save(path)
    assert names(tmp_path) == ["x.keras"]


def test_two_threads(tmp_path: Path) -> None:
    path = tmp_path / "x"
    contents = [bytes([n]) * 100_000 for n in range(8)]

    def write(content: bytes) -> None:
        with files.written(path) as unfinished:
            Path(unfinished).write_bytes(content)

    threads = [threading.Thread(target=write, args=(content,)) for content in contents]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert path.read_bytes() in contents and names(tmp_path) == ["x"]
