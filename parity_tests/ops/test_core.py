import keras
import numpy as np
import pytest

from minikeras import ops
from minikeras.autograd import GradientTape, Symbol, Tensor, Variable


def test_conversion_keeps_and_gives_dtypes():
    assert ops.convert_to_tensor(np.ones(2)).dtype == "float64"
    assert ops.convert_to_tensor([1.0, 2]).dtype == "float32"
    assert ops.convert_to_tensor([[1], [2]]).dtype == "int32"
    assert ops.convert_to_tensor(2**40).dtype == "int64"
    assert ops.convert_to_tensor([1, 2], "float16").dtype == "float16"
    assert float(ops.convert_to_tensor(0.1, "float64")) == 0.1
    stacked = ops.convert_to_tensor([Tensor(np.ones(2)), np.zeros(2)])
    assert stacked.shape == (2, 2)


def test_conversion_copies():
    x = np.ones(3, "float32")
    t = ops.convert_to_tensor(x)
    x[0] = 5
    assert float(t[0]) == 1
    back = ops.convert_to_numpy(t)
    back[1] = 7
    assert float(t[1]) == 1


@pytest.mark.parametrize("bad", [[[1], [1, 2]], None, "text", object()])
def test_what_is_no_tensor(bad):
    with pytest.raises((ValueError, TypeError)):
        ops.convert_to_tensor(bad)


def test_questions():
    x = Tensor(np.ones((2, 3), "float32"))
    assert ops.shape(x) == (2, 3)
    assert ops.ndim(x) == 2
    assert int(ops.size(x)) == 6
    assert ops.dtype(x) == "float32"
    assert ops.is_tensor(x)
    assert ops.is_tensor(Variable(1.0))
    assert not ops.is_tensor(np.ones(2))
    assert not ops.is_tensor(Symbol((1,), "float32"))
    assert ops.shape(Symbol((None, 2), "float32")) == (None, 2)


def test_control_flow():
    assert int(ops.cond(True, lambda: 1, lambda: 2)) == 1
    assert int(ops.switch(7, [lambda x: x, lambda x: x + 1], 3)) == 4
    assert int(ops.while_loop(lambda i: i < 10, lambda i: i + 3, 0)) == 12
    i, j = ops.while_loop(lambda i, j: i < 10, lambda i, j: (i + 3, j * 2), (0, 1), 2)
    assert (int(i), int(j)) == (6, 4)
    assert int(ops.fori_loop(0, 4, lambda i, v: v + i, 10)) == 16
    np.testing.assert_array_equal(ops.map(lambda x: x * 2, np.arange(3)), [0, 2, 4])
    np.testing.assert_array_equal(ops.vectorized_map(lambda x: x[0], np.eye(2)), [1, 0])


@pytest.mark.parametrize("reverse", [False, True])
def test_scan(reverse):
    xs = np.arange(4, dtype="float32")
    step = [lambda c, x, k=k: (c + x, k.square(c)) for k in (ops, keras.ops)]
    ours = ops.scan(step[0], np.float32(1), xs, reverse=reverse)
    theirs = keras.ops.scan(step[1], keras.ops.array(1.0), keras.ops.array(xs), reverse=reverse)
    for a, b in zip(ours, theirs, strict=True):
        np.testing.assert_array_equal(a, b)


def test_gradients_flow_through_loops_and_casts():
    x = Tensor(np.array([1.0, 2.0], "float32"))
    with GradientTape() as tape:
        tape.watch(x)
        y = ops.fori_loop(0, 3, lambda i, v: v * x, ops.cast(x, "float64"))
    g = tape.gradient(y, x)
    assert g.dtype == "float32"
    np.testing.assert_allclose(g, [4, 32])


def test_custom_gradient():
    @ops.custom_gradient
    def log1pexp(x):
        e = ops.exp(x)
        return ops.log(1 + e), lambda dy: dy * (1 - 1 / (1 + e))

    @ops.custom_gradient
    def both(x, y):
        return (x * y, x + y), lambda dp, ds: (dp * y + 10 * ds, None)

    x, y = Tensor(np.array([1.0, 100.0])), Variable(np.array([2.0, 3.0]))
    with GradientTape(persistent=True) as tape:
        tape.watch(x)
        a = log1pexp(x)
        p, s = both(x, y)
    np.testing.assert_allclose(tape.gradient(a, x), [0.7310585786, 1.0])
    np.testing.assert_allclose(tape.gradient([p, s], x), [12, 13])
    assert tape.gradient([p, s], y) is None


MISUSE = {
    "matmul": (np.ones((2, 3)), np.ones((2, 3))),
    "reshape": (np.ones((2, 3)), (4, 2)),
    "add": (np.ones((2, 3)), np.ones((2, 4))),
    "squeeze": (np.ones((2, 3)), 0),
    "split": (np.ones((3, 2)), 2),
    "concatenate": ([np.ones((2, 3)), np.ones((2, 2))],),
    "transpose": (np.ones((2, 3)), (0, 0)),
    "max": (np.ones(0),),
    "glu": (np.ones((2, 3)),),
    "take": (np.ones(2), [1.5]),
    "top_k": (np.ones(2), 3),
    "diag": (np.ones((2, 2, 2)),),
    "one_hot": ([1, 2],),
    "pad": (np.ones(2), ((1, 1),), "reflect", 2.0),
    "tensordot": (np.ones((2, 3)), np.ones((2, 3)), 1),
    "where": (np.ones(2), 1.0),
    "rot90": (np.ones(2),),
    "normalize": (np.ones(2), -1, 0),
    "diff": (np.ones(2), -1),
    "linspace": (0, 1, -1),
    "categorical_crossentropy": (np.ones((2, 3)), np.ones((2, 2))),
    "sparse_categorical_crossentropy": (np.array([3]), np.ones((1, 3))),
    "binary_crossentropy": (np.ones((2, 3)), np.ones((2,))),
    "sum": (np.ones((2, 3)), 2),
}


@pytest.mark.parametrize("name", MISUSE)
def test_misuse(name):
    with pytest.raises((ValueError, TypeError)):
        getattr(ops, name)(*MISUSE[name])
