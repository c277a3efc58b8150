"""TextVectorization against Keras, bit for bit."""

from __future__ import annotations

from typing import Any

import hypothesis.strategies as st
import keras
import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given

import minikeras
from parity_tests.checks.compare import both, check_misuse
from parity_tests.checks.data_layer import check_data_layer, check_files, make

ALPHABET = "abAB éÉ\t\x0b\x85\u2028.,!'\\[-_"
TEXTS = st.lists(st.text(ALPHABET, max_size=12), min_size=1, max_size=5)


@st.composite
def arguments(draw: Any) -> dict[str, Any]:
    config: dict[str, Any] = {
        "standardize": draw(
            st.sampled_from(["lower_and_strip_punctuation", "lower", "strip_punctuation", None])
        ),
        "split": draw(st.sampled_from(["whitespace", "whitespace", "character", None])),
        "ngrams": draw(st.sampled_from([None, None, 1, 2, 3, (2,), (3, 1)])),
        "output_mode": draw(st.sampled_from(["int", "int", "multi_hot", "count", "tf_idf"])),
    }
    if draw(st.booleans()):
        config["max_tokens"] = draw(st.integers(4, 9))
        config["pad_to_max_tokens"] = draw(st.booleans())
    if config["output_mode"] == "int":
        config["output_sequence_length"] = draw(st.sampled_from([None, 1, 4]))
    return config


@given(arguments(), TEXTS, TEXTS, st.booleans())
def test_text_vectorization(config: Any, data: Any, texts: Any, column: bool) -> None:
    if config["output_mode"] != "int" or config["split"] is None:
        column = True  # symbolic calls of Keras say another rank than its values have, else
    x = np.array(texts)
    if config["split"] is None and config["ngrams"] is not None:
        config = config | {"ngrams": 1}  # symbolic calls do not know how many there are
    if not any(text.strip() for text in data):
        data = ["a", *data]
    check_text(config, x[:, None] if column else x, data)


def check_text(config: dict[str, Any], x: Any, data: Any) -> None:
    ours, theirs = both(lambda k: make(k, "TextVectorization", config, data))
    assert ours.get_vocabulary() == theirs.get_vocabulary()
    try:
        wanted = theirs(x).numpy()
    except tf.errors.FailedPreconditionError:  # of n-grams longer than any text
        return
    found = np.asarray(ours(x))
    assert found.dtype == wanted.dtype
    np.testing.assert_array_equal(found, wanted)
    assert ours.get_config() == theirs.get_config()
    shapes = [layer.compute_output_shape((None, *x.shape[1:])) for layer in (ours, theirs)]
    assert shapes[0] == shapes[1]


@given(st.lists(st.binary(max_size=9), min_size=1, max_size=4))
def test_any_bytes(texts: list[bytes]) -> None:
    """Bytes that are no UTF-8 count as one token each, the character U+FFFD."""
    x = tf.constant(texts)
    config = {"split": "character", "standardize": "lower", "vocabulary": ["a", "\ufffd", "é"]}
    ours, theirs = both(lambda k: make(k, "TextVectorization", config))
    np.testing.assert_array_equal(np.asarray(ours(x)), np.asarray(theirs(x)))


def test_symbolic_calls_and_configs() -> None:
    x = np.array([["a b"], ["b c d"]])
    for config in (
        {},
        {"output_sequence_length": 2},
        {"output_mode": "count"},
        {"ngrams": (1, 2), "output_mode": "multi_hot", "max_tokens": 20, "pad_to_max_tokens": True},
    ):
        check_data_layer("TextVectorization", config, x, x)


def lower(text: Any) -> Any:
    return np.char.lower(np.asarray(text).astype(str))


def test_own_functions() -> None:
    """Ours are given arrays of NumPy, Keras's tensors: functions of TensorFlow take both."""
    x = np.array(["A,b", "b,c,d"])
    for config in (
        {"standardize": tf.strings.lower},
        {"split": lambda text: tf.strings.split(text, ",")},
        {"split": lambda text: tf.stack([text, text], axis=1)},
    ):
        config["vocabulary"] = ["a", "b", "b,c,d"]
        ours, theirs = both(lambda k, config=config: make(k, "TextVectorization", config))
        np.testing.assert_array_equal(np.asarray(ours(x)), np.asarray(theirs(x)))
    layer = minikeras.layers.TextVectorization(standardize=lower, vocabulary=["a,b"])
    assert layer(x).tolist() == [[2], [1]]
    rows = minikeras.layers.TextVectorization(
        split=lambda text: [t.split("b") for t in text], vocabulary=["a", "cd"]
    )
    assert rows(x).tolist() == [[2, 0], [0, 3]]


