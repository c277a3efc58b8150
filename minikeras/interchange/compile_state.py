"""What training has left behind, copied between the libraries: optimizer state and metrics."""

from __future__ import annotations

import copy
from typing import Any

from minikeras.interchange.sides import Side
from minikeras.interchange.unsaved import copy_unsaved


def copy_optimizer(model: Any, other: Any, counterparts: dict[int, Any], target: Side) -> None:
    """Give the optimizer of ``other`` the state of that of ``model``.

    counterparts: the variables of ``other`` by the ids of those of ``model``.
    """
    ours, theirs = model.optimizer, other.optimizer
    if ours is None or theirs is None:
        return
    listed, pattern = _exempt_from_decay(ours, model.variables)
    if listed or pattern:
        exempt = [counterparts[id(variable)] for variable in listed]
        theirs.exclude_from_weight_decay(exempt, [pattern] if pattern else None)
    if ours.built:
        with target.scope_of(theirs):  # as if the first update built it
            theirs.build([counterparts[id(v)] for v in ours._trainable_variables])
    for before, after in zip(ours.variables, theirs.variables, strict=True):
        after.assign(before.numpy())
        after._path = before.path  # Nadam's variable without a name is numbered


def _exempt_from_decay(optimizer: Any, variables: list[Any]) -> tuple[list[Any], str]:
    """Which of the variables do not decay, and the pattern of the names of further ones."""
    if hasattr(optimizer, "_exempt"):
        listed, text = optimizer._exempt
        return [v for v in variables if id(v) in listed], text
    pattern = getattr(optimizer, "_exclude_from_weight_decay_pattern", None)
    listed = getattr(optimizer, "_exclude_from_weight_decay", ())
    exempt = [v for v in variables if optimizer._var_key(v) in listed]
    return exempt, pattern.pattern if pattern else ""


def copy_metrics(model: Any, other: Any, source: Side, target: Side) -> None:
    """Give the metrics of ``other``, and the mean losses of outputs, the state of ``model``'s.

    Metrics and losses are matched with the outputs at the first batch.  If ``model`` has seen one,
    ``other`` gets the metrics that were chosen then.
    """

    def converted(obj: Any) -> Any:
        kind = next((n for n in ("loss", "metric") if type(obj) is source.wrapper(n)), None)
        if kind is None:
            made = target.deserialize(source.serialize(obj))
            copy_unsaved(obj, made, source, target)
        else:  # in a config, its name could be taken for that of a custom object
            options = {"reduction": obj.reduction} if kind == "loss" else {}
            options |= {"dtype": obj.dtype, **obj._fn_kwargs}
            fn = obj.fn if hasattr(obj, "fn") else obj._fn
            made = target.wrapper(kind)(target.deserialize(source.serialize(fn)), **options)
        made.name = obj.name  # the one under which the user named it, as in metrics=["mae"]
        return made

    def converted_group(group: Any) -> Any:
        return group and ([*map(converted, group.metrics)], group.output_name)

    metrics = model._compile_metrics
    if metrics is not None and metrics.built:
        groups = [[*map(converted_group, getattr(metrics, name))] for name in source.groups]
        order = getattr(metrics, source.order_of_outputs)
        _adopt_metrics(other._compile_metrics, groups, order, target)
    losses = model._compile_loss
    if losses is not None and losses.built and losses.metrics:
        entries = [
            (path, converted(loss), weight, name)
            for path, loss, weight, name in getattr(losses, source.entries)
        ]
        structures = [copy.deepcopy(getattr(losses, name)) for name in source.structures]
        _adopt_losses(other._compile_loss, entries, structures, target)
    for ours, theirs in zip(model.metrics, other.metrics, strict=True):
        values = [variable.numpy() for variable in ours.variables]
        # A metric that makes its variables for the first batch begins anew; so does one whose sum
        # Keras has let become an array.
        if [v.shape for v in values] == [tuple(v.shape) for v in theirs.variables]:
            for variable, value in zip(theirs.variables, values, strict=True):
                variable.assign(value)


def _adopt_metrics(metrics: Any, groups: Any, order: Any, target: Side) -> None:
    for name, several in zip(target.groups, groups, strict=True):
        made = [group and target.new_group(*group) for group in several]
        setattr(metrics, name, made)
    setattr(metrics, target.order_of_outputs, order)
    metrics.built = True


def _adopt_losses(losses: Any, entries: list[Any], structures: list[Any], target: Side) -> None:
    setattr(losses, target.entries, [target.new_entry(*entry) for entry in entries])
    for name, structure in zip(target.structures, structures, strict=True):
        setattr(losses, name, structure)
    losses.metrics.extend(target.new_mean(f"{entry[-1]}_loss") for entry in entries)
    losses.built = True
