import numpy as np
import tensorflow as tf
from hypothesis import given
from hypothesis import strategies as st
from keras.src.trainers.data_adapters.array_data_adapter import ArrayDataAdapter

from minikeras.random import seeds, shuffling


@given(
    st.integers(0, 2**32 - 1) | st.sampled_from([2**31 - 2, 2**31 - 1, 2**32 - 2]),
    st.tuples(st.integers(1, 60), st.integers(1, 70)) | st.just((5000, 999)),
    st.sampled_from([True, "batch"]),
)
def test_fit_batches(seed, sizes, shuffle):
    n, size = sizes
    tf.random.set_seed(seed)
    seeds.set_global_seed(seed)
    theirs = ArrayDataAdapter(np.arange(n), batch_size=size, shuffle=shuffle).get_tf_dataset()
    for _epoch in range(2):
        ours = [rows.tolist() for rows in shuffling.fit_batches(n, size, shuffle)]
        assert ours == [np.asarray(rows).tolist() for rows in theirs]


def test_without_a_seed_every_epoch_differs(monkeypatch):
    monkeypatch.setattr(shuffling, "global_seed", lambda: None)
    (first,), (second,) = (map(list, shuffling.fit_batches(100, 100)) for _ in range(2))
    assert sorted(first) == sorted(second) == list(range(100))
    assert first != second
