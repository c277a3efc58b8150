"""Kernels that add and round float32 as TensorFlow 2.21 does on x86: for the bits alone."""
