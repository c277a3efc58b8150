"""Operators and NumPy functions on tensors mean what they mean on arrays, and are recorded."""

import operator

import keras
import numpy as np
import pytest
import tensorflow as tf

import minikeras
from minikeras import ops, tf_function
from minikeras.autograd import GradientTape, Symbol, Tensor, Variable
from minikeras.ops import operators

X = np.array([[1.5, -2.0, 0.25], [3.0, 0.5, -1.0]], "float32")
Y = np.array([2.0, 0.5, 1.0], "float32")
BINARY = ["add", "sub", "mul", "truediv", "floordiv", "mod", "lt", "le", "gt", "ge", "eq", "ne"]


@pytest.mark.parametrize("name", BINARY)
@pytest.mark.parametrize("wrap", [Tensor, Variable])
def test_binary(name, wrap):
    apply = getattr(operator, name)
    for other in (Y, 2, 0.5, np.float32(2)):
        ours = apply(wrap(X), wrap(other) if isinstance(other, np.ndarray) else other)
        assert isinstance(ours, Tensor)
        np.testing.assert_array_equal(ours, apply(X, other))
        np.testing.assert_array_equal(apply(other, wrap(X)), apply(other, X))


@pytest.mark.parametrize("name", BINARY)
@pytest.mark.parametrize("other", ["float64", "float16", "int64", "int32", "uint8"])
def test_arrays_and_their_numbers_get_the_dtype_of_a_tensor(name, other):
    """As beside TensorFlow's tensors; ``keras.ops`` would promote both to float64."""
    apply = getattr(operator, name)
    for y in (Y.astype(other), np.dtype(other).type(2)):
        for wrap, theirs in ((Tensor, tf.constant), (Variable, tf.Variable)):
            for pair in (lambda x, y: (x, y)), (lambda x, y: (y, x)):
                ours, wanted = apply(*pair(wrap(X), y)), apply(*pair(theirs(X), y))
                assert ours.dtype.name == wanted.dtype.name
                np.testing.assert_array_equal(ours, wanted.numpy())


def test_unary_power_and_matmul():
    x = Tensor(X)
    np.testing.assert_array_equal(-x, -X)
    np.testing.assert_array_equal(abs(x), abs(X))
    np.testing.assert_allclose(x**2, X**2)
    np.testing.assert_allclose(2**x, 2**X, rtol=1e-6)
    np.testing.assert_allclose(x @ x.T, X @ X.T, rtol=1e-6)
    np.testing.assert_array_equal(~(x > 0), ~(X > 0))
    np.testing.assert_array_equal((x > 0) & (x < 2), (X > 0) & (X < 2))
    assert (x == None) is False  # noqa: E711
    assert (x != "x") is True


METHODS = {
    "sum": ((), {"axis": 0}),
    "mean": ((), {"axis": 1, "keepdims": True}),
    "max": ((), {}),
    "reshape": ((3, 2), {}),
    "transpose": ((1, 0), {}),
    "astype": (("float64",), {}),
    "argmax": ((), {"axis": 1}),
    "cumsum": ((), {"axis": 0}),
    "ravel": ((), {}),
    "swapaxes": ((0, 1), {}),
    "round": ((), {}),
}


@pytest.mark.parametrize("name", METHODS)
def test_method(name):
    args, kwargs = METHODS[name]
    np.testing.assert_allclose(
        getattr(Tensor(X), name)(*args, **kwargs), getattr(X, name)(*args, **kwargs)
    )


