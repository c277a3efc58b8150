"""Every update rule over all variables in one call against the reference, to the bit."""

from typing import Any

import numpy as np
import pytest

import minikeras
from minikeras import config, optimizers, tf_function
from parity_tests.drawing import values

RULES: dict[str, list[dict[str, Any]]] = {
    "SGD": [{}, {"momentum": 0.9}, {"momentum": 0.9, "nesterov": True}],
    "RMSprop": [{}, {"momentum": 0.5}, {"centered": True}, {"momentum": 0.5, "centered": True}],
    "Adam": [{}, {"amsgrad": True}],
    "AdamW": [{}],
    "Adamax": [{}],
    "Nadam": [{}],
    "Adagrad": [{}],
    "Adadelta": [{}],
    "Lion": [{}],
}
CASES = [(name, options) for name, every in RULES.items() for options in every]
AROUND = [{}, {"weight_decay": 0.1}, {"use_ema": True, "ema_momentum": 0.9}]
SHAPES = [(16_384 + 5,), (3, 5), ()]  # a large one, or the reference computes


def after_steps(
    make: Any, dtype: str, kernels: str, shapes: list[tuple[int, ...]] = SHAPES
) -> list[Any]:
    """All variables and slots after three steps."""
    rng = np.random.default_rng(0)
    with config.use_kernels(kernels):
        optimizer = make()
        variables = [minikeras.Variable(values(rng, s, dtype=dtype), dtype=dtype) for s in shapes]
        for _ in range(3):
            optimizer.apply([values(rng, s, dtype=dtype) for s in shapes], variables)
        return [v.numpy() for v in (*variables, *optimizer.variables)]


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize(("name", "options"), CASES, ids=str)
def test_rule(name: str, options: dict[str, Any], dtype: str) -> None:
    for around in AROUND:
        found, wanted = (
            after_steps(lambda: getattr(optimizers, name)(0.1, **options, **around), dtype, kernels)  # noqa: B023
            for kernels in ("fast", "reference")
        )
        for ours, theirs in zip(found, wanted, strict=True):
            np.testing.assert_array_equal(ours, theirs, str(around))


def test_the_rule_for_one_number_asks_for_the_size_of_the_variable() -> None:
    """Not for the size of a part of it, of which the last could be one number."""
    with tf_function.inside():
        found, wanted = (
            after_steps(
                lambda: optimizers.SGD(0.1, momentum=0.9, global_clipnorm=0.3),
                "float32",
                kernels,
                [(16_384 + 1,)] * 9,
            )
            for kernels in ("fast", "reference")
        )
    assert [x.tobytes() for x in found] == [x.tobytes() for x in wanted]
