"""Compiled twins of readable functions; they take and return arrays.

    runtime     how native code is compiled, stored and run by threads; no arithmetic
    rounding    TensorFlow's order of float32 arithmetic, which the same bits need
    conv, windows, pool, lookup, relu, random, optimizers, clipping
                twins for speed; start with one of these

Nothing here is imported before ``minikeras.twins`` wants it, because kernels load Numba.
"""

from minikeras.kernels.runtime.allocator import retain_freed_memory

retain_freed_memory()
