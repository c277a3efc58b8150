"""Normalization: features with mean 0 and variance 1."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable
from typing import Any

import numpy as np

from minikeras import ops, settings
from minikeras.autograd import Tensor
from minikeras.layers.layer import Layer
from minikeras.messages import describe
from minikeras.types import Shape, TensorLike


class Normalization(Layer):
    """outputs = (inputs − mean) / max(√variance, ε)

    The mean and the variance are given, or ``adapt`` computes them from data.

    axis: the axes along which they differ, an int or several; None for one mean and one variance.
    mean, variance: numbers, or arrays of the sizes of these axes.
    invert: whether to compute inputs · max(√variance, ε) + mean instead.

    Raises ValueError if only one of the two is given, if their shapes differ, for an axis that the
    input does not have, and for one of unknown size.
    """

    supports_masking = True
    _allow_non_tensor_positional_args = True  # numbers and lists are inputs too

    def __init__(
        self,
        axis: Any = -1,
        mean: Any = None,
        variance: Any = None,
        invert: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.axis = () if axis is None else (axis,) if isinstance(axis, int) else tuple(axis)
        self.input_mean, self.input_variance, self.invert = mean, variance, invert
        self._build_input_shape: Shape | None = None
        self.mean: Any = None
        self.variance: Any = None
        shapes_ = np.shape(mean), np.shape(variance)
        if (mean is None) != (variance is None) or shapes_[0] != shapes_[1]:
            raise ValueError(
                "When setting values directly, both `mean` and `variance` must be set, with the "
                f"same shape. Received: mean={describe(mean)} and variance={describe(variance)}"
            )
        if len(shapes_[0]) > len(self.axis):
            raise ValueError(
                "The rank of `mean` must be less than or equal to the number of axes "
                f"({len(self.axis)}). Received: mean shape {shapes_[0]} for axis {self.axis}"
            )

    def build(self, input_shape: Shape) -> None:
        rank = len(input_shape)
        if any(not -rank <= axis < rank for axis in self.axis):
            raise ValueError(
                "All `axis` values must be in the range [-ndim, ndim). Received inputs with "
                f"ndim={rank}, while axis={self.axis}"
            )
        own = self._own_axes = tuple(sorted(axis % rank for axis in self.axis))
        if any(input_shape[axis] is None for axis in own):
            raise ValueError(
                "All `axis` values to be kept must have a known shape. "
                f"Received axis={self.axis}, inputs.shape={input_shape}"
            )
        self._build_input_shape = input_shape
        self._reduced_axes = tuple(axis for axis in range(rank) if axis not in own)
        self._broadcast_shape = [n if i in own else 1 for i, n in enumerate(input_shape)]
        if self.input_mean is None:
            shape = tuple(input_shape[axis] for axis in own)
            self.adapt_mean = self._add_moment("mean", shape, "zeros")
            self.adapt_variance = self._add_moment("variance", shape, "ones")
            self.count = self._add_moment("count", (), "zeros", dtype="int64")
            self.finalize_state()
        else:
            self.mean, self.variance = map(self._spread, (self.input_mean, self.input_variance))

    def _add_moment(self, name: str, shape: Shape, initializer: str, dtype: Any = None) -> Any:
        return self.add_weight(
            shape=shape, name=name, initializer=initializer, dtype=dtype, trainable=False
        )

    def _spread(self, value: Any) -> TensorLike:
        """A given moment, broadcast; its axes are the last ones of ``axis``."""
        value = ops.convert_to_tensor(value)
        shape = [1] * len(self._broadcast_shape)
        for axis, size in zip(reversed(self._own_axes), reversed(value.shape)):
            shape[axis] = size
        value = ops.broadcast_to(ops.reshape(value, shape), self._broadcast_shape)
        return ops.cast(value, self.compute_dtype)

    def adapt(self, data: Any) -> None:
        """Compute mean and variance from data.

        data: an array, or an iterable of batches; of a batch that is a tuple, the first element.

        Raises TypeError for other data; ValueError if the moments were given, for no data, and for
        a shape other than the one that the layer was built with.

        Parity: an array is summed in its own dtype, in NumPy's order; batches in that of the layer.
        """
        if self.input_mean is not None:
            raise ValueError(
                "Cannot adapt a Normalization layer that was given `mean` and `variance`. "
                f"Received: mean={describe(self.input_mean)}"
            )
        if not isinstance(data, np.ndarray | Tensor):
            data = _batches(data)
            first = next(data, None)
            if first is None:
                raise ValueError("adapt() received no batches. Expected at least one batch")
            data = itertools.chain([first], data)
            self._build_or_compare(first.shape)
            mean, variance = self._moments_of(data)
        else:
            if isinstance(data, np.ndarray) and data.dtype.kind in "OSU":
                raise TypeError(f"adapt() expects numbers. Received: data={describe(data)}")
            self._build_or_compare(data.shape)
            library = np if isinstance(data, np.ndarray) else ops
            mean = library.mean(data, axis=self._reduced_axes)
            variance = library.var(data, axis=self._reduced_axes)
        self.adapt_mean.assign(mean)
        self.adapt_variance.assign(variance)
        self.finalize_state()

    def _build_or_compare(self, shape: Shape) -> None:
        if not self.built:
            self.build(tuple(shape))
            return
        known = self._build_input_shape or ()
        if len(shape) != len(known) or any(shape[i] != known[i] for i in self._own_axes):
            raise ValueError(
                f"The layer was built with input_shape={known}, but adapt() is being called with "
                f"data with an incompatible shape, data.shape={tuple(shape)}"
            )

    def _moments_of(self, batches: Iterable[Any]) -> tuple[TensorLike, TensorLike]:
        mean = variance = ops.zeros(self.adapt_mean.shape)
        total = 0
        for batch in batches:
            self._build_or_compare(batch.shape)
            batch = ops.convert_to_tensor(np.asarray(batch), dtype=self.compute_dtype)
            count = math.prod(batch.shape[axis] for axis in self._reduced_axes)
            total += count
            new, old = count / total, 1.0 - count / total
            its_mean = ops.mean(batch, axis=self._reduced_axes)
            its_variance = ops.var(batch, axis=self._reduced_axes)
            moved = mean * old + its_mean * new
            variance = (variance + (mean - moved) ** 2) * old + (
                its_variance + (its_mean - moved) ** 2
            ) * new
            mean = moved
        return mean, variance

    def finalize_state(self) -> None:
        """Use the mean and variance that ``adapt`` computed, or that were loaded."""
        if self.input_mean is None and self._build_input_shape is not None:
            self.mean, self.variance = (
                ops.cast(ops.reshape(v, self._broadcast_shape), self.compute_dtype)
                for v in (self.adapt_mean, self.adapt_variance)
            )

    def call(self, inputs: TensorLike) -> TensorLike:
        inputs = ops.cast(inputs, self.compute_dtype)
        deviation = ops.maximum(ops.sqrt(self.variance), settings.epsilon())
        if self.invert:
            return ops.add(self.mean, ops.multiply(inputs, deviation))
        return ops.divide(ops.subtract(inputs, self.mean), deviation)

    def get_config(self) -> dict[str, Any]:
        base = super().get_config()
        return {k: base[k] for k in ("name", "trainable", "dtype")} | {
            "axis": self.axis,
            "invert": self.invert,
            "mean": np.array(self.input_mean).tolist(),
            "variance": np.array(self.input_variance).tolist(),
        }

    def load_own_variables(self, store: Any) -> None:
        super().load_own_variables(store)
        self.finalize_state()


def _batches(data: Any) -> Any:
    """The inputs of each batch of an iterable, or of an object with ``len`` and indices.

    Raises TypeError for other data.
    """
    if not hasattr(data, "__iter__"):
        if not hasattr(data, "__getitem__") or not hasattr(data, "__len__"):
            raise TypeError(
                f"Unsupported data type: {type(data)}. `adapt` supports arrays, tensors, and "
                "iterables of batches"
            )
        data = (data[i] for i in range(len(data)))
    for batch in data:
        batch = batch[0] if isinstance(batch, tuple) else batch
        if not hasattr(batch, "shape"):
            raise TypeError(
                "adapt() expects an iterable that yields arrays or tensors. "
                f"Got an element of type {type(batch).__name__}"
            )
        yield batch