FUNCTIONS = {
    "exp": lambda x: np.exp(x),
    "maximum": lambda x: np.maximum(x, 1),
    "sum": lambda x: np.sum(x, axis=0),
    "mean": lambda x: np.mean(x),
    "where": lambda x: np.where(x > 0, x, 0),
    "concatenate": lambda x: np.concatenate([x, x], axis=1),
    "stack": lambda x: np.stack([x, x]),
    "broadcast_to": lambda x: np.broadcast_to(x, (4, 2, 3)),
    "swapaxes": lambda x: np.swapaxes(x, 0, 1),
    "expand_dims": lambda x: np.expand_dims(x, 0),
    "zeros_like": lambda x: np.zeros_like(x) + x,
    "matmul": lambda x: np.matmul(x, np.ones((3, 2), "float32")),
    "tensordot": lambda x: np.tensordot(x, np.ones((3, 2), "float32"), 1),
    "clip": lambda x: np.clip(x, -1, 1),
    "numpy on the left": lambda x: Y * x,
    "scalar on the left": lambda x: np.float32(2) - x,
}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_numpy_functions_are_recorded(name):
    x = Tensor(X)
    with GradientTape() as tape:
        tape.watch(x)
        y = FUNCTIONS[name](x)
    assert isinstance(y, Tensor)
    np.testing.assert_allclose(y, FUNCTIONS[name](X), rtol=1e-6)
    assert tape.gradient(y, x).shape == X.shape


def test_other_numpy_functions_see_arrays():
    x = Tensor(X)
    assert isinstance(np.percentile(x, 50), np.floating)
    out = np.zeros_like(X)
    np.add(x, 1, out=out)
    np.testing.assert_array_equal(out, X + 1)
    np.testing.assert_allclose(np.add.reduce(x, 0), X.sum(0))
    array = X.copy()
    array += x
    np.testing.assert_array_equal(array, 2 * X)


def test_numpy_functions_give_arrays_in_scripts(monkeypatch):
    """As for TensorFlow's tensors: what they give is printed as numbers."""
    monkeypatch.setattr(operators._numpy, "gives_arrays", True)
    for name, function in {
        **{name: getattr(np, name) for name in ("min", "mean", "std", "round", "exp", "argmax")},
        "clip": lambda x: np.clip(x, 0, 1),
        "concatenate": lambda x: np.concatenate([x, x]),
        "where": lambda x: np.where(x > 0, x, 0),
        "norm": np.linalg.norm,
        "an array times": lambda x: X * x,
        "a number minus": lambda x: np.float32(2) - x,
        "reduce": np.add.reduce,
    }.items():
        for ours, theirs in ((Tensor(X), tf.constant(X)), (Variable(X), tf.Variable(X))):
            a, b = function(ours), function(theirs)
            assert isinstance(a, np.ndarray | np.generic) == isinstance(b, np.ndarray | np.generic)
            assert (name, np.asarray(a).dtype) == (name, np.asarray(b).dtype)
    with tf_function.inside():  # where TensorFlow's tensors have no values
        assert isinstance(np.exp(Tensor(X)), Tensor)


def test_symbols_have_shapes_and_no_values():
    s = Symbol((None, 3), "float32")
    assert (s + 1.0).shape == (None, 3)
    assert (Y * s).shape == (None, 3)
    assert s[:, 1:].shape == (None, 2)
    assert ops.matmul(s, np.ones((3, 5), "float32")).shape == (None, 5)
    assert ops.concatenate([s, s], axis=0).shape == (None, 3)
    with pytest.raises(ValueError, match="no value"):
        np.asarray(s)
    with pytest.raises(TypeError, match="no value"):
        float(s)


def test_tensors_are_hashable_and_iterable():
    x = Tensor(X)
    assert len({x, x}) == 1
    assert [row.shape for row in x] == [(3,), (3,)]
    assert len(x) == 2
    assert f"{x[0, 0]:.2f}" == "1.50"


BITWISE = {
    "and": lambda x: x & x,
    "or": lambda x: x | x,
    "xor": lambda x: x ^ x,
    "invert": lambda x: ~x,
}


@pytest.mark.parametrize("name", BITWISE)
@pytest.mark.parametrize("dtype", ["bool", "uint8", "int32"])
def test_bitwise(name, dtype):
    x, f = np.array([0, 1, 1]).astype(dtype), BITWISE[name]
    ours, theirs = f(ops.convert_to_tensor(x)), f(keras.ops.convert_to_tensor(x))
    np.testing.assert_array_equal(ours.numpy(), theirs.numpy(), strict=True)
    ours, theirs = (f(package.KerasTensor((3,), dtype)) for package in (minikeras, keras))
    assert (ours.shape, ours.dtype) == (theirs.shape, theirs.dtype)
