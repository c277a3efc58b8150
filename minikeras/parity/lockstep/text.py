"""Text in a comparison: arrays for a file, and configs that hold learned vocabularies."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Iterator
from typing import Any

from minikeras.types import Array


def storable(array: Array) -> Array:
    """An array that ``np.load`` reads without pickle: text has a fixed width."""
    return array.astype("S") if array.dtype.kind == "O" else array


def is_text(x: Any) -> bool:
    """Whether a value is a tensor of strings of Keras or of minikeras."""
    dtype = getattr(x, "dtype", None)
    return getattr(dtype, "name", "") in ("string", "object")


def with_vocabularies(config: dict[str, Any], layers: Iterable[Any]) -> dict[str, Any]:
    """A config in which these layers, where they look up tokens, have what ``adapt`` found.

    config: of a layer or a model.  Layers are found in it by their names.
    """
    config = copy.deepcopy(config)
    known = {layer.name: layer for layer in layers if hasattr(layer, "set_vocabulary")}
    for entry in _configs(config):
        layer = known.get(entry.get("name", ""))
        if layer is None or entry.get("vocabulary") is not None:
            continue
        lookup = getattr(layer, "_lookup_layer", layer)
        tokens = [getattr(token, "item", lambda t=token: t)() for token in lookup.get_vocabulary()]
        entry["vocabulary"] = tokens[lookup._token_start_index() :]
        if lookup.output_mode == "tf_idf":
            weights = lookup.idf_weights.numpy()[lookup._token_start_index() : len(tokens)]
            entry["idf_weights"] = weights.tolist()
    return config


def _configs(config: Any) -> Iterator[dict[str, Any]]:
    if isinstance(config, dict):
        if isinstance(config.get("config"), dict):
            yield config["config"]
        for part in config.values():
            yield from _configs(part)
    elif isinstance(config, list | tuple):
        for part in config:
            yield from _configs(part)
