"""A function whose result lost its connection to x says so, where a constant one has slope 0."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from minikeras import ops
from minikeras.autograd import GradientTape, Tensor, Variable, grad, hvp, value_and_grad, vjp

CUT: dict[str, Callable[[Any], Any]] = {
    "asarray": lambda x: ops.sum(ops.convert_to_tensor(np.asarray(x))),
    "numpy": lambda x: ops.sum(x.numpy()),
    "float": lambda x: float(ops.sum(x)),
    "item": lambda x: ops.sum(x).item() * 2,
    "tolist": lambda x: ops.sum(ops.convert_to_tensor((x * 1).tolist())),
    "number": lambda x: ops.tanh(float(ops.sum(x))),
    "derived": lambda x: ops.sum(np.asarray(x * 2)),
    "array": lambda x: np.sum(np.asarray(x)),
}
CONSTANT: dict[str, Callable[[Any], Any]] = {
    "number": lambda x: 3.0,
    "tensor": lambda x: ops.ones(()),
    "stop_gradient": lambda x: ops.stop_gradient(ops.sum(x)),
    "comparison": lambda x: ops.cast(ops.sum(x) > 0, "float64"),
    "floor": lambda x: ops.sum(ops.floor(x)),
    "branch": lambda x: ops.ones(()) if ops.sum(x) > 0 else ops.zeros(()),
    "integer": lambda x: ops.ones(()) * int(ops.sum(x)),
    "printed": lambda x: ops.ones(()) * len(f"{x} {x!r}"),
}
DERIVATIVES: dict[str, Callable[[Any, Any], Any]] = {
    "grad": lambda f, x: grad(f)(x),
    "value_and_grad": lambda f, x: value_and_grad(f)(x)[1],
    "value_and_grad, aux": lambda f, x: value_and_grad(lambda x: (f(x), x), has_aux=True)(x)[1],
    "vjp": lambda f, x: vjp(f, x)[1](1.0)[0],
    "hvp": lambda f, x: hvp(f, x, np.ones(2)),
    "grad of grad": lambda f, x: grad(lambda x: ops.sum(grad(f)(x)))(x),
}
POINTS: dict[str, Callable[[], Any]] = {
    "array": lambda: np.ones(2),
    "tensor": lambda: Tensor(np.ones(2)),
    "variable": lambda: Variable(np.ones(2)),
}


@pytest.mark.parametrize("derivative", DERIVATIVES)
@pytest.mark.parametrize("function", CUT)
def test_a_cut_is_an_error(function: str, derivative: str) -> None:
    for point in POINTS.values():
        with pytest.raises(ValueError, match="the result does not depend on x: "):
            DERIVATIVES[derivative](CUT[function], point())


@pytest.mark.parametrize("derivative", DERIVATIVES)
@pytest.mark.parametrize("function", CONSTANT)
def test_a_constant_has_slope_zero(function: str, derivative: str) -> None:
    for point in POINTS.values():
        found = DERIVATIVES[derivative](CONSTANT[function], point())
        np.testing.assert_array_equal(found, np.zeros(2))


def test_the_path_that_remains_counts() -> None:
    """A value that is read may be for a log, so a function may read while it computes."""
    read = []

    def f(x: Any) -> Any:
        y = ops.sum(x * x)
        read.append(float(y))
        return y + read[-1]

    np.testing.assert_array_equal(grad(f)(np.ones(2)), [2, 2])
    found = grad(lambda p: ops.sum(p["w"]) + float(ops.sum(p["b"])))({"w": 1.0, "b": 2.0})
    assert (float(found["w"]), float(found["b"])) == (1, 0)


def test_reading_before_or_after_is_no_cut() -> None:
    x = Tensor(np.ones(2))
    with GradientTape() as tape:
        tape.watch(x)
        y = ops.ones(())
    x.numpy()
    assert tape.gradient(y, x) is None
    with GradientTape() as tape:  # as in TensorFlow, a tape answers None
        tape.watch(x)
        y = ops.sum(ops.convert_to_tensor(np.asarray(x)))
    assert tape.gradient(y, x) is None


@pytest.mark.parametrize("derivative", DERIVATIVES)
def test_whole_numbers_have_no_derivative(derivative: str) -> None:
    for x in (3, np.array([1, 2]), Tensor(np.array([1, 2]))):
        with pytest.raises(TypeError, match="x holds whole numbers, which have no derivative"):
            DERIVATIVES[derivative](ops.sum, x)
    found = vjp(lambda x, i: x[i], np.ones(2), np.array(1))[1](1.0)  # beside others they may stand
    np.testing.assert_array_equal(found[0], [0, 1])


def test_what_is_no_number_is_no_result() -> None:
    with pytest.raises(TypeError, match="the target of a gradient must be a Tensor, received None"):
        grad(lambda x: None)(np.ones(2))
