"""Draws calls over everything public: ops, layers, losses, metrics, optimizers, whole models."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

import minikeras
from minikeras.layers.merging.merge import Merge
from minikeras.parity.backends import Call, Make, training_step
from minikeras.parity.backends.calls import layer_weights
from minikeras.parity.hunt import arguments, op_arguments
from minikeras.parity.hunt.arguments import Instances
from minikeras.parity.hunt.numbers import Draw, Shape

TRIES = 8  # shapes that a layer may refuse
_RANKS = {"1D": 2, "2D": 3, "3D": 4}
MODELS = "models.training"
# Layers that draw random numbers, by a part of their name: they are called for inference.
RANDOM = ("Dropout", "GaussianNoise")


@functools.cache
def targets() -> tuple[str, ...]:
    """Everything that is drawn: ``"ops.relu"``, ``"layers.Dense"``, ``"models.training"``, ..."""
    classes = [
        f"{module}.{name}"
        for module in ("layers", "losses", "metrics", "optimizers")
        for name in sorted(arguments.public(module))
    ]
    return (*sorted(op_arguments.public()), *classes, MODELS)


def draw(target: str, seed: Sequence[int], flavour: str | None = None) -> Call | None:
    """A call of ``target``; the same for the same seed.  None if no arguments were found.

    Raises LookupError if an argument has no rule.
    """
    source = Draw(seed, flavour)
    module, name = target.split(".")
    return _DRAWS[module](name, source)


def _op(module: str) -> Callable[[str, Draw], Call | None]:
    def drawn(name: str, source: Draw) -> Call:
        function = getattr(getattr(minikeras, module), name)
        given = op_arguments.draw(name, function, source)
        inputs = {key: value for key, value in given.items() if _holds_arrays(value)}
        static = {key: value for key, value in given.items() if key not in inputs}
        return Call(Make(module, name, static), inputs, promise=module == "ops" and bool(inputs))

    return drawn


def _holds_arrays(value: Any) -> bool:
    if isinstance(value, list):
        return bool(value) and isinstance(value[0], np.ndarray)
    return isinstance(value, np.ndarray)


def instance(
    source: Draw, module: str, name: str, shape: Shape = (), probability: float = 0.4, **given: Any
) -> Make:
    """A `Make` of a public class; each optional argument is drawn with this probability."""
    cls = arguments.public(module)[name]
    made = dict(given)
    for parameter in arguments.parameters(cls):
        found = arguments.rule(cls, parameter.name, shape)
        required = parameter.default is parameter.empty
        if parameter.name in given or found is None or not (required or source.chance(probability)):
            continue
        if isinstance(found, Instances):
            choices = sorted(arguments.public(found.module))
            made[parameter.name] = instance(source, found.module, source.pick(choices))
        else:
            made[parameter.name] = source.pick(found)
    return Make(module, name, made)


def _layer(name: str, source: Draw) -> Call | None:
    cls = arguments.public("layers")[name]
    rank = _RANKS.get(name.removesuffix("Transpose")[-2:], 0)
    given: dict[str, Any] = {}
    if name == "Normalization":  # what it has learned is no argument of a call
        given = {"mean": 0.3, "variance": 2.0}
    if source.flavour == "half":  # a layer computes in its own dtype
        source.flavour = "plain"
    for _ in range(TRIES):
        wanted = rank or source.integer(1, 3)
        space = tuple(source.integer(3, 6) for _ in range(wanted - 1))
        shape = (*space, source.pick((1, 2, 3, 4))) if wanted > 1 else (source.pick((1, 2, 3, 5)),)
        batch = 0 if source.flavour == "empty" else source.pick((1, 2, 3))
        make = instance(source, "layers", name, shape, 0.25, **given)
        if name == "Embedding":
            x: Any = source.classes((batch, *shape), 7)
        elif issubclass(cls, Merge):
            x = [source.floats((batch, *shape)) for _ in range(2)]
        else:
            x = source.floats((batch, *shape))
        inputs = {"inputs": x}
        try:
            initial = layer_weights(minikeras, make, inputs)
        except (ValueError, TypeError):
            continue
        weights = tuple(_weights(source, initial))
        training = None
        if name == "BatchNormalization":
            training = source.chance(0.5)
        elif any(word in name for word in RANDOM):
            training = False
        return Call(make, inputs, weights, training)
    return None


def _weights(source: Draw, initial: list[Any]) -> list[Any]:
    """Weights away from their initial values; what was constant stays positive."""
    return [
        w + source.rng.uniform(0.1, 0.5, w.shape).astype(w.dtype) if w.dtype.kind == "f" else w
        for w in initial
    ]


def labels(source: Draw, name: str, batch: int, units: int) -> tuple[Any, Any]:
    """Labels and predictions that a loss or metric takes."""
    task = source.pick(arguments.SUITED.get(name, arguments.ANY))
    shape = (batch, units)
    match task:
        case "classes" | "embeddings":
            y = source.classes((batch,), units)
            if task == "embeddings":
                e = source.rng.normal(size=shape)
                return y, (e / np.linalg.norm(e, axis=-1, keepdims=True)).astype("float32")
            return y, source.probabilities(shape)
        case "one-hot":
            one_hot = np.eye(units, dtype="float32")[source.classes((batch,), units)]
            return one_hot, source.probabilities(shape)
        case "binary":
            p = np.asarray(source.rng.integers(0, 5, shape) / 4, "float32")
            return source.classes(shape, 2).astype("float32"), p
        case "signs":
            return (2 * source.classes(shape, 2) - 1).astype("float32"), source.floats(shape)
        case "positive":
            return source.positive(shape), source.positive(shape)
    return source.floats(shape), source.floats(shape)


def _loss(name: str, source: Draw) -> Call:
    batch, units = source.pick((1, 2, 5)), source.pick((2, 3, 5))
    y_true, y_pred = labels(source, name, batch, units)
    inputs = {"y_true": y_true, "y_pred": y_pred}
    if source.chance(0.3):
        inputs["sample_weight"] = np.asarray(source.rng.integers(0, 5, (batch,)) / 4, "float32")
    return Call(instance(source, "losses", name), inputs)


def _metric(name: str, source: Draw) -> Call:
    units = source.pick((2, 3, 5))
    needed = arguments.GIVEN_METRICS.get(name)
    given = {} if needed is None else needed(units)
    make = instance(source, "metrics", name, **given)
    pairs = [labels(source, name, source.pick((1, 4)), units) for _ in range(1)]
    size = len(pairs[0][1])
    inputs = {"y_true": [p[0] for p in pairs], "y_pred": [p[1] for p in pairs]}
    if source.chance(0.3) and size:
        inputs["sample_weight"] = [np.asarray(source.rng.integers(0, 5, (size,)) / 4, "float32")]
    return Call(make, inputs)


def optimizer(source: Draw, name: str | None = None) -> Make:
    """An optimizer with one kind of clipping at most; every fourth has a schedule."""
    name = name or source.pick(sorted(arguments.public("optimizers")))
    rate: Any = source.pick((0.05, 0.01, 0.1))
    if source.chance(0.25):
        schedules = sorted(arguments.public("optimizers.schedules"))
        rate = instance(source, "optimizers.schedules", source.pick(schedules))
    made = instance(source, "optimizers", name, probability=0.3, learning_rate=rate)
    clips = [key for key in made.arguments if "clip" in key]
    remaining = {key: value for key, value in made.arguments.items() if key not in clips[1:]}
    return Make("optimizers", name, remaining)


def _optimizer(name: str, source: Draw) -> Call:
    shapes = [source.shape(0, 2) for _ in range(source.integer(1, 2))]
    variables = tuple(source.positive(s).astype("float32") for s in shapes)
    steps = {f"step {i}": [_gradient(source, s) for s in shapes] for i in range(3)}
    return Call(optimizer(source, name), steps, variables)


def _gradient(source: Draw, shape: Shape) -> Any:
    gradient = source.floats(shape).astype("float32")
    return np.clip(gradient, -1e10, 1e10)  # squares of larger ones are beyond float32


def _model(name: str, source: Draw) -> Call | None:
    """A chain of one to three layers, a dense layer, a loss, and one step of an optimizer."""
    source.flavour = source.pick(("plain", "grid", "constant"))
    batch, shape = source.pick((2, 4)), (source.integer(4, 6), source.pick((2, 3)))
    names = [
        n
        for n, cls in arguments.public("layers").items()
        if n[-2:] not in ("2D", "3D")
        and not n.endswith("Transpose")
        and not issubclass(cls, Merge)
        and not any(word in n for word in RANDOM)
        and n not in ("Embedding", "RepeatVector", "Masking", "Normalization")
    ]
    layers = [
        instance(source, "layers", source.pick(sorted(names)), shape, probability=0.15)
        for _ in range(source.integer(1, 3))
    ]
    units = source.integer(1, 3)
    layers += [Make("layers", "Flatten"), Make("layers", "Dense", {"units": units})]
    loss = source.pick(("MeanSquaredError", "Huber", "LogCosh", "MeanAbsoluteError"))
    description = {
        "shape": shape,
        "dtype": "float32",
        "layers": layers,
        "optimizer": optimizer(source),
        "loss": Make("losses", loss),
    }
    try:
        initial = training_step.weights_of(minikeras, description)
    except (ValueError, TypeError):
        return None
    weights = tuple(_weights(source, initial))
    inputs = {"x": source.floats((batch, *shape)), "y": source.floats((batch, units))}
    return Call(Make("models", "training", description), inputs, weights)


_DRAWS: dict[str, Callable[[str, Draw], Call | None]] = {
    "ops": _op("ops"),
    "activations": _op("activations"),
    "layers": _layer,
    "losses": _loss,
    "metrics": _metric,
    "optimizers": _optimizer,
    "models": _model,
}
