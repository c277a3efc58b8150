"""What ``compile`` was given, brought to the outputs of a model: losses and metrics in groups.

Users give losses, weights and metrics in every shape: one for all outputs, a list, a dict by
output, a structure like that of the outputs.  The groups match these at the first batch, which
shows the structure of ``y_pred``, and then take and give whole structures.
"""

from __future__ import annotations

import collections
import contextlib
import dataclasses
import functools
import operator
from collections.abc import Iterator
from typing import Any, NamedTuple

from minikeras import losses as losses_module
from minikeras import metrics as metrics_module
from minikeras import ops, tree
from minikeras.declare import to_snake_case

Path = tuple[Any, ...]


class MetricsList(metrics_module.Metric):
    """The metrics of one output; ``output_name`` goes before their names in the logs."""

    def __init__(
        self,
        metrics: list[metrics_module.Metric],
        name: str = "metrics_list",
        output_name: str | None = None,
    ) -> None:
        super().__init__(name=name)
        self.metrics = metrics
        self.output_name = output_name

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        for metric in self.metrics:
            metric.update_state(y_true, y_pred, sample_weight=sample_weight)

    def reset_state(self) -> None:
        for metric in self.metrics:
            metric.reset_state()

    def get_result(self) -> dict[str, Any]:
        return {metric.name: metric.result() for metric in self.metrics}


