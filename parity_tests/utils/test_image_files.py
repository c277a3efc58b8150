"""Pictures in files and as arrays, as Keras reads and writes them."""

from __future__ import annotations

import io
import zlib
from pathlib import Path
from typing import Any

import keras
import numpy as np
import PIL
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

import minikeras
from minikeras.preprocessing import image
from minikeras.utils import image_files
from minikeras.utils.image_decoding import decoded
from parity_tests.utils.test_directories import PICTURES, encoded

THEIRS = keras.preprocessing.image
RNG = np.random.default_rng(1)
PHOTO = Image.fromarray(RNG.integers(0, 256, (19, 31, 3)).astype("uint8"))
FILES = {
    **PICTURES,
    "photo.jpg": encoded(PHOTO, "JPEG"),
    "cmyk.jpg": encoded(PHOTO.convert("CMYK"), "JPEG"),
    "photo.tiff": encoded(PHOTO, "TIFF"),
    "photo.webp": encoded(PHOTO, "WEBP"),
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    top = tmp_path_factory.mktemp("pictures")
    for name, data in FILES.items():
        (top / name).write_bytes(data)
    return top


def outcome(function: Any, *arguments: Any, **options: Any) -> Any:
    try:
        return function(*arguments, **options)
    except (ValueError, TypeError) as error:
        return type(error)


@given(
    name=st.sampled_from(sorted(FILES)),
    color_mode=st.sampled_from(["rgb", "rgba", "grayscale", "cmyk"]),
    target_size=st.sampled_from([None, (7, 9), (40, 20), (13, 17)]),
    interpolation=st.sampled_from(["nearest", "bilinear", "bicubic", "hamming", "box", "lanczos"]),
    keep=st.booleans(),
    kind=st.sampled_from([str, Path, bytes, io.BytesIO]),
    data_format=st.sampled_from([None, "channels_first", "channels_last"]),
    dtype=st.sampled_from([None, "uint8", "float64"]),
)
def test_reading(
    folder: Path, name: str, kind: Any, keep: bool, data_format: Any, dtype: Any, **options: Any
) -> None:
    path = folder / name
    results = []
    for library in THEIRS, image:
        given = {
            str: str(path),
            Path: path,
            bytes: str(path).encode(),
            io.BytesIO: io.BytesIO(FILES[name]),
        }[kind]
        found = outcome(library.load_img, given, keep_aspect_ratio=keep, **options)
        if not isinstance(found, type):
            array = library.img_to_array(found, data_format=data_format, dtype=dtype)
            found = (found.mode, found.size, array.dtype, array.tolist())
        results.append(found)
    assert results[1] == results[0]


shapes = st.sampled_from([(4, 5, 3), (4, 5, 1), (4, 5, 4), (3, 4, 5), (1, 4, 5), (4, 5, 2), (4, 5)])


@given(
    shape=shapes,
    dtype=st.sampled_from(["uint8", "float32", "int32", "float64"]),
    most=st.sampled_from([0, 1, 255, 1000]),
    data_format=st.sampled_from([None, "channels_first", "channels_last", "last"]),
    scale=st.booleans(),
    inner=st.sampled_from([None, "float64", "uint8"]),
)
def test_arrays_to_images(
    shape: Any, dtype: str, most: int, data_format: Any, scale: bool, inner: Any
) -> None:
    if inner == "uint8" and scale:
        inner = None  # NumPy refuses to divide bytes in place
    x = (RNG.uniform(0, 1, shape) * most).astype(dtype)
    results = [
        outcome(library.array_to_img, x, data_format=data_format, scale=scale, dtype=inner)
        for library in (THEIRS, image)
    ]
    if isinstance(results[0], type):
        assert results[1] is results[0]
    else:
        assert results[1].mode == results[0].mode
        np.testing.assert_array_equal(*map(np.asarray, results), strict=True)


@pytest.mark.parametrize("name", ["x.png", "x.jpg", "x.jpeg", "x.bmp", "x.gif", "X.PNG"])
@pytest.mark.parametrize("channels", [1, 3])
def test_writing(name: str, channels: int, tmp_path: Path) -> None:
    x = RNG.uniform(0, 9, (6, 7, channels))
    contents = []
    for library in THEIRS, image:
        for path in (tmp_path / name, str(tmp_path / name)):
            library.save_img(path, x)
        made = io.BytesIO()
        library.save_img(made, x, file_format=name[2:].lower(), scale=False)
        contents.append((Path(path).read_bytes(), made.getvalue()))
    assert contents[1] == contents[0]
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_transparency_in_jpeg(tmp_path: Path) -> None:
    x = RNG.uniform(0, 9, (6, 7, 4))
    for library, words in ((THEIRS, "JPEG format does not"), (image, "without its fourth channel")):
        with pytest.warns(UserWarning, match=words):
            library.save_img(tmp_path / f"{library.__name__}.jpg", x, quality=80)
    one, other = (path.read_bytes() for path in tmp_path.iterdir())
    assert one == other


def test_a_failed_write_leaves_the_previous_file(tmp_path: Path) -> None:
    (tmp_path / "x.png").write_bytes(b"old")
    with pytest.raises(TypeError):
        image.save_img(tmp_path / "x.png", np.zeros((2, 2, 3)), dpi="many")
    assert (tmp_path / "x.png").read_bytes() == b"old" and len([*tmp_path.iterdir()]) == 1


@given(
    shape=st.sampled_from([(9, 13, 3), (2, 13, 9, 3), (3, 9, 13), (2, 3, 9, 13)]),
    size=st.sampled_from([(5, 5), (12, 4), (3, 20), [9, 13]]),
    interpolation=st.sampled_from(["bilinear", "nearest", "bicubic"]),
    dtype=st.sampled_from(["float32", "uint8"]),
    as_tensor=st.booleans(),
)
def test_smart_resize(
    shape: Any, size: Any, interpolation: str, dtype: str, as_tensor: bool
) -> None:
    x = RNG.uniform(0, 255, shape).astype(dtype)
    layout = "channels_last" if shape[-1] == 3 else "channels_first"
    results = []
    for library in keras, minikeras:
        given = library.ops.convert_to_tensor(x) if as_tensor else x
        resize = library.preprocessing.image.smart_resize
        found = resize(given, size, interpolation=interpolation, data_format=layout)
        assert isinstance(found, np.ndarray) != as_tensor
        results.append(np.asarray(found))
    np.testing.assert_array_equal(*results, strict=True)


def of_size(pixels: int) -> bytes:
    """A PNG file that declares so many rows and columns."""
    png = FILES["rgb.png"]
    header = b"IHDR" + pixels.to_bytes(4, "big") * 2 + png[24:29]
    return png[:12] + header + zlib.crc32(header).to_bytes(4, "big") + png[33:]


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (lambda p: image.load_img(3), TypeError, "path=3; expected a path"),
        (lambda p: image.load_img(p / "rgb.png", color_mode="hsv"), ValueError, "color_mode='hsv'"),
        (
            lambda p: image.load_img(p / "rgb.png", target_size=(2, 2), interpolation="cubic"),
            ValueError,
            "interpolation='cubic'",
        ),
        (lambda p: image.load_img(p / "absent.png"), FileNotFoundError, "absent.png"),
        (lambda p: image.load_img(p / "text.png"), PIL.UnidentifiedImageError, "text.png is no"),
        (lambda p: image.load_img(p / "drawing.png"), OSError, "drawing.png is no picture"),
        (lambda p: image.load_img(p / "cut.png"), OSError, "cut.png is damaged"),
        (
            lambda p: image.load_img(p / "huge.png"),
            Image.DecompressionBombError,
            "huge.png: Image size",
        ),
        (lambda p: image.load_img(p / "large.png"), OSError, "large.png is damaged: it declares"),
        (lambda p: image.img_to_array(np.zeros(3)), ValueError, "expected rank 2 or 3"),
        (lambda p: image.array_to_img(np.zeros((2, 2))), ValueError, "expected rank 3"),
        (lambda p: image.array_to_img(np.zeros((2, 2, 5))), ValueError, "has 5 channels"),
        (lambda p: image.save_img("x", np.zeros((2, 2, 1))), ValueError, "has no extension"),
        (lambda p: image.save_img(p / "x.what", np.zeros((2, 2, 1))), KeyError, "what"),
        (lambda p: image.smart_resize(np.zeros((2, 2, 1)), 3), ValueError, "size=3; expected"),
        (lambda p: image.smart_resize(np.zeros((2, 2)), (3, 3)), ValueError, r"the shape \(2, 2\)"),
    ],
)
def test_bad_input(folder: Path, call: Any, error: type[Exception], words: str) -> None:
    (folder / "text.png").write_text("no picture")
    # Pillow would start another program for it.
    (folder / "drawing.png").write_text("%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n")
    (folder / "cut.png").write_bytes(FILES["rgb.png"][:300])
    (folder / "huge.png").write_bytes(of_size(60_000))
    (folder / "large.png").write_bytes(of_size(9_000))
    with pytest.raises(error, match=words):
        call(folder)


