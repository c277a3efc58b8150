import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from minikeras import config
from minikeras.kernels import philox as twin
from minikeras.random import philox

words = st.integers(0, 2**32 - 1)


@given(st.tuples(words, words), st.tuples(words, words), st.lists(st.integers(0, 2**64 - 1)), words)
def test_twin(key, high, numbers, start):
    stream = philox.Stream(key, high)
    for chosen in numbers, range(start, start + 300):
        blocks = []
        for kernels in "reference", "fast":
            with config.use_kernels(kernels):
                blocks.append(philox.blocks(stream, np.array(chosen, np.uint64)))
        result = np.empty_like(blocks[0])
        twin.fill(result, np.array(chosen, np.uint64), *stream)
        assert np.array_equal(blocks[0], result)
        assert np.array_equal(blocks[0], blocks[1])
