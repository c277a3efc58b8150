"""Every public class that Keras 2 has as well is made from Keras 2's config."""

from __future__ import annotations

import inspect
import json
from typing import Any

import numpy as np
import pytest
import tf_keras

import minikeras
from minikeras.saving.legacy_config import modern_layer
from minikeras.saving.legacy_training import compile_arguments
from parity_tests.trainings.arguments import public

MODULES = {
    "layers": tf_keras.layers,
    "losses": tf_keras.losses,
    "metrics": tf_keras.metrics,
    "optimizers": tf_keras.optimizers,
    "optimizers.schedules": tf_keras.optimizers.schedules,
}
NEEDED: dict[str, Any] = {  # arguments without defaults
    "units": 2,
    "filters": 2,
    "kernel_size": 2,
    "pool_size": 2,
    "n": 2,
    "axes": -1,
    "rate": 0.25,
    "stddev": 0.25,
    "input_dim": 5,
    "output_dim": 2,
    "scale": 2.0,
    "dims": (1,),
    "target_shape": (2,),
    "activation": "relu",
    "num_classes": 3,
    "target_class_ids": [0],
    "num_thresholds": 5,
    "recall": 0.5,
    "precision": 0.5,
    "sensitivity": 0.5,
    "specificity": 0.5,
    "initial_learning_rate": 0.5,
    "decay_steps": 5,
    "decay_rate": 0.5,
    "first_decay_steps": 3,
    "boundaries": [1],
    "values": [0.5, 0.25],
}
# What Keras 2 has not, or calls differently.
ABSENT = {
    "layers": {"RMSNormalization"},
    "losses": {"CategoricalGeneralizedCrossEntropy", "Circle", "Tversky", "Dice"},
    "metrics": {"ConcordanceCorrelation", "PearsonCorrelation"},
}
CLASSES = [
    (module, name)
    for module in MODULES
    for name in public(module)
    if name not in ABSENT.get(module, ())
]


def made(module: str, name: str) -> Any:
    """The object of Keras 2."""
    cls = getattr(MODULES[module], name)
    parameters = inspect.signature(public(module)[name]).parameters.values()
    names = [p.name for p in parameters if p.name in NEEDED and p.name != "name"]
    required = {n: NEEDED[n] for n in names if n in inspect.signature(cls.__init__).parameters}
    return cls(**required)


def plain(config: Any) -> Any:
    """As a file holds it."""
    return json.loads(json.dumps(config, default=lambda x: np.asarray(x).tolist()))


def entry(thing: Any) -> dict[str, Any]:
    return plain({"class_name": type(thing).__name__, "config": thing.get_config()})


def test_what_is_absent() -> None:
    for module, names in ABSENT.items():
        assert not [name for name in names if hasattr(MODULES[module], name)]


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.parametrize(("module", "name"), CLASSES)
def test_class_of_keras_2(module: str, name: str) -> None:
    """All arguments that both have are those of Keras 2, in the config of what is made."""
    theirs = made(module, name)
    config = plain(theirs.get_config())
    match module:
        case "layers":
            loaded = minikeras.saving.deserialize_keras_object(modern_layer(entry(theirs)))
        case "losses":
            loaded = compiled(loss=entry(theirs))["loss"]
        case "metrics":
            loaded = compiled(metrics=[entry(theirs)])["metrics"][0]
        case "optimizers":
            loaded = compiled(optimizer_config=entry(theirs))["optimizer"]
        case _:
            sgd = {"class_name": "SGD", "config": {"learning_rate": entry(theirs)}}
            loaded = compiled(optimizer_config=sgd)["optimizer"]._learning_rate
    assert type(loaded).__name__ == name
    found = plain(loaded.get_config())
    for key, value in config.items():
        if key in found and key not in TRANSLATED:
            assert same(found[key], value), f"{key}: {found[key]}, Keras 2 {value}"


TRANSLATED = {"dtype", "reduction", "axis"}


def compiled(**config: Any) -> dict[str, Any]:
    sgd = {"class_name": "Custom>SGD", "config": {}}
    return compile_arguments({"optimizer_config": sgd, **config}, [])


def same(ours: Any, theirs: Any) -> bool:
    """Numbers may have been rounded to float32; of an object the class and what both state."""
    if isinstance(ours, dict) and isinstance(theirs, dict):
        common = ours.keys() & theirs.keys() - {"module", "registered_name"}
        return all(same(ours[key], theirs[key]) for key in common)
    if isinstance(ours, list) and isinstance(theirs, list):
        return len(ours) == len(theirs) and all(map(same, ours, theirs))
    if isinstance(ours, float) or isinstance(theirs, float):
        return bool(np.float32(ours) == np.float32(theirs))
    return bool(ours == theirs)


def test_functions_of_keras_2() -> None:
    """Names of losses and metrics, alone and within what Keras 2 wraps them in."""
    names = {"mse", "mae", "accuracy", "acc", "binary_accuracy"}
    for name in ("mean_squared_error", "binary_crossentropy", "huber", "mse", "mae"):
        wrapped = {"class_name": "LossFunctionWrapper", "config": {"fn": name, "name": "mine"}}
        for loss in (name, wrapped, [name, wrapped], {"out": name}):
            assert compiled(loss=loss)["loss"] is not None
    for name in names:
        assert compiled(metrics=[name])["metrics"]
    for name in ("binary_accuracy", "sparse_categorical_accuracy", "mean_absolute_error"):
        wrapped = {"class_name": "MeanMetricWrapper", "config": {"fn": name, "name": "out_mine"}}
        arguments = {"optimizer_config": "sgd", "metrics": [[wrapped]]}
        (metric,) = compile_arguments(arguments, ["out", "other"])["metrics"][0]
        assert metric.fn.__name__ == name and metric.name == "mine"
