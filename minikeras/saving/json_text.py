"""JSON of a stranger: bounded in size, depth and numbers, and only one reading of it."""

from __future__ import annotations

import collections
import json
import re
from typing import Any, NoReturn

from minikeras.messages import describe
from minikeras.saving.limits import LIMITS, Limits, LoadError

# A string, one that does not end, or what opens, closes and separates values.
_TOKEN = re.compile(r'"(?:[^"\\]++|\\.)*+"|["\[\]{},]', re.DOTALL)
_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")


def parse(text: bytes | str, where: str, limits: Limits = LIMITS) -> Any:
    """The value of a JSON text.

    text: UTF-8 without byte order mark, or a string.
    where: the file and the entry, for the messages.

    Raises LoadError if it is not JSON, is beyond one of the limits, has a key twice in one object,
    a number that is NaN or infinite, or half of a surrogate pair.
    """
    decoded = _decoded(text, where, limits)
    _check_structure(decoded, where, limits)

    def refuse(what: str) -> NoReturn:
        raise LoadError(f"{where}: {what}")

    def integer(digits: str) -> int:
        if len(digits.lstrip("-")) > limits.integer_digits:
            refuse(f"an integer of {len(digits)} digits; at most {limits.integer_digits} are read")
        return int(digits)

    def number(digits: str) -> float:
        value = float(digits)
        if abs(value) == float("inf"):
            refuse(f"the number {describe(digits)} is beyond the range of floats")
        return value

    def constant(name: str) -> NoReturn:
        refuse(f"the number {name} is not JSON; expected finite numbers")

    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) < len(pairs):
            counts = collections.Counter(key for key, _ in pairs)
            twice = counts.most_common(1)[0][0]
            refuse(f"the key {describe(twice)} stands twice in one object")
        return found

    try:
        value = json.loads(
            decoded,
            parse_int=integer,
            parse_float=number,
            parse_constant=constant,
            object_pairs_hook=unique,
        )
    except json.JSONDecodeError as error:
        raise LoadError(f"{where} is not JSON: {error}") from None
    if _SURROGATE.search(decoded):
        _check_surrogates(value, where)
    return value


def parse_object(text: bytes | str, where: str, limits: Limits = LIMITS) -> dict[str, Any]:
    """As ``parse``, for a text that must hold an object; LoadError if it holds anything else."""
    value = parse(text, where, limits)
    if not isinstance(value, dict):
        raise LoadError(f"{where} holds {describe(value)}; expected a JSON object")
    return value


def _decoded(text: bytes | str, where: str, limits: Limits) -> str:
    if len(text) > limits.json_bytes:
        raise LoadError(
            f"{where} has {len(text)} bytes of JSON; at most {limits.json_bytes} are read"
        )
    if isinstance(text, str):
        return text
    try:
        return bytes(text).decode("utf-8")
    except UnicodeDecodeError as error:
        raise LoadError(f"{where} is not UTF-8: {error.reason} at byte {error.start}") from None


def _check_structure(text: str, where: str, limits: Limits) -> None:
    """Count and nest without parsing: the parser itself is recursive and builds what it reads."""
    depth = values = 0
    for match in _TOKEN.finditer(text):
        token = match[0]
        if token in "[{":
            depth += 1
            values += 1
        elif token in "]}":
            depth -= 1
        elif token == ",":
            values += 1
        elif token == '"':
            raise LoadError(f"{where} is not JSON: the string at {match.start()} does not end")
        elif len(token) > limits.string_bytes:
            raise LoadError(
                f"{where}: a string of {len(token)} characters; at most {limits.string_bytes} "
                "are read"
            )
        if depth > limits.json_depth:
            raise LoadError(
                f"{where}: more than {limits.json_depth} lists and objects inside each other"
            )
        if values > limits.json_values:
            raise LoadError(f"{where}: more than {limits.json_values} values")


def _check_surrogates(value: Any, where: str) -> None:
    """Strings that cannot be encoded would fail later, where they are printed or written."""
    pending = [value]
    while pending:
        part = pending.pop()
        if isinstance(part, dict):
            pending += [*part.keys(), *part.values()]
        elif isinstance(part, list):
            pending += part
        elif isinstance(part, str):
            try:
                part.encode("utf-8")
            except UnicodeEncodeError:
                raise LoadError(f"{where}: {part[:72]!a} holds half of a surrogate pair") from None
