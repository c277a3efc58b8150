"""Discretization: the number of the interval in which a number lies."""

from __future__ import annotations

from typing import Any

import numpy as np

from minikeras import frames, ops
from minikeras.autograd import Tensor
from minikeras.layers.preprocessing.adapting import each_batch
from minikeras.layers.preprocessing.data_layer import (
    DataLayer,
    check_choice,
    refuse_sparse,
    values_of,
)
from minikeras.layers.preprocessing.encoding import encode, encode_symbols
from minikeras.messages import describe
from minikeras.types import Array, Shape, TensorLike

_MODES = ("int", "one_hot", "multi_hot", "count")


class Discretization(DataLayer):
    """outputs = how many of the boundaries b do not exceed the input, encoded

    bin k holds b[k − 1] ≤ x < b[k]; the first one is open below, the last one above.

    inputs: numbers, (batch, ...), or one sample; compared with the boundaries in float32.

    bin_boundaries: the boundaries in ascending order; there is one bin more than boundaries.
    num_bins: how many bins ``adapt`` makes, with boundaries at the quantiles of the data.
    epsilon: how large the error of these quantiles may be: a summary of the data keeps 1 / epsilon
        of its values.
    output_mode: "int" for the bin's number, or "one_hot", "multi_hot" or "count" as in
        ``CategoryEncoding``.
    sparse: must be False: sparse tensors do not exist on the NumPy backend.

    Raises ValueError if both or none of ``bin_boundaries`` and ``num_bins`` are given, and for
    other modes; when called, before there are boundaries, and if they are in no ascending order.
    """

    def __init__(
        self,
        bin_boundaries: Any = None,
        num_bins: int | None = None,
        epsilon: float = 0.01,
        output_mode: str = "int",
        sparse: bool = False,
        dtype: Any = None,
        name: str | None = None,
    ) -> None:
        super().__init__(name=name, dtype=dtype)
        check_choice(self, "output_mode", output_mode, _MODES)
        refuse_sparse(sparse)
        if num_bins is not None and num_bins < 0:
            raise ValueError(
                "`num_bins` must be greater than or equal to 0. Received: "
                f"`num_bins={describe(num_bins)}`"
            )
        if num_bins is not None and bin_boundaries is not None:
            raise ValueError(
                "Both `num_bins` and `bin_boundaries` should not be set. Received: "
                f"`num_bins={describe(num_bins)}` and `bin_boundaries={describe(bin_boundaries)}`"
            )
        if num_bins is None and bin_boundaries is None:
            raise ValueError(
                "You need to set either `num_bins` or `bin_boundaries`. Received: "
                "num_bins=None and bin_boundaries=None"
            )
        self.bin_boundaries, self.num_bins = bin_boundaries, num_bins
        self.epsilon, self.output_mode, self.sparse = epsilon, output_mode, sparse
        self.summary: Any = None if bin_boundaries else _EMPTY

    @property
    def output_dtype(self) -> str:
        return "int32" if self.output_mode == "int" else str(self.compute_dtype)

    @frames.filter_traceback
    def adapt(self, data: Any, steps: int | None = None) -> None:
        """Put the boundaries at the quantiles of data.

        data: an array, or an iterable of batches.
        steps: how many batches to look at; None for all.

        Raises ValueError if the layer was made with ``bin_boundaries``.
        """
        if self.num_bins is None:
            raise ValueError(
                "Cannot adapt a Discretization layer that has been initialized with "
                "`bin_boundaries`, use `num_bins` instead."
            )
        self.reset_state()
        for batch in each_batch(data, steps, lists_are_data=False):
            self.update_state(batch)
        self.finalize_state()

    def update_state(self, data: Any) -> None:
        """Take a batch into the summary."""
        batch = np.array(data).astype("float32")
        summary = summarize(batch, self.epsilon)
        self.summary = merge_summaries(summary, self.summary, self.epsilon)

    def finalize_state(self) -> None:
        """Compute the boundaries from the summary."""
        if self.num_bins is not None:
            self.bin_boundaries = get_bin_boundaries(self.summary, self.num_bins).tolist()

    def reset_state(self) -> None:
        """Forget the summary."""
        if self.num_bins is not None:
            self.summary = _EMPTY

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        shape = tuple(input_shape)
        if self.output_mode == "int":
            return shape
        known = self.bin_boundaries is not None
        depth = len(self.bin_boundaries) + 1 if known else self.num_bins
        if self.output_mode == "one_hot":
            return (*(shape[:-1] if len(shape) > 1 and shape[-1] == 1 else shape), depth)
        return (shape[0], *shape[2:], depth) if len(shape) >= 2 else (depth,)

    def _known_boundaries(self) -> list[float]:
        boundaries = self.bin_boundaries
        if boundaries is None:
            raise ValueError(
                "You need to either pass the `bin_boundaries` argument at construction time or "
                "call `adapt(dataset)` before you can start using the `Discretization` layer."
            )
        if np.any(np.diff(np.asarray(boundaries, "float32")) < 0):
            raise ValueError(
                "`bin_boundaries` must be in ascending order. Received: "
                f"bin_boundaries={describe(boundaries)}"
            )
        return boundaries

    def call(self, inputs: TensorLike) -> TensorLike:
        boundaries = self._known_boundaries()
        x = values_of(inputs)
        bins = np.asarray(ops.digitize(Tensor(x), boundaries))
        if np.isnan(x).any():  # Parity: what is no number is in the last bin
            bins = np.where(np.isnan(x), len(boundaries), bins)
        return encode(bins, self.output_mode, len(boundaries) + 1, self.output_dtype)

    def _by_operations(self, inputs: Any) -> Any:
        boundaries = np.asarray(self._known_boundaries(), "float32")
        is_below = ops.expand_dims(ops.cast(inputs, "float32"), -1) < boundaries
        bins = ops.sum(ops.cast(ops.logical_not(is_below), "int32"), axis=-1)
        return encode_symbols(bins, self.output_mode, len(boundaries) + 1, self.output_dtype)

    def get_config(self) -> dict[str, Any]:
        """The constructor arguments; the dtype by its name."""
        return {
            "bin_boundaries": self.bin_boundaries,
            "num_bins": self.num_bins,
            "epsilon": self.epsilon,
            "output_mode": self.output_mode,
            "sparse": self.sparse,
            "name": self.name,
            "dtype": self.dtype,
        }

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Any:
        """The layer of a config; that of an adapted layer has boundaries and their number."""
        config = dict(config)
        learned = None
        if config.get("num_bins") is not None:
            learned = config.pop("bin_boundaries", None)
        layer = cls(**config)
        if learned is not None:
            layer.bin_boundaries = learned
        return layer

    def load_own_variables(self, store: Any) -> None:
        """Nothing is stored; files of older versions hold the summary."""
        if len(store) == 1:
            self.summary = np.asarray(store["0"])


