"""Which dtype an operation answers in, for every dtype that it is asked in."""

import keras
import numpy as np
import pytest

from minikeras import KerasTensor, ops

DTYPES = [
    "bool",
    "int8",
    "uint8",
    "int16",
    "uint16",
    "int32",
    "int64",
    "float16",
    "float32",
    "float64",
]
UNARY = [
    "negative",
    "abs",
    "sign",
    "square",
    "exp",
    "expm1",
    "sqrt",
    "log",
    "log2",
    "sin",
    "tanh",
    "arctan",
    "floor",
    "ceil",
    "round",
    "trunc",
    "sum",
    "mean",
    "prod",
    "max",
    "min",
    "std",
    "var",
    "argmax",
    "argmin",
    "cumsum",
    "cumprod",
    "any",
    "count_nonzero",
    "nan_to_num",
    "cbrt",
    "deg2rad",
    "fabs",
    "reciprocal",
    "isnan",
    "logical_not",
    "relu",
    "sort",
    "argsort",
    "ptp",
    "median",
    "average",
    "norm",
    "zeros_like",
    "reshape",
    "flip",
    "diag",
    "trace",
]
BINARY = [
    "add",
    "subtract",
    "multiply",
    "divide",
    "floor_divide",
    "mod",
    "maximum",
    "minimum",
    "power",
    "arctan2",
    "logaddexp",
    "hypot",
    "equal",
    "less",
    "logical_and",
    "outer",
    "kron",
    "dot",
    "vdot",
    "inner",
    "matmul",
    "where",
]
CREATED = [
    "zeros((2, 3))",
    "ones((3,), 'int32')",
    "full((2,), 3)",
    "full((2,), 2.5, 'int32')",
    "eye(3)",
    "eye(3, 4, 1)",
    "eye(3, 4, -1, 'int32')",
    "tri(3, 4, 1)",
    "identity(2)",
    "arange(5)",
    "arange(5.0)",
    "arange(1, 7, 2)",
    "arange(0, 1, 0.1)",
    "arange(5, 0, -2)",
    "arange(3, dtype='float64')",
    "linspace(0, 1, 5)",
    "linspace(0, 5, 4, endpoint=False)",
    "linspace(0, 5, 4, dtype='int32')",
    "logspace(0, 2, 3)",
    "geomspace(1, 8, 4)",
    "array([1, 2.5])",
    "array([[1, 2]])",
    "zeros_like([1, 2])",
    "full_like([1.0, 2], 3)",
    "convert_to_tensor(3)",
    "convert_to_tensor(3.5)",
    "convert_to_tensor(True)",
    "where(True, 1, 2)",
    "where([True, False], 1.5, 2)",
    "cast([1.7, -1.7], 'int32')",
    "cast([0, 2], 'bool')",
    "size([1, 2])",
    "one_hot([1, 0], 3)",
    "one_hot([1, 0], 3, dtype='int32')",
    "bincount([1, 2, 2])",
    "bincount([1, 2, 2], weights=[0.5, 1.0, 1.0], minlength=5)",
]


def same(ours, theirs):
    assert str(ours.dtype) == theirs.dtype.name
    assert tuple(ours.shape) == tuple(theirs.shape)
    np.testing.assert_allclose(np.asarray(ours), theirs.numpy(), rtol=2e-3)


def asked(name, *arrays):
    """Keras's answer, or None where TensorFlow has no kernel."""
    try:
        return getattr(keras.ops, name)(*arrays)
    except Exception:
        return None


@pytest.mark.parametrize("name", UNARY)
@pytest.mark.parametrize("dtype", DTYPES)
def test_unary(name, dtype):
    x = np.array([1, 2, 1]).astype(dtype)
    arrays = (np.diag(x),) if name == "trace" else (x, (3, 1)) if name == "reshape" else (x,)
    theirs = asked(name, *arrays)
    if theirs is not None:
        same(getattr(ops, name)(*arrays), theirs)


@pytest.mark.parametrize("name", BINARY)
@pytest.mark.parametrize("dtype", DTYPES)
def test_binary(name, dtype):
    a = np.array([1, 2, 3]).astype(dtype)
    for other in DTYPES:
        arrays = (a, np.array([2, 1, 1]).astype(other))
        arrays = (np.array([True, False, True]), *arrays) if name == "where" else arrays
        theirs = asked(name, *arrays)
        if theirs is not None:
            same(getattr(ops, name)(*arrays), theirs)


@pytest.mark.parametrize("call", CREATED)
def test_created(call):
    same(eval(f"ops.{call}"), eval(f"keras.ops.{call}"))


@pytest.mark.parametrize("dtype", ["uint8", "int8", "int32", "float16"])
def test_saturate_cast(dtype):
    for given in ("float32", "int64") if dtype != "float16" else ("float32",):
        x = np.array([3e5, -5, 7, -3e5]).astype(given)
        same(ops.saturate_cast(x, dtype), keras.ops.saturate_cast(x, dtype))


FRACTIONS = "elu hard_sigmoid hard_silu leaky_relu log_softmax selu sigmoid silu softmax softplus"


@pytest.mark.parametrize("name", [*FRACTIONS.split(), "softsign"])
@pytest.mark.parametrize("dtype", ["int32", "int64", "uint8", "bool"])
def test_activations_of_whole_numbers(name, dtype):
    """In floatx, as announced; with TensorFlow, Keras does so in leaky_relu, and refuses others."""
    x = np.array([-2, 0, 3]).astype(dtype)
    y = getattr(ops, name)(x)
    assert y.dtype == getattr(ops, name)(KerasTensor(x.shape, dtype)).dtype == "float32"
    theirs = asked(name, x)
    if theirs is not None:
        same(y, theirs)


@pytest.mark.parametrize("threshold", [0.5, 1.5])
def test_soft_shrink_of_whole_numbers(threshold):
    x = np.arange(-4, 5, dtype="int32")
    same(ops.soft_shrink(x, threshold), keras.ops.soft_shrink(x, threshold))


@pytest.mark.parametrize("dtype", ["bool", "uint8", "int32"])
def test_saturated(dtype):
    x = np.float32([-1.5, -0.3, 0, 0.3, 1, 2, 300])
    same(ops.saturate_cast(x, dtype), keras.ops.saturate_cast(x, dtype))


@pytest.mark.parametrize("name", ["amax", "amin"])
def test_extremes_without_a_first_value(name):
    for k in (ops, keras.ops):
        with pytest.raises(TypeError, match="unexpected keyword argument 'initial'"):
            getattr(k, name)([1.0], initial=0.0)


EMPTY = [
    ("softmax", (2, 0), {}),
    ("log_softmax", (0,), {"axis": None}),
    ("logsumexp", (0, 3), {"axis": -2}),
    ("logsumexp", (0, 3), {"axis": 1}),
    ("nanmax", (2, 0), {"axis": 1}),
    ("nanmin", (0, 1), {"axis": (1, 0), "keepdims": True}),
    ("argsort", (), {}),
]


@pytest.mark.parametrize(("name", "shape", "options"), EMPTY)
def test_of_nothing(name, shape, options):
    x = np.ones(shape, "float32")
    same(getattr(ops, name)(x, **options), getattr(keras.ops, name)(x, **options))
