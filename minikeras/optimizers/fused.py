"""A step in native code: each kernel is called once for all variables.

The kernels are in ``kernels/optimizers.py``.  Their results have the same bits as the rules'.
"""

from __future__ import annotations

import functools
import sys
from collections.abc import Sequence
from itertools import chain
from typing import Any, TypeAlias

import numpy as np

from minikeras.autograd import IndexedSlices, Variable
from minikeras.optimizers.norms import global_scale
from minikeras.summation import total
from minikeras.tf_function import Product, is_inside
from minikeras.twins import import_twin
from minikeras.types import Array

# The kernels are loaded for the first update of a variable of at least this size.
LARGE = 16_384
# If all variables are smaller, NumPy runs this many updates before the kernels are loaded.
# Compiling takes as long as about 10,000 such updates, loading compiled code as long as 100.
UPDATES_BEFORE_LOADING = 100

_BY_RULE = {IndexedSlices, Product}  # gradients for which ``step`` runs instead of a kernel
Scalars: TypeAlias = dict[str, Any]


@functools.cache
def native(name: str, module: str = "optimizers") -> Any:
    """A function of ``kernels``, by default a kernel of ``kernels/optimizers.py``, loaded once."""
    return import_twin(f"minikeras.kernels.{module}:{name}", "an optimizer")


def run(kernel: str, size: int, scalars: Array, arrays: list[Array], roles: int) -> bool:
    """Run a kernel; False, with nothing changed, if it does not accept the arrays.

    size: the numbers in all variables, which decides whether threads are worth waking.
    arrays: the values of all variables, then each slot of all variables, then all gradients.
    roles: how many arrays there are for each variable.
    """
    workers = native("workers_for", "runtime.threads")(size)
    return bool(native(kernel)(workers, id(arrays), roles, id(scalars.dtype), scalars))


def own_array(variable: Variable) -> Array:
    """The variable's array, to be written into.

    If anything else refers to the array (a tensor, a tape, a view), the variable gets a copy, so
    that the others retain the old values.
    """
    array = variable._value
    # The variable, the local name and the argument of getrefcount make 3 references.
    if sys.getrefcount(array) > 3 or array.base is not None:
        variable._value = array = array.copy()
    return array


class Rows:
    """The rows of a variable and of its slots that have a gradient, as they are before a step."""

    def __init__(self, gradient: IndexedSlices | Product, arrays: list[Array]) -> None:
        rows: tuple[Array, Any] = gradient.rows()
        self.numbers, self.gradient = rows
        self.arrays, self.values = arrays, [array[self.numbers] for array in arrays]

    def update(self, rule: Any, t: Any, lr: Any) -> None:
        w, *slots = self.values
        new = rule.step(w, self.gradient, t, lr, *slots)
        for array, values in zip(self.arrays, new if slots else (new,)):
            array[self.numbers] = values


