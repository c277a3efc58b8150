"""Whole trainings, drawn at random: a network, a loss, metrics, an optimizer, data and fits.

A training is plain data, which Hypothesis can shrink and print and both libraries can run.
"""

from __future__ import annotations

import math
import pickle
import random
import subprocess
import sys
import warnings
from dataclasses import dataclass, field
from typing import Any

import hypothesis.strategies as st
import numpy as np
from hypothesis import HealthCheck, Phase, given, seed, settings

import minikeras
from minikeras import KerasTensor
from minikeras.layers.merging.merge import Merge
from minikeras.parity.hunt.arguments import ANY, GIVEN_METRICS, SUITED
from parity_tests.trainings.arguments import (
    COMPILE,
    FIT,
    Make,
    Shape,
    build,
    instance,
    instances,
    public,
)

LARGEST = 300  # numbers of one sample behind any layer
TOKENS = 7


@dataclass(frozen=True)
class Merged:
    """Layers that keep the shape, and a merge of their result with what they got."""

    layers: tuple[Make, ...]
    merge: Make


@dataclass(frozen=True)
class Training:
    """Everything that decides a training."""

    seed: int
    floatx: str
    shape: Shape
    tokens: bool
    blocks: tuple[Make | Merged, ...]
    task: Task
    units: int
    loss: Make
    metrics: tuple[Make, ...]
    optimizer: Make
    samples: int
    batch_size: int
    weighted: bool = False  # whether the metrics use sample weights
    outputs: int = 1  # the second one is a layer of 2 units with the loss "mse"
    compile: dict[str, Any] = field(default_factory=dict)
    fits: tuple[dict[str, Any], ...] = ({},)
    batches: str = "arrays"  # or "generator", "on_batch"

    def model(self, library: Any) -> Any:
        dtype = "int32" if self.tokens else None
        x = inputs = library.Input(self.shape, dtype=dtype)
        if self.is_sequential:
            last = library.layers.Dense(self.units, activation=self.task.activation)
            layers = [block(library) for block in self.blocks if isinstance(block, Make)]
            return library.Sequential([inputs, *layers, library.layers.Flatten(), last])
        for block in self.blocks:
            if isinstance(block, Merged):
                y = x
                for layer in block.layers:
                    y = layer(library)(y)
                x = block.merge(library)([x, y])
            else:
                x = block(library)(x)
        if len(x.shape) > 2:
            x = library.layers.Flatten()(x)
        y = library.layers.Dense(self.units, activation=self.task.activation)(x)
        if self.task.name == "embeddings":
            y = library.layers.UnitNormalization()(y)
        return library.Model(inputs, y if self.outputs == 1 else [y, library.layers.Dense(2)(x)])

    @property
    def is_sequential(self) -> bool:
        """Every third model that can be is sequential: its name decides the order of some sums."""
        is_chain = all(isinstance(block, Make) for block in self.blocks) and self.outputs == 1
        return is_chain and self.seed % 3 == 0 and self.task.name != "embeddings"

    def compiled(self, library: Any) -> Any:
        model = self.model(library)
        options = build(library, self.compile)
        loss: Any = self.loss(library)
        metrics: Any = [metric(library) for metric in self.metrics] or None
        if self.outputs > 1:
            loss, metrics = [loss, "mse"], metrics and [metrics, []]
            if "loss_weights" in options:
                options["loss_weights"] = [*options["loss_weights"], 0.7]
        options["weighted_metrics" if self.weighted else "metrics"] = metrics
        model.compile(self.optimizer(library), loss, **options)
        return model

    def data(self) -> tuple[Any, Any]:
        """Samples and labels; a list of labels if there are two outputs."""
        rng = np.random.RandomState(self.seed)
        if self.tokens:
            x = rng.randint(0, TOKENS, (self.samples, *self.shape)).astype("int32")
        else:
            x = rng.normal(size=(self.samples, *self.shape)).astype(self.floatx)
        dtype = "int32" if self.task.name in ("classes", "embeddings") else self.floatx
        y = self.task.labels(rng, self.samples, self.units).astype(dtype)
        if self.outputs == 1:
            return x, y
        return x, [y, rng.normal(size=(self.samples, 2)).astype(self.floatx)]


