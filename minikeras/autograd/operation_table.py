"""How Keras writes the ops of a functional model into its config.

Keras has a class for the node of each op.  Some arguments of the op are arguments of its
constructor, and stand in the node's config; the others, the tensors among them, are those of the
call.  `keras_operations.txt` lists, for each op, the file and name of its class, and the arguments
of the constructor.
"""

from __future__ import annotations

import functools
import os
from typing import NamedTuple

TABLE = os.path.join(os.path.dirname(os.path.dirname(__file__)), "keras_operations.txt")


class Entry(NamedTuple):
    """An op: its name, the module and name of Keras's class, the arguments of the constructor."""

    op: str
    module: str
    class_name: str
    fixed: tuple[str, ...]


@functools.cache
def entries() -> dict[str, Entry]:
    """The ops that are nodes in Keras, by name."""
    with open(TABLE) as lines:
        rows = [line.split() for line in lines]
    return {
        op: Entry(op, f"keras.src.ops.{file}", name, tuple(fixed))
        for op, file, name, *fixed in rows
    }


@functools.cache
def by_class() -> dict[str, Entry]:
    """The same by the names of the classes."""
    return {entry.class_name: entry for entry in entries().values()}
