"""What type checkers see of the classes whose constructors are made from fields.

``python -m parity_tests.house.stubs`` writes an ``__init__.pyi`` beside each face below.  A class
there has the fields and the constructor that it has at run time.  Everything else it inherits
from the class itself, whose body mypy checks as usual and whose docstring editors show.

A stub is needed because Python's ``dataclass_transform`` puts inherited fields first, where
Keras's positional order wants a class's own first.
"""

from __future__ import annotations

import ast
import builtins
import importlib
import inspect
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

from minikeras.declare import REQUIRED, Configurable
from minikeras.layers import Layer

ROOT = Path(__file__).parents[2]
FACES = ("initializers", "layers", "losses", "metrics", "models", "optimizers")

HEADER = """\
# Written by `python -m parity_tests.house.stubs`: change the classes, not this file.
# ruff: noqa
# mypy: disable-error-code="assignment, misc, override"
from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeAlias, dataclass_transform

from minikeras.autograd import KerasTensor, Tensor, Variable
from minikeras.declare import field
from minikeras.dtype_policies import DTypePolicy
from minikeras.types import Array, DType, Shape, TensorLike

Identifier: TypeAlias = str | dict[str, Any] | Callable[..., Any] | None
InitialValue: TypeAlias = Identifier | Tensor | Variable | Array
Ints: TypeAlias = int | Sequence[int]
"""
KNOWN = {*re.findall(r"\w+", HEADER), "np"}
# The type of an argument that a registry looks up.
LOOKED_UP = {"initializer": "InitialValue"} | dict.fromkeys(
    ("activation", "regularizer", "constraint"), "Identifier"
)
# Bases from which programs derive classes with fields of their own.
DECLARING = {"Initializer", "Layer", "Optimizer"}
# Keywords of every layer that its base takes out of ``**kwargs``.
LEGACY = ("input_shape", "input_dim")
# A constructor that decides by its arguments.
BY_HAND = {"Model": ("inputs", "outputs")}


class Argument:
    """A parameter of a constructor, as text."""

    def __init__(self, name: str, annotation: str, default: Any, kw_only: bool) -> None:
        self.name, self.annotation, self.kw_only = name, annotation, kw_only
        self.required = default is REQUIRED
        plain = isinstance(default, str | int | float | bool | None)
        self.default = repr(default) if plain else "..."

    def __str__(self) -> str:
        text = f"{self.name}: {self.annotation}"
        return text if self.required else f"{text} = {self.default}"

    def field(self) -> str:
        options = [] if self.required else [f"default={self.default}"]
        options += ["kw_only=True"] if self.kw_only else []
        value = f" = field({', '.join(options)})" if options else ""
        read = "Any" if self.annotation in LOOKED_UP.values() else self.annotation
        return f"    {self.name}: {read}{value}"


def annotation(cls: type, name: str) -> str:
    """The type of a field as it is written; Any if a base says so, which takes more."""
    hints = [inspect.get_annotations(base) for base in cls.__mro__]
    found = [str(h[name]) for h in hints if name in h]
    return "Any" if "Any" in found else found[0]


def arguments(cls: Any) -> list[Argument]:
    """The parameters of ``cls(...)``, with the base's keywords in place of ``**kwargs``."""
    if cls.__name__ in BY_HAND:
        found = [Argument(name, "Any", None, False) for name in BY_HAND[cls.__name__]]
        return found + keywords(found)
    found = []
    takes_any = cls.__init__ is not object.__init__
    for p in list(inspect.signature(cls.__init__).parameters.values())[1:] if takes_any else ():
        f = cls._fields.get(p.name)
        if p.kind is p.VAR_KEYWORD:
            found += keywords(found) if issubclass(cls, Layer) else []
        else:
            text = annotation(cls, p.name) if f else str(p.annotation)
            what = getattr(f.registry, "what", "") if f else ""
            kw_only = p.kind is p.KEYWORD_ONLY
            found.append(Argument(p.name, LOOKED_UP.get(what, text), p.default, kw_only))
    return found


def keywords(found: list[Argument]) -> list[Argument]:
    """What every layer takes by keyword, without those already found."""
    base = [p for p in inspect.signature(Layer).parameters.values() if p.kind is p.KEYWORD_ONLY]
    every = [Argument(p.name, str(p.annotation), p.default, True) for p in base]
    every += [Argument(name, "Any", None, True) for name in LEGACY]
    return [a for a in every if a.name not in {b.name for b in found}]


