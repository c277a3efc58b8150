"""How kernels are compiled: on their first call, once for each machine.

Machine code is kept in the user's cache directory (``$NUMBA_CACHE_DIR``, ``$XDG_CACHE_HOME`` or
where the system keeps such things), never beside the sources, which may be read-only.  Its folder
is named after the sources and versions that it was made from, because Numba itself does not
notice a change in another kernel that was compiled into this one.  A file holds one kernel for
one signature and processor, and appears there whole: processes that compile the same kernel at
the same time write the same file one after the other.  Where nothing can be written, or what was
written cannot be read, kernels are compiled again.

Loading a file unpickles it.  So the folder is the user's alone, else it is not used.
"""

from __future__ import annotations

import contextlib
import functools
import gc
import hashlib
import importlib.util
import os
import pickle
import shutil
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from minikeras.kernels.runtime import warm_up as ahead

_KERNELS = Path(__file__).parents[1]  # minikeras/kernels: every file below decides the machine code
_KEPT_FOR = 30 * 24 * 3600  # seconds after its last use


@contextlib.contextmanager
def _without_collection() -> Iterator[None]:
    """Compiling makes many objects and few cycles: collecting them is a tenth of its time."""
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collecting:
            gc.enable()


with _without_collection():
    import llvmlite
    import numba
    from llvmlite import binding
    from numba.core import caching, codegen, compiler, config, serialize
    from numba.np import linalg

    # Numba imports SciPy's linear algebra, 0.1 s and 16 MB, to see whether it is there.
    if importlib.util.find_spec("scipy"):
        look, linalg.ensure_blas = linalg.ensure_blas, lambda: None
        try:
            import numba.np.arraymath
        finally:
            linalg.ensure_blas = look


@functools.cache
def cache_directory() -> str:
    """Where compiled kernels are kept, made if need be; "" if there is no safe place for them."""
    made_from = hashlib.sha256(
        f"{numba.__version__} {llvmlite.__version__} {np.__version__}".encode()
    )
    try:
        for source in sorted(_KERNELS.rglob("*.py")):
            name = source.relative_to(_KERNELS).as_posix()
            made_from.update(name.encode() + b"\0" + source.read_bytes())
        home = _system_caches() / "minikeras"
        folder = home / made_from.hexdigest()[:16]
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
        folder.mkdir(mode=0o700, exist_ok=True)
        if not (_is_private(home) and _is_private(folder)):
            return ""
        os.utime(folder)  # what was not used for long can be told
        _remove_unused(home)
    except (OSError, RuntimeError):  # the latter where the user has no home
        return ""
    return str(folder) if os.access(folder, os.W_OK) else ""


def _system_caches() -> Path:
    if config.CACHE_DIR:
        return Path(config.CACHE_DIR)
    if os.environ.get("XDG_CACHE_HOME"):
        return Path(os.environ["XDG_CACHE_HOME"])
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches"
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local")
    return Path.home() / ".cache"


def _is_private(folder: Path) -> bool:
    if not hasattr(os, "geteuid"):
        return True
    status = folder.stat()
    return status.st_uid == os.geteuid() and not status.st_mode & 0o022


def _remove_unused(home: Path) -> None:
    """Remove folders of other versions, as we name them, that no process used for long."""
    for folder in home.iterdir():
        name = folder.name
        ours = len(name) == 16 and set(name) <= set("0123456789abcdef") and not folder.is_symlink()
        if ours and time.time() - folder.stat().st_mtime > _KEPT_FOR:
            shutil.rmtree(folder, ignore_errors=True)


class _Kept(caching._Cache):  # type: ignore[misc]  # Numba's interface of a cache
    """The compiled signatures of one kernel, each in a file of its own."""

    cache_path = property(lambda self: cache_directory())

    def __init__(self, function: Callable[..., Any], options: dict[str, Any]) -> None:
        module = (function.__module__ or "__main__").removeprefix("minikeras.kernels.")
        self._name = f"{module}.{function.__qualname__}"
        self._line, self._options = function.__code__.co_firstlineno, options
        source = Path(function.__code__.co_filename)
        self._is_kept, self._source = source.is_file(), b""
        if self._is_kept and _KERNELS not in source.parents:
            self._source = source.read_bytes()  # the folder's name does not tell it

    def _file(self, signature: Any, codegen: Any) -> Path | None:
        made_from = self._source, sorted(self._options.items()), sys.version_info[:2]
        made_for = repr((signature, codegen.magic_tuple(), made_from))
        mark = hashlib.sha256(made_for.encode()).hexdigest()[:16]
        name = f"{self._name}-{self._line}.{mark}"
        return Path(cache_directory(), name) if self._is_kept and cache_directory() else None

    def load_overload(self, sig: Any, target_context: Any) -> Any:
        target_context.refresh()
        file = self._file(sig, target_context.codegen())
        if file is None:
            return None
        try:
            kept = pickle.loads(file.read_bytes())
            if self._options.get("no_cpython_wrapper"):
                return _rebuilt_part(target_context, *kept)
            with _libraries(target_context.codegen(), codegen.JITCodeLibrary):
                return compiler.CompileResult._rebuild(target_context, *kept)
        except FileNotFoundError:
            if not self._source:
                ahead.begin(cache_directory())
            return None
        except Exception:  # whatever a damaged file gives rise to
            return None

    def save_overload(self, sig: Any, data: Any) -> None:
        file = self._file(sig, data.codegen)
        if file is None or data.library.has_dynamic_globals:
            return
        kept = data._reduce()
        if isinstance(data.library, _PartLibrary):
            library, described, _, signature, *_ = kept
            kept = *library, described, signature
        beside = file.with_name(f".{file.name}.{os.getpid()}")
        try:
            beside.write_bytes(serialize.dumps(kept))
            beside.replace(file)
        except OSError:
            with contextlib.suppress(OSError):
                beside.unlink()

    def enable(self) -> None: ...

    def disable(self) -> None: ...

    def flush(self) -> None: ...


