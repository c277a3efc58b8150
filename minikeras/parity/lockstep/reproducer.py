"""Scripts of a few lines that show a difference with Keras alone."""

from __future__ import annotations

import copy
import dataclasses
import json
from typing import Any

import numpy as np

from minikeras import tree
from minikeras.autograd import Tensor
from minikeras.messages import count
from minikeras.optional import Library
from minikeras.parity.lockstep import mirror
from minikeras.parity.lockstep.batches import Batch, samples_of
from minikeras.parity.lockstep.cases import LayerCase, layer_case
from minikeras.parity.lockstep.distances import difference
from minikeras.parity.lockstep.loss_case import loss_case
from minikeras.parity.lockstep.optimizer_case import optimizer_case
from minikeras.parity.lockstep.results import Entry, Reproducer, Verdict
from minikeras.parity.lockstep.shrinking import fewest_samples, shrunk
from minikeras.parity.lockstep.text import storable, with_vocabularies
from minikeras.parity.lockstep.verdict import is_beyond
from minikeras.types import Array

keras = Library("keras")

TRIED = 40  # entries of which a further reproducer is looked for
ALONE = 1e-5  # of its largest number, by how much a part must differ by itself

LAYER = '''\
"""{reason}"""
import json

import keras
import numpy as np
import tensorflow as tf

data = np.load("reproducer.npz")
layer = keras.layers.deserialize(json.loads({config!r}))
x = [tf.constant(data[f"x{{i}}"]) for i in range({inputs})]
layer.build([tuple(t.shape) for t in x] if len(x) > 1 else tuple(x[0].shape))
for i, variable in enumerate(layer.variables):
    variable.assign(data[f"variable{{i}}"])
with tf.GradientTape() as tape:
    tape.watch([t for t in x if t.dtype.is_floating])
    result = layer(x if len(x) > 1 else x[0]{training})
{gradient}print("largest difference from minikeras:", np.abs(result - data["minikeras"]).max())
'''

GRADIENT = """\
sources = [*x, *layer.trainable_variables]
result = tape.gradient(result, sources[{result}], output_gradients=tf.constant(data["dy"]))
"""

OPERATION = '''\
"""{reason}"""
import json

import keras
import numpy as np

data = np.load("reproducer.npz")
x = [keras.ops.convert_to_tensor(data[f"x{{i}}"]) for i in range({inputs})]
{function}result = {call}
parts = keras.tree.flatten(result)
print("largest difference from minikeras:", np.abs(parts[{part}] - data["minikeras"]).max())
'''

MODEL = '''\
"""{reason}"""
import json

import keras
import numpy as np

data = np.load("reproducer.npz")
model = keras.saving.deserialize_keras_object(json.loads({config!r}))
read = {read}
batches = []
for step in range({steps}):
    batch = [[read(f"{{n}}{{i}}_{{step}}") for i in range(k)] for n, k in {batch!r}]
    batches.append([part[0] if len(part) == 1 else part for part in batch])
model.run_eagerly = True
model.train_on_batch(*batches[0])  # builds what is not built yet
for i, variable in enumerate([*model.variables, *model.optimizer.variables]):
    variable.assign(data[f"variable{{i}}"])
model.reset_metrics()
for batch in batches:
    model.train_on_batch(*batch)
for i, variable in enumerate([*model.variables, *model.optimizer.variables]):
    apart = np.abs(variable.numpy().astype(float) - data[f"minikeras{{i}}"]).max()
    print(variable.path, "differs from minikeras by", apart)
'''


