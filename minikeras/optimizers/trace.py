"""The path of an optimizer on a surface: every step, with all that ``explain`` tells of it."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from minikeras import notebook, settings
from minikeras.autograd import Tensor, Variable, value_and_grad
from minikeras.messages import describe
from minikeras.optimizers.explain import Explanation
from minikeras.types import Array

_SHOWN = 10  # steps at either end of a table


@dataclasses.dataclass(frozen=True, repr=False, eq=False)
class Trace:
    """A path of n steps on a surface of d numbers.

    label: the optimizer, its learning rate and what differs from the defaults, for legends.
    w: the points, an array of shape (n + 1, d); the first is the start.
    loss: the height of the surface at each point, an array of shape (n + 1,).
    grad: the gradient at each point but the last, an array of shape (n, d).
    explanations: what ``optimizer.explain`` tells of each step; the variable is called "w".

    ``trace["m"]`` holds the value that each step noted under that name, an array of n rows.
    Raises KeyError for a name that no step noted.
    """

    label: str
    w: Array
    loss: Array
    grad: Array
    explanations: list[Explanation]

    def __len__(self) -> int:
        """The number of steps."""
        return len(self.explanations)

    def __iter__(self) -> Iterator[Explanation]:
        """The explanations of the steps, from the first to the last."""
        return iter(self.explanations)

    @property
    def names(self) -> list[str]:
        """The names of the values that the steps noted: ``["g", "t", "lr", "m", ...]``."""
        noted = (record.name for step in self.explanations for record in step["w"])
        return list(dict.fromkeys(noted))

    def __getitem__(self, name: str) -> Array:
        if name not in self.names:
            raise KeyError(f"{name!r} is not among the noted values {self.names}")
        steps = ({r.name: r.value for r in step["w"]} for step in self.explanations)
        return np.array([step.get(name, np.nan) for step in steps])

    def __repr__(self) -> str:
        start, end = (np.array2string(w, precision=4) for w in (self.w[0], self.w[-1]))
        return f"<Trace of {self.label}: {len(self)} steps from {start} to {end}>"

    def __str__(self) -> str:
        header, rows = self._table()
        lines = [
            header,
            *([cell if isinstance(cell, str) else f"{cell:.6g}" for cell in r] for r in rows),
        ]
        widths = [max(len(line[i]) for line in lines) for i in range(len(header))]
        return "\n".join(
            "  ".join(cell.rjust(width) for cell, width in zip(line, widths)) for line in lines
        )

    def _repr_html_(self) -> str:
        header, rows = self._table()
        return notebook.table(header, rows, self.label)

    def _table(self) -> tuple[list[str], list[list[Any]]]:
        """A row for each point: its number, its coordinates, the loss, the gradient."""
        columns = {"w": self.w, "loss": self.loss[:, None], "gradient": self.grad}
        header, number = ["step"], self.w.shape[1]
        for name, column in columns.items():
            several = column.shape[1] > 1
            header += [f"{name}[{i}]" if several else name for i in range(column.shape[1])]
        rows: list[list[Any]] = []
        for k in range(len(self.w)):
            gradient = self.grad[k] if k < len(self.grad) else [""] * number
            rows.append([str(k), *self.w[k], self.loss[k], *gradient])
        if len(rows) > 2 * _SHOWN + 1:  # a row of dots takes the place of one as well
            rows[_SHOWN:-_SHOWN] = [["…"] * len(header)]
        return header, rows


def trace(optimizer: Any, f: Callable[..., Any], start: Any, steps: int) -> Trace:
    """Run a fresh copy of the optimizer on f; see ``Optimizer.trace``."""
    point = np.atleast_1d(np.asarray(start, settings.floatx()))
    if point.ndim != 1:
        raise ValueError(
            f"start must hold one number for each argument of f, received {describe(start)}"
        )
    if not isinstance(steps, int) or steps < 0:
        raise ValueError(f"steps must be an integer from 0 on, received {describe(steps)}")
    own = optimizer.fresh()
    w = Variable(point, name="w")
    value_and_gradient = value_and_grad(lambda point: _height(f, point))
    points, losses, gradients = [w.numpy()], [], []
    explanations: list[Explanation] = []
    for k in range(steps + 1):
        value, gradient = value_and_gradient(Tensor(w.numpy()))
        losses.append(float(np.asarray(value)))
        if k == steps:
            break
        explanations.append(own.explain([gradient], [w]))
        with settings.use_kernels("reference"):  # a point is too small for kernels to be loaded
            own.apply([gradient], [w])
        points.append(w.numpy())
        gradients.append(np.asarray(gradient))
    grad = np.array(gradients) if gradients else np.empty((0, point.size), point.dtype)
    return Trace(_label(own), np.array(points), np.array(losses), grad, explanations)


def _height(f: Callable[..., Any], point: Tensor) -> Any:
    value = f(*point)
    if np.shape(value) != ():
        raise ValueError(f"f must return one number, it returned {describe(value)}")
    return value


def _label(optimizer: Any) -> str:
    """``"SGD(0.1, momentum=0.9)"``: the learning rate, and what differs from the defaults."""
    rate = optimizer._learning_rate
    shown = [f"{float(rate.numpy()):.6g}" if isinstance(rate, Variable) else describe(rate)]
    for name, field in optimizer._fields.items():
        value = getattr(optimizer, name)
        if name not in ("learning_rate", "name") and value != field.default:
            shown.append(f"{name}={describe(value)}")
    return f"{type(optimizer).__name__}({', '.join(shown)})"
