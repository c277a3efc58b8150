"""Convolution in groups: each group of channels meets its own group of filters.

The maps of ``conv.py`` with ``groups``, the number of groups: x, dy, w and their gradients are
divided along their last axis.  w: (*size, channels / groups, filters).
"""

from __future__ import annotations

from typing import Any

from minikeras.dtypes import promote
from minikeras.ops.declarations import primitive
from minikeras.ops.primitives.conv import (
    _is_float,
    convolve,
    convolve_input_gradient,
    convolve_kernel_gradient,
    convolve_shape,
)
from minikeras.types import Array, Shape, TensorLike
from minikeras.windows import Margins, Sizes, by_groups


@primitive(dtype=promote)
def convolve_groups(
    x: Array, w: Array, *, strides: Sizes, dilation: Sizes, groups: int, margins: Margins = ()
) -> Array:
    """y[n, i, o] = Σ_p Σ_c  x[n, i·s + p·d, c] · w[p, c, o]  over the channels c of o's group."""
    how: Any = {"strides": strides, "dilation": dilation, "margins": margins}
    return by_groups(convolve.forward, groups, x, w, **how)


@convolve_groups.shape
def convolve_groups_shape(x: Shape, w: Shape, *, groups: int, **how: Any) -> Shape:
    return convolve_shape((*x[:-1], w[-2]), w, **how)


@convolve_groups.vjp
def convolve_groups_vjp(dy: Array, y: Array, x: Array, w: Array, **how: Any) -> TensorLike:
    return (
        lambda: groups_input_gradient.compute(dy, w, space=x.shape[1:-1], **how),
        lambda: groups_kernel_gradient.compute(x, dy, size=w.shape[:-2], **how),
    )


@primitive(dtype=promote)
def groups_input_gradient(
    dy: Array,
    w: Array,
    *,
    space: Sizes,
    strides: Sizes,
    dilation: Sizes,
    groups: int,
    margins: Margins = (),
) -> Array:
    """The transpose of ``convolve_groups`` in its input."""
    how: Any = {"space": space, "strides": strides, "dilation": dilation, "margins": margins}
    return by_groups(convolve_input_gradient.forward, groups, dy, w, **how)


@groups_input_gradient.shape
def groups_input_gradient_shape(
    dy: Shape, w: Shape, *, space: Sizes, groups: int, **how: Any
) -> Shape:
    return (dy[0], *space, w[-2] * groups)  # type: ignore[operator]  # a kernel has known sizes


@groups_input_gradient.vjp
def groups_input_gradient_vjp(
    ddx: Array, dx: Array, dy: Array, w: Array, *, space: Sizes, **how: Any
) -> TensorLike:
    return (
        lambda: convolve_groups.compute(ddx, w, **how),
        lambda: groups_kernel_gradient.compute(ddx, dy, size=w.shape[:-2], **how),
    )


@primitive(dtype=promote)
def groups_kernel_gradient(
    x: Array,
    dy: Array,
    *,
    size: Sizes,
    strides: Sizes,
    dilation: Sizes,
    groups: int,
    margins: Margins = (),
) -> Array:
    """The transpose of ``convolve_groups`` in its kernel."""
    how: Any = {"size": size, "strides": strides, "dilation": dilation, "margins": margins}
    return by_groups(convolve_kernel_gradient.forward, groups, x, dy, **how)


@groups_kernel_gradient.shape
def groups_kernel_gradient_shape(
    x: Shape, dy: Shape, *, size: Sizes, groups: int, **how: Any
) -> Shape:
    return (*size, x[-1] // groups, dy[-1])  # type: ignore[operator]  # the channels are known


@groups_kernel_gradient.vjp
def groups_kernel_gradient_vjp(
    ddw: Array, dw: Array, x: Array, dy: Array, *, size: Sizes, **how: Any
) -> TensorLike:
    return (
        lambda: groups_input_gradient.compute(dy, ddw, space=x.shape[1:-1], **how),
        lambda: convolve_groups.compute(x, ddw, **how),
    )


for _primitive in (convolve_groups, groups_input_gradient, groups_kernel_gradient):
    _primitive.fast("minikeras.kernels.conv_groups", rules="forward", when=_is_float)
