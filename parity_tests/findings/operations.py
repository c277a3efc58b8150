"""Defects of ``keras.ops``: values."""

from __future__ import annotations

from parity_tests.findings.finding import Finding

FINDINGS = (
    Finding(
        title="A column that is added to a square matrix becomes a row",
        code="""
import keras, numpy as np
zeros, column = np.zeros((2, 2), "float32"), np.float32([[1], [2]])
print(keras.ops.convert_to_numpy(keras.ops.add(zeros, column)).tolist())
x = keras.Input((2, 2))
model = keras.Model(x, x + column)
print(model.predict(zeros[None], verbose=0).tolist())
""",
        wrong={"tensorflow": "[[1.0, 2.0], [1.0, 2.0]]\n[[[1.0, 2.0], [1.0, 2.0]]]"},
        right="[[1.0, 1.0], [2.0, 2.0]]\n[[[1.0, 1.0], [2.0, 2.0]]]",
        why="""
An axis of length 1 is repeated, so that row i of the sum is i + 1. With TensorFlow, Keras takes the
second array of a sum for a bias if only one of its axes is longer than 1, and if that is as long as
the channels of the first. It then drops the other axes, and adds along the last one. So it is in
`keras.ops.add`, in sums with a `Variable`, and in functional models; a pairwise score of five
queries and five keys is enough. (Introduced for speed in keras-team/keras#20386.)
""",
        proof="""
import numpy as np
y = np.zeros((2, 2)) + [[1], [2]]
print(y.tolist())
print([y.tolist()])
""",
        place="minikeras/ops/arithmetic.py",
        upstream=("https://github.com/keras-team/keras/pull/20386",),
    ),
    Finding(
        title="sparsemax does not sum to 1",
        code="""
import keras
y = keras.ops.convert_to_numpy(keras.ops.sparsemax([[1.0, 0.5, 0.0]]))
print(y.tolist())
""",
        wrong={"tensorflow jax torch minikeras": "[[0.25, 0.0, 0.0]]"},
        right="[[0.75, 0.25, 0.0]]",
        why="""
sparsemax projects x onto the simplex: y = max(x − τ, 0) with τ = (s_k − 1) / k, where s_k is the
sum of the k largest numbers, those of the support (Martins and Astudillo, 2016, algorithm 1).
Keras adds up s_1, …, s_k instead of taking s_k, so that τ is too large whenever k > 1.
""",
        proof="""
import numpy as np
x = np.array([1.0, 0.5, 0.0])  # sorted already
k = max(k for k in (1, 2, 3) if 1 + k * x[k - 1] > x[:k].sum())
print([np.maximum(x - (x[:k].sum() - 1) / k, 0).tolist()])
""",
        place="minikeras/ops/activations.py",
        upstream=("https://github.com/keras-team/keras/issues/23425",),
    ),
    Finding(
        title="rot90 by a half turn scrambles a rectangle",
        code="""
import keras, numpy as np
y = keras.ops.rot90(np.arange(6).reshape(2, 3), k=2)
print(keras.ops.convert_to_numpy(y).tolist())
""",
        wrong={"tensorflow": "[[1, 3, 5], [0, 2, 4]]"},
        right="[[5, 4, 3], [2, 1, 0]]",
        why="""
A half turn reverses both axes, as NumPy's function of this name does. With TensorFlow, Keras
gives the result the shape of a quarter turn first.
""",
        proof="""
import numpy as np
print(np.arange(6).reshape(2, 3)[::-1, ::-1].tolist())
""",
        place="minikeras/ops/reshaping.py",
        upstream=("https://github.com/keras-team/keras/pull/23435",),
    ),
    Finding(
        title="isclose denies that infinity is close to itself",
        code="""
import keras
inf = float("inf")
print(keras.ops.convert_to_numpy(keras.ops.isclose([inf, -inf], [inf, -inf])).tolist())
""",
        wrong={"tensorflow minikeras": "[False, False]"},
        right="[True, True]",
        why="""
IEEE 754, NumPy, JAX and torch call equal infinities equal. With TensorFlow, Keras tests |a − b| ≤
atol + rtol |b| alone, and ∞ − ∞ is NaN.
""",
        proof="""
import numpy as np
print(np.isclose([np.inf, -np.inf], [np.inf, -np.inf]).tolist())
""",
        place="minikeras/ops/comparison.py",
        upstream=("https://github.com/keras-team/keras/issues/23128",),
    ),
    Finding(
        title="uint64 plus a Python number loses the upper half",
        code="""
import keras, numpy as np
x = keras.ops.convert_to_tensor(np.array([2**40], "uint64"))
print(int(keras.ops.add(x, 1)[0]))
""",
        wrong={"tensorflow minikeras": "1"},
        other={"jax": "1", "torch": "ValueError"},
        right="1099511627777",
        why="""
A Python number takes the dtype of the array that it meets. Keras looks for the result of uint64
and an int, finds a float, and narrows it to uint32. JAX has no 64-bit integers unless told so,
and has narrowed the array before. With torch, Keras refuses uint64.
""",
        proof="""
import numpy as np
print(int((np.array([2**40], "uint64") + 1)[0]))
""",
        place="minikeras/dtypes.py",
    ),
    Finding(
        title="Products of integers are rounded to floats",
        code="""
import keras, numpy as np
a, b = np.array([[2**24 + 1]], "int32"), np.array([[1]], "int32")
print([int(getattr(keras.ops, f)(a, b)[0, 0]) for f in ("matmul", "dot", "inner")])
""",
        wrong={
            "tensorflow": "[16777216, 16777216, 16777216]",
            "torch": "[16777217, 16777216, 16777216]",
        },
        right="[16777217, 16777217, 16777217]",
        why="""
Integers are multiplied exactly. Keras casts them to float32, multiplies, and casts back, so that
results above 2²⁴ are rounded; `einsum` does the same with TensorFlow.
""",
        proof="""
print([(2**24 + 1) * 1] * 3)
""",
        place="minikeras/ops/products.py",
    ),
    Finding(
        title="The & of integers means something else in a functional model",
        code="""
import keras, numpy as np
x = np.array([[5, 3]], "int32")
inputs = keras.Input((2,), dtype="int32")
model = keras.Model(inputs, inputs & 6)
print(keras.ops.convert_to_numpy(model(x)).astype(int).tolist())
print(keras.ops.convert_to_numpy(keras.ops.convert_to_tensor(x) & 6).astype(int).tolist())
""",
        wrong={"tensorflow jax torch minikeras": "[[1, 1]]\n[[4, 2]]"},
        right="[[4, 2]]\n[[4, 2]]",
        why="""
The operators of a KerasTensor call `logical_and`, `logical_or`, `logical_xor`, whatever its dtype
is. Those of a tensor work on bits. So a model computes something else than its own formula.
""",
        proof="""
print([[5 & 6, 3 & 6]])
print([[5 & 6, 3 & 6]])
""",
        place="minikeras/ops/operators.py",
    ),
    Finding(
        title="normalize along axis 0 divides by the norms of the wrong axis",
        code="""
import keras, numpy as np
print(keras.utils.normalize(np.array([[3.0, 0.0], [4.0, 1.0]]), axis=0).tolist())
""",
        wrong={"tensorflow jax torch minikeras": "[[0.6, 0.0], [4.0, 1.0]]"},
        right="[[0.6, 0.0], [0.8, 1.0]]",
        why="""
The norms along axis 0 are 5 and 1, one for each column. Keras takes the axis 0 for none given,
and aligns the norms with the last axis, so each *row* is divided by one of them; if the numbers
of rows and columns differ, it fails.
""",
        proof="""
import numpy as np
x = np.array([[3.0, 0.0], [4.0, 1.0]])
print((x / np.linalg.norm(x, axis=0, keepdims=True)).tolist())
""",
        promise=("keras.utils.normalize", "axis along which to normalize."),
        place="minikeras/utils/numerical.py",
        upstream=("https://github.com/keras-team/keras/pull/23328",),
    ),
    Finding(
        title="histogram counts in the dtype of the data, and overflows",
        code="""
import keras, numpy as np
counts, edges = keras.ops.histogram(np.zeros(300, "uint8"), bins=2, range=(0, 1))
print([int(n) for n in counts], [float(x) for x in edges])
""",
        wrong={"tensorflow minikeras": "[0, 44] [0.0, 0.0, 1.0]", "torch": "NotImplementedError"},
        right="[300, 0] [0.0, 0.5, 1.0]",
        why="""
There are 300 zeros, but uint8 ends at 255. The edges are integers too, so that the bins are [0,
0) and [0, 1], and the zeros are in the other bin.
""",
        proof="""
import numpy as np
counts, edges = np.histogram(np.zeros(300, "uint8"), bins=2, range=(0, 1))
print(counts.tolist(), edges.tolist())
""",
        place="minikeras/ops/statistics.py",
    ),
    Finding(
        title="Python floats are float32 although floatx is float64",
        code="""
import keras
keras.config.set_floatx("float64")
print(float(keras.ops.convert_to_tensor(0.1)) == 0.1)
""",
        wrong={"tensorflow minikeras": "False"},
        other={"jax": "False"},
        right="True",
        why="""
So every formula with a constant in it has an error of up to 3e-8 in float64: ε and ln 2 in
losses, 1/√2 in gelu, the slope of leaky relu, every learning rate of a schedule. JAX has no
float64 unless told so.
""",
        promise=("keras.config.set_floatx", "Set the default float dtype."),
        place="minikeras/ops/core.py",
    ),
    Finding(
        title="geomspace gives its signs to the wrong axis",
        code="""
import keras, numpy as np
start, stop = np.float32([1, -2]), np.float32([4, -8])
y = keras.ops.geomspace(start, stop, num=2, axis=-1)
print(keras.ops.convert_to_numpy(y).round(3).tolist())
""",
        wrong={"tensorflow": "[[1.0, -4.0], [2.0, -8.0]]"},
        other={"torch": "ValueError"},
        right="[[1.0, 4.0], [-2.0, -8.0]]",
        why="""
The first sequence goes from 1 to 4, the second from −2 to −8. With TensorFlow, Keras multiplies by
the signs of the starts along the last axis, whatever `axis` is; for three numbers in place of two
it fails. torch refuses any axis but the first.
""",
        proof="""
import numpy as np
print(np.geomspace([1.0, -2.0], [4.0, -8.0], num=2, axis=-1).round(3).tolist())
""",
        promise=("keras.ops.geomspace", "The axis in the result to store the samples."),
        place="minikeras/ops/creation.py",
    ),
    Finding(
        title="The sign of NaN is 0",
        code="""
import keras
print(keras.ops.convert_to_numpy(keras.ops.sign([float("nan"), -2.0])).tolist())
""",
        wrong={"torch": "[0.0, -1.0]"},
        right="[nan, -1.0]",
        why="""
An undefined number has no sign, as NumPy's documentation says. Optimizers that take the sign of the
gradient (Lion, signSGD) so go on where the gradient is NaN.
""",
        proof="""
import numpy as np
print(np.sign([float("nan"), -2.0]).tolist())
""",
        place="minikeras/ops/primitives/arithmetic.py",
        upstream=("https://github.com/pytorch/pytorch/issues/41245",),
    ),
    Finding(
        title="nancumsum and nancumprod replace infinities",
        code="""
import keras, numpy as np
x = np.float32([np.inf, np.nan, -1])
y = [keras.ops.convert_to_numpy(f(x)) for f in (keras.ops.nancumsum, keras.ops.nancumprod)]
print([bool(np.isinf(last[-1])) for last in y])
""",
        wrong={"tensorflow torch minikeras": "[False, False]"},
        right="[True, True]",
        why="""
NaN counts as 0 in sums and as 1 in products; an infinity is no NaN, and stays. Keras uses
`nan_to_num`, which replaces infinities by the largest number by default. An overflow is so hidden.
""",
        proof="""
import numpy as np
x = np.float32([np.inf, np.nan, -1])
print([bool(np.isinf(f(x)[-1])) for f in (np.nancumsum, np.nancumprod)])
""",
        promise=("keras.ops.nancumprod", "treating NaNs as one."),
        place="minikeras/ops/statistics.py",
    ),
    Finding(
        title="soft_shrink of integers is truncated",
        code="""
import keras, numpy as np
print(keras.ops.convert_to_numpy(keras.ops.soft_shrink(np.int32([-3, 0, 4]))).tolist())
""",
        wrong={"tensorflow minikeras": "[-2, 0, 3]"},
        other={"torch": "NotImplementedError"},
        right="[-2.5, 0.0, 3.5]",
        why="""
With the threshold 0.5, −3 becomes −2.5. With TensorFlow, Keras cuts off the fraction; other
activations of integers compute floats or refuse them, as torch does here.
""",
        proof="""
print([x + 0.5 if x < -0.5 else x - 0.5 if x > 0.5 else 0.0 for x in (-3, 0, 4)])
""",
        place="minikeras/ops/activations.py",
    ),
)
