"""The user's own classes and functions, for minikeras: the same code, with other names behind it.

A layer or loss that is written with ``keras`` runs on both sides from one source.  Its functions
are copied; where the originals find ``keras``, ``tensorflow`` or a class of Keras among their
global names, closures and defaults, the copies find minikeras.  Classes are made anew, with bases
of minikeras and the copied functions.
"""

from __future__ import annotations

import builtins
import contextlib
import functools
import importlib
import inspect
import types
from collections.abc import Callable, Iterator
from typing import Any

from minikeras.interchange.sides import KERAS, MINIKERAS
from minikeras.optional import Library
from minikeras.parity import stand_in

keras = Library("keras")

ROOTS = ("keras", "tensorflow")
FACES = (
    *("layers", "losses", "metrics", "optimizers", "optimizers.schedules", "ops", "activations"),
    *("initializers", "regularizers", "constraints", "callbacks", "random", "utils", "saving"),
    *("backend", "config", "tree", "dtype_policies"),
)
# What Python makes for each class by itself.
MADE = {"__dict__", "__weakref__", "__module__", "__doc__", "__qualname__"}


class NotMirrored(ValueError):
    """A part of the user's program cannot run in minikeras; the message says which, and why."""


class Mirror:
    """``mirror.of(value)``: what takes the place of a value of the user's program."""

    def __init__(self) -> None:
        self._made: dict[int, Any] = {}
        self._alive: list[Any] = []  # the originals: an id belongs to what is alive
        self._public: dict[int, Any] = {}
        self._waiting: dict[int, list[Callable[[Any], None]]] = {}  # for classes in the making

    def of(self, value: Any) -> Any:
        """The counterpart of a value; the value itself if it has nothing of Keras in it.

        Raises NotMirrored for a class or function of Keras or TensorFlow that is not here.
        """
        if id(value) in self._made:
            return self._made[id(value)]
        if isinstance(value, types.ModuleType):
            return self._module(value)
        if isinstance(value, type):
            return self._class(value)
        if isinstance(value, types.FunctionType):
            return self._function(value)
        if isinstance(value, staticmethod | classmethod):
            return type(value)(self.of(value.__func__))
        if isinstance(value, property):
            get, put, delete = (f and self.of(f) for f in (value.fget, value.fset, value.fdel))
            return property(get, put, delete, value.__doc__)
        if isinstance(value, list | tuple) and type(value) in (list, tuple):
            return type(value)(map(self.of, value))
        if _root(type(value).__module__) == "keras" and hasattr(value, "get_config"):
            return MINIKERAS.deserialize(KERAS.serialize(value))
        return value

    def _remember(self, value: Any, made: Any) -> Any:
        self._alive.append(value)
        self._made[id(value)] = made
        return made

    def _module(self, module: types.ModuleType) -> Any:
        name = module.__name__.replace("keras._tf_keras.keras", "keras")
        if _root(name) not in ROOTS:
            return module
        try:
            return self._remember(module, stand_in._replacement(name))
        except ModuleNotFoundError as error:
            raise NotMirrored(f"minikeras has no counterpart of the module {name}") from error

    def _class(self, cls: type) -> Any:
        if _root(cls.__module__) in ROOTS:
            return self._counterpart(cls)
        if not any(_root(base.__module__) == "keras" for base in cls.__mro__):
            return cls
        bases = tuple(map(self.of, cls.__bases__))
        self._waiting[id(cls)] = []
        body = {name: self.of(value) for name, value in vars(cls).items() if name not in MADE}
        body |= {"__module__": "mirrored", "__qualname__": cls.__qualname__, "__doc__": cls.__doc__}
        if "from_config" not in body and "get_config" not in body:
            body["from_config"] = classmethod(_from_config)
        made = types.new_class(cls.__name__, bases, exec_body=lambda names: names.update(body))
        self._remember(cls, made)
        for set_to in self._waiting.pop(id(cls)):
            set_to(made)
        return made

    def _function(self, function: types.FunctionType) -> Any:
        if _root(function.__module__ or "") in ROOTS:
            return self._counterpart(function)
        if not _is_users(function):
            return function
        importing = {**vars(builtins), "__import__": self._import}
        names: dict[str, Any] = {"__builtins__": importing, "__name__": "mirrored"}
        cells = tuple(types.CellType() for _ in function.__closure__ or ())
        copy = types.FunctionType(function.__code__, names, function.__name__, None, cells)
        self._remember(function, copy)
        copy.__doc__, copy.__qualname__ = function.__doc__, function.__qualname__
        copy.__defaults__ = self.of(function.__defaults__)
        defaults = function.__kwdefaults__ or {}
        copy.__kwdefaults__ = {name: self.of(value) for name, value in defaults.items()}
        for name in _names(function.__code__):
            if name in function.__globals__:
                put = functools.partial(names.__setitem__, name)
                self._put(put, function.__globals__[name])
        for ours, theirs in zip(cells, function.__closure__ or (), strict=True):
            self._put(functools.partial(setattr, ours, "cell_contents"), theirs.cell_contents)
        return copy

    def _put(self, put: Callable[[Any], None], value: Any) -> None:
        """Call ``put`` with the counterpart of a value; later, if that is a class in the making."""
        if id(value) in self._waiting:
            self._waiting[id(value)].append(put)
        else:
            put(self.of(value))

    def _counterpart(self, value: Any) -> Any:
        """What minikeras has under the public name of a class or function of Keras."""
        if not self._public:
            for face in ("", *FACES):
                for name, theirs, ours in _pairs(face):
                    self._public.setdefault(id(theirs), ours)
                    self._alive.append((name, theirs))
        if id(value) not in self._public:
            raise NotMirrored(
                f"minikeras has no counterpart of {value.__module__}.{value.__qualname__}"
            )
        return self._public[id(value)]

    def _import(self, name: str, *args: Any) -> Any:
        """``import`` within a copied function."""
        if _root(name) not in ROOTS:
            return __import__(name, *args)
        wanted = args[2] if len(args) > 2 else ()
        return stand_in._replacement(name if wanted else name.partition(".")[0])


