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
)
