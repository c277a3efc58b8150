"""Which lines a program's user sees: in tracebacks, and as the place of a warning."""

import ast
import inspect
import itertools
import logging
import traceback
import warnings
from collections.abc import Callable, Iterator
from types import TracebackType
from typing import Any

import numpy as np
import pytest

import minikeras
from minikeras import frames
from parity_tests.house.sources import ROOT, sources
from parity_tests.misuse.construction import CONSTRUCTION
from parity_tests.misuse.model import X, Y, small_model
from parity_tests.misuse.training import TRAINING

layers, ops = minikeras.layers, minikeras.ops
HERE = __file__


def modules_of(trace: TracebackType | None) -> list[str]:
    """The module of each line of a traceback, from the program's first line on."""
    found = [frame.f_globals["__name__"] for frame, _ in traceback.walk_tb(trace)]
    return list(itertools.dropwhile(lambda name: name == __name__, found))


def caught(function: Callable[..., Any], *args: Any) -> Exception:
    try:
        function(*args)
    except Exception as error:
        return error
    raise AssertionError("nothing was raised")


def own(modules: list[str]) -> list[str]:
    return [name for name in modules if name.partition(".")[0] == "minikeras"]


def shown_chain(error: BaseException | None) -> Iterator[BaseException]:
    """The error, and those that Python prints before it."""
    while error is not None:
        yield error
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


@pytest.mark.parametrize("name", [*CONSTRUCTION, *TRAINING])
def test_tracebacks_of_misuses_are_short(name: str) -> None:
    if name in CONSTRUCTION:
        error = caught(CONSTRUCTION[name][0], minikeras)
    else:
        error = caught(TRAINING[name][0], minikeras, small_model(minikeras))
    modules = [m for e in shown_chain(error) for m in modules_of(e.__traceback__)]
    assert len(modules) <= 5, modules
    below = list(itertools.takewhile(lambda m: "parity_tests" not in m, reversed(modules)))
    assert len(own(below)) <= 2, modules
    assert not own(modules[: len(modules) - len(below)]), modules


class Failing(layers.Layer):
    """A user's layer with an error in ``call``, two of the user's lines deep."""

    def call(self, x: Any) -> Any:
        return self.helper(x)

    def helper(self, x: Any) -> Any:
        raise ArithmeticError("a user's own error", 7)


def fit_failing() -> None:
    model = minikeras.Sequential([layers.Dense(4), Failing(name="inner")])
    model.compile("sgd", "mse")
    model.fit(X, X, verbose=0)


def test_the_users_own_lines_stay() -> None:
    error = caught(fit_failing)
    names = [frame.f_code.co_name for frame, _ in traceback.walk_tb(error.__traceback__)]
    assert names == ["caught", "fit_failing", "call", "helper"]
    assert type(error) is ArithmeticError and error.args == ("a user's own error", 7)


@pytest.mark.parametrize("where", ["loss", "metric", "callback", "data", "train_step"])
def test_functions_that_minikeras_calls_are_shown(where: str) -> None:
    def fails(*args: Any) -> Any:
        raise LookupError(where)

    def batches() -> Iterator[Any]:
        yield X, X
        fails()

    class Own(minikeras.Sequential):
        def train_step(self, data: Any) -> Any:
            return fails() if where == "train_step" else super().train_step(data)

    model = Own([layers.Dense(4)])
    model.compile(
        "sgd", fails if where == "loss" else "mse", metrics=[fails] if where == "metric" else None
    )
    callback = minikeras.callbacks.LambdaCallback(on_epoch_end=fails)
    callbacks = [callback] if where == "callback" else []
    data = (batches(),) if where == "data" else (X, X)
    error = caught(lambda: model.fit(*data, callbacks=callbacks, verbose=0))
    codes = [frame.f_code for frame, _ in traceback.walk_tb(error.__traceback__)]
    assert codes[-1].co_name == "fails"
    assert {code.co_filename for code in codes} == {HERE}


def test_the_cause_stays() -> None:
    class Chained(layers.Layer):
        def call(self, x: Any) -> Any:
            try:
                raise KeyError("first")
            except KeyError as error:
                raise ValueError("second") from error

    error = caught(lambda: Chained()(X))
    assert isinstance(error.__cause__, KeyError)
    error = caught(lambda: minikeras.losses.get("nonsense"))
    assert error.__cause__ is None


def test_the_switch() -> None:
    assert minikeras.config.is_traceback_filtering_enabled()
    minikeras.config.disable_traceback_filtering()
    try:
        full = modules_of(caught(fit_failing).__traceback__)
    finally:
        minikeras.config.enable_traceback_filtering()
    assert len(own(full)) > 10 and "minikeras.training.trainer" in full
    assert not own(modules_of(caught(fit_failing).__traceback__))


@pytest.mark.parametrize("kind", [KeyboardInterrupt, SystemExit])
def test_interrupts_are_left_alone(kind: type[BaseException]) -> None:
    class Stopped(layers.Layer):
        def call(self, x: Any) -> Any:
            raise kind

    with pytest.raises(kind) as raised:
        Stopped()(X)
    assert own(modules_of(raised.value.__traceback__))
    assert not hasattr(raised.value, "__notes__")


# The layer in which an error was raised


class Bad(layers.Layer):
    def call(self, x: Any, training: bool = False) -> Any:
        return ops.matmul(x, np.ones((7, 3), "float32"))


def notes(function: Callable[[], Any]) -> list[str]:
    return list(getattr(caught(function), "__notes__", []))


