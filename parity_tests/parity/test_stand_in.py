"""Scripts written for Keras or tf.keras find minikeras behind their imports."""

import subprocess
import sys

import pytest

SCRIPT = """
import sys
import keras
import keras.layers
import numpy as np
import tensorflow as tf
import tensorflow.keras.optimizers.schedules as schedules
from keras import ops
from keras.optimizers import Adam
from tensorflow import keras as tf_keras
from tensorflow.keras.layers import Dense
from tensorflow.keras.models import Sequential

import minikeras

assert keras is tf_keras is tf.keras is minikeras, (keras, tf_keras)
assert Dense is keras.layers.Dense is minikeras.layers.Dense
assert sys.modules["keras.layers"] is sys.modules["tensorflow.keras.layers"] is minikeras.layers
assert minikeras.layers.__spec__.name == "minikeras.layers"
assert keras.backend.backend() == "numpy"
assert schedules.ExponentialDecay is keras.optimizers.schedules.ExponentialDecay
assert __name__ == "__main__" and sys.argv[1:] == ["--epochs", "2", "x"], sys.argv

x = tf.constant([[1.0, 2.0]])
w = tf.Variable([[1.0], [1.0]])


@tf.function
def step():
    with tf.GradientTape() as tape:
        y = tf.reduce_sum(tf.square(tf.matmul(x, w)))
    return tape.gradient(y, w)


np.testing.assert_array_equal(step(), [[6.0], [12.0]])

assert float(tf.math.exp(0.0)) == float(tf.math.reduce_sum([0.5, 0.5])) == 1.0
assert float(tf.math.sqrt(4.0)) == float(ops.sqrt(4.0)) == 2.0

model = Sequential([keras.layers.Input((2,)), Dense(1)])
model.compile(Adam(), "mse")
history = model.fit(np.ones((4, 2)), np.ones((4, 1)), epochs=2, verbose=0)
print("epochs", len(history.history["loss"]))
"""


def run(tmp_path, text, *arguments):
    (tmp_path / "script.py").write_text(text)
    (tmp_path / "beside.py").write_text("value = 7")
    command = [sys.executable, "-m", "minikeras.cli", "run", "script.py", *arguments]
    return subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)


def test_a_script_trains_with_minikeras(tmp_path):
    result = run(tmp_path, SCRIPT, "--epochs", "2", "x")
    assert (result.returncode, result.stdout) == (0, "epochs 2\n"), result.stderr


@pytest.mark.parametrize(
    ("text", "error"),
    [
        (
            "import keras.src",
            "ModuleNotFoundError: minikeras has nothing to answer for 'keras.src'",
        ),
        ("from tensorflow import ragged", "cannot import name 'ragged'"),
        ("import tensorflow as tf\ntf.ragged", "minikeras stands in for tensorflow"),
        ("import tensorflow.python.ops", "nothing to answer for 'tensorflow.python'"),
        ("import keras\nkeras.nonsense", "AttributeError"),
    ],
)
def test_what_is_not_there_is_refused(text, error, tmp_path):
    result = run(tmp_path, text)
    assert result.returncode == 1 and error in result.stderr


def test_exit_codes_and_neighbours_are_the_scripts_own(tmp_path):
    result = run(tmp_path, "import sys, beside\nsys.exit(beside.value)")
    assert result.returncode == 7, result.stderr


def test_try_import_falls_back(tmp_path):
    result = run(tmp_path, "try:\n    import keras.src\nexcept ImportError:\n    print('no')")
    assert result.stdout == "no\n", result.stderr


PIPELINES = """
import numpy as np
import tensorflow as tf
from tensorflow import keras
from tensorflow.keras.preprocessing.image import ImageDataGenerator
from tensorflow.keras.preprocessing.sequence import pad_sequences

keras.utils.set_random_seed(1)
x = np.random.default_rng(0).uniform(size=(20, 6, 6, 3)).astype("float32")
y = np.arange(20) % 2

def prepare(image, label):
    return image * 2 - 1, tf.cast(label, tf.float32)

def network():
    layers = [keras.layers.Input((6, 6, 3)), keras.layers.Flatten(), keras.layers.Dense(1)]
    model = keras.Sequential(layers)
    model.compile("sgd", "mse")
    return model

dataset = tf.data.Dataset.from_tensor_slices((x, y)).shuffle(20, seed=3)
dataset = dataset.map(prepare, num_parallel_calls=tf.data.AUTOTUNE).cache().batch(8)
dataset = dataset.prefetch(tf.data.AUTOTUNE)
print(int(tf.data.experimental.cardinality(dataset)), isinstance(dataset, tf.data.Dataset))
print(network().fit(dataset, epochs=3, shuffle=False, verbose=0).history["loss"])
generator = ImageDataGenerator(horizontal_flip=True, validation_split=0.2)
print(network().fit(generator.flow(x, y, seed=2), epochs=2, verbose=0).history["loss"])
print(pad_sequences([[1, 2], [3]]).tolist())
"""


def test_pipelines_print_what_they_print_with_keras(tmp_path):
    ours = run(tmp_path, PIPELINES)
    assert ours.returncode == 0, ours.stderr
    theirs = subprocess.run(
        [sys.executable, "script.py"], cwd=tmp_path, capture_output=True, text=True
    )
    assert theirs.returncode == 0, theirs.stderr
    assert ours.stdout.splitlines() == theirs.stdout.splitlines()
