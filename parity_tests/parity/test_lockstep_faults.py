"""Faults planted in minikeras: lockstep names the layer, loss, slot or weight, and the step.

Each fault is one that an implementation of Keras could have, in a network of which it is one part
of many.  The reference kernels run, because the faults are planted in plain NumPy; these round
differently from TensorFlow, so most numbers of a step differ by rounding while one part is wrong.
Each eighth fault is planted in an ordinary run, all of them in the profile "deep".
"""

from __future__ import annotations

import os
import re
from typing import Any, NamedTuple

import keras
import numpy as np
import pytest

from minikeras import config
from minikeras.parity import compare
from minikeras.parity.lockstep import Comparison
from parity_tests.house.test_planted_mistakes import PLANTS, Plant, function_at, planted
from parity_tests.parity import fault_networks

NETWORKS = ("images", "numbers", "tokens", "classes", "two_outputs")
BATCH = 8


class Fault(NamedTuple):
    """``right`` in the function at ``where`` becomes ``wrong``; then the verdict must name it.

    network: a function of `fault_networks`, and the arguments that it takes.
    kind, named: of the entry, and a pattern of "its layer: its name".
    """

    where: str
    right: str | tuple[str, ...]
    wrong: str | tuple[str, ...]
    kind: str
    named: str
    network: str = "images"
    options: dict[str, Any] = {}
    step: int = 1
    how: dict[str, Any] = {}


def known(name: str, *rest: Any, **more: Any) -> Fault:
    """A mistake that is planted elsewhere too."""
    plant = PLANTS[name]
    return Fault(plant.where, plant.right, plant.wrong, *rest, **more)


def with_optimizer(name: str, **options: Any) -> dict[str, Any]:
    return {"network": "numbers", "options": {"optimizer": name, **options}}


