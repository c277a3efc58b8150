"""What the arguments of public classes may be, by the name of the argument.

Layers, losses, metrics, optimizers and whatever they are made with are found by being public.  An
argument without a rule here keeps its default.  The hunt and the drawn trainings of the tests
choose among these values.
"""

from __future__ import annotations

import inspect
import itertools
import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

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
from minikeras.parity.backends.values import Make

Shape = tuple[int, ...]  # without the batch


@dataclass(frozen=True)
class Instances:
    """A rule: an instance of any public class of a module, or one of ``more``."""

    module: str
    more: tuple[Make, ...] = ()


ORTHOGONAL = Make("regularizers", "OrthogonalRegularizer", {"factor": 0.1})

# Public classes that are not drawn, and why.
EXCLUDED = {
    "layers.Input": "a function; every model begins with it",
    "layers.InputLayer": "every model begins with one",
    "layers.InputSpec": "no layer",
    "layers.Layer": "a base class",
    "layers.Lambda": "its argument is code",
    "layers.CategoryEncoding": "takes categories; drawn as a first layer",
    "layers.Discretization": "has no gradient; drawn as a first layer",
    "layers.HashedCrossing": "takes pairs of categories; drawn as a first layer",
    "layers.Hashing": "takes categories; drawn as a first layer and in front of an Embedding",
    "layers.IntegerLookup": "takes categories; drawn as a first layer and before an Embedding",
    "layers.MelSpectrogram": "takes longer signals; drawn as a first layer",
    "layers.STFTSpectrogram": "takes longer signals; drawn as a first layer",
    "layers.StringLookup": "takes text; drawn as a first layer",
    "layers.TextVectorization": "takes text; drawn as a first layer",
    **{
        f"layers.{name}": "changes images; drawn as a first layer"
        for name in (
            *("AugMix", "AutoContrast", "CenterCrop", "CutMix", "Equalization", "MixUp"),
            *("ContrastLimitedAdaptiveHistogramEqualization", "MaxNumBoundingBoxes"),
            *("RandAugment", "RandomBrightness", "RandomColorDegeneration", "RandomColorJitter"),
            *("RandomContrast", "RandomCrop", "RandomElasticTransform", "RandomErasing"),
            *("RandomFlip", "RandomGaussianBlur", "RandomGrayscale", "RandomHue", "RandomInvert"),
            *("RandomPerspective", "RandomPosterization", "RandomRotation", "RandomSaturation"),
            *("RandomSharpness", "RandomShear", "RandomTranslation", "RandomZoom", "Resizing"),
            *("Solarization",),
        )
    },
    "layers.Pipeline": "a list of other layers; compared on its own",
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

MODULES = {
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
    found = {name: getattr(MODULES[module], name) for name in dir(MODULES[module])}
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

small = range(1, 4)
fractions = [0.0, 0.1, 0.25, 0.3, 0.5]
factors = [0.01, 0.1, 0.5, 1.0, 3.0]
flags = (False, True)

ARGUMENTS: dict[str, Any] = {
    # layers
    "units": range(1, 10),
    "filters": range(1, 7),
    "depth_multiplier": range(1, 3),
    "activation": ACTIVATIONS,
    "use_bias": flags,
    "rate": fractions,
    "stddev": fractions,
    "seed": range(100),
    "momentum": [0.0, 0.5, 0.9],
    "epsilon": [1e-7, 1e-5, 1e-3],
    "center": flags,
    "negative_slope": [0.0, 0.1, 0.3],
    "l1": [0.001, 0.01],
    "l2": [0.001, 0.01],
    "keepdims": flags,
    "n": small,
    "mask_zero": flags,
    "normalize": flags,
    # losses and metrics
    "label_smoothing": [0.1, 0.3],
    "apply_class_balancing": flags,
    "gamma": [0.5, 2.0, 3.0],
    "delta": [0.3, 1.0, 2.0],
    "q": [0.3, 0.5, 0.9],
    "margin": [0.25, 0.4],
    "remove_diagonal": flags,
    "beta": [0.5, 0.7, 2.0],
    "reduction": ["sum", "mean_with_sample_weight"],
    "k": small,
    "num_thresholds": [5, 50],
    "average": ["micro", "macro", "weighted"],
    "threshold": [0.25, 0.5],
    "thresholds": [0.5, [0.2, 0.7]],
    "curve": ["ROC", "PR"],
    "summation_method": ["interpolation", "minoring", "majoring"],
    "recall": fractions,
    "precision": fractions,
    "sensitivity": fractions,
    "specificity": fractions,
    "class_aggregation": ["uniform_average", "variance_weighted_average"],
    # optimizers
    "nesterov": flags,
    "amsgrad": flags,
    "centered": flags,
    "rho": [0.8, 0.95],
    "beta_1": [0.8, 0.95],
    "beta_2": [0.9, 0.99],
    "initial_accumulator_value": fractions,
    "weight_decay": [0.001, 0.01, 0.1],
    "clipnorm": factors,
    "clipvalue": factors,
    "global_clipnorm": factors,
    "use_ema": flags,
    "ema_momentum": [0.5, 0.9],
    "ema_overwrite_frequency": small,
    "loss_scale_factor": [8.0, 10.0],
    "gradient_accumulation_steps": range(2, 4),
    # schedules
    "initial_learning_rate": [0.1, 0.03],
    "decay_steps": range(1, 10),
    "first_decay_steps": small,
    "decay_rate": [0.5, 0.9],
    "staircase": flags,
    "cycle": flags,
    "power": [0.5, 1.0, 2.0],
    "t_mul": [1.0, 1.5, 2.0],
    "m_mul": [0.9, 1.0],
    "end_learning_rate": [0.001, 0.01],
    "warmup_target": [0.2],
    "warmup_steps": small,
    "boundaries": [[2, 5]],
    "values": [[0.1, 0.03, 0.01]],
    # initializers, regularizers, constraints
    "gain": factors,
    "value": fractions,
    "mean": fractions,
    "minval": [-0.5],
    "maxval": [0.5],
    "distribution": ["uniform", "normal", "truncated_normal"],
    "max_value": factors,
    "min_value": [0.0, 0.2],
    # callbacks
    "monitor": ["loss", "val_loss"],
    "patience": range(3),
    "restore_best_weights": flags,
    "factor": [0.1, 0.5],
    "cooldown": range(2),
}

# Arguments that mean something else in one class, or that depend on the shape of the input.  A rule
# is a sequence of values, `Instances`, a function of the shape that gives either, or None to keep
# the default.
SPECIAL: dict[str, dict[str, Any]] = {
    "BatchNormalization": {"scale": flags, "axis": lambda s: range(1, len(s) + 1)},
    "LayerNormalization": {"scale": flags, "axis": lambda s: range(-len(s), 0)},
    "GroupNormalization": {
        "scale": flags,
        "groups": lambda s: [g for g in range(1, s[-1] + 1) if s[-1] % g == 0],
    },
    "RMSNormalization": {"axis": lambda s: range(-len(s), 0)},
    "UnitNormalization": {"axis": lambda s: range(-len(s), 0)},
    "Normalization": {"mean": fractions, "variance": factors},
    "Rescaling": {"scale": factors, "offset": fractions},
    "Softmax": {"axis": lambda s: range(-len(s), 0)},
    "ELU": {"alpha": factors},
    "ReLU": {"max_value": factors, "threshold": fractions},
    "PReLU": {"shared_axes": lambda s: [[1]] if len(s) > 1 else [None]},
    "Dense": {"kernel_regularizer": Instances("regularizers", (ORTHOGONAL,))},
    "Embedding": {"input_dim": [7], "output_dim": range(1, 6)},
    "Permute": {"dims": lambda s: list(itertools.permutations(range(1, len(s) + 1)))},
    "Reshape": {"target_shape": lambda s: [(math.prod(s), 1), (1, *s), (-1,)]},
    "Concatenate": {"axis": [-1]},
    "Dot": {"axes": [-1]},
    "Masking": {"mask_value": [0.0]},
    "Activation": {"activation": [*ACTIVATIONS, "glu"]},
    "Conv1D": {"padding": ["valid", "same", "causal"]},
    "Huber": {"delta": factors},
    "Circle": {"gamma": [2.0, 80.0]},
    "Tversky": {"alpha": fractions, "beta": fractions, "axis": None},
    "BinaryFocalCrossentropy": {"alpha": fractions},
    "CategoricalFocalCrossentropy": {"alpha": fractions},
    "CosineDecay": {"alpha": fractions},
    "CosineDecayRestarts": {"alpha": fractions},
    "VarianceScaling": {
        "scale": factors,
        "mode": ["fan_in", "fan_out", "fan_avg"],
    },
    "RandomNormal": {"stddev": factors},
    "TruncatedNormal": {"stddev": factors},
    "MinMaxNorm": {"rate": [0.5, 1.0]},
    "IoU": {"num_classes": None, "target_class_ids": None},
    "AUC": {"thresholds": [[0.2, 0.7]]},
    "FBetaScore": {"threshold": None},
    "F1Score": {"threshold": None},
}


def _windows(shape: Shape) -> Any:
    return range(1, (max(1, min(3, *shape[:-1])) if len(shape) > 1 else 1) + 1)


_windows_over = {
    "kernel_size": _windows,
    "pool_size": _windows,
    "strides": range(1, 3),
    "dilation_rate": range(1, 3),
    "padding": ["valid", "same"],
    "groups": lambda s: [g for g in (1, 2, 3) if s[-1] % g == 0],
}
# Arguments of the classes whose names hold a word.
BY_WORD: dict[str, dict[str, Any]] = {
    "Transpose": {"dilation_rate": None},  # TensorFlow refuses it on the CPU
    "Conv": _windows_over,
    "Pooling": _windows_over,
    "UpSampling": {
        "size": lambda s: (
            small if len(s) < 3 else list(itertools.product(small, repeat=len(s) - 1))
        ),
        "interpolation": ["nearest", "bilinear", "bicubic", "lanczos3", "lanczos5"],
    },
    "Cropping": {"cropping": [1]},
    "ZeroPadding": {"padding": small},
}
BY_ENDING = {
    "_initializer": "initializers",
    "_regularizer": "regularizers",
    "_constraint": "constraints",
}


# The tasks of a loss or a metric; those not listed take any labels of the shape of the predictions.
ANY = ("numbers", "positive", "binary", "signs", "one-hot")
_PROBABILITIES = ("binary", "one-hot")
SUITED: dict[str, tuple[str, ...]] = {
    "BinaryCrossentropy": ("binary",),
    "BinaryFocalCrossentropy": ("binary",),
    "CategoricalCrossentropy": ("one-hot",),
    "CategoricalFocalCrossentropy": ("one-hot",),
    "CategoricalGeneralizedCrossEntropy": ("classes",),
    "SparseCategoricalCrossentropy": ("classes",),
    "SparseCategoricalAccuracy": ("classes",),
    "SparseTopKCategoricalAccuracy": ("classes",),
    "CategoricalAccuracy": ("one-hot",),
    "TopKCategoricalAccuracy": ("one-hot",),
    "CategoricalHinge": ("one-hot",),
    "Circle": ("embeddings",),
    "KLDivergence": ("positive", *_PROBABILITIES),
    "Poisson": ("positive",),
    "MeanSquaredLogarithmicError": ("positive", *_PROBABILITIES),
    "MeanAbsolutePercentageError": ("positive", "signs"),
    "Dice": _PROBABILITIES,
    "Tversky": _PROBABILITIES,
    "AUC": _PROBABILITIES,
    "Precision": _PROBABILITIES,
    "Recall": _PROBABILITIES,
    "PrecisionAtRecall": _PROBABILITIES,
    "RecallAtPrecision": _PROBABILITIES,
    "SensitivityAtSpecificity": _PROBABILITIES,
    "SpecificityAtSensitivity": _PROBABILITIES,
    "TruePositives": _PROBABILITIES,
    "TrueNegatives": _PROBABILITIES,
    "FalsePositives": _PROBABILITIES,
    "FalseNegatives": _PROBABILITIES,
    "BinaryAccuracy": ("binary",),
    "BinaryIoU": ("binary",),
    "IoU": ("classes",),
    "MeanIoU": ("classes",),
    "OneHotIoU": ("one-hot",),
    "OneHotMeanIoU": ("one-hot",),
    "F1Score": _PROBABILITIES,
    "FBetaScore": _PROBABILITIES,
}

# What a metric needs for so many classes.
GIVEN_METRICS: dict[str, Callable[[int], dict[str, Any]]] = {
    "IoU": lambda n: {"num_classes": n, "target_class_ids": [0, 1], "sparse_y_pred": False},
    "MeanIoU": lambda n: {"num_classes": n, "sparse_y_pred": False},
    "OneHotIoU": lambda n: {"num_classes": n, "target_class_ids": [0, 1]},
    "OneHotMeanIoU": lambda n: {"num_classes": n},
}


def rule(cls: type, argument: str, shape: Shape) -> Any:
    """The values for an argument of ``cls``, or None to leave it at its default."""
    words = (table for word, table in BY_WORD.items() if word in cls.__name__)
    for table in (SPECIAL.get(cls.__name__, {}), *words, ARGUMENTS):
        if argument in table:
            found = table[argument]
            return found(shape) if callable(found) else found
    kinds = (kind for ending, kind in BY_ENDING.items() if argument.endswith(ending))
    return next(map(Instances, kinds), None)


def parameters(cls: type) -> list[inspect.Parameter]:
    """The arguments of a class that have a name."""
    found = inspect.signature(cls).parameters.values()
    return [p for p in found if p.kind is not p.VAR_KEYWORD]
