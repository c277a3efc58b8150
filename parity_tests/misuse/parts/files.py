"""Bad input of picture files, and of folders of pictures and texts."""

from __future__ import annotations

import io
import os
import struct
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from PIL import UnidentifiedImageError

from parity_tests.misuse.model import Keras
from parity_tests.misuse.parts.rows import ACCIDENT, Call, Instead, Prepared, Row, picture

BLACK = np.zeros((2, 2, 3), "float32")


def declaring(form: str, pixels: int) -> bytes:
    """A small file that declares so many rows and columns."""
    data = bytearray(picture(form))
    if form == "png":
        header = b"IHDR" + struct.pack(">II", pixels, pixels) + data[24:29]
        data[12:33] = header + struct.pack(">I", zlib.crc32(header))
    elif form == "jpeg":
        start = data.index(b"\xff\xc0") + 5
        data[start : start + 4] = struct.pack(">HH", pixels, pixels)
    elif form == "gif":
        start = data.index(b"\x2c\0\0\0\0") + 5
        data[6:10] = data[start : start + 4] = struct.pack("<HH", pixels, pixels)
    else:
        data[18:26] = struct.pack("<ii", pixels, pixels)
    return bytes(data)


def _damaged() -> dict[str, bytes]:
    flipped = bytearray(picture("png"))
    flipped[45] ^= 255
    return {
        "cut.jpg": picture("jpeg")[:300],
        "cut.gif": picture("gif")[:200],
        "cut.bmp": picture("bmp")[:90],
        "text.png": b"no picture",
        "empty.png": b"",
        "flipped.png": bytes(flipped),
        "without_pixels.png": declaring("png", 0),
    }


DAMAGED = _damaged()
HUGE = {f"huge.{form}": declaring(form, 60_000) for form in ("png", "jpeg", "gif", "bmp")}


def _file(name: str, content: bytes | None, act: Callable[[Keras, str], Any]) -> Call:
    def prepare(k: Keras, folder: Path) -> None:
        if content is not None:
            (folder / name).write_bytes(content)

    return Prepared(prepare, lambda k, folder: act(k, str(folder / name)))


def _loaded(**options: Any) -> Call:
    return _file("x.png", picture("png"), lambda k, path: k.utils.load_img(path, **options))


def _saved(name: str, x: Any, **options: Any) -> Call:
    return _file(name, None, lambda k, path: k.utils.save_img(path, x, **options))


def _folders(folder: Path, names: str, content: bytes, end: str) -> str:
    for name in names.split():
        (folder / name).mkdir()
        for i in range(3):
            (folder / name / f"{i}.{end}").write_bytes(content)
    return str(folder)


def _images(names: str = "a b", **options: Any) -> Call:
    """A data set of six pictures in two folders."""

    def act(k: Keras, folder: Path) -> Any:
        return k.utils.image_dataset_from_directory(folder, **{"verbose": False, **options})

    return Prepared(lambda k, folder: _folders(folder, names, picture("png"), "png"), act)


def _texts(**options: Any) -> Call:
    def act(k: Keras, folder: Path) -> Any:
        return k.utils.text_dataset_from_directory(folder, **{"verbose": False, **options})

    return Prepared(lambda k, folder: _folders(folder, "a b", b"one two", "txt"), act)


def _in_folder(name: str, content: bytes, **options: Any) -> Call:
    """The first batch of a folder with this file."""

    def prepare(k: Keras, folder: Path) -> None:
        (folder / "a").mkdir()
        (folder / "a" / name).write_bytes(content)

    def act(k: Keras, folder: Path) -> Any:
        how = {"image_size": 4, "verbose": False, **options}
        return next(iter(k.utils.image_dataset_from_directory(str(folder), **how)))

    return Prepared(prepare, act)


def _of(name: str, make: Callable[[Path], Any] = lambda folder: None) -> Call:
    def act(k: Keras, folder: Path) -> Any:
        return k.utils.image_dataset_from_directory(str(folder / name), verbose=False)

    return Prepared(lambda k, folder: make(folder), act)


def _link(k: Keras, folder: Path) -> None:
    (folder / "a").mkdir()
    os.symlink("nowhere", folder / "a" / "x.png")


def _pillows(name: str) -> type[Exception]:
    """The type of the error for a damaged file: UnidentifiedImageError if it looks like none."""
    unknown = name in ("text.png", "empty.png", "cut.gif", "without_pixels.png")
    return UnidentifiedImageError if unknown else OSError


def _refused(argument: str, value: Any, words: str, instead: Instead | None = None) -> Any:
    return f"images, {argument}={value!r}", Row(_images(**{argument: value}), words, instead)


_ANY = (ValueError, ACCIDENT)
_READING = "TensorFlow's InvalidArgumentError names no file; here it is the type of load_img"

