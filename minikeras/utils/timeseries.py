"""Windows of a time series as a data set."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from minikeras import frames
from minikeras.data.dataset import Dataset
from minikeras.data.elements import standardized
from minikeras.messages import describe
from minikeras.shapes import whole_number


@frames.filter_traceback
def timeseries_dataset_from_array(
    data: Any,
    targets: Any,
    sequence_length: int,
    sequence_stride: int = 1,
    sampling_rate: int = 1,
    batch_size: int | None = 128,
    shuffle: bool = False,
    seed: int | None = None,
    start_index: int | None = None,
    end_index: int | None = None,
    format: str = "tf",
) -> Dataset:
    """Windows of a time series, with the target that belongs to the first step of each.

    data: (steps, ...).
    targets: (steps, ...); None for windows without targets.
    sequence_length: steps in a window.
    sequence_stride: steps from the beginning of a window to that of the next one.
    sampling_rate: every how many steps of the data a window has one.
    batch_size: windows in a batch; None for single ones.
    shuffle: whether the windows come in random order.
    seed: of that order; None for one from NumPy's random numbers.
    start_index, end_index: the part of the data that is used; None for all.
    format: "tf".

    Returns a data set of windows (batch, sequence_length, ...), or of pairs of windows and targets.

    Raises ValueError for numbers that do not fit the data, TypeError for what is no number and no
    array, NotImplementedError for "grain".
    """
    for name, number in (
        ("sequence_length", sequence_length),
        ("sequence_stride", sequence_stride),
        ("sampling_rate", sampling_rate),
        ("start_index", start_index or 0),
        ("end_index", end_index or 0),
    ):
        whole_number(name, number, least=0 if name == "sequence_length" else None)
    for name, steps in (("data", data), ("targets", [] if targets is None else targets)):
        if not hasattr(steps, "__len__"):
            raise TypeError(f"{name}={describe(steps)}; expected an array, or a list of steps")
    if isinstance(data, str | bytes):
        raise ValueError(f"data={describe(data)}; expected an array, or a list of steps")
    _check_numbers(len(data), start_index, end_index, sampling_rate, sequence_stride)
    check_format(format)
    begin, end = start_index or 0, len(data) if end_index is None else end_index
    count = end - begin - (sequence_length - 1) * sampling_rate
    if targets is not None:
        count = min(count, len(targets))
    starts = np.arange(0, count, sequence_stride)
    if shuffle:
        seed = np.random.randint(1_000_000) if seed is None else seed
        np.random.RandomState(seed).shuffle(starts)
    steps = standardized(data)[begin:end]
    wanted = None if targets is None else standardized(targets)[begin:end]
    window = np.arange(0, sequence_length * sampling_rate, sampling_rate)

    def make() -> Iterator[Any]:
        for start in starts:
            if wanted is None:
                yield steps[start + window]
                continue
            if start >= len(wanted):
                raise ValueError(
                    f"targets has no element for the window from step {begin + start}; expected "
                    f"at least {begin + count}, received {len(targets)}"
                )
            yield steps[start + window], np.asarray(wanted[start])

    dataset = Dataset(make, len(starts))
    if shuffle:
        dataset = dataset.shuffle(1024 if batch_size is None else batch_size * 8, seed=seed)
    return dataset if batch_size is None else dataset.batch(batch_size)


def check_format(format: str) -> None:
    """Raise ValueError for an unknown ``format``, NotImplementedError for "grain"."""
    if format == "grain":
        raise NotImplementedError("format='grain' is not in minikeras; pass format='tf'")
    if format != "tf":
        raise ValueError(f"format={describe(format)}; expected 'tf'")


def _check_numbers(
    steps: int, start: int | None, end: int | None, sampling_rate: int, stride: int
) -> None:
    of = f"for data of length {steps}"
    if start and not 0 <= start < steps:
        raise ValueError(f"start_index={start}; expected one in [0, {steps}) {of}")
    if end and not max(start or 0, 0) < end < steps:
        least = (start or 0) + 1
        raise ValueError(f"end_index={end}; expected one in [{least}, {steps}) {of}")
    for name, value in (("sampling_rate", sampling_rate), ("sequence_stride", stride)):
        if not 0 < value < steps:
            raise ValueError(f"{name}={value}; expected one in [1, {steps}) {of}")
