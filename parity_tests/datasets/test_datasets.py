"""From one cache Keras and minikeras give the same arrays.

The files are small ones in the formats of the real ones; they come from a server on this machine.
"""

from __future__ import annotations

import contextlib
import gzip
import io
import json
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from keras.src.utils import file_utils

import minikeras
from minikeras.datasets import catalogue
from minikeras.saving.limits import LoadError
from parity_tests.datasets.pickle_files import batch, npz_with, objects
from parity_tests.utils.archive_files import tar_of
from parity_tests.utils.local_server import Server, content, serving

SOURCES = catalogue.SOURCES  # before a fixture replaces them
NAMES = minikeras.datasets.__all__
RNG = np.random.default_rng(0)


def npz(**arrays: Any) -> bytes:
    made = io.BytesIO()
    np.savez(made, **arrays)
    return made.getvalue()


def compressed_npz(**arrays: Any) -> bytes:
    made = io.BytesIO()
    np.savez_compressed(made, **arrays)
    return made.getvalue()


def images(samples: int, *shape: int) -> Any:
    return RNG.integers(0, 256, (samples, *shape)).astype("uint8")


def classes(samples: int, most: int = 10) -> Any:
    return RNG.integers(0, most, samples)


def texts(samples: int) -> Any:
    """Texts of 1 to 20 words."""
    made = np.empty(samples, object)
    for i in range(samples):
        made[i] = RNG.integers(1, 40, RNG.integers(1, 20)).tolist()
    return made


def idx(array: Any) -> bytes:
    head = b"\0\0\x08" + bytes([array.ndim]) + struct.pack(f">{array.ndim}I", *array.shape)
    return gzip.compress(head + array.tobytes())


def labels(samples: int) -> dict[str, Any]:
    return {"coarse_labels": classes(samples).tolist(), "fine_labels": classes(samples).tolist()}


BODIES = {
    "mnist.npz": compressed_npz(
        x_train=images(30, 28, 28),
        y_train=classes(30).astype("uint8"),
        x_test=images(10, 28, 28),
        y_test=classes(10).astype("uint8"),
    ),
    "train-labels-idx1-ubyte.gz": idx(classes(20).astype("uint8")),
    "train-images-idx3-ubyte.gz": idx(images(20, 28, 28)),
    "t10k-labels-idx1-ubyte.gz": idx(classes(5).astype("uint8")),
    "t10k-images-idx3-ubyte.gz": idx(images(5, 28, 28)),
    "cifar-100-python.tar.gz": tar_of(
        {
            "cifar-100-python/": None,
            "cifar-100-python/train": batch(images(12, 3072), labels(12)),
            "cifar-100-python/test": batch(images(4, 3072), labels(4)),
        },
        "gz",
    ),
    "imdb.npz": npz(
        x_train=texts(40), y_train=classes(40, 2), x_test=texts(30), y_test=classes(30, 2)
    ),
    "imdb_word_index.json": json.dumps({"the": 1, "naïve": 2}).encode(),
    "reuters.npz": npz(x=texts(50), y=classes(50, 46)),
    "reuters_word_index.json": b'{"mdbl": 10996, "fawc": 16260}',
    "boston_housing.npz": npz(x=RNG.normal(size=(50, 13)), y=RNG.normal(size=50)),
    "california_housing.npz": npz(
        x=np.asfortranarray(RNG.normal(size=(700, 8)).astype("f4")), y=RNG.normal(size=700)
    ),
}


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with serving() as running:
        running.answers = {f"/{name}": content(body) for name, body in BODIES.items()}
        yield running


@pytest.fixture(scope="module", autouse=True)
def from_the_server(
    server: Server, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[pytest.TempPathFactory]:
    """Both libraries ask the server, without hashes, and have one cache."""
    home = str(tmp_path_factory.mktemp("home"))

    def get_file(fname: str, origin: str, file_hash: str | None = None, **options: Any) -> str:
        name = origin.rpartition("/")[2]
        return file_utils.get_file(fname, f"{server.url}/{name}", cache_dir=home, **options)

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("KERAS_HOME", home)
        for name in NAMES:
            patch.setattr(f"keras.src.datasets.{name}.get_file", get_file)
        local = {name: catalogue.Source(f"{server.url}/", None) for name in catalogue.SOURCES}
        patch.setattr(catalogue, "SOURCES", local)
        yield tmp_path_factory


def assert_same(ours: Any, theirs: Any) -> None:
    """The same tuples of the same arrays, with the same lists in them."""
    assert type(ours) is type(theirs) is tuple and len(ours) == len(theirs)
    for one, other in zip(ours, theirs):
        if isinstance(other, tuple):
            assert_same(one, other)
            continue
        assert (one.shape, one.dtype) == (other.shape, other.dtype)
        assert np.array_equal(one, other)
        assert one.flags.writeable == other.flags.writeable
        if other.dtype == object:
            assert [*map(type, one.ravel())] == [*map(type, other.ravel())]


def compare(name: str, **arguments: Any) -> None:
    def result(library: Any) -> Any:
        try:
            return getattr(library.datasets, name).load_data(**arguments)
        except ValueError:
            return ValueError

    theirs, ours = result(keras), result(minikeras)
    if theirs is ValueError or ours is ValueError:
        assert ours is theirs
    else:
        assert_same(ours, theirs)


@contextlib.contextmanager
def layout(data_format: Any) -> Iterator[None]:
    """Both libraries give images in this layout."""
    for library in keras, minikeras:
        library.config.set_image_data_format(data_format)
    try:
        yield
    finally:
        for library in keras, minikeras:
            library.config.set_image_data_format("channels_last")


@pytest.mark.parametrize("data_format", ["channels_last", "channels_first"])
@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("mnist", {}),
        ("mnist", {"path": "other.npz"}),
        ("fashion_mnist", {}),
        ("cifar100", {}),
        ("cifar100", {"label_mode": "coarse"}),
        ("cifar100", {"label_mode": "both"}),
    ],
)
def test_images(name: str, arguments: dict[str, Any], data_format: str) -> None:
    with layout(data_format):
        compare(name, **arguments)


