"""Bad input of categories and numbers, ``FeatureSpace`` and spectrograms."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from parity_tests.misuse.model import Keras
from parity_tests.misuse.parts.rows import ACCIDENT, Call, Row, Using, layer, used, utility

WORDS = np.array(["a", "b"])
NUMBERS = np.array([1, 2])
TABLE = np.ones((2, 3), "float32")
WAVES = np.linspace(-1, 1, 64, dtype="float32").reshape(2, 32)

_ANY = (ValueError, ACCIDENT)


def _wrong(name: str, options: dict[str, Any], wrong: Any, sound: Any) -> Call:
    """Makes a layer with wrong options, or calls it; with ``sound`` data it could be called."""
    if wrong is None:
        return layer(name, **options)
    if sound is None:
        return lambda k, folder: getattr(k.layers, name)(**options)(wrong)
    return used(name, options, wrong, sound)


def _built(x: Any) -> Any:
    x.build((None, 3))
    return x


def _adapted(data: Any, **options: Any) -> Using:
    """``adapt`` with bad data, after which the layer learns from good data as a new one."""

    def learn(x: Any) -> Any:
        x.adapt(TABLE)
        return x(TABLE)

    return Using(lambda k: k.layers.Normalization(**options), lambda x: x.adapt(data), learn)


def _table(act: Callable[[Any], Any]) -> Using:
    """A table of numbers and words that has not been adapted."""
    return Using(_space, act, lambda s: _learned(s)(_ROWS))


def _called_table(data: Any) -> Using:
    return Using(lambda k: _learned(_space(k)), lambda s: s(data), lambda s: s(_ROWS))


def _space(k: Keras) -> Any:
    return k.utils.FeatureSpace({"n": "float_normalized", "w": "string_categorical"})


def _learned(space: Any) -> Any:
    space.adapt(_ROWS)
    return space


_ROWS = {"n": NUMBERS * 1.0, "w": WORDS}
ROWS: dict[str, Row] = {
    # categories and numbers
    **{
        f"{name}({', '.join(f'{k}={v!r}' for k, v in options.items())}) of {what}": Row(
            _wrong(name, options, wrong, sound),
            words,
            instead,
        )
        for name, options, what, wrong, sound, words, instead in (
            ("CategoryEncoding", {}, "nothing", None, 0, "num_tokens=None", None),
            ("CategoryEncoding", {"num_tokens": 0}, "nothing", None, 0, "num_tokens=0 | 1", None),
            ("CategoryEncoding", {"num_tokens": "a"}, "nothing", None, 0, "num_tokens='a'", None),
            ("CategoryEncoding", {"num_tokens": 3}, "-1", [[-1, 1]], NUMBERS, "-1", None),
            ("CategoryEncoding", {"num_tokens": 3}, "text", WORDS, NUMBERS, "<U1", None),
            ("Hashing", {"num_bins": 0}, "nothing", None, 0, "num_bins=0", None),
            ("Hashing", {"num_bins": None}, "nothing", None, 0, "num_bins=None", None),
            ("Hashing", {"num_bins": 3, "salt": "a"}, "nothing", None, 0, "salt='a'", None),
            ("HashedCrossing", {"num_bins": 3}, "one", NUMBERS, [NUMBERS] * 2, "two", None),
            (
                "HashedCrossing",
                {"num_bins": 3},
                "fractions",
                [TABLE[0], TABLE[0]],
                [NUMBERS] * 2,
                "integer | float32",
                None,
            ),
            ("Discretization", {}, "nothing", None, 0, "num_bins=None", None),
            ("Discretization", {"num_bins": -1}, "nothing", None, 0, "num_bins=-1", None),
            ("Discretization", {"num_bins": 2}, "numbers", TABLE, None, "adapt", None),
            ("Discretization", {"bin_boundaries": [1.0]}, "text", WORDS, TABLE, "<U1", None),
            ("Normalization", {"mean": 1.0}, "nothing", None, 0, "variance=None", None),
            ("Normalization", {"axis": 5}, "numbers", TABLE, None, "axis | 5", None),
            ("Normalization", {"mean": 0.0, "variance": 1.0}, "text", WORDS, TABLE, "<U1", None),
        )
    },
    "Normalization.adapt with given moments": Row(
        Using(
            lambda k: k.layers.Normalization(mean=0.0, variance=1.0),
            lambda x: x.adapt(TABLE),
            lambda x: x(TABLE),
        ),
        "mean=0.0 | variance",
        _ANY,
    ),
    "Normalization.adapt of text": Row(_adapted(WORDS, axis=None), "numbers | (2,)"),
    "Normalization.adapt of None": Row(_adapted(None), "None"),
    "Normalization.adapt of another width": Row(
        Using(
            lambda k: _built(k.layers.Normalization()),
            lambda x: x.adapt(np.ones((2, 4), "float32")),
            lambda x: x(TABLE),
        ),
        "4",
    ),
    # FeatureSpace
    **{
        f"FeatureSpace of {what}": Row(utility("FeatureSpace", features, **options), words, instead)
        for what, features, options, words, instead in (
            ("None", None, {}, "features=None", None),
            ("nothing", {}, {}, "features={}", None),
            ("a list", ["float"], {}, "features=['float'] | dict", _ANY),
            ("an unknown feature", {"a": "flt"}, {}, "'flt' | 'a' | float_rescaled", None),
            ("a number", {"a": 3}, {}, "3 | 'a'", None),
            ("an unknown mode", {"a": "float"}, {"output_mode": "x"}, "output_mode='x'", None),
            (
                "an unknown cross",
                {"a": "integer_categorical"},
                {"crosses": [("a", "z")]},
                "'z' | features",
                None,
            ),
        )
    },
    **{
        f"FeatureSpace {what}": Row(_table(act), words, instead)
        for what, act, words, instead in (
            ("called before adapt", lambda s: s({"n": TABLE[0]}), "adapt | 'n' | 'w'", None),
            ("adapted to a list", lambda s: s.adapt([1, 2]), "dict | list", None),
            (
                "adapted without a column",
                lambda s: s.adapt({"n": NUMBERS * 1.0}),
                "dataset | ['w']",
                None,
            ),
            (
                "adapted to unequal columns",
                lambda s: s.adapt({"n": NUMBERS * 1.0, "w": WORDS[:1]}),
                "dataset | 'n': 2 | 'w': 1",
                None,
            ),
        )
    },
    **{
        f"FeatureSpace called with {what}": Row(_called_table(data), words, instead)
        for what, data, words, instead in (
            ("a list", [1], "dict | [1]", None),
            ("a column missing", {"n": NUMBERS * 1.0}, "data | ['w']", None),
            (
                "unequal columns",
                {"n": NUMBERS * 1.0, "w": WORDS[:1]},
                "data | 'n': 2 | 'w': 1",
                None,
            ),
            ("text for numbers", {"n": WORDS, "w": WORDS}, "a", None),
        )
    },
    # spectrograms
    **{
        f"MelSpectrogram, {argument}={value!r}": Row(
            lambda k, folder, argument=argument, value=value: k.layers.MelSpectrogram(
                **{"fft_length": 16, "sequence_stride": 8, "num_mel_bins": 4, argument: value}
            )(WAVES),
            words,
            instead,
        )
        for argument, value, words, instead in (
            ("fft_length", "a", "fft_length='a' | whole number", None),
            ("sequence_length", 32, "sequence_length | 32 | fft_length | 16", None),
            ("sequence_stride", 0, "sequence_stride=0 | positive", None),
            ("num_mel_bins", 0, "num_mel_bins=0 | at least 1", None),
            ("window", "hat", "window='hat' | hann", None),
        )
    },
    "MelSpectrogram of too few samples": Row(
        used(
            "MelSpectrogram",
            {"fft_length": 16, "sequence_stride": 8, "num_mel_bins": 4},
            WAVES[:, :4],
            WAVES,
        ),
        "more than 8 | (2, 4)",
    ),
    **{
        f"STFTSpectrogram, {argument}={value!r}": Row(
            layer("STFTSpectrogram", **{"frame_length": 16, "frame_step": 8, argument: value}),
            words,
        )
        for argument, value, words in (
            ("mode", "x", "mode='x' | 'magnitude'"),
            ("frame_length", "a", "frame_length='a' | whole number"),
            ("frame_step", 0, "frame_step=0"),
            ("frame_step", 99, "frame_step=99 | frame_length=16"),
            ("fft_length", 8, "fft_length=8 | frame_length=16"),
            ("window", "hat", "window | 'hat'"),
            ("padding", "x", "padding='x' | 'same'"),
            ("scaling", "x", "scaling='x' | 'density'"),
        )
    },
    "STFTSpectrogram of rank 2": Row(
        used("STFTSpectrogram", {"frame_length": 16}, WAVES, WAVES[..., None]), "ndim=3 | ndim=2"
    ),
}
