"""``CompileMetrics``: the metrics of ``compile``, matched with the outputs of the model.

Users pass metrics as one list for all outputs, as a list or dict with an entry for each output, or
in the structure of the outputs.  They are matched at the first batch, when the structure of
``y_pred`` is known.
"""

from __future__ import annotations

import collections
import dataclasses
from typing import Any

from minikeras import tree
from minikeras.autograd import Tensor
from minikeras.messages import describe
from minikeras.metrics import Metric
from minikeras.training.resolve import get_metric


@dataclasses.dataclass
class OutputMetrics:
    """The metrics of one output, whose name is a prefix of theirs in the logs."""

    metrics: list[Metric]
    output_name: str | None

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        for metric in self.metrics:
            metric.update_state(y_true, y_pred, sample_weight=sample_weight)


class CompileMetrics(Metric):
    """The ``metrics`` and ``weighted_metrics`` of ``compile``, as one metric over all outputs.

    Sample weights are used for ``weighted_metrics`` only.

    Raises ValueError if one is not a list, tuple or dict, or does not match the outputs.
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
                    f"received {describe(given)}. Use {argument}=[{describe(given)}]"
                )
        self.built = False
        self.output_names = output_names
        self._user = {"metrics": metrics, "weighted_metrics": weighted_metrics}
        self._plain: list[OutputMetrics | None] = []
        self._weighted: list[OutputMetrics | None] = []
        self._dict_order: list[str] | None = None

    @property
    def metrics(self) -> list[Metric]:
        groups = [group for group in self._plain + self._weighted if group]
        return [metric for group in groups for metric in group.metrics]

    @property
    def variables(self) -> list[Any]:
        return [variable for metric in self.metrics for variable in metric.variables]

    def build(self, y_true: Any, y_pred: Any) -> None:
        """Match metrics with outputs by the structure and shapes of ``y_true`` and ``y_pred``."""
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
    ) -> list[OutputMetrics | None]:
        """One group, or None, for each output."""
        metrics = self._user[argument]
        if not metrics:
            return [None] * count
        if count == 1:
            y, p = tree.flatten(y_true)[0], tree.flatten(y_pred)[0]
            return [_metrics_of_output(tree.flatten(metrics), y, p)]
        if flat:
            chosen = None
            if isinstance(metrics, list | tuple) and len(metrics) == count:
                chosen = metrics
            elif names and isinstance(metrics, dict) and set(metrics) <= set(names):
                chosen = [metrics.get(name) for name in names]
            if chosen is not None:
                ys, ps = self._flatten_y(y_true), self._flatten_y(y_pred)
                try:
                    return list(map(_metrics_of_output, chosen, ys, ps, names or [None] * count))
                except ValueError as error:
                    raise ValueError(f"{error}\nReceived: {argument}={metrics}") from error
        try:
            shallow = tree.lists_to_tuples(y_pred)
            return tree.flatten(
                tree.map_structure_up_to(
                    shallow,
                    _metrics_of_output,
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
        if type(y) is Tensor:
            return [y]
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

        If a name is taken, a weighted metric gets the prefix ``weighted_``; then ``_1``, ``_2``,
        ... are appended.  Raises ValueError before the first batch.

        Parity: such names may still collide, and the later result overwrites the earlier one.  The
        name of the output comes before ``weighted_``.
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


def _metrics_of_output(
    metrics: Any, y_true: Any, y_pred: Any, output_name: str | None = None
) -> OutputMetrics | None:
    if metrics is None:
        return None
    given = metrics if isinstance(metrics, list | tuple) else [metrics]
    return OutputMetrics([get_metric(m, y_true, y_pred) for m in given], output_name)
