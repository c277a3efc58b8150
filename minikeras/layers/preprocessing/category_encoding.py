"""CategoryEncoding: category numbers as zeros and ones, or as counts."""

from __future__ import annotations

from typing import Any

import numpy as np

from minikeras import dtypes
from minikeras.declare import field
from minikeras.layers.preprocessing.data_layer import DataLayer, refuse_sparse, values_of
from minikeras.layers.preprocessing.encoding import encode, encode_symbols, encoded_shape
from minikeras.messages import describe
from minikeras.shapes import whole_number
from minikeras.types import Shape, TensorLike


class CategoryEncoding(DataLayer):
    """Category numbers below ``num_tokens``, encoded.

    one_hot      y[..., k] = 1 where the input is k, else 0; a last axis of size 1 is replaced
    multi_hot    y[n, k] = 1 if k occurs in sample n, else 0
    count        y[n, k] = how often k occurs in sample n, or the sum of its weights

    inputs: (batch, ...), or one sample; floating numbers are rounded towards 0.
    count_weights: what each input counts in mode "count"; of the shape of the inputs.

    num_tokens: how many categories there are, k from 0 on; others are not counted.
    output_mode: "multi_hot" (or "binary"), "one_hot" or "count".
    sparse: must be False: sparse tensors do not exist on the NumPy backend.

    Raises ValueError for other modes, without ``num_tokens`` and if it is below 1; when called, for
    negative inputs in the modes multi_hot and count, and for weights in another mode than count.

    Parity: whole numbers of any dtype are accepted, and any dtype of the layer; Keras accepts int32
    and int64, and no float16, in the modes multi_hot and count.
    """

    num_tokens: int | None = None
    output_mode: str = "multi_hot"
    sparse: bool = field(False, saved=False)

    def setup(self) -> None:
        if self.output_mode == "binary":
            self.output_mode = "multi_hot"
        if self.output_mode not in ("count", "one_hot", "multi_hot"):
            raise ValueError(f"Unknown arg for output_mode: {describe(self.output_mode)}")
        if self.num_tokens is None:
            raise ValueError(
                "num_tokens must be set to use this layer. If the number of tokens is not known "
                "beforehand, use the IntegerLookup layer instead. Received: num_tokens=None"
            )
        whole_number("num_tokens", self.num_tokens, least=1)
        refuse_sparse(self.sparse)

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        return encoded_shape(input_shape, self.output_mode, self.num_tokens)

    @property
    def output_dtype(self) -> str:
        return str(self.compute_dtype)

    def _value_dtype(self) -> str:
        return str(self.dtype)

    def call(self, inputs: TensorLike, count_weights: Any = None) -> TensorLike:
        weights, dtype = None, str(self.dtype)
        if count_weights is not None:
            if self.output_mode != "count":
                raise ValueError(
                    "`count_weights` is not used when `output_mode` is not `'count'`. Received "
                    f"`count_weights={describe(count_weights)}`."
                )
            weights = np.asarray(count_weights, dtypes.of(self.compute_dtype))
            dtype = str(self.compute_dtype)
        categories = values_of(inputs).astype("int64", copy=False)
        assert self.num_tokens is not None  # setup has checked it
        if weights is not None and weights.shape != categories.shape:
            raise ValueError(
                f"`count_weights` must have the shape of the inputs, {categories.shape}. Received "
                f"`count_weights={describe(count_weights)}`."
            )
        return encode(categories, self.output_mode, self.num_tokens, dtype, weights)

    def _by_operations(self, inputs: Any, count_weights: Any = None) -> Any:
        if count_weights is not None or self.num_tokens is None:
            return super()._by_operations(inputs)
        return encode_symbols(inputs, self.output_mode, self.num_tokens, str(self.dtype))
