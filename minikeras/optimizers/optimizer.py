"""How a step runs: from the gradients of all variables to their new values.

``options.py`` holds the formulas of clipping, decay and averages, ``state.py`` the variables that
an optimizer owns, ``fused.py`` the same step in native code.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, ClassVar

import numpy as np

from minikeras import frames, twins
from minikeras.autograd import IndexedSlices, Tensor, Variable
from minikeras.declare import auto_name
from minikeras.messages import describe
from minikeras.optimizers import options
from minikeras.optimizers.explained import Explained
from minikeras.optimizers.fused import VariableGroup
from minikeras.optimizers.schedules import LearningRateSchedule
from minikeras.types import Array, TensorLike


def store(variable: Variable, array: Array) -> None:
    """Give a variable an array that was just made, without the copy that ``assign`` takes."""
    if array.dtype == variable._value.dtype and array.shape == variable._value.shape:
        variable._value = np.asarray(array)  # arithmetic on arrays of rank 0 gives scalars
    else:
        variable.assign(array)


def _array(g: TensorLike) -> Any:
    if isinstance(g, Tensor):
        return g._value
    return g if isinstance(g, IndexedSlices) else np.asarray(g)


def _array_or_product(g: TensorLike) -> Any:
    return getattr(g, "_product", None) or _array(g)


class Optimizer(Explained):
    """Base of all optimizers: it runs ``step``, a pure function of arrays, on each variable.

    For each variable w with gradient g it computes, in this order and if the options ask for it:

    unscaled                = g / loss_scale_factor
    accumulated             = accumulated + g
    mean                    = accumulated / gradient_accumulation_steps
    clipped_by_norm         = g clipnorm / max(‖g‖, clipnorm)
    clipped_by_global_norm  = g (global_clipnorm min(1 / ‖all g‖, 1 / global_clipnorm))
    clipped_by_value        = min(max(g, −clipvalue), clipvalue)
    decayed                 = w − w weight_decay lr
    w, slots                = step(w, g, t, lr, *slots)
    average                 = ema_momentum average + (1 − ema_momentum) w
    overwritten             = average                every ema_overwrite_frequency steps
    constrained             = constraint(w)

    A new rule is a subclass with a method ``step`` and with ``slots``, the names of the arrays
    that each variable needs from one step to the next.  Programs written for Keras may override
    ``build`` and ``update_step`` instead.

    ``kernel`` names the native form of ``step`` in ``kernels/optimizers.py``.  The numbers that it
    declares are lr, options of the optimizer, and what ``scalars`` returns.  A subclass that
    overrides ``step`` does not inherit it.

    Parity: weight decay is decoupled for every rule.  A schedule gets the number of calls of
    ``apply``; t is the number of updates.  The first average is w itself.
    Parity: TensorFlow flushes subnormal numbers to zero; NumPy does not.

    Raises ValueError for a learning rate that is neither a float nor callable, for two ways
    of clipping at once, for fewer than 2 accumulation steps, and for averaging with a momentum
    outside [0, 1] or a frequency that is no positive integer.
    """

    learning_rate: Any

    linear = False
    kernel: ClassVar[str | None] = None

    def __init_subclass__(cls, **keywords: Any) -> None:
        super().__init_subclass__(**keywords)
        if "learning_rate" in vars(cls):
            del cls.learning_rate  # the field's default must not hide the property
        for name, value in (("kernel", None), ("linear", False)):
            owner: Any = next(c for c in cls.__mro__ if name in vars(c))
            if (owner.step, owner.update_step) != (cls.step, cls.update_step):
                setattr(cls, name, value)  # what is inherited is true of another rule

    def setup(self) -> None:
        self.name = self.name or auto_name(type(self).__name__)
        self._check_options()
        self._start()
        self._overrides_update = type(self).update_step is not Optimizer.update_step
        self._groups: dict[tuple[Variable, ...], VariableGroup] = {}

    def __repr__(self) -> str:
        rate = vars(self).get("_learning_rate")
        if rate is None:  # its constructor has not run to the end
            return f"<{type(self).__name__}>"
        is_known = isinstance(rate, Variable | LearningRateSchedule)
        text = f"{float(self.learning_rate):.6g}" if is_known else describe(rate)
        state = f"learning_rate={text}, iterations={int(self._iterations)}"
        return f"<{type(self).__name__} name={self.name}, {state}>"

    def step(self, w: Array, g: Array, t: Any, lr: Any, *slots: Any, **more: Any) -> Any:
        """The new w, followed by the new slots if there are any.

        t is the number of the update, from 1 on; t and lr are scalars of the dtype of w.  A rule
        may ``note`` intermediate values under the names that its docstring gives them.
        """
        raise NotImplementedError(f"{type(self).__name__} must define step() or update_step()")

    def rests(self) -> bool:
        """Whether a step changes nothing where the gradient is 0."""
        return False

    def scalars(self, t: Any, lr: Any) -> dict[str, Any]:
        """The numbers that ``kernel`` takes, apart from lr and options of the same name."""
        return {}

    @frames.filter_traceback
    def apply_gradients(self, grads_and_vars: Iterable[tuple[TensorLike, Variable]]) -> Variable:
        """``apply`` for pairs of gradient and variable; returns the counter of calls."""
        gradients, variables = zip(*grads_and_vars)
        self.apply(gradients, variables)
        return self._iterations

    @frames.filter_traceback
    def apply(
        self,
        grads: Sequence[TensorLike | None],
        trainable_variables: Sequence[Variable] | None = None,
    ) -> None:
        """Update the variables from their gradients, which are given in the same order.

        The first call builds the optimizer.  A variable whose gradient is ``None`` does not change;
        a warning says so.  Raises ValueError for variables that the optimizer was not built with,
        for a gradient of another shape than its variable, and if all gradients are ``None``.
        """
        if len(grads) == 0:
            return
        variables = self._known(grads, trainable_variables)
        received = _array_or_product if self._multiplies_first() else _array
        given = [(received(g), v) for g, v in zip(grads, variables) if g is not None]
        for g, v in given:
            if g.shape != v._value.shape:
                raise ValueError(
                    f"the gradient of {v.path!r} has shape {g.shape}, the variable {v.shape}"
                )
        if len(given) < len(grads):
            self._warn_of_missing(grads, variables)
        pairs = [pair for pair in given if not pair[1]._overwrite_with_gradient]
        with np.errstate(all="ignore"):  # numbers that diverge become inf or nan without a warning
            if len(pairs) < len(given):
                self._overwrite([pair for pair in given if pair[1]._overwrite_with_gradient])
            if pairs:
                self._update([g for g, _ in pairs], [v for _, v in pairs])
        store(self._iterations, self._iterations._value + 1)

    def _multiplies_first(self) -> bool:
        """Whether all that a step does with a gradient is to multiply it by a number."""
        is_last = not (self.gradient_accumulation_steps or self._limit)
        return (self.linear and is_last) != (self.loss_scale_factor is not None)

    def _known(
        self, grads: Sequence[Any], variables: Sequence[Variable] | None
    ) -> Sequence[Variable]:
        if variables is None:
            self._check_built("apply(grads) without variables needs an optimizer")
            if len(grads) != len(self._trainable_variables):
                raise ValueError(
                    f"received {len(grads)} gradients, expected one for each of the "
                    f"{len(self._trainable_variables)} variables the optimizer was built with"
                )
            return self._trainable_variables
        for variable in variables:
            if id(variable) in self._index:
                continue
            if not isinstance(variable, Variable):
                raise AttributeError(options.not_a_variable(variable))
            if self.built:
                raise ValueError(
                    f"Unknown variable: {variable.path!r}. An optimizer can only be called for the "
                    "variables it was built with; create a new one for new variables."
                )
        self.build_in_scope(variables)
        return variables

    def _warn_of_missing(self, grads: Sequence[Any], variables: Sequence[Variable]) -> None:
        missing = [v.path for g, v in zip(grads, variables) if g is None]
        if len(missing) == len(grads):
            raise ValueError(
                "No gradients provided for any variable: the loss depends on none. np.asarray, "
                ".numpy() or a Python number in the loss or in a layer cut the path"
            )
        frames.warn(
            f"Gradients do not exist for variables {missing} when minimizing the loss. "
            "If using `model.compile()`, did you forget to provide a `loss` argument?"
        )

    def _overwrite(self, pairs: list[tuple[Array, Variable]]) -> None:
        """Assign to each variable its "gradient", or the maximum of the accumulated ones."""
        for g, variable in pairs:
            if self.gradient_accumulation_steps:
                accumulated = self._accumulated[self._index[id(variable)]]
                g = np.maximum(g, accumulated._value)
                accumulated.assign(np.zeros_like(g) if self._updates_now() else g)
            if self._updates_now():
                variable.assign(g)

    def _updates_now(self) -> bool:
        """Whether this call updates the variables, or only accumulates gradients."""
        steps = self.gradient_accumulation_steps
        return not steps or (int(self._iterations._value) + 1) % steps == 0

    def _update(self, grads: list[Any], variables: list[Variable]) -> None:
        group = self._group(variables)
        self._lr_factors = 1, 1
        if group is None or self.loss_scale_factor or self.gradient_accumulation_steps:
            grads = [self._incoming(g, variable) for g, variable in zip(grads, variables)]
        updates = int(self._iterations._value) // (self.gradient_accumulation_steps or 1)
        if self._updates_now():
            self._begin(updates + 1)
            clip = True
            rate = self._learning_rate
            rate = rate._value if isinstance(rate, Variable) else np.asarray(self.learning_rate)
            if IndexedSlices in map(type, grads):
                grads, clip = self._clip(grads, variables), False
            if group is None or not self._update_group(group, grads, updates + 1, rate, clip):
                grads = self._clip(grads, variables) if clip else grads
                self._update_each(grads, variables, updates + 1, rate)
            for accumulated in self._accumulated:
                accumulated.assign(np.zeros_like(accumulated._value))
        if self.use_ema:
            self._average(updates, group)
        for variable in variables:
            if variable._constraint is not None:
                variable.assign(variable._constraint(variable))
                self.note(variable, constrained=variable._value)

    def _begin(self, t: int) -> None:
        """Runs once before update t, for a rule with state that all variables have in common."""

    def _incoming(self, g: Array, variable: Variable) -> Array:
        """Unscale and accumulate the gradient of one variable."""
        self.note(variable, g=g)
        steps = self.gradient_accumulation_steps
        if self.loss_scale_factor is not None:
            g = self._divided(g, self.loss_scale_factor, is_last=not steps and not self._limit)
            self.note(unscaled=g)
        if steps:
            accumulated = self._accumulated[self._index[id(variable)]]
            g = g + accumulated._value
            self.note(accumulated=g)
            if self._updates_now():
                g = self._divided(g, steps, is_last=not self._limit)
                self.note(mean=g)
            else:
                accumulated.assign(g)
        return g

    def _clip(self, grads: list[Any], variables: list[Variable]) -> list[Any]:
        if self.clipnorm and self.clipnorm > 0:
            name, clipped = "clipped_by_norm", options.clip_by_norm(grads, self.clipnorm)
        elif self.global_clipnorm and self.global_clipnorm > 0:
            name = "clipped_by_global_norm"
            grads, size, scale = options.clip_by_global_norm(grads, self.global_clipnorm)
            self.note(all_gradients=size)
            clipped = grads if self.defer(1, scale) else [g * scale for g in grads]
        elif self.clipvalue and self.clipvalue > 0:
            name, clipped = "clipped_by_value", options.clip_by_value(grads, self.clipvalue)
        else:
            return grads
        for g, variable in zip(clipped, variables):
            self.note(variable, **{name: g})
        return clipped

    def _update_each(
        self, grads: list[Array], variables: list[Variable], t: int, rate: Array
    ) -> None:
        for g, variable in zip(grads, variables):
            dtype = variable._value.dtype
            self._update_one(variable, g, dtype.type(t), rate.astype(dtype)[()])

    def _update_one(self, variable: Variable, g: Array, t: Any, lr: Any) -> None:
        w = variable._value
        if g.dtype != w.dtype:
            g = g.astype(w.dtype)
        self.note(variable, t=t, lr=lr)
        if self.weight_decay is not None and self._use_weight_decay(variable):
            w = self.decayed(w, lr)
            store(variable, w)
            self.note(decayed=w)
        if self._overrides_update:
            self.update_step(Tensor(np.asarray(g)), variable, Tensor(np.asarray(lr)))
        else:
            self._apply_rule(variable, g, t, lr)

    def _apply_rule(self, variable: Variable, g: Array, t: Any, lr: Any) -> None:
        slots = self._slots[self._index[id(variable)]]
        new = self.step(variable._value, g, t, lr, *[slot._value for slot in slots])
        new = new if slots else (new,)
        for changed, array in zip((variable, *slots), new):
            store(changed, array)
        self.note(w=new[0])

    def update_step(
        self, gradient: TensorLike, variable: Variable, learning_rate: TensorLike
    ) -> None:
        """Update one variable.  A rule written for Keras overrides this method."""
        dtype = variable._value.dtype
        t = dtype.type(int(np.asarray(self.iterations)) + 1)
        self._apply_rule(variable, _array(gradient), t, np.asarray(learning_rate).astype(dtype)[()])

    def _group(self, variables: list[Variable]) -> VariableGroup | None:
        """The variables as a group, if there is a kernel for them and it is worth loading."""
        if self.kernel is None or not twins.are_wanted():
            return None
        key = tuple(variables)
        group = self._groups.get(key)
        if group is None:
            if len({v._value.dtype for v in variables}) > 1:
                return None
            group = self._groups[key] = self._new_group(variables)
        return group if group.count_update() else None

    def _new_group(self, variables: list[Variable]) -> VariableGroup:
        places = [self._index[id(v)] for v in variables]
        slots = [*zip(*[self._slots[i] for i in places])]
        averages = [a for i in places if self.use_ema and (a := self._averages[i]) is not None]
        return VariableGroup(variables, slots, averages, [*map(self._use_weight_decay, variables)])

    def _update_group(
        self, group: VariableGroup, grads: list[Array], t: int, rate: Array, clip: bool
    ) -> bool:
        """``_update_each`` in native code; False if the kernels do not accept the arrays."""
        lr = rate.astype(group.dtype)[()]
        return group.step(self, group.dtype.type(t), lr, grads, clip)

    def _average(self, updates: int, group: VariableGroup | None) -> None:
        """Update the averages of all variables, including those without a gradient."""
        frequency, momentum = self.ema_overwrite_frequency, self.ema_momentum if updates else 0
        whole = group is not None and len(group.variables) == len(self._trainable_variables)
        averaged = group is not None and whole and group.average(momentum)
        for variable, average in zip(self._trainable_variables, self._averages):
            if average is None:
                continue
            if not averaged:
                average.assign(options.move_average(average._value, variable._value, momentum))
                part = average._value.dtype.type(momentum)
                self.note(variable, ema_momentum=part, average=average._value)
            if frequency and (updates + 1) % frequency == 0:
                variable.assign(average)
                self.note(overwritten=variable._value)

    def finalize_variable_values(self, var_list: Sequence[Variable]) -> None:
        """Assign the averages, if there are any, to the variables; ``fit`` calls this at its end.

        Raises ValueError if the optimizer was built with a different number of variables.
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
