"""The thread pool of all kernels.

A kernel with enough work for several threads is written for a range of parts of it,
``part(start, stop, *data)``.  Another kernel runs it:

    run_parts(workers, part, count, (x, w, y))  # part(0, 1, x, w, y), part(1, 2, x, w, y), ...

where ``workers`` is the result of ``workers_for(work)``.  Each idle thread, the caller included,
takes the next of the ``count`` parts until none is left.

- How the work is split depends on its size alone, never on the number of threads, and each part
  writes its own elements.  So the bits do not depend on which thread computed which part.
- Parts must not raise.
- If the pool is busy with another job, the caller runs all parts itself.
- Workers spin for about 0.1 ms after a job, then sleep until ``workers_for`` wakes
  them.  The caller waits only for parts that a worker has begun.  So a worker that sleeps, gets no
  processor time or was lost in a fork costs speed, never the result.
- No kernel calls NumPy's BLAS, whose own threads would spin beside these.
"""

from __future__ import annotations

import _thread
import os
import platform
import threading
from collections.abc import Callable
from typing import Any

import numpy as np
from llvmlite import ir
from numba import types
from numba.core import cgutils

from minikeras import settings
from minikeras.kernels.runtime.compile import (
    IS_PLAIN_PYTHON,
    inlined,
    intrinsic,
    kernel,
    without_wrapper,
)

# What the threads share: words of 64 bits, each in a cache line of its own.
# The job:  its number · 2⁴⁰ + how many parts · 2²⁰ + how many of them are taken.
_JOB, _CODE, _DATA, _DONE, _BUSY = (8 * i for i in range(5))
_PARTS_BITS = 20
_PARTS = (1 << _PARTS_BITS) - 1

CHUNK = 16_384  # numbers of an array that are one part of the work, unless a kernel says otherwise

_SPINS = 4000  # pauses, some tens of nanoseconds each, before a worker goes to sleep
_PATIENCE = 200  # pauses of an idle thread before it calls sched_yield
_WORTH_SHARING = 50_000  # multiply-adds: ten times the cost of waking workers


_word = ir.IntType(64)
_part_kind = ir.FunctionType(ir.VoidType(), [_word, _word, _word])


def _cell(builder: Any, pool: Any, index: int) -> Any:
    return builder.inttoptr(builder.add(pool, _word(8 * index)), _word.as_pointer())


def _load(builder: Any, pool: Any, index: int) -> Any:
    return builder.load_atomic(_cell(builder, pool, index), "seq_cst", 8)


def _store(builder: Any, pool: Any, index: int, value: Any) -> None:
    builder.store_atomic(value, _cell(builder, pool, index), "seq_cst", 8)


def _replace(builder: Any, pool: Any, index: int, old: Any, new: Any) -> Any:
    """Write ``new`` if the cell still holds ``old``; whether it did."""
    found = builder.cmpxchg(_cell(builder, pool, index), old, new, "seq_cst", "seq_cst")
    return builder.extract_value(found, 1)


def _pause(builder: Any) -> None:
    if platform.machine() in ("x86_64", "AMD64"):
        kind = ir.FunctionType(ir.VoidType(), [])
        name = "llvm.x86.sse2.pause"
        builder.call(cgutils.get_or_insert_function(builder.module, kind, name), [])


def _yield(builder: Any) -> None:
    if os.name == "posix":
        kind = ir.FunctionType(ir.IntType(32), [])
        builder.call(cgutils.get_or_insert_function(builder.module, kind, "sched_yield"), [])


def _post(builder: Any, pool: Any, code: Any, data: Any, count: Any) -> None:
    number = builder.lshr(_load(builder, pool, _JOB), _word(2 * _PARTS_BITS))
    job = builder.shl(builder.add(number, _word(1)), _word(2 * _PARTS_BITS))
    _store(builder, pool, _JOB, job)  # no parts yet, so no worker reads what is being written
    _store(builder, pool, _CODE, code)
    _store(builder, pool, _DATA, data)
    _store(builder, pool, _DONE, _word(0))
    _store(builder, pool, _JOB, builder.or_(job, builder.shl(count, _word(_PARTS_BITS))))


