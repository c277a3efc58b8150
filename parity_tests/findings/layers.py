"""Defects of layers."""

from __future__ import annotations

from parity_tests.findings.finding import Finding

FINDINGS = (
    Finding(
        title="MultiHeadAttention takes the mask away from its input",
        code="""
import keras, numpy as np
x = keras.layers.Embedding(3, 2, mask_zero=True)(np.array([[1, 0]]))
before = x._keras_mask is not None
keras.layers.MultiHeadAttention(1, 2)(x, x)
print(before, getattr(x, "_keras_mask", None) is not None)
""",
        wrong={"tensorflow jax torch": "True False"},
        right="True True",
        why="""
A layer must not change its arguments. After this call, `Add()([x, attention])` has no mask, and a
pooling layer behind it counts the padding. In a functional model the mask survives, so that the
same layers give another result in a subclassed one.
""",
        proof="""
print(True, True)
""",
    ),
    Finding(
        title="What attention computes depends on whether one asks for its scores",
        code="""
import keras, numpy as np
x = np.float32([[[1, 2], [3, 4]]])
layer = keras.layers.MultiHeadAttention(1, 2)
mask = np.zeros((1, 2, 2), bool)  # nothing may be attended to
a = layer(x, x, attention_mask=mask)
b, _ = layer(x, x, attention_mask=mask, return_attention_scores=True)
print(bool(keras.ops.all(keras.ops.abs(a - b) < 1e-6)))
""",
        wrong={"tensorflow jax torch": "False"},
        right="True",
        why="""
The scores are an additional output. Without them Keras goes through `dot_product_attention`,
which averages all values if all are masked; with them through `Softmax`, which then gives 0.
Dropout in the layer has the same effect.
""",
        promise=(
            "keras.layers.MultiHeadAttention",
            "A boolean to indicate whether the output should be",
        ),
    ),
    Finding(
        title="Conv2DTranspose with dilation fails on a CPU",
        code="""
import keras, numpy as np
layer = keras.layers.Conv2DTranspose(1, 2, dilation_rate=2, kernel_initializer="ones")
y = layer(np.array([[1.0, 2.0], [3.0, 4.0]]).reshape(1, 2, 2, 1))
print(keras.ops.convert_to_numpy(y)[0, :, :, 0].tolist())
""",
        wrong={"tensorflow": "InvalidArgumentError"},
        right=(
            "[[1.0, 2.0, 1.0, 2.0], [3.0, 4.0, 3.0, 4.0], "
            "[1.0, 2.0, 1.0, 2.0], [3.0, 4.0, 3.0, 4.0]]"
        ),
        why="""
"Current CPU implementations do not yet support dilation rates larger than 1", TensorFlow says.
""",
        proof="""
import numpy as np
y = np.zeros((4, 4))
for i, j in np.ndindex(2, 2):  # where the cells of the window write to
    y[2 * i : 2 * i + 2, 2 * j : 2 * j + 2] += [[1.0, 2.0], [3.0, 4.0]]
print(y.tolist())
""",
        promise=(
            "keras.layers.Conv2DTranspose",
            "specifying the dilation rate for all spatial dimensions",
        ),
        place="minikeras/layers/convolutional/conv_transpose.py",
    ),
    Finding(
        title="Windows over volumes begin beyond the first cell",
        code="""
import keras, numpy as np
x, w = np.arange(9, dtype="float32").reshape(1, 9, 1, 1, 1), np.ones((1, 1, 1, 1, 1), "float32")
volume = keras.ops.conv(x, w, strides=3, padding="same")
plane = keras.ops.conv(x[:, :, :, 0], w[0], strides=3, padding="same")
print(np.array(volume).ravel().tolist(), np.array(plane).ravel().tolist())
""",
        wrong={"tensorflow minikeras": "[1.0, 4.0, 7.0] [0.0, 3.0, 6.0]"},
        right="[0.0, 3.0, 6.0] [0.0, 3.0, 6.0]",
        why="""
"same" adds max((⌈n / s⌉ − 1) s + k − n, 0) cells, none here, so the first window begins at the
first cell, as over one or two axes. Over three, TensorFlow halves the negative number instead.
""",
        proof="""
x = [float(i) for i in range(9)]
print(x[::3], x[::3])
""",
        place="minikeras/ops/conv.py",
    ),
    Finding(
        title="Convolutions return memory that nothing has written to",
        code="""
import keras, numpy as np
x, w = np.ones((2, 4, 1, 1), "float32"), np.ones((1, 2, 1, 1), "float32")
y = np.array(keras.ops.conv(x, w, strides=(1, 2), padding="same"))
print(bool((y == 1).all()))
""",
        wrong={"tensorflow": "False"},
        right="True",
        why="""
Each window holds one cell and one cell of padding, so each number is 1. A part of the result is
written twice and the rest never, so that it is whatever the memory held. So it is with batches of
two or more, one channel, strides (1, s > 1) and an output of width 1: in 64 of 2,160
configurations that were tried.
""",
        proof="""
import numpy as np
x = np.pad(np.ones((2, 4, 1)), ((0, 0), (0, 0), (0, 1)))
print(bool((x.sum(axis=2) == 1).all()))
""",
        place="minikeras/ops/conv.py",
        onednn=True,
    ),
    Finding(
        title="A fused relu turns NaN into 0, and training goes on",
        code="""
import keras, numpy as np
layer = keras.layers.Dense(2, "relu")
model = keras.Sequential([keras.Input((2,)), layer])
print(float(model.predict(np.float32([[np.nan, 1]]), verbose=0).sum()))
""",
        wrong={"tensorflow": "0.0"},
        right="nan",
        why="""
max(NaN, 0) is NaN in TensorFlow's own relu, and in JAX, torch and NumPy. In a compiled function
TensorFlow fuses a product, its bias and relu into one operation of oneDNN, whose relu gives 0 for
NaN. So a missing value in the data goes unnoticed.
""",
        proof="""
import numpy as np
print(float(np.maximum(np.float32([np.nan, 1]) @ np.ones((2, 2), "float32"), 0).sum()))
""",
        place="minikeras/ops/primitives/activations.py",
        onednn=True,
    ),
    Finding(
        title="Average pooling counts the padding",
        code="""
import keras, numpy as np
layer = keras.layers.AveragePooling1D(3, padding="same")
y = layer(np.array([[[3.0], [6.0]]]))
print([round(float(number), 4) for number in keras.ops.convert_to_numpy(y).ravel()])
""",
        wrong={"torch": "[5.0]"},
        right="[4.5]",
        why="""
The window holds the numbers 3 and 6 and one cell of padding. Without the padding, their mean is
4.5. Where the padding is not the same on both sides, Keras repeats the edge with torch, and takes
the mean of 3, 6 and 6.
""",
        proof="""
print([(3 + 6) / 2])
""",
        place="minikeras/ops/pool.py",
    ),
    Finding(
        title="A model takes samples of another size than its input",
        code="""
import keras, numpy as np
x, y = keras.Input((1,)), keras.Input((3,))
one, three = keras.Model(x, x + x), keras.Model(y, y + y)
print(one.predict(np.ones((2, 3)), verbose=0).shape)
print(three.output_shape, three.predict(np.ones((2, 1)), verbose=0).shape)
""",
        wrong={"tensorflow jax torch": "(2, 3)\n(None, 3) (2, 1)"},
        right="ValueError",
        why="""
Three features where the model was told one, and one where it was told three; a forgotten column is
not noticed, or later, in a layer with a shape of its own. A last axis of length 1 may be missing or
in excess, and Keras removes it from both shapes before it compares them, as far as the shorter one
reaches. Sizes such as 2 for 3 are refused.
""",
        promise=(
            "keras.Input",
            "indicates that the expected input will be batches of 32-dimensional vectors.",
        ),
        place="minikeras/layers/input_spec.py",
        upstream=("https://github.com/keras-team/keras/pull/23257",),
    ),
)
