"""``model.explain_step`` and ``model.steps``: one training step with all its numbers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from minikeras import frames, optimizers, tree
from minikeras.autograd import GradientTape, IndexedSlices, Replay, Tensor
from minikeras.layers.calling import calls_told
from minikeras.messages import describe
from minikeras.optimizers.explain import Explanation
from minikeras.training.adapters import (
    class_weight_to_sample_weights,
    pack_x_y_sample_weight,
    to_array,
)
from minikeras.training.own_step import OwnStep, numbers
from minikeras.training.step import Event, LayerCall, LossTerm, Step, VariableUpdate
from minikeras.training.steps import Steps, _tensors
from minikeras.training.unchanged import unchanged
from minikeras.types import Array


class ExplainedSteps(Steps):
    """A base of ``Model``: steps that are explained instead of done."""

    @frames.filter_traceback
    def explain_step(
        self,
        x: Any,
        y: Any = None,
        sample_weight: Any = None,
        class_weight: Mapping[int, float] | None = None,
    ) -> Step:
        """What ``train_on_batch`` with these arguments would compute: every number, and its source.

        x, y: one batch of inputs and labels, in the model's structure.
        sample_weight: the weight of each sample in the loss.
        class_weight: the weight of the samples of each class, by class number.

        Nothing is changed: neither weights, statistics, seeds, metrics nor the optimizer, and a
        model that has not been built is not built afterwards.  The Python code of the model runs
        two or three times.  The loss and the new weights have the bits of the step that
        ``train_on_batch`` would make now.

        A ``train_step`` of the model's own runs once, and what it does is watched: calls of layers,
        gradients of tapes, updates of optimizers.  The loss is the one that it returns; ``unseen``
        of the result says what cannot be shown of it.

        Raises ValueError before ``compile``, and if both weights are given; in addition, what a
        training step raises.
        """
        self._assert_compile_called()
        if class_weight is not None:
            if sample_weight is not None:
                raise ValueError(
                    "sample_weight and class_weight exclude each other; received "
                    f"sample_weight={describe(sample_weight)}, class_weight={class_weight}"
                )
            sample_weight = class_weight_to_sample_weights(y, class_weight)
        with unchanged(self):
            size = len(tree.flatten(x)[0]) if tree.flatten(x) else None
            self._set_trace("train", size, True, sample_weight is not None)
            batch = _tensors((x, y, sample_weight))
            is_own = type(self).train_step is not Steps.train_step
            with self._function_scope(), self._traced_hyperparameters():
                return self._own_explained(*batch) if is_own else self._explained(*batch)

    @frames.filter_traceback
    def steps(
        self,
        x: Any,
        y: Any = None,
        sample_weight: Any = None,
        class_weight: Mapping[int, float] | None = None,
    ) -> Iterator[Event]:
        """The events of one training step on a batch, in order; nothing is changed.

        x, y, sample_weight, class_weight: as for ``explain_step``.

        First "forward" for each call of a layer, then "loss", then "backward" for each call from
        the last to the first, then "update" for each variable.  Raises what ``explain_step``
        raises.
        """
        return iter(self.explain_step(x, y, sample_weight, class_weight).events)

    def _explained(self, x: Any, y: Any, sample_weight: Any) -> Step:
        with unchanged(self):
            was_built = self.built
            _, loss, gradients = (replay := Replay(self._loss_and_gradients))(x, y, sample_weight)
            if not was_built:  # a program does not tell how variables are made
                (replay := Replay(self._loss_and_gradients))(x, y, sample_weight)
        calls: list[tuple[str, str, Any]] = []
        # The gradients of the weights are those above: what else a tape follows may change the
        # order of their sums.
        with GradientTape(persistent=True) as tape:

            def on_call(around: tuple[Any, ...], layer: Any, outputs: Any) -> None:
                leaves = tree.flatten(outputs)
                if layer is not self and all(isinstance(y, Tensor) for y in leaves):
                    path = "/".join([*(outer.name for outer in around[1:]), layer.name])
                    calls.append((layer.name, path, outputs))
                    tape.watch(leaves)

            with calls_told(on_call):
                y_pred = self._forward(x, training=True)
            again = self._compute_loss(x, y, y_pred, sample_weight, training=True)
        if self._trained is None or self.run_eagerly:
            self._remember_variables()
        outputs = tree.flatten([output for *_, output in calls])
        outputs += [logits for y in outputs if (logits := _logits(y)) is not None]
        found = tape.gradient(again, outputs) if outputs else []
        flow = {id(y): dy for y, dy in zip(outputs, found)}
        terms = self._loss_terms(y, y_pred, sample_weight)
        updates = self._update_explained(gradients)
        return Step(
            layers=_layer_calls(calls, flow),
            loss=float(loss._value),
            terms=terms,
            variables=self._variable_updates(gradients, updates),
            updates=updates,
            source=replay.source or "",
            refused=replay.refused,
        )

    def _own_explained(self, x: Any, y: Any, sample_weight: Any) -> Step:
        """The step of a model whose class overrides ``train_step``."""
        known = {v.path: v.numpy() for v in self.trainable_variables}
        self._forget_replays()  # of a part that it calls: a replay runs no layers
        seen = OwnStep(self)
        with seen.watching():
            logs = numbers(self.train_step(pack_x_y_sample_weight(x, y, sample_weight)))
        explanation = seen.explanation
        given = explanation.given if explanation is not None else {}
        variables = []
        for v in self.trainable_variables:
            after = v.numpy()
            held = [record.value for record in given.get(v.path, ()) if record.name == "w"]
            before = known.get(v.path, np.asarray(held[0]) if held else after)
            gradient = _dense(seen.gradients.get(id(v)))
            variables.append(VariableUpdate(v.path, before, gradient, after))
        flow = {id(output): seen.flow.get(id(output)) for output in seen.outputs()}
        targets = [LossTerm("tape", "target", _number(target)) for target in seen.targets]
        return Step(
            layers=_layer_calls(seen.calls, flow),
            loss=logs.get("loss", sum(term.value for term in targets) if targets else np.nan),
            terms=targets,
            variables=variables,
            updates=explanation,
            source="",
            refused=f"{type(self).__name__} has a train_step of its own",
            logs=logs,
            unseen=seen.unseen(),
        )

    def _loss_terms(self, y: Any, y_pred: Any, sample_weight: Any) -> list[LossTerm]:
        """What the loss is the sum of, unless ``compute_loss`` is overridden."""
        terms = []
        if self._compile_loss is not None:
            named = self._compile_loss.terms(y, y_pred, sample_weight)
            terms += [LossTerm("data", name, _number(value)) for name, value in named]
        for layer in self._flatten_layers():
            terms += [LossTerm("layer", layer.name, _number(value)) for value in layer._losses]
        for v in self._trained or ():
            if v.regularizer is not None:
                terms.append(LossTerm("regularizer", v.path, _number(v.regularizer(v))))
        return terms

    def _update_explained(self, gradients: list[Any]) -> Explanation | None:
        optimizer = self.optimizer
        if not isinstance(optimizer, optimizers.Optimizer) or not gradients:
            return None
        return optimizer.explain(gradients, self._trained)

    def _variable_updates(
        self, gradients: list[Any], explanation: Explanation | None
    ) -> list[VariableUpdate]:
        found = []
        for v, g in zip(self._trained or (), gradients):
            before = after = v.numpy()
            if explanation is not None and v.path in explanation.records:
                after = explanation.after(v.path, before)
            found.append(VariableUpdate(v.path, before, None if g is None else _dense(g), after))
        return found


def _layer_calls(calls: list[tuple[str, str, Any]], flow: dict[int, Any]) -> list[LayerCall]:
    counts: dict[str, int] = {}
    found = []
    for name, path, outputs in calls:
        number = counts[path] = counts.get(path, -1) + 1
        values = tree.map_structure(to_array, outputs)
        leaves = tree.flatten(outputs)
        of_logits = any(
            flow[id(y)] is None and flow.get(id(_logits(y))) is not None for y in leaves
        )
        gradients = tree.map_structure(
            lambda y, of_logits=of_logits: _dense(flow.get(id(_logits(y) if of_logits else y))),
            outputs,
        )
        found.append(LayerCall(name, path, number, values, gradients, of_logits))
    return found


def _logits(y: Any) -> Any:
    """What a softmax or sigmoid was computed from; losses prefer it, for accuracy."""
    return getattr(y, "_keras_logits", None)


def _dense(gradient: Any) -> Array | None:
    if gradient is None:
        return None
    return np.asarray(gradient._value if isinstance(gradient, IndexedSlices | Tensor) else gradient)


def _number(value: Any) -> float:
    return float(np.sum(to_array(value)))
