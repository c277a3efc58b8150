"""Objects to plain dictionaries and back: ``{module, class_name, config, registered_name}``.

Reading a config never runs code from it: classes and functions are found among Keras's public
names (a closed table, see known.py), the registered ones and ``custom_objects``; a lambda is
refused in safe mode, and in a file always.
"""

from __future__ import annotations

import base64
import contextlib
import inspect
import marshal
import sys
import types
from collections.abc import Callable
from contextvars import ContextVar
from typing import Any

import numpy as np

from minikeras import dtypes, frames, settings
from minikeras.declare.custom_objects import (
    custom_object_scope,
    get_custom_objects,
    get_registered_name,
    objects_in_scope,
    value_within,
)
from minikeras.declare.known import find_class, find_function, is_keras
from minikeras.declare.sharing import find_read, note_read, note_written
from minikeras.messages import describe

_PLAIN = (str, int, float, bool, type(None))

# What holds within a block of code, for its own thread only.
_safe_mode: ContextVar[bool | None] = ContextVar("safe mode", default=None)  # None: no block
_reading_file: ContextVar[bool] = ContextVar("reading a file", default=False)


def reading_file() -> contextlib.AbstractContextManager[None]:
    """``with reading_file():`` around configs from files: their lambdas are refused in any mode."""
    return value_within(_reading_file, True)


def in_safe_mode() -> bool:
    """Whether the object that is being made comes from a config that is read in safe mode."""
    return bool(_safe_mode.get())


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


@frames.filter_traceback
def deserialize_keras_object(
    config: Any, custom_objects: dict[str, Any] | None = None, safe_mode: bool = True, **kwargs: Any
) -> Any:
    """The object that ``config`` describes.

    custom_objects: classes and functions by the names that the config uses.
    safe_mode: whether lambdas are refused. Within the config of an object the outermost call
        decides, and ``enable_unsafe_deserialization`` before it: nothing in a config can.

    Raises TypeError for a config that names no known class, or is no config at all; ValueError for
    a lambda in safe mode, a name of Keras that has no config, and a config nested too deeply.
    """
    within = _safe_mode.get()
    safe_mode = (safe_mode and settings.in_safe_mode()) if within is None else within
    known = {**get_custom_objects(), **objects_in_scope(), **(custom_objects or {})}
    if isinstance(config, str) and config in known:
        return known[config]
    if isinstance(config, _PLAIN):
        return config
    try:
        return _deserialize(config, known, custom_objects, safe_mode)
    except RecursionError:
        raise ValueError("config is nested too deeply") from None


def _deserialize(config: Any, known: dict[str, Any], custom_objects: Any, safe_mode: bool) -> Any:
    """What is no plain value."""

    def again(part: Any) -> Any:
        return deserialize_keras_object(part, custom_objects=custom_objects, safe_mode=safe_mode)

    if isinstance(config, list | tuple):
        return [again(part) for part in config]
    if not isinstance(config, dict):
        raise TypeError(f"Could not parse config: {describe(config)}; expected a dict")
    if "class_name" not in config or "config" not in config:
        return {key: again(value) for key, value in config.items()}

    name = config["class_name"]
    inner = {} if config["config"] is None else config["config"]
    if not isinstance(name, str):
        raise TypeError(f"`class_name` must be a string, received {describe(name)}")
    if name in decoders:
        return _decode(name, inner)
    if name == "__lambda__":
        _check_lambda(safe_mode)
        return _load_function(inner["value"])
    if name == "function":
        if not isinstance(inner, str):
            raise TypeError(f"The config of a function must be its name, received {inner!r}")
        return _find_function(inner, config, known)
    if not isinstance(inner, dict):
        raise TypeError(f"The config of {name} must be a dict, received {describe(inner)}")
    cls, shared = _find_class(name, config, known), find_read(config)
    if shared is None:
        return _rebuild(cls, inner, config, custom_objects, safe_mode)
    if inspect.isclass(cls) and not isinstance(shared, cls):
        raise ValueError(
            f"shared_object_id={config['shared_object_id']} is that of {describe(shared)}; "
            f"expected an object of the class {name}"
        )
    return shared


def _decode(name: str, inner: Any) -> Any:
    try:
        return decoders[name](inner)
    except (AttributeError, IndexError, KeyError, OverflowError, TypeError, ValueError) as error:
        raise TypeError(f"{name} cannot hold {describe(inner)}: {error}") from error


def _check_lambda(safe_mode: bool) -> None:
    if _reading_file.get():
        raise ValueError(
            "the file holds the code of a Python lambda; code from a file is never run, with any "
            "`safe_mode`. Write the function with `def`, register it with "
            "@keras.saving.register_keras_serializable() and save the model again"
        )
    if safe_mode:
        raise ValueError(
            "config holds a Python lambda, whose code would run when it is rebuilt; this is "
            "refused unless safe_mode=False is passed or "
            "keras.config.enable_unsafe_deserialization() was called"
        )


def _rebuild(
    cls: Any, inner: dict[str, Any], config: dict[str, Any], custom_objects: Any, safe_mode: bool
) -> Any:
    if isinstance(cls, types.FunctionType):  # a custom object
        return cls
    if not hasattr(cls, "from_config"):
        raise TypeError(
            f"{cls} cannot be rebuilt: it has no from_config() method; config={describe(config)}"
        )
    with custom_object_scope(custom_objects), value_within(_safe_mode, safe_mode):
        try:
            _check_integers(cls, inner)
            instance = cls.from_config(inner)
            note_read(instance, config)
            if config.get("build_config") and not instance.built:
                instance.build_from_config(config["build_config"])
                instance.built = True
            if config.get("compile_config"):
                instance.compile_from_config(config["compile_config"])
                instance.compiled = True
        except TypeError as error:
            raise _not_rebuilt(cls, str(error), config) from error
        except UNEXPECTED as error:
            if not _is_ours(cls, error):
                raise
            what = f"{type(error).__name__}: {error}"
            raise _not_rebuilt(cls, what, config) from error
    return instance


