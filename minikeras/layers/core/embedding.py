"""Embedding: a learned vector for each integer."""

from __future__ import annotations

from typing import Any

import numpy as np

from minikeras import constraints, frames, initializers, ops, regularizers
from minikeras.declare import field
from minikeras.layers.layer import Layer
from minikeras.messages import describe
from minikeras.types import Shape, TensorLike


class Embedding(Layer):
    """Replaces integers by the rows of a table.

    outputs = embeddings[inputs]        inputs: any shape, outputs: (*inputs, output_dim)

    embeddings: (input_dim, output_dim)

    input_dim: how many rows the table has; inputs are smaller.
    output_dim: the size of a vector.
    embeddings_initializer: a function of (shape, dtype), or its name.
    embeddings_regularizer: a penalty on the table, which is added to the loss.
    embeddings_constraint: a function that the optimizer applies to the table after each step.
    mask_zero: whether 0 marks a missing step; the layers that follow then receive a mask.
    weights: the values of the table, in place of the initializer's.

    quantization_config: must be None; configs of Keras have it.

    Raises ValueError unless both sizes are positive integers, and for inputs outside the table.

    Parity: −1 is the last row, as in NumPy.
    """

    input_dim: int
    output_dim: int
    embeddings_initializer: Any = field("uniform", registry=initializers.registry)
    embeddings_regularizer: Any = field(None, registry=regularizers.registry)
    embeddings_constraint: Any = field(None, registry=constraints.registry)
    mask_zero: bool = False
    weights: Any = field(None, init_only=True)
    activity_regularizer: Any = field(None, registry=regularizers.registry, kw_only=True)
    quantization_config: None = field(None, kw_only=True)

    _config_order = (
        "input_dim",
        "output_dim",
        "embeddings_initializer",
        "embeddings_regularizer",
        "activity_regularizer",
    )

    @classmethod
    def _update_keywords(cls, kwargs: dict[str, Any]) -> dict[str, Any]:
        if kwargs.pop("input_length", None) is not None:
            frames.warn("Argument `input_length` is deprecated. Just remove it.")
        return kwargs

    def setup(self, weights: Any = None) -> None:
        for name in ("input_dim", "output_dim"):
            size = getattr(self, name)
            if not isinstance(size, int) or isinstance(size, bool) or size <= 0:
                raise ValueError(
                    f"`{name}` must be a positive integer. "
                    f"Received: {name}={describe(size)} (of type {type(size).__name__})."
                )
        self.supports_masking = self.mask_zero
        self.autocast = False  # indices are not cast to a floating dtype
        if weights is not None:
            self.build()
            self.set_weights(weights if isinstance(weights, list) else [np.asarray(weights)])

    def build(self, input_shape: Shape | None = None) -> None:
        if not self.built:
            self.embeddings = self.add_weight((self.input_dim, self.output_dim), name="embeddings")

    def call(self, inputs: TensorLike) -> TensorLike:
        if inputs.dtype not in ("int32", "int64"):
            inputs = ops.cast(inputs, "int32")
        try:
            outputs = ops.take(self.embeddings, inputs, axis=0)
        except IndexError as error:
            raise ValueError(
                f"inputs of layer {self.name!r} must be smaller than input_dim={self.input_dim}: "
                f"{error}"
            ) from None
        return ops.cast(outputs, self.compute_dtype)

    def compute_mask(self, inputs: TensorLike, mask: TensorLike = None) -> TensorLike:
        return ops.not_equal(inputs, 0) if self.mask_zero else None
