"""Hashing: a bin for each category, without a vocabulary."""

from __future__ import annotations

from typing import Any

import numpy as np

from minikeras import settings, strings
from minikeras.layers.preprocessing.data_layer import DataLayer, refuse_sparse, values_of
from minikeras.layers.preprocessing.encoding import encode
from minikeras.layers.preprocessing.farmhash import fingerprint64
from minikeras.layers.preprocessing.siphash import siphash
from minikeras.messages import describe
from minikeras.types import Array, Shape, TensorLike

_MODES = ("int", "one_hot", "multi_hot", "count")


class Hashing(DataLayer):
    """outputs = hash(input) mod num_bins, encoded

    hash: FarmHash64 of the text of the input, or SipHash with a key if there is a ``salt``.

    inputs: strings or whole numbers, (batch, ...), or one sample; a number is hashed as its decimal
        digits, a floating one is rounded towards 0 before.

    num_bins: how many bins there are.
    mask_value: an input that goes to bin 0; others then share the other bins.
    salt: a whole number, or two, that make the key of SipHash; other salts give other bins.
    output_mode: "int" for the bin's number, or "one_hot", "multi_hot" or "count" as in
        ``CategoryEncoding``.
    sparse: must be False: sparse tensors do not exist on the NumPy backend.
    dtype: by default int64 in mode "int", else ``floatx``.

    Raises ValueError for ``num_bins`` below 1, for other modes and salts, and in mode "int" for a
    dtype that is neither int32 nor int64; when called, TypeError if ``mask_value`` is no value of
    the kind of the inputs.
    """

    def __init__(
        self,
        num_bins: int,
        mask_value: Any = None,
        salt: Any = None,
        output_mode: str = "int",
        sparse: bool = False,
        **kwargs: Any,
    ) -> None:
        if kwargs.get("dtype") is None:
            kwargs["dtype"] = "int64" if output_mode == "int" else settings.floatx()
        super().__init__(**kwargs)
        if num_bins is None or num_bins <= 0:
            raise ValueError(
                "The `num_bins` for `Hashing` cannot be `None` or non-positive values. Received: "
                f"num_bins={describe(num_bins)}."
            )
        if output_mode == "int" and self.dtype_policy.name not in ("int32", "int64"):
            raise ValueError(
                "When `output_mode=\"int\"`, `dtype` should be an integer type, 'int32' or "
                f"'int64'. Received: dtype={describe(kwargs['dtype'])}"
            )
        if output_mode not in _MODES:
            raise ValueError(
                f"Invalid value for argument `output_mode`. Expected one of {_MODES}. "
                f"Received: output_mode={describe(output_mode)}"
            )
        refuse_sparse(sparse)
        self.num_bins, self.mask_value = num_bins, mask_value
        self.output_mode, self.sparse = output_mode, sparse
        self.salt = None if salt is None else checked_salt(salt, "Hashing")

    @property
    def output_dtype(self) -> str:
        return str(self.dtype)

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        shape = tuple(input_shape)
        return shape if self.output_mode == "int" else (*shape[:-1], self.num_bins)

    def call(self, inputs: TensorLike) -> TensorLike:
        bins = self._bins(values_of(inputs))
        return encode(bins, self.output_mode, self.num_bins, self.output_dtype)

    def _bins(self, values: Array) -> Array:
        if self.mask_value is None or self.num_bins == 1:
            return hash_bins(values, self.num_bins, self.salt)
        bins = hash_bins(values, self.num_bins - 1, self.salt) + 1
        return np.where(values == self._mask_for(values), 0, bins)

    def _mask_for(self, values: Array) -> Any:
        is_text = isinstance(self.mask_value, str | bytes)
        if is_text != (values.dtype == object):
            raise TypeError(
                f"mask_value={describe(self.mask_value)} must be of the kind of the inputs. "
                f"Received inputs: {describe(values)}"
            )
        return strings.array(self.mask_value)[()] if is_text else self.mask_value

    def get_config(self) -> dict[str, Any]:
        return super().get_config() | {
            "num_bins": self.num_bins,
            "salt": self.salt,
            "mask_value": self.mask_value,
            "output_mode": self.output_mode,
            "sparse": self.sparse,
        }


def checked_salt(salt: Any, layer: str) -> list[int]:
    """The two numbers of a salt.  Raises ValueError for anything but a number or two."""
    if isinstance(salt, tuple | list) and len(salt) == 2:
        return list(salt)
    if isinstance(salt, int):
        return [salt, salt]
    raise ValueError(
        f"The `salt` argument for `{layer}` can only be a tuple of size 2 integers, or a single "
        f"integer. Received: salt={describe(salt)}."
    )


def hash_bins(values: Array, num_bins: int, salt: list[int] | None = None) -> Array:
    """The bin of each value, as int64: FarmHash64 modulo ``num_bins``, or SipHash with a salt."""
    text = as_text(values)
    hashed = fingerprint64(text) if salt is None else siphash(text, salt)
    return (hashed % np.uint64(num_bins)).astype(np.int64)


def as_text(values: Array) -> Array:
    """Numbers as the text that is hashed, decimal digits; text as it is."""
    if values.dtype == object:
        return values
    if values.dtype == bool:
        return np.where(values, b"true", b"false").astype(object)
    digits = [b"%d" % n for n in values.astype("int64", copy=False).ravel().tolist()]
    return strings.filled(digits, values.shape)
