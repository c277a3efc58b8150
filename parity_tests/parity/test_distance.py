"""Distances in ULP: exact, and right for signs, zeros and NaN."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from minikeras.parity.distance import measure, relative_difference, ulp_distance

floats = st.floats(width=32) | st.floats()
numbers = st.floats(allow_nan=False, allow_infinity=False)


def test_every_float16_is_one_step_from_the_next():
    finite = np.arange(2**16, dtype="uint16").view("float16")
    ladder = np.sort(finite[np.isfinite(finite)])
    ladder = np.concatenate([ladder[ladder < 0], np.zeros(1, "float16"), ladder[ladder > 0]])
    assert (ulp_distance(ladder[:-1], ladder[1:]) == 1).all()
    assert ulp_distance(ladder[0], ladder[-1]) == len(ladder) - 1


@given(numbers, st.integers(-50, 50), st.sampled_from(["float32", "float64"]))
def test_ulp_counts_neighbours(x, steps, dtype):
    # Far from the largest numbers, so that no step leads to infinity.
    start = end = np.asarray(math.copysign(min(abs(x), 1e30), x), dtype)
    for _ in range(abs(steps)):
        end = np.nextafter(end, np.asarray(math.inf * steps, dtype))
    assert ulp_distance(start, end) == abs(steps) == ulp_distance(end, start)


def test_ulp_of_the_extremes():
    largest = np.finfo("float64").max
    assert ulp_distance(-largest, largest) == 2 * int(np.float64(largest).view("int64"))
    assert ulp_distance(0.0, -0.0) == 0
    assert ulp_distance(math.nan, math.nan) == 0
    assert ulp_distance(math.nan, 1.0) == 2**64 - 1
    assert ulp_distance(0.1, float(np.float32(0.1)), "float32") == 0


@pytest.mark.parametrize(
    ("a", "b"), [(np.float32(1), np.float64(1)), (1, 2), (np.float32([1]), np.int32([1]))]
)
def test_ulp_needs_two_float_arrays_of_one_type(a, b):
    with pytest.raises(TypeError, match="two float arrays of one dtype"):
        ulp_distance(a, b)


@given(floats, floats)
def test_relative_difference_is_a_distance(a, b):
    d = relative_difference(a, b)
    assert d == relative_difference(b, a) >= 0
    assert (d == 0) == (a == b or (math.isnan(a) and math.isnan(b)))
    finite = math.isfinite(a) and math.isfinite(b)
    assert d <= 2 if finite else d in (0, math.inf)


@given(numbers.filter(lambda x: abs(x) > 1e-290), st.floats(1e-12, 0.5))
def test_relative_difference_of_a_known_change(x, change):
    x = math.copysign(min(abs(x), 1e300), x)
    assert relative_difference(x, x * (1 - change)) == pytest.approx(change, abs=1e-15)


def test_denormal_numbers_of_float32_count_as_zero_and_those_of_float16_do_not():
    for dtype, absolute in (("float32", 0.0), ("float16", np.float64(np.float16(3e-5)))):
        tiny = np.finfo(dtype).tiny / 2 if dtype == "float32" else 3e-5
        found = measure(np.array([tiny], dtype), np.zeros(1, dtype), 1.0)
        assert not found["equal"] and found["absolute"] == absolute