@contextlib.contextmanager
def running(mirrored: list[str]) -> Iterator[None]:
    """Within the block an error is NotMirrored, if mirrored code may be its cause."""
    try:
        yield
    except Exception as error:
        if not mirrored or isinstance(error, NotMirrored):
            raise
        first: BaseException = error
        while first.__cause__ is not None:
            first = first.__cause__
        raise NotMirrored(
            f"{', '.join(mirrored)} cannot run in minikeras from the same source: "
            f"{type(first).__name__}: {first}"
        ) from error


def users_objects(model: Any) -> dict[str, Any]:
    """The user's classes and functions in a Keras model, by name."""
    found: dict[str, Any] = {}
    compiled = [getattr(model, "_compile_loss", None), getattr(model, "_compile_metrics", None)]
    given = [getattr(part, "_user_loss", None) for part in compiled[:1]]
    given += [getattr(part, f"_user_{n}", None) for part in compiled[1:] for n in ("metrics",)]
    parts = [*model._flatten_layers(), getattr(model, "optimizer", None)]
    parts += keras.tree.flatten(given)
    for layer in model._flatten_layers():
        parts += [v for v in vars(layer).values() if callable(v)]
    for part in parts:
        part = getattr(part, "fn", part) if hasattr(part, "_fn_kwargs") else part
        if isinstance(part, types.FunctionType):
            if _root(part.__module__ or "") not in ROOTS and _is_users(part):
                found[part.__name__] = part
        elif _is_users_class(type(part)):
            found[type(part).__name__] = type(part)
    return found


def _from_config(cls: type, config: dict[str, Any]) -> Any:
    """An instance of a class whose constructor need not take all that the config has."""
    known = inspect.signature(cls).parameters
    every = any(p.kind is p.VAR_KEYWORD for p in known.values())
    return cls(**{name: value for name, value in config.items() if every or name in known})


def _is_users_class(cls: type) -> bool:
    return _root(cls.__module__) not in ROOTS and any(
        _root(base.__module__) == "keras" for base in cls.__mro__
    )


def _is_users(function: types.FunctionType) -> bool:
    """Whether a function is part of the program, not of an installed library."""
    path = function.__code__.co_filename
    return (
        "site-packages" not in path
        and "/lib/python" not in path
        and _root(function.__module__ or "") != "minikeras"
    )


def _names(code: types.CodeType) -> set[str]:
    inner = [c for c in code.co_consts if isinstance(c, types.CodeType)]
    return {*code.co_names}.union(*map(_names, inner))


def _pairs(face: str) -> list[tuple[str, Any, Any]]:
    """The public names of a module of minikeras, with what they mean in Keras and here."""
    try:
        ours = importlib.import_module(f"minikeras.{face}".rstrip("."))
    except ModuleNotFoundError:
        return []
    theirs: Any = keras.load()
    for part in face.split(".") if face else ():
        theirs = getattr(theirs, part, None)
    names = [name for name in dir(ours) if not name.startswith("_")]
    both = [(name, getattr(theirs, name, None), getattr(ours, name, None)) for name in names]
    return [
        entry for entry in both if callable(entry[1]) and _root(entry[1].__module__ or "") in ROOTS
    ]


def _root(module: str) -> str:
    return module.partition(".")[0]
