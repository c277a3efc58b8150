"""Surfaces from above, with the paths of optimizers on them."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import numpy as np

from minikeras import frames
from minikeras.autograd import Tensor
from minikeras.messages import describe
from minikeras.optional import Library
from minikeras.types import Array
from minikeras.visualization.picture import Picture

matplotlib = Library("matplotlib")

_GRID = 161  # points along each axis at which the surface is computed
_MARGIN = 0.15  # of the extent of the paths, left free on each side
_TEXT = "#888888"  # can be read on white and on black


@frames.filter_traceback
def contour(
    f: Callable[..., Any],
    paths: Any = (),
    xlim: tuple[float, float] | None = None,
    ylim: tuple[float, float] | None = None,
    levels: int = 20,
    title: str = "",
    size: tuple[float, float] = (6.0, 4.5),
) -> Picture:
    """The surface of a function of two numbers from above, with the paths of optimizers on it.

    f: a function of two numbers, as ``optimizer.trace`` takes it.  Of a function of one number the
        curve is drawn.  The names of its arguments stand at the axes.
    paths: what ``optimizer.trace`` returns, or an array of points of shape (n, 2); or a list of
        these; or a dict of label → path.  A ring marks the start, a disk the end.
    xlim, ylim: the ranges of the axes; by default a little more than the paths cover, or -1 to 1.
    levels: the number of lines of equal height.
    title: stands above the picture.
    size: width and height in inches.

    Points where f is not finite are left white.  Raises ImportError without matplotlib, and
    ValueError for a path that has neither one nor two numbers a point.
    """
    named = _named(paths)
    points = {name: _points(path) for name, path in named}
    numbers = {array.shape[1] for array in points.values()} or {2}
    if numbers not in ({1}, {2}):
        raise ValueError(f"paths must all have 1 or all have 2 numbers a point, received {numbers}")
    figure = matplotlib.figure.Figure(figsize=size, layout="constrained")
    axes = figure.subplots()
    xs = np.concatenate([array[:, 0] for array in points.values()] or [np.array([-1.0, 1.0])])
    x = np.linspace(*(xlim or _limits(xs)), _GRID if numbers == {2} else 2 * _GRID)
    if numbers == {1}:
        _draw_curve(axes, f, x, points)
    else:
        ys = np.concatenate([array[:, 1] for array in points.values()] or [np.array([-1.0, 1.0])])
        _draw_contour(axes, f, x, np.linspace(*(ylim or _limits(ys)), _GRID), points, levels)
    if numbers == {1} and ylim:
        axes.set_ylim(*ylim)
    axes.set_title(title, color=_TEXT)
    for write, name in zip((axes.set_xlabel, axes.set_ylabel), _arguments(f, max(numbers))):
        write(name, color=_TEXT)
    axes.tick_params(colors=_TEXT)
    for side in axes.spines.values():
        side.set_color(_TEXT)
    if points and any(points):  # outside, where no line crosses the text
        figure.legend(
            loc="outside lower center", ncols=2, frameon=False, fontsize=8, labelcolor=_TEXT
        )
    return Picture(figure)


def _draw_contour(
    axes: Any, f: Any, x: Array, y: Array, points: dict[str, Array], levels: int
) -> None:
    heights = _heights(f, *np.meshgrid(x, y))
    finite = heights[np.isfinite(heights)]
    if finite.size and np.ptp(finite) > 0:
        # Of a bowl, squared fractions of the area give rings of equal distance.
        lines = np.unique(np.quantile(finite, np.linspace(0, 1, levels + 1) ** 2))
        masked = np.ma.masked_invalid(heights)
        axes.contour(x, y, masked, levels=lines, cmap="viridis", linewidths=0.8, alpha=0.7)
    for name, path in points.items():
        (line,) = axes.plot(path[:, 0], path[:, 1], marker=".", lw=1.5, label=name or None)
        _mark_ends(axes, path[0], path[-1], line.get_color())
    axes.set(xlim=(x[0], x[-1]), ylim=(y[0], y[-1]))


def _draw_curve(axes: Any, f: Any, x: Array, points: dict[str, Array]) -> None:
    axes.plot(x, _heights(f, x), color=_TEXT, lw=1)
    for name, path in points.items():
        heights = _heights(f, path[:, 0])
        (line,) = axes.plot(path[:, 0], heights, marker=".", lw=1.5, label=name or None)
        ends = (path[0, 0], heights[0]), (path[-1, 0], heights[-1])
        _mark_ends(axes, *ends, line.get_color())
    axes.set_xlim(x[0], x[-1])


def _mark_ends(axes: Any, start: Any, end: Any, color: str) -> None:
    """A ring around the start, a disk at the end."""
    axes.plot(*start, marker="o", color=color, ms=8, mfc="none")
    axes.plot(*end, marker="o", color=color, ms=6)


def _arguments(f: Callable[..., Any], number: int) -> list[str]:
    """The names of the arguments of f if each stands for one number; else none."""
    try:
        parameters = [*inspect.signature(f).parameters.values()]
    except (TypeError, ValueError):  # written in C
        return []
    single = all(p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD) for p in parameters)
    return [p.name for p in parameters] if single and len(parameters) == number else []


def _heights(f: Callable[..., Any], *coordinates: Array) -> Array:
    """f at each point: all at once if f allows it, else one by one."""
    shape = coordinates[0].shape
    with np.errstate(all="ignore"):
        try:
            heights = np.asarray(f(*map(Tensor, coordinates)), float)
        except (ValueError, TypeError):  # f is written for single numbers
            heights = np.empty(0)
        if heights.shape != shape:
            flat = zip(*(c.ravel() for c in coordinates))
            heights = np.array([float(np.asarray(f(*map(_number, point)))) for point in flat])
    return heights.reshape(shape)


def _number(x: Any) -> Tensor:
    return Tensor(np.asarray(x))


def _named(paths: Any) -> list[tuple[str, Any]]:
    """Pairs of label and path; labels that are equal are numbered."""
    if isinstance(paths, Mapping):
        return [*paths.items()]
    if hasattr(paths, "w") or isinstance(paths, np.ndarray):
        paths = [paths]
    if not isinstance(paths, Iterable):
        raise ValueError(f"paths must be a list or a dict of paths, received {describe(paths)}")
    named: dict[str, Any] = {}
    for number, path in enumerate(paths):
        label = getattr(path, "label", f"path {number + 1}")
        named[label if label not in named else f"{label}, {number + 1}"] = path
    return [*named.items()]


def _points(path: Any) -> Array:
    points = np.asarray(getattr(path, "w", path), float)
    if points.ndim != 2 or points.shape[1] not in (1, 2) or not len(points):
        raise ValueError(
            "a path must be a trace on one or two numbers, or an array of shape (points, 2); "
            f"received {describe(path)}"
        )
    return points


def _limits(values: Array) -> tuple[float, float]:
    finite = values[np.isfinite(values)]
    low, high = (finite.min(), finite.max()) if finite.size else (-1.0, 1.0)
    margin = _MARGIN * (high - low) or 1.0
    return float(low - margin), float(high + margin)
