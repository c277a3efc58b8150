"""What the arguments of public classes may be, by the name of the argument.

Layers, losses, metrics, optimizers and whatever they are made with are found by being public.  An
argument without a rule here keeps its default.  A class with an argument that has neither a rule
nor a default fails ``test_every_public_class_can_be_drawn``.
"""

from __future__ import annotations

import inspect
import math
from dataclasses import dataclass
from typing import Any

import hypothesis.strategies as st

from minikeras import (
    activations,
    callbacks,
    constraints,
    initializers,
    layers,
    losses,
    metrics,
    optimizers,
    regularizers,
)
from minikeras.optimizers import schedules

Shape = tuple[int, ...]  # without the batch


@dataclass(frozen=True)
class Make:
    """A class of ``keras.<module>`` and its arguments, which both libraries can build."""

    module: str
    name: str
    arguments: dict[str, Any]

    def __call__(self, library: Any) -> Any:
        module = library
        for part in self.module.split("."):
            module = getattr(module, part)
        return getattr(module, self.name)(**build(library, self.arguments))

    def __repr__(self) -> str:
        arguments = ", ".join(f"{key}={value!r}" for key, value in self.arguments.items())
        return f"{self.name}({arguments})"


def build(library: Any, value: Any) -> Any:
    """``value`` with every ``Make`` in it made."""
    if isinstance(value, dict):
        return {key: build(library, v) for key, v in value.items()}
    if isinstance(value, list):
        return [build(library, v) for v in value]
    return value(library) if isinstance(value, Make) else value


# Public classes that are not drawn, and why.
EXCLUDED = {
    "layers.Input": "a function; every model begins with it",
    "layers.InputLayer": "every model begins with one",
    "layers.InputSpec": "no layer",
    "layers.Layer": "a base class",
    "layers.Lambda": "its argument is code",
    "losses.Loss": "a base class",
    "metrics.Metric": "a base class",
    "metrics.MeanMetricWrapper": "a base class",
    "metrics.Mean": "takes values, not labels and predictions",
    "metrics.Sum": "takes values, not labels and predictions",
    "optimizers.Optimizer": "a base class",
    "optimizers.schedules.LearningRateSchedule": "a base class",
    "initializers.Initializer": "a base class",
    "initializers.Identity": "for square matrices only; every kernel has another shape",
    "initializers.STFT": "for the kernel of a short-time Fourier transform",
    "regularizers.Regularizer": "a base class",
    "regularizers.OrthogonalRegularizer": "for matrices only; drawn for the kernel of Dense",
    "constraints.Constraint": "a base class",
    "callbacks.Callback": "a base class",
    "callbacks.CallbackList": "what fit makes of callbacks",
    "callbacks.History": "every fit has one",
    "callbacks.ProgbarLogger": "fit adds it for verbose=1",
    "callbacks.LambdaCallback": "its arguments are code",
    "callbacks.LearningRateScheduler": "its argument is code",
    "callbacks.CSVLogger": "writes a file",
    "callbacks.BackupAndRestore": "writes files",
    "callbacks.ModelCheckpoint": "writes files",
}

_MODULES = {
    "layers": layers,
    "losses": losses,
    "metrics": metrics,
    "optimizers": optimizers,
    "optimizers.schedules": schedules,
    "initializers": initializers,
    "regularizers": regularizers,
    "constraints": constraints,
    "callbacks": callbacks,
}


def public(module: str) -> dict[str, type]:
    """The public classes of a module that are drawn, each once, by name."""
    found = {name: getattr(_MODULES[module], name) for name in dir(_MODULES[module])}
    return {
        cls.__name__: cls
        for name, cls in found.items()
        if inspect.isclass(cls)
        and cls.__module__.startswith("minikeras")
        and f"{module}.{cls.__name__}" not in EXCLUDED
    }


NO_ACTIVATIONS = {
    "get": "no activation",
    "serialize": "no activation",
    "deserialize": "no activation",
    "glu": "halves the last axis; drawn for the layer Activation",
    "threshold": "has arguments without defaults",
}
ACTIVATIONS = sorted(
    {
        function.__name__
        for name in dir(activations)
        if inspect.isfunction(function := getattr(activations, name)) and name not in NO_ACTIVATIONS
    }
)

# Arguments of any class

small = st.integers(1, 3)
fractions = st.sampled_from([0.0, 0.1, 0.25, 0.3, 0.5])
factors = st.sampled_from([0.01, 0.1, 0.5, 1.0, 3.0])
flags = st.booleans()

