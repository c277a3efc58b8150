"""Running sums and differences along an axis."""

from __future__ import annotations

from typing import Any

from minikeras import shapes
from minikeras.dtypes import floating
from minikeras.ops.core import as_kind, cast, tensor
from minikeras.ops.declarations import operation
from minikeras.ops.primitives.cumulative import _cumprod, _cumsum
from minikeras.ops.reshaping import moveaxis
from minikeras.types import TensorLike


@operation("ops.numpy numpy")
def diff(a: TensorLike, n: int = 1, axis: int = -1) -> TensorLike:
    """The n-th differences of neighbours along `axis`."""
    x = tensor(a)
    if n < 0:
        raise ValueError(f"Order `n` must be non-negative, received n={n}")
    if n and not x.shape:
        raise ValueError("`diff` needs at least one axis, received a scalar")
    for _ in range(n):
        before = (slice(None),) * shapes.normalize_axis(axis, len(x.shape))
        later, earlier = x[(*before, slice(1, None))], x[(*before, slice(None, -1))]
        x = later != earlier if x.dtype == "bool" else later - earlier
    return x


@operation("ops.numpy")
def trapezoid(y: TensorLike, x: TensorLike = None, dx: float = 1.0, axis: int = -1) -> TensorLike:
    """Integral of y along `axis` by the trapezoidal rule, over x or equal steps dx."""
    y = moveaxis(as_kind(floating, y), axis, -1)
    steps: Any = cast(dx, y.dtype)
    if x is not None:
        steps = diff(tensor(x, y.dtype), axis=axis)
        steps = moveaxis(steps, axis, -1) if len(steps.shape) > 1 else steps
    return (0.5 * (y[..., 1:] + y[..., :-1]) * steps).sum(axis=-1)


def _running(x: TensorLike, axis: int | None, dtype: str | None) -> tuple[TensorLike, int]:
    x = tensor(x, dtype)
    if axis is None:
        return x.reshape((-1,)), 0
    return x, shapes.normalize_axis(axis, len(x.shape))


@operation("ops.numpy Tensor numpy")
def cumsum(x: TensorLike, axis: int | None = None, dtype: str | None = None) -> TensorLike:
    """Running sum along `axis`; without axis, of the flat x."""
    x, along = _running(x, axis, dtype)
    return _cumsum(x, axis=along, reverse=False)


@operation("ops.numpy numpy")
def cumprod(x: TensorLike, axis: int | None = None, dtype: str | None = None) -> TensorLike:
    """Running product along `axis`; without axis, of the flat x."""
    x, along = _running(x, axis, dtype)
    return _cumprod(x, axis=along)
