"""Pairs a Keras model with its counterpart here: layers by name, variables one by one."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

import numpy as np

from minikeras import tree
from minikeras.declare.names import to_snake_case
from minikeras.interchange.keras_models import _pairs_of_variables
from minikeras.optional import Library
from minikeras.parity import configuration
from minikeras.parity.lockstep.distances import difference, equal
from minikeras.parity.lockstep.recording import Names, Recorder
from minikeras.parity.lockstep.watched import keras_side, our_side
from minikeras.types import Array

keras = Library("keras")
tensorflow = Library("tensorflow")

_Named = tuple[str, str]  # a class and a name


class Held(NamedTuple):
    """A variable on both sides: what an entry calls it, and the layer it belongs to."""

    kind: str
    name: str
    layer: str
    ours: Any
    theirs: Any


class Pair:
    """A built model of each library, whose variables correspond one to one.

    Raises ValueError where layers or variables do not correspond.
    """

    def __init__(self, ours: Any, theirs: Any) -> None:
        self.ours, self.theirs = ours, theirs
        names = Names(theirs)
        if len(names.layers) != len(ours._flatten_layers()):
            raise ValueError(
                f"the models have {len(ours._flatten_layers())} layers in minikeras and "
                f"{len(names.layers)} in Keras; a pair must have the same layers"
            )
        self.held = list(self._variables(names.owners()))
        ours_known = {id(h.ours): (h.name, h.layer) for h in self.held}
        theirs_known = {id(h.theirs): (h.name, h.layer) for h in self.held}
        self.recorders = (
            Recorder(ours, our_side(), names.of(ours), ours_known),
            Recorder(theirs, keras_side(), names.of(theirs), theirs_known),
        )

    def _variables(self, owners: dict[int, str]) -> Iterator[Held]:
        ours, theirs = self.ours, self.theirs
        metrics = {id(v) for v in theirs.metrics_variables}
        for b, a in _pairs_of_variables(theirs, ours):
            if id(b) not in metrics:
                kind = "seed" if b.path.endswith("seed_generator_state") else "variable"
                yield Held(kind, b.path, owners.get(id(b), ""), a, b)
        if getattr(theirs, "optimizer", None) and getattr(ours, "optimizer", None):
            known = {v.path.replace("/", "_"): owners.get(id(v), "") for v in theirs.variables}
            slots = theirs.optimizer.variables
            for a, b in zip(ours.optimizer.variables, slots, strict=True):
                yield Held("slot", b.path, layer_of_slot(b.path, known), a, b)
        for a, b in zip(ours.metrics_variables, theirs.metrics_variables, strict=True):
            yield Held("metric", b.path, "", a, b)

    def initial_differences(self) -> list[str]:
        """Which weights and seeds are not equal before the first step, by how much."""
        found = []
        for h, a, b in zip(self.held, self.arrays(0), self.arrays(1), strict=True):
            if h.kind in ("variable", "seed") and not equal(a, b):
                apart = difference(a, b).max() if a.shape == b.shape else np.inf
                found.append(f"initial value of {h.name}: {apart:.1e} apart")
        return found

    def arrays(self, side: int) -> list[Array]:
        """Copies of all variables of minikeras (0) or Keras (1)."""
        return [np.array((h.ours, h.theirs)[side].numpy()) for h in self.held]

    def assign(self, side: int, arrays: list[Array]) -> None:
        """Set all variables of one side; a metric whose sum changed its shape is left alone."""
        for h, array in zip(self.held, arrays, strict=True):
            variable = (h.ours, h.theirs)[side]
            if tuple(variable.shape) == array.shape:
                variable.assign(array)

    @contextlib.contextmanager
    def restored(self) -> Iterator[None]:
        """Afterwards both models hold what they held before."""
        before = self.arrays(0), self.arrays(1)
        try:
            yield
        finally:
            for side in (0, 1):
                self.assign(side, before[side])


def build(model: Any, batch: tuple[Any, ...]) -> None:
    """Build what of a Keras model is not built yet, as ``fit`` does."""
    if not getattr(model, "compiled", False):
        if not model.built:
            model(keras.tree.map_structure(lambda x: x[:1], batch[0]))
        return
    made = keras.tree.map_structure(tensorflow.convert_to_tensor, batch, none_is_leaf=False)
    model._symbolic_build(data_batch=tuple([*made, None, None][:3]))
    optimizer = model.optimizer
    if optimizer is not None and not optimizer.built:
        optimizer.build(model.trainable_variables)


def build_ours(model: Any, batch: tuple[Any, ...], task: str, metric_variables: int) -> None:
    """The same for a model of minikeras, by a step that is undone.

    metric_variables: how many Keras has; some metrics make theirs for the first batch.
    """
    if not model.built:
        model(tree.map_structure(lambda x: x[:1], batch[0]))
    if model.optimizer is not None and not model.optimizer.built:
        model.optimizer.build(model.trainable_variables)
    metrics, loss = model._compile_metrics, model._compile_loss
    is_built = all(part is None or part.built for part in (metrics, loss))
    if task == "predict" or (is_built and len(model.metrics_variables) == metric_variables):
        return
    slots = model.optimizer.variables if model.optimizer is not None else []
    before = [(variable, variable.numpy()) for variable in [*model.variables, *slots]]
    model._take_first_step(batch)
    for variable, value in before:
        variable.assign(value)
    model.reset_metrics()


def differences(ours: Any, theirs: Any) -> list[str]:
    """What the configurations of model, optimizer and losses differ in."""
    found: list[str] = []
    described: list[dict[str, Any]] = []
    for model in (ours, theirs):
        compiled = model.get_compile_config() if getattr(model, "compiled", False) else {}
        config = configuration.config_of(compiled or {})
        config.pop("optimizer", None)
        described.append(
            {
                "model": configuration.config_of_model(model),
                "optimizer": configuration.config_of(getattr(model, "optimizer", None)),
                "compile": config,
            }
        )
    layers = dict(_renamed(zip(_named(ours), _named(theirs), strict=False)))
    described[0]["model"] = _with_names(described[0]["model"], layers)
    for name in described[0]:
        mine, other = described[0][name], described[1][name]
        mine = _with_names(mine, dict(_renamed(_named_alike(mine, other))))
        found += configuration.differences(mine, other, name)
    return found


def _named(model: Any) -> list[_Named]:
    """Class and name of each layer."""
    return [(type(layer).__name__, layer.name) for layer in model._flatten_layers()]


def _named_alike(ours: Any, theirs: Any) -> Iterator[tuple[_Named, _Named]]:
    """Class and name of what stands at the same place of two descriptions."""
    if isinstance(ours, dict) and isinstance(theirs, dict):
        if "name" in ours and "name" in theirs:
            yield (
                (str(ours.get("class_name")), str(ours["name"])),
                (str(theirs.get("class_name")), str(theirs["name"])),
            )
        for key in ours.keys() & theirs.keys():
            yield from _named_alike(ours[key], theirs[key])
    elif isinstance(ours, list) and isinstance(theirs, list):
        for mine, other in zip(ours, theirs, strict=False):
            yield from _named_alike(mine, other)


def _renamed(pairs: Iterable[tuple[_Named, _Named]]) -> Iterator[tuple[str, str]]:
    """Our name and Keras's where both are automatic, counted from the start of each session."""
    for (cls, mine), (other_cls, other) in pairs:
        automatic = re.compile(rf"{to_snake_case(cls)}(_\d+)?")
        if cls == other_cls and automatic.fullmatch(mine) and automatic.fullmatch(other):
            yield mine, other


def _with_names(described: Any, names: dict[str, str]) -> Any:
    """The description with other names, also where one layer refers to another."""
    if isinstance(described, dict):
        return {names.get(k, k): _with_names(v, names) for k, v in described.items()}
    if isinstance(described, list):
        return [_with_names(entry, names) for entry in described]
    return names.get(described, described) if isinstance(described, str) else described


def layer_of_slot(path: str, layers: dict[str, str]) -> str:
    """The layer of the variable whose slot has this path: ``adam/dense_kernel_momentum``."""
    rest = path.partition("/")[2]
    fitting = [name for name in layers if rest.startswith(name)]
    return layers[max(fitting, key=len)] if fitting else ""
