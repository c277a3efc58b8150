"""``IndexLookup``: the base of the layers that number categories by a vocabulary."""

from __future__ import annotations

from typing import Any

import numpy as np

from minikeras import ops, settings
from minikeras.autograd import Tensor
from minikeras.layers.preprocessing.data_layer import check_choice, refuse_sparse
from minikeras.layers.preprocessing.encoding import Rows, encode, encode_rows, encoded_shape
from minikeras.layers.preprocessing.hashing import checked_salt, hash_bins
from minikeras.layers.preprocessing.vocabulary import load_asset, save_asset, shown
from minikeras.layers.preprocessing.vocabulary_layer import VocabularyLayer
from minikeras.messages import describe
from minikeras.shapes import whole_number
from minikeras.types import Array, Shape, TensorLike

MODES = ("int", "one_hot", "multi_hot", "count", "tf_idf")
_NOWHERE = np.iinfo("int64").max  # the number of a token that counts for nothing


class IndexLookup(VocabularyLayer):
    """outputs = the number of the token in the vocabulary, encoded

    The numbers are, in this order: 0 for ``mask_token``, if there is one and the mode is "int";
    then ``num_oov_indices`` numbers for tokens that are not in the vocabulary ("out of
    vocabulary"); then the tokens of the vocabulary.  ``adapt`` orders them by how often they occur,
    the most frequent one first; of two that occur equally often, the larger one comes first.

    tf_idf: y[n, k] = (how often k occurs in sample n) · log(1 + N / (1 + Nₖ)), with N documents, Nₖ
    of which contain k.

    Raises ValueError for arguments that contradict each other, and for a vocabulary that is empty,
    larger than ``max_tokens`` or holds a token twice; RuntimeError if a vocabulary of another size
    is set when the width of the outputs is fixed.
    """

    def __init__(
        self,
        max_tokens: int | None,
        num_oov_indices: int,
        mask_token: Any,
        oov_token: Any,
        vocabulary_dtype: str,
        vocabulary: Any = None,
        idf_weights: Any = None,
        invert: bool = False,
        output_mode: str = "int",
        sparse: bool = False,
        pad_to_max_tokens: bool = False,
        oov_method: str = "floormod",
        name: str | None = None,
        salt: Any = None,
        **kwargs: Any,
    ) -> None:
        output_mode = {"binary": "multi_hot", "tf-idf": "tf_idf"}.get(
            output_mode if isinstance(output_mode, str) else "", output_mode
        )
        self._check_sizes(max_tokens, num_oov_indices, pad_to_max_tokens)
        check_choice(self, "oov_method", oov_method, ("floormod", "farmhash"))
        if salt is not None and not self._is_text and oov_method != "farmhash":
            raise ValueError(
                "`salt` can only be used when `oov_method='farmhash'`. Received: "
                f"oov_method={describe(oov_method)}"
            )
        check_choice(self, "output_mode", output_mode, MODES)
        if invert and output_mode != "int":
            raise ValueError(
                "`output_mode` must be `'int'` when `invert` is true. Received: "
                f"output_mode={describe(output_mode)}"
            )
        refuse_sparse(sparse)
        if idf_weights is not None and output_mode != "tf_idf":
            raise ValueError(
                "`idf_weights` should only be set if `output_mode` is `'tf_idf'`. Received: "
                f"idf_weights={describe(idf_weights)} and output_mode={describe(output_mode)}"
            )
        super().__init__(name=name)
        self.invert, self.max_tokens, self.num_oov_indices = invert, max_tokens, num_oov_indices
        self.mask_token, self.oov_token = mask_token, oov_token
        self.output_mode, self.sparse = output_mode, sparse
        self.pad_to_max_tokens, self.vocabulary_dtype = pad_to_max_tokens, vocabulary_dtype
        self.oov_method = oov_method
        self.salt = None if salt is None else checked_salt(salt, "IndexLookup")
        self._frozen_vocab_size: int | None = kwargs.pop("vocabulary_size", None)
        self.input_vocabulary = None if isinstance(vocabulary, str) else vocabulary
        self.input_idf_weights = idf_weights
        self._has_input_vocabulary = kwargs.pop("has_input_vocabulary", vocabulary is not None)
        for ignored in ("trainable", "dtype"):  # of configs
            kwargs.pop(ignored, None)
        if kwargs:
            raise ValueError(f"Unrecognized keyword argument(s): {describe(kwargs)}")
        self._check_special_tokens()
        if output_mode == "tf_idf" and vocabulary is not None and idf_weights is None:
            raise ValueError(
                "When specifying the `vocabulary` argument, in TF-IDF output mode, the "
                "`idf_weights` argument must also be provided. Received: idf_weights=None"
            )
        self._start_vocabulary()
        if vocabulary is not None:
            self.set_vocabulary(vocabulary, idf_weights)

    def _check_sizes(self, max_tokens: Any, num_oov_indices: Any, pad: Any) -> None:
        if max_tokens is not None and max_tokens <= 1:
            raise ValueError(
                "If set, `max_tokens` must be greater than 1. Received: "
                f"max_tokens={describe(max_tokens)}"
            )
        if pad and max_tokens is None:
            raise ValueError(
                "If pad_to_max_tokens is True, must set `max_tokens`. Received: max_tokens=None"
            )
        whole_number("num_oov_indices", num_oov_indices, least=0)

    def _check_special_tokens(self) -> None:
        for name in ("mask_token", "oov_token"):
            value = getattr(self, name)
            is_right = isinstance(value, str | bytes if self._is_text else int | np.integer)
            if value is not None and not is_right:
                kind = "a string" if self._is_text else "a whole number"
                raise TypeError(f"{name} must be {kind}, received {describe(value)}")
        if self.invert and self.oov_token is None:
            raise ValueError("`oov_token` must be set when `invert` is true. Received: None")

    # Using it

    @property
    def compute_dtype(self) -> str:
        return self.vocabulary_dtype

    @property
    def variable_dtype(self) -> str:
        return self.vocabulary_dtype

    @property
    def dtype(self) -> str:
        return self.vocabulary_dtype

    @property
    def output_dtype(self) -> str:
        # Parity: symbolic calls say floatx where the values are int64
        return "int64" if self.output_mode == "int" else settings.floatx()

    def _value_dtype(self) -> str:
        if self.output_mode == "int":
            return self.vocabulary_dtype if self.invert else "int64"
        return settings.floatx() if self.output_mode == "tf_idf" else "int64"

    def _depth(self) -> int | None:
        return self.max_tokens if self.pad_to_max_tokens else self._frozen_vocab_size

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        mode = "one_hot" if self.output_mode == "one_hot" else "count"
        mode = "int" if self.output_mode == "int" else mode
        return encoded_shape(input_shape, mode, self._depth())

    def call(self, inputs: TensorLike) -> TensorLike:
        return self.encoded(self._numbers_in(inputs) if self.invert else self._keys(inputs))

    def encoded(self, keys: Array | Rows) -> Any:
        """The output for tokens, or for numbers with ``invert``; rows give rows in mode "int".

        Raises RuntimeError before there is a vocabulary.
        """
        if not self._is_known:
            raise RuntimeError(
                f"Layer {self.name!r} has no vocabulary yet. Pass `vocabulary` to it, or call "
                "`adapt` with some data, before calling it"
            )
        rows = keys if isinstance(keys, Rows) else None
        found = self._found(rows.flat if rows else keys)  # type: ignore[arg-type]  # no rows
        if self.output_mode == "int":
            return Rows(found, rows.lengths) if rows else Tensor(found)
        mode = "count" if self.output_mode == "tf_idf" else self.output_mode
        depth = self._depth() or 0
        if rows:
            y = encode_rows(Rows(found, rows.lengths), mode, depth, "int64")
        else:
            y = encode(found, mode, depth, "int64")
        if self.output_mode != "tf_idf":
            return y
        if self.idf_weights is None:
            raise ValueError(
                "When `output_mode` is `'tf_idf'`, `idf_weights` must be provided. Received: None"
            )
        return ops.multiply(ops.cast(y, self.idf_weights.dtype), self.idf_weights)

    def _found(self, keys: Array) -> Array:
        if self.invert:
            tokens = self._vocabulary.tokens_of(keys, self._token(self.oov_token))
            if self.mask_token is None:
                return tokens
            return np.where(keys == 0, self._token(self.mask_token), tokens)
        many = self.num_oov_indices != 1
        found = self._vocabulary.numbers(keys, -1 if many else self._oov_start_index())
        is_masked = np.zeros(keys.shape, bool)
        if self.mask_token is not None:
            is_masked = np.asarray(keys == self._token(self.mask_token), bool)
            found = np.where(is_masked, 0 if self.output_mode == "int" else _NOWHERE, found)
        is_new = (found == -1) & ~is_masked
        if many and is_new.any():
            if not self.num_oov_indices:
                raise ValueError(
                    "When `num_oov_indices=0` all inputs should be in vocabulary, found OOV values "
                    f"{shown(keys[is_new].tolist())}, consider setting `num_oov_indices=1`."
                )
            found = np.where(is_new, self._numbers_of_new(keys), found)
        return found

    def _numbers_of_new(self, keys: Array) -> Array:
        """Numbers for tokens that are not in the vocabulary, spread by a hash or a remainder."""
        if not self._is_text and self.oov_method != "farmhash":
            return keys % self.num_oov_indices + self._oov_start_index()
        return hash_bins(keys, self.num_oov_indices, self.salt) + self._oov_start_index()

    # Saving

    def get_config(self) -> dict[str, Any]:
        return super().get_config() | {
            "invert": self.invert,
            "max_tokens": self.max_tokens,
            "num_oov_indices": self.num_oov_indices,
            "oov_token": self.oov_token,
            "mask_token": self.mask_token,
            "output_mode": self.output_mode,
            "sparse": self.sparse,
            "pad_to_max_tokens": self.pad_to_max_tokens,
            "vocabulary_dtype": self.vocabulary_dtype,
            "idf_weights": as_list(self.input_idf_weights),
            "vocabulary": as_list(self.input_vocabulary),
            "vocabulary_size": self._frozen_vocab_size,
            "oov_method": self.oov_method,
            "salt": self.salt,
        }

    def get_build_config(self) -> dict[str, Any]:
        """Empty: the layer has nothing to build."""
        return {}

    def build_from_config(self, config: dict[str, Any]) -> None:
        """Mark the layer as built."""
        self.build(None)

    def save_own_variables(self, store: Any) -> None:
        """Put the weights of mode "tf_idf" into a mapping."""
        if self.output_mode == "tf_idf" and self.idf_weights is not None:
            store["idf_weights"] = self.idf_weights.numpy()

    def load_own_variables(self, store: Any) -> None:
        """Read the weights of mode "tf_idf" back."""
        if self.output_mode == "tf_idf":
            self.idf_weights = Tensor(np.asarray(store["idf_weights"]))

    def save_assets(self, dir_path: str) -> None:
        """Write a learned vocabulary into a folder; one that was given is in the config."""
        if self.input_vocabulary is None:
            learned = self._vocabulary.tokens
            save_asset(dir_path, [*self._special_tokens(), *learned])

    def load_assets(self, dir_path: str) -> None:
        """Read a learned vocabulary back."""
        if self.input_vocabulary is not None:
            return
        tokens = load_asset(dir_path, self._is_text, self.encoding)
        if tokens:
            weights = None
            if self.output_mode == "tf_idf":  # without what fills them up to `max_tokens`
                weights = self.idf_weights.numpy()[: len(tokens)]
            self.set_vocabulary(tokens, weights)


def as_list(values: Any) -> Any:
    """Arrays and tensors as lists, anything else as it is: as configs hold it."""
    if isinstance(values, list):
        return list(values)  # and no list that tells the layer of changes
    values = values.numpy() if hasattr(values, "numpy") else values
    return values.tolist() if hasattr(values, "tolist") else values
