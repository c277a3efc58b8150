"""StringLookup and IntegerLookup against Keras, bit for bit."""

from __future__ import annotations

from typing import Any

import hypothesis.strategies as st
import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given

import minikeras
from parity_tests.checks.compare import both, check_misuse
from parity_tests.checks.data_layer import check_data_layer, check_files, make

MODES = ("int", "one_hot", "multi_hot", "count", "tf_idf")
WORDS = ["a", "b", "Z", "", "é", "a longer word", "[UNK]", "mask"]
NUMBERS = [0, 1, 2, 5, -1, -7, 2**40]
SHAPES = [(3,), (2, 1), (2, 3), (2, 2, 3)]


@st.composite
def lookups(draw: Any, tokens: list[Any], mask: Any) -> tuple[dict[str, Any], Any, Any]:
    """Arguments of a layer, inputs, and data to adapt it to or None."""
    config: dict[str, Any] = {
        "output_mode": draw(st.sampled_from(MODES)),
        "num_oov_indices": draw(st.sampled_from([1, 1, 2, 3])),
        "mask_token": draw(st.sampled_from([None, mask])),
    }
    if draw(st.booleans()):
        config["max_tokens"] = draw(st.integers(6, 14))
        config["pad_to_max_tokens"] = draw(st.booleans())
    shape = draw(st.sampled_from(SHAPES))
    x = np.array(draw(st.lists(st.sampled_from(tokens), min_size=12, max_size=12)))
    x = x[: int(np.prod(shape))].reshape(shape)
    if draw(st.booleans()):
        size = draw(st.integers(1, 20))
        data = draw(st.lists(st.sampled_from(tokens), min_size=size, max_size=size))
        rows = draw(st.sampled_from(["list", "rows", "batches"]))
        array = np.array(data)
        batches = [array[:3], array[3:]] if size > 3 else [array]
        return config, x, {"list": data, "rows": array[None], "batches": iter(batches)}[rows]
    vocabulary = tokens[:3] if mask == tokens[3] else [t for t in tokens[1:4] if t != mask]
    config["vocabulary"] = draw(st.permutations(vocabulary))
    if config["output_mode"] == "tf_idf":
        config["idf_weights"] = [0.5, 0.25, 1.5][: len(vocabulary)]
    return config, x, None


def check_lookup(name: str, drawn: Any) -> None:
    config, x, data = drawn
    if not isinstance(data, list | np.ndarray | None):
        batches = list(data)
        ours, theirs = both(lambda k: make(k, name, config))
        for layer in (ours, theirs):
            layer.adapt(batch for batch in batches)
        assert ours.get_vocabulary() == theirs.get_vocabulary()
        y, t = np.asarray(ours(x)), np.asarray(theirs(x))
        assert y.dtype == t.dtype
        np.testing.assert_array_equal(y, t)
        return
    check_data_layer(name, config, x, data)


@given(lookups(WORDS, "mask"), st.sampled_from([None, 5]))
def test_string_lookup(drawn: Any, salt: Any) -> None:
    check_lookup("StringLookup", ({**drawn[0], "salt": salt}, *drawn[1:]))


@given(lookups(NUMBERS, 0), st.sampled_from([{}, {"oov_method": "farmhash", "salt": 3}]))
def test_integer_lookup(drawn: Any, hashed: Any) -> None:
    check_lookup("IntegerLookup", ({**drawn[0], **hashed}, *drawn[1:]))


@given(st.lists(st.integers(-1, 5), min_size=6, max_size=6), st.booleans())
def test_inverted(numbers: list[int], masked: bool) -> None:
    x = np.array(numbers).reshape(2, 3)
    config: dict[str, Any] = {"vocabulary": ["x", "é"], "invert": True}
    check_data_layer("StringLookup", config | {"mask_token": "m"} if masked else config, x)
    config = {"vocabulary": [7, -3], "invert": True}
    check_data_layer("IntegerLookup", config | {"mask_token": 0} if masked else config, x)


