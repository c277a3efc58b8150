"""``ImageDataGenerator`` gives the batches of Keras's legacy class, from the same NumPy seed."""

from __future__ import annotations

import contextlib
import io
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pandas as pd
import pytest
import scipy
from hypothesis import given
from hypothesis import strategies as st
from keras.src.legacy.preprocessing import image as theirs
from PIL import Image

from minikeras.preprocessing import image as ours

RNG = np.random.default_rng(0)
X = RNG.uniform(0, 255, (7, 8, 9, 3))
Y = np.array([0, 1, 0, 1, 1, 0, 1])
LIBRARIES = (theirs, ours)


@pytest.fixture(scope="module", autouse=True)
def old_name_of_scipy() -> Iterator[None]:
    """Keras calls a function of SciPy by an old name, of which SciPy warns."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(scipy.ndimage, "interpolation", scipy.ndimage)
        yield


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    top = tmp_path_factory.mktemp("pictures")
    for name, count in (("a", 5), ("b", 4), ("c", 3)):
        (top / name / "inner").mkdir(parents=True)
        for i in range(count):
            pixels = RNG.integers(0, 256, (*RNG.integers(6, 14, 2), 3)).astype("uint8")
            form = ("png", "jpg", "bmp", "ppm", "PNG")[i % 5]
            Image.fromarray(pixels).save(top / name / ("inner" * (i % 2)) / f"{i}.{form}")
    (top / "a" / "notes.txt").write_text("no picture")
    return top


def outcome(function: Any) -> tuple[Any, str]:
    """The result or the type of the error, and what was printed."""
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        np.random.seed(3)
        try:
            found = function()
        except (ValueError, TypeError) as error:
            found = type(error)
    return found, printed.getvalue()


def flat(batch: Any) -> list[Any]:
    if isinstance(batch, tuple | list):
        return [array for part in batch for array in flat(part)]
    return [batch]


def batches_of(make: Any) -> Any:
    """A pass by number, an epoch's end, and five batches one after the other."""

    def run() -> Any:
        data = make()
        found = [data[i] for i in range(len(data))]
        data.on_epoch_end()
        found += [data[0], *(next(data) for _ in range(5))]
        data.reset()
        attributes = [getattr(data, n, None) for n in ("filenames", "class_indices", "samples")]
        return [*map(flat, [*found, next(data)])], attributes

    return run


def compare(call: Any) -> None:
    """``call(library)`` makes batches; they are equal, or the errors are."""
    (expected, their_words), (found, our_words) = (
        outcome(batches_of(lambda library=library: call(library))) for library in LIBRARIES
    )
    if isinstance(expected, type) or isinstance(found, type):
        assert found is expected
        return
    assert our_words == their_words and found[1] == expected[1]
    for one, other in zip(found[0], expected[0], strict=True):
        for a, b in zip(one, other, strict=True):
            np.testing.assert_array_equal(a, b, strict=True)


def negative(x: Any) -> Any:
    return 255 - x


SETTINGS = {
    "featurewise_center": st.booleans(),
    "samplewise_center": st.booleans(),
    "featurewise_std_normalization": st.booleans(),
    "samplewise_std_normalization": st.booleans(),
    "zca_whitening": st.sampled_from([False, False, False, True]),
    "rotation_range": st.sampled_from([0, 30, 90.5]),
    "width_shift_range": st.sampled_from([0.0, 0.2, 3, [0.1, 0.3], [-2, 0, 1], 2.5]),
    "height_shift_range": st.sampled_from([0.0, 0.3, 2, [1, 2], 1.5]),
    "brightness_range": st.sampled_from([None, None, (0.5, 1.5), [1, 2]]),
    "shear_range": st.sampled_from([0.0, 20]),
    "zoom_range": st.sampled_from([0.0, 0.3, (0.5, 1), [1, 1]]),
    "channel_shift_range": st.sampled_from([0.0, 40.0]),
    "fill_mode": st.sampled_from(["nearest", "constant", "reflect", "wrap"]),
    "cval": st.sampled_from([0.0, 7.5]),
    "horizontal_flip": st.booleans(),
    "vertical_flip": st.booleans(),
    "rescale": st.sampled_from([None, 1 / 255]),
    "preprocessing_function": st.sampled_from([None, negative]),
    "validation_split": st.sampled_from([0.0, 0.3, 0.5]),
    "interpolation_order": st.sampled_from([0, 1, 3]),
    "dtype": st.sampled_from([None, "float64"]),
}


