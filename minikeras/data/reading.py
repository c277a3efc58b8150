"""What all data sets have: a pass over the elements, their number and their kind."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import Any, NoReturn, Self

import numpy as np

from minikeras import frames, ops, tree
from minikeras.autograd import StatelessScope
from minikeras.data.elements import (
    INFINITE,
    Calls,
    as_numpy,
    as_tensors,
    is_array,
    standardized,
)
from minikeras.data.specs import DTypeName, TensorSpec


class _Peek(threading.local):
    on = False  # while the kind of the elements is asked, nothing random is drawn


peek = _Peek()


class Readable:
    """Elements that can be iterated over as often as wanted.

    make: a function that begins a new pass over the elements, which are arrays or nests of them.
    count: how many there are; ``INFINITE`` or ``UNKNOWN``.
    """

    class_names: list[str] | None
    file_paths: list[str]
    _is_shuffle = False
    _spec: Any = None  # what a program said about the elements
    _fixed_size: int | None = None  # of all batches, where none is smaller

    def __init__(self, make: Callable[[], Iterator[Any]], count: int) -> None:
        self._make, self._count = make, count
        self._open_axes = 0  # how many axes at the beginning may differ in size

    def _step(self, make: Callable[[], Iterator[Any]], count: int, more_axes: int = 0) -> Self:
        """Another data set, made of this one."""
        made = type(self)(make, count)
        made._open_axes = max(self._open_axes + more_axes, 0)
        if not more_axes:
            made._fixed_size = self._fixed_size
        return made

    def __repr__(self) -> str:
        counted = {INFINITE: "infinitely many", -2: "an unknown number of"}
        return f"<Dataset of {counted.get(self._count, self._count)} elements>"

    def __getattr__(self, name: str) -> NoReturn:
        there = " ".join(n for n in dir(type(self)) if n[0] != "_")
        hint = "" if name[:1] == "_" or hasattr(type(self), name) else f". It has {there}"
        raise AttributeError(f"minikeras's Dataset has no attribute {name!r}{hint}", name=name)

    def __iter__(self) -> Iterator[Any]:
        return map(as_tensors, self._make())

    def as_numpy_iterator(self) -> Iterator[Any]:
        """The elements as arrays; a string is ``bytes``."""
        return map(as_numpy, self._make())

    def cardinality(self) -> Any:
        """The number of elements, an int64; -1 if it is infinite, -2 if it is not known."""
        return ops.convert_to_tensor(np.int64(self._count))

    def __len__(self) -> int:
        if self._count < 0:
            what = "infinite" if self._count == INFINITE else "not known"
            raise TypeError(f"the number of elements of the data set is {what}")
        return self._count

    def __bool__(self) -> bool:
        return True

    @property
    def element_spec(self) -> Any:
        """The shapes and dtypes of an element, None for a size that may differ.

        It is read from the first element, for which nothing random is drawn. A size that only
        later elements change is therefore known here, and None in TensorFlow.
        """
        if self._spec is not None:
            return self._spec
        before, peek.on = peek.on, True
        try:
            with StatelessScope():  # a layer in `map` draws its numbers with a variable
                first = next(self._make(), None)
        finally:
            peek.on = before
        if first is None:
            raise ValueError("the data set has no element whose kind could be told")

        def spec(leaf: Any) -> Any:
            if not is_array(leaf):
                return leaf
            open_axes = min(self._open_axes, leaf.ndim)
            shape = (None,) * open_axes + leaf.shape[open_axes:]
            name = "string" if leaf.dtype == object else leaf.dtype.name
            return TensorSpec(shape, DTypeName(name))

        return tree.map_structure(spec, first)

    @frames.filter_traceback
    def get_single_element(self, name: str | None = None) -> Any:
        """The only element.  Raises ValueError if there is none or more than one."""
        elements = [element for _, element in zip(range(2), self._make())]
        if len(elements) != 1:
            raise ValueError(
                f"the data set has {'no element' if not elements else 'more than one element'}; "
                "expected one"
            )
        return as_tensors(elements[0])

    @frames.filter_traceback
    def reduce(
        self, initial_state: Any, reduce_func: Callable[..., Any], name: str | None = None
    ) -> Any:
        """The last state, each made by a function of the state before and an element."""
        state, calls = standardized(initial_state), Calls(reduce_func)
        for element in self._make():
            found = calls.result(as_tensors(state), as_tensors(element))
            state = standardized(found)
        return as_tensors(state)

    @frames.filter_traceback
    def apply(self, transformation_func: Callable[[Any], Any]) -> Any:
        """What a function makes of the data set."""
        return transformation_func(self)

    def options(self) -> Options:
        """How it is executed: in one way only."""
        return Options()

    def with_options(self, options: Any, name: str | None = None) -> Self:
        """The same data set: there is one way to execute it."""
        return self._step(self._make, self._count)


class Options:
    """Settings of the execution, all of which are without effect."""

    def __getattr__(self, name: str) -> Options:
        if name.startswith("__"):
            raise AttributeError(name)
        return self.__dict__.setdefault(name, Options())


def truth_of(function: Callable[..., Any]) -> Callable[[Any], bool]:
    """Whether a function of an element is true, in one pass."""
    calls = Calls(function)
    return lambda element: bool(np.all(calls.of(element)))
