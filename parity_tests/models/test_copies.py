"""Copies by ``copy.deepcopy`` and by ``pickle`` are whole, and apart from their originals."""

from __future__ import annotations

import copy
import inspect
import pickle
import random
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given

import minikeras
from minikeras import config, layers, ops, utils
from minikeras.layers.merging.merge import Merge
from parity_tests.drawing import few
from parity_tests.trainings import arguments
from parity_tests.trainings.arguments import Make, instance, public
from parity_tests.trainings.drawing import drawn


def pickled(thing: Any) -> Any:
    return pickle.loads(pickle.dumps(thing))


WAYS = {"deepcopy": copy.deepcopy, "pickle": pickled}
GIVEN: dict[str, dict[str, Any]] = {  # what these cannot be made without
    "IoU": {"num_classes": 3, "target_class_ids": [0, 1]},
    "MeanIoU": {"num_classes": 3},
    "OneHotIoU": {"num_classes": 3, "target_class_ids": [0]},
    "OneHotMeanIoU": {"num_classes": 3},
    "ModelCheckpoint": {"filepath": "model.keras"},
    "BackupAndRestore": {"backup_dir": "backup"},
}
CLASSES = [(module, name) for module in arguments.MODULES for name in public(module)]


@pytest.mark.parametrize(("module", "name"), CLASSES)
def test_every_public_class(module: str, name: str) -> None:
    """With drawn arguments: the copies have the same state, and go on as the object does."""
    made = 0

    @few
    @given(instance(module, name, _shape(name), **GIVEN.get(name, {})))
    def compare(make: Make) -> None:
        nonlocal made
        random.seed(1)
        try:
            thing = make(minikeras)
            _use(module, thing)
        except ValueError:  # such as strides and dilation at once
            return
        made += 1
        copies = [way(thing) for way in WAYS.values()]
        expected = _use(module, thing)
        before = state(thing)
        for other in copies:
            assert type(other) is type(thing)
            same(expected, _use(module, other))
            same(state(thing), before)  # the copy has a state of its own
            same(state(other), before)

    compare()
    assert made


def _shape(name: str) -> tuple[int, ...]:
    """Of one sample: images, unless the name of the layer says otherwise."""
    ranks = {"1D": 2, "2D": 3, "3D": 4, "or": 1}  # the last one is RepeatVector
    return (4,) * ranks.get(name.removesuffix("Transpose")[-2:], 3)


def _use(module: str, thing: Any) -> Any:
    """Call a layer in training, take a step of an optimizer, ...; the result."""
    rng = np.random.default_rng(0)
    x = rng.uniform(0.1, 0.9, (2, *_shape(type(thing).__name__))).astype("float32")
    if module == "layers":
        return _call(thing, x)
    if module in ("metrics", "losses"):
        return [thing(*_labels_and_predictions(type(thing).__name__))]
    if module == "optimizers":
        if not thing.built:
            thing.build([minikeras.Variable(x[0, :2], name="w")])
        (weight,) = thing._trainable_variables
        thing.apply([x[1, :2]])
        return [weight.numpy()]
    if module == "optimizers.schedules":
        return [thing(3)]
    if module == "initializers":
        return [thing((4, 4))]
    if module in ("regularizers", "constraints"):
        return [thing(ops.convert_to_tensor(x[0, 0] if x.ndim > 3 else x[0]))]
    return [repr({k: v for k, v in vars(thing).items() if isinstance(v, bool | float | str)})]


def _labels_and_predictions(name: str) -> tuple[Any, Any]:
    classes = np.array([0, 1, 2, 1])
    one_hot = np.eye(3, dtype="float32")[classes]
    if name in ("IoU", "MeanIoU", "BinaryIoU"):
        return classes % 2, classes % 2
    is_sparse = name.startswith(("Sparse", "Circle", "CategoricalGeneralized"))
    return classes if is_sparse else one_hot, 0.8 * one_hot + 0.1


def _call(layer: Any, x: Any) -> list[Any]:
    takes = inspect.signature(layer.call).parameters
    options = {"training": True} if "training" in takes else {}
    if isinstance(layer, layers.Embedding):
        x = (x * 5).astype("int32")
    inputs: Any = [x, x] if isinstance(layer, Merge) else x
    return [layer(inputs, **options), *layer.losses]


def state(thing: Any) -> list[Any]:
    variables = getattr(thing, "variables", [])
    described = repr(thing.get_config()) if hasattr(thing, "get_config") else ""
    return [described, *(v.numpy() for v in variables)]


def same(ours: list[Any], theirs: list[Any]) -> None:
    assert len(ours) == len(theirs)
    for a, b in zip(ours, theirs):
        if isinstance(a, str):
            assert a == b
        else:
            np.testing.assert_array_equal(np.asarray(a), np.asarray(b))


X = np.random.default_rng(0).normal(size=(16, 4)).astype("float32")
Y = X[:, :1] * 2 - X[:, 1:2]