BACKEND = '''\
"""A training step of Keras on {backend} that is not that of minikeras."""
import json
import os

os.environ["KERAS_BACKEND"] = {backend!r}
import keras
import numpy as np

data = np.load("reproducer.npz")
model = keras.models.model_from_json({config!r})
model.compile_from_config(json.loads({compiled!r}))
batch = [[data[f"batch{{p}}_{{i}}"] for i in range(n)] for p, n in enumerate({sizes}) if n]
batch = [part[0] if len(part) == 1 else part for part in batch]
model.optimizer.build(model.trainable_variables)
variables = [v for v in model.variables if "seed" not in v.path]
for i, variable in enumerate([*variables, *model.optimizer.variables]):
    if f"before{{i}}" in data:
        variable.assign(data[f"before{{i}}"])
model.train_on_batch(*batch)
for i, variable in enumerate([*variables, *model.optimizer.variables]):
    apart = np.abs(keras.ops.convert_to_numpy(variable) - data[f"minikeras{{i}}"]).max()
    print(variable.path, "differs from minikeras by", apart)
'''


def of_backend(backend: str, call: Any, ours: Any) -> Reproducer:
    """The whole step under another backend.

    call: of `observed_step`.  ours: the record of minikeras.
    """
    described = call.make.arguments
    before = [*call.weights, *(call.inputs["slots"] or ())]
    arrays = {f"before{i}": value for i, value in enumerate(before)}
    parts = [
        part for kind in ("variable", "slot") for part in ours.parts.values() if part.kind == kind
    ]
    arrays |= {f"minikeras{i}": part.array for i, part in enumerate(parts)}
    sizes = []
    for p, part in enumerate(call.inputs["batch"]):
        leaves = [leaf for leaf in tree.flatten(part) if leaf is not None]
        arrays |= {f"batch{p}_{i}": leaf for i, leaf in enumerate(leaves)}
        sizes.append(len(leaves))
    script = BACKEND.format(
        backend=backend,
        config=json.dumps(described["config"]),
        compiled=json.dumps(described["compiled"]),
        sizes=sizes,
    )
    return Reproducer(script, arrays, "the whole model, with one batch")


def of(lockstep: Any, verdict: Verdict, batches: list[Batch]) -> Reproducer | None:
    """The smallest script that was found for the entry that a verdict names; None if there is none.

    batches: of the steps that it takes.  More than one take the whole model.

    A layer alone if one is to blame, shrunk; an operation alone; a loss alone; an optimizer alone
    for slots and trained weights; else the step of the whole model.
    """
    kind, name = verdict.kind, verdict.name
    if kind is None or name is None:
        return None
    found = _of_part(lockstep, verdict) if len(batches) == 1 else None
    if found is None and not _has_users_classes(lockstep.pair.theirs):
        found = _of_model(*_with_fewest_samples(lockstep, verdict, batches))
    return found and dataclasses.replace(found, of=f"{kind} {name}")


def _has_users_classes(model: Any) -> bool:
    """Whether a config of the model needs more than Keras to be read."""
    return isinstance(model, keras.Model) and bool(mirror.users_objects(model))


def further(lockstep: Any, verdict: Verdict, entries: list[Entry], most: int) -> list[Reproducer]:
    """Reproducers of other parts that differ in the step, the worst first.

    Only of those that differ by themselves, given what Keras's are given: what follows from an
    earlier difference is none of its own.  Of each, the first entry that differs so.
    """
    by_part: dict[str, list[Entry]] = {}
    for entry in entries:
        if is_beyond(entry):
            made = entry.name.partition("[")[0]
            is_op = entry.kind == "output" and made in lockstep.records[1].ops
            by_part.setdefault(entry.name if is_op else entry.layer, []).append(entry)
    found: list[Reproducer] = []
    tries = 0
    for part in sorted(by_part.values(), key=_worst, reverse=True):
        for entry in part:
            tries += 1
            if len(found) >= most or tries > TRIED:
                return found
            of = f"{entry.kind} {entry.name}"
            if (entry.kind, entry.name) == (verdict.kind, verdict.name):
                break
            said = f"{of} differs by {entry.distances.factor:.2g} times the rounding bound"
            about = Verdict(False, said, kind=entry.kind, name=entry.name, layer=entry.layer)
            one = _of_part(lockstep, about, least=ALONE)
            if one is not None:
                found.append(dataclasses.replace(one, of=of))
                break
    return found


