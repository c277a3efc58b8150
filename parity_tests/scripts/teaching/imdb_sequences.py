"""Reviews as sequences of word numbers: pad_sequences, Embedding, convolutions over time."""

import numpy as np
from tensorflow import keras
from tensorflow.keras import layers
from tensorflow.keras.preprocessing import sequence

keras.utils.set_random_seed(7)
max_features = 200  # Only consider the most frequent words
maxlen = 40

(x_train, y_train), (x_val, y_val) = keras.datasets.imdb.load_data(num_words=max_features)
print(len(x_train), "Training sequences")
print(len(x_val), "Validation sequences")
word_index = keras.datasets.imdb.get_word_index()
reverse_word_index = {value: key for key, value in word_index.items()}
print(" ".join(reverse_word_index.get(i - 3, "?") for i in x_train[0][:10]))
print("average length", round(float(np.mean([len(x) for x in x_train])), 2))

x_train = sequence.pad_sequences(x_train, maxlen=maxlen)
x_val = sequence.pad_sequences(x_val, maxlen=maxlen, padding="post", truncating="post")
print(x_train.shape, x_val[0][:8])

inputs = keras.Input(shape=(None,), dtype="int32")
x = layers.Embedding(max_features, 16)(inputs)
x = layers.SeparableConv1D(16, 5, activation="relu")(x)
x = layers.MaxPooling1D(3)(x)
x = layers.Conv1D(16, 3, activation="relu")(x)
x = layers.GlobalMaxPooling1D()(x)
outputs = layers.Dense(1, activation="sigmoid")(x)
model = keras.Model(inputs, outputs)
model.summary()

model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
history = model.fit(
    x_train, y_train, batch_size=32, epochs=2, validation_data=(x_val, y_val), verbose=2
)
print({key: [round(v, 4) for v in values] for key, values in history.history.items()})
