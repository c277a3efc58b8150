"""Grad-CAM: which part of an image made the network decide?

The gradient of the winning class with respect to the last convolution weights its channels.
"""

import matplotlib
import matplotlib.pyplot as plt
import numpy as np
import tensorflow as tf
from tensorflow import keras

keras.utils.set_random_seed(7)

(x_train, y_train), (x_test, y_test) = keras.datasets.mnist.load_data()
x_train = x_train[..., np.newaxis].astype("float32") / 255.0
x_test = x_test[..., np.newaxis].astype("float32") / 255.0

last_conv_layer_name = "last_conv"
inputs = keras.Input((28, 28, 1))
x = keras.layers.Conv2D(8, 3, activation="relu")(inputs)
x = keras.layers.MaxPooling2D(2)(x)
x = keras.layers.Conv2D(16, 3, activation="relu", name=last_conv_layer_name)(x)
x = keras.layers.GlobalAveragePooling2D()(x)
model = keras.Model(inputs, keras.layers.Dense(10, activation="softmax")(x))
model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
model.optimizer.learning_rate.assign(0.02)
model.fit(x_train, y_train, batch_size=32, epochs=3)


def make_gradcam_heatmap(img_array, model, last_conv_layer_name, pred_index=None):
    # First, we create a model that maps the input image to the activations
    # of the last conv layer as well as the output predictions
    grad_model = keras.models.Model(
        model.inputs, [model.get_layer(last_conv_layer_name).output, model.output]
    )
    # Then, we compute the gradient of the top predicted class for our input image
    # with respect to the activations of the last conv layer
    with tf.GradientTape() as tape:
        last_conv_layer_output, preds = grad_model(img_array)
        if pred_index is None:
            pred_index = tf.argmax(preds[0])
        class_channel = preds[:, pred_index]
    # This is the gradient of the output neuron with regard to
    # the output feature map of the last conv layer
    grads = tape.gradient(class_channel, last_conv_layer_output)
    # This is a vector where each entry is the mean intensity of the gradient
    # over a specific feature map channel
    pooled_grads = tf.reduce_mean(grads, axis=(0, 1, 2))
    # We multiply each channel in the feature map array
    # by "how important this channel is" then sum all the channels
    last_conv_layer_output = last_conv_layer_output[0]
    heatmap = last_conv_layer_output @ pooled_grads[..., tf.newaxis]
    heatmap = tf.squeeze(heatmap)
    # For visualization purpose, we will also normalize the heatmap between 0 & 1
    heatmap = tf.maximum(heatmap, 0) / tf.math.reduce_max(heatmap)
    return heatmap.numpy()


img_array = x_test[:1]
model.layers[-1].activation = None  # Remove last layer's softmax
preds = model.predict(img_array)
print("Predicted:", int(np.argmax(preds[0])), "label:", int(y_test[0]))

heatmap = make_gradcam_heatmap(img_array, model, last_conv_layer_name)
print(heatmap.shape, heatmap.dtype, heatmap.max())
print(np.round(heatmap[::2, ::2], 4))
print("sharpest pixel:", np.unravel_index(heatmap.argmax(), heatmap.shape))

# Superimpose the heatmap on the original image
heatmap = np.uint8(255 * heatmap)
jet = matplotlib.colormaps["jet"]
jet_heatmap = jet(np.arange(256))[:, :3][heatmap]
jet_heatmap = keras.utils.array_to_img(jet_heatmap).resize((28, 28))
superimposed = keras.utils.img_to_array(jet_heatmap) * 0.4 + img_array[0] * 255
keras.utils.array_to_img(superimposed).save("cam.png")
plt.matshow(heatmap)
plt.savefig("heatmap.png")
print("mean of the picture:", round(float(superimposed.mean()), 3))

for index in (0, 5):
    other = make_gradcam_heatmap(img_array, model, last_conv_layer_name, pred_index=index)
    print(f"class {index}: mean {other.mean():.4f}")
