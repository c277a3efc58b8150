"""Subclassed models and layers: their state, their arguments, their place in graphs."""

import random

import keras
import numpy as np
import pytest

import minikeras
from parity_tests.checks.model import (
    build_both,
    check_model,
    compare_calls,
    compare_structure,
    compare_summaries,
    quietly,
)

X = np.random.default_rng(0).normal(size=(4, 3)).astype("float32")


def in_lists(k):
    class Net(k.Model):
        def __init__(self):
            super().__init__()
            self.hidden, self.norms = [], []
            self.head = k.layers.Dense(2)
            for i in range(2):
                self.hidden.append(k.layers.Dense(3 + i, activation="tanh"))
                self.norms.append(k.layers.BatchNormalization())
            self.named = {"drop": k.layers.Dropout(0.5)}
            self.named["last"] = k.layers.Dense(2, use_bias=False)
            self.pair = (k.layers.Dense(2), [k.layers.Dense(2)])

        def call(self, x, training=None):
            for dense, norm in zip(self.hidden, self.norms):
                x = norm(dense(x), training=training)
            x = self.named["drop"](self.head(x))
            return self.named["last"](x) + self.pair[0](x) * self.pair[1][0](x)

    return Net()


def own_weights(k):
    class Scale(k.layers.Layer):
        def __init__(self, **kwargs):
            super().__init__(**kwargs)
            self.gain = self.add_weight(shape=(), initializer="ones", name="gain")
            self.steps = self.add_weight(shape=(), dtype="int32", trainable=False, name="steps")

        def build(self, input_shape):
            self.inner = k.layers.Dense(input_shape[-1])
            self.inner.build(input_shape)
            self.shift = self.add_weight(shape=(input_shape[-1],), name="shift", regularizer="l2")

        def call(self, x):
            return self.inner(x) * self.gain + self.shift

    class Net(k.Model):
        def __init__(self):
            super().__init__(name="net")
            self.first, self.second = Scale(), Scale(name="mine", trainable=False)
            self.offset = k.Variable(np.ones(3, "float32"), name="offset")
            self.table = [k.Variable(np.zeros(2, "float32"), trainable=False)]

        def call(self, x):
            return self.second(self.first(x)) + self.offset

    return Net()


def losses(k):
    class Penalty(k.layers.Layer):
        def __init__(self, rate):
            super().__init__()
            self.rate = rate

        def call(self, x):
            self.add_loss(self.rate * k.ops.mean(k.ops.square(x)))
            return x

    class Block(k.layers.Layer):
        def __init__(self, rate):
            super().__init__()
            self.parts = [k.layers.Dense(3, kernel_regularizer="l1"), Penalty(rate), Penalty(rate)]

        def call(self, x):
            for part in self.parts:
                x = part(x)
            self.add_loss(k.ops.sum(x))
            return x

    class Net(k.Model):
        def __init__(self):
            super().__init__()
            self.blocks = [Block(0.5), Block(2.0)]

        def call(self, x):
            for block in self.blocks:
                x = block(x)
            return x

    return Net()


def nested_models(k):
    class Inner(k.Model):
        def __init__(self, units):
            super().__init__()
            self.dense = k.layers.Dense(units)
            self.drop = k.layers.Dropout(0.4)

        def call(self, x, training=False):
            return self.drop(self.dense(x), training=training)

    class Outer(k.Model):
        def __init__(self):
            super().__init__()
            self.stack = k.Sequential([k.layers.Dense(4), k.layers.Dropout(0.5)])
            self.inner = Inner(4)

        def call(self, x):
            return self.inner(x) + self.stack(x)

    return Outer()


def functional_by_inheritance(k):
    class Net(k.Model):
        def __init__(self):
            x = k.Input((3,))
            super().__init__(x, k.layers.Dense(2)(k.layers.Dense(4, "relu")(x)))

    return Net()