def constructor(found: list[Argument]) -> str:
    places = [str(a) for a in found if not a.kw_only]
    names = [str(a) for a in found if a.kw_only]
    inside = ", ".join(["self", *places, *["*"] * bool(names), *names])
    return f"    def __init__({inside}) -> None: ..."


class Face:
    """One ``__init__.py`` that imports names, and its stub."""

    def __init__(self, package: str) -> None:
        self.package = f"minikeras.{package}"
        self.folder = ROOT / "minikeras" / package
        self.module = importlib.import_module(self.package)
        self.source = ast.parse((self.folder / "__init__.py").read_text())
        self.classes = {}  # class → its name here, for those that get a stub of their own
        for node in self.source.body:
            for alias in node.names if isinstance(node, ast.ImportFrom) else ():
                value = getattr(self.module, alias.name)
                if inspect.isclass(value) and issubclass(value, Configurable):
                    self.classes[value] = value.__name__

    def stub(self, others: dict[type, tuple[str, str]]) -> str:
        imports, bodies, aliases = [], [], []
        for node in self.source.body[1:]:
            if not isinstance(node, ast.ImportFrom):
                aliases.append(ast.unparse(node))
                continue
            for alias in node.names:
                value, name = getattr(self.module, alias.name), alias.asname or alias.name
                if inspect.isclass(value) and value in self.classes:
                    if self.classes[value] != alias.name:
                        aliases.append(f"{name} = {self.classes[value]}")
                        continue
                    name = f"_{name}"
                    bodies.append((len(value.__mro__), self.declaration(value, others, imports)))
                imports.append(f"from {node.module} import {alias.name} as {name}")
        classes = [text for _, text in sorted(bodies, key=lambda pair: pair[0])]
        return "\n".join([HEADER, *dict.fromkeys(imports), "", *classes, *aliases, ""])

    def declaration(self, cls: Any, others: dict[type, tuple[str, str]], imports: list[str]) -> str:
        name = self.classes[cls]
        bases: list[type] = []
        for base in cls.__mro__[1:]:
            if base in others and not any(issubclass(b, base) for b in bases):
                bases.append(base)
                home, there = others[base]
                if home != self.package:
                    imports.append(f"from {home} import {there} as {there}")
        inside = ", ".join([f"_{name}", *(others[b][1] for b in bases)])
        lines = []
        if name in DECLARING:  # the fields of the decorated class itself would not be inherited
            lines = ["@dataclass_transform(field_specifiers=(field,))"]
            lines += [f"class _Declaring{name}(_{name}): ..."]
            inside = inside.replace(f"_{name}", f"_Declaring{name}", 1)
        lines += [f"class {name}({inside}):"]
        found = arguments(cls)
        for word in {w for a in found for w in re.findall(r"\w+", a.annotation)} - KNOWN:
            if word not in vars(builtins):
                imports.append(f"from {cls.__module__} import {word} as {word}")
        lines += [a.field() for a in self.fields(cls, found)]
        return "\n".join([*lines, constructor(found), ""])

    def fields(self, cls: Any, found: list[Argument]) -> list[Argument]:
        """What a class derived from this one inherits as fields."""
        name, base = cls.__name__, next((b for b in cls.__mro__ if b.__name__ in DECLARING), None)
        if name == "Layer" or name in BY_HAND:
            return [Argument(a.name, "Any", None, a.kw_only) for a in found]
        if name == "Optimizer":
            return [found[0], *(Argument(a.name, a.annotation, None, True) for a in found[1:])]
        if base is None or hasattr(vars(cls).get("__init__"), "__wrapped__"):
            return []  # it wrote its constructor itself
        above = {a.name for a in arguments(base)}
        own = {n for n, f in cls._fields.items() if not f.init_only}
        return [a for a in found if a.name in own and (a.name not in above or a is found[0])]


def stubs() -> dict[Path, str]:
    """The text of every stub by its path, in the project's format."""
    faces = [Face(package) for package in FACES]
    others = {cls: (face.package, name) for face in faces for cls, name in face.classes.items()}
    ruff = [sys.executable, "-m", "ruff", "format", "--quiet", "--stdin-filename", "x.pyi", "-"]
    return {
        face.folder / "__init__.pyi": subprocess.run(
            ruff, input=face.stub(others), capture_output=True, text=True, check=True
        ).stdout
        for face in faces
    }


if __name__ == "__main__":
    for path, text in stubs().items():
        path.write_text(text)
