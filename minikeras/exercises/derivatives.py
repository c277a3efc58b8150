"""Exercises of the lesson on autograd."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import numpy as np

from minikeras import frames, ops
from minikeras.autograd import check_gradients, vjp
from minikeras.exercises.exercise import FunctionExercise, Passed


@dataclasses.dataclass(frozen=True, repr=False)
class DerivativeExercise(FunctionExercise):
    """Write the vjp of a function of one array: ``check_gradients`` has to pass, too.

    forward: the function itself, of operations.
    """

    forward: Callable[..., Any] = ops.identity

    @frames.filter_traceback
    def check(self, answer: Callable[..., Any]) -> Passed:
        """As for any function; then the gradient is compared with difference quotients."""
        passed = super().check(answer)
        check_gradients(self._with(answer), np.linspace(-2, 2, 7))
        return passed

    def _with(self, answer: Callable[..., Any]) -> Callable[..., Any]:
        """The function, with the answer for a derivative."""

        @ops.custom_gradient
        def function(x: Any) -> Any:
            y = self.forward(x)
            return y, lambda dy: ops.convert_to_tensor(answer(*map(np.asarray, (dy, y, x))))

        return function


def _softplus_vjp(dy: Any, y: Any, x: Any) -> Any:
    return dy / (1 + np.exp(-np.asarray(x)))


def _softplus_case(dy: list[float], x: list[float]) -> tuple[Any, ...]:
    return np.array(dy), np.log1p(np.exp(x)), np.array(x)


softplus_vjp = DerivativeExercise(
    "softplus_vjp",
    "autograd",
    """Write vjp(dy, y, x), the transposed derivative of softplus, y = log(1 + exp x), as a
primitive takes it: dy is the cotangent of y. It returns that of x. check_gradients must pass.""",
    solution=_softplus_vjp,
    returns=("dx",),
    cases=[
        _softplus_case([1.0, 1.0, 1.0], [-1.0, 0.0, 2.0]),
        _softplus_case([2.0, 0.0, -3.0], [0.5, 1.0, -2.0]),
    ],
    mistakes={
        "The cotangent is missing: multiply by dy": lambda dy, y, x: _softplus_vjp(1, y, x),
        "The derivative is 1 / (1 + exp(−x)), with a minus sign": (
            lambda dy, y, x: dy / (1 + np.exp(x))
        ),
        "This is the derivative of the sigmoid, one derivative too far": (
            lambda dy, y, x: dy * np.exp(-x) / (1 + np.exp(-x)) ** 2
        ),
    },
    called="vjp",
    forward=ops.softplus,
)


# A tape of numbers: each entry is (name of the result, names of the inputs, local derivatives).
_CALLS = [
    ("a", ("x", "w"), (3.0, 2.0)),  # a = x w  with x = 2, w = 3
    ("b", ("a", "x"), (1.0, 1.0)),  # b = a + x
    ("y", ("b", "b"), (8.0, 8.0)),  # y = b b
]


def _backward(calls: Any, target: Any, source: Any) -> Any:
    gradients = {target: 1.0}
    for output, inputs, derivatives in reversed(calls):
        for name, derivative in zip(inputs, derivatives):
            gradients[name] = gradients.get(name, 0.0) + gradients.get(output, 0.0) * derivative
    return gradients.get(source, 0.0)


def _overwriting(calls: Any, target: Any, source: Any) -> Any:
    gradients = {target: 1.0}
    for output, inputs, derivatives in reversed(calls):
        for name, derivative in zip(inputs, derivatives):
            gradients[name] = gradients.get(output, 0.0) * derivative
    return gradients.get(source, 0.0)


def _forwards(calls: Any, target: Any, source: Any) -> Any:
    return _backward([*reversed(calls)], target, source)


backward = FunctionExercise(
    "backward",
    "autograd",
    """Write backward(calls, target, source): the derivative of target with respect to source. calls
is a tape: for each operation, in the order in which they ran, a tuple of the name of its result,
the names of its inputs, and the derivatives of the result with respect to each of them.""",
    solution=_backward,
    returns=("gradient",),
    cases=[(_CALLS, "y", "x"), (_CALLS, "y", "w"), (_CALLS, "b", "x"), (_CALLS, "a", "b")],
    mistakes={
        "What is used twice gets the sum of both gradients; yours overwrites the first": (
            _overwriting
        ),
        "The tape has to be read from its end": _forwards,
    },
    called="backward",
)


def _conv(x: Any, w: Any) -> Any:
    """y[i] = Σ_p x[i + p] w[p]"""
    kernel = ops.reshape(w, (-1, 1, 1))
    return ops.reshape(ops.conv(ops.reshape(x, (1, -1, 1)), kernel, padding="valid"), (-1,))


def _conv_vjp(dy: Any, x: Any, w: Any) -> Any:
    dx, dw = vjp(_conv, *(np.asarray(a, float) for a in (x, w)))[1](np.asarray(dy, float))
    return np.asarray(dx), np.asarray(dw)


conv_vjp = FunctionExercise(
    "conv_vjp",
    "autograd",
    """Write vjp(dy, x, w), the transposed derivatives of a convolution of one channel,
y[i] = Σ_p x[i + p] w[p], where y has len(x) − len(w) + 1 elements. It returns (dx, dw).""",
    solution=_conv_vjp,
    returns=("dx", "dw"),
    cases=[
        (np.array([1.0, 0.0, 2.0]), np.array([1.0, 2.0, 3.0, 4.0]), np.array([0.5, -1.0])),
        (np.array([1.0, -1.0]), np.array([1.0, 0.0, 2.0, 5.0]), np.array([1.0, 2.0, 4.0])),
    ],
    mistakes={
        "dx is correlated with w as y is; transposed, the kernel is flipped": (
            lambda dy, x, w: (np.correlate(dy, w, "full"), np.correlate(x, dy, "valid"))
        ),
        "dw is flipped: dw[p] = Σ_i x[i + p] dy[i]": (
            lambda dy, x, w: (np.convolve(dy, w), np.correlate(x, dy, "valid")[::-1])
        ),
        "dw is correlated: np.convolve flips dy": (
            lambda dy, x, w: (np.convolve(dy, w), np.convolve(x, dy, "valid"))
        ),
    },
    called="vjp",
)
