"""A training that is interrupted and resumed is, bit for bit, the one that never was."""

from __future__ import annotations

import contextlib
import json
import random
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given, settings

import minikeras as keras
from minikeras.callbacks import state_file
from minikeras.random import process_state, seeds
from parity_tests.house.sources import ROOT

RNG = np.random.default_rng(0)
X = RNG.normal(size=(11, 3)).astype("float32")
Y = RNG.integers(0, 2, (11, 1)).astype("float32")
BATCH = 4  # so there are batches of 4, 4 and 3


class Batches(keras.utils.PyDataset):
    """Batches in any order, with noise from NumPy's global generator."""

    def __len__(self) -> int:
        return 3

    def __getitem__(self, index: int) -> Any:
        rows = slice(BATCH * index, BATCH * (index + 1))
        return X[rows] + np.float32(np.random.normal()), Y[rows]


def generated() -> Iterator[Any]:
    """Batches without an end, from Python's generator."""
    while True:
        rows = random.sample(range(len(X)), BATCH)
        yield X[rows], Y[rows]


class Kill(BaseException):
    """What no program catches."""


class Watch(keras.callbacks.Callback):
    """Has a state of its own."""

    resumed = ("seen",)

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[Any] = [0, {"sum": np.zeros(1)}]

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        self.seen[0] += batch
        self.seen[1]["sum"] += logs["loss"]


class Killer(keras.callbacks.Callback):
    """Interrupts at one of the moments of a training; each call of a hook is one."""

    def __init__(self, at: int | None, comes_last: bool) -> None:
        super().__init__()
        self.at, self.comes_last, self.moments = at, comes_last, 0

    def _moment(self, *args: Any, logs: Any = None) -> None:
        if self.moments == self.at:
            raise Kill
        self.moments += 1

    on_epoch_begin = on_epoch_end = on_train_batch_begin = on_train_batch_end = _moment
    on_test_begin = on_test_batch_end = on_test_end = on_train_end = _moment


class Model(keras.Model):
    """Is built by its first batch."""

    def __init__(self) -> None:
        super().__init__()
        self.first, self.drop = keras.layers.Dense(4, "tanh"), keras.layers.Dropout(0.3)
        self.norm, self.last = keras.layers.BatchNormalization(), keras.layers.Dense(1)

    def call(self, x: Any, training: bool = False) -> Any:
        x = self.norm(self.drop(self.first(x), training=training), training=training)
        return self.last(x)


def trained(folder: Path, at: int | None, config: dict[str, Any]) -> tuple[Any, int]:
    """Everything that comes out of a training, and the number of its moments."""
    keras.utils.set_random_seed(config["seed"])
    model, callbacks = Model(), keras.callbacks
    rule = keras.optimizers.get({"class_name": config["optimizer"], "config": {}})
    rule.learning_rate, rule.use_ema = 0.02, config["ema"]
    model.compile(rule, "mse", metrics=["mae", keras.metrics.AUC(5, name="auc")])
    watch, killer = Watch(), Killer(at, config["killed_last"])
    chosen = [
        watch,
        callbacks.BackupAndRestore(folder, config["save_freq"], exact=True),
        callbacks.LearningRateScheduler(lambda epoch, rate: rate * 0.9),
        callbacks.EarlyStopping("val_loss", patience=1, restore_best_weights=True),
        callbacks.ReduceLROnPlateau("mae", patience=1, mode="min"),
        *([callbacks.SwapEMAWeights(swap_on_epoch=True)] if config["ema"] else []),
        killer,
    ]
    data = {
        "arrays": lambda: {"x": X, "y": Y, "batch_size": BATCH, "shuffle": config["shuffle"]},
        "dataset": lambda: {"x": Batches()},
        "generator": lambda: {"x": generated(), "shuffle": False},
    }[config["data"]]()
    steps = 5 if config["data"] == "generator" else config["steps"]
    options = {"epochs": 3, "verbose": 0, "validation_data": (X, Y), "steps_per_epoch": steps}
    history = model.fit(**data, **options, callbacks=chosen).history
    values = [np.asarray(v).tobytes() for v in (*model.variables, *model.optimizer.variables)]
    drawn = random.random(), np.random.random(), keras.random.uniform((2,)).numpy()
    return str([history, values, watch.seen, drawn]), killer.moments


