"""One call by name on both sides, and the values that the tables of tests draw from."""

import hypothesis.strategies as st
import keras
import numpy as np
from hypothesis import settings

from minikeras import ops
from parity_tests.harness import check_op

few = settings(max_examples=max(5, settings.default.max_examples // 3))  # for long tables
seeds = st.integers(0, 2**32 - 1)
shapes = st.lists(st.integers(1, 5), min_size=0, max_size=3).map(tuple)
matrices = st.tuples(st.integers(1, 4), st.integers(1, 5), st.integers(1, 3))


def check(name, *arrays, _options=None, **static):
    """Compare `ops.name` with `keras.ops.name` on the same arrays and static arguments."""
    check_op(
        lambda *xs: getattr(ops, name)(*xs, **static),
        lambda *xs: getattr(keras.ops, name)(*xs, **static),
        *arrays,
        **(_options or {}),
    )


def check_list(name, arrays, _options=None, **static):
    """The same for operations that take a list of tensors."""
    check_op(
        lambda *xs: getattr(ops, name)(list(xs), **static),
        lambda *xs: getattr(keras.ops, name)(list(xs), **static),
        *arrays,
        **(_options or {}),
    )


def values(seed, shape, low=-2.0, high=2.0, grid=False, dtype="float32"):
    """Generic values, or multiples of a quarter: zeros and ties are common among these."""
    rng = np.random.default_rng(seed)
    if grid:
        steps = rng.integers(np.ceil(low * 4), np.floor(high * 4), shape, endpoint=True)
        return (steps / 4).astype(dtype)
    return rng.uniform(low, high, shape).astype(dtype)


@st.composite
def reals(draw, shape=shapes, low=-2.0, high=2.0, grid=None, dtype=None):
    """A float32 or float64 array in [low, high], on the grid of quarters or off it."""
    size = draw(shape) if isinstance(shape, st.SearchStrategy) else shape
    on_grid = draw(st.booleans()) if grid is None else grid
    kind = dtype or draw(st.sampled_from(["float32", "float64"]))
    return values(draw(seeds), size, low, high, on_grid, kind)


@st.composite
def pairs(draw, low=-2.0, high=2.0):
    """Two arrays of one dtype whose shapes broadcast."""
    shape = draw(shapes)
    other = tuple(draw(st.sampled_from([n, 1])) for n in shape)
    cut = draw(st.integers(0, len(shape)))
    kind = draw(st.sampled_from(["float32", "float64"]))
    a = draw(reals(shape, low, high, dtype=kind))
    b = draw(reals(other[cut:], low, high, dtype=kind))
    return (b, a) if draw(st.booleans()) else (a, b)


def axes(rank):
    """None, one axis or several."""
    one = st.integers(-rank, rank - 1)
    some = st.sets(st.integers(0, rank - 1), min_size=1).map(tuple)
    return st.one_of(st.none(), one, some)
