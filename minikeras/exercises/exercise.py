"""What an exercise is: a task, and a check that says with numbers what is wrong."""

from __future__ import annotations

import copy
import dataclasses
import inspect
import itertools
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from minikeras import frames
from minikeras.messages import describe

_SMALL = 1e-3  # numbers around 0 are compared as if they were this large
_SHOWN = 6  # elements of an array that a message writes out


@dataclasses.dataclass(frozen=True)
class Passed:
    """What ``check`` returns for a right answer.

    name: of the exercise.
    cases: how many were tried.
    of: what one of them is called.
    """

    name: str
    cases: int
    of: str = "case"

    def __repr__(self) -> str:
        several = "both" if self.cases == 2 else f"all {self.cases}"
        tried = "" if self.cases == 1 else f" in {several} {self.of}s"
        return f"{self.name}: right{tried}"


@dataclasses.dataclass(frozen=True, repr=False)
class Exercise:
    """A task and its check.  ``repr`` is the task.

    name: as in ``minikeras.exercises``.
    lesson: the page under docs/lessons that asks it.
    task: what to do, in sentences.
    """

    name: str
    lesson: str
    task: str

    def __repr__(self) -> str:
        return self.task

    def check(self, answer: Any) -> Passed:
        """Raises AssertionError, which says what is wrong, unless the answer is right."""
        raise NotImplementedError


@dataclasses.dataclass(frozen=True, repr=False)
class FunctionExercise(Exercise):
    """Write a function: it is called with each of the cases.

    solution: a right answer, whose parameters name the arguments.
    called: the name of the function in the task.
    returns: the names of the values that it returns, one or several.
    cases: the arguments of each call.
    mistakes: wrong answers by what is to be said about them, a sentence without its full stop.
    tolerance: how far a number may be off, relative to the largest of its array.
    """

    solution: Callable[..., Any]
    returns: tuple[str, ...]
    cases: Sequence[tuple[Any, ...]]
    mistakes: Mapping[str, Callable[..., Any]] = dataclasses.field(default_factory=dict)
    tolerance: float = 1e-5
    called: str = "step"

    @frames.filter_traceback
    def check(self, answer: Callable[..., Any]) -> Passed:
        """Compare what a function returns with what it should return, case by case.

        answer: a function of the arguments that the task names, in that order.

        Raises AssertionError for the first wrong number; TypeError if ``answer`` is no function.
        """
        if not callable(answer):
            raise TypeError(
                f"{self.name} asks for a function, received {describe(answer)}; pass the function "
                f"itself, check({self.called}), and do not call it"
            )
        for case in self.cases:
            wrong = self._difference(self._call(answer, case), self.solution(*case))
            if wrong:
                said = "\n".join([f"{wrong}.", *(f"{hint}." for hint in self._hints(answer))])
                raise AssertionError(f"{self.name}: {self._text(case)} {said}")
        return Passed(self.name, len(self.cases))

    def _call(self, answer: Callable[..., Any], case: tuple[Any, ...]) -> Any:
        try:
            return answer(*copy.deepcopy(case))  # it may write into its arguments
        except Exception as error:
            error.add_note(f"{self.name} called {self._text(case)}")
            raise

    def _difference(self, received: Any, expected: Any) -> str:
        """What is wrong with a result; empty if nothing is."""
        several = len(self.returns) > 1
        names = ", ".join(self.returns)
        if received is None:
            return f"returns None, expected {names}: a return is missing"
        if several and not (isinstance(received, tuple | list) and len(received) == len(expected)):
            return f"returns {describe(received)}, expected {len(expected)} values: {names}"
        pairs = zip(received, expected) if several else [(received, expected)]
        wrong = {
            name: _unequal(one, other, self.tolerance)
            for name, (one, other) in zip(self.returns, pairs)
        }
        first = next((name for name in wrong if wrong[name]), "")
        if not first:
            return ""
        right = [name for name in wrong if not wrong[name]]
        also = f"; {' and '.join(right)} {'is' if len(right) == 1 else 'are'} right"
        return f"returns {first} {wrong[first]}{also if right else ''}"

    def _hints(self, answer: Callable[..., Any]) -> list[str]:
        """What is said about a wrong answer: at most one sentence, without its full stop."""
        known = (hint for hint, mistake in self.mistakes.items() if self._agrees(answer, mistake))
        hints = itertools.chain(known, self._order_of_arguments(answer), self._order(answer))
        return [*itertools.islice(hints, 1)]

    def _agrees(self, answer: Callable[..., Any], mistake: Callable[..., Any]) -> bool:
        """Whether an answer returns what this mistake returns, in each case."""
        try:
            with np.errstate(all="ignore"):
                pairs = ((answer(*copy.deepcopy(c)), mistake(*c)) for c in self.cases)
                return not any(self._difference(*pair) for pair in pairs)
        except Exception:  # in a case that it has not reached yet: another mistake
            return False

    def _order_of_arguments(self, answer: Callable[..., Any]) -> Iterator[str]:
        expected, received = _parameters(self.solution), _parameters(answer)
        if received != expected and sorted(received) == sorted(expected):
            yield (
                f"Your function takes ({', '.join(received)}), and is called with "
                f"({', '.join(expected)}), in this order"
            )

    def _order(self, answer: Callable[..., Any]) -> Iterator[str]:
        """Several values are right, but for their order."""
        for order in [*itertools.permutations(range(len(self.returns)))][1:]:

            def mistake(*case: Any, order: tuple[int, ...] = order) -> Any:
                right = self.solution(*case)
                return [right[i] for i in order]

            if self._agrees(answer, mistake):
                yield f"The values are right, in another order: return ({', '.join(self.returns)})"

    def _text(self, case: tuple[Any, ...]) -> str:
        """A call as one would write it, so that it can be tried."""
        if any(_large(value) for value in case):
            number = [id(c) for c in self.cases].index(id(case))
            return f"{self.called}(*exercises.{self.name}.cases[{number}])"
        named = zip(_parameters(self.solution), case)
        return f"{self.called}({', '.join(f'{name}={_written(value)}' for name, value in named)})"


