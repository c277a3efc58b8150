"""Describes the configuration of a training in types of JSON, and names what two runs differ in."""

from __future__ import annotations

import inspect
import zlib
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from minikeras import strings
from minikeras.parity.hooks import definer

DATA = ("x", "y", "sample_weight", "validation_data")
OPTIONS = (
    *("batch_size", "epochs", "validation_split", "shuffle", "class_weight", "initial_epoch"),
    *("steps_per_epoch", "steps", "validation_steps", "validation_batch_size", "validation_freq"),
)
# Entries of configs in which the frameworks differ by design, or that repeat others.
LEFT_OUT = {
    "module",
    "registered_name",
    "build_config",
    "build_input_shape",
    "compile_config",
    "shared_object_id",
}
# Arguments of every layer, with their defaults: of a config that is guessed only Keras writes them.
OF_EVERY_LAYER = {"activity_regularizer": None, "autocast": True}
LONGEST = 60  # characters of a value in the name of a difference


def config_of(value: Any) -> Any:
    """A configuration: objects by their class and config, functions by name, arrays by checksum."""
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, Mapping):
        if value.get("class_name") == "__lambda__":
            return "a lambda"  # the bytes of the same code may differ
        found = {str(k): config_of(v) for k, v in value.items() if k not in LEFT_OUT}
        if isinstance(found.get("config"), dict) and "class_name" in found:
            found |= found.pop("config")
        return found
    if isinstance(value, list | tuple):
        return [config_of(entry) for entry in value]
    if isinstance(value, type) or (callable(value) and hasattr(value, "__name__")):
        return value.__name__
    if hasattr(value, "get_config"):
        return {"class_name": type(value).__name__, **_config(value)}
    if hasattr(value, "__array__"):
        return _array(value)
    return "Dataset" if _is_data_set(value) else type(value).__name__


def _is_data_set(value: Any) -> bool:
    """Whether a value is a `tf.data.Dataset`, whose class says how it was made, or its stand-in."""
    return hasattr(type(value), "as_numpy_iterator")


def config_of_model(model: Any) -> dict[str, Any]:
    """The config of a model, with that of each layer under its name."""
    found = {"class_name": type(model).__name__, **_config(model)}
    listed, _ = found.pop("layers", None), found.pop("name", None)  # one that Keras may leave out
    found["layers"] = [layer.name for layer in model.layers]
    for layer in model.layers:
        found[layer.name] = config_of_model(layer) if hasattr(layer, "layers") else config_of(layer)
        if isinstance(found[layer.name], dict):  # Keras leaves it out where it guesses the config
            found[layer.name].pop("name", None)
    for entry in listed if isinstance(listed, list) else []:
        if isinstance(entry, dict) and "inbound_nodes" in entry:
            described = found.setdefault(entry["name"], {})  # an operation is no layer
            described["inbound_nodes"] = entry["inbound_nodes"]
    return found


def config_of_call(arguments: Mapping[str, Any]) -> dict[str, Any]:
    """What `fit`, `evaluate` or `predict` was called with: the options, and checksums of data."""
    found = {name: config_of(arguments[name]) for name in OPTIONS if name in arguments}
    found |= {name: _data(arguments[name]) for name in DATA if name in arguments}
    if "callbacks" in arguments:
        given = arguments["callbacks"] or []
        callbacks = given if isinstance(given, list | tuple) else [given]
        found["callbacks"] = [type(callback).__name__ for callback in callbacks]
    return found


def differences(ours: Any, theirs: Any, name: str) -> Iterator[str]:
    """Each difference of two descriptions: `adam.epsilon: 1e-6 in minikeras, 1e-7 in Keras`."""
    if isinstance(ours, dict) and isinstance(theirs, dict):
        for key in {**theirs, **ours}:
            if key in ours and key in theirs:
                yield from differences(ours[key], theirs[key], f"{name}.{key}")
            else:
                yield f"{name}.{key}: only in {'minikeras' if key in ours else 'Keras'}"
    elif isinstance(ours, list) and isinstance(theirs, list) and len(ours) == len(theirs):
        for index, (a, b) in enumerate(zip(ours, theirs)):
            yield from differences(a, b, f"{name}[{index}]")
    elif not _same(ours, theirs):
        yield f"{name}: {_short(ours)} in minikeras, {_short(theirs)} in Keras"


def _config(value: Any) -> dict[str, Any]:
    try:
        found: dict[str, Any] = config_of(dict(value.get_config()))
    except Exception:  # a class of the script may have a constructor that get_config cannot guess
        return {}
    return _given(value, found) if _is_guessed(value) else found


def _is_guessed(value: Any) -> bool:
    """Whether a class of the script leaves it to the library to find out its arguments."""
    cls = type(value)
    return not _is_of_library(cls) and _is_of_library(definer(cls, "get_config"))


def _is_of_library(cls: type) -> bool:
    return cls.__module__.partition(".")[0] in ("keras", "minikeras")


def _given(value: Any, config: dict[str, Any]) -> dict[str, Any]:
    """A guessed config without what has its default: Keras writes that too, minikeras does not."""
    parameters = inspect.signature(type(value).__init__).parameters
    defaults = OF_EVERY_LAYER | {name: config_of(p.default) for name, p in parameters.items()}
    return {
        name: entry
        for name, entry in config.items()
        if name != "name" and not (name in defaults and _same(defaults[name], entry))
    }


def _data(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(key): _data(entry) for key, entry in value.items()}
    if isinstance(value, list | tuple) and any(not np.isscalar(e) for e in value):
        if all(hasattr(entry, "shape") or entry is None for entry in value):
            return [_data(entry) for entry in value]
        return _array(value)
    if isinstance(value, list) or hasattr(value, "__array__"):
        return _array(value)
    return config_of(value)


def _array(value: Any) -> str:
    try:
        array = np.asarray(value)
    except ValueError:  # lists of different lengths
        return type(value).__name__
    kind, content = str(array.dtype), np.ascontiguousarray(array).tobytes()
    if array.dtype.kind in "OSU":
        if not strings.is_text(array):
            return f"{type(value).__name__} {array.shape}"
        kind, content = "text", b"\0".join(strings.array(array).flat)
    return f"{kind} array {array.shape}, checksum {zlib.crc32(content):08x}"


def _same(a: Any, b: Any) -> bool:
    """Equal; two floats also if they are equal when rounded to float32."""
    if isinstance(a, float) and isinstance(b, float):
        return a == b or bool(np.array_equal(np.float32(a), np.float32(b), equal_nan=True))
    return bool(a == b) and isinstance(a, bool) == isinstance(b, bool)


def _short(value: Any) -> str:
    if isinstance(value, dict):
        return str(value.get("class_name", "a dict"))
    if isinstance(value, float):
        return str(np.float32(value))
    text = value if isinstance(value, str) else repr(value)
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"
