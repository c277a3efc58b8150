"""Sounds in WAV files, as TensorFlow reads them (RIFF chunks; Microsoft and IBM 1991).

Parity: TensorFlow reads 16-bit PCM only, and counts no byte that fills a chunk of odd length up.
What it refuses, this refuses.
"""

from __future__ import annotations

import struct
from typing import Any, NoReturn

import numpy as np

from minikeras.types import Array

_PCM, _BITS = 1, 16
_BEFORE_FORMAT = {b"JUNK", b"bext", b"iXML", b"qlty", b"mext", b"levl", b"link", b"axml"}
_FORMAT_SIZES = (16, 18)


def decoded(path: str, samples: int | None = None) -> Array:
    """The samples (samples, channels) of a WAV file, float32 in [−1, 1).

    samples: how many; longer sounds are cut off and shorter ones filled up with 0; None for all.

    Raises ValueError, which names the file, if it is damaged or has another format than 16-bit PCM.
    """
    with open(path, "rb") as file:
        content = file.read()
    if content[:4] != b"RIFF" or content[8:12] != b"WAVE":
        _refuse(path, f"begins with {content[:4]!r}, not with a RIFF header of WAVE")
    channels, place = _format(path, content)
    found = None
    while place < len(content):
        name, start, size = _chunk(path, content, place)
        place = start + size
        if name != b"data":
            continue
        if found is not None:
            _refuse(path, "has more than one data chunk")
        if place > len(content):
            _refuse(path, f"promises {size} bytes of samples and has {len(content) - start}")
        if size % (2 * channels):
            _refuse(path, f"has {size} bytes of samples, no multiple of {2 * channels}")
        numbers = np.frombuffer(content, "<i2", size // 2, start)
        found = numbers.reshape(-1, channels).astype("float32") / np.float32(32768)
    if found is None:
        _refuse(path, "has no data chunk")
    if samples is None:
        return found
    fill = max(0, samples - len(found))
    return np.pad(found[:samples], [(0, fill), (0, 0)])


def _format(path: str, content: bytes) -> tuple[int, int]:
    """The number of channels, and the place of the first chunk behind the format."""
    place = 12
    while True:
        name, start, size = _chunk(path, content, place)
        place = start + size
        if name == b"fmt ":
            break
        if name not in _BEFORE_FORMAT:
            _refuse(
                path, f"has a chunk {name!r} before its format, which TensorFlow does not expect"
            )
    if size not in _FORMAT_SIZES or place > len(content):
        _refuse(path, f"has a format of {size} bytes, not of {_FORMAT_SIZES}")
    kind, channels, rate, byte_rate, block, bits = struct.unpack_from("<HHIIHH", content, start)
    if (kind, bits) != (_PCM, _BITS):
        _refuse(path, f"has the format {kind} with {bits} bits; expected PCM (1) with 16 bits")
    if channels < 1 or block != 2 * channels or byte_rate != rate * block:
        _refuse(path, f"has {channels} channels, {block} bytes a sample and {byte_rate} a second")
    return channels, place


def _chunk(path: str, content: bytes, place: int) -> tuple[bytes, int, int]:
    """The name of the chunk at a place, where its bytes begin, and how many it promises."""
    if place + 8 > len(content):
        _refuse(path, "ends within the header of a chunk")
    (size,) = struct.unpack_from("<I", content, place + 4)
    return content[place : place + 4], place + 8, size


def _refuse(path: Any, what: str) -> NoReturn:
    raise ValueError(f"{path} {what}; expected a WAV file of 16-bit PCM")
