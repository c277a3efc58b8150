"""Sounds in folders: the samples and batches of Keras; damaged files are named."""

from __future__ import annotations

import struct
import wave
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given
from hypothesis import strategies as st

import minikeras
from minikeras.utils.wave_files import decoded
from parity_tests.data.test_dataset import process_seed
from parity_tests.utils.test_directories import COMMON, compare_all, standardized

SAMPLES = np.array([0, 1, -1, 32767, -32768, 100], "<i2").tobytes()


def sound(
    samples: bytes = SAMPLES,
    before: bytes = b"",
    between: bytes = b"",
    after: bytes = b"",
    size: int | None = None,
    extra: bytes = b"",
    **form: int,
) -> bytes:
    """A WAV file, whose header may lie."""
    form = {"kind": 1, "channels": 1, "rate": 8000, "bits": 16, **form}
    block = form.get("block", form["channels"] * form["bits"] // 8)
    header = (
        struct.pack(
            "<HHIIHH",
            form["kind"],
            form["channels"],
            form["rate"],
            form.get("byte_rate", form["rate"] * block),
            block,
            form["bits"],
        )
        + extra
    )
    body = b"WAVE" + before + chunk(b"fmt ", header) + between
    body += b"data" + struct.pack("<I", len(samples) if size is None else size) + samples + after
    return b"RIFF" + struct.pack("<I", len(body)) + body


def chunk(name: bytes, content: bytes) -> bytes:
    return name + struct.pack("<I", len(content)) + content


def check(content: bytes, path: Path, samples: int | None = None) -> bool:
    """The samples of TensorFlow, or an error if it has one; whether there are samples."""
    path.write_bytes(content)
    try:
        theirs = tf.audio.decode_wav(content, desired_samples=-1 if samples is None else samples)
    except (tf.errors.InvalidArgumentError, UnicodeDecodeError):  # the latter of its message
        with pytest.raises(ValueError, match="expected a WAV file"):
            decoded(str(path), samples)
        return False
    np.testing.assert_array_equal(decoded(str(path), samples), theirs.audio.numpy(), strict=True)
    return True


FILES = {
    "mono": sound(),
    "stereo": sound(channels=2),
    "three channels": sound(channels=3),
    "nothing": sound(b""),
    "a long format": sound(extra=b"\0\0"),
    "notes before": sound(before=chunk(b"JUNK", b"abc") + chunk(b"bext", b"")),
    "notes between": sound(between=chunk(b"fact", b"abc")),
    "notes behind": sound(after=chunk(b"LIST", b"abcd")),
    "notes behind, too long": sound(after=b"LIST\xff\0\0\0ab"),
}
WRONG = {
    "8 bits": sound(bits=8),
    "24 bits": sound(bits=24),
    "floats": sound(kind=3, bits=32),
    "extensible": sound(kind=0xFFFE, extra=bytes(24)),
    "other notes before": sound(before=chunk(b"LIST", b"abcd")),
    "notes of odd length": sound(before=chunk(b"JUNK", b"abc") + b"\0"),
    "no channels": sound(channels=0),
    "another byte rate": sound(byte_rate=1),
    "another block": sound(block=4, byte_rate=16000),
    "too few samples": sound(size=100),
    "half a sample": sound(SAMPLES[:5]),
    "half a frame": sound(SAMPLES[:10], channels=2),
    "two data chunks": sound(after=chunk(b"data", SAMPLES)),
    "rubbish behind": sound(after=b"xyz"),
    "no data": sound()[:36],
    "half a header": sound()[:30],
    "big-endian": b"RIFX" + sound()[4:],
    "no sound": b"hello, this is a text and no sound at all, is it?",
    "empty": b"",
}


@pytest.mark.parametrize("name", [*FILES, *WRONG])
def test_files(name: str, tmp_path: Path) -> None:
    content = {**FILES, **WRONG}[name]
    for samples in (None, 0, 4, 9):
        assert check(content, tmp_path / "a.wav", samples) == (name in FILES)


@given(
    content=st.sampled_from([*FILES.values()]),
    changes=st.lists(st.tuples(st.integers(0, 60), st.integers(0, 255)), max_size=2),
    end=st.integers(12, 80),
)
def test_damaged_files(
    content: bytes, changes: Any, end: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    damaged = bytearray(content[:end])
    for place, byte in changes:
        if place < len(damaged):
            damaged[place] = byte
    check(bytes(damaged), tmp_path_factory.getbasetemp() / "damaged.wav")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    top = tmp_path_factory.mktemp("sounds")
    rng = np.random.default_rng(0)
    for name, count in (("dogs", 7), ("cats", 9), ("birds", 4)):
        (top / name).mkdir()
        for i in range(count):
            with wave.open(str(top / name / f"{i}.{'WAV' if i % 3 else 'wav'}"), "wb") as file:
                file.setnchannels(1 + i % 2)
                file.setsampwidth(2)
                file.setframerate(8000)
                file.writeframes(rng.integers(-(2**15), 2**15, 4 * (i + 3)).astype("<i2").tobytes())
    return top


@pytest.fixture(autouse=True)
def no_seed() -> Iterator[None]:
    with process_seed(None):
        yield


@given(
    options=st.fixed_dictionaries(
        {
            **COMMON,
            "labels": st.sampled_from(["inferred", None, list(range(20))]),
            "output_sequence_length": st.sampled_from([None, None, 20]),
        }
    )
)
def test_sounds(folder: Path, options: Any) -> None:
    options = standardized(options)
    if options["output_sequence_length"] and options["batch_size"] is not None:
        options |= {"batch_size": 1}  # Keras cannot stack one channel and two
    compare_all("audio_dataset_from_directory", {"directory": str(folder), **options})


def test_mistakes(folder: Path) -> None:
    make = minikeras.utils.audio_dataset_from_directory
    for options, error in (
        ({"sampling_rate": 0}, ValueError),
        ({"sampling_rate": 1.5}, ValueError),
        ({"sampling_rate": 8000}, ImportError),
        ({"label_mode": "mel"}, ValueError),
    ):
        for library in (minikeras, keras):
            with pytest.raises(error):
                library.utils.audio_dataset_from_directory(str(folder), verbose=False, **options)
    with pytest.raises(ValueError, match="ragged=True"):
        make(str(folder), ragged=True)


def test_a_damaged_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "cats").mkdir()
    (tmp_path / "cats" / "a.wav").write_bytes(WRONG["8 bits"])
    dataset = minikeras.utils.audio_dataset_from_directory(str(tmp_path), verbose=False)
    with pytest.raises(ValueError, match=r"cats/a\.wav has the format 1 with 8 bits"):
        next(iter(dataset))
