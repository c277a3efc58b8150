"""Data sets of the files in folders: the batches of Keras, in the same order."""

from __future__ import annotations

import contextlib
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

import minikeras
from minikeras import utils
from minikeras.random import seeds
from minikeras.utils import image_decoding
from minikeras.utils.image_decoding import decoded
from parity_tests.data.test_dataset import compare, process_seed

RNG = np.random.default_rng(0)
FORMATS = ("png", "bmp", "gif", "PNG")


def picture(name: str) -> Image.Image:
    height, width = RNG.integers(5, 30, 2)
    img = Image.fromarray(RNG.integers(0, 256, (height, width, 3)).astype("uint8"))
    return img.convert("P") if name.endswith("gif") else img


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Pictures and texts of three classes, and what is none of them."""
    top = tmp_path_factory.mktemp("data")
    for name, count in (("dogs", 7), ("cats", 9), ("birds", 4)):
        (top / name / "more").mkdir(parents=True)
        for i in range(count):
            form = FORMATS[i % len(FORMATS)] if i % 3 else "png"
            path = top / name / ("more" if i % 4 == 3 else "") / f"{i}.{form}"
            picture(form).save(path)
            path.with_suffix(".txt").write_text(f"{name} {i} é" * int(RNG.integers(1, 4)))
    (top / ".hidden").mkdir()
    (top / "dogs" / "notes.md").write_text("no picture")
    return top


@pytest.fixture(autouse=True)
def no_seed() -> Iterator[None]:
    with process_seed(None):
        yield


def result(library: Any, function: str, options: Any) -> tuple[Any, str]:
    """The data set or ValueError, and what was printed.

    Lists are copied: Keras shuffles those of its callers.
    """
    options = {k: [*v] if isinstance(v, list) else v for k, v in options.items()}
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        try:
            found = getattr(library.utils, function)(**options)
        except ValueError:
            found = ValueError
    return found, printed.getvalue()


def compare_all(function: str, options: Any) -> None:
    theirs, their_words = result(keras, function, options)
    ours, our_words = result(minikeras, function, options)
    if theirs is ValueError or ours is ValueError:
        assert ours is theirs
        return
    assert our_words == their_words
    pairs = [(ours, theirs)]
    if isinstance(theirs, list | tuple):
        assert type(ours) is type(theirs)
        pairs = [*zip(ours, theirs, strict=True)]
    for one, other in pairs:
        assert one.class_names == other.class_names
        assert getattr(one, "file_paths", None) == getattr(other, "file_paths", one.file_paths)
        compare(one, other)


LABELS = st.sampled_from(["inferred", "inferred", None, list(range(20)), list(range(19))])
COMMON = {
    "labels": LABELS,
    "label_mode": st.sampled_from(["int", "categorical", "binary", None]),
    "class_names": st.sampled_from([None, None, ["dogs", "birds"], ["cats", "dogs"], ["mice"]]),
    "batch_size": st.sampled_from([32, 3, None]),
    "shuffle": st.booleans(),
    "seed": st.sampled_from([0, 5]),
    "split": st.sampled_from([{}, {"validation_split": 0.3, "subset": "training"}])
    | st.sampled_from(["validation", "both"]).map(
        lambda subset: {"validation_split": 0.25, "subset": subset}
    ),
    "follow_links": st.booleans(),
    "verbose": st.booleans(),
}


def standardized(options: dict[str, Any]) -> dict[str, Any]:
    """Keyword arguments of a draw."""
    split = options.pop("split")
    return {**options, **split}


@given(
    options=st.fixed_dictionaries(
        {
            **COMMON,
            "image_size": st.sampled_from([(8, 8), (11, 5), 16]),
            "interpolation": st.sampled_from(
                ["bilinear", "nearest", "bicubic", "area", "lanczos3", "gaussian", "mitchellcubic"]
            ),
            "fit": st.sampled_from(["", "", "crop_to_aspect_ratio", "pad_to_aspect_ratio"]),
            "data_format": st.sampled_from([None, "channels_last", "channels_first"]),
        }
    )
)
def test_images(folder: Path, options: Any) -> None:
    options = standardized(options)
    if fit := options.pop("fit"):
        options[fit] = True
    compare_all("image_dataset_from_directory", {"directory": str(folder), **options})


@given(options=st.fixed_dictionaries({**COMMON, "max_length": st.sampled_from([None, 5, 100])}))
def test_texts(folder: Path, options: Any) -> None:
    options = standardized(options)
    compare_all("text_dataset_from_directory", {"directory": str(folder), **options})


def encoded(img: Image.Image, form: str, **options: Any) -> bytes:
    made = io.BytesIO()
    img.save(made, form, **options)
    return made.getvalue()


def pictures() -> dict[str, bytes]:
    rgb = Image.fromarray(RNG.integers(0, 256, (13, 17, 3)).astype("uint8"))
    alpha = RNG.integers(0, 256, (13, 17)).astype("uint8")
    rgba = rgb.copy()
    rgba.putalpha(Image.fromarray(alpha))
    gray = rgb.convert("L")
    palette = rgb.convert("P")
    deep = Image.fromarray(RNG.integers(0, 65536, (13, 17)).astype("uint16"))
    return {
        "rgb.png": encoded(rgb, "PNG"),
        "rgba.png": encoded(rgba, "PNG"),
        "gray.png": encoded(gray, "PNG"),
        "gray with alpha.png": encoded(rgba.convert("LA"), "PNG"),
        "palette.png": encoded(palette, "PNG"),
        "transparent palette.png": encoded(palette, "PNG", transparency=3),
        "deep.png": encoded(deep, "PNG"),
        "four bits.png": encoded(rgb.quantize(16), "PNG"),
        "four bits with transparency.png": encoded(rgb.quantize(16), "PNG", transparency=3),
        "one bit.png": encoded(gray.convert("1"), "PNG"),
        "transparent colour.png": encoded(gray, "PNG", transparency=gray.getpixel((0, 0))),
        "rgb.bmp": encoded(rgb, "BMP"),
        "rgba.bmp": encoded(rgba, "BMP"),
        "gray.bmp": encoded(gray, "BMP"),
        "palette.gif": encoded(palette, "GIF"),
        "animation.gif": encoded(palette, "GIF", save_all=True, append_images=[rgb.convert("P")]),
    }


PICTURES = pictures()


@pytest.mark.parametrize("channels", [1, 3, 4])
@pytest.mark.parametrize("name", PICTURES)
def test_pixels(name: str, channels: int, tmp_path: Path) -> None:
    """Equal to TensorFlow's, which refuses the same formats."""
    path = tmp_path / name
    path.write_bytes(PICTURES[name])
    try:
        theirs = tf.io.decode_image(PICTURES[name], channels, expand_animations=False).numpy()
    except tf.errors.InvalidArgumentError:
        with pytest.raises(ValueError, match="is read with") as caught:
            decoded(str(path), channels)
        assert str(path) in str(caught.value)
        return
    np.testing.assert_array_equal(decoded(str(path), channels), theirs, strict=True)


