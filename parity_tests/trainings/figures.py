"""How many drawn trainings are equal: ``python -m parity_tests.trainings.figures --draws 500``.

Prints each training that differs, with what differs, and the shares at the end.  ``--pickle`` keeps
the trainings, ``--again`` runs those of such a file that differed.
"""

from __future__ import annotations

import argparse
import os
import pickle
import time
from typing import Any

os.environ.setdefault("KERAS_BACKEND", "tensorflow")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "0")

import keras

import minikeras
from parity_tests.trainings.drawing import Training, drawn
from parity_tests.trainings.running import differences, run


def compare(training: Training) -> dict[str, float] | str:
    """What differs, or the error that Keras raises."""
    try:
        theirs = run(keras, training)
    except Exception as error:
        return f"Keras: {type(error).__name__}: {str(error)[:200]}"
    try:
        ours = run(minikeras, training)
    except Exception as error:
        return {f"minikeras: {type(error).__name__}: {str(error)[:200]}": float("inf")}
    return differences(ours, theirs)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--draws", type=int, default=500)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--pickle")
    parser.add_argument("--again")
    parser.add_argument("--part", default="0/1", help="i/n: every n-th training, from the i-th")
    options = parser.parse_args()
    if options.again:
        with open(options.again, "rb") as file:
            wanted = pickle.load(file)
    else:
        wanted = drawn(options.draws, options.seed)
    part, parts = map(int, options.part.split("/"))
    wanted = wanted[part::parts]
    results: list[tuple[Training, Any]] = []
    start = time.time()
    for i, training in enumerate(wanted):
        found = compare(training)
        results.append((training, found))
        if found:
            print(f"\n#{i} {training}", flush=True)
            for line in [found] if isinstance(found, str) else list(found.items())[:12]:
                print("    ", line, flush=True)
    if options.pickle:
        with open(options.pickle, "wb") as file:
            pickle.dump([t for t, found in results if found and not isinstance(found, str)], file)
    print(f"\n{len(results)} trainings in {time.time() - start:.0f} s")
    for floatx in ("float32", "float64"):
        summarize(floatx, [f for t, f in results if t.floatx == floatx])


def summarize(floatx: str, results: list[Any]) -> None:
    ran = [found for found in results if not isinstance(found, str)]

    def share(name: str, parts: tuple[str, ...], tolerance: float = 0.0) -> None:
        parts = (*parts, "minikeras")  # an error of its own
        equal = [max((d for n, d in f.items() if n.startswith(parts)), default=0) for f in ran]
        count = sum(far <= tolerance for far in equal)
        print(f"    {name}: {count} ({count / max(len(ran), 1):.1%})")

    print(f"{floatx}: {len(results)} drawn, {len(ran)} of them possible in Keras")
    share("history bit-equal", ("history",))
    share("history within 1e-10", ("history",), 1e-10)
    share("history, weights and predictions bit-equal", ("history", "weights", "predictions"))
    share("everything bit-equal", ("",))
    share("printed text equal", ("text",))


if __name__ == "__main__":
    main()
