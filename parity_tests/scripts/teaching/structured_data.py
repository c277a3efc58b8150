"""Structured data: StringLookup, IntegerLookup, Normalization, tf.data of dicts; then FeatureSpace.

The table of patients is made here.
"""

import keras
import numpy as np
import pandas as pd
import tensorflow as tf
from keras import layers

keras.utils.set_random_seed(3)
rng = np.random.default_rng(0)
n = 240
dataframe = pd.DataFrame(
    {
        "age": rng.integers(29, 77, n),
        "sex": rng.integers(0, 2, n),
        "chol": rng.normal(245, 50, n).round(),
        "oldpeak": rng.exponential(1, n).round(1),
        "thal": rng.choice(["normal", "fixed", "reversible"], n),
    }
)
risk = (
    (dataframe["age"] - 55) / 10 + (dataframe["thal"] == "reversible") + dataframe["oldpeak"] - 1.2
)
dataframe["target"] = (risk + rng.normal(0, 0.5, n) > 0).astype(int)
print(dataframe.shape)
print(dataframe.head())

val_dataframe = dataframe.sample(frac=0.2, random_state=1337)
train_dataframe = dataframe.drop(val_dataframe.index)
print(f"Using {len(train_dataframe)} samples for training and {len(val_dataframe)} for validation")


def dataframe_to_dataset(dataframe):
    dataframe = dataframe.copy()
    labels = dataframe.pop("target")
    ds = tf.data.Dataset.from_tensor_slices((dict(dataframe), labels))
    return ds.shuffle(buffer_size=len(dataframe))


train_ds = dataframe_to_dataset(train_dataframe)
val_ds = dataframe_to_dataset(val_dataframe)
for x, y in train_ds.take(1):
    print("Input:", {name: value.numpy() for name, value in x.items()})
    print("Target:", y)
train_ds = train_ds.batch(32)
val_ds = val_ds.batch(32)


def encode_numerical_feature(feature, name, dataset):
    normalizer = layers.Normalization()
    feature_ds = dataset.map(lambda x, y: x[name])
    feature_ds = feature_ds.map(lambda x: tf.expand_dims(x, -1))
    normalizer.adapt(feature_ds)
    return normalizer(feature)


def encode_categorical_feature(feature, name, dataset, is_string):
    lookup_class = layers.StringLookup if is_string else layers.IntegerLookup
    lookup = lookup_class(output_mode="binary")
    feature_ds = dataset.map(lambda x, y: x[name])
    feature_ds = feature_ds.map(lambda x: tf.expand_dims(x, -1))
    lookup.adapt(feature_ds)
    print(name, lookup.get_vocabulary())
    return lookup(feature)


sex = keras.Input(shape=(1,), name="sex", dtype="int64")
thal = keras.Input(shape=(1,), name="thal", dtype="string")
age = keras.Input(shape=(1,), name="age")
chol = keras.Input(shape=(1,), name="chol")
all_inputs = [sex, thal, age, chol]
all_features = layers.concatenate(
    [
        encode_categorical_feature(sex, "sex", train_ds, False),
        encode_categorical_feature(thal, "thal", train_ds, True),
        encode_numerical_feature(age, "age", train_ds),
        encode_numerical_feature(chol, "chol", train_ds),
    ]
)
x = layers.Dense(16, activation="relu")(all_features)
x = layers.Dropout(0.5)(x)
output = layers.Dense(1, activation="sigmoid")(x)
model = keras.Model(all_inputs, output)
model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
model.fit(train_ds, epochs=2, validation_data=val_ds)

sample = {"age": 60, "sex": 1, "chol": 233.0, "thal": "fixed"}
input_dict = {name: tf.convert_to_tensor([value]) for name, value in sample.items()}
predictions = model.predict(input_dict)
print(f"This patient had a {100 * predictions[0][0]:.1f} percent probability of a heart disease")

feature_space = keras.utils.FeatureSpace(
    features={
        "sex": "integer_categorical",
        "thal": "string_categorical",
        "age": "float_discretized",
        "chol": "float_normalized",
        "oldpeak": "float_normalized",
    },
    crosses=[("thal", "sex")],
    crossing_dim=8,
    output_mode="concat",
)
train_ds_with_no_labels = train_ds.map(lambda x, _: x)
feature_space.adapt(train_ds_with_no_labels)
for x, _ in train_ds.take(1):
    preprocessed_x = feature_space(x)
    print("preprocessed_x.shape:", preprocessed_x.shape)
preprocessed_train_ds = train_ds.map(lambda x, y: (feature_space(x), y))
encoded_features = feature_space.get_encoded_features()
x = layers.Dense(16, activation="relu")(encoded_features)
predictions = layers.Dense(1, activation="sigmoid")(x)
training_model = keras.Model(inputs=encoded_features, outputs=predictions)
training_model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
training_model.fit(preprocessed_train_ds, epochs=2, verbose=2)
