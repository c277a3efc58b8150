"""Layers whose ``call`` computes with sizes that are unknown when a model is made."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest

import minikeras


def depth_to_space(ops: Any, x: Any) -> Any:
    batch, height, width, depth = ops.shape(x)
    x = ops.reshape(x, (batch, height, width, 2, 2, depth // 4))
    x = ops.transpose(x, (0, 1, 3, 2, 4, 5))
    return ops.reshape(x, (batch, height * 2, width * 2, depth // 4))


def cells_as_samples(ops: Any, x: Any) -> Any:
    batch, height, width, depth = ops.shape(x)
    return ops.reshape(x, (batch * height * width, depth))


def half(ops: Any, x: Any) -> Any:
    return x[:, : ops.shape(x)[1] // 2]


def spread(ops: Any, x: Any) -> Any:
    return ops.ones((ops.shape(x)[0] + 1, 4)) * x[0, 0, 0]


@pytest.mark.parametrize("function", [depth_to_space, cells_as_samples, half, spread])
def test_sizes_of_call(function: Any) -> None:
    found = []
    for library in (keras, minikeras):

        class Own(library.layers.Layer):  # type: ignore[misc,name-defined]  # of either library
            def __init__(self, library: Any) -> None:
                super().__init__()
                self.ops, self.scale = library.ops, library.layers.Dense(4, name="scale")

            def call(self, x: Any) -> Any:
                return function(self.ops, self.scale(x))

        library.utils.clear_session()
        library.utils.set_random_seed(0)
        inputs = library.Input((None, None, 4))
        outputs = Own(library)(inputs)
        model = library.Model(inputs, outputs)
        x = np.arange(2 * 4 * 6 * 4, dtype="float32").reshape(2, 4, 6, 4)
        found.append((tuple(outputs.shape), np.asarray(model(x))))
    (their_shape, theirs), (our_shape, ours) = found
    assert our_shape == their_shape
    np.testing.assert_array_equal(ours, theirs)


def test_own_errors_remain() -> None:
    class Wrong(minikeras.layers.Layer):
        def call(self, x: Any) -> Any:
            unknown: Any = None
            return x + minikeras.ops.ones(unknown * 2)

    with pytest.raises(TypeError, match="NoneType"):
        Wrong()(minikeras.Input((3,)))
