"""Configs of layers and models as Keras 2, and Keras's ``.h5`` files, write them; and today's.

Such a config is ``{class_name, config}`` without the module.  Keras 2 also has other names for some
arguments, and writes the calls of a functional model as lists.  ``modern_layer`` makes today's
config of it, as plain data; nothing is built here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from minikeras import layers
from minikeras.declare.custom_objects import get_registered_name, get_registered_object
from minikeras.declare.known import find_class
from minikeras.messages import describe, did_you_mean
from minikeras.saving.limits import LIMITS, LoadError

MODULES = {  # the models; every other class is one of keras.layers
    "Functional": "keras.src.models.functional",
    "Model": "keras",
    "Sequential": "keras",
}
_RENAMED = {
    "BatchNormalizationV1": "BatchNormalization",
    "BatchNormalizationV2": "BatchNormalization",
    "SyncBatchNormalization": "BatchNormalization",
}
# Arguments of Keras 2 without any meaning today, by the class; the value is the only one accepted.
_ONLY: dict[str, dict[str, Any]] = {
    name: {"groups": 1}
    for name in (
        *("Conv1DTranspose", "Conv2DTranspose", "Conv3DTranspose", "DepthwiseConv1D"),
        *("DepthwiseConv2D", "SeparableConv1D", "SeparableConv2D"),
    )
}
_DROPPED = {  # by the class
    "Embedding": ("input_length", "sparse"),
    "InputLayer": ("type_spec",),
    "SeparableConv1D": ("kernel_initializer", "kernel_regularizer", "kernel_constraint"),
    "SeparableConv2D": ("kernel_initializer", "kernel_regularizer", "kernel_constraint"),
    "SpatialDropout1D": ("noise_shape",),
    "SpatialDropout2D": ("noise_shape",),
    "SpatialDropout3D": ("noise_shape",),
    "Lambda": ("module", "function_type", "output_shape_type", "output_shape_module"),
}


# Writing


def legacy_entry(operation: Any) -> dict[str, Any]:
    """A layer or model as ``.h5`` files of Keras 3 hold it: ``{class_name, config}``."""
    return {
        "class_name": get_registered_name(type(operation)),
        "config": legacy_parts(legacy_model_config(operation)),
    }


def legacy_model_config(model: Any) -> dict[str, Any]:
    """``get_config()``, with the layers of a model in the legacy form."""
    config: dict[str, Any] = dict(model.get_config())
    kind = model._obj_type()
    if kind == "Sequential":
        config["layers"] = [legacy_entry(layer) for layer in model._stack]
    elif kind == "Functional" and "layers" in config:
        config["layers"] = [
            legacy_entry(operation)
            | {"name": entry["name"], "inbound_nodes": entry["inbound_nodes"]}
            for operation, entry in zip(model.operations, config["layers"], strict=True)
        ]
    return config


def legacy_parts(config: dict[str, Any]) -> dict[str, Any]:
    """The objects and functions among the values of a config, in the legacy form.

    Those within lists and dicts stay what they are.
    """
    found = {}
    for key, value in config.items():
        if hasattr(value, "get_config"):
            name, inner = get_registered_name(type(value)), legacy_parts(value.get_config())
            value = {"class_name": name, "config": inner, "__passive_serialization__": True}
        elif hasattr(value, "__name__"):
            value = get_registered_name(value)
        found[key] = value
    return found


# Reading


def modern_layer(
    entry: Any, custom_objects: Mapping[str, Any] | None = None, depth: int = 0
) -> dict[str, Any]:
    """Today's config of a layer or model, from a legacy one; today's own stays as it is.

    entry: ``{class_name, config}``, with the name and the calls if it is part of a functional
        model.
    custom_objects: classes by the names that the config uses.

    Raises ValueError for a class that is not known, and for a Lambda with byte code; LoadError for
    anything that is no such config.
    """
    if depth > LIMITS.depth:
        raise LoadError(f"more than {LIMITS.depth} models inside each other")
    if not isinstance(entry, dict) or not isinstance(entry.get("class_name"), str):
        raise LoadError(
            "expected the config of a layer, a dict with a `class_name`; received "
            f"{describe(entry)}"
        )
    name: str = entry["class_name"]
    config = entry.get("config")
    if name == "Sequential" and isinstance(config, list):  # before Keras 2.2.3
        config = {"layers": config}
    if not isinstance(config, dict):
        raise LoadError(
            f"The provided configuration is not a valid Keras configuration: the config of {name} "
            f"must be a dict, received {describe(config)}"
        )
    known = get_registered_object(name, dict(custom_objects or {}))
    if known is None and name == "Lambda":
        _refuse_code(config)
    package = str(entry.get("module") or "keras").split(".")[0]
    is_ours = known is None and package in ("keras", "tf_keras")
    if known is not None and "module" not in entry:
        entry = {**entry, "module": None, "registered_name": name}
    elif is_ours:
        name = _RENAMED.get(name, name)
        entry = {
            **entry,
            "module": _module(name, config),
            "class_name": name,
            "registered_name": None,
        }
        config = _modern_arguments(name, config)
    if isinstance(config.get("layers"), list):
        inner = config["layers"]
        if is_ours and name == "Sequential":
            inner = _with_input(inner)
        config = {**config, "layers": [modern_layer(x, custom_objects, depth + 1) for x in inner]}
        if "input_layers" in config:
            config = _modern_graph(config, inner)
    return {**entry, "config": config}


def _module(name: str, config: dict[str, Any]) -> str:
    """Where today's config has the class.

    Parity: Keras takes the op Add of a functional model for the layer Add, and does not know those
    that have no layer of their name; here the arguments tell them apart.
    """
    if name in MODULES:
        return MODULES[name]
    found = getattr(layers, name, None)
    is_layer = isinstance(found, type) and issubclass(found, layers.Layer)
    if find_class("keras.ops", name) is not None and not (is_layer and "trainable" in config):
        return "keras.ops"
    if is_layer:
        return "keras.layers"
    known = [n for n in dir(layers) if isinstance(getattr(layers, n, None), type)]
    raise ValueError(
        f"Unknown layer: {describe(name)}.{did_you_mean(name, known)} Pass a class of your own in "
        "custom_objects, or in keras.saving.custom_object_scope"
    )


def _refuse_code(config: dict[str, Any]) -> None:
    for part in ("function", "output_shape", "mask"):
        value = config.get(part)
        is_code = isinstance(value, dict) and value.get("class_name") == "__lambda__"
        if is_code or (part == "function" and isinstance(value, list)):
            raise ValueError(
                f"The {part} of the Lambda layer {describe(config.get('name'))} is a Python "
                "lambda, which the file holds as byte code. Code from a file is never run: build "
                "the model in Python and load its weights with load_weights()"
            )


def _modern_arguments(name: str, config: dict[str, Any]) -> dict[str, Any]:
    config = {
        key: value
        for key, value in config.items()
        if key not in _DROPPED.get(name, ()) and key != "batch_input_shape"
    } | ({"batch_shape": config["batch_input_shape"]} if _is_input(name, config) else {})
    for key, only in _ONLY.get(name, {}).items():
        if config.pop(key, only) != only:
            raise ValueError(f"{name} does not take {key}={describe(config[key])}; expected {only}")
    axis = config.get("axis")
    if isinstance(axis, list) and len(axis) == 1 and name.endswith("Normalization"):
        config["axis"] = axis[0]
    if name == "LeakyReLU" and "alpha" in config:
        config["negative_slope"] = config.pop("alpha")
    if name == "Lambda":
        config["function"] = function_config(config.get("function"))
    policy = config.get("dtype")
    if isinstance(policy, dict) and policy.get("class_name") in ("Policy", "PolicyV1"):
        config["dtype"] = _inner_value(policy, "name")
    for key, value in config.items():
        if key.endswith("_initializer") and isinstance(value, dict):
            inner = value.get("config")
            if isinstance(inner, dict) and "dtype" in inner:  # of TensorFlow 1
                rest = {k: v for k, v in inner.items() if k != "dtype"}
                config[key] = {**value, "config": rest}
    return config


def _is_input(name: str, config: dict[str, Any]) -> bool:
    return name == "InputLayer" and config.get("batch_input_shape") is not None


def _inner_value(entry: dict[str, Any], key: str) -> Any:
    inner = entry.get("config")
    return inner.get(key) if isinstance(inner, dict) else None


def function_config(function: Any) -> Any:
    """Today's config of a function that is given by its name; anything else stays as it is."""
    if not isinstance(function, str):
        return function
    return {
        "module": "builtins",
        "class_name": "function",
        "config": function,
        "registered_name": function,
    }


