"""A table of one step of an optimizer: each intermediate value with its formula.

The formulas come from the docstrings, the values from the ``note`` calls of the step itself.
"""

from __future__ import annotations

import dataclasses
import math
import warnings
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import numpy as np

from minikeras import frames, notebook, settings
from minikeras.autograd import Variable
from minikeras.declare.by_path import ByPath
from minikeras.messages import describe
from minikeras.optimizers.docstrings import formulas, normal
from minikeras.optimizers.docstrings import symbols as symbols_of
from minikeras.optimizers.formulas import parse
from minikeras.optimizers.norms import norm
from minikeras.optimizers.options import not_a_variable
from minikeras.optimizers.state import OptimizerState
from minikeras.optional import Library
from minikeras.types import Array

rich = Library("rich")

_GIVEN = {"g": "the gradient", "t": "the number of the step", "lr": "learning rate"}
_ALL = "all_gradients", "‖all g‖"  # a name that can be an argument, and that of the formula
_ROOM = 60  # characters of a formula and a value, which leave enough for a comment
_STAGES = {  # values that replace another one in the formulas that follow
    **dict.fromkeys(("unscaled", "accumulated", "mean"), "g"),
    **dict.fromkeys(("clipped_by_norm", "clipped_by_global_norm", "clipped_by_value"), "g"),
    **dict.fromkeys(("decayed", "overwritten", "constrained"), "w"),
}


@dataclasses.dataclass(frozen=True)
class Record:
    """One intermediate value.

    name, formula, value, comment: as the table shows them.
    names: the values of the names in the formula; empty if the formula cannot be computed.
    """

    name: str
    formula: str
    value: Any
    comment: str = ""
    names: Mapping[str, Any] = dataclasses.field(default_factory=dict, repr=False)

    def recompute(self) -> Any:
        """What the formula gives for ``names``, in their dtypes.

        Outside of ``fit`` it has the bits of ``value``.  Raises ValueError for a value without a
        formula that can be computed.
        """
        term = parse(self.formula) if self.names else None
        if term is None:
            raise ValueError(f"{self.name} has no formula that can be computed: {self.formula!r}")
        with np.errstate(all="ignore"):
            return term.value(self.names)

    def with_numbers(self, digits: int = 6, element: Any = None) -> str:
        """The formula with numbers for names, of one element of the arrays.

        digits: how many significant digits are written.
        element: the index or the position, as for ``Explanation.show``.

        A formula that cannot be computed is returned as it is.
        """
        term = parse(self.formula) if self.names else None
        if term is None:
            return self.formula
        chosen = {name: _chosen(value, element) for name, value in self.names.items()}
        numbers = term.text(lambda name: f"{float(chosen[name]):.{digits}g}", chosen)
        return f"{self.formula[0]} {numbers}"