def _worst(entries: list[Entry]) -> float:
    return max(entry.distances.factor or 0.0 for entry in entries)


def _of_part(lockstep: Any, verdict: Verdict, least: float = 0.0) -> Reproducer | None:
    """The first part that differs alone by more than ``least`` of its largest number."""
    kind, name = verdict.kind, verdict.name
    assert kind is not None and name is not None
    if kind == "output" and name.partition("[")[0] in lockstep.records[1].ops:
        return _of_operation(lockstep, verdict, least)
    layer = layer_case(lockstep, kind, name)
    if layer is not None and layer.difference() > least:
        return _of_layer(layer, shrunk(layer), verdict)
    for make in (loss_case, optimizer_case):
        case = make(lockstep, kind, name)
        if case is not None and case.difference() > least:
            small: Any = shrunk(case)
            found: Reproducer = small.reproducer(case.size, _quoted(verdict.reason))
            return found
    return None


def _of_layer(whole: LayerCase, case: LayerCase, verdict: Verdict) -> Reproducer:
    arrays = {f"x{i}": storable(x) for i, x in enumerate(case.inputs)}
    arrays |= {f"variable{i}": value for i, value in enumerate(case.variables)}
    gradient = ""
    if case.dy is not None:
        gradient = GRADIENT.format(result=case.result)
        arrays["dy"] = case.dy
    arrays["minikeras"] = case.outcome(0)
    script = LAYER.format(
        reason=_quoted(verdict.reason),
        config=json.dumps(case.configs[1]),
        inputs=len(case.inputs),
        training="" if case.training is None else f", training={case.training}",
        gradient=gradient,
    )
    said = f"one layer, with {case.size} instead of {whole.size.removeprefix('inputs of ')}"
    return Reproducer(script, arrays, said)


def _of_operation(lockstep: Any, verdict: Verdict, least: float) -> Reproducer | None:
    """The call of an operation of ``keras.ops``, with what it was given."""
    assert verdict.name is not None
    called, _, part = verdict.name.partition("[")
    record, side = lockstep.records[1], lockstep.pair.recorders[1].watched
    call = record.ops[called]
    inputs: list[Array] = []

    def written(value: Any) -> str:
        """An argument as Python code."""
        if side.is_array(value) or isinstance(value, keras.Variable):
            inputs.append(np.array(value.numpy()))
            return f"x[{len(inputs) - 1}]"
        if isinstance(value, np.ndarray):
            inputs.append(value)
            return f"data['x{len(inputs) - 1}']"
        if isinstance(value, list | tuple):
            parts = ", ".join(map(written, value))
            return f"[{parts}]" if isinstance(value, list) else f"({parts},)"
        if value is None or isinstance(value, bool | int | float | str | slice | type(...)):
            return repr(value)
        raise ValueError(f"no code for {type(value)}")

    function, name = "", f"keras.ops.{getattr(call.layer, '__name__', '')}"
    try:
        if isinstance(call.layer, side.operation):
            config = json.dumps(keras.saving.serialize_keras_object(call.layer))
            name = "operation"
            function = (
                f"config = json.loads({config!r})\n"
                "operation = keras.saving.deserialize_keras_object(config)\n"
            )
        given = [written(x) for x in call.args]
        given += [f"{key}={written(x)}" for key, x in call.kwargs.items()]
    except Exception:  # of an argument that no code can be written for
        return None
    script = OPERATION.format(
        reason=_quoted(verdict.reason),
        inputs=len(inputs),
        function=function,
        call=f"{name}({', '.join(given)})",
        part=part.rstrip("]") or 0,
    )
    arrays = {f"x{i}": x for i, x in enumerate(inputs)}
    arrays["minikeras"] = lockstep.records[0].parts["output", verdict.name].array
    if least:  # minikeras's was given other numbers
        mine = _of_ours(lockstep.records[0].ops.get(called), call, side, int(part.rstrip("]") or 0))
        theirs = record.parts["output", verdict.name].array
        if mine is None or mine.shape != theirs.shape:
            return None
        size = float(np.max(np.abs(theirs), initial=0.0)) or 1.0
        if not float(difference(mine, theirs).max(initial=0.0)) > least * size:
            return None
        arrays["minikeras"] = mine
    shapes = " and ".join(str(x.shape) for x in inputs)
    return Reproducer(script, arrays, f"one operation, with inputs of {shapes}")


