"""One layer taken out of a step, with its inputs and variables: runs alone in both libraries."""

from __future__ import annotations

import contextlib
import copy
import dataclasses
from collections.abc import Iterator
from typing import Any

import numpy as np

from minikeras import layers
from minikeras.autograd import GradientTape, Tensor
from minikeras.interchange.sides import MINIKERAS
from minikeras.optional import Library
from minikeras.parity.lockstep.distances import difference
from minikeras.parity.lockstep.results import KINDS
from minikeras.parity.lockstep.text import is_text, with_vocabularies
from minikeras.types import Array

keras = Library("keras")
tensorflow = Library("tensorflow")

COUNTS = ("units", "filters", "output_dim", "depth_multiplier")  # arguments that are sizes


@dataclasses.dataclass
class LayerCase:
    """What decides the output of a layer, and its gradients.

    configs: of the layer, in minikeras and in Keras.
    inputs: the arrays that it is called with; several are given as a list.
    variables: their values before the call, in the order of ``layer.variables``.
    training: the argument; None for a layer that takes none.
    dy: the gradient of the output, from which those of inputs and variables follow; None where the
        output itself differs.
    result: which of ``[output]``, or of the gradients of inputs and variables, differs.
    """

    configs: tuple[dict[str, Any], dict[str, Any]]
    inputs: list[Array]
    variables: list[Array]
    training: bool | None
    dy: Array | None = None
    result: int = 0

    def outcome(self, side: int) -> Array:
        """The result of minikeras (0) or Keras (1)."""
        if side == 0:
            layer = MINIKERAS.deserialize(self.configs[0])
            found = self._outcome(layer, Tensor, GradientTape)
        else:
            layer = keras.layers.deserialize(self.configs[1])
            found = self._outcome(layer, tensorflow.convert_to_tensor, tensorflow.GradientTape)
        return np.asarray(found.numpy())

    def _outcome(self, layer: Any, tensor: Any, tape_class: Any) -> Any:
        xs = [tensor(x) for x in self.inputs]
        layer.build(_shapes(self.inputs))
        for variable, value in zip(layer.variables, self.variables, strict=True):
            variable.assign(value)
        options = {} if self.training is None else {"training": self.training}
        with tape_class(persistent=True) as tape:
            for x in xs:
                if x.dtype in ("float32", "float64"):
                    tape.watch(x)
            y = layer(xs if len(xs) > 1 else xs[0], **options)
        if self.dy is None:
            return y
        sources = [*xs, *layer.trainable_variables]
        return tape.gradient(y, sources[self.result], output_gradients=tensor(self.dy))

    def difference(self) -> float:
        """How far the two results are apart, in their largest number; 0 if one fails."""
        return apart(self)

    @property
    def size(self) -> str:
        """How large it is, in words."""
        shapes = " and ".join(str(x.shape) for x in self.inputs)
        return f"inputs of {shapes}"

    def smaller(self) -> Iterator[LayerCase]:
        """Cases with fewer samples, cells, features, units, the smallest first."""
        x = self.inputs[0]
        for axis, count in enumerate(x.shape):
            for part in parts(count):
                yield from self._fitted(self._cut(axis, part), self.configs, count, part)
        for name in COUNTS:
            count = self.configs[1]["config"].get(name) or 0
            for part in parts(count) if isinstance(count, int) else ():
                configs = copy.deepcopy(self.configs)
                for config in configs:
                    config["config"][name] = part.stop - part.start
                yield from self._fitted(self.inputs, configs, count, part)

    def _cut(self, axis: int, part: slice) -> list[Array]:
        cut = (*[slice(None)] * axis, part)
        same = self.inputs[0].shape[axis]
        return [x[cut] if x.ndim > axis and x.shape[axis] == same else x for x in self.inputs]

    def _fitted(
        self,
        inputs: list[Array],
        configs: tuple[dict[str, Any], dict[str, Any]],
        count: int,
        part: slice,
    ) -> Iterator[LayerCase]:
        """The case with other inputs or configs; variables and dy take the shapes that follow.

        count, part: of an axis, what is left of it.  Nothing if the layer does not allow it.
        """
        with contextlib.suppress(Exception):  # such as of a window larger than the image
            layer = keras.layers.deserialize(configs[1])
            layer.build(_shapes(inputs))
            variables = [
                fitted(old, tuple(v.shape), count, part)
                for old, v in zip(self.variables, layer.variables, strict=True)
            ]
            case = dataclasses.replace(self, inputs=inputs, configs=configs, variables=variables)
            if self.dy is not None:
                shape = dataclasses.replace(case, dy=None).outcome(1).shape
                case.dy = fitted(self.dy, shape, count, part)
            yield case


