"""Calls of ``tf.*`` themselves; see ``cases.py``."""

from __future__ import annotations

from typing import Any

import numpy as np

from parity_tests.tensorflow.drawing import Arrays, Case


def _variable(tf: Any, a: Arrays) -> Any:
    v = tf.Variable(a.x, name="v")
    v.assign_add(a.y)
    v.assign_sub(a.y * 2)
    w = tf.Variable(3)
    return [v.read_value(), w.assign(4) + 1, tf.constant(v.name), v * 2]


def _module(tf: Any, a: Arrays) -> Any:
    class Net(tf.Module):  # type: ignore[name-defined]  # a module that a test gets
        def __init__(self) -> None:
            super().__init__()
            self.w, self.parts = tf.Variable(a.x), [tf.Variable(1.0, trainable=False)]
            self.b = tf.Variable(a.y)

    net = Net()
    return [v.read_value() for v in (*net.variables, *net.trainable_variables)]


def _gradient(tf: Any, a: Arrays) -> Any:
    v = tf.Variable(a.x)
    with tf.GradientTape(persistent=True) as tape:
        c = tf.constant(a.y)
        tape.watch(c)
        y = tf.reduce_sum(tf.nn.l2_normalize(v * c, 1) ** 2 + tf.math.log_sigmoid(c))
    return [tape.gradient(y, v), tape.gradient(y, c)]


def _function(tf: Any, a: Arrays) -> Any:
    tf.random.set_seed(a.seed)
    function = tf.function(
        lambda x: [tf.reduce_mean(x) * 3, tf.random.uniform([2]), tf.random.normal([2], seed=5)]
    )
    return [function(tf.constant(a.x)) for _ in range(2)]


