"""HashedCrossing: a bin for each combination of categories."""

from __future__ import annotations

from typing import Any

import numpy as np

from minikeras import dtypes
from minikeras.layers.preprocessing.data_layer import (
    DataLayer,
    check_choice,
    refuse_sparse,
    values_of,
)
from minikeras.layers.preprocessing.encoding import encode
from minikeras.layers.preprocessing.farmhash import fingerprint64, shift_mix
from minikeras.messages import describe
from minikeras.types import Array, TensorLike

_KEY = np.uint64(0xDECAFCAFFE)  # TensorFlow's; the first word of every cross
_MUL = np.uint64(0xC6A4A7935BD1E995)


class HashedCrossing(DataLayer):
    """outputs = hash(first input, second input, ...) mod num_bins, encoded

    The hashes of the inputs are chained: h ← FingerprintCat64(h, FarmHash64(text)); a whole number
    takes the place of a hash itself.

    inputs: a list of two or more arrays of strings or whole numbers of one shape: (), (batch,) or
        (batch, 1).

    num_bins: how many bins there are; 0 for hashes below 2⁶³ − 1.
    output_mode: "int" for the bin's number, or "one_hot".
    sparse: must be False: sparse tensors do not exist on the NumPy backend.
    dtype: by default int64 in mode "int", else ``floatx``.

    Raises ValueError for other modes; when called, for fewer inputs than two, and for other shapes
    and dtypes; TypeError if ``num_bins`` is no whole number.
    """

    def __init__(
        self,
        num_bins: int,
        output_mode: str = "int",
        sparse: bool = False,
        name: str | None = None,
        dtype: Any = None,
        **kwargs: Any,
    ) -> None:
        if output_mode == "int" and dtype is None:
            dtype = "int64"
        super().__init__(name=name, dtype=dtype)
        refuse_sparse(sparse)
        check_choice(self, "output_mode", output_mode, ("int", "one_hot"))
        self.num_bins, self.output_mode, self.sparse = num_bins, output_mode, sparse

    def compute_output_shape(self, input_shape: Any) -> Any:
        shapes = tuple(input_shape)
        if len(shapes) != 2 or not all(isinstance(shape, tuple) for shape in shapes):
            raise ValueError(
                "Expected as input a list/tuple of 2 tensors. Received "
                f"input_shape={describe(input_shape)}"
            )
        first, second = shapes
        if first[-1] != second[-1]:
            raise ValueError(
                "Expected the two input tensors to have identical shapes. Received "
                f"input_shape={describe(input_shape)}"
            )
        if self.output_mode == "int":
            return first
        return (*(first if first[-1] != 1 else first[:-1]), self.num_bins)

    def call(self, inputs: Any) -> TensorLike:
        if not isinstance(inputs, list | tuple) or len(inputs) < 2:
            raise ValueError(
                "`HashedCrossing` should be called on a list or tuple of at least two inputs. "
                f"Received: inputs={describe(inputs)}"
            )
        if not isinstance(self.num_bins, int | np.integer):
            raise TypeError(f"num_bins must be an integer, received {describe(self.num_bins)}")
        arrays = [values_of(x) for x in inputs]
        shape = arrays[0].shape
        if len(shape) > 2 or (len(shape) == 2 and shape[-1] != 1):
            raise ValueError(
                "All `HashedCrossing` inputs should have shape `()`, `(batch_size)` or "
                f"`(batch_size, 1)`. Received: inputs={describe(inputs)}"
            )
        if any(x.shape != shape for x in arrays):
            raise ValueError(
                "All `HashedCrossing` inputs should have equal shape. Received: "
                f"inputs={describe(inputs)}"
            )
        if any(x.dtype != object and not dtypes.is_int(x.dtype) for x in arrays):
            raise ValueError(
                "All `HashedCrossing` inputs should have an integer or string dtype. Received: "
                f"inputs={describe(inputs)}"
            )
        bins = _cross(arrays, self.num_bins)
        return encode(bins, self.output_mode, self.num_bins, str(self.compute_dtype))

    def get_config(self) -> dict[str, Any]:
        """The constructor arguments; the dtype by its name."""
        return {
            "num_bins": self.num_bins,
            "output_mode": self.output_mode,
            "sparse": self.sparse,
            "name": self.name,
            "dtype": self.dtype,
        }


def _cross(arrays: list[Array], num_bins: int) -> Array:
    hashed: Any = _KEY
    with np.errstate(over="ignore"):  # modulo 2⁶⁴, also where it is one number
        for x in arrays:
            hashed = _joined(
                hashed, fingerprint64(x) if x.dtype == object else x.astype("int64").view("uint64")
            )
    return np.asarray(hashed % np.uint64(num_bins or np.iinfo("int64").max)).astype("int64")


def _joined(one: Any, other: Any) -> Any:
    """Two hashes made one: FingerprintCat64 of TensorFlow."""
    mixed = (one ^ _MUL ^ shift_mix(other * _MUL) * _MUL) * _MUL
    return shift_mix(shift_mix(mixed) * _MUL)
