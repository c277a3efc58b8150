"""What the arguments of `keras.ops` may be: by the name of the argument, or for one function.

A function whose arguments all have a name that is known here needs no rule, so that a new one is
drawn at once.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import numpy as np

from minikeras import activations, ops
from minikeras.parity.hunt import signal_rules
from minikeras.parity.hunt.numbers import OMITTED, Draw
from minikeras.parity.hunt.op_rules import SPECIAL

# Public functions that are not drawn, and why.
EXCLUDED = {
    **dict.fromkeys(
        ("cond", "custom_gradient", "fori_loop", "map", "scan", "switch", "vectorized_map"),
        "its argument is code",
    ),
    "while_loop": "its argument is code",
    "empty": "returns memory as it is",
    "empty_like": "returns memory as it is",
    "convert_to_numpy": "returns an array of NumPy",
    "is_tensor": "asks for the type of a tensor",
    "stop_gradient": "gives back what it was given",
    "dtype": "returns text",
    "shape": "returns a shape",
    "ndim": "returns a number",
    "nextafter": "depends on the precision itself",
}
# No activations, or drawn among the ops.
NO_ACTIVATIONS = {"get", "serialize", "deserialize"}


def public() -> dict[str, str]:
    """The names of the functions that are drawn, each once, and the modules they are in."""
    found: dict[Any, tuple[str, str]] = {}
    for module, names in (("ops", dir(ops)), ("activations", dir(activations))):
        for name in names:
            function = getattr(ops if module == "ops" else activations, name)
            if name.startswith("_") or name in EXCLUDED | dict.fromkeys(NO_ACTIVATIONS, ""):
                continue
            if inspect.isclass(function) or not callable(function):
                continue
            if not getattr(function, "__module__", "").startswith("minikeras"):
                continue
            found.setdefault(function, (f"{module}.{name}", module))
    return dict(found.values())


def draw(name: str, function: Callable[..., Any], source: Draw) -> dict[str, Any]:
    """Arguments for one function: arrays, lists of arrays, and what is no tensor."""
    special = SPECIAL.get(name) or signal_rules.RULES.get(name)
    if special is not None:
        return {k: v for k, v in special(source).items() if v is not OMITTED}
    given: dict[str, Any] = {}
    wanted = inspect.signature(function).parameters
    rank = 0
    for parameter in wanted.values():
        rule = ARGUMENTS.get(parameter.name)
        required = parameter.default is parameter.empty
        if rule is None and required:
            raise LookupError(f"{name}: no rule for the argument {parameter.name!r}")
        if rule is None or not (required or source.chance(0.5)):
            continue
        if parameter.name == "x2":
            continue  # drawn with x1
        if parameter.name == "x1":
            given["x1"], given["x2"] = source.pair()
            rank = max(given["x1"].ndim, given["x2"].ndim)
            continue
        if parameter.name == "axis":
            given["axis"] = _axis(source, rank, str(parameter.annotation))
            continue
        given[parameter.name] = rule(source, rank)
        if isinstance(given[parameter.name], np.ndarray):
            rank = given[parameter.name].ndim
    return given


def _axis(source: Draw, rank: int, annotation: str) -> Any:
    if "Sequence" in annotation or "Axis" in annotation or annotation == "Any":
        return source.axes(rank)
    if "None" in annotation and source.chance(0.2):
        return None
    return source.axis(rank)


def _x(source: Draw, rank: int) -> Any:
    return source.array(source.shape(0, 3))


ARGUMENTS: dict[str, Callable[[Draw, int], Any]] = {
    "x": _x,
    "x1": _x,
    "x2": _x,
    "a": _x,
    "variable": _x,
    "axis": lambda s, r: s.axis(r),
    "axis1": lambda s, r: s.axis(r),
    "axis2": lambda s, r: s.axis(r),
    "keepdims": lambda s, r: s.chance(0.5),
    "initial": lambda s, r: s.pick((-1.0, 0.0, 9.0)),
    "rtol": lambda s, r: s.pick((1e-5, 0.1)),
    "atol": lambda s, r: s.pick((1e-8, 0.25)),
    "equal_nan": lambda s, r: s.chance(0.5),
    "alpha": lambda s, r: s.pick((0.3, 1.0, 2.5)),
    "b": lambda s, r: s.pick((1, 4)),
    "threshold": lambda s, r: s.pick((0.0, 0.25, 0.5, 1.0)),
    "default_value": lambda s, r: s.pick((0.0, -1.0)),
    "lambd": lambda s, r: s.pick((0.25, 0.5)),
    "negative_slope": lambda s, r: s.pick((0.0, 0.2, 1.5)),
    "max_value": lambda s, r: s.pick((0.5, 6.0)),
    "approximate": lambda s, r: s.chance(0.5),
    "decimals": lambda s, r: s.pick((0, 1, 2, -1)),
    "offset": lambda s, r: s.integer(-2, 2),
    "shift": lambda s, r: s.integer(-4, 4),
    "nan": lambda s, r: s.pick((0.0, 2.0)),
    "posinf": lambda s, r: 9.0,
    "neginf": lambda s, r: -9.0,
    "fill_value": lambda s, r: s.pick((0, 1.5, -2)),
    "increasing": lambda s, r: s.chance(0.5),
    "invert": lambda s, r: s.chance(0.5),
    "upper": lambda s, r: s.chance(0.5),
    "sorted": lambda s, r: True,
    "order": lambda s, r: s.pick((1, 2, 3)),
    "n": lambda s, r: s.integer(1, 2),
}
