"""What an editor shows for a name: pyright's language server is asked as an editor asks it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
SHOWN = {  # a word of the signature, and the first words of the documentation
    "keras.layers.Dense": ("units: int", "An affine map"),
    "keras.optimizers.Adam": ("beta_1: float = 0.9", "Gradient descent"),
    "keras.losses.Huber": ("delta: float", "Quadratic within"),
    "keras.metrics.Precision": ("top_k: int | None", "positive predictions"),
    "keras.initializers.HeNormal": ("seed", "Truncated normal"),
    "keras.regularizers.L2": ("l2: float = 0.01", "without a factor"),
    "keras.callbacks.EarlyStopping": ("patience: int = 0", "start_from_epoch: epochs before"),
    "keras.Sequential": ("layers", "built as soon as"),
    "keras.ops.softmax": ("axis", "along `axis`"),
    "keras.utils.set_random_seed": ("seed: int", "Everything random"),
}


class Server:
    """The language server, spoken to in JSON-RPC over its standard streams."""

    def __init__(self, folder: Path) -> None:
        server = Path(sys.executable).with_name("pyright-langserver")
        path = f"{server.parent}{os.pathsep}{os.environ['PATH']}"
        self.process = subprocess.Popen(
            [server, "--stdio"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "PATH": path, "PYTHONPATH": str(ROOT)},
        )
        uri = folder.as_uri()
        self.ask(
            "initialize",
            processId=None,
            rootUri=uri,
            workspaceFolders=[{"uri": uri, "name": "test"}],
            capabilities={"workspace": {"configuration": True}},
        )
        self.send(method="initialized", params={})

    def send(self, **message: Any) -> None:
        text = json.dumps({"jsonrpc": "2.0", **message}).encode()
        self.process.stdin.write(b"Content-Length: %d\r\n\r\n%s" % (len(text), text))
        self.process.stdin.flush()

    def receive(self) -> dict[str, Any]:
        length = 0
        while line := self.process.stdout.readline().strip():
            if line.startswith(b"Content-Length"):
                length = int(line.split(b":")[1])
        assert length, "the language server has ended"
        return json.loads(self.process.stdout.read(length))

    def ask(self, method: str, **params: Any) -> Any:
        self.send(id=method, method=method, params=params)
        while True:
            message = self.receive()
            if message.get("id") == method and "method" not in message:
                return message["result"]
            if "id" in message and "method" in message:  # it asks for its settings
                items = message["params"].get("items", [])
                settings = [{"pythonPath": sys.executable} for _ in items]
                self.send(id=message["id"], result=settings)


@pytest.fixture(scope="module")
def hover(tmp_path_factory: pytest.TempPathFactory) -> Any:
    folder = tmp_path_factory.mktemp("hover")
    lines = ["import minikeras as keras", *SHOWN]
    document = {"uri": (folder / "script.py").as_uri(), "languageId": "python", "version": 1}
    server = Server(folder)
    opened = {**document, "text": "\n".join(lines)}
    server.send(method="textDocument/didOpen", params={"textDocument": opened})

    def shown(name: str) -> str:
        place = {"line": lines.index(name), "character": len(name) - 1}
        answer = server.ask("textDocument/hover", textDocument=document, position=place)
        contents = answer["contents"]
        return contents["value"] if isinstance(contents, dict) else str(contents)

    yield shown
    server.process.kill()
    server.process.communicate()


@pytest.mark.parametrize("name", SHOWN)
def test_signature_and_documentation_are_shown(hover: Any, name: str) -> None:
    text = hover(name)
    for part in SHOWN[name]:
        assert part in text
