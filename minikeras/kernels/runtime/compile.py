"""The decorators of kernels.

    @kernel            called from Python and from kernels
    @internal_kernel   called from kernels only, which saves a third of a short kernel's compilation
    @inlined           the same, and inlined into its callers
    @intrinsic(...)    a function whose LLVM instructions are written out

A kernel is compiled for the types of each call, runs without the GIL, and x / 0 is inf as in NumPy.
Compiled code is stored on disk (``disk_cache.py``).

With ``NUMBA_DISABLE_JIT=1`` all of them leave Python functions, which a debugger can step through.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numba
import numpy as np
from numba import extending

from minikeras.kernels.runtime.announce import announced
from minikeras.kernels.runtime.disk_cache import DiskCache
from minikeras.kernels.runtime.libraries import Compiler, without_collection
from minikeras.types import Array

IS_PLAIN_PYTHON = bool(numba.config.DISABLE_JIT)


def flat(x: Array) -> Array:
    """x as kernels take it that know no strides: in row-major order, with one axis."""
    return np.ascontiguousarray(x).reshape(-1)


def kernel(function: Callable[..., Any]) -> Any:
    """Compile a function that Python and kernels call."""
    return _compiled(function)


def internal_kernel(function: Callable[..., Any]) -> Any:
    """Compile a function that only kernels call."""
    return without_wrapper(_compiled(function))


def inlined(function: Callable[..., Any]) -> Any:
    """Compile a function into the kernels that call it."""
    return without_wrapper(_compiled(function, forceinline=True))


def intrinsic(emit: Callable[..., Any], **options: Any) -> Callable[[Callable[..., Any]], Any]:
    """Let kernels run what ``emit`` emits, an intrinsic of Numba, in place of a function.

    The function itself says in Python what the instructions compute.
    """

    def declare(function: Callable[..., Any]) -> Any:
        if IS_PLAIN_PYTHON:
            return function
        emit.__name__ = function.__name__
        return extending.intrinsic(**options)(emit) if options else extending.intrinsic(emit)

    return declare


def _compiled(function: Callable[..., Any], **options: bool) -> Any:
    if IS_PLAIN_PYTHON:
        return np.errstate(all="ignore")(function)
    options |= {"nogil": True, "no_cfunc_wrapper": True}
    dispatcher = numba.njit(error_model="numpy", pipeline_class=Compiler, **options)(function)
    dispatcher._cache = DiskCache(function, dispatcher.targetoptions)
    compile_or_load, find_template = dispatcher.compile, dispatcher.get_call_template
    dispatcher._compiler.compile = announced()(dispatcher._compiler.compile)

    def compile_quietly(signature: Any) -> Any:
        with without_collection():
            return compile_or_load(signature)

    def find_for_any_number(kinds: Any, named: Any) -> Any:
        """f(0, x) and f(i, x) in a kernel share a signature; Numba would compile two."""
        named = {name: numba.types.unliteral(kind) for name, kind in named.items()}
        return find_template(tuple(map(numba.types.unliteral, kinds)), named)

    dispatcher.compile, dispatcher.get_call_template = compile_quietly, find_for_any_number
    return dispatcher


def without_wrapper(dispatcher: Any) -> Any:
    """Compile the kernel without a wrapper for CPython from now on; Python may not call it."""
    if IS_PLAIN_PYTHON or dispatcher.targetoptions.get("no_cpython_wrapper"):
        return dispatcher
    dispatcher.targetoptions["no_cpython_wrapper"] = True

    def add_overload(result: Any) -> None:
        dispatcher.overloads[tuple(result.signature.args)] = result

    def refuse(*args: Any, **named: Any) -> None:
        raise TypeError(f"{dispatcher.__name__} can be called by kernels only")

    dispatcher.add_overload, dispatcher._compile_for_args = add_overload, refuse
    return dispatcher
