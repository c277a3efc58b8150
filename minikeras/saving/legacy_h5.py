"""``.h5`` files of whole models, and of weights: the format of Keras 2, which Keras 3 still has.

/                attributes: keras_version, backend, model_config, training_config
/model_weights   attributes: layer_names; a group for each layer, with the attribute weight_names
/optimizer_weights                                    attribute: weight_names

Files of weights have the content of /model_weights at the root.  The names of the data sets are the
paths of the variables.  A list of names that is too long for HDF5 is cut into several attributes,
layer_names0, layer_names1, ...
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator
from typing import Any

import numpy as np

from minikeras import frames
from minikeras.autograd import Variable
from minikeras.declare.custom_objects import (
    custom_object_scope,
    get_custom_objects,
    get_registered_object,
)
from minikeras.messages import describe
from minikeras.optimizers.optimizer import store
from minikeras.optional import Library
from minikeras.saving.building import damage_in, model_from_file
from minikeras.saving.hdf5 import Dataset, Group, open_hdf5
from minikeras.saving.json_text import parse_object
from minikeras.saving.keras_archive import KERAS_VERSION
from minikeras.saving.legacy_config import legacy_model_config, modern_layer
from minikeras.saving.legacy_training import assign_optimizer, compile_arguments, training_config
from minikeras.saving.limits import LoadError
from minikeras.types import Array

h5py = Library("h5py")

LONGEST_ATTRIBUTE = 64512  # bytes
_TOP = "top_level_model_weights"
Pairs = list[tuple[str, Variable, Array]]  # name in the file, variable, its new value


# Writing


def save_model_h5(model: Any, path: str, include_optimizer: bool = True) -> None:
    """Write a model to a new ``.h5`` file.

    include_optimizer: whether to write how the model was compiled, and the optimizer's state.

    Raises NotImplementedError for a model without a config.
    """
    config = {"class_name": type(model).__name__, "config": legacy_model_config(model)}
    attributes = {
        "keras_version": KERAS_VERSION,
        "backend": "tensorflow",
        "model_config": _json(config),
    }
    include_optimizer = include_optimizer and bool(model.compiled and model.optimizer)
    if include_optimizer:
        attributes["training_config"] = _json(training_config(model))
    with h5py.File(path, "w") as file:
        for name, value in attributes.items():
            file.attrs[name] = value
        _write_layers(file.create_group("model_weights"), model)
        if include_optimizer and model.optimizer.variables:
            group = file.create_group("optimizer_weights")
            _write_variables(group, model.optimizer.variables)


def _json(value: Any) -> bytes:
    return json.dumps(value, default=_plain).encode()


def _plain(value: Any) -> Any:
    """Numbers, arrays and bytes that a config of a user's class may hold."""
    if isinstance(value, np.ndarray | np.generic):
        return value.tolist()
    if isinstance(value, bytes):
        return {"class_name": "__bytes__", "value": value.decode()}
    if value is Ellipsis:
        return {"class_name": "__ellipsis__"}
    raise TypeError(f"Unable to serialize {value} to JSON. Unrecognized type {type(value)}.")


def _write_layers(group: Any, model: Any) -> None:
    _write_names(group, "layer_names", [layer.name for layer in model.layers])
    group.attrs["backend"] = b"tensorflow"
    group.attrs["keras_version"] = KERAS_VERSION.encode()
    for layer in sorted(model.layers, key=lambda layer: str(layer.name)):
        _write_variables(group.create_group(layer.name), _in_legacy_order(layer))
    _write_variables(group.create_group(_TOP), _top_level(model))


def _write_variables(group: Any, variables: list[Variable]) -> None:
    _write_names(group, "weight_names", [variable.path for variable in variables])
    for variable in variables:
        group.create_dataset(variable.path, data=variable._value)


def _write_names(group: Any, name: str, texts: list[str]) -> None:
    """Raises RuntimeError if one name alone is too long for an attribute."""
    encoded = [text.encode() for text in texts]
    if any(len(text) > LONGEST_ATTRIBUTE for text in encoded):
        raise RuntimeError(
            "The following attributes cannot be saved to HDF5 file because they are larger than "
            f"{LONGEST_ATTRIBUTE} bytes: {[describe(t) for t in texts]}"
        )
    whole = np.asarray(encoded)
    count = 1
    while any(part.nbytes > LONGEST_ATTRIBUTE for part in np.array_split(whole, count)):
        count += 1
    if count == 1:
        group.attrs[name] = encoded
    else:
        for i, part in enumerate(np.array_split(whole, count)):
            group.attrs[f"{name}{i}"] = part


def _in_legacy_order(layer: Any) -> list[Variable]:
    """The weights that are trained, then the others."""
    return [*layer.trainable_weights, *layer.non_trainable_weights]


