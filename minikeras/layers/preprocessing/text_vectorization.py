"""TextVectorization: texts as numbers of their tokens."""

from __future__ import annotations

from typing import Any

import numpy as np

from minikeras import frames
from minikeras.autograd import Tensor
from minikeras.declare import serialization
from minikeras.layers.preprocessing.adapting import each_batch
from minikeras.layers.preprocessing.data_layer import DataLayer, check_choice, values_of
from minikeras.layers.preprocessing.encoding import Rows
from minikeras.layers.preprocessing.index_lookup import MODES, as_list
from minikeras.layers.preprocessing.string_lookup import StringLookup
from minikeras.layers.preprocessing.tokenizing import (
    SPLIT,
    STANDARDIZE,
    ngrams,
    split,
    standardized,
)
from minikeras.messages import describe
from minikeras.types import Array, Shape, TensorLike


class TextVectorization(DataLayer):
    """outputs = numbers of tokens: text → standardize → split → n-grams → ``StringLookup``

    inputs: texts, (batch,) or (batch, 1), or one text.
    outputs: (batch, tokens), filled up with 0, in mode "int"; else (batch, numbers).

    The numbers are 0 for "", in mode "int" only, then one for tokens that are not in the
    vocabulary, "[UNK]", then those of the vocabulary.

    max_tokens: the largest number of numbers, special tokens included.
    standardize: "lower_and_strip_punctuation", "lower" or "strip_punctuation", which change ASCII
        only, None, or a function, which is given an array of ``str``.
    split: "whitespace", "character", None, or a function, which is given an array of ``str`` and
        returns a row of tokens for each.
    ngrams: n for runs of 1 to n tokens, or a tuple of the lengths of runs, which spaces join.
    output_mode: "int", "multi_hot", "count" or "tf_idf", as in ``StringLookup``; "one_hot" only if
        ``split`` is None.
    output_sequence_length: to how many numbers each text is cut or filled up in mode "int"; by
        default the longest text of a batch decides.
    pad_to_max_tokens: whether outputs have ``max_tokens`` columns in the modes other than "int".
    vocabulary: a list or an array of tokens, or the path of a file with one token a line.
    idf_weights: in mode "tf_idf", the weight of each token of ``vocabulary``.
    sparse, ragged: must be False: the NumPy backend has neither sparse tensors nor ragged ones,
        whose rows have different lengths; rows are filled up with 0 instead.
    encoding: that of the bytes of texts.

    Raises ValueError for arguments that contradict each other, and for texts of other shapes;
    TypeError for inputs that are no strings; and all that ``StringLookup`` raises.
    """

    def __init__(
        self,
        max_tokens: int | None = None,
        standardize: Any = "lower_and_strip_punctuation",
        split: Any = "whitespace",
        ngrams: Any = None,
        output_mode: str = "int",
        output_sequence_length: int | None = None,
        pad_to_max_tokens: bool = False,
        vocabulary: Any = None,
        idf_weights: Any = None,
        sparse: bool = False,
        ragged: bool = False,
        encoding: str = "utf-8",
        name: str | None = None,
        **kwargs: Any,
    ) -> None:
        for argument, value, allowed in (
            ("standardize", standardize, STANDARDIZE),
            ("split", split, SPLIT),
        ):
            if value is not None and not callable(value):
                check_choice(self, argument, value, allowed)
        output_mode = {"binary": "multi_hot", "tf-idf": "tf_idf"}.get(
            output_mode if isinstance(output_mode, str) else "", output_mode
        )
        check_choice(self, "output_mode", output_mode, MODES)
        if not _are_widths(ngrams):
            raise ValueError(
                "`ngrams` must be None, an integer, or a tuple of integers. Received: "
                f"ngrams={describe(ngrams)}"
            )
        self._check_length(output_mode, output_sequence_length)
        if ragged:
            raise ValueError(
                "`ragged=True` cannot be used: ragged tensors do not exist on the NumPy backend. "
                "Without it, rows are filled up with 0. Received: ragged=True"
            )
        if output_mode == "one_hot" and split is not None:
            raise ValueError(
                "`output_mode='one_hot'` makes one row for each token of a text, a ragged tensor, "
                "and these do not exist on the NumPy backend. Use 'multi_hot', or `split=None`. "
                f"Received: output_mode='one_hot' and split={describe(split)}"
            )
        self._has_input_vocabulary = kwargs.pop("has_input_vocabulary", vocabulary is not None)
        vocabulary_size = kwargs.pop("vocabulary_size", None)
        super().__init__(name=name, **kwargs)
        self._standardize, self._split = standardize, split
        self._ngrams_arg, self._encoding = ngrams, encoding
        self._ngrams = tuple(range(1, ngrams + 1)) if isinstance(ngrams, int) else ngrams
        self._output_mode, self._output_sequence_length = output_mode, output_sequence_length
        self._lookup_layer = StringLookup(
            max_tokens=max_tokens,
            vocabulary=vocabulary,
            idf_weights=idf_weights,
            pad_to_max_tokens=pad_to_max_tokens,
            mask_token="",
            output_mode=output_mode,
            sparse=sparse,
            has_input_vocabulary=self._has_input_vocabulary,
            encoding=encoding,
            vocabulary_size=vocabulary_size,
        )

    def _check_length(self, output_mode: str, length: Any) -> None:
        if output_mode == "int" and not (length is None or isinstance(length, int)):
            raise ValueError(
                "`output_sequence_length` must be either None or an integer when `output_mode` is "
                f"'int'. Received: output_sequence_length={describe(length)}"
            )
        if output_mode != "int" and length is not None:
            raise ValueError(
                "`output_sequence_length` must not be set if `output_mode` is not 'int'. Received "
                f"output_sequence_length={describe(length)}."
            )

    @property
    def compute_dtype(self) -> str:
        return "string"

    @property
    def variable_dtype(self) -> str:
        return "string"

    @property
    def dtype(self) -> str:
        return "string"

    @property
    def output_dtype(self) -> str:
        return self._lookup_layer.output_dtype

    def _value_dtype(self) -> str:
        return self._lookup_layer._value_dtype()

    def build(self, input_shape: Any = None) -> None:
        """Nothing is built."""

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        shape = tuple(input_shape)
        if self._output_mode == "int":
            return (shape[0], self._output_sequence_length)
        # Parity: an axis of size 1, which the values do not have, stays
        shape = (*shape, None) if self._split is not None else (*shape, *[1] * (len(shape) <= 1))
        return self._lookup_layer.compute_output_shape(shape)

    # The vocabulary

    @frames.filter_traceback
    def adapt(self, data: Any, batch_size: int | None = None, steps: int | None = None) -> None:
        """Learn the vocabulary from texts.

        data: an array or a list of texts, or an iterable of batches.
        batch_size: has no effect; Keras has it.
        steps: how many batches to look at; None for all.

        Raises ValueError if a vocabulary was given to the constructor; RuntimeError if the width of
        the outputs is fixed and would change.
        """
        self.reset_state()
        for batch in each_batch(data, steps, lists_are_data=True):
            if batch is data:
                batch = self._text(batch)
                batch = batch[:, None] if batch.ndim == 1 else batch
            self.update_state(batch)
        self.finalize_state()

    def update_state(self, data: Any) -> None:
        """Count the tokens of a batch of texts."""
        self._lookup_layer.update_state(self._tokens_of(data))

    def finalize_state(self) -> None:
        """Make the vocabulary of the counts."""
        self._lookup_layer.finalize_state()

    def reset_state(self) -> None:
        """Forget the counts."""
        self._lookup_layer.reset_state()

    def get_vocabulary(self, include_special_tokens: bool = True) -> list[Any]:
        """The tokens in the order of their numbers.

        include_special_tokens: whether the list begins with "" and "[UNK]".
        """
        return self._lookup_layer.get_vocabulary(include_special_tokens)

    def vocabulary_size(self) -> int:
        """How many numbers there are, those of special tokens included."""
        return self._lookup_layer.vocabulary_size()

    def set_vocabulary(self, vocabulary: Any, idf_weights: Any = None) -> None:
        """Use these tokens, as ``StringLookup.set_vocabulary`` does."""
        self._lookup_layer.set_vocabulary(vocabulary, idf_weights=idf_weights)

    # Using it

    def call(self, inputs: TensorLike) -> TensorLike:
        tokens = self._tokens_of(inputs)
        found = self._lookup_layer.encoded(tokens)
        if self._output_mode != "int":
            return found
        if isinstance(found, Rows):
            return Tensor(found.padded(self._output_sequence_length, 0))
        length = self._output_sequence_length
        if length is None:
            return found
        numbers = np.asarray(found)[..., :length]
        fill = [(0, 0)] * (numbers.ndim - 1) + [(0, length - numbers.shape[-1])]
        return Tensor(np.pad(numbers, fill))

    def _text(self, inputs: Any) -> Array:
        values = values_of(inputs)
        if values.dtype != object and values.size:
            raise TypeError(f"TextVectorization expected strings, received {describe(inputs)}")
        return values.astype(object)

    def _tokens_of(self, inputs: Any) -> Rows | Array:
        text = standardized(self._text(inputs), self._standardize, self._encoding)
        tokens: Rows | Array = text
        if self._split is not None:
            if text.ndim > 2 or (text.ndim == 2 and text.shape[-1] != 1):
                raise ValueError(
                    "When using `TextVectorization` to tokenize strings, the input rank must be "
                    "1, or 2 with a last shape dimension of 1. Received: inputs of shape "
                    f"{text.shape}"
                )
            tokens = split(text[:, 0] if text.ndim == 2 else text, self._split, self._encoding)
        return tokens if self._ngrams is None else ngrams(tokens, self._ngrams)

    # Saving

    def get_config(self) -> dict[str, Any]:
        lookup = self._lookup_layer
        standardize, split_ = map(
            serialization.serialize_keras_object, (self._standardize, self._split)
        )
        return super().get_config() | {
            "max_tokens": lookup.max_tokens,
            "standardize": standardize,
            "split": split_,
            "ngrams": self._ngrams_arg,
            "output_mode": self._output_mode,
            "output_sequence_length": self._output_sequence_length,
            "pad_to_max_tokens": lookup.pad_to_max_tokens,
            "sparse": lookup.sparse,
            "ragged": False,
            "vocabulary": as_list(lookup.input_vocabulary),
            "idf_weights": as_list(lookup.input_idf_weights),
            "encoding": self._encoding,
            "vocabulary_size": self.vocabulary_size(),
        }

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Any:
        """The layer whose ``get_config`` this is."""
        config = dict(config)
        for name in ("standardize", "split"):
            if isinstance(config.get(name), dict):
                config[name] = serialization.deserialize_keras_object(config[name])
        if isinstance(config.get("ngrams"), list):
            config["ngrams"] = tuple(config["ngrams"])
        return super().from_config(config)

    def save_own_variables(self, store: Any) -> None:
        """Put the weights of mode "tf_idf" into a mapping."""
        self._lookup_layer.save_own_variables(store)

    def load_own_variables(self, store: Any) -> None:
        """Read the weights of mode "tf_idf" back."""
        self._lookup_layer.load_own_variables(store)

    def save_assets(self, dir_path: str) -> None:
        """Write a learned vocabulary into a folder; one that was given is in the config."""
        self._lookup_layer.save_assets(dir_path)

    def load_assets(self, dir_path: str) -> None:
        """Read a learned vocabulary back."""
        self._lookup_layer.load_assets(dir_path)


def _are_widths(value: Any) -> bool:
    if isinstance(value, tuple):
        return all(isinstance(width, int) for width in value)
    return value is None or isinstance(value, int)
