"""Tests of the tests: each mistake planted here must make the named ordinary test fail."""

from __future__ import annotations

import ast
import contextlib
import functools
import importlib
import inspect
import textwrap
import types
from collections.abc import Iterator
from typing import Any, NamedTuple

import pytest
from hypothesis import Phase, settings

from minikeras import config


class Plant(NamedTuple):
    """``right`` in the source of ``where`` becomes ``wrong``; then the test must fail."""

    where: str  # module:function below minikeras
    right: str | tuple[str, ...]
    wrong: str | tuple[str, ...]
    test: str  # module:function below parity_tests
    arguments: dict[str, Any] = {}


PLANTS = {
    # derivatives
    "relu'(0) = ½": Plant(
        "ops.primitives.activations:relu_vjp",
        "(y > 0)",
        "((y > 0) + 0.5 * (x == 0)).astype(x.dtype)",
        "ops.test_nn:test_activation",
        {"name": "relu"},
    ),
    "leaky_relu'(0) = 1": Plant(
        "ops.primitives.activations:_leaky_relu_vjp",
        "x > 0",
        "x >= 0",
        "ops.test_nn:test_activation",
        {"name": "leaky_relu"},
    ),
    "every tied winner takes all": Plant(
        "ops.primitives.reduction:_max_vjp",
        "winners / winners.sum(axis=axis, keepdims=True)",
        "winners",
        "ops.test_reduction:test_fold",
        {"name": "max"},
    ),
    "matmul's gradient meets the columns in reverse": Plant(
        "ops.primitives.products:_matmul_vjp",
        "_matmul.compute(dy, _swapped(b))",
        "_matmul.compute(dy[..., ::-1], _swapped(b))",
        "ops.test_linalg:test_matmul",
    ),
    "matmul's gradients of the wrong factor": Plant(
        "ops.primitives.products:_matmul_vjp",
        "_matmul.compute(_swapped(a), dy)",
        "_matmul.compute(_swapped(dy), a)",
        "ops.test_linalg:test_matmul",
    ),
    "broadcasting undone by a choice instead of a sum": Plant(
        "autograd.primitive:unbroadcast",
        "observe(add)(dx, **how)",
        "dx[tuple(slice(1) if i in axes else slice(None) for i in range(dx.ndim))]",
        "ops.test_elementwise:test_binary",
        {"name": "multiply", "domain": (-2, 2)},
    ),
    "unbroadcast forgets the leading axes": Plant(
        "autograd.primitive:unbroadcast",
        "observe(_reshaped)(dx, shape=shape)",
        "observe(_reshaped)(dx, shape=shape) / (2 if extra else 1)",
        "ops.test_elementwise:test_binary",
        {"name": "add", "domain": (-2, 2)},
    ),
    "max pooling's last winner": Plant(
        "ops.primitives.pool:_wins",
        "values.argmax(0) == numbers",
        "len(windows) - 1 - values[::-1].argmax(0) == numbers",
        "ops.test_pool:test_pool",
        {"name": "max_pool"},
    ),
    # shapes and windows
    "`same` padding shifted": Plant(
        "windows:same_margin",
        "total // 2, total - total // 2",
        "total - total // 2, total // 2",
        "ops.test_conv:test_conv",
    ),
    "average pooling counts the padding": Plant(
        "ops.pool:_cells",
        'if padding == "valid" or None in space:',
        "if True:",
        "ops.test_pool:test_pool",
        {"name": "average_pool"},
    ),
    "softmax over the wrong axis": Plant(
        "ops.activations:_over_axes",
        "if axes == (rank - 1,):",
        "if len(axes) == 1:",
        "ops.test_nn:test_softmax",
        {"name": "softmax"},
    ),
    # randomness
    "philox's counter off by one": Plant(
        "philox:words",
        "np.arange(start, start - (-count // 4), dtype=np.uint64)",
        "np.arange(start + 1, start + 1 - (-count // 4), dtype=np.uint64)",
        "random.test_draws:test_uniform",
    ),
    "philox with nine rounds": Plant(
        "philox:_fill", "range(10)", "range(9)", "random.test_draws:test_uniform"
    ),
    "shuffling without the seed": Plant(
        "random.shuffling:fit_batches",
        "fit_permutation(n, seed)",
        "fit_permutation(n, 1)",
        "random.test_shuffling:test_fit_batches",
    ),
    "shuffling modulo n instead of n − i": Plant(
        "random.shuffling:permutation",
        "np.arange(n) + philox.blocks(stream, numbers).reshape(-1)[:n] % left",
        "philox.blocks(stream, numbers).reshape(-1)[:n] % np.uint32(n)",
        "random.test_shuffling:test_fit_batches",
    ),
    "a seed generator that stands still": Plant(
        "random.seed_generator:SeedGenerator.next",
        "pair + _STEP",
        "pair",
        "random.test_seed_generator:test_sequence",
    ),
    "glorot's fans swapped": Plant(
        "initializers.variance_scaling:compute_fans",
        "return shape[-2] * window, shape[-1] * window",
        "return shape[-1] * window, shape[-2] * window",
        "initializers.test_initializers:test_values_and_config",
        {"name": "VarianceScaling"},
    ),
    # layers
    "batch normalization's unbiased variance": Plant(
        "ops.primitives.normalization:normalize_by_moments",
        "np.square(x - m).mean(axes, keepdims=True)",
        "np.square(x - m).sum(axes, keepdims=True) / max(x.size // m.size - 1, 1)",
        "layers.normalization.test_normalization:test_batch_normalization",
    ),
    "batch normalization's momentum the wrong way round": Plant(
        "layers.normalization.batch_normalization:BatchNormalization._move",
        "* momentum + value * (1.0 - momentum)",
        "* (1.0 - momentum) + value * momentum",
        "layers.normalization.test_normalization:test_batch_normalization",
    ),
    # optimizers
    "Adam's bias correction in float64": Plant(
        "optimizers.adam:corrected_rate",
        "rounded(beta_1, t) ** t, rounded(beta_2, t) ** t",
        "type(t)(beta_1 ** float(t)), type(t)(beta_2 ** float(t))",
        "optimizers.test_optimizers:test_float32_to_the_bit",
        {"name": "Adam"},
    ),
    "Adam's ε of algorithm 1": Plant(
        "optimizers.adam:Adam.step",
        ("np.sqrt(v) + self.epsilon", "np.sqrt(v̂) + self.epsilon"),
        (
            "np.sqrt(v) + self.epsilon * np.sqrt(1 - self.beta_2**t)",
            "np.sqrt(v̂) + self.epsilon * np.sqrt(1 - self.beta_2**t)",
        ),
        "optimizers.test_optimizers:test_float32_to_the_bit",
        {"name": "Adam"},
    ),
    "SGD's velocity without the learning rate": Plant(
        "optimizers.sgd:SGD.step",
        "v = v * momentum - lr_g\n",
        "v = v * momentum - g\n",
        "optimizers.test_optimizers:test_float32_to_the_bit",
        {"name": "SGD"},
    ),
    "RMSprop's ε outside the root": Plant(
        "optimizers.rmsprop:RMSprop.step",
        "over_root(lr * g, d)",
        "lr * g / ((d - self.epsilon) ** 0.5 + self.epsilon)",
        "optimizers.test_optimizers:test_float32_to_the_bit",
        {"name": "RMSprop"},
    ),
    "weight decay after the update": Plant(
        "optimizers.optimizer:Optimizer._update_one",
        ("w = self.decayed(w, lr)", "self._apply_rule(variable, g, t, lr)"),
        (
            "pass",
            "self._apply_rule(variable, g, t, lr)\n"
            "        w = variable._value\n"
            "        if self.weight_decay is not None and self._use_weight_decay(variable):\n"
            "            store(variable, self.decayed(w, lr))",
        ),
        "optimizers.test_optimizers:test_float32_to_the_bit",
        {"name": "AdamW"},
    ),
    "the average's momentum from the first step": Plant(
        "optimizers.optimizer:Optimizer._average",
        "self.ema_momentum if updates else 0",
        "self.ema_momentum",
        "optimizers.test_optimizers:test_float32_to_the_bit",
        {"name": "SGD"},
    ),
    "clipnorm over all variables": Plant(
        "optimizers.options:clip_by_norm",
        "norm(g)",
        "np.sqrt(sum((x * x).sum() for x in grads))",
        "optimizers.test_optimizers:test_clipping",
        {"clip": "clipnorm"},
    ),
    "accumulated gradients summed, not averaged": Plant(
        "optimizers.optimizer:Optimizer._incoming",
        "g = self._divided(g, steps, is_last=not self._limit)",
        "g = g + 0",
        "optimizers.test_optimizers:test_float32_to_the_bit",
        {"name": "SGD"},
    ),
    # losses, regularizers, constraints
    "loss divided by the sum of the weights": Plant(
        "losses.loss:reduce_weighted_values",
        "return reduce_values(values, weight, reduction)",
        "if weight is not None and reduction == 'sum_over_batch_size':\n"
        "        return ops.sum(values) / ops.sum(weight)\n"
        "    return reduce_values(values, weight, reduction)",
        "losses.test_values:test_weights_do_not_enter_the_divisor",
    ),
    "label smoothing of other classes only": Plant(
        "losses.probabilistic:_smoothed_categorical",
        "smoothing / classes",
        "smoothing / (classes - 1)",
        "losses.test_losses:test_crossentropies",
        {"name": "CategoricalCrossentropy"},
    ),
    "binary label smoothing towards 1": Plant(
        "losses.probabilistic:_smoothed_binary",
        "0.5 * smoothing",
        "smoothing",
        "losses.test_losses:test_crossentropies",
        {"name": "BinaryCrossentropy"},
    ),
    "regularizer with ½": Plant(
        "regularizers:L2.__call__",
        "self.l2",
        "0.5 * self.l2",
        "test_regularizers:test_value_gradient_config",
        {"name": "L2", "dtype": "float32"},
    ),
    "MaxNorm without ε": Plant(
        "constraints:MaxNorm.__call__",
        "settings.epsilon() + norms",
        "1e-20 + norms",
        "test_constraints:test_value_and_config",
        {"name": "MaxNorm", "dtype": "float32"},
    ),
    # metrics
    "precision with ≥": Plant(
        "metrics.confusion:_count",
        "p[None] > limits",
        "p[None] >= limits",
        "metrics.test_confusion:test_precision_and_recall",
        {"name": "Precision"},
    ),
    "AUC's buckets off by one": Plant(
        "metrics.confusion:_count_buckets",
        "np.ceil(p * dtype.type(n - 1)) - 1",
        "np.ceil(p * dtype.type(n - 1))",
        "metrics.test_confusion:test_auc",
        {"curve": "ROC"},
    ),
    # training
    "early stopping's patience off by one": Plant(
        "callbacks.early_stopping:EarlyStopping.on_epoch_end",
        "self.wait >= self.patience",
        "self.wait > self.patience",
        "callbacks.test_decisions:test_early_stopping",
    ),
    "cooldown that is not counted": Plant(
        "callbacks.reduce_lr_on_plateau:ReduceLROnPlateau.on_epoch_end",
        "self.cooldown_counter = self.cooldown",
        "self.cooldown_counter = 0",
        "callbacks.test_decisions:test_reduce_lr_on_plateau",
    ),
    "validation with the first samples": Plant(
        "training.adapters.arrays:train_validation_split",
        "return first, rest",
        "return tree.map_structure(lambda a: a[n - count:], arrays, none_is_leaf=False), "
        "tree.map_structure(lambda a: a[:n - count], arrays, none_is_leaf=False)",
        "training.test_adapters:test_train_validation_split",
    ),
    "classes without a weight weigh nothing": Plant(
        "training.adapters.packing:class_weight_to_sample_weights",
        "class_weight.get(int(label), 1.0)",
        "class_weight.get(int(label), 0.0)",
        "training.test_trainer:test_class_weight",
    ),
    "a loss that is not weighted by the batch size": Plant(
        "training.steps:Steps._track",
        "sample_weight=size",
        "sample_weight=1",
        "training.test_trainer:test_fit",
    ),
    "dropout unscaled": Plant(
        "random.draws:masked",
        "distributions.masked(x, mask, rate)",
        "x * mask",
        "random.test_draws:test_dropout",
    ),
}