def _top_level(model: Any) -> list[Variable]:
    """The weights that belong to the model itself and to none of its layers."""
    weights = set(map(id, model.weights))
    return [variable for variable in model._own_in_order() if id(variable) in weights]


# Reading models


def load_model_h5(
    source: Any,
    where: str,
    custom_objects: Any = None,
    compile: bool = True,
    safe_mode: bool = True,
) -> Any:
    """The model of an ``.h5`` file of Keras 2 or 3.

    source: a path, or a binary file that is open for reading.
    where: its name, for messages.
    compile: whether to compile the model as it was, and to load the optimizer's state.

    Raises LoadError for anything that is no such file; ValueError for a file without a config,
    unknown classes, weights that do not fit, and layers that hold code.
    """
    known = {**(custom_objects or {}), **get_custom_objects()}
    with open_hdf5(source, where) as file, custom_object_scope(custom_objects), damage_in(where):
        attributes = file.attributes()
        config = _read_json(attributes, "model_config", where)
        if config is None:
            raise ValueError(f"No model config found in the file at {where}.")
        entry = f"{where}, model_config"
        model = model_from_file(_modern(config, known), entry, file.file_bytes, known, safe_mode)
        named = _assign(_by_place(_group(file, "model_weights"), model, False), model)
        training = _read_json(attributes, "training_config", where) if compile else None
        if training is not None:
            names = list(getattr(model, "output_names", None) or [])
            model.compile(**compile_arguments(training, names, custom_objects))
            _load_optimizer(file, model, named)
        elif compile:
            frames.warn(
                "No training configuration found in the save file, so the model was *not* "
                "compiled. Compile it manually."
            )
    return model


def _read_json(attributes: dict[str, Any], name: str, where: str) -> Any:
    text = attributes.get(name)
    if text is None:
        return None
    if not isinstance(text, str):
        raise LoadError(f"{where}: the attribute {name} is no text: {describe(text)}")
    return _revived(parse_object(text, f"{where}, {name}"))


def _revived(value: Any) -> Any:
    """The values that Keras 2 writes as dicts: tuples and shapes."""
    if isinstance(value, list):
        return [_revived(part) for part in value]
    if not isinstance(value, dict):
        return value
    kind, items = value.get("class_name"), value.get("items")
    if kind in ("__tuple__", "TensorShape") and isinstance(items, list):
        return tuple(map(_revived, items))
    return {key: _revived(part) for key, part in value.items()}


def _modern(config: dict[str, Any], known: dict[str, Any]) -> dict[str, Any]:
    name = config.get("class_name")
    if isinstance(name, str) and get_registered_object(name, known) is None:
        # Files name a model by its class, without the package under which it was registered.
        registered = [key for key in known if key.rpartition(">")[2] == name]
        config = config | ({"class_name": registered[0]} if len(registered) == 1 else {})
    return modern_layer(config, known)


def _load_optimizer(file: Group, model: Any, named: dict[str, Variable]) -> None:
    if model.optimizer is None or not model.built:
        return
    model.optimizer.build(model.trainable_variables)
    if "optimizer_weights" not in file:
        return
    stored = _read_variables(_group(file, "optimizer_weights"))
    assign_optimizer(model.optimizer, stored, named)


# Reading weights


def load_weights_h5(
    model: Any, source: Any, where: str, by_name: bool = False, skip_mismatch: bool = False
) -> None:
    """Load the weights of an ``.h5`` file into a model; if anything fails, all stay as they are.

    by_name: give each layer the weights of the layer of its name, and leave out the others; by
        default the layers that have weights are matched in their order.
    skip_mismatch: warn of weights that do not fit, and leave them out.

    Raises ValueError if the weights do not fit, LoadError for anything that is no such file.
    """
    with open_hdf5(source, where) as file, damage_in(where):
        attributes = file.attributes()
        is_whole = "layer_names" not in attributes and "layer_names0" not in attributes
        group = _group(file, "model_weights") if is_whole and "model_weights" in file else file
        find = _by_name if by_name else _by_place
        _assign(find(group, model, skip_mismatch), model)


def _assign(pairs: Pairs, model: Any) -> dict[str, Variable]:
    """Give the variables the arrays themselves; the variables by their names in the file."""
    for _, variable, value in pairs:
        store(variable, value)
    for layer in model._flatten_layers():
        if hasattr(layer, "finalize_state") and layer.built:
            layer.finalize_state()
    return {name: variable for name, variable, _ in pairs}


