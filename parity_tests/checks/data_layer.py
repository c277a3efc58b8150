"""Compare one layer for categories or text in both libraries."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

import keras
import numpy as np

import minikeras
from parity_tests.checks.compare import assert_close, both
from parity_tests.conformance import EQUAL, note

LIBRARIES = (minikeras, keras)


def check_data_layer(
    name: str, config: dict[str, Any], x: Any, data: Any = None, **call_kwargs: Any
) -> tuple[Any, Any]:
    """Make the layer in both libraries, adapt it to ``data``, call it on ``x``; return both layers.

    Compared are, bit for bit: vocabularies, outputs, their dtypes, the shapes and dtypes of
    symbolic calls, configs, also after a round trip.
    """
    ours, theirs = layers = both(lambda library: make(library, name, config, data))
    if hasattr(theirs, "get_vocabulary"):
        assert ours.get_vocabulary() == theirs.get_vocabulary()
        assert ours.vocabulary_size() == theirs.vocabulary_size()
    y, t = (np.asarray(layer(x, **call_kwargs)) for layer in layers)
    assert_close(y, t, "output", ulp=0)
    note(f"layers.{name}", "values", EQUAL)
    assert ours.get_config() == theirs.get_config()
    assert json.dumps(ours.get_config()) == json.dumps(theirs.get_config())
    _compare_symbolic_calls(layers, x)
    again = [type(layer).from_config(layer.get_config()).get_config() for layer in layers]
    assert again[0] == again[1]
    note(f"layers.{name}", "config", EQUAL)
    return ours, theirs


def make(library: Any, name: str, config: dict[str, Any], data: Any = None) -> Any:
    layer = getattr(library.layers, name)(**{"name": "subject", **config})
    if data is not None:
        layer.adapt(data)
    return layer


def _compare_symbolic_calls(layers: tuple[Any, Any], x: Any) -> None:
    parts = x if isinstance(x, tuple) else (x,)
    arrays = [np.asarray(part) for part in parts]
    if not all(array.ndim for array in arrays):
        return
    specs = []
    for library, layer in zip(LIBRARIES, layers):
        symbols = [
            library.KerasTensor((None, *array.shape[1:]), dtype=_dtype(array)) for array in arrays
        ]
        spec = layer(symbols if isinstance(x, tuple) else symbols[0])
        specs.append((tuple(spec.shape), spec.dtype))
    assert specs[0] == specs[1], f"symbolic call: {specs[0]}, Keras {specs[1]}"


def _dtype(array: Any) -> str:
    return "string" if array.dtype.kind in "OUS" else str(array.dtype)


def check_files(name: str, config: dict[str, Any], x: Any, data: Any = None) -> None:
    """Save a model with the layer in each library and load it in the other one.

    Compared are the outputs for ``x``, with equal bits, and the files that layers write.
    """
    array = np.asarray(x)
    with tempfile.TemporaryDirectory() as folder:
        for writer in LIBRARIES:
            layer = make(writer, name, config, data)
            symbol = writer.Input(array.shape[1:], dtype=_dtype(array))
            model = writer.Model(symbol, layer(symbol))
            path = str(Path(folder) / "model.keras")
            model.save(path)
            wanted = np.asarray(layer(x))
            for reader in LIBRARIES:
                loaded = reader.models.load_model(path)
                found = np.asarray(loaded.layers[-1](x))
                assert_close(found, wanted, f"{writer.__name__} → {reader.__name__}", ulp=0)
                assert_close(np.asarray(loaded(x)), wanted, "the whole model", ulp=0)
    note(f"layers.{name}", "files", EQUAL)
