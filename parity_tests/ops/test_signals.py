"""Fourier transforms against Keras: values, gradients, shapes, errors."""

from __future__ import annotations

from typing import Any

import hypothesis.strategies as st
import keras
import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given

import minikeras
from minikeras.autograd import GradientTape, Tensor
from parity_tests.checks.compare import assert_close, check_misuse, compare, compare_gradients
from parity_tests.conformance import note
from parity_tests.drawing import seeds


def check(name: str, arrays: list[Any], *args: Any, gradients: bool = True, **kwargs: Any) -> Any:
    """Call an operation of one array, or of a pair of arrays, in both libraries; compare."""
    ours, theirs = [Tensor(x) for x in arrays], [tf.constant(x) for x in arrays]
    pair = len(arrays) == 2
    with GradientTape() as tape:
        tape.watch(ours)
        y = getattr(minikeras.ops, name)(tuple(ours) if pair else ours[0], *args, **kwargs)
    with tf.GradientTape() as tf_tape:
        tf_tape.watch(theirs)
        t = getattr(keras.ops, name)(tuple(theirs) if pair else theirs[0], *args, **kwargs)
    scale = float(arrays[0].size * 4)

    def near(a: Any, b: Any, what: str) -> None:
        assert_close(a, b, what, scale=scale)

    compare(name, y, t, near)
    if gradients:
        labels = [f"input {i}" for i in range(len(arrays))]
        compare_gradients(tape, tf_tape, y, t, ours, theirs, labels, near)
    note(f"ops.{name}", "values", "rounding")
    return y


def drawn(seed: int, *shape: int, dtype: str = "float32", count: int = 1) -> list[Any]:
    rng = np.random.default_rng(seed)
    return [rng.normal(size=shape).astype(dtype) for _ in range(count)]


SIZES = st.sampled_from([1, 2, 3, 4, 5, 7, 8, 12, 30])
DTYPES = st.sampled_from(["float32", "float64"])


@given(seeds, SIZES, DTYPES)
def test_complex_transforms(seed: int, size: int, dtype: str) -> None:
    for name in ("fft", "fft2", "ifft2"):
        check(name, drawn(seed, 2, 3, size, dtype=dtype, count=2))


@given(seeds, SIZES, DTYPES, st.sampled_from([None, 1, 4, 9, 16]))
def test_real_transforms(seed: int, size: int, dtype: str, length: Any) -> None:
    """TensorFlow has no gradient for other lengths than that of the input."""
    same = length is None or length == size
    check("rfft", drawn(seed, 2, size, dtype=dtype), length, gradients=same)
    same = length is None or length // 2 + 1 == size
    if size > 1 or length is not None:
        pair = drawn(seed, 2, size, dtype=dtype, count=2)
        check("irfft", pair, length, gradients=same)


@given(
    seeds,
    DTYPES,
    st.sampled_from([(8, 4, 8), (12, 4, 16), (11, 5, 11), (6, 6, 9), (1, 2, 4)]),
    st.sampled_from(["hann", "hamming", None, "given"]),
    st.booleans(),
)
def test_frames(seed: int, dtype: str, sizes: Any, window: Any, center: bool) -> None:
    if window == "given":
        window = np.linspace(0.5, 1, sizes[0]).astype(dtype)
    x = drawn(seed, 2, 40, dtype=dtype)
    y = check("stft", x, *sizes, window=window, center=center)
    overlap = sizes[1] * 2 <= sizes[0]
    if overlap:  # else some weights are divisions by zero
        pair = [np.asarray(part) for part in y]
        check("istft", pair, *sizes, window=window, center=center)
        check("istft", pair, *sizes, length=17, window=window, center=center)
    check("extract_sequences", x, sizes[2], sizes[1])


def test_real_transforms_have_the_bits_of_tensorflow() -> None:
    """SciPy and TensorFlow take them from the same library."""
    with minikeras.config.use_kernels("fast"):
        for size in (3, 16, 100, 400, 1000):
            x = drawn(size, 4, size)[0]
            for ours, theirs in zip(minikeras.ops.rfft(x), keras.ops.rfft(x)):
                np.testing.assert_array_equal(np.asarray(ours), np.asarray(theirs))


def test_there_and_back() -> None:
    x = drawn(0, 2, 64)[0]
    y = minikeras.ops.istft(minikeras.ops.stft(x, 16, 4, 16), 16, 4, 16)
    # Parity: the first and last frames have no others to add up with
    np.testing.assert_allclose(np.asarray(y)[:, 8:-8], x[:, 8:-8], atol=1e-5)


def test_symbols() -> None:
    for name, args, pair in (
        ("fft", (), True),
        ("fft2", (), True),
        ("rfft", (), False),
        ("rfft", (10,), False),
        ("irfft", (), True),
        ("stft", (6, 2, 8), False),
        ("extract_sequences", (3, 2), False),
        ("stft", (6, 2, 8), None),
    ):
        found = []
        for library in (minikeras, keras):
            shape = (None, 4, 20) if pair is not None else (None, None)
            x = [library.KerasTensor(shape) for _ in range(1 + bool(pair))]
            y = getattr(library.ops, name)(tuple(x) if pair else x[0], *args)
            parts = y if isinstance(y, tuple) else (y,)
            found.append([(part.shape, part.dtype) for part in parts])
        assert found[0] == found[1], name


X = np.zeros((2, 8), "float32")


@pytest.mark.parametrize(
    ("error", "use", "named"),
    [
        (ValueError, lambda k: k.ops.fft(X), "tuple of two"),
        (ValueError, lambda k: k.ops.fft((X, X[:, :3])), "same shape"),
        (ValueError, lambda k: k.ops.fft((X.astype("int32"), X.astype("int32"))), "float"),
        (ValueError, lambda k: k.ops.irfft((X,)), "tuple of two"),
        (ValueError, lambda k: k.ops.stft(X, 8, 2, 4), "fft_length=4"),
        (ValueError, lambda k: k.ops.stft(X, 4, 2, 4, window="kaiser"), "kaiser"),
        (ValueError, lambda k: k.ops.stft(X, 4, 2, 4, window=np.ones(3, "float32")), "window"),
        (TypeError, lambda k: k.ops.stft(X.astype("float16"), 4, 2, 4), "float16"),
    ],
)
def test_errors(error: Any, use: Any, named: str) -> None:
    check_misuse(error, use, named)
