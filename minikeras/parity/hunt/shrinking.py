"""Makes a call that shows a defect as small as it can: fewer arguments, numbers, digits."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from minikeras.parity.backends import Call, Make

TRIES = 24


def shrink(call: Call, shows: Callable[[Call], bool], tries: int = TRIES) -> Call:
    """The smallest call found for which ``shows`` is true; ``call`` itself if there is none.

    shows: whether a call shows the same defect.
    tries: how often ``shows`` is asked at most.
    """
    for _ in range(tries):
        for smaller in _smaller(call):
            tries -= 1
            if tries < 0:
                return call
            if shows(smaller):
                call = smaller
                break
        else:
            return call
    return call


def _smaller(call: Call) -> Iterator[Call]:
    """Calls that are simpler in one respect, the largest steps first."""
    if call.make.module in ("models", "optimizers") or call.weights:
        yield from _without_arguments(call)
        return
    for axis, size in enumerate(_largest_sizes(call)):  # one row of every array
        if size > 1:
            yield _cut(call, axis, 1)
    yield from _without_arguments(call)
    for name, value in call.inputs.items():
        if name in ("y_true", "target", "indices", "segment_ids"):
            continue
        if isinstance(value, np.ndarray):
            for axis, size in enumerate(value.shape):
                if size > 1:
                    yield _cut(call, axis, 1, name)
                    yield _cut(call, axis, size // 2, name)
                    yield _cut(call, axis, size - 1, name)
            yield from _simpler_numbers(call, name, value)


def _without_arguments(call: Call) -> Iterator[Call]:
    arguments = call.make.arguments
    for name in arguments:
        remaining = {key: value for key, value in arguments.items() if key != name}
        yield dataclasses.replace(call, make=Make(call.make.module, call.make.name, remaining))
    for name in call.inputs:
        if name in ("sample_weight", "mask", "bias", "weights", "scale", "offset"):
            left = {key: value for key, value in call.inputs.items() if key != name}
            yield dataclasses.replace(call, inputs=left)


def _simpler_numbers(call: Call, name: str, value: Any) -> Iterator[Call]:
    if value.dtype.kind != "f" or not value.size:
        return
    with np.errstate(all="ignore"):
        for simpler in (np.zeros_like(value), np.ones_like(value), np.round(value * 4) / 4):
            if not np.array_equal(simpler, value, equal_nan=True):
                inputs = {**call.inputs, name: simpler.astype(value.dtype)}
                yield dataclasses.replace(call, inputs=inputs)


def _largest_sizes(call: Call) -> list[int]:
    """The largest size of each axis over all inputs."""
    values = [
        v for value in call.inputs.values() for v in (value if isinstance(value, list) else [value])
    ]
    shapes = [v.shape for v in values if isinstance(v, np.ndarray)]
    return [max(sizes) for sizes in itertools.zip_longest(*shapes, fillvalue=0)]


def _cut(call: Call, axis: int, size: int, only: str | None = None) -> Call:
    def cut(value: Any) -> Any:
        if isinstance(value, list):
            return [cut(v) for v in value]
        if not isinstance(value, np.ndarray) or axis >= value.ndim:
            return value
        return value[(slice(None),) * axis + (slice(size),)]

    inputs = {k: cut(v) if only in (None, k) else v for k, v in call.inputs.items()}
    return dataclasses.replace(call, inputs=inputs)