def _take_parts(builder: Any, pool: Any) -> None:
    """Take and run parts of the current job until none is left."""
    read, left, mine, none = map(builder.append_basic_block, ("read", "left", "mine", "none"))
    builder.branch(read)
    builder.position_at_end(read)
    job = _load(builder, pool, _JOB)
    code, data = _load(builder, pool, _CODE), _load(builder, pool, _DATA)
    part = builder.and_(job, _word(_PARTS))
    count = builder.and_(builder.lshr(job, _word(_PARTS_BITS)), _word(_PARTS))
    builder.cbranch(builder.icmp_unsigned("<", part, count), left, none)
    builder.position_at_end(left)
    # Succeeds only if the job is still the one whose code and data were read.
    taken = _replace(builder, pool, _JOB, job, builder.add(job, _word(1)))
    builder.cbranch(taken, mine, read)
    builder.position_at_end(mine)
    stop = builder.add(part, _word(1))
    builder.call(builder.inttoptr(code, _part_kind.as_pointer()), [data, part, stop])
    builder.atomic_rmw("add", _cell(builder, pool, _DONE), _word(1), "seq_cst")
    builder.branch(read)
    builder.position_at_end(none)


def _wait(builder: Any, pool: Any, count: Any) -> None:
    """Spin until all begun parts are done; yield the processor from time to time."""
    before = builder.block
    wait, long, done = map(builder.append_basic_block, ("wait", "long", "done"))
    builder.branch(wait)
    builder.position_at_end(wait)
    spins = builder.phi(_word)
    spins.add_incoming(_word(0), before)
    _pause(builder)
    following = builder.add(spins, _word(1))
    spins.add_incoming(following, wait)
    spins.add_incoming(_word(0), long)
    patient = builder.icmp_unsigned("<", following, _word(_PATIENCE))
    working = builder.icmp_unsigned("<", _load(builder, pool, _DONE), count)
    step = builder.select(patient, _word(0), _word(1))
    switch = builder.switch(builder.select(working, step, _word(2)), done)
    switch.add_case(_word(0), wait)
    switch.add_case(_word(1), long)
    builder.position_at_end(long)
    _yield(builder)
    builder.branch(wait)
    builder.position_at_end(done)


@inlined
def ceil_div(n, size):
    """How many parts of ``size`` hold n numbers."""
    return (n + size - 1) // size


