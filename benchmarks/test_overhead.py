"""The overhead of a call: sequences of 100 calls on 3 numbers."""

import numpy as np
import pytest

from minikeras import ops
from minikeras.autograd import GradientTape, Tensor

CALLS = 100
X = np.full(3, 0.5, "float32")
ONE = np.ones(3, "float32")


def chain(f, x, *others):
    y = x
    for _ in range(CALLS):
        y = f(y, *others)
    return y


def taped(f, x, *others):
    with GradientTape() as tape:
        tape.watch(x)
        y = chain(f, x, *others)
    return tape, y


@pytest.mark.benchmark(group="100 calls of multiply on 3 numbers")
@pytest.mark.parametrize("how", ["numpy", "eager", "taped", "taped and differentiated"])
def test_multiply(benchmark, how):
    if how == "numpy":
        benchmark(chain, np.multiply, X, ONE)
        return
    x, one = Tensor(X), Tensor(ONE)
    if how == "eager":
        benchmark(chain, ops.multiply, x, one)
    elif how == "taped":
        benchmark(taped, ops.multiply, x, one)
    else:

        def both():
            tape, y = taped(ops.multiply, x, one)
            return tape.gradient(y, x)

        benchmark(both)


@pytest.mark.benchmark(group="100 calls of tanh on 3 numbers")
@pytest.mark.parametrize("how", ["numpy", "eager", "taped"])
def test_tanh(benchmark, how, kernels):
    if how == "numpy":
        benchmark(chain, np.tanh, X)
    else:
        benchmark(chain if how == "eager" else taped, ops.tanh, Tensor(X))
