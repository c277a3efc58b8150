"""Objects to plain dictionaries and back: ``{module, class_name, config, registered_name}``.

Reading a config never runs code from it: classes are found among Keras's public names,
the registered ones, ``custom_objects`` and modules that are already imported; a lambda is
refused in safe mode.
"""

from __future__ import annotations

import base64
import contextlib
import importlib
import inspect
import marshal
import sys
import types
from collections.abc import Callable
from typing import Any

import numpy as np

from minikeras import dtypes, frames, settings
from minikeras.declare.sharing import find_read, note_read, note_written

_PLAIN = (str, int, float, bool, type(None))
_FUNCTION_HOMES = ("activations", "losses", "metrics", "ops", "initializers", "constraints")

# Modules whose classes are made when they are asked for: from a class's name to the class.
finders: dict[str, Callable[[str], Any]] = {}

_registered: dict[str, Any] = {}  # "package>name" → class or function
_registered_names: dict[Any, str] = {}
_scoped: dict[str, Any] = {}


def get_custom_objects() -> dict[str, Any]:
    """The mutable dictionary of everything registered."""
    return _registered


class CustomObjectScope:
    """``with custom_object_scope({"MyLayer": MyLayer}):`` makes names known within a block."""

    def __init__(self, custom_objects: dict[str, Any] | None) -> None:
        self.custom_objects = custom_objects or {}

    def __repr__(self) -> str:
        return f"<CustomObjectScope of {', '.join(self.custom_objects) or 'nothing'}>"

    def __enter__(self) -> CustomObjectScope:
        self._before = dict(_scoped)
        _scoped.update(self.custom_objects)
        return self

    def __exit__(self, *exc: object) -> None:
        _scoped.clear()
        _scoped.update(self._before)


custom_object_scope = CustomObjectScope


def register_keras_serializable(
    package: str = "Custom", name: str | None = None
) -> Callable[[Any], Any]:
    """Class decorator: configs may refer to the class as ``"package>name"``.

    Raises ValueError if a class has no ``get_config``, or the name or object is taken.
    """

    def register(target: Any) -> Any:
        key = f"{package}>{name or target.__name__}"
        if inspect.isclass(target) and not hasattr(target, "get_config"):
            raise ValueError(f"Cannot register {target}: it does not have a get_config() method")
        _registered[key] = target
        _registered_names[target] = key
        return target

    return register


def get_registered_name(obj: Any) -> str:
    """``"package>name"`` of a registered object, else its own name."""
    return _registered_names.get(obj) or obj.__name__


def get_registered_object(
    name: str, custom_objects: dict[str, Any] | None = None, module_objects: Any = None
) -> Any:
    """What is known under ``name``: in the scope, registered, or in the given dictionaries."""
    for known in (_scoped, _registered, custom_objects or {}, module_objects or {}):
        if name in known:
            return known[name]
    return None


def public_module(obj: Any) -> str | None:
    """``"keras.layers"`` for ``minikeras.layers.core.dense.Dense``; None for what is not ours."""
    explicit = getattr(obj, "_keras_module", None) if inspect.isclass(obj) else None
    if explicit and "_keras_module" in obj.__dict__:
        return str(explicit)
    package, _, rest = obj.__module__.partition(".")
    return f"keras.{rest.split('.')[0]}" if package == "minikeras" else None


def serialize_keras_object(obj: Any) -> Any:
    """``obj`` as nested dictionaries and lists of plain values.

    Raises TypeError for an object without ``get_config``.
    """
    if isinstance(obj, _PLAIN):
        return obj
    if isinstance(obj, list | tuple):
        plain = tuple if type(obj) is tuple else list  # a layer's own kind of list is one, too
        return plain(map(serialize_keras_object, obj))
    if isinstance(obj, dict):
        return serialize_dict(obj)
    special = _serialize_special(obj)
    return _serialize_object(obj) if special is None else special


def serialize_dict(obj: dict[Any, Any]) -> dict[Any, Any]:
    return {key: serialize_keras_object(value) for key, value in obj.items()}


