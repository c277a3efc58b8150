"""Reading a config without building anything: which classes it names, and what is odd about it."""

from __future__ import annotations

import re
import sys
from typing import Any

from minikeras import absent
from minikeras.declare.known import (
    CLASS_HOMES,
    find_class,
    find_function,
    is_class_of_keras,
    is_keras,
)
from minikeras.declare.serialization import decoders
from minikeras.messages import describe
from minikeras.saving.report import (
    HARMFUL,
    NOTE,
    REFUSES,
    SUSPICIOUS,
    UNKNOWN,
    UNSAFE,
    Report,
)

# A path from the root, of a home or of a drive, one that leaves its folder, or an address.
_OUTSIDE = re.compile(r"^(/|~|\\\\|[A-Za-z]:[\\/])|^[a-z]+://|(^|[/\\])\.\.([/\\]|$)")
_LARGEST = 2**31  # sizes beyond are no sizes of arrays
_NUMBERS = ("seed", "shared_object_id")  # which may be large

# What of Keras is no part of a model, or runs code of the file.
_LIBRARIES = {"keras", "numpy", "tensorflow", "jax", "torch"}
_RUNS_CODE = {"TFSMLayer", "TorchModuleWrapper", "JaxLayer", "FlaxLayer"}


def review(config: Any, where: str, report: Report) -> None:
    """Add to a report which layers a config has, and what in it is suspicious."""
    pending: list[tuple[Any, str]] = [(config, where)]
    while pending:
        value, place = pending.pop()
        if isinstance(value, dict):
            if "class_name" in value and "config" in value:
                _review_class(value, place, report)
            if "safe_mode" in value:
                report.find(SUSPICIOUS, place, "a key safe_mode, which has no effect")
            inner = [(v, f"{place}.{k}") for k, v in value.items()]
            pending += reversed(inner)
            pending += [(key, place) for key in value]
        elif isinstance(value, list):
            pending += reversed([(v, f"{place}[{i}]") for i, v in enumerate(value)])
        elif isinstance(value, str):
            _review_text(value, place, report)
        elif isinstance(value, int) and abs(value) >= _LARGEST and not place.endswith(_NUMBERS):
            what = f"{describe(value)} is no size of an array"
            report.find(SUSPICIOUS, place, what, UNSAFE)


def _review_text(text: str, place: str, report: Report) -> None:
    if _OUTSIDE.search(text):
        report.find(SUSPICIOUS, place, f"{describe(text)} is a path or an address")
    if not text.isprintable():
        report.find(SUSPICIOUS, place, "a text with control characters")


def _review_class(value: dict[str, Any], place: str, report: Report) -> None:
    name, module, inner = value["class_name"], value.get("module"), value["config"]
    registered = value.get("registered_name")
    if not isinstance(name, str):
        report.find(HARMFUL, place, f"class_name is {describe(name)}; expected text", REFUSES)
        return
    if name == "__lambda__":
        report.find(HARMFUL, place, "the code of a Python lambda", REFUSES)
    if name in decoders or name == "__lambda__":
        return
    if name == "function":
        _review_function(inner, module, place, report)
        return
    if re.search(r"\.layers\[\d+\]$", place) and isinstance(inner, dict):
        layer = {"name": describe(inner.get("name")).strip("'\""), "class": name}
        report.layers.append({**layer, "in": place.rpartition(".layers[")[0]})
    if name == "Lambda" and isinstance(inner, dict):
        function = inner.get("function")
        if isinstance(function, list) or inner.get("function_type") == "lambda":
            report.find(HARMFUL, place, "the code of a Python lambda, as Keras 2 wrote it", REFUSES)
    legacy = "module" not in value  # configs of Keras 2 name no module
    custom = isinstance(registered, str) and ">" in registered
    what = f"the class {describe(name)} of the module {describe(module)}"
    if name in _RUNS_CODE:
        report.find(HARMFUL, place, f"{what} runs code that comes with the model", REFUSES)
    elif legacy and is_class_of_keras(name):
        pass
    elif is_keras(module) or legacy:
        _review_public(value, what, place, report)
    elif custom or module is None:
        needed = registered if custom else name
        report.find(NOTE, place, f"needs your own class {describe(needed)}", REFUSES)
    else:
        kind = NOTE if registered and "." in str(module) else HARMFUL
        report.find(kind, place, f"{what} is none of Keras, and not registered", REFUSES)


def _review_public(value: dict[str, Any], what: str, place: str, report: Report) -> None:
    name, module = value["class_name"], str(value.get("module", "keras"))
    registered = value.get("registered_name")
    if find_class(module, name) is None:
        homes = absent.keras_names()
        is_known = any(name in homes.get(f"keras.{home}", ()) for home in CLASS_HOMES)
        if is_known and name[:1].isupper():
            report.find(NOTE, place, f"{what} is none of minikeras", UNKNOWN)
        else:
            report.find(HARMFUL, place, f"{what} is no part of a model", REFUSES)
    elif registered and registered != name:
        said = f"{what} claims to be registered as {describe(registered)}"
        report.find(SUSPICIOUS, place, said, REFUSES)


def _review_function(name: Any, module: Any, place: str, report: Report) -> None:
    if not isinstance(name, str):
        report.find(HARMFUL, place, f"a function named {describe(name)}", REFUSES)
    elif not isinstance(module, str) or find_function(module, name) is None:
        said = f"the function {describe(name)} of the module {describe(module)} is none of Keras"
        if ">" in name or _is_users(module):
            report.find(NOTE, place, said, REFUSES)
        else:  # Keras finds some by their names alone
            report.find(HARMFUL, place, said, UNSAFE)


def _is_users(module: Any) -> bool:
    """Whether a module may be one of the user's own."""
    root = str(module).partition(".")[0]
    return module is not None and root not in sys.stdlib_module_names and root not in _LIBRARIES