@dataclasses.dataclass(frozen=True, repr=False)
class NumberExercise(Exercise):
    """Find a number, by thought or by experiment.

    solution: a function that computes the number; it runs when an answer is checked.
    mistakes: wrong numbers that have a reason, likewise.
    evidence: a function of the answer that returns a sentence: what happens with this number.
    tolerance: how far the answer may be off, relative to the solution.
    """

    solution: Callable[[], float]
    mistakes: Mapping[str, float] = dataclasses.field(default_factory=dict)
    evidence: Callable[[float], str] | None = None
    tolerance: float = 0.01

    @frames.filter_traceback
    def check(self, answer: float) -> Passed:
        """Compare a number with the right one.

        Raises AssertionError if it is another one; TypeError if it is no number.
        """
        try:
            number = float(answer)
        except (TypeError, ValueError):
            raise TypeError(f"{self.name} asks for a number, received {describe(answer)}") from None
        if self._is(number, self.solution()):
            return Passed(self.name, 1)
        hints = [f"{hint}." for hint, other in self.mistakes.items() if self._is(number, other)]
        tried = [self.evidence(number)] if self.evidence and math.isfinite(number) else []
        said = " ".join([f"{self.name}: {number:.6g} is wrong.", *tried])
        raise AssertionError("\n".join([said, *hints[:1]]))

    def _is(self, number: float, other: float) -> bool:
        return abs(number - other) <= self.tolerance * abs(other)


def _parameters(function: Callable[..., Any]) -> list[str]:
    """The names of the arguments of a function; none for one that does not tell."""
    try:
        return [*inspect.signature(function).parameters]
    except (TypeError, ValueError):
        return []


def _large(value: Any) -> bool:
    return isinstance(value, np.ndarray) and value.size > _SHOWN


def _unequal(received: Any, expected: Any, tolerance: float) -> str:
    """``"= 0.5, expected 0.25"``; empty if they are equal up to rounding."""
    want = np.asarray(expected, float)
    try:
        have = np.asarray(received, float)
    except (TypeError, ValueError):
        return f"= {describe(received)}, expected {_written(want)}"
    if have.shape != want.shape:
        return f"of shape {have.shape}, expected shape {want.shape}"
    scale = max(np.max(np.abs(np.nan_to_num(want)), initial=0), _SMALL)
    off = ~(np.abs(have - want) <= tolerance * scale)  # also where only one is not a number
    off &= ~(np.isnan(have) & np.isnan(want))
    if not off.any():
        return ""
    if want.size <= _SHOWN:
        return f"= {_written(have)}, expected {_written(want)}"
    place = tuple(int(i) for i in np.argwhere(off)[0])
    return f"with {_written(have[place])} at {place}, expected {_written(want[place])}"


def _written(value: Any) -> str:
    """A number or a small array as Python writes it, with at most 6 digits."""
    if isinstance(value, str | bool | type(None)):
        return repr(value)
    if callable(value):
        return str(value.__name__).lstrip("_")
    try:
        array = np.asarray(value, float)
    except (TypeError, ValueError):  # a structure of other things
        return describe(value)
    if array.ndim == 0:
        return f"{array:.6g}"
    if array.size > _SHOWN:
        return describe(array)
    return np.array2string(array, separator=", ", precision=6).replace("\n", "")
