"""What ``model.explain_step`` returns: a training step as data that print as tables."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

import numpy as np

from minikeras import notebook, tree
from minikeras.declare.by_path import ByPath
from minikeras.optimizers.explain import Explanation, Record
from minikeras.optional import Library
from minikeras.types import Array

rich = Library("rich")


@dataclasses.dataclass(frozen=True, eq=False, repr=False)
class LayerCall:
    """One call of a layer in the forward pass.

    name: the layer's name.
    path: the names of the layers around it, below the model, and its own: "encoder/hidden".
    number: which call of this layer it is, from 0 on.
    output: what it returned: an array, or a structure of arrays.
    gradient: ∂loss/∂output in the same structure; None where the loss does not depend on it.
    of_logits: whether ``gradient`` is that of the logits instead.  A loss that follows a softmax or
        a sigmoid is computed from these, for accuracy, and does not use the probabilities.
    """

    name: str
    path: str
    number: int
    output: Any
    gradient: Any
    of_logits: bool = False

    @property
    def label(self) -> str:
        """The path, with the number of the call if it is not the first."""
        return f"{self.path} ({self.number + 1})" if self.number else self.path

    def statistics(self) -> list[dict[str, Any]]:
        """For each array of the output: shape, mean, std, min, max, zeros, gradient.

        mean, std, min, max: of its numbers.
        zeros: the share of its numbers that are 0, from 0 to 1.
        gradient: the norm of its gradient; None if there is none.
        """
        flat, found = tree.flatten(self.output), []
        gradients = [self.gradient] if len(flat) == 1 else tree.flatten(self.gradient)
        for array, gradient in zip(flat, gradients):
            numbers = np.asarray(array, float) if array.size else np.full(1, np.nan)
            found.append(
                {
                    "shape": array.shape,
                    "mean": float(numbers.mean()),
                    "std": float(numbers.std()),
                    "min": float(numbers.min()),
                    "max": float(numbers.max()),
                    "zeros": float(np.mean(numbers == 0)),
                    "gradient": None if gradient is None else _norm(gradient),
                }
            )
        return found

    def gradient_text(self, statistics: dict[str, Any]) -> str:
        """The norm of the gradient as tables show it; empty if there is none."""
        norm, of = statistics["gradient"], " of logits" if self.of_logits else ""
        return "" if norm is None else f"{norm:.4g}{of}"

    def __repr__(self) -> str:
        shapes = [array.shape for array in tree.flatten(self.output)]
        return f"<LayerCall of {self.label}: output {shapes[0] if len(shapes) == 1 else shapes}>"


@dataclasses.dataclass(frozen=True)
class LossTerm:
    """A term of the loss.

    kind: "data" for a loss of ``compile`` times its weight, "layer" for ``add_loss`` and activity
        regularizers, "regularizer" for the penalty of a weight.
    name: of the loss or output, the layer, or the path of the weight.
    value: the number that is added.
    """

    kind: str
    name: str
    value: float


@dataclasses.dataclass(frozen=True, eq=False, repr=False)
class VariableUpdate:
    """What the step does to one weight.

    path: the variable's path.
    before, after: its values before and after the update.
    gradient: what the optimizer receives; None if the loss does not depend on the variable.
    """

    path: str
    before: Array
    gradient: Array | None
    after: Array

    @property
    def norms(self) -> dict[str, float]:
        """``w``, ``g``, ``Δw`` and ``ratio``: ‖w‖, ‖g‖, ‖Δw‖ and ‖Δw‖ / ‖w‖."""
        w, change = _norm(self.before), _norm(np.asarray(self.after, float) - self.before)
        g = np.nan if self.gradient is None else _norm(self.gradient)
        with np.errstate(all="ignore"):
            return {"w": w, "g": g, "Δw": change, "ratio": float(np.divide(change, w))}

    def __repr__(self) -> str:
        return f"<VariableUpdate of {self.path}: ‖Δw‖/‖w‖ = {self.norms['ratio']:.3g}>"


@dataclasses.dataclass(frozen=True, eq=False, repr=False)
class Event:
    """A moment of a step: a "forward", the "loss", a "backward" or an "update".

    kind: one of these words.
    name: of the call, or the path of the variable.
    of: the ``LayerCall``; the list of ``LossTerm`` objects; or the ``VariableUpdate``.
    records: what ``optimizer.explain`` tells of the variable of an "update".
    """

    kind: str
    name: str
    of: Any
    records: tuple[Record, ...] = ()

    def __repr__(self) -> str:
        text = self.name
        if self.kind == "loss":
            text = " + ".join(f"{term.value:.6g} ({term.name})" for term in self.of)
        elif self.kind == "update":
            text += f": ‖w‖ {self.of.norms['w']:.4g}, ‖Δw‖ {self.of.norms['Δw']:.4g}"
        for s in self.of.statistics() if isinstance(self.of, LayerCall) else ():
            if self.kind == "forward":
                text += f": {s['shape']}, mean {s['mean']:.4g}, {s['zeros']:.0%} zeros"
            else:
                text += f": ‖g‖ {self.of.gradient_text(s)}" if s["gradient"] else ": no gradient"
        return f"<{self.kind} {text}>"


@dataclasses.dataclass(frozen=True, eq=False, repr=False)
class Step:
    """One training step with all its numbers.

    layers: the calls of layers, in the order in which they ended.
    loss: the number that training minimises.
    terms: the terms of the loss; they add up to it unless the model overrides ``compute_loss``.
    variables: what the step does to each trainable variable.
    updates: the update as ``optimizer.explain`` tells it, by path; None without an optimizer.
    source: the program of forward and backward pass, as ``fit`` replays it.
    refused: why ``fit`` does not replay it, but runs the Python code of the model every time; None
        if it does.  The source then shows what could be observed.
    logs: what a ``train_step`` of the model's own returned, by name; None for the step of Model.
        Then ``loss`` is its "loss", else the sum of what was differentiated, and ``terms`` are the
        targets of the tapes.
    unseen: what cannot be shown of such a step, and why.

    ``step["hidden"]`` is the call of that layer; of a layer that is called several times,
    ``step["hidden", 1]`` is the second call.  Raises KeyError for a name that is not there, or that
    says too little.
    """

    layers: list[LayerCall]
    loss: float
    terms: list[LossTerm]
    variables: list[VariableUpdate]
    updates: Explanation | None
    source: str
    refused: str | None = None
    logs: Mapping[str, float] | None = None
    unseen: list[str] = dataclasses.field(default_factory=list)

    def __getitem__(self, key: str | tuple[str, int]) -> LayerCall:
        name, number = key if isinstance(key, tuple) else (key, None)
        by_path: dict[str, list[LayerCall]] = {}
        for call in self.layers:
            by_path.setdefault(call.path, []).append(call)
        calls: list[LayerCall] = ByPath(by_path)[name]
        if number is None and len(calls) > 1:
            raise KeyError(
                f"{name!r} was called {len(calls)} times: step[{name!r}, 0] is the first call"
            )
        if not 0 <= (number or 0) < len(calls):
            raise KeyError(f"{name!r} was called {len(calls)} times; there is no call {number}")
        return calls[number or 0]

    @property
    def gradients(self) -> Mapping[str, Array | None]:
        """The gradient of each variable by path: ``step.gradients["hidden/kernel"]``."""
        return ByPath({v.path: v.gradient for v in self.variables})

    @property
    def events(self) -> list[Event]:
        """What happens, in order; see ``Model.steps``."""
        forward = [Event("forward", call.label, call) for call in self.layers]
        backward = [Event("backward", e.name, e.of) for e in reversed(forward)]
        known = self.updates.records if self.updates is not None else {}
        updates = [
            Event("update", v.path, v, tuple(known[v.path]))
            for v in self.variables
            if v.path in known
        ]
        return [*forward, Event("loss", "loss", self.terms), *backward, *updates]

    def tables(self) -> dict[str, tuple[list[str], list[list[str]]]]:
        """The tables "layers", "variables" and "loss": the names of the columns, and the rows."""
        layers = [
            [
                call.label,
                str(s["shape"]),
                *(f"{s[name]:.4g}" for name in ("mean", "std", "min", "max")),
                f"{s['zeros']:.0%}",
                call.gradient_text(s),
            ]
            for call in self.layers
            for s in call.statistics()
        ]
        variables = [
            [v.path, str(v.before.shape), *(f"{number:.4g}" for number in v.norms.values())]
            for v in self.variables
        ]
        terms = [[term.kind, term.name, f"{term.value:.6g}"] for term in self.terms]
        results = {"sum": self.loss} if self.logs is None else self.logs
        for name, value in results.items():
            row = [name, ""] if self.logs is None else ["returned", name]
            terms.append([*row, f"{value:.6g}"])
        columns = ["layer", "output", "mean", "std", "min", "max", "zeros", "‖gradient‖"]
        return {
            "layers": (columns, layers),
            "variables": (["variable", "shape", "‖w‖", "‖g‖", "‖Δw‖", "‖Δw‖/‖w‖"], variables),
            "loss": (["term", "of", "value"], terms),
        }

    def __rich__(self) -> Any:
        found = []
        for columns, rows in self.tables().values():
            table = rich.table.Table()
            for i, column in enumerate(columns):
                table.add_column(column, justify="right" if i > 1 else "left")
            for row in rows:
                table.add_row(*row)
            found.append(table)
        found += [rich.text.Text(f"not shown: {what}") for what in self.unseen]
        return rich.console.Group(*found)

    def __str__(self) -> str:
        console = rich.console.Console(width=100, no_color=True, highlight=False)
        with console.capture() as capture:
            console.print(self)
        return str(capture.get()).rstrip()

    def __repr__(self) -> str:
        return (
            f"<Step: loss {self.loss:.6g}, {len(self.layers)} calls of layers, "
            f"{len(self.variables)} variables>"
        )

    def _repr_html_(self) -> str:
        """The same tables, and each update in a fold."""
        parts = [notebook.table(columns, rows) for columns, rows in self.tables().values()]
        if self.updates is not None:
            parts.append(notebook.details("updates", self.updates._repr_html_()))
        if self.source:
            parts.append(notebook.details("source", notebook.preformatted(self.source)))
        if self.unseen:
            parts.append(
                notebook.details("not shown", notebook.preformatted("\n".join(self.unseen)))
            )
        return "".join(parts)


def _norm(array: Any) -> float:
    return float(np.linalg.norm(np.asarray(array, float).ravel()))
