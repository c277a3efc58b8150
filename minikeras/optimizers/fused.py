"""An optimizer's step in native code: one call of a kernel for all variables.

The kernels are in ``kernels/optimizers.py``.  They give the same bits as the reference rules.
"""

from __future__ import annotations

import functools
import sys
from collections.abc import Iterator, Sequence
from itertools import chain
from typing import Any

import numpy as np

from minikeras.autograd import Variable
from minikeras.optimizers.norms import global_scale, total
from minikeras.optimizers.rounding import is_compiled, rounded
from minikeras.types import Array

# Kernels write into variables of at least this size.  A smaller variable first gets a new array,
# so that whoever holds the old one (a tape, a tensor) can go on using it.
IN_PLACE_SIZE = 16_384
# If all variables are smaller, NumPy does this many updates first: compiling takes as long as
# some ten thousand of them, loading what was compiled earlier as long as a hundred.
UPDATES_BEFORE_LOADING = 100


@functools.cache
def _native() -> tuple[Any, Any]:
    from minikeras.kernels import optimizers
    from minikeras.kernels.runtime.threads import team

    return optimizers, team


def run(kernel: str, size: int, scalars: Array | dict[str, Any], *roles: Sequence[Array]) -> bool:
    """Run a kernel on ``size`` numbers; False if the arrays do not fit, and nothing was done.

    Each role is a list with one array for each variable: the variables first, the gradients last.
    Named scalars must be those that the kernel declares.
    """
    kernels, team = _native()
    kernel_ = getattr(kernels, kernel)
    if isinstance(scalars, dict):
        scalars = np.array([*kernel_.scalars(**scalars)], roles[0][0].dtype)
        # A rule that has optional slots gets the last role for each one that is not in use.
        roles = *roles[:-1], *[roles[-2]] * (kernel_.roles - len(roles)), roles[-1]
    arrays = [*chain(*roles)]
    return bool(kernel_(team(size), id(arrays), len(roles), id(scalars.dtype), scalars))


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

    def readable(self, grads: list[Array]) -> Iterator[list[Array]]:
        """The gradients as they are, then as contiguous copies in case the kernels need these."""
        if {*map(type, grads)} == {np.ndarray}:  # arithmetic may also make scalars of them
            yield grads
        if all(g.dtype == self.dtype for g in grads):
            yield [np.ascontiguousarray(g) for g in grads]

    def clip(
        self,
        grads: list[Array],
        clipnorm: float | None,
        global_clipnorm: float | None,
        clipvalue: float | None,
    ) -> list[Array] | None:
        """The clipped gradients, in arrays that the next step reuses; None if they do not fit."""
        limit = clipnorm or global_clipnorm or clipvalue
        if not limit or limit < 0:
            return grads
        kernel, scalars = "scaled", np.empty(1 + len(grads), self.dtype)
        if clipvalue:
            kernel, scalars = "clipped", np.array([-limit, limit], self.dtype)
        else:
            squares = np.empty(len(grads), self.dtype)
            if not run("squares", self.size, squares, grads):
                return None
            if clipnorm:
                scalars[0] = limit
                scalars[1:] = np.maximum(np.sqrt(squares), self.dtype.type(limit))
            else:
                scalars[0], scalars[1:] = global_scale(np.sqrt(total(squares)), limit), 1
        if not self.clipped:
            self.clipped = [np.empty(v._value.shape, self.dtype) for v in self.variables]
        return self.clipped if run(kernel, self.size, scalars, self.clipped, grads) else None

    def update(
        self,
        kernel: str,
        scalars: dict[str, Any],
        weight_decay: float | None,
        lr: Any,
        grads: list[Array],
    ) -> bool:
        """Weight decay, then one step of the rule; False if nothing was done."""
        for variable in self.small:
            variable._value = variable._value.copy()
        roles = [[v._value for v in role] for role in (self.variables, *self.slots)]
        if weight_decay is not None and any(self.decayed):
            factors = np.array([rounded(weight_decay, lr), lr, *self.decayed], self.dtype)
            if is_compiled():
                factors[0], factors[1] = factors[0] * factors[1], 1
            # The kernel checks all roles, so that the rule cannot fail after the decay.
            if not run("decay", self.size, factors, *roles, grads):
                return False
        if not run(kernel, self.size, scalars, *roles, grads):
            return False
        for variable in self.written:
            variable._updated_in_place()
        return True

    def average(self, momentum: float) -> bool:
        """Move the running averages; False if nothing was done."""
        part = self.dtype.type(momentum)
        scalars = {"momentum": part, "one_minus_momentum": 1 - part}
        roles = [[v._value for v in role] for role in (self.averages, self.variables)]
        if not run("average", self.size, scalars, *roles):
            return False
        for average in self.averages:
            average._updated_in_place()
        return True
