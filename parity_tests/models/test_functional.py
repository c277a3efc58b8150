"""Graphs: shared layers, several inputs and outputs, nesting, ops, masks, training."""

import itertools

import keras
import numpy as np
import pytest

import minikeras
from parity_tests.checks.model import (
    build_both,
    check_model,
    compare_structure,
    quietly,
    raises_alike,
)

rng = np.random.default_rng(0)
A = rng.normal(size=(4, 3)).astype("float32")
B = rng.normal(size=(4, 5)).astype("float32")
TOKENS = rng.integers(0, 4, (4, 6)).astype("int32")
IMAGES = rng.normal(size=(2, 6, 6, 2)).astype("float32")


def shared_layer(k):
    a, b = k.Input((3,), name="a"), k.Input((3,), name="b")
    shared = k.layers.Dense(4, activation="tanh", kernel_regularizer="l2")
    return k.Model([a, b], k.layers.Concatenate()([shared(a), shared(b)]))


def several_outputs(k):
    x = k.Input((3,))
    y = k.layers.Dense(4, name="trunk")(x)
    heads = [k.layers.Dense(2, name="small")(y), k.layers.Dense(5, name="large")(y)]
    return k.Model(x, heads, name="two_heads")


def dict_of_outputs(k):
    x = k.Input((3,), name="x")
    y = k.layers.Dense(4)(x)
    return k.Model({"x": x}, {"twice": y + y, "once": k.layers.ReLU()(y), "list": [y, [x]]})


def dict_inputs(k):
    a, b = k.Input((3,), name="a"), k.Input((5,), name="b")
    y = k.layers.Add()([k.layers.Dense(2)(b), k.layers.Dense(2)(a)])
    return k.Model({"b": b, "a": a}, y)


def nested(k):
    inner_in = k.Input((3,))
    inner = k.Model(inner_in, k.layers.Dense(3, name="deep")(inner_in), name="inner")
    stack = k.Sequential([k.layers.Dense(3), k.layers.Dropout(0.5), inner], name="stack")
    x = k.Input((3,))
    return k.Model(x, inner(stack(x)) + inner(x), name="outer")


def stack_in_stack(k):
    inner = k.Sequential([k.layers.Dense(4, "relu"), k.layers.BatchNormalization()])
    return k.Sequential([k.Input((3,)), k.layers.Dense(4), inner, k.layers.Dense(1)])


def ops_in_graph(k):
    x = k.Input((3,))
    y = k.ops.relu(x) * 2 - k.ops.sum(x, axis=-1, keepdims=True)
    y = k.ops.concatenate([y, k.ops.square(x)], axis=-1)
    y = y[:, 1:4] / (1.0 + k.ops.abs(x)) @ np.ones((3, 2), "float32")
    return k.Model(x, k.ops.reshape(-y, (-1, 2, 1)))


def masked(k):
    x = k.Input((6,), dtype="int32")
    y = k.layers.Embedding(4, 3, mask_zero=True)(x)
    y = k.layers.Dropout(0.3)(k.layers.Dense(4)(y))
    return k.Model(x, [y, k.layers.GlobalAveragePooling1D()(y)])


def masked_branches(k):
    x = k.Input((6,), dtype="int32")
    embed = k.layers.Embedding(4, 3, mask_zero=True)
    y = k.layers.Activation("relu")(embed(x))
    return k.Model(x, k.layers.Concatenate(axis=1)([y, k.layers.Dense(3)(embed(x))]))


def residual_images(k):
    x = k.Input((6, 6, 2))
    y = k.layers.Conv2D(2, 3, padding="same", use_bias=False)(x)
    y = k.layers.ReLU()(k.layers.BatchNormalization()(y))
    y = k.layers.Add()([x, y])
    y = k.layers.GlobalAveragePooling2D()(k.layers.MaxPooling2D()(y))
    return k.Model(x, k.layers.Dense(3, activation="softmax")(y))


def middle_of_another(k):
    x = k.Input((3,))
    first = k.layers.Dense(4, name="first")(x)
    second = k.layers.Dense(2, name="second")(first)
    whole = k.Model(x, second)
    return k.Model(whole.get_layer("first").output, second * 2)


