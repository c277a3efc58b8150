"""Reshape: the same elements in another shape."""

from __future__ import annotations

import math
from collections.abc import Sequence

from minikeras import ops
from minikeras.layers.layer import Layer
from minikeras.types import Shape, TensorLike


class Reshape(Layer):
    """(batch, ...) → (batch, *target_shape)

    target_shape: the new shape of a sample; one size may be -1 and is then computed.

    Raises ValueError for more than one -1, other negative sizes, and where the number of
    elements would change.
    """

    target_shape: Sequence[int]

    def setup(self) -> None:
        self.target_shape = tuple(self.target_shape)
        sizes = [n for n in self.target_shape if isinstance(n, int)]
        if any(n < -1 for n in sizes) or sizes.count(-1) > 1:
            raise ValueError(
                "`target_shape` must hold non-negative integers, and -1 at most once. "
                f"Received: target_shape={self.target_shape}"
            )
        self.built = True

    def call(self, inputs: TensorLike) -> TensorLike:
        return ops.reshape(inputs, self._resolved(inputs.shape))

    def _resolved(self, input_shape: Shape) -> Shape:
        batch, *features = input_shape
        target = tuple(self.target_shape)
        if None in features:
            return (batch, *(None if n == -1 else n for n in target))
        given, rest = math.prod(features), math.prod(n for n in target if n != -1)  # type: ignore[arg-type]  # no size is None here
        fits = given == rest or (-1 in target and rest and given % rest == 0)
        if not fits:
            raise ValueError(
                "The total size of the tensor must be unchanged. "
                f"Received: input_shape={tuple(features)}, target_shape={target}"
            )
        return (batch, *(given // rest if n == -1 else n for n in target))