def in_a_graph(k):
    """Custom layers and models as nodes, with keyword tensors."""

    class Mix(k.layers.Layer):
        def call(self, x, other=None, factor=1.0):
            return x + factor * other

    x = k.Input((3,))
    net = nested_models(k)
    return k.Model(x, Mix()(net(x), other=k.layers.Dense(4)(x), factor=2.0))


CASES = [in_lists, own_weights, losses, nested_models, functional_by_inheritance, in_a_graph]


@pytest.mark.parametrize("make", CASES, ids=lambda make: make.__name__)
def test_model(make):
    check_model(make, X, config=False, scale=5.0)


@pytest.mark.parametrize("make", CASES, ids=lambda make: make.__name__)
def test_before_and_after_building(make):
    ours, theirs = build_both(make)
    for _ in range(2):
        assert [v.path for v in ours.variables] == [v.path for v in theirs.variables]
        assert [v.trainable for v in ours.variables] == [v.trainable for v in theirs.variables]
        assert [layer.name for layer in ours.layers] == [layer.name for layer in theirs.layers]
        compare_summaries(ours, theirs)
        for model in ours, theirs:
            quietly(lambda: model(X))  # noqa: B023
    for model in ours, theirs:
        model.trainable = False
    compare_structure(ours, theirs)


def test_what_training_arrives():
    """`training` as an argument, from the outer call, by default, and in later calls."""

    def make(k):
        seen = []

        class Probe(k.layers.Layer):
            def call(self, x, training=None):
                seen.append((self.name, training))
                return x

        class Eager(k.layers.Layer):
            def call(self, x, training=True):
                seen.append((self.name, training))
                return x

        class Without(k.layers.Layer):
            def __init__(self, *layers):
                super().__init__()
                self.inner = layers

            def call(self, x):
                for layer in self.inner:
                    x = layer(x)
                return x

        class Telling(Without):
            def call(self, x, training=None):
                x = self.inner[0](x, training=True)
                x = self.inner[1](x)
                return self.inner[-1](x, training=None)

        for layers in (
            lambda: [Probe()],
            lambda: [Without(Probe(), Eager(), Probe())],
            lambda: [Probe(), Without(Probe(), Probe())],
            lambda: [Telling(Probe(), Probe(), Eager()), Probe()],
            lambda: [k.layers.Dropout(0.5), Probe(), Eager(), Probe()],
        ):
            for training in (None, True, False):
                model = k.Sequential([k.Input((3,)), *layers()])
                seen.append("called")
                model(X, training=training)
                for layer in layers():
                    layer(X, training=training)
        return seen

    ours, theirs = build_both(make)
    assert ours == theirs


def test_masks_flow():
    def make(k):
        seen = []

        class Keep(k.layers.Layer):
            def __init__(self):
                super().__init__()
                self.supports_masking = True

            def call(self, x, mask=None):
                seen.append(None if mask is None else np.asarray(mask).tolist())
                return x * 2

        class Shift(k.layers.Layer):
            def call(self, x):
                return x

            def compute_mask(self, inputs, mask=None):
                return None if mask is None else k.ops.logical_not(mask)

        class Two(k.layers.Layer):
            def call(self, x, y, x_mask=None, y_mask=None):
                for mask in (x_mask, y_mask):
                    seen.append(None if mask is None else np.asarray(mask).tolist())
                return x + y

        tokens = np.array([[1, 0, 2], [0, 0, 3]])
        embed = k.layers.Embedding(4, 2, mask_zero=True)
        keep, shift, two = Keep(), Shift(), Two()
        y = embed(tokens)
        z = shift(keep(y))
        keep(z)
        keep(keep(z), mask=np.ones((2, 3), bool))
        two(y, z)
        two(k.ops.ones((2, 3, 2)), z)
        keep(two(y, z))
        keep(k.layers.Dense(2)(keep(k.layers.Dropout(0.2)(y))))
        return seen

    ours, theirs = build_both(make)
    assert ours == theirs