# A summary is an array (2, n): n values in ascending order, and how many data each stands for.

_EMPTY: Array = np.zeros((2, 0), "float32")


def summarize(values: Array, epsilon: float) -> Array:
    """The summary of values: of each ``epsilon`` times their number one is chosen."""
    ordered = np.sort(values.reshape(-1))
    step = max(ordered.size / (1.0 / epsilon), 1)
    chosen = ordered[int(step - 1) :: int(step)]
    return np.stack([chosen, np.ones_like(chosen) * step])


def merge_summaries(one: Array, other: Array, epsilon: float) -> Array:
    """The summary of all data of two summaries."""
    merged = np.concatenate((one, other), axis=1)
    return compress_summary(merged[:, np.argsort(merged[0])], epsilon)


def get_bin_boundaries(summary: Array, num_bins: int) -> Array:
    """The values between ``num_bins`` bins that hold about as many data each."""
    return compress_summary(summary, 1.0 / num_bins)[0, :-1]


def compress_summary(summary: Array, epsilon: float) -> Array:
    """A summary of 1 / epsilon values, which lie at equal shares of the data.

    A summary that is shorter is returned as it is.
    """
    if summary.shape[1] * epsilon < 1:
        return summary
    shares = epsilon + np.arange(0.0, 1.0, epsilon)
    counted = summary[1].cumsum()
    of_all = counted / counted[-1]
    values = np.interp(shares, of_all, summary[0])
    counted = np.interp(shares, of_all, counted)
    return np.stack((values, np.diff(counted, prepend=0))).astype("float32")
