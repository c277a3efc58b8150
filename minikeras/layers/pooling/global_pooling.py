"""Layers that fold all of space into one value a channel."""

from __future__ import annotations

from typing import ClassVar

from minikeras import ops, settings
from minikeras.layers.input_spec import InputSpec
from minikeras.layers.layer import Layer
from minikeras.types import Shape, TensorLike


class BaseGlobalPooling(Layer):
    """(batch, *space, channels) → (batch, channels); ``keepdims`` leaves each axis with size 1."""

    rank: ClassVar[int]

    data_format: str | None = None
    keepdims: bool = False

    def setup(self) -> None:
        self.data_format = settings.standardize_data_format(self.data_format)
        self.input_spec = InputSpec(ndim=self.rank + 2)
        self.built = True

    @property
    def _space(self) -> tuple[int, ...]:
        first = 1 if self.data_format == "channels_last" else 2
        return tuple(range(first, first + self.rank))

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        folded = dict.fromkeys(self._space, 1)
        return tuple(
            folded.get(axis, n)
            for axis, n in enumerate(input_shape)
            if self.keepdims or axis not in folded
        )


class _GlobalMaxPooling(BaseGlobalPooling):
    def call(self, inputs: TensorLike) -> TensorLike:
        return ops.max(inputs, axis=self._space, keepdims=self.keepdims)


class _GlobalAveragePooling(BaseGlobalPooling):
    def call(self, inputs: TensorLike) -> TensorLike:
        return ops.mean(inputs, axis=self._space, keepdims=self.keepdims)


class GlobalMaxPooling1D(_GlobalMaxPooling):
    """The largest value over all steps.

    Parity: equal values share the gradient, unlike those of a window.
    """

    rank = 1


class GlobalMaxPooling2D(_GlobalMaxPooling):
    """The largest value over an image; ties as in ``GlobalMaxPooling1D``."""

    rank = 2


class GlobalMaxPooling3D(_GlobalMaxPooling):
    """The largest value over a volume; ties as in ``GlobalMaxPooling1D``."""

    rank = 3


class GlobalAveragePooling1D(_GlobalAveragePooling):
    """The mean over all steps, or over those that ``mask`` (batch, steps) keeps.

    outputs = Σ mask · inputs / Σ mask

    Parity: where the mask keeps nothing the result is NaN; the mask ends here.
    """

    rank = 1

    def setup(self) -> None:
        super().setup()
        self.supports_masking = True

    def call(self, inputs: TensorLike, mask: TensorLike = None) -> TensorLike:
        if mask is None:
            return super().call(inputs)
        mask = ops.expand_dims(ops.cast(mask, "bool"), 3 - self._space[0])
        kept = ops.sum(ops.where(mask, inputs, 0), axis=self._space, keepdims=self.keepdims)
        count = ops.sum(ops.cast(mask, inputs.dtype), axis=self._space, keepdims=self.keepdims)
        return kept / count

    def compute_mask(self, inputs: TensorLike, mask: TensorLike = None) -> None:
        return None


class GlobalAveragePooling2D(_GlobalAveragePooling):
    """The mean over an image."""

    rank = 2


class GlobalAveragePooling3D(_GlobalAveragePooling):
    """The mean over a volume."""

    rank = 3


GlobalMaxPool1D, GlobalMaxPool2D, GlobalMaxPool3D = (
    GlobalMaxPooling1D,
    GlobalMaxPooling2D,
    GlobalMaxPooling3D,
)
GlobalAvgPool1D, GlobalAvgPool2D, GlobalAvgPool3D = (
    GlobalAveragePooling1D,
    GlobalAveragePooling2D,
    GlobalAveragePooling3D,
)
