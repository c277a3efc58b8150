"""What an optimizer remembers: its variables, their names and order, saving and loading."""

from __future__ import annotations

import contextlib
import copy
import inspect
import itertools
import operator
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, ClassVar, Self

import numpy as np

from minikeras import frames, initializers, settings
from minikeras.autograd import Tensor, Variable
from minikeras.declare import serialization
from minikeras.declare.names import name_scope, open_scopes
from minikeras.messages import describe
from minikeras.optimizers.options import OptimizerOptions
from minikeras.optimizers.rounding import rounded
from minikeras.optimizers.schedules.schedule import LearningRateSchedule
from minikeras.tf_function import is_inside, over, reciprocal
from minikeras.types import Array, DType, TensorLike


class OptimizerState(OptimizerOptions):
    """The variables of an optimizer: the learning rate, averages, accumulators, slots.

    ``variables`` are in Keras's order: iteration, learning_rate (unless it is a schedule or a
    function), averages, gradient accumulators, then the slots.

    learning_rate: a float, a schedule, or a function without arguments.
    """

    slots: ClassVar[tuple[str, ...]] = ()
    # Whether ``step`` uses g in the product lr g only.  TensorFlow's functions then multiply lr by
    # what g was to be multiplied by.
    linear: ClassVar[bool] = False

    def _start(self) -> None:
        self._variables: list[Variable] = []
        self._trainable_variables: list[Variable] = []
        self._index: dict[int, int] = {}
        self._slots: list[list[Variable]] = []
        self._averages: list[Variable | None] = []
        self._accumulated: list[Variable] = []
        self._exempt: tuple[set[int], str] = set(), ""
        self._exempt_variables: list[Variable] = []
        self._lr_factors: tuple[Any, Any] = 1, 1  # see ``defer``
        self.built = False
        self._iterations = self._own(0, "iteration", "int64")
        rate = vars(self).get("_learning_rate")
        if not callable(rate):
            if not isinstance(rate, float):
                raise ValueError(
                    "learning_rate must be a float, a LearningRateSchedule or a callable without "
                    f"arguments, received {describe(rate)}"
                )
            rate = self._own(rate, "learning_rate", settings.floatx())
        self._learning_rate: Any = rate

    def fresh(self) -> Self:
        """An optimizer with the same options that has made no step."""
        new = copy.copy(self)
        if isinstance(new._learning_rate, Variable):
            new._learning_rate = float(new._learning_rate._value)
        new._start()
        return new

    @property
    def learning_rate(self) -> Any:
        """The current learning rate.  It can be set to a number, a schedule or a function."""
        rate = self._learning_rate
        if isinstance(rate, LearningRateSchedule):
            return rate(self._iterations)
        return rate() if callable(rate) else rate

    @learning_rate.setter
    def learning_rate(self, value: Any) -> None:
        old = vars(self).get("_learning_rate")
        if old is None:
            self._learning_rate = value
        elif callable(value):
            self._learning_rate = value
            self._variables = [v for v in self._variables if v is not old]
        elif callable(old):
            raise TypeError(
                "learning_rate cannot be set: this optimizer was created with the schedule "
                f"{old!r}; create it with a float to be able to set it"
            )
        else:
            old.assign(value)

    @property
    def variables(self) -> list[Variable]:
        return self._variables[:]

    @property
    def iterations(self) -> Any:
        """The number of updates: an int64 variable, or a tensor if gradients are accumulated."""
        if self.gradient_accumulation_steps:
            return Tensor(np.asarray(self._iterations._value // self.gradient_accumulation_steps))
        return self._iterations

    def hyperparameters(self) -> dict[str, Any]:
        """All options, and the variable or schedule of the learning rate."""
        own = vars(self)
        names = (n for n in self._fields if n != "learning_rate")
        return {"_learning_rate": self._learning_rate, **{n: own.get(n) for n in names}}

    def has_hyperparameters(self, values: dict[str, Any]) -> bool:
        """Whether these are the very objects; each training step asks."""
        return all(map(operator.is_, map(vars(self).get, values), values.values()))

    @contextlib.contextmanager
    def with_hyperparameters(self, values: dict[str, Any]) -> Iterator[None]:
        """Within the block the optimizer has these hyperparameters."""
        before = self.hyperparameters()
        vars(self).update(values)
        try:
            yield
        finally:
            vars(self).update(before)

    def build_in_scope(self, variables: Sequence[Variable]) -> None:
        """Build as the first ``apply`` does, unless it is built.

        Parity: what ``build`` itself creates then has the optimizer's name in its path.
        """
        if not self.built:
            with name_scope(str(self.name)):
                self.build(list(variables))
            self.built = True

    def _own(self, initializer: Any, name: str | None, dtype: DType, **options: Any) -> Variable:
        options = {"aggregation": "only_first_replica", **options}
        is_open = open_scopes.names[-1:] == [self.name]
        with contextlib.nullcontext() if is_open else name_scope(str(self.name)):
            variable = Variable(initializer, name=name, dtype=dtype, trainable=False, **options)
        self._variables.append(variable)
        return variable

    def add_variable(
        self,
        shape: Sequence[int],
        initializer: Any = "zeros",
        dtype: DType = None,
        aggregation: str = "none",
        layout: Any = None,
        name: str | None = None,
    ) -> Variable:
        """Create a variable that belongs to the optimizer's state."""
        init = initializers.get(initializer)
        return self._own(init, name, dtype, shape=tuple(shape), aggregation=aggregation)

    def add_variable_from_reference(
        self, reference_variable: Variable, name: str | None = None, initializer: Any = "zeros"
    ) -> Variable:
        """Create a variable with the shape and dtype of another one, named after it."""
        return self.add_variable(
            reference_variable.shape,
            initializer,
            reference_variable._value.dtype.name,
            name=f"{reference_variable.path.replace('/', '_')}_{name or 'var'}",
        )

    def add_optimizer_variables(
        self, trainable_variables: Iterable[Variable], name: Any, initializer: Any = "zeros"
    ) -> Any:
        """Create one variable for each trainable one; several names give a tuple of lists.

        The variables for the first trainable variable are created first, under all names, then
        those for the second.  A variable that is overwritten by its gradient gets ``None``.
        Raises ValueError unless there is one initializer, or one for each name.
        """
        names = [name] if isinstance(name, str) else list(name)
        several = isinstance(initializer, list | tuple)
        kinds = list(initializer) if several else [initializer] * len(names)
        if len(names) != len(kinds):
            raise ValueError(
                f"expected one initializer for each name, received name={name!r}, "
                f"initializer={initializer!r}"
            )
        columns: tuple[list[Variable | None], ...] = tuple([] for _ in names)
        for variable in trainable_variables:
            for column, each, kind in zip(columns, names, kinds):
                column.append(
                    None
                    if variable.overwrite_with_gradient
                    else self.add_variable_from_reference(variable, each, kind)
                )
        return columns[0] if isinstance(name, str) else columns

    def slot_groups(self) -> tuple[tuple[str, ...], ...]:
        """The slots in use.  Each group is one call of ``add_optimizer_variables``."""
        return (self.slots,)

    def slot_symbols(self) -> list[str]:
        """What formulas call the slots in use: by default, the arguments of ``step`` after lr."""
        names = list(itertools.chain(*self.slot_groups()))
        rule = getattr(type(self), "step", None)
        taken = [*inspect.signature(rule).parameters.values()][5:] if rule else []
        symbols = [p.name for p in taken if p.kind is p.POSITIONAL_OR_KEYWORD]
        return [*symbols, *names[len(symbols) :]][: len(names)]

    def slot_initializer(self, slot: str) -> Any:
        """The initializer of a slot."""
        return "zeros"

    def build(self, variables: Sequence[Variable]) -> None:
        """Create the state for these trainable variables."""
        if self.built:
            return
        variables = list(variables)
        if self.use_ema:
            self._averages = self.add_optimizer_variables(variables, "average")
        if self.gradient_accumulation_steps:
            self._accumulated = [
                self.add_variable_from_reference(v, "gradient_accumulator") for v in variables
            ]
        self._trainable_variables = variables
        self._index = {id(variable): i for i, variable in enumerate(variables)}
        columns: list[list[Variable]] = []
        for group in self.slot_groups():
            kinds = [self.slot_initializer(slot) for slot in group]
            columns += self.add_optimizer_variables(variables, group, kinds)
        self._slots = [list(row) for row in zip(*columns)] or [[] for _ in variables]
        self.built = True

    def _check_built(self, who: str) -> None:
        if not self.built:
            how = "call optimizer.build(trainable_variables) first"
            raise ValueError(f"{who} that was built: {how}")

    def __setstate__(self, state: dict[str, Any]) -> None:
        # The variables of a copy are copies, with other ids.
        vars(self).update(state, _groups={})
        self._index = {id(v): i for i, v in enumerate(self._trainable_variables)}
        self._exempt = {*map(id, self._exempt_variables)}, self._exempt[1]

    def _get_variable_index(self, variable: Variable) -> int:
        return self._index[id(variable)]

    def assign(self, variable: Variable, value: TensorLike) -> None:
        variable.assign(value)

    def assign_add(self, variable: Variable, value: TensorLike) -> None:
        variable.assign_add(value)

    def assign_sub(self, variable: Variable, value: TensorLike) -> None:
        variable.assign_sub(value)

    def exclude_from_weight_decay(
        self,
        var_list: Sequence[Variable] | None = None,
        var_names: Sequence[str] | None = None,
    ) -> None:
        """Exempt these variables, and those whose name matches one of the regular expressions.

        Must be called before ``build``, else ValueError.  Each call replaces the earlier ones.
        """
        if self.built:
            raise ValueError(
                "exclude_from_weight_decay() must be called before the optimizer is built"
            )
        self._exempt_variables = list(var_list or ())
        pattern = "|".join(sorted(set(var_names or ())))
        self._exempt = {*map(id, self._exempt_variables)}, pattern

    def _use_weight_decay(self, variable: Variable) -> bool:
        listed, pattern = self._exempt
        return not (id(variable) in listed or (pattern and re.search(pattern, variable.name)))

    def _divided(self, g: Any, constant: float, is_last: bool) -> Any:
        factor = reciprocal(constant, g.dtype)
        return g if is_last and self.defer(factor, 1) else over(g, constant)

    def defer(self, constant: Any, factor: Any) -> bool:
        """Multiply lr, if TensorFlow's functions do so, instead of the gradients.

        A constant is multiplied with lr; another factor with lr, or with lr g if g is one number.
        """
        if not self.linear or not is_inside():
            return False
        self._lr_factors = constant, factor
        return True

    def decayed(self, w: Array, lr: Any) -> Array:
        """w − w weight_decay lr"""
        first, second = self.decay_factors(lr, w.size == 1)
        return w - w * first * second

    def decay_factors(self, lr: Any, is_number: bool) -> tuple[Any, Any]:
        """weight_decay and lr, by which a variable is multiplied one after the other.

        TensorFlow's functions multiply the two first.  If lr is itself a product that a schedule
        ends in, they multiply weight_decay by its constant, or a variable that is one number.
        """
        decay: Any = rounded(self.weight_decay or 0, lr)
        if not is_inside():
            return decay, lr
        schedule, shape = self._learning_rate, None
        if isinstance(schedule, LearningRateSchedule) and lr.dtype == np.float32:
            shape = schedule.shape_at(self._iterations._value[()])
        if shape is None:
            return decay * lr, 1
        if is_number:
            return decay, lr
        return shape * (decay * rounded(schedule.initial_learning_rate, lr)), 1

    def set_weights(self, weights: Sequence[TensorLike]) -> None:
        """Assign all variables.  Raises ValueError before ``build`` and for other shapes."""
        self._check_built("set_weights() needs an optimizer")
        for variable, weight in zip(self._variables, weights):
            if tuple(variable.shape) != tuple(np.shape(weight)):
                raise ValueError(
                    f"the optimizer's variable {variable.path} has shape {variable.shape}, "
                    f"received a weight of shape {np.shape(weight)}"
                )
            variable.assign(weight)

    def get_config(self) -> dict[str, Any]:
        rate = self._learning_rate
        if isinstance(rate, Variable):
            rate = float(rate.numpy())
        config = {"name": self.name, "learning_rate": serialization.serialize_keras_object(rate)}
        # Keras's order: all options in that of the constructor, but for two, then the rule's own.
        first = "weight_decay", "clipnorm", "global_clipnorm"
        order = (*first, *OptimizerOptions._fields, *self._fields)
        return config | {n: getattr(self, n) for n in order if n not in config}

    @classmethod
    def from_config(cls, config: dict[str, Any], custom_objects: Any = None) -> Any:
        rate = config.get("learning_rate")
        if isinstance(rate, dict):
            rate = serialization.deserialize_keras_object(rate, custom_objects=custom_objects)
            config = config | {"learning_rate": rate}
        return cls(**config)

    def _obj_type(self) -> str:
        return "Optimizer"

    def save_own_variables(self, store: Any) -> None:
        """Write the variables into a dictionary (or an h5 group) under "0", "1", ..."""
        for i, variable in enumerate(self._variables):
            store[str(i)] = variable.numpy()

    def load_own_variables(self, store: Any) -> None:
        """Read what ``save_own_variables`` wrote; if the number differs, warn and read nothing."""
        if len(store.keys()) != len(self._variables):
            built = "" if self._variables else " It has not been built yet."
            frames.warn(
                f"Skipping variable loading for optimizer '{self.name}', because it has "
                f"{len(self._variables)} variables whereas the saved optimizer has "
                f"{len(store.keys())} variables.{built}"
            )
            return
        for i, variable in enumerate(self._variables):
            variable.assign(store[str(i)])

    def apply(self, grads: Any, trainable_variables: Any = None) -> None:
        raise NotImplementedError

    def stateless_apply(
        self,
        optimizer_variables: Sequence[TensorLike],
        grads: Sequence[TensorLike],
        trainable_variables: Sequence[TensorLike],
    ) -> tuple[list[Any], list[Any]]:
        """``apply`` as a function of values: returns new trainable and optimizer variables.

        Raises ValueError if the optimizer is not built or the counts do not agree.

        Parity: Keras has this on JAX only.
        """
        self._check_built(f"stateless_apply needs a {type(self).__name__}")
        own = self._variables + self._trainable_variables
        given = [*optimizer_variables, *trainable_variables]
        counts = len(optimizer_variables), len(trainable_variables)
        expected = len(self._variables), len(self._trainable_variables)
        if counts != expected:
            raise ValueError(
                f"received {counts[0]} optimizer_variables and {counts[1]} trainable_variables, "
                f"expected {expected[0]} and {expected[1]}"
            )
        before = [variable._value for variable in own]
        try:
            for variable, value in zip(own, given):
                variable.assign(value)  # copies: what was passed in stays as it is
            self.apply(grads)
            after = [Tensor(variable._value) for variable in own]
        finally:
            for variable, array in zip(own, before):
                variable._value = array
        return after[expected[0] :], after[: expected[0]]
