"""How objects describe themselves: fields, names, registries, configs."""

from minikeras.declare.configurable import REQUIRED, Configurable, Field, field
from minikeras.declare.names import auto_name, get_uid, reset_uids, to_snake_case, uniquify
from minikeras.declare.registry import Registry, public_in

__all__ = [
    "REQUIRED",
    "Configurable",
    "Field",
    "Registry",
    "auto_name",
    "field",
    "get_uid",
    "public_in",
    "reset_uids",
    "to_snake_case",
    "uniquify",
]
