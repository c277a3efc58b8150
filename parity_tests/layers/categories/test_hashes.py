"""FarmHash64 and SipHash-2-4 against TensorFlow's."""

from __future__ import annotations

import hypothesis.strategies as st
import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given

from minikeras import strings
from minikeras.layers.preprocessing.farmhash import fingerprint64
from minikeras.layers.preprocessing.siphash import siphash

WHOLE = 2**63 - 1  # of buckets: all bits of a hash but one


@given(st.lists(st.binary(max_size=200), min_size=1, max_size=8))
def test_hashes_of_drawn_strings(texts: list[bytes]) -> None:
    array = strings.filled(list(texts), (len(texts),))
    theirs = tf.strings.to_hash_bucket_fast(array, WHOLE).numpy()
    np.testing.assert_array_equal((fingerprint64(array) % np.uint64(WHOLE)).astype("int64"), theirs)
    theirs = tf.strings.to_hash_bucket_strong(array, WHOLE, key=[7, -9]).numpy()
    ours = siphash(array, (7, -9)) % np.uint64(WHOLE)
    np.testing.assert_array_equal(ours.astype("int64"), theirs)


@pytest.mark.parametrize("times", [1, 3])
def test_each_length(times: int) -> None:
    """FarmHash has a case of its own for 0, 3, 7, 16, 32 and 64 bytes, and blocks of 64."""
    rng = np.random.default_rng(0)
    texts = [rng.bytes(length) for length in range(260)] * times
    array = strings.filled(texts, (len(texts),))
    theirs = tf.strings.to_hash_bucket_fast(array, WHOLE).numpy()
    np.testing.assert_array_equal((fingerprint64(array) % np.uint64(WHOLE)).astype("int64"), theirs)


def test_published_vectors() -> None:
    """Of the paper's appendix A: key 00 01 ... 0f, message 00 01 ... 0e."""
    message = strings.filled([bytes(range(15))], (1,))
    key = (0x0706050403020100, 0x0F0E0D0C0B0A0908)
    assert hex(int(siphash(message, key)[0])) == "0xa129ca6149be45e5"
