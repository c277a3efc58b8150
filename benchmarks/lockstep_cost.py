"""The cost of lockstep: steps of the digits CNN compared, against the same steps of eager Keras.

    python benchmarks/lockstep_cost.py [--steps 50] [--rounds 3]

Both run in one process, in turns.  The time of Keras alone is that of ``train_on_batch`` with
``run_eagerly=True``; the first round of each, in which libraries and kernels are loaded, does not
count.  Printed are the medians and their ratio.
"""

from __future__ import annotations

import argparse
import os
import statistics
import time

os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "0")

import keras  # the environment must be set before
import numpy as np

from minikeras.parity import compare
from minikeras.parity.examples import EXAMPLES

BATCH = 32


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--steps", type=int, default=50)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    example = EXAMPLES["digits-cnn"]
    data = example.load()
    x, y = np.float32(data.x), data.y
    keras.utils.set_random_seed(0)
    model = example.build(keras)
    model.compile("adam", example.loss, metrics=["accuracy"], run_eagerly=True)
    batches = [slice(i * BATCH % 1408, i * BATCH % 1408 + BATCH) for i in range(options.steps)]
    alone, both = [], []
    for _ in range(options.rounds + 1):
        start = time.perf_counter()
        for batch in batches:
            model.train_on_batch(x[batch], y[batch])
        middle = time.perf_counter()
        found = compare(model, x, y, steps=options.steps, batch_size=BATCH)
        alone.append(middle - start)
        both.append(time.perf_counter() - middle)
        assert found.same, found
    keras_alone, lockstep = statistics.median(alone[1:]), statistics.median(both[1:])
    print(f"eager Keras: {keras_alone:.2f} s for {options.steps} steps")
    print(f"lockstep: {lockstep:.2f} s, {lockstep / keras_alone:.2f} times as long")
    print(found.verdict.reason)


if __name__ == "__main__":
    main()
