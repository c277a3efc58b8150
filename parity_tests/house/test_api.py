"""Public names and signatures are those of Keras, except for a written list."""

from __future__ import annotations

import importlib
import inspect
import re
from typing import Any

import pytest

NAMESPACES = [
    "activations",
    "applications",
    "applications.convnext",
    "applications.densenet",
    "applications.efficientnet",
    "applications.efficientnet_v2",
    "applications.imagenet_utils",
    "applications.inception_resnet_v2",
    "applications.inception_v3",
    "applications.mobilenet",
    "applications.mobilenet_v2",
    "applications.mobilenet_v3",
    "applications.nasnet",
    "applications.resnet",
    "applications.resnet50",
    "applications.resnet_v2",
    "applications.vgg16",
    "applications.vgg19",
    "applications.xception",
    "backend",
    "callbacks",
    "config",
    "constraints",
    "datasets",
    "datasets.boston_housing",
    "datasets.california_housing",
    "datasets.cifar10",
    "datasets.cifar100",
    "datasets.fashion_mnist",
    "datasets.imdb",
    "datasets.mnist",
    "datasets.reuters",
    "dtype_policies",
    "initializers",
    "layers",
    "losses",
    "metrics",
    "models",
    "ops",
    "ops.image",
    "ops.linalg",
    "ops.nn",
    "ops.numpy",
    "optimizers",
    "optimizers.schedules",
    "preprocessing",
    "preprocessing.image",
    "preprocessing.sequence",
    "random",
    "regularizers",
    "saving",
    "tree",
    "utils",
    "utils.bounding_boxes",
    "visualization",
]


def module(root: str, namespace: str) -> Any:
    return importlib.import_module(f"{root}.{namespace}" if namespace else root)


def public_names(where: Any) -> set[str]:
    """Those in ``__all__``, which alone ``dir()`` shows; all of a module that has none."""
    return {
        name
        for name in getattr(where, "__all__", vars(where))
        if re.match(r"[A-Za-z]", name) and name != "annotations"
    }


@pytest.mark.parametrize("namespace", ["", *NAMESPACES])
def test_names(namespace: str) -> None:
    """Every name of Keras exists here or is on the list, but not both."""
    here = module("minikeras", namespace)
    theirs = public_names(module("keras", namespace))
    ours = {name for name in theirs if hasattr(here, name)}
    listed = {name for names, _ in MISSING.get(namespace, []) for name in names.split()}
    assert sorted(theirs - ours - listed) == [], "missing and not listed"
    assert sorted(listed - theirs) == [], "listed, but Keras has no such name"
    assert sorted(listed & ours) == [], "listed as missing, but there"


@pytest.mark.parametrize("namespace", ["", *NAMESPACES])
def test_no_other_names(namespace: str) -> None:
    """Public names here are public in Keras, except for modules, types and a written list."""
    theirs, ours = module("keras", namespace), module("minikeras", namespace)
    more = {
        name
        for name in public_names(ours) - public_names(theirs)
        if not inspect.ismodule(getattr(ours, name)) and not belongs_elsewhere(getattr(ours, name))
    }
    listed = {name for names, _ in EXTRA.get(namespace, []) for name in names.split()}
    assert sorted(more - listed) == [], "new here and not listed"
    assert sorted(listed - more) == [], "listed, but not here"


def belongs_elsewhere(thing: Any) -> bool:
    """Names imported for use only: types, and what classes are declared with."""
    home = str(getattr(thing, "__module__", ""))
    return (
        not home.startswith("minikeras")
        or home.startswith(("minikeras.declare",))
        or home in ("minikeras.types", "minikeras.messages")
        or home in ("minikeras.autograd.tensor", "minikeras.autograd.variable")
    )


