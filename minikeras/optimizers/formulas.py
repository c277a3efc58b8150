"""The formulas of docstrings, read: evaluated, and written with the numbers in them.

    m + (g − m) (1 − β₁)

Names next to each other are multiplied, products and quotients are computed from left to right.
There are √x, powers (g², β₁ᵗ), |x|, max, min and sign.  A norm, ‖g‖, is a name like any other.
"""

from __future__ import annotations

import dataclasses
import functools
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np

_TOKEN = re.compile(
    r"\s*(?P<token>‖[^‖]+‖|[0-9]+(?:\.[0-9]+)?|½|[-+−·/(),|√=←…]"
    r"|[⁰¹²³⁴⁵⁶⁷⁸⁹ᵗ⁺⁻]+|[^\W\d⁰¹²³⁴⁵⁶⁷⁸⁹ᵗ][^\s()|‖/,⁰¹²³⁴⁵⁶⁷⁸⁹ᵗ⁺⁻]*)"
)
_RAISED = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹ᵗ⁺⁻", "0123456789t+-")
_LOWERED = str.maketrans("0123456789+-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻")
_FUNCTIONS: dict[str, Callable[..., Any]] = {
    "max": np.maximum,
    "min": np.minimum,
    "sign": np.sign,
}


@dataclasses.dataclass(frozen=True)
class Term:
    """A part of a formula: what is done (``+``, ``√``, ``name`` ...), with what.

    Raises KeyError where a name has no value.
    """

    kind: str
    parts: tuple[Any, ...]

    def names(self) -> Iterator[str]:
        """The names of the values that it needs."""
        if self.kind == "name":
            yield self.parts[0]
        elif self.kind == "^" and "t" in self.parts[1]:
            yield "t"
        for part in self.parts:
            if isinstance(part, Term):
                yield from part.names()

    def value(self, names: Mapping[str, Any]) -> Any:
        """What the formula gives, computed in its order."""
        if self.kind == "number":
            return float(self.parts[0].replace("½", "0.5"))
        if self.kind == "name":
            return names[self.parts[0]]
        if self.kind == "call":
            function = _FUNCTIONS[self.parts[0]]
            return function(*(part.value(names) for part in self.parts[1:]))
        values = [part.value(names) for part in self.parts if isinstance(part, Term)]
        if self.kind == "^":
            power = self.parts[1]
            return values[0] * values[0] if power == "2" else values[0] ** _power(power, names)
        return _OPERATIONS[self.kind](*values)

    def text(self, write: Callable[[str], str], names: Mapping[str, Any]) -> str:
        """The formula, with what ``write`` makes of each name in its place."""
        if self.kind == "number":
            return str(self.parts[0])
        if self.kind == "name":
            return write(self.parts[0])
        inside = [p.text(write, names) if isinstance(p, Term) else p for p in self.parts]
        if self.kind == "call":
            return f"{inside[0]}({', '.join(inside[1:])})"
        if self.kind == "^":
            base = f"({inside[0]})" if inside[0].startswith("-") else inside[0]
            power = inside[1] if inside[1].isdigit() else f"{_power(inside[1], names):g}"
            return base + power.translate(_LOWERED)
        if self.kind in ("()", "||"):
            return f"{self.kind[0]}{inside[0]}{self.kind[1]}"
        if self.kind in ("√", "neg"):
            return f"{'√' if self.kind == '√' else '−'}{_after(inside[0])}"
        return f"{inside[0]} {self.kind} {_after(inside[1])}"


_OPERATIONS: dict[str, Callable[..., Any]] = {
    "+": lambda a, b: a + b,
    "−": lambda a, b: a - b,
    "·": lambda a, b: a * b,
    "/": lambda a, b: a / b,
    "neg": lambda a: -a,
    "√": np.sqrt,
    "()": lambda a: a,
    "||": np.abs,
}


def _after(text: str) -> str:
    """A number that follows a sign: in parentheses if it has a sign of its own."""
    return f"({text})" if text.startswith(("-", "−")) else text


def _power(text: str, names: Mapping[str, Any]) -> Any:
    """``"t+1"`` as a number."""
    letter, _, more = text.partition("+")
    value = names["t"] if letter == "t" else float(letter)
    return value + float(more) if more else value


@functools.cache
def parse(formula: str) -> Term | None:
    """The right side of ``← m + g`` or ``= m + g``; None if it is no formula of this kind."""
    tokens, position, text = [], 0, formula.strip().lstrip("←=").strip()
    while position < len(text):
        match = _TOKEN.match(text, position)
        if match is None:
            return None
        tokens.append(match["token"])
        position = match.end()
    reader = _Reader(tokens)
    try:
        term = reader.sum()
    except (IndexError, ValueError):
        return None
    return None if reader.tokens else term


class _Reader:
    """Takes tokens from the left and makes terms of them."""

    def __init__(self, tokens: list[str]) -> None:
        self.tokens = tokens

    def next(self) -> str:
        return self.tokens[0] if self.tokens else ""

    def take(self, expected: str = "") -> str:
        if expected and self.next() != expected:
            raise ValueError(f"expected {expected} before {self.tokens}")
        return self.tokens.pop(0)

    def sum(self) -> Term:
        term = self.product()
        while self.next() in ("+", "−"):
            term = Term(self.take(), (term, self.product()))
        return term

    def product(self) -> Term:
        term = self.factor()
        while self.next() and self.next() not in ("+", "−", ")", ",", "|"):
            kind = self.take() if self.next() in ("·", "/") else "·"
            term = Term(kind, (term, self.factor()))
        return term

    def factor(self) -> Term:
        if self.next() == "−":
            self.take()
            return Term("neg", (self.product(),))
        if self.next() == "√":
            self.take()
            return Term("√", (self.factor(),))
        base = self.base()
        if self.next() and not self.next().strip("⁰¹²³⁴⁵⁶⁷⁸⁹ᵗ⁺⁻"):
            return Term("^", (base, self.take().translate(_RAISED)))
        return base

    def base(self) -> Term:
        token = self.take()
        if token == "(":
            inside = Term("()", (self.sum(),))
            self.take(")")
            return inside
        if token == "|":
            inside = Term("||", (self.sum(),))
            self.take("|")
            return inside
        if token in _FUNCTIONS:
            return Term("call", (token, *self.arguments()))
        if token[0].isdigit() or token == "½":
            return Term("number", (token,))
        if token in "-+−·/),√=←…":
            raise ValueError(f"no value begins with {token}")
        return Term("name", (token,))

    def arguments(self) -> list[Term]:
        """Of a function: in parentheses, or one factor."""
        if self.next() != "(":
            return [self.factor()]
        self.take()
        found = [self.sum()]
        while self.next() == ",":
            self.take()
            found.append(self.sum())
        self.take(")")
        return found
