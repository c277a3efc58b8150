"""Two photographs, cut into pieces: from which one is a piece?

The augmentation runs in `Dataset.map`, on the CPU, while the model trains.
"""

import numpy as np
import tensorflow as tf
from sklearn.datasets import load_sample_images
from tensorflow.keras import layers

tf.keras.utils.set_random_seed(123)

IMG_SIZE = 24
BATCH_SIZE = 16
AUTOTUNE = tf.data.AUTOTUNE

# Pieces of 40 x 40 pixels of two photographs
rng = np.random.default_rng(0)
images, labels = [], []
for label, photo in enumerate(load_sample_images().images):
    for _ in range(120):
        top, left = rng.integers(0, 380), rng.integers(0, 600)
        images.append(photo[top : top + 40, left : left + 40])
        labels.append(label)
images, labels = np.array(images), np.array(labels)
order = rng.permutation(len(images))
images, labels = images[order], labels[order]

train_ds = tf.data.Dataset.from_tensor_slices((images[:160], labels[:160]))
val_ds = tf.data.Dataset.from_tensor_slices((images[160:200], labels[160:200]))
test_ds = tf.data.Dataset.from_tensor_slices((images[200:], labels[200:]))
print("elements:", len(train_ds), len(val_ds), len(test_ds))

resize_and_rescale = tf.keras.Sequential(
    [layers.Resizing(IMG_SIZE, IMG_SIZE), layers.Rescaling(1.0 / 255)]
)
data_augmentation = tf.keras.Sequential(
    [
        layers.RandomFlip("horizontal_and_vertical", seed=1),
        layers.RandomRotation(0.2, seed=2),
        layers.RandomBrightness(0.1, value_range=(0, 1), seed=3),
    ]
)


def prepare(ds, shuffle=False, augment=False):
    # Resize and rescale all datasets.
    ds = ds.map(lambda x, y: (resize_and_rescale(x), y), num_parallel_calls=AUTOTUNE)
    if shuffle:
        ds = ds.shuffle(1000, seed=7)
    # Batch all datasets.
    ds = ds.batch(BATCH_SIZE)
    # Use data augmentation only on the training set.
    if augment:
        ds = ds.map(lambda x, y: (data_augmentation(x, training=True), y))
    # Use buffered prefetching on all datasets.
    return ds.prefetch(buffer_size=AUTOTUNE)


train_ds = prepare(train_ds, shuffle=True, augment=True)
val_ds = prepare(val_ds)
test_ds = prepare(test_ds)
print(train_ds.cardinality().numpy(), "batches of training data")

for image_batch, label_batch in val_ds.take(1):
    print(image_batch.shape, label_batch.shape, image_batch.numpy().dtype)
    print("labels:", label_batch.numpy())
    print(f"range: {np.min(image_batch):.4f} to {np.max(image_batch):.4f}")

model = tf.keras.Sequential(
    [
        layers.Conv2D(8, 3, padding="same", activation="relu"),
        layers.MaxPooling2D(),
        layers.Conv2D(16, 3, padding="same", activation="relu"),
        layers.MaxPooling2D(),
        layers.Flatten(),
        layers.Dense(32, activation="relu"),
        layers.Dense(2),
    ]
)
model.compile(
    optimizer="adam",
    loss=tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True),
    metrics=["accuracy"],
)
epochs = 4
history = model.fit(train_ds, validation_data=val_ds, epochs=epochs)
for name in sorted(history.history):
    print(name, np.round(history.history[name], 4))

loss, acc = model.evaluate(test_ds)
print("Accuracy", acc)
