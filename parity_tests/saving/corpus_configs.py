"""Configs that mean harm: what they name, and which numbers and graphs they describe."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

from parity_tests.saving.building_blocks import config, functional, with_config
from parity_tests.saving.corpus import CASES, case, text_case


def layer_case(number: int, name: str, says: str, *changes: Any, **options: Any) -> None:
    """Add a case of archives in which the entry of the first dense layer is updated."""

    def changed(change: dict[str, Any]) -> bytes:
        described = config()
        entry = described["config"]["layers"][1]
        inner = change.pop("inner", {}) if "inner" in change else {}
        entry.update(change)
        if isinstance(entry["config"], dict):
            entry["config"].update(inner)
        return with_config(described)

    archives = [lambda change=change: changed(dict(change)) for change in changes]
    case(number, name, says, *archives, **options)


def graph_case(number: int, name: str, says: str, *changes: Callable[[Any], Any]) -> None:
    """Add a case of archives whose functional config was changed in place."""

    def changed(change: Callable[[Any], Any]) -> bytes:
        described = config(functional)
        change(described["config"])
        return with_config(described, functional)

    case(number, name, says, *[lambda change=change: changed(change) for change in changes])


# Classes and functions


def entry(module: Any, name: Any, inner: Any = None, registered: Any = None) -> dict[str, Any]:
    """A config that names a class."""
    inner = {} if inner is None else inner
    return {
        "module": module,
        "class_name": name,
        "config": inner,
        "registered_name": registered,
        "build_config": None,
    }


text_case(
    11,
    "parts of other types",
    "must be a (string|dict)|Only instances|deserialized",
    *[{**config(), "class_name": name} for name in (None, 3, [], {})],
    *[{**config(), "config": inner} for inner in (3, "x", [1])],
    *[{**config(), "config": {"layers": layers}} for layers in (3, None, [3], ["x"], [[]])],
    error=Exception,
)
layer_case(
    12,
    "modules of Python",
    "Could not locate class",
    entry("os", "system", {"command": "touch harm"}),
    entry("builtins", "eval", {"source": "1"}),
    entry("builtins", "exec"),
    entry("subprocess", "Popen", {"args": ["touch", "harm"]}),
    entry("numpy", "load", {"file": "x"}),
    entry("minikeras.files", "written"),
    entry("__main__", "os"),
    error=TypeError,
)
layer_case(
    12,
    "tools of Keras",
    "Could not locate class",
    entry("keras.utils", "get_file", {"fname": "x", "origin": "http://localhost:9/x"}),
    entry("keras.saving", "load_model", {"filepath": "x"}),
    entry("keras.config", "enable_unsafe_deserialization"),
    entry("keras.layers", "Dense.from_config"),
    entry("keras.layers", "__class__"),
    entry("keras.src.saving.saving_lib", "load_model"),
    entry("keras", "os"),
    entry("keras.callbacks", "CSVLogger", {"filename": "harm"}),
    error=Exception,
)
layer_case(
    12,
    "attributes of modules",
    "Could not locate class",
    entry("keras.layers.os", "system"),
    entry("keras.src.utils.file_utils.os", "system"),
    entry("keras.models.model.frames", "warn"),
    error=TypeError,
)
BODY = {
    "class_name": "__lambda__",
    "config": {"code": "4wEAAAA=", "defaults": None, "closure": None},
}
layer_case(
    13,
    "the code of a lambda",
    "code from a file is never run|Could not interpret",
    entry("keras.layers", "Lambda", {"name": "x", "function": BODY}),
    entry("keras.layers", "Lambda", {"name": "x", "function": {**BODY, "config": "4wEAAAA="}}),
    {"inner": {"activation": BODY}},
    {"inner": {"kernel_initializer": BODY}},
)
layer_case(
    14,
    "functions that are no activations",
    "Could not locate function|must be its name",
    *[
        {"inner": {"activation": entry(module, "function", name, "function")}}
        for module, name in (
            ("builtins", "eval"),
            ("builtins", "get"),
            ("numpy", "load"),
            ("os", "system"),
            ("keras.utils", "get_file"),
            ("keras.activations", "serialization"),
            ("builtins", {"a": 1}),
        )
    ],
    error=Exception,
)
layer_case(
    14,
    "a function in place of a layer",
    "Only instances|Could not locate",
    entry("keras.ops", "function", "while_loop"),
    entry("keras.activations", "relu"),
    entry("keras.ops", "WhileLoop"),
    entry("keras.ops", "VectorizedMap"),
    error=Exception,
)
layer_case(
    15,
    "settings in a config",
    "code from a file|Could not locate|unexpected|nknown",
    {**entry("keras.layers", "Lambda", {"function": BODY, "safe_mode": False}), "safe_mode": False},
    entry("keras.config", "set_floatx", {"floatx": "float16"}),
    entry("keras.utils", "set_random_seed", {"seed": 1}),
    {"inner": {"safe_mode": False}},
    error=Exception,
)
layer_case(
    16,
    "a name of Keras as a registered one",
    "registered_name",
    {"registered_name": "evil>Dense"},
    {"registered_name": "os>system"},
)
layer_case(
    17,
    "paths and addresses",
    "Could not locate|deserialized|expected|convert|interpret|Cannot|must|vocabulary file outside",
    entry("keras.layers", "StringLookup", {"vocabulary": "/etc/passwd"}),
    entry("keras.layers", "TextVectorization", {"vocabulary": "http://localhost:9/x"}),
    entry("keras.layers", "IntegerLookup", {"vocabulary": "\\\\host\\share"}),
    entry("keras.layers", "Normalization", {"mean": "/etc/passwd", "variance": "/etc/passwd"}),
    {"inner": {"kernel_initializer": "file:///etc/passwd"}},
    error=Exception,
)
layer_case(
    18,
    "layers of other libraries",
    "Could not locate class",
    entry("keras.layers", "TFSMLayer", {"filepath": "x"}),
    entry("keras.layers", "TorchModuleWrapper", {"module": "x"}),
    entry("keras.layers", "JaxLayer"),
    entry("keras.layers", "FlaxLayer"),
    entry("keras.src.utils.torch_utils", "TorchModuleWrapper"),
    error=Exception,
)

# Numbers

layer_case(
    19,
    "units",
    "units|the file allow",
    *[{"inner": {"units": u}} for u in (10**12, 10**30, -1, 0, 1.5, True, "64", None, [3], {})],
)


def _layer(name: str, shape: Any, **inner: Any) -> bytes:
    """An archive of a model of an input and one layer."""
    described = config()
    layers = described["config"]["layers"]
    layers[0]["config"]["batch_shape"] = shape
    layers[1:] = [entry("keras.layers", name, inner)]
    described["build_config"] = {"input_shape": shape}
    return with_config(described)


_IMAGE = [None, 8, 8, 2]
case(
    20,
    "windows",
    ".",
    *[
        lambda option=option: _layer("Conv2D", _IMAGE, **{"filters": 2, "kernel_size": 3, **option})
        for option in (
            {"kernel_size": 0},
            {"kernel_size": -1},
            {"kernel_size": 10**12},
            {"kernel_size": "3"},
            {"kernel_size": [3, 3, 3]},
            {"strides": 0},
            {"strides": -2},
            {"filters": 10**12},
            {"groups": 3},
            {"groups": 0},
            {"dilation_rate": 0},
        )
    ],
    lambda: _layer("MaxPooling2D", _IMAGE, pool_size=0),
    lambda: _layer("MaxPooling2D", _IMAGE, pool_size=-1),
    lambda: _layer("Dropout", _IMAGE, rate=1.5),
    lambda: _layer("Dropout", _IMAGE, rate=-1),
    lambda: _layer("Dropout", _IMAGE, rate="x"),
    error=Exception,
)
case(
    21,
    "shapes",
    ".",
    lambda: _layer("Dense", [None, 10**12], units=10**6),
    lambda: _layer("Dense", [None, None], units=3),
    lambda: _layer("Dense", [None, -4], units=3),
    lambda: _layer("Dense", [None, "4"], units=3),
    lambda: _layer("Dense", [None, 1.5], units=3),
    lambda: _layer("Dense", 4, units=3),
    lambda: _layer("Embedding", [None, 4], input_dim=10**9, output_dim=10**9),
    lambda: _layer("Reshape", [None, 4], target_shape=[2**62, 2**62]),
    lambda: _layer("Flatten", [None] + [10**9] * 40, data_format="x"),
    error=Exception,
)


def _node(described: Any, layer: int = 1) -> Any:
    return described["layers"][layer]["inbound_nodes"][0]["args"][0]["config"]["keras_history"]


graph_case(
    22,
    "no graph",
    "loops|Unknown layer|has [0-9]|names must be unique|no tensor|deserialized",
    lambda c: _node(c).__setitem__(0, "shared"),
    lambda c: _node(c).__setitem__(0, "nobody"),
    lambda c: _node(c).__setitem__(1, 10**9),
    lambda c: _node(c).__setitem__(1, -1),
    lambda c: _node(c).__setitem__(2, 7),
    lambda c: _node(c).__setitem__(2, -1),
    lambda c: c["output_layers"].__setitem__(1, 10**9),
    lambda c: c["output_layers"].__setitem__(0, "nobody"),
    lambda c: c["layers"].append(c["layers"][1]),
    lambda c: c["layers"][1]["inbound_nodes"][0].update(args=[3]),
)
CASES[-1] = dataclasses.replace(CASES[-1], error=Exception)


def _type_confusion() -> bytes:
    described = config()
    first, second = described["config"]["layers"][1:]
    first["shared_object_id"] = second["shared_object_id"] = 7
    second |= {"class_name": "Dropout", "config": {"rate": 0.5}}
    return with_config(described)


case(23, "an id of another type", "shared_object_id", _type_confusion)


def _keras_2_nodes(described: Any) -> None:
    described["layers"][1]["inbound_nodes"] = [[["x", 0, 0, {}]]]


graph_case(24, "calls as Keras 2 wrote them", ".", _keras_2_nodes)
CASES[-1] = dataclasses.replace(CASES[-1], error=Exception)
layer_case(
    25,
    "names of layers",
    "name|a string of",
    {"inner": {"name": "a/b"}},
    {"inner": {"name": "x" * (1 << 20)}},
    {"inner": {"name": 3}},
    {"inner": {"name": ["x"]}},
    error=Exception,
)
