"""``tf.errors``: what operations raise."""

from __future__ import annotations

from typing import Any


class OpError(Exception):
    """An operation failed.  ``message`` says why."""

    def __init__(self, node_def: Any, op: Any, message: str, *args: Any) -> None:
        super().__init__(message)
        self.node_def, self.op, self.message = node_def, op, message


class InvalidArgumentError(OpError):
    """A value that an operation cannot take."""


class NotFoundError(OpError):
    """A file that is not there."""


class OutOfRangeError(OpError):
    """A data set has no more elements."""


__all__ = ["InvalidArgumentError", "NotFoundError", "OpError", "OutOfRangeError"]
