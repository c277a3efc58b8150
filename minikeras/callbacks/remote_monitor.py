"""Sends the logs of every epoch to a server."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import numpy as np

from minikeras import frames
from minikeras.callbacks.callback import Callback
from minikeras.callbacks.logs import Logs
from minikeras.optional import Library

error, parse, request = map(Library, ("urllib.error", "urllib.parse", "urllib.request"))


class RemoteMonitor(Callback):
    """Posts the epoch and its logs to ``root + path`` when an epoch ends.

    root: the address of the server, with ``http://`` or ``https://``.
    path: where on the server.
    field: the name under which a form holds the JSON text.
    headers: more headers of the request.
    send_as_json: whether the JSON text is the body itself, not a field of a form.

    A server that cannot be reached is a warning.  What it answers is ignored.
    Raises ValueError if a log is an array of several numbers.

    Parity: Keras needs the library ``requests``, minikeras none.  Neither sends nan or inf as JSON.
    """

    def __init__(
        self,
        root: str = "http://localhost:9000",
        path: str = "/publish/epoch/end/",
        field: str = "data",
        headers: Mapping[str, str] | None = None,
        send_as_json: bool = False,
    ) -> None:
        super().__init__()
        self.root = root
        self.path = path
        self.field = field
        self.headers = headers
        self.send_as_json = send_as_json

    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:
        values = {name: _plain(name, value) for name, value in (logs or {}).items()}
        event = {"epoch": epoch, **values}
        try:
            self._post(event)
        except (OSError, ValueError) as reason:  # no network, no such address, nan as JSON
            frames.warn(f"Could not reach RemoteMonitor root server at {self.root}: {reason}")

    def _post(self, event: dict[str, Any]) -> None:
        address = self.root + self.path
        if not address.startswith(("http://", "https://")):
            raise ValueError(f"root must begin with http:// or https://, received {address!r}")
        if self.send_as_json:
            kind, body = "application/json", json.dumps(event, allow_nan=False)
        else:
            kind = "application/x-www-form-urlencoded"
            body = parse.urlencode({self.field: json.dumps(event)})
        headers = {"Content-Type": kind, **(self.headers or {})}
        try:
            message = request.Request(address, body.encode(), headers, method="POST")
            with request.urlopen(message):
                pass
        except error.HTTPError as answer:  # the server was reached
            answer.close()


def _plain(name: str, value: Any) -> Any:
    """Python's number for one of NumPy's."""
    if not isinstance(value, np.ndarray | np.generic):
        return value
    if value.size != 1:
        raise ValueError(
            f"RemoteMonitor sends numbers, but the log {name!r} is an array of shape {value.shape}"
        )
    return value.item()