def parameters(function: Any) -> list[tuple[str, str, Any]]:
    """Name, kind and default of each parameter, without ``self``, ``*args`` and ``**kwargs``."""
    found = []
    for p in inspect.signature(function).parameters.values():
        if p.kind in (p.VAR_KEYWORD, p.VAR_POSITIONAL) or p.name == "self":
            continue
        default = p.default if isinstance(p.default, (int, float, str, type(None))) else "..."
        found.append((p.name, "keyword" if p.kind is p.KEYWORD_ONLY else "any", default))
    return found


def compare(theirs: Any, ours: Any) -> set[str]:
    """Differences that would break a call written for Keras."""
    signature = inspect.signature(ours)
    kinds = {p.kind for p in signature.parameters.values()}
    keywords, anything = (
        inspect.Parameter.VAR_KEYWORD in kinds,
        inspect.Parameter.VAR_POSITIONAL in kinds,
    )
    wanted, given = parameters(theirs), parameters(ours)
    found = {name: default for name, _, default in given}
    order, our_order = ([n for n, kind, _ in x if kind == "any"] for x in (wanted, given))
    messages = {f"no {name}" for name, _, _ in wanted if name not in found and not keywords}
    if not anything and our_order[: len(order)] != order:
        at = next(i for i, n in enumerate(order) if our_order[i : i + 1] != [n])
        messages.add(f"position {at} is not {order[at]}")
    for name, _, default in wanted:
        if name in found and "..." not in (default, found[name]) and found[name] != default:
            messages.add(f"{name}={found[name]!r}, not {default!r}")
    more = {name for name in found if name not in {w for w, _, _ in wanted}} - BASE_ARGUMENTS
    if not any(p.kind is p.VAR_KEYWORD for p in inspect.signature(theirs).parameters.values()):
        messages |= {f"{name} is new" for name in more}
    return messages


# What `**kwargs` of Keras's constructors hides and ours spell out
BASE_ARGUMENTS = {"name", "dtype", "trainable", "autocast", "activity_regularizer"}
# Users override and call the methods of these; of other classes, methods need only be there
BASES = [
    "Callback",
    "Constraint",
    "DTypePolicy",
    "Function",
    "Initializer",
    "KerasTensor",
    "Layer",
    "LearningRateSchedule",
    "Loss",
    "Metric",
    "Model",
    "Operation",
    "Optimizer",
    "Progbar",
    "PyDataset",
    "Regularizer",
    "SeedGenerator",
    "Sequential",
    "StatelessScope",
    "Variable",
]


def differences(theirs: Any, ours: Any) -> set[str]:
    try:
        found = compare(theirs, ours)
    except (TypeError, ValueError):  # no Python signature
        return set()
    if not inspect.isclass(theirs):
        return found
    for name, method in vars(theirs).items():
        if name.startswith("_") or not inspect.isfunction(method):
            continue
        if not hasattr(ours, name):
            found.add(f"no method {name}")
        elif theirs.__name__ in BASES and callable(getattr(ours, name)):
            found |= {f"{name}: {m}" for m in compare(method, getattr(ours, name))}
    return found


@pytest.mark.parametrize("namespace", ["", *NAMESPACES])
def test_signatures(namespace: str) -> None:
    """Compare parameters, order and defaults; for base classes those of the methods as well."""
    theirs, ours = module("keras", namespace), module("minikeras", namespace)
    wrong = {}
    for name in sorted(public_names(theirs)):
        one, other = getattr(theirs, name), getattr(ours, name, None)
        if other is None or not callable(one):
            continue
        known = [
            m for names, m, _ in SIGNATURES if {name, f"{namespace}.{name}"} & {*names.split()}
        ]
        listed = {m for messages in known for m in messages.split("; ")}
        found = differences(one, other)
        if found != listed:
            wrong[name] = {"new": found - listed, "gone": listed - found}
    assert not wrong


