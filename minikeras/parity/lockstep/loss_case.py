"""A loss taken out of a step, with labels and predictions: runs alone in both libraries."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator
from typing import Any

import numpy as np

from minikeras import losses
from minikeras.autograd import Tensor
from minikeras.optional import Library
from minikeras.parity.lockstep.cases import apart, parts
from minikeras.parity.lockstep.results import Reproducer
from minikeras.types import Array

keras = Library("keras")
tensorflow = Library("tensorflow")

NAMES = ("y_true", "y_pred", "sample_weight")

SCRIPT = '''\
"""{reason}"""
import json

import keras
import numpy as np
import tensorflow as tf

data = np.load("reproducer.npz")
loss = keras.losses.deserialize(json.loads({config!r}))
result = loss(*[tf.constant(data[name]) for name in {names!r}])
print("largest difference from minikeras:", np.abs(result - data["minikeras"]).max())
'''


@dataclasses.dataclass
class LossCase:
    """What decides a loss: its configs in minikeras and in Keras, and the arrays it is given."""

    configs: tuple[dict[str, Any], dict[str, Any]]
    arrays: list[Array]

    def outcome(self, side: int) -> Array:
        """The value of minikeras (0) or Keras (1)."""
        module, tensor = (
            (losses, Tensor),
            (keras.losses, tensorflow.convert_to_tensor),
        )[side]
        value = module.deserialize(self.configs[side])(*map(tensor, self.arrays))
        return np.asarray(value.numpy())

    def difference(self) -> float:
        """How far the two values are apart, relative to them; 0 if one fails."""
        return apart(self)

    @property
    def size(self) -> str:
        """How large it is, in words."""
        return f"predictions of {self.arrays[1].shape}"

    def smaller(self) -> Iterator[LossCase]:
        """Cases with fewer samples, then with fewer numbers of each; one class is no case."""
        y_pred = self.arrays[1]
        for axis, count in enumerate(y_pred.shape):
            for part in parts(count):
                if axis and part.stop - part.start < 2:
                    continue
                cut = (*[slice(None)] * axis, part)
                yield dataclasses.replace(
                    self,
                    arrays=[
                        x[cut] if x.ndim > axis and x.shape[axis] == count else x
                        for x in self.arrays
                    ],
                )

    def reproducer(self, whole: str, reason: str) -> Reproducer:
        """The script; ``whole``: the size before it was shrunk, ``reason``: its first line."""
        names = NAMES[: len(self.arrays)]
        arrays = dict(zip(names, self.arrays, strict=True))
        arrays["minikeras"] = self.outcome(0)
        script = SCRIPT.format(
            reason=reason, config=json.dumps(self.configs[1], default=float), names=names
        )
        said = f"one loss, with {self.size} instead of {whole}"
        return Reproducer(script, arrays, said)


def loss_case(lockstep: Any, kind: str, name: str) -> LossCase | None:
    """The case of the loss of ``compile`` that an entry names; None for other entries."""
    ours, theirs = (record.losses.get(name) for record in lockstep.records)
    if kind != "loss term" or ours is None or theirs is None:
        return None
    is_array = lockstep.pair.recorders[1].watched.is_array
    given = dict(zip(NAMES, theirs.args)) | theirs.kwargs
    arrays = [given[key] for key in NAMES if given.get(key) is not None]
    if not all(map(is_array, arrays)) or len(arrays) < 2:
        return None
    try:
        configs = losses.serialize(ours.layer), keras.losses.serialize(theirs.layer)
    except Exception:  # a function of the user's
        return None
    return LossCase(configs, [np.asarray(x) for x in arrays])
