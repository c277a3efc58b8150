"""QR decomposition by reflections, with the rounding of Eigen, which TensorFlow uses.

A reflection H = 1 − τ v vᵀ with v₀ = 1 turns a column x into (β, 0, ..., 0):

    β = −sign(x₀) ‖x‖      vᵢ = xᵢ / (x₀ − β)      τ = (β − x₀) / β

R is what remains after all reflections, Q is their product.  R is stored by rows, and sums over a
column run in order.  Q is stored by columns, and its sums run in packets.

Source: Golub and Van Loan, "Matrix computations", section 5.2; Eigen, `HouseholderQR.h`,
`GeneralMatrixVector.h`.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from minikeras.summation import PACKET_BYTES, add_lanes
from minikeras.types import Array


def _qr(a: Array) -> tuple[Array, Array]:
    """q (m, n) with orthonormal columns and an upper triangle r (n, n), for n ≤ m.

    From n = 48 on Eigen applies several reflections at once, and rounds otherwise.
    """
    r, (m, n) = a.copy(), a.shape
    q = np.eye(m, n, dtype=a.dtype)
    reflections = []
    for i in range(n):
        v, tau, beta = _reflection(r[i:, i])
        reflections.append((v, tau))
        _reflect(r[i:, i + 1 :], v, tau, _in_order)
        r[i, i], r[i + 1 :, i] = beta, 0
    for i in reversed(range(n)):
        _reflect(q[i:], *reflections[i], _in_packets)
    return q, r[:n]


def _reflection(x: Array) -> tuple[Array, Array, Array]:
    """(v₁ v₂ ..., τ, β) for a column x."""
    first, rest = x[0], x[1:]
    squares = np.cumsum(rest * rest)[-1:]  # np.sum would not keep the order
    if not squares.size or squares[0] <= np.finfo(x.dtype).tiny:
        return np.zeros_like(rest), x.dtype.type(0), first
    beta = np.sqrt(first * first + squares[0])
    beta = -beta if first >= 0 else beta
    return rest / (first - beta), (beta - first) / beta, beta


def _reflect(block: Array, v: Array, tau: Array, total: Callable[[Array], Array]) -> None:
    """block ← block − τ v (vᵀ block), in place."""
    if not tau or not block.size:
        return
    projected = total(v[:, None] * block[1:]) + block[0]
    block[0] -= tau * projected
    block[1:] -= (tau * v)[:, None] * projected


def _in_order(terms: Array) -> Array:
    """Sums down the columns, from the first row to the last.

    If there are several columns of 128 rows or more, each 16 rows are summed first, and then their
    sums.
    """
    block = 16 if len(terms) >= 128 and terms.shape[1] > 1 else len(terms)
    sums = [np.cumsum(terms[i : i + block], axis=0)[-1] for i in range(0, len(terms), block)]
    return np.cumsum(sums, axis=0)[-1]


def _in_packets(terms: Array) -> Array:
    """Sums down the columns: whole packets of rows in lanes, then the other rows in order.

    The last of an odd number of columns also takes half a packet of the other rows.
    """
    width = PACKET_BYTES // terms.itemsize
    whole = len(terms) - len(terms) % width
    lanes = np.zeros((width, terms.shape[1]), terms.dtype)
    for i in range(0, whole, width):
        lanes += terms[i : i + width]
    sums, rest = add_lanes(lanes), terms[whole:]
    if terms.shape[1] % 2 and len(rest) >= width // 2:
        half = add_lanes(rest[: width // 2, -1:])
        last = _add(sums[-1:] + half, rest[width // 2 :, -1:])
        return np.append(_add(sums[:-1], rest[:, :-1]), last)
    return _add(sums, rest)


def _add(sums: Array, rest: Array) -> Array:
    for row in rest:
        sums = sums + row
    return sums
