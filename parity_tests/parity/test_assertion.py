"""`assert_matches_keras`, and the plugin that makes it a fixture of pytest."""

import subprocess
import sys

import keras
import numpy as np
import pytest

import minikeras
from minikeras.parity import Comparison, assert_matches_keras
from minikeras.parity.assertion import _message
from minikeras.parity.lockstep.results import Reproducer
from parity_tests.parity.test_step_report import comparison

X = np.random.default_rng(0).normal(size=(12, 3)).astype("float32")
Y = X[:, :1]

TEST = """
import sys

import pytest


def test_nothing_heavy_is_loaded():
    assert not {"numpy", "minikeras", "tensorflow"} & {*sys.modules}


def test_the_fixture(assert_matches_keras, monkeypatch, tmp_path):
    import minikeras.parity

    assert assert_matches_keras.func is minikeras.parity.assert_matches_keras
    assert assert_matches_keras.keywords == {"folder": tmp_path}
"""


def network(library, rate=0.1):
    library.utils.set_random_seed(0)
    layers = library.layers
    hidden, output = layers.Dense(2, "relu", name="hidden"), layers.Dense(1, name="output")
    model = library.Sequential([layers.Input((3,)), hidden, output], name="net")
    model.compile(library.optimizers.SGD(rate), "mse")
    return model


@pytest.fixture(scope="module")
def theirs():
    return network(keras)


def test_a_model_that_matches(theirs):
    found = assert_matches_keras(theirs, X, Y, steps=2, batch_size=4)
    assert isinstance(found, Comparison) and found.options["task"] == "train"
    assert len(found.steps) == 2
    found = assert_matches_keras(theirs, X, batch_size=12)
    assert found.options["task"] == "predict"
    assert assert_matches_keras(network(minikeras), X, Y, steps=1, batch_size=4).same


def test_a_model_that_does_not(theirs, tmp_path):
    ours = network(minikeras, 0.2)
    with pytest.raises(AssertionError, match="does not match Keras") as raised:
        assert_matches_keras((ours, theirs), X, Y, steps=1, batch_size=4, folder=tmp_path)
    assert str(raised.value).count("optimizer.learning_rate: 0.2 in minikeras, 0.1 in Keras") == 1


def test_the_message_names_the_first_difference_and_the_reproducer(tmp_path):
    found = comparison(Reproducer("import keras\n", {"x": X}, "1 layer"))
    found.form = [f"form {i}" for i in range(9)]
    lines = _message(found, "net", tmp_path).splitlines()
    assert lines[0].startswith("net does not match Keras: differs first at step 2, gradient dense")
    assert lines[1:7] == [*(f"  form {i}" for i in range(5)), "  ... and 4 more"]
    assert lines[7] == (
        "  step 2, gradient dense/kernel (2×3 float32): 2.5e-01 relative, 2.5e-01 absolute, "
        "7 ULP at most, cosine 0.5"
    )
    assert lines[8].endswith("reproducer.py") and (tmp_path / "reproducer.npz").is_file()
    assert "reproducer" not in _message(found, "net", None)


def test_the_plugin_loads_nothing_until_it_is_used(tmp_path):
    (tmp_path / "test_plugin.py").write_text(TEST)
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-p",
        "pytest_minikeras",
        "-p",
        "no:cacheprovider",
    ]
    result = subprocess.run(
        [*command, "--noconftest", "test_plugin.py"], cwd=tmp_path, capture_output=True, text=True
    )
    assert "2 passed" in result.stdout, result.stdout + result.stderr
