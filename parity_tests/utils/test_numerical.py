"""Labels and vectors, as ``keras.utils`` treats them."""

import keras
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from minikeras import ops, utils

labels = st.lists(st.integers(0, 5), min_size=1, max_size=6)


@given(
    labels, st.sampled_from([None, 6, 9]), st.sampled_from([(-1,), (-1, 1), (1, -1, 1), (1, -1)])
)
def test_to_categorical(labels, num_classes, shape):
    x = np.reshape(labels, shape)
    ours, theirs = (u.to_categorical(x, num_classes) for u in (utils, keras.utils))
    np.testing.assert_array_equal(ours, theirs, strict=True)
    if num_classes:
        ours = utils.to_categorical(ops.convert_to_tensor(x), num_classes)
        theirs = keras.utils.to_categorical(keras.ops.convert_to_tensor(x), num_classes)
        np.testing.assert_array_equal(np.asarray(ours), np.asarray(theirs), strict=True)


def test_to_categorical_of_a_list():
    np.testing.assert_array_equal(
        utils.to_categorical([0, 2]), keras.utils.to_categorical([0, 2]), strict=True
    )
    for u in utils, keras.utils:
        with pytest.raises(IndexError):
            u.to_categorical([0, 2], num_classes=2)


@given(
    shape=st.sampled_from([(3,), (2, 3), (3, 3), (2, 3, 4)]),
    axis=st.sampled_from([-1, 0, 1]),
    order=st.sampled_from([1, 2, 3]),
    seed=st.integers(0, 9),
)
def test_normalize(shape, axis, order, seed):
    x = np.random.default_rng(seed).integers(-2, 3, shape) / 2

    def result(library):
        try:
            return library.normalize(x, axis=axis, order=order)
        except (ValueError, IndexError, np.exceptions.AxisError) as error:
            return type(error)

    ours, theirs = result(utils), result(keras.utils)
    if isinstance(theirs, type):
        assert ours is theirs
    else:
        np.testing.assert_array_equal(ours, theirs, strict=True)
