"""Notes every number of one step of a model, of Keras or of minikeras, while the step runs as ever.

The step itself is the library's: nothing is computed here that it does not compute.  A few methods
are replaced for the time of the step, by ones that do the same and note what came out:

    Layer.__call__          the outputs of each call
    Operation.__call__      the outputs of an operation of a functional graph: ``ops.relu(x) * 2``
    the names of keras.ops  the outputs of an operation that the user's code calls
    Loss.__call__           the losses of ``compile``
    model.compute_loss      the losses of regularizers and ``add_loss``, and the sum
    GradientTape.gradient   is asked for the gradients of the outputs too
    Optimizer.apply         the gradients that the optimizer is given

Both libraries are watched while they run eagerly: Keras's compiled functions show nothing of their
inside.
"""

from __future__ import annotations

import contextlib
import dataclasses
import functools
import sys
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from minikeras import tree
from minikeras.parity.lockstep.watched import Watched
from minikeras.types import Array


class Part(NamedTuple):
    """One array of a step: its kind, its name, the layer it belongs to, which call of it."""

    kind: str
    name: str
    layer: str
    call: int
    array: Array


class Call(NamedTuple):
    """One call of a layer or an operation: what it was called with, and its outputs.

    layer: or the node of a functional graph, or the function of ``keras.ops``.
    """

    layer: Any
    args: tuple[Any, ...]
    kwargs: dict[str, Any]
    outputs: list[Any]


@dataclasses.dataclass
class Record:
    """All parts of a step by kind and name, in the order in which they arose."""

    parts: dict[tuple[str, str], Part] = dataclasses.field(default_factory=dict)
    calls: dict[str, Call] = dataclasses.field(default_factory=dict)  # by the name of the output
    ops: dict[str, Call] = dataclasses.field(default_factory=dict)  # the same of operations
    losses: dict[str, Call] = dataclasses.field(default_factory=dict)  # by the name of the term
    untracked: set[str] = dataclasses.field(default_factory=set)  # outputs whose gradient is unused

    def add(self, kind: str, name: str, layer: str, call: int, array: Array) -> str:
        """Note an array; returns its name, with a number if it is not the first of it."""
        again = 2
        first = name
        while (kind, name) in self.parts:
            name, again = f"{first}#{again}", again + 1
        self.parts[kind, name] = Part(kind, name, layer, call, array)
        return name


class Names:
    """The layers of a model by unique names: their own, or with those of the layers around them.

    Both libraries list the layers in one order, so minikeras's get the names of Keras's.
    """

    def __init__(self, model: Any) -> None:
        self.layers = model._flatten_layers()
        paths = {id(model): model.name}
        self._walk(model, model.name, paths)
        own = [layer.name for layer in self.layers]
        self.names = [
            layer.name if own.count(layer.name) == 1 else paths.get(id(layer), layer.name)
            for layer in self.layers
        ]

    def _walk(self, layer: Any, path: str, paths: dict[int, str]) -> None:
        for inner in layer._layers:
            if id(inner) not in paths:
                paths[id(inner)] = f"{path}/{inner.name}"
                self._walk(inner, paths[id(inner)], paths)

    def owners(self) -> dict[int, str]:
        """The name of the innermost layer that holds each variable, by the variable's id."""
        owners: dict[int, str] = {}
        for layer, name in zip(self.layers, self.names, strict=True):
            inner = {id(v) for below in layer._layers for v in below.variables}
            owners |= {id(v): name for v in layer.variables if id(v) not in inner}
        return owners

    def of(self, model: Any) -> dict[int, str]:
        """The names for the layers of a counterpart, by their ids."""
        layers = model._flatten_layers()
        return {id(layer): name for layer, name in zip(layers, self.names, strict=True)}


