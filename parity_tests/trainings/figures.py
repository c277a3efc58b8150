"""How many drawn trainings are equal: ``python -m parity_tests.trainings.figures --draws 500``.

Prints each training that differs, with what differs, and the shares at the end.  ``--pickle`` keeps
the trainings that differ, ``--again`` runs such a file.  ``--part 0/2`` runs every second one.
"""

from __future__ import annotations

import argparse
import functools
import os
import pickle
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

os.environ.setdefault("KERAS_BACKEND", "tensorflow")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "0")

import keras

import minikeras
from parity_tests.trainings.drawing import Training, drawn
from parity_tests.trainings.running import differences, fresh, run


@dataclass
class Result:
    """A training and what differs: names with distances, 0 if everything has the same bits."""

    training: Training
    differences: dict[str, float]
    refused: str = ""  # the error of Keras, which has no result to compare

    @functools.cached_property
    def sees_one_direction(self) -> bool:
        """Whether Circle gets embeddings made from a single feature.

        They all have the same direction or the opposite one, and their distances are rounding.
        """
        if self.training.task.name != "embeddings":
            return False
        with fresh(minikeras, self.training):
            layers = self.training.model(minikeras).layers
        *_, last = (v for v in layers if isinstance(v, minikeras.layers.UnitNormalization))
        return bool(last.input._keras_history[0].kernel.shape[0] == 1)

    def farthest(self, parts: tuple[str, ...]) -> float:
        """The largest distance of all numbers whose names begin with one of ``parts``."""
        found = [d for name, d in self.differences.items() if name.startswith((*parts, "error"))]
        return max(found, default=0.0)


class Share(NamedTuple):
    """The trainings in which ``parts`` are no farther apart than ``tolerance``."""

    floatx: str
    name: str
    parts: tuple[str, ...]
    tolerance: float = 0.0

    def of(self, results: list[Result]) -> tuple[int, int]:
        """How many of how many; trainings that see rounding alone are counted apart."""
        ran = [r for r in results if r.training.floatx == self.floatx and not r.refused]
        ran = [r for r in ran if not r.sees_one_direction]
        return sum(r.farthest(self.parts) <= self.tolerance for r in ran), len(ran)


SHARES = [
    Share("float32", "history bit-equal", ("history",)),
    Share(
        "float32",
        "history, weights and predictions bit-equal",
        ("history", "weights", "predictions"),
    ),
    Share("float32", "these and the slots bit-equal", ("",)),
    Share("float32", "printed text equal", ("text",)),
    Share("float64", "history within 1e-10", ("history",), 1e-10),
    Share("float64", "printed text equal", ("text",)),
]


def compare(training: Training) -> Result:
    """Run the training in both libraries."""
    try:
        theirs = run(keras, training)
    except Exception as error:  # TensorFlow lacks a kernel, or Keras refuses the arguments
        return Result(training, {}, f"{type(error).__name__}: {str(error)[:200]}")
    try:
        ours = run(minikeras, training)
    except Exception as error:
        return Result(training, {f"error {type(error).__name__}: {error}": float("inf")})
    return Result(training, differences(ours, theirs))


def table(results: list[Result]) -> Iterator[str]:
    for share in SHARES:
        equal, of = share.of(results)
        yield f"{share.floatx}, {share.name}: {equal} of {of} ({equal / max(of, 1):.1%})"
    apart = sum(r.sees_one_direction for r in results if not r.refused)
    yield f"counted apart, because they see rounding alone: {apart}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--draws", type=int, default=500)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--pickle")
    parser.add_argument("--again")
    parser.add_argument("--part", default="0/1")
    options = parser.parse_args()
    if options.again:
        with open(options.again, "rb") as file:
            wanted = pickle.load(file)
    else:
        wanted = drawn(options.draws, options.seed)
    part, parts = map(int, options.part.split("/"))
    results: list[Result] = []
    start = time.time()
    for i, training in enumerate(wanted[part::parts]):
        results.append(compare(training))
        if results[-1].refused:
            print(f"\n#{i} {training}\n     Keras: {results[-1].refused}", flush=True)
        elif results[-1].differences:
            print(f"\n#{i} {training}", flush=True)
            for name, far in [*results[-1].differences.items()][:12]:
                print(f"     {name}: {far:.1e}", flush=True)
    if options.pickle:
        with open(options.pickle, "wb") as file:
            pickle.dump([r.training for r in results if r.differences], file)
    print(f"\n{len(results)} trainings in {time.time() - start:.0f} s")
    print("\n".join(table(results)))


if __name__ == "__main__":
    main()
