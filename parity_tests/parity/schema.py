"""Checks a document against a schema of the package, with the part of JSON Schema that they use.

A keyword that is not known here raises KeyError, so that nothing of a schema goes unchecked.
"""

from __future__ import annotations

import importlib.resources
import json
from collections.abc import Iterator
from typing import Any

TYPES = {
    "array": list,
    "boolean": bool,
    "integer": int,
    "null": type(None),
    "number": (int, float),
    "object": dict,
    "string": str,
}
SAY_NOTHING = {"$schema", "$defs", "title", "description"}


def schema(name: str) -> dict[str, Any]:
    """The schema of this name, "verify" or "lockstep"."""
    folder = importlib.resources.files("minikeras.parity") / "schemas"
    return json.loads((folder / f"{name}.schema.json").read_text("utf-8"))


def errors(document: Any, name: str) -> list[str]:
    """What of a document is not as the schema says: the place, and what is wrong there."""
    root = schema(name)
    return list(_errors(document, root, root, "document"))


def _errors(value: Any, part: dict[str, Any], root: dict[str, Any], where: str) -> Iterator[str]:
    for keyword, said in part.items():
        if keyword not in SAY_NOTHING:
            yield from KEYWORDS[keyword](value, said, part, root, where)


def _ref(value: Any, said: Any, part: Any, root: Any, where: str) -> Iterator[str]:
    yield from _errors(value, root["$defs"][said.removeprefix("#/$defs/")], root, where)


def _type(value: Any, said: Any, part: Any, root: Any, where: str) -> Iterator[str]:
    number = said in ("integer", "number") and isinstance(value, bool)
    if number or not isinstance(value, TYPES[said]):
        yield f"{where}: {value!r:.60} is no {said}"


def _enum(value: Any, said: Any, part: Any, root: Any, where: str) -> Iterator[str]:
    if value not in said:
        yield f"{where}: {value!r:.60} is none of {said}"


def _any_of(value: Any, said: Any, part: Any, root: Any, where: str) -> Iterator[str]:
    found = [list(_errors(value, choice, root, where)) for choice in said]
    if all(found):
        yield from min(found, key=len)


def _items(value: Any, said: Any, part: Any, root: Any, where: str) -> Iterator[str]:
    for index, entry in enumerate(value if isinstance(value, list) else ()):
        yield from _errors(entry, said, root, f"{where}[{index}]")


def _properties(value: Any, said: Any, part: Any, root: Any, where: str) -> Iterator[str]:
    for name, wanted in said.items():
        if isinstance(value, dict) and name in value:
            yield from _errors(value[name], wanted, root, f"{where}.{name}")


def _required(value: Any, said: Any, part: Any, root: Any, where: str) -> Iterator[str]:
    missing = [name for name in said if isinstance(value, dict) and name not in value]
    yield from (f"{where}: {name} is missing" for name in missing)


def _additional(value: Any, said: Any, part: Any, root: Any, where: str) -> Iterator[str]:
    more = [
        n for n in (value if isinstance(value, dict) else ()) if n not in part.get("properties", ())
    ]
    for name in more:
        if said is False:
            yield f"{where}: {name} is not in the schema"
        else:
            yield from _errors(value[name], said, root, f"{where}.{name}")


KEYWORDS = {
    "$ref": _ref,
    "type": _type,
    "enum": _enum,
    "anyOf": _any_of,
    "items": _items,
    "properties": _properties,
    "required": _required,
    "additionalProperties": _additional,
}
