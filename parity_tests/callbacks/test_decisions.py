"""Callbacks of both libraries get the same logs: every decision must agree."""

import contextlib
import io
import itertools
import warnings

import keras
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from minikeras import callbacks


class Optimizer:
    """A learning rate kept in float32, as Keras's optimizers keep it."""

    def __init__(self):
        self._rate = np.float32(0.5)

    @property
    def learning_rate(self):
        return self._rate

    @learning_rate.setter
    def learning_rate(self, value):
        self._rate = np.float32(value)


class Model:
    def __init__(self):
        self.optimizer = Optimizer()
        self.stop_training = False
        self.weights = [np.zeros(2)]
        self.history = None

    def get_weights(self):
        return [w.copy() for w in self.weights]

    def set_weights(self, weights):
        self.weights = weights


# Few values, close together: ties and differences below min_delta are common.
values = st.one_of(
    st.sampled_from([1.0, 0.9, 0.9 + 1e-9, 0.9 - 1e-4, 0.5, -1.0, 0.0, np.nan, np.inf]),
    st.floats(-2, 2, width=32),
)
logs = st.fixed_dictionaries({"loss": values, "val_loss": values}, optional={"mae": values})
runs = st.lists(st.lists(logs, min_size=1, max_size=8), min_size=1, max_size=2)
monitor = {"monitor": st.sampled_from(["loss", "val_loss", "mae"])}
direction = {
    "mode": st.sampled_from(["min", "max"]),
    "min_delta": st.sampled_from([0, 1e-4, -0.1, 0.25]),
    "verbose": st.sampled_from([0, 1]),
}


def told(module, name, config, runs):
    """Everything observable while a callback follows several runs of ``fit``."""
    seen = []
    model = Model()
    callback = getattr(module, name)(**config)
    out = io.StringIO()
    with contextlib.redirect_stdout(out), warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        calls = module.CallbackList([callback], add_history=True, model=model)
        for epochs in runs:
            model.stop_training = False
            calls.on_train_begin()
            for epoch, log in enumerate(epochs):
                calls.on_epoch_begin(epoch)
                calls.on_train_batch_begin(0)
                calls.on_train_batch_end(0, log)
                model.weights = [model.weights[0] + 1]
                calls.on_epoch_end(epoch, log)
                state = ("wait", "best", "best_epoch", "stopped_epoch", "cooldown_counter")
                seen.append(
                    [model.stop_training, float(model.optimizer.learning_rate)]
                    + [getattr(callback, field, None) for field in state]
                )
            calls.on_train_end(log)
            seen.append([model.weights[0].tolist(), model.history.history, model.history.epoch])
    return repr(seen), out.getvalue(), len(caught)


def check(name, config, runs):
    ours, theirs = (told(module, name, config, runs) for module in (callbacks, keras.callbacks))
    assert ours == theirs


@given(
    st.fixed_dictionaries(
        {},
        optional=monitor
        | direction
        | {
            "patience": st.integers(0, 3),
            "baseline": st.one_of(st.none(), values),
            "restore_best_weights": st.booleans(),
            "start_from_epoch": st.integers(0, 3),
        },
    ).filter(lambda c: "mode" in c or c.get("monitor") != "mae"),
    runs,
)
def test_early_stopping(config, runs):
    check("EarlyStopping", config, runs)


@given(
    st.fixed_dictionaries(
        {},
        optional=monitor
        | direction
        | {
            "factor": st.sampled_from([0.1, 0.5, 0.9, 0, -1]),
            "patience": st.integers(0, 3),
            "cooldown": st.integers(0, 3),
            "min_lr": st.sampled_from([0.0, 0.1, 0.3]),
        },
    ).filter(lambda c: "mode" in c or c.get("monitor") != "mae"),
    runs,
)
def test_reduce_lr_on_plateau(config, runs):
    check("ReduceLROnPlateau", config, runs)


@given(
    schedule=st.sampled_from(
        [
            lambda epoch, rate: rate * 0.9,
            lambda epoch: 0.1 / (1 + epoch),
            lambda epoch, rate: np.float32(rate) / 3,
            lambda epoch, rate: np.float64(rate) / 3,
        ]
    ),
    verbose=st.sampled_from([0, 1]),
    runs=runs,
)
def test_learning_rate_scheduler(schedule, verbose, runs):
    check("LearningRateScheduler", {"schedule": schedule, "verbose": verbose}, runs)


@given(runs)
def test_terminate_on_nan(runs):
    check("TerminateOnNaN", {}, runs)


