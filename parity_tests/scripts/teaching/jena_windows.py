"""A forecast of temperature: timeseries_dataset_from_array, a naive baseline, Dense, Conv1D.

The measurements are made here: days and years as waves, with noise.
"""

import keras
import numpy as np
from keras import layers

keras.utils.set_random_seed(0)
rng = np.random.default_rng(1)
hours = np.arange(1500)
temperature = (
    10 + 8 * np.sin(hours / 24 * 2 * np.pi) + 5 * np.sin(hours / 600) + rng.normal(0, 1, 1500)
)
raw_data = np.stack(
    [temperature, 1000 - temperature + rng.normal(0, 2, 1500), rng.normal(0, 1, 1500)], 1
)

num_train_samples = int(0.5 * len(raw_data))
num_val_samples = int(0.25 * len(raw_data))
num_test_samples = len(raw_data) - num_train_samples - num_val_samples
print("num_train_samples:", num_train_samples)
print("num_val_samples:", num_val_samples)
print("num_test_samples:", num_test_samples)

mean = raw_data[:num_train_samples].mean(axis=0)
raw_data -= mean
std = raw_data[:num_train_samples].std(axis=0)
raw_data /= std

sampling_rate = 3
sequence_length = 8
delay = sampling_rate * (sequence_length + 4 - 1)
batch_size = 32


def dataset(start, end):
    return keras.utils.timeseries_dataset_from_array(
        raw_data[:-delay],
        targets=temperature[delay:],
        sampling_rate=sampling_rate,
        sequence_length=sequence_length,
        shuffle=True,
        batch_size=batch_size,
        seed=2,
        start_index=start,
        end_index=end,
    )


train_dataset = dataset(0, num_train_samples)
val_dataset = dataset(num_train_samples, num_train_samples + num_val_samples)
test_dataset = dataset(num_train_samples + num_val_samples, None)
for samples, targets in train_dataset:
    print("samples shape:", samples.shape)
    print("targets shape:", targets.shape)
    break


def evaluate_naive_method(dataset):
    total_abs_err = 0.0
    samples_seen = 0
    for samples, targets in dataset:
        preds = samples[:, -1, 0] * std[0] + mean[0]
        total_abs_err += np.sum(np.abs(preds - targets))
        samples_seen += samples.shape[0]
    return total_abs_err / samples_seen


print(f"Validation MAE: {evaluate_naive_method(val_dataset):.2f}")
print(f"Test MAE: {evaluate_naive_method(test_dataset):.2f}")

for name, layer in (
    ("dense", [layers.Flatten(), layers.Dense(16, activation="relu")]),
    ("conv", [layers.Conv1D(8, 3, activation="relu"), layers.GlobalAveragePooling1D()]),
):
    inputs = keras.Input(shape=(sequence_length, raw_data.shape[-1]))
    x = inputs
    for part in layer:
        x = part(x)
    outputs = layers.Dense(1)(x)
    model = keras.Model(inputs, outputs)
    callbacks = [keras.callbacks.ModelCheckpoint(f"jena_{name}.keras", save_best_only=True)]
    model.compile(optimizer="rmsprop", loss="mse", metrics=["mae"])
    history = model.fit(train_dataset, epochs=3, validation_data=val_dataset, callbacks=callbacks)
    model = keras.models.load_model(f"jena_{name}.keras")
    print(f"{name} test MAE: {model.evaluate(test_dataset)[1]:.2f}")