@dataclass(frozen=True)
class Task:
    """What the predictions and labels mean: the last activation and the labels that suit it."""

    name: str
    activation: str | None

    def labels(self, rng: Any, n: int, units: int) -> Any:
        match self.name:
            case "numbers":
                return rng.normal(size=(n, units))
            case "positive":
                return rng.uniform(0.1, 2, (n, units))
            case "binary":
                return rng.randint(0, 2, (n, units))
            case "signs":
                return 2 * rng.randint(0, 2, (n, units)) - 1
            case "one-hot":
                return np.eye(units)[rng.randint(0, units, n)]
            case _:  # classes, and the classes of embeddings
                return rng.randint(0, units, (n, 1) if n % 2 and self.name == "classes" else n)


TASKS = {
    "numbers": [None, "tanh", "sigmoid"],
    "positive": ["softplus", "sigmoid", "exponential"],
    "binary": ["sigmoid"],
    "signs": [None, "tanh"],
    "one-hot": ["softmax"],
    "classes": ["softmax"],
    "embeddings": [None],
}


def suited(module: str, task: str) -> list[str]:
    return sorted(name for name in public(module) if task in SUITED.get(name, ANY))


def shape_behind(layer: Make, *shapes: Shape) -> Shape | None:
    """The shape that a layer makes of others, or None if it refuses them."""
    inputs = [KerasTensor((None, *shape)) for shape in shapes]
    state = random.getstate()  # initializers without a seed draw one, which Hypothesis forbids
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # for example of a softmax over an axis of size 1
            y = layer(minikeras)(inputs if len(inputs) > 1 else inputs[0])
    except (ValueError, TypeError):
        return None
    finally:
        random.setstate(state)
    shape = tuple(y.shape[1:])
    good = None not in shape and 0 < math.prod(shape) <= LARGEST and len(shape) <= 4
    return shape if good else None


_MERGES = [n for n, c in public("layers").items() if issubclass(c, Merge)]
_RANKS = {"1D": 2, "2D": 3, "3D": 4}


def _candidates(shape: Shape) -> list[str]:
    """The layers that take inputs of this rank; those for windows are drawn more often."""
    names = []
    for name in public("layers"):
        wanted = _RANKS.get(name.removesuffix("Transpose")[-2:], len(shape))
        if name not in _MERGES and name != "Embedding" and wanted == len(shape):
            names += [name] * (3 if name.startswith(("Dense", "Conv")) else 1)
    return sorted(names)


@st.composite
def _layer(draw: Any, shape: Shape, keep: bool = False) -> tuple[Make, Shape]:
    """A layer that takes ``shape``, and the shape behind it; with ``keep`` the same shape."""
    for _ in range(6):
        name = draw(st.sampled_from(_candidates(shape)))
        given: dict[str, Any] = {}
        if keep and name == "Dense":
            given = {"units": shape[-1]}
        elif keep and name.startswith("Conv"):
            given = {"filters": shape[-1], "padding": "same", "strides": 1}
        layer = draw(instance("layers", name, shape, **given))
        found = shape_behind(layer, shape)
        if found is not None and (found == shape or not keep):
            return layer, found
    return Make("layers", "Dense", {"units": shape[-1]}), shape


@st.composite
def _blocks(draw: Any, shape: Shape) -> tuple[tuple[Make | Merged, ...], Shape]:
    blocks: list[Make | Merged] = []
    for _ in range(draw(st.integers(1, 4))):
        if draw(st.integers(0, 4)) == 0:
            inner = tuple(draw(_layer(shape, keep=True))[0] for _ in range(draw(st.integers(1, 2))))
            merge = draw(instance("layers", draw(st.sampled_from(_MERGES)), shape))
            behind = shape_behind(merge, shape, shape)
            if behind is not None:
                blocks.append(Merged(inner, merge))
                shape = behind
        else:
            layer, shape = draw(_layer(shape))
            blocks.append(layer)
    return tuple(blocks), shape


_SIZES = {1: st.integers(1, 13), 2: st.integers(3, 7), 3: st.integers(3, 6), 4: st.integers(2, 4)}


@st.composite
def _optimizer(draw: Any, name: str | None = None) -> Make:
    name = name or draw(st.sampled_from(sorted(public("optimizers"))))
    rate = draw(st.sampled_from([0.05, 0.01, 0.002, 0.1]))
    if draw(st.integers(0, 3)) == 0:
        rate = draw(instances("optimizers.schedules"))
    made = draw(instance("optimizers", name, learning_rate=rate))
    clips = [key for key in made.arguments if key.startswith(("clip", "global_clip"))]
    without = {k: v for k, v in made.arguments.items() if k not in clips[1:]}  # one at a time
    return Make("optimizers", name, without)