@pytest.mark.parametrize("module", [callbacks, keras.callbacks])
def test_misuse(module):
    with pytest.raises(ValueError, match="factor"):
        module.ReduceLROnPlateau(factor=1.0)
    with pytest.raises(RuntimeError, match="batch 3"):
        module.TerminateOnNaN(raise_error=True).on_batch_end(3, {"loss": np.nan})
    with pytest.warns(UserWarning, match="mode"):
        assert module.EarlyStopping(mode="up").mode == "auto"
    stopping = module.EarlyStopping("val_a_loss")
    stopping.set_model(Model())
    with pytest.raises(ValueError, match="val_a_loss"):
        stopping.on_epoch_end(0, {"val_a_loss": 1.0})
    scheduler = module.LearningRateScheduler(lambda epoch, rate: 1)
    scheduler.set_model(Model())
    with pytest.raises(ValueError, match="schedule"):
        scheduler.on_epoch_begin(0)
    scheduler.model.optimizer = object()
    with pytest.raises(ValueError, match="learning_rate"):
        scheduler.on_epoch_begin(0)


def test_direction_of_a_compiled_metric():
    metric = type("Metric", (), {"name": "fit", "_direction": "up"})()
    model = Model()
    model.metrics = [type("Group", (), {"metrics": [metric]})()]
    stopping = callbacks.EarlyStopping("val_fit")
    stopping.set_model(model)
    stopping.on_epoch_end(0, {"val_fit": 1.0})
    assert stopping.monitor_op is callbacks.monitor_callback.greater


EVENTS = {
    "begin": ["train_begin", "test_begin", "predict_begin"],
    "end": ["train_end", "test_end", "predict_end"],
    "batch": [f"{p}_batch_{e}" for p in ("train", "test", "predict") for e in ("begin", "end")],
    "epoch": ["epoch_begin", "epoch_end"],
    "old": ["batch_begin", "batch_end"],
}


@given(
    st.lists(
        st.tuples(
            st.sampled_from(EVENTS["batch"] + EVENTS["epoch"] + EVENTS["old"]),
            st.one_of(
                st.none(),
                st.dictionaries(
                    st.sampled_from("ba"),
                    st.one_of(values, st.just("text"), st.builds(np.float32, values), st.just({})),
                ),
            ),
        ),
        max_size=8,
    ),
    st.lists(st.sets(st.sampled_from([*itertools.chain(*EVENTS.values())])), max_size=3),
)
def test_callback_list_tells_everybody(calls, interests):
    """Exactly the hooks that a callback defines are called, in order, with the same logs."""

    def heard(module):
        record = []

        def hook(who, event):
            def listen(self, *args, **kwargs):
                record.append((who, event, args, kwargs))

            return listen

        listeners = [
            type(
                "Listener",
                (module.Callback,),
                {f"on_{event}": hook(who, event) for event in interest},
            )()
            for who, interest in enumerate(interests)
        ]
        told = module.CallbackList([*listeners, module.LambdaCallback(on_epoch_end=print)])
        out = io.StringIO()
        with contextlib.redirect_stdout(out):
            for begin in EVENTS["begin"]:
                getattr(told, f"on_{begin}")()
            for event, log in calls:
                getattr(told, f"on_{event}")(3, log)
            for end in EVENTS["end"]:
                getattr(told, f"on_{end}")({"a": np.float32(1)})
        return repr(record), out.getvalue()

    assert heard(callbacks) == heard(keras.callbacks)


rows = st.dictionaries(
    st.sampled_from(["loss", "acc", "val_loss"]),
    st.one_of(
        st.floats(allow_nan=False),
        st.sampled_from(["text", 'quo"te', [1, 2]]),
        st.just(np.array(2.5)),
        st.just(np.arange(3)),
    ),
)


@given(
    runs=st.lists(st.lists(rows, min_size=1, max_size=4), min_size=1, max_size=3),
    append=st.booleans(),
    separator=st.sampled_from([",", ";", "\t"]),
)
def test_csv_logger(tmp_path_factory, runs, append, separator):
    folder = tmp_path_factory.mktemp("csv")
    for module in callbacks, keras.callbacks:
        path = folder / f"{module.__name__}.csv"
        for epochs in runs:
            logger = module.CSVLogger(path, separator=separator, append=append)
            logger.on_train_begin()
            for epoch, row in enumerate(epochs):
                logger.on_epoch_end(epoch, row)
            logger.on_train_end()
    ours, theirs = (
        (folder / f"{module.__name__}.csv").read_bytes() for module in (callbacks, keras.callbacks)
    )
    assert ours == theirs


@pytest.mark.parametrize("module", [callbacks, keras.callbacks])
def test_defaults_are_added_once(module):
    history = module.History()
    model = Model()
    calls = module.CallbackList(
        [history], add_history=True, add_progbar=True, model=model, verbose=1, epochs=2, steps=3
    )
    assert [type(c).__name__ for c in calls.callbacks] == ["History", "ProgbarLogger"]
    assert model.history is history
    assert history.params == {"verbose": 1, "epochs": 2, "steps": 3}
    assert module.CallbackList().callbacks == []