def test_ties_are_broken_as_tensorflow_does() -> None:
    data = ["b", "a", "b", "é", "Z", "aa", "ab", "a", "", "10", "9"]
    ours, theirs = both(lambda k: make(k, "StringLookup", {}, data))
    assert ours.get_vocabulary() == theirs.get_vocabulary()
    assert [type(t) for t in ours.get_vocabulary()] == [type(t) for t in theirs.get_vocabulary()]
    ours, theirs = both(lambda k: make(k, "IntegerLookup", {}, [[3, 1, 1], [3, 1, 4], [-1, -9, 0]]))
    assert ours.get_vocabulary() == theirs.get_vocabulary()
    assert [type(t) for t in ours.get_vocabulary()] == [type(t) for t in theirs.get_vocabulary()]


def test_weights_of_many_tokens() -> None:
    """The mean weight is that of floats that TensorFlow adds in its order."""
    data = np.random.default_rng(0).zipf(1.5, (40, 50)).clip(max=4000)
    ours, theirs = both(lambda k: make(k, "IntegerLookup", {"output_mode": "tf_idf"}, data))
    np.testing.assert_array_equal(np.asarray(ours.idf_weights), theirs.idf_weights.numpy())
    np.testing.assert_array_equal(np.asarray(ours(data)), np.asarray(theirs(data)))


def test_steps_states_and_second_vocabularies() -> None:
    batches = [np.array(["a", "b"]), np.array(["c", "c"])]
    layers = both(lambda k: k.layers.StringLookup())
    for layer in layers:
        layer.adapt(iter(batches), steps=1)
    assert layers[0].get_vocabulary() == layers[1].get_vocabulary()
    for layer in layers:
        layer.adapt(tf.data.Dataset.from_tensor_slices(np.concatenate(batches)).batch(3))
    assert layers[0].get_vocabulary() == layers[1].get_vocabulary()
    for layer in layers:
        layer.set_vocabulary(["q"])
        layer.adapt(np.array([], object))
    assert layers[0].get_vocabulary() == layers[1].get_vocabulary() == ["[UNK]", "q"]


@pytest.mark.parametrize("mode", MODES)
def test_files(mode: str) -> None:
    data = np.array([["b", "a", "c"], ["a", "é", "d"]])
    filled = {"mask_token": "", "max_tokens": 9, "pad_to_max_tokens": True}
    check_files("StringLookup", {"output_mode": mode}, data, data)
    if mode != "tf_idf":  # Keras cannot load it: "idf_weights must be the same length"
        check_files("StringLookup", {"output_mode": mode, **filled}, data, data)
    numbers = np.array([[5, 1, 1], [7, 1, 3]])
    check_files("IntegerLookup", {"output_mode": mode, "num_oov_indices": 2}, numbers, numbers)


def test_given_vocabularies_are_saved_in_the_config() -> None:
    for vocabulary in (["a", "b"], np.array(["a", "b"]), ("a", "b"), tf.constant(["a", "b"])):
        config = {"vocabulary": vocabulary}
        ours, theirs = both(lambda k, config=config: make(k, "StringLookup", config))
        assert ours.get_config() == theirs.get_config()
    check_files("StringLookup", {"vocabulary": ["a", "b"]}, np.array([["a", "c"]]))


def test_inputs_of_any_kind() -> None:
    for x in ("a", ["a", "c"], np.array([b"a"]), tf.constant([["b"]]), np.array(["a"], object)):
        ours, theirs = both(lambda k: make(k, "StringLookup", {"vocabulary": ["a", "b"]}))
        np.testing.assert_array_equal(np.asarray(ours(x)), np.asarray(theirs(x)))
    for x in (5, [5, 6], np.array([5.7]), np.array([5], "uint8"), np.array([True]), tf.constant(5)):
        ours, theirs = both(lambda k: make(k, "IntegerLookup", {"vocabulary": [5, 7]}))
        np.testing.assert_array_equal(np.asarray(ours(x)), np.asarray(theirs(x)))


