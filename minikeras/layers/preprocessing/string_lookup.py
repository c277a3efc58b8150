"""StringLookup: strings as numbers, by a vocabulary."""

from __future__ import annotations

from typing import Any

from minikeras.layers.preprocessing.index_lookup import IndexLookup


class StringLookup(IndexLookup):
    """outputs = the number of the string in the vocabulary, encoded; or the string of a number

    inputs: strings, (batch, ...), or one string; with ``invert`` whole numbers.

    The numbers are, in this order: 0 for ``mask_token``, if there is one and the mode is "int";
    then ``num_oov_indices`` numbers for strings that are not in the vocabulary ("out of
    vocabulary"); then the strings of the vocabulary.  ``adapt`` orders them by how often they
    occur, and those that occur equally often by their bytes, the larger first.

    max_tokens: the largest number of numbers, special tokens included.
    num_oov_indices: how many numbers there are for strings that are not in the vocabulary, among
        which FarmHash64 chooses; with 0 such a string is an error.
    mask_token: the string with the number 0; in the other modes it counts for nothing.
    oov_token: what stands for a string that is not in the vocabulary, with ``invert`` too.
    vocabulary: a list or an array of strings, or the path of a file with one string a line.
    idf_weights: in mode "tf_idf", the weight of each string of ``vocabulary``.
    invert: whether to map numbers to strings.
    output_mode: "int" for the number, "one_hot", "multi_hot" or "count" as in ``CategoryEncoding``,
        or "tf_idf": counts times the weights log(1 + N / (1 + Nₖ)), with N documents, Nₖ of which
        contain string k.
    pad_to_max_tokens: whether outputs have ``max_tokens`` columns in the modes other than "int".
    sparse: must be False: sparse tensors do not exist on the NumPy backend.
    encoding: that of the bytes of strings.
    salt: a key for the hash, a whole number or two; SipHash then chooses.

    Raises ValueError for arguments that contradict each other, and for a vocabulary that is empty,
    larger than ``max_tokens`` or holds a string twice; when called, TypeError for inputs of another
    kind, RuntimeError before there is a vocabulary, and ValueError for strings that are not in it
    if ``num_oov_indices`` is 0.

    Parity: in the modes one_hot, multi_hot and count the values are int64, although symbolic calls
    say floatx.
    """

    _is_text = True

    def __init__(
        self,
        max_tokens: int | None = None,
        num_oov_indices: int = 1,
        mask_token: Any = None,
        oov_token: Any = "[UNK]",
        vocabulary: Any = None,
        idf_weights: Any = None,
        invert: bool = False,
        output_mode: str = "int",
        pad_to_max_tokens: bool = False,
        sparse: bool = False,
        encoding: str = "utf-8",
        name: str | None = None,
        salt: Any = None,
        **kwargs: Any,
    ) -> None:
        self.encoding = encoding
        super().__init__(
            max_tokens=max_tokens,
            num_oov_indices=num_oov_indices,
            mask_token=mask_token,
            oov_token=oov_token,
            vocabulary=vocabulary,
            vocabulary_dtype="string",
            idf_weights=idf_weights,
            invert=invert,
            output_mode=output_mode,
            pad_to_max_tokens=pad_to_max_tokens,
            sparse=sparse,
            name=name,
            salt=salt,
            **kwargs,
        )

    def get_config(self) -> dict[str, Any]:
        config = super().get_config()
        del config["vocabulary_dtype"]
        return config | {"encoding": self.encoding}
