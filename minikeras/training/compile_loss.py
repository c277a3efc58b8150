"""``CompileLoss``: the losses of ``compile``, matched with the outputs of the model."""

from __future__ import annotations

import contextlib
import dataclasses
import functools
import itertools
import operator
from collections.abc import Iterator
from typing import Any, NamedTuple

from minikeras import losses, metrics, ops, tf_function, tree
from minikeras.messages import describe
from minikeras.training.resolve import get_loss

Path = tuple[Any, ...]


class Entry(NamedTuple):
    """One loss: the path to its labels and predictions, its weight, its name in logs."""

    path: Path
    loss: losses.Loss
    weight: Any
    name: str


@dataclasses.dataclass(frozen=True)
class _Weighted:
    """A loss as the user gave it, and its weight; a leaf of a structure."""

    loss: Any
    weight: Any


class CompileLoss(losses.Loss):
    """The ``loss`` and ``loss_weights`` of ``compile``, as one loss over all outputs:
    Σ weight · loss.

    With several losses, ``metrics`` holds the mean of each without its weight, ``<output>_loss``.

    Raises ValueError, KeyError, TypeError if losses, weights, labels and outputs do not match.
    Parity: these means weigh batches by their size only if it is known in the graph of Keras,
    which it is not if the last batch is smaller.  Then all batches have equal weight, and the means
    do not add up to ``loss``.
    """

    def __init__(
        self,
        loss: Any,
        loss_weights: Any = None,
        reduction: str | None = "sum_over_batch_size",
        output_names: list[str] | None = None,
    ) -> None:
        if loss_weights and not isinstance(loss_weights, list | tuple | dict | float):
            raise ValueError(
                "Expected `loss_weights` argument to be a float (single output case) or a list, "
                f"tuple, or dict (multiple output case), received {describe(loss_weights)}. The "
                "third argument of compile is loss_weights; metrics are metrics=['accuracy']"
            )
        super().__init__(name="compile_loss", reduction=reduction)
        self.built = False
        self.output_names = output_names
        self.metrics: list[metrics.Metric] = []
        self._user_loss = loss
        self._user_loss_weights = loss_weights
        self._entries: list[Entry] = []
        self._y_true_structure: Any = None
        self._y_pred_structure: Any = None

    @property
    def variables(self) -> list[Any]:
        return [variable for metric in self.metrics for variable in metric.variables]

    def build(self, y_true: Any, y_pred: Any) -> None:
        """Match losses with outputs by the structure and shapes of ``y_true`` and ``y_pred``."""
        loss, weights = self._user_loss, self._user_loss_weights
        if self.output_names and isinstance(loss, dict) and not isinstance(y_pred, dict):
            if set(self.output_names) != set(loss):
                raise ValueError(
                    f"Expected keys {self.output_names} in loss dict, "
                    f"received loss.keys()={list(loss)}"
                )
            loss = [loss[name] for name in self.output_names]
            if isinstance(weights, dict):
                weights = [weights[name] for name in self.output_names]
        loss = _with_weights(loss, weights)
        try:
            names = tree.pack_sequence_as(y_pred, self.output_names)
        except (ValueError, TypeError):
            names = tree.map_structure(_name_of_output, y_pred)
        if not tree.is_nested(loss):
            single = loss
            loss = tree.map_structure(lambda _: single, y_pred)
        self._entries = list(_match_losses(y_true, y_pred, loss, names, ()))
        if len(self._entries) > 1:
            self.metrics = [metrics.Mean(name=f"{e.name}_loss") for e in self._entries]
        self._y_pred_structure = tree.map_structure(lambda _: None, y_pred)
        self._y_true_structure = tree.map_structure(lambda _: None, y_true)
        self.built = True

    def __call__(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> Any:
        values = [value for _, value in self.terms(y_true, y_pred, sample_weight)]
        return functools.reduce(operator.add, values) if values else None

    def terms(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> list[tuple[str, Any]]:
        """The weighted loss of each output that has one, with its name."""
        self.check_given(y_true)
        if not tree.is_nested(y_true) and not tree.is_nested(y_pred):
            if not self.built:
                self.build(y_true, y_pred)
            # Parity: of several losses for a single output only the first is used.
            entry = self._entries[0]
            return [(entry.name, self._value(entry, y_true, y_pred, sample_weight))]
        y_true = self._like_predictions(y_true, y_pred)
        if not self.built:
            self.build(y_true, y_pred)
        y_pred = _repack(self._y_pred_structure, y_pred)
        y_true = _repack(self._y_true_structure, y_true)
        return [
            (entry.name, self._value(entry, y_true, y_pred, sample_weight, track))
            for entry, track in itertools.zip_longest(self._entries, self.metrics)
        ]

    @property
    def weight(self) -> Any:
        """The weight of a single loss."""
        return self._entries[0].weight

    def check_given(self, y_true: Any, argument: str = "y") -> None:
        """ValueError if there are no labels."""
        if y_true is None and self._user_loss is not None:
            raise ValueError(
                f"{argument} is None, but the loss {describe(self._user_loss)} compares "
                "predictions with labels. Give both x and y, or batches (x, y)"
            )

    def _value(
        self,
        entry: Entry,
        y_true: Any,
        y_pred: Any,
        sample_weight: Any,
        track: metrics.Metric | None = None,
    ) -> Any:
        y, p, w = _follow(entry.path, y_true), _follow(entry.path, y_pred), sample_weight
        if w is not None and tree.is_nested(w):
            w = _follow(entry.path, w)
        value = ops.cast(entry.loss(y, p, w), self.dtype)
        if track:
            size = tree.flatten(p)[0].shape[0] if tf_function.knows_batch_size() else None
            track.update_state(value, sample_weight=size)
        if entry.weight is None:
            return value
        weighted = ops.multiply(value, entry.weight)
        weighted._unweighted = value
        return weighted

    def _like_predictions(self, y_true: Any, y_pred: Any) -> Any:
        """The labels in the structure of ``y_pred``; outputs without a loss may lack labels."""
        with contextlib.suppress(ValueError):
            tree.assert_same_structure(y_pred, y_true)
            return y_true
        if not tree.is_nested(y_true) and hasattr(y_pred, "__len__") and len(y_pred) == 1:
            y_true = [y_true]
        elif isinstance(y_pred, list | tuple) and isinstance(y_true, dict):
            names = self.output_names or []
            if set(names) == set(y_true):
                y_true = [y_true[name] for name in names]
            elif len(y_true) == len(y_pred):
                raise TypeError(f"y_true has keys {list(y_true)}, but the outputs are {names}")
        with contextlib.suppress(ValueError, TypeError):
            if isinstance(y_true, list | tuple):
                return tree.pack_sequence_as(y_pred, y_true)
        with contextlib.suppress(ValueError, TypeError):
            tree.assert_same_paths(y_true, y_pred)
            return tree.pack_sequence_as(y_pred, tree.flatten(y_true))
        flat, wanted = tree.flatten(y_true), tree.flatten(self._user_loss)
        with contextlib.suppress(ValueError, TypeError):
            if len(flat) == sum(loss is not None for loss in wanted):
                left = iter(flat)
                aligned = [None if loss is None else next(left) for loss in wanted]
                return tree.pack_sequence_as(self._user_loss, aligned)
        labels, outputs = (tree.map_structure(lambda _: "*", y) for y in (y_true, y_pred))
        raise ValueError(
            f"y must have the structure of the model's {len(tree.flatten(y_pred))} output(s), "
            f"{outputs}, received {labels}. Give one array for each output"
        )


def _with_weights(loss: Any, weights: Any) -> Any:
    """The structure of losses with a `_Weighted` at each leaf, None where there is no loss."""

    def weigh(loss: Any, weight: Any = None) -> _Weighted | None:
        return None if loss is None else _Weighted(loss, weight)

    if weights is None:
        return tree.map_structure(weigh, loss)
    try:
        tree.assert_same_structure(loss, weights)
    except ValueError:
        flat, expected = tree.flatten(weights), len(tree.flatten(loss))
        if len(flat) != expected:
            raise ValueError(
                f"`loss_weights` must match the number of losses, got {expected} losses and "
                f"{len(flat)} weights."
            ) from None
        weights = tree.pack_sequence_as(loss, flat)
    return tree.map_structure(weigh, loss, weights)


def _plain(entry: Any) -> Any:
    return entry.loss if isinstance(entry, _Weighted) else entry


def _match_losses(y_true: Any, y_pred: Any, loss: Any, names: Any, path: Path) -> Iterator[Entry]:
    """Traverse losses and outputs in parallel."""
    if not tree.is_nested(loss):
        found = None if loss is None else get_loss(loss.loss, y_true, y_pred)
        if found is not None:
            yield Entry(path, found, loss.weight, _name_of_entry(path, names, found))
        return
    if isinstance(loss, list | tuple):
        if not any(map(tree.is_nested, loss)) and len(loss) == len(tree.flatten(y_pred)):
            loss = tree.pack_sequence_as(y_pred, loss)
        elif not isinstance(y_pred, type(loss)):
            for inner in loss:
                yield from _match_losses(y_true, y_pred, inner, names, path)
            return
    if not tree.is_nested(loss):
        yield from _match_losses(y_true, y_pred, loss, names, path)
        return
    if not isinstance(loss, type(y_pred)):
        raise KeyError(
            f"The path: {path} in the `loss` argument, can't be found in the model's output "
            f"(`y_pred`). Received: loss={tree.map_structure(_plain, loss)}"
        )
    for key, inner in loss.items() if isinstance(loss, dict) else enumerate(loss):
        if inner is None:
            continue
        if not (_has(y_true, key, loss) and _has(y_pred, key, loss)):
            raise KeyError(
                f"The path: {(*path, key)} in the `loss` argument, can't be found in either the "
                "model's output (`y_pred`) or in the labels (`y_true`)."
            )
        yield from _match_losses(y_true[key], y_pred[key], inner, names[key], (*path, key))


def _has(y: Any, key: Any, like: Any) -> bool:
    if isinstance(like, dict):
        return isinstance(y, dict) and key in y
    return isinstance(y, list | tuple) and key < len(y)


def _name_of_entry(path: Path, names: Any, loss: losses.Loss) -> str:
    """The path as text; a number is replaced by the name of the output, or else of the loss."""
    words: Path = path
    if not tree.is_nested(names):
        own = loss.name if names is None else names
        if not path:
            words = (own,)
        elif isinstance(path[-1], int):
            words = (*path[:-1], own)
    text = "/".join(map(str, words))
    return text or "_".join(list(names) if isinstance(names, dict) else tree.flatten(names))


def _name_of_output(y: Any) -> str | None:
    history = getattr(y, "_keras_history", None)
    return history[0].name if history else None


def _follow(path: Path, structure: Any) -> Any:
    return functools.reduce(operator.getitem, path, structure)


def _repack(structure: Any, y: Any) -> Any:
    """The leaves of ``y`` in the given structure."""
    try:
        tree.assert_same_structure(structure, y)
    except ValueError:
        return tree.pack_sequence_as(structure, tree.flatten(y))
    return y
