"""A table of one step of an optimizer: each intermediate value with its formula.

The formulas come from the docstrings, the values from the ``note`` calls of the step itself.
"""

from __future__ import annotations

import dataclasses
import inspect
import re
import unicodedata
import warnings
from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np

from minikeras import settings
from minikeras.autograd import Variable
from minikeras.optimizers.options import not_a_variable
from minikeras.optimizers.state import OptimizerState
from minikeras.optional import Library
from minikeras.types import Array

html = Library("html")
rich = Library("rich")

_LINE = re.compile(r"^\s*(?P<name>\S+)\s+(?P<formula>[←=] .*?)(?:\s{2,}(?P<comment>\S.*))?$")
_GIVEN = {"g": "the gradient", "t": "updates, with this one", "lr": "learning rate"}


@dataclasses.dataclass(frozen=True)
class Record:
    """One intermediate value: its name, formula, value, and a comment."""

    name: str
    formula: str
    value: Any
    comment: str = ""


@dataclasses.dataclass(frozen=True)
class Explanation:
    """For the path of each variable its records, in the order of computation."""

    records: dict[str, list[Record]]

    def __getitem__(self, path: str) -> list[Record]:
        return self.records[path]

    def __iter__(self) -> Iterator[str]:
        return iter(self.records)

    def __rich__(self) -> Any:
        tables = []
        for path, records in self.records.items():
            table = rich.table.Table(
                "name", "formula", "value", "", title=path, title_justify="left"
            )
            for record in records:
                table.add_row(record.name, record.formula, _short(record.value), record.comment)
            tables.append(table)
        return rich.console.Group(*tables)

    def __repr__(self) -> str:
        return str(self).rstrip()

    def _repr_html_(self) -> str:
        """The same tables, for notebooks."""
        return f"<pre>{html.escape(repr(self))}</pre>"

    def __str__(self) -> str:
        console = rich.console.Console(width=100, no_color=True, highlight=False)
        with console.capture() as capture:
            console.print(self)
        return str(capture.get())


def explain(
    optimizer: OptimizerState,
    grads: Iterable[Any],
    variables: Iterable[Variable] | None = None,
) -> Explanation:
    """Run ``optimizer.apply(grads, variables)``, record its values, and restore all state."""
    grads, variables = _gradients_and_variables(grads, variables)
    formulas = _formulas(optimizer)
    noted: dict[str, list[Record]] = {}
    current = ""

    def note(*variable: Variable, **values: Any) -> None:
        nonlocal current
        if variable:
            current = variable[0].path
        for name, value in values.items():
            formula, comment = formulas.get(_normal(name), ("", _GIVEN.get(name, "")))
            record = Record(name, formula, np.array(value)[()], comment)
            noted.setdefault(current, []).append(record)

    watched = [*optimizer._variables, *(variables or optimizer._trainable_variables)]
    arrays = [(variable, variable._value) for variable in watched]
    before = {
        name: list(value) if isinstance(value, list) else value
        for name, value in optimizer.__dict__.items()
    }
    optimizer.__dict__["note"] = note
    try:
        # The reference kernels replace arrays and never write into them.
        with settings.use_kernels("reference"), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            optimizer.apply(grads, variables)
    finally:
        optimizer.__dict__.clear()
        optimizer.__dict__.update(before)
        for variable, array in arrays:
            variable._value = array
    return Explanation(noted)


def _gradients_and_variables(
    grads: Iterable[Any], variables: Iterable[Variable] | None
) -> tuple[list[Any], list[Variable] | None]:
    """The gradients and the variables, also of pairs as ``apply_gradients`` takes them.

    Raises ValueError if what stands in the place of a variable is none.
    """
    grads, variables = list(grads), None if variables is None else list(variables)
    if variables is None and all(type(pair) is tuple and len(pair) == 2 for pair in grads):
        grads, variables = [g for g, _ in grads], [v for _, v in grads]
    for v in variables or ():
        if not isinstance(v, Variable):
            raise ValueError(not_a_variable(v))
    return grads, variables


def _normal(name: str) -> str:
    return unicodedata.normalize("NFKC", name)


def _formulas(optimizer: OptimizerState) -> dict[str, tuple[str, str]]:
    """A dictionary of name → (formula, comment), read from the docstrings of the classes.

    A subclass overrides its bases.  A line whose comment begins with "if" counts only if the
    options it names are on; of several lines for one name the last counts.
    """
    found: dict[str, tuple[str, str]] = {}
    for cls in type(optimizer).__mro__:
        own: dict[str, tuple[str, str]] = {}
        for line in inspect.cleandoc(cls.__dict__.get("__doc__") or "").splitlines():
            match = _LINE.match(line)
            if match and _holds(optimizer, match["comment"] or ""):
                own[_normal(match["name"])] = match["formula"], match["comment"] or ""
        found = own | found
    return found


def _holds(optimizer: OptimizerState, comment: str) -> bool:
    if not comment.startswith("if "):
        return True
    return all(getattr(optimizer, word, False) for word in comment[3:].split(" and "))


def _short(value: Array) -> str:
    return np.array2string(np.asarray(value), precision=6, threshold=12, edgeitems=2)
