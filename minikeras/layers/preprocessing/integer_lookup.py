"""IntegerLookup: whole numbers as other numbers, by a vocabulary."""

from __future__ import annotations

from typing import Any

from minikeras.layers.preprocessing.index_lookup import IndexLookup
from minikeras.messages import describe


class IntegerLookup(IndexLookup):
    """outputs = the number of the input in the vocabulary, encoded; or the other way round

    inputs: whole numbers, (batch, ...), or one; floating arrays are rounded towards 0.

    The numbers are ordered as in ``StringLookup``; of two inputs that occur equally often,
    ``adapt`` puts the larger one first.

    max_tokens: the largest number of numbers, special tokens included.
    num_oov_indices: how many numbers there are for inputs that are not in the vocabulary; with 0
        such an input is an error.
    mask_token: the input with the number 0; in the other modes it counts for nothing.
    oov_token: what stands for an input that is not in the vocabulary, with ``invert`` too.
    vocabulary: a list or an array of whole numbers, or the path of a file with one a line.
    vocabulary_dtype: "int64".
    idf_weights: in mode "tf_idf", the weight of each number of ``vocabulary``.
    invert: whether to map numbers of the vocabulary to inputs.
    output_mode: "int", "one_hot", "multi_hot", "count" or "tf_idf", as in ``StringLookup``.
    sparse: must be False: sparse tensors do not exist on the NumPy backend.
    pad_to_max_tokens: whether outputs have ``max_tokens`` columns in the modes other than "int".
    oov_method: how a number is chosen for an input that is not in the vocabulary: "floormod" for
        input mod ``num_oov_indices``, "farmhash" for a hash of its digits.
    salt: a key for the hash, a whole number or two; SipHash then takes the place of FarmHash64.

    Raises ValueError for arguments that contradict each other, and for a vocabulary that is empty,
    larger than ``max_tokens`` or holds a number twice; when called, TypeError for inputs of another
    kind, RuntimeError before there is a vocabulary, and ValueError for inputs that are not in it if
    ``num_oov_indices`` is 0.
    """

    _is_text = False

    def __init__(
        self,
        max_tokens: int | None = None,
        num_oov_indices: int = 1,
        mask_token: Any = None,
        oov_token: Any = -1,
        vocabulary: Any = None,
        vocabulary_dtype: str = "int64",
        idf_weights: Any = None,
        invert: bool = False,
        output_mode: str = "int",
        sparse: bool = False,
        pad_to_max_tokens: bool = False,
        oov_method: str = "floormod",
        salt: Any = None,
        name: str | None = None,
        **kwargs: Any,
    ) -> None:
        if vocabulary_dtype != "int64":
            raise ValueError(
                "Only `vocabulary_dtype='int64'` is supported at this time. Received: "
                f"vocabulary_dtype={describe(vocabulary_dtype)}"
            )
        super().__init__(
            max_tokens=max_tokens,
            num_oov_indices=num_oov_indices,
            mask_token=mask_token,
            oov_token=oov_token,
            vocabulary=vocabulary,
            vocabulary_dtype=vocabulary_dtype,
            idf_weights=idf_weights,
            invert=invert,
            output_mode=output_mode,
            sparse=sparse,
            pad_to_max_tokens=pad_to_max_tokens,
            oov_method=oov_method,
            salt=salt,
            name=name,
            **kwargs,
        )

    def get_config(self) -> dict[str, Any]:
        config = super().get_config()
        for name in ("oov_token", "mask_token"):
            if config[name] is not None:
                config[name] = int(config[name])
        if config["vocabulary"] is not None:
            config["vocabulary"] = [int(token) for token in config["vocabulary"]]
        return config
