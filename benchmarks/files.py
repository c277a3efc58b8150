"""How fast models are saved and loaded, and how much memory that takes.

    python -m benchmarks.files [--megabytes 400] [--rounds 5] [--keras]

Each measurement runs in a process of its own, which loads nothing else.  Extra memory is the rise
of the process's peak over what it held before, in sizes of the weights.  Times are medians; those
of `numpy.save` and `numpy.load`, of the same weights in one array, stand beside them.
"""

from __future__ import annotations

import argparse
import importlib
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from typing import Any

import numpy as np

SUFFIXES = (".keras", ".weights.h5", ".h5")


def peak() -> int:
    """The most memory that this process has held since it was last asked, in bytes."""
    with open("/proc/self/status") as status:
        lines = dict(line.split(":", 1) for line in status)
    with open("/proc/self/clear_refs", "w") as file:
        file.write("5")
    return int(lines["VmHWM"].split()[0]) * 1024


def held() -> int:
    """The memory that this process holds now, in bytes."""
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def measured(action: Callable[[], Any], rounds: int) -> tuple[float, float]:
    """Median seconds, and the largest rise of memory in bytes."""
    times, rises = [], []
    for _ in range(rounds):
        before = held()
        peak()
        start = time.perf_counter()
        action()
        times.append(time.perf_counter() - start)
        rises.append(peak() - before)
    return statistics.median(times), max(rises)


def make(library: Any, megabytes: int, layers: int) -> Any:
    """A model without an optimizer, of so many megabytes in float32."""
    width = int((megabytes * 1e6 / 4 / layers) ** 0.5)
    dense = [library.layers.Dense(width, kernel_initializer="zeros") for _ in range(layers)]
    model = library.Sequential([library.Input((width,)), *dense])
    rng = np.random.default_rng(0)
    for variable in model.weights:
        variable.assign(rng.random(variable.shape, np.float32))
    return model


def run(name: str, suffix: str, megabytes: int, layers: int, rounds: int, folder: str) -> None:
    """The work of one process: prints seconds and sizes of saving, then of loading."""
    path = os.path.join(folder, f"model{suffix}")
    if name == "numpy":
        array = np.random.default_rng(0).random(int(megabytes * 1e6 / 4), np.float32)
        path += ".npy"

        def save_and_wait() -> None:
            with open(path, "wb") as file:
                np.save(file, array)
                os.fsync(file.fileno())

        saved, loaded = measured(save_and_wait, rounds), measured(lambda: np.load(path), rounds)
        size = array.nbytes
    else:
        model = make(importlib.import_module(name), megabytes, layers)
        size = 4 * model.count_params()
        whole = suffix != ".weights.h5"
        saved = measured(lambda: (model.save if whole else model.save_weights)(path), rounds)
        loaded = measured(lambda: model.load_weights(path), rounds)
    (save_time, save_rise), (load_time, load_rise) = saved, loaded
    print(save_time, save_rise / size, load_time, load_rise / size)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--megabytes", type=int, default=400)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--keras", action="store_true", help="measure Keras as well")
    parser.add_argument("--work", nargs=3, help="library, suffix, layers: the work of one process")
    parser.add_argument("--folder")
    options = parser.parse_args()
    if options.work:
        name, suffix, layers = options.work
        run(name, suffix, options.megabytes, int(layers), options.rounds, options.folder)
        return
    names = ["minikeras", "keras"] if options.keras else ["minikeras"]
    wanted = [("numpy", "", 1)]
    wanted += [(name, suffix, n) for suffix in SUFFIXES for n in (1, 20) for name in names]
    print(f"{options.megabytes} MB of weights     save s  memory   load s  memory")
    with tempfile.TemporaryDirectory() as folder:
        for name, suffix, layers in wanted:
            command = [sys.executable, "-W", "ignore", "-m", "benchmarks.files"]
            command += ["--work", name, suffix, str(layers), "--folder", folder]
            command += ["--megabytes", str(options.megabytes), "--rounds", str(options.rounds)]
            done = subprocess.run(command, capture_output=True, text=True, check=True)
            save, save_rise, load, load_rise = map(float, done.stdout.split()[-4:])
            label = f"{name} {suffix} {layers}"
            print(f"{label:25}{save:9.2f}{save_rise:8.2f}{load:9.2f}{load_rise:8.2f}", flush=True)


if __name__ == "__main__":
    main()
