"""An explained step has the numbers of Keras and of the step itself, and changes nothing."""

import contextlib
import random

import keras
import numpy as np
import pytest
import tensorflow as tf

import minikeras
from minikeras.declare import names

RNG = np.random.default_rng(0)
X = RNG.normal(size=(6, 4)).astype("float32")
Y = [RNG.integers(0, 3, 6), RNG.normal(size=(6, 2)).astype("float32")]


def two_headed(library):
    """Two outputs, a layer that is called twice, all kinds of loss terms."""
    layers = library.layers
    shared = layers.Dense(4, "relu", name="shared", kernel_regularizer="l2")
    x = library.Input((4,), name="x")
    hidden = shared(shared(x))
    hidden = layers.ActivityRegularization(l2=0.1, name="activity")(hidden)
    heads = [
        layers.Dense(3, "softmax", name="kind")(hidden),
        layers.Dense(2, name="size")(hidden),
    ]
    model = library.Model(x, heads, name="two_headed")
    losses = ["sparse_categorical_crossentropy", "mse"]
    optimizer = library.optimizers.Adam(0.05)
    model.compile(optimizer, losses, loss_weights=[1.0, 0.5], metrics=[["accuracy"], None])
    return model


@pytest.fixture(scope="module")
def both():
    theirs, ours = two_headed(keras), two_headed(minikeras)
    ours.set_weights(theirs.get_weights())
    return theirs, ours


def test_the_numbers_are_those_of_keras(both):
    theirs, ours = both
    step = ours.explain_step(X, Y)
    shared, activity = theirs.get_layer("shared"), theirs.get_layer("activity")
    with tf.GradientTape() as tape:
        first = shared(X)
        second = activity(shared(first))
        outputs = [theirs.get_layer(name)(second) for name in ("kind", "size")]
        kind = keras.losses.SparseCategoricalCrossentropy()(Y[0], outputs[0])
        size = 0.5 * keras.losses.MeanSquaredError()(Y[1], outputs[1])
        terms = [kind, size, *theirs.losses]
        terms[2] = 0.1 * tf.reduce_sum(second**2) / 6
        loss = tf.add_n(terms)
    weights = theirs.trainable_weights
    gradients = tape.gradient(loss, [*weights, first, second, outputs[1]])
    close = {"rtol": 2e-5, "atol": 1e-6}
    np.testing.assert_allclose(step.loss, loss, **close)
    np.testing.assert_allclose([t.value for t in step.terms], terms, **close)
    assert [(t.kind, t.name) for t in step.terms] == [
        ("data", "kind"),
        ("data", "size"),
        ("layer", "activity"),
        ("regularizer", "shared/kernel"),
    ]
    for weight, gradient in zip(weights, gradients):
        np.testing.assert_allclose(step.gradients[weight.path], gradient, **close)
    calls = step["shared", 0], step["shared", 1], step["size"]
    for call, output, gradient in zip(
        calls, (first, second, outputs[1]), gradients[len(weights) :]
    ):
        np.testing.assert_allclose(call.output, output, **close)
        if call.path != "shared" or call.number == 0:
            np.testing.assert_allclose(call.gradient, gradient, **close)
    assert step["kind"].of_logits  # the loss does not use the probabilities
    logits = (outputs[0].numpy() - np.eye(3)[Y[0]]) / 6
    np.testing.assert_allclose(step["kind"].gradient, logits, **close)
    theirs.train_on_batch(X, Y)
    for update, weight in zip(step.variables, weights):
        np.testing.assert_allclose(update.after, weight.numpy(), **close)


class Lazy(minikeras.Model):
    """A subclassed model, built at its first step, with randomness and statistics."""

    def __init__(self):
        super().__init__(name="lazy")
        self.blocks = [minikeras.layers.Dense(5, "tanh", name="first")]
        self.dropout = minikeras.layers.Dropout(0.5, name="dropout")
        self.norm = minikeras.layers.BatchNormalization(name="norm")
        self.inner = minikeras.Sequential([minikeras.layers.Dense(3, name="last")], name="inner")

    def call(self, x, training=False):
        for block in self.blocks:
            x = block(x)
        self.add_loss(minikeras.ops.mean(x) * 0.1)
        return self.inner(self.norm(self.dropout(x, training=training)))


def lazy(**options):
    minikeras.utils.set_random_seed(3)
    model = Lazy()
    loss = minikeras.losses.SparseCategoricalCrossentropy(from_logits=True)
    optimizer = minikeras.optimizers.Adam(0.01, clipnorm=0.1)
    model.compile(optimizer, loss, metrics=["accuracy"], **options)
    return model


def state(model):
    """All values that belong to a model, its optimizer, its metrics and the process."""
    variables = [*model.variables, *model.optimizer.variables]
    variables += [v for metric in model.metrics for v in metric.variables]
    built = [layer.built for layer in model._flatten_layers()], model.optimizer.built
    counts = {name: number for name, number in names._counts.items() if number}
    attributes = [sorted(vars(layer)) for layer in model._flatten_layers()]
    values = [v.numpy().tolist() for v in variables]
    return values, built, counts, attributes, random.getstate(), np.random.get_state()[1].tolist()


