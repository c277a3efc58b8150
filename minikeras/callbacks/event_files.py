"""Event files, which TensorBoard reads: numbers, histograms, images and texts by tag and step.

The messages are those of the library ``tensorboard``; TensorFlow is not needed.
"""

from __future__ import annotations

import itertools
import os
import socket
import struct
import time
import zlib
from typing import Any

import numpy as np

from minikeras.optional import Library
from minikeras.types import Array

event_pb2, summary_pb2, tensor_pb2 = (
    Library(f"tensorboard.compat.proto.{name}_pb2") for name in ("event", "summary", "tensor")
)
record_writer = Library("tensorboard.summary.writer.record_writer")
_numbers = itertools.count()  # of the files of this process

_BUCKETS = 30
_IMAGES = 3  # the most at one step
_PNG_COLORS = {1: 0, 2: 4, 3: 2, 4: 6}  # channels → the number that PNG gives to this kind


class EventFile:
    """A new file in ``folder``, which is made.

    Unlike other files it grows while training goes on: a reader sees what has been flushed, and
    each record has a checksum.

    Raises ImportError if the library ``tensorboard`` is not installed.
    """

    def __init__(self, folder: str) -> None:
        make_records = record_writer.RecordWriter
        os.makedirs(folder, exist_ok=True)
        now, host = int(time.time()), socket.gethostname()
        name = f"events.out.tfevents.{now:010d}.{host}.{os.getpid()}.{next(_numbers)}.v2"
        self.path = os.path.join(folder, name)
        self._records = make_records(open(self.path, "xb"))  # noqa: SIM115  # closed by ``close``
        self._write(event_pb2.Event(file_version="brain.Event:2"))
        self.flush()

    def add_scalar(self, tag: str, value: Any, step: int) -> None:
        """One number, as float32."""
        content = np.asarray(value, np.float32)
        self._add(tag, step, "scalars", dtype="DT_FLOAT", tensor_content=content.tobytes())

    def add_histogram(self, tag: str, values: Array, step: int) -> None:
        """How many of the values lie in each of 30 intervals between the least and the largest."""
        rows = histogram(values)
        content = rows.tobytes()
        self._add(tag, step, "histograms", rows.shape, dtype="DT_DOUBLE", tensor_content=content)

    def add_images(self, tag: str, images: Array, step: int) -> None:
        """The first three images; shape (images, height, width, 1 to 4 channels), from 0 to 1."""
        height, width = images.shape[1:3]
        strings = [str(width).encode(), str(height).encode(), *map(png, images[:_IMAGES])]
        self._add(tag, step, "images", (len(strings),), dtype="DT_STRING", string_val=strings)

    def add_text(self, tag: str, text: str, step: int, plugin: str) -> None:
        """A text for one of TensorBoard's plugins."""
        content = text.encode()
        self._add(tag, step, plugin, version=b"1", dtype="DT_STRING", string_val=[content])

    def flush(self) -> None:
        """Hand everything to the operating system."""
        self._records.flush()

    def close(self) -> None:
        self._records.close()

    def __del__(self) -> None:
        if hasattr(self, "_records"):
            self.close()

    def _add(
        self,
        tag: str,
        step: int,
        plugin: str,
        shape: tuple[int, ...] = (),
        version: bytes = b"",
        **tensor: Any,
    ) -> None:
        summary = summary_pb2.Summary()
        value = summary.value.add(tag=tag)
        value.metadata.plugin_data.plugin_name = plugin
        value.metadata.plugin_data.content = version
        value.tensor.MergeFrom(tensor_pb2.TensorProto(**tensor))
        value.tensor.tensor_shape.SetInParent()
        for size in shape:
            value.tensor.tensor_shape.dim.add(size=size)
        self._write(event_pb2.Event(step=int(step), summary=summary))

    def _write(self, event: Any) -> None:
        event.wall_time = time.time()
        self._records.write(event.SerializeToString())


def histogram(values: Array) -> Array:
    """Rows (left edge, right edge, count) for 30 intervals of equal width.

    If all values are equal, they are counted in the last row.
    """
    data = np.ravel(values).astype(np.float64)
    rows = np.zeros((_BUCKETS, 3))
    if data.size == 0:
        return rows
    with np.errstate(all="ignore"):  # nan and inf fall into no interval
        low, high = data.min(), data.max()
        if low == high:
            rows[:, :2], rows[-1, 2] = high, data.size
            return rows
        places = np.floor((data - low) / ((high - low) / _BUCKETS))
        places = np.minimum(places, _BUCKETS - 1)
        edges = low + (high - low) / _BUCKETS * np.arange(_BUCKETS + 1)
    edges[0], edges[-1] = low, high
    places = places[places >= 0].astype(np.int64)
    rows[:, 0], rows[:, 1] = edges[:-1], edges[1:]
    rows[:, 2] = np.bincount(places, minlength=_BUCKETS)
    return rows


def png(image: Array) -> bytes:
    """An image of shape (height, width, 1 to 4 channels) as a PNG file with 8 bits for each value.

    Floats are cut off at 0 and 1.
    """
    pixels = image
    if pixels.dtype != np.uint8:
        scaled = np.asarray(image, np.float32) * np.float32(255.5)
        pixels = np.clip(np.nan_to_num(scaled), 0, 255).astype(np.uint8)
    height, width, channels = pixels.shape
    header = struct.pack(">IIBBBBB", width, height, 8, _PNG_COLORS[channels], 0, 0, 0)
    rows = np.concatenate([np.zeros((height, 1), np.uint8), pixels.reshape(height, -1)], 1)
    chunks = {b"IHDR": header, b"IDAT": zlib.compress(rows.tobytes()), b"IEND": b""}
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in chunks.items()
    )
