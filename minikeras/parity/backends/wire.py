"""Messages between two processes: a line of JSON with a length, then so many bytes of npz."""

from __future__ import annotations

import io
import json
from typing import IO, Any

import numpy as np

from minikeras.parity.backends.values import decode, encode
from minikeras.types import Array


def send(stream: IO[bytes], message: dict[str, Any]) -> None:
    """Write a message of anything that `values.encode` knows.

    Raises OSError if nobody reads the stream any more.
    """
    arrays: dict[str, Array] = {}
    body = encode(message, arrays)
    buffer = io.BytesIO()
    if arrays:
        np.savez(buffer, **arrays)  # type: ignore[arg-type]  # no array is called allow_pickle
    payload = buffer.getvalue()
    stream.write(json.dumps({"body": body, "bytes": len(payload)}).encode() + b"\n" + payload)
    stream.flush()


def receive(stream: IO[bytes]) -> dict[str, Any] | None:
    """The next message; None if the stream has ended, also in the middle of a message."""
    line = stream.readline()
    if not line.endswith(b"\n"):
        return None
    header = json.loads(line)
    payload = stream.read(header["bytes"])
    if len(payload) < header["bytes"]:
        return None
    arrays: dict[str, Array] = {}
    if payload:
        with np.load(io.BytesIO(payload), allow_pickle=False) as file:
            arrays = dict(file)
    message: dict[str, Any] = decode(header["body"], arrays)
    return message