@pytest.mark.parametrize("eagerly", [False, True])
def test_nothing_changes_and_the_step_is_the_one_that_follows(eagerly):
    model = lazy(run_eagerly=eagerly)
    for _ in range(3):  # before it is built, before the optimizer is replayed, and after
        before = state(model)
        step = model.explain_step(X, Y[0])
        assert state(model) == before
        logs = model.train_on_batch(X, Y[0])
        # The log is a mean over samples, which is rounded twice more.
        np.testing.assert_allclose(step.loss, logs[0], rtol=2e-7)
        assert len(step.variables) == len(model.trainable_variables) == 6
        for update, variable in zip(step.variables, model.trainable_variables):
            assert update.path == variable.path
            np.testing.assert_array_equal(update.after, variable.numpy())
    other = lazy(run_eagerly=eagerly)
    for _ in range(3):
        other.train_on_batch(X, Y[0])
    for a, b in zip(model.get_weights(), other.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)
    assert [call.path for call in step.layers] == [
        "first",
        "dropout",
        "norm",
        "inner/last",
        "inner",
    ]
    assert {term.kind for term in step.terms} == {"data", "layer"}
    np.testing.assert_allclose(sum(term.value for term in step.terms), step.loss, rtol=1e-6)


def test_an_error_leaves_the_model_as_it_was():
    model = lazy()
    before = state(model)
    with contextlib.suppress(ValueError):
        model.explain_step(X, np.full(6, 7))
    assert state(model) == before


def test_weights_of_samples_and_classes():
    model = lazy()
    weights = np.float32([1, 2, 0, 1, 1, 3])
    losses = {model.explain_step(X, Y[0], weights).loss, model.explain_step(X, Y[0]).loss}
    by_class = {0: 2.0, 1: 0.5, 2: 1.0}
    losses.add(model.explain_step(X, Y[0], class_weight=by_class).loss)
    assert len(losses) == 3
    expected = model.explain_step(X, Y[0], class_weight=by_class).loss
    logs = model.train_on_batch(X, Y[0], class_weight=by_class)
    np.testing.assert_allclose(logs[0], expected, rtol=2e-7)


def test_statistics_and_norms(both):
    step = both[1].explain_step(X, Y)
    call = step["shared", 0]
    (found,) = call.statistics()
    assert found["shape"] == (6, 4) and found["min"] == 0
    assert found["zeros"] == np.mean(call.output == 0) > 0
    np.testing.assert_allclose(found["std"], call.output.std(), rtol=1e-6)
    np.testing.assert_allclose(found["gradient"], np.linalg.norm(call.gradient), rtol=1e-6)
    update = step.variables[0]
    change = np.linalg.norm(update.after - update.before)
    np.testing.assert_allclose(update.norms["Δw"], change, rtol=1e-5)
    np.testing.assert_allclose(
        update.norms["ratio"], change / np.linalg.norm(update.before), rtol=1e-5
    )
    records = {record.name: record for record in step.updates[update.path]}
    np.testing.assert_array_equal(records["w"].value, update.after)
    np.testing.assert_array_equal(records["g"].value, step.gradients["shared/kernel"])


def test_the_source_is_the_program_that_fit_replays(both):
    layers = [minikeras.Input((4,)), minikeras.layers.Dense(2)]
    model = minikeras.Sequential(layers)
    model.compile("sgd", "mse")
    step = model.explain_step(X, Y[1])
    assert step.refused is None and step.source.startswith("def replayed(x0, x1):")
    for _ in range(2):
        model.train_on_batch(X, Y[1])
    assert model._replays["_loss_and_gradients"].source == step.source
    assert lazy().explain_step(X, Y[0]).source.count("matmul") >= 2  # also before it is built
    assert both[1].explain_step(X, Y).refused is not None  # the means of several losses


def test_steps_walk_through(both):
    model = both[1]
    events = [*model.steps(X, Y)]
    names = ["shared", "shared (2)", "activity", "size", "kind"]
    assert [e.name for e in events if e.kind == "forward"] == names
    assert [e.name for e in events if e.kind == "backward"] == names[::-1]
    kinds = [e.kind for e in events]
    assert kinds == ["forward"] * 5 + ["loss"] + ["backward"] * 5 + ["update"] * 6
    assert events[5].of == model.explain_step(X, Y).terms
    assert [r.name for r in events[-1].records][-1] == "w"
    assert repr(events[0]).startswith("<forward shared: (6, 4), mean ")
    assert repr(events[7]).startswith("<backward size: ‖g‖ ")


def test_access_printing_and_html(both):
    step = both[1].explain_step(X, Y)
    assert step.gradients["size/bias"].shape == (2,)
    for key, message in (
        ("shared", "'shared' was called 2 times: step"),
        (("shared", 2), "there is no call 2"),
        ("sized", "there is no 'sized'. Did you mean 'size'"),
    ):
        with pytest.raises(KeyError, match=message):
            step[key]
    with pytest.raises(KeyError, match="'kernel' is the end of several paths"):
        step.gradients["kernel"]
    text = str(step)
    assert all(
        word in text for word in ("shared (2)", "of logits", "‖Δw‖/‖w‖", "regularizer", "sum")
    )
    assert max(map(len, text.splitlines())) <= 100
    page = step._repr_html_()
    assert page.count("<table ") == 3 + 6 and page.count("<details>") == 2
    assert repr(step).startswith("<Step: loss ") and repr(step["size"]).endswith("(6, 2)>")


