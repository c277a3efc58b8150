"""A model of characters writes text: StringLookup, tf.data of sequences, a callback samples."""

import numpy as np
import tensorflow as tf

tf.keras.utils.set_random_seed(11)
text = (
    "First Citizen:\nBefore we proceed any further, hear me speak.\n\nAll:\nSpeak, speak.\n\n"
    "First Citizen:\nYou are all resolved rather to die than to famish?\n\n"
    "All:\nResolved. resolved.\n\n"
) * 6
print(f"Length of text: {len(text)} characters")
vocab = sorted(set(text))
print(f"{len(vocab)} unique characters")

chars = tf.strings.unicode_split("abc xyz", input_encoding="UTF-8")
print(chars)
ids_from_chars = tf.keras.layers.StringLookup(vocabulary=list(vocab), mask_token=None)
chars_from_ids = tf.keras.layers.StringLookup(
    vocabulary=ids_from_chars.get_vocabulary(), invert=True, mask_token=None
)
ids = ids_from_chars(chars)
print(ids)
print(tf.strings.reduce_join(chars_from_ids(ids), axis=-1).numpy())

all_ids = ids_from_chars(tf.strings.unicode_split(text, "UTF-8"))
ids_dataset = tf.data.Dataset.from_tensor_slices(all_ids)
for one in ids_dataset.take(5):
    print(chars_from_ids(one).numpy().decode("utf-8"))

seq_length = 30
sequences = ids_dataset.batch(seq_length + 1, drop_remainder=True)
for seq in sequences.take(1):
    print(chars_from_ids(seq))


def split_input_target(sequence):
    return sequence[:-1], sequence[1:]


dataset = sequences.map(split_input_target)
dataset = dataset.shuffle(100).batch(8, drop_remainder=True).prefetch(tf.data.experimental.AUTOTUNE)
print(dataset.element_spec)


class TextModel(tf.keras.Model):
    def __init__(self, vocab_size, embedding_dim, filters):
        super().__init__()
        self.embedding = tf.keras.layers.Embedding(vocab_size, embedding_dim)
        self.convolutions = [
            tf.keras.layers.Conv1D(
                filters, 3, dilation_rate=rate, padding="causal", activation="relu"
            )
            for rate in (1, 2, 4)
        ]
        self.dense = tf.keras.layers.Dense(vocab_size)

    def call(self, inputs, training=False):
        x = self.embedding(inputs, training=training)
        for convolution in self.convolutions:
            x = convolution(x)
        return self.dense(x, training=training)


class Sampler(tf.keras.callbacks.Callback):
    def __init__(self, start, count):
        super().__init__()
        self.start, self.count = start, count

    def on_epoch_end(self, epoch, logs=None):
        ids = ids_from_chars(tf.strings.unicode_split(self.start, "UTF-8"))[tf.newaxis]
        written = [self.start]
        for _ in range(self.count):
            logits = self.model(ids)
            next_ids = tf.random.categorical(logits[:, -1, :] / 0.8, num_samples=1)
            ids = tf.concat([ids, next_ids], axis=1)
            written.append(chars_from_ids(next_ids[0])[0].numpy().decode())
        print(f"\nepoch {epoch}: {''.join(written)!r}")


vocab_size = len(ids_from_chars.get_vocabulary())
model = TextModel(vocab_size, embedding_dim=16, filters=32)
for input_example_batch, target_example_batch in dataset.take(1):
    example_batch_predictions = model(input_example_batch)
    print(target_example_batch.shape)
    print(example_batch_predictions.shape, "# (batch_size, sequence_length, vocab_size)")
loss = tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True)
example_batch_mean_loss = loss(target_example_batch, example_batch_predictions)
print("Mean loss:", float(example_batch_mean_loss))
model.compile(optimizer="adam", loss=loss)
history = model.fit(dataset, epochs=2, callbacks=[Sampler("First", 20)])
print(np.round(history.history["loss"], 4))
