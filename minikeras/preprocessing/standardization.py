"""Pictures that are centred and scaled: what ``ImageDataGenerator`` learns from data and does."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from minikeras import frames
from minikeras.messages import describe
from minikeras.types import Array

_EPSILON = 1e-6


class Standardization:
    """The part of ``ImageDataGenerator`` that draws nothing; its attributes are set there."""

    featurewise_center: bool
    samplewise_center: bool
    featurewise_std_normalization: bool
    samplewise_std_normalization: bool
    zca_whitening: bool
    zca_epsilon: float
    rescale: float | None
    preprocessing_function: Callable[[Array], Array] | None
    data_format: str
    channel_axis: int
    row_axis: int
    col_axis: int
    dtype: Any
    mean: Array | None = None  # of each channel
    std: Array | None = None
    zca_whitening_matrix: Array | None = None  # (pixels, pixels)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} of {self.dtype}, {self.data_format}>"

    def random_transform(self, x: Array, seed: int | None = None) -> Array:
        """The picture, changed at random."""
        raise NotImplementedError

    def standardize(self, x: Array) -> Array:
        """The picture, centred and scaled as the arguments say; ``x`` itself is changed."""
        if self.preprocessing_function:
            x = self.preprocessing_function(x)
        if self.rescale:
            x *= self.rescale
        if self.samplewise_center:
            x -= np.mean(x, keepdims=True)
        if self.samplewise_std_normalization:
            x /= np.std(x, keepdims=True) + _EPSILON
        if self.featurewise_center and self._is_fitted("featurewise_center", self.mean):
            x -= self.mean
        if self.featurewise_std_normalization and self._is_fitted(
            "featurewise_std_normalization", self.std
        ):
            assert self.std is not None
            x /= self.std + _EPSILON
        if self.zca_whitening and self._is_fitted("zca_whitening", self.zca_whitening_matrix):
            flat = x.reshape(-1, math.prod(x.shape[-3:]))
            x = np.reshape(flat @ self.zca_whitening_matrix, x.shape)
        return x

    def _is_fitted(self, name: str, statistic: Array | None) -> bool:
        if statistic is None:
            frames.warn(f"{name} has no effect before fit(data) was called")
        return statistic is not None

    @frames.filter_traceback
    def fit(self, x: Any, augment: bool = False, rounds: int = 1, seed: int | None = None) -> None:
        """Learn the means, deviations and correlations that the arguments of the class ask for.

        x: pictures, (samples, rows, columns, channels) or in the layout of ``data_format``.
        augment: learn from ``rounds`` changed copies of each picture.
        seed: of NumPy's global random numbers; None leaves them.

        Raises ValueError for another rank.
        """
        x = np.array(x, dtype=self.dtype)
        if x.ndim != 4:
            raise ValueError(f"x={describe(x)}; expected rank 4, pictures")
        if x.shape[self.channel_axis] not in (1, 3, 4):
            channels = x.shape[self.channel_axis]
            frames.warn(f"x has {channels} channels in {self.data_format}; expected 1, 3 or 4")
        if seed is not None:
            np.random.seed(seed)
        if self.rescale:
            x *= self.rescale
        if augment:
            copies = [self.random_transform(picture) for _ in range(rounds) for picture in x]
            x = np.array(copies, dtype=self.dtype)
        axes = (0, self.row_axis, self.col_axis)
        shape = [1, 1, 1]
        shape[self.channel_axis - 1] = x.shape[self.channel_axis]
        if self.featurewise_center:
            self.mean = np.reshape(np.mean(x, axis=axes), shape)
            x -= self.mean
        if self.featurewise_std_normalization:
            self.std = np.reshape(np.std(x, axis=axes), shape)
            x /= self.std + _EPSILON
        if self.zca_whitening:
            flat = np.reshape(x, (len(x), -1))
            u, s, _ = np.linalg.svd(flat.T, full_matrices=False)
            self.zca_whitening_matrix = (u * (np.sqrt(len(x)) / (s + self.zca_epsilon))).dot(u.T)
