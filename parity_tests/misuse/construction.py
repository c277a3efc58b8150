"""Misuses of layers, optimizers, losses and the like.

A row is ``(function, *words)``.  The function takes the module that answers ``keras``.
Our message holds the words: the argument, and what it received.
"""

import math
from typing import Any

import numpy as np

from parity_tests.misuse.model import IMAGES, Keras, Model, X, Y


def _two_inputs(keras: Keras) -> Model:
    a, b = keras.Input((4,), name="a"), keras.Input((4,), name="b")
    return keras.Model([a, b], keras.layers.Add()([a, b]))


def _forgets_super(keras: Keras) -> None:
    class Forgetful(keras.layers.Layer):
        def __init__(self) -> None:
            self.inner = keras.layers.Dense(2)

    Forgetful()(X)


def _model_forgets_super(keras: Keras) -> None:
    class Forgetful(keras.Model):
        def __init__(self) -> None:
            self.inner = keras.layers.Dense(2)

    Forgetful()(X)


def _layer_without_call(keras: Keras) -> None:
    class Empty(keras.layers.Layer):
        pass

    Empty()(X)


def _weight_after_build(keras: Keras) -> None:
    layer = keras.layers.Dense(2)
    layer.build((None, 4))
    layer.late = keras.layers.Dense(3)


def _config_without_get_config(keras: Keras) -> None:
    class Scaled(keras.layers.Layer):
        def __init__(self, f: Any) -> None:
            super().__init__()
            self.g = f

        def call(self, x: Any) -> Any:
            return x

    Scaled(np.abs).get_config()


def _register_without_config(keras: Keras) -> None:
    keras.saving.register_keras_serializable()(type("Plain", (), {}))


def _duplicate_names(keras: Keras) -> None:
    x = keras.Input((4,))
    y = keras.layers.Dense(2, name="same")(x)
    keras.Model(x, keras.layers.Dense(2, name="same")(y))


def _numpy_on_keras_tensor(keras: Keras) -> None:
    np.asarray(keras.Input((4,)))


def _two_inputs_given_one(keras: Keras) -> None:
    _two_inputs(keras)(X)


def _wrong_input_names(keras: Keras) -> None:
    a = keras.Input((4,), name="a")
    keras.Model({"a": a}, keras.layers.Dense(1)(a))({"z": X})


