"""A loader as one would write it without a thought about who made the file."""

from __future__ import annotations

import importlib
import json
import tempfile
import zipfile
from pathlib import Path
from typing import Any

import h5py
import numpy as np


def load(path: Path) -> Any:
    """Whatever the file says, with whatever it names."""
    if path.name.endswith(".h5"):
        return _arrays(path)
    with tempfile.TemporaryDirectory() as folder:
        with zipfile.ZipFile(path) as archive:
            archive.extractall(folder)
        with open(f"{folder}/config.json") as file:
            built = _build(json.load(file))
        _arrays(Path(folder, "model.weights.h5"))
    return built


def _build(config: Any) -> Any:
    if isinstance(config, list):
        return [_build(part) for part in config]
    if not isinstance(config, dict):
        return config
    inner = {key: _build(value) for key, value in config.items()}
    if "class_name" in config and config.get("module"):
        module = str(config["module"]).replace("keras", "minikeras", 1)
        return getattr(importlib.import_module(module), config["class_name"])
    return inner


def _arrays(path: Path) -> list[Any]:
    found: list[Any] = []
    with h5py.File(path) as file:
        file.visititems(
            lambda name, thing: found.append(np.asarray(thing)) if hasattr(thing, "shape") else None
        )
    return found