def features_of_another(k):
    x = k.Input((3,))
    first = k.layers.Dense(4, name="first")(x)
    whole = k.Model(x, k.layers.Dense(2)(first))
    return k.Model(whole.inputs, [layer.output for layer in whole.layers[1:]])


def with_activity(k):
    x = k.Input((3,))
    y = k.layers.Dense(4, activity_regularizer="l2", kernel_regularizer="l1")(x)
    return k.Model(x, k.layers.ActivityRegularization(l1=0.1)(y))


def training_fixed(k):
    """An argument of the symbolic call holds, unless the model's call gives another."""
    x = k.Input((3,))
    y = k.layers.Dropout(0.5)(x, training=True)
    return k.Model(x, k.layers.BatchNormalization()(y, training=True))


def frozen(k):
    x = k.Input((3,))
    norm = k.layers.BatchNormalization(trainable=False)
    model = k.Model(x, k.layers.Dense(2, trainable=False)(norm(k.layers.Dense(4)(x))))
    return model


CASES = {
    shared_layer: [A, -A],
    several_outputs: A,
    dict_of_outputs: {"x": A},
    dict_inputs: {"a": A, "b": B},
    nested: A,
    stack_in_stack: A,
    ops_in_graph: A,
    masked: TOKENS,
    masked_branches: TOKENS,
    residual_images: IMAGES,
    middle_of_another: rng.normal(size=(3, 4)).astype("float32"),
    features_of_another: A,
    with_activity: A,
    training_fixed: A,
    frozen: A,
}


@pytest.mark.parametrize("make", CASES, ids=lambda make: make.__name__)
def test_graph(make):
    check_model(make, CASES[make], scale=5.0)


@pytest.mark.parametrize("make", CASES, ids=lambda make: make.__name__)
def test_clone(make):
    ours, theirs = build_both(make)
    a = quietly(lambda: minikeras.models.clone_model(ours))
    b = quietly(lambda: keras.models.clone_model(theirs))
    compare_structure(a, b)
    assert [op.name for op in getattr(a, "operations", [])] == [
        op.name for op in getattr(b, "operations", [])
    ]


def test_clone_options():
    def make(k):
        model = nested(k)
        seen = []

        def clone(layer):
            seen.append(layer.name)
            return type(layer).from_config(layer.get_config())

        copy = k.models.clone_model(model, clone_function=clone)
        deep = k.models.clone_model(model, clone_function=clone, recursive=True)
        onto = k.models.clone_model(model, input_tensors=k.Input((3,), name="fresh"))
        called = k.models.clone_model(model, call_function=lambda layer, *a, **kw: layer(*a, **kw))
        return seen, [[op.name for op in m.operations] for m in (copy, deep, onto, called)]

    ours, theirs = build_both(make)
    assert ours == theirs


def test_layers_operations_and_nodes():
    for make in CASES:
        ours, theirs = build_both(make)
        assert [layer.name for layer in ours.layers] == [layer.name for layer in theirs.layers]
        assert [op.name for op in getattr(ours, "operations", [])] == [
            op.name for op in getattr(theirs, "operations", [])
        ]
        for name in (layer.name for layer in theirs.layers):
            a, b = ours.get_layer(name), theirs.get_layer(name)
            assert len(a._inbound_nodes) == len(b._inbound_nodes)
            assert len(a._outbound_nodes) == len(b._outbound_nodes)


def test_inputs_are_fitted():
    """Inputs with an axis of size 1 too few or too many, in dicts, and of other dtypes."""

    def make(k):
        a, b = k.Input((3,), name="a"), k.Input((1,), name="b")
        model = k.Model([a, b], k.layers.Dense(2)(a) + b)
        flat = np.ones(4, "float32")
        return [
            np.asarray(model([A, flat])),
            np.asarray(model({"a": A, "b": flat[:, None]})),
            np.asarray(model({"b": flat, "a": A.astype("float64"), "c": A})),
            np.asarray(model((A[..., None], flat[:, None]))),
            np.asarray(model([A.astype("int32"), flat])),
        ]

    for a, b in zip(*build_both(make)):
        np.testing.assert_allclose(a, b, rtol=1e-6)
        assert a.dtype == b.dtype


