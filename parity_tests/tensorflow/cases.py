"""A call of every function that stands in for one of TensorFlow, by its dotted name."""

from __future__ import annotations

from parity_tests.tensorflow import arrays, images, layers, numbers
from parity_tests.tensorflow.drawing import Case

CASES: dict[str, Case] = arrays.CASES | images.CASES | layers.CASES | numbers.CASES

# The same function under another name.
SAME = {
    "nn.swish": "nn.silu",
    **{f"nn.{n}": f"math.{n}" for n in ("in_top_k", "l2_normalize", "softmax", "log_softmax")},
    **{f"nn.{n}": f"math.{n}" for n in ("top_k", "zero_fraction", "sigmoid", "tanh", "softplus")},
    "nn.softsign": "math.softsign",
    **{f"image.decode_{n}": f"io.decode_{n}" for n in ["bmp", "gif", "image", "jpeg", "png"]},
    "linalg.l2_normalize": "math.l2_normalize",
    **{f"math.{n}": n for n in ["argmax", "argmin", "cumsum"]},
}

# What has no values: other tests call it, or it does nothing.
WITHOUT_VALUES = (
    *("is_tensor", "group", "no_op", "device", "init_scope", "name_scope", "executing_eagerly"),
    *("print", "get_logger", "autograph.set_verbosity", "autograph.experimental.do_not_convert"),
    *("config.list_physical_devices", "config.get_visible_devices", "config.list_logical_devices"),
    *("config.set_visible_devices", "config.set_soft_device_placement"),
    *("config.run_functions_eagerly", "config.functions_run_eagerly"),
    *("data.experimental.cardinality", "debugging.enable_check_numerics"),
    *("debugging.set_log_device_placement", "test.is_gpu_available", "test.gpu_device_name"),
)