def _serialize_special(obj: Any) -> Any:
    """Values that have a notation of their own; None if ``obj`` has not."""
    if isinstance(obj, bytes):
        return {"class_name": "__bytes__", "config": {"value": obj.decode("utf-8")}}
    if isinstance(obj, slice):
        ends = {"start": obj.start, "stop": obj.stop, "step": obj.step}
        return {"class_name": "__slice__", "config": serialize_dict(ends)}
    if obj is Ellipsis:
        return {"class_name": "__ellipsis__", "config": {}}
    if hasattr(obj, "_keras_history"):
        history = obj._keras_history
        notation = [history[0].name, *history[1:]] if history else None
        tensor = {"shape": obj.shape, "dtype": obj.dtype, "keras_history": notation}
        return {"class_name": "__keras_tensor__", "config": tensor}
    if isinstance(obj, np.generic) or (isinstance(obj, np.ndarray) and obj.ndim == 0):
        return obj.item()
    if isinstance(obj, np.dtype):
        return obj.name
    if isinstance(obj, np.ndarray):
        array = {"value": obj.tolist(), "dtype": obj.dtype.name}
        return {"class_name": "__numpy__", "config": array}
    if type(obj).__name__ == "Tensor" and hasattr(obj, "numpy"):
        array = {"value": obj.numpy().tolist(), "dtype": dtypes.standardize(obj.dtype)}
        return {"class_name": "__tensor__", "config": array}
    if isinstance(obj, types.FunctionType) and obj.__name__ == "<lambda>":
        frames.warn(
            "A lambda is being serialized; reading it back runs its code and needs "
            "safe_mode=False. Prefer a named, registered function."
        )
        return {"class_name": "__lambda__", "config": {"value": _dump_function(obj)}}
    return None


def _serialize_object(obj: Any) -> dict[str, Any]:
    if hasattr(obj, "get_config"):
        inner = obj.get_config()
        if not isinstance(inner, dict):
            raise TypeError(f"get_config() of {obj} must return a dict, received {inner!r}")
        inner = serialize_dict(inner)
        cls = type(obj)
        module, registered = public_module(cls), None
        if hasattr(cls, "function") and module == "keras.autograd":
            module = "keras.ops"  # the node of an op: its class is made from the function
        if module is None:
            module = cls.__module__
        if not public_module(cls) or module.startswith("keras.src"):
            registered = get_registered_name(cls)
        class_name = cls.__name__
    elif callable(obj) and hasattr(obj, "__name__"):
        inner = get_registered_name(obj)
        module, class_name, registered = "builtins", "function", "function"
    else:
        raise TypeError(
            f"Cannot serialize {obj!r} of type {type(obj)}: it has no get_config() method"
        )
    entry = {
        "module": None if module == "__main__" else module,
        "class_name": class_name,
        "config": inner,
        "registered_name": registered,
    }
    for part in ("build_config", "compile_config"):
        described = getattr(obj, f"get_{part}", lambda: None)()
        if described is not None:
            entry[part] = serialize_dict(described)
    note_written(obj, entry)
    return entry


def deserialize_keras_object(
    config: Any, custom_objects: dict[str, Any] | None = None, safe_mode: bool = True, **kwargs: Any
) -> Any:
    """The object that ``config`` describes.

    Raises TypeError for a config that names no known class, or is no config at all;
    ValueError for a lambda in safe mode.
    """
    safe_mode = safe_mode and settings.in_safe_mode()
    known = {**_registered, **_scoped, **(custom_objects or {})}
    if isinstance(config, str) and config in known:
        return known[config]
    if isinstance(config, _PLAIN):
        return config

    def again(part: Any) -> Any:
        return deserialize_keras_object(part, custom_objects=custom_objects, safe_mode=safe_mode)

    if isinstance(config, list | tuple):
        return [again(part) for part in config]
    if not isinstance(config, dict):
        raise TypeError(f"Could not parse config: {config!r}; expected a dict")
    if "class_name" not in config or "config" not in config:
        return {key: again(value) for key, value in config.items()}

    name = config["class_name"]
    inner = {} if config["config"] is None else config["config"]
    if name in decoders:
        return decoders[name](inner)
    if name == "__lambda__":
        if safe_mode:
            raise ValueError(
                "config holds a Python lambda, whose code would run when it is rebuilt; this is "
                "refused unless safe_mode=False is passed or "
                "keras.config.enable_unsafe_deserialization() was called"
            )
        return _load_function(inner["value"])
    if name == "function":
        if not isinstance(inner, str):
            raise TypeError(f"The config of a function must be its name, received {inner!r}")
        return _find(inner, config, known)
    if not isinstance(inner, dict):
        raise TypeError(f"The config of {name} must be a dict, received {inner!r}")
    shared = find_read(config)
    if shared is not None:
        return shared
    return _rebuild(_find(name, config, known), inner, config, custom_objects, safe_mode)