def _check_integers(cls: Any, inner: dict[str, Any]) -> None:
    """Raises ValueError for ``true`` as a number: constructors take it as 1, since Python does."""
    for name, declared in getattr(cls, "_fields", {}).items():
        if declared.is_integer and isinstance(inner.get(name), bool):
            raise ValueError(
                f"`{name}` of {cls.__name__} must be an integer, received {inner[name]}"
            )


def _not_rebuilt(cls: Any, why: str, config: dict[str, Any]) -> TypeError:
    return TypeError(
        f"{cls} could not be deserialized: {why}. Parts that are objects must be deserialized in "
        f"its from_config(). config={describe(config)}"
    )


# What the code of a class may raise about a config with parts of other types than it expects.
UNEXPECTED = (
    *(ArithmeticError, AssertionError, AttributeError, LookupError, MemoryError),
    UnicodeError,
)


def _is_ours(cls: Any, error: Exception) -> bool:
    """Whether an error was raised by a class of Keras; those of users' classes pass unchanged."""
    ours = getattr(cls, "__module__", "").partition(".")[0] == "minikeras" and not hasattr(
        error, _USERS
    )
    if not ours:
        setattr(error, _USERS, True)  # for the objects around this one
    return ours


def is_users(error: BaseException) -> bool:
    """Whether an error was raised by the ``from_config`` of a user's class."""
    return hasattr(error, _USERS)


_USERS = "_raised_by_a_users_class"


def _find_class(name: str, config: dict[str, Any], known: dict[str, Any]) -> Any:
    """The class of a config: registered or passed by the user, or Keras's."""
    module: Any = config.get("module")
    registered = config.get("registered_name", name)
    if isinstance(registered, str) and registered in known:
        return known[registered]
    found = find_class(module, name) if is_keras(module) else None
    if found is None:
        raise _not_found("class", name, config)
    _check_registered_name(name, config)
    return found


def _find_function(name: str, config: dict[str, Any], known: dict[str, Any]) -> Any:
    """The function of a config, likewise."""
    module: Any = config.get("module")
    if name in known:
        return known[name]
    found = find_function(module, name) if module == "builtins" or is_keras(module) else None
    if found is not None:
        _check_registered_name(name, config)
        return found
    if module == "builtins" and ">" not in name:  # written by Keras 3.6 and before
        for key, value in known.items():
            if key.endswith(f">{name}"):
                return value
    raise _not_found("function", name, config)


def _check_registered_name(name: str, config: dict[str, Any]) -> None:
    """Raises ValueError if a class or function of Keras claims to be one of a user."""
    registered = config.get("registered_name")
    if registered and registered not in (name, config["class_name"]):
        raise ValueError(
            f"`registered_name={describe(registered)}` was provided in the config, but {name!r} is "
            "a name of Keras, which is not registered. Register the class before loading, or "
            "remove `registered_name` from the config"
        )


def _not_found(kind: str, name: str, config: dict[str, Any]) -> Exception:
    module = config.get("module")
    sentence = (
        f"Could not locate {kind} {describe(name)} (module {describe(module)}). Register it with "
        "@keras.saving.register_keras_serializable() or pass it in custom_objects. "
        f"config={describe(config)}"
    )
    # The packages that are imported on demand may not be there yet.
    on_demand = str(module).startswith(("keras.applications", "keras.export"))
    is_namespace = is_keras(module) and (on_demand or f"mini{module}" in sys.modules)
    return ValueError(sentence) if is_namespace else TypeError(sentence)


# From the config of a value with a notation of its own to the value, by ``class_name``.  The
# modules above that define such a value add it here.
decoders: dict[str, Callable[[dict[str, Any]], Any]] = {
    "__numpy__": lambda c: np.array(c["value"], dtype=dtypes.standardize(c["dtype"])),
    "__bytes__": lambda c: c["value"].encode("utf-8"),
    "__ellipsis__": lambda c: Ellipsis,
    "__slice__": lambda c: slice(*(_index(c[end]) for end in ("start", "stop", "step"))),
}


def _index(value: Any) -> int | None:
    """An end of a slice."""
    if value is not None and (not isinstance(value, int) or isinstance(value, bool)):
        raise TypeError(f"a slice needs integers or None, received {describe(value)}")
    return value


def _dump_function(function: types.FunctionType) -> dict[str, Any]:
    closure = tuple(cell.cell_contents for cell in function.__closure__ or ()) or None
    code = base64.b64encode(marshal.dumps(function.__code__)).decode("ascii")
    return {"code": code, "defaults": function.__defaults__, "closure": closure}


def _load_function(dumped: dict[str, Any]) -> types.FunctionType:
    code = marshal.loads(base64.b64decode(dumped["code"]))
    closure = tuple(types.CellType(value) for value in dumped["closure"] or ())
    defaults = tuple(dumped["defaults"]) if dumped["defaults"] else None
    return types.FunctionType(code, globals(), argdefs=defaults, closure=closure or None)
