"""Read array pointers straight from a Python list.

A kernel over many arrays gets the ``id`` of a list: all arrays of the first role, then all of the
second, and so on.  To read a pointer from CPython's objects takes nanoseconds; to pass an array as
an argument takes a microsecond.  The caller must hold a reference to the list during the call.
"""

from __future__ import annotations

import ctypes
from typing import Any

import numpy as np
from llvmlite import ir
from numba import carray, types
from numba.extending import overload
from numba.np.unsafe.ndarray import to_fixed_tuple

from minikeras.kernels.runtime.compile import intrinsic, kernel
from minikeras.kernels.runtime.threads import CHUNK, ceil_div
from minikeras.types import Array

# Where Python keeps the items of a list: ``PyListObject``.
LENGTH, _ITEMS = object.__basicsize__, object.__basicsize__ + 8
# Where NumPy keeps what is known of an array: its C interface, ``PyArrayObject_fields``.
_HEAD = object.__basicsize__
DATA, _RANK, _SHAPE, _DTYPE, _FLAGS = (_HEAD + 8 * i for i in (0, 1, 2, 5, 6))
_CONTIGUOUS_AND_ALIGNED, _WRITEABLE = 0x101, 0x400


def _emit_load(typing: Any, address: Any) -> Any:
    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return builder.load(builder.inttoptr(args[0], ir.IntType(64).as_pointer()))

    return types.int64(types.int64), generate


@intrinsic(_emit_load)
def load(address: int) -> int:
    """The word of 64 bits at an address."""
    return ctypes.c_int64.from_address(int(address)).value


def _emit_pointer(typing: Any, address: Any, like: Any) -> Any:
    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return builder.inttoptr(args[0], context.get_value_type(signature.return_type))

    return types.CPointer(like.dtype)(types.int64, like), generate


@intrinsic(_emit_pointer)
def pointer(address: int, like: Array) -> Any:
    """The address as a pointer to numbers of the dtype of ``like``."""
    kind = np.ctypeslib.as_ctypes_type(like.dtype)
    return ctypes.cast(int(address), ctypes.POINTER(kind))


@kernel
def size_of(array):
    size, shape = 1, load(array + _SHAPE)
    for axis in range(load(array + _RANK) & 0xFFFFFFFF):
        size *= load(shape + 8 * axis)
    return size


@kernel
def item(objects, i):
    return load(load(objects + _ITEMS) + 8 * i)


@kernel
def table_of_parts(objects, roles, dtype, itemsize, written):
    """A row for each part of the arrays: its length, its variable, the addresses of its numbers.

    The first ``written`` roles must be writeable.  No rows if an array does not fit.
    A part has one number only if its variable has: a single last number joins the part before it.
    """
    variables, parts = load(objects + LENGTH) // roles, 0
    for i in range(variables):
        size = size_of(item(objects, i))
        parts += ceil_div(size - (size > 1), CHUNK)
        for role in range(roles):
            array = item(objects, role * variables + i)
            wanted = _CONTIGUOUS_AND_ALIGNED | (_WRITEABLE if role < written else 0)
            fits = load(array + _DTYPE) == dtype and load(array + _FLAGS) & wanted == wanted
            if not fits or size_of(array) != size:
                return np.empty((0, 2 + roles), np.int64)
    table = np.empty((parts, 2 + roles), np.int64)
    part = 0
    for i in range(variables):
        size = size_of(item(objects, i))
        for start in range(0, size - (size > 1), CHUNK):
            left = size - start
            table[part, 0], table[part, 1] = CHUNK if left > CHUNK + 1 else left, i
            for role in range(roles):
                table[part, 2 + role] = (
                    load(item(objects, role * variables + i) + DATA) + start * itemsize
                )
            part += 1
    return table


@kernel
def cells(table, part, role, like):
    return carray(pointer(table[part, 2 + role], like), table[part, 0])


def _emit_arrays(typing: Any, table: Any, part: Any, like: Any, roles: Any) -> Any:
    array = types.Array(like.dtype, 1, "C")

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        one = array(*signature.args[:2], types.int64, like)
        of_role = [(*args[:2], ir.IntType(64)(role), args[2]) for role in range(len(kind))]
        each = [context.compile_internal(builder, cells.py_func, one, a) for a in of_role]
        return context.make_tuple(builder, kind, each)

    kind = types.UniTuple(array, roles.literal_value)
    return kind(table, part, like, roles), generate


@intrinsic(_emit_arrays, prefer_literal=True)
def arrays(table: Array, part: int, like: Array, roles: int) -> tuple[Array, ...]:
    """The arrays of one part, one for each of the ``roles``."""
    return tuple(cells(table, part, role, like) for role in range(roles))


def unpacked(array: Any, count: int) -> Any:
    """The first numbers of an array, as a tuple."""
    return tuple(array[:count])


@overload(unpacked, prefer_literal=True)
def _unpacked(array, count):
    size = count.literal_value
    return lambda array, count: to_fixed_tuple(array, size)
