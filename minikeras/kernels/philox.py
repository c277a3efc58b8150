"""Random words, block by block: the twin of the reference in ``random/philox.py``."""

from __future__ import annotations

import numpy as np

from minikeras.kernels.compiled import kernel
from minikeras.types import Array

_M0, _M1 = np.uint64(0xD2511F53), np.uint64(0xCD9E8D57)
_W0, _W1 = np.uint64(0x9E3779B9), np.uint64(0xBB67AE85)
_LOW, _HALF = np.uint64(0xFFFFFFFF), np.uint64(32)


@kernel
def _fill(result, numbers, k0, k1, high0, high1):  # type: ignore[no-untyped-def]
    for i in range(numbers.size):
        c0, c1, c2, c3 = numbers[i] & _LOW, numbers[i] >> _HALF, high0, high1
        a, b = k0, k1
        for _ in range(10):
            p0, p1 = _M0 * c0, _M1 * c2
            c0, c1 = (p1 >> _HALF) ^ c1 ^ a, p1 & _LOW
            c2, c3 = (p0 >> _HALF) ^ c3 ^ b, p0 & _LOW
            a, b = (a + _W0) & _LOW, (b + _W1) & _LOW
        result[i, 0], result[i, 1] = np.uint32(c0), np.uint32(c1)
        result[i, 2], result[i, 3] = np.uint32(c2), np.uint32(c3)


def fill(result: Array, numbers: Array, key: tuple[int, int], high: tuple[int, int]) -> None:
    """The blocks with the given numbers (n uint64) into ``result`` (n, 4) uint32."""
    _fill(result, numbers, *map(np.uint64, (*key, *high)))
