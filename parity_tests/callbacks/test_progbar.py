"""The progress bar's text, byte for byte, with a clock that both bars share."""

import contextlib
import io
from unittest import mock

import keras
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from minikeras import callbacks, config
from minikeras.callbacks.progbar import Progbar

numbers = st.one_of(
    st.floats(-1e6, 1e6), st.sampled_from([0.0, 1e-3, -1e-3, 5e-4, np.nan, np.inf, 1, -5])
)
logs = st.dictionaries(st.sampled_from(["loss", "accuracy", "mae", "lr"]), numbers)
pauses = st.sampled_from([0.0, 1e-5, 0.004, 0.03, 0.06, 0.9, 1.0, 59.4, 61.0, 700.0, 4000.0])


def printed(action, times, interactive=True):
    """What ``action`` writes while the clock returns ``times``, then its last entry for ever."""
    clock = mock.Mock(side_effect=[*times, *[times[-1]] * 1000])
    out = io.StringIO()
    with mock.patch("time.time", clock), contextlib.redirect_stdout(out):
        action()
    return out.getvalue()


@given(
    target=st.one_of(st.none(), st.integers(0, 12), st.sampled_from([99, 100, 1000])),
    options=st.fixed_dictionaries(
        {"verbose": st.sampled_from([0, 1, 2])},
        optional={
            "width": st.integers(1, 40),
            "interval": st.sampled_from([0.0, 0.05, 1.0]),
            "unit_name": st.sampled_from(["step", "sample"]),
        },
    ),
    stateful=st.one_of(
        st.none(),
        st.tuples(
            st.sampled_from(["stateful_metrics", "stateless_metrics"]),
            st.sets(st.sampled_from(["loss", "accuracy"])),
        ),
    ),
    steps=st.lists(
        st.tuples(st.integers(0, 3), logs, pauses, st.sampled_from([None, False, True]))
    ),
)
def test_progbar(target, options, stateful, steps):
    options |= dict([stateful] if stateful else [])
    times = np.cumsum([1e9, *(pause for *_, pause, _ in steps)]).tolist()

    def play(bar_class):
        bar = bar_class(target, **options)
        current = 0
        for advance, values, _, finalize in steps:
            current += advance
            bar.update(current, list(values.items()), finalize=finalize)

    with np.errstate(all="ignore"):
        assert printed(lambda: play(Progbar), times) == printed(
            lambda: play(keras.utils.Progbar), times
        )


@given(target=st.integers(1, 9), values=st.lists(logs, min_size=1, max_size=9), pause=pauses)
def test_values_on_demand_print_the_same(target, values, pause):
    times = [1e9 + k * pause for k in range(len(values) + 1)]

    def play(wrap):
        bar = Progbar(target, stateless_metrics=())
        for step, value in enumerate(values):
            named = [("loss", value.get("loss", 1.0))]
            bar.update(step + 1, wrap(named), finalize=step + 1 == len(values))

    assert printed(lambda: play(lambda v: v), times) == printed(
        lambda: play(lambda v: lambda: v), times
    )


def test_add():
    def play(bar_class):
        bar = bar_class(7)
        for _ in range(3):
            bar.add(3, [("loss", 2)])

    times = [1e9 + k for k in range(9)]
    assert printed(lambda: play(Progbar), times) == printed(
        lambda: play(keras.utils.Progbar), times
    )


def test_both_lists_are_refused():
    for bar_class in Progbar, keras.utils.Progbar:
        with pytest.raises(ValueError, match="stateful_metrics"):
            bar_class(3, stateful_metrics=["a"], stateless_metrics=["b"])


@given(
    verbose=st.sampled_from([0, 1, 2, "auto"]),
    steps=st.one_of(st.none(), st.integers(1, 5)),
    epochs=st.lists(st.lists(logs, min_size=1, max_size=5), min_size=1, max_size=3),
    pause=pauses,
    phase=st.sampled_from(["fit", "evaluate", "predict"]),
)
def test_progbar_logger(verbose, steps, epochs, pause, phase):
    times = [1e9 + k * pause for k in range(60)]

    def play(module):
        logger = module.ProgbarLogger()
        calls = module.CallbackList([logger], verbose=verbose, epochs=len(epochs), steps=steps)
        if phase == "fit":
            calls.on_train_begin()
            for epoch, batches in enumerate(epochs):
                calls.on_epoch_begin(epoch)
                for batch, values in enumerate(batches):
                    calls.on_train_batch_begin(batch)
                    calls.on_train_batch_end(batch, values)
                calls.on_test_begin()
                calls.on_test_batch_end(0, batches[0])
                calls.on_test_end(batches[0])
                calls.on_epoch_end(epoch, batches[-1])
            calls.on_train_end()
            return
        hook = {"evaluate": "test", "predict": "predict"}[phase]
        getattr(calls, f"on_{hook}_begin")()
        for batch, values in enumerate(epochs[0]):
            getattr(calls, f"on_{hook}_batch_end")(batch, values)
        getattr(calls, f"on_{hook}_end")(epochs[0][-1])

    assert printed(lambda: play(callbacks), times) == printed(lambda: play(keras.callbacks), times)


def test_without_interactive_logging_nothing_reaches_the_console(caplog):
    config.disable_interactive_logging()
    try:
        with caplog.at_level("INFO", logger="minikeras"):
            assert printed(lambda: Progbar(1).update(1), [1e9, 1e9 + 1]) == ""
        assert "1/1" in caplog.text
    finally:
        config.enable_interactive_logging()


def test_a_console_without_unicode_gets_equals_signs():
    class Ascii(io.StringIO):
        encoding = "ascii"

        def write(self, text):
            return super().write(text.encode("ascii").decode())

    def play(bar_class):
        out = Ascii()
        with contextlib.redirect_stdout(out), mock.patch("time.time", return_value=1e9):
            bar_class(2).update(1)
        return out.getvalue()

    assert play(Progbar) == play(keras.utils.Progbar)
    assert "=" in play(Progbar)
