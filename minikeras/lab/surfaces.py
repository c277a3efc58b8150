"""Functions of two numbers that are small problems for an optimizer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from minikeras import ops


class Surface(NamedTuple):
    """A surface with the part of it that is shown.

    f: the height as a function of x and y, made of ``keras.ops``.
    formula: the same in TeX.
    question: what can be seen on it.
    start: where the optimizers start at first.
    reach: the axes go from −reach to reach.
    """

    f: Callable[[Any, Any], Any]
    formula: str
    question: str
    start: tuple[float, float]
    reach: float


def bowl(x: Any, y: Any) -> Any:
    return x**2 + y**2


def ravine(x: Any, y: Any) -> Any:
    return 0.05 * x**2 + y**2


def rosenbrock(x: Any, y: Any) -> Any:
    """Source: Rosenbrock (1960), with 10 in the place of 100."""
    return (1 - x) ** 2 + 10 * (y - x**2) ** 2


def saddle(x: Any, y: Any) -> Any:
    return x**2 - y**2 + 0.25 * y**4


def bumps(x: Any, y: Any) -> Any:
    """Source: Rastrigin (1974), with smaller waves."""
    waves = 2 - ops.cos(3 * x) - ops.cos(3 * y)
    return 0.3 * (x**2 + y**2) + waves


def plateau(x: Any, y: Any) -> Any:
    return 1 - ops.exp(-(x**2) - y**2)


SURFACES = {
    "bowl": Surface(
        bowl, "x^2 + y^2", "Which learning rate reaches the middle in one step?", (-2.0, 1.5), 3.0
    ),
    "ravine": Surface(
        ravine,
        r"\frac{x^2}{20} + y^2",
        "Why does a large learning rate zigzag, and what does momentum change?",
        (-2.6, 1.2),
        3.0,
    ),
    "Rosenbrock's valley": Surface(
        rosenbrock,
        r"(1 - x)^2 + 10\,(y - x^2)^2",
        "All rules find the valley. Which ones move on along it?",
        (-1.2, 1.6),
        2.0,
    ),
    "saddle": Surface(
        saddle,
        r"x^2 - y^2 + \frac{y^4}{4}",
        "How long does each rule stay near the saddle at (0, 0)?",
        (-2.0, 0.02),
        2.5,
    ),
    "bumps": Surface(
        bumps,
        r"0.3\,(x^2 + y^2) + 2 - \cos 3x - \cos 3y",
        "Which rule passes the small minima, and with which learning rate?",
        (-2.4, 2.0),
        3.0,
    ),
    "plateau": Surface(
        plateau,
        "1 - e^{-x^2 - y^2}",
        "Far from the middle gradients vanish. Why does Adam still move?",
        (-2.0, 1.5),
        3.0,
    ),
}
