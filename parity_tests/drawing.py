"""Strategies of the property tests: shapes, values, configurations, windows over images.

Hypothesis chooses shapes and configurations, which shrink well; values come from a seeded
generator, which is fast.
"""

from __future__ import annotations

from typing import Any

import hypothesis.strategies as st
import numpy as np
from hypothesis import settings

few = settings(max_examples=max(5, settings.default.max_examples // 3))  # for long tables
seeds = st.integers(0, 2**32 - 1)
generators = seeds.map(np.random.default_rng)
sizes = st.integers(1, 5)
small = st.integers(1, 3)
floats = st.sampled_from(["float32", "float64"])

# Values


def values(
    seed: Any,
    shape: Any,
    domain: tuple[float, float] = (-2.0, 2.0),
    grid: bool = False,
    dtype: str = "float32",
) -> Any:
    """An array in the interval ``domain``: uniform, or on the grid of multiples of a quarter.

    On the grid zeros and ties are common, and small sums and products are exact in float32.
    ``seed`` is a number or a generator.
    """
    rng = np.random.default_rng(seed)
    if grid:
        low, high = np.ceil(domain[0] * 4), np.floor(domain[1] * 4)
        return np.asarray(rng.integers(low, high, shape, endpoint=True) / 4, dtype)
    return np.asarray(rng.uniform(*domain, shape), dtype)


def ranks(least: int, most: int) -> Any:
    """Shapes with at least ``least`` and at most ``most`` axes."""
    return st.lists(sizes, min_size=least, max_size=most).map(tuple)


shapes = ranks(0, 3)
matrices = st.tuples(st.integers(1, 4), sizes, small)  # stacks of them


@st.composite
def numbers(
    draw: Any,
    shape: Any = shapes,
    dtype: Any = "float32",
    domain: tuple[float, float] = (-2.0, 2.0),
    grid: bool | None = None,
) -> Any:
    """Arrays from ``values``, half of them on the grid; shape and dtype may be strategies."""
    size = draw(shape) if isinstance(shape, st.SearchStrategy) else shape
    on_grid = draw(st.booleans()) if grid is None else grid
    kind = draw(dtype) if isinstance(dtype, st.SearchStrategy) else dtype
    return values(draw(seeds), size, domain, on_grid, kind)


def reals(shape: Any = shapes, dtype: Any = floats, **options: Any) -> Any:
    """``numbers`` in single or double precision."""
    return numbers(shape, dtype, **options)


@st.composite
def pairs(draw: Any, domain: tuple[float, float] = (-2.0, 2.0)) -> Any:
    """Two arrays of one dtype whose shapes broadcast."""
    shape = draw(shapes)
    other = tuple(draw(st.sampled_from([n, 1])) for n in shape)
    cut = draw(st.integers(0, len(shape)))
    dtype = draw(floats)
    a, b = (draw(numbers(s, dtype, domain)) for s in (shape, other[cut:]))
    return (b, a) if draw(st.booleans()) else (a, b)


@st.composite
def trajectories(draw: Any, dtype: str = "float32", max_steps: int = 5) -> Any:
    """``(weights, steps)``: some variables, and for each step a gradient of each."""
    every = [(), (1,), (3,), (2, 3), (8,), (5, 7), (16, 9), (2, 3, 4)]
    chosen = draw(st.lists(st.sampled_from(every), min_size=1, max_size=3))
    rng = draw(generators)
    scale = 10.0 ** draw(st.integers(-3, 2))
    grid = draw(st.booleans())

    def variables() -> Any:
        xs = [values(rng, s, (-3.0, 3.0), grid, "float64") for s in chosen]
        return [(x if grid else x * scale).astype(dtype) for x in xs]

    return variables(), [variables() for _ in range(draw(st.integers(1, max_steps)))]


# Labels, predictions, weights and masks


@st.composite
def probabilities(draw: Any, shape: tuple[int, ...], dtype: str = "float32") -> Any:
    """Uniform, softmax outputs, exact zeros and ones, or quarters (not normalized)."""
    rng = draw(generators)
    kind = draw(st.sampled_from(["uniform", "softmax", "hard", "quarters"]))
    if kind == "softmax":
        e = np.exp(rng.normal(scale=3, size=shape))
        return np.asarray(e / e.sum(-1, keepdims=True), dtype)
    if kind == "hard":
        return np.asarray(rng.integers(0, 2, shape), dtype)
    return values(rng, shape, (0, 1), kind == "quarters", dtype)


@st.composite
def one_hot(draw: Any, shape: tuple[int, ...], dtype: str = "float32") -> Any:
    return np.eye(shape[-1], dtype=dtype)[draw(generators).integers(0, shape[-1], shape[:-1])]


@st.composite
def sample_weights(draw: Any, shape: tuple[int, ...]) -> Any:
    """None, or quarters of a shape that broadcasts against values of this shape."""
    kind = draw(st.sampled_from(["none", "scalar", "full", "ones", "sample", "trailing"]))
    if kind == "none":
        return None
    chosen = {
        "scalar": (),
        "full": shape,
        "ones": tuple(n if draw(st.booleans()) else 1 for n in shape),
        "sample": shape[:1],
        "trailing": (*shape, 1),
    }[kind]
    return draw(numbers(chosen, domain=(0, 1), grid=True))


@st.composite
def masks(draw: Any, shape: Any) -> Any:
    """Booleans, three quarters of them true."""
    return draw(generators).random(shape) < 0.75


# Configurations


def options(**optional: Any) -> Any:
    """Configurations in which each entry may be missing, so that defaults are tested as well."""
    return st.fixed_dictionaries({}, optional=optional)


def axes(rank: int) -> Any:
    """None, one axis or several."""
    one = st.integers(-rank, rank - 1)
    some = st.sets(st.integers(0, rank - 1), min_size=1).map(tuple)
    return st.one_of(st.none(), one, some)


# Windows over signals, images and volumes


@st.composite
def windows(draw: Any, rank: int | None = None, dilated: bool = True) -> tuple[Any, ...]:
    """(space, size, options): a spatial shape, a window that fits into it, how the window moves.

    Options are ``padding`` and either ``strides`` or, if ``dilated``, ``dilation_rate``: the two
    exclude each other.  Over volumes strides do not exceed the window under "same" padding: there
    TensorFlow's forward pass shifts the windows, and its gradient does not.
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
    x = draw(numbers((draw(small), *space, channels * groups)))
    kernel = draw(numbers((*size, channels, filters * groups)))
    return x, kernel, options


@st.composite
def poolings(draw: Any, rank: int | None = None) -> tuple[Any, ...]:
    """(x, options) of a channels-last pooling."""
    space, size, options = draw(windows(rank, dilated=False))
    if draw(st.booleans()):  # the default: the width of the window
        del options["strides"]
    return draw(numbers((draw(small), *space, draw(small)))), {"pool_size": size, **options}


def channels_first(x: Any) -> Any:
    return np.ascontiguousarray(np.moveaxis(x, -1, 1))
