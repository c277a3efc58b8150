"""``RemoteMonitor`` sends a server what Keras sends it."""

from __future__ import annotations

import http.server
import threading
from collections.abc import Iterator
from typing import Any

import keras
import numpy as np
import pytest

import minikeras

LOGS = {"loss": 0.25, "acc": np.float32(0.5), "a b&c": np.array([1.5]), "n": np.int64(3), "é": 1}
requests: list[Any] = []


class Handler(http.server.BaseHTTPRequestHandler):
    """Notes each request; at /lost it has nothing to offer."""

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        own = self.headers["X-Own"]
        requests.append((self.path, self.headers["Content-Type"], own, body))
        self.send_response(404 if self.path == "/lost" else 200)
        self.end_headers()

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing on the console."""


@pytest.fixture(scope="module")
def root() -> Iterator[str]:
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"send_as_json": True, "path": "/lost"},
        {"field": "a b", "path": "/here", "headers": {"X-Own": "1"}},
        {"send_as_json": True, "headers": {"Content-Type": "text/plain", "X-Own": "2"}},
    ],
)
def test_the_requests_of_keras(root: str, options: dict[str, Any]) -> None:
    requests.clear()
    for library in (minikeras, keras):
        library.callbacks.RemoteMonitor(root, **options).on_epoch_end(7, LOGS)
    ours, theirs = requests
    assert ours == theirs


@pytest.mark.parametrize("library", [minikeras, keras])
def test_a_server_out_of_reach_is_a_warning(root: str, library: Any) -> None:
    requests.clear()
    make = library.callbacks.RemoteMonitor
    for monitor, logs in (
        (make("http://127.0.0.1:1"), LOGS),
        (make("file:///etc", "/passwd"), LOGS),
        (make("nowhere"), LOGS),
        (make(root, send_as_json=True), {"loss": np.nan}),
    ):
        with pytest.warns(UserWarning, match=f"server at {monitor.root}"):
            monitor.on_epoch_end(0, logs)
    assert requests == []
    make(root).on_epoch_end(0, {"loss": np.nan})  # a form may hold it
    assert b"NaN" in requests[0][-1]
    with pytest.raises(ValueError, match="array"):
        make(root).on_epoch_end(0, {"counts": np.zeros(3)})