CONSTRUCTION = {
    # layers
    "Dense units negative": (lambda k: k.layers.Dense(-3), "units", "-3"),
    "Dense units zero": (lambda k: k.layers.Dense(0), "units", "0"),
    "unknown keyword": (lambda k: k.layers.Dense(3, unit=4), "unit=4", "Dense", "'units'"),
    "activation number": (lambda k: k.activations.get(3), "activation", "3"),
    "initializer unknown": (
        lambda k: k.layers.Dense(3, kernel_initializer="glorot"),
        "initializer",
        "glorot",
    ),
    "initializer number": (lambda k: k.initializers.get(3), "initializer", "3"),
    "initializer mode": (lambda k: k.initializers.VarianceScaling(mode="fan"), "mode", "fan"),
    "initializer scale": (lambda k: k.initializers.VarianceScaling(scale=-1.0), "scale", "-1"),
    "initializer distribution": (
        lambda k: k.initializers.VarianceScaling(distribution="cauchy"),
        "distribution",
        "cauchy",
    ),
    "initializer orthogonal rank 1": (
        lambda k: k.initializers.Orthogonal(seed=1)((3,)),
        "shape",
        "(3,)",
    ),
    "initializer identity rank 3": (
        lambda k: k.initializers.Identity()((2, 2, 2)),
        "shape",
        "(2, 2, 2)",
    ),
    "regularizer unknown": (
        lambda k: k.layers.Dense(3, kernel_regularizer="l3"),
        "regularizer",
        "l3",
    ),
    "regularizer negative": (lambda k: k.regularizers.L2(-0.1), "l2", "-0.1"),
    "regularizer l1_l2 by name": (lambda k: k.regularizers.get("l1_l2"), "regularizer", "l1_l2"),
    "constraint unknown": (
        lambda k: k.layers.Dense(3, kernel_constraint="positive"),
        "constraint",
        "positive",
    ),
    "Dropout rate above 1": (lambda k: k.layers.Dropout(1.5), "rate", "1.5"),
    "Dropout rate negative": (lambda k: k.layers.Dropout(-0.5), "rate", "-0.5"),
    "GaussianNoise deviation negative": (lambda k: k.layers.GaussianNoise(-1.0), "stddev", "-1"),
    "Conv filters negative": (lambda k: k.layers.Conv2D(-2, 3), "filters", "-2"),
    "Conv kernel zero": (lambda k: k.layers.Conv2D(2, 0), "kernel_size", "0"),
    "Conv kernel of wrong rank": (
        lambda k: k.layers.Conv2D(2, (3, 3, 3)),
        "kernel_size",
        "(3, 3, 3)",
    ),
    "Conv strides zero": (lambda k: k.layers.Conv2D(2, 3, strides=0), "strides", "0"),
    "Conv padding": (lambda k: k.layers.Conv2D(2, 3, padding="full"), "padding", "full"),
    "Conv data_format": (
        lambda k: k.layers.Conv2D(2, 3, data_format="channels_middle"),
        "data_format",
        "channels_middle",
    ),
    "Conv strides and dilation": (
        lambda k: k.layers.Conv2D(2, 3, strides=2, dilation_rate=2),
        "strides",
        "dilation_rate",
        "(2, 2)",
    ),
    "Conv groups not dividing filters": (
        lambda k: k.layers.Conv2D(3, 3, groups=2),
        "groups",
        "filters",
        "2",
        "3",
    ),
    "Conv groups zero": (lambda k: k.layers.Conv2D(2, 3, groups=0), "groups", "0"),
    "Conv groups not dividing channels": (
        lambda k: k.layers.Conv2D(6, 3, groups=3)(IMAGES),
        "groups",
        "3",
        "4",
    ),
    "Conv causal in 2-D": (lambda k: k.layers.Conv2D(2, 3, padding="causal"), "padding", "causal"),
    "Conv input of rank 3": (lambda k: k.layers.Conv2D(2, 3)(IMAGES[0]), "ndim", "4", "(8, 8, 4)"),
    "Conv kernel above image": (
        lambda k: k.layers.Conv2D(2, 9)(k.Input((8, 8, 4))),
        "(8, 8)",
        "(9, 9)",
    ),
    "MaxPooling size zero": (lambda k: k.layers.MaxPooling2D(0), "pool_size", "0"),
    "MaxPooling padding": (
        lambda k: k.layers.MaxPooling2D(2, padding="causal")(IMAGES),
        "padding",
        "causal",
    ),
    "MaxPooling input of rank 2": (lambda k: k.layers.MaxPooling2D()(X), "ndim", "4", "(6, 4)"),
    "UpSampling interpolation": (
        lambda k: k.layers.UpSampling2D(2, interpolation="spline")(IMAGES),
        "interpolation",
        "spline",
    ),
    "ZeroPadding of wrong length": (
        lambda k: k.layers.ZeroPadding2D((1, 2, 3)),
        "padding",
        "(1, 2, 3)",
    ),
    "Flatten data_format": (lambda k: k.layers.Flatten(data_format="rows"), "data_format", "rows"),
    "Reshape impossible": (lambda k: k.layers.Reshape((3,))(k.Input((4,))), "(3,)", "4"),
    "Reshape with two unknowns": (lambda k: k.layers.Reshape((-1, -1))(k.Input((4,))), "-1"),
    "Concatenate shapes": (
        lambda k: k.layers.Concatenate()([k.Input((4, 2)), k.Input((3, 2))]),
        "Concatenate",
        "(None, 4, 2)",
        "(None, 3, 2)",
    ),
    "Concatenate one tensor": (lambda k: k.layers.Concatenate()(k.Input((4,))), "Concatenate"),
    "BatchNormalization axis": (lambda k: k.layers.BatchNormalization(axis=5)(X), "axis", "5"),
    "LayerNormalization axis": (lambda k: k.layers.LayerNormalization(axis="last"), "axis", "last"),
    "Embedding input_dim negative": (lambda k: k.layers.Embedding(-3, 2)(Y), "-3"),
    "Embedding index": (lambda k: k.layers.Embedding(3, 2)(np.array([[0, 7]])), "7", "3"),
    "Rescaling text": (lambda k: k.layers.Activation("nonsense"), "activation", "nonsense"),
    "Lambda not callable": (lambda k: k.layers.Lambda(3)(X), "callable"),
    "Input without shape": (lambda k: k.Input(), "shape"),
    "Input shape text": (lambda k: k.Input("four"), "shape", "four"),
    "Input negative size": (lambda k: k.Input((-4,)), "-4"),
    "Input dtype": (lambda k: k.Input((4,), dtype="float31"), "dtype", "float31"),
    "Input batch_size and batch_shape": (
        lambda k: k.Input(batch_shape=(2, 4), shape=(4,)),
        "shape",
        "batch_shape",
    ),
    "layer dtype": (lambda k: k.layers.Dense(3, dtype="int31"), "dtype", "int31"),
    "layer input of rank 1": (lambda k: k.layers.Dense(3)(X[0]), "min_ndim", "2", "(4,)"),
    "layer input text": (lambda k: k.layers.Dense(3)("a word"), "a word"),
    "layer input None": (lambda k: k.layers.Dense(3)(None), "None"),
    "layer input missing": (lambda k: k.layers.Dense(3)(), "inputs"),
    "layer forgets super": (_forgets_super, "super().__init__()"),
    "layer without call": (_layer_without_call, "call"),
    "layer state added after build": (_weight_after_build, "already", "built"),
    "layer config impossible": (_config_without_get_config, "get_config", "Scaled"),
    "set_weights on unbuilt layer": (
        lambda k: k.layers.Dense(3).set_weights([X]),
        "weights",
        "1",
        "0",
    ),
    # messages with an advice
    "Add names the layer": (
        lambda k: k.layers.Add(name="total")([k.Input((4,)), k.Input((3,))]),
        "total",
        "(4,) and (3,)",
    ),
    "Conv input without channels": (
        lambda k: k.layers.Conv2D(2, 3)(k.Input((8, 8))),
        "channel axis",
        "x[..., None]",
    ),
    "Dense units float": (lambda k: k.layers.Dense(10.0), "units", "10.0"),
    "Dropout rate text": (lambda k: k.layers.Dropout("0.5"), "rate", "'0.5'"),
    "Input shape without comma": (lambda k: k.Input(5), "(5,)"),
    "Input size float": (lambda k: k.Input((4.0,)), "4.0"),
    "Sequential of arguments": (
        lambda k: k.Sequential(k.layers.Dense(1), k.layers.Dense(2)),
        "list",
        "[a, b]",
    ),
    "Sequential of one layer": (lambda k: k.Sequential(k.layers.Dense(1)), "list"),
    "Sequential of a class": (lambda k: k.Sequential([k.layers.Flatten]), "Flatten(...)"),
    "class called with a tensor": (lambda k: k.layers.Flatten(k.Input((4, 4))), "Flatten(...)(x)"),
    "class called with an array": (lambda k: k.layers.ReLU(X), "ReLU(...)(x)", "(6, 4)"),
    "layer where a tensor is due": (
        lambda k: k.layers.Dense(3)(k.layers.Dense(4, name="other")),
        "other",
        "call it",
    ),
    "layer input of lists": (lambda k: k.layers.Dense(3)([[0.5] * 4] * 6), "np.array"),
    "layer input of lists of text": (
        lambda k: k.layers.Dense(3)([["red", "blue"]]),
        "'red'",
        "encode text",
    ),
    "NumPy on a KerasTensor": (lambda k: np.exp(k.Input((4,))), "keras.ops.exp"),
    "NumPy array times a KerasTensor": (lambda k: X[0] * k.Input((4,)), "keras.ops.multiply"),
    "math on a KerasTensor": (lambda k: math.exp(k.Input((1,))), "keras.ops"),
    "add_weight name first": (
        lambda k: k.layers.Layer().add_weight("kernel", (3,)),
        "name='kernel'",
    ),
    "get_layer misspelled": (
        lambda k: k.Sequential([k.layers.Dense(1, name="hidden")]).get_layer("hiden"),
        "'hiden'",
        "'hidden'",
    ),
    # variables, names, settings
    "Variable name with slash": (lambda k: k.Variable(X, name="a/b"), "name", "a/b"),
    "Variable assign another shape": (lambda k: k.Variable(X).assign(X[:2]), "(2, 4)", "(6, 4)"),
    "Variable without shape": (lambda k: k.Variable(lambda shape, dtype: X), "shape"),
    "Variable aggregation": (lambda k: k.Variable(X, aggregation="most"), "aggregation", "most"),
    "add_weight shape": (lambda k: k.layers.Layer().add_weight(shape="four"), "shape", "four"),
    "floatx": (lambda k: k.config.set_floatx("int8"), "int8", "float32"),
    "image_data_format": (
        lambda k: k.config.set_image_data_format("channels_middle"),
        "data_format",
        "channels_middle",
    ),
    "dtype policy": (lambda k: k.config.set_dtype_policy("float31"), "float31"),
    "SeedGenerator text": (lambda k: k.random.SeedGenerator("x"), "seed", "x"),
    "set_random_seed text": (lambda k: k.utils.set_random_seed("x"), "seed", "x"),
    "random draw with text seed": (lambda k: k.random.uniform((2,), seed="x"), "seed", "x"),
    "random integers float dtype": (
        lambda k: k.random.randint((2,), 0, 4, dtype="float32"),
        "dtype",
        "float32",
    ),
    "random uniform int dtype": (
        lambda k: k.random.uniform((2,), dtype="int32", seed=1),
        "dtype",
        "int32",
    ),
    "register without get_config": (_register_without_config, "get_config"),
    "deserialize unknown class": (
        lambda k: k.saving.deserialize_keras_object(
            {"class_name": "Nope", "config": {}, "module": None, "registered_name": "Nope"}
        ),
        "Nope",
    ),
    # losses, metrics, optimizers, schedules, callbacks
    "loss unknown": (lambda k: k.losses.get("nonsense"), "loss", "nonsense"),
    "loss number": (lambda k: k.losses.get(3), "loss", "3"),
    "loss reduction": (
        lambda k: k.losses.MeanSquaredError(reduction="average"),
        "reduction",
        "average",
    ),
    "loss shapes": (
        lambda k: k.losses.CategoricalCrossentropy()(np.ones((2, 3)), np.ones((2, 4))),
        "(2, 3)",
        "(2, 4)",
    ),
    "metric unknown": (lambda k: k.metrics.get("nonsense"), "metric", "nonsense"),
    "metric thresholds": (lambda k: k.metrics.Precision(thresholds=1.5), "Threshold", "1.5"),
    "metric AUC curve": (lambda k: k.metrics.AUC(curve="LIFT"), "curve", "LIFT"),
    "metric AUC thresholds": (lambda k: k.metrics.AUC(num_thresholds=1), "num_thresholds", "1"),
    "metric AUC summation": (
        lambda k: k.metrics.AUC(summation_method="simpson"),
        "summation method",
        "simpson",
    ),
    "metric F1 average": (lambda k: k.metrics.F1Score(average="most"), "average", "most"),
    "metric F1 threshold": (lambda k: k.metrics.F1Score(threshold=-1.0), "threshold", "-1"),
    "optimizer number": (lambda k: k.optimizers.get(3), "optimizer", "3"),
    "optimizer learning rate int": (lambda k: k.optimizers.Adam(1), "learning_rate", "1"),
    "optimizer two clips": (
        lambda k: k.optimizers.SGD(clipnorm=1.0, clipvalue=1.0),
        "clipnorm",
        "clipvalue",
    ),
    "optimizer momentum above 1": (lambda k: k.optimizers.SGD(momentum=1.5), "momentum", "1.5"),
    "optimizer ema momentum": (
        lambda k: k.optimizers.SGD(use_ema=True, ema_momentum=1.5),
        "ema_momentum",
        "1.5",
    ),
    "optimizer accumulation": (
        lambda k: k.optimizers.SGD(gradient_accumulation_steps=1),
        "gradient_accumulation_steps",
        "1",
    ),
    "schedule decay steps": (
        lambda k: k.optimizers.schedules.CosineDecay(0.1, 0),
        "decay_steps",
        "0",
    ),
    "schedule pieces": (
        lambda k: k.optimizers.schedules.PiecewiseConstantDecay([1, 2], [0.1, 0.2]),
        "boundaries",
        "values",
        "2",
    ),
    # ops and utilities
    "ops axis": (lambda k: k.ops.sum(X, axis=2), "axis", "2"),
    "ops concatenate": (lambda k: k.ops.concatenate([X, X[:, :2]], axis=0), "(6, 4)", "(6, 2)"),
    "ops reshape": (lambda k: k.ops.reshape(X, (5, 5)), "(6, 4)", "(5, 5)"),
    "ops matmul": (lambda k: k.ops.matmul(X, X), "(6, 4)"),
    "ops add": (lambda k: k.ops.add(X, X[:3]), "add", "(6, 4)", "(3, 4)"),
    "ops cast": (lambda k: k.ops.cast(X, "float31"), "float31"),
    "ops einsum": (lambda k: k.ops.einsum("ij,jk->ik", X, X), "j"),
    "to_categorical label": (lambda k: k.utils.to_categorical([0, 5], 3), "5", "3"),
    "normalize axis": (lambda k: k.utils.normalize(X, axis=3), "axis", "3"),
    "KerasTensor as array": (_numpy_on_keras_tensor, "KerasTensor"),
    # graphs and stacks
    "Sequential adds a function": (lambda k: k.Sequential([np.abs]), "Layer", "absolute"),
    "Sequential duplicate names": (
        lambda k: k.Sequential([k.layers.Dense(1, name="a"), k.layers.Dense(1, name="a")]),
        "name",
        "a",
    ),
    "Sequential pop from empty": (lambda k: k.Sequential().pop(), "empty"),
    "functional duplicate names": (_duplicate_names, "name", "same"),
    "functional outputs are arrays": (
        lambda k: k.Model(k.Input((4,)), X),
        "outputs",
        "KerasTensor",
    ),
    "functional inputs are arrays": (lambda k: k.Model(X, k.Input((4,))), "inputs", "KerasTensor"),
    "functional one input of two": (_two_inputs_given_one, "2", "1"),
    "functional wrong input name": (_wrong_input_names, "a", "z"),
    "Model forgets super": (_model_forgets_super, "super().__init__()"),
    "summary not built": (lambda k: k.Sequential([k.layers.Dense(3)]).get_layer("nope"), "nope"),
}