FAULTS = {
    # layers
    "asymmetric padding on the other side": known("`same` padding shifted", "output", "conv2d:"),
    "max pooling's last winner": known(
        "max pooling's last winner", "output gradient", "max_pooling2d:"
    ),
    "average pooling counts the padding": known(
        "average pooling counts the padding", "output", "average_pooling2d:"
    ),
    "batch normalization's unbiased variance": known(
        "batch normalization's unbiased variance", "output", "batch_normalization:"
    ),
    "batch normalization's momentum": known(
        "batch normalization's momentum the wrong way round",
        *("variable", "batch_normalization:.*moving_mean"),
    ),
    "batch normalization's epsilon": Fault(
        "layers.normalization.batch_normalization:BatchNormalization._by_moments",
        "self.epsilon",
        "0.01 * self.epsilon",
        *("output", "batch_normalization:"),
    ),
    "dropout without scaling": known("dropout unscaled", "output", "dropout:"),
    "dropout with another generator": known("philox with nine rounds", "output", "dropout:"),
    "a seed that stands still": known("a seed generator that stands still", "seed", "dropout:"),
    "a transposed kernel": Fault(
        "layers.core.dense:Dense.call",
        "ops.matmul(inputs, self.kernel)",
        "ops.matmul(inputs, self.kernel if len(set(self.kernel.shape)) > 1 "
        "else ops.transpose(self.kernel))",
        *("output", "square:", "numbers"),
    ),
    "a flipped kernel": Fault(
        "ops.conv:biased_conv",
        "tensor(kernel)",
        "tensor(kernel)[::-1]",
        *("output", "conv2d:"),
    ),
    "layer normalization's epsilon": Fault(
        "layers.normalization.layer_normalization:LayerNormalization.call",
        "self.epsilon, rms",
        "1e-3, rms",
        *("output", "layer_normalization:", "numbers"),
    ),
    "gelu by its approximation": Fault(
        "ops.primitives.activations:_gelu",
        "0.5 * x * erfc.forward(-x * _ROOT_HALF)",
        "0.5 * x * (1 + np.tanh(_GELU_SCALE * (x + _GELU_CUBIC * x**3)))",
        *("output", "square:", "numbers"),
    ),
    "relu' = 1 below 0": Fault(
        "ops.primitives.activations:relu_vjp",
        "(y > 0)",
        "(y > -1)",
        *("output gradient", "re_lu: batch_normalization"),
    ),
    "an input gradient in another order": known(
        "matmul's gradient meets the columns in reverse", "output gradient", "predictions:"
    ),
    "a kernel's gradient of other samples": Fault(
        "ops.primitives.products:_matmul_vjp",
        "_matmul.compute(_swapped(a), dy)",
        "_matmul.compute(_swapped(a), np.roll(dy, 1, 0))",
        *("gradient", "predictions:.*kernel"),
    ),
    "an embedding of the next token": Fault(
        "layers.core.embedding:Embedding.call",
        "self.embeddings, inputs",
        "self.embeddings, (inputs + 1) % 6",
        *("output", "embedding:", "tokens"),
    ),
    # losses
    "L2 with ½": known("regularizer with ½", "loss term", "dense: regularizer"),
    "label smoothing of other classes only": known(
        "label smoothing of other classes only", "loss term", "categorical_crossentropy"
    ),
    "binary label smoothing towards 1": known(
        "binary label smoothing towards 1", "loss term", "binary_crossentropy", "numbers"
    ),
    "a loss divided by the sum of the weights": known(
        "loss divided by the sum of the weights",
        *("loss term", "categorical_crossentropy"),
        how={"sample_weight": np.linspace(0.5, 1.5, fault_networks.SAMPLES, dtype="float32")},
    ),
    "an activity regularizer of the whole batch": Fault(
        "layers.calling:LayerCalling._regularize_activity",
        "if output.ndim > 0:",
        "if output.ndim > 9:",
        *("loss term", ": add_loss", "numbers"),
    ),
    "a loss weight of no weight": Fault(
        "training.compile_loss:CompileLoss._value",
        "ops.multiply(value, entry.weight)",
        "ops.multiply(value, 1.0)",
        *("loss", "loss", "two_outputs"),
    ),
    "batches of equal weight in the mean loss": known(
        "a loss that is not weighted by the batch size", "metric", "loss/total"
    ),
    "hits that count twice": Fault(
        "metrics.accuracy:_hits",
        "np.asarray(x)",
        "2 * np.asarray(x)",
        *("metric", "accuracy/total"),
    ),
    # data
    "a shuffled order": known(
        "shuffling without the seed", "batch", "x", how={"shuffle": True, "seed": 3}
    ),
    "a class without a weight weighs nothing": known(
        "classes without a weight weigh nothing",
        *("batch", "sample_weight", "classes"),
        how={"class_weight": {1: 2.0}},
    ),
    "the last partial batch left out": Fault(
        "training.adapters.arrays:ArrayAdapter.batches",
        "range(0, n, size)",
        "range(0, n - n % size, size)",
        *("batch", "x"),
        step=3,
        how={"steps": 3},
    ),
    # optimizers
    "Adam's epsilon within the root": Fault(
        "optimizers.adam:Adam.step",
        "delta = m * alpha / (np.sqrt(v) + self.epsilon)",
        "delta = m * alpha / np.sqrt(v + self.epsilon)",
        *("variable", "square:"),
        **with_optimizer("Adam"),
    ),
    "a bias correction one step late": Fault(
        "optimizers.adam:corrected_rate",
        "rounded(beta_2, t) ** t\n",
        "rounded(beta_2, t) ** (t + 1)\n",
        *("variable", "square:"),
        **with_optimizer("Adam"),
    ),
    "Adam's stale gradient": Fault(
        "optimizers.adam:Adam.step",
        "v = v + (g * g - v) * (1 - self.beta_2)",
        "v = v + (g * m - v) * (1 - self.beta_2)",
        *("slot", "square:.*velocity"),
        **with_optimizer("Adam"),
    ),
    "SGD's velocity without the learning rate": known(
        "SGD's velocity without the learning rate",
        *("slot", "square:.*momentum"),
        **with_optimizer("SGD", momentum=0.9),
    ),
    "Nesterov's momentum left out": Fault(
        "optimizers.sgd:SGD.step",
        "if self.nesterov else v",
        "if False else v",
        *("variable", "square:"),
        **with_optimizer("SGD", momentum=0.9, nesterov=True),
    ),
    "RMSprop's epsilon outside the root": known(
        "RMSprop's ε outside the root", "variable", "square:", **with_optimizer("RMSprop")
    ),
    "RMSprop's stale moment": Fault(
        "optimizers.rmsprop:RMSprop.step",
        "d = v + self.epsilon",
        "d = (v - (1 - rho) * (g * g)) / rho + self.epsilon",
        *("variable", "square:"),
        **with_optimizer("RMSprop"),
    ),
    "Adagrad without epsilon": Fault(
        "optimizers.adagrad:Adagrad.step",
        "a + self.epsilon",
        "a",
        *("variable", "square:"),
        **with_optimizer("Adagrad", initial_accumulator_value=0.0),
    ),
    "Adadelta's two averages exchanged": Fault(
        "optimizers.adadelta:Adadelta.step",
        "np.sqrt(d + self.epsilon)",
        "np.sqrt(a + self.epsilon)",
        *("slot", "square:.*accumulated_delta"),
        **with_optimizer("Adadelta"),
    ),
    "Adamax's norm without decay": Fault(
        "optimizers.adamax:Adamax.step",
        "self.beta_2 * u",
        "u",
        *("slot", "norm"),
        step=2,
        **with_optimizer("Adamax", beta_2=0.5),
    ),
    "Nadam's momentum of this step twice": Fault(
        "optimizers.nadam:Nadam.step",
        "u_next * m / (1 - product * u_next)",
        "u * m / (1 - product * u)",
        *("variable", "square:"),
        **with_optimizer("Nadam"),
    ),
    "Lion's update from the new momentum": Fault(
        "optimizers.lion:Lion.step",
        "np.sign(m * beta_1 + g * (1 - beta_1))",
        "np.sign(m * beta_2 + g * (1 - beta_2) * (1 - beta_1))",
        *("variable", "."),
        step=2,
        **with_optimizer("Lion", learning_rate=0.05),
    ),
    "weight decay after the update": known(
        "weight decay after the update",
        *("variable", "square:"),
        **with_optimizer("SGD", weight_decay=0.1),
    ),
    "an average of the weights from 0": known(
        "the average's momentum from the first step",
        *("slot", "square:.*average"),
        **with_optimizer("SGD", use_ema=True),
    ),
    "a stale average of the weights": Fault(
        "optimizers.optimizer:Optimizer._average",
        "(updates + 1) % frequency == 0",
        "updates % frequency == 0",
        *("variable", "square:"),
        step=2,
        **with_optimizer("SGD", use_ema=True, ema_overwrite_frequency=2),
    ),
    "clipnorm over all variables": known(
        "clipnorm over all variables",
        *("slot", "square:.*momentum"),
        **with_optimizer("SGD", momentum=0.9, clipnorm=0.02),
    ),
    "accumulated gradients summed, not averaged": known(
        "accumulated gradients summed, not averaged",
        *("variable", "square:"),
        step=2,
        **with_optimizer("SGD", gradient_accumulation_steps=2),
    ),
    "a schedule one step ahead": Fault(
        "optimizers.state:OptimizerState.learning_rate.fget",
        "self._iterations",
        "self._iterations + 1",
        *("variable", "square:"),
        network="numbers",
        options={"optimizer": "SGD", "schedule": True},
    ),
}