@given(
    arguments=st.fixed_dictionaries({}, optional=SETTINGS),
    data_format=st.sampled_from([None, "channels_first", "channels_last"]),
    fit=st.sampled_from([None, {}, {"augment": True, "rounds": 2, "seed": 1}]),
    flow=st.fixed_dictionaries(
        {
            "batch_size": st.sampled_from([2, 3, 32]),
            "shuffle": st.booleans(),
            "seed": st.sampled_from([None, 5]),
            "subset": st.sampled_from([None, None, "training", "validation", "test"]),
            "ignore_class_split": st.booleans(),
        }
    ),
    labels=st.sampled_from(["none", "y", "weights", "two inputs", "short"]),
)
def test_arrays(arguments: Any, data_format: Any, fit: Any, flow: Any, labels: str) -> None:
    x = X.transpose(0, 3, 1, 2) if data_format == "channels_first" else X
    if data_format == "channels_first":
        arguments.pop("brightness_range", None)  # Keras reads such pictures in the wrong layout

    def call(library: Any) -> Any:
        generator = library.ImageDataGenerator(**arguments, data_format=data_format)
        if fit is not None:
            generator.fit(x, **fit)
        if labels == "two inputs":
            return generator.flow((x, [Y * 2, Y]), Y, **flow)
        weights = np.arange(7) / 2 if labels == "weights" else None
        if weights is not None and flow["subset"]:
            flow["subset"] = None  # Keras gives the parts the weights of other samples
        y = {"none": None, "short": Y[:5]}.get(labels, Y)
        return generator.flow(x, y, sample_weight=weights, **flow)

    compare(call)


FILES = {
    "target_size": st.sampled_from([(6, 7), (10, 10)]),
    "color_mode": st.sampled_from(["rgb", "rgba", "grayscale", "cmyk"]),
    "batch_size": st.sampled_from([3, 32]),
    "shuffle": st.booleans(),
    "seed": st.sampled_from([None, 5]),
    "subset": st.sampled_from([None, "training", "validation", "test"]),
    "interpolation": st.sampled_from(["nearest", "bilinear"]),
    "keep_aspect_ratio": st.booleans(),
}
FEW = {name: SETTINGS[name] for name in ("rotation_range", "horizontal_flip", "rescale")}


@given(
    arguments=st.fixed_dictionaries(FEW),
    options=st.fixed_dictionaries(
        {
            **FILES,
            "classes": st.sampled_from([None, ["c", "a"], ["b", "c"]]),
            "class_mode": st.sampled_from(
                ["categorical", "binary", "sparse", "input", None, "other"]
            ),
        }
    ),
    data_format=st.sampled_from(["channels_first", "channels_last"]),
)
def test_folders(folder: Path, arguments: Any, options: Any, data_format: str) -> None:
    def call(library: Any) -> Any:
        generator = library.ImageDataGenerator(
            **arguments, data_format=data_format, validation_split=0.4
        )
        return generator.flow_from_directory(str(folder), **options)

    compare(call)


@given(
    options=st.fixed_dictionaries(
        {
            **{name: s for name, s in FILES.items() if name != "keep_aspect_ratio"},
            "y_col": st.sampled_from(["class", "several", "number", ["number", "class"]]),
            "weight_col": st.sampled_from([None, "number", "class"]),
            "classes": st.sampled_from([None, ["c", "a"], ["b", "a", "a"]]),
            "class_mode": st.sampled_from(
                ["categorical", "binary", "sparse", "input", None, "raw", "multi_output", "odd"]
            ),
        }
    )
)
def test_data_frames(folder: Path, options: Any) -> None:
    names = sorted(str(path.relative_to(folder)) for path in folder.rglob("*.*"))
    rows = pd.DataFrame({"filename": [*names, "absent.png"]})
    rows["class"] = [name[0] for name in rows["filename"]]
    rows["class"] = rows["class"].replace("absent.png"[0], "a")
    rows["several"] = [["a", name[0]] if i % 2 else "b" for i, name in enumerate(rows["filename"])]
    rows["number"] = np.arange(len(rows)) / 4
    if isinstance(options["y_col"], list) and options["class_mode"] not in ("raw", "multi_output"):
        options["y_col"] = "class"
    if options["class_mode"] == "binary" and options["y_col"] == "several":
        options["y_col"] = "class"  # pandas cannot count lists

    def call(library: Any) -> Any:
        generator = library.ImageDataGenerator(rotation_range=10, validation_split=0.4)
        return generator.flow_from_dataframe(rows, str(folder), **options)

    compare(call)


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("random_rotation", (40,)),
        ("random_shift", (0.2, 0.4)),
        ("random_shear", (20,)),
        ("random_zoom", ((0.5, 1.5),)),
        ("random_zoom", ((1, 1),)),
        ("random_zoom", ((1, 1, 1),)),
        ("random_channel_shift", (30,)),
        ("random_brightness", ((0.5, 2),)),
        ("random_brightness", ((0.5, 2), False)),
        ("random_brightness", ((0.5,),)),
        ("apply_brightness_shift", (1.5,)),
        ("apply_channel_shift", (-20,)),
    ],
)
@pytest.mark.parametrize("scale", [1.0, 2.0])
def test_functions(name: str, arguments: Any, scale: float) -> None:
    x = X[0] * scale - 9 if "brightness" in name else X[0].transpose(2, 0, 1)
    expected, found = (outcome(lambda m=m: getattr(m, name)(x, *arguments))[0] for m in LIBRARIES)
    if isinstance(expected, type):
        assert found is expected
    else:
        np.testing.assert_array_equal(found, expected, strict=True)