def _by_place(group: Group, model: Any, skip_mismatch: bool) -> Pairs:
    layers = [layer for layer in model.layers if _in_legacy_order(layer)]
    stored = [(name, found) for name, found in _layers_of(group) if found]
    if len(stored) != len(layers):
        raise ValueError(
            "Layer count mismatch when loading weights from file. Model expected "
            f"{len(layers)} layers, found {len(stored)} saved layers."
        )
    pairs: Pairs = []
    for k, (layer, (name, names)) in enumerate(zip(layers, stored)):
        variables = _in_legacy_order(layer)
        if len(names) != len(variables):
            raise ValueError(
                f"Weight count mismatch for layer #{k} (named {layer.name} in the current model, "
                f"{name} in the save file). Layer expects {len(variables)} weight(s). Received "
                f"{len(names)} saved weight(s)"
            )
        what = f"layer #{k} (named {layer.name})"
        pairs += _matched(_group(group, name), names, variables, what, skip_mismatch)
    return pairs + _top_level_pairs(group, model, False, skip_mismatch)


def _by_name(group: Group, model: Any, skip_mismatch: bool) -> Pairs:
    pairs: Pairs = []
    for k, (name, names) in enumerate(_layers_of(group)):
        for layer in (layer for layer in model.layers if layer.name == name):
            variables, what = _in_legacy_order(layer), f"layer #{k} (named {layer.name})"
            if len(names) != len(variables):
                counts = (
                    f"Layer expects {len(variables)} weight(s). Received {len(names)} saved "
                    "weight(s)"
                )
                if not skip_mismatch:
                    raise ValueError(f"Weight count mismatch for {what}. {counts}")
                frames.warn(
                    f"Skipping loading of weights for {what} due to mismatch in number of "
                    f"weights. {counts}"
                )
                continue
            pairs += _matched(_group(group, name), names, variables, what, skip_mismatch)
    return pairs + _top_level_pairs(group, model, skip_mismatch, skip_mismatch)


def _top_level_pairs(group: Group, model: Any, skip_count: bool, skip_mismatch: bool) -> Pairs:
    if _TOP not in group:
        return []
    inside, variables = _group(group, _TOP), _top_level(model)
    names = _names(inside, "weight_names")
    if len(names) == len(variables):
        return [*_matched(inside, names, variables, "top-level model", skip_mismatch)]
    message = (
        f"mismatch for top-level weights of the model. Model expects {len(variables)} top-level "
        f"weight(s). Received {len(names)} saved top-level weight(s)"
    )
    if not skip_count:
        raise ValueError(f"Weight count {message}")
    frames.warn(f"Skipping the top-level weights: weight count {message}")
    return []


def _matched(
    group: Group, names: list[str], variables: list[Variable], what: str, skip_mismatch: bool
) -> Iterator[tuple[str, Variable, Array]]:
    for name, variable in zip(names, variables, strict=True):
        stored = _dataset(group, name)
        if stored.shape == tuple(variable.shape):
            yield name, variable, stored.read()
            continue
        message = (
            f"in shape for weight {variable.path} of {what}. Weight expects shape "
            f"{tuple(variable.shape)}. Received saved weight with shape {stored.shape}"
        )
        if not skip_mismatch:
            raise ValueError(f"Mismatch {message}")
        frames.warn(f"Skipping loading weights due to mismatch {message}")


def _layers_of(group: Group) -> list[tuple[str, list[str]]]:
    """The layers in a file, each with the names of its weights."""
    return [
        (name, _names(_group(group, name), "weight_names")) for name in _names(group, "layer_names")
    ]


def _names(group: Group, what: str) -> list[str]:
    """The names in an attribute, or in the several that it was cut into."""
    attributes = group.attributes()
    cut = itertools.takewhile(attributes.__contains__, (f"{what}{i}" for i in itertools.count()))
    keys = [what] if what in attributes else [*cut]
    found: list[Any] = [name for key in keys for name in _listed(attributes[key])]
    if not all(isinstance(name, str) for name in found):
        raise LoadError(f"{group.where}: the attribute {what} is no list of names")
    if len(set(found)) < len(found):
        raise LoadError(f"{group.where}: the attribute {what} holds a name twice")
    return list(map(str, found))


def _listed(value: Any) -> list[Any]:
    """What an attribute holds; an empty list of names is written as an array without numbers."""
    return value if isinstance(value, list) else list(np.atleast_1d(value))


def _read_variables(group: Group) -> dict[str, Array]:
    return {name: _dataset(group, name).read() for name in _names(group, "weight_names")}


def _group(group: Group, name: str) -> Group:
    found = _member(group, name)
    if not isinstance(found, Group):
        raise LoadError(f"{group.where}: expected a group {describe(name)}, found {found}")
    return found


def _dataset(group: Group, name: str) -> Dataset:
    found = _member(group, name)
    if not isinstance(found, Dataset):
        raise LoadError(f"{group.where}: expected an array {describe(name)}, found {found}")
    return found


def _member(group: Group, name: str) -> Any:
    return group[name] if name in group else None  # noqa: SIM401  # a Group has no get
