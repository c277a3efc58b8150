"""CutMix, MixUp and RandAugment in a tf.data pipeline, and what each does to the labels."""

import keras
import numpy as np
import tensorflow as tf
from keras import layers
from sklearn.datasets import load_digits

BATCH_SIZE = 32
NUM_CLASSES = 5
keras.utils.set_random_seed(42)

digits, labels = load_digits(n_class=NUM_CLASSES, return_X_y=True)
images = np.kron(digits.reshape(-1, 8, 8), np.ones((1, 3, 3)))[..., None] * 15.9
images = np.repeat(images, 3, axis=-1).astype("float32")
print(images.shape, images.max())

cut_mix = layers.CutMix(factor=1.0, seed=1)
mix_up = layers.MixUp(alpha=0.3, seed=2)
rand_augment = layers.RandAugment(value_range=(0, 255), num_ops=2, factor=0.5, seed=3)


def to_dict(image, label):
    label = tf.one_hot(label, NUM_CLASSES)
    return {"images": image, "labels": label}


def cut_mix_or_mix_up(samples):
    samples = cut_mix(samples, training=True)
    samples = mix_up(samples, training=True)
    return samples


def prepare_for_training(samples):
    return samples["images"] / 255.0, samples["labels"]


def load(first, last, augment):
    ds = tf.data.Dataset.from_tensor_slices((images[first:last], labels[first:last]))
    ds = ds.map(to_dict, num_parallel_calls=tf.data.AUTOTUNE)
    if augment:
        ds = ds.shuffle(BATCH_SIZE * 4, seed=11)
    ds = ds.batch(BATCH_SIZE, drop_remainder=augment)
    if augment:
        ds = ds.map(cut_mix_or_mix_up)
        ds = ds.map(lambda s: {**s, "images": rand_augment(s["images"], training=True)})
    return ds.map(prepare_for_training)


train_dataset = load(0, 320, augment=True)
test_dataset = load(320, 480, augment=False)
# What happens to a batch
batch = {"images": images[:4], "labels": tf.one_hot(labels[:4], NUM_CLASSES)}
mixed = cut_mix_or_mix_up(batch)
print("images:", mixed["images"].shape, "labels:", mixed["labels"].shape)
print(np.round(mixed["labels"], 3))
print("mean of the images:", np.round(np.mean(mixed["images"], axis=(1, 2, 3)), 3))

model = keras.Sequential(
    [
        keras.Input((24, 24, 3)),
        layers.Conv2D(16, 3, strides=2, activation="relu"),
        layers.Conv2D(32, 3, strides=2, activation="relu"),
        layers.GlobalMaxPooling2D(),
        layers.Dense(NUM_CLASSES, activation="softmax"),
    ]
)
model.compile(
    optimizer=keras.optimizers.AdamW(0.01, weight_decay=1e-4),
    loss=keras.losses.CategoricalCrossentropy(label_smoothing=0.1),
    metrics=["accuracy"],
)
train_dataset = train_dataset.prefetch(tf.data.AUTOTUNE)
model.fit(train_dataset, validation_data=test_dataset, epochs=3, verbose=2)
loss, accuracy = model.evaluate(test_dataset, verbose=0)
print(f"Test loss {loss:.4f}, accuracy {accuracy:.2%}")
