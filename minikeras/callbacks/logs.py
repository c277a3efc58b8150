"""Logs as callbacks see them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

Logs: TypeAlias = dict[str, Any]
# Results of metrics cost time, so a loop may hand over a promise instead of the logs themselves.
LogsOrPromise: TypeAlias = Mapping[str, Any] | Callable[[], Mapping[str, Any]] | None


def pythonify_logs(logs: LogsOrPromise) -> Logs:
    """Sorted by name, inner dicts spread out, values as Python floats where they can be."""
    result: Logs = {}
    for key, value in sorted(((logs() if callable(logs) else logs) or {}).items()):
        if isinstance(value, dict):
            result |= pythonify_logs(value)
            continue
        try:
            result[key] = float(value)
        except (TypeError, ValueError):
            result[key] = value
    return result
