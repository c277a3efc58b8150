"""A SavedModel of TensorFlow, which Keras writes."""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
from typing import Any

from minikeras import tree
from minikeras.interchange.keras_models import to_keras
from minikeras.interchange.sides import keras


def export_saved_model(
    model: Any, path: str | os.PathLike[str], input_signature: Any = None
) -> None:
    """Write a model as a folder that ``tf.saved_model.load`` reads; its endpoint is ``serve``.

    The folder appears whole: it is written beside its place and renamed.  A process that is killed
    between the two renames of a replacement leaves the previous folder beside it, as
    ``<name>.<number>.previous``: file systems do not replace a folder at once.

    Raises ImportError without Keras; what ``to_keras`` raises; ValueError if ``path`` is a file.
    """
    target = os.path.realpath(os.fspath(path))
    if os.path.exists(target) and not os.path.isdir(target):
        raise ValueError(f"filepath must be a folder for a SavedModel, {target!r} is a file")
    signature = None
    if input_signature is not None:
        signature = tree.map_structure(
            lambda x: keras.InputSpec(shape=tuple(x.shape), dtype=x.dtype or "float32"),
            input_signature,
        )
    unfinished = f"{target}.{secrets.token_hex(4)}.unfinished"
    previous = f"{target}.{secrets.token_hex(4)}.previous"
    try:
        to_keras(model).export(unfinished, verbose=False, input_signature=signature)
        replaces = os.path.isdir(target)
        if replaces:
            os.rename(target, previous)
        try:
            os.rename(unfinished, target)
        except OSError:
            if replaces:
                os.rename(previous, target)
            raise
    finally:
        for folder in (unfinished, previous):
            with contextlib.suppress(FileNotFoundError):
                shutil.rmtree(folder)
