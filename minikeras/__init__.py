"""Keras 3 in plain NumPy: ``import minikeras as keras``."""

from typing import TYPE_CHECKING

from minikeras import (
    absent,
    activations,
    backend,
    callbacks,
    config,
    constraints,
    datasets,
    dtype_policies,
    initializers,
    layers,
    losses,
    metrics,
    models,
    ops,
    optimizers,
    preprocessing,
    random,
    regularizers,
    saving,
    tree,
    utils,
    visualization,
)
from minikeras.autograd import (
    GradientTape,
    KerasTensor,
    Operation,
    StatelessScope,
    Variable,
)
from minikeras.declare.names import name_scope
from minikeras.dtype_policies import DTypePolicy, FloatDTypePolicy
from minikeras.initializers import Initializer
from minikeras.interchange import from_keras, to_keras
from minikeras.layers import Input, InputSpec, Layer
from minikeras.losses import Loss
from minikeras.metrics import Metric
from minikeras.models import Function, Model, Sequential
from minikeras.optimizers import Optimizer
from minikeras.regularizers import Regularizer
from minikeras.settings import __version__, version

if TYPE_CHECKING:
    from minikeras import applications  # on demand, see ``absent``

__all__ = [
    "__version__",
    "DTypePolicy",
    "FloatDTypePolicy",
    "Function",
    "GradientTape",
    "Initializer",
    "Input",
    "InputSpec",
    "KerasTensor",
    "Layer",
    "Loss",
    "Metric",
    "Model",
    "Operation",
    "Optimizer",
    "Regularizer",
    "Sequential",
    "StatelessScope",
    "Variable",
    "activations",
    "applications",
    "backend",
    "callbacks",
    "config",
    "constraints",
    "datasets",
    "dtype_policies",
    "from_keras",
    "initializers",
    "layers",
    "losses",
    "metrics",
    "models",
    "name_scope",
    "ops",
    "optimizers",
    "preprocessing",
    "random",
    "regularizers",
    "saving",
    "to_keras",
    "tree",
    "utils",
    "version",
    "visualization",
]

absent.install()
