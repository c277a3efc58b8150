"""A series in windows of tf.data: window, flat_map, shuffle, map; causal convolutions."""

import numpy as np
import tensorflow as tf

tf.keras.utils.set_random_seed(51)


def trend(time, slope=0):
    return slope * time


def seasonal_pattern(season_time):
    return np.where(season_time < 0.4, np.cos(season_time * 2 * np.pi), 1 / np.exp(3 * season_time))


def seasonality(time, period, amplitude=1, phase=0):
    season_time = ((time + phase) % period) / period
    return amplitude * seasonal_pattern(season_time)


def noise(time, noise_level=1, seed=None):
    rnd = np.random.RandomState(seed)
    return rnd.randn(len(time)) * noise_level


time = np.arange(500, dtype="float32")
series = (
    10 + trend(time, 0.05) + seasonality(time, period=73, amplitude=40) + noise(time, 5, seed=42)
)
split_time = 350
x_train, x_valid = series[:split_time], series[split_time:]
window_size = 20
batch_size = 16
shuffle_buffer_size = 100


def windowed_dataset(series, window_size, batch_size, shuffle_buffer):
    series = tf.expand_dims(series, axis=-1)
    ds = tf.data.Dataset.from_tensor_slices(series)
    ds = ds.window(window_size + 1, shift=1, drop_remainder=True)
    ds = ds.flat_map(lambda w: w.batch(window_size + 1))
    ds = ds.shuffle(shuffle_buffer)
    ds = ds.map(lambda w: (w[:-1], w[1:]))
    return ds.batch(batch_size).prefetch(1)


def model_forecast(model, series, window_size):
    ds = tf.data.Dataset.from_tensor_slices(series)
    ds = ds.window(window_size, shift=1, drop_remainder=True)
    ds = ds.flat_map(lambda w: w.batch(window_size))
    ds = ds.batch(32).prefetch(1)
    return model.predict(ds, verbose=0)


train_set = windowed_dataset(x_train, window_size, batch_size, shuffle_buffer_size)
for x, y in train_set.take(1):
    print("x =", x.numpy()[0, :3, 0], "y =", y.numpy()[0, :3, 0])
print(len(list(train_set)), "batches")

model = tf.keras.models.Sequential(
    [
        tf.keras.layers.Input(shape=[None, 1]),
        tf.keras.layers.Conv1D(
            filters=8, kernel_size=5, strides=1, padding="causal", activation="relu"
        ),
        tf.keras.layers.Conv1D(8, 5, dilation_rate=2, padding="causal", activation="relu"),
        tf.keras.layers.Dense(1),
        tf.keras.layers.Lambda(lambda x: x * 100.0),
    ]
)
lr_schedule = tf.keras.callbacks.LearningRateScheduler(lambda epoch: 1e-3 * 10 ** (epoch / 20))
optimizer = tf.keras.optimizers.SGD(learning_rate=1e-3, momentum=0.9)
model.compile(loss=tf.keras.losses.Huber(), optimizer=optimizer, metrics=["mae"])
history = model.fit(train_set, epochs=3, callbacks=[lr_schedule])
print([round(float(v), 6) for v in history.history["learning_rate"]])

forecast = model_forecast(model, series[..., np.newaxis], window_size)
forecast = forecast[split_time - window_size : -1, -1, 0]
print("MAE", np.mean(np.abs(forecast - x_valid)).round(3))
