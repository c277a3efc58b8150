"""Optimizer steps over all variables in one call, written into the variables and their slots.

The references are the ``step``s in ``minikeras/optimizers``; every result has the same bits,
because the operations come in the same order and no product is contracted with a sum.

A kernel gets its arrays as a Python list (its ``id``), all those of the first role, of the second,
and so on to the gradients, and its numbers as an array ``s`` of the common dtype (whose ``id`` goes
along).  Looking into Python's objects takes nanoseconds, handing over each array a microsecond.
It first looks whether all arrays are contiguous, of that dtype and of equal sizes: if not, nothing
is done and the result is False.  Then it cuts them into parts of ``_PART`` numbers, which the
threads share.  The caller keeps the list alive.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from llvmlite import ir
from numba import carray, types
from numba.extending import intrinsic, overload

from minikeras.kernels.compiled import kernel
from minikeras.kernels.eigen_math import rsqrt_into
from minikeras.kernels.eigen_scalar import HAS_RCP
from minikeras.kernels.threads import share

_PART = 16_384
_BLOCK = 1024  # numbers of a part whose intermediates wait in the first cache

# Where Python keeps the items of a list: ``PyListObject``.
_LENGTH, _ITEMS = object.__basicsize__, object.__basicsize__ + 8
# Where NumPy keeps what is known of an array: its C interface, ``PyArrayObject_fields``.
_HEAD = object.__basicsize__
_DATA, _RANK, _SHAPE, _DTYPE, _FLAGS = (_HEAD + 8 * i for i in (0, 1, 2, 5, 6))
_CONTIGUOUS_AND_ALIGNED, _WRITEABLE = 0x101, 0x400


@intrinsic
def _load(typing: Any, address: Any) -> Any:
    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return builder.load(builder.inttoptr(args[0], ir.IntType(64).as_pointer()))

    return types.int64(types.int64), generate


@intrinsic
def _pointer(typing: Any, address: Any, like: Any) -> Any:
    """The address as that of numbers of the dtype of ``like``."""

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return builder.inttoptr(args[0], context.get_value_type(signature.return_type))

    return types.CPointer(like.dtype)(types.int64, like), generate


@kernel
def _size(array):  # type: ignore[no-untyped-def]
    size, shape = 1, _load(array + _SHAPE)
    for axis in range(_load(array + _RANK) & 0xFFFFFFFF):
        size *= _load(shape + 8 * axis)
    return size


@kernel
def _item(objects, i):  # type: ignore[no-untyped-def]
    return _load(_load(objects + _ITEMS) + 8 * i)


@kernel
def _cut(objects, roles, dtype, itemsize, written):  # type: ignore[no-untyped-def]
    """A row for each part: its length, its variable, and the addresses of its numbers.

    The first ``written`` roles must be writeable.  No rows if an array does not fit.
    """
    variables, parts = _load(objects + _LENGTH) // roles, 0
    for i in range(variables):
        size = _size(_item(objects, i))
        parts += (size + _PART - 1) // _PART
        for role in range(roles):
            array = _item(objects, role * variables + i)
            wanted = _CONTIGUOUS_AND_ALIGNED | (_WRITEABLE if role < written else 0)
            fits = _load(array + _DTYPE) == dtype and _load(array + _FLAGS) & wanted == wanted
            if not fits or _size(array) != size:
                return np.empty((0, 2 + roles), np.int64)
    table = np.empty((parts, 2 + roles), np.int64)
    part = 0
    for i in range(variables):
        size = _size(_item(objects, i))
        for start in range(0, size, _PART):
            table[part, 0], table[part, 1] = min(_PART, size - start), i
            for role in range(roles):
                table[part, 2 + role] = (
                    _load(_item(objects, role * variables + i) + _DATA) + start * itemsize
                )
            part += 1
    return table


@kernel
def _cells(table, part, role, like):  # type: ignore[no-untyped-def]
    return carray(_pointer(table[part, 2 + role], like), table[part, 0])


@kernel
def _block_of(x, first):  # type: ignore[no-untyped-def]
    return x[first : first + _BLOCK]


@kernel
def _maximum(x, y):  # type: ignore[no-untyped-def]
    return x if x >= y or x != x else y  # nan wins, as in np.maximum


# Gradient descent


@kernel
def _sgd(start, stop, table, s):  # type: ignore[no-untyped-def]
    lr = s[0]
    for part in range(start, stop):
        w, g = _cells(table, part, 0, s), _cells(table, part, 1, s)
        for i in range(w.size):
            w[i] -= g[i] * lr


@kernel
def sgd(team, objects, roles, dtype, s):  # type: ignore[no-untyped-def]
    table = _cut(objects, roles, dtype, s.itemsize, 1)
    share(team, _sgd, len(table), (table, s))
    return len(table) > 0


@kernel
def _sgd_momentum(start, stop, table, s):  # type: ignore[no-untyped-def]
    lr, momentum, nesterov = s[0], s[1], s[2] != 0
    for part in range(start, stop):
        w, v, g = _cells(table, part, 0, s), _cells(table, part, 1, s), _cells(table, part, 2, s)
        for i in range(w.size):
            v[i] = v[i] * momentum - g[i] * lr
            if nesterov:
                w[i] += v[i] * momentum - g[i] * lr
            else:
                w[i] += v[i]


@kernel
def sgd_momentum(team, objects, roles, dtype, s):  # type: ignore[no-untyped-def]
    table = _cut(objects, roles, dtype, s.itemsize, 2)
    share(team, _sgd_momentum, len(table), (table, s))
    return len(table) > 0


@kernel
def _lion(start, stop, table, s):  # type: ignore[no-untyped-def]
    lr, beta_1, part_1, beta_2, part_2 = s[0], s[1], s[2], s[3], s[4]
    zero = beta_1 - beta_1
    for part in range(start, stop):
        w, m, g = _cells(table, part, 0, s), _cells(table, part, 1, s), _cells(table, part, 2, s)
        for i in range(w.size):
            c = m[i] * beta_1 + g[i] * part_1
            w[i] -= lr if c > 0 else (-lr if c < 0 else lr * (zero if c == 0 else c))
            m[i] = m[i] * beta_2 + g[i] * part_2


@kernel
def lion(team, objects, roles, dtype, s):  # type: ignore[no-untyped-def]
    table = _cut(objects, roles, dtype, s.itemsize, 2)
    share(team, _lion, len(table), (table, s))
    return len(table) > 0


# Adam and its kin


@kernel
def _adam(start, stop, table, s):  # type: ignore[no-untyped-def]
    rate, part_1, part_2, epsilon = s[0], s[1], s[2], s[3]
    for part in range(start, stop):
        w, m = _cells(table, part, 0, s), _cells(table, part, 1, s)
        v, g = _cells(table, part, 2, s), _cells(table, part, 3, s)
        for i in range(w.size):
            m[i] += (g[i] - m[i]) * part_1
            v[i] += (g[i] * g[i] - v[i]) * part_2
            w[i] -= m[i] * rate / (np.sqrt(v[i]) + epsilon)


@kernel
def adam(team, objects, roles, dtype, s):  # type: ignore[no-untyped-def]
    table = _cut(objects, roles, dtype, s.itemsize, 3)
    share(team, _adam, len(table), (table, s))
    return len(table) > 0


@kernel
def _amsgrad(start, stop, table, s):  # type: ignore[no-untyped-def]
    rate, part_1, part_2, epsilon = s[0], s[1], s[2], s[3]
    for part in range(start, stop):
        w, m, v = _cells(table, part, 0, s), _cells(table, part, 1, s), _cells(table, part, 2, s)
        v_hat, g = _cells(table, part, 3, s), _cells(table, part, 4, s)
        for i in range(w.size):
            m[i] += (g[i] - m[i]) * part_1
            v[i] += (g[i] * g[i] - v[i]) * part_2
            v_hat[i] = _maximum(v_hat[i], v[i])
            w[i] -= m[i] * rate / (np.sqrt(v_hat[i]) + epsilon)


@kernel
def amsgrad(team, objects, roles, dtype, s):  # type: ignore[no-untyped-def]
    table = _cut(objects, roles, dtype, s.itemsize, 4)
    share(team, _amsgrad, len(table), (table, s))
    return len(table) > 0


@kernel
def _nadam(start, stop, table, s):  # type: ignore[no-untyped-def]
    u_next, ahead, part_now, now, correction = s[0], s[1], s[2], s[3], s[4]
    lr, part_1, part_2, epsilon = s[5], s[6], s[7], s[8]
    for part in range(start, stop):
        w, m = _cells(table, part, 0, s), _cells(table, part, 1, s)
        v, g = _cells(table, part, 2, s), _cells(table, part, 3, s)
        for i in range(w.size):
            m[i] += (g[i] - m[i]) * part_1
            v[i] += (g[i] * g[i] - v[i]) * part_2
            m_hat = u_next * m[i] / ahead + part_now * g[i] / now
            w[i] -= m_hat * lr / (np.sqrt(v[i] / correction) + epsilon)


@kernel
def nadam(team, objects, roles, dtype, s):  # type: ignore[no-untyped-def]
    table = _cut(objects, roles, dtype, s.itemsize, 3)
    share(team, _nadam, len(table), (table, s))
    return len(table) > 0


@kernel
def _adamax(start, stop, table, s):  # type: ignore[no-untyped-def]
    lr, correction, part_1, beta_2, epsilon = s[0], s[1], s[2], s[3], s[4]
    for part in range(start, stop):
        w, m = _cells(table, part, 0, s), _cells(table, part, 1, s)
        u, g = _cells(table, part, 2, s), _cells(table, part, 3, s)
        for i in range(w.size):
            m[i] += (g[i] - m[i]) * part_1
            u[i] = _maximum(beta_2 * u[i], abs(g[i]))
            w[i] -= lr * m[i] / (correction * (u[i] + epsilon))


@kernel
def adamax(team, objects, roles, dtype, s):  # type: ignore[no-untyped-def]
    table = _cut(objects, roles, dtype, s.itemsize, 3)
    share(team, _adamax, len(table), (table, s))
    return len(table) > 0


# Rules that divide by a root, which TensorFlow's compiled functions do in another way


def _inverse_roots(x: Any, y: Any) -> None:
    """y = 1 / √x as in ``eigen_math.rsqrt``."""


@overload(_inverse_roots)
def _inverse_roots_of(x, y):  # type: ignore[no-untyped-def]
    if x.dtype == types.float32 and HAS_RCP:
        return lambda x, y: rsqrt_into(x, y)

    def plain(x, y):  # type: ignore[no-untyped-def]
        for i in range(x.size):
            y[i] = 1 / np.sqrt(x[i])

    return plain


@kernel
def _over_roots(x, y, compiled):  # type: ignore[no-untyped-def]
    """x ← x / √y; compiled: x · rsqrt(y)"""
    if compiled:
        inverse = np.empty_like(y)
        _inverse_roots(y, inverse)
        for i in range(x.size):
            x[i] *= inverse[i]
    else:
        for i in range(x.size):
            x[i] /= np.sqrt(y[i])


@kernel
def _adagrad(start, stop, table, s):  # type: ignore[no-untyped-def]
    lr, epsilon, compiled = s[0], s[1], s[2] != 0
    x, y = np.empty(_BLOCK, s.dtype), np.empty(_BLOCK, s.dtype)
    for part in range(start, stop):
        w, a, g = _cells(table, part, 0, s), _cells(table, part, 1, s), _cells(table, part, 2, s)
        for first in range(0, w.size, _BLOCK):
            wb, ab, gb = _block_of(w, first), _block_of(a, first), _block_of(g, first)
            for i in range(wb.size):
                ab[i] += gb[i] * gb[i]
                x[i], y[i] = lr * gb[i], ab[i] + epsilon
            _over_roots(x[: wb.size], y[: wb.size], compiled)
            for i in range(wb.size):
                wb[i] -= x[i]


@kernel
def adagrad(team, objects, roles, dtype, s):  # type: ignore[no-untyped-def]
    table = _cut(objects, roles, dtype, s.itemsize, 2)
    share(team, _adagrad, len(table), (table, s))
    return len(table) > 0


@kernel
def _adadelta(start, stop, table, s):  # type: ignore[no-untyped-def]
    lr, rho, rest, epsilon, compiled = s[0], s[1], s[2], s[3], s[4] != 0
    x, y = np.empty(_BLOCK, s.dtype), np.empty(_BLOCK, s.dtype)
    for part in range(start, stop):
        w, a = _cells(table, part, 0, s), _cells(table, part, 1, s)
        d, g = _cells(table, part, 2, s), _cells(table, part, 3, s)
        for first in range(0, w.size, _BLOCK):
            wb, ab = _block_of(w, first), _block_of(a, first)
            db, gb = _block_of(d, first), _block_of(g, first)
            for i in range(wb.size):
                ab[i] = rho * ab[i] + rest * (gb[i] * gb[i])
                x[i], y[i] = np.sqrt(db[i] + epsilon) * gb[i], ab[i] + epsilon
            _over_roots(x[: wb.size], y[: wb.size], compiled)
            for i in range(wb.size):
                db[i] = rho * db[i] + rest * (x[i] * x[i])
                wb[i] += lr * -x[i]


@kernel
def adadelta(team, objects, roles, dtype, s):  # type: ignore[no-untyped-def]
    table = _cut(objects, roles, dtype, s.itemsize, 3)
    share(team, _adadelta, len(table), (table, s))
    return len(table) > 0


@kernel
def _rmsprop(start, stop, table, s):  # type: ignore[no-untyped-def]
    lr, rho, rest, epsilon, compiled = s[0], s[1], s[2], s[3], s[4] != 0
    momentum, centered = s[5], s[6] != 0
    x, y = np.empty(_BLOCK, s.dtype), np.empty(_BLOCK, s.dtype)
    last = table.shape[1] - 3  # w, v, then M if there is momentum, ḡ if centered, g
    for part in range(start, stop):
        w, v, g = _cells(table, part, 0, s), _cells(table, part, 1, s), _cells(table, part, last, s)
        delta, mean = _cells(table, part, 2, s), _cells(table, part, last - 1, s)
        for first in range(0, w.size, _BLOCK):
            wb, vb, gb = _block_of(w, first), _block_of(v, first), _block_of(g, first)
            for i in range(wb.size):
                vb[i] = rho * vb[i] + rest * (gb[i] * gb[i])
                x[i], y[i] = lr * gb[i], vb[i] + epsilon
            if centered:
                mb = _block_of(mean, first)
                for i in range(wb.size):
                    mb[i] = rho * mb[i] + rest * gb[i]
                    y[i] = vb[i] - mb[i] * mb[i] + epsilon
            _over_roots(x[: wb.size], y[: wb.size], compiled)
            if momentum > 0:
                db = _block_of(delta, first)
                for i in range(wb.size):
                    db[i] = x[i] = momentum * db[i] + x[i]
            for i in range(wb.size):
                wb[i] -= x[i]


@kernel
def rmsprop(team, objects, roles, dtype, s):  # type: ignore[no-untyped-def]
    table = _cut(objects, roles, dtype, s.itemsize, roles - 1)
    share(team, _rmsprop, len(table), (table, s))
    return len(table) > 0


# What happens around the rules


@kernel
def _decay(start, stop, table, s):  # type: ignore[no-untyped-def]
    for part in range(start, stop):
        w = _cells(table, part, 0, s)
        if s[2 + table[part, 1]] != 0:
            for i in range(w.size):
                w[i] -= w[i] * s[0] * s[1]


@kernel
def decay(team, objects, roles, dtype, s):  # type: ignore[no-untyped-def]
    """w ← w − w s₀ s₁ for variable k if s₂₊ₖ; what else the step changes must fit as well"""
    table = _cut(objects, roles, dtype, s.itemsize, roles - 1)
    share(team, _decay, len(table), (table, s))
    return len(table) > 0


@kernel
def _average(start, stop, table, s):  # type: ignore[no-untyped-def]
    for part in range(start, stop):
        a, w = _cells(table, part, 0, s), _cells(table, part, 1, s)
        for i in range(w.size):
            a[i] = s[0] * a[i] + s[1] * w[i]


@kernel
def average(team, objects, roles, dtype, s):  # type: ignore[no-untyped-def]
    """a ← s₀ a + s₁ w"""
    table = _cut(objects, roles, dtype, s.itemsize, 1)
    share(team, _average, len(table), (table, s))
    return len(table) > 0


@kernel
def _squares(start, stop, leaves, sums):  # type: ignore[no-untyped-def]
    """Σ g² of each leaf, in the order of ``norms.total``."""
    packet = 32 // sums.itemsize
    four = 4 * packet
    lanes = np.empty(four, sums.dtype)
    for leaf in range(start, stop):
        g = carray(_pointer(leaves[leaf, 1], sums), leaves[leaf, 0])
        fours, packets = g.size // four * four, g.size // packet * packet
        lanes[:] = 0
        for i in range(0, fours, four):
            cells = g[i : i + four]
            for v in range(lanes.size):
                lanes[v] += cells[v] * cells[v]
        for v in range(packet):
            for row in range(1, 4):
                lanes[v] += lanes[v + row * packet]
        for i in range(fours, packets, packet):
            for v in range(packet):
                lanes[v] += g[i + v] * g[i + v]
        width = packet
        while width > 1:
            width //= 2
            for v in range(width):
                lanes[v] += lanes[v + width]
        rest = sums[leaf]
        for i in range(packets, g.size):
            rest += g[i] * g[i]
        sums[leaf] = rest + lanes[0]


@kernel
def squares(team, objects, roles, dtype, s):  # type: ignore[no-untyped-def]
    """sₖ = Σ g² for variable k"""
    if not len(_cut(objects, roles, dtype, s.itemsize, 0)):
        return False
    packet = 32 // s.itemsize
    variables, count = _load(objects + _LENGTH), 0
    for i in range(variables):
        count += 1 + _size(_item(objects, i)) // (256 * packet)  # more than there can be
    # Of each leaf: length, address, depth in the tree of halves, variable.
    leaves = np.empty((count, 4), np.int64)
    ahead = np.empty((64, 3), np.int64)
    count = 0
    for i in range(variables):
        ahead[0, 0], ahead[0, 1], ahead[0, 2] = 0, _size(_item(objects, i)), 0
        left = 1
        while left:
            left -= 1
            start, size, depth = ahead[left, 0], ahead[left, 1], ahead[left, 2]
            if size > 1024 * packet:
                half = ((size + 1) // 2 + packet - 1) // packet * packet
                ahead[left, 0], ahead[left, 1] = start + half, size - half
                ahead[left + 1, 0], ahead[left + 1, 1] = start, half
                ahead[left, 2] = ahead[left + 1, 2] = depth + 1
                left += 2
            else:
                leaves[count, 0], leaves[count, 2], leaves[count, 3] = size, depth, i
                leaves[count, 1] = _load(_item(objects, i) + _DATA) + start * s.itemsize
                count += 1
    sums = np.zeros(count, s.dtype)
    share(team, _squares, count, (leaves, sums))
    level, waiting = np.empty(64, np.int64), np.empty(64, s.dtype)
    left = 0
    for leaf in range(count):
        level[left], waiting[left] = leaves[leaf, 2], sums[leaf]
        left += 1
        while left > 1 and level[left - 1] == level[left - 2]:  # two halves of one whole
            left -= 1
            level[left - 1] -= 1
            waiting[left - 1] += waiting[left]
        if level[0] == 0:
            s[leaves[leaf, 3]], left = waiting[0], 0
    return True


@kernel
def _scaled(start, stop, table, s):  # type: ignore[no-untyped-def]
    for part in range(start, stop):
        y, g = _cells(table, part, 0, s), _cells(table, part, 1, s)
        factor, divisor = s[0], s[1 + table[part, 1]]
        for i in range(g.size):
            y[i] = g[i] * factor / divisor


@kernel
def scaled(team, objects, roles, dtype, s):  # type: ignore[no-untyped-def]
    """y = g s₀ / s₁₊ₖ for variable k"""
    table = _cut(objects, roles, dtype, s.itemsize, 1)
    share(team, _scaled, len(table), (table, s))
    return len(table) > 0


@kernel
def _clipped(start, stop, table, s):  # type: ignore[no-untyped-def]
    low, high = s[0], s[1]
    for part in range(start, stop):
        y, g = _cells(table, part, 0, s), _cells(table, part, 1, s)
        for i in range(g.size):
            y[i] = low if g[i] < low else (high if g[i] > high else g[i])


@kernel
def clipped(team, objects, roles, dtype, s):  # type: ignore[no-untyped-def]
    """y = min(max(g, s₀), s₁)"""
    table = _cut(objects, roles, dtype, s.itemsize, 1)
    share(team, _clipped, len(table), (table, s))
    return len(table) > 0