class CompileMetrics(metrics_module.Metric):
    """The ``metrics`` and ``weighted_metrics`` of ``compile``, as one metric over all outputs.

    Only the weighted ones see sample weights.

    Raises ValueError if either is no list, tuple or dict, or does not match the outputs.
    """

    def __init__(
        self,
        metrics: Any,
        weighted_metrics: Any,
        name: str = "compile_metrics",
        output_names: list[str] | None = None,
    ) -> None:
        super().__init__(name=name)
        for argument, given in (("metrics", metrics), ("weighted_metrics", weighted_metrics)):
            if given and not isinstance(given, list | tuple | dict):
                raise ValueError(
                    f"Expected `{argument}` argument to be a list, tuple, or dict, "
                    f"received {argument}={given!r} of type {type(given)}"
                )
        self.built = False
        self.output_names = output_names
        self._user = {"metrics": metrics, "weighted_metrics": weighted_metrics}
        self._plain: list[MetricsList | None] = []
        self._weighted: list[MetricsList | None] = []
        self._dict_order: list[str] | None = None

    @property
    def metrics(self) -> list[metrics_module.Metric]:
        groups = [group for group in self._plain + self._weighted if group]
        return [metric for group in groups for metric in group.metrics]

    @property
    def variables(self) -> list[Any]:
        return [variable for metric in self.metrics for variable in metric.variables]

    def build(self, y_true: Any, y_pred: Any) -> None:
        """Match metrics to outputs; ``y_true`` and ``y_pred`` tell structure and shapes."""
        count = len(tree.flatten(y_pred))
        flat = tree.is_nested(y_pred) and len(y_pred) == count
        names = self.output_names
        if flat and isinstance(y_pred, dict) and not (names and set(y_pred) == set(names)):
            names = list(y_pred)
            if not isinstance(y_pred, collections.OrderedDict):
                names = sorted(names)
        self._dict_order = names if count > 1 and flat else None
        self._plain = self._match("metrics", count, names, y_true, y_pred, flat)
        self._weighted = self._match("weighted_metrics", count, names, y_true, y_pred, flat)
        self.built = True

    def _match(
        self, argument: str, count: int, names: Any, y_true: Any, y_pred: Any, flat: bool
    ) -> list[MetricsList | None]:
        """One group, or None, for each output."""
        metrics = self._user[argument]
        if not metrics:
            return [None] * count
        if count == 1:
            y, p = tree.flatten(y_true)[0], tree.flatten(y_pred)[0]
            return [get_metrics_list(tree.flatten(metrics), y, p)]
        if flat:
            chosen = None
            if isinstance(metrics, list | tuple) and len(metrics) == count:
                chosen = metrics
            elif names and isinstance(metrics, dict) and set(metrics) <= set(names):
                chosen = [metrics.get(name) for name in names]
            if chosen is not None:
                ys, ps = self._flatten_y(y_true), self._flatten_y(y_pred)
                try:
                    return list(map(get_metrics_list, chosen, ys, ps, names or [None] * count))
                except ValueError as error:
                    raise ValueError(f"{error}\nReceived: {argument}={metrics}") from error
        try:
            shallow = tree.lists_to_tuples(y_pred)
            return tree.flatten(
                tree.map_structure_up_to(
                    shallow,
                    get_metrics_list,
                    tree.lists_to_tuples(metrics),
                    tree.lists_to_tuples(y_true),
                    shallow,
                    tree.pack_sequence_as(shallow, names or [None] * count),
                )
            )
        except (ValueError, TypeError) as error:
            structure = tree.map_structure(lambda _: "X", y_pred)
            by_name = f"be a dict or list by output names {names}, or " if names else ""
            raise ValueError(
                f"{error}\nInvalid `{argument}`. `{argument}` should {by_name}match the output "
                f"structure of the model: {structure}.\nReceived: {argument}={metrics}"
            ) from error

    def _flatten_y(self, y: Any) -> list[Any]:
        if isinstance(y, dict) and self._dict_order is not None:
            return [y[name] for name in self._dict_order]
        return tree.flatten(y)

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        if not self.built:
            self.build(y_true, y_pred)
        ys, ps = self._flatten_y(y_true), self._flatten_y(y_pred)
        for group, y, p in zip(self._plain, ys, ps):
            if group:
                group.update_state(y, p)
        ws = [None] if sample_weight is None else self._flatten_y(sample_weight)
        if len(ws) < len(ys):
            ws = ws[:1] * len(ys)
        for group, y, p, w in zip(self._weighted, ys, ps, ws):
            if group:
                group.update_state(y, p, w)

    def reset_state(self) -> None:
        for metric in self.metrics:
            metric.reset_state()

    def result(self) -> dict[str, Any]:
        """Results by log key: the metric's name after that of its output, if there are several.

        A name taken already gets ``_1``, ``_2``, ...; that of a weighted metric gets ``weighted_``
        first.  Raises ValueError before the first batch.

        Parity: ``weighted_`` and numbers may still collide and overwrite; an output's name then
        stands before ``weighted_``.
        """
        if not self.built:
            raise ValueError("Cannot get result() since the metric has not yet been built.")
        results: dict[str, Any] = {}
        seen: collections.Counter[str] = collections.Counter()
        for groups, weighted in ((self._plain, False), (self._weighted, True)):
            for group in filter(None, groups):
                prefix = f"{group.output_name}_" if group.output_name else ""
                for metric in group.metrics:
                    key = f"{prefix}{metric.name}"
                    if weighted and key in seen:
                        key = f"{prefix}weighted_{metric.name}"
                    seen[key] += 1
                    suffix = f"_{seen[key] - 1}" if seen[key] > 1 else ""
                    results[key + suffix] = metric.result()
        return results


class Entry(NamedTuple):
    """One loss: the keys that lead to its labels and predictions, its weight, its name in logs."""

    path: Path
    loss: losses_module.Loss
    weight: Any
    name: str


@dataclasses.dataclass(frozen=True)
class _Weighted:
    """A loss as the user named it, and its weight; a leaf of structures."""

    loss: Any
    weight: Any


