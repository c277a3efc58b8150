"""What is replaced inside Numba: a quick import, and internal kernels that are LLVM code only.

These classes use parts of Numba that it does not document, so pyproject.toml bounds its version.
Numba and llvmlite themselves behave as before for everybody else.
"""

from __future__ import annotations

import contextlib
import gc
import importlib.util
from collections.abc import Callable, Iterator
from typing import Any


@contextlib.contextmanager
def without_collection() -> Iterator[None]:
    """Switch the garbage collector off, which would take a tenth of the time of compiling."""
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collecting:
            gc.enable()


with without_collection():
    from llvmlite import binding
    from numba.core import codegen, compiler
    from numba.np import linalg

    # To find out whether SciPy is installed, Numba imports its linear algebra: 0.1 s and 16 MB.
    if importlib.util.find_spec("scipy"):
        before, linalg.ensure_blas = linalg.ensure_blas, lambda: None
        try:
            import numba.np.arraymath  # noqa: F401  # imported for the call of ensure_blas in it
        finally:
            linalg.ensure_blas = before


class InternalLibrary(codegen.JITCodeLibrary):  # type: ignore[misc]  # Numba has no types
    """The LLVM code of an internal kernel, which is optimized and translated within its callers."""

    def _optimize_final_module(self) -> None: ...

    def _finalize_final_module(self) -> None:
        self._finalize_dynamic_globals()
        self._verify_declare_only_symbols()
        self._finalized = True

    def get_pointer_to_function(self, name: str) -> int:
        return 0

    @property
    def codegen(self) -> Any:
        return self  # on which Numba calls set_env

    def set_env(self, name: str, environment: Any) -> None:
        """No kernel uses Python objects, so there is no environment to set."""

    def serialize_using_object_code(self) -> tuple[str, bytes]:
        return self.name, self._final_module.as_bitcode()


class Compiler(compiler.Compiler):  # type: ignore[misc]  # Numba has no types
    def compile_extra(self, function: Callable[..., Any]) -> Any:
        make = self.state.targetctx.codegen()
        if not self.state.flags.no_cpython_wrapper:
            self.state.library = codegen.JITCodeLibrary(make, function.__qualname__)
            self.state.library.enable_object_caching()
        with library_class(make, InternalLibrary):  # also for Numba's np.empty ...
            return super().compile_extra(function)


@contextlib.contextmanager
def library_class(make: Any, kind: Any) -> Iterator[None]:
    before, make._library_class = make._library_class, kind
    try:
        yield
    finally:
        make._library_class = before


def rebuilt_internal(
    context: Any, name: str, bitcode: bytes, described: Any, signature: Any
) -> Any:
    library = InternalLibrary(context.codegen(), name)
    library._final_module = binding.parse_bitcode(bitcode)
    library._finalize_final_module()
    return compiler.compile_result(
        typing_context=context.typing_context,
        target_context=context,
        entry_point=library,  # Numba tells functions of one signature apart by it
        typing_error=None,
        library=library,
        fndesc=described,
        signature=signature,
        objectmode=False,
    )