def _of_ours(mine: Any, theirs: Any, side: Any, part: int) -> Array | None:
    """What minikeras's operation makes of what Keras's was given; None if it fails."""

    def ours(x: Any) -> Any:
        is_tensor = side.is_array(x) or isinstance(x, keras.Variable)
        return Tensor(np.array(x.numpy())) if is_tensor else x

    if mine is None:
        return None
    try:
        args, kwargs = tree.map_structure(ours, [theirs.args, theirs.kwargs], none_is_leaf=False)
        return np.asarray(tree.flatten(mine.layer(*args, **kwargs))[part])
    except Exception:  # of an argument of TensorFlow's own
        return None


def _with_fewest_samples(
    lockstep: Any, verdict: Verdict, batches: list[Batch]
) -> tuple[Any, Verdict, list[Batch]]:
    """A single step with the fewest samples; several as they are."""
    if len(batches) > 1 or not batches[0] or verdict.kind == "batch":
        return lockstep, verdict, batches
    small = copy.copy(lockstep)
    batch, small.records = fewest_samples(lockstep, verdict, batches[0])
    return small, verdict, [batch]


def _of_model(lockstep: Any, verdict: Verdict, batches: list[Batch]) -> Reproducer | None:
    """The whole model with its batches, if it can be written as a config."""
    pair = lockstep.pair
    model = pair.theirs
    try:
        config = keras.saving.serialize_keras_object(model)
        config = json.dumps(with_vocabularies(config, model._flatten_layers()))
    except Exception:  # a class of the user without a config
        return None
    if model.optimizer is None or lockstep.method != "train_step":
        return None
    before = {h.name: x for h, x in zip(pair.held, lockstep.starts_beyond[1], strict=True)}
    listed = [v.path for v in (*model.variables, *model.optimizer.variables)]
    if any(path not in before for path in listed):
        return None
    arrays = {f"variable{i}": before[path] for i, path in enumerate(listed)}
    counts: dict[str, int] = {}
    for step, batch in enumerate(batches):
        for name, part in zip("xyw", batch, strict=False):
            leaves = [leaf for leaf in keras.tree.flatten(part) if leaf is not None]
            read = [storable(np.asarray(leaf)) for leaf in leaves]
            arrays |= {f"{name}{i}_{step}": array for i, array in enumerate(read)}
            counts |= {name: len(leaves)} if leaves else {}
    ours = lockstep.records[0].parts
    kinds = {h.name: h.kind for h in pair.held}
    arrays |= {f"minikeras{i}": ours[kinds[p], p].array for i, p in enumerate(listed)}
    is_text = any(array.dtype.kind == "S" for array in arrays.values())
    script = MODEL.format(
        reason=_quoted(verdict.reason),
        config=config,
        read="lambda name: keras.ops.convert_to_tensor(data[name])" if is_text else "data.get",
        batch=[*counts.items()],
        steps=len(batches),
    )
    said = f"the last {len(batches)} batches"
    if len(batches) == 1:
        said = f"a batch of {count(samples_of(batches[0]), 'sample')}"
    return Reproducer(script, arrays, f"the whole model, with {said}")


def _quoted(text: str) -> str:
    return text.replace('"', "'").replace("\\", "/")