@given(
    seed=st.integers(0, 2**32 - 1),
    size=st.tuples(st.integers(1, 40), st.integers(1, 40)),
    mode=st.sampled_from(["RGB", "RGB", "L", "CMYK", "CMYK not inverted"]),
    channels=st.sampled_from([1, 3]),
    quality=st.integers(1, 100),
    options=st.fixed_dictionaries(
        {"subsampling": st.integers(0, 2), "progressive": st.booleans()},
        optional={"restart_marker_blocks": st.just(2)},
    ),
    damage=st.none() | st.floats(0, 1),
)
def test_pixels_of_jpeg(
    tmp_path_factory: pytest.TempPathFactory,
    seed: int,
    size: tuple[int, int],
    mode: str,
    channels: int,
    quality: int,
    options: Any,
    damage: float | None,
) -> None:
    """Those of TensorFlow, also of a file with a byte that is wrong."""
    if mode.startswith("CMYK"):  # simplejpeg does not read all others
        options |= {"subsampling": 0}
    rng = np.random.default_rng(seed)
    small = Image.fromarray(rng.integers(0, 256, (7, 5, 3)).astype("uint8"))
    img = small.resize(size, Image.Resampling.BICUBIC).convert(mode[:4].strip())
    data = encoded(img, "JPEG", quality=quality, **options)
    if mode == "CMYK not inverted":  # what Adobe's marker says
        start = data.index(b"\xff\xee")
        data = data[:start] + data[start + 2 + int.from_bytes(data[start + 2 : start + 4]) :]
    elif damage is not None and not options["progressive"]:  # whose tables stand among the pixels
        start = data.index(b"\xff\xda") + 16  # behind the headers
        place = start + int(damage * max(0, len(data) - start - 3))
        place = min(place, len(data) - 3)
        wrong = data[place] ^ 1
        if 0xFF not in (*data[place - 1 : place + 2], wrong):  # which begins a marker
            data = data[:place] + bytes([wrong]) + data[place + 1 :]
    path = tmp_path_factory.getbasetemp() / "x.jpg"
    path.write_bytes(data)
    try:
        theirs = tf.io.decode_image(data, channels).numpy()
    except tf.errors.InvalidArgumentError:
        with pytest.raises((ValueError, OSError), match=r"x\.jpg is"):
            decoded(str(path), channels)
        return
    np.testing.assert_array_equal(decoded(str(path), channels), theirs, strict=True)


