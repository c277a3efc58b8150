"""Crossentropies, and the logits that a softmax or sigmoid remembers."""

from __future__ import annotations

from minikeras import frames, settings, shapes
from minikeras.ops.core import cast, tensor
from minikeras.ops.declarations import operation
from minikeras.ops.primitives.crossentropy import (
    sigmoid_crossentropy,
    softmax_crossentropy,
    sparse_softmax_crossentropy,
)
from minikeras.ops.primitives.exponential import log
from minikeras.ops.reduction import sum
from minikeras.ops.reshaping import moveaxis, squeeze
from minikeras.ops.rounding import clip
from minikeras.types import TensorLike


def logits_behind(
    output: TensorLike, from_logits: bool, activation: str, function: str
) -> tuple[TensorLike, bool]:
    """The logits that an output of softmax or sigmoid remembers, and whether these are logits.

    Parity: used even if from_logits=False, so that nothing saturates; from_logits=True warns.
    """
    logits = getattr(output, "_keras_logits", None)
    if logits is None:
        return output, from_logits
    if from_logits:
        frames.warn(
            f'"`{function}` received `from_logits=True`, but the `output` argument was produced by '
            f"a {activation} activation and thus does not represent logits. Was this intended?"
        )
    return logits, True


def _same_shape(target: TensorLike, output: TensorLike) -> None:
    t, o = tuple(target.shape), tuple(output.shape)
    received = f"Received: target.shape={t}, output.shape={o}"
    if len(t) != len(o):
        raise ValueError(
            f"Arguments `target` and `output` must have the same rank (ndim). {received}"
        )
    if not all(map(shapes.match, t, o)):
        raise ValueError(f"Arguments `target` and `output` must have the same shape. {received}")


def _clipped(p: TensorLike) -> TensorLike:
    epsilon = settings.epsilon()
    return clip(p, epsilon, 1.0 - epsilon)


@operation("ops.nn")
def categorical_crossentropy(
    target: TensorLike, output: TensorLike, from_logits: bool = False, axis: int = -1
) -> TensorLike:
    """−Σ t ln p along `axis`, p normalized and clipped to [ε, 1 − ε]; or from logits.

    Raises ValueError for scalars and for shapes that differ.

    Parity: logits that `output` remembers are used instead of it.
    """
    target, output = tensor(target), tensor(output)
    if not len(target.shape):
        raise ValueError(
            "Arguments `target` and `output` must be at least rank 1. "
            f"Received: target.shape={target.shape}, output.shape={output.shape}"
        )
    _same_shape(target, output)
    output, from_logits = logits_behind(output, from_logits, "Softmax", "categorical_crossentropy")
    if from_logits:
        logits = tensor(output)
        wide = "float32" if logits.dtype == "float16" else logits.dtype
        target, x = cast(target, wide), cast(logits, wide)
        if shapes.normalize_axis(axis, len(x.shape)) != len(x.shape) - 1:
            target, x = moveaxis(target, axis, -1), moveaxis(x, axis, -1)
        return cast(softmax_crossentropy(target, x), logits.dtype)
    p = _clipped(output / sum(output, axis, True))
    return -sum(target * log(p), axis)


@operation("ops.nn")
def sparse_categorical_crossentropy(
    target: TensorLike, output: TensorLike, from_logits: bool = False, axis: int = -1
) -> TensorLike:
    """−ln p_t for class numbers t, p the last axis of `output`; or from logits.

    Raises ValueError for another axis, for shapes that do not fit and for classes out of range.

    Parity: probabilities are clipped to [ε, 1 − ε] and their logarithms then taken as logits,
    which normalizes them; logits that `output` remembers are used instead of it.
    """
    if axis not in (-1, len(output.shape) - 1):
        raise ValueError(f"Only axis=-1 is currently supported. Received: axis={axis}")
    output, from_logits = logits_behind(
        output, from_logits, "Softmax", "sparse_categorical_crossentropy"
    )
    target, output = cast(tensor(target), "int64"), tensor(output)
    if not len(output.shape):
        raise ValueError(
            f"Argument `output` must be at least rank 1. Received: output.shape={output.shape}"
        )
    if len(target.shape) == len(output.shape) and target.shape[-1] == 1:
        target = squeeze(target, -1)
    received = f"target.shape={tuple(target.shape)}, output.shape={tuple(output.shape)}"
    if len(target.shape) != len(output.shape) - 1:
        raise ValueError(f"Argument `output` must have one axis more than `target`: {received}")
    if not all(map(shapes.match, target.shape, output.shape[:-1])):
        raise ValueError(f"`target` and `output` must agree up to the last axis: {received}")
    if not from_logits:
        output = log(_clipped(output))
    return sparse_softmax_crossentropy(target, output)


@operation("ops.nn")
def binary_crossentropy(
    target: TensorLike, output: TensorLike, from_logits: bool = False
) -> TensorLike:
    """−(t ln p + (1 − t) ln(1 − p)) for each element, p clipped to [ε, 1 − ε]; or from logits.

    Raises ValueError for shapes that differ.

    Parity: logits that `output` remembers are used instead of it.
    """
    target, output = tensor(target), tensor(output)
    _same_shape(target, output)
    output, from_logits = logits_behind(output, from_logits, "Sigmoid", "binary_crossentropy")
    if from_logits:
        return sigmoid_crossentropy(target, output)
    p = _clipped(output)
    return -(target * log(p) + (1 - target) * log(1 - p))
