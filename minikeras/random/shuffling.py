"""The order of the samples in ``fit``, equal to that of TensorFlow's input pipeline."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from minikeras import philox
from minikeras.random.seeds import global_seed
from minikeras.twins import twin
from minikeras.types import Array

_MANY = 1024  # NumPy shuffles fewer in less than a millisecond


def any_order() -> int:
    """The seed of the process, or any seed if it has none."""
    seed = global_seed()
    return int(np.random.default_rng().integers(1, 0x7FFFFFFF)) if seed is None else seed


def fit_batches(
    n: int, batch_size: int, shuffle: bool | str = True, seed: int | None = None
) -> Iterator[Array]:
    """The indices of the samples of each batch of one epoch; the last batch may be smaller.

    shuffle: True permutes all n rows, "batch" the rows within each batch.
    seed: from which the order follows; None stands for ``any_order()``.

    Parity: after ``set_random_seed`` all epochs have the same order, which depends only on the seed
    and the sizes; without a seed every epoch has another order.
    """
    seed = any_order() if seed is None else seed
    if shuffle != "batch":
        order = fit_permutation(n, seed)
        yield from (order[start : start + batch_size] for start in range(0, n, batch_size))
        return
    stream, block = _stream(seed), 0
    for start in range(0, n, batch_size):
        size = min(batch_size, n - start)
        yield start + permutation(size, stream, block)
        block += -(-(size - 1) // 4)  # TensorFlow draws no number for the last one


def fit_permutation(n: int, seed: int) -> Array:
    """The order of n samples after ``set_random_seed(seed)``."""
    return permutation(n, _stream(seed), 0)


def _stream(seed: int) -> philox.Stream:
    seed %= 0x7FFFFFFF
    return philox.unscrambled(seed, 0 if seed else 0x7FFFFFFF)


@twin("minikeras.kernels.random:permutation", when=lambda n, stream, block: n >= _MANY)
def permutation(n: int, stream: philox.Stream, block: int) -> Array:
    """Swap each i in turn with i + word[i] mod (n − i), the words starting at a block."""
    numbers = np.arange(block, block - (-n // 4), dtype=np.uint64)
    left = np.arange(n, 0, -1, dtype=np.uint32)
    partners = np.arange(n) + philox.blocks(stream, numbers).reshape(-1)[:n] % left
    order = list(range(n))
    for i, j in enumerate(partners.tolist()):
        order[i], order[j] = order[j], order[i]
    return np.array(order, np.int64)
