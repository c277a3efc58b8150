"""Words, word pairs and windows of series as scripts of Keras 1 and 2 make them."""

from __future__ import annotations

import json
import random
import warnings
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from keras._tf_keras.keras import preprocessing as theirs

from minikeras import preprocessing as ours

LIBRARIES = (ours, theirs)
TEXTS = st.text("aAbBc .,!é\n", max_size=20)
WORDS = st.lists(st.sampled_from(["A", "b", "cc", "D d"]), max_size=6)
CORPORA = st.lists(TEXTS | WORDS, max_size=5)
SEQUENCES = st.lists(st.lists(st.integers(0, 8), max_size=6), max_size=4)


def both(function: Any) -> tuple[Any, Any]:
    """What a function of a library gives, or the type of its error."""
    found = []
    for library in LIBRARIES:
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", DeprecationWarning)  # of a seed that is a float
                found.append(function(library))
        except Exception as error:
            found.append(type(error))
    return found[0], found[1]


TOKENIZERS = st.fixed_dictionaries(
    {
        "num_words": st.sampled_from([None, 3, 6]),
        "lower": st.booleans(),
        "char_level": st.booleans(),
        "oov_token": st.sampled_from([None, "<oov>", "b"]),
    },
    optional={"split": st.just(","), "filters": st.just("b!"), "analyzer": st.just(str.split)},
)


@given(
    options=TOKENIZERS,
    corpus=CORPORA,
    more=CORPORA,
    sequences=SEQUENCES,
    mode=st.sampled_from(["binary", "count", "freq", "tfidf"]),
)
def test_tokenizers(options: Any, corpus: Any, more: Any, sequences: Any, mode: str) -> None:
    def of(library: Any) -> Any:
        tokenizer = library.text.Tokenizer(**options)
        tokenizer.fit_on_texts(corpus)
        tokenizer.fit_on_sequences(sequences)
        again = library.text.tokenizer_from_json(tokenizer.to_json())
        again.analyzer = tokenizer.analyzer
        found = []
        for one in (tokenizer, again):
            found += [
                [*one.word_index.items()],
                [*one.index_word.items()],
                [*one.word_counts.items()],
                dict(one.word_docs),
                dict(one.index_docs),
                one.document_count,
                one.texts_to_sequences(more) if corpus else None,
                one.sequences_to_texts(sequences) if corpus else None,
            ]
        config = tokenizer.get_config()
        for name in ("word_docs", "index_docs"):  # in the order of a set of strings in Keras
            config[name] = json.loads(config[name])
        return [*found, config]

    mine, expected = both(of)
    assert mine == expected

    def matrix_of(library: Any) -> Any:
        tokenizer = library.text.Tokenizer(**options)
        tokenizer.fit_on_texts(corpus)
        return tokenizer.texts_to_matrix(more, mode), tokenizer.sequences_to_matrix(sequences, mode)

    mine, expected = both(matrix_of)
    if isinstance(expected, type):
        assert mine is expected
        return
    for one, other in zip(mine, expected, strict=True):
        np.testing.assert_array_equal(one, other, strict=True)


def test_a_tokenizer_of_a_file_counts_on() -> None:
    """Keras's fails at the first word that is new."""
    tokenizer = ours.text.Tokenizer()
    tokenizer.fit_on_texts(["a b", "b"])
    again = ours.text.tokenizer_from_json(tokenizer.to_json())
    for one in (tokenizer, again):
        one.fit_on_texts(["c c", "b"])
    assert again.get_config() == tokenizer.get_config()


@given(
    text=TEXTS,
    n=st.integers(2, 20),
    kind=st.sampled_from([None, "md5", len]),
    lower=st.booleans(),
    analyzer=st.sampled_from([None, str.split]),
)
def test_hashes(text: str, n: int, kind: Any, lower: bool, analyzer: Any) -> None:
    for name, options in (
        ("text_to_word_sequence", {"lower": lower}),
        ("one_hot", {"n": n, "lower": lower, "analyzer": analyzer}),
        ("hashing_trick", {"n": n, "hash_function": kind, "lower": lower, "analyzer": analyzer}),
    ):
        mine, expected = both(lambda library: getattr(library.text, name)(text, **options))  # noqa: B023 - called at once
        assert mine == expected