def _rebuild(
    cls: Any, inner: dict[str, Any], config: dict[str, Any], custom_objects: Any, safe_mode: bool
) -> Any:
    if isinstance(cls, types.FunctionType):
        return cls
    if not hasattr(cls, "from_config"):
        raise TypeError(f"{cls} cannot be rebuilt: it has no from_config() method; config={config}")
    with custom_object_scope(custom_objects), settings.changed("safe_mode", safe_mode):
        try:
            instance = cls.from_config(inner)
        except TypeError as error:
            raise TypeError(
                f"{cls} could not be deserialized: {error}. Parts that are objects must be "
                f"deserialized in its from_config(). config={config}"
            ) from error
        if config.get("build_config") and not instance.built:
            instance.build_from_config(config["build_config"])
            instance.built = True
        if config.get("compile_config"):
            instance.compile_from_config(config["compile_config"])
            instance.compiled = True
    note_read(instance, config)
    return instance


def _find(name: str, config: dict[str, Any], known: dict[str, Any]) -> Any:
    """The class or function of a config: registered, public, or in a module already imported."""
    module, registered = config.get("module"), config.get("registered_name") or name
    for key in (registered, name):
        if key in known:
            return known[key]
    if module == "builtins":
        for home in _FUNCTION_HOMES:
            found = getattr(importlib.import_module(f"minikeras.{home}"), name, None)
            if callable(found):
                return found
    elif module and (module == "keras" or module.startswith("keras.")):
        found = _find_public(module, name)
        if found is not None:
            return found
    elif module in sys.modules and hasattr(sys.modules[module], name):
        return getattr(sys.modules[module], name)
    raise TypeError(
        f"Could not locate {'function' if config['class_name'] == 'function' else 'class'} "
        f"{name!r} (module {module!r}). Register it with "
        f"@keras.saving.register_keras_serializable() or pass it in custom_objects. config={config}"
    )


def _find_public(module: str, name: str) -> Any:
    path = "minikeras" + module.removeprefix("keras").replace(".src", "")
    if path in finders:
        return finders[path](name)
    with contextlib.suppress(ImportError):
        found = getattr(importlib.import_module(path), name, None)
        if inspect.isclass(found) and hasattr(found, "from_config"):
            return found
        if callable(found) and getattr(found, "__module__", "").startswith("minikeras"):
            return found
    return None


# From the config of a value with a notation of its own to the value, by ``class_name``.  The
# modules above that define such a value add it here.
decoders: dict[str, Callable[[dict[str, Any]], Any]] = {
    "__numpy__": lambda c: np.array(c["value"], dtype=c["dtype"]),
    "__bytes__": lambda c: c["value"].encode("utf-8"),
    "__ellipsis__": lambda c: Ellipsis,
    "__slice__": lambda c: slice(c["start"], c["stop"], c["step"]),
}


def _dump_function(function: types.FunctionType) -> dict[str, Any]:
    closure = tuple(cell.cell_contents for cell in function.__closure__ or ()) or None
    code = base64.b64encode(marshal.dumps(function.__code__)).decode("ascii")
    return {"code": code, "defaults": function.__defaults__, "closure": closure}


def _load_function(dumped: dict[str, Any]) -> types.FunctionType:
    code = marshal.loads(base64.b64decode(dumped["code"]))
    closure = tuple(types.CellType(value) for value in dumped["closure"] or ())
    defaults = tuple(dumped["defaults"]) if dumped["defaults"] else None
    return types.FunctionType(code, globals(), argdefs=defaults, closure=closure or None)
