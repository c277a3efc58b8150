"""Classification of sounds by their spectrograms: MelSpectrogram, tf.data, a small CNN.

The sounds are made here: tones, sweeps and noise of half a second.
"""

import numpy as np
import tensorflow as tf
from tensorflow.keras import layers, models

tf.random.set_seed(42)
np.random.seed(42)
tf.keras.utils.set_random_seed(42)
rate = 4000
t = np.arange(rate // 2) / rate


def sound(kind):
    start = np.random.uniform(200, 700)
    if kind == 0:
        wave = np.sin(2 * np.pi * start * t)
    elif kind == 1:
        wave = np.sin(2 * np.pi * (start + 800 * t) * t)
    else:
        wave = np.random.normal(0, 0.5, len(t))
    return (wave + np.random.normal(0, 0.05, len(t))).astype("float32")


label_names = np.array(["tone", "sweep", "noise"])
labels = np.arange(150) % 3
waves = np.stack([sound(kind) for kind in labels])
ds = tf.data.Dataset.from_tensor_slices((waves, labels)).shuffle(
    150, seed=1, reshuffle_each_iteration=False
)
train_ds, val_ds = ds.take(120).batch(16), ds.skip(120).batch(16)

for example_audio, example_labels in train_ds.take(1):
    print(example_audio.shape, example_labels.shape)
    print(label_names[example_labels.numpy()[:5]])

mel = layers.MelSpectrogram(
    fft_length=256, sequence_stride=64, sampling_rate=rate, num_mel_bins=24, max_freq=2000
)
spectrogram = mel(example_audio)
print("spectrogram", spectrogram.shape)


def make_spec_ds(ds):
    return ds.map(
        map_func=lambda audio, label: (mel(audio)[..., tf.newaxis], label),
        num_parallel_calls=tf.data.AUTOTUNE,
    )


train_spectrogram_ds = make_spec_ds(train_ds).cache().shuffle(20).prefetch(tf.data.AUTOTUNE)
val_spectrogram_ds = make_spec_ds(val_ds).cache().prefetch(tf.data.AUTOTUNE)
norm_layer = layers.Normalization(axis=None)
norm_layer.adapt(data=train_spectrogram_ds.map(map_func=lambda spec, label: spec))
model = models.Sequential(
    [
        layers.Input(shape=(*spectrogram.shape[1:], 1)),
        layers.Resizing(16, 16),
        norm_layer,
        layers.Conv2D(8, 3, activation="relu"),
        layers.MaxPooling2D(),
        layers.Dropout(0.25),
        layers.Flatten(),
        layers.Dense(16, activation="relu"),
        layers.Dense(3),
    ]
)
model.compile(
    optimizer=tf.keras.optimizers.Adam(),
    loss=tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True),
    metrics=["accuracy"],
)
model.fit(
    train_spectrogram_ds,
    validation_data=val_spectrogram_ds,
    epochs=3,
    callbacks=tf.keras.callbacks.EarlyStopping(verbose=1, patience=2),
)
results = model.evaluate(val_spectrogram_ds, return_dict=True, verbose=0)
print({name: round(value, 5) for name, value in results.items()})
y_pred = tf.argmax(model.predict(val_spectrogram_ds), axis=1)
y_true = tf.concat(list(val_spectrogram_ds.map(lambda s, lab: lab)), axis=0)
print(tf.math.confusion_matrix(y_true, y_pred).numpy())
