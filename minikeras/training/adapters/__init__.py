"""Adapters: every kind of data that ``fit`` accepts, as an iterator of batches."""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Mapping
from typing import Any

from minikeras import frames
from minikeras.training.adapters.arrays import (
    ArrayAdapter,
    can_slice_all,
    no_arrays,
    standardize,
    train_validation_split,
)
from minikeras.training.adapters.data_adapter import Batch, DataAdapter, to_array, to_arrays
from minikeras.training.adapters.iterables import GeneratorAdapter, IterableAdapter
from minikeras.training.adapters.packing import (
    class_weight_to_sample_weights,
    pack_x_y_sample_weight,
    unpack_x_y_sample_weight,
)
from minikeras.training.adapters.py_dataset import PyDataset, PyDatasetAdapter


def get_data_adapter(
    x: Any,
    y: Any = None,
    sample_weight: Any = None,
    batch_size: int | None = None,
    steps_per_epoch: int | None = None,
    shuffle: bool | str = False,
    class_weight: Mapping[int, float] | None = None,
) -> DataAdapter:
    """The adapter for ``x``.

    Raises ValueError for data of an unknown kind, and for ``y`` or weights beside an ``x`` whose
    batches contain them.
    """
    if isinstance(x, DataAdapter):
        return x
    if can_slice_all((x, y, sample_weight)):
        return ArrayAdapter(x, y, sample_weight, batch_size, steps_per_epoch, shuffle, class_weight)
    kind = _kind(x)
    if can_slice_all(x):
        name, value = ("y", y) if not can_slice_all(y) else ("sample_weight", sample_weight)
        raise ValueError(f"Unrecognized data type: {no_arrays(name, value)}")
    for name, value in (("y", y), ("sample_weight", sample_weight)):
        if value is not None:
            raise ValueError(
                f"{name} must not be given when x is a {kind}, whose batches contain it; "
                f"received {name} of type {type(value).__name__}"
            )
    if isinstance(x, PyDataset):
        if shuffle and x.num_batches is None:
            _warn_about_shuffle("PyDataset without an end")
        return PyDatasetAdapter(x, class_weight, shuffle)
    if shuffle:
        _warn_about_shuffle(kind)
    if class_weight is not None and kind in ("generator", "torch DataLoader"):
        raise ValueError(
            f"class_weight cannot be used when x is a {kind}: yield weights as the third part "
            f"of each batch. Received class_weight={class_weight}"
        )
    if kind == "generator":
        return GeneratorAdapter(x)
    return IterableAdapter(x, class_weight)


def _kind(x: Any) -> str:
    if isinstance(x, PyDataset):
        return "PyDataset"
    if isinstance(x, Iterator):
        return "generator"
    if inspect.isgeneratorfunction(x):
        raise ValueError(
            f"Unrecognized data type: x is the function {x.__name__}. Call it: {x.__name__}() is a "
            "generator"
        )
    if isinstance(x, (str, bytes, list, tuple, dict, set)) or not hasattr(x, "__iter__"):
        raise ValueError(
            f"Unrecognized data type: {no_arrays('x', x)}; or give a generator, a PyDataset or "
            "another iterable of batches"
        )
    if any(base.__module__.startswith("torch.utils.data") for base in type(x).__mro__):
        return "torch DataLoader"
    return type(x).__name__


def _warn_about_shuffle(kind: str) -> None:
    frames.warn(
        f"`shuffle=True` is ignored because x is a {kind}: its batches come in its own order."
    )
