"""What a backend is to compute, and how it is computed with any library.

The kind of a call is the module of its `Make`:

===========  =====================================================================================
``ops``      the function, ``activations`` too: outputs, gradients of every floating input
``layers``   the layer, with given weights: outputs, variables that it moves; gradients of inputs
             and trainable weights
``losses``   the loss of ``y_true`` and ``y_pred``; the gradient of ``y_pred``
``metrics``  the result behind each of some batches
``optimizers``  variables and slots after some steps with given gradients
``models``   one training step of a model: see `training_step`, and `observed_step` for one whose
             inside is wanted
===========  =====================================================================================

A gradient is that of Σ cᵢ yᵢ over all floating outputs, where the cᵢ are fixed eighths.
"""

from __future__ import annotations

import dataclasses
import re
import warnings
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from minikeras.parity.backends import engines, observed_step, training_step
from minikeras.parity.backends.values import Make, build
from minikeras.types import Array


@dataclass(frozen=True)
class Call:
    """One computation.

    make: what is called.
    inputs: its arrays by the names of the arguments; lists of arrays are allowed.
    weights: of a layer or model, in the order of its variables; initial variables of an optimizer.
    training: of a layer.
    gradient: whether gradients are wanted.
    promise: whether the shapes and dtypes that Keras promises for symbolic inputs are wanted.
    """

    make: Make
    inputs: dict[str, Any]
    weights: tuple[Array, ...] = ()
    training: bool | None = None
    gradient: bool = True
    promise: bool = False

    def as_message(self) -> dict[str, Any]:
        """The call as `wire.send` takes it."""
        return {name.name: getattr(self, name.name) for name in dataclasses.fields(self)}

    def in_dtype(self, dtype: str) -> Call:
        """The same call with arrays, computation and results of another floating dtype."""

        def converted(value: Any) -> Any:
            match value:
                case np.ndarray():
                    return value.astype(dtype) if value.dtype.kind == "f" else value
                case list() | tuple():
                    return type(value)(converted(v) for v in value)
                case dict():
                    return {k: converted(v) for k, v in value.items()}
                case Make():
                    return Make(value.module, value.name, converted(value.arguments))
                case "float16" | "float32" | "float64":
                    return dtype
            return value

        return dataclasses.replace(
            self,
            make=converted(self.make),
            inputs=converted(self.inputs),
            weights=converted(self.weights),
        )


