"""The formats of ``model.export``."""

from __future__ import annotations

import os
from typing import Any

from minikeras.export.onnx_format import export_onnx
from minikeras.export.saved_model import export_saved_model
from minikeras.messages import unknown_arguments

FORMATS = {"tf_saved_model": export_saved_model, "onnx": export_onnx}


def export_model(
    model: Any,
    filepath: str | os.PathLike[str],
    format: str = "tf_saved_model",
    verbose: bool | None = None,
    input_signature: Any = None,
    **kwargs: Any,
) -> None:
    """Write a model in inference mode to a file or folder, for other programs to run.

    model: a built model, or one with an ``input_signature``.
    filepath: the file, or the folder of a SavedModel.  What stood there is replaced at the end.
    format: "onnx", which needs the library onnx, or "tf_saved_model", which needs Keras.
    verbose: whether to print where the artifact is; True by default.
    input_signature: objects with shape and dtype, such as ``InputSpec``, in the structure of the
        inputs; by default those that the model was built with.
    kwargs: ``opset_version`` for "onnx".

    Raises ValueError for other formats, for a model without known inputs, and for operations that
    the format cannot express; ImportError if the library is missing.
    """
    if format not in FORMATS:
        raise ValueError(f"Unrecognized format={format}. Supported formats are: {list(FORMATS)}.")
    known = {"opset_version"} if format == "onnx" else set()
    if kwargs.keys() - known:
        unexpected = {key: kwargs[key] for key in kwargs.keys() - known}
        raise ValueError(unknown_arguments("export", unexpected, FORMATS[format]))
    FORMATS[format](model, filepath, input_signature, **kwargs)
    if verbose is None or verbose:
        print(f"Saved artifact at '{filepath}'.")