def _emit_run_parts(typing, pool, part, count, data):
    arguments = (types.int64, types.int64, *data.types)
    without_wrapper(part.dispatcher).compile(arguments)

    def generate(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        pool, _, count, data = args
        compiled = part.dispatcher.overloads[arguments]
        context.active_code_library.add_linking_library(compiled.library)
        function = context.declare_function(builder.module, compiled.fndesc)

        # The part as a function of an address and two numbers, which all threads can call.
        name = f"{builder.function.name}.part{len(builder.module.functions)}"
        entry = ir.Function(builder.module, _part_kind, name)
        entry.linkage = "internal"
        entry.attributes.add("noinline")  # called from two places, optimized once
        inside = ir.IRBuilder(entry.append_basic_block())
        packed, start, stop = entry.args
        values = inside.load(inside.inttoptr(packed, data.type.as_pointer()))
        values = cgutils.unpack_tuple(inside, values)
        context.call_conv.call_function(
            inside, function, types.void, arguments, [start, stop, *values]
        )
        inside.ret_void()

        address = builder.ptrtoint(cgutils.alloca_once_value(builder, data), _word)
        # A pool is idle (0) or busy (1).  If there are more parts than the word of the job can
        # count, it is asked for a state that does not occur, so the caller runs them all.
        countable = builder.icmp_unsigned("<=", count, _word(_PARTS))
        idle = builder.select(countable, _word(0), _word(2))
        free = _replace(builder, pool, _BUSY, idle, _word(1))
        with builder.if_else(free) as (with_workers, alone):
            with with_workers:
                _post(builder, pool, builder.ptrtoint(entry, _word), address, count)
                _take_parts(builder, pool)
                _wait(builder, pool, count)
                _store(builder, pool, _BUSY, _word(0))
            with alone:
                builder.call(entry, [address, _word(0), count])
        return context.get_dummy_value()

    return types.void(types.int64, part, types.int64, data), generate


@intrinsic(_emit_run_parts)
def run_parts(workers: int, part: Callable[..., None], count: int, data: tuple[Any, ...]) -> None:
    """Run ``part(i, i + 1, *data)`` for each i < count, on all threads that are idle."""
    for i in range(count):
        part(i, i + 1, *data)


def _emit_serve(typing, pool, spins):
    def generate(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        pool, patience = args
        before = builder.block
        serve, idle = map(builder.append_basic_block, ("serve", "idle"))
        builder.branch(serve)
        builder.position_at_end(serve)
        spins = builder.phi(_word)
        spins.add_incoming(_word(0), before)
        job = _load(builder, pool, _JOB)
        _take_parts(builder, pool)
        _pause(builder)
        quiet = builder.icmp_unsigned("==", job, _load(builder, pool, _JOB))
        following = builder.select(quiet, builder.add(spins, _word(1)), _word(0))
        rest = builder.urem(following, _word(_PATIENCE))
        with builder.if_then(builder.icmp_unsigned("==", rest, _word(_PATIENCE - 1))):
            _yield(builder)
        spins.add_incoming(following, builder.block)
        builder.cbranch(builder.icmp_unsigned("<", following, patience), serve, idle)
        builder.position_at_end(idle)
        return context.get_dummy_value()

    return types.void(types.int64, types.int64), generate


@intrinsic(_emit_serve)
def _serve(pool: int, spins: int) -> None:
    """Run parts of the posted jobs, until none was posted for ``spins`` pauses."""
    raise NotImplementedError("plain Python has no workers")


@kernel
def _run_worker(pool: int, spins: int) -> None:
    _serve(pool, spins)


class _Pool:
    """The words that workers watch, and a lock that wakes each worker."""

    def __init__(self, workers: int) -> None:
        self._cells = np.zeros(6 * 8, np.int64)
        _every_cell.append(self._cells)
        self._cells[_BUSY] = not workers
        self.address = self._cells.ctypes.data
        self._open = True
        self._locks = [_thread.allocate_lock() for _ in range(workers)]
        for lock in self._locks:
            lock.acquire()
            threading.Thread(target=self._live, args=(lock,), daemon=True).start()

    def _live(self, lock: Any) -> None:
        lock.acquire()
        while self._open:
            _run_worker(self.address, _SPINS)
            lock.acquire()

    def wake(self) -> int:
        for lock in self._locks:
            if lock.locked():
                lock.release()
        return self.address

    def close(self) -> None:
        self._open = False
        self.wake()


_every_cell: list[Any] = []  # a thread may still hold the address of a closed pool
_alone = _Pool(0)
ALONE = _alone.address
_pool: _Pool | None = None
_size = 0


def workers_for(work: int) -> int:
    """The thread pool, for ``run_parts``, if a job of ``work`` multiply-adds is worth waking it."""
    global _pool, _size
    if work < _WORTH_SHARING or IS_PLAIN_PYTHON:
        return ALONE
    size = settings.threads()
    if _pool is None or size != _size:
        if _pool is not None:
            _pool.close()
        _pool, _size = _Pool(size - 1), size
    return _pool.wake()


def _forget() -> None:
    global _pool
    _pool = None


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget)