def test_refusals():
    model = minikeras.Sequential([minikeras.layers.Dense(1)])
    with pytest.raises(ValueError, match="must call `compile"):
        model.explain_step(X, Y[1])
    with pytest.raises(ValueError, match="sample_weight and class_weight exclude each other"):
        lazy().explain_step(X, Y[0], np.ones(6), {0: 1.0})


class Own(minikeras.Model):
    """Its own step: built late, with dropout, a clipped gradient, and a value of its own."""

    def __init__(self):
        super().__init__()
        self.hidden = minikeras.layers.Dense(4, "relu", name="hidden")
        self.drop = minikeras.layers.Dropout(0.5, name="drop")
        self.head = minikeras.layers.Dense(1, name="head")

    def call(self, x, training=False):
        return self.head(self.drop(self.hidden(x), training=training))

    def train_step(self, data):
        x, y = data
        with minikeras.GradientTape() as tape:
            error = self(x, training=True) - y
            loss = minikeras.ops.mean(error**2)
        gradients = tape.gradient(loss, self.trainable_variables)
        gradients = [minikeras.ops.clip(g, -0.1, 0.1) for g in gradients]
        self.optimizer.apply_gradients(zip(gradients, self.trainable_variables))
        return {"loss": loss, "mae": minikeras.ops.mean(minikeras.ops.abs(error))}


def test_a_step_of_ones_own():
    minikeras.utils.set_random_seed(0)
    model, y = Own(), X[:, :1]
    model.compile("adam")
    step = model.explain_step(X, y)
    assert not model.built
    assert [call.name for call in step.layers] == ["hidden", "drop", "head"]
    assert step["head"].gradient.shape == (len(X), 1) and np.any(step["hidden"].gradient)
    assert np.abs(step.gradients["hidden/kernel"]).max() == np.float32(0.1)  # as clipped
    assert step.logs.keys() == {"loss", "mae"} and step.loss == step.logs["loss"]
    assert [(t.kind, t.value) for t in step.terms] == [("tape", step.loss)]
    assert [what.partition(":")[0] for what in step.unseen] == [
        "the terms of the loss",
        "the program",
    ]
    text, page = str(step), step._repr_html_()
    assert "not shown: the program: Own.train_step" in text and "not shown" in page
    assert "returned" in text and "sum" not in text
    kinds = [event.kind for event in model.steps(X, y)]
    assert kinds == ["forward"] * 3 + ["loss"] + ["backward"] * 3 + ["update"] * 4
    assert step.updates["head/bias"][0].name == "g"
    logs = model.fit(X, y, batch_size=len(X), shuffle=False, verbose=0).history
    assert logs["loss"] == [step.loss] and logs["mae"] == [step.logs["mae"]]
    for update, w in zip(step.variables, model.trainable_variables, strict=True):
        assert np.array_equal(update.after, w.numpy()) and not np.array_equal(update.before, w)
    again = model.explain_step(X, y)  # built, and with slots
    model.fit(X, y, batch_size=len(X), shuffle=False, verbose=0)
    for update, w in zip(again.variables, model.trainable_variables, strict=True):
        assert np.array_equal(update.after, w.numpy())


def test_a_step_around_that_of_model():
    """Also after `fit` has recorded the inner step, of which a replay would show nothing."""

    class Around(minikeras.Sequential):
        def train_step(self, data):
            return super().train_step(data) | {"more": 1.0}

    model = Around([minikeras.layers.Dense(1, name="only")])
    model.compile("sgd", "mse")
    for _ in range(3):
        model.fit(X, X[:, :1], batch_size=len(X), verbose=0)
    step = model.explain_step(X, X[:, :1])
    assert [call.name for call in step.layers] == ["only"] and step.logs["more"] == 1.0
    assert step["only"].gradient is not None and len(step.updates.records) == 2
    model.fit(X, X[:, :1], batch_size=len(X), verbose=0, shuffle=False)
    assert np.array_equal(step.variables[0].after, model.trainable_variables[0].numpy())


def test_a_step_without_tape_or_optimizer():
    class Bare(minikeras.Sequential):
        def train_step(self, data):
            x, y = data
            self.layers[0].bias.assign(minikeras.ops.mean(y - self(x), axis=0))
            return {}

    model = Bare([minikeras.Input((X.shape[1],)), minikeras.layers.Dense(1)])
    model.compile("sgd")
    step = model.explain_step(X, X[:, :1])
    assert step.updates is None and np.isnan(step.loss) and len(step.unseen) == 4
    assert step.variables[0].gradient is None and step.variables[1].norms["Δw"] > 0
    assert not model.layers[0].bias.numpy().any()  # as before
