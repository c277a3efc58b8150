"""Pixels as the networks were trained on them, and the names of ImageNet's classes."""

from __future__ import annotations

import functools
import json
from typing import Any

import numpy as np

from minikeras import frames, ops, settings
from minikeras.messages import describe
from minikeras.types import Array, TensorLike
from minikeras.utils import get_file

__all__ = ["decode_predictions", "preprocess_input"]

CLASSES = 1000
_CLASS_INDEX = (
    "imagenet_class_index.json",
    "https://storage.googleapis.com/download.tensorflow.org/data/imagenet_class_index.json",
    "c2c37ea517e94d9795004a39431a14cb",
)
# Means and standard deviations of ImageNet's pixels, for each channel: of red, green and blue from
# 0 to 1, and of blue, green and red from 0 to 255.
MEAN, STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
_MEAN_BGR = (103.939, 116.779, 123.68)
_MODES = ("caffe", "tf", "torch")


@frames.filter_traceback
def preprocess_input(x: Any, data_format: str | None = None, mode: str = "caffe") -> Any:
    """Pixels from 0 to 255 as a network expects them.

    "caffe": the order of the channels is blue, green, red, and the mean of each is subtracted.
    "tf": x / 127.5 − 1, from −1 to 1.
    "torch": (x / 255 − mean) / std, for each channel.

    x: images of shape (height, width, 3) or (samples, height, width, 3), or with the channels
        first.  A NumPy array of floats is overwritten, as in Keras; others become ``floatx``.
    data_format: "channels_last" or "channels_first"; ``keras.config.image_data_format()`` if None.
    mode: "caffe", "tf" or "torch".

    Returns a NumPy array for a NumPy array, otherwise a tensor.  Raises ValueError for an unknown
    mode or data format.
    """
    if mode not in _MODES:
        raise ValueError(
            f"Expected mode to be one of `caffe`, `tf` or `torch`. Received: mode={describe(mode)}"
        )
    if data_format is None:
        data_format = settings.image_data_format()
    elif data_format not in ("channels_first", "channels_last"):
        raise ValueError(
            "Expected data_format to be one of `channels_first` or `channels_last`. "
            f"Received: data_format={describe(data_format)}"
        )
    axis = -1 if data_format == "channels_last" else len(x.shape) - 3
    if isinstance(x, np.ndarray):
        return _array_preprocessed(x, axis, mode)
    return _tensor_preprocessed(x, axis, mode)


def _array_preprocessed(x: Array, axis: int, mode: str) -> Array:
    if x.dtype.kind != "f":
        x = x.astype(settings.floatx())
    if mode == "tf":
        x /= 127.5
        x -= 1.0
        return x
    if mode == "torch":
        x /= 255.0
    else:
        x = np.flip(x, axis)
    for channel, mean in enumerate(MEAN if mode == "torch" else _MEAN_BGR):
        pixels = np.moveaxis(x, axis, 0)[channel]
        pixels -= mean
        if mode == "torch":
            pixels /= STD[channel]
    return x


def _tensor_preprocessed(x: TensorLike, axis: int, mode: str) -> Any:
    if mode == "tf":
        return x / 127.5 - 1.0
    if mode == "torch":
        x = x / 255.0
    else:
        before = (slice(None),) * (len(x.shape) + axis if axis < 0 else axis)
        x = ops.stack([x[(*before, channel)] for channel in (2, 1, 0)], axis)

    def for_each_channel(values: Any) -> Any:
        sizes = [1] * len(x.shape)
        sizes[axis] = 3
        return ops.reshape(ops.convert_to_tensor(np.array(values), x.dtype), sizes)

    x = x + for_each_channel(np.negative(MEAN if mode == "torch" else _MEAN_BGR))
    return x / for_each_channel(STD) if mode == "torch" else x


@frames.filter_traceback
def decode_predictions(preds: Any, top: int = 5) -> list[list[tuple[str, str, float]]]:
    """The names of the most probable classes of ImageNet.

    preds: the output of a network with its top, of shape (samples, 1000).
    top: how many classes are named for each sample, the most probable first.

    Returns for each sample a list of tuples (number in WordNet, name, probability).  The list of
    names is downloaded once, into the cache of ``keras.utils.get_file``.  Raises ValueError for
    another shape.
    """
    if len(preds.shape) != 2 or preds.shape[1] != CLASSES:
        raise ValueError(
            "`decode_predictions` expects a batch of predictions (i.e. a 2D array of shape "
            f"(samples, {CLASSES})). Received array with shape: {preds.shape}"
        )
    index = _class_index()
    named = []
    for row in np.asarray(ops.convert_to_numpy(preds)):
        best = [(*index[str(i)], row[i]) for i in row.argsort()[-top:][::-1]]
        named.append(sorted(best, key=lambda entry: entry[2], reverse=True))
    return named


@functools.cache
def _class_index() -> dict[str, list[str]]:
    name, origin, file_hash = _CLASS_INDEX
    path = get_file(name, origin, cache_subdir="models", file_hash=file_hash)
    with open(path, encoding="utf-8") as file:
        found: dict[str, list[str]] = json.load(file)
    return found


def preprocess_caffe(x: Any, data_format: str | None = None) -> Any:
    """Blue, green and red pixels without the mean of each.

    x, data_format: as for ``imagenet_utils.preprocess_input``.
    """
    return preprocess_input(x, data_format, "caffe")


def preprocess_tf(x: Any, data_format: str | None = None) -> Any:
    """Pixels from −1 to 1.

    x, data_format: as for ``imagenet_utils.preprocess_input``.
    """
    return preprocess_input(x, data_format, "tf")


def preprocess_torch(x: Any, data_format: str | None = None) -> Any:
    """Red, green and blue pixels without the mean of each, divided by the standard deviation.

    x, data_format: as for ``imagenet_utils.preprocess_input``.
    """
    return preprocess_input(x, data_format, "torch")


def preprocess_nothing(x: Any, data_format: str | None = None) -> Any:
    """x itself: the network has layers that do what is needed.

    x, data_format: as for ``imagenet_utils.preprocess_input``.
    """
    return x
