"""What ``set_random_seed`` fixes, ``clear_session`` forgets, and a thread keeps for itself."""

import random
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import keras
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import minikeras
from minikeras import tf_function
from minikeras.declare.names import current_path

both = pytest.mark.parametrize("library", [minikeras, keras], ids=["ours", "theirs"])


@given(st.integers(0, 2**32 - 1))
def test_set_random_seed(seed):
    drawn = []
    for library in minikeras, keras:
        library.utils.set_random_seed(seed)
        drawn.append(
            [
                random.random(),
                np.random.uniform(),
                np.asarray(library.random.uniform((3,))).tolist(),
                np.asarray(library.random.uniform((3,))).tolist(),
                np.asarray(library.layers.Dense(2).kernel_initializer((3, 2))).tolist(),
            ]
        )
    assert drawn[0] == drawn[1]


@both
@pytest.mark.parametrize("seed", [1.0, "1", None])
def test_only_integers_are_seeds(library, seed):
    with pytest.raises(ValueError, match="seed"):
        library.utils.set_random_seed(seed)


@both
def test_clear_session(library):
    library.utils.clear_session()
    assert library.layers.Dense(1).name == "dense"
    assert library.layers.Dense(1).name == "dense_1"
    library.config.set_epsilon(1e-3)
    library.config.disable_interactive_logging()
    library.config.set_dtype_policy("float16")
    library.utils.set_random_seed(1)
    first = np.asarray(library.random.uniform((3,)))
    library.backend.clear_session(free_memory=False)
    try:
        assert library.layers.Dense(1).name == "dense"
        assert library.config.epsilon() == 1e-3
        assert library.config.is_interactive_logging_enabled()
        assert library.config.dtype_policy().name == "float32"
        assert not np.array_equal(np.asarray(library.random.uniform((3,))), first)
    finally:
        library.config.set_epsilon(1e-7)


ACTIONS = {
    "nothing": lambda k: None,
    "an input": lambda k: k.Input((2,)),
    "a model": lambda k: k.Sequential(),
    "a layer": lambda k: k.layers.Dropout(0.5),
    "a layer with a dtype": lambda k: k.layers.Dense(1, dtype="float32"),
    "a policy": lambda k: k.DTypePolicy(),
    "a policy with a name": lambda k: k.DTypePolicy("float16"),
    "a metric": lambda k: k.metrics.Mean(),
    "a loss": lambda k: k.losses.MeanSquaredError(),
    "a variable": lambda k: k.Variable(1.0),
    "random numbers": lambda k: k.random.uniform((2,)),
    "the policy set": lambda k: k.config.set_dtype_policy("mixed_float16"),
}


@pytest.mark.parametrize("action", ACTIONS)
def test_the_policy_stays_as_first_asked_for(action):
    found = []
    for library in minikeras, keras:
        library.utils.clear_session(free_memory=False)
        ACTIONS[action](library)
        library.config.set_floatx("float64")
        try:
            found.append((library.layers.Dense(1).dtype_policy.name, library.DTypePolicy().name))
        finally:
            library.config.set_floatx("float32")
            library.utils.clear_session(free_memory=False)
    assert found[0] == found[1]


def test_clear_session_keeps_the_order_of_fit():
    orders = []
    for library in minikeras, keras:
        seen = []
        library.utils.set_random_seed(3)
        library.utils.clear_session()
        model = library.Sequential([library.Input((1,)), library.layers.Lambda(lambda x: x)])
        model.compile(loss="mse", run_eagerly=True)
        model.train_step = lambda data, seen=seen: seen.append(np.asarray(data[0])) or {"loss": 0.0}
        model.fit(np.arange(8.0)[:, None], np.zeros(8), batch_size=3, verbose=0)
        orders.append(np.concatenate(seen).tolist())
    assert orders[0] == orders[1]


def test_names_are_those_of_keras():
    for name in (
        "CustomObjectScope",
        "Progbar",
        "PyDataset",
        "Sequence",
        "clear_session",
        "custom_object_scope",
        "deserialize_keras_object",
        "disable_interactive_logging",
        "enable_interactive_logging",
        "get_custom_objects",
        "get_registered_name",
        "get_registered_object",
        "is_interactive_logging_enabled",
        "is_keras_tensor",
        "normalize",
        "pack_x_y_sample_weight",
        "register_keras_serializable",
        "serialize_keras_object",
        "set_random_seed",
        "standardize_dtype",
        "to_categorical",
        "unpack_x_y_sample_weight",
    ):
        assert callable(getattr(minikeras.utils, name))
        assert hasattr(keras.utils, name)


def test_a_summary_does_not_shift_seeds():
    program = """
import random, minikeras as keras
keras.utils.set_random_seed(3)
before = random.getstate()
keras.Sequential([keras.layers.Input((2,)), keras.layers.Flatten()]).summary()
raise SystemExit(random.getstate() != before)
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_scopes_belong_to_their_thread():
    def seen():
        return current_path(), tf_function.is_inside()

    with ThreadPoolExecutor(1) as pool, minikeras.name_scope("encoder"), tf_function.inside():
        assert seen() == ("encoder", True)
        assert pool.submit(seen).result() == ("", False)
    assert seen() == ("", False)