def test_saved_batches(tmp_path: Path, folder: Path) -> None:
    written = []
    for library in LIBRARIES:
        place = tmp_path / library.__name__
        place.mkdir()
        np.random.seed(1)
        generator = library.ImageDataGenerator(rotation_range=20)
        options = {"save_to_dir": str(place), "save_prefix": "p", "save_format": "png"}
        next(generator.flow(X, batch_size=3, **options))
        data = generator.flow_from_directory(str(folder), batch_size=3, **options)
        next(data)
        written.append({path.name: path.read_bytes() for path in place.iterdir()})
    assert len(written[0]) == 6 and written[1] == written[0]


def test_training() -> None:
    """The curve of Keras, with the generator as data for ``fit``."""
    import minikeras

    curves = []
    for library, module in ((keras, theirs), (minikeras, ours)):
        library.utils.set_random_seed(2)
        layers = library.layers
        model = library.Sequential([layers.Input((8, 9, 3)), layers.Flatten(), layers.Dense(1)])
        model.compile("sgd", "mse")
        generator = module.ImageDataGenerator(rotation_range=20, rescale=1 / 2550)
        data = generator.flow(X, Y, batch_size=3, seed=4)
        curves.append(model.fit(data, epochs=3, verbose=0).history["loss"])
    assert curves[0] == curves[1]


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (lambda: ours.ImageDataGenerator(zoom_range=(1, 2, 3)), ValueError, "zoom_range="),
        (lambda: ours.ImageDataGenerator(zoom_range=("a", 2)), ValueError, "zoom_range="),
        (lambda: ours.ImageDataGenerator(brightness_range=2), ValueError, "brightness_range=2"),
        (lambda: ours.ImageDataGenerator(data_format="first"), ValueError, "data_format"),
        (lambda: ours.ImageDataGenerator(validation_split=2), ValueError, "validation_split=2"),
        (lambda: ours.ImageDataGenerator().fit(X[0]), ValueError, "expected rank 4"),
        (lambda: ours.ImageDataGenerator().flow(X[0]), ValueError, "expected rank 4"),
        (lambda: ours.ImageDataGenerator().flow(X, Y[:2]), ValueError, "y has 2 elements"),
        (lambda: ours.ImageDataGenerator().flow(X, subset="x"), ValueError, "subset='x'"),
        (lambda: ours.ImageDataGenerator().flow(X)[1], ValueError, "there is no batch 1"),
        (lambda: ours.apply_affine_transform(X[0], channel_axis=1), ValueError, "channel_axis=1"),
        (
            lambda: ours.ImageDataGenerator(validation_split=0.2).flow(X, Y, subset="training"),
            ValueError,
            "y has other classes",
        ),
    ],
)
def test_bad_input(call: Any, error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        call()


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: ours.ImageDataGenerator(zca_whitening=True), "featurewise_center is True now"),
        (lambda: ours.ImageDataGenerator(samplewise_std_normalization=True), "samplewise_center"),
        (
            lambda: ours.ImageDataGenerator(featurewise_center=True).standardize(X[0].copy()),
            "no effect before fit",
        ),
        (lambda: ours.ImageDataGenerator().flow(X[..., :2]), "x has 2 channels"),
    ],
)
def test_warnings(call: Any, words: str) -> None:
    with pytest.warns(UserWarning, match=words):
        call()
