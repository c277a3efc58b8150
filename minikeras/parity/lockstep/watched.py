"""The classes of both libraries that lockstep watches."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import numpy as np

import minikeras
from minikeras import losses
from minikeras.autograd import GradientTape, Tensor
from minikeras.autograd.graph import Operation
from minikeras.autograd.indexed_slices import IndexedSlices
from minikeras.autograd.tape import is_tracked
from minikeras.layers import Layer
from minikeras.optimizers import Optimizer
from minikeras.optional import Library
from minikeras.training.compile_loss import CompileLoss
from minikeras.types import Array

keras = Library("keras")
tensorflow = Library("tensorflow")


@dataclasses.dataclass(frozen=True)
class Watched:
    """The classes of a library whose methods are replaced, and how its values become arrays."""

    library: Any
    operation: type
    layer: type
    loss: type
    compile_loss: type
    tape: type
    optimizer: type
    is_array: Callable[[Any], bool]  # whether a value has numbers, and is no symbol
    array: Callable[[Any], Array]
    is_tracked: Callable[[Any], bool]  # whether a trainable variable decides the value


def keras_side() -> Watched:
    """Keras on TensorFlow, as it is installed."""

    def array(x: Any) -> Array:
        if isinstance(x, tensorflow.IndexedSlices):
            x = tensorflow.convert_to_tensor(x)
        return np.asarray(x)

    return Watched(
        keras.load(),
        keras.src.ops.operation.Operation,
        keras.Layer,
        keras.Loss,
        keras.src.trainers.compile_utils.CompileLoss,
        tensorflow.GradientTape,
        keras.src.optimizers.base_optimizer.BaseOptimizer,
        lambda x: (
            isinstance(x, tensorflow.Tensor | tensorflow.IndexedSlices)
            and (isinstance(x, tensorflow.IndexedSlices) or hasattr(x, "numpy"))
            and x.dtype != tensorflow.string
        ),
        array,
        lambda x: True,
    )


def our_side() -> Watched:
    """minikeras."""
    return Watched(
        minikeras,
        Operation,
        Layer,
        losses.Loss,
        CompileLoss,
        GradientTape,
        Optimizer,
        lambda x: (
            isinstance(x, IndexedSlices) or (isinstance(x, Tensor) and x._value.dtype.kind != "O")
        ),
        lambda x: x._value,
        is_tracked,
    )
