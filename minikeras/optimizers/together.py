"""All variables at once: the update rules and what surrounds them, each as one native call."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from itertools import chain
from typing import TYPE_CHECKING, Any

import numpy as np

from minikeras.autograd import Variable
from minikeras.optimizers.norms import global_scale, total
from minikeras.optimizers.rounding import is_compiled, rounded
from minikeras.types import Array

if TYPE_CHECKING:
    from minikeras.optimizers.optimizer import Optimizer

# A smaller variable gets a new array, as by the reference, instead of being written into: whoever
# holds the old one (a tape, a tensor) may go on with it.
FAST_SIZE = 16_384
# If all variables are smaller, that many updates are left to NumPy: compiling takes as long as
# some ten thousand of them, loading what was compiled earlier as long as a hundred.
PATIENCE = 100


def sweep(kernel: str, size: int, scalars: Array, *roles: Sequence[Array]) -> bool:
    """Run a kernel of ``kernels/optimizers.py`` over ``size`` numbers; whether it could."""
    kernels, team = _native or _load()
    objects = [*chain(*roles)]
    run = getattr(kernels, kernel)
    return bool(run(team(size), id(objects), len(roles), id(scalars.dtype), scalars))


_native: tuple[Any, Any] | None = None


def _load() -> tuple[Any, Any]:
    global _native
    from minikeras.kernels import optimizers
    from minikeras.kernels.runtime.threads import team

    _native = optimizers, team
    return _native


class Together:
    """Variables of one dtype that one optimizer updates in one call."""

    def __init__(self, optimizer: Optimizer, variables: Iterable[Variable]) -> None:
        self.variables = list(variables)
        places = [optimizer._index[id(v)] for v in self.variables]
        self.slots = [list(column) for column in zip(*[optimizer._slots[i] for i in places])]
        averages = [optimizer._averages[i] for i in places] if optimizer.use_ema else []
        self.averages = [average for average in averages if average is not None]
        self.dtype = self.variables[0]._value.dtype
        self.size = sum(v._value.size for v in self.variables)
        self.small = [v for v in self.variables if v._value.size < FAST_SIZE]
        large = [v for v in self.variables if v._value.size >= FAST_SIZE]
        self.written = [*large, *chain(*self.slots)]
        self.decayed = [*map(optimizer._use_weight_decay, self.variables)]
        self.clipped: list[Array] = []
        self.patience = 0 if large else PATIENCE
        if self.dtype.name not in ("float32", "float64"):
            self.patience = sys.maxsize

    def worthwhile(self) -> bool:
        """Shall the kernels be loaded, or even compiled, for these variables?"""
        self.patience -= 1
        return self.patience < 0

    def clip(self, optimizer: Optimizer, grads: list[Array]) -> list[Array] | None:
        """The clipped gradients, in memory that the next step uses again; None: do it elsewhere."""
        kind = self.dtype.type
        limit = optimizer.clipnorm or optimizer.global_clipnorm or optimizer.clipvalue
        if not limit or limit < 0:
            return grads
        if optimizer.clipvalue:
            kernel, scalars = "clipped", np.array([-limit, limit], self.dtype)
        else:
            kernel, scalars = "scaled", np.empty(1 + len(grads), self.dtype)
            sums = np.empty(len(grads), self.dtype)
            if not sweep("squares", self.size, sums, grads):
                return None
            if optimizer.clipnorm:
                scalars[0], scalars[1:] = limit, np.maximum(np.sqrt(sums), kind(limit))
            else:
                scalars[0], scalars[1:] = global_scale(np.sqrt(total(sums)), limit), 1
        if not self.clipped:
            self.clipped = [np.empty(v._value.shape, self.dtype) for v in self.variables]
        return self.clipped if sweep(kernel, self.size, scalars, self.clipped, grads) else None

    def update(self, optimizer: Optimizer, grads: list[Array], t: int, rate: Array) -> bool:
        """One step of the optimizer's rule; False if nothing was done."""
        lr = rate.astype(self.dtype)[()]
        name, *scalars = optimizer.fused(self.dtype.type(t), lr)  # type: ignore[misc]
        for variable in self.small:
            variable._value = variable._value.copy()
        roles = [[v._value for v in role] for role in (self.variables, *self.slots)]
        weight_decay = optimizer.weight_decay
        if weight_decay is not None and any(self.decayed):
            factors = np.array([rounded(weight_decay, lr), lr, *self.decayed], self.dtype)
            if is_compiled():
                factors[0], factors[1] = factors[0] * factors[1], 1
            # All roles go along: either all of them fit, or the reference decays and updates.
            if not sweep("decay", self.size, factors, *roles, grads):
                return False
        if not sweep(name, self.size, np.array(scalars, self.dtype), *roles, grads):
            return False
        for variable in self.written:
            variable._updated_in_place()
        return True

    def average(self, optimizer: Optimizer, momentum: float) -> bool:
        """The running averages; False if nothing was done."""
        if len(self.variables) < len(optimizer._trainable_variables):
            return False  # those without a gradient are averaged as well
        factors = np.array([momentum, 0], self.dtype)
        factors[1] = 1 - factors[0]
        roles = [[v._value for v in role] for role in (self.averages, self.variables)]
        if not sweep("average", self.size, factors, *roles):
            return False
        for average in self.averages:
            average._updated_in_place()
        return True
