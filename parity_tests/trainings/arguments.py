"""Draws instances of public classes with Hypothesis, and the arguments of ``fit`` and ``compile``.

The values that an argument may have stand in `minikeras.parity.hunt.arguments`.  A class with an
argument that has neither a rule there nor a default fails
``test_every_public_class_can_be_drawn``.
"""

from __future__ import annotations

from typing import Any

import hypothesis.strategies as st

from minikeras.parity.backends import Make, build
from minikeras.parity.hunt import arguments
from minikeras.parity.hunt.arguments import ACTIVATIONS, MODULES, Instances, Shape, public

__all__ = [
    "ACTIVATIONS",
    "COMPILE",
    "FIT",
    "Make",
    "Shape",
    "build",
    "instance",
    "instances",
    "public",
    "rule",
    "undrawable",
]


def rule(cls: type, argument: str, shape: Shape) -> Any:
    """The strategy for an argument of ``cls``, or None to leave it at its default."""
    found = arguments.rule(cls, argument, shape)
    match found:
        case None:
            return None
        case Instances():
            return _instances(found)
        case range():
            return st.integers(found[0], found[-1])
        case (False, True):
            return st.booleans()
        case (only,):
            return st.just(only)
    return st.sampled_from(found)


def _instances(wanted: Instances) -> Any:
    every = instances(wanted.module)
    return st.one_of(every, *map(st.just, wanted.more)) if wanted.more else every


def instances(module: str) -> Any:
    return st.sampled_from(sorted(public(module))).flatmap(lambda name: instance(module, name))


@st.composite
def instance(draw: Any, module: str, name: str, shape: Shape = (), **given: Any) -> Make:
    """A ``Make`` of one class; optional arguments are drawn every third time."""
    cls = public(module)[name]
    made = dict(given)
    for parameter in arguments.parameters(cls):
        if parameter.name in given:
            continue
        required = parameter.default is parameter.empty
        strategy = rule(cls, parameter.name, shape)
        if strategy is not None and (required or draw(st.integers(0, 2)) == 0):
            made[parameter.name] = draw(strategy)
    return Make(module, name, made)


def undrawable() -> list[str]:
    """Arguments without a rule that have no default."""
    return [
        f"{module}.{name}({parameter.name})"
        for module in MODULES
        for name, cls in public(module).items()
        for parameter in arguments.parameters(cls)
        if parameter.default is parameter.empty
        and rule(cls, parameter.name, (4, 4)) is None
        and f"{module}.{name}" not in GIVEN
    ]


# Arguments of ``fit`` and ``compile``.  What a training gives always is None.
FIT: dict[str, Any] = {
    "x": None,
    "y": None,
    "batch_size": None,
    "verbose": None,  # 2, for the text
    "epochs": st.integers(1, 3),
    "initial_epoch": st.integers(0, 1),
    "shuffle": st.sampled_from([False, "batch"]),
    "validation_split": st.sampled_from([0.25, 0.5]),
    "validation_data": st.just(True),  # the first samples
    "validation_freq": st.integers(1, 2),
    "validation_batch_size": st.integers(3, 9),
    "validation_steps": st.integers(1, 2),
    "steps_per_epoch": st.integers(1, 2),
    "sample_weight": st.just(True),  # a random one
    "class_weight": st.just({0: 0.5, 1: 2.0}),
    "callbacks": instances("callbacks").map(lambda made: [made]),
}
COMPILE: dict[str, Any] = {
    "optimizer": None,
    "loss": None,
    "metrics": None,
    "weighted_metrics": None,  # the metrics, every second time
    "loss_weights": st.just([0.3]),
    "run_eagerly": st.just(True),
    "steps_per_execution": st.integers(2, 3),
    "jit_compile": st.just(False),
    "auto_scale_loss": st.booleans(),
}

# Classes whose arguments the task gives.
GIVEN = {"metrics.IoU", "metrics.MeanIoU", "metrics.OneHotIoU", "metrics.OneHotMeanIoU"}