# What libraries write where they do not do something.
_REFUSAL = re.compile(
    "not support|unsupported|not implemented|only support|not available|cannot be used|"
    "no gradient through|gradient registry has no entry|unexpected keyword argument|must be [1-9]-|"
    "must be set when using|only one of .* can be provided|must be a floating point",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Raised:
    """An error, without what differs from call to call."""

    type: str
    message: str

    @property
    def is_refusal(self) -> bool:
        """Whether the library says that it does not do this, in place of failing at it."""
        return self.type == "NotImplementedError" or bool(_REFUSAL.search(self.message))


@dataclass
class Outcome:
    """What a library made of a call.

    outputs: arrays by name.  gradients: arrays by name.  promised: shape and dtype of each output.
    raised, gradient_raised, promise_raised: the error of the respective part, if it failed.
    """

    outputs: dict[str, Array] = field(default_factory=dict)
    gradients: dict[str, Array] = field(default_factory=dict)
    promised: list[tuple[tuple[int | None, ...], str]] = field(default_factory=list)
    raised: Raised | None = None
    gradient_raised: Raised | None = None
    promise_raised: Raised | None = None

    def as_message(self) -> dict[str, Any]:
        """The outcome as `wire.send` takes it."""
        return {
            f.name: dataclasses.astuple(value) if isinstance(value, Raised) else value
            for f in dataclasses.fields(self)
            for value in [getattr(self, f.name)]
        }

    @classmethod
    def from_message(cls, message: dict[str, Any]) -> Outcome:
        """The inverse of `as_message`."""
        names = ("raised", "gradient_raised", "promise_raised")
        raised = {name: message[name] and Raised(*message[name]) for name in names}
        return cls(**{**message, **raised})


def evaluate(library: Any, call: Call, floatx: str = "float32") -> Outcome:
    """Compute ``call`` with ``library``, `keras` or `minikeras`; errors are part of the outcome."""
    library.config.set_floatx(floatx)
    library.config.set_dtype_policy(floatx)
    outcome = Outcome()
    try:
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            outcome.raised = _attempt(lambda: _outputs(library, call, outcome))
            if outcome.raised is None and call.gradient:
                outcome.gradient_raised = _attempt(lambda: _gradients(library, call, outcome))
            if outcome.raised is None and call.promise and call.make.module in _FUNCTIONS:
                outcome.promise_raised = _attempt(lambda: _promise(library, call, outcome))
    finally:
        library.config.set_floatx("float32")
        library.config.set_dtype_policy("float32")
    return outcome


_FUNCTIONS = ("ops", "activations")


def _attempt(work: Callable[[], None]) -> Raised | None:
    try:
        work()
    except Exception as error:
        text = re.sub(r"\x1b\[\d*m", "", str(error)).strip()  # Keras writes parts in bold
        return Raised(type(error).__name__, text[:1000])
    return None


def _outputs(library: Any, call: Call, outcome: Outcome) -> None:
    match call.make.module:
        case "metrics":
            found = _metric(library, call)
        case "optimizers":
            found = _optimizer(library, call)
        case "models":
            run = observed_step.run if call.make.name == observed_step.NAME else training_step.run
            found = run(library, call.make.arguments, call.inputs, call.weights)
        case _:
            function, leaves = _function(library, call)
            tensors = {n: library.ops.convert_to_tensor(a) for n, a in leaves.items()}
            found = function(tensors)
    outcome.outputs = {name: _array(library, value) for name, value in found.items()}


def _gradients(library: Any, call: Call, outcome: Outcome) -> None:
    if call.make.module in ("metrics", "optimizers", "models"):
        return
    function, leaves = _function(library, call)

    def total(tensors: dict[str, Any]) -> Any:
        terms = [
            library.ops.sum(y * library.ops.cast(factors(y.shape), y.dtype))
            for name, y in function(tensors).items()
            if engines.is_floating(y) and not name.startswith("moved")
        ]
        if not terms:
            return None
        return sum(library.ops.cast(t, terms[0].dtype) for t in terms)

    wanted = [name for name, a in leaves.items() if a.dtype.kind == "f" and name != "y_true"]
    if wanted:
        found = engines.gradients(library, total, leaves, wanted)
        outcome.gradients = {name: _array(library, g) for name, g in found.items()}


def factors(shape: Any) -> Array:
    """The cᵢ of a gradient: eighths between −1 and 1, without 0, in an order without a pattern."""
    shape = tuple(shape)
    k = np.arange(int(np.prod(shape)))
    return np.asarray((k * 7 % 8 + 1) * np.where(k * 5 % 3 == 1, -1, 1) / 8, "float32").reshape(
        shape
    )


def _function(library: Any, call: Call) -> tuple[Callable[..., dict[str, Any]], dict[str, Array]]:
    """A function from named tensors to named outputs, and the arrays for it."""
    names, leaves = _named(call.inputs)

    def inputs(tensors: dict[str, Any]) -> dict[str, Any]:
        return {
            key: [tensors[n] for n in name] if isinstance(name, list) else tensors[name]
            for key, name in names.items()
        }

    if call.make.module != "layers":
        if call.make.module in _FUNCTIONS:
            target = call.make.target(library)
            static = build(library, call.make.arguments)
        else:  # an object that is called, such as a loss
            target, static = call.make(library), {}

        def function(tensors: dict[str, Any]) -> dict[str, Any]:
            given = {**inputs(tensors), **static}
            return _flat(library, target(*_positional(given), **given))

        return function, leaves

    layer = call.make(library)
    layer.build(*_shapes(call.inputs))
    trainable = []
    for variable, value in zip(_variables(layer), call.weights, strict=True):
        variable.assign(value)
    for i, variable in enumerate(layer.trainable_variables):
        leaves[f"weight {i}"] = np.asarray(library.ops.convert_to_numpy(variable.value))
        trainable.append(f"weight {i}")
    others = [variable.value for variable in layer.non_trainable_variables]
    options = {} if call.training is None else {"training": call.training}

    def stateless(tensors: dict[str, Any]) -> dict[str, Any]:
        weights = [tensors[name] for name in trainable]
        given = list(inputs(tensors).values())
        outputs, moved = layer.stateless_call(weights, others, *given, **options)
        found = _flat(library, outputs)
        return found | {
            f"moved {i}": value
            for i, (variable, value) in enumerate(zip(layer.non_trainable_variables, moved))
            if "seed" not in variable.path
        }

    return stateless, leaves


def _variables(layer: Any) -> list[Any]:
    return [v for v in layer.variables if "seed" not in v.path]


def layer_weights(library: Any, make: Make, inputs: dict[str, Any]) -> list[Array]:
    """The initial variables of a layer for inputs of these shapes, without seeds."""
    layer = make(library)
    layer.build(*_shapes(inputs))
    return [np.asarray(library.ops.convert_to_numpy(v.value)) for v in _variables(layer)]


def _shapes(inputs: dict[str, Any]) -> list[Any]:
    shapes = [
        [a.shape for a in value] if isinstance(value, list) else value.shape
        for value in inputs.values()
    ]
    return shapes[:1]  # a mask or a second input has no part in build


def _named(inputs: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Array]]:
    """The names of the arrays in place of the arrays, and the arrays by name."""
    names: dict[str, Any] = {}
    leaves: dict[str, Array] = {}
    for key, value in inputs.items():
        if isinstance(value, list | tuple):
            names[key] = [f"{key}[{i}]" for i in range(len(value))]
            leaves |= dict(zip(names[key], value))
        else:
            names[key] = key
            leaves[key] = value
    return names, leaves


