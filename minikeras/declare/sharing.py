"""Objects that occur several times in one config, and are one object again when it is read."""

from __future__ import annotations

import json
import re
import threading
from types import TracebackType
from typing import Any


class _Seen(threading.local):
    """What the open scope of this thread has met; None outside of a scope."""

    def __init__(self) -> None:
        # id → (the object, held so that no other gets its id; its first config)
        self.written: dict[int, tuple[Any, dict[str, Any]]] | None = None
        self.numbers: dict[int, int] = {}  # of those that were met twice
        self.read: dict[int, Any] | None = None


_seen = _Seen()


class ObjectSharingScope:
    """Within the block, an object that is met again is written as the same one, and read as one.

    The config of each such object holds a ``shared_object_id``.

    Parity: Keras numbers them by their addresses, and so differently in each file.  The first
    config of an object goes without a number where it has been copied by the time of the second.
    """

    def __enter__(self) -> ObjectSharingScope:
        self._before = _seen.written, _seen.numbers, _seen.read
        _seen.written, _seen.numbers, _seen.read = {}, {}, {}
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        _seen.written, _seen.numbers, _seen.read = self._before


def note_written(obj: Any, config: dict[str, Any]) -> None:
    """Give ``config`` and the first config of the same object its number, from the second on."""
    if _seen.written is None:
        return
    _, first = _seen.written.setdefault(id(obj), (obj, config))
    if first is not config:
        number = _seen.numbers.setdefault(id(obj), len(_seen.numbers) + 1)
        config["shared_object_id"] = first["shared_object_id"] = number


def complete_numbers(config: Any) -> Any:
    """Number the first config of each layer that occurs again, where a copy has lost its number.

    Such a layer is the only one of its number; the first one is known by being equal in all else.

    Parity: Keras leaves these numbers out, and then cannot load the file.
    """
    numbered: dict[int, list[dict[str, Any]]] = {}
    others: dict[str, list[dict[str, Any]]] = {}
    waiting = [config]
    while waiting:
        part = waiting.pop()
        if isinstance(part, list | tuple):
            waiting += part
        elif isinstance(part, dict):
            waiting += part.values()
            number = part.get("shared_object_id")
            if not _is_layer(part):
                continue
            if type(number) is int:
                numbered.setdefault(number, []).append(part)
            else:
                others.setdefault(_likeness(part), []).append(part)
    for number, entries in numbered.items():
        if len(entries) == 1:
            first = others.get(_likeness(entries[0]), [])
            if len(first) == 1:
                first[0]["shared_object_id"] = number
    return config


def _is_layer(part: dict[str, Any]) -> bool:
    inner = part.get("config")
    if not isinstance(inner, dict) or "class_name" not in part:
        return False
    return isinstance(inner.get("name"), str) and "trainable" in inner  # policies have names, too


def _likeness(part: Any) -> str:
    """What is equal for two configs of one layer: not the numbers, nor the calls."""
    compared = {key: part.get(key) for key in ("module", "class_name", "config", "registered_name")}
    return _NUMBERS.sub("", json.dumps(compared, default=str))


_NUMBERS = re.compile(r', "shared_object_id": \d+')


def unshared(config: Any) -> Any:
    """A config without its number.

    Parity: what a namespace of Keras makes of a config, such as the initializer of a layer, is an
    object of its own.
    """
    if not isinstance(config, dict):
        return config
    return {key: value for key, value in config.items() if key != "shared_object_id"}


def find_read(config: dict[str, Any]) -> Any:
    """The object that was made from an earlier config of the same number; None if there is none."""
    number = config.get("shared_object_id")
    return None if _seen.read is None or type(number) is not int else _seen.read.get(number)


def note_read(obj: Any, config: dict[str, Any]) -> None:
    """Remember the object that was made from ``config``."""
    number = config.get("shared_object_id")
    if _seen.read is not None and type(number) is int:
        _seen.read[number] = obj
