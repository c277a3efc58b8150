"""TensorFlow's wrong conv2d with oneDNN on: found, blamed, shrunk, and shown by Keras alone.

In a process of its own, because the tests run with oneDNN off.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

PROGRAM = """
import keras
import numpy as np
from minikeras.parity import compare

keras.utils.set_random_seed(0)
layers = keras.layers
model = keras.Sequential([
    layers.Input((5, 3, 1)),
    layers.Dense(1),
    layers.Conv2D(2, (2, 3), strides=(1, 2), name="narrow"),
    layers.Flatten(),
    layers.Dense(1),
])
model.compile("sgd", "mse")
rng = np.random.RandomState(0)
found = compare(model, rng.normal(size=(4, 5, 3, 1)), rng.normal(size=(4, 1)), steps=1)
print(found.verdict.kind, found.verdict.name, found.verdict.blame)
found.reproducer.save(".")
print(found.reproducer.shrunk)
"""


def run(program: list[str], folder: Path) -> str:
    environment = {**os.environ, "TF_ENABLE_ONEDNN_OPTS": "1"}
    done = subprocess.run(
        [sys.executable, *program], cwd=folder, env=environment, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout


def test_conv2d_is_found_and_blamed(tmp_path: Path) -> None:
    said = run(["-c", PROGRAM], tmp_path).splitlines()
    assert said[0] == "output narrow keras"
    shown = run(["reproducer.py"], tmp_path)
    apart = re.search(r"largest difference from minikeras: (\S+)", shown)
    assert apart is not None
    assert not float(apart[1]) < 1e-4, shown  # NaN, too, is uninitialised memory