@st.composite
def _fits(draw: Any, task: str, outputs: int) -> dict[str, Any]:
    options = draw(_some(FIT))
    options.setdefault("epochs", 2)
    if task != "classes" or outputs > 1:
        options.pop("class_weight", None)
    if "class_weight" in options:  # the two exclude each other
        options.pop("sample_weight", None)
    return options


@st.composite
def _some(draw: Any, strategies: dict[str, Any]) -> dict[str, Any]:
    """Each option every fifth time."""
    return {
        name: draw(strategy)
        for name, strategy in strategies.items()
        if strategy is not None and draw(st.integers(0, 4)) == 0
    }


# What may stand between tokens and their embedding: it keeps the shape, and numbers below TOKENS.
_IN_FRONT: list[tuple[Make, ...]] = [
    (),
    (),
    (Make("layers", "Hashing", {"num_bins": 5}),),
    (Make("layers", "IntegerLookup", {"vocabulary": [5, 1, 3], "num_oov_indices": 2}),),
]


@st.composite
def trainings(draw: Any, floatx: Any = None) -> Training:
    floatx = floatx or draw(st.sampled_from(["float32", "float32", "float64"]))
    task_name = draw(st.sampled_from(sorted(TASKS)))
    task = Task(task_name, draw(st.sampled_from(TASKS[task_name])))
    many = task_name in ("one-hot", "classes", "embeddings")
    units = draw(st.integers(2 if many else 1, 5))
    loss_name = draw(st.sampled_from(suited("losses", task_name)))
    loss = draw(instance("losses", loss_name))
    metrics = []
    for name in draw(st.lists(st.sampled_from([*suited("metrics", task_name), None]), max_size=2)):
        if name is not None:
            given = GIVEN_METRICS.get(name, lambda units: {})(units)
            metrics.append(draw(instance("metrics", name, **given)))
    tokens = draw(st.integers(0, 5)) == 0
    rank = 1 if tokens else draw(st.integers(1, 4))
    shape = tuple(draw(_SIZES[rank]) for _ in range(max(1, rank - 1)))
    if rank > 1:
        shape += (draw(st.integers(1, 4)),)
    blocks: tuple[Make | Merged, ...] = ()
    inner = shape
    if tokens:
        blocks = (draw(instance("layers", "Embedding", shape)),)
        inner = shape_behind(blocks[0], shape) or shape
    more, _ = draw(_blocks(inner))
    batches = draw(st.sampled_from(["arrays"] * 6 + ["generator", "on_batch"]))
    batch_size = draw(st.sampled_from([4, 8, 10, 16, 23]))
    outputs = draw(st.sampled_from([1, 1, 1, 2]))
    number = draw(st.integers(1, 2))
    fits = tuple(draw(_fits(task_name, outputs)) for _ in range(number))
    if tokens:
        blocks = (*draw(st.sampled_from(_IN_FRONT)), *blocks)
    return Training(
        seed=draw(st.integers(0, 999)),
        floatx=floatx,
        shape=shape,
        tokens=tokens,
        blocks=(*blocks, *more),
        task=task,
        units=units,
        loss=loss,
        metrics=tuple(metrics),
        optimizer=draw(_optimizer()),
        samples=draw(st.sampled_from([20, 32, 40, 50])),
        batch_size=batch_size,
        weighted=draw(st.booleans()),
        outputs=outputs,
        compile=draw(_some(COMPILE)),
        fits=fits,
        batches=batches,
    )


SIMILAR = 6  # Hypothesis draws up to so many variants of an example, one after the other


def drawn(count: int, number: int, similar: int = SIMILAR) -> list[Training]:
    """``count`` trainings, the same for the same ``number``; of ``similar`` ones only the first.

    Another process draws them: what Hypothesis draws depends on the modules that are loaded.
    """
    arguments = map(str, (count, number, similar))
    command = [sys.executable, "-m", "parity_tests.trainings.drawing", *arguments]
    made = subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout
    found: list[Training] = pickle.loads(made)
    return found


def _draw(count: int, number: int, similar: int) -> list[Training]:
    found: list[Training] = []

    @seed(number)
    @settings(
        max_examples=count * similar,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(trainings())
    def collect(training: Training) -> None:
        found.append(training)

    collect()
    return found[::similar]


if __name__ == "__main__":  # the classes must not be those of __main__
    from parity_tests.trainings import drawing

    sys.stdout.buffer.write(pickle.dumps(drawing._draw(*map(int, sys.argv[1:]))))
