"""Eigen's instructions and constants, as functions of float32 scalars.

TensorFlow's x86 wheels are compiled for AVX without FMA.  Elementwise maths and reductions work on
packets of eight floats and round products and sums separately; the elements after the last packet
go through the C library one at a time.  Only matrix products (oneDNN, assembled at run time) fuse
multiply and add.  Numba never fuses Python's operators, so a kernel fuses exactly where it calls
`fma`.
"""

from __future__ import annotations

import ctypes
import ctypes.util
import functools
import math
import platform
from fractions import Fraction
from typing import Any

import llvmlite.binding as llvm
import numpy as np
from llvmlite import ir
from numba import types

from minikeras import settings
from minikeras.kernels.runtime.compile import IS_PLAIN_PYTHON, inlined, intrinsic
from minikeras.summation import PACKET_BYTES
from minikeras.types import Array

PACKET = PACKET_BYTES // 4  # floats in an AVX register
CYCLES_PER_BYTE = 11 / 64  # in Eigen's cost model: 11 cycles for an L2 cache line of 64 bytes
HAS_RCP = platform.machine().lower() in ("x86_64", "amd64", "i386", "i686")
HAS_AVX512 = bool(llvm.get_host_cpu_features().get("avx512f"))
TINY = np.float32(np.finfo(np.float32).tiny)  # TensorFlow's threads flush anything smaller to 0


@functools.cache
def cores() -> int:
    """Threads that TensorFlow starts by default: the cores that this process may run on.

    This number decides in which order TensorFlow adds, and so the bits.  How many threads run the
    kernels here is another matter (``settings.threads``), which changes no bit.
    """
    return settings.processors()


def threads_for(cost: float, limit: int) -> int:
    """How many threads Eigen's cost model takes for work of ``cost`` cycles."""
    return min(limit, max(1, int((cost - 100_000) / 100_000 + 0.9)))


def _emit_fma(typing: Any, a: Any, b: Any, c: Any) -> Any:
    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return builder.fma(*args)

    return a(a, b, c), generate


@intrinsic(_emit_fma)
def fma(a: Any, b: Any, c: Any) -> Any:
    """a b + c, rounded once."""
    rounded_twice = a * b + c
    if not np.isfinite(rounded_twice):
        return rounded_twice
    exact = Fraction(float(a)) * Fraction(float(b)) + Fraction(float(c))
    nearest = float(exact)
    if type(c) is np.float32 and exact != nearest and not np.float64(nearest).view(np.int64) & 1:
        # Round to odd, so that the second rounding, to float32, does not see a tie that is none.
        nearest = math.nextafter(nearest, math.inf if exact > nearest else -math.inf)
    return type(c)(nearest) if exact else rounded_twice


def _emit_floor(typing: Any, x: Any) -> Any:
    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        function = builder.module.declare_intrinsic("llvm.floor", [args[0].type])
        return builder.call(function, args)

    return x(x), generate


@intrinsic(_emit_floor)
def floor(x: Any) -> Any:
    """⌊x⌋ in the type of x; Numba's floor goes through wider types."""
    return np.floor(x)


def _emit_to_bits(typing: Any, x: Any) -> Any:
    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return builder.bitcast(args[0], ir.IntType(32))

    return types.int32(types.float32), generate


@intrinsic(_emit_to_bits)
def to_bits(x: Any) -> Any:
    """The 32 bits of a float32, as an int32."""
    return x.view(np.int32)


def _emit_from_bits(typing: Any, bits: Any) -> Any:
    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return builder.bitcast(args[0], ir.FloatType())

    return types.float32(types.int32), generate


@intrinsic(_emit_from_bits)
def from_bits(bits: Any) -> Any:
    """The float32 with the given 32 bits."""
    return bits.view(np.float32)


def _emit_estimate(name: str) -> Any:
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


@intrinsic(_emit_estimate("rcp"))
def rcp_packet(x: Array, y: Array, i: int) -> None:
    """y[i:i+8] = the processor's 12-bit estimate of 1 / x[i:i+8]; in plain Python 1 / x."""
    y[i : i + PACKET] = 1 / x[i : i + PACKET]


@intrinsic(_emit_estimate("rsqrt"))
def rsqrt_packet(x: Array, y: Array, i: int) -> None:
    """y[i:i+8] = the processor's 12-bit estimate of 1 / √x[i:i+8]; in plain Python 1 / √x."""
    y[i : i + PACKET] = 1 / np.sqrt(x[i : i + PACKET])


def _libm(name: str, arguments: int = 1) -> Any:
    """A function of ``math``, which Numba compiles to the C library's for float32."""
    if not IS_PLAIN_PYTHON:
        return getattr(math, name)
    function = getattr(ctypes.CDLL(ctypes.util.find_library("m")), f"{name}f")
    function.argtypes, function.restype = [ctypes.c_float] * arguments, ctypes.c_float
    return function


libm_exp, libm_expm1, libm_log, libm_log1p = map(_libm, ("exp", "expm1", "log", "log1p"))
libm_sin, libm_cos = map(_libm, ("sin", "cos"))
libm_pow = _libm("pow", 2)


@inlined
def add_lanes(lanes, count):
    """The sum of ``count`` lanes, a power of two: halves are added until one is left."""
    while count > 1:
        count >>= 1
        for v in range(count):
            lanes[v] += lanes[v + count]
    return lanes[0]