class Subclass(minikeras.Model):
    """Layers in attributes and in a list."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.stack = [layers.Dense(5, "relu"), layers.Dropout(0.3)]
        self.last = layers.Dense(1)

    def call(self, inputs: Any, training: bool = False) -> Any:
        for layer in self.stack:
            inputs = layer(inputs)
        return self.last(inputs)


def chain() -> Any:
    stack = [layers.Dense(5, "relu", kernel_regularizer="l2"), layers.BatchNormalization()]
    return minikeras.Sequential(
        [minikeras.Input((4,)), *stack, layers.Dropout(0.3), layers.Dense(1)]
    )


def graph() -> Any:
    """Ops, a shared layer, a model within the model."""
    x = minikeras.Input((4,))
    shared, inner = layers.Dense(4, "tanh"), minikeras.Sequential([layers.Dense(4)])
    y = ops.relu(shared(x)) + 1.0
    y = layers.Add()([shared(y), inner(y) * 0.5])
    return minikeras.Model(x, layers.Dense(1)(inner(y)))


MODELS: dict[str, Callable[[], Any]] = {"chain": chain, "graph": graph, "subclass": Subclass}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("make", MODELS)
def test_models(make: str, way: str) -> None:
    """A copy made in the middle of a training goes on to the same bits."""
    utils.set_random_seed(1)
    model = MODELS[make]()
    model.compile(minikeras.optimizers.Adam(0.01, use_ema=True), "mse", metrics=["mae"])
    model.fit(X, Y, batch_size=4, verbose=0)
    before = model.get_weights()
    other = WAYS[way](model)
    assert other.to_json() == model.to_json()
    assert [v.path for v in other.variables] == [v.path for v in model.variables]
    curves = []
    for trained in (other, model):
        utils.set_random_seed(2)
        curves.append(trained.fit(X, Y, batch_size=4, epochs=2, verbose=0).history)
        if trained is other:
            same(model.get_weights(), before)
    assert curves[0] == curves[1]
    same(other.get_weights(), model.get_weights())
    same(state(other.optimizer), state(model.optimizer))


@pytest.mark.parametrize("way", WAYS)
def test_copies_can_be_changed(way: str) -> None:
    """What is added to a copy, or assigned again, is tracked once."""
    model = chain()
    other = WAYS[way](model)
    other.add(layers.Dense(2))
    other.build((None, 4))
    assert len(other.layers) == 5 and len(model.layers) == 4
    assert len(other.weights) == len(model.weights) + 2
    net = Subclass()
    twin = WAYS[way](net)
    twin.last, twin.stack[0] = twin.last, twin.stack[0]
    twin.stack.append(layers.Dense(5))
    twin(X)
    assert len(twin.layers) == 4 and len(net.layers) == 3
    assert len(twin.weights) == 6


@pytest.mark.parametrize("way", WAYS)
def test_exempt_from_weight_decay(way: str) -> None:
    """Copies know their own variables."""
    weights = [minikeras.Variable([1.0], name=name) for name in ("kernel", "scale", "bias")]
    optimizer = minikeras.optimizers.AdamW(0.1, weight_decay=0.5)
    optimizer.exclude_from_weight_decay(weights[:1], ["bias"])
    optimizer.build(weights)
    other = WAYS[way](optimizer)
    other.apply([np.zeros(1, "float32")] * 3)
    assert [float(w[0]) for w in other._trainable_variables] == [1.0, np.float32(0.95), 1.0]
    assert [float(w[0]) for w in weights] == [1.0] * 3


@pytest.mark.parametrize("way", WAYS)
def test_deep_models(way: str) -> None:
    """Deeper than Python's recursion."""
    x = y = minikeras.Input((2,))
    for _ in range(300):
        y = ops.tanh(y)
    model = minikeras.Model(x, layers.Dense(1)(y))
    other = WAYS[way](model)
    assert len(other.operations) == 302
    same([other(X[:, :2])], [model(X[:, :2])])


@pytest.mark.filterwarnings("ignore::UserWarning")  # such as of masks that a layer destroys
def test_drawn_models() -> None:
    for training in drawn(4, 7):
        with config_of(training.floatx):
            utils.set_random_seed(1)
            model = training.compiled(minikeras)
            x, y = training.data()
            model.train_on_batch(x, y)
            copies = [way(model) for way in WAYS.values()]
            expected = model.train_on_batch(x, y)
            for other in copies:
                np.testing.assert_array_equal(other.train_on_batch(x, y), expected)
                same(other.get_weights(), model.get_weights())


class config_of:
    """The default dtype within a block."""

    def __init__(self, floatx: str) -> None:
        self.floatx = floatx

    def __enter__(self) -> None:
        self.before = config.floatx()
        config.set_floatx(self.floatx)

    def __exit__(self, *exc: object) -> None:
        config.set_floatx(self.before)
