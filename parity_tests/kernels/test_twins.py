"""A twin is found under the name that was declared, and only where it is wanted."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest

from minikeras import config, ops, random, twins
from minikeras.autograd.primitive import Primitive, registry

DECLARED = [op for op in registry.values() if op.twin]


@pytest.mark.parametrize("op", DECLARED, ids=lambda op: op.__name__)
def test_declared_twins_exist(op: Primitive) -> None:
    forward, vjp = op._twins
    assert (forward is not op.forward) == ("forward" in op.twin_rules)
    assert (vjp is not op.vjp_rule) == ("vjp" in op.twin_rules)


def test_twins_of_both_packages_are_declared() -> None:
    names = {op.__name__ for op in DECLARED}
    assert {ops.tanh.__name__, random.draws.masked.__name__} <= names


def double(x: np.ndarray) -> np.ndarray:
    return 2 * x


def test_a_function_and_its_twin() -> None:
    @twins.twin(f"{__name__}:double", when=lambda x: x.size > 1)
    def plain(x: np.ndarray) -> np.ndarray:
        return x

    for kernels, expected in (("reference", [1, 1]), ("fast", [2, 2])):
        with config.use_kernels(kernels):
            assert plain(np.ones(2)).tolist() == expected
            assert plain(np.ones(1)).tolist() == [1]
            assert twins.are_wanted() == (kernels == "fast")


def test_a_missing_twin_is_an_error_at_its_first_use() -> None:
    @twins.twin("minikeras.kernels.relu:misspelt")
    def plain(x: float) -> float:
        return x

    with config.use_kernels("reference"):
        assert plain(1.0) == 1.0
    with (
        config.use_kernels("fast"),
        pytest.raises(ImportError, match="plain declares a twin named 'misspelt' in"),
    ):
        plain(1.0)

    op = Primitive(lambda x: x)
    del registry[op.__name__]
    op.fast("minikeras.kernels.relu", rules="forward")
    with config.use_kernels("fast"), pytest.raises(ImportError, match="declares a twin named"):
        op(np.ones(1, np.float32))


TRAINING = """
import sys
import numpy as np
import minikeras as keras
from minikeras import layers

keras.config.set_kernels("reference")
keras.utils.set_random_seed(0)
x, y = np.ones((2048, 8, 8, 1), np.float32), np.zeros(2048, np.int32)
image, word = layers.Input((8, 8, 1)), layers.Input((), dtype="int32")
h = layers.Conv2D(4, 3, activation="relu")(image)
h = layers.BatchNormalization()(layers.MaxPooling2D()(h))
h = layers.UpSampling2D()(layers.AveragePooling2D(2)(h))
h = layers.Dropout(0.5)(layers.Flatten()(h))
h = layers.Concatenate()([h, layers.Embedding(10, 4)(word)])
h = layers.Dense(8, activation="tanh")(layers.GaussianNoise(0.1)(h))
output = layers.Dense(3, activation="softmax")(h)
for optimizer in (
    keras.optimizers.SGD(0.1, momentum=0.9, clipvalue=0.5),
    keras.optimizers.Adam(clipnorm=1.0),
    keras.optimizers.RMSprop(global_clipnorm=1.0, use_ema=True),
    keras.optimizers.AdamW(), keras.optimizers.Adagrad(), keras.optimizers.Adadelta(),
    keras.optimizers.Adamax(), keras.optimizers.Nadam(), keras.optimizers.Lion(),
):
    model = keras.Model([image, word], output)
    model.compile(optimizer, "sparse_categorical_crossentropy", metrics=["accuracy"])
    model.fit([x, y], y, batch_size=512, verbose=0)
model.predict([x, y], verbose=0)
keras.random.normal((3000,)), keras.random.uniform((3000,)), keras.random.shuffle(x)
keras.ops.qr(np.eye(3, dtype=np.float32))
loaded = [name for name in sys.modules if name.startswith(("minikeras.kernels", "numba"))]
assert not loaded, loaded
"""


def test_reference_kernels_run_nothing_compiled() -> None:
    subprocess.run([sys.executable, "-c", TRAINING], check=True, timeout=300)