LATER = "comes later"
MISSING = {
    "": [
        ("distillation wrappers", LATER),
        ("mixed_precision quantizers Quantizer", "quantization and loss scaling come later"),
        ("device distribution", "one machine, one kind of memory"),
        ("RematScope remat", "recomputing activations spares memory that NumPy does not pin"),
        ("SymbolicScope legacy src", "Keras's own inner life"),
    ],
    "callbacks": [("OrbaxCheckpoint", "needs the library orbax, and JAX")],
    "config": [
        ("disable_flash_attention enable_flash_attention is_flash_attention_enabled", "on GPUs"),
        ("is_nnx_enabled set_backend", "there is one backend"),
    ],
    "dtype_policies": [
        (
            "AWQDTypePolicy DTypePolicyMap GPTQDTypePolicy Int4DTypePolicy QuantizedDTypePolicy "
            "QuantizedFloat8DTypePolicy",
            "quantization",
        )
    ],
    "layers": [
        (
            "AdaptiveAveragePooling1D AdaptiveAveragePooling2D AdaptiveAveragePooling3D "
            "AdaptiveMaxPooling1D AdaptiveMaxPooling2D AdaptiveMaxPooling3D EinsumDense "
            "ReversibleEmbedding SpectralNormalization",
            LATER,
        ),
        ("AdditiveAttention Attention GroupQueryAttention MultiHeadAttention", LATER),
        (
            "Bidirectional ConvLSTM1D ConvLSTM2D ConvLSTM3D GRU GRUCell LSTM LSTMCell RNN "
            "SimpleRNN SimpleRNNCell StackedRNNCells TimeDistributed Wrapper",
            "recurrence " + LATER,
        ),
        ("FlaxLayer JaxLayer TFSMLayer TorchModuleWrapper", "layers of other frameworks"),
    ],
    "losses": [("CTC ctc", LATER)],
    "ops": [
        (
            "adaptive_average_pool adaptive_max_pool argpartition associative_scan bartlett "
            "blackman cdist correlate ctc_decode ctc_loss depth_to_space fold hamming hanning i0 "
            "jvp kaiser lu_factor nanmedian nanpercentile nanquantile rearrange space_to_depth "
            "unfold vectorize view",
            "beyond the everyday part; " + LATER,
        ),
        ("angle conj conjugate imag polar real view_as_complex view_as_real", "complex numbers"),
    ],
    "ops.linalg": [("jvp lu_factor", LATER)],
    "ops.nn": [
        ("adaptive_average_pool adaptive_max_pool ctc_decode ctc_loss", LATER),
        ("depth_to_space fold polar space_to_depth unfold", LATER),
    ],
    "ops.numpy": [
        ("argpartition bartlett blackman correlate hamming hanning i0 kaiser", LATER),
        ("nanmedian nanpercentile nanquantile vectorize view", LATER),
        ("angle conj conjugate imag real", "complex numbers"),
    ],
    "optimizers": [
        ("Adafactor Ftrl Lamb Muon ScheduleFreeAdamW", LATER),
        ("MultiOptimizer OptimizerMap LossScaleOptimizer", LATER),
        ("legacy", "raises in Keras, too"),
    ],
    "utils": [
        ("Config", LATER),
        ("model_to_dot plot_model", "drawings of graphs"),
        ("legacy", "Keras's past"),
    ],
}
EXTRA: dict[str, list[tuple[str, str]]] = {
    "": [
        ("GradientTape", "Keras has none; it stands where TensorFlow's stands"),
        ("from_keras to_keras", "models change the library"),
    ],
    "config": [
        ("kernels set_kernels use_kernels", "reference and fast kernels"),
        ("threads set_threads", "how many compute; TensorFlow's own settings stand elsewhere"),
        ("in_safe_mode standardize_data_format version", "Keras keeps these elsewhere"),
    ],
    "dtype_policies": [("dtype_policy set_dtype_policy", "offered by keras.config as in Keras")],
    "activations": [("registry", "what the names of activations mean")],
    "initializers": [("registry", "what the names of initializers mean")],
    "losses": [("LossFunctionWrapper", "Keras keeps it elsewhere")],
    "preprocessing.image": [
        (
            "DataFrameIterator DirectoryIterator ImageDataGenerator Iterator NumpyArrayIterator "
            "apply_affine_transform apply_brightness_shift apply_channel_shift random_brightness "
            "random_channel_shift random_rotation random_shear random_shift random_zoom",
            "Keras offers them as tensorflow.keras.preprocessing.image only",
        )
    ],
    "preprocessing.sequence": [
        ("TimeseriesGenerator make_sampling_table skipgrams", "as for preprocessing.image")
    ],
    "tree": [
        ("register", "makes optree know a container"),
        ("structure", "what two nests of leaves have in common"),
    ],
    "models": [("Function Functional", "Keras keeps these elsewhere")],
    "visualization": [("Picture contour", "paths of optimizers; Keras draws images only")],
}
QUANTIZED = "quantization, low-rank adapters, rematerialization"
INNER_STEPS = "inner steps of the transformations"
ONE_REGISTRY = "bound methods of one Registry; the first argument goes by position"
SIGNATURES = [
    ("DTypePolicy", "no method convert_input", "layers convert"),
    ("Function", "no method compute_output_shape", LATER),
    (
        "Layer",
        "no method quantize; no method quantized_build; no method quantized_call; "
        "no method rematerialized_call",
        QUANTIZED,
    ),
    (
        "Layer",
        "add_variable: aggregation is new; add_variable: overwrite_with_gradient is new; "
        "add_variable: position 7 is not name",
        "the same function as add_weight",
    ),
    (
        "KerasFileEditor",
        "no method add_object; no method add_weights; no method delete_object; "
        "no method delete_weight; no method rename_object; no method resave_weights; "
        "no method save",
        "editing " + LATER,
    ),
    ("Layer", "no method add_metric", "raises in Keras, too"),
    (
        "Model",
        "no method get_quantization_layer_structure; no method quantize",
        QUANTIZED,
    ),
    (
        "Model",
        "get_state_tree: no value_format; get_state_tree: position 0 is not value_format; "
        "no method set_state_tree",
        LATER,
    ),
    ("BackupAndRestore", "exact is new", "saves what Keras does not save"),
    ("Operation", "no method quantized_call; no method rematerialized_call", QUANTIZED),
    ("Variable", "position 8 is not layout", "layouts are for distribution"),
    (
        "AveragePooling1D AveragePooling2D AveragePooling3D AvgPool1D AvgPool2D AvgPool3D "
        "MaxPool1D MaxPool2D MaxPool3D MaxPooling1D MaxPooling2D MaxPooling3D",
        "position 4 is not name",
        "names are given by keyword",
    ),
    (
        "Dense Embedding",
        "no method enable_lora; no method quantize; no method quantized_build",
        QUANTIZED,
    ),
    ("Dense", "position 10 is not lora_rank", QUANTIZED),
    ("Embedding", "position 7 is not lora_rank", QUANTIZED),
    ("SpatialDropout1D", "position 2 is not name", "names are given by keyword"),
    ("RandomCrop", "position 4 is not name", "names are given by keyword"),
    (
        "RandomShear RandomTranslation",
        "no method get_shifted_bbox; no method get_transformed_x_y",
        INNER_STEPS,
    ),
    ("RandomZoom", "no method get_clipped_bbox; no method get_transformed_x_y", INNER_STEPS),
    ("RandomElasticTransform", "no method get_elastic_transform_params", INNER_STEPS),
    ("SpatialDropout2D SpatialDropout3D", "position 3 is not name", "names are given by keyword"),
    ("AUC", "no method interpolate_pr_auc", "a function here"),
    ("losses.deserialize", "config is new; no name; position 0 is not name", ONE_REGISTRY),
    ("assert_same_structure", "no check_types; position 2 is not check_types", "without effect"),
    *(
        (f"{where}.serialize", f"no {what}; obj is new; position 0 is not {what}", ONE_REGISTRY)
        for where, what in {
            "constraints": "constraint",
            "initializers": "initializer",
            "losses": "loss",
            "metrics": "metric",
            "optimizers": "optimizer",
            "optimizers.schedules": "learning_rate_schedule",
            "regularizers": "regularizer",
        }.items()
    ),
]