def test_state_is_found_where_it_is_put():
    """State in lists and dicts: added, removed, deleted and assigned again."""

    def make(k):
        layer = k.layers.Layer(name="owner")
        told = []

        def tell():
            told.append([v.name for v in layer.weights])

        dense = []
        for i in range(6):
            dense.append(k.layers.Dense(1, name=f"d{i}"))
            dense[-1].build((None, 1))
            dense[-1].bias._name = f"bias{i}"
        layer.items = [dense[0], {"a": dense[1]}]
        tell()
        layer.items.append(dense[2])
        layer.items.extend([dense[3]])
        layer.items[1]["b"] = dense[4]
        tell()
        layer.items.pop(0)
        layer.items[0].pop("a")
        layer.items.remove(dense[3])
        tell()
        layer.items.insert(0, dense[5])
        layer.thing = k.Variable([1.0], name="thing")
        layer.thing = k.Variable([2.0], name="other")
        tell()
        del layer.thing
        layer.items.clear()
        tell()
        return [[name for name in names if name != "kernel"] for names in told]

    ours, theirs = build_both(make)
    assert ours == theirs


def test_layers_before_super():
    def make(k):
        class Late(k.layers.Layer):
            def __init__(self):
                self.dense = k.layers.Dense(2, name="early")
                super().__init__(name="late")

            def call(self, x):
                return self.dense(x)

        layer = Late()
        layer(X)
        return [v.path for v in layer.variables]

    ours, theirs = build_both(make)
    assert ours == theirs


def test_output_shapes():
    def make(k):
        class Reshaping(k.layers.Layer):
            def call(self, x):
                return {"flat": k.ops.reshape(x, (-1,)), "pair": (x, k.ops.sum(x, -1))}

        layer = Reshaping()
        y = layer(k.Input((3,)))
        found = [y["flat"].shape, y["pair"][0].shape, y["pair"][1].shape]
        model = k.Sequential([k.layers.Dense(4), k.layers.Reshape((2, 2))])
        return [*found, model.compute_output_shape((None, 3)), model.compute_output_shape((7, 3))]

    ours, theirs = build_both(make)
    assert ours == theirs


def test_get_and_set_weights():
    for make in CASES:
        ours, theirs = build_both(make, X)
        values = [np.full(w.shape, i, w.dtype) for i, w in enumerate(theirs.get_weights())]
        for model in ours, theirs:
            model.set_weights(values)
        for a, b in zip(ours.get_weights(), theirs.get_weights(), strict=True):
            np.testing.assert_array_equal(a, b)
        compare_calls(ours, theirs, X, scale=1e4)


def test_stack_grows_and_shrinks():
    def make(k):
        model = k.Sequential(name="stack")
        told = []

        def tell():
            told.append((model.built, [layer.name for layer in model.layers]))
            told.append([v.path for v in model.weights])

        model.add(k.Input((3,)))
        model.add(k.layers.Dense(4, activation="relu"))
        tell()
        model.add(k.layers.Dense(2))
        tell()
        told.append(np.asarray(model(X)).shape)
        model.pop()
        tell()
        told.append((model.output_shape, np.asarray(model(X)).shape))
        late = k.Sequential([k.layers.Dense(2), k.layers.Dropout(0.5)])
        told.append((late.built, late.weights))
        late(X)
        told.append((late.built, [v.path for v in late.weights], late.input_shape))
        return told

    ours, theirs = build_both(make)
    assert ours == theirs


def test_seeds_are_drawn_in_order():
    """Each random initializer takes its seed from Python's `random` when it is made."""
    states = []
    for library in (minikeras, keras):
        random.seed(3)
        for make in CASES:
            make(library)(X) if make is not functional_by_inheritance else make(library)
        states.append(random.getstate())
    assert states[0] == states[1]
