"""Defects of optimizers, training and callbacks."""

from __future__ import annotations

from parity_tests.findings.finding import Finding

FINDINGS = (
    Finding(
        title="Adam squares the parts of a gradient instead of the gradient",
        code="""
import keras, numpy as np
layer = keras.layers.Embedding(2, 1, embeddings_initializer="zeros")
model = keras.Sequential([keras.Input((2,)), layer, keras.layers.Flatten()])
model.compile(keras.optimizers.Adam(), loss=lambda y, p: keras.ops.sum(p))
model.fit(np.array([[0, 0]]), np.zeros((1, 2)), verbose=0)  # row 0 twice: its gradient is 1 + 1
velocity = next(v for v in model.optimizer.variables if "velocity" in v.path)
print(round(float(velocity[0, 0]), 6))
""",
        wrong={"tensorflow minikeras": "0.002"},
        right="0.004",
        why="""
The velocity becomes (1 − β₂) g² = 0.001 · (1 + 1)² (Kingma and Ba, 2015, algorithm 1). With
TensorFlow the gradient of an `Embedding` is a list of rows, in which a row that was looked up
twice stands twice, and Keras squares the entries of that list: 0.001 · (1² + 1²). So it is in
every optimizer that squares gradients. A frequent word therefore gets larger steps than with JAX
or torch.
""",
        proof="""
print(round((1 - 0.999) * (1 + 1) ** 2, 6))
""",
        place="minikeras/autograd/indexed_slices.py",
    ),
    Finding(
        title="The losses of several outputs are averaged over batches, not samples",
        code="""
import keras, numpy as np
x = keras.Input((1,))
model = keras.Model(x, [keras.layers.Identity(name="a")(x), keras.layers.Identity(name="b")(x)])
model.compile(loss="mse")
x, y = np.array([[0.0], [0.0], [1.0]]), np.zeros((3, 1))
found = model.evaluate(x, [y, y], batch_size=2, verbose=0, return_dict=True)
print({name: round(float(value), 4) for name, value in found.items()})
""",
        wrong={"tensorflow minikeras": "{'a_loss': 0.5, 'b_loss': 0.5, 'loss': 0.6667}"},
        right="{'a_loss': 0.3333, 'b_loss': 0.3333, 'loss': 0.6667}",
        why="""
Each output's loss is the mean over 3 samples, and their sum is the loss. Where the last batch is
smaller, its size is unknown in TensorFlow's graph, and Keras then weighs all batches equally.
""",
        proof="""
loss = round((0 + 0 + 1) / 3, 4)
print({"a_loss": loss, "b_loss": loss, "loss": round(2 / 3, 4)})
""",
        place="minikeras/training/compile_loss.py",
    ),
    Finding(
        title="ScheduleFreeAdamW reads the new z where the old one is due",
        code="""
import keras, numpy as np
w = keras.Variable([1.0])
optimizer = keras.optimizers.ScheduleFreeAdamW(0.1)
optimizer.build([w])
for g in (0.5, -0.3, 0.2):
    optimizer.apply([keras.ops.convert_to_tensor([g])], [w])
print(round(float(w[0]), 4))
""",
        wrong={"tensorflow torch": "0.9298"},
        right="0.9285",
        why="""
Defazio et al. (2024): y = (1 − β₁) z + β₁ x. To find x_t from y_t one needs z_t, but variables of
TensorFlow and torch change in place, so that Keras reads z_{t+1} there. With JAX it keeps the old
z.
""",
        proof="""
x = z = 1.0
v = 0.0
for t, g in enumerate((0.5, -0.3, 0.2), 1):
    v = 0.999 * v + 0.001 * g * g
    z -= 0.1 * g / ((v / (1 - 0.999**t)) ** 0.5 + 1e-8)
    x += (z - x) / t
print(round(0.1 * z + 0.9 * x, 4))
""",
    ),
    Finding(
        title="ModelCheckpoint with save_best_only and save_freq fails",
        code="""
import keras, numpy as np
model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
model.compile("sgd", "mse")
best = keras.callbacks.ModelCheckpoint("m.keras", "loss", save_best_only=True, save_freq=2)
model.fit(np.ones((8, 1)), np.ones((8, 1)), batch_size=2, verbose=0, callbacks=[best])
print("saved")
""",
        wrong={"tensorflow jax torch": "TypeError"},
        right="saved",
        why="""
Both arguments are documented, and nothing forbids both. Keras decides at the *end of an epoch*
whether a smaller value is better, and calls `None` at the end of a batch before: "'NoneType'
object is not callable".
""",
        promise=("keras.callbacks.ModelCheckpoint", "saves the model at end of this many batches"),
        place="minikeras/callbacks/model_checkpoint.py",
    ),
    Finding(
        title="A loss scale cannot be used with an Embedding",
        code="""
import keras, numpy as np
layers = keras.layers.Embedding(4, 2), keras.layers.Flatten(), keras.layers.Dense(1)
model = keras.Sequential(layers)
model.compile(keras.optimizers.SGD(0.1, loss_scale_factor=8.0), "mse")
model.fit(np.array([[1, 2]]), np.array([[1.0]]), verbose=0)
print("trained")
""",
        wrong={"tensorflow": "TypeError"},
        right="trained",
        why="""
"unsupported operand type(s) for /: 'IndexedSlices' and 'float'": the gradient is divided by the
scale, but with TensorFlow that of an `Embedding` is no tensor.
""",
        promise=("keras.optimizers.SGD", "Useful for preventing underflow during"),
        place="minikeras/optimizers/optimizer.py",
    ),
    Finding(
        title="After set_random_seed every epoch has the same order",
        code="""
import keras, numpy as np
seen, x = [], np.array([[1.0], [2.0], [4.0], [8.0]])
model = keras.Sequential([keras.Input((1,)), keras.layers.Activation("linear")])
model.compile("sgd", lambda y, p: p)
keras.utils.set_random_seed(1)
note = keras.callbacks.LambdaCallback(on_train_batch_end=lambda _, logs: seen.append(logs["loss"]))
model.fit(x, x, batch_size=1, epochs=5, verbose=0, callbacks=[note])
print(len({tuple(seen[i : i + 4]) for i in range(0, 20, 4)}) > 1)
""",
        wrong={"tensorflow minikeras": "False"},
        right="True",
        why="""
A program that sets the seed is to be repeatable, not to see its batches in the same order for
ever. With TensorFlow, Keras makes a data pipeline for each epoch, and each starts from the seed
again. Without a seed, and with JAX and torch, the orders differ.
""",
        promise=("keras.Model.fit", "whether to shuffle the training data before each epoch."),
        place="minikeras/random/shuffling.py",
    ),
    Finding(
        title="LearningRateScheduler hides mistakes in the schedule",
        code="""
import keras, numpy as np
def schedule(epoch, lr=0.5):
    return lr if lr == 0.5 else lr + "a mistake"
model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
model.compile(keras.optimizers.SGD(0.1), "mse")
callbacks = [keras.callbacks.LearningRateScheduler(schedule)]
model.fit(np.ones((2, 1)), np.ones((2, 1)), verbose=0, callbacks=callbacks)
print(float(model.optimizer.learning_rate))
""",
        wrong={"tensorflow jax torch minikeras": "0.5"},
        right="TypeError",
        why="""
Keras calls `schedule(epoch, lr)`, and if that raises a TypeError, for whatever reason,
`schedule(epoch)`: to support functions of one argument. A number and a text cannot be added, and
the caller should learn it.
""",
        proof="""
try:
    0.1 + "a mistake"
except TypeError:
    print("TypeError")
""",
        place="minikeras/callbacks/learning_rate_scheduler.py",
    ),
    Finding(
        title="A layer called with training=False is trained in a functional model",
        code="""
import keras, numpy as np
x = keras.Input((1,))
layer = keras.layers.BatchNormalization()
model = keras.Model(x, layer(x, training=False))
model.compile("sgd", "mse")
model.fit(np.ones((4, 1)), np.ones((4, 1)), verbose=0)
print(round(float(layer.moving_mean[0]), 4))
""",
        wrong={"tensorflow jax torch minikeras": "0.01"},
        right="0.0",
        why="""
A layer that runs as in inference does not move its averages. A functional model passes the
`training=True` of `fit` to each layer, in place of what the call was written with; a subclassed
model with `self.layer(x, training=False)` prints 0.0. Keras's guide on transfer learning passes
`training=False` to the pretrained base, to protect its averages when all weights are trained.
Only `layer.trainable = False` protects them.
""",
        promise=(
            "keras.layers.BatchNormalization",
            "when calling the layer/model with the argument `training=False`",
        ),
        place="minikeras/models/functional.py",
        upstream=("https://github.com/keras-team/keras/issues/20285",),
    ),
)