def compared(fault: Fault) -> Comparison:
    keras.utils.set_random_seed(0)
    model = getattr(fault_networks, fault.network)(**fault.options)
    how = {"steps": 2, "batch_size": BATCH, **fault.how}
    return compare(model, *fault_networks.data(fault.network), **how)


IS_DEEP = os.getenv("HYPOTHESIS_PROFILE") == "deep"


@pytest.mark.parametrize("name", [*FAULTS][:: 1 if IS_DEEP else 8])
def test_fault_is_named(name: str) -> None:
    fault = FAULTS[name]
    with config.use_kernels("reference"):
        with planted(Plant(fault.where, fault.right, fault.wrong, "")):
            found = compared(fault).verdict
        function_at("ops.pool:_cells")  # forgets what it computed with another padding
        assert not found.same
        assert (found.step, found.kind) == (fault.step, fault.kind), found.reason
        assert re.search(fault.named, f"{found.layer}: {found.name}"), found.reason
        assert found.factor is not None and found.factor > 1


@pytest.mark.parametrize("network", NETWORKS if IS_DEEP else NETWORKS[:1])
def test_without_a_fault_there_is_rounding_only(network: str) -> None:
    with config.use_kernels("reference"):
        found = compared(Fault("", "", "", "", "", network))
    assert found.same, str(found)


def test_forty_faults_are_planted() -> None:
    assert len(FAULTS) >= 40