@pytest.mark.filterwarnings("ignore:Your input ran out of data")
@given(
    at=st.integers(0, 1000),
    config=st.fixed_dictionaries(
        {
            "data": st.sampled_from(["arrays", "arrays", "dataset", "generator"]),
            "shuffle": st.sampled_from([True, "batch", False]),
            "steps": st.sampled_from([None, None, 2, 4]),
            "save_freq": st.sampled_from(["epoch", 1, 2]),
            "optimizer": st.sampled_from(["SGD", "Adam", "Nadam"]),
            "ema": st.booleans(),
            "killed_last": st.booleans(),
            "seed": st.integers(0, 99),
        }
    ),
)
def test_resumed_is_never_interrupted(
    tmp_path_factory: pytest.TempPathFactory, at: int, config: dict[str, Any]
) -> None:
    folder = tmp_path_factory.mktemp("backup") / "of this training"
    expected, moments = trained(folder, None, config)
    assert not folder.exists()
    with pytest.raises(Kill):
        trained(folder, at % moments, config)
    assert trained(folder, None, config)[0] == expected
    assert not folder.exists()


def test_killed_in_each_step_and_at_any_instant(tmp_path: Path) -> None:
    """SIGKILL, in processes of their own."""
    count = settings.default.max_examples // 25  # 80 in the profile deep
    command = [sys.executable, "-m", "parity_tests.callbacks.killed", str(tmp_path), str(count)]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    result = json.loads(run.stdout)
    assert result["different"] == []
    assert 8 <= result["killed"] <= 8 + 3 * count


def test_without_a_seed_each_sample_is_seen_once(tmp_path: Path) -> None:
    """Epochs then have any order, but the one that was interrupted goes on in its order."""
    seen: list[float] = []
    x, before = np.arange(20.0, dtype="float32")[:, None], process_state.capture()

    def fit(at: int | None) -> None:
        seeds.set_process_state(None, None)
        model = keras.Sequential([keras.layers.Dense(1)])
        model.compile("sgd", lambda y, p: seen.extend(np.ravel(y)) or p - y, run_eagerly=True)
        backup = keras.callbacks.BackupAndRestore(tmp_path / "backup", 1, exact=True)
        callbacks = [backup, Killer(at, comes_last=True)]
        model.fit(x, x, batch_size=4, verbose=0, callbacks=callbacks)

    with pytest.raises(Kill):
        fit(6)  # after the third batch
    interrupted = [*seen]
    seen.clear()
    fit(None)
    resumed = seen[4:]  # from the first batch the model was built
    process_state.restore(before)
    assert (len(interrupted), len(resumed)) == (12, 8)
    assert sorted(interrupted + resumed) == [*range(20)]


class Adversaries(keras.Model):
    """Two networks with a step and optimizers of their own; it cannot be called."""

    def __init__(self) -> None:
        super().__init__()
        self.maker = keras.Sequential([keras.layers.Dense(3)])
        self.judge = keras.Sequential([keras.layers.Dropout(0.2), keras.layers.Dense(1)])
        self.noise, self.mean = keras.random.SeedGenerator(5), keras.metrics.Mean()
        self.first, self.second = keras.optimizers.Adam(0.02), keras.optimizers.RMSprop(0.02)

    def train_step(self, data: Any) -> dict[str, Any]:
        for network, optimizer, sign in (
            (self.judge, self.first, 1),
            (self.maker, self.second, -1),
        ):
            with keras.GradientTape() as tape:
                made = self.maker(keras.random.normal((4, 2), seed=self.noise))
                verdict = self.judge(made, training=True)
                real = self.judge(data[0], training=True)
                loss = sign * keras.ops.mean(verdict**2) - keras.ops.mean(sign * real)
            weights = network.trainable_variables
            optimizer.apply(tape.gradient(loss, weights), weights)
        self.mean.update_state(loss)
        return {"loss": self.mean.result(), "rows": len(data[0])}


