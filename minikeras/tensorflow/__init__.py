"""What stands in for TensorFlow under ``minikeras run``: the part that Keras scripts use.

Each file holds a namespace of TensorFlow (``math.py`` is ``tf.math``), with TensorFlow's names,
arguments, dtypes and numbers. ``NAMESPACES`` lists what a script finds. ``INSTEAD`` says what to
use in place of what is not there. Data sets are in ``minikeras.data``.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from typing import Any

from minikeras import data
from minikeras.autograd import GradientTape, IndexedSlices, Tensor
from minikeras.data.specs import DTypeName, TensorShape, TensorSpec
from minikeras.ops import custom_gradient
from minikeras.tensorflow import (
    arrays,
    colours,
    config,
    control,
    debugging,
    errors,
    files,
    image,
    indexing,
    linalg,
    math,
    nn,
    pictures,
    random,
    reductions,
    text,
    windows,
)
from minikeras.tensorflow.variables import Module, Variable

VERSION = "2.21.0"  # of the TensorFlow that results are compared with
DTYPES = (
    *("bool", "float16", "float32", "float64", "int8", "int16", "int32", "int64", "uint8"),
    *("uint16", "uint32", "uint64", "string"),
)
# What of `tf.math` and `tf.linalg` is also there as `tf.*`.
_OF_MATH = (
    *("abs", "acos", "acosh", "add", "add_n", "asin", "asinh", "atan"),
    *("atan2", "atanh", "cos", "cosh", "divide", "equal", "exp", "floor", "greater"),
    *("greater_equal", "less", "less_equal", "logical_and", "logical_not", "logical_or", "maximum"),
    *("minimum", "multiply", "negative", "not_equal", "pow"),
    *("round", "sigmoid", "sign", "sin", "sinh", "sqrt", "square", "subtract", "tan", "tanh"),
    "truediv",
)
_OF_REDUCTIONS = (
    *("argmax", "argmin", "cumsum", "reduce_all", "reduce_any", "reduce_logsumexp", "reduce_max"),
    *("reduce_mean", "reduce_min", "reduce_prod", "reduce_sum"),
)
_OF_LINALG = ("einsum", "matmul", "norm", "tensordot")
_ALSO_CONFIG = ("run_functions_eagerly", "functions_run_eagerly")
_ALSO_NN = (
    *("in_top_k", "l2_normalize", "log_softmax", "sigmoid", "softmax", "softplus", "softsign"),
    *("tanh", "top_k", "zero_fraction"),
)


def _offered(module: Any, names: Iterable[str] | None = None) -> dict[str, Any]:
    return {name: getattr(module, name) for name in names or module.__all__}


def set_verbosity(level: int, alsologtostdout: bool = False) -> None:
    """Nothing: no function is rewritten, so that there is nothing to tell."""


def _unchanged(func: Any = None) -> Any:
    """The function itself: no function is rewritten."""
    return _unchanged if func is None else func


def get_logger() -> logging.Logger:
    """The logger "tensorflow" of Python, to which nothing is written."""
    return logging.getLogger("tensorflow")


def is_gpu_available(cuda_only: bool = False, min_cuda_compute_capability: Any = None) -> bool:
    """False: the processor computes."""
    return False


def gpu_device_name() -> str:
    """Empty: the processor computes."""
    return ""


# By the dotted name below `tensorflow`; "" is `tensorflow` itself.
NAMESPACES: dict[str, dict[str, Any]] = {
    "": {
        **_offered(arrays),
        **_offered(indexing),
        **_offered(control),
        **_offered(math, _OF_MATH),
        **_offered(reductions, _OF_REDUCTIONS),
        **_offered(linalg, _OF_LINALG),
        **{name: DTypeName(name) for name in DTYPES},
        "print": control.print_,
        "custom_gradient": custom_gradient,
        "get_logger": get_logger,
        "GradientTape": GradientTape,
        "IndexedSlices": IndexedSlices,
        "Module": Module,
        "Tensor": Tensor,
        "TensorShape": TensorShape,
        "TensorSpec": TensorSpec,
        "Variable": Variable,
        "newaxis": None,
        "__version__": VERSION,
    },
    "autograph": {"set_verbosity": set_verbosity},
    "autograph.experimental": {"do_not_convert": _unchanged},
    "config": _offered(config) | _offered(control, _ALSO_CONFIG),
    "data": {
        "AUTOTUNE": -1,
        "INFINITE_CARDINALITY": data.INFINITE,
        "UNKNOWN_CARDINALITY": data.UNKNOWN,
        "Dataset": data.Dataset,
        "Options": data.Options,
        "TextLineDataset": data.TextLineDataset,
    },
    "data.experimental": {
        "AUTOTUNE": -1,
        "INFINITE_CARDINALITY": data.INFINITE,
        "UNKNOWN_CARDINALITY": data.UNKNOWN,
        "cardinality": data.cardinality,
    },
    "debugging": _offered(debugging),
    "dtypes": {"as_dtype": lambda type_value: DTypeName(control.as_dtype(type_value))},
    "errors": _offered(errors),
    "image": _offered(image) | _offered(colours) | _offered(pictures),
    "io": _offered(files) | _offered(pictures),
    "linalg": _offered(linalg) | {"eye": arrays.eye, "l2_normalize": math.l2_normalize},
    "math": _offered(math) | _offered(reductions),
    "nn": _offered(nn) | _offered(windows) | _offered(math, _ALSO_NN),
    "random": _offered(random),
    "strings": _offered(text),
    "test": {"is_gpu_available": is_gpu_available, "gpu_device_name": gpu_device_name},
    "version": {"VERSION": VERSION},
}

# What a script can use under both, in place of what is not here.
INSTEAD = {
    "compat": "use the functions of TensorFlow 2",
    "distribute": "leave the strategy out: one processor computes",
    "estimator": "use a model of keras",
    "feature_column": "use keras.utils.FeatureSpace or the preprocessing layers of keras.layers",
    "io.parse_single_example": "store arrays with numpy.savez",
    "lookup": "use keras.layers.StringLookup or keras.layers.IntegerLookup",
    "placeholder": "use keras.Input",
    "ragged": "use keras.utils.pad_sequences, or Dataset.padded_batch",
    "saved_model": "use model.save and keras.saving.load_model",
    "Session": "call the functions directly",
    "signal": "use keras.ops.stft, keras.ops.rfft or keras.layers.STFTSpectrogram",
    "sparse": "use dense tensors",
    "summary": "use keras.callbacks.TensorBoard",
    "train": "use model.save_weights, keras.callbacks.ModelCheckpoint or BackupAndRestore",
}
# The parts of Keras that TensorFlow has under names of its own.
OF_KERAS = ("initializers", "losses", "metrics", "optimizers")