@pytest.mark.parametrize("channels", [1, 3])
def test_pixels_of_jpeg_without_simplejpeg(
    channels: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Those of the accurate transform."""
    monkeypatch.setattr(image_decoding, "missing", lambda *names: [*names])
    smooth = np.asarray(picture("png").resize((40, 40), Image.Resampling.BICUBIC))
    data = encoded(Image.fromarray(smooth), "JPEG", quality=90)
    (tmp_path / "x.jpg").write_bytes(data)
    ours = decoded(str(tmp_path / "x.jpg"), channels)
    accurate = tf.io.decode_jpeg(data, channels, dct_method="INTEGER_ACCURATE").numpy()
    np.testing.assert_array_equal(ours, accurate, strict=True)
    fast = tf.io.decode_image(data, channels).numpy()
    assert 0 < np.abs(ours.astype(int) - fast).max() <= 6


def test_pixels_of_jpeg_that_simplejpeg_does_not_read(tmp_path: Path) -> None:
    img = picture("png").resize((40, 40), Image.Resampling.BICUBIC).convert("CMYK")
    img.save(tmp_path / "x.jpg", subsampling=1)
    theirs = np.asarray(Image.open(tmp_path / "x.jpg").convert("RGB"))
    np.testing.assert_array_equal(decoded(str(tmp_path / "x.jpg"), 3), theirs)


# Bad input


def image_options(folder: Path, **options: Any) -> dict[str, Any]:
    return {"directory": str(folder), "verbose": False, **options}


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"labels": "folders"}, "labels='folders'"),
        ({"labels": [0] * 20, "class_names": ["a"]}, "only with labels='inferred'"),
        ({"labels": None, "class_names": ["cats"]}, "class_names cannot be given"),
        ({"labels": [0] * 3}, "labels has 3 elements; expected 20"),
        ({"label_mode": "float"}, "label_mode='float'"),
        ({"label_mode": "binary"}, "label_mode='binary' needs two classes"),
        ({"class_names": ["mice"]}, r"class_names=\['mice'\]; expected names of the folders"),
        ({"color_mode": "cmyk"}, "color_mode='cmyk'"),
        ({"image_size": (1, 2, 3)}, r"image_size=\(1, 2, 3\)"),
        ({"interpolation": "cubic"}, "interpolation='cubic'"),
        ({"validation_split": 1.5, "subset": "both", "seed": 1}, "validation_split=1.5"),
        ({"validation_split": 0.5}, "subset=None; expected both or neither"),
        ({"subset": "test"}, "subset='test'"),
        ({"subset": "training"}, "expected both or neither"),
        ({"validation_split": 0.5, "subset": "both"}, "needs a seed"),
        ({"crop_to_aspect_ratio": True, "pad_to_aspect_ratio": True}, "expected one of them"),
        ({"crop_to_aspect_ratio": True, "interpolation": "gaussian"}, "cannot be used with crop"),
        ({"format": "csv"}, "format='csv'"),
        ({"validation_split": 0.01, "subset": "both", "seed": 1}, "No training images found"),
    ],
)
def test_bad_arguments(folder: Path, options: Any, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        utils.image_dataset_from_directory(**image_options(folder, **options))


def test_what_is_absent(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=f"No images found in {tmp_path}; expected files that end"):
        utils.image_dataset_from_directory(tmp_path)
    with pytest.raises(ValueError, match="No text files found"):
        utils.text_dataset_from_directory(tmp_path, labels=None)
    with pytest.raises(FileNotFoundError):
        utils.image_dataset_from_directory(tmp_path / "absent")
    with pytest.raises(NotImplementedError, match="grain"):
        utils.text_dataset_from_directory(tmp_path, format="grain")


@pytest.mark.parametrize("form", ["png", "jpg", "gif", "bmp"])
@pytest.mark.parametrize("damage", ["cut", "text", "empty"])
def test_damaged_pictures(form: str, damage: str, tmp_path: Path) -> None:
    """The error names the file."""
    data = encoded(picture(form).resize((90, 90)), {"jpg": "JPEG"}.get(form, form))
    wrong = {"cut": data[: len(data) // 2], "text": b"no picture", "empty": b""}[damage]
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / f"x.{form}").write_bytes(wrong)
    dataset = utils.image_dataset_from_directory(tmp_path, image_size=8, verbose=False)
    with pytest.raises(OSError, match=f"x.{form} is (damaged|no picture)"):
        next(iter(dataset))


@pytest.mark.parametrize("name", [name for name in PICTURES if name.endswith("png")])
def test_a_png_file_without_its_last_bytes(name: str, tmp_path: Path) -> None:
    """Refused as TensorFlow refuses it, although Pillow reads all pixels."""
    path = tmp_path / "x.png"
    for missing in (1, 4, 8, 12, 16):
        content = PICTURES[name][:-missing]
        with pytest.raises(tf.errors.InvalidArgumentError):
            tf.io.decode_image(content, 3)
        path.write_bytes(content)
        with pytest.raises(OSError, match=r"x\.png is damaged"):
            decoded(str(path), 3)


def test_labels_of_the_program_stay_in_order(folder: Path) -> None:
    """Keras shuffles the list that it is given."""
    labels = list(range(20))
    utils.image_dataset_from_directory(**image_options(folder, labels=labels, seed=1))
    assert labels == list(range(20))


def test_the_seed_of_the_process(folder: Path) -> None:
    """Without a seed of its own, the order follows from NumPy's."""
    datasets = []
    for library in minikeras, keras:
        library.utils.set_random_seed(3)
        options = image_options(folder, image_size=8, batch_size=4)
        datasets.append(library.utils.image_dataset_from_directory(**options))
    seeds.set_process_state(3, None)
    compare(*datasets)


def test_a_pass_that_is_not_read(folder: Path) -> None:
    """It has an order of its own, too, so the next pass has another; ``fit`` makes such passes."""
    datasets = []
    for library in minikeras, keras:
        options = image_options(folder, image_size=8, batch_size=4, seed=1)
        datasets.append(library.utils.image_dataset_from_directory(**options))
        iter(datasets[-1])
    compare(*datasets)
