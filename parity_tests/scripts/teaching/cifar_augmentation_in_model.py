"""CIFAR: augmentation layers inside the model, which are active in `fit` only.

A small network with batch normalization, a learning rate that decays, and the curves as a picture.
"""

import keras
import matplotlib.pyplot as plt
import numpy as np
from keras import layers

keras.utils.set_random_seed(1)

(x_train, y_train), (x_test, y_test) = keras.datasets.cifar100.load_data(label_mode="fine")
num_classes = len(np.unique(y_train))
print("Training data:", x_train.shape, y_train.shape, x_train.dtype)
print("Test data:", x_test.shape, y_test.shape)

plt.figure(figsize=(4, 4))
for i in range(9):
    plt.subplot(3, 3, i + 1)
    plt.imshow(x_train[i])
    plt.title(int(y_train[i, 0]))
    plt.axis("off")
plt.savefig("examples.png")
plt.close()

data_augmentation = keras.Sequential(
    [
        layers.RandomFlip("horizontal"),
        layers.RandomRotation(0.05),
        layers.RandomZoom(0.1),
        layers.RandomTranslation(0.1, 0.1),
        layers.RandomContrast(0.2),
    ],
    name="data_augmentation",
)


def make_model():
    inputs = keras.Input((32, 32, 3))
    x = data_augmentation(inputs)
    x = layers.Rescaling(1.0 / 255)(x)
    for filters in (16, 32):
        x = layers.Conv2D(filters, 3, padding="same", use_bias=False)(x)
        x = layers.BatchNormalization()(x)
        x = layers.ReLU()(x)
        x = layers.MaxPooling2D()(x)
    x = layers.GlobalAveragePooling2D()(x)
    x = layers.Dropout(0.2)(x)
    return keras.Model(inputs, layers.Dense(num_classes)(x), name="small_cnn")


model = make_model()
model.summary()

schedule = keras.optimizers.schedules.ExponentialDecay(0.01, decay_steps=20, decay_rate=0.9)
model.compile(
    optimizer=keras.optimizers.Adam(schedule),
    loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
    metrics=["accuracy", keras.metrics.SparseTopKCategoricalAccuracy(3, name="top-3")],
)
history = model.fit(
    x_train, y_train, batch_size=64, epochs=3, validation_data=(x_test, y_test), verbose=2
)

fig, (left, right) = plt.subplots(1, 2, figsize=(8, 3))
left.plot(history.history["loss"], label="training")
left.plot(history.history["val_loss"], label="validation")
left.set_title("loss")
left.legend()
right.plot(history.history["accuracy"], label="training")
right.plot(history.history["val_accuracy"], label="validation")
right.set_title("accuracy")
fig.savefig("curves.png")

results = model.evaluate(x_test, y_test, return_dict=True)
for name, value in results.items():
    print(f"{name}: {value:.4f}")

# The layers are random in training only.
image = x_test[:1]
same = np.array_equal(data_augmentation(image, training=False), image)
print("Left alone at inference:", same)
augmented = data_augmentation(image, training=True)
print("Mean before and after:", image.mean().round(3), np.asarray(augmented).mean().round(3))
