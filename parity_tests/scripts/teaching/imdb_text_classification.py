"""Text classification from scratch: reviews in folders, TextVectorization, Embedding, Conv1D.

The reviews are written here from a few words, one folder for each class, as in aclImdb.
"""

import os
import re
import string
import sys

import keras
import numpy as np
import tensorflow as tf
from keras import layers

keras.utils.set_random_seed(1337)
folder = sys.argv[1] if len(sys.argv) > 1 else "aclImdb"

if not os.path.exists(folder):
    rng = np.random.default_rng(0)
    words = {
        "pos": ["great", "moving", "Brilliant", "funny"],
        "neg": ["dull", "Awful", "boring", "weak"],
    }
    usual = [
        "the",
        "film",
        "was",
        "a",
        "story",
        "of",
        "actors,",
        "music",
        "and",
        "(some)",
        "scenes",
        "...",
        "it's",
        "<br",
        "/>",
        "I",
        "think",
    ]
    for part, count in (("train", 80), ("test", 30)):
        for kind, own in words.items():
            os.makedirs(os.path.join(folder, part, kind))
            for i in range(count):
                chosen = [
                    str(rng.choice(own if rng.random() < 0.25 else usual))
                    for _ in range(rng.integers(12, 40))
                ]
                with open(os.path.join(folder, part, kind, f"{i}.txt"), "w") as file:
                    file.write(" ".join(chosen) + "!")

batch_size = 16
raw_train_ds, raw_val_ds = keras.utils.text_dataset_from_directory(
    os.path.join(folder, "train"),
    batch_size=batch_size,
    validation_split=0.2,
    subset="both",
    seed=1337,
)
raw_test_ds = keras.utils.text_dataset_from_directory(
    os.path.join(folder, "test"), batch_size=batch_size
)
print(f"Number of batches in raw_train_ds: {raw_train_ds.cardinality()}")
print(f"Number of batches in raw_val_ds: {raw_val_ds.cardinality()}")
print(f"Number of batches in raw_test_ds: {raw_test_ds.cardinality()}")
for text_batch, label_batch in raw_train_ds.take(1):
    for i in range(3):
        print(text_batch.numpy()[i])
        print(label_batch.numpy()[i])


def custom_standardization(input_data):
    lowercase = tf.strings.lower(input_data)
    stripped_html = tf.strings.regex_replace(lowercase, "<br />", " ")
    return tf.strings.regex_replace(stripped_html, f"[{re.escape(string.punctuation)}]", "")


max_features = 60
embedding_dim = 16
sequence_length = 30
vectorize_layer = keras.layers.TextVectorization(
    standardize=custom_standardization,
    max_tokens=max_features,
    output_mode="int",
    output_sequence_length=sequence_length,
)
text_ds = raw_train_ds.map(lambda x, y: x)
vectorize_layer.adapt(text_ds)
print(vectorize_layer.get_vocabulary()[:12])


def vectorize_text(text, label):
    text = tf.expand_dims(text, -1)
    return vectorize_layer(text), label


train_ds = raw_train_ds.map(vectorize_text)
val_ds = raw_val_ds.map(vectorize_text)
test_ds = raw_test_ds.map(vectorize_text)
train_ds = train_ds.cache().prefetch(buffer_size=10)
val_ds = val_ds.cache().prefetch(buffer_size=10)
test_ds = test_ds.cache().prefetch(buffer_size=10)

inputs = keras.Input(shape=(None,), dtype="int64")
x = layers.Embedding(max_features, embedding_dim)(inputs)
x = layers.Dropout(0.5)(x)
x = layers.Conv1D(16, 5, padding="valid", activation="relu", strides=2)(x)
x = layers.GlobalMaxPooling1D()(x)
x = layers.Dense(16, activation="relu")(x)
x = layers.Dropout(0.5)(x)
predictions = layers.Dense(1, activation="sigmoid", name="predictions")(x)
model = keras.Model(inputs, predictions)
model.compile(loss="binary_crossentropy", optimizer="adam", metrics=["accuracy"])
model.fit(train_ds, validation_data=val_ds, epochs=3)
model.evaluate(test_ds)

# A model that takes strings
inputs = keras.Input(shape=(1,), dtype="string")
indices = vectorize_layer(inputs)
outputs = model(indices)
end_to_end_model = keras.Model(inputs, outputs)
end_to_end_model.compile(loss="binary_crossentropy", optimizer="adam", metrics=["accuracy"])
end_to_end_model.evaluate(raw_test_ds)
