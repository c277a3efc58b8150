"""Everything about an optimizer except its update rule and what it remembers."""

from __future__ import annotations

import functools
import re
import warnings
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from minikeras import config as settings
from minikeras.autograd import Tensor, Variable
from minikeras.declare import auto_name, serialization
from minikeras.optimizers.norms import global_norm, global_scale, norm
from minikeras.optimizers.rounding import decay, over, rounded
from minikeras.optimizers.schedules.schedule import LearningRateSchedule
from minikeras.optimizers.state import Stateful, is_overwritten, store
from minikeras.optimizers.together import Together
from minikeras.types import Array, TensorLike

if TYPE_CHECKING:
    from minikeras.optimizers.explain import Explanation


def once_per_apply(function: Callable[..., Any]) -> Callable[..., Any]:
    """Remember the last result of a method of ``(t, lr)``: all variables share these scalars."""
    key = f"_last_{function.__name__}"

    @functools.wraps(function)
    def remembering(self: Any, t: Any, lr: Any) -> Any:
        last = self.__dict__.get(key)
        if last is None or last[0] is not t or last[1] is not lr:
            self.__dict__[key] = last = (t, lr, function(self, t, lr))
        return last[2]

    return remembering


def no_note(*variable: Variable, **values: Any) -> None:
    """What ``note`` does while nobody asks for an explanation."""


class LearningRate:
    """``optimizer.learning_rate`` reads the current value, and accepts a number or a schedule."""

    def __get__(self, optimizer: Optimizer | None, owner: type | None = None) -> Any:
        if optimizer is None:
            return self
        rate = optimizer._learning_rate
        if isinstance(rate, LearningRateSchedule):
            return rate(optimizer._iterations)
        return rate() if callable(rate) else rate

    def __set__(self, optimizer: Optimizer, value: Any) -> None:
        old = optimizer._learning_rate
        if old is None or callable(value):
            optimizer._learning_rate = value
            optimizer._variables = [v for v in optimizer._variables if v is not old]
        elif callable(old):
            raise TypeError(
                "learning_rate cannot be set: this optimizer was created with the schedule "
                f"{old!r}; create it with a float to be able to set it"
            )
        else:
            old.assign(value)


