"""``tensorflow.keras.preprocessing.text``: words and their numbers, as in Keras 1 and 2.

Keras calls this legacy and has it under that name only; ``layers.TextVectorization`` came after it.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from minikeras import frames
from minikeras.messages import describe
from minikeras.types import Array

__all__ = ["Tokenizer", "hashing_trick", "one_hot", "text_to_word_sequence", "tokenizer_from_json"]

FILTERS = '!"#$%&()*+,-./:;<=>?@[\\]^_`{|}~\t\n'
_MODES = ("binary", "count", "freq", "tfidf")
_Analyzer = Callable[[str], Sequence[str]]


@frames.filter_traceback
def text_to_word_sequence(
    input_text: str, filters: str = FILTERS, lower: bool = True, split: str = " "
) -> list[str]:
    """The words of a text.

    input_text: the text.
    filters: characters that separate words, as ``split`` does.
    lower: whether capital letters become small.
    split: what separates words.

    Raises AttributeError, as Keras does, for what is no string.
    """
    if not isinstance(input_text, str):
        raise AttributeError(f"input_text={describe(input_text)}; expected a string")
    text = input_text.lower() if lower else input_text
    text = text.translate({ord(letter): split for letter in filters})
    return [word for word in text.split(split) if word]


@frames.filter_traceback
def one_hot(
    input_text: str,
    n: int,
    filters: str = FILTERS,
    lower: bool = True,
    split: str = " ",
    analyzer: _Analyzer | None = None,
) -> list[int]:
    """A number from 1 to n − 1 for each word of a text, by Python's ``hash``.

    Python's hash of a string is another one in each process, unless PYTHONHASHSEED is set.

    input_text: the text.
    n, filters, lower, split, analyzer: see ``hashing_trick``.
    """
    return hashing_trick(input_text, n, hash, filters, lower, split, analyzer)


@frames.filter_traceback
def hashing_trick(
    text: str,
    n: int,
    hash_function: Callable[[str], int] | str | None = None,
    filters: str = FILTERS,
    lower: bool = True,
    split: str = " ",
    analyzer: _Analyzer | None = None,
) -> list[int]:
    """A number from 1 to n − 1 for each word of a text; different words may have the same one.

    text: the text.
    n: at least 2.
    hash_function: a function from a word to an integer; "md5" for one that is the same in each
        process; None for Python's ``hash``.
    filters, lower, split: see ``text_to_word_sequence``.
    analyzer: a function from a text to its words, in place of ``text_to_word_sequence``.

    Raises ValueError for a smaller n, TypeError for an unknown hash.
    """
    if n < 2:
        raise ValueError(f"n={describe(n)}; expected at least 2: 0 stands for no word")
    if hash_function is None:
        hash_function = hash
    elif hash_function == "md5":
        hash_function = _md5
    if not callable(hash_function):
        raise TypeError(
            f"hash_function={describe(hash_function)}; expected a function, 'md5' or None"
        )
    words = analyzer(text) if analyzer else text_to_word_sequence(text, filters, lower, split)
    return [hash_function(word) % (n - 1) + 1 for word in words]


def _md5(word: str) -> int:
    return int(hashlib.md5(word.encode(), usedforsecurity=False).hexdigest(), 16)


class Tokenizer:
    """Gives each word of some texts a number, the most frequent ones first, from 1 on.

    num_words: numbers from this one on are left out; None for none.
    filters, lower, split: see ``text_to_word_sequence``.
    char_level: whether characters are the words.
    oov_token: a word that stands for unknown ones and has the number 1; None to leave these out.
    analyzer: a function from a text to its words, in place of ``text_to_word_sequence``.

    It has ``word_index`` and ``index_word``, dictionaries between words and numbers;
    ``word_counts``, how often each word occurs, in the order of first occurrence; ``word_docs`` and
    ``index_docs``, in how many texts each word or number occurs; ``document_count``, the number of
    texts.

    Raises TypeError for unknown arguments.
    """

    def __init__(
        self,
        num_words: int | None = None,
        filters: str = FILTERS,
        lower: bool = True,
        split: str = " ",
        char_level: bool = False,
        oov_token: str | None = None,
        analyzer: _Analyzer | None = None,
        **kwargs: Any,
    ) -> None:
        if "nb_words" in kwargs:
            frames.warn("nb_words is an old name of num_words")
            num_words = kwargs.pop("nb_words")
        self.document_count: int = kwargs.pop("document_count", 0)
        if kwargs:
            raise TypeError(f"Tokenizer received unknown arguments: {describe(kwargs)}")
        self.num_words = num_words
        self.filters = filters
        self.lower = lower
        self.split = split
        self.char_level = char_level
        self.oov_token = oov_token
        self.analyzer = analyzer
        self.word_counts: Counter[str] = Counter()
        self.word_docs: Counter[str] = Counter()
        self.index_docs: Counter[int] = Counter()
        self.word_index: dict[str, int] = {}
        self.index_word: dict[int, str] = {}

    @frames.filter_traceback
    def fit_on_texts(self, texts: Iterable[str | list[str]]) -> None:
        """Count the words of texts, and number them anew.

        texts: strings, or lists of words.

        Raises AttributeError, as Keras does, for other texts.
        """
        for text in texts:
            words = self._words(text)
            self.document_count += 1
            self.word_counts.update(words)
            self.word_docs.update([*dict.fromkeys(words)])
        by_count = sorted(self.word_counts, key=lambda word: -self.word_counts[word])
        first = [] if self.oov_token is None else [self.oov_token]
        self.word_index = {word: i for i, word in enumerate(first + by_count, 1)}
        self.index_word = {i: word for word, i in self.word_index.items()}
        for word, count in self.word_docs.items():
            self.index_docs[self.word_index[word]] = count

    @frames.filter_traceback
    def fit_on_sequences(self, sequences: Sequence[Sequence[int]]) -> None:
        """Count in how many sequences each number occurs, which "tfidf" needs."""
        self.document_count += len(sequences)
        for sequence in sequences:
            self.index_docs.update([*dict.fromkeys(sequence)])

    @frames.filter_traceback
    def texts_to_sequences(self, texts: Iterable[str | list[str]]) -> list[list[int]]:
        """The numbers of the words of each text; for unknown ones that of ``oov_token``, if any."""
        return [*self.texts_to_sequences_generator(texts)]

    def texts_to_sequences_generator(self, texts: Iterable[str | list[str]]) -> Iterator[list[int]]:
        """The same, text by text."""
        for text in texts:
            yield self._known(self.word_index.get(word) for word in self._words(text))

    @frames.filter_traceback
    def sequences_to_texts(self, sequences: Iterable[Sequence[int]]) -> list[str]:
        """The words of each sequence of numbers, with blanks between them."""
        return [*self.sequences_to_texts_generator(sequences)]

    def sequences_to_texts_generator(self, sequences: Iterable[Sequence[int]]) -> Iterator[str]:
        """The same, sequence by sequence."""
        for sequence in sequences:
            known = self._known(i if i in self.index_word else None for i in sequence)
            yield " ".join(self.index_word[i] for i in known)

    @frames.filter_traceback
    def texts_to_matrix(self, texts: Iterable[str | list[str]], mode: str = "binary") -> Array:
        """``sequences_to_matrix`` of the sequences of texts."""
        return self.sequences_to_matrix(self.texts_to_sequences(texts), mode)

    @frames.filter_traceback
    def sequences_to_matrix(
        self, sequences: Sequence[Sequence[int]], mode: str = "binary"
    ) -> Array:
        """A row for each sequence, with a column for each number.

        mode: "binary" for 1 where the number occurs, "count" for how often it does, "freq" for the
            part of the sequence that it is, "tfidf" for (1 + log count) log(1 + d / (1 + dᵢ)),
            where d is the number of texts and dᵢ of those in which the number occurs.

        Returns float64 (sequences, num_words), or one column more than there are words.

        Raises ValueError for another mode, and before texts are counted that are needed.
        """
        if mode not in _MODES:
            raise ValueError(f"mode={describe(mode)}; expected one of {_MODES}")
        if not self.num_words and not self.word_index:
            raise ValueError("the number of columns is not known; pass num_words or fit on texts")
        if mode == "tfidf" and not self.document_count:
            raise ValueError("mode='tfidf' needs texts that are counted; call fit_on_texts")
        columns = self.num_words or len(self.word_index) + 1
        x = np.zeros((len(sequences), columns))
        for row, sequence in zip(x, sequences):
            for number, count in Counter(sequence).items():
                if number < columns:
                    row[number] = self._weight(mode, number, count, len(sequence))
        return x

    def _weight(self, mode: str, number: int, count: int, length: int) -> Any:
        if mode == "binary":
            return 1
        if mode == "count":
            return count
        if mode == "freq":
            return count / length
        rarity = self.document_count / (1 + self.index_docs[number])
        return (1 + np.log(count)) * np.log(1 + rarity)

    def _words(self, text: Any) -> Sequence[str]:
        if isinstance(text, list):
            return [word.lower() for word in text] if self.lower else text
        if not isinstance(text, str):
            raise AttributeError(
                f"a text is {describe(text)}; expected a string or a list of words"
            )
        if self.char_level:
            return text.lower() if self.lower else text
        if self.analyzer is not None:
            return self.analyzer(text)
        return text_to_word_sequence(text, self.filters, self.lower, self.split)

    def _known(self, numbers: Iterable[int | None]) -> list[int]:
        """Without None and numbers from ``num_words`` on; or that of ``oov_token`` for them."""
        instead = None if self.oov_token is None else self.word_index.get(self.oov_token)
        retained = (
            instead if i is None or (self.num_words and i >= self.num_words) else i for i in numbers
        )
        return [i for i in retained if i is not None]

    def get_config(self) -> dict[str, Any]:
        """The arguments, and the counts and numbers as texts in JSON; not the ``analyzer``."""
        plain = ("num_words", "filters", "lower", "split", "char_level", "oov_token")
        config: dict[str, Any] = {name: getattr(self, name) for name in plain}
        config["document_count"] = self.document_count
        return config | {name: json.dumps(getattr(self, name)) for name in _TABLES}

    def to_json(self, **kwargs: Any) -> str:
        """The config as a text, from which ``tokenizer_from_json`` makes the tokenizer.

        kwargs: arguments of ``json.dumps``.
        """
        return json.dumps(
            {"class_name": type(self).__name__, "config": self.get_config()}, **kwargs
        )


# What of a tokenizer the config has as JSON; whether the keys are numbers; whether the values are.
_TABLES = {
    "word_counts": (False, True),
    "word_docs": (False, True),
    "index_docs": (True, True),
    "index_word": (True, False),
    "word_index": (False, True),
}


@frames.filter_traceback
def tokenizer_from_json(json_string: str) -> Tokenizer:
    """The tokenizer whose ``to_json`` gave a text.

    json_string: the text.

    Raises ValueError for a text that is none of a tokenizer.
    """
    parsed = json.loads(json_string)
    config = parsed.get("config") if isinstance(parsed, dict) else None
    if not isinstance(config, dict) or not {*_TABLES} <= config.keys():
        raise ValueError("json_string is not what Tokenizer.to_json gives")
    tables = {name: _table(name, config.pop(name)) for name in _TABLES}
    tokenizer = Tokenizer(**config)
    for name, table in tables.items():
        setattr(tokenizer, name, table)
    return tokenizer


def _table(name: str, text: Any) -> dict[Any, Any]:
    """JSON knows no keys but strings."""
    has_numbers, has_counts = _TABLES[name]
    table = json.loads(text) if isinstance(text, str) else None
    kind = int if has_counts else str
    if not isinstance(table, Mapping) or not all(isinstance(v, kind) for v in table.values()):
        raise ValueError(f"{name} of the tokenizer is no table of {kind.__name__}s")
    made = {int(key) if has_numbers else key: value for key, value in table.items()}
    return Counter(made) if name in ("word_counts", "word_docs", "index_docs") else made