def _each(text: str | tuple[str, ...]) -> tuple[str, ...]:
    return (text,) if isinstance(text, str) else text


def function_at(where: str) -> types.FunctionType:
    module, _, path = where.partition(":")
    found: Any = importlib.import_module(f"minikeras.{module}")
    for name in path.split("."):
        found = getattr(found, name)
    if hasattr(found, "cache_clear"):
        found.cache_clear()
    return inspect.unwrap(getattr(found, "forward", found))


@contextlib.contextmanager
def planted(plant: Plant) -> Iterator[None]:
    """Change a function's code in place, so that every module that imported it is affected."""
    function = function_at(plant.where)
    source = textwrap.dedent(inspect.getsource(function))
    for right, wrong in zip(_each(plant.right), _each(plant.wrong), strict=True):
        assert source.count(right) == 1, f"{right!r} is not once in\n{source}"
        source = source.replace(right, wrong)
    tree = ast.parse("from __future__ import annotations\n" + source)
    definition = tree.body[-1]
    assert isinstance(definition, ast.FunctionDef)
    definition.decorator_list = []
    names: dict[str, Any] = {}
    exec(compile(tree, plant.where, "exec"), function.__globals__, names)
    right, function.__code__ = function.__code__, names[definition.name].__code__
    try:
        yield
    finally:
        function.__code__ = right
        function_at(plant.where)  # clears its cache