def test_cifar10(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keras reads files of 10,000 images only; so they are not sent and extracted here."""
    folder = tmp_path / "cifar-10-batches-py"
    folder.mkdir()
    for name in [*(f"data_batch_{i}" for i in range(1, 6)), "test_batch"]:
        pixels = np.resize(images(7, 3072), (10_000, 3072))
        (folder / name).write_bytes(batch(pixels, {"labels": classes(10_000).tolist()}))
    for module in ("keras.src.datasets.cifar10.get_file", "minikeras.datasets.catalogue.fetch"):
        monkeypatch.setattr(module, lambda *args, **options: str(tmp_path))
    with layout("channels_first"):  # arrays in this order are compared faster
        compare("cifar10")
    (folder / "data_batch_3").write_bytes(batch(images(1, 3072), {"labels": [1]}))
    with pytest.raises(LoadError, match="data_batch_3 holds 1 images; expected 10000"):
        minikeras.datasets.cifar10.load_data()


@given(
    name=st.sampled_from(["boston_housing", "california_housing"]),
    test_split=st.sampled_from([0, 0.0, 0.2, 0.333, 0.999, 1, 1.5, -0.1]),
    seed=st.sampled_from([113, 0, 7, None]),
    version=st.sampled_from(["large", "small", "medium"]),
)
def test_tables(name: str, test_split: float, seed: int | None, version: str) -> None:
    options = {"version": version} if name == "california_housing" else {}
    if seed is not None:
        options["seed"] = seed  # type: ignore[assignment]  # an int
    compare(name, test_split=test_split, **options)


@given(
    name=st.sampled_from(["imdb", "reuters"]),
    num_words=st.sampled_from([None, 0, 10, 30, 1000]),
    skip_top=st.sampled_from([0, 5, 20]),
    maxlen=st.sampled_from([None, 0, 2, 3, 8, 100]),
    seed=st.sampled_from([113, 0]),
    start_char=st.sampled_from([1, None, 0]),
    oov_char=st.sampled_from([2, None]),
    index_from=st.sampled_from([3, 0, None, 7]),
    test_split=st.sampled_from([0.2, 0, 0.5, 1]),
)
def test_texts(name: str, test_split: float, **arguments: Any) -> None:
    if arguments["start_char"] is not None and arguments["index_from"] is None:
        arguments["index_from"] = 0  # Keras adds None to a word, and raises TypeError
    if name == "reuters":
        arguments["test_split"] = test_split
    compare(name, **arguments)


def test_texts_of_one_length_are_a_matrix() -> None:
    """As NumPy makes it of lists that have one length."""
    compare("imdb", maxlen=3, num_words=20)
    compare("imdb", maxlen=2, num_words=20, start_char=None)


@pytest.mark.parametrize("name", ["imdb", "reuters"])
def test_word_indices(name: str) -> None:
    theirs, ours = (getattr(x.datasets, name).get_word_index() for x in (keras, minikeras))
    assert ours == theirs


def test_names_of_topics() -> None:
    assert minikeras.datasets.reuters.get_label_names() == keras.datasets.reuters.get_label_names()


def test_sources_are_those_of_keras(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The addresses, hashes, names and folders with which Keras asks for files."""
    asked: dict[str, list[Any]] = {"keras": [], "minikeras": []}

    def record(library: str) -> Any:
        def get_file(fname: Any = None, origin: Any = None, **options: Any) -> str:
            options.setdefault("file_hash", None)
            asked[library].append((fname, origin, sorted(options.items())))
            raise InterruptedError

        return get_file

    for name in NAMES:
        monkeypatch.setattr(f"keras.src.datasets.{name}.get_file", record("keras"))
    monkeypatch.setattr(catalogue, "get_file", record("minikeras"))
    monkeypatch.setattr(catalogue, "SOURCES", SOURCES)
    for name in NAMES:
        for function in ("load_data", "get_word_index"):
            for library in keras, minikeras:
                if call := getattr(getattr(library.datasets, name), function, None):
                    with pytest.raises(InterruptedError):
                        call()
    # Keras asks for the labels of Fashion-MNIST first; the other files are asked for alike.
    first = lambda entry: entry[0].replace("labels-idx1", "images-idx3")  # noqa: E731
    assert [first(e) for e in asked["minikeras"]] == [first(e) for e in asked["keras"]]
    rest = [[e for e in found if "idx" not in e[0]] for found in asked.values()]
    assert rest[0] == rest[1] and len(rest[0]) == 9


# Files that are damaged or mean harm

GADGET = b"\x80\x02cposix\nsystem\nU\x09touch xxx\x85R."
BAD: dict[str, tuple[str, str, bytes, str]] = {
    "no zip": ("mnist", "mnist.npz", b"no zip", "not a zip archive"),
    "absent": ("mnist", "mnist.npz", npz(x_train=np.zeros(1)), "no entry 'y_train.npy'"),
    "objects": (
        "mnist",
        "mnist.npz",
        npz(x_train=np.array([[1], [1, 2]], object)),
        "has the dtype object; expected numbers",
    ),
    "header": ("mnist", "mnist.npz", npz_with(x_train=b"\x93NUMPY\1\0\2\0__"), "is damaged"),
    "another version": ("mnist", "mnist.npz", npz_with(x_train=b"\x93NUMPY\7\0"), "is damaged"),
    "too large": (
        "boston_housing",
        "boston_housing.npz",
        npz_with(x=npz(x=np.zeros(9)) and objects(b"", (1 << 50,)).replace(b"|O", b"f8")),
        "does not have the",
    ),
    "gadget": ("imdb", "imdb.npz", npz_with(x_train=objects(GADGET)), "the name 'posix.system'"),
    "no lists": (
        "reuters",
        "reuters.npz",
        npz(x=np.array([[1], ["a"]], object), y=np.zeros(2)),
        "expected integers",
    ),
    "bomb": ("mnist", "mnist.npz", compressed_npz(x_train=np.zeros(200 << 20, "u1")), "would grow"),
    "no gzip": ("fashion_mnist", "train-images-idx3-ubyte.gz", b"no gzip", "is damaged"),
    "no idx": ("fashion_mnist", "train-images-idx3-ubyte.gz", gzip.compress(b"1234"), "no IDX"),
    "cut off": ("fashion_mnist", "train-labels-idx1-ubyte.gz", idx(images(9))[:-9], "is damaged"),
    "too few": (
        "fashion_mnist",
        "train-labels-idx1-ubyte.gz",
        gzip.compress(b"\0\0\x08\1\0\0\0\x09123"),
        "does not have the 9 bytes",
    ),
    "huge": (
        "fashion_mnist",
        "train-labels-idx1-ubyte.gz",
        gzip.compress(b"\0\0\x08\3" + b"\xff" * 12),
        "declares the shape",
    ),
    "shapes": (
        "fashion_mnist",
        "train-labels-idx1-ubyte.gz",
        idx(classes(7).astype("uint8")),
        "has the shape",
    ),
    "cifar": (
        "cifar100",
        "cifar-100-python.tar.gz",
        tar_of({"cifar-100-python/train": GADGET}, "gz"),
        "the name 'posix.system'",
    ),
    "no batch": (
        "cifar100",
        "cifar-100-python.tar.gz",
        tar_of({"cifar-100-python/train": b"\x80\x02]."}, "gz"),
        "expected b'data'",
    ),
    "outside": (
        "cifar100",
        "cifar-100-python.tar.gz",
        tar_of({"../train": b""}, "gz"),
        "plain relative",
    ),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_files(
    server: Server, name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The error names the file, and the next call with a sound file succeeds."""
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    dataset, file, body, words = BAD[name]
    monkeypatch.setitem(server.answers, f"/{file}", content(body))
    load = getattr(minikeras.datasets, dataset).load_data
    with pytest.raises(ValueError, match=words) as caught:
        load()
    assert str(tmp_path) in str(caught.value)
    assert not (tmp_path / "xxx").exists()


@pytest.mark.parametrize(
    ("name", "arguments", "error", "words"),
    [
        ("boston_housing", {"test_split": "x"}, ValueError, "test_split='x'"),
        ("reuters", {"test_split": 2}, ValueError, r"test_split=2; expected a number in \[0, 1\]$"),
        ("imdb", {"num_words": "10"}, TypeError, "num_words='10'"),
        ("reuters", {"maxlen": "10"}, TypeError, "maxlen='10'"),
        ("reuters", {"maxlen": 1}, ValueError, "maxlen=1 leaves no text"),
        ("cifar100", {"label_mode": 3}, ValueError, "label_mode=3"),
        ("mnist", {"path": "a/b.npz"}, ValueError, "fname='a/b.npz' is a path"),
    ],
)
def test_bad_arguments(name: str, arguments: Any, error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        getattr(minikeras.datasets, name).load_data(**arguments)


def test_names_of_earlier_versions() -> None:
    with pytest.warns(UserWarning, match="no arguments .'nb_words'"):
        minikeras.datasets.imdb.load_data(nb_words=5)
