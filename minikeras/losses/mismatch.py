"""What is said about labels whose shape does not fit the predictions."""

from __future__ import annotations

from typing import Any

from minikeras import shapes
from minikeras.types import Shape


def add_shapes(error: ValueError, what: str, function: Any, y_true: Any, y_pred: Any) -> None:
    """Begin the message with ``what``, a loss or metric, and the shapes, and say what to change.

    function: what compares the two; its name tells whether labels are class numbers or one-hot.

    An error stays as it is if the shapes fit: it has another cause.  An error in a function of the
    program, which may compare what it likes, keeps its message; a note gives the shapes.
    """
    if not (hasattr(y_true, "shape") and hasattr(y_pred, "shape")):
        return
    y, p = tuple(y_true.shape), tuple(y_pred.shape)
    name = getattr(function, "__name__", "")
    advice = _advice(name, y, p)
    if not advice and ("sparse" in name or _broadcast(y, p)):
        return
    if not str(getattr(function, "__module__", "")).startswith("minikeras."):
        error.add_note(f"{what} received labels of shape {y} and predictions of shape {p}")
    else:
        error.args = (
            f"{what} cannot compare labels of shape {y} with predictions of shape {p}: "
            f"{advice or error}",
        )


def _advice(function: str, y: Shape, p: Shape) -> str:
    """What to change; empty if the shapes fit or nothing is known."""
    sparse, same_rank = "sparse" in function, len(y) == len(p)
    if not y or not p or (y == p and not sparse):
        return ""
    units, columns = p[-1], y[-1] if same_rank else 1
    if len(p) > len(y) + 1:
        return (
            f"the model gives an array of shape {p[1:]} for each sample. Put a Flatten or a "
            "GlobalAveragePooling layer before the last Dense layer"
        )
    if sparse:
        if not same_rank or columns == 1:
            return ""
        return (
            "labels must be class numbers. For one-hot labels use 'categorical_crossentropy', or "
            "make numbers of them, np.argmax(y, axis=-1)"
        )
    if columns == 1 and "categorical" in function:
        return (
            "labels must have a column for each class. For class numbers use "
            f"'sparse_categorical_crossentropy', or keras.utils.to_categorical(y, {units})"
        )
    if columns == 1 and "binary" in function:
        return (
            f"the last layer has {units} units, and a label is one number. Use "
            "Dense(1, 'sigmoid') as the last layer, or 'sparse_categorical_crossentropy' for class "
            "numbers"
        )
    if len(y) >= len(p) - 1 and columns != units and not _broadcast(y, p):
        return (
            f"the last layer has {units} units, the labels have {columns} columns. Make the last "
            f"layer Dense({columns}), or give labels with {units} columns"
        )
    return ""


def _broadcast(y: Shape, p: Shape) -> bool:
    try:
        shapes.broadcast(y, p)
    except ValueError:
        return False
    return True
