"""What the tests of convolution and pooling draw: signals, images, volumes, and windows."""

from __future__ import annotations

from typing import Any

import hypothesis.strategies as st
import numpy as np

from parity_tests.strategies import tensors

small = st.integers(1, 3)


@st.composite
def windows(draw: Any, rank: int | None = None, dilated: bool = True) -> tuple[Any, ...]:
    """(space, size, options): a spatial shape, a window that fits into it, how the window moves.

    Options are ``padding`` and either ``strides`` or, if ``dilated``, ``dilation_rate``: the two
    exclude each other.  Over volumes strides do not exceed the window under "same" padding: there
    TensorFlow's forward pass shifts the windows, and its gradient does not (docs/parity.md).
    """
    rank = draw(small) if rank is None else rank
    per_axis = st.tuples(*[small] * rank)
    size, padding = draw(per_axis), draw(st.sampled_from(["valid", "same"]))
    options: dict[str, Any] = {"padding": padding}
    rates = (1,) * rank
    if dilated and draw(st.booleans()):
        rates = options["dilation_rate"] = draw(per_axis)
    else:
        strides = draw(per_axis)
        if rank == 3 and padding == "same":
            strides = tuple(map(min, strides, size))
        options["strides"] = strides
    least = [(k - 1) * d + 1 for k, d in zip(size, rates)] if padding == "valid" else [1] * rank
    space = tuple(n + draw(st.integers(0, 3)) for n in least)
    return space, size, options


@st.composite
def convolutions(draw: Any, rank: int | None = None, groups: int = 1) -> tuple[Any, ...]:
    """(x, kernel, options) of a channels-last convolution."""
    space, size, options = draw(windows(rank))
    channels, filters = draw(small), draw(small)
    x = draw(tensors(shape=(draw(small), *space, channels * groups)))
    kernel = draw(tensors(shape=(*size, channels, filters * groups)))
    return x, kernel, options


@st.composite
def poolings(draw: Any, rank: int | None = None) -> tuple[Any, ...]:
    """(x, options) of a channels-last pooling."""
    space, size, options = draw(windows(rank, dilated=False))
    if draw(st.booleans()):  # the default: as far as the window is wide
        del options["strides"]
    return draw(tensors(shape=(draw(small), *space, draw(small)))), {"pool_size": size, **options}


def channels_first(x: Any) -> Any:
    return np.ascontiguousarray(np.moveaxis(x, -1, 1))