class VariableGroup:
    """Variables of one dtype that one optimizer updates in the same calls.

    slots: for each slot a list with one variable for each of ``variables``.
    decayed: whether weight decay applies, for each of ``variables``.
    """

    def __init__(
        self,
        variables: Sequence[Variable],
        slots: Sequence[Sequence[Variable]],
        averages: Sequence[Variable],
        decayed: Sequence[bool],
    ) -> None:
        self.variables, self.averages, self.decayed = variables, averages, decayed
        self.state, self.roles = [*variables, *chain(*slots)], len(slots) + 2
        self.dtype = variables[0]._value.dtype
        self.size = sum(v._value.size for v in variables)
        self.single = [v._value.size == 1 for v in variables]
        self.clipped: list[Array] = []
        self.zeros: dict[int, Array] = {}
        large = any(v._value.size >= LARGE for v in variables)
        self.updates_before_loading = 0 if large else UPDATES_BEFORE_LOADING
        if self.dtype.name not in ("float32", "float64"):
            self.updates_before_loading = sys.maxsize

    def count_update(self) -> bool:
        """Count one more update; True once the kernels are worth loading."""
        self.updates_before_loading -= 1
        return self.updates_before_loading < 0

    def step(self, rule: Any, t: Any, lr: Any, grads: list[Any], clip: bool) -> bool:
        """Clip the gradients, decay the variables, run the rule's kernel; False if none ran.

        ``clip=False``: the gradients are clipped already.
        """
        if {*map(type, grads)} == {np.ndarray}:  # arithmetic may also make scalars of them
            clipped = self._clip(rule, grads) if clip else grads
            if clipped and self._update(rule, t, lr, clipped):
                return True
        if any(g.dtype != self.dtype for g in grads):
            return False
        grads = [g if type(g) in _BY_RULE else np.ascontiguousarray(g) for g in grads]
        clipped = self._clip(rule, grads) if clip else grads
        return bool(clipped) and self._update(rule, t, lr, clipped)

    def _clip(self, rule: Any, grads: list[Array]) -> list[Array]:
        """The clipped gradients, in arrays that the next step reuses; empty if not accepted."""
        limit = rule._limit
        if not limit or limit < 0:
            return grads
        if not self.clipped:
            self.clipped = [np.empty(v._value.shape, self.dtype) for v in self.variables]
        if rule.clipvalue:
            kernel, scalars = "clipped", self._in_order("clipped", {"low": -limit, "high": limit})
        else:
            kernel, scalars = "scaled", np.empty(1 + len(grads), self.dtype)
            squares = np.empty(len(grads), self.dtype)
            if not run("squares", self.size, squares, grads, 1):
                return []
            if rule.clipnorm:
                scalars[0] = limit
                scalars[1:] = np.maximum(np.sqrt(squares), self.dtype.type(limit))
            else:
                scale = global_scale(np.sqrt(total(squares)), limit)
                if rule.defer(1, scale):
                    return grads
                scalars[0], scalars[1:] = scale, 1
        accepted = run(kernel, self.size, scalars, self.clipped + grads, 2)
        return self.clipped if accepted else []

    def _in_order(self, kernel: str, scalars: Scalars, options: Any = None) -> Array:
        """The scalars that a kernel declares; those that have no value here are options."""
        names = native(kernel).scalars._fields
        values = [scalars[n] if n in scalars else getattr(options, n) for n in names]
        return np.array(values, self.dtype)

    def _update(self, rule: Any, t: Any, lr: Any, grads: list[Any]) -> bool:
        arrays, count = [own_array(v) for v in self.state], len(grads)
        by_rule = {}
        if not _BY_RULE.isdisjoint(map(type, grads)):
            by_rule = {i: g for i, g in enumerate(grads) if type(g) in _BY_RULE}
        rests = bool(by_rule) and rule.rests()
        for i, g in by_rule.items():
            # The kernel computes all rows as if their gradients were 0, or not at all.
            if not rests and i not in self.zeros:
                self.zeros[i] = np.zeros(g.shape, g.dtype)
            grads[i] = arrays[i] if rests else self.zeros[i]
        if rule.weight_decay is not None and any(self.decayed):
            for pair in dict.fromkeys(pairs := [rule.decay_factors(lr, one) for one in (0, 1)]):
                chosen = [d and pairs[one] == pair for d, one in zip(self.decayed, self.single)]
                factors = np.array([*pair, *chosen], self.dtype)
                # The kernel checks all arrays, so that the rule cannot fail after the decay.
                if not run("decay", self.size, factors, arrays + grads, self.roles):
                    return False
        named = [Rows(g, arrays[i::count]) for i, g in by_rule.items()]
        roles = native(rule.kernel).roles
        if roles > self.roles:  # repeat the last slot for each optional one that is not in use
            arrays += arrays[-count:] * (roles - self.roles)
        arrays += grads
        if rests:
            arrays = [array for k, array in enumerate(arrays) if k % count not in by_rule]
        scalars = {"lr": lr, "compiled": is_inside(), **rule.scalars(t, lr)}
        p = self._in_order(rule.kernel, scalars, rule)
        if arrays and not run(rule.kernel, self.size, p, arrays, roles):
            return False
        for rows in named:
            rows.update(rule, t, lr)
        return True

    def average(self, momentum: float) -> bool:
        """Update the running averages; False if the kernel did not accept the arrays."""
        part = self.dtype.type(momentum)
        scalars = self._in_order("average", {"momentum": part, "one_minus_momentum": 1 - part})
        arrays = [*map(own_array, self.averages), *(v._value for v in self.variables)]
        return run("average", self.size, scalars, arrays, 2)
