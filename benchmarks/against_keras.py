"""An epoch of `fit` in turns, minikeras and Keras on TensorFlow: the ratio of each pair.

On a machine that others use too, times drift; of two epochs run one after the other they drift
together. Prints the median of the ratios and their quartiles.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable

import keras

import minikeras
from benchmarks.test_training import NAMES, trainer

TURNS = 15


def milliseconds(epoch: Callable[[], None]) -> float:
    start = time.perf_counter()
    epoch()
    return (time.perf_counter() - start) * 1e3


def main() -> None:
    for name in NAMES:
        ours, theirs = trainer(minikeras, name), trainer(keras, name)
        pairs = [(milliseconds(ours), milliseconds(theirs)) for _ in range(TURNS)]
        low, middle, high = statistics.quantiles([b / a for a, b in pairs], n=4)
        mine, yours = (statistics.median(times) for times in zip(*pairs))
        print(
            f"{name:12} minikeras {mine:6.1f} ms, Keras {yours:6.1f} ms: "
            f"{middle:.1f} times ({low:.1f} to {high:.1f})",
            flush=True,
        )


if __name__ == "__main__":
    main()