@pytest.mark.parametrize("form", ["PNG", "JPEG", "GIF", "BMP"])
@given(
    flips=st.lists(st.tuples(st.integers(0, 10**6), st.integers(1, 255)), max_size=4),
    end=st.integers(0, 10**6),
)
def test_damaged_files(form: str, flips: list[tuple[int, int]], end: int) -> None:
    """A picture, or an error that says what is damaged; never another one."""
    file = io.BytesIO()
    Image.new("RGB", (9, 7), (200, 3, 90)).save(file, form)
    content = bytearray(file.getvalue())
    for place, bits in flips:
        content[place % len(content)] ^= bits
    hurt = bytes(content[: end % len(content)] if end % 2 else content)
    for read in (image_files.opened, lambda x: decoded(x, 3)):
        try:
            found = read(io.BytesIO(hurt))
        except (OSError, ValueError, Image.DecompressionBombError) as error:
            assert "the content of path" in str(error) or "picture" in str(error)
        else:
            assert np.asarray(found).size


def test_blank_pictures_are_no_bombs() -> None:
    for mode, form in (("1", "PNG"), ("RGB", "PNG"), ("L", "GIF"), ("RGB", "JPEG")):
        file = io.BytesIO()
        Image.new(mode, (3000, 2000)).save(file, form, optimize=True)
        assert image_files.opened(file).size == (3000, 2000)
