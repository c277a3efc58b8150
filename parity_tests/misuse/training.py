"""Misuses of a model that has been trained for a step.

A row is ``(function, *words)``.  The function takes the module that answers ``keras``, and the
model; our message holds the words: the argument, and what it received.
"""

from typing import Any

import numpy as np

from parity_tests.misuse.model import Keras, Model, X, Y


def _compiled_again(keras: Keras, model: Model, *args: Any, **options: Any) -> None:
    """Compile and train a clone, so that the model's own compilation stays."""
    clone = keras.models.clone_model(model)
    clone.compile(*args, run_eagerly=True, **options)
    clone.fit(X, np.eye(3, dtype="float32")[Y], verbose=0)


def _optimizer_of_another_model(keras: Keras, model: Model) -> None:
    stranger = keras.Variable(np.zeros(2, "float32"))
    model.optimizer.apply([np.ones(2, "float32")], [stranger])


def _no_gradients(keras: Keras, model: Model) -> None:
    variables = model.trainable_variables
    model.optimizer.apply([None] * len(variables), variables)


def _scheduler_answers_text(keras: Keras, model: Model) -> None:
    schedule = keras.callbacks.LearningRateScheduler(lambda epoch: "fast")
    model.fit(X, Y, callbacks=[schedule], verbose=0)


def _reduce_schedule(keras: Keras, model: Model) -> None:
    clone = keras.models.clone_model(model)
    decay = keras.optimizers.schedules.ExponentialDecay(0.1, 10, 0.5)
    clone.compile(keras.optimizers.SGD(decay), "mse")
    clone.optimizer.learning_rate = 0.5


def _generator_of_scalars(keras: Keras, model: Model) -> None:
    model.fit((3.0 for _ in range(2)), verbose=0)


def _pydataset_without_length(keras: Keras, model: Model) -> None:
    class Data(keras.utils.PyDataset):
        def __getitem__(self, index: int) -> Any:
            return X, Y

    model.fit(Data(), verbose=0)


TRAINING = {
    "set_weights too few": (lambda k, m: m.set_weights([X]), "weights", "1", "4"),
    "set_weights wrong shape": (
        lambda k, m: m.set_weights([X, *m.get_weights()[1:]]),
        "(6, 4)",
        "(4, 5)",
    ),
    "set_weights last wrong": (
        lambda k, m: m.set_weights([w + 1 for w in m.get_weights()[:3]] + [X]),
        "(6, 4)",
        "(3,)",
    ),
    "get_layer unknown": (lambda k, m: m.get_layer("nope"), "nope", "dense"),
    "get_layer index": (lambda k, m: m.get_layer(index=9), "9", "2"),
    "get_layer nothing": (lambda k, m: m.get_layer(), "name", "index"),
    "call with wrong features": (lambda k, m: m(X[:, :3]), "(6, 3)", "4"),
    "call with wrong rank": (lambda k, m: m(X[:, :, None, None]), "(6, 4, 1, 1)", "(None, 4)"),
    "call with text": (lambda k, m: m(np.array([["a", "b", "c", "d"]])), "<U1"),
    "compile loss unknown": (lambda k, m: _compiled_again(k, m, "sgd", "nonsense"), "nonsense"),
    "compile metric unknown": (
        lambda k, m: _compiled_again(k, m, "sgd", "mse", metrics=["nonsense"]),
        "nonsense",
    ),
    "compile optimizer unknown": (lambda k, m: _compiled_again(k, m, "adamm", "mse"), "adamm"),
    "compile loss for no output": (
        lambda k, m: _compiled_again(k, m, "sgd", {"nope": "mse"}),
        "loss",
        "nope",
    ),
    "compile loss_weights": (
        lambda k, m: _compiled_again(k, m, "sgd", "mse", loss_weights=[1.0, 2.0]),
        "loss_weights",
    ),
    "fit weights of different length": (
        lambda k, m: m.fit(X, Y, sample_weight=np.ones(3), verbose=0),
        "6",
        "3",
    ),
    "fit wrong features": (lambda k, m: m.fit(X[:, :2], Y, verbose=0), "(None, 4)", "2"),
    "fit text": (lambda k, m: m.fit([["a"] * 4] * 6, Y, verbose=0), "x"),
    "fit nothing": (lambda k, m: m.fit(None, Y, verbose=0), "None"),
    "fit batch_size text": (lambda k, m: m.fit(X, Y, batch_size="2", verbose=0), "batch_size", "2"),
    "fit labels negative": (lambda k, m: m.fit(X, Y - 1, verbose=0), "-1"),
    "fit validation_split empties training": (
        lambda k, m: m.fit(X, Y, validation_split=0.99, verbose=0),
        "validation_split",
        "0.99",
        "6",
    ),
    "fit validation_split of a generator": (
        lambda k, m: m.fit(iter([(X, Y)]), validation_split=0.5, verbose=0),
        "validation_split",
        "list_iterator",
    ),
    "fit validation_data quadruple": (
        lambda k, m: m.fit(X, Y, validation_data=(X, Y, Y, Y), verbose=0),
        "x, y",
    ),
    "fit class_weight and sample_weight": (
        lambda k, m: m.fit(X, Y, class_weight={0: 2.0}, sample_weight=np.ones(6), verbose=0),
        "class_weight",
        "sample_weight",
    ),
    "fit generator of numbers": (_generator_of_scalars, "3.0"),
    "fit PyDataset without length": (_pydataset_without_length, "__len__"),
    "fit callback is no callback": (
        lambda k, m: m.fit(X, Y, callbacks=[print], verbose=0),
        "print",
    ),
    "fit scheduler answers text": (_scheduler_answers_text, "float", "fast"),
    "evaluate unknown keyword": (lambda k, m: m.evaluate(X, Y, batchsize=2), "batchsize"),
    "evaluate lengths": (lambda k, m: m.evaluate(X, Y[:5], verbose=0), "6", "5"),
    "predict wrong features": (lambda k, m: m.predict(X[:, :2], verbose=0), "(None, 4)", "2"),
    "predict nothing": (lambda k, m: m.predict(None, verbose=0), "None"),
    "train_on_batch both weights": (
        lambda k, m: m.train_on_batch(X, Y, sample_weight=np.ones(6), class_weight={0: 1.0}),
        "class_weight",
        "sample_weight",
    ),
    "optimizer meets another model": (_optimizer_of_another_model, "variable"),
    "optimizer without gradients": (_no_gradients, "gradient"),
    "optimizer schedule overwritten": (_reduce_schedule, "learning_rate", "ExponentialDecay"),
    "optimizer variables": (lambda k, m: m.optimizer.apply([X, X]), "2", "4"),
    "Sequential rebuilt for another shape": (lambda k, m: m.layers[0](k.Input((7,))), "7", "4"),
    "trainable set to text": (lambda k, m: m.stateless_call([], [], X), "0", "4"),
}
