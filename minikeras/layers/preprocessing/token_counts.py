"""How often tokens occur, from which ``adapt`` makes a vocabulary."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Collection
from typing import Any

import numpy as np

from minikeras.layers.preprocessing.encoding import Rows
from minikeras.types import Array


class TokenCounts:
    """Counts tokens, the documents that contain each, and all documents."""

    def __init__(self) -> None:
        self._tokens: Counter[Any] = Counter()
        self._containing: Counter[Any] = Counter()
        self._documents = 0

    def __bool__(self) -> bool:
        return bool(self._tokens)

    def __repr__(self) -> str:
        return f"<TokenCounts of {len(self._tokens)} tokens in {self._documents} documents>"

    def add(self, batch: Array | Rows) -> None:
        """Count a batch: its rows are documents; with a single axis it is one document."""
        if isinstance(batch, Rows):
            flat, lengths = batch.flat, batch.lengths
        else:
            count = len(batch) if batch.ndim > 1 else 1
            flat, lengths = batch.reshape(-1), np.full(count, batch.size // max(count, 1))
        tokens = flat.tolist()
        ends = np.cumsum(lengths).tolist()
        documents = [{*tokens[e - n : e]} for e, n in zip(ends, lengths.tolist())]
        self._tokens.update(tokens)
        self._containing.update(itertools.chain.from_iterable(documents))
        self._documents += len(documents)

    def most_frequent(self, without: Collection[Any]) -> list[Any]:
        """The tokens by falling count; of equal counts, the larger token first."""
        counted = [(n, token) for token, n in self._tokens.items() if token not in without]
        return [token for _, token in sorted(counted, reverse=True)]

    def idf_weights(self, tokens: list[Any]) -> Array:
        """log(1 + N / (1 + Nₖ)) of each token k: N documents, Nₖ of which contain it; float64."""
        containing = np.array([self._containing[token] for token in tokens], dtype="int64")
        return np.log(1 + self._documents / (1 + containing))
