"""The one owner of threads.

A kernel that is worth sharing is written for a range of parts of its work,
``part(start, stop, *data)``, and shared out from within another kernel:

    run_parts(workers, part, count, (x, w, y))  # part(0, 1, x, w, y), part(1, 2, x, w, y), ...

where ``workers`` is the result of ``workers_for(work)``.  Each idle thread, the caller included,
takes the next of the ``count`` parts until none is left.  How the work is cut depends on its size
alone, never on the number of threads, and each part writes its own cells: so the bits are the same
whoever computed which part.  Parts must not raise.  A busy pool leaves
all parts to the caller.

Workers spin for some tens of microseconds after a job, then sleep until ``pool`` wakes them.  The
caller waits only for parts that somebody has begun.  So a worker that sleeps, is starved by other
processes, or was left behind by a fork costs speed at most.  NumPy's BLAS, whose own threads
would spin beside these, is not called by any kernel here.
"""

from __future__ import annotations

import _thread
import os
import platform
import threading
from typing import Any

import numpy as np
from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

from minikeras import settings
from minikeras.kernels.runtime.compile import kernel, without_wrapper

# What the threads see: cells of 64 bits, each in a cache line of its own.
# The job:  its number · 2⁴⁰ + how many parts · 2²⁰ + how many of them are taken.
_JOB, _CODE, _DATA, _DONE, _BUSY = (8 * i for i in range(5))
_PARTS_BITS = 20
_PARTS = (1 << _PARTS_BITS) - 1

_SPINS = 4000  # pauses of some tens of nanoseconds each, before a worker goes to sleep
_PATIENCE = 200  # pauses, after which whoever has no part offers its processor to others
_WORTH_SHARING = 50_000  # multiplications or so: ten times what handing over costs

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
    _store(builder, pool, _JOB, job)  # without parts: nobody acts on what is being written
    _store(builder, pool, _CODE, code)
    _store(builder, pool, _DATA, data)
    _store(builder, pool, _DONE, _word(0))
    _store(builder, pool, _JOB, builder.or_(job, builder.shl(count, _word(_PARTS_BITS))))


def _take_parts(builder: Any, pool: Any) -> None:
    """Take and compute parts of the present job until none is left."""
    look, left, mine, none = map(builder.append_basic_block, ("look", "left", "mine", "none"))
    builder.branch(look)
    builder.position_at_end(look)
    job = _load(builder, pool, _JOB)
    code, data = _load(builder, pool, _CODE), _load(builder, pool, _DATA)
    part = builder.and_(job, _word(_PARTS))
    count = builder.and_(builder.lshr(job, _word(_PARTS_BITS)), _word(_PARTS))
    builder.cbranch(builder.icmp_unsigned("<", part, count), left, none)
    builder.position_at_end(left)
    # Succeeds only if the job is still the one whose code and data were read.
    taken = _replace(builder, pool, _JOB, job, builder.add(job, _word(1)))
    builder.cbranch(taken, mine, look)
    builder.position_at_end(mine)
    stop = builder.add(part, _word(1))
    builder.call(builder.inttoptr(code, _part_kind.as_pointer()), [data, part, stop])
    builder.atomic_rmw("add", _cell(builder, pool, _DONE), _word(1), "seq_cst")
    builder.branch(look)
    builder.position_at_end(none)


def _wait(builder: Any, pool: Any, count: Any) -> None:
    """Until what others have begun is done; where they were put aside, let them run."""
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


@intrinsic
def run_parts(typingctx, pool, part, count, data):
    """``part(i, i + 1, *data)`` for each i < count, by whoever is free."""
    arguments = (types.int64, types.int64, *data.types)
    without_wrapper(part.dispatcher).compile(arguments)

    def generate(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        pool, _, count, data = args
        compiled = part.dispatcher.overloads[arguments]
        context.active_code_library.add_linking_library(compiled.library)
        function = context.declare_function(builder.module, compiled.fndesc)

        # The same as a function of an address and two numbers, for whoever takes parts.
        name = f"{builder.function.name}.part{len(builder.module.functions)}"
        entry = ir.Function(builder.module, _part_kind, name)
        entry.linkage = "internal"
        entry.attributes.add("noinline")  # it is called twice, and optimized once
        inside = ir.IRBuilder(entry.append_basic_block())
        address, start, stop = entry.args
        values = inside.load(inside.inttoptr(address, data.type.as_pointer()))
        values = cgutils.unpack_tuple(inside, values)
        context.call_conv.call_function(
            inside, function, types.void, arguments, [start, stop, *values]
        )
        inside.ret_void()

        place = builder.ptrtoint(cgutils.alloca_once_value(builder, data), _word)
        # More parts than the cell of the job can count are left to the caller alone.
        countable = builder.icmp_unsigned("<=", count, _word(_PARTS))
        idle = builder.select(countable, _word(0), _word(2))  # a pool is never 2
        free = _replace(builder, pool, _BUSY, idle, _word(1))
        with builder.if_else(free) as (together, alone):
            with together:
                _post(builder, pool, builder.ptrtoint(entry, _word), place, count)
                _take_parts(builder, pool)
                _wait(builder, pool, count)
                _store(builder, pool, _BUSY, _word(0))
            with alone:
                builder.call(entry, [place, _word(0), count])
        return context.get_dummy_value()

    return types.void(types.int64, part, types.int64, data), generate


@intrinsic
def _serve(typingctx, pool, spins):
    """Take parts of whatever is posted, until nothing was for ``spins`` pauses."""

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


@kernel
def _work(pool: int, spins: int) -> None:
    _serve(pool, spins)


class _Pool:
    """Cells that workers watch, and the bell that wakes each worker."""

    def __init__(self, workers: int) -> None:
        self._cells = np.zeros(6 * 8, np.int64)
        _every_cell.append(self._cells)
        self._cells[_BUSY] = not workers
        self.address = self._cells.ctypes.data
        self._open = True
        self._bells = [_thread.allocate_lock() for _ in range(workers)]
        for bell in self._bells:
            bell.acquire()
            threading.Thread(target=self._live, args=(bell,), daemon=True).start()

    def _live(self, bell: Any) -> None:
        bell.acquire()
        while self._open:
            _work(self.address, _SPINS)
            bell.acquire()

    def wake(self) -> int:
        for bell in self._bells:
            if bell.locked():
                bell.release()
        return self.address

    def close(self) -> None:
        self._open = False
        self.wake()


_every_cell: list[Any] = []  # some thread may still have the address of a pool that was closed
_alone = _Pool(0)
ALONE = _alone.address
_pool: _Pool | None = None
_size = 0


def workers_for(work: int) -> int:
    """Who computes a job of ``work`` multiplications or so: the pool's address, for ``share``."""
    global _pool, _size
    if work < _WORTH_SHARING:
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