def apart(case: Any) -> float:
    """How far the outcomes of a case are apart, relative to the largest number; 0 if one fails."""
    try:
        a, b = case.outcome(0), case.outcome(1)
    except Exception:  # a smaller case may be none
        return 0.0
    if a.shape != b.shape:
        return np.inf
    size = float(np.max(np.abs(a), initial=0.0, where=np.isfinite(a)))
    off = float(difference(a, b).max(initial=0.0))
    return off / size if size else (np.inf if off else 0.0)


def parts(size: int) -> Iterator[slice]:
    """Parts of an axis: its halves, and all but the last or the first."""
    if size > 1:
        half = size // 2
        yield slice(0, half)
        yield slice(half, size)
    if size > 2:
        yield slice(0, size - 1)
        yield slice(1, size)


def fitted(x: Array, shape: tuple[int, ...], count: int, part: slice) -> Array:
    """An array cut to a shape: ``part`` of axes of ``count`` that shrink so, the first of others.

    Raises ValueError if an axis would have to grow.
    """
    if len(shape) != x.ndim or any(new > old for new, old in zip(shape, x.shape, strict=True)):
        raise ValueError(f"shape must be within {x.shape}, received {shape}")
    left = part.stop - part.start
    return x[
        tuple(
            part if (old, new) == (count, left) else slice(0, new)
            for old, new in zip(x.shape, shape, strict=True)
        )
    ]


def _shapes(inputs: list[Array]) -> Any:
    """What ``build`` takes: a shape, or a list of several."""
    shapes = [x.shape for x in inputs]
    return shapes if len(shapes) > 1 else shapes[0]


def layer_case(lockstep: Any, kind: str, name: str) -> LayerCase | None:
    """The case of the layer that an entry of the lockstep's last step blames, or None.

    None for what no single layer decides: losses, slots, metrics; and for a layer that is called
    with more than tensors.
    """
    ours, theirs = lockstep.records
    called = _called(theirs, kind, name)
    if called is None or called not in theirs.calls or called not in ours.calls:
        return None
    call, mine = theirs.calls[called], ours.calls[called]
    arrays = lockstep.pair.recorders[1].watched
    inputs = call.args[0] if len(call.args) == 1 else None
    several = inputs if isinstance(inputs, list | tuple) else [inputs]
    if call.kwargs.keys() - {"training"} or not all(
        arrays.is_array(x) or is_text(x) for x in several
    ):
        return None
    before = {
        id(h.theirs): x for h, x in zip(lockstep.pair.held, lockstep.starts_beyond[1], strict=True)
    }
    if any(id(v) not in before for v in call.layer.variables) or isinstance(
        call.layer, keras.Model
    ):
        return None
    training = lockstep.method == "train_step" if call.layer._call_has_training_arg else None
    configs = (
        with_vocabularies(layers.serialize(mine.layer), [mine.layer]),
        with_vocabularies(keras.layers.serialize(call.layer), [call.layer]),
    )
    for config in configs:  # which would build the layer for the shapes of the model
        config.pop("build_config", None)
    case = LayerCase(
        configs,
        [arrays.array(x) for x in several],
        [before[id(v)] for v in call.layer.variables],
        training,
    )
    if kind == "output":
        return case
    dy = theirs.parts.get(("output gradient", called))
    if dy is None:
        return None
    case.dy = dy.array
    if kind == "output gradient":
        made, _, place = name.partition("[")
        source = {**theirs.calls, **theirs.ops}[made].outputs[int(place.rstrip("]") or 0)]
        fitting = [i for i, x in enumerate(several) if x is source]
        if not fitting:
            return None
        case.result = fitting[0]
    else:
        trained = [v.path for v in call.layer.trainable_variables]
        case.result = len(several) + trained.index(name)
    return case


def _called(record: Any, kind: str, name: str) -> str | None:
    """The name of the call that an entry blames."""
    if kind not in KINDS:
        return None
    part = record.parts.get((kind, name))
    if part is None or kind not in ("output", "output gradient", "gradient"):
        return None
    return part.name if kind == "output" else part.layer
