"""An optimizer's step in native code: one call of a kernel for all variables.

The kernels are in ``kernels/optimizers.py``.  They give the same bits as the reference rules.
"""

from __future__ import annotations

import functools
import sys
from collections.abc import Sequence
from itertools import chain
from typing import Any

import numpy as np

from minikeras.autograd import Variable
from minikeras.optimizers.norms import global_scale, total
from minikeras.optimizers.options import OptimizerOptions
from minikeras.optimizers.rounding import is_compiled, rounded
from minikeras.twins import load
from minikeras.types import Array

# Kernels write into variables of at least this size.  A smaller variable first gets a new array,
# so that whoever holds the old one (a tape, a tensor) can go on using it.
IN_PLACE_SIZE = 16_384
# If all variables are smaller, NumPy does this many updates first: compiling takes as long as
# some ten thousand of them, loading what was compiled earlier as long as a hundred.
UPDATES_BEFORE_LOADING = 100


@functools.cache
def load_kernel(name: str) -> Any:
    """A kernel of ``kernels/optimizers.py``; ImportError if there is none of that name."""
    return load(f"minikeras.kernels.optimizers:{name}", "an optimizer")


@functools.cache
def _workers() -> Any:
    return load("minikeras.kernels.runtime.threads:team")


def run(kernel: Any, size: int, scalars: Array, *roles: Sequence[Array]) -> bool:
    """Run a kernel on ``size`` numbers; False if the arrays do not fit, and nothing was done.

    Each role is a list with one array for each variable: the variables first, the gradients last.
    """
    arrays = [*chain(*roles)]
    return bool(kernel(_workers()(size), id(arrays), len(roles), id(scalars.dtype), scalars))


class VariableGroup:
    """Variables of one dtype that one optimizer updates together.

    ``slots`` and ``averages`` hold one list for each name, ``decayed`` says which variables
    weight decay applies to.
    """

    def __init__(
        self,
        variables: Sequence[Variable],
        slots: Sequence[Sequence[Variable]],
        averages: Sequence[Variable],
        decayed: Sequence[bool],
    ) -> None:
        self.variables, self.slots, self.averages = variables, slots, averages
        self.decayed = decayed
        self.dtype = variables[0]._value.dtype
        self.size = sum(v._value.size for v in variables)
        self.small = [v for v in variables if v._value.size < IN_PLACE_SIZE]
        large = [v for v in variables if v._value.size >= IN_PLACE_SIZE]
        self.written = [*large, *chain(*slots)]
        self.clipped: list[Array] = []
        self.waiting = 0 if large else UPDATES_BEFORE_LOADING
        if self.dtype.name not in ("float32", "float64"):
            self.waiting = sys.maxsize

    def worthwhile(self) -> bool:
        """Whether it is time to load or compile the kernels; counts the updates."""
        self.waiting -= 1
        return self.waiting < 0

    def step(
        self, options: OptimizerOptions, kernel: Any, scalars: dict[str, Any], lr: Any, grads: Any
    ) -> bool:
        """Clip, decay, and run the kernel of the rule; False if nothing was done."""
        if {*map(type, grads)} == {np.ndarray}:  # arithmetic may also make scalars of them
            clipped = self._clip(options, grads)
            if clipped and self._update(options, kernel, scalars, lr, clipped):
                return True
        if any(g.dtype != self.dtype for g in grads):
            return False
        clipped = self._clip(options, [np.ascontiguousarray(g) for g in grads])
        return bool(clipped) and self._update(options, kernel, scalars, lr, clipped)

    def _clip(self, options: OptimizerOptions, grads: list[Array]) -> list[Array]:
        """The clipped gradients, in arrays that the next step reuses; none if they do not fit."""
        limit = options.clipnorm or options.global_clipnorm or options.clipvalue
        if not limit or limit < 0:
            return grads
        if not self.clipped:
            self.clipped = [np.empty(v._value.shape, self.dtype) for v in self.variables]
        if options.clipvalue:
            kernel = load_kernel("clipped")
            scalars = self._in_order(kernel, {"low": -limit, "high": limit})
        else:
            kernel = load_kernel("scaled")
            squares, scalars = (
                np.empty(len(grads), self.dtype),
                np.empty(1 + len(grads), self.dtype),
            )
            if not run(load_kernel("squares"), self.size, squares, grads):
                return []
            if options.clipnorm:
                scalars[0] = limit
                scalars[1:] = np.maximum(np.sqrt(squares), self.dtype.type(limit))
            else:
                scalars[0], scalars[1:] = global_scale(np.sqrt(total(squares)), limit), 1
        return self.clipped if run(kernel, self.size, scalars, self.clipped, grads) else []

    def _in_order(self, kernel: Any, scalars: dict[str, Any]) -> Array:
        """Named scalars as the array that the kernel takes; KeyError if one is missing."""
        return np.array([scalars[name] for name in kernel.scalars._fields], self.dtype)

    def _update(
        self, options: OptimizerOptions, kernel: Any, scalars: dict[str, Any], lr: Any, grads: Any
    ) -> bool:
        for variable in self.small:
            variable._value = variable._value.copy()
        roles = [[v._value for v in role] for role in (self.variables, *self.slots)]
        if options.weight_decay is not None and any(self.decayed):
            factors = np.array([rounded(options.weight_decay, lr), lr, *self.decayed], self.dtype)
            if is_compiled():
                factors[0], factors[1] = factors[0] * factors[1], 1
            # The kernel checks all roles, so that the rule cannot fail after the decay.
            if not run(load_kernel("decay"), self.size, factors, *roles, grads):
                return False
        for _ in range(len(roles) + 1, kernel.roles):
            roles.append(roles[-1])  # in place of an optional slot that is not in use
        if not run(kernel, self.size, self._in_order(kernel, scalars), *roles, grads):
            return False
        for variable in self.written:
            variable._updated_in_place()
        return True

    def average(self, momentum: float) -> bool:
        """Move the running averages; False if nothing was done."""
        kernel, part = load_kernel("average"), self.dtype.type(momentum)
        scalars = self._in_order(kernel, {"momentum": part, "one_minus_momentum": 1 - part})
        roles = [[v._value for v in role] for role in (self.averages, self.variables)]
        if not run(kernel, self.size, scalars, *roles):
            return False
        for average in self.averages:
            average._updated_in_place()
        return True
