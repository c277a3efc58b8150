"""Defects of ``keras.ops``: functions that arrange, pad and count."""

from __future__ import annotations

from parity_tests.findings.finding import Finding

FINDINGS = (
    Finding(
        title="average with weights along axis 0 weighs along axis 1",
        code="""
import keras
y = keras.ops.average([[1.0, 2.0], [3.0, 4.0]], axis=0, weights=[1.0, 3.0])
print(keras.ops.convert_to_numpy(y).tolist())
""",
        wrong={"torch": "[1.0, 4.5]"},
        right="[2.5, 3.5]",
        why="""
The weights belong to the rows: (1 · 1 + 3 · 3) / 4 and (1 · 2 + 3 · 4) / 4. With torch, Keras
multiplies x by the weights without giving them the shape of the axis, so that they meet the
columns.
""",
        proof="""
import numpy as np
print(np.average([[1.0, 2.0], [3.0, 4.0]], axis=0, weights=[1.0, 3.0]).tolist())
""",
        place="minikeras/ops/reduction.py",
        upstream=("https://github.com/keras-team/keras/issues/23250",),
    ),
    Finding(
        title="take from a flattened array counts negative indices from the first axis",
        code="""
import keras, numpy as np
x = np.arange(6).reshape(2, 3)
print(keras.ops.convert_to_numpy(keras.ops.take(x, [-1, 0])).tolist())
""",
        wrong={"torch": "[1, 0]"},
        right="[5, 0]",
        why="""
Without an axis, the array is flattened, and −1 is the last of all its numbers. With torch, Keras
adds the size of the first axis to negative indices, before it flattens.
""",
        proof="""
import numpy as np
print(np.take(np.arange(6).reshape(2, 3), [-1, 0]).tolist())
""",
        promise=("keras.ops.take", "By default, the flattened input tensor is used."),
        place="minikeras/ops/indexing.py",
    ),
    Finding(
        title="pad with mode symmetric repeats the edge",
        code="""
import keras
y = keras.ops.pad([1.0, 2.0, 3.0], [[2, 0]], mode="symmetric")
print(keras.ops.convert_to_numpy(y).tolist())
""",
        wrong={"torch": "[1.0, 1.0, 1.0, 2.0, 3.0]"},
        right="[2.0, 1.0, 1.0, 2.0, 3.0]",
        why="""
"symmetric" mirrors the array, edge included; to repeat its edge is the mode "edge". With torch,
Keras takes torch's mode "replicate" for both.
""",
        proof="""
import numpy as np
print(np.pad([1.0, 2.0, 3.0], [[2, 0]], mode="symmetric").tolist())
""",
        place="minikeras/ops/joining.py",
        upstream=("https://github.com/keras-team/keras/pull/23230",),
    ),
    Finding(
        title="pad with one number does not pad all axes",
        code="""
import keras
y = keras.ops.pad([[1.0, 2.0]], 1)
print(keras.ops.convert_to_numpy(y).tolist())
""",
        wrong={
            "tensorflow": "InvalidArgumentError",
            "torch": "[[0.0, 1.0, 2.0, 0.0]]",
        },
        right="[[0.0, 0.0, 0.0, 0.0], [0.0, 1.0, 2.0, 0.0], [0.0, 0.0, 0.0, 0.0]]",
        why="""
Keras makes one pair of the number, which TensorFlow refuses, and which torch applies to the last
axis.
""",
        proof="""
import numpy as np
print(np.pad([[1.0, 2.0]], 1).tolist())
""",
        promise=("keras.ops.pad", "is a shortcut for `before = after = pad` width for all axes."),
        place="minikeras/ops/joining.py",
    ),
    Finding(
        title="segment_sum without num_segments fails where a number is left out",
        code="""
import keras, numpy as np
y = keras.ops.segment_sum(np.float32([1, 2, 3]), np.int32([0, 2, 2]))
print(keras.ops.convert_to_numpy(y).tolist())
""",
        wrong={"tensorflow": "InvalidArgumentError"},
        other={"jax": "ValueError"},
        right="[1.0, 0.0, 5.0]",
        why="""
With TensorFlow, Keras counts the different numbers, of which there are two here, instead of
taking the largest, as in `segment_max`. JAX needs to know the number, and says so.
""",
        proof="""
import numpy as np
print(np.bincount([0, 2, 2], [1.0, 2.0, 3.0]).tolist())
""",
        promise=(
            "keras.ops.segment_sum",
            "If not specified, it is inferred from the maximum value",
        ),
        place="minikeras/ops/segment.py",
    ),
    Finding(
        title="triu fails for a diagonal far below the matrix",
        code="""
import keras
print(keras.ops.convert_to_numpy(keras.ops.triu([[1.0], [2.0]], k=-3)).tolist())
""",
        wrong={"tensorflow": "InvalidArgumentError"},
        right="[[1.0], [2.0]]",
        why="""
All numbers stand above that diagonal, so all stay. `tril` accepts the same k.
""",
        proof="""
import numpy as np
print(np.triu([[1.0], [2.0]], k=-3).tolist())
""",
        place="minikeras/ops/diagonals.py",
    ),
    Finding(
        title="corrcoef and kron announce other shapes than they compute",
        code="""
import keras, numpy as np
x, y = np.ones((2, 5), "float32"), np.ones((3,), "float32")
promised = keras.ops.corrcoef(keras.KerasTensor((2, 5))).shape
print(tuple(promised) == tuple(keras.ops.corrcoef(x).shape))
promised = keras.ops.kron(keras.KerasTensor((2, 5)), keras.KerasTensor((3,))).shape
print(tuple(promised) == tuple(keras.ops.kron(x, y).shape))
""",
        wrong={"tensorflow jax torch": "False\nFalse"},
        right="True\nTrue",
        why="""
The coefficients of 2 rows are a matrix of 2 × 2; a functional model is told 2 × 5. The product of
shapes (2, 5) and (3,) is of shape (2, 15); a model is told (6,). What is built behind has a wrong
size.
""",
        proof="""
import numpy as np
x, y = np.random.default_rng(0).normal(size=(2, 5)), np.ones(3)
print(np.corrcoef(x).shape == (2, 2))
print(np.kron(x, y).shape == (2, 15))
""",
    ),
    Finding(
        title="correlate gives nothing if the second array is the longer one",
        code="""
import keras, numpy as np
y = keras.ops.correlate(np.float32([0, 1]), np.float32([1, 2, 3]), mode="valid")
print(keras.ops.convert_to_numpy(y).tolist())
""",
        wrong={"tensorflow": "[]"},
        right="[3.0, 2.0]",
        why="""
"valid" asks for all positions in which the shorter array lies within the longer one; there are
two.
""",
        proof="""
import numpy as np
print(np.correlate([0.0, 1.0], [1.0, 2.0, 3.0], mode="valid").tolist())
""",
    ),
    Finding(
        title="Pooling without strides fails",
        code="""
import keras, numpy as np
y = keras.ops.max_pool(np.arange(4.0).reshape(1, 4, 1), 2)
print(keras.ops.convert_to_numpy(y).ravel().tolist())
""",
        wrong={"jax": "TypeError"},
        right="[1.0, 3.0]",
        why="""
The default of `strides` is the size of the windows. With JAX, Keras has then given that size a
batch and a channel axis already, and gives it both again. So it is in `average_pool`, and over
any number of axes.
""",
        proof="""
print([max(0.0, 1.0), max(2.0, 3.0)])
""",
        place="minikeras/ops/pool.py",
    ),
    Finding(
        title="argmax passes over NaN where max gives NaN",
        code="""
import keras, numpy as np
x = np.float32([1, np.nan, 2])
print(float(keras.ops.max(x)), int(keras.ops.argmax(x)))
""",
        wrong={"tensorflow minikeras": "nan 2"},
        right="nan 1",
        why="""
The index belongs to the maximum. NumPy, JAX and torch agree that it is that of the NaN.
""",
        proof="""
import numpy as np
x = np.float32([1, np.nan, 2])
print(float(np.max(x)), int(np.argmax(x)))
""",
        place="minikeras/ops/primitives/reduction.py",
    ),
    Finding(
        title="Shrinking activations turn NaN into 0",
        code="""
import keras, numpy as np
x = np.float32([np.nan])
print([float(getattr(keras.ops, f)(x)[0]) for f in ("hard_shrink", "soft_shrink", "tanh_shrink")])
""",
        wrong={"tensorflow jax minikeras": "[0.0, 0.0, nan]"},
        right="[nan, nan, nan]",
        why="""
The result of an undefined number is undefined; a loss that is NaN would show that something went
wrong. Keras chooses 0 wherever |x| > λ does not hold, and it does not hold for NaN. torch's own
functions give NaN.
""",
        proof="""
import numpy as np
x = float("nan")
print([x, float(np.sign(x) * (abs(x) - 0.5)), float(x - np.tanh(x))])
""",
        place="minikeras/ops/activations.py",
    ),
    Finding(
        title="squareplus overflows, and is 0 where it is small",
        code="""
import keras
y = keras.ops.convert_to_numpy(keras.ops.squareplus([1e20, -1e4]))
print([f"{number:.4g}" for number in y])
""",
        wrong={"tensorflow jax torch minikeras": "['inf', '0']"},
        right="['1e+20', '0.0001']",
        why="""
(x + √(x² + b)) / 2 with b = 4. x² overflows above 1.8e19, and for x < 0 the two terms cancel, so
that no digit is left below −4000. In the second case b / 2 / (√(x² + b) − x) is the same number.
""",
        proof="""
from decimal import Decimal as D, getcontext
getcontext().prec = 60
y = [(x + (x * x + 4).sqrt()) / 2 for x in (D("1e20"), D("-1e4"))]
print([f"{float(number):.4g}" for number in y])
""",
        place="minikeras/ops/activations.py",
    ),
    Finding(
        title="uniform in half precision returns its upper bound",
        code="""
import keras
u = keras.random.uniform((50_000,), 5.0, 6.0, dtype="float16", seed=1)
print(bool(keras.ops.max(u) < 6))
""",
        wrong={"tensorflow jax torch minikeras": "False"},
        right="True",
        why="""
About a hundred of these numbers equal 6. They are drawn from [0, 1), and rounded after the lower
bound was added. So log(6 − u) is −∞ now and then.
""",
        promise=(
            "keras.random.uniform",
            "Upper bound of the range of random values to generate (exclusive).",
        ),
        place="minikeras/random/distributions.py",
    ),
    Finding(
        title="slogdet overflows like the determinant that it replaces",
        code="""
import keras, numpy as np
sign, logarithm = keras.ops.slogdet(np.diag(np.float32([1e30, 1e30])))
print(float(sign), round(float(logarithm), 3))
""",
        wrong={"jax minikeras": "1.0 inf"},
        right="1.0 138.155",
        why="""
The logarithm of the determinant is 2 · 30 · ln 10. To have it where the determinant itself is too
large is what this function is for.
""",
        proof="""
import math
print(1.0, round(60 * math.log(10), 3))
""",
        place="minikeras/ops/linear_algebra.py",
    ),
    Finding(
        title="Sums and maxima over all axes do not keep them",
        code="""
import keras, numpy as np
x = np.ones((2, 3), "float32")
print([tuple(getattr(keras.ops, f)(x, keepdims=True).shape) for f in ("sum", "prod", "max")])
""",
        wrong={"torch": "[(), (), ()]"},
        right="[(1, 1), (1, 1), (1, 1)]",
        why="""
With torch and without an axis, Keras forgets `keepdims`; in `ptp` and `nanprod` too.
""",
        proof="""
import numpy as np
x = np.ones((2, 3))
print([f(x, keepdims=True).shape for f in (np.sum, np.prod, np.max)])
""",
        place="minikeras/ops/reduction.py",
    ),
    Finding(
        title="dot of stacks multiplies them pairwise",
        code="""
import keras, numpy as np
x = np.arange(8, dtype="float32").reshape(2, 2, 2)
print(tuple(keras.ops.dot(x, x).shape))
""",
        wrong={"torch": "(2, 2, 2)"},
        right="(2, 2, 2, 2)",
        why="""
`dot` sums over the last axis of x and the last but one of y, and keeps all others of both, as its
documentation says; to multiply pairwise is `matmul`.
""",
        proof="""
import numpy as np
x = np.arange(8.0).reshape(2, 2, 2)
print(np.dot(x, x).shape)
""",
        place="minikeras/ops/products.py",
    ),
)
