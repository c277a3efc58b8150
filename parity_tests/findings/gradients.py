"""Defects of gradients."""

from __future__ import annotations

from parity_tests.findings.finding import Finding


def gradient(function: str, start: str) -> str:
    """A program that prints the gradient of the sum of a function of x, the same for all backends.

    An SGD step of rate 1 subtracts the gradient from the weight.
    """
    return f"""
import keras, numpy as np
start = np.float32({start})
layer = keras.layers.Lambda(lambda x: {function})
first = keras.initializers.Constant(start.reshape(1, -1))
weight = keras.layers.Embedding(1, start.size, embeddings_initializer=first)
reshape = keras.layers.Reshape(start.shape)
model = keras.Sequential([keras.Input((1,), dtype="int32"), weight, reshape, layer])
model.compile(keras.optimizers.SGD(1.0), lambda y, p: keras.ops.sum(p))
model.train_on_batch(np.zeros((1, 1), "int32"), np.zeros((1, 1)))
print((start.ravel() - np.array(weight.embeddings, "float64")[0]).round(4).tolist())
"""


FINDINGS = (
    Finding(
        title="The gradient of cumprod is 0 where an argument is 0",
        code=gradient("keras.ops.cumprod(x, axis=1)", "[0, 2, 3]"),
        wrong={"tensorflow minikeras": "[0.0, 0.0, 0.0]"},
        right="[9.0, 0.0, 0.0]",
        why="""
The sum of a, ab, abc has the derivative 1 + b + bc with respect to a, whatever a is. TensorFlow
divides by a, and takes 0 / 0 for 0. (`prod` is right.)
""",
        proof="""
a, b, c = 0.0, 2.0, 3.0
print([1 + b + b * c, a + a * c, a * b])
""",
        place="minikeras/ops/primitives/cumulative.py",
        upstream=("https://github.com/tensorflow/tensorflow/issues/119430",),
    ),
    Finding(
        title="The gradient of sinc at 0 is NaN",
        code=gradient("keras.ops.sinc(x)", "[0, 1]"),
        wrong={"tensorflow minikeras": "[nan, -1.0]"},
        right="[0.0, -1.0]",
        why="""
sin(πx) / (πx) is an even and smooth function, so its derivative at 0 is 0. With TensorFlow, Keras
selects 1 there, but differentiates the quotient too, and 0 · ∞ is NaN.
""",
        proof="""
import numpy as np
x, h = np.array([0.0, 1.0]), 1e-5
print(((np.sinc(x + h) - np.sinc(x - h)) / (2 * h)).round(4).tolist())
""",
        place="minikeras/ops/trigonometry.py",
        upstream=("https://github.com/tensorflow/tensorflow/issues/127226",),
    ),
    Finding(
        title="The gradient of the crossentropy is wrong for labels that do not sum to 1",
        code=gradient("keras.losses.categorical_crossentropy(0 * x, x, True)", "[1, 2]"),
        wrong={"tensorflow minikeras": "[0.2689, 0.7311]"},
        right="[0.0, 0.0]",
        why="""
−Σ t ln softmax(x) has the gradient softmax(x) Σ t − t. For a row of zeros, which stands for "no
class" or for padding, the loss is 0 for all x, and so is its gradient. TensorFlow leaves the
factor Σ t out, as its own documentation admits, and Keras's does not. So padding pushes the
logits.
""",
        proof="""
import numpy as np
x, t = np.array([1.0, 2.0]), np.zeros(2)
softmax = np.exp(x) / np.exp(x).sum()
print((softmax * t.sum() - t).tolist())
""",
        place="minikeras/ops/primitives/crossentropy.py",
    ),
    Finding(
        title="MaxPooling3D gives the gradient to all that are near the maximum",
        code=gradient("keras.layers.MaxPooling3D((2, 1, 1))(x)", "[[[[1]]], [[[1.000005]]]]"),
        wrong={"tensorflow minikeras": "[1.0, 1.0]"},
        right="[0.0, 1.0]",
        why="""
There is one maximum, and the derivative with respect to it is 1. TensorFlow's kernel takes all
numbers within 1e-5 of the result for it, and gives each the whole gradient, so that the sum of
the gradients grows. For numbers of the size 1e-5, as after a small initialization, that is the
whole window.
""",
        proof="""
import numpy as np
x = np.float32([1, 1.000005])
print((x == x.max()).astype(float).tolist())
""",
        place="minikeras/ops/primitives/pool.py",
    ),
    Finding(
        title="The gradient of normalize at 0 is NaN",
        code=gradient("1e-7 * keras.ops.normalize(x)", "[0, 0]"),
        wrong={"jax torch": "[nan, nan]"},
        right="[1.0, 1.0]",
        why="""
x · min(1 / ‖x‖, 1 / ε) with ε = 1e-7 is x / ε near 0, which is smooth. A sample of zeros in front
of `UnitNormalization` makes all weights before it NaN.
""",
        proof="""
epsilon, x = 1e-7, 1e-10
print([round(1e-7 * (x / epsilon - -x / epsilon) / (2 * x), 4)] * 2)
""",
        place="minikeras/ops/normalization.py",
    ),
    Finding(
        title="The gradient of pinv is wrong where singular values are equal",
        code=gradient("keras.ops.pinv(x)", "np.eye(2)"),
        wrong={"tensorflow": "[-1.0, 0.0, 0.0, -1.0]"},
        right="[-1.0, -1.0, -1.0, -1.0]",
        why="""
The pseudoinverse of an invertible matrix is its inverse, whose sum of elements has the gradient −1
everywhere at the unit matrix. TensorFlow differentiates the singular vectors, which are not unique
where two singular values are equal, and counts what then is 0 · ∞ as 0. The vectors cancel in the
pseudoinverse. `inv` is right, and so is `pinv` near this matrix; an orthogonal initialization
makes all singular values equal.
""",
        proof="""
import numpy as np
def f(i, h):
    x = np.eye(2).ravel()
    x[i] += h
    return np.linalg.pinv(x.reshape(2, 2)).sum()
print([round(float(f(i, 1e-5) - f(i, -1e-5)) / 2e-5, 4) for i in range(4)])
""",
        place="minikeras/ops/primitives/singular_values.py",
        upstream=("https://github.com/tensorflow/tensorflow/issues/61675",),
    ),
    Finding(
        title="slice_update has no gradient",
        code=gradient("keras.ops.slice_update(x, (0, 0), x[:, :1])", "[2, 3]"),
        wrong={"tensorflow": "LookupError"},
        right="[1.0, 1.0]",
        why="""
It copies numbers, so that its gradient is 1 or 0. TensorFlow's operation for it has none. The other
operations of this kind have one: `scatter_update` writes the same numbers.
""",
        proof="""
x, h = [2.0, 3.0], 0.5
print([((x[i] + h) - (x[i] - h)) / (2 * h) for i in (0, 1)])
""",
        place="minikeras/ops/indexing.py",
    ),
    Finding(
        title="vander cannot be differentiated",
        code=gradient("keras.ops.vander(x[0])", "[1, 2]"),
        wrong={"torch": "RuntimeError"},
        right="[1.0, 1.0]",
        why="""
The matrix [[1, 1], [2, 1]] of the powers of 1 and 2 depends on x in its first column only. With
torch, Keras multiplies the columns in place, and torch notices that a number that it needs was
overwritten. `scatter_update` with "mul" has the same fault.
""",
        proof="""
import numpy as np
x, h = np.array([1.0, 2.0]), 0.5
print([float((np.vander(x + h * e) - np.vander(x - h * e)).sum() / (2 * h)) for e in np.eye(2)])
""",
        place="minikeras/ops/creation.py",
    ),
    Finding(
        title="cholesky_inverse has a gradient for numbers that it does not read",
        code=gradient("keras.ops.cholesky_inverse(x[0])[:, 0]", "[[1, 0], [1, 1]]"),
        wrong={"torch": "[-3.0, 1.0, 1.0, 0.0]"},
        right="[-3.0, 0.0, 1.0, 0.0]",
        why="""
The Cholesky factor is a lower triangle, and what stands above it is ignored, so that its derivative
is 0. torch gives the number there another one, and SGD moves it.
""",
        proof="""
import numpy as np
def f(x):
    inverse = np.linalg.inv(np.tril(x.reshape(2, 2)))
    return (inverse.T @ inverse)[0, 0] + (inverse.T @ inverse)[1, 0]
x, h = np.array([1.0, 0, 1, 1]), 1e-5
print([round(float(f(x + h * e) - f(x - h * e)) / (2 * h), 4) + 0.0 for e in np.eye(4)])
""",
        place="minikeras/ops/linear_algebra.py",
    ),
)
