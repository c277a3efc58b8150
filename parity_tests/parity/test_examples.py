"""The built-in examples: reproducible data, and networks that learn from it."""

import numpy as np
import pytest

import minikeras
from minikeras.parity.examples import EXAMPLES, OPTIMIZERS, train

each = pytest.mark.parametrize("name", EXAMPLES)


@each
def test_data(name):
    example = EXAMPLES[name]
    data = example.load()
    assert data.x.dtype == "float64" and len(data.x) == len(data.y) > 4 * len(data.y_validation) - 4
    assert not {row.tobytes() for row in data.x} >= {row.tobytes() for row in data.x_validation}
    for array, again in zip(data, example.load()):
        np.testing.assert_array_equal(array, again)
    if data.x.ndim == 2:
        np.testing.assert_allclose(data.x.mean(0), 0, atol=1e-9)
        np.testing.assert_allclose(data.x.std(0), 1, rtol=1e-9)


@each
def test_training_learns(name, capsys):
    history = train(minikeras, name, seed=4, epochs=3, verbose=0).history
    metric = EXAMPLES[name].metrics[0]
    assert set(history) == {"loss", "val_loss", metric, f"val_{metric}"}
    assert history["loss"][-1] < history["loss"][0] and len(history["val_loss"]) == 3
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_the_seed_decides(optimizer):
    first, again, other = (
        train(minikeras, "iris-mlp", seed=seed, epochs=2, optimizer=optimizer, verbose=0).history
        for seed in (1, 1, 2)
    )
    assert first == again != other