@dataclasses.dataclass(frozen=True)
class Explanation:
    """For the path of each variable its records, in the order of computation.

    records: what the step computes, by path; ``explanation[path]`` is the same, and takes the end
        of a path as well.
    given: what it starts from, by path: hyperparameters, and the weight and slots before the step.
    digits, numbers, element: how it is shown; see ``show``.
    """

    records: dict[str, list[Record]]
    given: dict[str, list[Record]] = dataclasses.field(default_factory=dict)
    digits: int = 6
    numbers: bool = False
    element: Any = None

    def __getitem__(self, path: str) -> list[Record]:
        found: list[Record] = ByPath(self.records)[path]
        return found

    def __iter__(self) -> Iterator[str]:
        return iter(self.records)

    def after(self, path: str, before: Array) -> Array:
        """The value that the step gives to a variable; ``before`` if it does not update it."""
        values = {record.name: record.value for record in self.records[path]}
        last = [values[n] for n in ("w", "overwritten", "constrained") if n in values]
        return np.asarray(last[-1] if last else before)

    @frames.filter_traceback
    def show(self, numbers: bool = True, digits: int = 6, element: Any = None) -> Explanation:
        """The same explanation with numbers in the formulas: ``m ← 0 + (0.5 − 0) · (1 − 0.9)``.

        numbers: whether formulas are written with numbers, for one element of the variable.
        digits: how many significant digits numbers have, from 1 on; 17 tell all floats apart.
        element: the index of the element: a tuple of one integer for each axis, or its position,
            counted along the last axis first.  By default, and of variables that have no such
            element, the first element is shown.

        Raises ValueError for fewer digits, and IndexError if no variable has such an element.
        """
        if not isinstance(digits, int) or digits < 1:
            raise ValueError(f"digits must be an integer from 1 on, received {describe(digits)}")
        shapes = {path: np.shape(records[-1].value) for path, records in self.records.items()}
        if element is not None and all(_index(s, element) is None for s in shapes.values()):
            raise IndexError(f"no variable has an element {element}: the shapes are {shapes}")
        return dataclasses.replace(self, numbers=numbers, digits=digits, element=element)

    def rows(self, path: str) -> list[tuple[str, str, str, str]]:
        """Name, formula, value and comment of each row of a variable's table, as they are shown."""
        rows, path = [], ByPath(self.records).path(path)
        for record in [*self.given.get(path, ()), *self.records[path]]:
            formula, value = record.formula, record.value
            if self.numbers:
                formula = record.with_numbers(self.digits, self.element)
                value = _chosen(value, self.element)
            rows.append((record.name, formula, _short(value, self.digits), record.comment))
        return rows

    def _title(self, path: str) -> str:
        shape = np.shape(self.records[path][-1].value)
        if not self.numbers or not shape:
            return path
        index = _index(shape, self.element) or (0,) * len(shape)
        return f"{path}[{', '.join(map(str, index))}]"

    def __rich__(self) -> Any:
        tables = []
        for path in self.records:
            title, rows = self._title(path).replace("[", r"\["), self.rows(path)
            table = rich.table.Table(title=title, title_justify="left")
            widths = [max(len(line) for row in rows for line in row[i].split("\n")) for i in (1, 2)]
            whole = sum(widths) <= _ROOM  # then comments are broken, and formulas are not
            for name in ("name", "formula", "value", ""):
                table.add_column(name, no_wrap=whole and name == "formula")
            for row in rows:
                table.add_row(*row)
            tables.append(table)
        return rich.console.Group(*tables)

    def __repr__(self) -> str:
        return str(self).rstrip()

    def _repr_html_(self) -> str:
        """The same tables, for notebooks."""
        header = "name", "formula", "value", ""
        return "".join(
            notebook.table(header, self.rows(path), self._title(path)) for path in self.records
        )

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
    noted: dict[str, dict[str, Any]] = {}
    shared: dict[str, Any] = {}
    current = shared

    def note(*variable: Variable, **values: Any) -> None:
        nonlocal current
        if variable:
            current = noted.setdefault(variable[0].path, {})
        target = shared if _ALL[0] in values else current
        target.update({normal(name): np.array(value)[()] for name, value in values.items()})

    watched = [*optimizer._variables, *(variables or optimizer._trainable_variables)]
    arrays = [(variable, variable._value) for variable in watched]
    options = {
        name: list(value) if isinstance(value, list) else value
        for name, value in optimizer.__dict__.items()
    }
    vars(optimizer)["note"] = note
    try:
        # The reference kernels replace arrays and never write into them.
        with settings.use_kernels("reference"), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            if variables:
                optimizer.build_in_scope(variables)
            state = _State(optimizer)
            optimizer.apply(grads, variables)
            return state.explanation(noted, shared)
    finally:
        optimizer.__dict__.clear()
        optimizer.__dict__.update(options)
        for variable, array in arrays:
            variable._value = array


