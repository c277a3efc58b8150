"""FeatureSpace against Keras, bit for bit."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf

import minikeras
from minikeras import tree
from parity_tests.checks.compare import check_misuse

LIBRARIES = (minikeras, keras)
ROWS = 40
rng = np.random.default_rng(0)
TABLE: dict[str, Any] = {
    "plain": rng.normal(size=ROWS).astype("float32"),
    "scaled": rng.normal(size=ROWS).astype("float32"),
    "normal": rng.normal(size=ROWS).astype("float32"),
    "bins": rng.normal(size=ROWS).astype("float32"),
    "number": rng.integers(0, 5, ROWS),
    "word": rng.choice(["a", "b", "é", "d e"], ROWS),
    "hashed": rng.integers(0, 50, ROWS),
    "name": rng.choice(["x", "y", "z"], ROWS),
}


def space(library: Any, output_mode: str = "concat", **options: Any) -> Any:
    kinds = library.utils.FeatureSpace
    features = {
        "plain": "float",
        "scaled": kinds.float_rescaled(scale=0.5, offset=1.0, name="scaled"),
        "normal": "float_normalized",
        "bins": "float_discretized",
        "number": "integer_categorical",
        "word": kinds.string_categorical(max_tokens=4, num_oov_indices=2, name="word"),
        "hashed": "integer_hashed",
        "name": kinds.string_hashed(num_bins=3, name="name"),
    }
    return kinds(
        features,
        output_mode=output_mode,
        crosses=[("word", "number"), kinds.cross(("name", "hashed"), crossing_dim=5)],
        crossing_dim=8,
        hashing_dim=4,
        num_discretization_bins=3,
        name="space",
        **options,
    )


def rows(start: int, stop: int) -> dict[str, Any]:
    return {name: column[start:stop] for name, column in TABLE.items()}


def assert_same(ours: Any, theirs: Any) -> None:
    for a, b in zip(tree.flatten(ours), tree.flatten(theirs), strict=True):
        a, b = np.asarray(a), np.asarray(b)
        assert a.dtype == b.dtype
        np.testing.assert_array_equal(a, b)


@pytest.fixture(scope="module", params=["concat", "dict"])
def adapted(request: Any) -> tuple[Any, Any]:
    made = []
    for library in LIBRARIES:
        library.utils.clear_session()
        made.append(space(library, request.param))
        made[-1].adapt(TABLE)
    return made[0], made[1]


def test_features(adapted: tuple[Any, Any]) -> None:
    ours, theirs = adapted
    batch = rows(0, 6)
    assert_same(ours(batch), theirs(batch))
    columns = {name: column[:, None] for name, column in batch.items()}
    assert_same(ours(columns), theirs(columns))
    row = {name: column[0].item() for name, column in TABLE.items()}
    assert_same(ours(row), theirs(row))
    as_lists = {name: column.tolist() for name, column in batch.items()}
    assert_same(ours(as_lists), theirs(as_lists))


def symbols(found: Any) -> list[Any]:
    return [*found.values()] if isinstance(found, dict) else [found]


def test_configs_and_symbols(adapted: tuple[Any, Any]) -> None:
    ours, theirs = adapted
    assert ours.get_config() == theirs.get_config()
    assert ours.get_build_config() == theirs.get_build_config()
    found, wanted = (
        [(s.shape, s.dtype) for s in symbols(k.get_inputs()) + symbols(k.get_encoded_features())]
        for k in adapted
    )
    assert found == wanted


def test_learned_from_a_dataset_of_batches() -> None:
    data = tf.data.Dataset.from_tensor_slices(TABLE).batch(7)
    made = [space(library) for library in LIBRARIES]
    for each in made:
        each.adapt(data)
    assert_same(made[0](rows(0, 9)), made[1](rows(0, 9)))


def test_in_a_pipeline_of_tensorflow(adapted: tuple[Any, Any]) -> None:
    data = tf.data.Dataset.from_tensor_slices(TABLE)
    for pipeline in (data.batch(8), data):
        found, wanted = ([*pipeline.take(2).map(each)] for each in adapted)
        assert_same(found, wanted)


def test_files(adapted: tuple[Any, Any], tmp_path: Any) -> None:
    wanted = adapted[1](rows(3, 9))
    for writer in adapted:
        path = str(tmp_path / "space.keras")
        writer.save(path)
        for reader in LIBRARIES:
            assert_same(reader.models.load_model(path)(rows(3, 9)), wanted)


@pytest.mark.filterwarnings("ignore:(?s).*structure of `inputs`:UserWarning")  # of Keras, always
def test_trained_as_part_of_a_model() -> None:
    """Text and numbers go into the model as they are."""
    targets = rng.normal(size=(ROWS, 1)).astype("float32")
    losses = []
    for library in LIBRARIES:
        library.utils.set_random_seed(0)
        each = space(library)
        each.adapt(TABLE)
        outputs = library.layers.Dense(1)(each.get_encoded_features())
        model = library.Model(each.get_inputs(), outputs)
        model.compile("sgd", "mse")
        columns = {name: TABLE[name][:, None] for name in sorted(TABLE)}
        data = tf.data.Dataset.from_tensor_slices((columns, targets)).batch(8)
        losses.append(model.fit(data, epochs=2, verbose=0, shuffle=False).history["loss"])
    assert losses[0] == losses[1]


def test_given_boundaries_and_vocabularies_are_left_as_they_are() -> None:
    """Keras tries to adapt them, and raises."""
    kinds = minikeras.utils.FeatureSpace
    words = minikeras.layers.StringLookup(vocabulary=["a", "b"])
    given = kinds(
        {
            "x": kinds.float_discretized(None, bin_boundaries=[0.0, 1.0]),
            "word": kinds.feature("string", words, "one_hot"),
        }
    )
    assert given({"x": [-1.0, 3.0], "word": ["b", "q"]}).tolist() == [
        [0, 0, 1, 1, 0, 0],
        [1, 0, 0, 0, 0, 1],
    ]


WRONG = [
    (lambda k: k({}), "features={}"),
    (lambda k: k({"a": "word"}), "'word'"),
    (lambda k: k({"a": "float"}, output_mode="sum"), "sum"),
    (lambda k: k({"a": "float"}, crosses=[("a", "b")]), "b"),
    (lambda k: k({"a": "float"}, crosses=[("a", "b")], crossing_dim=None), "crossing_dim"),
    (lambda k: k.cross(("a", "b"), 3, output_mode="float"), "float"),
    (lambda k: k.feature("float32", None, "sum"), "sum"),
    (lambda k: k({"a": "float"})([1.0]), "dict"),
    (lambda k: k({"a": "float_normalized"})({"a": [1.0]}), "adapt"),
    (lambda k: k({"a": "float_normalized"}).adapt([1.0]), "dict of arrays"),
    (lambda k: k({"a": k.integer_hashed(3, output_mode="int")})({"a": [1]}), "'a'"),
]


@pytest.mark.parametrize(("use", "named"), WRONG)
def test_wrong_uses(use: Any, named: str) -> None:
    check_misuse(ValueError, lambda library: use(library.utils.FeatureSpace), named)