def test_mistakes_with_words() -> None:
    for wrong in (
        lambda library: library.text.Tokenizer(words=3),
        lambda library: library.text.Tokenizer().fit_on_texts([None]),
        lambda library: library.text.Tokenizer().texts_to_sequences([1.5]),
        lambda library: library.text.Tokenizer().texts_to_matrix(["a"]),
        lambda library: library.text.Tokenizer(5).texts_to_matrix(["a"], "tfidf"),
        lambda library: library.text.Tokenizer(5).sequences_to_matrix([[1]], "most"),
        lambda library: library.text.text_to_word_sequence(3),
        lambda library: library.text.hashing_trick("a", 5, "sha"),
        lambda library: library.text.tokenizer_from_json("{"),
        lambda library: library.sequence.make_sampling_table(0),
        lambda library: library.sequence.TimeseriesGenerator([1, 2], [1], 1),
        lambda library: library.sequence.TimeseriesGenerator([1, 2], [1, 2], 3),
    ):
        mine, expected = both(wrong)
        assert isinstance(expected, type) and mine is expected
    with pytest.warns(match="num_words"):
        assert ours.text.Tokenizer(nb_words=3).num_words == 3
    with pytest.raises(ValueError, match="n=1"):
        ours.text.hashing_trick("a", 1)


@pytest.mark.parametrize("wrong", ["[]", '{"config": {}}', None, {"word_docs": "[1]"}])
def test_texts_that_are_no_tokenizer(wrong: Any) -> None:
    if not isinstance(wrong, str):
        made = ours.text.Tokenizer()
        made.fit_on_texts(["a b"])
        parsed = json.loads(made.to_json())
        parsed["config"] |= wrong or {"index_word": '{"1": 2}'}
        wrong = json.dumps(parsed)
    with pytest.raises(ValueError, match=r"(?i)tokenizer"):
        ours.text.tokenizer_from_json(wrong)


@given(
    sequence=st.lists(st.integers(0, 9), max_size=12),
    window=st.integers(0, 4),
    negative=st.sampled_from([0, 0.5, 1.0, 2]),
    shuffle=st.booleans(),
    categorical=st.booleans(),
    has_table=st.booleans(),
    seed=st.sampled_from([None, 0, 7]),
)
def test_word_pairs(
    sequence: Any,
    window: int,
    negative: float,
    shuffle: bool,
    categorical: bool,
    has_table: bool,
    seed: Any,
) -> None:
    table = theirs.sequence.make_sampling_table(10, 0.1)

    def of(library: Any) -> Any:
        random.seed(3)
        pairs = library.sequence.skipgrams(
            sequence, 10, window, negative, shuffle, categorical, table if has_table else None, seed
        )
        return pairs, random.random()

    mine, expected = both(of)
    assert mine == expected


@given(size=st.integers(1, 30), factor=st.sampled_from([1e-5, 0.1, 1.0]))
def test_sampling_tables(size: int, factor: float) -> None:
    np.testing.assert_array_equal(
        *(library.sequence.make_sampling_table(size, factor) for library in LIBRARIES), strict=True
    )


@given(
    rows=st.integers(4, 15),
    length=st.integers(1, 5),
    width=st.sampled_from([(), (2,)]),
    rate=st.integers(1, 3),
    stride=st.integers(1, 3),
    start=st.integers(0, 2),
    end=st.sampled_from([None, 4, 9]),
    reverse=st.booleans(),
    shuffle=st.booleans(),
    batch_size=st.integers(1, 5),
)
def test_windows_of_series(
    rows: int, length: int, width: Any, end: Any, batch_size: int, **numbers: Any
) -> None:
    data = np.arange(rows * (width[0] if width else 1), dtype="float32").reshape(rows, *width)
    targets = np.arange(rows) * 10
    names = {"rate": "sampling_rate", "start": "start_index"}
    options = {names.get(name, name): value for name, value in numbers.items()}

    def of(library: Any) -> Any:
        np.random.seed(0)
        made = library.sequence.TimeseriesGenerator(
            data, targets, length, end_index=end, batch_size=batch_size, **options
        )
        return [made[i] for i in range(len(made))]

    if end is not None and end >= rows:
        return
    mine, expected = both(of)
    if isinstance(expected, type):
        assert mine is expected
        return
    assert len(mine) == len(expected)
    for one, other in zip(mine, expected):
        for x, y in zip(one, other, strict=True):
            np.testing.assert_array_equal(x, y, strict=True)


def test_configs_of_series() -> None:
    """Keras's own ``get_config`` fails: it asks its base class, which has none."""
    made = ours.sequence.TimeseriesGenerator(np.arange(6), [*range(6)], 2, stride=2)
    config = json.loads(made.to_json())
    assert config["class_name"] == "TimeseriesGenerator"
    assert json.loads(config["config"]["data"]) == json.loads(config["config"]["targets"])
    assert config["config"]["start_index"] == 2 and config["config"]["stride"] == 2
    with pytest.raises(TypeError, match="data"):
        ours.sequence.TimeseriesGenerator([{1}] * 6, [*range(6)], 2).get_config()
