"""The table of Keras's classes of ops is that of the installed Keras.

    python -m parity_tests.house.test_operation_table

writes `minikeras/keras_operations.txt`.
"""

from __future__ import annotations

import inspect
import re
import sys
from pathlib import Path
from typing import Any

import keras
import pytest
from keras.src.ops.operation import Operation

from minikeras.autograd.operation_table import TABLE, entries
from minikeras.ops.declarations import APART, names_of

HOMES = [(keras.ops, "ops"), *((getattr(keras.ops, part[4:]), part) for part in APART)]
FUNCTIONS = {
    f.__name__: f
    for home, place in HOMES
    for f in names_of(place).values()
    if hasattr(home, f.__name__)
}
MADE = re.compile(r"(\w+)\((?:[^()]|\((?:[^()]|\([^()]*\))*\))*\)\s*\.symbolic_call")


def class_of(name: str) -> Any:
    """The class of the nodes of ``keras.ops.<name>``; None if it makes none."""
    function = next(getattr(home, name) for home, _ in HOMES if hasattr(home, name))
    home = sys.modules[function.__module__]
    written = MADE.findall(inspect.getsource(function))
    camel = "".join(part.capitalize() for part in name.split("_"))
    found = getattr(home, (*written, camel)[0], None)
    return found if inspect.isclass(found) and issubclass(found, Operation) else None


def arguments(method: Any) -> list[str]:
    kinds = inspect.Parameter.VAR_KEYWORD, inspect.Parameter.KEYWORD_ONLY
    return [
        p.name for p in [*inspect.signature(method).parameters.values()][1:] if p.kind not in kinds
    ]


def table() -> str:
    lines = []
    for name in sorted(FUNCTIONS):
        cls = class_of(name)
        if cls is not None:
            fixed = arguments(cls.__init__) if cls.__init__ is not Operation.__init__ else []
            file = cls.__module__.removeprefix("keras.src.ops.")
            lines.append(" ".join([name, file, cls.__name__, *fixed]))
    return "".join(f"{line}\n" for line in lines)


def test_the_table_is_current() -> None:
    """If not: ``python -m parity_tests.house.test_operation_table``."""
    assert Path(TABLE).read_text() == table()


@pytest.mark.parametrize("name", sorted(entries()))
def test_the_other_arguments_are_those_of_the_call(name: str) -> None:
    ours = [*inspect.signature(FUNCTIONS[name]).parameters]
    fixed = entries()[name].fixed
    assert {*fixed} - {"rms_scaling"} <= {*ours}  # which is deprecated
    called = arguments(class_of(name).call)
    if name == "extract_patches_3d":  # Keras's function and its node name the input differently
        called = ["volumes" if argument == "images" else argument for argument in called]
    assert [n for n in ours if n not in fixed and n != "kwargs"] == called


if __name__ == "__main__":
    Path(TABLE).write_text(table())
