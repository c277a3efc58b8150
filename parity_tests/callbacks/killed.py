"""Trainings that are killed and resumed, for the test of exact backups.

    python -m parity_tests.callbacks.killed FOLDER COUNT

trains once without interruption, and then once for each step of the training: a child is killed
with SIGKILL in that step, and another child resumes from the backup.  After that it trains COUNT
times with three children, one after the other, that are killed at any instant, and a fourth one.
Prints one line of JSON: how many were killed, and after which kills a training ended with another
history or other bits.
"""

from __future__ import annotations

import json
import os
import pickle
import signal
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np

import minikeras as keras
from minikeras import files

RNG = np.random.default_rng(0)
X, Y = RNG.normal(size=(20, 3)).astype("float32"), RNG.normal(size=(20, 1)).astype("float32")
EPOCHS, STEPS = 2, 4  # batches of 4 samples, a quarter of all is for validation


class Kill(keras.callbacks.Callback):
    """Ends the process at one of its steps, without any chance to tidy up."""

    def __init__(self, at: int | None) -> None:
        super().__init__()
        self.at, self.step = at, 0

    def on_train_batch_begin(self, batch: int, logs: Any = None) -> None:
        if self.step == self.at:
            os.kill(os.getpid(), signal.SIGKILL)
        self.step += 1


def train(folder: Path, at: int | None, seed: int | None = 11) -> Any:
    """History, weights and slots of a training, which is killed at a step or resumed."""
    if seed is not None:
        keras.utils.set_random_seed(seed)
    layers = keras.layers
    model = keras.Sequential(
        [layers.Dense(4, "tanh"), layers.Dropout(0.3), layers.BatchNormalization(), layers.Dense(1)]
    )
    model.compile(keras.optimizers.Adam(0.01), "mse", metrics=["mae"])
    callbacks = [
        keras.callbacks.BackupAndRestore(folder, save_freq=1, exact=True),
        keras.callbacks.LearningRateScheduler(lambda epoch, rate: rate * 0.9),
        keras.callbacks.EarlyStopping("val_mae", patience=1, mode="min", restore_best_weights=True),
        Kill(at),
    ]
    options = {"batch_size": 4, "verbose": 0, "validation_split": 0.25}
    history = model.fit(X, Y, epochs=EPOCHS, callbacks=callbacks, **options).history
    variables = [*model.weights, *model.optimizer.variables]
    return history, [np.asarray(v).tobytes() for v in variables]


def in_a_child(folder: Path, at: int | None = None, after: float | None = None) -> Any:
    """What ``train`` returns in another process; None if that was killed, in a step or after a
    number of seconds.
    """
    result = folder / "result"
    child = os.fork()
    if child == 0:
        try:
            outcome = pickle.dumps(train(folder / "backup", at))
            with files.written(result) as unfinished:
                Path(unfinished).write_bytes(outcome)
        finally:
            os._exit(0)
    if after is not None:
        time.sleep(after)
        os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    return None if os.WIFSIGNALED(status) else pickle.loads(result.read_bytes())


def main(folder: Path, count: int) -> None:
    expected = in_a_child(folder)  # may take longer than the next ones: it compiles kernels
    killed, duration, different = 0, 0.0, []
    for number in range(EPOCHS * STEPS + count):
        if number < EPOCHS * STEPS:
            kills: list[Any] = [(number, None)]
        else:
            kills = [(None, duration * RNG.uniform()) for _ in range(3)]
        killed += sum(in_a_child(folder, at, after) is None for at, after in kills)
        began = time.monotonic()
        if in_a_child(folder) != expected or (folder / "backup").exists():
            different.append(kills)
        duration = time.monotonic() - began
    print(json.dumps({"killed": killed, "different": different}))


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
