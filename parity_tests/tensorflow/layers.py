"""Calls of ``tf.nn``; see ``cases.py``."""

from __future__ import annotations

import numpy as np

from parity_tests.tensorflow.drawing import Case, drawn

CASES: dict[str, Case] = {
    "nn.avg_pool": lambda tf, a: tf.nn.avg_pool(a.images, 2, 2, "VALID"),
    "nn.avg_pool1d": lambda tf, a: tf.nn.avg_pool1d(a.images[0], 2, 1, "SAME"),
    "nn.avg_pool2d": lambda tf, a: tf.nn.avg_pool2d(a.images, [1, 2, 2, 1], [1, 2, 2, 1], "SAME"),
    "nn.batch_normalization": lambda tf, a: [
        tf.nn.batch_normalization(a.x, a.y[0], np.abs(a.y[1]), a.x[0], a.x[1], 1e-3),
        tf.nn.batch_normalization(a.x, a.y[0], np.abs(a.y[1]), None, None, 1e-3),
    ],
    "nn.bias_add": lambda tf, a: tf.nn.bias_add(a.x, a.y[0]),
    "nn.compute_average_loss": lambda tf, a: [
        tf.nn.compute_average_loss(a.x[:, 0]),
        tf.nn.compute_average_loss(a.x[:, 0], a.y[:, 0], global_batch_size=7),
    ],
    "nn.conv1d": lambda tf, a: tf.nn.conv1d(a.images[0], a.kernel[0], 2, "VALID"),
    "nn.conv2d": lambda tf, a: [
        tf.nn.conv2d(a.images, a.kernel, 1, "SAME"),
        tf.nn.conv2d(a.images, a.kernel, [1, 2, 2, 1], "VALID"),
        tf.nn.conv2d(a.images, a.kernel, 1, "SAME", dilations=2),
    ],
    "nn.conv3d": lambda tf, a: tf.nn.conv3d(a.images[None], a.kernel[None], [1] * 5, "SAME"),
    "nn.depth_to_space": lambda tf, a: tf.nn.depth_to_space(np.tile(a.images, 4), 2),
    "nn.depthwise_conv2d": lambda tf, a: tf.nn.depthwise_conv2d(
        a.images, a.kernel, [1, 1, 1, 1], "SAME"
    ),
    "nn.dropout": lambda tf, a: drawn("nn.dropout", a.x, 0.4)(tf, a),
    "nn.embedding_lookup": lambda tf, a: tf.nn.embedding_lookup(a.x, [[0, 2], [1, 1]]),
    "nn.gelu": lambda tf, a: [tf.nn.gelu(a.x), tf.nn.gelu(a.x, approximate=True)],
    "nn.leaky_relu": lambda tf, a: [tf.nn.leaky_relu(a.x), tf.nn.leaky_relu(a.x, alpha=0.01)],
    "nn.local_response_normalization": lambda tf, a: tf.nn.local_response_normalization(
        a.images, 1, 1.0, 0.5, 0.75
    ),
    "nn.max_pool": lambda tf, a: [
        tf.nn.max_pool(a.images, 2, 2, "SAME"),
        tf.nn.max_pool(a.images[0], 2, 1, "VALID"),
    ],
    "nn.max_pool1d": lambda tf, a: tf.nn.max_pool1d(a.images[0], 2, 1, "SAME"),
    "nn.max_pool2d": lambda tf, a: tf.nn.max_pool2d(a.images, [2, 3], [2, 1], "VALID"),
    "nn.moments": lambda tf, a: [
        *tf.nn.moments(a.x, [0]),
        *tf.nn.moments(a.images, [0, 1, 2], keepdims=True),
    ],
    "nn.sigmoid_cross_entropy_with_logits": lambda tf, a: tf.nn.sigmoid_cross_entropy_with_logits(
        labels=a.flags.astype("float32"), logits=a.x
    ),
    "nn.silu": lambda tf, a: [tf.nn.silu(a.x), tf.nn.swish(a.x, 1.5)],
    "nn.softmax_cross_entropy_with_logits": lambda tf, a: tf.nn.softmax_cross_entropy_with_logits(
        a.probabilities, a.x
    ),
    "nn.space_to_depth": lambda tf, a: tf.nn.space_to_depth(a.images, 2),
    "nn.sparse_softmax_cross_entropy_with_logits": lambda tf, a: (
        tf.nn.sparse_softmax_cross_entropy_with_logits(a.classes, a.x)
    ),
}