def test_a_step_of_its_own(tmp_path: Path) -> None:
    """With several optimizers, logs that no metric holds, and a model that is not called."""

    def fit(at: int | None) -> Any:
        keras.utils.set_random_seed(3)
        model = Adversaries()
        model.compile()
        backup = keras.callbacks.BackupAndRestore(tmp_path / "backup", 1, exact=True)
        callbacks = [backup, Killer(at, comes_last=True)]
        history = model.fit(X, Y, 4, 2, verbose=0, callbacks=callbacks).history
        return history, [v.numpy().tobytes() for v in model.variables]

    expected = fit(None)
    for at in (2, 6, 7, 10):  # within the first epoch, at its last batch, between them, later
        with pytest.raises(Kill):
            fit(at)
        assert fit(None) == expected
    assert expected[0]["rows"] == [3, 3]


# The file.

NESTS = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(-(2**70), 2**70),
        st.floats(),
        st.text(max_size=3),
        st.sampled_from(["bool", "int8", "uint32", "int64", "float16", "float64"]).map(
            lambda dtype: np.arange(6).reshape(2, 3).astype(dtype)
        ),
        st.sampled_from([np.zeros((0, 3)), np.array(2.5), np.float32(0.1), np.arange(6)[::-2]]),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=3), inner, max_size=3)
    ),
    max_leaves=6,
)


@given(NESTS)
def test_what_is_written_is_read(tmp_path_factory: pytest.TempPathFactory, state: Any) -> None:
    path = tmp_path_factory.mktemp("state") / "state"
    state_file.write(path, state)
    assert repr(state_file.read(path)) == repr(state)


@pytest.mark.parametrize("value", [{1: 2}, object(), np.array(["a"]), np.array([None]), {"a": {3}}])
def test_what_is_not_written(tmp_path: Path, value: Any) -> None:
    (tmp_path / "state").write_text("before")
    with pytest.raises(TypeError, match=r"a backup holds numbers|cannot be saved"):
        state_file.write(tmp_path / "state", {"a": value})
    assert (tmp_path / "state").read_text() == "before"
    assert len([*tmp_path.iterdir()]) == 1


def archive(path: Path, text: str, compression: int = zipfile.ZIP_STORED, **arrays: bytes) -> Path:
    with zipfile.ZipFile(path, "w", compression) as file:
        for name, content in {"state.json": text.encode(), **arrays}.items():
            file.writestr(name, content)
    return path


