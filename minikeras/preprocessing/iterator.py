"""Batches of arrays, changed by an ``ImageDataGenerator``."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator as Batches
from typing import Any

import numpy as np

from minikeras import frames, settings
from minikeras.messages import describe
from minikeras.training.adapters import PyDataset
from minikeras.types import Array
from minikeras.utils.image_files import array_to_img


class Iterator(PyDataset):
    """Batches of n samples: by their number, or one after the other without end.

    n: the number of samples.
    batch_size: samples in a batch; the last one of a pass may be smaller.
    shuffle: whether they come in random order, another one in each epoch.
    seed: NumPy's global random numbers are seeded with it plus the number of batches so far; None
        leaves them.
    kwargs: those of ``PyDataset``.
    """

    def __init__(
        self, n: int, batch_size: int, shuffle: bool, seed: int | None, **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        self.n = n
        self.batch_size = batch_size
        self.seed = seed
        self.shuffle = shuffle
        self.batch_index = 0
        self.total_batches_seen = 0
        self.lock = threading.Lock()
        self.index_array: Array | None = None
        self.index_generator = self._flow_index()

    def __repr__(self) -> str:
        return f"<{type(self).__name__} of {self.n} samples>"

    def _set_index_array(self) -> None:
        self.index_array = np.random.permutation(self.n) if self.shuffle else np.arange(self.n)

    def _seed(self) -> None:
        if self.seed is not None:
            np.random.seed(self.seed + self.total_batches_seen)

    def __getitem__(self, idx: int) -> Any:
        if idx >= len(self):
            raise ValueError(f"there is no batch {idx}: there are {len(self)}")
        self._seed()
        self.total_batches_seen += 1
        if self.index_array is None:
            self._set_index_array()
        assert self.index_array is not None
        here = slice(self.batch_size * idx, self.batch_size * (idx + 1))
        return self._get_batches_of_transformed_samples(self.index_array[here])

    def __len__(self) -> int:
        return (self.n + self.batch_size - 1) // self.batch_size

    def on_epoch_end(self) -> None:
        self._set_index_array()

    def reset(self) -> None:
        """Begin the next pass of ``next`` at the first sample."""
        self.batch_index = 0

    def _flow_index(self) -> Batches[Array]:
        self.reset()
        while True:
            self._seed()
            if self.batch_index == 0:
                self._set_index_array()
            assert self.index_array is not None
            start = self.batch_index * self.batch_size % self.n if self.n else 0
            self.batch_index = self.batch_index + 1 if self.n > start + self.batch_size else 0
            self.total_batches_seen += 1
            yield self.index_array[start : start + self.batch_size]

    def __iter__(self) -> Any:
        return self

    def __next__(self) -> Any:
        with self.lock:
            chosen = next(self.index_generator)
        return self._get_batches_of_transformed_samples(chosen)

    def _get_batches_of_transformed_samples(self, index_array: Array) -> Any:
        raise NotImplementedError

    def _save(self, batch: Array, index_array: Array, most: int) -> None:
        """Write the pictures of a batch into ``save_to_dir``, if that is given."""
        if not (folder := getattr(self, "save_to_dir", None)):
            return
        prefix, form = getattr(self, "save_prefix", ""), getattr(self, "save_format", "png")
        for x, j in zip(batch, index_array):
            picture = array_to_img(x, getattr(self, "data_format", None), scale=True)
            name = f"{prefix}_{j}_{np.random.randint(most)}.{form}"
            picture.save(os.path.join(folder, name))


class NumpyArrayIterator(Iterator):
    """Batches of arrays.

    x: pictures, or a pair of pictures and further inputs.
    y: labels; None for none.
    image_data_generator: what changes the pictures.
    batch_size, shuffle, seed: see ``Iterator``.
    sample_weight: a weight for each picture; None for none.
    data_format: "channels_last" or "channels_first"; None for that of ``keras.config``.
    save_to_dir, save_prefix, save_format: a folder into which every batch is written, and how the
        files are called; None for none.
    subset: "training" or "validation": the part of ``validation_split``; None for all.
    ignore_class_split: do not compare the classes of the two parts.
    dtype: of the batches; None for ``floatx``.

    Raises ValueError for arrays of different lengths, another rank, and parts of unlike classes.
    """

    def __init__(
        self,
        x: Any,
        y: Any,
        image_data_generator: Any,
        batch_size: int = 32,
        shuffle: bool = False,
        sample_weight: Any = None,
        seed: int | None = None,
        data_format: str | None = None,
        save_to_dir: str | None = None,
        save_prefix: str = "",
        save_format: str = "png",
        subset: str | None = None,
        ignore_class_split: bool = False,
        dtype: Any = None,
    ) -> None:
        self.data_format = data_format or settings.image_data_format()
        self.dtype = dtype or settings.floatx()
        others: list[Any] = []
        if isinstance(x, list | tuple):
            others = [np.asarray(o) for o in (x[1] if isinstance(x[1], list) else [x[1]])]
            x = x[0]
        given = {"y": y, "sample_weight": sample_weight}
        given |= {f"x[1][{i}]": other for i, other in enumerate(others)}
        for name, values in given.items():
            if values is not None and len(values) != len(x):
                raise ValueError(f"{name} has {len(values)} elements; expected {len(x)}, as x")
        if subset not in ("training", "validation", None):
            raise ValueError(f"subset={describe(subset)}; expected 'training' or 'validation'")
        if subset is not None:
            end = int(len(x) * image_data_generator._validation_split)
            compared = y is not None and not ignore_class_split
            if compared and not np.array_equal(np.unique(y[:end]), np.unique(y[end:])):
                raise ValueError(
                    "y has other classes in the training part than in the validation part; "
                    "shuffle the data, or pass ignore_class_split=True"
                )
            part = slice(end) if subset == "validation" else slice(end, None)
            x, others = x[part], [other[part] for other in others]
            y = None if y is None else y[part]
        self.x = np.asarray(x, dtype=self.dtype)
        if self.x.ndim != 4:
            raise ValueError(f"x={describe(x)}; expected rank 4, pictures")
        channels = self.x.shape[3 if self.data_format == "channels_last" else 1]
        if channels not in (1, 3, 4):
            frames.warn(f"x has {channels} channels in {self.data_format}; expected 1, 3 or 4")
        self.x_misc = others
        self.y = None if y is None else np.asarray(y)
        self.sample_weight = None if sample_weight is None else np.asarray(sample_weight)
        self.image_data_generator = image_data_generator
        self.save_to_dir, self.save_prefix = save_to_dir, save_prefix
        self.save_format = save_format
        super().__init__(len(self.x), batch_size, shuffle, seed)

    def _get_batches_of_transformed_samples(self, index_array: Array) -> Any:
        generator = self.image_data_generator
        batch = np.zeros((len(index_array), *self.x.shape[1:]), dtype=self.dtype)
        for i, j in enumerate(index_array):
            numbers = generator.get_random_transform(self.x[j].shape)
            x = generator.apply_transform(self.x[j].astype(self.dtype), numbers)
            batch[i] = generator.standardize(x)
        self._save(batch, index_array, 10**4)
        others = [other[index_array] for other in self.x_misc]
        inputs = [batch, *others] if others else batch
        if self.y is None:
            return inputs
        if self.sample_weight is None:
            return inputs, self.y[index_array]
        return inputs, self.y[index_array], self.sample_weight[index_array]
