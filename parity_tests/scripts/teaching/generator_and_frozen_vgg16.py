"""ImageDataGenerator reads and augments files; VGG16, frozen, tells what they show.

Without a network there are no weights of ImageNet: `weights=None` gives random ones.
"""

import os

import numpy as np
from PIL import Image
from sklearn.datasets import load_digits
from tensorflow.keras import optimizers
from tensorflow.keras.applications.vgg16 import VGG16, preprocess_input
from tensorflow.keras.layers import Dense, Dropout, GlobalMaxPooling2D
from tensorflow.keras.models import Sequential
from tensorflow.keras.preprocessing.image import ImageDataGenerator
from tensorflow.keras.utils import set_random_seed

set_random_seed(0)

# Folders of pictures: three digits stand for three kinds of things
digits, labels = load_digits(n_class=3, return_X_y=True)
for part, chosen in (("train", slice(0, 24)), ("validation", slice(24, 36))):
    for number, name in enumerate(("zeros", "ones", "twos")):
        folder = os.path.join("data", part, name)
        os.makedirs(folder)
        for i, digit in enumerate(digits[labels == number][chosen]):
            picture = Image.fromarray((digit.reshape(8, 8) * 15).astype("uint8"))
            picture.resize((40, 40)).convert("RGB").save(os.path.join(folder, f"{i:02}.png"))

train_datagen = ImageDataGenerator(
    preprocessing_function=preprocess_input,
    rotation_range=20,
    width_shift_range=0.1,
    height_shift_range=0.1,
    shear_range=0.1,
    zoom_range=0.1,
    horizontal_flip=True,
    fill_mode="nearest",
)
# Note that the validation data should not be augmented!
test_datagen = ImageDataGenerator(preprocessing_function=preprocess_input)

train_generator = train_datagen.flow_from_directory(
    "data/train", target_size=(32, 32), batch_size=12, class_mode="categorical", seed=42
)
validation_generator = test_datagen.flow_from_directory(
    "data/validation", target_size=(32, 32), batch_size=12, class_mode="categorical", shuffle=False
)
print(train_generator.class_indices)
print(train_generator.samples, "samples in", len(train_generator), "batches")

conv_base = VGG16(weights=None, include_top=False, input_shape=(32, 32, 3))
conv_base.trainable = False
model = Sequential([conv_base, GlobalMaxPooling2D(), Dropout(0.1), Dense(3, activation="softmax")])
print("This is the number of trainable weights:", len(model.trainable_weights))
model.compile(
    loss="categorical_crossentropy",
    optimizer=optimizers.RMSprop(learning_rate=0.02),
    metrics=["acc"],
)
model.summary()

history = model.fit(
    train_generator,
    steps_per_epoch=train_generator.samples // train_generator.batch_size,
    epochs=2,
    validation_data=validation_generator,
    verbose=2,
)
print({key: np.round(value, 4).tolist() for key, value in history.history.items()})

validation_generator.reset()
predicted = np.argmax(model.predict(validation_generator, verbose=0), axis=1)
print("predicted:", predicted[:12])
print("right:    ", validation_generator.classes[:12])
print(validation_generator.filenames[:2])
