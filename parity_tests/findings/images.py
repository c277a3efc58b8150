"""Defects of layers that change images, and of what belongs to images: boxes, masks and labels."""

from __future__ import annotations

from parity_tests.findings.finding import Finding


def boxes(layer: str, box: str, size: str = "(1, 10, 10, 3)") -> str:
    """A program that prints what a layer makes of one box, in training."""
    return f"""
import keras, numpy as np
layer = keras.layers.{layer}
boxes = {{"boxes": np.float32([[{box}]]), "labels": np.zeros((1, 1))}}
data = {{"images": np.zeros({size}, "float32"), "bounding_boxes": boxes}}
box = np.array(layer(data, training=True)["bounding_boxes"]["boxes"])[0, 0]
"""


WITH_LABELS = """
import keras, numpy as np
data = {"images": np.zeros((2, 8, 8, 3), "float32"), "labels": np.eye(2, dtype="float32")}
"""
EVERY = "tensorflow jax torch minikeras"

FINDINGS = (
    Finding(
        title="RandomRotation takes boxes of any format for corners",
        code=boxes('RandomRotation(0.0, bounding_box_format="xywh")', "[2, 3, 4, 5]")
        + "print(box.tolist())\n",
        wrong={EVERY: "[2.0, 3.0, 2.0, 2.0]"},
        right="[2.0, 3.0, 4.0, 5.0]",
        why="""
A turn by 0 degrees changes nothing. The numbers are read as the corners (2, 3) and (4, 5), whatever
`bounding_box_format` says; only the result is brought to that format.
""",
        proof="print([2.0, 3.0, 4.0, 5.0])",
        place="minikeras/layers/preprocessing/images/geometry.py",
    ),
    Finding(
        title="RandomPerspective returns corners for boxes of any format",
        code=boxes('RandomPerspective(0.0, bounding_box_format="xywh")', "[2, 3, 4, 5]")
        + "print(box.tolist())\n",
        wrong={EVERY: "[2.0, 3.0, 6.0, 8.0]"},
        right="[2.0, 3.0, 4.0, 5.0]",
        why="""
With the factor 0 no image changes, so the box stays (2, 3) with the size (4, 5). The result is not
brought back from the format in which the layer computes.
""",
        proof="print([2.0, 3.0, 4.0, 5.0])",
        place="minikeras/layers/preprocessing/images/bending.py",
    ),
    Finding(
        title="RandomFlip leaves boxes beyond the image",
        code=boxes('RandomFlip(bounding_box_format="xyxy")', "[-5, 2.5, 15, 7.5]")
        + "print(box.tolist())\n",
        wrong={EVERY: "[0.0, 2.5, 15.0, 7.5]"},
        right="[0.0, 2.5, 10.0, 7.5]",
        why="""
The box lies in the middle of an image of 10 pixels, so a flip does not move it; what is left of the
image is cut off, but not what is right of it. The layer computes with parts of the image, from 0 to
1, and cuts these off at 10.
""",
        proof="print([max(-5.0, 0.0), 2.5, min(15.0, 10.0), 7.5])",
        place="minikeras/layers/preprocessing/images/geometry.py",
    ),
    Finding(
        title="RandomCrop leaves boxes beyond what it cuts out",
        code=boxes(
            'RandomCrop(4, 4, bounding_box_format="xyxy", seed=1)',
            "[0, 0, 5, 99]",
            "(1, 99, 5, 3)",
        )
        + "print(bool((box <= 4).all()))\n",
        wrong={EVERY: "False"},
        right="True",
        why="""
The box is the whole image of 5 × 99 pixels, and the result has 4 × 4. The layer subtracts the place
of the crop from the corners, the row from x and the column from y, and sees to it that no number
is negative, but not that none is too large.
""",
        proof="print(True)",
        place="minikeras/layers/preprocessing/images/cropping.py",
    ),
    Finding(
        title="RandomCrop cuts masks outside of training, and no images",
        code="""
import keras, numpy as np
data = {"images": np.zeros((1, 9, 9, 3), "float32")}
data["segmentation_masks"] = np.zeros((1, 9, 9, 1), "float32")
data = keras.layers.RandomCrop(4, 4)(data, training=False)
print(tuple(data["images"].shape), tuple(data["segmentation_masks"].shape))
""",
        wrong={EVERY: "(1, 9, 9, 3) (1, 4, 4, 1)"},
        right="(1, 9, 9, 3) (1, 9, 9, 1)",
        why="""
A mask belongs to an image pixel by pixel. The method for masks calls the one for images without
`training`, whose default is True. (The shape that the layer promises is that of a cut image.)
""",
        proof="print((1, 9, 9, 3), (1, 9, 9, 1))",
        place="minikeras/layers/preprocessing/images/cropping.py",
    ),
    Finding(
        title="MixUp mixes masks with single pixels",
        code="""
import keras, numpy as np
data = {"images": np.zeros((2, 8, 8, 3), "float32")}
data["segmentation_masks"] = np.zeros((2, 8, 8, 1), "float32")
print(tuple(keras.layers.MixUp()(data, training=True)["segmentation_masks"].shape))
""",
        wrong={EVERY: "(2, 8, 8, 2)"},
        right="(2, 8, 8, 1)",
        why="""
The other masks are taken without an axis: image k is mixed with the k-th number of all masks. So
there are as many channels as images, where the shapes fit at all.
""",
        proof="print((2, 8, 8, 1))",
        place="minikeras/layers/preprocessing/images/mixing.py",
    ),
    Finding(
        title="MixUp gives the labels of boxes to other images",
        code="""
import keras, numpy as np
boxes = {"boxes": np.zeros((2, 3, 4), "float32"), "labels": np.zeros((2, 3), "float32")}
data = {"images": np.zeros((2, 8, 8, 3), "float32"), "bounding_boxes": boxes}
boxes = keras.layers.MixUp(bounding_box_format="xyxy")(data, training=True)["bounding_boxes"]
print(tuple(boxes["boxes"].shape), tuple(boxes["labels"].shape))
""",
        wrong={EVERY: "(2, 6, 4) (4, 3)"},
        right="(2, 6, 4) (2, 6)",
        why="""
Two images with 6 boxes each have 6 labels each. The boxes are joined along the boxes, their labels
along the images.
""",
        proof="print((2, 6, 4), (2, 6))",
        place="minikeras/layers/preprocessing/images/mixing.py",
    ),
    Finding(
        title="MixUp fails with labels in mixed precision",
        code=WITH_LABELS
        + """
layer = keras.layers.MixUp(dtype="mixed_float16")
print(tuple(layer(data, training=True)["labels"].shape))
""",
        wrong={"tensorflow": "InvalidArgumentError"},
        right="(2, 2)",
        why="""
The labels become float16 like the images, and are multiplied by a weight that is float32.
TensorFlow multiplies no numbers of two dtypes.
""",
        place="minikeras/layers/preprocessing/images/mixing.py",
    ),
    Finding(
        title="RandomContrast fails with images of whole numbers",
        code="""
import keras, numpy as np
images = np.full((1, 8, 8, 3), 100, "uint8")
print(float(np.array(keras.layers.RandomContrast(0.5)(images, training=True)).mean()))
""",
        wrong={"tensorflow": "InvalidArgumentError"},
        right="100.0",
        why="""
All pixels are equal to their mean. Files of images hold whole numbers from 0 to 255, which is the
range of values that the layer expects; its relatives, such as `RandomBrightness`, take them.
""",
        place="minikeras/layers/preprocessing/images/colours.py",
    ),
    Finding(
        title="RandomGrayscale fails with dictionaries",
        code=WITH_LABELS
        + """
print(sorted(keras.layers.RandomGrayscale()(data, training=True)))
""",
        wrong={"tensorflow jax torch": "AttributeError"},
        right="['images', 'labels']",
        why="""
"'dict' object has no attribute 'shape'": the layer looks for the images in the wrong place.
Others, such as `RandomInvert`, take dictionaries of images and labels.
""",
        place="minikeras/layers/preprocessing/images/colours.py",
    ),
    Finding(
        title="Adaptive histogram equalization fails with labels",
        code=WITH_LABELS
        + """
layer = keras.layers.ContrastLimitedAdaptiveHistogramEqualization()
print(sorted(layer(data, training=True)))
""",
        wrong={"tensorflow jax torch": "NotImplementedError"},
        right="['images', 'labels']",
        why="""
The layer does not say what becomes of labels, boxes and masks, which it does not change.
`Equalization` passes them on.
""",
        place="minikeras/layers/preprocessing/images/tiles.py",
    ),
    Finding(
        title="RandomElasticTransform makes all images of a batch the first one",
        code="""
import keras, numpy as np
images = np.float32([10, 20]).reshape(2, 1, 1, 1) * np.ones((1, 8, 8, 1), "float32")
data = keras.utils.timeseries_dataset_from_array(images, None, 1, batch_size=2)
layer = keras.layers.RandomElasticTransform(factor=(1.0, 1.0))
batch = next(iter(data.map(lambda x: layer(x[:, 0], training=True))))
print(np.round(np.array(batch).mean((1, 2, 3))).tolist())
""",
        wrong={"tensorflow jax torch": "[10.0, 10.0]"},
        right="[10.0, 20.0]",
        why="""
An image of one colour keeps it, however it is bent. In the function of `Dataset.map` the size of
the batch is not known, and 1 is taken for it: one image is bent and then stands for all.
""",
        proof="print([10.0, 20.0])",
        place="minikeras/layers/preprocessing/images/bending.py",
    ),
    Finding(
        title="Equalization makes a histogram of the whole batch",
        code="""
import keras, numpy as np
dark = np.arange(16, dtype="float32").reshape(1, 4, 4, 1)
layer = keras.layers.Equalization()
alone, both = layer(dark), layer(np.concatenate([dark, dark + 200]))
print(float(np.array(alone).max()), float(np.array(both)[0].max()))
""",
        wrong={EVERY: "255.0 123.0"},
        right="255.0 255.0",
        why="""
What becomes of an image depends on the others of its batch: beside a bright image, a dark one stays
dark. The histogram counts the pixels of all of them.
""",
        proof="""
pixels = range(16)  # each once, so that they are spread evenly
print(*[max(255.0 * (p - min(pixels)) / (len(pixels) - 1) for p in pixels)] * 2)
""",
        place="minikeras/layers/preprocessing/images/tones.py",
    ),
    Finding(
        title="Equalization is lost in a functional model",
        code="""
import keras, numpy as np
inputs = keras.Input((4, 4, 1))
outputs = keras.layers.Identity()(keras.layers.Equalization()(inputs))
model = keras.Model(inputs, outputs)
dark = np.arange(16, dtype="float32").reshape(1, 4, 4, 1)
print(float(np.array(model(dark, training=True)).max()))
""",
        wrong={"tensorflow jax torch": "15.0"},
        right="255.0",
        why="""
The darkest of 16 values becomes 0 and the brightest 255. Called symbolically, the layer returns its
input itself, so the next layer gets what the model gets. As the last layer it is an error: the
tensor "is part of a cycle".
""",
        proof="print(255.0)",
        place="minikeras/layers/preprocessing/images/tones.py",
    ),
    Finding(
        title="AutoContrast ignores channels_first",
        code="""
import keras, numpy as np
x = np.float32([0, 100, 50, 200])
for data_format, shape in (("channels_last", (1, 2, 2, 1)), ("channels_first", (1, 1, 2, 2))):
    y = keras.layers.AutoContrast(data_format=data_format)(x.reshape(shape))
    print(np.array(y).ravel().tolist())
""",
        wrong={EVERY: "[0.0, 127.5, 63.75, 255.0]\n[0.0, 0.0, 255.0, 255.0]"},
        right="[0.0, 127.5, 63.75, 255.0]\n[0.0, 127.5, 63.75, 255.0]",
        why="""
The image is the same in both layouts. The lowest and the highest value are taken over the first two
axes behind the batch: over channels and rows, for each column.
""",
        proof="""
for _ in range(2):
    print([255 * pixel / 200 for pixel in (0.0, 100.0, 50.0, 200.0)])
""",
        place="minikeras/layers/preprocessing/images/tones.py",
    ),
    Finding(
        title="Kernels of gaussian_blur that are not square are scrambled",
        code="""
import keras, numpy as np
x = np.zeros((1, 7, 7, 1), "float32")
x[0, 3, 3] = 1
y = np.array(keras.ops.image.gaussian_blur(x, (3, 5), (1.0, 1.0)))
print(bool(np.allclose(y, y[:, :, ::-1])))
""",
        wrong={"tensorflow minikeras": "False", "torch": "RuntimeError"},
        right="True",
        why="""
A Gaussian around a point is the same to its left and to its right. Keras makes an array of 5 × 3
numbers and reads it as 3 × 5; with torch the result does not fit. So it is in
`RandomGaussianBlur(kernel_size=(3, 5))`.
""",
        proof="""
import numpy as np
i, j = np.mgrid[-1:2, -2:3]
y = np.exp(-(i**2 + j**2) / 2)
print(bool(np.allclose(y, y[:, ::-1])))
""",
        place="minikeras/ops/filters.py",
    ),
    Finding(
        title="The config of RandomShear makes no layer",
        code="""
import keras
layer = keras.layers.RandomShear(x_factor=0.2)
print(type(keras.layers.RandomShear.from_config(layer.get_config())).__name__)
""",
        wrong={"tensorflow jax torch": "TypeError", "minikeras": "ValueError"},
        right="RandomShear",
        why="""
The config holds the range (−0.2, 0.2), which the constructor makes of 0.2 and does not accept
itself. So a model with such a layer is saved, but cannot be loaded.
""",
        place="minikeras/layers/preprocessing/images/geometry.py",
    ),
    Finding(
        title="The configs of two image layers forget an argument",
        code="""
import keras
layers = keras.layers
print("fill_value" in layers.MaxNumBoundingBoxes(3, fill_value=0).get_config())
print("seed" in layers.RandomGrayscale(seed=7).get_config())
""",
        wrong={"tensorflow jax torch minikeras": "False\nFalse"},
        right="True\nTrue",
        why="""
A copy fills in −1 instead of 0, or draws other numbers.
""",
        proof="print(True)\nprint(True)",
        place="minikeras/layers/preprocessing/images/tiles.py",
    ),
)
