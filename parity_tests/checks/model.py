"""Compare a model in both libraries: structure, summary, configs, outputs, gradients."""

from __future__ import annotations

import json
import random
import warnings
from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import tensorflow as tf

import minikeras
from minikeras import tree
from minikeras.autograd import GradientTape
from parity_tests.checks.compare import assert_close

Make = Callable[[Any], Any]


def build_both(make: Make, x: Any = None) -> tuple[Any, Any]:
    """``make(library)`` for both libraries, with fresh name counters and the same random state.

    With ``x`` the models are also called: some create their weights only then.
    """
    models = []
    for library in (minikeras, keras):
        library.utils.clear_session(free_memory=False)
        random.seed(1)
        models.append(quietly(lambda: make(library)))  # noqa: B023
        if x is not None:
            quietly(lambda: models[-1](x, training=False))
    return models[0], models[1]


def quietly(action: Callable[[], Any]) -> Any:
    """``action()`` without warnings: both libraries warn of lost masks and renamed inputs."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        with np.errstate(all="ignore"):
            return action()


def check_model(
    make: Make, x: Any, *, config: bool = True, summary: bool = True, scale: float | None = None
) -> tuple[Any, Any]:
    """Build both models and compare them; returns both."""
    ours, theirs = build_both(make, x)
    y = compare_calls(ours, theirs, x, scale=scale)
    compare_structure(ours, theirs)
    if summary:
        compare_summaries(ours, theirs)
    if config:
        compare_configs(ours, theirs)
        again = quietly(lambda: type(ours).from_config(ours.get_config()))
        if len(again.weights) == len(
            ours.weights
        ):  # a layer that two models share becomes two layers
            again.set_weights(ours.get_weights())
            ys = (quietly(lambda: model(x, training=False)) for model in (ours, again))  # noqa: B023
            for a, b in zip(*map(tree.flatten, ys)):
                np.testing.assert_array_equal(a, b, "output of the model revived from its config")
    assert len(tree.flatten(y)) > 0
    return ours, theirs


def compare_structure(ours: Any, theirs: Any) -> None:
    """Compare names, paths, order, shapes and counts of variables and layers."""
    for kind in (
        "variables",
        "weights",
        "trainable_variables",
        "non_trainable_variables",
        "trainable_weights",
        "non_trainable_weights",
    ):
        a, b = getattr(ours, kind), getattr(theirs, kind)
        assert [v.path for v in a] == [v.path for v in b], kind
        assert [tuple(v.shape) for v in a] == [tuple(v.shape) for v in b], kind
        assert [v.trainable for v in a] == [v.trainable for v in b], kind
    for a, b in zip(_all_layers(ours), _all_layers(theirs), strict=True):
        assert (a.name, type(a).__name__) == (b.name, type(b).__name__)
        for what in ("path", "trainable", "built", "dtype", "compute_dtype"):
            assert getattr(a, what) == getattr(b, what), f"{what} of {a.name}"
    for what in ("name", "input_shape", "output_shape", "output_names"):
        assert _ask(ours, what) == _ask(theirs, what), what
    assert ours.count_params() == theirs.count_params()
    assert [m.name for m in ours.metrics] == [m.name for m in theirs.metrics]


def _all_layers(model: Any) -> list[Any]:
    return list(model._flatten_layers())


def _ask(model: Any, what: str) -> Any:
    try:
        return getattr(model, what)
    except (AttributeError, ValueError):
        return "refused"


SUMMARIES: list[dict[str, Any]] = [
    {},
    {"line_length": 64},
    {"line_length": 100, "expand_nested": True},
    {"expand_nested": True, "show_trainable": True},
    {"line_length": 120, "positions": [0.4, 0.6, 0.8, 1.0], "show_trainable": False},
]


def compare_summaries(ours: Any, theirs: Any) -> None:
    for options in SUMMARIES:
        texts = []
        for model in (ours, theirs):
            lines: list[str] = []
            try:
                model.summary(print_fn=lambda text, _=None: lines.append(text), **options)  # noqa: B023
            except (ValueError, IndexError) as error:  # both need one position for each column
                lines = [type(error).__name__]
            texts.append("\n".join(lines))
        assert texts[0] == texts[1], f"{options}:\n{texts[0]}\n{texts[1]}"


def compare_configs(ours: Any, theirs: Any) -> None:
    """Compare configs and JSON, and the models made from them."""
    assert_same_data(without_ops(ours.get_config()), without_ops(theirs.get_config()), "config")
    assert_same_data(ours.get_build_config(), theirs.get_build_config(), "build config")
    a, b = (without_ops(json.loads(model.to_json())) for model in (ours, theirs))
    assert_same_data(a, b, "JSON")
    a = quietly(lambda: type(ours).from_config(ours.get_config()))
    b = quietly(lambda: type(theirs).from_config(theirs.get_config()))
    compare_structure(a, b)
    a, b = without_ops(a.get_config()), without_ops(b.get_config())
    assert_same_data(a, b, "config after a round trip")


def without_ops(config: Any) -> Any:
    """The config, in which nodes of ops show class, name and tensors only.

    Keras writes an op's static arguments into the op's own config and names the file of its class
    as the module; here they stay arguments of the call, and the module is `keras.ops`.
    """
    if isinstance(config, list | tuple):
        return [without_ops(part) for part in config]
    if not isinstance(config, dict):
        return config
    if str(config.get("module")).startswith(("keras.ops", "keras.src.ops")):
        kept = {key: config[key] for key in ("class_name", "name")}
        return {**kept, "tensors": _tensors_of(config["inbound_nodes"])}
    return {key: without_ops(value) for key, value in config.items()}


def _tensors_of(structure: Any) -> Any:
    found: list[Any] = []
    if isinstance(structure, dict):
        if structure.get("class_name") == "__keras_tensor__":
            return [structure["config"]["keras_history"]]
        structure = list(structure.values())
    if isinstance(structure, list | tuple):
        for part in structure:
            found += _tensors_of(part)
    return found


def assert_same_data(a: Any, b: Any, where: str) -> None:
    """Compare two nested structures of plain values; a failure shows the path."""
    if isinstance(b, dict):
        assert isinstance(a, dict) and sorted(a) == sorted(b), f"{where}: {a}, Keras {b}"
        for key in b:
            assert_same_data(a[key], b[key], f"{where}.{key}")
    elif isinstance(b, list | tuple):
        assert isinstance(a, list | tuple) and len(a) == len(b), f"{where}: {a}, Keras {b}"
        for i, (p, q) in enumerate(zip(a, b)):
            assert_same_data(p, q, f"{where}[{i}]")
    else:
        assert a == b or (a != a and b != b), f"{where}: {a!r}, Keras {b!r}"


def compare_calls(ours: Any, theirs: Any, x: Any, scale: float | None = None) -> Any:
    """Compare outputs, masks, losses, state and gradients, with training=False and True."""
    for training in (False, True):
        with GradientTape() as tape:
            y = quietly(lambda: ours(x, training=training))  # noqa: B023
            ours_loss = _against(y, minikeras.ops)
        with tf.GradientTape() as tf_tape:
            t = quietly(lambda: theirs(x, training=training))  # noqa: B023
            theirs_loss = _against(t, keras.ops)
        assert repr(tree.map_structure(lambda a: 0, y)) == repr(
            keras.tree.map_structure(lambda a: 0, t)
        )
        for a, b in zip(tree.flatten(y), keras.tree.flatten(t), strict=True):
            assert_close(a, b, f"output, training={training}", scale=scale)
            p, q = (getattr(z, "_keras_mask", None) for z in (a, b))
            assert (p is None) == (q is None), f"mask: {p}, Keras {q}"
            if q is not None:
                np.testing.assert_array_equal(p, q, "mask")
        for a, b in zip(ours.losses, theirs.losses, strict=True):
            assert_close(a, b, "loss", scale=scale)
        for a, b in zip(ours.variables, theirs.variables, strict=True):
            if "seed" in b.path:
                np.testing.assert_array_equal(a.numpy(), b.numpy(), b.path)
            else:
                assert_close(a, b.numpy(), b.path, ulp=16, scale=scale)
        mine, yours = ours.trainable_variables, theirs.trainable_variables
        if not mine:
            continue
        given = tape.gradient(ours_loss, mine)
        wanted = tf_tape.gradient(theirs_loss, [v.value for v in yours])
        largest = max(
            [
                float(np.max(np.abs(tf.convert_to_tensor(g)), initial=1))
                for g in wanted
                if g is not None
            ],
            default=1,
        )
        for v, a, b in zip(mine, given, wanted):
            assert (a is None) == (b is None), f"gradient of {v.path}: {a}, Keras {b}"
            if b is not None:
                what = f"gradient of {v.path}, training={training}"
                assert_close(a, tf.convert_to_tensor(b), what, scale=(scale or 1) * 4 * largest)
    return y


def _against(outputs: Any, ops: Any) -> Any:
    """Σ outputs · fixed random numbers, so that every element has a gradient of its own."""
    rng = np.random.default_rng(2)
    total: Any = 0.0
    for y in (
        minikeras.tree.flatten(outputs) if ops is minikeras.ops else keras.tree.flatten(outputs)
    ):
        weights = rng.uniform(-1, 1, y.shape).astype("float32")
        total = total + ops.sum(ops.cast(y, "float32") * weights)
    return total


def raises_alike(use: Make, match: str | None = None) -> None:
    """``use`` raises the same type of error in both; our message contains ``match``."""
    errors = []
    for library in (minikeras, keras):
        library.utils.clear_session(free_memory=False)
        try:
            quietly(lambda: use(library))  # noqa: B023
        except Exception as error:
            errors.append(error)
        else:
            errors.append(None)
    ours, theirs = errors
    assert theirs is not None, "Keras accepts it"
    assert type(ours) is type(theirs), f"{ours!r}, Keras {theirs!r}"
    if match is not None:
        assert match in str(ours), str(ours)
