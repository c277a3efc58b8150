"""How the time of a training step is spent, and the speed of its matrix products.

    python -m benchmarks.where [cnn vgg ...]

A training step is replayed as a program (`minikeras.autograd.replay`), so each of its statements
can be timed; the times of similar statements are added. The rest of the time of `fit` is the
optimizer, the metrics and the loop. The products of dense layers and convolutions are compared with
`np.matmul` on matrices of the same sizes; for a convolution, those of im2col, which the kernel does
not build. All times are medians. Run it on an otherwise idle machine.
"""

from __future__ import annotations

import collections
import statistics
import time
from collections.abc import Callable
from functools import partial
from typing import Any

import click
import numpy as np

import minikeras as keras
from benchmarks.workloads import WORKLOADS
from minikeras.autograd import Tensor
from minikeras.kernels import conv
from minikeras.kernels.rounding import matmul as eigen_matmul

ROUNDS = 41
KINDS = {
    "convolutions forward": ("convolve",),
    "convolutions backward": ("convolve_vjp",),
    "products of matrices": ("_matmul", "dense"),
    "normalisation": ("normal", "batch", "moments", "scale_and_shift"),
    "pooling, upsampling": ("window", "upsample", "pool", "spread"),
    "activations, biases": ("relu", "bias", "sigmoid", "softmax"),
    "random masks": ("drawn", "masked", "drop"),
    "lookups and means": ("take", "mean"),
    "loss": ("crossentropy", "square", "subtract", "divide", "sum", "cast"),
}


def timed_lines(replay: Any, batch: tuple[Any, ...]) -> dict[str, float]:
    """Microseconds of each statement of the step; derivatives are named after their operation."""
    (step,) = [f for f in replay._known.values() if f][:1]
    head, *lines = replay.source.rstrip().split("\n")
    body, calls, makers = [head, "    T = [clock()]"], [], {}
    for line in lines[:-1]:
        body.append(line)
        if line.strip().startswith("del "):
            continue
        body.append("    T.append(clock())")
        targets, _, call = line.strip().partition(" = ")
        call = makers.get(call.partition("(")[0].partition(".")[0], call)
        makers |= dict.fromkeys(targets.split(", "), call)
        calls.append(call)
    scope = dict(step.__globals__, clock=time.perf_counter)
    exec("\n".join([*body, "    return T"]), scope)
    with np.errstate(all="ignore"):
        taken = [np.diff(scope["replayed"](*batch)) for _ in range(ROUNDS)]
    found: dict[str, float] = collections.defaultdict(float)
    for call, seconds in zip(calls, np.median(taken, axis=0)):
        found[call] += seconds * 1e6
    return found


def kind_of(call: str) -> str:
    function = call.partition("(")[0]
    backward = "_vjp" in function
    if "convolve" in function:
        return "convolutions backward" if backward else "convolutions forward"
    return next((k for k, names in KINDS.items() if any(n in function for n in names)), "other")


def profile(name: str) -> None:
    workload = WORKLOADS[name]
    keras.utils.set_random_seed(0)
    x, y = workload.data(workload.samples)
    model = workload.compiled(keras)
    options: dict[str, Any] = {"batch_size": workload.batch, "shuffle": False, "verbose": 0}
    model.fit(x, y, epochs=3, **options)
    steps, whole = -(-len(x) // workload.batch), []
    for _ in range(9):
        start = time.perf_counter()
        model.fit(x, y, epochs=2, **options)
        whole.append((time.perf_counter() - start) / steps / 2 * 1e6)
    batch = x[: workload.batch], y[: workload.batch]
    replay = model._replays["_loss_and_gradients"]
    kinds: dict[str, float] = collections.defaultdict(float)
    for call, taken in timed_lines(replay, batch).items():
        kinds[kind_of(call)] += taken
    _, _, gradients = replay(*map(Tensor, batch), None)
    kinds["optimizer"] = median(lambda: model.optimizer.apply(gradients))
    step = statistics.median(whole)
    kinds["metrics, loop, cold caches"] = max(0.0, step - sum(kinds.values()))
    print(f"\n{workload.title} ({workload.batch}): {step / 1000:.3f} ms a step")
    for kind, taken in sorted(kinds.items(), key=lambda item: -item[1]):
        print(f"  {kind:26s} {taken:9.1f} µs  {taken / step:6.1%}")


def median(call: Callable[[], Any]) -> float:
    call()
    taken = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        call()
        taken.append((time.perf_counter() - start) * 1e6)
    return statistics.median(taken)


def against_numpy(what: str, rows: int, inner: int, columns: int, ours: Any) -> None:
    rng = np.random.default_rng(0)
    a = rng.random((rows, inner), np.float32)
    b = rng.random((inner, columns), np.float32)
    time.sleep(0.3)  # the threads of BLAS spin for a while after a product
    mine, theirs = median(ours), median(lambda: a @ b)
    work = 2 * rows * inner * columns / 1000
    print(
        f"  {what:44s} {rows}x{inner}x{columns:<5d} {work / mine:6.0f} GFLOP/s, NumPy "
        f"{work / theirs:4.0f}: {theirs / mine:5.0%}"
    )


def limits() -> None:
    print("\nProducts, against np.matmul on the same sizes")
    rng, product = np.random.default_rng(0), eigen_matmul.matmul
    for rows, inner, columns in ((32, 784, 512), (32, 512, 512), (32, 5408, 128)):
        a, w = rng.random((rows, inner), np.float32), rng.random((inner, columns), np.float32)
        dy = rng.random((rows, columns), np.float32)
        dense = f"Dense {inner} -> {columns}"
        against_numpy(f"{dense} forward", rows, inner, columns, partial(product, a, w))
        against_numpy(f"{dense} dw", inner, rows, columns, partial(product, a.T, dy))
        against_numpy(f"{dense} dx", rows, columns, inner, partial(product, dy, w.T))
    how: Any = {"strides": (1, 1), "dilation": (1, 1), "margins": ((1, 1), (1, 1))}
    for size, m, n in ((32, 32, 32), (16, 64, 64), (8, 128, 128), (14, 32, 16)):
        x = rng.random((32, size, size, m), np.float32)
        w = rng.random((3, 3, m, n), np.float32)
        dy = rng.random((32, size, size, n), np.float32)
        windows, name = 32 * size * size, f"Conv2D {size}x{size}x{m} -> {n}"
        forward = partial(conv.convolve, x, w, **how)
        dw = partial(conv.convolve_kernel_gradient, x, dy, size=(3, 3), **how)
        dx = partial(conv.convolve_input_gradient, dy, w, space=(size, size), **how)
        against_numpy(f"{name} forward", windows, 9 * m, n, forward)
        against_numpy(f"{name} dw", 9 * m, windows, n, dw)
        against_numpy(f"{name} dx", windows, 9 * n, m, dx)


@click.command()
@click.argument("names", nargs=-1, type=click.Choice([*WORKLOADS]))
def main(names: tuple[str, ...]) -> None:
    for name in names or WORKLOADS:
        profile(name)
    if not names:
        limits()


if __name__ == "__main__":
    main()
