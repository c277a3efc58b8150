"""The instructions that the Eigen kernels are made of, as Numba intrinsics on float32 scalars.

TensorFlow's x86 wheels are compiled for AVX without FMA: elementwise maths and reductions work on
packets of eight floats with separately rounded products and sums, and what is left over at the end
of an array goes through the C library one float at a time. Only the matrix products (oneDNN,
assembled at run time) fuse multiply and add. To repeat the bits, a kernel must be able to ask for
exactly one of the two, which plain Python arithmetic under Numba (never fused) and `fma` do.
"""

from __future__ import annotations

import functools
import os
import platform
from typing import Any

import llvmlite.binding as llvm
import numpy as np
from llvmlite import ir
from numba import njit, types
from numba.extending import intrinsic

PACKET = 8  # floats in an AVX register
HAS_RCP = platform.machine().lower() in ("x86_64", "amd64", "i386", "i686")
HAS_AVX512 = bool(llvm.get_host_cpu_features().get("avx512f"))
TINY = np.float32(np.finfo(np.float32).tiny)  # TensorFlow's threads flush anything smaller to 0


@functools.cache
@functools.cache
def cores() -> int:
    """Threads that TensorFlow starts by default: the cores this process may run on.

    What computes here may be more or fewer threads (``threads.py``): this number decides in which
    order TensorFlow adds, and so the bits.
    """
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


@intrinsic
def fma(typing: Any, a: Any, b: Any, c: Any) -> Any:
    """a b + c, rounded once."""

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return builder.fma(*args)

    return a(a, b, c), generate


@intrinsic
def floor(typing: Any, x: Any) -> Any:
    """⌊x⌋ as a float (NumPy's and Python's go through wider types)."""

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        function = builder.module.declare_intrinsic("llvm.floor", [args[0].type])
        return builder.call(function, args)

    return x(x), generate


@intrinsic
def to_bits(typing: Any, x: Any) -> Any:
    """The 32 bits of a float32, as an int32."""

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return builder.bitcast(args[0], ir.IntType(32))

    return types.int32(types.float32), generate


@intrinsic
def from_bits(typing: Any, bits: Any) -> Any:
    """The float32 with the given 32 bits."""

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return builder.bitcast(args[0], ir.FloatType())

    return types.float32(types.int32), generate


def _packet_estimate(name: str) -> Any:
    """An intrinsic `f(x, y, i)`: y[i:i+8] = the processor's 12-bit estimate for x[i:i+8]."""

    @intrinsic
    def estimate(typing: Any, x: Any, y: Any, i: Any) -> Any:
        def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
            packet = ir.VectorType(ir.FloatType(), PACKET)
            source, target = (
                builder.bitcast(
                    builder.gep(context.make_array(t)(context, builder, array).data, [args[2]]),
                    packet.as_pointer(),
                )
                for t, array in zip(signature.args[:2], args[:2], strict=True)
            )
            function = builder.module.declare_intrinsic(
                f"llvm.x86.avx.{name}.ps.256", (), ir.FunctionType(packet, [packet])
            )
            loaded = builder.load(source, align=4)
            builder.store(builder.call(function, [loaded]), target, align=4)
            return context.get_dummy_value()

        return types.none(x, y, types.int64), generate

    return estimate


rcp_packet = _packet_estimate("rcp")
rsqrt_packet = _packet_estimate("rsqrt")


@njit(inline="always")
def add_packet_lanes(a0, a1, a2, a3, a4, a5, a6, a7):
    """Sum of a packet's eight lanes: fold the halves, fold again, and again."""
    b0, b1, b2, b3 = a0 + a4, a1 + a5, a2 + a6, a3 + a7
    return (b0 + b2) + (b1 + b3)
