"""Cats and dogs from a folder of files: one folder for each class, no labels in a table.

The pictures are drawn here: a cat has pointed ears, a dog has long ones.
"""

import os
import sys

import keras
import numpy as np
from keras import layers
from PIL import Image, ImageDraw

keras.utils.set_random_seed(1337)
folder = sys.argv[1] if len(sys.argv) > 1 else "PetImages"
image_size = (48, 48)
batch_size = 16


def draw(kind, rng):
    size = int(rng.integers(50, 80))
    colours = rng.integers(0, 255, (2, 3))
    picture = Image.new("RGB", (size, size + 6), tuple(map(int, colours[0])))
    pen, colour = ImageDraw.Draw(picture), tuple(map(int, colours[1]))
    x, y = rng.integers(15, size - 15, 2)
    pen.ellipse([x - 12, y - 10, x + 12, y + 14], fill=colour)
    for side in (-1, 1):
        if kind == "Cat":
            ear = [(x + side * 4, y - 8), (x + side * 12, y - 4), (x + side * 12, y - 18)]
            pen.polygon([tuple(map(int, point)) for point in ear], fill=colour)
        else:
            left, right = sorted((x + side * 10, x + side * 16))
            pen.ellipse([left, y - 6, right, y + 18], fill=colour)
    return picture


if not os.path.exists(folder):
    rng = np.random.default_rng(0)
    for kind in ("Cat", "Dog"):
        os.makedirs(os.path.join(folder, kind))
        for i in range(60):
            draw(kind, rng).save(os.path.join(folder, kind, f"{i}.png"))

train_ds, val_ds = keras.utils.image_dataset_from_directory(
    folder,
    validation_split=0.2,
    subset="both",
    seed=1337,
    image_size=image_size,
    batch_size=batch_size,
)
class_names = train_ds.class_names
print(class_names)
for images, labels in train_ds.take(1):
    print(images.shape, labels.numpy())
    print([class_names[int(label)] for label in labels[:3]])


def make_model(input_shape, num_classes):
    inputs = keras.Input(shape=input_shape)
    # Entry block
    x = layers.Rescaling(1.0 / 255)(inputs)
    x = layers.Conv2D(16, 3, strides=2, padding="same")(x)
    x = layers.BatchNormalization()(x)
    x = layers.Activation("relu")(x)
    previous_block_activation = x  # Set aside residual
    for size in [24, 32]:
        x = layers.Activation("relu")(x)
        x = layers.SeparableConv2D(size, 3, padding="same")(x)
        x = layers.BatchNormalization()(x)
        x = layers.MaxPooling2D(3, strides=2, padding="same")(x)
        # Project residual
        residual = layers.Conv2D(size, 1, strides=2, padding="same")(previous_block_activation)
        x = layers.add([x, residual])  # Add back residual
        previous_block_activation = x  # Set aside next residual
    x = layers.GlobalAveragePooling2D()(x)
    units = 1 if num_classes == 2 else num_classes
    x = layers.Dropout(0.25)(x)
    # We specify activation=None so as to return logits
    outputs = layers.Dense(units, activation=None)(x)
    return keras.Model(inputs, outputs)


model = make_model(input_shape=(*image_size, 3), num_classes=2)
print(model.count_params(), "parameters,", len(model.layers), "layers")

callbacks = [keras.callbacks.ModelCheckpoint("save_at_{epoch}.keras")]
model.compile(
    optimizer=keras.optimizers.Adam(3e-3),
    loss=keras.losses.BinaryCrossentropy(from_logits=True),
    metrics=[keras.metrics.BinaryAccuracy(name="acc")],
)
model.fit(train_ds, epochs=3, callbacks=callbacks, validation_data=val_ds)
print(sorted(file for file in os.listdir(".") if file.startswith("save_at")))

img = keras.utils.load_img(os.path.join(folder, "Cat", "7.png"), target_size=image_size)
img_array = keras.utils.img_to_array(img)
img_array = keras.ops.expand_dims(img_array, 0)  # Create batch axis
predictions = model.predict(img_array)
score = float(keras.ops.sigmoid(predictions[0][0]))
print(f"This image is {100 * (1 - score):.2f}% cat and {100 * score:.2f}% dog.")
