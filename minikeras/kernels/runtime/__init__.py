"""How native code is compiled, stored and run: a small library, which contains no arithmetic.

    compile        the decorators ``kernel``, ``internal_kernel``, ``inlined`` and ``intrinsic``
    disk_cache     compiled code in files of a private folder
    libraries      what is replaced inside Numba, so that compiling and loading is quick
    announce       the line on standard error while kernels are compiled
    precompile     a second process that compiles the kernels of a training step
    threads        the thread pool: ``run_parts(workers, part, count, data)``
    array_table    array pointers read from a Python list
    processor      what the processor says of its caches
    allocator      freed memory is reused for the next large array

It promises:

- Results do not depend on the number of threads, on the cache, or on which process compiled.
- The folder of compiled code is named after all sources that decide it, so code that belongs to
  other sources is never loaded.  Files are read only from a folder that nobody else can
  write to.
- Nothing fails for want of a cache, of a second processor, or of glibc.
- With ``NUMBA_DISABLE_JIT=1`` every kernel is a Python function.  No thread starts, and nothing is
  stored.

It uses parts of Numba, CPython and NumPy that their documentation does not promise: Numba's caching
and compiler classes (``libraries``, ``disk_cache``), and the memory layout of lists and arrays
(``array_table``).  Therefore pyproject.toml has an upper bound for Numba's version.
"""
