"""What an x86 processor says of itself: its instruction ``cpuid``."""

from __future__ import annotations

import functools
import platform
from typing import Any

import llvmlite.binding
import numpy as np
from llvmlite import ir
from numba import types

from minikeras.kernels.runtime.compile import intrinsic, kernel

Registers = tuple[int, int, int, int]  # eax, ebx, ecx, edx


def _emit_cpuid(typing: Any, leaf: Any) -> Any:
    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        llvmlite.binding.initialize_native_asmparser()
        word = ir.IntType(32)
        kind = ir.FunctionType(ir.LiteralStructType([word] * 4), [word, word])
        code = ir.InlineAsm(kind, "cpuid", "={ax},={bx},={cx},={dx},0,2", side_effect=True)
        registers = builder.call(code, [args[0], word(0)])
        words = [builder.extract_value(registers, i) for i in range(4)]
        return context.make_tuple(builder, signature.return_type, words)

    return types.UniTuple(types.uint32, 4)(types.uint32), generate


@intrinsic(_emit_cpuid)
def _instruction(leaf: int) -> Registers:
    """Python has no such instruction; a processor answers zeros where it has nothing to say."""
    return 0, 0, 0, 0


@kernel
def _ask(leaf):
    return _instruction(leaf)


@functools.cache
def cpuid(leaf: int) -> Registers:
    """The four registers for a leaf; zeros from other processors than x86's."""
    if platform.machine() not in ("x86_64", "AMD64"):
        return 0, 0, 0, 0
    eax, ebx, ecx, edx = _ask(np.uint32(leaf))
    return int(eax), int(ebx), int(ecx), int(edx)


def vendor() -> str:
    """Such as ``AuthenticAMD``; empty if the processor is no x86."""
    _, first, third, second = cpuid(0)
    parts = (register.to_bytes(4, "little") for register in (first, second, third))
    return b"".join(parts).decode("ascii").strip("\0")