class Optimizer(Stateful):
    """Walks over the variables and hands each to ``step``, a pure function of arrays.

    For each variable w with gradient g, in this order; what is not asked for is left out:

    unscaled                = g / loss_scale_factor
    accumulated             = accumulated + g
    mean                    = accumulated / gradient_accumulation_steps
    clipped_by_norm         = g clipnorm / max(‖g‖, clipnorm)
    clipped_by_global_norm  = g global_clipnorm min(1 / ‖all g‖, 1 / global_clipnorm)
    clipped_by_value        = min(max(g, −clipvalue), clipvalue)
    decayed                 = w − w weight_decay lr
    w, slots                = step(w, g, t, lr, *slots)
    average                 = ema_momentum average + (1 − ema_momentum) w
    overwritten             = average                every ema_overwrite_frequency steps
    constrained             = constraint(w)

    A new rule is a subclass with ``slots``, the names of the arrays that a variable carries
    from one step to the next, and ``step``.  Programs written for Keras may override ``build``
    and ``update_step`` instead.

    Parity: weight decay is decoupled for every rule; a schedule sees the count of calls of
    ``apply``, t the count of updates; the first average is w itself.
    Parity: where TensorFlow flushes subnormal numbers to zero, NumPy keeps them.

    Raises ValueError for a learning rate that is neither a float nor callable, for two ways
    of clipping at once, and for accumulation or averaging that makes no sense.
    """

    learning_rate: Any
    weight_decay: float | None = None
    clipnorm: float | None = None
    clipvalue: float | None = None
    global_clipnorm: float | None = None
    use_ema: bool = False
    ema_momentum: float = 0.99
    ema_overwrite_frequency: int | None = None
    loss_scale_factor: float | None = None
    gradient_accumulation_steps: int | None = None
    name: str | None = None

    _learning_rate: Any = None
    note = staticmethod(no_note)
    _exempt: tuple[set[int], str] = (set(), "")

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        cls.learning_rate = LearningRate()  # the default of the field must not hide it

    def __new__(cls, *args: Any, **kwargs: Any) -> Any:
        unknown = {k: v for k, v in kwargs.items() if k not in cls._fields}
        if unknown and hasattr(cls.__init__, "__signature__"):
            raise ValueError(f"Argument(s) not recognized: {unknown}")
        return super().__new__(cls)

    def setup(self) -> None:
        self.name = self.name or auto_name(type(self).__name__)
        self._check_options()
        self._start()
        self._overrides_update = type(self).update_step is not Optimizer.update_step
        # A subclass that brings another rule does not inherit the kernel of the old one.
        owners = [next(c for c in type(self).__mro__ if n in vars(c)) for n in ("step", "fused")]
        self._has_fused = owners[0] is owners[1] is not Optimizer and not self._overrides_update
        self._teams: dict[tuple[Variable, ...], Together] = {}
        rate = self._learning_rate
        if not callable(rate):
            if not isinstance(rate, float):
                raise ValueError(
                    "learning_rate must be a float, a LearningRateSchedule or a callable without "
                    f"arguments, received {rate!r}"
                )
            self._learning_rate = self._add("learning_rate", rate, settings.floatx())

    def _check_options(self) -> None:
        steps, frequency = self.gradient_accumulation_steps, self.ema_overwrite_frequency
        if steps and not steps >= 2:
            raise ValueError(f"gradient_accumulation_steps must be at least 2, received {steps}")
        if self.use_ema:
            if not 0 <= self.ema_momentum <= 1:
                raise ValueError(f"ema_momentum must be in [0, 1], received {self.ema_momentum}")
            if frequency and (not isinstance(frequency, int) or frequency < 1):
                raise ValueError(
                    f"ema_overwrite_frequency must be None or an int ≥ 1, received {frequency}"
                )
        clips = {n: getattr(self, n) for n in ("clipnorm", "clipvalue", "global_clipnorm")}
        if sum(value is not None for value in clips.values()) > 1:
            raise ValueError(f"only one way of clipping can be used at a time, received {clips}")

    def step(self, w: Array, g: Array, t: Any, lr: Any, *slots: Array) -> Any:
        """The new w, then the new slots; t counts updates from 1, t and lr are of w's type.

        May ``note`` its intermediates under the names that the class's docstring gives them.
        """
        raise NotImplementedError(f"{type(self).__name__} must define step() or update_step()")

    def fused(self, t: Any, lr: Any) -> tuple[Any, ...] | None:
        """The same for all variables at once: the name of a kernel, then the numbers it takes."""
        return None

    def apply_gradients(self, grads_and_vars: Iterable[tuple[TensorLike, Variable]]) -> Variable:
        """``apply`` for pairs; returns the counter of calls."""
        gradients, variables = zip(*grads_and_vars)
        self.apply(gradients, variables)
        return self._iterations

    def apply(
        self,
        grads: Sequence[TensorLike | None],
        trainable_variables: Sequence[Variable] | None = None,
    ) -> None:
        """Update the variables from their gradients, which come in the same order.

        The first call builds the optimizer.  Variables whose gradient is ``None`` stay as they
        are, with a warning.  Raises ValueError for variables the optimizer was not built with,
        and when there is no gradient at all.
        """
        if len(grads) == 0:
            return
        variables = self._known(grads, trainable_variables)
        pairs = [(_array(g), v) for g, v in zip(grads, variables) if g is not None]
        if len(pairs) < len(grads):
            self._warn_of_missing(grads, variables)
        with np.errstate(all="ignore"):  # what diverges becomes inf or nan, without a word
            pairs = [(g, v) for g, v in pairs if not self._overwrite(g, v)]
            if pairs:
                self._update([g for g, _ in pairs], [v for _, v in pairs])
        store(self._iterations, self._iterations._value + 1)

    def _known(
        self, grads: Sequence[Any], variables: Sequence[Variable] | None
    ) -> Sequence[Variable]:
        if variables is None:
            if not self.built:
                raise ValueError(
                    "apply(grads) without variables needs an optimizer that was built: call "
                    "optimizer.build(trainable_variables) first"
                )
            if len(grads) != len(self._trainable_variables):
                raise ValueError(
                    f"received {len(grads)} gradients, expected one for each of the "
                    f"{len(self._trainable_variables)} variables the optimizer was built with"
                )
            return self._trainable_variables
        if not self.built:
            self.build(list(variables))
            self.built = True
        for variable in variables:
            if id(variable) not in self._index:
                raise ValueError(
                    f"Unknown variable: {variable}. An optimizer can only be called for the "
                    "variables it was built with; create a new one for new variables."
                )
        return variables

    def _warn_of_missing(self, grads: Sequence[Any], variables: Sequence[Variable]) -> None:
        missing = [v.path for g, v in zip(grads, variables) if g is None]
        if len(missing) == len(grads):
            raise ValueError("No gradients provided for any variable.")
        warnings.warn(
            f"Gradients do not exist for variables {missing} when minimizing the loss. "
            "If using `model.compile()`, did you forget to provide a `loss` argument?",
            stacklevel=3,
        )

    def _overwrite(self, g: Array, variable: Variable) -> bool:
        """Does the variable take its "gradient" as its value?  The largest, if accumulated."""
        if not is_overwritten(variable):
            return False
        if self.gradient_accumulation_steps:
            accumulated = self._accumulated[self._index[id(variable)]]
            g = np.maximum(g, accumulated._value)
            if not self._updates_now():
                accumulated.assign(g)
                return True
            accumulated.assign(np.zeros_like(g))
        variable.assign(g)
        return True

    def _updates_now(self) -> bool:
        """False while gradients are only being accumulated."""
        steps = self.gradient_accumulation_steps
        return not steps or (int(self._iterations._value) + 1) % steps == 0

    def _update(self, grads: list[Array], variables: list[Variable]) -> None:
        together = self._together(variables)
        if together is None or self.loss_scale_factor or self.gradient_accumulation_steps:
            grads = [self._incoming(g, variable) for g, variable in zip(grads, variables)]
        updates = int(self._iterations._value) // (self.gradient_accumulation_steps or 1)
        if self._updates_now():
            self._begin(updates + 1)
            rate = self._learning_rate
            rate = rate._value if isinstance(rate, Variable) else np.asarray(self.learning_rate)
            if together is None or not self._update_together(together, grads, updates + 1, rate):
                self._update_each(grads, variables, updates + 1, rate)
            for accumulated in self._accumulated:
                accumulated.assign(np.zeros_like(accumulated._value))
        if self.use_ema:
            self._average(updates, together)
        for variable in variables:
            if variable._constraint is not None:
                variable.assign(variable._constraint(variable))
                self.note(variable, constrained=variable._value)

    def _together(self, variables: list[Variable]) -> Together | None:
        """The same variables for a step in one call, if there is such a step and it is worth it."""
        if settings.kernels() != "fast" or not self._has_fused:
            return None
        key = tuple(variables)
        together = self._teams.get(key)
        if together is None:
            if len({v._value.dtype for v in variables}) > 1:
                return None
            together = self._teams[key] = Together(self, variables)
        return together if together.worthwhile() else None

    def _update_together(self, together: Together, grads: list[Array], t: int, rate: Array) -> bool:
        plain = {*map(type, grads)} == {np.ndarray}  # arithmetic may also make scalars of them
        for gradients in (grads, None) if plain else (None,):
            if gradients is None:  # it did not work with the arrays as they are
                if any(g.dtype != together.dtype for g in grads):
                    return False
                gradients = [np.ascontiguousarray(g) for g in grads]
            clipped = together.clip(self, gradients)
            if clipped is not None and together.update(self, clipped, t, rate):
                return True
        return False

    def _update_each(
        self, grads: list[Array], variables: list[Variable], t: int, rate: Array
    ) -> None:
        scale = self._global_scale(grads)
        for g, variable in zip(grads, variables):
            dtype = variable._value.dtype
            g = self._clip(g, variable, scale)
            self._update_one(variable, g, dtype.type(t), rate.astype(dtype)[()])

    def _begin(self, t: int) -> None:
        """Runs once before the updates of step t, for state that all variables share."""

    def _incoming(self, g: Array, variable: Variable) -> Array:
        self.note(variable, g=g)
        if self.loss_scale_factor is not None:
            g = over(g, self.loss_scale_factor)
            self.note(unscaled=g)
        steps = self.gradient_accumulation_steps
        if steps:
            accumulated = self._accumulated[self._index[id(variable)]]
            g = g + accumulated._value
            self.note(accumulated=g)
            if self._updates_now():
                g = over(g, steps)
                self.note(mean=g)
            else:
                accumulated.assign(g)
        return g

    def _global_scale(self, grads: list[Array]) -> Any:
        """What brings the norm of all gradients together down to ``global_clipnorm``."""
        limit = self.global_clipnorm
        if not limit or limit < 0:
            return None
        return global_scale(global_norm(grads), limit)

    def _clip(self, g: Array, variable: Variable, global_scale: Any) -> Array:
        if self.clipnorm and self.clipnorm > 0:
            g = g * self.clipnorm / np.maximum(norm(g), g.dtype.type(self.clipnorm))
            self.note(variable, clipped_by_norm=g)
        elif global_scale is not None:
            g = g * global_scale
            self.note(variable, clipped_by_global_norm=g)
        elif self.clipvalue and self.clipvalue > 0:
            g = np.clip(g, -self.clipvalue, self.clipvalue)
            self.note(variable, clipped_by_value=g)
        return g

    def _update_one(self, variable: Variable, g: Array, t: Any, lr: Any) -> None:
        w = variable._value
        if g.dtype != w.dtype:
            g = g.astype(w.dtype)
        self.note(variable, t=t, lr=lr)
        if self.weight_decay is not None and self._use_weight_decay(variable):
            w = decay(w, rounded(self.weight_decay, w), lr)
            store(variable, w)
            self.note(decayed=w)
        if self._overrides_update:
            self.update_step(Tensor(g), variable, Tensor(np.asarray(lr)))
            return
        slots = self._slots[self._index[id(variable)]]
        new = self.step(w, g, t, lr, *[slot._value for slot in slots])
        new = new if slots else (new,)
        for changed, array in zip((variable, *slots), new):
            store(changed, array)
        self.note(w=new[0])

    def update_step(
        self, gradient: TensorLike, variable: Variable, learning_rate: TensorLike
    ) -> None:
        """One variable's update; override it to write a rule on tensors, as for Keras."""
        dtype = variable._value.dtype
        t = dtype.type(int(np.asarray(self.iterations)) + 1)
        lr = np.asarray(learning_rate).astype(dtype)[()]
        slots = self._slots[self._index[id(variable)]]
        new = self.step(variable._value, _array(gradient), t, lr, *[s._value for s in slots])
        for changed, array in zip((variable, *slots), new if slots else (new,)):
            store(changed, array)

    # What happens around the rule

    def exclude_from_weight_decay(
        self,
        var_list: Sequence[Variable] | None = None,
        var_names: Sequence[str] | None = None,
    ) -> None:
        """No decay for these variables, nor for those whose name one of the patterns matches.

        To be called before ``build``; each call replaces what an earlier one said.
        """
        if self.built:
            raise ValueError(
                "exclude_from_weight_decay() must be called before the optimizer is built"
            )
        self._exempt = {id(v) for v in var_list or ()}, "|".join(sorted(set(var_names or ())))

    def _use_weight_decay(self, variable: Variable) -> bool:
        listed, pattern = self._exempt
        return not (id(variable) in listed or (pattern and re.search(pattern, variable.name)))

    def _average(self, updates: int, together: Together | None) -> None:
        frequency, momentum = self.ema_overwrite_frequency, self.ema_momentum if updates else 0
        averaged = together is not None and together.average(self, momentum)
        for variable, average in zip(self._trainable_variables, self._averages):
            if average is None:
                continue
            if not averaged:
                w = variable._value
                part = w.dtype.type(momentum)
                average.assign(part * average._value + (1 - part) * w)
                self.note(variable, average=average._value)
            if frequency and (updates + 1) % frequency == 0:
                variable.assign(average)
                self.note(overwritten=variable._value)

    def finalize_variable_values(self, var_list: Sequence[Variable]) -> None:
        """At the end of training the averages, if there are any, become the weights.

        Raises ValueError for another number of variables than the optimizer was built with.
        """
        if not self.use_ema:
            return
        if len(var_list) != len(self._averages):
            raise ValueError(
                f"received {len(var_list)} variables, expected the {len(self._averages)} whose "
                "averages the optimizer keeps"
            )
        for variable, average in zip(var_list, self._averages):
            if average is not None:
                variable.assign(average)

    def scale_loss(self, loss: Any) -> Any:
        """The loss times ``loss_scale_factor``, so that small gradients survive float16."""
        return loss if self.loss_scale_factor is None else loss * self.loss_scale_factor

    def explain(
        self,
        grads: Sequence[TensorLike | None],
        trainable_variables: Sequence[Variable] | None = None,
    ) -> Explanation:
        """Every intermediate of ``apply(grads, trainable_variables)``, which is not carried out.

        ``print`` shows a table for each variable: name, formula, value.
        """
        from minikeras.optimizers.explain import explain

        return explain(self, grads, trainable_variables)

    def get_config(self) -> dict[str, Any]:
        rate = self._learning_rate
        if isinstance(rate, Variable):
            rate = float(rate.numpy())
        config = {"name": self.name, "learning_rate": serialization.serialize_keras_object(rate)}
        order = (*_FIRST, *self._fields)
        return config | {n: getattr(self, n) for n in order if n not in config}

    @classmethod
    def from_config(cls, config: dict[str, Any], custom_objects: Any = None) -> Any:
        rate = config.get("learning_rate")
        if isinstance(rate, dict):
            rate = serialization.deserialize_keras_object(rate, custom_objects=custom_objects)
            config = config | {"learning_rate": rate}
        return cls(**config)


Optimizer.learning_rate = LearningRate()

# Keras's order of the common options in configs, where the rule's own options come last.
_FIRST = (
    "weight_decay",
    "clipnorm",
    "global_clipnorm",
    "clipvalue",
    "use_ema",
    "ema_momentum",
    "ema_overwrite_frequency",
    "loss_scale_factor",
    "gradient_accumulation_steps",
)


def _array(g: TensorLike) -> Array:
    return g._value if isinstance(g, Tensor) else np.asarray(g)
