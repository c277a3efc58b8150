"""Tests of the drawn trainings: each mistake planted here makes some of them differ from Keras."""

from __future__ import annotations

import contextlib
import dataclasses
import functools
import importlib
import inspect
import math
import re
from collections.abc import Iterator
from typing import Any, NamedTuple

import keras
import pytest
from numba.core.caching import NullCache
from numba.core.dispatcher import Dispatcher

import minikeras
from minikeras.kernels.runtime import compile as compile_kernels
from parity_tests.house.test_planted_mistakes import Plant, planted
from parity_tests.trainings.arguments import Make
from parity_tests.trainings.drawing import Merged, Training, drawn
from parity_tests.trainings.running import Outcome, differences, run

TRIES = 12  # trainings with the part that is wrong; a mistake must show in one of them


class Mistake(NamedTuple):
    """``right`` in the function at ``where`` becomes ``wrong``; ``about`` is in such trainings."""

    where: str  # module:function below minikeras
    right: str
    wrong: str
    about: str  # a regular expression


MISTAKES = {
    # orders of sums, fused operations
    "a sum in another order": Mistake(
        "kernels.rounding.sums:sum",
        "x = np.ascontiguousarray(x)\n",
        "x = np.ascontiguousarray(np.flip(x))\n",
        "'softmax'|LayerNorm|BatchNorm",
    ),
    "a bias's gradient from the last row to the first": Mistake(
        "kernels.rounding.sums:bias_gradient",
        "x = dy\n",
        "x = dy = dy[::-1]\n",
        r"units=[2-9]",
    ),
    "products without fused multiply-adds": Mistake(
        "ops.tensorflow_float32:_matmul",
        "if b.ndim > 2:",
        "if b.ndim == 2:\n        return (a[..., None] * b).sum(-2)\n    if b.ndim > 2:",
        r"Dense\(",
    ),
    "SGD with a fused multiply-add": Mistake(
        "optimizers.sgd:SGD.step",
        "return minus(w, lr_g)",
        "return (w.astype('f8') - lr * factor * g.astype('f8')).astype(w.dtype)",
        r"optimizer=SGD\((?![^)]*[ (]momentum)",
    ),
    "softmax's gradient multiplied out": Mistake(
        "ops.tensorflow_float32:_softmax_vjp",
        "(dy - _row_sums(dy * y)) * y",
        "dy * y - _row_sums(dy * y) * y",
        r"Softmax\(|'softmax'\), units=\d, loss=[^SC]",
    ),
    # compiled kernels
    "a softmax divided by the sum instead of multiplied by its reciprocal": Mistake(
        "kernels.rounding.softmax:_scale_part",
        "product = row[j] * factors[i]",
        "product = row[j] / (np.float32(1) / factors[i])",
        "softmax",
    ),
    "windows of a depthwise convolution multiplied and added at once": Mistake(
        "kernels.depthwise:_add_windows",
        "y[i] = ((y[i] + a[i] * dy[0, i]) + b[i] * dy[1, i]) + c[i] * dy[2, i]",
        "y[i] = ((a[i] * dy[0, i] + b[i] * dy[1, i]) + c[i] * dy[2, i]) + y[i]",
        r"filters=8, kernel_size=1\), DepthwiseConv2D",
    ),
    # normalization
    "half the share of a moving mean": Mistake(
        "layers.normalization.batch_normalization:BatchNormalization._move",
        "value * (1.0 - momentum)",
        "value * (0.5 - 0.5 * momentum)",
        "BatchNormalization",
    ),
    "LayerNormalization with the default epsilon": Mistake(
        "layers.normalization.layer_normalization:LayerNormalization.call",
        "self.epsilon, rms",
        "1e-3, rms",
        r"LayerNormalization\([^)]*epsilon=1e-0",
    ),
    # optimizers
    "Adam's epsilon within the root": Mistake(
        "optimizers.adam:Adam.step",
        "delta = m * alpha / (np.sqrt(v) + self.epsilon)",
        "delta = m * alpha / np.sqrt(v + self.epsilon)",
        r"optimizer=AdamW?\(",
    ),
    "a bias correction one step late": Mistake(
        "optimizers.adam:corrected_rate",
        "rounded(beta_2, t) ** t\n",
        "rounded(beta_2, t) ** (t + 1)\n",
        r"optimizer=AdamW?\(",
    ),
    "a stale moment": Mistake(
        "optimizers.rmsprop:RMSprop.step",
        "d = v + self.epsilon",
        "d = (v - (1 - rho) * (g * g)) / rho + self.epsilon",
        r"optimizer=RMSprop\(",
    ),
    "Adagrad without epsilon": Mistake(
        "optimizers.adagrad:Adagrad.step",
        "a + self.epsilon",
        "a",
        r"optimizer=Adagrad\(",
    ),
    "a root instead of its estimate": Mistake(
        "optimizers.rounding:over_root",
        "x / np.sqrt(y) if exact else x * _rsqrt(y)",
        "x / np.sqrt(y)",
        r"optimizer=(RMSprop|Adadelta|Adagrad)\(",
    ),
    "an average of the weights that moves too far": Mistake(
        "optimizers.options:move_average",
        "(1 - part) * w",
        "part * w",
        "use_ema=True",
    ),
    "a norm clipped one step too early": Mistake(
        "optimizers.options:clip_by_norm",
        "np.maximum(norm(g), g.dtype.type(limit))",
        "(norm(g) + g.dtype.type(limit))",
        r"[( ]clipnorm=",
    ),
    "a dense gradient for a sparse one": Mistake(
        "ops.primitives.indexing:_take_vjp",
        "if axis == 0 and type(dy) is np.ndarray:",
        "if False:",
        r"Embedding\(",
    ),
    # the tape
    "the gradients of several uses in the order of the backward pass": Mistake(
        "autograd.tape:GradientTape._backward",
        "found.sort(key=lambda dx: places.get(id(dx), _NO_PLACE))",
        "pass",
        r"units=5, activity_regularizer=L1\(l1=0\.01\)\), Merged",
    ),
    "the eager backward pass from last to first": Mistake(
        "autograd.tape:GradientTape._in_order",
        "if most_uses > 2 and not tf_function.is_inside():",
        "if False:",
        r"ActivityRegularization\(l1=0\.001, l2=0\.01\)\),.*'run_eagerly': True",
    ),
    # losses, metrics, regularizers, constraints
    "regularizer with ½": Mistake("regularizers:L2.__call__", "self.l2", "0.5 * self.l2", r"=L2\("),
    "MaxNorm without ε": Mistake(
        "constraints:MaxNorm.__call__",
        "settings.epsilon() + norms",
        "1e-20 + norms",
        r"MaxNorm\(",
    ),
    "batches of equal weight in the mean loss": Mistake(
        "training.steps:Steps._track",
        "sample_weight=size",
        "sample_weight=1",
        "samples=50, batch_size=(8|16|23)",
    ),
    "a loss weight of no weight": Mistake(
        "training.compile_loss:CompileLoss._value",
        "ops.multiply(value, entry.weight)",
        "ops.multiply(value, 1.0)",
        "loss_weights",
    ),
    # data
    "dropout unscaled": Mistake(
        "random.draws:masked",
        "distributions.masked(x, mask, rate)",
        "x * mask",
        r"[ (](Dropout|SpatialDropout\dD)\(rate=0.[1-9]",
    ),
    "a class without a weight weighs nothing": Mistake(
        "training.adapters.packing:class_weight_to_sample_weights",
        "class_weight.get(int(label), 1.0)",
        "class_weight.get(int(label), 0.0)",
        "class_weight",
    ),
    "validation with the first samples": Mistake(
        "training.adapters.arrays:train_validation_split",
        "return first, rest",
        "return rest, first",
        "validation_split",
    ),
    "batches in the order of the data": Mistake(
        "training.adapters.arrays:ArrayAdapter.batches",
        "if not self._shuffle:",
        "if True:",
        r"batches='arrays'",
    ),
}