MISUSES = {
    "no KerasTensor": lambda k: k.Model(np.ones(3), k.Input((3,))),
    "disconnected": lambda k: k.Model(k.Input((3,)), k.layers.Dense(2)(k.Input((3,)))),
    "no outputs": lambda k: k.Model(k.Input((3,)), []),
    "same names": lambda k: several_names(k),
    "wrong rank": lambda k: shared_layer(k)([A[:, 0], A]),
    "wrong last axis": lambda k: shared_layer(k)([B, B]),
    "too few inputs": lambda k: shared_layer(k)([A]),
    "missing key": lambda k: dict_inputs(k)({"a": A}),
    "no such layer": lambda k: nested(k).get_layer("nobody"),
    "no such index": lambda k: nested(k).get_layer(index=99),
    "name and index": lambda k: nested(k).get_layer("inner", 1),
    "neither": lambda k: nested(k).get_layer(),
    "layers is taken": lambda k: setattr(nested(k), "layers", []),
    "too few weights": lambda k: nested(k).set_weights([]),
    "wrong weights": lambda k: nested(k).set_weights([A] * len(nested(k).weights)),
    "layer_range": lambda k: nested(k).summary(layer_range=["inner"]),
    "layer_range names": lambda k: nested(k).summary(layer_range=["x", "y"]),
    "positional": lambda k: k.Model(k.Input((3,)), 3, 4, 5),
    "unknown keyword": lambda k: k.Model(k.Input((3,)), k.Input((3,)), colour="red"),
}


def several_names(k):
    x = k.Input((3,))
    return k.Model(x, k.layers.Dense(2, name="d")(k.layers.Dense(2, name="d")(x)))


@pytest.mark.parametrize("what", MISUSES)
def test_misuse(what):
    raises_alike(MISUSES[what])


SHAPES = [(), (None,), (1,), (3,), (None, 1), (None, None), (3, 1), (None, 3)]


@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_a_last_axis_of_one_may_be_missing_or_in_excess(shape):
    """What Keras takes of the announced sizes, we take; what it takes beyond is in the findings."""
    models = []
    for k in (minikeras, keras):
        x = k.Input(shape)
        models.append(k.Model(x, k.layers.Activation("relu")(x)))
    announced = models[1].output_shape
    for given in itertools.chain(*(itertools.product((1, 3, 2), repeat=n) for n in (1, 2, 3))):
        x = np.ones(given, "float32")
        try:
            theirs = tuple(models[1](x).shape)
        except ValueError:
            theirs = None
        sizes = zip(announced, theirs or (), strict=False)
        if theirs is None or any(size not in (None, found) for size, found in sizes):
            with pytest.raises(ValueError, match="shape"):
                models[0](x)
        else:
            assert tuple(models[0](x).shape) == theirs, given


def test_a_batch_of_one_number():
    for k in (minikeras, keras):
        x = k.Input((), dtype="int32")
        model = k.Model(x, k.layers.Embedding(3, 2)(x))
        model.compile("sgd", "mse")
        model.train_on_batch(np.zeros(1, "int32"), np.zeros((1, 2)))
        assert model.predict(np.zeros(1, "int32"), verbose=0).shape == (1, 2)


def test_division_by_a_number_between_layers():
    """In ``fit``, x / number is x times the rounded reciprocal."""
    x = np.random.default_rng(0).uniform(0, 255, (8, 5)).astype("float32")
    weights = []
    for library in (minikeras, keras):
        library.utils.set_random_seed(1)
        inputs = library.Input((5,))
        model = library.Model(inputs, library.layers.Dense(3)(inputs / 127.5))
        model.compile("sgd", "mse")
        model.fit(x, np.ones((8, 3)), epochs=2, verbose=0)
        weights.append(model.get_weights())
    for ours, theirs in zip(*weights):
        np.testing.assert_array_equal(ours, theirs)
