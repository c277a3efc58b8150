"""Names for classes and functions of one namespace: ``"he_normal" → HeNormal()``."""

from __future__ import annotations

import inspect
from types import ModuleType
from typing import Any

from minikeras.declare import serialization
from minikeras.declare.custom_objects import custom_object_scope, get_registered_object
from minikeras.declare.names import to_snake_case
from minikeras.declare.sharing import unshared
from minikeras.messages import describe, did_you_mean


def public_in(*modules: ModuleType) -> list[Any]:
    """The public classes, then the public functions, that these modules define."""
    found = [
        value
        for module in modules
        for name, value in vars(module).items()
        if name[0] != "_" and inspect.isclass(value) | inspect.isfunction(value)
        if value.__module__ == module.__name__
    ]
    return sorted(found, key=inspect.isfunction)


# Where a name is used that was given for something else.
_USES = {
    "loss": "A loss is given as compile(loss={!r})",
    "metric": "A metric is given as compile(metrics=[{!r}])",
    "optimizer": "An optimizer is given as compile(optimizer={!r})",
    "activation": "An activation is given to a layer: activation={!r}",
}

registries: dict[str, Registry] = {}  # by what they hold: "initializer", "loss", ...


class Registry:
    """``get``, ``serialize`` and ``deserialize`` of a namespace such as ``keras.initializers``.

    Entries are known by their own name, classes also in snake case, and by the aliases given.
    """

    def __init__(self, what: str, *entries: Any, **aliases: Any) -> None:
        self.what = what
        registries[what] = self
        self.entries: dict[str, Any] = {}
        for entry in entries:
            self.entries[entry.__name__] = entry
            if inspect.isclass(entry):
                self.entries[to_snake_case(entry.__name__)] = entry
        self.entries.update(aliases)

    def __repr__(self) -> str:
        return f"<Registry of {self.what}>"

    def get(self, identifier: Any) -> Any:
        """An object from a name, a config, a class (which is called) or an object (kept as it is).

        ``None`` stays ``None``.  Raises ValueError for anything that cannot be understood.
        """
        if identifier is None:
            return None
        found = identifier
        if isinstance(identifier, dict):
            if "module" not in identifier:
                self.find(identifier.get("class_name", ""))
            found = self.deserialize(identifier)
        elif isinstance(identifier, str):
            found = self.find(identifier)
        if inspect.isclass(found):
            found = found()
        if not callable(found) and not hasattr(found, "get_config"):
            raise self.unknown(identifier)
        return found

    def find(self, name: str) -> Any:
        """The entry or registered custom object called ``name``; ValueError if there is none."""
        found = get_registered_object(name)
        if found is None:
            found = self.entries.get(name)
        if found is None:
            raise self.unknown(name)
        return found

    def serialize(self, obj: Any) -> Any:
        return serialization.serialize_keras_object(obj)

    def deserialize(self, config: Any, custom_objects: dict[str, Any] | None = None) -> Any:
        """The object of a config; its class may be given by a bare name of this namespace."""
        if isinstance(config, str):
            with custom_object_scope(custom_objects):
                return self.get(config)
        name = config.get("class_name") if isinstance(config, dict) else None
        if name in self.entries and not config.get("registered_name"):
            entry = self.entries[name]
            home = serialization.public_module(entry)
            config = {**config, "module": home, "class_name": entry.__name__}
        return serialization.deserialize_keras_object(unshared(config), custom_objects)

    def unknown(self, identifier: Any) -> ValueError:
        """The error about an identifier that cannot be understood."""
        home = f"keras.{self.what}{'es' if self.what.endswith('s') else 's'}"
        return ValueError(
            f"Could not interpret {self.what} identifier: {describe(identifier)}."
            f"{self._hint(identifier)} Expected a name (dir({home}) lists them), a config, a class "
            "or an instance"
        )

    def _hint(self, identifier: Any) -> str:
        if inspect.isclass(identifier):
            return f" Make an instance of the class: {identifier.__name__}()."
        if not isinstance(identifier, str):
            return ""
        for what, use in _USES.items():
            if what in registries and identifier in registries[what].entries:
                return f" {use.format(identifier)}."
        return did_you_mean(identifier, [name for name in self.entries if name != self.what])