class _State:
    """What a step starts from: hyperparameters, weights and slots, by their symbols."""

    def __init__(self, optimizer: OptimizerState) -> None:
        self.optimizer = optimizer
        self.formulas = formulas(optimizer)
        self.hyperparameters = _hyperparameters(optimizer)
        self.symbols = optimizer.slot_symbols() if optimizer._slots else []
        self.before = [(v, v._value) for v in self._all()]

    def _all(self) -> list[Variable]:
        return [*self.optimizer._variables, *self.optimizer._trainable_variables]

    def explanation(self, noted: dict[str, dict[str, Any]], shared: dict[str, Any]) -> Explanation:
        records, given = {}, {}
        for variable in self.optimizer._trainable_variables:
            if variable.path in noted:
                found = self._of_variable(variable, noted[variable.path], shared)
                given[variable.path], records[variable.path] = found
        return Explanation(records, given)

    def _of_variable(
        self, variable: Variable, noted: dict[str, Any], shared: dict[str, Any]
    ) -> tuple[list[Record], list[Record]]:
        """The records of what was given, and of what was computed from it."""
        options = dict(self.hyperparameters)
        for name in [*noted]:
            if name in options:  # the rule has rounded it
                options[name] = dataclasses.replace(options[name], value=noted.pop(name))
        old, new = self._owned(variable)
        noted = self._completed(noted, new)
        values = {name: option.value for name, option in options.items()} | old
        values |= {normal(_ALL[1]): size for size in shared.values()}
        records, used = [], set()
        for name, value in noted.items():
            formula, comment = self.formulas.get(name, ("", _GIVEN.get(name, "")))
            names = _names(formula, values)
            used |= {normal(n) for n in names}
            records.append(Record(name, formula, value, comment, names))
            values[name] = values[_STAGES.get(name, name)] = value
        given = [option for name, option in options.items() if name in used]
        shown = (n for n in old if n in used or n in new)
        given += [Record(n, "", np.array(old[n])[()], "before the step") for n in shown]
        if normal(_ALL[1]) in used:
            given += [Record(_ALL[1], "", v, "norm of all gradients") for v in shared.values()]
        return given, records

    def _owned(self, variable: Variable) -> tuple[dict[str, Any], dict[str, Any]]:
        """The values of the weight and of all that is stored for it, before the step and now."""
        optimizer, index = self.optimizer, self.optimizer._index[id(variable)]
        owned: dict[str, Variable | None] = {"w": variable}
        if optimizer._slots:
            owned |= dict(zip(map(normal, self.symbols), optimizer._slots[index]))
        for name, column in (
            ("accumulated", optimizer._accumulated),
            ("average", optimizer._averages),
        ):
            if column:
                owned[name] = column[index]
        known = {id(v) for v in owned.values()}
        mine = f"{variable.path.replace('/', '_')}_"
        for other, _ in self.before:  # of a rule with an own `build`
            if id(other) not in known and other.name.startswith(mine):
                owned[other.name.removeprefix(mine)] = other
        before = {id(v): array for v, array in self.before}
        there = {name: v for name, v in owned.items() if v is not None}
        return (
            {name: before[id(v)] for name, v in there.items()},
            {name: v._value for name, v in there.items() if v._value is not before[id(v)]},
        )

    def _completed(self, noted: dict[str, Any], new: dict[str, Any]) -> dict[str, Any]:
        """With the slots and weights that changed, but that the rule did not note."""
        missing = {n: np.array(v)[()] for n, v in new.items() if n not in noted}
        rows, later = [*noted.items()], ("w", "average", "overwritten", "constrained")
        place = next((i for i, (name, _) in enumerate(rows) if name in later), len(rows))
        last = {"w": missing.pop("w")} if "lr" in noted and "w" in missing else {}
        return dict([*rows[:place], *missing.items(), *last.items(), *rows[place:]])


def _names(formula: str, values: Mapping[str, Any]) -> dict[str, Any]:
    """The value of each name in a formula; none if one has no value, or the formula is text."""
    term = parse(formula) if formula else None
    found: dict[str, Any] = {}
    for name in term.names() if term else ():
        if normal(name) in values:
            found[name] = values[normal(name)]
        elif name[0] == "‖" and normal(name.strip("‖")) in values:
            found[name] = norm(values[normal(name.strip("‖"))])
        else:
            return {}
    return found


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


def _hyperparameters(optimizer: OptimizerState) -> dict[str, Record]:
    """The options that are numbers, by their symbols.

    Docstrings say which symbols stand for them: "beta_1, beta_2: β₁ and β₂, the parts ...".  An
    option without a symbol is called by its name.
    """
    symbols: dict[str, str] = {}
    for cls in reversed(type(optimizer).__mro__):
        symbols |= symbols_of(cls)
    found = {}
    for name in optimizer._fields:
        value = getattr(optimizer, name)
        if name != "learning_rate" and isinstance(value, int | float):
            symbol = symbols.get(name, name)
            found[normal(symbol)] = Record(symbol, "", value, "" if symbol == name else name)
    return found


def _chosen(value: Any, element: Any) -> Any:
    """One element of an array; a number as it is."""
    array = np.asarray(value)
    if not array.ndim:
        return value
    return array[_index(array.shape, element) or (0,) * array.ndim] if array.size else np.nan


def _index(shape: tuple[int, ...], element: Any) -> tuple[int, ...] | None:
    """The element of an array of this shape as a tuple; None if there is none."""
    if isinstance(element, tuple):
        fits = len(element) == len(shape) and all(0 <= i < n for i, n in zip(element, shape))
        return element if fits else None
    if element is None or not 0 <= element < math.prod(shape):
        return None
    return tuple(map(int, np.unravel_index(element, shape)))


def _short(value: Array, digits: int) -> str:
    if not np.shape(value):
        return f"{float(value):.{digits}g}"
    return np.array2string(np.asarray(value, float), precision=digits, threshold=12, edgeitems=2)