ROWS: dict[str, Row] = {
    # load_img
    **{
        f"load_img of {name}": Row(
            _file(name, content, lambda k, path: np.asarray(k.utils.load_img(path))), name
        )
        for name, content in {**DAMAGED, **HUGE}.items()
    },
    "load_img of no file": Row(_file("x.png", None, lambda k, p: k.utils.load_img(p)), "x.png"),
    "load_img of a folder": Row(lambda k, folder: k.utils.load_img(folder), "directory"),
    "load_img of a number": Row(lambda k, folder: k.utils.load_img(3), "path=3 | BytesIO"),
    "load_img of an array": Row(lambda k, folder: k.utils.load_img(BLACK), "path | (2, 2, 3)"),
    "load_img of bytes that are no picture": Row(
        lambda k, folder: k.utils.load_img(io.BytesIO(b"no")), "content of path | no picture"
    ),
    "load_img, color_mode": Row(_loaded(color_mode="cmyk"), "color_mode='cmyk' | 'rgb'"),
    "load_img, a list of modes": Row(_loaded(color_mode=["rgb"]), "color_mode=['rgb'] | 'rgba'"),
    "load_img, interpolation": Row(
        _loaded(target_size=(3, 3), interpolation="cubic"), "interpolation='cubic' | 'bicubic'"
    ),
    "load_img to a number": Row(_loaded(target_size=3), "target_size=3 | height"),
    "load_img to text": Row(_loaded(target_size="3x3"), "target_size='3x3' | height"),
    "load_img to one number": Row(
        _loaded(target_size=(3,)), "target_size=(3,) | height", (TypeError, ACCIDENT)
    ),
    "load_img to 0": Row(_loaded(target_size=(0, 3)), "target_size=0 | at least 1"),
    "load_img to -1": Row(_loaded(target_size=(-1, 3)), "target_size=-1 | at least 1"),
    "load_img to 0 with its proportions": Row(
        _loaded(target_size=(0, 3), keep_aspect_ratio=True), "target_size=0 | at least 1", _ANY
    ),
    "load_img to None": Row(_loaded(target_size=(None, 3)), "target_size=None | whole number"),
    # arrays
    **{
        f"{name} of {what}": Row(lambda k, folder, name=name, x=x: getattr(k.utils, name)(x), words)
        for name in ("img_to_array", "array_to_img")
        for what, x, words in (
            ("rank 1", np.zeros(3), "(3,) | rank"),
            ("rank 4", np.zeros((1, 2, 2, 3)), "(1, 2, 2, 3) | rank"),
            ("text", "abc", "'abc' | numbers"),
            ("text of rank 3", np.full((2, 2, 3), "a"), "(2, 2, 3) | numbers"),
            ("lists of unequal lengths", [[1, 2], [3]], "[[1, 2], [3]] | numbers"),
        )
    },
    "array_to_img of no pixels": Row(
        lambda k, folder: k.utils.array_to_img(np.zeros((0, 2, 3))), "(0, 2, 3) | pixels"
    ),
    "array_to_img of two channels": Row(
        lambda k, folder: k.utils.array_to_img(np.zeros((2, 2, 2))), "2 channels | 1, 3 or 4"
    ),
    "img_to_array, data_format": Row(
        lambda k, folder: k.utils.img_to_array(BLACK, data_format="first"), "data_format | 'first'"
    ),
    "img_to_array, dtype": Row(
        lambda k, folder: k.utils.img_to_array(BLACK, dtype="real"), "dtype='real' | float32"
    ),
    # save_img
    "save_img without extension": Row(_saved("x", BLACK), "no extension | file_format"),
    "save_img of an unknown extension": Row(_saved("x.what", BLACK), "'what' | PNG"),
    "save_img of an unknown format": Row(
        _saved("x.png", BLACK, file_format="what"), "file_format='what' | PNG"
    ),
    "save_img with a number as format": Row(
        _saved("x.png", BLACK, file_format=3), "file_format=3 | name", _ANY
    ),
    "save_img into no folder": Row(_saved("absent/x.png", BLACK), "absent"),
    "save_img over a folder": Row(
        lambda k, folder: k.utils.save_img(folder, BLACK, file_format="png"), "path | folder"
    ),
    "save_img to None": Row(lambda k, folder: k.utils.save_img(None, BLACK), "path=None | path"),
    "save_img of two channels": Row(_saved("x.png", BLACK[..., :2]), "2 channels | 1, 3 or 4"),
    "save_img with text as quality": Row(_saved("x.jpg", BLACK, quality="best"), "quality"),
    # smart_resize
    **{
        f"smart_resize, {what}": Row(
            lambda k, folder, x=x, size=size, how=how: k.preprocessing.image.smart_resize(
                x, size, **how
            ),
            words,
            instead,
        )
        for what, x, size, how, words, instead in (
            ("one size", BLACK, 3, {}, "size=3 | height", _ANY),
            ("three sizes", BLACK, (1, 2, 3), {}, "size=(1, 2, 3) | height", None),
            ("size 0", BLACK, (0, 2), {}, "size=0 | at least 1", _ANY),
            ("size -1", BLACK, (-1, 2), {}, "size=-1 | at least 1", None),
            ("size 1.5", BLACK, (1.5, 2), {}, "size=1.5 | whole number", None),
            ("rank 2", BLACK[0], (2, 2), {}, "(2, 3) | height", None),
            ("text", np.full((2, 2, 3), "a"), (2, 2), {}, "x | numbers", None),
            ("no pixels", BLACK[:0], (2, 2), {}, "pixels", None),
            ("interpolation", BLACK, (3, 2), {"interpolation": "cubic"}, "'cubic'", None),
            ("data_format", BLACK, (3, 2), {"data_format": "first"}, "'first'", None),
        )
    },
    # folders of pictures
    **dict(
        (
            _refused("labels", "folders", "labels='folders' | 'inferred'"),
            _refused("labels", [0] * 3, "labels has 3 | 6"),
            _refused("label_mode", "float", "label_mode='float' | 'int'"),
            _refused("class_names", ["a", "c"], "class_names=['a', 'c'] | ['a', 'b']"),
            _refused("class_names", 3, "class_names=3 | list"),
            _refused("color_mode", "cmyk", "color_mode='cmyk' | 'rgb'"),
            _refused("color_mode", ["rgb"], "color_mode=['rgb'] | 'rgba'"),
            _refused("batch_size", 0, "batch_size=0 | at least 1"),
            _refused("batch_size", "a", "batch_size='a' | whole number"),
            _refused("image_size", (1, 2, 3), "image_size=(1, 2, 3) | height"),
            _refused("image_size", ("a", 3), "image_size=('a', 3) | whole"),
            _refused("image_size", (2.5, 3), "image_size=(2.5, 3) | whole"),
            _refused("image_size", (-1, 3), "image_size=(-1, 3) | whole"),
            _refused("interpolation", "cubic", "interpolation='cubic' | 'bicubic'"),
            _refused("interpolation", None, "interpolation=None | 'bicubic'", _ANY),
            _refused("seed", "a", "seed='a' | whole number"),
            _refused("seed", -1, "seed=-1 | at least 0"),
            _refused("validation_split", 2, "validation_split=2 | between 0 and 1"),
            _refused("validation_split", "a", "validation_split='a' | between 0 and 1"),
            _refused("subset", "test", "subset='test' | 'training'"),
            _refused("data_format", "first", "data_format | 'first'"),
            _refused("format", "csv", "format='csv' | 'tf'"),
        )
    ),
    "a split without a subset": Row(_images(validation_split=0.5, seed=1), "subset=None | both"),
    "a split without a seed": Row(_images(validation_split=0.5, subset="training"), "seed"),
    "a split that leaves nothing": Row(
        _images(validation_split=0.01, subset="both", seed=1), "No training images | .png"
    ),
    "three classes for binary labels": Row(
        _images(names="a b c", label_mode="binary"), "label_mode='binary' | two classes"
    ),
    "no folder": Row(_of("absent"), "absent"),
    "an empty folder": Row(_of(""), "No images | .png"),
    "a folder without classes": Row(
        _of("", lambda f: (f / "x.png").write_bytes(picture("png"))), "No images | .png"
    ),
    "classes without pictures": Row(_of("", lambda f: (f / "a").mkdir()), "No images | .png"),
    "a file for a folder": Row(_of("x", lambda f: (f / "x").write_bytes(b"")), "x"),
    "None for a folder": Row(
        lambda k, folder: k.utils.image_dataset_from_directory(None), "directory=None | path"
    ),
    "pictures of other formats": Row(
        _of("", lambda f: _folders(f, "a", b"", "tif")), "No images | .png"
    ),
    **{
        f"a folder with {name}": Row(_in_folder(name, content), name, (_pillows(name), _READING))
        for name, content in {**DAMAGED, **HUGE}.items()
    },
    "a JPEG with transparency": Row(
        _in_folder("x.jpg", picture("jpeg"), color_mode="rgba"), "x.jpg | JPEG | color_mode"
    ),
    "a gray GIF": Row(
        _in_folder("x.gif", picture("gif"), color_mode="grayscale"), "x.gif | GIF | color_mode"
    ),
    "a link to nothing": Row(
        Prepared(
            _link,
            lambda k, folder: next(
                iter(k.utils.image_dataset_from_directory(str(folder), verbose=False))
            ),
        ),
        "x.png",
        (FileNotFoundError, _READING),
    ),
    # folders of texts
    "texts, labels": Row(_texts(labels=[0] * 3), "labels has 3 | 6"),
    "texts, class_names": Row(
        _texts(class_names=["a", "c"]), "class_names=['a', 'c'] | ['a', 'b']"
    ),
    "texts, batch_size": Row(_texts(batch_size=0), "batch_size=0 | at least 1"),
    "texts, max_length": Row(_texts(max_length="a"), "max_length='a' | whole number"),
    "texts, seed": Row(_texts(seed="a"), "seed='a' | whole number"),
    "texts, validation_split": Row(_texts(validation_split=2), "validation_split=2"),
    "texts, format": Row(_texts(format="csv"), "format='csv'"),
    "texts in no folder": Row(
        lambda k, folder: k.utils.text_dataset_from_directory(str(folder / "absent")), "absent"
    ),
    "texts in an empty folder": Row(
        lambda k, folder: k.utils.text_dataset_from_directory(str(folder)), "No text files | .txt"
    ),
}
