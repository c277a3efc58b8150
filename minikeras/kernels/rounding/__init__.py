"""Kernels that follow TensorFlow's order of float32 arithmetic, so that results have the same bits.

To learn what an operation computes, read its reference; this folder can be skipped.  In float32 and
with ``config.kernels()`` ``"fast"``, these kernels repeat what TensorFlow 2.21 computes on x86-64
Linux, one order of operations after the other:

    packets            Eigen's packets of eight and its cost model, AVX without FMA
    elementwise        Eigen's exp, log, tanh, ...: packets; glibc for the elements after the last
    special            Eigen's error functions and powers
    trigonometry       Eigen's sine and cosine
    gelu               gelu and its gradient, each in one pass
    sums               Eigen's reductions; TensorFlow's BiasAddGrad
    softmax            TensorFlow's softmax and crossentropies
    moments            moments, and what they normalize, in one kernel
    normalization      normalization by moments, along any axes
    contraction_cuts   where Eigen's threads and oneDNN's blocks cut the inner dimension
    contraction        oneDNN's chains of fused multiply-adds: products and convolutions
    matmul             which of them a product of two matrices takes; Eigen's matrix-vector product
    stacks             Eigen's products of stacks of small matrices
    matrix_vector      oneDNN's matrix-vector kernel: convolutions with a single filter
    unfused            Eigen's products without fused multiply-adds: gradients over three axes
    householder        Eigen's QR decomposition

Each file names its sources.  Some choices depend on the processor: on AVX-512 (oneDNN's blocks), on
the estimates of 1 / x and 1 / √x (Intel's and AMD's differ), on the size of the first-level cache
and on the number of cores.  They are read from the processor, as TensorFlow does.  On others than
x86-64 the kernels run and round otherwise.  float64 and float16 follow NumPy.

What follows TensorFlow's rounding outside of this folder, because it is part of an expression
there, or because the reference kernels need it too:

    ops.tensorflow_float32              expressions in the form that TensorFlow evaluates
    ops.arithmetic._bias_of             which addend of ``x + b`` TensorFlow treats as a bias
    ops.primitives.conv                 input gradients visit the taps of a kernel in reverse
    ops.primitives.depthwise            sums over taps, then over the filters of a channel
    kernels.depthwise                   TensorFlow's own kernels for it, without fused operations
    ops.primitives.pool                 the order in which overlapping windows add
    kernels.conv                        input gradients of maps with 2 to 15 cells, on AVX-512
    kernels.conv3d                      the order of gradients over three axes
    summation                           Eigen's sum on one thread, in NumPy
    tf_function                         whether Grappler has rewritten the formula, as in ``fit``
    optimizers.rounding                 what it rewrites in optimizers and schedules
    random.elementary                   glibc's logf, sincosf and log

``parity_tests/house/test_architecture.py`` lists who may import this folder.
"""