def kernels_of(names: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in names.items() if isinstance(value, Dispatcher)}


@contextlib.contextmanager
def planted_kernel(mistake: Mistake) -> Iterator[None]:
    """Compile the kernels of a module anew with the mistake, keep none of the code on disk."""
    module = importlib.import_module("minikeras." + mistake.where.partition(":")[0])
    source = inspect.getsource(module)
    assert source.count(mistake.right) == 1
    names = {"__name__": module.__name__}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(compile_kernels, "DiskCache", lambda *_: NullCache())
        exec(compile(source.replace(mistake.right, mistake.wrong), "planted", "exec"), names)
        for name, kernel in kernels_of(names).items():
            patch.setattr(module, name, kernel)
        yield


def planted_mistake(mistake: Mistake) -> contextlib.AbstractContextManager[None]:
    module, _, name = mistake.where.partition(":")
    if name in kernels_of(vars(importlib.import_module(f"minikeras.{module}"))):
        return planted_kernel(mistake)
    return planted(Plant(mistake.where, mistake.right, mistake.wrong, ""))


EMBEDDING = Make("layers", "Embedding", {"input_dim": 7, "output_dim": 2})
PENALTIES = Make("layers", "ActivityRegularization", {"l1": 0.001, "l2": 0.01})
POINTWISE = Make("layers", "Conv2D", {"filters": 8, "kernel_size": 1})
DEPTHWISE = Make("layers", "DepthwiseConv2D", {"kernel_size": 3, "padding": "same"})
PENALIZED = Make(
    "layers",
    "Dense",
    {"units": 5, "activity_regularizer": Make("regularizers", "L1", {"l1": 0.01})},
)
SUM = Merged((Make("layers", "Activation", {"activation": "tanh"}),), Make("layers", "Add", {}))