def ordinary_test(plant: Plant) -> functools.partial[None]:
    module, _, name = plant.test.partition(":")
    return functools.partial(
        getattr(importlib.import_module(f"parity_tests.{module}"), name), **plant.arguments
    )


def with_draws(test: Any, factor: int, patch: pytest.MonkeyPatch) -> None:
    """The test draws ``factor`` times its examples and shrinks none: only the failure matters.

    Which examples come depends on the modules that are loaded.  A mistake that shows in one of ten
    would be missed now and then by the usual number.
    """
    key = "_hypothesis_internal_use_settings"
    own = getattr(test, key, None) or settings.default
    brief = settings(
        own,
        database=None,
        max_examples=factor * own.max_examples,
        phases=[Phase.explicit, Phase.generate],
        report_multiple_bugs=False,
    )
    patch.setattr(test, key, brief, raising=False)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", PLANTS)
def test_wrong_rule_is_caught(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    plant = PLANTS[name]
    test = ordinary_test(plant)
    with config.use_kernels("reference"):
        with_draws(test.func, 1, monkeypatch)
        test()  # passes without the mistake
        with_draws(test.func, 4, monkeypatch)
        with planted(plant), pytest.raises((AssertionError, ValueError, ExceptionGroup)):
            test()


def test_enough_is_planted() -> None:
    assert len(PLANTS) >= 25
