"""An optimizer taken out of a step, with variables, gradients and slots: runs alone in both."""

from __future__ import annotations

import contextlib
import copy
import dataclasses
import json
import re
from collections.abc import Iterator
from typing import Any

import numpy as np

from minikeras import optimizers
from minikeras.autograd import Variable
from minikeras.optional import Library
from minikeras.parity.lockstep.cases import apart, fitted, parts
from minikeras.parity.lockstep.results import Reproducer
from minikeras.types import Array

keras = Library("keras")

SCRIPT = '''\
"""{reason}"""
import json

import keras
import numpy as np

data = np.load("reproducer.npz")
optimizer = keras.optimizers.deserialize(json.loads({config!r}))
variables = [keras.Variable(data[f"before{{i}}"]) for i in range({count})]
optimizer.build(variables)
for i, slot in enumerate(optimizer.variables):
    slot.assign(data[f"slot{{i}}"])
optimizer.apply([data[f"gradient{{i}}"] for i in range({count})], variables)
result = {result}.numpy()
print("largest difference from minikeras:", np.abs(result - data["minikeras"]).max())
'''


@dataclasses.dataclass
class OptimizerCase:
    """What decides an update.

    configs: of the optimizer, in minikeras and in Keras.
    variables, gradients: the arrays, in one order; slots: those of ``optimizer.variables``.
    kind, result: "slot" or "variable", and the place of the one that differs.
    """

    configs: tuple[dict[str, Any], dict[str, Any]]
    variables: list[Array]
    gradients: list[Array]
    slots: list[Array]
    kind: str
    result: int

    def outcome(self, side: int) -> Array:
        """The result of minikeras (0) or Keras (1)."""
        optimizer, variables = self._made(side)
        for slot, value in zip(optimizer.variables, self.slots, strict=True):
            slot.assign(value)
        optimizer.apply(self.gradients, variables)
        found = optimizer.variables if self.kind == "slot" else variables
        return np.array(found[self.result].numpy())

    def _made(self, side: int) -> tuple[Any, list[Any]]:
        """The optimizer, built for the variables, whose names say their places."""
        library, make = ((optimizers, Variable), (keras.optimizers, keras.Variable))[side]
        made = [make(x, name=f"v{i}z") for i, x in enumerate(self.variables)]
        config = copy.deepcopy(self.configs[side])  # Keras puts a schedule into it
        optimizer = library.deserialize(config)
        optimizer.build(made)
        return optimizer, made

    def difference(self) -> float:
        """How far the two results are apart, in their largest number; 0 if one fails."""
        return apart(self)

    @property
    def size(self) -> str:
        """How large it is, in words."""
        shapes = [x.shape for x in self.variables]
        return f"{len(shapes)} variables" if len(shapes) > 1 else f"a variable of {shapes[0]}"

    def smaller(self) -> Iterator[OptimizerCase]:
        """Cases with fewer variables, then with smaller ones."""
        owners = self._owners()
        for part in parts(len(self.variables)):
            chosen = [*range(len(self.variables))[part]]
            yield from self._with(chosen, owners)
        for i, x in enumerate(self.variables):
            for axis, count in enumerate(x.shape):
                for part in parts(count):
                    with contextlib.suppress(Exception):  # of slots with shapes of their own
                        yield self._cut(i, axis, part, owners)

    def _owners(self) -> list[int | None]:
        """The place of the variable that each slot belongs to; None of the counter and the rate."""
        found = [re.search(r"v(\d+)z", slot.path) for slot in self._made(1)[0].variables]
        return [int(name[1]) if name else None for name in found]

    def _with(self, chosen: list[int], owners: list[int | None]) -> Iterator[OptimizerCase]:
        """With these variables only; nothing if the result is not among what is left."""
        slots = [i for i, owner in enumerate(owners) if owner is None or owner in chosen]
        left = slots if self.kind == "slot" else chosen
        if self.result in left:
            yield dataclasses.replace(
                self,
                variables=[self.variables[i] for i in chosen],
                gradients=[self.gradients[i] for i in chosen],
                slots=[self.slots[i] for i in slots],
                result=left.index(self.result),
            )

    def _cut(self, i: int, axis: int, part: slice, owners: list[int | None]) -> OptimizerCase:
        """With a part of an axis of variable ``i``; its slots take the shapes that follow."""
        cut = (*[slice(None)] * axis, part)
        variables, gradients = [*self.variables], [*self.gradients]
        count = variables[i].shape[axis]
        variables[i], gradients[i] = variables[i][cut], gradients[i][cut]
        case = dataclasses.replace(self, variables=variables, gradients=gradients)
        case.slots = [
            fitted(old, tuple(slot.shape), count, part) if owner == i else old
            for old, slot, owner in zip(self.slots, case._made(1)[0].variables, owners, strict=True)
        ]
        return case

    def reproducer(self, whole: str, reason: str) -> Reproducer:
        """The script; ``whole``: the size before it was shrunk, ``reason``: its first line."""
        arrays = {f"before{i}": x for i, x in enumerate(self.variables)}
        arrays |= {f"gradient{i}": x for i, x in enumerate(self.gradients)}
        arrays |= {f"slot{i}": x for i, x in enumerate(self.slots)}
        arrays["minikeras"] = self.outcome(0)
        result = "optimizer.variables" if self.kind == "slot" else "variables"
        script = SCRIPT.format(
            reason=reason,
            config=json.dumps(self.configs[1], default=float),
            count=len(self.variables),
            result=f"{result}[{self.result}]",
        )
        said = f"the optimizer alone, with {self.size} instead of {whole}"
        return Reproducer(script, arrays, said)


def optimizer_case(lockstep: Any, kind: str, name: str) -> OptimizerCase | None:
    """The case of the optimizer of a lockstep's step in which a slot or variable differs, or None.

    None for a variable that the optimizer does not update, and where a gradient is not known.
    """
    pair, theirs = lockstep.pair, lockstep.records[1]
    optimizer, trained = pair.theirs.optimizer, pair.theirs.trainable_variables
    if kind not in ("slot", "variable") or optimizer is None:
        return None
    paths = [v.path for v in (optimizer.variables if kind == "slot" else trained)]
    gradients = [theirs.parts.get(("gradient", v.path)) for v in trained]
    before = {h.name: x for h, x in zip(pair.held, lockstep.starts_beyond[1], strict=True)}
    if name not in paths or None in gradients:
        return None
    config = keras.optimizers.serialize(optimizer)
    ours = getattr(getattr(pair, "ours", None), "optimizer", None)
    return OptimizerCase(
        (config if ours is None else optimizers.serialize(ours), config),
        [before[v.path] for v in trained],
        [part.array for part in gradients if part is not None],
        [before[v.path] for v in optimizer.variables],
        kind,
        paths.index(name),
    )
