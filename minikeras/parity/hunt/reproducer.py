"""A program of at most ten lines that shows a defect with Keras alone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from minikeras.parity.backends import Call, Make
from minikeras.parity.backends.calls import factors
from minikeras.parity.hunt.judge import Finding
from minikeras.parity.hunt.truth import reference

FEW = 24  # numbers of an array that are written out
_GRADIENTS = {
    "tensorflow": (
        "import tensorflow as tf",
        "with tf.GradientTape() as tape:",
        "    tape.watch({x} := tf.constant({x})); y = {call}",
        "print(tape.gradient(y, {x}))",
    ),
    "jax": ("import jax", "print(jax.grad(lambda {x}: {call})({x}))"),
    "torch": (
        "import torch",
        "{x} = torch.tensor({x}, requires_grad=True)",
        "{call}.backward(); print({x}.grad)",
    ),
}


def program(call: Call, finding: Finding, folder: Path | None = None, name: str = "input") -> str:
    """The program, with the right result as a comment.

    folder: arrays of more than a few numbers are saved there, as ``<name>.npz``.
    """
    backend = next((b for b in finding.blamed if b in _GRADIENTS), "tensorflow")
    lines = [
        f'import os; os.environ["KERAS_BACKEND"] = "{backend}"',
        "import keras, numpy as np; from numpy import nan, inf",
    ]
    arrays: dict[str, Any] = {}
    names = _arguments(call, arrays)
    large = {n: a for n, a in arrays.items() if a.size > FEW}
    if large and folder is not None:
        np.savez(folder / f"{name}.npz", **large)
        lines.append(f'data = np.load("{name}.npz"); ' + _assigned_from_file(large))
    small = {n: a for n, a in arrays.items() if n not in large or folder is None}
    if small:
        lines.append("; ".join(f"{n} = {_array(a)}" for n, a in small.items()))
    expression = _expression(call, names, lines)
    if finding.part.startswith("gradient") and not call.weights:
        wanted = finding.part.removeprefix("gradient ").replace("[0]", "_0").replace("*", "")
        floats = [n for n, a in arrays.items() if a.dtype.kind == "f"]
        wanted = wanted if wanted in arrays else next(iter(floats), "x")
        total = f"keras.ops.sum({_weighted(call, expression)})"
        lines += [line.format(x=wanted, call=total) for line in _GRADIENTS[backend]]
    elif finding.kind == "promise":
        symbols = {n: f"keras.KerasTensor({a.shape}, '{a.dtype}')" for n, a in arrays.items()}
        lines.append("; ".join(f"s_{n} = {text}" for n, text in symbols.items()))
        symbolic = _expression(call, {k: _prefixed(v) for k, v in names.items()}, [])
        lines.append(f"print({symbolic}); print({expression})")
    else:
        lines.append(f"print({expression})")
    return "\n".join([*lines, f"# {finding.note.splitlines()[0][:160]}"]) + "\n"


def _weighted(call: Call, expression: str) -> str:
    """The output times the factors of the sum whose gradient was judged."""
    shapes = [y.shape for n, y in reference(call).outputs.items() if not n.startswith("moved")]
    if len(shapes) != 1 or np.prod(shapes[0]) > FEW:
        return expression
    return f"keras.ops.multiply({expression}, {_array(factors(shapes[0]))})"


def _prefixed(name: Any) -> Any:
    return [_prefixed(n) for n in name] if isinstance(name, list) else f"s_{name}"


def _assigned_from_file(large: dict[str, Any]) -> str:
    return "; ".join(f'{name} = data["{name}"]' for name in large)


def _arguments(call: Call, arrays: dict[str, Any]) -> dict[str, Any]:
    """The names of the variables that hold the inputs; the arrays by these names."""
    names: dict[str, Any] = {}
    for key, value in call.inputs.items():
        plain = key.replace("*", "").replace(" ", "_")
        if isinstance(value, list | tuple):
            names[key] = [f"{plain}_{i}" for i in range(len(value))]
            arrays |= dict(zip(names[key], value))
        else:
            names[key] = plain
            arrays[plain] = value
    for i, weight in enumerate(call.weights):
        arrays[f"w{i}"] = weight
    return names


def _expression(call: Call, names: dict[str, Any], lines: list[str]) -> str:
    make = call.make
    texts = {k: f"[{', '.join(n)}]" if isinstance(n, list) else n for k, n in names.items()}
    weights = ", ".join(f"w{i}" for i in range(len(call.weights)))
    match make.module:
        case "ops" | "activations":
            first = [f"{k[1:]}" for k in texts if k.startswith("*")]
            given = [", ".join(names[k]) for k in texts if k.startswith("*")]
            static = dict(make.arguments)
            if first and "subscripts" in static:
                given.insert(0, repr(static.pop("subscripts")))
            given += [f"{k}={t}" for k, t in texts.items() if not k.startswith("*")]
            given += [f"{k}={_value(v)}" for k, v in static.items()]
            return f"keras.{make.module}.{make.name}({', '.join(given)})"
        case "layers":
            (text,) = texts.values()
            lines.append(f"layer = {_value(make)}")
            shape = f"[a.shape for a in {text}]" if text.startswith("[") else f"{text}.shape"
            if weights:
                lines.append(f"layer.build({shape}); layer.set_weights([{weights}])")
            training = "" if call.training is None else f", training={call.training}"
            return f"layer({text}{training})"
        case "losses":
            given = [f"{k}={t}" for k, t in texts.items()]
            return f"{_value(make)}({', '.join(given)})"
        case "metrics":
            given = [f"{k}={names[k][0]}" for k in texts]
            lines.append(f"metric = {_value(make)}; metric.update_state({', '.join(given)})")
            return "metric.result()"
        case "optimizers":
            lines.append(f"optimizer = {_value(make)}")
            lines.append(f"variables = [keras.Variable(w) for w in [{weights}]]")
            lines.append("optimizer.build(variables)")
            steps = ", ".join(texts.values())
            lines.append(f"for step in [{steps}]: optimizer.apply([*map(np.array, step)])")
            return "[v.value for v in variables]"
    arguments = make.arguments
    layers = ", ".join(map(_value, arguments["layers"]))
    lines.append(f"model = keras.Sequential([keras.Input({arguments['shape']}), {layers}])")
    lines.append(f"model.set_weights([{weights}])")
    lines.append(f"model.compile({_value(arguments['optimizer'])}, {_value(arguments['loss'])})")
    return "model.train_on_batch(x, y), model.get_weights()"


def _value(value: Any) -> str:
    match value:
        case Make():
            given = ", ".join(f"{k}={_value(v)}" for k, v in value.arguments.items())
            return f"keras.{value.module}.{value.name}({given})"
        case list():
            return f"[{', '.join(map(_value, value))}]"
    return repr(value)


def _array(array: Any) -> str:
    return f"np.array({_nested(array)}, {str(array.dtype)!r})" + (
        f".reshape({array.shape})" if array.size == 0 else ""
    )


def _nested(array: Any) -> str:
    """Lists in lists, each number with the digits that its dtype needs."""
    if array.ndim:
        return f"[{', '.join(_nested(a) for a in array)}]"
    return str(array.item() if array.dtype.kind != "f" else array[()])