ARGUMENTS: dict[str, Any] = {
    # layers
    "units": st.integers(1, 9),
    "filters": st.integers(1, 6),
    "depth_multiplier": st.integers(1, 2),
    "activation": st.sampled_from(ACTIVATIONS),
    "use_bias": flags,
    "rate": fractions,
    "stddev": fractions,
    "seed": st.integers(0, 99),
    "momentum": st.sampled_from([0.0, 0.5, 0.9]),
    "epsilon": st.sampled_from([1e-7, 1e-5, 1e-3]),
    "center": flags,
    "negative_slope": st.sampled_from([0.0, 0.1, 0.3]),
    "l1": st.sampled_from([0.001, 0.01]),
    "l2": st.sampled_from([0.001, 0.01]),
    "keepdims": flags,
    "n": small,
    "mask_zero": flags,
    "normalize": flags,
    # losses and metrics
    "label_smoothing": st.sampled_from([0.1, 0.3]),
    "apply_class_balancing": flags,
    "gamma": st.sampled_from([0.5, 2.0, 3.0]),
    "delta": st.sampled_from([0.3, 1.0, 2.0]),
    "q": st.sampled_from([0.3, 0.5, 0.9]),
    "margin": st.sampled_from([0.25, 0.4]),
    "remove_diagonal": flags,
    "beta": st.sampled_from([0.5, 0.7, 2.0]),
    "reduction": st.sampled_from(["sum", "mean_with_sample_weight"]),
    "k": small,
    "num_thresholds": st.sampled_from([5, 50]),
    "average": st.sampled_from(["micro", "macro", "weighted"]),
    "threshold": st.sampled_from([0.25, 0.5]),
    "thresholds": st.sampled_from([0.5, [0.2, 0.7]]),
    "curve": st.sampled_from(["ROC", "PR"]),
    "summation_method": st.sampled_from(["interpolation", "minoring", "majoring"]),
    "recall": fractions,
    "precision": fractions,
    "sensitivity": fractions,
    "specificity": fractions,
    "class_aggregation": st.sampled_from(["uniform_average", "variance_weighted_average"]),
    # optimizers
    "nesterov": flags,
    "amsgrad": flags,
    "centered": flags,
    "rho": st.sampled_from([0.8, 0.95]),
    "beta_1": st.sampled_from([0.8, 0.95]),
    "beta_2": st.sampled_from([0.9, 0.99]),
    "initial_accumulator_value": fractions,
    "weight_decay": st.sampled_from([0.001, 0.01, 0.1]),
    "clipnorm": factors,
    "clipvalue": factors,
    "global_clipnorm": factors,
    "use_ema": flags,
    "ema_momentum": st.sampled_from([0.5, 0.9]),
    "ema_overwrite_frequency": small,
    "loss_scale_factor": st.sampled_from([8.0, 10.0]),
    "gradient_accumulation_steps": st.integers(2, 3),
    # schedules
    "initial_learning_rate": st.sampled_from([0.1, 0.03]),
    "decay_steps": st.integers(1, 9),
    "first_decay_steps": small,
    "decay_rate": st.sampled_from([0.5, 0.9]),
    "staircase": flags,
    "cycle": flags,
    "power": st.sampled_from([0.5, 1.0, 2.0]),
    "t_mul": st.sampled_from([1.0, 1.5, 2.0]),
    "m_mul": st.sampled_from([0.9, 1.0]),
    "end_learning_rate": st.sampled_from([0.001, 0.01]),
    "warmup_target": st.sampled_from([0.2]),
    "warmup_steps": small,
    "boundaries": st.just([2, 5]),
    "values": st.just([0.1, 0.03, 0.01]),
    # initializers, regularizers, constraints
    "gain": factors,
    "value": fractions,
    "mean": fractions,
    "minval": st.just(-0.5),
    "maxval": st.just(0.5),
    "distribution": st.sampled_from(["uniform", "normal", "truncated_normal"]),
    "max_value": factors,
    "min_value": st.sampled_from([0.0, 0.2]),
    # callbacks
    "monitor": st.sampled_from(["loss", "val_loss"]),
    "patience": st.integers(0, 2),
    "restore_best_weights": flags,
    "factor": st.sampled_from([0.1, 0.5]),
    "cooldown": st.integers(0, 1),
}

