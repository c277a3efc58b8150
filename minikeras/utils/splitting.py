"""``split_dataset``: a small data set in two parts."""

from __future__ import annotations

import random
from typing import Any

import numpy as np

from minikeras import frames, tree
from minikeras.data.dataset import Dataset, take_all
from minikeras.data.elements import standardized
from minikeras.messages import describe


@frames.filter_traceback
def split_dataset(
    dataset: Any,
    left_size: float | None = None,
    right_size: float | None = None,
    shuffle: bool = False,
    seed: int | None = None,
    preferred_backend: str | None = None,
) -> tuple[Dataset, Dataset]:
    """The first samples and the last samples of data that fit into memory.

    dataset: a ``Dataset``, an array, or a list or tuple of arrays.
    left_size, right_size: how many samples, an int, or which fraction of them, a float; of one of
        the two, None for all others.
    shuffle: whether to shuffle the samples first, with Python's random numbers.
    seed: of these; they are seeded with it, and shuffle what comes later, too.
    preferred_backend: without effect.

    Returns two data sets of samples; of batches, if ``dataset`` is one of batches.

    Raises TypeError for other data and sizes of another type, ValueError for sizes that do not fit.
    """
    samples = _samples(dataset)
    if left_size is None and right_size is None:
        raise ValueError("left_size and right_size are None; pass at least one of them")
    left, right = _sizes(left_size, right_size, len(samples))
    if shuffle:
        seed = random.randint(0, 1_000_000) if seed is None else seed
        random.seed(seed)
        random.shuffle(samples)
    parts = samples[:left], samples[-right:]
    first, second = (Dataset.from_tensor_slices(_joined(part, dataset)) for part in parts)
    if size := getattr(dataset, "_batch_size", None):
        first, second = first.batch(size), second.batch(size)
    return first, second


def _samples(dataset: Any) -> list[Any]:
    if isinstance(dataset, Dataset):
        is_batched = hasattr(dataset, "_batch_size")
        samples = take_all(dataset.unbatch() if is_batched else dataset)
    elif isinstance(dataset, np.ndarray):
        samples = list(dataset)
    elif isinstance(dataset, list | tuple):
        if not dataset or not all(isinstance(part, np.ndarray) for part in dataset):
            raise ValueError(f"dataset={describe(dataset)}; expected arrays in it")
        if len({len(part) for part in dataset}) > 1:
            lengths = [len(part) for part in dataset]
            raise ValueError(
                f"the arrays of dataset have the lengths {lengths}; expected one length"
            )
        samples = list(zip(*dataset))
    else:
        raise TypeError(
            f"dataset={describe(dataset)}; expected a Dataset, an array or a list of arrays"
        )
    if not samples:
        raise ValueError("dataset has no samples")
    return samples


def _joined(samples: list[Any], dataset: Any) -> Any:
    if isinstance(dataset, np.ndarray):
        return np.stack(samples)
    return tree.map_structure(lambda *leaves: standardized(np.array(leaves)), *samples)


def _sizes(left: float | None, right: float | None, total: int) -> tuple[int, int]:
    for name, size in (("left_size", left), ("right_size", right)):
        if size is not None and type(size) not in (int, float):
            raise TypeError(f"{name}={describe(size)}; expected an int, a float or None")
        most = 1 if isinstance(size, float) else total
        if size is not None and not 0 < size < most:
            raise ValueError(
                f"{name}={size}; expected an int in [1, {total}) or a float between 0 and 1"
            )
    if isinstance(left, float) and isinstance(right, float) and left + right > 1:
        raise ValueError(f"left_size={left} and right_size={right} are more than 1 together")
    counts = [round(s * total) if isinstance(s, float) else s for s in (left, right)]
    first = total - counts[1] if counts[0] is None else counts[0]  # type: ignore[operator]  # one is
    second = total - first if counts[1] is None else counts[1]
    if first + second > total:
        raise ValueError(f"left_size={left} and right_size={right} are more than {total} samples")
    if not first or not second:
        raise ValueError(f"left_size={left} and right_size={right} of {total} leave a part empty")
    return first, second
