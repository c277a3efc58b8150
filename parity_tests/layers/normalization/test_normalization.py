"""Normalising layers against Keras."""

from __future__ import annotations

from typing import Any

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given

import minikeras
from parity_tests.checks.compare import check_misuse
from parity_tests.checks.layer import check_layer
from parity_tests.drawing import masks, numbers, options, ranks

scaled = {
    "center": st.booleans(),
    "scale": st.booleans(),
    "epsilon": st.sampled_from([1e-3, 0.1]),
    "gamma_initializer": st.just("he_uniform"),
    "beta_regularizer": st.just("l2"),
}
# Dividing by √(v + ε) magnifies the rounding of x − m up to ε^−½ ≈ 32 times, in gradients its cube.
SCALE = 1e3


@given(
    numbers(ranks(2, 4)),
    options(momentum=st.sampled_from([0.0, 0.9]), **scaled),
    st.booleans(),
    st.booleans(),
    st.data(),
)
def test_batch_normalization(
    x: Any, config: Any, training: bool, trainable: bool, data: Any
) -> None:
    config |= {"axis": data.draw(st.sampled_from([-1, 1, x.ndim - 1])), "trainable": trainable}
    check_layer("BatchNormalization", config, x, training=training, scale=SCALE)


@given(numbers((3, 4, 2)), st.data())
def test_batch_normalization_of_unmasked_steps(x: Any, data: Any) -> None:
    mask = data.draw(masks((3, 4)))
    check_layer("BatchNormalization", {}, x, training=True, mask=mask, scale=SCALE)


@given(
    numbers((4, 3)),
    st.sampled_from([None, {"rmax": 1.5, "rmin": 0.5, "dmax": 0.5}, {"rmax": 2.0}]),
    options(momentum=st.sampled_from([0.5]), center=st.booleans(), scale=st.booleans()),
)
def test_batch_renormalization(x: Any, clipping: Any, config: Any) -> None:
    config |= {"renorm": True, "renorm_clipping": clipping}
    check_layer("BatchNormalization", config, x, training=True, scale=SCALE)


@given(numbers(ranks(2, 4)), options(**scaled), st.data())
def test_layer_normalization(x: Any, config: Any, data: Any) -> None:
    config["axis"] = data.draw(st.sampled_from([-1, 1, [-1], list(range(1, x.ndim))]))
    check_layer("LayerNormalization", config, x, scale=SCALE)


@given(st.data(), options(**scaled), st.sampled_from([1, 2, -1]))
def test_group_normalization(data: Any, config: Any, groups: int) -> None:
    rank = data.draw(st.integers(2, 4))
    shape = [data.draw(st.integers(1, 3)) for _ in range(rank)]
    axis = data.draw(st.sampled_from([-1, *range(1, rank)]))
    shape[axis] *= 2
    x = data.draw(numbers(shape))
    check_layer("GroupNormalization", {**config, "groups": groups, "axis": axis}, x, scale=SCALE)


@given(numbers(ranks(2, 4)), options(epsilon=st.sampled_from([1e-3, 0.1])), st.data())
def test_rms_normalization(x: Any, config: Any, data: Any) -> None:
    config["axis"] = data.draw(st.sampled_from([-1, x.ndim - 1, [-1]]))
    check_layer("RMSNormalization", config, x, scale=SCALE)


@given(numbers(ranks(2, 4), grid=False), st.data())
def test_unit_normalization(x: Any, data: Any) -> None:
    axis = data.draw(st.sampled_from([-1, 1, [-1], list(range(1, x.ndim))]))
    check_layer("UnitNormalization", {"axis": axis}, x, scale=SCALE)


row = np.ones((2, 3), "float32")


@pytest.mark.parametrize(
    ("error", "use", "match"),
    [
        (ValueError, lambda k: k.layers.GroupNormalization(groups=0), "groups"),
        (ValueError, lambda k: k.layers.GroupNormalization(groups=2)(row), "2"),
        (ValueError, lambda k: k.layers.GroupNormalization(groups=4)(row), "4"),
        (TypeError, lambda k: k.layers.LayerNormalization(axis="a"), "axis"),
        (TypeError, lambda k: k.layers.UnitNormalization(axis="a"), "axis"),
        (ValueError, lambda k: k.layers.UnitNormalization(axis=5)(row), "5"),
        (ValueError, lambda k: k.layers.BatchNormalization(gamma_initializer="x"), "x"),
        (
            ValueError,
            lambda k: k.layers.BatchNormalization(renorm=True, renorm_clipping={"a": 1}),
            "renorm_clipping",
        ),
        (ValueError, lambda k: k.layers.BatchNormalization()(row, mask=row > 0), "mask"),
    ],
)
def test_misuse(error: Any, use: Any, match: str) -> None:
    check_misuse(error, use, match)


def test_a_frozen_layer_does_not_move() -> None:
    layer = minikeras.layers.BatchNormalization()
    layer.trainable = False
    layer(row, training=True)
    assert not layer.moving_mean.numpy().any() and layer.trainable_weights == []