def test_errors_name_the_innermost_layer() -> None:
    model = minikeras.Sequential([minikeras.Input((4,)), layers.Dense(4)], name="inner")
    (note,) = notes(lambda: Bad(name="my_bad")(X, training=True))
    assert note.splitlines() == [
        "While calling layer 'my_bad' (Bad) with",
        "  x: ndarray of shape (6, 4) and dtype float32",
        "  training: True",
    ]
    (note,) = notes(lambda: model(X[:, :3]))
    assert "model 'inner' (Sequential" in note and "(6, 3)" in note
    (note,) = notes(lambda: Bad(name="my_bad")(minikeras.Input((4,))))
    assert "layer 'my_bad' (Bad)" in note and "(None, 4)" in note


def test_a_note_names_the_path_in_the_model() -> None:
    model = minikeras.Sequential([layers.Dense(4), Bad(name="my_bad")], name="whole")
    (note,) = notes(lambda: model(X))
    assert note.startswith("While calling layer 'my_bad' (Bad, whole/my_bad)")


def test_notes_hold_no_data() -> None:
    for x in ([X, [X, X]], {"a": X}, [[0.125] * 4] * 5000):
        (note,) = notes(lambda x=x: Failing()(x))
        assert "0.125" not in note and len(note) < 600


def test_logs_show_the_note(caplog: pytest.LogCaptureFixture) -> None:
    try:
        Bad(name="my_bad")(X)
    except ValueError as error:
        logging.getLogger("a program").exception("failed")
        assert "my_bad" in "".join(traceback.format_exception_only(error))
    assert "While calling layer 'my_bad'" in caplog.text


# Warnings


def softmax_of_one_unit() -> None:
    model = minikeras.Sequential([minikeras.Input((4,)), layers.Dense(1, "softmax")])
    model.compile("sgd", "mse")
    model.fit(X, X[:, :1], verbose=0)
    model.evaluate(X, X[:, :1], verbose=0)
    model.predict(X, verbose=0)


def two_input_shapes() -> None:
    minikeras.Sequential(
        [
            layers.Dense(2, input_shape=(4,)),
            layers.Dense(2, input_shape=(2,)),
        ]
    )


def monitor_that_never_comes() -> None:
    stop = minikeras.callbacks.EarlyStopping("nope", mode="min")
    small_model(minikeras).fit(X, Y, epochs=3, callbacks=[stop], verbose=0)


def mask_is_lost() -> None:
    masked = layers.Masking()(np.ones((2, 3, 4), "float32"))
    layers.Flatten()(masked)


def no_weights() -> None:
    model = minikeras.Sequential([layers.Flatten()])
    model.compile("sgd", "mse")
    model.fit(X, X, epochs=2, verbose=0)


def data_runs_out() -> None:
    batches = ((X, Y) for _ in range(3))
    small_model(minikeras).fit(batches, steps_per_epoch=2, epochs=3, verbose=0)


# What warns, a word of the warning, and the call in whose line it is shown.
WARNINGS = {
    "softmax of one unit": (softmax_of_one_unit, "softmax", 'layers.Dense(1, "softmax")'),
    "input_shape": (two_input_shapes, "input_shape", "layers.Dense(2, input_shape=(4,))"),
    "monitor": (monitor_that_never_comes, "nope", ".fit(X, Y"),
    "mask": (mask_is_lost, "mask", "layers.Flatten()(masked)"),
    "no weights": (no_weights, "trainable weights", "model.fit("),
    "data runs out": (data_runs_out, "ran out of data", ".fit(batches"),
    "embedding": (
        lambda: layers.Embedding(3, 2, input_length=4),
        "input_length",
        "layers.Embedding(",
    ),
    "LeakyReLU": (lambda: layers.LeakyReLU(alpha=0.1), "alpha", "layers.LeakyReLU("),
    "InputLayer": (
        lambda: layers.InputLayer(input_shape=(4,)),
        "input_shape",
        "layers.InputLayer(",
    ),
    "one class": (
        lambda: minikeras.losses.categorical_crossentropy(np.ones((2, 1)), np.ones((2, 1))),
        "num_classes",
        "losses.categorical_crossentropy(",
    ),
}


@pytest.mark.parametrize("name", WARNINGS)
def test_a_warning_is_shown_once_and_at_the_programs_line(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(frames, "_shown", {})  # other tests have shown some
    function, words, call = WARNINGS[name]
    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("default")
        function()
    ours = [w for w in seen if words in str(w.message)]
    assert len(ours) == 1, [str(w.message) for w in seen]
    assert ours[0].filename == HERE
    lines, first = inspect.getsourcelines(function)
    assert call in lines[ours[0].lineno - first]


def test_each_block_that_catches_warnings_starts_anew() -> None:
    counts = []
    for _ in range(2):
        with warnings.catch_warnings(record=True) as seen:
            warnings.simplefilter("default")
            layers.LeakyReLU(alpha=0.25)
            with warnings.catch_warnings():  # as Numba does when it compiles
                warnings.simplefilter("ignore")
            layers.LeakyReLU(alpha=0.25)
        counts.append(len(seen))
    assert counts == [1, 1]


def test_filters_decide() -> None:
    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("always")
        layers.LeakyReLU(alpha=0.1)
        layers.LeakyReLU(alpha=0.1)
    assert len(seen) == 2
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(UserWarning, match="alpha"):
            layers.LeakyReLU(alpha=0.1)


def test_every_warning_has_the_programs_line() -> None:
    """No module but ``frames.py`` calls the functions of ``warnings`` that warn."""
    wrong = []
    for path in sources("minikeras"):
        for node in ast.walk(ast.parse(path.read_text())):
            called = isinstance(node, ast.Attribute) and ast.unparse(node)
            imported = isinstance(node, ast.ImportFrom) and node.module == "warnings"
            if called in ("warnings.warn", "warnings.warn_explicit") or imported:
                wrong.append(str(path.relative_to(ROOT)))
    assert wrong == ["minikeras/frames.py"]
