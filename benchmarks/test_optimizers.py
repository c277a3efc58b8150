"""One step on one variable: the reference, which allocates arrays, and the twin, in place.

Below `fused.LARGE` numbers both are the reference.
"""

import numpy as np
import pytest

from minikeras import optimizers
from minikeras.autograd import Variable

RULES = {
    "SGD, momentum": lambda: optimizers.SGD(0.01, momentum=0.9),
    "RMSprop": optimizers.RMSprop,
    "Adam": optimizers.Adam,
    "AdamW": optimizers.AdamW,
    "Adagrad": optimizers.Adagrad,
    "Nadam": optimizers.Nadam,
}


@pytest.mark.parametrize("size", [1_000, 100_000, 1_000_000])
@pytest.mark.parametrize("name", RULES)
def test_step(benchmark, name, size, kernels):
    benchmark.group = f"{name}, {size:,} numbers"
    rng = np.random.default_rng(0)
    w = Variable(rng.standard_normal(size).astype("float32"))
    g = rng.standard_normal(size).astype("float32")
    optimizer = RULES[name]()
    optimizer.apply([g], [w])
    benchmark(optimizer.apply, [g], [w])
