"""What a file may ask for while it is read, and the error about a file that is refused."""

from __future__ import annotations

import dataclasses


class LoadError(ValueError):
    """A file is damaged, or asks for what reading a model never needs.

    The message names the file and the entry within it. Nothing was loaded.
    """


@dataclasses.dataclass(frozen=True)
class Limits:
    """Budgets of reading. Each is checked before memory is used or time is spent.

    json_bytes: of a JSON text.
    json_depth: lists and objects inside each other.
    json_values: values in a text, all lists and objects included.
    string_bytes: of one string in a JSON text.
    integer_digits: of an integer in a JSON text.
    members: entries of an archive, or of a group of an HDF5 file.
    inflated_bytes: what compressed data may grow to in any case ...
    inflated_ratio: ... and beyond this, how many times larger than the stored bytes.
    rank: axes of an array.
    array_bytes: of one array.
    attribute_bytes: of one attribute of an HDF5 file.
    depth: groups inside each other.
    weights_bytes: of all weights of the model that a config describes, optimizer included, in any
        case ...
    weights_ratio: ... and beyond this, how many times larger than the file with the weights.
    """

    json_bytes: int = 16 << 20
    json_depth: int = 128
    json_values: int = 1_000_000
    string_bytes: int = 64 << 10
    integer_digits: int = 40
    members: int = 100_000
    inflated_bytes: int = 64 << 20
    inflated_ratio: int = 100
    rank: int = 32
    array_bytes: int = 1 << 40
    attribute_bytes: int = 64 << 20
    depth: int = 64
    weights_bytes: int = 64 << 20
    weights_ratio: int = 8

    def may_inflate(self, stored: int, size: int) -> bool:
        """Whether ``stored`` bytes of a file may stand for ``size`` bytes in memory."""
        return size <= max(self.inflated_bytes, self.inflated_ratio * stored)


LIMITS = Limits()