def _with_input(entries: list[Any]) -> list[Any]:
    """The layers of a Sequential; the shape that Keras 2 gives the first one is an input layer."""
    first: Any = entries[0] if entries else None
    inner: Any = first.get("config") if isinstance(first, dict) else None
    shape = inner.get("batch_input_shape") if isinstance(inner, dict) else None
    if shape is None or first.get("class_name") == "InputLayer":
        return entries
    dtype = inner.get("dtype")
    config = {"batch_shape": shape, "dtype": dtype if isinstance(dtype, str) else "float32"}
    return [{"class_name": "InputLayer", "config": config}, *entries]


# The calls of a functional model


def _modern_graph(config: dict[str, Any], entries: list[Any]) -> dict[str, Any]:
    """The calls as dicts of arguments, if Keras 2 wrote them as lists."""
    calls = [call for entry in entries for call in _calls_of(entry)]
    if not any(isinstance(call, list) for call in calls):
        return config
    begun = {_name_of(entry): _starts_with_call(entry) for entry in entries}
    graphs = {_name_of(entry) for entry in entries if _inner_value(entry, "input_layers")}

    def of_a_call(triple: Any) -> list[Any]:
        if not _is_address(triple) or triple[0] not in begun:
            raise LoadError(
                "Invalid Functional model configuration. Expected the address of a tensor, [layer, "
                f"call, output], received {describe(triple)}"
            )
        layer, call, output = triple
        return [layer, call - begun[layer], output]

    def of_an_end(triple: Any) -> list[Any]:
        layer, call, output = of_a_call(triple)
        return [layer, call + (begun[layer] and layer in graphs), output]

    made = [
        {**entry, "inbound_nodes": [_modern_call(call, of_a_call) for call in _calls_of(old)]}
        for entry, old in zip(config["layers"], entries, strict=True)
    ]
    ends = ("input_layers", "output_layers")
    return {
        **config,
        "layers": made,
        **{key: _map_addresses(config.get(key), of_an_end) for key in ends},
    }