# Arguments that mean something else in one class, or that depend on the shape of the input.  A rule
# is a strategy, a function of the shape that gives one, or None to keep the default.
SPECIAL: dict[str, dict[str, Any]] = {
    "BatchNormalization": {"scale": flags, "axis": lambda s: st.integers(1, len(s))},
    "LayerNormalization": {"scale": flags, "axis": lambda s: st.integers(-len(s), -1)},
    "GroupNormalization": {
        "scale": flags,
        "groups": lambda s: st.sampled_from([g for g in range(1, s[-1] + 1) if s[-1] % g == 0]),
    },
    "RMSNormalization": {"axis": lambda s: st.integers(-len(s), -1)},
    "UnitNormalization": {"axis": lambda s: st.integers(-len(s), -1)},
    "Normalization": {"mean": fractions, "variance": factors},
    "Rescaling": {"scale": factors, "offset": fractions},
    "Softmax": {"axis": lambda s: st.integers(-len(s), -1)},
    "ELU": {"alpha": factors},
    "ReLU": {"max_value": factors, "threshold": fractions},
    "PReLU": {"shared_axes": lambda s: st.just([1]) if len(s) > 1 else st.none()},
    "Dense": {
        "kernel_regularizer": lambda s: st.one_of(
            instances("regularizers"),
            st.just(Make("regularizers", "OrthogonalRegularizer", {"factor": 0.1})),
        )
    },
    "Embedding": {"input_dim": st.just(7), "output_dim": st.integers(1, 5)},
    "Permute": {"dims": lambda s: st.permutations(range(1, len(s) + 1)).map(tuple)},
    "Reshape": {"target_shape": lambda s: st.sampled_from([(math.prod(s), 1), (1, *s), (-1,)])},
    "Concatenate": {"axis": st.just(-1)},
    "Dot": {"axes": st.just(-1)},
    "Masking": {"mask_value": st.just(0.0)},
    "Activation": {"activation": st.sampled_from([*ACTIVATIONS, "glu"])},
    "Conv1D": {"padding": st.sampled_from(["valid", "same", "causal"])},
    "Huber": {"delta": factors},
    "Circle": {"gamma": st.sampled_from([2.0, 80.0])},
    "Tversky": {"alpha": fractions, "beta": fractions, "axis": None},
    "BinaryFocalCrossentropy": {"alpha": fractions},
    "CategoricalFocalCrossentropy": {"alpha": fractions},
    "CosineDecay": {"alpha": fractions},
    "CosineDecayRestarts": {"alpha": fractions},
    "VarianceScaling": {
        "scale": factors,
        "mode": st.sampled_from(["fan_in", "fan_out", "fan_avg"]),
    },
    "RandomNormal": {"stddev": factors},
    "TruncatedNormal": {"stddev": factors},
    "MinMaxNorm": {"rate": st.sampled_from([0.5, 1.0])},
    "IoU": {"num_classes": None, "target_class_ids": None},
    "AUC": {"thresholds": st.just([0.2, 0.7])},
    "FBetaScore": {"threshold": None},
    "F1Score": {"threshold": None},
}


def _windows(shape: Shape) -> Any:
    return st.integers(1, max(1, min(3, *shape[:-1])) if len(shape) > 1 else 1)


_windows_over = {
    "kernel_size": _windows,
    "pool_size": _windows,
    "strides": st.integers(1, 2),
    "dilation_rate": st.integers(1, 2),
    "padding": st.sampled_from(["valid", "same"]),
    "groups": lambda s: st.sampled_from([g for g in (1, 2, 3) if s[-1] % g == 0]),
}
# Arguments of the classes whose names hold a word.
BY_WORD: dict[str, dict[str, Any]] = {
    "Transpose": {"dilation_rate": None},  # TensorFlow refuses it on the CPU
    "Conv": _windows_over,
    "Pooling": _windows_over,
    "UpSampling": {
        "size": lambda s: small if len(s) < 3 else st.tuples(*[small] * (len(s) - 1)),
        "interpolation": st.sampled_from(
            ["nearest", "bilinear", "bicubic", "lanczos3", "lanczos5"]
        ),
    },
    "Cropping": {"cropping": st.just(1)},
    "ZeroPadding": {"padding": small},
}
BY_ENDING = {
    "_initializer": "initializers",
    "_regularizer": "regularizers",
    "_constraint": "constraints",
}


def rule(cls: type, argument: str, shape: Shape) -> Any:
    """The strategy for an argument of ``cls``, or None to leave it at its default."""
    words = (table for word, table in BY_WORD.items() if word in cls.__name__)
    for table in (SPECIAL.get(cls.__name__, {}), *words, ARGUMENTS):
        if argument in table:
            found = table[argument]
            return found(shape) if callable(found) else found
    kinds = (kind for ending, kind in BY_ENDING.items() if argument.endswith(ending))
    return next(map(instances, kinds), None)


def instances(module: str) -> Any:
    return st.sampled_from(sorted(public(module))).flatmap(lambda name: instance(module, name))


@st.composite
def instance(draw: Any, module: str, name: str, shape: Shape = (), **given: Any) -> Make:
    """A ``Make`` of one class; optional arguments are drawn every third time."""
    cls = public(module)[name]
    arguments = dict(given)
    for parameter in inspect.signature(cls).parameters.values():
        if parameter.name in given or parameter.kind is parameter.VAR_KEYWORD:
            continue
        required = parameter.default is parameter.empty
        strategy = rule(cls, parameter.name, shape)
        if strategy is not None and (required or draw(st.integers(0, 2)) == 0):
            arguments[parameter.name] = draw(strategy)
    return Make(module, name, arguments)


def undrawable() -> list[str]:
    """Arguments without a rule that have no default."""
    return [
        f"{module}.{name}({parameter.name})"
        for module in _MODULES
        for name, cls in public(module).items()
        for parameter in inspect.signature(cls).parameters.values()
        if parameter.default is parameter.empty
        and parameter.kind is not parameter.VAR_KEYWORD
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
    "auto_scale_loss": flags,
}

# Classes whose arguments the task gives.
GIVEN = {"metrics.IoU", "metrics.MeanIoU", "metrics.OneHotIoU", "metrics.OneHotMeanIoU"}
