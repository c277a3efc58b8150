"""The logs that callbacks receive."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from minikeras.autograd import Tensor, Variable

Logs: TypeAlias = dict[str, Any]
# Computing the results of metrics takes time, so a loop may pass a function that computes them.
LogsOrFunction: TypeAlias = Mapping[str, Any] | Callable[[], Mapping[str, Any]] | None


def pythonify_logs(logs: LogsOrFunction) -> Logs:
    """The logs sorted by name, inner dicts flattened, values as Python floats or NumPy arrays."""
    result: Logs = {}
    for key, value in sorted(((logs() if callable(logs) else logs) or {}).items()):
        if isinstance(value, dict):
            result |= pythonify_logs(value)
            continue
        try:
            result[key] = float(value)
        except (TypeError, ValueError):
            result[key] = value.numpy() if isinstance(value, Tensor | Variable) else value
    return result