CASES: dict[str, Case] = {
    "GradientTape": _gradient,
    "Module": _module,
    "Variable": _variable,
    "argsort": lambda tf, a: [
        tf.argsort(a.n),
        tf.argsort(a.n, 0, "DESCENDING", stable=True),
    ],
    "boolean_mask": lambda tf, a: [
        tf.boolean_mask(a.x, a.flags),
        tf.boolean_mask(a.x, a.flags[0], axis=1),
    ],
    "broadcast_to": lambda tf, a: tf.broadcast_to(a.x, (2, 3, 4)),
    "cast": lambda tf, a: [
        tf.cast(a.x * 5, tf.int32),
        tf.cast(a.n, "float64"),
        tf.cast(a.flags, tf.float32),
    ],
    "clip_by_global_norm": lambda tf, a: tf.clip_by_global_norm([a.x, None, a.y], 1.5),
    "clip_by_norm": lambda tf, a: [tf.clip_by_norm(a.x, 1.5), tf.clip_by_norm(a.x, 2.0, axes=[1])],
    "clip_by_value": lambda tf, a: [tf.clip_by_value(a.x, -0.5, 0.5), tf.clip_by_value(a.n, -3, 3)],
    "concat": lambda tf, a: [tf.concat([a.x, a.y], 1), tf.concat([["a"], ["b", "c"]], 0)],
    "cond": lambda tf, a: tf.cond(
        a.x[0, 0] > 0, lambda: tf.constant(a.x), lambda: tf.constant(a.y)
    ),
    "constant": lambda tf, a: [
        tf.constant([1, 2]),
        tf.constant(a.x, shape=(4, 3)),
        tf.constant(1, tf.float64, shape=(2,)),
        tf.constant(["a", "é"]),
        tf.constant(a.n.astype("int64")),
    ],
    "convert_to_tensor": lambda tf, a: [tf.convert_to_tensor(a.x), tf.convert_to_tensor([1.5, 2])],
    "custom_gradient": lambda tf, a: tf.custom_gradient(lambda x: (x * 2, lambda dy: dy))(
        tf.constant(a.x)
    ),
    "einsum": lambda tf, a: tf.einsum("ij,kj->ik", a.x, a.y),
    "ensure_shape": lambda tf, a: tf.ensure_shape(a.x, (None, 4)),
    "expand_dims": lambda tf, a: [tf.expand_dims(a.x, 1), tf.expand_dims(["a"], -1)],
    "eye": lambda tf, a: [tf.eye(3), tf.eye(2, 3, [2], tf.int32)],
    "fill": lambda tf, a: [tf.fill([2, 3], 1.5), tf.fill([2], "a")],
    "function": _function,
    "gather": lambda tf, a: [
        tf.gather(a.x, [2, 0]),
        tf.gather(a.x, [[1], [3]], axis=1),
        tf.gather(["a", "b"], [1, 1, 0]),
        tf.gather(a.x, a.classes[:, None], axis=1, batch_dims=1),
    ],
    "gather_nd": lambda tf, a: tf.gather_nd(a.x, [[0, 1], [2, 3]]),
    "get_static_value": lambda tf, a: tf.constant(tf.get_static_value(tf.constant(a.x))),
    "identity": lambda tf, a: [tf.identity(a.x), tf.identity(["a"])],
    "linspace": lambda tf, a: [
        tf.linspace(0.0, 1.0, 5),
        tf.linspace(-1.0, 2.0, 7),
        tf.linspace(-2, 2, 9),
    ],
    "map_fn": lambda tf, a: tf.map_fn(lambda r: r * 2, tf.constant(a.x)),
    "matmul": lambda tf, a: [tf.matmul(a.x, a.y, transpose_b=True), tf.matmul(a.x, a.y, True)],
    "meshgrid": lambda tf, a: [
        *tf.meshgrid(a.x[0], a.y[1]),
        *tf.meshgrid([1, 2], [3], indexing="ij"),
    ],
    "norm": lambda tf, a: [
        tf.norm(a.x),
        tf.norm(a.x, axis=1),
        tf.norm(a.x, 1, 0),
        tf.norm(a.x, np.inf),
    ],
    "numpy_function": lambda tf, a: tf.numpy_function(np.sin, [a.x], tf.float32),
    "one_hot": lambda tf, a: [
        tf.one_hot(a.classes, 4),
        tf.one_hot([0, 2, -1, 7], 3, axis=0, dtype=tf.int32),
        tf.one_hot([1], 3, on_value=5.0, off_value=-1.0),
    ],
    "ones": lambda tf, a: [tf.ones((2, 3)), tf.ones([2], tf.int32)],
    "ones_like": lambda tf, a: [tf.ones_like(a.n), tf.ones_like(a.n, tf.float32)],
    "pad": lambda tf, a: [
        tf.pad(a.x, [[1, 0], [0, 2]]),
        tf.pad(a.x, [[1, 1], [2, 2]], "REFLECT"),
        tf.pad(a.n, [[1, 1], [0, 0]], constant_values=7),
    ],
    "py_function": lambda tf, a: tf.py_function(lambda x: x * 2, [a.x], tf.float32),
    "range": lambda tf, a: [
        tf.range(5),
        tf.range(1, 9, 3),
        tf.range(0.0, 1.0, 0.1),
        tf.range(3, dtype=tf.int64),
    ],
    "rank": lambda tf, a: tf.rank(a.x),
    "repeat": lambda tf, a: [
        tf.repeat(a.x, 2, axis=1),
        tf.repeat([1, 2], [3, 1]),
        tf.repeat(["a"], 2),
    ],
    "reshape": lambda tf, a: [tf.reshape(a.x, (2, -1)), tf.reshape(["a", "b"], [2, 1])],
    "reverse": lambda tf, a: [tf.reverse(a.x, [0]), tf.reverse(a.x, axis=[0, 1])],
    "roll": lambda tf, a: [tf.roll(a.x, 1, 0), tf.roll(a.x, [1, -2], [0, 1])],
    "scatter_nd": lambda tf, a: tf.scatter_nd([[1], [3]], a.x[:2, 0], [5]),
    "searchsorted": lambda tf, a: tf.searchsorted([1.0, 2.0, 3.0], a.x[0], side="right"),
    "sequence_mask": lambda tf, a: [tf.sequence_mask([1, 3]), tf.sequence_mask([2], 4, tf.float32)],
    "shape": lambda tf, a: [tf.shape(a.x), tf.shape(a.x, tf.int64), tf.shape(a.x)[0]],
    "size": lambda tf, a: tf.size(a.x),
    "slice": lambda tf, a: tf.slice(a.x, [1, 0], [-1, 2]),
    "sort": lambda tf, a: [tf.sort(a.x), tf.sort(a.n, 0, direction="DESCENDING")],
    "split": lambda tf, a: [*tf.split(a.x, 2, axis=1), *tf.split(a.x, [1, -1], 0)],
    "squeeze": lambda tf, a: [tf.squeeze(a.x[:, None]), tf.squeeze(a.x[None, :, None], axis=[0])],
    "stack": lambda tf, a: [tf.stack([a.x, a.y], axis=-1), tf.stack(["a", "b"])],
    "stop_gradient": lambda tf, a: tf.stop_gradient(a.x),
    "tensor_scatter_nd_update": lambda tf, a: tf.tensor_scatter_nd_update(a.x, [[0], [2]], a.y[:2]),
    "tensordot": lambda tf, a: [tf.tensordot(a.x, a.y, [[1], [1]]), tf.tensordot(a.x, a.y.T, 1)],
    "tile": lambda tf, a: [tf.tile(a.x, [2, 1]), tf.tile(["a"], [3])],
    "transpose": lambda tf, a: [tf.transpose(a.x), tf.transpose(a.images, [0, 3, 1, 2])],
    "unique": lambda tf, a: [*tf.unique(a.n.ravel()), *tf.unique(["b", "a", "b"])],
    "unstack": lambda tf, a: tf.unstack(a.x, axis=1),
    "vectorized_map": lambda tf, a: tf.vectorized_map(lambda r: r + 1, tf.constant(a.x)),
    "where": lambda tf, a: [
        tf.where(a.flags),
        tf.where(a.flags, a.x, a.y),
        tf.where(a.flags, a.x, 0.0),
        tf.where([True, False], ["a", "b"], ["c", "d"]),
    ],
    "while_loop": lambda tf, a: tf.while_loop(
        lambda i, x: i < 3, lambda i, x: (i + 1, x * 2), (0, a.x)
    ),
    "zeros": lambda tf, a: [tf.zeros((2, 3)), tf.zeros(4, tf.bool)],
    "zeros_like": lambda tf, a: tf.zeros_like(a.x),
    "argmax": lambda tf, a: [tf.argmax(a.x), tf.argmax(a.x, axis=1), tf.argmax(a.n, -1, tf.int32)],
    "argmin": lambda tf, a: [tf.argmin(a.x), tf.argmin(a.x, axis=1), tf.argmin(a.n, -1, tf.int32)],
    "cumsum": lambda tf, a: [
        tf.cumsum(a.x),
        tf.cumsum(a.n, 1, exclusive=True),
        tf.cumsum(a.x, 1, reverse=True),
        tf.cumsum(a.n, exclusive=True, reverse=True),
    ],
}
