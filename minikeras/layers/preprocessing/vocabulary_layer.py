"""``VocabularyLayer``: a layer that owns a vocabulary, which is given, read or learned."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from minikeras import frames, ops, settings, strings
from minikeras.autograd import Tensor
from minikeras.layers.preprocessing.adapting import each_batch
from minikeras.layers.preprocessing.data_layer import DataLayer, values_of
from minikeras.layers.preprocessing.encoding import Rows
from minikeras.layers.preprocessing.token_counts import TokenCounts
from minikeras.layers.preprocessing.vocabulary import Vocabulary, read_file, repeated, shown
from minikeras.messages import describe
from minikeras.types import Array


class VocabularyLayer(DataLayer):
    """The tokens of a layer: ``set_vocabulary``, ``get_vocabulary`` and ``adapt``.

    A subclass sets the attributes that are declared below, then calls ``_start_vocabulary``.
    """

    _is_text: ClassVar[bool]
    encoding = "utf-8"

    if TYPE_CHECKING:  # set by IndexLookup
        invert: bool
        max_tokens: int | None
        num_oov_indices: int
        mask_token: Any
        oov_token: Any
        output_mode: str
        pad_to_max_tokens: bool
        _has_input_vocabulary: bool
        _frozen_vocab_size: int | None

    def _start_vocabulary(self) -> None:
        self.idf_weights: Any = None  # a tensor of floatx, (numbers,)
        self._vocabulary = Vocabulary((), self._token_start_index())
        self._is_known = False  # whether there is a vocabulary, even one without tokens
        self._counts = TokenCounts()

    # Tokens as they are stored: bytes or int

    def _token(self, value: Any) -> Any:
        return strings.array(value)[()] if self._is_text else int(value)

    def _tokens(self, values: Any) -> list[Any]:
        """A list or an array of tokens.  Raises ValueError for other values."""
        if hasattr(values, "numpy"):
            values = values.numpy()
        if not isinstance(values, list | tuple | np.ndarray):
            raise ValueError(
                "A vocabulary must be a list, tuple or array of tokens, or the path of a file. "
                f"Received: vocabulary={describe(values)}"
            )
        if np.ndim(values) > 1:
            raise ValueError(
                f"A vocabulary must have one axis. Received: vocabulary={describe(values)}"
            )
        if self._is_text:
            return strings.array(values).tolist()
        try:
            return [int(value) for value in values]
        except (TypeError, ValueError):
            raise ValueError(
                "The tokens of an IntegerLookup must be whole numbers. Received: "
                f"vocabulary={describe(values)}"
            ) from None

    def _public(self, token: Any) -> Any:
        """A learned token as ``get_vocabulary`` gives it."""
        if self._is_text:
            return np.str_(strings.decode(token, self.encoding))
        return np.int64(token)

    # The vocabulary

    def _oov_start_index(self) -> int:
        return int(self.mask_token is not None and self.output_mode == "int")

    def _token_start_index(self) -> int:
        return self._oov_start_index() + self.num_oov_indices

    def _special_tokens(self) -> list[Any]:
        return [self.mask_token] * self._oov_start_index() + [self.oov_token] * self.num_oov_indices

    def get_vocabulary(self, include_special_tokens: bool = True) -> list[Any]:
        """The tokens in the order of their numbers.

        include_special_tokens: whether the list begins with the mask token and the token of what is
            not in the vocabulary.
        """
        learned = [self._public(token) for token in self._vocabulary.tokens]
        return [*self._special_tokens(), *learned] if include_special_tokens else learned

    def vocabulary_size(self) -> int:
        """How many numbers there are, those of special tokens included."""
        return self._token_start_index() + len(self._vocabulary)

    @frames.filter_traceback
    def set_vocabulary(self, vocabulary: Any, idf_weights: Any = None) -> None:
        """Use these tokens.

        vocabulary: a list or an array, with or without the special tokens at its start; or the path
            of a file with one token a line.
        idf_weights: in mode "tf_idf", the weight of each token.

        Raises ValueError for an empty vocabulary, tokens that occur twice, special tokens at other
        places, more tokens than ``max_tokens``, and weights of another length; RuntimeError if the
        width of the outputs is fixed and would change.  Then nothing has changed.
        """
        if self.output_mode == "tf_idf":
            if idf_weights is None:
                raise ValueError(
                    "`idf_weights` must be set if output_mode is 'tf_idf'. Received: "
                    "idf_weights=None"
                )
        elif idf_weights is not None:
            raise ValueError(
                "`idf_weights` should only be set if output_mode is `'tf_idf'`. Received: "
                f"output_mode={self.output_mode} and idf_weights={describe(idf_weights)}"
            )
        if isinstance(vocabulary, str):
            if self.output_mode == "tf_idf":
                raise ValueError(
                    "output_mode `'tf_idf'` does not support loading a vocabulary from file. "
                    f"Received: vocabulary={describe(vocabulary)}"
                )
            self._use(read_file(vocabulary, self._is_text, self.encoding))
            return
        given = self._tokens(vocabulary)
        if not given:
            raise ValueError(
                f"Cannot set an empty vocabulary. Received: vocabulary={describe(vocabulary)}"
            )
        special = [None if t is None else self._token(t) for t in self._special_tokens()]
        has_special = given[: len(special)] == special
        tokens = given[len(special) :] if has_special else given
        self._check_tokens(tokens, given)
        weights = None
        if self.output_mode == "tf_idf":
            weights = self._weights(idf_weights, given, has_special)
        self._use(tokens, weights)

    def _check_tokens(self, tokens: list[Any], given: list[Any]) -> None:
        if again := repeated(tokens):
            raise ValueError(
                "The passed vocabulary has at least one repeated term. Please uniquify your "
                f"dataset. The repeated terms are: {shown(again)}"
            )
        reserved = [("mask", self.mask_token)] + [("OOV", self.oov_token)] * self.invert
        for kind, token in reserved:
            if token is not None and self._token(token) in set(tokens):
                place = len(given) - 1 - given[::-1].index(self._token(token))
                raise ValueError(
                    f"Found reserved {kind} token at unexpected location in `vocabulary`. Note "
                    "that passed `vocabulary` does not need to include the OOV and mask tokens. "
                    "Either remove all mask and OOV tokens, or include them only at the start of "
                    f"the vocabulary in precisely this order: {self._special_tokens()}. Received: "
                    f"{token!r} at vocabulary index {place}"
                )
        size = self._token_start_index() + len(tokens)
        if self.max_tokens is not None and size > self.max_tokens:
            raise ValueError(
                "Attempted to set a vocabulary larger than the maximum vocab size. Received "
                f"vocabulary size is {size}; `max_tokens` is {self.max_tokens}."
            )

    def _weights(self, given: Any, vocabulary: list[Any], has_special: bool) -> Tensor:
        """The weights of all numbers: those of special tokens are the mean of the others."""
        weights = np.asarray(given)
        if len(vocabulary) != len(weights):
            raise ValueError(
                "`idf_weights` must be the same length as vocabulary. len(idf_weights) is "
                f"{len(weights)}; len(vocabulary) is {len(vocabulary)}"
            )
        if weights.ndim != 1:
            raise ValueError(
                f"TF-IDF data must be a 1-index array. Received: idf_weights={describe(weights)}"
            )
        front = 0 if has_special else self._token_start_index()
        weights = np.pad(weights, (front, 0), constant_values=0)
        weights[:front] = np.average(given)
        return ops.convert_to_tensor(self._filled_up(weights), dtype=settings.floatx())

    def _filled_up(self, weights: Array) -> Array:
        if not self.pad_to_max_tokens:
            return weights
        return np.pad(weights, (0, (self.max_tokens or 0) - len(weights)))

    def _use(self, tokens: list[Any], weights: Tensor | None = None) -> None:
        """Use checked tokens; nothing changes if the width of the outputs would."""
        size = self._token_start_index() + len(tokens)
        known = self._frozen_vocab_size
        if self.output_mode != "int" and not self.pad_to_max_tokens and known not in (None, size):
            raise RuntimeError(
                f"When using `output_mode={self.output_mode}` and `pad_to_max_tokens=False`, the "
                "vocabulary size cannot be changed after the layer is called. Old vocab size is "
                f"{known}, new vocab size is {size}"
            )
        self._vocabulary = Vocabulary(tokens, self._token_start_index())
        self._frozen_vocab_size, self._is_known = size, True
        if weights is not None:
            self.idf_weights = weights

    # Learning it

    @frames.filter_traceback
    def adapt(self, data: Any, steps: int | None = None) -> None:
        """Learn the vocabulary from data.

        data: an array or a list, of which each element is a document if it has one axis, and each
            row if it has more; or an iterable of batches.
        steps: how many batches to look at; None for all.

        Raises ValueError if a vocabulary was given to the constructor; RuntimeError if the width of
        the outputs is fixed and would change.
        """
        self.reset_state()
        for batch in each_batch(data, steps, lists_are_data=True):
            if batch is data:  # no iterable of batches: each element of a single axis is a document
                batch = self._keys(batch)
                batch = batch[:, None] if batch.ndim == 1 else batch
            self.update_state(batch)
        self.finalize_state()

    def update_state(self, data: Any) -> None:
        """Count the tokens of a batch; one with a single axis is one document."""
        if self._has_input_vocabulary:
            raise ValueError(
                f"Cannot adapt layer '{self.name}' after setting a static vocabulary via "
                "`vocabulary` argument or `set_vocabulary()` method."
            )
        self._counts.add(data if isinstance(data, Rows) else self._keys(data))

    def finalize_state(self) -> None:
        """Make the vocabulary of the counts."""
        if self._has_input_vocabulary or not self._counts:
            self._frozen_vocab_size = self.vocabulary_size()
            return
        special = {self._token(t) for t in (self.mask_token, self.oov_token) if t is not None}
        tokens = self._counts.most_frequent(special)
        if self.max_tokens:
            tokens = tokens[: self.max_tokens - self._token_start_index()]
        weights = None
        if self.output_mode == "tf_idf":
            learned = self._counts.idf_weights(tokens).astype(settings.floatx())
            front = np.repeat(np.asarray(ops.mean(Tensor(learned))), self._token_start_index())
            weights = Tensor(self._filled_up(np.concatenate([front, learned])))
        self.reset_state()
        self._use(tokens, weights)

    def reset_state(self) -> None:
        """Forget the counts."""
        self._counts = TokenCounts()

    def _keys(self, inputs: Any) -> Array:
        """Tokens of an input: bytes, or int64.  Raises TypeError for values of another kind."""
        values = values_of(inputs)
        if self._is_text:
            if values.dtype == object or not values.size:
                return values
        elif values.dtype != object:
            return self._numbers_in(inputs)
        kind = "strings" if self._is_text else "whole numbers"
        raise TypeError(f"{type(self).__name__} expected {kind}, received {describe(inputs)}")

    def _numbers_in(self, inputs: Any) -> Array:
        values = values_of(inputs)
        is_fraction = values.dtype.kind == "f" and values.size and not hasattr(inputs, "dtype")
        if values.dtype == object or (is_fraction and not self._is_text):
            raise TypeError(
                f"{type(self).__name__} expected whole numbers, received {describe(inputs)}"
            )
        return values.astype("int64", copy=False)