def _calls_of(entry: Any) -> list[Any]:
    calls = entry.get("inbound_nodes") if isinstance(entry, dict) else None
    if not isinstance(calls, list):
        raise LoadError(
            f"expected a list `inbound_nodes` in the config of a layer, received {describe(calls)}"
        )
    return calls


def _name_of(entry: Any) -> str:
    name = entry.get("name") or _inner_value(entry, "name")
    if not isinstance(name, str):
        raise LoadError(f"the name of a layer must be a string, received {describe(name)}")
    return name


def _starts_with_call(entry: Any) -> bool:
    """Whether the construction of this layer is its call 0, so that others count from 1.

    In Keras 2 it is for models that begin with an input layer. Today it is for functional models,
    where the inputs and outputs of the model around them are concerned.
    """
    inner = entry.get("config")
    stack = inner.get("layers") if isinstance(inner, dict) else inner
    first = stack[0] if isinstance(stack, list) and stack else None
    return isinstance(first, dict) and first.get("class_name") == "InputLayer"


def _is_address(value: Any) -> bool:
    if not isinstance(value, list) or len(value) != 3 or not isinstance(value[0], str):
        return False
    return all(isinstance(n, int) and not isinstance(n, bool) for n in value[1:])


def _map_addresses(value: Any, address: Callable[[Any], Any]) -> Any:
    if _is_address(value):
        return address(value)
    if isinstance(value, dict):
        return {key: _map_addresses(part, address) for key, part in value.items()}
    if isinstance(value, list):
        return [_map_addresses(part, address) for part in value]
    return address(value)  # which raises


def _modern_call(call: Any, address: Callable[[Any], Any]) -> Any:
    if isinstance(call, dict):
        return call
    if not isinstance(call, list) or not all(isinstance(x, list) and len(x) >= 3 for x in call):
        raise LoadError(
            "Invalid Functional model configuration. Expected a list of [layer, call, output, "
            f"arguments], received {describe(call)}"
        )
    tensors = [_tensor(address(x[:3])) for x in call]
    named = call[-1][3] if call and len(call[-1]) > 3 else {}
    if not isinstance(named, dict):
        raise LoadError(f"expected a dict of keyword arguments, received {describe(named)}")
    kwargs = {k: _tensor(address(v)) if _is_address(v) else v for k, v in named.items()}
    return {"args": tensors if len(tensors) == 1 else [tensors], "kwargs": kwargs}


def _tensor(address: list[Any]) -> dict[str, Any]:
    """The tensor at an address; its shape and dtype are those of the layer that makes it."""
    config = {"shape": [], "dtype": "float32", "keras_history": address}
    return {"class_name": "__keras_tensor__", "config": config}
