"""Merging layers against Keras."""

from __future__ import annotations

from typing import Any

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given

import minikeras
from parity_tests.checks.compare import assert_close, both, check_misuse
from parity_tests.checks.layer import check_layer
from parity_tests.drawing import numbers, ranks, sizes

names = ["Add", "Subtract", "Multiply", "Average", "Maximum", "Minimum"]


@st.composite
def lists(draw: Any, count: int) -> Any:
    """Tensors of one batch whose shapes broadcast.

    Not (n, n, ...) and (n, 1, ...): Keras adds the latter along the last axis.
    """
    batch, *shape = draw(st.lists(sizes, min_size=2, max_size=4, unique=True))
    one = tuple(draw(st.sampled_from([n, n, 1])) for n in shape)
    every = [tuple(shape)] + [draw(st.sampled_from([tuple(shape), one])) for _ in range(count - 1)]
    return [draw(numbers((batch, *s))) for s in every]


@pytest.mark.parametrize("name", names)
@given(st.data())
def test_elementwise(name: str, data: Any) -> None:
    count = 2 if name == "Subtract" else data.draw(st.integers(1, 3))
    xs = data.draw(lists(count))
    check_layer(name, {}, xs)
    ours, theirs = both(lambda k: getattr(k.layers, name.lower())(xs))
    assert_close(ours, theirs, "functional form")


@given(st.lists(sizes, min_size=2, max_size=4), st.integers(1, 3), st.data())
def test_concatenate(shape: Any, count: int, data: Any) -> None:
    axis = data.draw(st.sampled_from([-1, *range(1, len(shape))]))
    xs = []
    for _ in range(count):
        shape[axis] = data.draw(sizes)
        xs.append(data.draw(numbers(shape)))
    check_layer("Concatenate", {"axis": axis}, xs, ulp=0)


@given(numbers(ranks(2, 3)), numbers(ranks(2, 3)), st.booleans(), st.data())
def test_dot(x: Any, y: Any, normalize: bool, data: Any) -> None:
    y = np.resize(y, (x.shape[0], *y.shape[1:]))
    axes = data.draw(st.tuples(st.integers(1, x.ndim - 1), st.integers(1, y.ndim - 1)))
    y = np.take(y, np.arange(x.shape[axes[0]]) % y.shape[axes[1]], axes[1])
    check_layer("Dot", {"axes": axes, "normalize": normalize}, [x, y], scale=20.0)


@pytest.mark.parametrize("name", ["Add", "Multiply", "Maximum", "Minimum", "Concatenate"])
@given(st.integers(0, 2**32 - 1), st.sampled_from([(True, True), (True, False), (False, True)]))
def test_masks(name: str, seed: int, masked: Any) -> None:
    def run(library: Any) -> Any:
        rng = np.random.default_rng(seed)
        xs = []
        for has_mask in masked:
            x = library.ops.convert_to_tensor(rng.uniform(-2, 2, (3, 4, 2)).astype("float32"))
            mask = library.ops.convert_to_tensor(rng.random((3, 4)) < 0.6)
            if has_mask:
                x._keras_mask = mask
            xs.append(x)
        return getattr(library.layers, name)()(xs)

    ours, theirs = both(run)
    assert_close(ours, theirs, "output")
    a, b = (getattr(y, "_keras_mask", None) for y in (ours, theirs))
    assert (a is None) == (b is None)
    if b is not None:
        assert_close(a, b, "mask")


def test_masks_of_symbols() -> None:
    ids = minikeras.Input((4,), dtype="int32")
    x = minikeras.layers.Embedding(5, 2, mask_zero=True)(ids)
    for merge in ("multiply", "maximum", "add", "concatenate"):
        y = getattr(minikeras.layers, merge)([x, x])
        assert y._keras_mask.shape == (None, 4)


row = np.ones((2, 3), "float32")


@pytest.mark.parametrize(
    ("error", "use", "match"),
    [
        (ValueError, lambda k: k.layers.Add()(row), "list"),
        (ValueError, lambda k: k.layers.Add()([row, row[:1]]), "batch"),
        (ValueError, lambda k: k.layers.Add()([row, row[:, :2]]), "broadcast"),
        (ValueError, lambda k: k.layers.Subtract()([row, row, row]), "2 inputs"),
        (ValueError, lambda k: k.layers.Concatenate()([row, row[:1]]), "matching"),
        (ValueError, lambda k: k.layers.Concatenate()([row, row[None]]), "matching"),
        (ValueError, lambda k: k.layers.Concatenate()(row), "list"),
        (TypeError, lambda k: k.layers.Dot("a"), "axes"),
        (ValueError, lambda k: k.layers.Dot((1, 2, 3)), "axes"),
        (ValueError, lambda k: k.layers.Dot((1, 2.0)), "axes"),
        (ValueError, lambda k: k.layers.Dot(1)([row, row[:, :2]]), "Incompatible"),
        (ValueError, lambda k: k.layers.Dot(1)([row, row, row]), "2 inputs"),
        (ValueError, lambda k: k.layers.Dot(0)([row, row]), "axis 0"),
    ],
)
def test_misuse(error: Any, use: Any, match: str) -> None:
    check_misuse(error, use, match)
