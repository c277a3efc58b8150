"""Crossentropies with the softmax or sigmoid of logits."""

from __future__ import annotations

import numpy as np

from minikeras.dtypes import promote, separate
from minikeras.messages import count
from minikeras.ops.declarations import elementwise, primitive
from minikeras.ops.kinds import in_float32, quiet
from minikeras.ops.primitives.activations import minus_max
from minikeras.types import Array, Shape, TensorLike


@primitive(dtype=promote)
@quiet
def softmax_crossentropy(target: Array, logits: Array) -> Array:
    """Crossentropy of a distribution with the softmax of the last axis.

    y = Σ t (ln Σ e^(x − m) − (x − m)), m = max x

    dx = dy (softmax x − t)         dt = −dy ln softmax x

    Parity: dx is the derivative where Σ t = 1; Keras uses it for every t.
    """
    shifted = minus_max(logits)
    return np.sum(target * (np.log(np.sum(np.exp(shifted), -1, keepdims=True)) - shifted), -1)


@softmax_crossentropy.shape
def softmax_crossentropy_shape(target: Shape, logits: Shape) -> Shape:
    return logits[:-1]


@softmax_crossentropy.vjp
def softmax_crossentropy_vjp(dy: Array, y: Array, target: Array, logits: Array) -> TensorLike:
    shifted = minus_max(logits)
    e = np.exp(shifted)
    total = np.sum(e, -1, keepdims=True)
    dy = np.expand_dims(dy, -1)
    return lambda: dy * (np.log(total) - shifted), lambda: dy * (e / total - target)


softmax_crossentropy.fast("minikeras.ops.tensorflow_float32", when=in_float32)


def check_classes(target: Array, classes: int) -> None:
    if target.size and not (target.min() >= 0 and target.max() < classes):
        low, high = target.min(), target.max()
        if classes == 1:
            advice = "For one unit use binary_crossentropy"
        elif low > 0 and high == classes:
            advice = "Classes are counted from 0: subtract 1 from the labels"
        elif low < 0:
            advice = "Labels that stand for no class need ignore_class in the loss"
        else:
            advice = f"For these labels the last layer needs {high + 1} units"
        raise ValueError(
            f"`target`, the labels, must hold class numbers in [0, {classes}), because the last "
            f"layer has {count(classes, 'unit')}; received numbers from {low} to {high}. {advice}"
        )


@primitive(dtype=separate, out=lambda target, logits: logits)
@quiet
def sparse_softmax_crossentropy(target: Array, logits: Array) -> Array:
    """Crossentropy of a class number with the softmax of the last axis.

    y = ln Σ e^(x − m) − (x_t − m), m = max x       dx = dy (softmax x − [class = t])

    Raises ValueError for a class that does not exist.
    """
    check_classes(target, logits.shape[-1])
    shifted = minus_max(logits)
    own = np.take_along_axis(shifted, target[..., None], -1)[..., 0]
    return np.log(np.sum(np.exp(shifted), -1)) - own


@sparse_softmax_crossentropy.shape
def sparse_softmax_crossentropy_shape(target: Shape, logits: Shape) -> Shape:
    return logits[:-1]


@sparse_softmax_crossentropy.vjp
def sparse_softmax_crossentropy_vjp(
    dy: Array, y: Array, target: Array, logits: Array
) -> TensorLike:
    e = np.exp(minus_max(logits))
    p = e / np.sum(e, -1, keepdims=True)
    chosen = np.asarray(target)[..., None] == np.arange(logits.shape[-1])
    return None, np.expand_dims(dy, -1) * (p - chosen.astype(p.dtype))


sparse_softmax_crossentropy.fast("minikeras.ops.tensorflow_float32", when=in_float32)


@elementwise(dtype=promote)
@quiet
def sigmoid_crossentropy(target: Array, logits: Array) -> Array:
    """Crossentropy of a probability with a sigmoid.

    y = max(x, 0) − x t + ln(1 + e^−|x|)

    dx = (x ≥ 0: dy − q, else q) − dy t, q = dy e / (1 + e), e = e^−|x|         dt = −dy x

    Parity: in the order in which TensorFlow's graph mode, that is `fit`, adds the terms.
    """
    return np.where(logits >= 0, logits, 0) - logits * target + np.log1p(np.exp(-np.abs(logits)))


@sigmoid_crossentropy.vjp
def sigmoid_crossentropy_vjp(dy: Array, y: Array, target: Array, logits: Array) -> TensorLike:
    def dlogits() -> TensorLike:
        e = np.exp(-np.abs(logits))
        tail = dy * (1 / (1 + e)) * e
        return np.where(logits >= 0, dy - tail, tail) - dy * target

    return lambda: -dy * logits, dlogits


sigmoid_crossentropy.fast("minikeras.ops.tensorflow_float32", when=in_float32)
