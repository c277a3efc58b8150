"""Assets: files that layers write by ``save_assets`` and read by ``load_assets``."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from typing import BinaryIO


class AssetFolder:
    """A folder in which each object has a folder of its own, at its path within the model.

    Raises ValueError for a path that leads out of the folder.
    """

    def __init__(self, root: str) -> None:
        self.root = os.path.realpath(root)

    @classmethod
    @contextlib.contextmanager
    def new(cls) -> Iterator[AssetFolder]:
        """An empty one, which exists within the block."""
        with tempfile.TemporaryDirectory() as root:
            yield cls(root)

    def _inside(self, path: str) -> str:
        found = os.path.realpath(os.path.join(self.root, path))
        if found != self.root and not found.startswith(self.root + os.sep):
            raise ValueError(f"Invalid asset path: '{path}' escapes the asset directory.")
        return found

    def make(self, path: str) -> str:
        """The folder of the object at ``path``, made if it does not exist."""
        folder = self._inside(path)
        os.makedirs(folder, exist_ok=True)
        return folder

    def find(self, path: str) -> str | None:
        """The folder of the object at ``path``; None if there is none."""
        folder = self._inside(path)
        return folder if os.path.exists(folder) else None

    def write(self, path: str, content: BinaryIO) -> None:
        """Make a file."""
        target = self._inside(path)
        os.makedirs(os.path.dirname(target), exist_ok=True)
        with open(target, "wb") as file:
            shutil.copyfileobj(content, file)

    def files(self) -> Iterator[tuple[str, str]]:
        """Every file: its path, and its path within the folder, with slashes."""
        for folder, folders, names in os.walk(self.root):
            folders.sort()
            for name in sorted(names):
                path = os.path.join(folder, name)
                yield path, os.path.relpath(path, self.root).replace(os.sep, "/")
