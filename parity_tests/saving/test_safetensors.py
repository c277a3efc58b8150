"""Weights in safetensors files: the library's bytes, and files of strangers."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import hypothesis.strategies as st
import numpy as np
import pytest
import safetensors.numpy
from hypothesis import given

import minikeras
from minikeras.saving.limits import LoadError
from minikeras.saving.safetensors_store import named_weights
from parity_tests.architectures import architectures
from parity_tests.checks.model import quietly


def small() -> Any:
    layers = minikeras.layers
    norm, dense = layers.BatchNormalization(name="norm"), layers.Dense(2, name="dense")
    return minikeras.Sequential([minikeras.Input((3,)), norm, dense], name="small")


@given(architectures(), st.sampled_from(["float16", "float32", "float64"]))
def test_round_trip(architecture: Any, dtype: str) -> None:
    """The file has the bytes of the library, and gives the weights back."""
    random.seed(0)
    minikeras.config.set_dtype_policy(dtype)
    try:
        model = quietly(lambda: architecture.build(minikeras))
    finally:
        minikeras.config.set_dtype_policy("float32")
    path = Path(TEMPORARY.name) / "model.safetensors"
    model.save_weights(path)
    weights = {name: variable.numpy() for name, variable in named_weights(model).items()}
    assert path.read_bytes() == safetensors.numpy.save(weights, {"format": "minikeras"})
    for variable in model.weights:
        variable.assign(variable.numpy() * 0 + 1)
    model.load_weights(path)
    for name, variable in named_weights(model).items():
        np.testing.assert_array_equal(variable.numpy(), weights[name], name)


@pytest.fixture(autouse=True, scope="module")
def _temporary(tmp_path_factory: Any) -> None:
    TEMPORARY.name = str(tmp_path_factory.mktemp("safetensors"))


class TEMPORARY:
    """The folder of this module's files: tests with drawn examples take no function's fixture."""

    name: str


def test_files_of_the_library(tmp_path: Path) -> None:
    """In another order, with other metadata or none."""
    model = small()
    rng = np.random.default_rng(0)
    values = {
        n: rng.normal(size=v.shape).astype("float32") for n, v in named_weights(model).items()
    }
    safetensors.numpy.save_file(values, tmp_path / "a.safetensors")
    model.load_weights(tmp_path / "a.safetensors")
    for name, variable in named_weights(model).items():
        np.testing.assert_array_equal(variable.numpy(), values[name])


def test_two_variables_of_one_path(tmp_path: Path) -> None:
    x = minikeras.Input((3,), name="x")
    inner = minikeras.Model(x, minikeras.layers.Dense(3, name="same")(x), name="inner")
    model = minikeras.Sequential([inner, minikeras.layers.Dense(3, name="same")], name="outer")
    model.build((None, 3))
    for variable in model.weights:
        variable._path = f"same/{variable.name}"
    assert [*named_weights(model)] == ["same/kernel", "same/bias", "same/kernel#2", "same/bias#2"]
    before = model.get_weights()
    model.save_weights(tmp_path / "a.safetensors")
    model.set_weights([w * 0 for w in before])
    model.load_weights(tmp_path / "a.safetensors")
    for a, b in zip(model.get_weights(), before, strict=True):
        np.testing.assert_array_equal(a, b)


def test_differences_are_listed_and_nothing_is_assigned(tmp_path: Path) -> None:
    model = small()
    path = tmp_path / "a.safetensors"
    tensors = {name: variable.numpy() + 1 for name, variable in named_weights(model).items()}
    del tensors["small/norm/beta"]
    tensors |= {
        "small/dense/kernel": np.ones((2, 3), "float32"),
        "small/dense/bias": np.ones(2, "float64"),
        "other": np.ones(1, "float32"),
    }
    safetensors.numpy.save_file(tensors, path)
    before = model.get_weights()
    with pytest.raises(ValueError) as caught:
        model.load_weights(path)
    for line in (
        "small/norm/beta float32 (3,) is not in the file",
        "small/dense/kernel is float32 (2, 3) in the file; expected float32 (3, 2)",
        "small/dense/bias is float64 (2,) in the file; expected float32 (2,)",
        "'other' is only in the file",
    ):
        assert line in str(caught.value)
    for a, b in zip(model.get_weights(), before, strict=True):
        np.testing.assert_array_equal(a, b)
    with pytest.warns(UserWarning, match="does not fit"):
        model.load_weights(path, skip_mismatch=True)
    np.testing.assert_array_equal(model.layers[0].gamma.numpy(), tensors["small/norm/gamma"])
    np.testing.assert_array_equal(model.layers[1].kernel.numpy(), before[-2])


@pytest.mark.parametrize(
    "options",
    [{"by_name": True}, {"objects_to_skip": []}],
    ids=str,
)
def test_options_of_other_formats(tmp_path: Path, options: Any) -> None:
    with pytest.raises(ValueError, match="is no option of"):
        small().load_weights(tmp_path / "a.safetensors", **options)


def test_shards(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="max_shard_size is no option"):
        small().save_weights(tmp_path / "a.safetensors", max_shard_size=1)


def test_a_model_that_is_not_built(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="not yet been built"):
        minikeras.Sequential([minikeras.layers.Dense(2)]).save_weights(tmp_path / "a.safetensors")


# Files of strangers


def entry(begin: int, end: int, **other: Any) -> dict[str, Any]:
    return {"dtype": "F32", "shape": [(end - begin) // 4], "data_offsets": [begin, end], **other}


def file_of(header: Any, data: bytes = bytes(8), length: int | None = None) -> bytes:
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return (len(text) if length is None else length).to_bytes(8, "little") + text + data


HOSTILE: dict[str, bytes] = {
    "empty": b"",
    "short": b"\x01\x00",
    "a header beyond the file": file_of({"a": entry(0, 8)}, length=1 << 62),
    "a header of no bytes": file_of(b"", length=0),
    "no JSON": file_of(b"{"),
    "a list": file_of([]),
    "10^6 brackets": file_of(b"[" * 1_000_000),
    "a key twice": file_of(b'{"a":{},"a":{}}'),
    "NaN": file_of(b'{"a":NaN}'),
    "no entry": file_of({"a": 3}),
    "a key too many": file_of({"a": entry(0, 8, file="/etc/passwd")}),
    "an unknown dtype": file_of({"a": entry(0, 8, dtype="OBJECT")}),
    "a dtype that is no text": file_of({"a": entry(0, 8, dtype=["F32"])}),
    "a negative size": file_of({"a": entry(0, 8, shape=[-2])}),
    "sizes that are booleans": file_of({"a": entry(0, 4, shape=[True])}, bytes(4)),
    "10^12 numbers": file_of({"a": entry(0, 8, shape=[10**12])}),
    "a product beyond 64 bits": file_of({"a": entry(0, 8, shape=[2**40, 2**40, 2])}),
    "axes without end": file_of({"a": entry(0, 4, shape=[1] * 1000)}, bytes(4)),
    "offsets beyond the file": file_of({"a": entry(0, 800)}),
    "falling offsets": file_of({"a": entry(0, 8, data_offsets=[8, 0])}),
    "an overlap": file_of({"a": entry(0, 8), "b": entry(4, 8)}),
    "a gap": file_of({"a": entry(0, 4), "b": entry(8, 12)}, bytes(12)),
    "bytes behind the arrays": file_of({"a": entry(0, 4)}),
    "metadata that is no text": file_of({"__metadata__": {"a": {}}, "b": entry(0, 8)}),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_files(tmp_path: Path, name: str) -> None:
    model, path = small(), tmp_path / "a.safetensors"
    path.write_bytes(HOSTILE[name])
    before = model.get_weights()
    for skip_mismatch in (False, True):
        with pytest.raises(LoadError, match=r"a\.safetensors"):
            model.load_weights(path, skip_mismatch=skip_mismatch)
    for a, b in zip(model.get_weights(), before, strict=True):
        np.testing.assert_array_equal(a, b)


@given(st.data())
def test_damaged_files(data: Any) -> None:
    """A file with a changed or a missing byte is refused, or gives whole arrays."""
    model, path = small(), Path(TEMPORARY.name) / "damaged.safetensors"
    model.save_weights(path)
    content = bytearray(path.read_bytes())
    at = data.draw(st.integers(0, len(content) - 1))
    if data.draw(st.booleans()):
        del content[at:]
    else:
        content[at] ^= data.draw(st.integers(1, 255))
    path.write_bytes(content)
    before = model.get_weights()
    try:
        model.load_weights(path)
    except ValueError:
        for a, b in zip(model.get_weights(), before, strict=True):
            np.testing.assert_array_equal(a, b)
