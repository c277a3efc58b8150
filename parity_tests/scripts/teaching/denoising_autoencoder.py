"""A convolutional autoencoder that takes the noise out of handwritten digits."""

import keras
import matplotlib.pyplot as plt
import numpy as np
from keras import layers
from keras.datasets import fashion_mnist
from keras.models import Model


def preprocess(array):
    """Normalizes the supplied array and reshapes it."""
    array = array.astype("float32") / 255.0
    array = np.reshape(array, (len(array), 28, 28, 1))
    return array


def noise(array):
    """Adds random noise to each image in the supplied array."""
    noise_factor = 0.4
    noisy_array = array + noise_factor * np.random.normal(loc=0.0, scale=1.0, size=array.shape)
    return np.clip(noisy_array, 0.0, 1.0)


def display(array1, array2, path):
    """Displays ten random images from each array."""
    n = 10
    indices = np.random.randint(len(array1), size=n)
    print("shown:", indices)
    plt.figure(figsize=(20, 4))
    for i, (image1, image2) in enumerate(zip(array1[indices, :], array2[indices, :])):
        ax = plt.subplot(2, n, i + 1)
        plt.imshow(image1.reshape(28, 28))
        plt.gray()
        ax.get_xaxis().set_visible(False)
        ax.get_yaxis().set_visible(False)
        plt.subplot(2, n, i + 1 + n)
        plt.imshow(image2.reshape(28, 28))
    plt.savefig(path)


keras.utils.set_random_seed(5)

# Since we only need images from the dataset to encode and decode, we
# won't use the labels.
(train_data, _), (test_data, _) = fashion_mnist.load_data()
train_data, test_data = preprocess(train_data), preprocess(test_data)
noisy_train_data, noisy_test_data = noise(train_data), noise(test_data)
display(train_data, noisy_train_data, "noisy.png")

input = layers.Input(shape=(28, 28, 1))

# Encoder
x = layers.Conv2D(8, (3, 3), activation="relu", padding="same")(input)
x = layers.MaxPooling2D((2, 2), padding="same")(x)
x = layers.Conv2D(8, (3, 3), activation="relu", padding="same")(x)
x = layers.MaxPooling2D((2, 2), padding="same")(x)

# Decoder
x = layers.Conv2DTranspose(8, (3, 3), strides=2, activation="relu", padding="same")(x)
x = layers.UpSampling2D((2, 2), interpolation="bilinear")(x)
x = layers.Conv2D(1, (3, 3), activation="sigmoid", padding="same")(x)

autoencoder = Model(input, x)
autoencoder.compile(optimizer="adam", loss="binary_crossentropy", metrics=["mse"])
autoencoder.summary()

autoencoder.fit(
    x=train_data,
    y=train_data,
    epochs=2,
    batch_size=64,
    shuffle=True,
    validation_data=(test_data, test_data),
)
autoencoder.fit(
    x=noisy_train_data,
    y=train_data,
    epochs=2,
    batch_size=64,
    shuffle=True,
    validation_data=(noisy_test_data, test_data),
)
predictions = autoencoder.predict(noisy_test_data)
print(predictions.shape, predictions.dtype)
print(f"error of the noise: {np.mean((noisy_test_data - test_data) ** 2):.4f}")
print(f"error that is left: {np.mean((predictions - test_data) ** 2):.4f}")
display(noisy_test_data, predictions, "denoised.png")

encoder = Model(input, autoencoder.layers[4].output)
codes = encoder.predict(noisy_test_data[:5], verbose=0)
print("codes:", codes.shape, np.round(codes.mean(axis=(1, 2, 3)), 4))
