"""What an optimizer tells of its steps: ``explain`` for one, ``trace`` for a path."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from minikeras import frames
from minikeras.autograd import Variable
from minikeras.optimizers.explain import Explanation, explain
from minikeras.optimizers.state import OptimizerState
from minikeras.optimizers.trace import Trace, trace


class Explained(OptimizerState):
    """A base of ``Optimizer``: explanations of what its steps compute."""

    def note(self, *variable: Variable, **values: Any) -> None:
        """Record intermediate values for ``explain``; an ordinary step ignores them."""

    @frames.filter_traceback
    def explain(
        self,
        grads: Iterable[Any],
        trainable_variables: Iterable[Variable] | None = None,
    ) -> Explanation:
        """The intermediate values that ``apply(grads, trainable_variables)`` would compute.

        grads: gradients, or pairs of gradient and variable as ``apply_gradients`` takes them.
        trainable_variables: the variables of the gradients; those of the optimizer by default.

        Nothing is updated.  ``print`` shows a table of name, formula and value for each variable.
        """
        return explain(self, grads, trainable_variables)

    @frames.filter_traceback
    def trace(self, f: Callable[..., Any], start: Any, steps: int = 20) -> Trace:
        """The path of this optimizer on the surface f, with every value that its steps note.

        f: a function of as many numbers as ``start`` holds.  It returns one number, computed with
            operators, ``keras.ops`` or NumPy's functions: ``lambda x, y: 0.1 * x**2 + 2 * y**2``.
        start: the first point: a number, or a sequence of numbers.
        steps: the number of steps.

        The path is that of an optimizer with the same options that has made no step yet.  This one
        does not change.  The numbers of the point are one variable, of the dtype of
        ``keras.config.floatx()``.

        Raises ValueError if ``start`` is no sequence of numbers, if ``steps`` is no integer from 0
        on, and if f returns several numbers.
        """
        return trace(self, f, start, steps)
