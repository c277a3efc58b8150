"""Calls of `tf.math`, `tf.linalg`, `tf.random`, `tf.strings` and `tf.debugging`."""

from __future__ import annotations

import re
from typing import Any

import numpy as np

from parity_tests.tensorflow.drawing import Arrays, Case, drawn


def _generator(tf: Any, a: Arrays) -> Any:
    g = tf.random.Generator.from_seed(a.seed)
    return [
        g.normal((3, 2)),
        g.uniform((5,)),
        g.uniform((3,), 0, 9, "int32"),
        g.truncated_normal([4], 1.0, 2.0),
        g.state,
    ]


CASES: dict[str, Case] = {
    "linalg.band_part": lambda tf, a: [
        tf.linalg.band_part(a.square, 0, -1),
        tf.linalg.band_part(a.square, 1, 0),
    ],
    "linalg.cholesky": lambda tf, a: tf.linalg.cholesky(a.positive),
    "linalg.cross": lambda tf, a: tf.linalg.cross(a.square[0], a.square[1]),
    "linalg.det": lambda tf, a: tf.linalg.det(a.square),
    "linalg.diag": lambda tf, a: tf.linalg.diag(a.x),
    "linalg.diag_part": lambda tf, a: tf.linalg.diag_part(a.square),
    "linalg.einsum": lambda tf, a: tf.linalg.einsum("bij,bjk->bik", a.square, a.square),
    "linalg.eye": lambda tf, a: tf.linalg.eye(3),
    "linalg.global_norm": lambda tf, a: tf.linalg.global_norm([a.x, None, a.y]),
    "linalg.inv": lambda tf, a: tf.linalg.inv(a.positive),
    "linalg.matmul": lambda tf, a: tf.linalg.matmul(a.square, a.square, transpose_a=True),
    "linalg.matrix_transpose": lambda tf, a: tf.linalg.matrix_transpose(a.square),
    "linalg.matvec": lambda tf, a: [
        tf.linalg.matvec(a.square, a.square[:, 0]),
        tf.linalg.matvec(a.x, a.y[0]),
    ],
    "linalg.norm": lambda tf, a: tf.linalg.norm(a.square, axis=-1, keepdims=True),
    "linalg.solve": lambda tf, a: tf.linalg.solve(a.positive, a.square),
    "linalg.tensordot": lambda tf, a: tf.linalg.tensordot(a.x, a.y, 2),
    "linalg.trace": lambda tf, a: tf.linalg.trace(a.square),
    "math.add_n": lambda tf, a: tf.math.add_n([a.x, a.y, a.x]),
    "math.bincount": lambda tf, a: [
        tf.math.bincount(a.m),
        tf.math.bincount(a.classes, minlength=7),
        tf.math.bincount(a.classes, a.x[:, 0]),
    ],
    "math.confusion_matrix": lambda tf, a: [
        tf.math.confusion_matrix(a.classes, a.classes[::-1], 4),
        tf.math.confusion_matrix([0, 2], [1, 2]),
    ],
    "math.in_top_k": lambda tf, a: tf.math.in_top_k(a.classes, a.x, 2),
    "math.scalar_mul": lambda tf, a: tf.math.scalar_mul(2.5, a.x),
    "math.segment_sum": lambda tf, a: tf.math.segment_sum(a.x, [0, 0, 2]),
    "math.unsorted_segment_max": lambda tf, a: tf.math.unsorted_segment_max(a.x, [1, 0, 1], 2),
    "math.unsorted_segment_sum": lambda tf, a: tf.math.unsorted_segment_sum(a.x, [1, 0, 1], 3),
    "math.top_k": lambda tf, a: [*tf.math.top_k(a.x, 2), *tf.math.top_k(a.n)],
    "math.zero_fraction": lambda tf, a: tf.math.zero_fraction(a.n),
    "random.Generator": _generator,
    "random.categorical": lambda tf, a: drawn("random.categorical", np.log(a.probabilities), 5)(
        tf, a
    ),
    "random.normal": drawn("random.normal", (3, 2), 1.0, 0.5),
    "random.set_seed": drawn("random.normal", (2,), dtype="float64"),
    "random.shuffle": lambda tf, a: [
        *drawn("random.shuffle", np.arange(9))(tf, a),
        *drawn("random.shuffle", a.x)(tf, a),
    ],
    "random.stateless_categorical": lambda tf, a: tf.random.stateless_categorical(
        a.x, 4, (a.seed, 2)
    ),
    "random.stateless_normal": lambda tf, a: tf.random.stateless_normal(
        (3,), [a.seed, 1], stddev=2.0
    ),
    "random.stateless_truncated_normal": lambda tf, a: tf.random.stateless_truncated_normal(
        (9,), [a.seed, 1]
    ),
    "random.stateless_uniform": lambda tf, a: [
        tf.random.stateless_uniform((3,), [a.seed, 1], 1.0, 3.0),
        tf.random.stateless_uniform((3,), [a.seed, 1], 0, 9, tf.int32),
    ],
    "random.truncated_normal": drawn("random.truncated_normal", [9]),
    "random.uniform": lambda tf, a: [
        *drawn("random.uniform", (2, 3))(tf, a),
        *drawn("random.uniform", (3,), -1, 3)(tf, a),
        *drawn("random.uniform", (3,), 0, 9, tf.int32)(tf, a),
        *drawn("random.uniform", (), 0, 2**40, tf.int64)(tf, a),
    ],
    "strings.as_string": lambda tf, a: [
        tf.strings.as_string(a.n),
        tf.strings.as_string(a.x),
        tf.strings.as_string(a.x, precision=2),
        tf.strings.as_string([True]),
    ],
    "strings.bytes_split": lambda tf, a: tf.strings.bytes_split("abc"),
    "strings.join": lambda tf, a: [
        tf.strings.join([["a", "b"], "c"], "-"),
        tf.strings.join(["x", "y"]),
    ],
    "strings.length": lambda tf, a: [
        tf.strings.length(["aé", ""]),
        tf.strings.length("aé", unit="UTF8_CHAR"),
    ],
    "strings.lower": lambda tf, a: [tf.strings.lower(["AbÉ"]), tf.strings.lower("AbÉ", "utf-8")],
    "strings.reduce_join": lambda tf, a: [
        tf.strings.reduce_join(["a", "b"]),
        tf.strings.reduce_join([["a", "b"], ["c", "d"]], axis=-1, separator=" "),
    ],
    "strings.regex_full_match": lambda tf, a: tf.strings.regex_full_match(["a1", "a"], r"[a-z]\d"),
    "strings.regex_replace": lambda tf, a: [
        tf.strings.regex_replace(["a<br />b, c!"], "<br />", " "),
        tf.strings.regex_replace("a, c!", f"[{re.escape('!,.')}]", ""),
        tf.strings.regex_replace("abab", "(a)(b)", r"\2\1\0", replace_global=False),
    ],
    "strings.split": lambda tf, a: [
        tf.strings.split(" a b  c "),
        tf.strings.split("a,b,,c", sep=","),
    ],
    "strings.strip": lambda tf, a: tf.strings.strip(["  a b\n", "c"]),
    "strings.substr": lambda tf, a: tf.strings.substr(["hello", "hi"], 1, 3),
    "strings.to_number": lambda tf, a: [
        tf.strings.to_number(["1.5", "-2"]),
        tf.strings.to_number("7", tf.int32),
    ],
    "strings.unicode_split": lambda tf, a: tf.strings.unicode_split("aé!", "UTF-8"),
    "strings.upper": lambda tf, a: tf.strings.upper(["abé"]),
    "debugging.Assert": lambda tf, a: tf.debugging.Assert(True, [a.x]),
    "debugging.assert_all_finite": lambda tf, a: tf.debugging.assert_all_finite(a.x, "m"),
    "debugging.assert_equal": lambda tf, a: tf.debugging.assert_equal(a.n, a.n),
    "debugging.assert_greater": lambda tf, a: tf.debugging.assert_greater(a.x + 1, a.x),
    "debugging.assert_greater_equal": lambda tf, a: tf.debugging.assert_greater_equal(a.x, a.x),
    "debugging.assert_less": lambda tf, a: tf.debugging.assert_less(a.x, a.x + 1),
    "debugging.assert_less_equal": lambda tf, a: tf.debugging.assert_less_equal(a.x, a.x),
    "debugging.assert_near": lambda tf, a: tf.debugging.assert_near(a.x, a.x + np.float32(1e-7)),
    "debugging.assert_negative": lambda tf, a: tf.debugging.assert_negative(-a.m),
    "debugging.assert_non_negative": lambda tf, a: tf.debugging.assert_non_negative(a.m - 1),
    "debugging.assert_non_positive": lambda tf, a: tf.debugging.assert_non_positive(1 - a.m),
    "debugging.assert_positive": lambda tf, a: tf.debugging.assert_positive(a.m),
    "debugging.assert_rank": lambda tf, a: tf.debugging.assert_rank(a.x, 2),
    "debugging.assert_shapes": lambda tf, a: tf.debugging.assert_shapes(
        [(a.x, ("n", 4)), (a.y, ("n", "k"))]
    ),
    "debugging.check_numerics": lambda tf, a: tf.debugging.check_numerics(a.x, "m"),
    "debugging.is_numeric_tensor": lambda tf, a: tf.constant(
        [tf.debugging.is_numeric_tensor(tf.constant(v)) for v in (a.x, a.n, a.flags)]
    ),
    "dtypes.as_dtype": lambda tf, a: tf.constant(tf.dtypes.as_dtype(np.float32).name),
    "math.cumprod": lambda tf, a: [tf.math.cumprod(a.x), tf.math.cumprod(a.n, 1, exclusive=True)],
    "math.multiply_no_nan": lambda tf, a: tf.math.multiply_no_nan(np.inf * a.x, a.y * 0),
    "math.l2_normalize": lambda tf, a: [
        tf.math.l2_normalize(a.x),
        tf.math.l2_normalize(a.x, 1),
        tf.math.l2_normalize(a.x, [0, 1], 1e-3),
    ],
    "math.softmax": lambda tf, a: [tf.math.softmax(a.x), tf.math.softmax(a.x, axis=0)],
    "math.log_softmax": lambda tf, a: [tf.math.log_softmax(a.x), tf.math.log_softmax(a.x, axis=0)],
    "linalg.eigh": lambda tf, a: tf.linalg.eigh(a.positive)[0],
    "linalg.qr": lambda tf, a: tf.linalg.qr(a.square),
    "linalg.svd": lambda tf, a: [tf.linalg.svd(a.square)[0], tf.linalg.svd(a.x, compute_uv=False)],
}
