"""Defects with text, categories, tables and signals, and of one architecture."""

from __future__ import annotations

from parity_tests.findings.finding import Finding
from parity_tests.findings.gradients import gradient

FINDINGS = (
    Finding(
        title="A padded TextVectorization with tf_idf cannot be loaded",
        code="""
import keras
how = {"max_tokens": 9, "output_mode": "tf_idf", "pad_to_max_tokens": True}
layer = keras.layers.TextVectorization(**how)
layer.adapt(["a b", "b c"])
model = keras.Sequential([keras.Input((1,), dtype="string"), layer])
model.save("model.keras")
print(type(keras.models.load_model("model.keras")).__name__)
""",
        wrong={"tensorflow jax torch": "ValueError"},
        right="Sequential",
        why="""
"len(idf_weights) is 9; len(vocabulary) is 4": the weights are saved with their padding, and the
loader compares them with the vocabulary without it.
""",
        place="minikeras/layers/preprocessing/vocabulary_layer.py",
    ),
    Finding(
        title="A FeatureSpace with given boundaries cannot adapt",
        code="""
import keras, numpy as np
feature = keras.utils.FeatureSpace.float_discretized(None, bin_boundaries=[0.0, 1.0])
space = keras.utils.FeatureSpace({"x": feature})
space.adapt({"x": np.float32([0.5])})
print(tuple(space({"x": np.float32([0.5])}).shape))
""",
        wrong={"tensorflow jax torch": "ValueError"},
        right="(1, 3)",
        why="""
The feature takes boundaries in place of a number of bins. "Cannot adapt a Discretization
layer that has been initialized with `bin_boundaries`": `adapt`, without which a FeatureSpace cannot
be called, adapts every layer that could be adapted. Three intervals have two boundaries.
""",
        place="minikeras/utils/feature_space.py",
    ),
    Finding(
        title="A vocabulary is read from a file once in the life of a process",
        code="""
import keras, numpy as np
def looked_up(*words):
    np.savetxt("words.txt", words, "%s")
    return int(keras.layers.StringLookup(vocabulary="words.txt")(["cat"])[0])
print(looked_up("cat", "dog"), looked_up("dog", "cat"))
""",
        wrong={"tensorflow jax torch": "1 1"},
        right="1 2",
        why="""
The second file has the word in its second line. TensorFlow keeps tables by the names of their
files, and gives a new layer the old table.
""",
        proof="""
words = [], ["cat", "dog"], ["dog", "cat"]
print(*[1 + found.index("cat") for found in words if found])
""",
        place="minikeras/layers/preprocessing/vocabulary.py",
        upstream=("https://github.com/tensorflow/tensorflow/issues/56974",),
    ),
    Finding(
        title="Hashing promises another shape than it gives",
        code="""
import keras, numpy as np
layer = keras.layers.Hashing(num_bins=3, output_mode="one_hot")
print(tuple(layer.compute_output_shape((2,))), tuple(layer(np.array([1, 2])).shape))
""",
        wrong={"tensorflow jax torch minikeras": "(3,) (2, 3)"},
        right="(2, 3) (2, 3)",
        why="""
Two numbers become two rows of three bins each. The promise takes the batch for a sample.
""",
        proof="print((2, 3), (2, 3))",
        place="minikeras/layers/preprocessing/hashing.py",
    ),
    Finding(
        title="EfficientNetV2 cannot have a name of one's own",
        code="""
import keras
model = keras.applications.EfficientNetV2B0(weights=None, input_shape=(32, 32, 3), name="mine")
print(model.name)
""",
        wrong={"tensorflow jax torch": "KeyError"},
        right="mine",
        why="""
The blocks of the network are looked up by the name.
""",
        place="minikeras/applications/efficientnet_v2.py",
    ),
    Finding(
        title="A shortened Fourier transform has no gradient",
        code=gradient("keras.ops.rfft(x, fft_length=2)[0]", "[[1, 2, 3]]"),
        wrong={"tensorflow": "ValueError"},
        right="[2.0, 0.0, 0.0]",
        why="""
The transform of the first two numbers a, b has the real parts a + b and a − b, whose sum is 2 a.
"Dimensions must be equal, but are 2 and 3": TensorFlow forgets the numbers that were cut off.
""",
        proof="""
import numpy as np
print([float(np.fft.rfft(e, 2).real.sum()) for e in np.eye(3)])
""",
        place="minikeras/ops/primitives/fourier.py",
    ),
)
