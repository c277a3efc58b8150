import pytest
from hypothesis import given
from hypothesis import strategies as st

from parity_tests.checks.op import check
from parity_tests.drawing import few, pairs, reals, values

ANYWHERE, POSITIVE, UNIT, ABOVE_ONE = (-4.0, 4.0), (0.05, 4.0), (-0.95, 0.95), (1.05, 4.0)
UNARY = {
    ANYWHERE: "negative abs absolute fabs sign square exp expm1 exp2 sin cos tan arctan arcsinh "
    "sinh cosh tanh sinc erf erfc floor ceil round trunc nan_to_num deg2rad rad2deg isnan isinf "
    "isfinite isposinf isneginf signbit logical_not",
    POSITIVE: "sqrt rsqrt reciprocal log log1p log2 log10 cbrt",
    UNIT: "arcsin arccos arctanh erfinv",
    ABOVE_ONE: "arccosh",
}
ROWS = [(name, domain) for domain, names in UNARY.items() for name in names.split()]
BINARY = {
    ANYWHERE: "add subtract multiply maximum minimum fmax fmin arctan2 hypot logaddexp logaddexp2 "
    "divide_no_nan equal not_equal greater greater_equal less less_equal logical_and logical_or "
    "logical_xor isclose allclose",
    POSITIVE: "divide true_divide power mod fmod floor_divide",
}
PAIRS = [(name, domain) for domain, names in BINARY.items() for name in names.split()]


@pytest.mark.parametrize(("name", "domain"), ROWS, ids=[name for name, _ in ROWS])
@few
@given(st.data())
def test_unary(name, domain, data):
    check(name, data.draw(reals(domain=domain)))


@pytest.mark.parametrize(("name", "domain"), PAIRS, ids=[name for name, _ in PAIRS])
@few
@given(st.data())
def test_binary(name, domain, data):
    check(name, *data.draw(pairs(domain=domain)))


@given(reals(), st.sampled_from([-1.0, 0.0]), st.sampled_from([0.5, 1]))
def test_clip(x, low, high):
    check("clip", x, x_min=low, x_max=high)


@given(reals(), st.integers(-1, 3))
def test_round(x, decimals):
    check("round", x, decimals=decimals)


@given(reals(grid=True))
def test_root_of_zero(x):
    check("sqrt", abs(x))


@given(st.integers(0, 99), st.floats(0.125, 3, width=32))
def test_python_numbers_are_weak(seed, number):
    for name in ("add", "multiply", "subtract", "maximum", "divide"):
        for dtype in ("float16", "float64", "int32"):
            x = values(seed, (3,), (1, 3), dtype=dtype)
            check(name, x, x2=number)
            check(name, x, x2=int(number) + 4)
