"""Random matrices whose rows or columns are orthonormal."""

from __future__ import annotations

import math
from typing import Any

from minikeras import ops, random
from minikeras.initializers.initializer import RandomInitializer
from minikeras.types import DType


class Orthogonal(RandomInitializer):
    """``gain`` times a matrix with orthonormal columns, or rows if these are fewer.

    A = QR with normal numbers in A; Q · sign(diag R) is uniformly distributed.  The rows of the
    matrix are all axes of the shape but the last.

    gain: the factor.

    Raises ValueError for a rank below 2.

    Parity: the same bits up to 47 rows or columns, beyond that up to rounding.
    Source: Saxe, McClelland and Ganguli, "Exact solutions to the nonlinear dynamics of learning
    in deep linear neural networks" (2014).
    """

    gain: float = 1.0

    def __call__(self, shape: Any, dtype: DType = None) -> Any:
        if len(shape) < 2:
            raise ValueError(f"Orthogonal needs a shape of rank 2 or more, received shape={shape}")
        rows, columns = math.prod(shape[:-1]), shape[-1]
        drawn = random.normal((max(rows, columns), min(rows, columns)), dtype=dtype, seed=self.seed)
        q, r = ops.qr(drawn)
        q = q * ops.sign(ops.diag(r))
        if rows < columns:
            q = ops.transpose(q)
        return self.gain * ops.reshape(q, shape)
