"""Learning rates that depend on the step: the public face of ``keras.optimizers.schedules``."""

from minikeras.declare.registry import Registry
from minikeras.optimizers.schedules.cosine import CosineDecay, CosineDecayRestarts
from minikeras.optimizers.schedules.decay import (
    ExponentialDecay,
    InverseTimeDecay,
    PiecewiseConstantDecay,
    PolynomialDecay,
)
from minikeras.optimizers.schedules.schedule import LearningRateSchedule

registry = Registry(
    "learning rate schedule",
    ExponentialDecay,
    PiecewiseConstantDecay,
    PolynomialDecay,
    InverseTimeDecay,
    CosineDecay,
    CosineDecayRestarts,
)
serialize, deserialize = registry.serialize, registry.deserialize

__all__ = [
    "CosineDecay",
    "CosineDecayRestarts",
    "ExponentialDecay",
    "InverseTimeDecay",
    "LearningRateSchedule",
    "PiecewiseConstantDecay",
    "PolynomialDecay",
    "deserialize",
    "serialize",
]