HOSTILE = {
    "an object": '{"a": 1}',
    "an unknown kind": '["tuple", []]',
    "no array": '["array", 5, "float32", [1]]',
    "too large": '["array", 0, "float32", [1099511627776]]',
    "too small": '["array", 0, "float32", [1]]',
    "negative": '["array", 0, "float32", [-2, -1]]',
    "an object array": '["array", 0, "object", [1]]',
    "a path": '["array", "../../x", "float32", [1]]',
    "deep": "[" * 100_000,
    "deep lists": '["list", [' * 200 + "]]" * 200,
    "many digits": "9" * 10_000,
    "no text": "",
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_damaged_or_hostile(tmp_path: Path, text: str) -> None:
    with pytest.raises(OSError, match="is damaged, or no backup"):
        state_file.read(archive(tmp_path / "x", text, **{"0.array": bytes(8)}))


def test_each_bit_counts(tmp_path: Path) -> None:
    """Truncated, compressed and changed files."""
    path = tmp_path / "x"
    archive(path, '"' + "a" * 1000 + '"', zipfile.ZIP_DEFLATED)
    with pytest.raises(OSError, match="is compressed"):
        state_file.read(path)
    state = {"a": np.arange(5.0), "b": ["text"]}
    state_file.write(path, state)
    whole = path.read_bytes()
    for length in range(0, len(whole), 16):
        path.write_bytes(whole[:length])
        with pytest.raises(OSError):
            state_file.read(path)
    for position in range(0, len(whole), 7):
        changed = bytearray(whole)
        changed[position] ^= 16
        path.write_bytes(changed)
        with contextlib.suppress(OSError):  # unless it is in a date, say
            assert repr(state_file.read(path)) == repr(state)


def test_a_backup_of_another_training(tmp_path: Path) -> None:
    def fit(units: int, **options: Any) -> Any:
        model = keras.Sequential([keras.layers.Dense(units), keras.layers.Dense(1)])
        model.compile("sgd", "mse")
        model.build((None, 3))
        before = model.get_weights(), process_state.capture()
        backup = keras.callbacks.BackupAndRestore(tmp_path, 1, exact=True, delete_checkpoint=False)
        arguments = {"x": X, "y": Y, "batch_size": 4, "verbose": 0, **options}
        try:
            model.fit(**arguments, callbacks=[backup])
        finally:
            changed = str((model.get_weights(), process_state.capture())) != str(before)
            assert changed is (units == 2 and not options)

    fit(2)
    with pytest.raises(ValueError, match=r"shape \(3, 4\).*in its place in the backup.*\(3, 2\)"):
        fit(4)
    with pytest.raises(ValueError, match="made with 3 steps in an epoch, this fit has 2"):
        fit(2, batch_size=6)
    state = state_file.read(tmp_path / "training_state.zip")
    order = {"taken": 2, "began": {"random": state["random"], "order": 0.5}}
    for key, wrong in (
        *(("place", {}), ("place", state["place"] | order), ("random", {}), ("variables", [[1]])),
        *(("epoch", -1), ("steps", "3"), ("callbacks", [["History", {"__class__": 1}]])),
    ):
        state_file.write(tmp_path / "training_state.zip", state | {key: wrong})
        with pytest.raises(ValueError, match=r"no state of a training|backup|must be counts"):
            fit(2, shuffle=False)


def test_other_callbacks(tmp_path: Path) -> None:
    """A callback that is not in the backup starts anew."""

    def fit(*more: Any, at: int | None = None) -> Any:
        model = keras.Sequential([keras.layers.Dense(1)])
        model.compile("sgd", "mse")
        backup = keras.callbacks.BackupAndRestore(tmp_path / "backup", 1, exact=True)
        callbacks = [*more, backup, Killer(at, comes_last=True)]
        return model.fit(X, Y, 4, verbose=0, callbacks=callbacks)

    first, again, other = Watch(), Watch(), Watch()
    with pytest.raises(Kill):
        fit(first, at=4)
    assert first.seen[0] == 1
    with pytest.warns(UserWarning, match="<Watch> starts anew: it is not in the backup"):
        fit(again, other)
    assert (again.seen[0], other.seen[0]) == (3, 2)  # of batches 0, 1 and 2


@pytest.mark.parametrize("hook", ["on_epoch_end", "on_train_batch_end"])
def test_a_training_that_was_stopped_stays_stopped(tmp_path: Path, hook: str) -> None:
    def fit(at: int | None = None) -> Any:
        model = keras.Sequential([keras.layers.Dense(1)])
        model.compile("sgd", "mse")
        stop = keras.callbacks.LambdaCallback(
            **{hook: lambda i, logs: setattr(model, "stop_training", i == 1)}
        )
        frequency = "epoch" if hook == "on_epoch_end" else 1
        backup = keras.callbacks.BackupAndRestore(tmp_path / "backup", frequency, exact=True)
        callbacks = [stop, backup, Killer(at, comes_last=False)]
        return model.fit(X, Y, 4, epochs=5, verbose=0, callbacks=callbacks)

    batches = 2 if hook == "on_train_batch_end" else 6
    with pytest.raises(Kill):
        fit(at=2 * batches + (2 if batches == 2 else 4))  # on_train_end
    assert fit().epoch == ([0] if batches == 2 else [0, 1])
