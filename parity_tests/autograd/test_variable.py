"""A variable owns its array: it takes that of a new tensor, and copies what others may hold."""

import numpy as np
import pytest

from minikeras import ops
from minikeras.autograd import Tensor, Variable


def test_array_of_a_new_tensor_is_taken():
    """Without a copy, which would double the time to build large models."""
    addresses = []

    def initializer(shape, dtype):
        value = ops.ones(shape, dtype)
        addresses.append(value._value.ctypes.data)
        return value

    variable = Variable(initializer, (300, 200), "float32")
    assert variable._value.ctypes.data == addresses[0]


KEPT = np.arange(6, dtype=np.float32)
TENSOR = Tensor(np.arange(6, dtype=np.float32))


@pytest.mark.parametrize(
    "initializer",
    [
        pytest.param(lambda shape, dtype: TENSOR, id="a tensor that is kept"),
        pytest.param(lambda shape, dtype: Tensor(KEPT), id="a tensor of an array that is kept"),
        pytest.param(lambda shape, dtype: Tensor(KEPT[:]), id="a tensor of a view"),
        pytest.param(lambda shape, dtype: KEPT, id="an array"),
        pytest.param(lambda shape, dtype: Variable(KEPT)._value, id="an array of a variable"),
    ],
)
def test_what_others_hold_is_copied(initializer):
    """An optimizer writes into the arrays of variables."""
    variable = Variable(initializer, (6,), "float32")
    for kept in KEPT, TENSOR._value:
        assert not np.shares_memory(variable._value, kept)
        np.testing.assert_array_equal(variable._value, kept)


def test_dtype_and_right_to_write_are_those_of_a_variable():
    frozen = np.zeros(3, np.float32)
    frozen.flags.writeable = False
    for value in ops.ones(3, "float64"), Tensor(frozen):
        variable = Variable(lambda shape, dtype, value=value: value + 0, (3,), "float32")
        assert variable._value.dtype == np.float32
    assert Variable(lambda shape, dtype: Tensor(frozen), (3,))._value.flags.writeable