@functools.cache
def pool() -> list[Training]:
    """Drawn trainings, and some of what few are drawn of.

    These use one tensor three times, outside a graph or inside, or convolve each channel.
    """
    found = [t for t in drawn(400, 9, similar=1) if t.floatx == "float32"]
    words = [t for t in found if t.tokens][:TRIES]
    rows = [t for t in found if not t.tokens and len(t.shape) == 1][:TRIES]
    pictures = [t for t in found if not t.tokens and len(t.shape) == 3][:TRIES]
    made: list[tuple[list[Training], tuple[Make | Merged, ...], dict[str, Any]]] = [
        (words, (EMBEDDING, PENALTIES), {"run_eagerly": True}),
        (rows, (PENALIZED, SUM), {}),
        (pictures, (POINTWISE, DEPTHWISE), {}),
    ]
    return found + [
        dataclasses.replace(t, blocks=blocks, compile=compiled)
        for trainings, blocks, compiled in made
        for t in trainings
    ]


# What Keras made of trainings of the pool, by their index; None if it refused one or differed
# before any mistake.
outcomes: dict[int, Outcome | None] = {}


def keras_outcome(index: int) -> Outcome | None:
    if index not in outcomes:
        outcomes[index] = None
        try:
            theirs = run(keras, pool()[index])
        except Exception:  # TensorFlow lacks a kernel, or Keras refuses the arguments
            return None
        outcomes[index] = None if differ(pool()[index], theirs) else theirs
    return outcomes[index]


def differ(training: Training, theirs: Outcome) -> dict[str, float]:
    return differences(run(minikeras, training), theirs)


@pytest.mark.parametrize("name", MISTAKES)
def test_mistake_is_caught(name: str) -> None:
    mistake = MISTAKES[name]
    about = [i for i, t in enumerate(pool()) if re.search(mistake.about, repr(t))]
    known = [i for i in about if outcomes.get(i)][:TRIES]  # Keras takes a second for another one
    for index in (tries := known + about[:: math.ceil(len(about) / TRIES)]):  # neighbours are alike
        theirs = keras_outcome(index)
        if theirs is None:
            continue
        with planted_mistake(mistake):
            found = differ(pool()[index], theirs)
        if found:
            return
    pytest.fail(f"none of {len(tries)} trainings shows it")


def test_enough_is_planted() -> None:
    assert len(MISTAKES) >= 20
