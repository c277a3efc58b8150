"""A training loop written out: tf.data pipeline, tf.function, GradientTape, metrics, validation."""

import numpy as np
import tensorflow as tf
from sklearn.datasets import load_digits
from tensorflow import keras

keras.utils.set_random_seed(1)
digits = load_digits()
x = np.reshape(digits.data, (-1, 64)).astype("float32")
y = digits.target
x_train, y_train = x[:1000], y[:1000]
x_val, y_val = x[1000:1300], y[1000:1300]

batch_size = 64


def scale(image, label):
    return tf.cast(image, tf.float32) / 16.0, label


train_dataset = tf.data.Dataset.from_tensor_slices((x_train, y_train))
train_dataset = train_dataset.map(scale, num_parallel_calls=tf.data.AUTOTUNE).cache()
train_dataset = train_dataset.shuffle(buffer_size=1024).batch(batch_size).prefetch(tf.data.AUTOTUNE)
val_dataset = tf.data.Dataset.from_tensor_slices((x_val, y_val)).map(scale).batch(batch_size)
print(train_dataset.element_spec)

inputs = keras.Input(shape=(64,), name="digits")
x = keras.layers.Dense(32, activation="relu", name="dense_1")(inputs)
x = keras.layers.Dense(32, activation="relu", name="dense_2")(x)
outputs = keras.layers.Dense(10, name="predictions")(x)
model = keras.Model(inputs=inputs, outputs=outputs)

optimizer = keras.optimizers.SGD(learning_rate=1e-1)
loss_fn = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
train_acc_metric = keras.metrics.SparseCategoricalAccuracy()
val_acc_metric = keras.metrics.SparseCategoricalAccuracy()


@tf.function
def train_step(x, y):
    with tf.GradientTape() as tape:
        logits = model(x, training=True)
        loss_value = loss_fn(y, logits)
    grads = tape.gradient(loss_value, model.trainable_weights)
    optimizer.apply_gradients(zip(grads, model.trainable_weights))
    train_acc_metric.update_state(y, logits)
    return loss_value


@tf.function
def test_step(x, y):
    val_logits = model(x, training=False)
    val_acc_metric.update_state(y, val_logits)


for epoch in range(3):
    print(f"\nStart of epoch {epoch}")
    for step, (x_batch_train, y_batch_train) in enumerate(train_dataset):
        loss_value = train_step(x_batch_train, y_batch_train)
        if step % 5 == 0:
            print(f"Training loss (for 1 batch) at step {step}: {float(loss_value):.6f}")
            print(f"Seen so far: {(step + 1) * batch_size} samples")
    train_acc = train_acc_metric.result()
    print(f"Training acc over epoch: {float(train_acc):.4f}")
    train_acc_metric.reset_state()
    for x_batch_val, y_batch_val in val_dataset:
        test_step(x_batch_val, y_batch_val)
    print(f"Validation acc: {float(val_acc_metric.result()):.4f}")
    val_acc_metric.reset_state()

w = tf.Variable(tf.random.normal((2, 2)), name="w")
b = tf.Variable(tf.zeros((2,)), name="b")
with tf.GradientTape(persistent=True) as tape:
    out = tf.matmul([[1.0, 2.0]], w) + b
    loss = tf.reduce_mean(out**2)
print(tape.gradient(loss, [w, b]))
print(w)
