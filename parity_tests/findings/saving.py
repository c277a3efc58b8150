"""Defects of configs and files."""

from __future__ import annotations

from parity_tests.findings.finding import Finding

FINDINGS = (
    Finding(
        title="The config of Huber forgets delta",
        code="""
import keras
loss = keras.losses.Huber(delta=0.5)
again = keras.losses.Huber.from_config(loss.get_config())
print([float(f([[0.0]], [[2.0]])) for f in (loss, again)])
""",
        wrong={"tensorflow jax torch minikeras": "[0.875, 1.5]"},
        right="[0.875, 0.875]",
        why="""
δ |d| − δ² / 2 for |d| > δ. A model that is saved and loaded continues with δ = 1. The configs of
`losses.CosineSimilarity`, `metrics.CosineSimilarity` and `losses.SparseCategoricalCrossentropy`
forget `axis` for the same reason: they are those of the base class.
""",
        proof="""
delta, d = 0.5, 2.0
print([delta * d - delta**2 / 2] * 2)
""",
        place="minikeras/losses/regression.py",
        upstream=("https://github.com/keras-team/keras/pull/23286",),
    ),
    Finding(
        title="The config of Identity forgets gain",
        code="""
import keras
initializer = keras.initializers.Identity(gain=2.0)
print([float(i((1, 1))[0, 0]) for i in (initializer, initializer.clone())])
""",
        wrong={"tensorflow jax torch minikeras": "[2.0, 1.0]"},
        right="[2.0, 2.0]",
        why="""
`get_config` returns nothing, so a clone, and a layer made from a config, starts from the identity
itself.
""",
        promise=(
            "keras.initializers.Identity",
            "Multiplicative factor to apply to the identity matrix.",
        ),
        place="minikeras/initializers/constant.py",
    ),
    Finding(
        title="An .h5 file of a model compiled with mse cannot be loaded",
        code="""
import keras
model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
model.compile("sgd", "mse")
model.save("model.h5")
print(type(keras.models.load_model("model.h5")).__name__)
""",
        wrong={"tensorflow jax torch": "ValueError"},
        right="Sequential",
        why="""
"Could not deserialize 'keras.metrics.mse' because it is not a KerasSaveable subclass": the file
holds the name as it was given, but the loader knows functions by their full names only. The same
with "mae" and the other short names; "mean_squared_error" can be read.
""",
        place="minikeras/saving/legacy_training.py",
    ),
    Finding(
        title="A model from an .h5 file cannot be trained further",
        code="""
import keras, numpy as np
x, y = np.ones((4, 2)), np.ones((4, 1))
model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
model.compile("adam", keras.losses.MeanSquaredError())
model.fit(x, y, verbose=0)
model.save("model.h5")
keras.models.load_model("model.h5").fit(x, y, verbose=0)
print("trained")
""",
        wrong={"tensorflow jax torch": "ValueError"},
        right="trained",
        why="""
"This optimizer can only be called for the variables it was originally built with": the loader
builds the optimizer for no variables at all, and drops the slots of the file.
""",
        place="minikeras/saving/legacy_training.py",
    ),
    Finding(
        title="An .h5 file of a functional model with operations cannot be loaded",
        code="""
import keras
x = keras.Input((2,))
model = keras.Model(x, keras.ops.relu(x))
model.save("model.h5")
print(type(keras.models.load_model("model.h5", compile=False)).__name__)
""",
        wrong={"tensorflow jax torch": "ValueError"},
        right="Functional",
        why="""
"Unknown layer: 'Relu'": the file holds the operation, and the loader looks for a layer of its
name. Where there is one, as for `Add`, it takes the wrong class. The `.keras` format keeps them
apart.
""",
        place="minikeras/saving/legacy_config.py",
    ),
    Finding(
        title="The orthogonal regularizer fails in float64",
        code="""
import keras, numpy as np
penalty = keras.regularizers.OrthogonalRegularizer(0.01)
print(round(float(penalty(keras.ops.convert_to_tensor(np.eye(3)))), 4))
""",
        wrong={"tensorflow": "InvalidArgumentError"},
        right="0.0",
        why="""
The rows of the identity are orthogonal. "cannot compute Mul as input #1(zero-based) was expected
to be a float tensor but is a double tensor": the norms are float32.
""",
        proof="""
import numpy as np
rows = np.eye(3)
print(0.01 * 0.5 * float(np.abs(rows @ rows.T * (1 - np.eye(3))).sum()) / 3)
""",
        place="minikeras/regularizers.py",
    ),
)