class _PartLibrary(codegen.JITCodeLibrary):  # type: ignore[misc]
    """What only kernels call: its instructions go into theirs, are optimized and made machine code
    there, and nowhere else."""

    def _optimize_final_module(self) -> None: ...

    def _finalize_final_module(self) -> None:
        self._finalize_dynamic_globals()
        self._verify_declare_only_symbols()
        self._finalized = True

    def get_pointer_to_function(self, name: str) -> int:
        return 0

    @property
    def codegen(self) -> Any:
        return self  # where Numba wants to set ...

    def set_env(self, name: str, environment: Any) -> None:
        """... what Python's objects in compiled code would need."""

    def serialize_using_object_code(self) -> tuple[str, bytes]:
        return self.name, self._final_module.as_bitcode()


class _Compiler(compiler.Compiler):  # type: ignore[misc]
    def compile_extra(self, function: Callable[..., Any]) -> Any:
        make = self.state.targetctx.codegen()
        if not self.state.flags.no_cpython_wrapper:
            self.state.library = codegen.JITCodeLibrary(make, function.__qualname__)
            self.state.library.enable_object_caching()
        with _libraries(make, _PartLibrary):  # of Numba's own functions as well: np.empty, ...
            return super().compile_extra(function)


@contextlib.contextmanager
def _libraries(make: Any, kind: Any) -> Iterator[None]:
    before, make._library_class = make._library_class, kind
    try:
        yield
    finally:
        make._library_class = before


def _rebuilt_part(context: Any, name: str, bitcode: bytes, described: Any, signature: Any) -> Any:
    library = _PartLibrary(context.codegen(), name)
    library._final_module = binding.parse_bitcode(bitcode)
    library._finalize_final_module()
    return compiler.compile_result(
        typing_context=context.typing_context,
        target_context=context,
        entry_point=None,
        typing_error=None,
        library=library,
        fndesc=described,
        signature=signature,
        objectmode=False,
    )


def kernel(function: Callable[..., Any]) -> Any:
    """Compile for the types of each call; without the GIL, and x / 0 is inf as in NumPy."""
    return _compiled(function)


def internal_kernel(function: Callable[..., Any]) -> Any:
    """The same for what only kernels call: a way in from Python is a third of the compilation."""
    return without_wrapper(_compiled(function))


def inlined(function: Callable[..., Any]) -> Any:
    """A part whose instructions are to stand in those who call it."""
    return without_wrapper(_compiled(function, forceinline=True))


def _compiled(function: Callable[..., Any], **options: bool) -> Any:
    options |= {"nogil": True, "no_cfunc_wrapper": True}
    dispatcher = numba.njit(error_model="numpy", pipeline_class=_Compiler, **options)(function)
    dispatcher._cache = _Kept(function, dispatcher.targetoptions)
    compile_or_load, find = dispatcher.compile, dispatcher.get_call_template

    def compile_quietly(signature: Any) -> Any:
        with _without_collection():
            return compile_or_load(signature)

    def find_for_any_number(kinds: Any, named: Any) -> Any:
        """f(0, x) and f(i, x) in a kernel share a signature; Numba would compile two."""
        named = {name: numba.types.unliteral(kind) for name, kind in named.items()}
        return find(tuple(map(numba.types.unliteral, kinds)), named)

    dispatcher.compile, dispatcher.get_call_template = compile_quietly, find_for_any_number
    return dispatcher


def without_wrapper(dispatcher: Any) -> Any:
    """From now on the kernel is compiled without a way in from Python, and refuses to be called."""
    if dispatcher.targetoptions.get("no_cpython_wrapper"):
        return dispatcher
    dispatcher.targetoptions["no_cpython_wrapper"] = True

    def keep(result: Any) -> None:
        dispatcher.overloads[tuple(result.signature.args)] = result

    def refuse(*args: Any, **named: Any) -> None:
        raise TypeError(f"{dispatcher.__name__} can be called by kernels only")

    dispatcher.add_overload, dispatcher._compile_for_args = keep, refuse
    return dispatcher
