"""Defects of ``keras.losses`` and ``keras.metrics``."""

from __future__ import annotations

from parity_tests.findings.finding import Finding

FINDINGS = (
    Finding(
        title="Tversky exchanges alpha and beta",
        code="""
import keras, numpy as np
y, all_positive = np.array([[1.0, 0.0]]), np.array([[1.0, 1.0]])
loss = keras.losses.Tversky(alpha=1.0, beta=0.0)  # alpha is to weigh the false positive
print(round(float(loss(y, all_positive)), 4))
""",
        wrong={"tensorflow jax torch minikeras": "0.0"},
        right="0.5",
        why="""
One true positive, one false positive, no false negative: the index is 1 / (1 + α · 1 + β · 0), so
the loss is ½ for α = 1. Keras computes the false negatives under the name of the false positives.
The defaults, both ½, hide it.
""",
        proof="""
positives, false_positives, false_negatives, alpha, beta = 1, 1, 0, 1.0, 0.0
print(1 - positives / (positives + alpha * false_positives + beta * false_negatives))
""",
        promise=(
            "keras.losses.Tversky",
            "The coefficient controlling incidence of false positives",
        ),
        place="minikeras/losses/overlap.py",
        upstream=("https://github.com/keras-team/keras/pull/23333",),
    ),
    Finding(
        title="Label smoothing counts the classes along the last axis, whatever axis is",
        code="""
import keras, numpy as np
y = np.zeros((1, 3, 2))
y[:, 0] = 1
p = np.full((1, 3, 2), 1 / 3)
loss = keras.losses.categorical_crossentropy(y, p, label_smoothing=0.3, axis=1)
print(np.array(loss, "float64").round(4).tolist())
""",
        wrong={"tensorflow jax torch minikeras": "[[1.2634, 1.2634]]"},
        right="[[1.0986, 1.0986]]",
        why="""
Smoothed labels are y (1 − s) + s / K for K classes, and sum to 1. With equal probabilities the
loss is ln K then, whatever s is. Here K is the size of axis 1, but Keras divides by the size of
axis −1.
""",
        proof="""
import numpy as np
y = np.array([1.0, 0.0, 0.0]) * 0.7 + 0.3 / 3
print([[round(float(-(y * np.log(1 / 3)).sum()), 4)] * 2])
""",
        place="minikeras/losses/probabilistic.py",
        upstream=("https://github.com/keras-team/keras/issues/23451",),
    ),
    Finding(
        title="History gives the false positives of the validation data for those of the training",
        code="""
import keras, numpy as np
model = keras.Sequential([keras.Input((1,)), keras.layers.Activation("linear")])
metric = keras.metrics.FalsePositives(thresholds=[0.3, 0.6], name="fp")
model.compile("sgd", "mse", metrics=[metric])
data = np.zeros((3, 1)), np.zeros((3, 1))
history = model.fit(np.ones((8, 1)), np.zeros((8, 1)), validation_data=data, verbose=0).history
print([float(n) for n in history["fp"][0]])
""",
        wrong={"tensorflow torch minikeras": "[0.0, 0.0]"},
        right="[8.0, 8.0]",
        why="""
All 8 predictions of the training data are wrong at both thresholds. The result of the metric is
the variable itself if there are several thresholds, and the validation resets it before the
history is written. So it is with the counts of `TruePositives`, `TrueNegatives` and
`FalseNegatives`.
""",
        proof="""
import numpy as np
print([float(((np.ones(8) > t) & (np.zeros(8) == 0)).sum()) for t in (0.3, 0.6)])
""",
        place="minikeras/metrics/confusion.py",
    ),
    Finding(
        title="The adjusted R² counts numbers as samples",
        code="""
import keras, numpy as np
y = np.array([[0.0, 0.0], [1.0, 2.0], [2.0, 4.0], [3.0, 6.0]])
metric = keras.metrics.R2Score(num_regressors=1)
metric.update_state(y, 0.9 * y)
print(round(float(metric.result()), 4))
""",
        wrong={"tensorflow jax torch minikeras": "0.9673"},
        right="0.958",
        why="""
The adjusted R² is 1 − (1 − R²)(n − 1) / (n − k − 1) for n samples and k regressors. With two
outputs Keras takes n to be twice the number of samples.
""",
        proof="""
import numpy as np
y, n, k = np.arange(4.0), 4, 1  # R² of both columns is the same
r2 = 1 - ((0.1 * y) ** 2).sum() / ((y - y.mean()) ** 2).sum()
print(round(1 - (1 - r2) * (n - 1) / (n - k - 1), 4))
""",
        place="minikeras/metrics/regression.py",
        upstream=("https://github.com/keras-team/keras/pull/23334",),
    ),
    Finding(
        title="MeanIoU truncates sample weights to integers",
        code="""
import keras
metric = keras.metrics.MeanIoU(num_classes=2)
metric.update_state([0, 1, 1, 0], [0, 1, 0, 1], sample_weight=[0.5, 0.5, 0.5, 0.5])
print(round(float(metric.result()), 4))
""",
        wrong={"tensorflow jax torch minikeras": "0.0"},
        right="0.3333",
        why="""
Equal weights change nothing: of the 3 samples in the union of each class 1 is right. Keras adds
the weights up in an integer matrix, in which ½ is 0. So it is in `IoU`, `BinaryIoU` and the
one-hot ones.
""",
        proof="""
weights = [0.5, 0.5, 0.5, 0.5]  # the second and third sample, for class 1, and the fourth
print(round(weights[1] / (weights[1] + weights[2] + weights[3]), 4))
""",
        place="minikeras/metrics/iou.py",
    ),
    Finding(
        title="The metric with ignore_class counts what it ignores",
        code="""
import keras, numpy as np
y, p = np.array([0, 1, 0, 0]), np.full((4, 2), 0.5)
metric = keras.metrics.SparseCategoricalCrossentropy(ignore_class=0)
metric.update_state(y, p)
print(round(float(metric.result()), 4))
""",
        wrong={"tensorflow jax torch minikeras": "0.1733"},
        right="0.6931",
        why="""
One label counts, and its loss is ln 2, as the loss of the same name says. The metric adds 0 for
each ignored label, and divides by 4.
""",
        proof="""
import math
print(round(math.log(2), 4))
""",
        place="minikeras/metrics/mean_losses.py",
    ),
    Finding(
        title="The best five of three classes are an error",
        code="""
import keras, numpy as np
metric = keras.metrics.SparseTopKCategoricalAccuracy(k=5)
metric.update_state(np.array([2]), np.float32([[0.1, 0.2, 0.7]]))
print(float(metric.result()))
""",
        wrong={"torch": "RuntimeError"},
        right="1.0",
        why="""
The right class is among the best five of three. k is 5 by default, so that the metric fails for
each problem of fewer classes; with TensorFlow and JAX it counts. `TopKCategoricalAccuracy` is the
same.
""",
        proof="""
import numpy as np
best = np.argsort([-0.1, -0.2, -0.7])[:5]
print(float(2 in best))
""",
        promise=(
            "keras.metrics.SparseTopKCategoricalAccuracy",
            "Computes how often integer targets are in the top `K` predictions.",
        ),
        place="minikeras/metrics/accuracy.py",
    ),
)
