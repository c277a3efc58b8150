"""Fast twins of operations, and float32 kernels with the bits of TensorFlow's Eigen kernels.

Modules here are loaded on first use, because they load Numba. They take and return arrays.
"""

from minikeras.kernels.runtime.allocator import keep

keep()
