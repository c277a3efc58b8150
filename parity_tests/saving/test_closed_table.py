"""Configs name what stands in a closed table, what is registered, and nothing else."""

from __future__ import annotations

import inspect
import sys
import threading
from typing import Any

import keras
import pytest

import minikeras
from minikeras.declare import known
from minikeras.saving import custom_object_scope, deserialize_keras_object

HOMES = ["", *known.CLASS_HOMES]


def namespace(library: Any, home: str) -> Any:
    found = library
    for part in home.split(".") if home else ():
        found = getattr(found, part)
    return found


@pytest.mark.parametrize("home", HOMES)
def test_every_public_class_with_a_config_is_found(home: str) -> None:
    ours, theirs = namespace(minikeras, home), namespace(keras, home)
    path = f"keras.{home}".rstrip(".")
    names = [name for name in vars(theirs) if inspect.isclass(vars(ours).get(name))]
    found = [name for name in names if hasattr(vars(ours)[name], "from_config")]
    assert found
    for name in found:
        assert known.find_class(path, name) is vars(ours)[name], name
        source = vars(theirs)[name].__module__  # where Keras's own sources have it
        if source.startswith(f"keras.src.{home.split('.')[0]}."):
            assert known.find_class(source, name) is not None, (source, name)


def test_nothing_else_is_found() -> None:
    for found in (*known._classes().values(), *known._functions().values()):
        assert found.__module__.startswith("minikeras"), found
        assert hasattr(found, "from_config") or not inspect.isclass(found)
    harmful = ("system", "eval", "exec", "open", "load", "os", "sys", "get_file", "__import__")
    for module in {*sys.modules, "keras.utils", "keras.layers.os", "builtins", "__main__", ""}:
        for name in harmful:
            assert known.find_class(module, name) is None, (module, name)
            assert known.find_function(module, name) is None, (module, name)


def entry(module: Any, name: Any, inner: Any = None, **more: Any) -> dict[str, Any]:
    config = {} if inner is None else inner
    return {"module": module, "class_name": name, "config": config, **more}


CONFIGS = {
    "os.system": entry("os", "system"),
    "builtins.eval": entry("builtins", "eval"),
    "get_file": entry("keras.utils", "get_file"),
    "a walk": entry("keras.layers.Dense", "from_config"),
    "no namespace": entry("keras.nothing", "Dense"),
    "no class": entry("keras.layers", "Nothing"),
    "registered name": entry("keras.layers", "Dense", {"units": 1}, registered_name="a>b"),
    "a function": entry("builtins", "function", "eval", registered_name="function"),
    "no name of a function": entry("builtins", "function", {"a": 1}),
    "a list as config": entry("keras.layers", "Dense", [1]),
    "a lambda": entry("builtins", "__lambda__", {"value": {"code": ""}}),
    "not registered": entry(None, "Mine", registered_name="Mine"),
    "Keras": entry("keras.layers", "Dense", {"units": 2}, registered_name=None),
    "Keras's sources": entry("keras.src.layers.core.dense", "Dense", {"units": 2}),
    "an activation": entry("builtins", "function", "relu", registered_name="function"),
    "values": {"a": [1, None, "x"], "b": {"c": entry("builtins", "__bytes__", {"value": "x"})}},
    "a slice": entry(None, "__slice__", {"start": 1, "stop": None, "step": 2}),
    "an array": entry(None, "__numpy__", {"value": [1, 2], "dtype": "int8"}),
}


@pytest.mark.parametrize("name", CONFIGS)
def test_the_outcome_is_keras(name: str) -> None:
    """The same kind of error, or the same kind of object."""

    def outcome(library: Any) -> str:
        try:
            found = library.saving.deserialize_keras_object(CONFIGS[name])
        except Exception as error:
            return type(error).__name__
        return str(getattr(found, "__name__", None) or type(found).__name__)

    assert outcome(minikeras) == outcome(keras)


def test_scopes_belong_to_their_thread() -> None:
    """Another thread neither sees custom objects nor that safe mode is off."""
    body = entry(None, "__lambda__", {"value": {"code": "", "defaults": None, "closure": None}})

    class Mine(minikeras.layers.Dense):
        """Rebuilds a lambda, which safe mode refuses, in another thread."""

        @classmethod
        def from_config(cls, config: Any) -> Any:
            seen: list[BaseException] = []

            def elsewhere() -> None:
                for asked in (body, entry(None, "Mine", {"units": 1}, registered_name="Mine")):
                    try:
                        deserialize_keras_object(asked)
                    except (TypeError, ValueError) as error:
                        seen.append(error)

            thread = threading.Thread(target=elsewhere)
            thread.start()
            thread.join()
            assert [type(error) for error in seen] == [ValueError, TypeError]
            return super().from_config(config)

    with custom_object_scope({"Mine": Mine}):
        asked = entry(None, "Mine", {"units": 1}, registered_name="Mine")
        assert type(deserialize_keras_object(asked, safe_mode=False)) is Mine


def test_what_is_outermost_decides_about_safe_mode() -> None:
    body = entry(None, "__lambda__", {"value": {"code": "", "defaults": None, "closure": None}})

    class Asks(minikeras.layers.Dense):
        @classmethod
        def from_config(cls, config: Any) -> Any:
            deserialize_keras_object(body, safe_mode=False)

    asked = entry(None, "Asks", registered_name="Asks")
    with pytest.raises(ValueError, match="Python lambda"):
        deserialize_keras_object(asked, custom_objects={"Asks": Asks})


def test_deep_configs() -> None:
    nested: Any = {}
    for _ in range(100_000):
        nested = [nested]
    with pytest.raises(ValueError, match="nested too deeply"):
        deserialize_keras_object(nested)