class Recorder:
    """Runs steps of one model and notes their numbers.

    model: of Keras or of minikeras; watched: the classes of its library.
    names: of its layers, by their ids.
    variables: the names and layers of its variables, by their ids.
    """

    def __init__(
        self,
        model: Any,
        watched: Watched,
        names: dict[int, str],
        variables: dict[int, tuple[str, str]],
    ) -> None:
        self.model, self.watched = model, watched
        self.names, self.variables = names, variables
        self.record = Record()
        self._counts: dict[str, int] = {}
        self._outputs: list[tuple[str, str, int, Any]] = []  # of which gradients are asked for
        self._own = False  # whether this class is asking
        self._around: list[str] = []  # the names of the layers that are being called

    def step(self, run: Callable[[], Any]) -> Record:
        """Run a step; what it noted, without the variables after it."""
        self.record, self._counts, self._outputs = Record(), {}, []
        with self._hooks():
            run()
        self._outputs = []
        return self.record

    @contextlib.contextmanager
    def _hooks(self) -> Iterator[None]:
        watched, model = self.watched, self.model
        with contextlib.ExitStack() as stack:
            for owner, name, hook in (
                (watched.layer, "__call__", self._layer),
                (watched.operation, "__call__", self._operation),
                (watched.loss, "__call__", self._loss),
                (watched.tape, "gradient", self._gradient),
                (watched.optimizer, "apply", self._apply),
            ):
                stack.enter_context(replaced(owner, name, hook))
            for name in _op_names(watched.library.ops):
                hook = functools.partial(self._op, name)
                stack.enter_context(replaced(watched.library.ops, name, hook))
            if hasattr(model, "compute_loss"):
                before = model.compute_loss
                vars(model)["compute_loss"] = self._compute_loss(before)
                stack.callback(vars(model).pop, "compute_loss")
            yield

    def _layer(self, method: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(method)
        def call(layer: Any, *args: Any, **kwargs: Any) -> Any:
            self._around.append(self._name_of(layer))
            try:
                outputs = method(layer, *args, **kwargs)
            finally:
                name = self._around.pop()
            self._note_outputs(name, name, self.record.calls, Call(layer, args, kwargs, outputs))
            return outputs

        return call

    def _operation(self, method: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(method)
        def call(operation: Any, *args: Any, **kwargs: Any) -> Any:
            outputs = method(operation, *args, **kwargs)
            # Keras's ``ops.pad`` makes an operation and calls it, within a layer too.
            caller = str(sys._getframe(1).f_globals.get("__name__"))
            is_own = caller.startswith("keras.src.ops.") and caller != "keras.src.ops.function"
            is_layer = isinstance(operation, self.watched.layer)
            if self._is_noting() and not is_layer and not is_own:
                self._note_op(operation.name, Call(operation, args, kwargs, outputs))
            return outputs

        return call

    def _op(self, name: str, function: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(function)
        def call(*args: Any, **kwargs: Any) -> Any:
            outputs = function(*args, **kwargs)
            if not self._is_noting():
                return outputs
            # Both libraries call their own operations too, but not in the same way.
            caller = str(sys._getframe(1).f_globals.get("__name__"))
            if caller.partition(".")[0] not in ("keras", "minikeras"):
                self._note_op(name, Call(function, args, kwargs, outputs))
            return outputs

        return call

    def _note_op(self, name: str, call: Call) -> None:
        """Note what an operation computes, unless it gives back what it was given."""
        given = {id(x) for x in tree.flatten([call.args, call.kwargs])}
        if any(id(y) in given for y in tree.flatten(call.outputs)):
            return
        layer = self._around[-1] if self._around else ""
        full = f"{layer}/{name}" if len(self._around) > 1 else name
        self._note_outputs(full, layer, self.record.ops, call)

    def _note_outputs(self, name: str, layer: str, calls: dict[str, Call], call: Call) -> None:
        flat = [y for y in tree.flatten(call.outputs) if self.watched.is_array(y)]
        if not flat:
            return
        count = self._counts[name] = self._counts.get(name, 0) + 1
        called = name if count == 1 else f"{name}#{count}"
        calls[called] = call._replace(outputs=flat)
        for i, y in enumerate(flat):
            full = called if len(flat) == 1 else f"{called}[{i}]"
            array = self.watched.array(y)
            self.record.add("output", full, layer, count, array)
            if not self.watched.is_tracked(y):
                self.record.untracked.add(full)
            known = any(y is other for *_, other in self._outputs)
            if _is_float(array) and not known:
                self._outputs.append((full, name, count, y))

    def _name_of(self, layer: Any) -> str:
        return self.names.get(id(layer), f"a {type(layer).__name__} outside the model")

    def _is_noting(self) -> bool:
        return True

    def _place_of(self, v: Any) -> tuple[str, str] | None:
        """The name of a variable and its layer's; None if the step does not ask for it."""
        return self.variables.get(id(v))

    def _is_asked(self, optimizer: Any) -> bool:
        """Whether the gradients are noted that an optimizer is given."""
        return optimizer is getattr(self.model, "optimizer", None)

    def _loss(self, method: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(method)
        def call(loss: Any, *args: Any, **kwargs: Any) -> Any:
            value = method(loss, *args, **kwargs)
            is_term = self._is_noting() and not isinstance(loss, self.watched.compile_loss)
            if is_term and self.watched.is_array(value):
                name = self.record.add("loss term", loss.name, "", 0, self.watched.array(value))
                self.record.losses[name] = Call(loss, args, kwargs, [value])
            return value

        return call

    def _compute_loss(self, method: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(method)
        def compute_loss(*args: Any, **kwargs: Any) -> Any:
            total = method(*args, **kwargs)
            model = self.model
            regularized = [v for v in model.trainable_variables if v.regularizer is not None]
            found = list(model.losses)
            added = len(found) - len(regularized)
            for i, value in enumerate(found):
                name, layer = f"add_loss {i + 1}", ""
                if i >= added:
                    path, layer = self.variables[id(regularized[i - added])]
                    name = f"regularizer of {path}"
                if self.watched.is_array(value):
                    self.record.add("loss term", name, layer, 0, self.watched.array(value))
            if self.watched.is_array(total):
                self.record.add("loss", "loss", "", 0, self.watched.array(total))
            return total

        return compute_loss

    def _gradient(self, method: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(method)
        def gradient(tape: Any, target: Any, sources: Any, *args: Any, **kwargs: Any) -> Any:
            flat = tree.flatten(sources)
            known = any(self._place_of(v) for v in flat)
            if self._own or not known or not self._outputs:
                return method(tape, target, sources, *args, **kwargs)
            self._own = True
            try:
                outputs = [y for *_, y in self._outputs]
                both = method(tape, target, [flat, outputs], *args, **kwargs)
            finally:
                self._own = False
            for (name, _, count, y), g in zip(self._outputs, both[1], strict=True):
                if g is not None:
                    user = self._user_of(y)
                    self.record.add("output gradient", name, user, count, self.watched.array(g))
            if not tree.is_nested(sources):
                return both[0][0]
            return tree.pack_sequence_as(sources, both[0])

        return gradient

    def _user_of(self, y: Any) -> str:
        """The layer or operation that computes with an output, and so passes its gradient back."""
        record = self.record
        for called, call in [*record.calls.items(), *record.ops.items()]:
            if any(y is x for x in tree.flatten([call.args, call.kwargs])):
                return called if called in record.ops else self._name_of(call.layer)
        return ""

    def _apply(self, method: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(method)
        def apply(
            optimizer: Any, grads: Any, trainable_variables: Any = None, **kwargs: Any
        ) -> Any:
            grads = list(grads)
            variables = trainable_variables
            if variables is None:
                variables = optimizer._trainable_variables
            for g, v in zip(grads, variables, strict=False):
                place = self._place_of(v)
                if self._is_asked(optimizer) and g is not None and place:
                    self.record.add("gradient", *place, 0, self.watched.array(g))
            return method(optimizer, grads, trainable_variables, **kwargs)

        return apply


def _is_float(array: Array) -> bool:
    return array.dtype.kind in "fV"


def _op_names(module: Any) -> list[str]:
    """The functions of ``keras.ops`` that compute something."""
    found = {name: getattr(module, name) for name in dir(module) if not name.startswith("_")}
    return [name for name, f in found.items() if callable(f) and not isinstance(f, type)]


@contextlib.contextmanager
def replaced(owner: Any, name: str, hook: Callable[..., Any]) -> Iterator[None]:
    """Within the block ``owner.name`` is what ``hook`` makes of it."""
    own = name in vars(owner)
    before = getattr(owner, name)
    setattr(owner, name, hook(before))
    try:
        yield
    finally:
        if own:
            setattr(owner, name, before)
        else:
            delattr(owner, name)