def test_inputs_of_any_kind() -> None:
    for x in ("a b", ["a b", "c"], [["a"]], np.array([b"a"]), np.array(["a b"], object), ["", ""]):
        ours, theirs = both(lambda k: make(k, "TextVectorization", {"vocabulary": ["a", "b"]}))
        np.testing.assert_array_equal(np.asarray(ours(x)), np.asarray(theirs(x)))


@pytest.mark.parametrize("mode", ["int", "multi_hot", "tf_idf"])
def test_files(mode: str) -> None:
    x = np.array([["b a, a"], ["c é d"]])
    check_files("TextVectorization", {"output_mode": mode}, x, x)


def test_trained_with_an_embedding() -> None:
    """Text in, from a `tf.data` pipeline: the same losses, weights and predictions as Keras."""
    texts = np.array([["good film"], ["bad film"], ["very good"], ["so bad"]] * 4)
    labels = np.array([[1.0], [0.0], [1.0], [0.0]] * 4, "float32")
    results = []
    for library in (minikeras, keras):
        library.utils.set_random_seed(0)
        vectorize = library.layers.TextVectorization(output_sequence_length=3)
        vectorize.adapt(texts)
        model = library.Sequential(
            [
                library.Input((1,), dtype="string"),
                vectorize,
                library.layers.Embedding(9, 4),
                library.layers.GlobalAveragePooling1D(),
                library.layers.Dense(1, "sigmoid"),
            ]
        )
        model.compile("adam", "binary_crossentropy")
        data = tf.data.Dataset.from_tensor_slices((texts, labels)).batch(4)
        losses = model.fit(data, epochs=2, verbose=0, shuffle=False).history["loss"]
        results.append((losses, model.predict(texts[:, 0].astype(object), verbose=0)))
    assert results[0][0] == results[1][0]
    np.testing.assert_array_equal(results[0][1], results[1][1])


def test_in_a_pipeline_of_tensorflow() -> None:
    data = tf.data.Dataset.from_tensor_slices(["a b", "b", "c"]).batch(2)
    batches = []
    for layer in both(
        lambda k: k.layers.TextVectorization(vocabulary=["a", "b"], output_sequence_length=3)
    ):
        mapped = data.map(lambda text, layer=layer: layer(text))
        batches.append((mapped.element_spec, [batch.numpy().tolist() for batch in mapped]))
    assert batches[0][1] == batches[1][1]
    assert batches[0][0].dtype == batches[1][0].dtype
    assert batches[0][0].shape[1:] == batches[1][0].shape[1:]


@pytest.mark.parametrize(
    ("config", "named"),
    [
        ({"standardize": "upper"}, "upper"),
        ({"split": "words"}, "words"),
        ({"ngrams": "two"}, "two"),
        ({"ngrams": [1, 2]}, "ngrams"),
        ({"output_mode": "mean"}, "mean"),
        ({"output_sequence_length": "long"}, "long"),
        ({"output_mode": "count", "output_sequence_length": 3}, "3"),
        ({"ragged": True, "output_mode": "count"}, "ragged"),
        ({"sparse": True}, "sparse"),
        ({"max_tokens": 1}, "max_tokens=1"),
        ({"vocabulary": ["a", "a"]}, "'a'"),
        ({"vocabulary": ["a"], "output_mode": "tf_idf"}, "idf_weights"),
        ({"colour": 1}, "colour"),
    ],
)
def test_wrong_arguments(config: Any, named: str) -> None:
    check_misuse(ValueError, lambda k: k.layers.TextVectorization(**config), named)


def test_wrong_inputs() -> None:
    known = {"vocabulary": ["a"]}
    check_misuse(
        ValueError, lambda k: k.layers.TextVectorization(**known)(np.array([["a", "b"]])), "(1, 2)"
    )
    check_misuse(TypeError, lambda k: k.layers.TextVectorization(**known)([1]), "strings")


def test_ragged_outputs_are_refused() -> None:
    for config in ({"ragged": True}, {"output_mode": "one_hot"}):
        with pytest.raises(ValueError, match="ragged tensor"):
            minikeras.layers.TextVectorization(**config)
