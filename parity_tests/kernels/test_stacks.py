"""Products of stacks of small matrices: every bit, for every way in which factors can be stored."""

import numpy as np
import tensorflow as tf
from hypothesis import assume, given
from hypothesis import strategies as st

from minikeras.kernels.rounding import stacks
from minikeras.kernels.rounding.packets import HAS_AVX512

sizes = st.one_of(st.integers(1, 9), st.sampled_from([12, 13, 16, 17, 20, 24, 30, 40]))
inner = st.one_of(sizes, st.integers(1, 100))


def normal(seed, *shape):
    return np.random.default_rng(seed).standard_normal(shape).astype(np.float32)


@given(
    st.sampled_from([(1,), (2,), (3, 2)]),
    sizes,
    inner,
    sizes,
    st.booleans(),
    st.booleans(),
    st.booleans(),
    st.integers(0, 2**32 - 1),
)
def test_bits(stack, rows, k, columns, turn_a, turn_b, shared, seed):
    large = rows * k * columns > 128 * 128 or stack == (1,)
    assume(HAS_AVX512 or not large)  # those go to the kernel of matmul
    assume(k > 1)  # else a transposed view cannot be told from another
    a = normal(seed, *(stack[1:] if shared else stack), *((k, rows) if turn_a else (rows, k)))
    b = normal(seed + 1, *stack, *((columns, k) if turn_b else (k, columns)))
    assume(min(rows, columns) > 1 or not (turn_a or turn_b))
    theirs = tf.linalg.matmul(a, b, transpose_a=turn_a, transpose_b=turn_b).numpy()
    a, b = np.swapaxes(a, -1, -2) if turn_a else a, np.swapaxes(b, -1, -2) if turn_b else b
    np.testing.assert_array_equal(stacks.products(a, b), theirs)
