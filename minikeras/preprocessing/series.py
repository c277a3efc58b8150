"""``TimeseriesGenerator``: windows of a series, batch by batch.

Keras calls the class legacy; ``utils.timeseries_dataset_from_array`` came after it.
"""

from __future__ import annotations

import json
from typing import Any

import numpy as np

from minikeras import frames
from minikeras.messages import describe
from minikeras.training.adapters import PyDataset
from minikeras.types import Array


class TimeseriesGenerator(PyDataset):
    """Windows of a series, each with the target of the step behind it.

    data: (steps, ...).
    targets: (steps, ...).
    length: the number of steps in a window, before ``sampling_rate`` leaves some out.
    sampling_rate: every how many steps of a window are taken.
    stride: how many steps lie between windows.
    start_index, end_index: the first step of ``data`` and the last target that are used; None for
        the last one of all.
    shuffle: whether windows are drawn at random, by NumPy's global random numbers.
    reverse: whether the steps of a window come in reverse order.
    batch_size: windows in a batch; the last batch may be smaller.
    kwargs: arguments of ``PyDataset``.

    A batch is (windows, targets), arrays of the shapes (batch, steps, ...) and (batch, ...).

    Raises ValueError for targets of another length, and if no window has a target.
    """

    @frames.filter_traceback
    def __init__(
        self,
        data: Any,
        targets: Any,
        length: int,
        sampling_rate: int = 1,
        stride: int = 1,
        start_index: int = 0,
        end_index: int | None = None,
        shuffle: bool = False,
        reverse: bool = False,
        batch_size: int = 128,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        if len(data) != len(targets):
            raise ValueError(
                f"data has {len(data)} steps and targets {len(targets)}; expected equally many"
            )
        self.data = data
        self.targets = targets
        self.length = length
        self.sampling_rate = sampling_rate
        self.stride = stride
        self.start_index = start_index + length
        self.end_index = len(data) - 1 if end_index is None else end_index
        self.shuffle = shuffle
        self.reverse = reverse
        self.batch_size = batch_size
        if self.start_index > self.end_index:
            raise ValueError(
                f"start_index={start_index}, length={length}, end_index={describe(end_index)}: the "
                f"first target would be at {self.start_index}; expected at most {self.end_index}"
            )

    def __len__(self) -> int:
        steps = self.batch_size * self.stride
        return (self.end_index - self.start_index + steps) // steps

    def __getitem__(self, index: int) -> tuple[Array, Array]:
        if self.shuffle:
            rows = np.random.randint(self.start_index, self.end_index + 1, size=self.batch_size)
        else:
            steps = self.batch_size * self.stride
            start = self.start_index + steps * index
            rows = np.arange(start, min(start + steps, self.end_index + 1), self.stride)
        windows = [self.data[row - self.length : row : self.sampling_rate] for row in rows]
        x, y = np.array(windows), np.array([self.targets[row] for row in rows])
        return (x[:, ::-1] if self.reverse else x), y

    @frames.filter_traceback
    def get_config(self) -> dict[str, Any]:
        """The arguments; ``data`` and ``targets`` as JSON, ``start_index`` plus the length.

        Raises TypeError for data that JSON cannot hold.
        """
        names = ("length", "sampling_rate", "stride", "start_index", "end_index", "shuffle")
        config = {name: getattr(self, name) for name in (*names, "reverse", "batch_size")}
        return config | {name: _in_json(name, getattr(self, name)) for name in ("data", "targets")}

    def to_json(self, **kwargs: Any) -> str:
        """The config as a text.

        kwargs: arguments of ``json.dumps``.
        """
        return json.dumps(
            {"class_name": type(self).__name__, "config": self.get_config()}, **kwargs
        )


def _in_json(name: str, value: Any) -> str:
    try:
        return json.dumps(value.tolist() if isinstance(value, np.ndarray | np.generic) else value)
    except TypeError as error:
        raise TypeError(f"{name}={describe(value)}; expected numbers that JSON can hold") from error
