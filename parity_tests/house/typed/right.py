"""Programs that type checkers accept."""

from typing import Any

import numpy as np

import minikeras as keras
from minikeras import Sequential, autograd, layers, ops
from minikeras.callbacks import CSVLogger, EarlyStopping
from minikeras.layers import Dense, Input
from minikeras.optimizers.schedules import ExponentialDecay

x, y = np.zeros((8, 4), "float32"), np.zeros((8,), "int32")
keras.utils.set_random_seed(0)
keras.config.set_floatx("float32")
dense = Dense(8)
Dense(8, "relu")
Dense(units=8, activation=ops.tanh, use_bias=False, name="hidden")
Dense(4, kernel_initializer="he_normal", bias_initializer=keras.initializers.Zeros())
Dense(4, kernel_regularizer=keras.regularizers.L2(1e-3), kernel_constraint="max_norm")
layers.Conv2D(32, 3)
layers.Conv2D(32, (3, 3), strides=2, padding="same", activation="relu")
layers.Conv1D(filters=8, kernel_size=5, dilation_rate=2)
layers.Conv2DTranspose(8, 3, 2)
layers.DepthwiseConv2D(3, depth_multiplier=2)
layers.SeparableConv2D(16, 3)
layers.MaxPooling2D(2)
layers.MaxPooling2D(pool_size=(2, 2), strides=None, padding="valid")
layers.GlobalAveragePooling2D(keepdims=True)
layers.Dropout(0.5)
layers.Dropout(rate=0.5, seed=1)
layers.GaussianNoise(0.1)
layers.BatchNormalization(momentum=0.9)
layers.LayerNormalization(axis=-1, epsilon=1e-6)
layers.Embedding(100, 16, mask_zero=True)
layers.Flatten()
layers.Reshape((2, 2))
layers.ReLU(max_value=6.0)
layers.Activation("tanh")
layers.Lambda(lambda t: t * 2)
layers.Rescaling(1 / 255)
layers.Concatenate(axis=-1)
layers.Add()
layers.Dense(2, dtype="float64", trainable=False)
keras.optimizers.Adam()
keras.optimizers.Adam(1e-3)
keras.optimizers.Adam(learning_rate=1e-3, beta_1=0.8, clipnorm=1.0)
keras.optimizers.SGD(0.1, 0.9, True)
keras.optimizers.RMSprop(ExponentialDecay(0.1, 100, 0.9))
keras.optimizers.AdamW(weight_decay=0.01)
keras.optimizers.schedules.CosineDecay(0.1, 1000)
keras.losses.MeanSquaredError()
keras.losses.Huber(delta=2.0)
keras.losses.SparseCategoricalCrossentropy(from_logits=True)
keras.losses.BinaryCrossentropy(label_smoothing=0.1, reduction="sum")
keras.metrics.SparseCategoricalAccuracy("accuracy")
keras.metrics.AUC(num_thresholds=50)
keras.metrics.Mean(name="loss")
keras.initializers.RandomNormal(stddev=0.1, seed=1)
keras.initializers.GlorotUniform()
keras.regularizers.L1L2(l1=0.1, l2=0.1)
keras.constraints.MaxNorm(2)
EarlyStopping(monitor="val_loss", patience=3)
CSVLogger("log.csv", append=True)
model = Sequential([Input((4,)), Dense(16, "relu"), Dense(3, "softmax")])
model.add(Dense(3))
model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
model.compile(keras.optimizers.SGD(), keras.losses.Huber(), run_eagerly=True)
history = model.fit(x, y, epochs=2, batch_size=4, verbose=0, validation_split=0.25)
print(history.history["loss"][-1], model.evaluate(x, y), model.predict(x).shape)
inputs = keras.Input(shape=(4,))
functional = keras.Model(inputs, Dense(2)(inputs), name="small")
functional.summary()
total = ops.sum(ops.relu(ops.matmul(x, ops.transpose(x))), axis=-1, keepdims=True)
ops.numpy.add(x, x)
ops.nn.softmax(total)
with keras.GradientTape() as tape:
    loss = ops.mean(ops.square(dense(x)))
tape.gradient(loss, dense.trainable_variables)
v = keras.Variable(np.ones(3), name="v")
v.assign_add(np.ones(3))


class Scale(layers.Layer):
    """A layer of the user's, declared by fields."""

    factor: float = 2.0

    def call(self, inputs: Any) -> Any:
        return inputs * self.factor


Scale(3.0)
Scale(factor=3.0, name="scale")
print(model.layers[0].weights, model.input_shape, model.outputs, model.optimizer.learning_rate)
print(functional.inputs, functional.output_shape, functional.get_layer("small").count_params())
gradient = autograd.grad(ops.sum)(np.ones(2))
autograd.check_gradients(Dense(3, "tanh"), np.ones((2, 4)), tolerance=1e-5)
print(keras.optimizers.Adam().explain(zip([gradient], [v])), autograd.vjp(ops.tanh, 1.0)[1](1.0))
