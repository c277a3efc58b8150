"""Bad input of series, sequences, parts of data sets, and ``ImageDataGenerator``."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras
import numpy as np
from keras.src.legacy.preprocessing.image import ImageDataGenerator

import minikeras
from parity_tests.misuse.model import Keras
from parity_tests.misuse.parts.rows import ACCIDENT, NONSENSE, Call, Prepared, Row, picture, utility

X = np.arange(12.0)
ROWS_OF_TWO = X.reshape(6, 2)
IMAGES = np.linspace(0, 255, 4 * 6 * 6 * 3, dtype="float32").reshape(4, 6, 6, 3)
CLASSES = np.array([0, 1, 0, 1])

_ANY = (ValueError, ACCIDENT)
_FRACTION = (ValueError, NONSENSE)


def _series(**options: Any) -> Call:
    return utility(
        "timeseries_dataset_from_array",
        **{"data": X, "targets": None, "sequence_length": 2, **options},
    )


def _generated(act: Callable[[Any, Path], Any], options: dict[str, Any] | None = None) -> Call:
    return lambda k, folder: act(_kind(k)(**options or {}), folder)


def _fill(folder: Path) -> None:
    for name in "ab":
        (folder / name).mkdir()
        (folder / name / "x.png").write_bytes(picture("png"))


def _kind(k: Keras) -> Any:
    return ImageDataGenerator if k is keras else minikeras.preprocessing.image.ImageDataGenerator


def _flow(argument: str, value: Any, words: str) -> tuple[str, Row]:
    def act(k: Keras, folder: Path) -> Any:
        return _kind(k)().flow_from_directory(str(folder), **{argument: value})

    call = Prepared(lambda k, folder: _fill(folder), act)
    return f"flow_from_directory, {argument}={value!r}", Row(call, words)


def _frame(options: dict[str, Any]) -> Call:
    def act(k: Keras, folder: Path) -> Any:
        import pandas

        table = pandas.DataFrame({"filename": ["a/x.png", "b/x.png"], "class": ["a", "b"]})
        table["number"] = [1, 2]
        how = {"dataframe": table, "directory": str(folder), **options}
        return _kind(k)().flow_from_dataframe(**how)

    return Prepared(lambda k, folder: _fill(folder), act)


ROWS: dict[str, Row] = {
    **{
        f"timeseries, {argument}={value!r}": Row(_series(**{argument: value}), words, instead)
        for argument, value, words, instead in (
            ("sequence_length", "a", "sequence_length='a' | whole number", None),
            ("sequence_length", 2.5, "sequence_length=2.5 | whole number", _FRACTION),
            ("sequence_length", -1, "sequence_length=-1 | at least 0", _FRACTION),
            ("sequence_stride", 0, "sequence_stride=0 | [1, 12)", None),
            ("sequence_stride", "a", "sequence_stride='a' | whole number", None),
            ("sequence_stride", 12, "sequence_stride=12 | [1, 12)", None),
            ("sampling_rate", 0, "sampling_rate=0 | [1, 12)", None),
            ("sampling_rate", 2.5, "sampling_rate=2.5 | whole number", _FRACTION),
            ("batch_size", 0, "batch_size=0 | at least 1", None),
            ("batch_size", "a", "batch_size='a' | integer", None),
            ("start_index", -1, "start_index=-1 | [0, 12)", None),
            ("start_index", "a", "start_index='a' | whole number", None),
            ("end_index", 99, "end_index=99 | [1, 12)", None),
            ("format", "csv", "format='csv' | 'tf'", None),
            ("data", None, "data=None | array", None),
            ("data", "abc", "data='abc' | array", None),
            ("data", [[1], [2, 3]], "[[1], [2, 3]] | lengths", None),
            ("targets", 3, "targets=3 | array", None),
        )
    },
    "timeseries that ends before it begins": Row(
        _series(start_index=5, end_index=3), "end_index=3 | [6, 12)"
    ),
    **{
        f"pad_sequences({given!r}, {options})": Row(
            utility("pad_sequences", given, **options), words, instead
        )
        for given, options, words, instead in (
            ([1, 2], {}, "sequences=[1, 2] | list of lists", None),
            ([], {}, "sequences | maxlen", None),
            ([[1]], {"maxlen": "a"}, "maxlen='a' | whole number", None),
            ([[1, 2]], {"maxlen": -1}, "maxlen=-1 | at least 1", None),
            ([[1, 2]], {"maxlen": 0}, "maxlen=0 | at least 1", None),
            ([[1]], {"dtype": "real"}, "real", None),
            ([[1]], {"padding": "left"}, "padding='left' | 'pre'", None),
            ([[1]], {"truncating": "left"}, "truncating='left' | 'pre'", None),
            ([[1]], {"value": "x"}, "value='x' | object", None),
            ([[1], [1, 2]], {"value": None}, "value=None", None),
            ([[[1, 2]], [[3]]], {}, "sequences[1] | (1,) | (2,)", None),
            ([["a"]], {}, "sequences[0]=['a'] | int32", None),
            ([[1, [2]]], {}, "sequences[0]=[1, [2]]", None),
            ([[1], None], {}, "sequences=[[1], None] | list of lists", None),
        )
    },
    **{
        f"split_dataset {what}": Row(utility("split_dataset", given, *sizes), words)
        for what, given, sizes, words in (
            ("without sizes", ROWS_OF_TWO, (), "left_size and right_size | one of them"),
            ("at 'a'", ROWS_OF_TWO, ("a",), "left_size='a' | float"),
            ("at 0", ROWS_OF_TWO, (0,), "left_size=0 | [1, 6)"),
            ("at 1.0", ROWS_OF_TWO, (1.0,), "left_size=1.0 | between 0 and 1"),
            ("at 9", ROWS_OF_TWO, (9,), "left_size=9 | [1, 6)"),
            ("at True", ROWS_OF_TWO, (True,), "left_size=True | float"),
            ("at nan", ROWS_OF_TWO, (float("nan"),), "left_size=nan"),
            ("at 0.01", ROWS_OF_TWO, (0.01,), "left_size=0.01 | empty"),
            ("at 0.8 and 0.8", ROWS_OF_TWO, (0.8, 0.8), "0.8 | more than 1"),
            ("at 5 and 5", ROWS_OF_TWO, (5, 5), "left_size=5 | right_size=5 | 6"),
            ("of text", "abc", (0.5,), "dataset='abc' | array"),
            ("of None", None, (0.5,), "dataset=None | array"),
            ("of nothing", ROWS_OF_TWO[:0], (0.5,), "dataset | no samples"),
            ("of unequal arrays", [X, X[:2]], (0.5,), "dataset | [12, 2]"),
            ("of numbers", [1, 2], (0.5,), "dataset=[1, 2] | arrays"),
        )
    },
    **{
        f"ImageDataGenerator({argument}={value!r})": Row(
            _generated(lambda generator, folder: generator, {argument: value}), words
        )
        for argument, value, words in (
            ("zoom_range", (1, 2, 3), "zoom_range=(1, 2, 3) | two"),
            ("zoom_range", ("a", 2), "zoom_range=('a', 2) | two"),
            ("brightness_range", 2, "brightness_range=2 | two"),
            ("data_format", "first", "data_format | 'first' | 'channels_first'"),
            ("validation_split", 2, "validation_split=2 | 1"),
            ("color", 3, "color"),
        )
    },
    "ImageDataGenerator.fit of rank 3": Row(
        _generated(lambda generator, folder: generator.fit(IMAGES[0])), "(6, 6, 3) | rank 4"
    ),
    "flow of rank 3": Row(
        _generated(lambda generator, folder: generator.flow(IMAGES[0])), "(6, 6, 3) | rank 4"
    ),
    "flow with too few labels": Row(
        _generated(lambda generator, folder: generator.flow(IMAGES, CLASSES[:2])), "y has 2 | 4"
    ),
    "flow with too few weights": Row(
        _generated(
            lambda generator, folder: generator.flow(IMAGES, CLASSES, sample_weight=CLASSES[:1])
        ),
        "sample_weight has 1 | 4",
    ),
    "flow, subset": Row(
        _generated(lambda generator, folder: generator.flow(IMAGES, subset="x")),
        "subset='x' | 'training'",
    ),
    "flow, a batch that is not there": Row(
        _generated(lambda generator, folder: generator.flow(IMAGES)[1]), "batch 1"
    ),
    **dict(
        (
            _flow("color_mode", "cmyk", "color_mode='cmyk' | 'rgb'"),
            _flow("class_mode", "x", "class_mode='x' | 'binary'"),
            _flow("subset", "x", "subset='x' | 'training'"),
        )
    ),
    "flow_from_directory of no folder": Row(
        _generated(lambda generator, folder: generator.flow_from_directory(str(folder / "absent"))),
        "absent",
    ),
    **{
        f"flow_from_dataframe, {what}": Row(_frame(options), words, instead)
        for what, options, words, instead in (
            ("an absent column of files", {"x_col": "path"}, "path", None),
            ("an absent column of classes", {"y_col": "kind"}, "kind", None),
            ("class_mode", {"class_mode": "x"}, "class_mode='x' | 'binary'", None),
            ("numbers as classes", {"y_col": "number"}, "number | strings", None),
            ("color_mode", {"color_mode": "cmyk"}, "color_mode='cmyk' | 'rgb'", None),
        )
    },
}
