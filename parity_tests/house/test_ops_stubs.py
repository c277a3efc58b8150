"""Writes what type checkers read of `minikeras.ops`: names that are declared at the definitions.

    python -m parity_tests.house.test_ops_stubs

writes `__init__.pyi` and a stub of each part; the test here fails while they differ from the
declarations.
"""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import minikeras.ops
from minikeras.ops.declarations import APART, names_of

FOLDER = Path(minikeras.ops.__file__).parent
PLACES = {
    "ops": "__init__",
    "ops.numpy": "numpy",
    "ops.nn": "nn",
    "ops.linalg": "linalg",
    "ops.image": "image",
}
HEADER = "# Written by parity_tests/house/test_ops_stubs.py.\n"
IMPORTS = """
from collections.abc import Callable, Sequence
from typing import Any

from minikeras.ops import image as image
from minikeras.ops import linalg as linalg
from minikeras.ops import nn as nn
from minikeras.ops import numpy as numpy
from minikeras.ops.primitives.indexing import Key
from minikeras.ops.primitives.reduction import Axis
from minikeras.ops.conv import Ints
from minikeras.types import Array, DType, Shape, TensorLike

"""
IMPORTS_APART = """
from collections.abc import Sequence
from typing import Any

from minikeras.ops.conv import Ints
from minikeras.types import TensorLike

"""


class _Public(ast.NodeTransformer):
    """Primitives are written for arrays and called with tensors."""

    def visit_Name(self, node: ast.Name) -> ast.Name:
        return ast.Name("TensorLike") if node.id == "Array" else node


def _plain(default: ast.expr) -> ast.expr:
    """A default as it is written, if it is a number, a string, a truth value or None."""
    value = default.operand if isinstance(default, ast.UnaryOp) else default
    return default if isinstance(value, ast.Constant) else ast.Constant(...)


def signature(name: str, function: Callable[..., Any]) -> str:
    inner = inspect.unwrap(getattr(function, "forward", function))
    definition = ast.parse(textwrap.dedent(inspect.getsource(inner))).body[0]
    assert isinstance(definition, ast.FunctionDef)
    arguments = definition.args
    for argument in [*arguments.args, *arguments.kwonlyargs]:
        argument.annotation = argument.annotation and _Public().visit(argument.annotation)
    arguments.defaults = [_plain(d) for d in arguments.defaults]
    arguments.kw_defaults = [d and _plain(d) for d in arguments.kw_defaults]
    primitive = hasattr(function, "forward")
    result = (
        "TensorLike" if primitive or not definition.returns else ast.unparse(definition.returns)
    )
    head = f"def {name}({ast.unparse(arguments)}) -> {result}:"
    doc = textwrap.indent(
        f'"""{inspect.getdoc(function)}"""', "    ", lambda line: bool(line.strip())
    )
    return f"{head}\n{doc}\n"


def stub(place: str) -> str:
    names = names_of(place)
    if place == "ops" or place in APART:
        imports = IMPORTS if place == "ops" else IMPORTS_APART
        return HEADER + imports + "".join(signature(n, names[n]) for n in sorted(names))
    return HEADER + "".join(f"from minikeras.ops import {n} as {n}\n" for n in sorted(names))


def stubs() -> Iterator[tuple[Path, str]]:
    for place, file in PLACES.items():
        yield FOLDER / f"{file}.pyi", stub(place)


@pytest.mark.parametrize("path, text", list(stubs()), ids=list(PLACES))
def test_stubs_are_current(path: Path, text: str) -> None:
    assert path.read_text() == text, "run python -m parity_tests.house.test_ops_stubs"


if __name__ == "__main__":
    for path, text in stubs():
        path.write_text(text)