WRONG = [
    ({"max_tokens": 1}, "max_tokens=1"),
    ({"pad_to_max_tokens": True}, "max_tokens=None"),
    ({"num_oov_indices": -1}, "num_oov_indices=-1"),
    ({"output_mode": "mean"}, "mean"),
    ({"output_mode": ["int"]}, "output_mode"),
    ({"invert": True, "output_mode": "count"}, "count"),
    ({"sparse": True}, "sparse=True"),
    ({"idf_weights": [1.0]}, "idf_weights"),
    ({"oov_method": "sha"}, "sha"),
    ({"salt": "a"}, "salt"),
    ({"vocabulary": []}, "vocabulary"),
    ({"vocabulary": ["a", "b", "a"]}, "'a'"),
    ({"vocabulary": ["a", "", "b"], "mask_token": ""}, "mask"),
    ({"vocabulary": ["a", "[UNK]"], "invert": True}, "OOV"),
    ({"vocabulary": ["a", "b", "c"], "max_tokens": 3}, "4"),
    ({"vocabulary": ["a", None]}, "None"),
    ({"vocabulary": [1, 2]}, "1"),
    ({"vocabulary": ["a"], "output_mode": "tf_idf"}, "idf_weights"),
    ({"vocabulary": ["a"], "output_mode": "tf_idf", "idf_weights": [1.0, 2.0]}, "2"),
    ({"vocabulary": ["a"], "output_mode": "tf_idf", "idf_weights": [[1.0]]}, "1-index"),
    ({"vocabulary": ["a"], "colour": 3}, "colour"),
    ({"mask_token": 3}, "mask_token"),
]


@pytest.mark.parametrize(("config", "named"), WRONG)
def test_wrong_arguments(config: Any, named: str) -> None:
    error = TypeError if named == "mask_token" else ValueError
    check_misuse(error, lambda k: k.layers.StringLookup(**config), named)


@pytest.mark.parametrize(
    ("config", "named"),
    [
        ({"vocabulary_dtype": "int32"}, "int32"),
        ({"salt": 3}, "floormod"),
        ({"vocabulary": [1, 1]}, "1"),
        ({"mask_token": "a"}, "mask_token"),
    ],
)
def test_wrong_arguments_of_integer_lookup(config: Any, named: str) -> None:
    error = TypeError if named == "mask_token" else ValueError
    check_misuse(error, lambda k: k.layers.IntegerLookup(**config), named)


def test_wrong_uses() -> None:
    given_one = {"vocabulary": ["a"]}

    def adapted(k: Any) -> Any:
        return k.layers.StringLookup(**given_one).adapt(["a"])

    def resized(k: Any) -> Any:
        layer = k.layers.StringLookup(**given_one, output_mode="count")
        layer.set_vocabulary(["a", "b"])

    def unknown(k: Any) -> Any:
        return k.layers.StringLookup(**given_one, num_oov_indices=0)(np.array(["a", "zz"]))

    check_misuse(ValueError, adapted, "vocabulary")
    check_misuse(RuntimeError, resized, "2")
    check_misuse(ValueError, unknown, "zz")
    check_misuse(
        RuntimeError, lambda k: k.layers.StringLookup(output_mode="count")(np.array(["a"])), "vocab"
    )
    check_misuse(TypeError, lambda k: k.layers.IntegerLookup(vocabulary=[1])([1.5]), "1.5")


def test_what_tensorflow_reports_with_its_own_errors() -> None:
    """Keras raises UnimplementedError and FailedPreconditionError here, which are TensorFlow's."""
    with pytest.raises(TypeError, match="strings"):
        minikeras.layers.StringLookup(vocabulary=["a"])(np.array([1]))
    with pytest.raises(RuntimeError, match="adapt"):
        minikeras.layers.StringLookup()(np.array(["a"]))


def test_a_vocabulary_that_is_refused_changes_nothing() -> None:
    layer = minikeras.layers.StringLookup(vocabulary=["a"], output_mode="count")
    before = layer.get_vocabulary(), layer.get_config()
    for wrong in (["b", "b"], [], ["b", "c"], "no-such-file"):
        with pytest.raises((ValueError, RuntimeError)):
            layer.set_vocabulary(wrong)
        assert (layer.get_vocabulary(), layer.get_config()) == before


def test_filled_up_weights_can_be_loaded(tmp_path: Any) -> None:
    """Keras saves them, too, and then refuses its own file."""
    config = {"output_mode": "tf_idf", "max_tokens": 9, "pad_to_max_tokens": True}
    x = np.array([["a", "b", "a"]])
    ours, _ = layers = both(lambda k: make(k, "StringLookup", config, x))
    minikeras.Sequential([minikeras.Input((3,), dtype="string"), ours]).save(tmp_path / "m.keras")
    loaded = minikeras.models.load_model(tmp_path / "m.keras").layers[-1]
    np.testing.assert_array_equal(np.asarray(loaded(x)), np.asarray(layers[1](x)))