class CompileLoss(losses_module.Loss):
    """The ``loss`` and ``loss_weights`` of ``compile``, as one loss over all outputs:
    Σ weight · loss.

    With several losses, ``metrics`` holds a running mean of each, without its weight, called
    ``<output>_loss``.

    Raises ValueError, KeyError, TypeError if losses, weights, labels and outputs do not match.
    Parity: these means weigh batches by their size only while ``batch_size_known``: Keras's graphs
    do not know the size when a smaller batch comes last, and then every batch counts the same, so
    that they do not add up to ``loss``.
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
                f"tuple, or dict (multiple output case), received loss_weights={loss_weights!r} "
                f"of type {type(loss_weights)}"
            )
        super().__init__(name="compile_loss", reduction=reduction)
        self.built = False
        self.batch_size_known = True
        self.output_names = output_names
        self.metrics: list[metrics_module.Metric] = []
        self._user_loss = loss
        self._user_loss_weights = loss_weights
        self._entries: list[Entry] = []
        self._y_true_structure: Any = None
        self._y_pred_structure: Any = None

    @property
    def variables(self) -> list[Any]:
        return [variable for metric in self.metrics for variable in metric.variables]

    def build(self, y_true: Any, y_pred: Any) -> None:
        """Match losses to outputs; ``y_true`` and ``y_pred`` tell structure and shapes."""
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
            self.metrics = [metrics_module.Mean(name=f"{e.name}_loss") for e in self._entries]
        self._y_pred_structure = tree.map_structure(lambda _: None, y_pred)
        self._y_true_structure = tree.map_structure(lambda _: None, y_true)
        self.built = True

    def __call__(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> Any:
        if not tree.is_nested(y_true) and not tree.is_nested(y_pred):
            if not self.built:
                self.build(y_true, y_pred)
            # Parity: of several losses given for the single output only the first counts.
            return self._value(self._entries[0], y_true, y_pred, sample_weight)
        y_true = self._like_predictions(y_true, y_pred)
        if not self.built:
            self.build(y_true, y_pred)
        y_pred = _repack(self._y_pred_structure, y_pred)
        y_true = _repack(self._y_true_structure, y_true)
        values = []
        for i, entry in enumerate(self._entries):
            track = self.metrics[i] if self.metrics else None
            values.append(self._value(entry, y_true, y_pred, sample_weight, track))
        return functools.reduce(operator.add, values) if values else None

    def _value(
        self,
        entry: Entry,
        y_true: Any,
        y_pred: Any,
        sample_weight: Any,
        track: metrics_module.Metric | None = None,
    ) -> Any:
        y, p, w = _follow(entry.path, y_true), _follow(entry.path, y_pred), sample_weight
        if w is not None and tree.is_nested(w):
            w = _follow(entry.path, w)
        value = ops.cast(entry.loss(y, p, w), self.dtype)
        if track:
            size = tree.flatten(p)[0].shape[0] if self.batch_size_known else None
            track.update_state(value, sample_weight=size)
        return value if entry.weight is None else ops.multiply(value, entry.weight)

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
        raise ValueError(
            "y_true and y_pred have different structures.\n"
            f"y_true: {tree.map_structure(lambda _: '*', y_true)}\n"
            f"y_pred: {tree.map_structure(lambda _: '*', y_pred)}"
        )


def get_metric(identifier: Any, y_true: Any, y_pred: Any) -> metrics_module.Metric:
    """A metric from anything ``compile`` accepts; ValueError for None and for unknown names.

    "accuracy" and "acc" mean the accuracy that fits the shapes: binary if predictions end in 1,
    sparse if labels have a smaller rank or end in 1, else categorical.

    Parity: the metric takes the string as its name; ``metrics.get("accuracy")`` is another one.
    """
    if identifier is None:
        raise ValueError("Expected metric, received `None`")
    found: Any
    if str(identifier).lower() in ("accuracy", "acc"):
        kinds = (
            metrics_module.BinaryAccuracy,
            metrics_module.SparseCategoricalAccuracy,
            metrics_module.CategoricalAccuracy,
        )
        found = kinds[_kind_of_labels(y_true, y_pred)](name=str(identifier))
    else:
        found = metrics_module.get(identifier)
    name = identifier if isinstance(identifier, str) else _name_of(found)
    if not isinstance(found, metrics_module.Metric):
        found = metrics_module.MeanMetricWrapper(found)
    found.name = name
    return found


def get_metrics_list(
    metrics: Any, y_true: Any, y_pred: Any, output_name: str | None = None
) -> MetricsList | None:
    if metrics is None:
        return None
    given = metrics if isinstance(metrics, list | tuple) else [metrics]
    return MetricsList([get_metric(m, y_true, y_pred) for m in given], output_name=output_name)


def get_loss(identifier: Any, y_true: Any, y_pred: Any) -> losses_module.Loss | None:
    """A loss from anything ``compile`` accepts; functions are wrapped.

    "crossentropy" and "ce" mean the one that fits the shapes, as "accuracy" does in `get_metric`.
    """
    if identifier is None:
        return None
    found: Any
    if str(identifier).lower() in ("crossentropy", "ce"):
        kinds = (
            losses_module.binary_crossentropy,
            losses_module.sparse_categorical_crossentropy,
            losses_module.categorical_crossentropy,
        )
        found = kinds[_kind_of_labels(y_true, y_pred)]
    else:
        found = losses_module.get(identifier)
    if isinstance(found, losses_module.Loss):
        return found
    name = identifier if isinstance(identifier, str) else _name_of(found)
    return losses_module.LossFunctionWrapper(found, name=name)


def _kind_of_labels(y_true: Any, y_pred: Any) -> int:
    """0: binary, 1: class numbers, 2: one-hot."""
    if y_pred.shape[-1] == 1:
        return 0
    sparse = len(y_true.shape) < len(y_pred.shape) or y_true.shape[-1] == 1
    return 1 if sparse else 2


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


def _match_losses(y_true: Any, y_pred: Any, loss: Any, names: Any, path: Path) -> Iterator[Entry]:
    """Walk down losses and outputs together."""
    if not tree.is_nested(loss):
        found = None if loss is None else get_loss(loss.loss, y_true, y_pred)
        if found is not None:
            yield Entry(path, found, loss.weight, _name_of_entry(path, names, found))
        return
    if isinstance(loss, list | tuple):
        if not any(map(tree.is_nested, loss)) and len(loss) == len(tree.flatten(y_pred)):
            loss = tree.pack_sequence_as(y_pred, loss)
        elif not isinstance(y_pred, type(loss)):
            for part in loss:
                yield from _match_losses(y_true, y_pred, part, names, path)
            return
    if not tree.is_nested(loss):
        yield from _match_losses(y_true, y_pred, loss, names, path)
        return
    if not isinstance(loss, type(y_pred)):
        raise KeyError(
            f"The path: {path} in the `loss` argument, can't be found in the model's output "
            "(`y_pred`)."
        )
    for key, part in loss.items() if isinstance(loss, dict) else enumerate(loss):
        if part is None:
            continue
        if not (_has(y_true, key, loss) and _has(y_pred, key, loss)):
            raise KeyError(
                f"The path: {(*path, key)} in the `loss` argument, can't be found in either the "
                "model's output (`y_pred`) or in the labels (`y_true`)."
            )
        yield from _match_losses(y_true[key], y_pred[key], part, names[key], (*path, key))


def _has(y: Any, key: Any, like: Any) -> bool:
    if isinstance(like, dict):
        return isinstance(y, dict) and key in y
    return isinstance(y, list | tuple) and key < len(y)


def _name_of_entry(path: Path, names: Any, loss: losses_module.Loss) -> str:
    """The path in words: an output's name stands for a number; without names, the loss's."""
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


def _name_of(thing: Any) -> str:
    """The name of a Keras object as it is, of a function or of a class in snake case."""
    if hasattr(thing, "name"):
        return str(thing.name)
    return to_snake_case(getattr(thing, "__name__", type(thing).__name__))


def _follow(path: Path, structure: Any) -> Any:
    return functools.reduce(operator.getitem, path, structure)


def _repack(structure: Any, y: Any) -> Any:
    """The leaves of ``y`` in the given structure, if they are in another."""
    try:
        tree.assert_same_structure(structure, y)
    except ValueError:
        return tree.pack_sequence_as(structure, tree.flatten(y))
    return y
