"""``tf.debugging``: checks that raise an error."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from minikeras import frames
from minikeras.messages import describe
from minikeras.tensorflow import convert
from minikeras.tensorflow.convert import array
from minikeras.tensorflow.errors import InvalidArgumentError


def _fail(found: str, message: str | None) -> None:
    raise InvalidArgumentError(None, None, f"{message}: {found}" if message else found)


def _comparison(wanted: str, holds: Callable[..., Any]) -> Callable[..., None]:
    @frames.filter_traceback
    def check(
        x: Any, y: Any, message: str | None = None, summarize: Any = None, name: str | None = None
    ) -> None:
        a, b = array(x), array(y)
        if not np.all(holds(a, b)):
            _fail(f"x={describe(a)} is not everywhere {wanted} y={describe(b)}", message)

    check.__doc__ = f"InvalidArgumentError unless x is {wanted} y everywhere."
    return check


def _sign(wanted: str, holds: Callable[[Any], Any]) -> Callable[..., None]:
    @frames.filter_traceback
    def check(
        x: Any, message: str | None = None, summarize: Any = None, name: str | None = None
    ) -> None:
        if not np.all(holds(array(x))):
            _fail(f"x={describe(array(x))} is not everywhere {wanted}", message)

    check.__doc__ = f"InvalidArgumentError unless x is {wanted} everywhere."
    return check


assert_equal = _comparison("equal to", np.equal)
assert_less = _comparison("less than", np.less)
assert_less_equal = _comparison("less than or equal to", np.less_equal)
assert_greater = _comparison("greater than", np.greater)
assert_greater_equal = _comparison("greater than or equal to", np.greater_equal)
assert_positive = _sign("positive", lambda x: x > 0)
assert_negative = _sign("negative", lambda x: x < 0)
assert_non_negative = _sign("at least 0", lambda x: x >= 0)
assert_non_positive = _sign("at most 0", lambda x: x <= 0)


@frames.filter_traceback
def assert_near(
    x: Any,
    y: Any,
    rtol: float | None = None,
    atol: float | None = None,
    message: str | None = None,
    summarize: Any = None,
    name: str | None = None,
) -> None:
    """InvalidArgumentError unless |x − y| ≤ atol + rtol |y| everywhere; both are 10 epsilon."""
    a, b = array(x), array(y)
    default = 10 * float(np.finfo(a.dtype).eps)
    bound = (default if atol is None else atol) + (default if rtol is None else rtol) * np.abs(b)
    if not np.all(np.abs(a - b) <= bound):
        _fail(f"x={describe(a)} is not everywhere near y={describe(b)}", message)


@frames.filter_traceback
def assert_rank(x: Any, rank: int, message: str | None = None, name: str | None = None) -> None:
    """ValueError unless x has so many axes."""
    if array(x).ndim != int(rank):
        raise ValueError(f"{message or ''}x={describe(array(x))}; expected {rank} axes")


@frames.filter_traceback
def assert_shapes(
    shapes: Any,
    data: Any = None,
    summarize: Any = None,
    message: str | None = None,
    name: str | None = None,
) -> None:
    """ValueError unless tensors have shapes, in which a letter is the same size everywhere.

    shapes: pairs of a tensor and a shape.
    """
    known: dict[str, int] = {}
    for x, shape in shapes.items() if isinstance(shapes, dict) else shapes:
        found = array(x).shape
        fits = len(found) == len(shape) and all(
            wanted is None
            or (known.setdefault(wanted, n) if isinstance(wanted, str) else wanted) == n
            for wanted, n in zip(shape, found)
        )
        if not fits:
            raise ValueError(f"{message or ''}a tensor of shape {found}; expected {tuple(shape)}")


@frames.filter_traceback
def Assert(condition: Any, data: Any, summarize: Any = None, name: str | None = None) -> None:
    """InvalidArgumentError that shows the data unless the condition is true."""
    if not bool(np.all(array(condition))):
        raise InvalidArgumentError(None, None, f"the assertion failed: {describe(data)}")


@frames.filter_traceback
def check_numerics(tensor: Any, message: str, name: str | None = None) -> Any:
    """The tensor; InvalidArgumentError if it has elements that are infinite or not a number."""
    if not np.all(np.isfinite(array(tensor))):
        _fail(f"tensor={describe(array(tensor))} has elements that are not finite", message)
    return convert.tensor(tensor)


@frames.filter_traceback
def assert_all_finite(x: Any, message: str, name: str | None = None) -> Any:
    """The tensor; InvalidArgumentError if it has elements that are infinite or not a number."""
    return check_numerics(x, message)


def enable_check_numerics(stack_height_limit: int = 30, path_length_limit: int = 50) -> None:
    """NotImplementedError: results are checked where ``check_numerics`` is called."""
    raise NotImplementedError(
        "tf.debugging.enable_check_numerics is not in minikeras; call tf.debugging.check_numerics"
    )


def is_numeric_tensor(tensor: Any) -> bool:
    """Whether it holds numbers, and neither text nor truth values."""
    return hasattr(tensor, "dtype") and array(tensor).dtype.kind in "iufc"


def set_log_device_placement(enabled: bool) -> None:
    """Nothing: all operations run on the processor."""


__all__ = [
    *("assert_equal", "assert_less", "assert_less_equal", "assert_greater"),
    *("assert_greater_equal", "assert_positive", "assert_negative", "assert_non_negative"),
    *("assert_non_positive", "assert_near", "assert_rank", "assert_shapes", "Assert"),
    *("check_numerics", "assert_all_finite", "enable_check_numerics", "is_numeric_tensor"),
    "set_log_device_placement",
]
