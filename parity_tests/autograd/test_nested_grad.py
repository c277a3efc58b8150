"""Derivatives of functions of functions that contain derivatives: no tape may lose the thread."""

import hypothesis.strategies as st
import numpy as np
from hypothesis import given

from minikeras import ops
from minikeras.autograd import grad, hvp, value_and_grad, vjp

points = st.floats(-2, 2).map(np.float64)


@given(points)
def test_grad_of_grad(x):
    slope = 1 - np.tanh(x) ** 2
    np.testing.assert_allclose(grad(grad(ops.tanh))(x), -2 * np.tanh(x) * slope, atol=1e-12)
    third = grad(grad(grad(ops.tanh)))(x)
    np.testing.assert_allclose(third, -2 * slope * (slope - 2 * np.tanh(x) ** 2), atol=1e-12)


@given(points)
def test_grad_through_the_others(x):
    def through_vjp(x):
        y, pullback = vjp(lambda z: z**3, x)
        return y * pullback(1.0)[0]  # x³ · 3 x²

    def through_value(x):
        y, slope = value_and_grad(lambda z: z**3)(x)
        return y * slope

    for f in (through_vjp, through_value):
        np.testing.assert_allclose(grad(f)(x), 15 * x**4, atol=1e-12)
    curvature = grad(lambda x: hvp(lambda z: z**4, x, 1.0))  # of 12 x²
    np.testing.assert_allclose(curvature(x), 24 * x, atol=1e-12)


def test_one_object_given_twice_is_two_arguments():
    def f(x):
        return grad(lambda z: z[0] * z[1] ** 2)([x, x])[1]  # 2 z₀ z₁

    np.testing.assert_allclose(grad(f)(np.array(3.0)), 12.0)
