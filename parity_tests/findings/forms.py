"""Defects of ``keras.ops``: shapes and dtypes, announced and computed, and calls that fail."""

from __future__ import annotations

from parity_tests.findings.finding import Finding

FINDINGS = (
    Finding(
        title="eig announces real numbers",
        code="""
import keras, numpy as np
promised = keras.ops.eig(keras.KerasTensor((2, 2)))
computed = keras.ops.eig(np.float32([[0, 1], [-1, 0]]))
same = lambda a, b: a.dtype == keras.backend.standardize_dtype(b.dtype)
print([same(a, b) for a, b in zip(promised, computed)])
""",
        wrong={"tensorflow jax torch": "[False, False]"},
        right="[True, True]",
        why="""
The eigenvalues of a matrix that is not symmetric are complex, those of this one i and −i. All
backends compute complex64, and a functional model is told float32.
""",
        proof="""
import numpy as np
print([part.dtype == "complex64" for part in np.linalg.eig(np.float32([[0, 1], [-1, 0]]))])
""",
        place="minikeras/ops/primitives/linear_algebra.py",
    ),
    Finding(
        title="slogdet, rot90 and multi_hot announce other forms than they compute",
        code="""
import keras, numpy as np
T, form = keras.KerasTensor, lambda y: (len(y.shape), keras.backend.standardize_dtype(y.dtype))
stack, classes = np.stack([np.eye(2, dtype="float32")] * 3), np.int32([[3, 2]])
print(form(keras.ops.slogdet(T((3, 2, 2)))[0]) == form(keras.ops.slogdet(stack)[0]))
print(form(keras.ops.multi_hot(T((1, 2), "int32"), 4)) == form(keras.ops.multi_hot(classes, 4)))
print(tuple(keras.ops.rot90(T((1, 2)), k=4).shape))
""",
        wrong={"tensorflow jax torch": "False\nFalse\n(2, 1)"},
        right="True\nTrue\n(1, 2)",
        why="""
A stack of matrices has a stack of signs; a model is told one number. `multi_hot` computes float32
and announces the dtype of its input, int32. Four quarter turns change nothing, and so does the
shape; Keras announces that the axes are swapped for each k.
""",
        proof="""
import numpy as np
print(np.linalg.slogdet(np.stack([np.eye(2)] * 3))[0].ndim == 1)
print(True)
print(np.rot90(np.ones((1, 2)), k=4).shape)
""",
        place="minikeras/ops/linear_algebra.py",
    ),
    Finding(
        title="Norms of singular values keep axes at the wrong place",
        code="""
import keras, numpy as np
x = np.zeros((2, 2, 5, 2), "float32")
norms = [keras.ops.norm(x, ord, axis=(-2, -1), keepdims=True) for ord in (1, 2, "nuc")]
print([tuple(y.shape) for y in norms])
""",
        wrong={"tensorflow": "[(2, 2, 1, 1), (2, 1, 2, 1), (2, 1, 2, 1)]"},
        right="[(2, 2, 1, 1), (2, 2, 1, 1), (2, 2, 1, 1)]",
        why="""
The last two axes are reduced, and are kept with length 1. For the orders 2, −2 and "nuc", Keras
counts them from the end of the result that lacks them already. What is divided by these norms is
divided by those of other matrices.
""",
        proof="""
import numpy as np
x = np.zeros((2, 2, 5, 2))
print([np.linalg.norm(x, ord, axis=(-2, -1), keepdims=True).shape for ord in (1, 2, "nuc")])
""",
        promise=(
            "keras.ops.norm",
            "the axes which are reduced are left in the result as dimensions with size one.",
        ),
        place="minikeras/ops/linear_algebra.py",
    ),
    Finding(
        title="diagonal and trace fail where no number is on the diagonal",
        code="""
import keras, numpy as np
x = np.ones((2, 2), "float32")
print(tuple(keras.ops.diagonal(x, offset=3).shape), float(keras.ops.trace(x, offset=2)))
""",
        wrong={"tensorflow": "InvalidArgumentError"},
        right="(0,) 0.0",
        why="""
A diagonal beyond the matrix is empty, and the sum of nothing is 0. Keras announces the empty shape
to a functional model, which then fails when it computes.
""",
        proof="""
import numpy as np
x = np.ones((2, 2))
print(np.diagonal(x, offset=3).shape, float(np.trace(x, offset=2)))
""",
        place="minikeras/ops/diagonals.py",
    ),
    Finding(
        title="arange fails where it has nothing to count",
        code="""
import keras
print(keras.ops.convert_to_numpy(keras.ops.arange(0, 5, step=-1)).tolist())
""",
        wrong={"tensorflow": "InvalidArgumentError", "torch": "RuntimeError"},
        right="[]",
        why="""
No number that is reached from 0 by steps of −1 lies before 5, so that there is none. Python's
`range` and NumPy agree. A loop over the positions from a variable start to the end fails at its
last round.
""",
        proof="""
print(list(range(0, 5, -1)))
""",
        place="minikeras/ops/creation.py",
    ),
    Finding(
        title="The maximum of an empty segment depends on whether the segments are sorted",
        code="""
import keras, numpy as np
x, ids = np.float32([-3, -1, -2]), np.int32([0, 2, 2])
y, z = (keras.ops.segment_max(x, ids, sorted=is_sorted) for is_sorted in (True, False))
print(bool(keras.ops.all(y == z)))
""",
        wrong={"tensorflow": "False"},
        other={"jax": "ValueError"},
        right="True",
        why="""
`sorted` says that the numbers of the segments rise, which they do here. It makes another way of
computing possible, and must not change the result. With TensorFlow, the maximum of the empty
segment 1 is 0 if it is set, more than all numbers there are, and the lowest float otherwise. JAX
needs to know how many segments there are, and says so.
""",
        promise=("keras.ops.segment_max", "A boolean indicating whether `segment_ids` is sorted."),
        place="minikeras/ops/segment.py",
    ),
    Finding(
        title="one_hot of a class too many fails",
        code="""
import keras, numpy as np
print(keras.ops.convert_to_numpy(keras.ops.one_hot(np.array([1, 4]), 3)).tolist())
""",
        wrong={"torch": "RuntimeError"},
        right="[[0.0, 1.0, 0.0], [0.0, 0.0, 0.0]]",
        why="""
Row i marks the place that equals the class; for a class that is none of the three, no place does.
With TensorFlow and JAX it is so, and with torch for negative classes; only classes that are too
large fail there, on a GPU with an error that ends the process.
""",
        proof="""
import numpy as np
print((np.array([1, 4])[:, None] == np.arange(3)).astype(float).tolist())
""",
        place="minikeras/ops/one_hot.py",
    ),
    Finding(
        title="One number from start to stop is NaN",
        code="""
import keras, numpy as np
start, stop = keras.ops.array(1.0), keras.ops.array(2.0)
ops = keras.ops.linspace, keras.ops.logspace, keras.ops.geomspace
print([float(f(start, stop, num=1)[0]) for f in ops])
""",
        wrong={"torch": "[nan, nan, nan]"},
        right="[1.0, 10.0, 1.0]",
        why="""
The only number is the first. With torch, and ends that are tensors, Keras divides by num − 1,
which is 0, and 0 · ∞ is NaN.
""",
        proof="""
import numpy as np
functions = np.linspace, np.logspace, np.geomspace
print([float(f(1.0, 2.0, num=1)[0]) for f in functions])
""",
        place="minikeras/ops/creation.py",
    ),
)