def _positional(given: dict[str, Any]) -> list[Any]:
    """Takes out of ``given`` what is given by position: the arguments called ``*name``."""
    starred = [name for name in given if name.startswith("*")]
    before = [given.pop(name) for name in list(given) if starred and name == "subscripts"]
    return before + [v for name in starred for v in given.pop(name)]


def _flat(library: Any, outputs: Any) -> dict[str, Any]:
    flat = library.tree.flatten(outputs)
    return {"output" if len(flat) == 1 else f"output {i}": y for i, y in enumerate(flat)}


def _array(library: Any, value: Any) -> Array:
    if hasattr(value, "dtype") and not isinstance(value, np.ndarray):
        value = library.ops.convert_to_numpy(value)
    return np.array(value)  # a copy: those of torch may share memory


def _metric(library: Any, call: Call) -> dict[str, Any]:
    """The result behind each batch; ``inputs`` holds lists of as many arrays as batches."""
    metric = call.make(library)
    found: dict[str, Any] = {}
    batches = len(next(iter(call.inputs.values())))
    for i in range(batches):
        metric.update_state(**{key: value[i] for key, value in call.inputs.items()})
        found[f"result {i}"] = metric.result()
    return found


def _optimizer(library: Any, call: Call) -> dict[str, Any]:
    """The variables behind each step; ``inputs`` holds a list of gradients for each step."""
    optimizer = call.make(library)
    variables = [
        library.Variable(w, dtype=str(w.dtype), name=f"v{i}") for i, w in enumerate(call.weights)
    ]
    optimizer.build(variables)
    found: dict[str, Any] = {}
    for step, gradients in enumerate(call.inputs.values()):
        tensors = [library.ops.convert_to_tensor(g) for g in gradients]
        optimizer.apply(tensors)
        for i, variable in enumerate(variables):
            found[f"step {step}, variable {i}"] = _array(library, variable.value)
    return found


def _promise(library: Any, call: Call, outcome: Outcome) -> None:
    """The shapes and dtypes for symbolic inputs."""

    def symbol(value: Any) -> Any:
        if isinstance(value, list | tuple):
            return [symbol(v) for v in value]
        return library.KerasTensor(value.shape, str(value.dtype))

    target = call.make.target(library)
    given = {key: symbol(v) for key, v in call.inputs.items()} | dict(call.make.arguments)
    outputs = library.tree.flatten(target(*_positional(given), **given))
    outcome.promised = [
        (tuple(y.shape), str(y.dtype)) for y in outputs if isinstance(y, library.KerasTensor)
    ]
