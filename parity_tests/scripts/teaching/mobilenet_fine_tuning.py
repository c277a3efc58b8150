"""Transfer learning in two phases: a new head on a frozen MobileNetV2, then its last layers too.

`base_model(x, training=False)` keeps batch normalization in inference mode in both phases.
"""

import numpy as np
import tensorflow as tf
from sklearn.datasets import load_digits

tf.keras.utils.set_random_seed(3)

IMG_SIZE = (48, 48)
IMG_SHAPE = (*IMG_SIZE, 3)

digits, labels = load_digits(n_class=2, return_X_y=True)
images = np.repeat(digits[:120].reshape(-1, 8, 8, 1) * 15.9, 3, axis=-1).astype("float32")
labels = labels[:120].astype("float32")

train_dataset = tf.data.Dataset.from_tensor_slices((images[:80], labels[:80])).batch(16)
validation_dataset = tf.data.Dataset.from_tensor_slices((images[80:], labels[80:])).batch(16)
print("Number of validation batches:", int(tf.data.experimental.cardinality(validation_dataset)))

data_augmentation = tf.keras.Sequential(
    [tf.keras.layers.RandomFlip("horizontal"), tf.keras.layers.RandomRotation(0.2)]
)
preprocess_input = tf.keras.applications.mobilenet_v2.preprocess_input

# The base model, here with random weights
base_model = tf.keras.applications.MobileNetV2(
    input_shape=IMG_SHAPE, alpha=0.35, include_top=False, weights=None
)
image_batch, label_batch = next(iter(train_dataset))
feature_batch = base_model(tf.keras.layers.Resizing(*IMG_SIZE)(image_batch))
print(feature_batch.shape)

base_model.trainable = False
global_average_layer = tf.keras.layers.GlobalAveragePooling2D()
prediction_layer = tf.keras.layers.Dense(1, activation="sigmoid")

inputs = tf.keras.Input(shape=(8, 8, 3))
x = tf.keras.layers.Resizing(*IMG_SIZE)(inputs)
x = data_augmentation(x)
x = preprocess_input(x)
x = base_model(x, training=False)
x = global_average_layer(x)
x = tf.keras.layers.Dropout(0.2)(x)
outputs = prediction_layer(x)
model = tf.keras.Model(inputs, outputs)
model.summary()
print(len(model.trainable_variables), "trainable variables")

base_learning_rate = 0.01
model.compile(
    optimizer=tf.keras.optimizers.Adam(learning_rate=base_learning_rate),
    loss=tf.keras.losses.BinaryCrossentropy(),
    metrics=[tf.keras.metrics.BinaryAccuracy(threshold=0.5, name="accuracy")],
)
initial_epochs = 2
loss0, accuracy0 = model.evaluate(validation_dataset)
print(f"initial loss: {loss0:.2f}")
print(f"initial accuracy: {accuracy0:.2f}")
history = model.fit(train_dataset, epochs=initial_epochs, validation_data=validation_dataset)

# Un-freeze the top layers of the model
base_model.trainable = True
print("Number of layers in the base model: ", len(base_model.layers))
fine_tune_at = 130
for layer in base_model.layers[:fine_tune_at]:
    layer.trainable = False

model.compile(
    loss=tf.keras.losses.BinaryCrossentropy(),
    optimizer=tf.keras.optimizers.RMSprop(learning_rate=base_learning_rate / 10),
    metrics=[tf.keras.metrics.BinaryAccuracy(threshold=0.5, name="accuracy")],
)
print(len(model.trainable_variables), "trainable variables")

fine_tune_epochs = 2
total_epochs = initial_epochs + fine_tune_epochs
history_fine = model.fit(
    train_dataset,
    epochs=total_epochs,
    initial_epoch=len(history.epoch),
    validation_data=validation_dataset,
)
losses = history.history["loss"] + history_fine.history["loss"]
print("losses:", np.round(losses, 5))

# Retrieve a batch of images and look at predictions
image_batch, label_batch = next(validation_dataset.as_numpy_iterator())
predictions = model.predict_on_batch(image_batch).flatten()
predictions = tf.where(predictions < 0.5, 0, 1)
print("Predictions:\n", predictions.numpy())
print("Labels:\n", label_batch.astype("int32"))
