"""Mistakes of beginners: what is written, and what the message must hold.

A row is ``name: (program, words)``.  The words are the argument, what it received, what was
expected and what to do, as far as a teacher would say it, separated by ``|``; each stands in the
message of minikeras.  What Keras says in other words is no word here: a shape with None for 32.

Rows without words are accepted by Keras, and so here: a script must do the same under both.  Keras
takes 32 for ``batch_size=0``, and cuts the data at a negative index for ``validation_split=1.5``.
"""

from __future__ import annotations

from parity_tests.misuse import programs as p
from parity_tests.misuse.programs import BITS, CLASSES, NAMES, ONE_HOT, Program, X

MISUSES: dict[str, tuple[Program, str]] = {
    # layers
    "activation misspelt": (
        p.made(lambda k: k.layers.Dense(3, "rellu")),
        "activation | rellu | 'relu'",
    ),
    "initializer misspelt": (
        p.made(lambda k: k.layers.Dense(3, kernel_initializer="glorot_unifrom")),
        "initializer | glorot_unifrom | 'glorot_uniform'",
    ),
    "`Dense(unit=3)`": (p.made(lambda k: k.layers.Dense(unit=3)), "'unit' | 'units'"),
    "`Input((4))` without the comma": (p.made(lambda k: k.Input(4)), "4 | (4,)"),
    "a dropout rate in percent": (p.made(lambda k: k.layers.Dropout(50)), "rate | 50 | 1"),
    "units as text": (p.made(lambda k: k.layers.Dense("64")), "units | 64 | integer"),
    "padding in the place of strides": (
        p.made(lambda k: k.layers.Conv2D(8, 3, "same")),
        "strides | same",
    ),
    "`Flatten` for `Flatten()`": (
        p.made(lambda k: k.Sequential([k.Input((4,)), k.layers.Flatten])),
        "Flatten | Layer | Flatten(...)",
    ),
    "a list added to Sequential": (
        p.made(lambda k: k.Sequential().add([k.layers.Dense(3)])),
        "Layer | list | one by one",
    ),
    "layers that are not in a list": (
        p.made(lambda k: k.Sequential(k.layers.Dense(5), k.layers.Dense(3))),
        "Sequential([a, b])",
    ),
    "super().__init__() forgotten": (p.made(p.no_super), "super().__init__()"),
    "`return` forgotten in `call`": (p.no_return, "None"),
    # models
    "a layer for an output": (p.made(p.uncalled), "outputs | Dense"),
    "inputs and outputs not connected": (p.made(p.disconnected), "other | head"),
    "`if` with a symbolic tensor": (p.made(p.branch), "KerasTensor | keras.ops"),
    "Conv2D of images without channels": (
        p.made(lambda k: k.Sequential([k.Input((8, 8)), k.layers.Conv2D(2, 3)])),
        "conv2d | (None, 8, 8) | ndim=4 | channel",
    ),
    "an image too small for its pools": (
        p.convolutional(*[lambda k: k.layers.MaxPooling2D(4)] * 2, p.head),
        "max_pooling2d_1 | 4 | zero or negative",
    ),
    "Add of different shapes": (
        p.made(lambda k: k.layers.Add()([k.Input((3,)), k.Input((4,))])),
        "add | (3,) | (4,)",
    ),
    "count_params before build": (
        p.made(lambda k: k.Sequential([k.layers.Dense(3)]).count_params()),
        "built",
    ),
    # compile
    "loss misspelt": (
        p.judged(ONE_HOT, "categorical_crossentropi"),
        "loss | categorical_crossentropi | 'categorical_crossentropy'",
    ),
    "a loss that does not exist": (p.judged(X, "rmse", 4), "loss | rmse | dir(keras.losses)"),
    "a metric for a loss": (
        p.judged(ONE_HOT, "accuracy"),
        "loss | accuracy | metrics=['accuracy']",
    ),
    "metric misspelt": (p.compiled(metrics=["acuracy"]), "metric | acuracy | 'accuracy'"),
    "metrics not in a list": (p.compiled(metrics="accuracy"), "metrics=['accuracy']"),
    "`metric=` for `metrics=`": (p.compiled(metric=["accuracy"]), "'metric' | 'metrics'"),
    "optimizer misspelt": (p.compiled(optimizer="adamm"), "optimizer | adamm | 'adam'"),
    "optimizer with a blank": (p.compiled(optimizer="Adam "), "optimizer | Adam | 'adam'"),
    "loss and optimizer exchanged": (
        p.compiled(optimizer="mse", loss="adam"),
        "optimizer | mse | loss='mse'",
    ),
    "`Adam` for `Adam()`": (p.optimized(lambda k: k.optimizers.Adam), "optimizer | Adam()"),
    "`Adam(lr=...)`": (p.made(lambda k: k.optimizers.Adam(lr=0.01)), "lr | 'learning_rate'"),
    "learning rate as text": (
        p.optimized(lambda k: k.optimizers.Adam("0.01")),
        "learning_rate | '0.01' | float",
    ),
    "`decay` of Keras 2": (p.optimized(lambda k: k.optimizers.SGD(decay=1e-3)), ""),
    "gradients and variables exchanged": (
        p.made(lambda k: k.optimizers.SGD().apply_gradients([(k.Variable(X), X)])),
        "gradients",
    ),
    "a gradient of another shape": (
        p.made(lambda k: k.optimizers.SGD().apply([X[:1]], [k.Variable(X, name="w")])),
        "w | (1, 4) | (40, 4)",
    ),
    "metrics in the place of loss_weights": (
        p.made(lambda k: k.Sequential([k.layers.Dense(1)]).compile("sgd", "mse", "accuracy")),
        "metrics=['accuracy']",
    ),
    "no loss": (p.judged(CLASSES, None), "loss | compile"),
    "optimizer of another model": (p.reused_optimizer, "kernel | optimizer | new"),
    "a metric of one argument": (p.compiled(metrics=[p.one_argument]), "one_argument | 2"),
    # data
    "fit before compile": (p.uncompiled("fit"), "compile()"),
    "evaluate before compile": (p.uncompiled("evaluate"), "compile()"),
    "y forgotten": (p.fitted(X), "y is None | loss | labels"),
    "lists instead of arrays": (
        p.fitted(X.tolist(), CLASSES.tolist()),
        "x | np.array(x)",
    ),
    "a list of labels": (p.fitted(X, CLASSES.tolist()), "np.array(y)"),
    "names as labels": (p.fitted(X, NAMES), "y has | dtype | numbers | Encode text"),
    "a text column in a data frame": (p.fitted(p.TABLE, CLASSES), "of x | 'city' | numbers"),
    "an array of objects": (p.fitted(X.astype(object), CLASSES), "x has | object | .astype"),
    "dates": (p.fitted(p.DATES, CLASSES), "x has | datetime64 | numbers"),
    "x and y of different length": (p.fitted(X, CLASSES[:30]), "x | y | 40 | 30"),
    "x and y exchanged": (p.fitted(CLASSES, X), "(None, 4)"),
    "a feature too few": (p.fitted(X[:, :3], CLASSES), "4 | 3"),
    "predict of one sample": (p.predicted(X[0]), "(None, 4) | (4,) | x[None]"),
    "predict of a list": (p.predicted(X.tolist()), "x | np.array(x)"),
    "evaluate without y": (p.evaluated(X), "y is None | loss | labels"),
    "NaN in the data": (p.fitted(X * float("nan"), CLASSES), ""),
    # labels and losses
    "class numbers for categorical_crossentropy": (
        p.judged(CLASSES, "categorical_crossentropy"),
        "3) | sparse_categorical_crossentropy | to_categorical(y, 3)",
    ),
    "one-hot labels for the sparse loss": (
        p.fitted(X, ONE_HOT),
        "3) | 'categorical_crossentropy' | argmax",
    ),
    "classes counted from 1": (p.fitted(X, CLASSES + 1), "[0, 3) | from 1 to 3 | subtract 1"),
    "more classes than units": (p.fitted(X, p.FIVE), "[0, 3) | from 0 to 4 | 5 units"),
    "one sigmoid with the sparse loss": (
        p.judged(BITS, "sparse_categorical_crossentropy", 1, "sigmoid"),
        "[0, 1) | from 0 to 1 | binary_crossentropy",
    ),
    "two units with binary_crossentropy": (
        p.judged(BITS, "binary_crossentropy", 2),
        "2) | binary_crossentropy | Dense(1, 'sigmoid')",
    ),
    "mse of 2 columns and 3 units": (
        p.judged(ONE_HOT[:, :2], "mse", 3, None),
        "mse | 2 | 3 | units | columns",
    ),
    "no Flatten before the last layer": (
        p.convolutional(p.head),
        "6, 6, 3) | Flatten",
    ),
    # options of fit
    "batch_size=0": (p.fitted(batch_size=0), ""),
    "batch_size=-1": (p.fitted(batch_size=-1), "batch_size | -1 | positive"),
    "batch_size=16.0": (p.fitted(batch_size=16.0), "batch_size | 16.0 | integer"),
    "epochs=0": (p.fitted(epochs=0), ""),
    "epochs as text": (p.fitted(epochs="10"), "epochs | '10' | integer"),
    "epochs=2.5": (p.fitted(epochs=2.5), "epochs | 2.5 | integer"),
    "validation_split=1.5": (p.fitted(validation_split=1.5), ""),
    "validation_split in percent": (p.fitted(validation_split=20), ""),
    "validation_split=1.0": (p.fitted(validation_split=1.0), "validation_split | 1.0 | 40"),
    "validation data as third argument": (
        p.fitted(X, CLASSES, X, CLASSES),
        "batch_size | (40, 4) | validation_data=",
    ),
    "validation_data without labels": (
        p.fitted(validation_data=X),
        "y of validation_data | None | labels",
    ),
    "lists as validation_data": (
        p.fitted(validation_data=(X.tolist(), CLASSES.tolist())),
        "np.array(x)",
    ),
    "`epoch=` for `epochs=`": (p.fitted(epoch=5), "'epoch' | 'epochs'"),
    "class_weight as a list": (
        p.fitted(class_weight=[1.0, 2.0, 3.0]),
        "class_weight | dict | [1.0, 2.0, 3.0]",
    ),
    "sample_weight too short": (p.fitted(sample_weight=X[0]), "sample_weight | 4 | 40"),
    "a generator function": (p.fitted(p.batches), "x | function | batches()"),
    "a generator of lists": (p.generated([X, CLASSES]), "tuple"),
    "a generator of four parts": (p.generated((X, CLASSES, X, CLASSES)), "sample_weight | 4"),
    "a generator of single arrays": (p.generated(X), "tuple"),
    "y beside a generator": (p.beside_generator, "y | generator"),
    "a weight's name in the place of its shape": (
        p.made(lambda k: k.layers.Layer().add_weight("kernel", shape=(3,))),
        "add_weight | kernel | name='kernel'",
    ),
    # callbacks
    "`EarlyStopping` for `EarlyStopping()`": (
        p.called_back(lambda k: k.callbacks.EarlyStopping),
        "callbacks | EarlyStopping()",
    ),
    "EarlyStopping without validation": (
        p.called_back(lambda k: k.callbacks.EarlyStopping("val_loss")),
        "",
    ),
    "EarlyStopping on a misspelt metric": (
        p.called_back(lambda k: k.callbacks.EarlyStopping("acc")),
        "acc | mode='max'",
    ),
    "a schedule that returns None": (
        p.called_back(lambda k: k.callbacks.LearningRateScheduler(lambda epoch: None)),
        "schedule | None | float",
    ),
    "ReduceLROnPlateau(factor=2)": (
        p.made(lambda k: k.callbacks.ReduceLROnPlateau(factor=2)),
        "factor | 2 | 1",
    ),
    # several inputs and outputs
    "one input for two": (p.two_inputs, "functional | 2 | 1"),
    "labels of one output of two": (p.two_outputs, "y | one array for each output"),
    "a model without outputs": (
        p.made(lambda k: k.Model(name="m", inputs=k.Input((4,)))),
        "outputs",
    ),
    "weights of another model": (p.weights_of_another, "(5, 3) | (5, 4)"),
}
