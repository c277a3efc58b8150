"""One step of training, testing and predicting."""

from __future__ import annotations

import contextlib
import functools
import inspect
import itertools
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from minikeras import dtypes, frames, ops, optimizers, settings, tf_function, tree
from minikeras.autograd import GradientTape, Replay, Tensor, Variable
from minikeras.training.adapters import Batch, to_array, unpack_x_y_sample_weight
from minikeras.training.compiled import Compiled
from minikeras.training.joined import joined_outputs


class Steps(Compiled):
    """A base of ``Model``: what happens to one batch.

    A batch of arrays goes through

    train_function(batches)   takes the next batches from the iterator
    _train_batch(batch)       turns arrays into tensors, restores untrained state after an error
    train_step(data)          forward pass, loss, gradients, update, metrics

    and likewise for testing and predicting.  ``train_step``, ``test_step``, ``predict_step``,
    ``compute_loss`` and ``compute_metrics`` may be overridden; ``make_train_function`` and the
    other two may be overridden to wrap what they make.
    """

    if TYPE_CHECKING:
        losses: list[Any]
        non_trainable_variables: list[Variable]

        def __call__(self, *args: Any, **kwargs: Any) -> Any: ...

        _signature: Any

    # Whether the train function takes a batch, knows its size, and takes sample weights.
    _train_trace = False, True, False
    _batch_size_known = True  # whether the function that runs next was traced for one batch size

    # Loss

    def compute_loss(
        self,
        x: Any = None,
        y: Any = None,
        y_pred: Any = None,
        sample_weight: Any = None,
        training: bool = True,
    ) -> Any:
        """The scalar that training minimises.

        total = Σ weighted losses of the outputs + Σ losses added by layers and regularizers

        Raises ValueError if there is nothing to sum.
        """
        losses = []
        if self._compile_loss is not None:
            loss = self._compile_loss(y, y_pred, sample_weight)
            if loss is not None:
                losses.append(loss)
        losses += map(_scalar, self.losses)
        if not losses:
            raise ValueError(
                "No loss to compute: give `compile` a `loss`, or a layer an `add_loss`"
            )
        return losses[0] if len(losses) == 1 else ops.sum(ops.stack(losses))

    def _compute_loss(self, x: Any, y: Any, y_pred: Any, sample_weight: Any, training: bool) -> Any:
        """Call ``compute_loss``; models written before Keras 3.3 define it without ``training``."""
        if _takes_training(type(self).compute_loss):
            return self.compute_loss(x, y, y_pred, sample_weight, training=training)
        return self.compute_loss(x, y, y_pred, sample_weight)

    def _track(self, loss: Any, x: Any) -> None:
        """Update the epoch's mean loss with that of a batch, weighted by the batch size.

        Parity: a function multiplies the weight of the loss with a batch size that it knows first.
        """
        first = x if type(x) is Tensor else next(v for v in tree.flatten(x) if v is not None)
        size, value = first.shape[0], getattr(loss, "_unweighted", None)
        tracker = self._loss_tracker
        assert tracker is not None
        if tf_function.is_inside() and self._batch_size_known and value is not None:
            assert self._compile_loss is not None
            number = value.dtype.type
            tracker.total.assign_add(value * (number(self._compile_loss.weight) * number(size)))
            tracker.count.assign_add(size)
        else:
            tracker.update_state(loss, sample_weight=size)

    # Steps

    def _forward(self, x: Any, training: bool) -> Any:
        if self._signature.takes_training:
            return self(x, training=training)
        return self(x)  # Parity: the layers inside then run in inference mode too

    def train_step(self, data: Any) -> dict[str, Any]:
        """One update of the weights from one batch; returns the logs.

        In this order: forward pass, loss, gradients, mean loss, update of the weights, metrics of
        the predictions made before the update.
        """
        x, y, sample_weight = unpack_x_y_sample_weight(data)
        y_pred, loss, gradients = self._replayed("_loss_and_gradients")(x, y, sample_weight)
        self._track(loss, x)
        before = []  # what an error in the metrics must not change
        if self._compile_metrics is not None and not self._compile_metrics.built:
            self._compile_metrics.build(y, y_pred)
            before = self._updated() if gradients else []
        if gradients:
            if self.optimizer is None:
                raise AttributeError("optimizer=None cannot train: compile with an optimizer")
            self.optimizer.apply(gradients, self._trained)
        else:
            frames.warn("The model does not have any trainable weights.")
        try:
            return self.compute_metrics(x, y, y_pred, sample_weight=sample_weight)
        except BaseException:
            for variable, value in before:
                variable._value = value
            raise

    def _updated(self) -> list[tuple[Variable, Any]]:
        """All variables that the optimizer updates, with their values."""
        variables = [*(self._trained or ())]
        if isinstance(self.optimizer, optimizers.Optimizer):
            self.optimizer.build_in_scope(variables)
            variables += self.optimizer.variables
        # An optimizer writes into no array to which something else refers, as this list does.
        return [(variable, variable._value) for variable in variables]

    def _loss_and_gradients(self, x: Any, y: Any, sample_weight: Any) -> tuple[Any, Any, list[Any]]:
        with GradientTape() as tape:
            y_pred = self._forward(x, training=True)
            loss = self._compute_loss(x, y, y_pred, sample_weight, training=True)
            scaled = loss if self.optimizer is None else self.optimizer.scale_loss(loss)
        weights = self._trained
        if weights is None or self.run_eagerly:
            weights = self._remember_variables()
        return y_pred, loss, tape.gradient(scaled, weights) if weights else []

    def test_step(self, data: Any) -> dict[str, Any]:
        """Loss and metrics of one batch, without updating the weights; returns the logs."""
        x, y, sample_weight = unpack_x_y_sample_weight(data)
        y_pred, loss = self._replayed("_loss")(x, y, sample_weight)
        self._track(loss, x)
        return self.compute_metrics(x, y, y_pred, sample_weight=sample_weight)

    def _loss(self, x: Any, y: Any, sample_weight: Any) -> tuple[Any, Any]:
        y_pred = self._forward(x, training=False)
        return y_pred, self._compute_loss(x, y, y_pred, sample_weight, training=False)

    def predict_step(self, data: Any) -> Any:
        """The outputs for one batch."""
        x, _, _ = unpack_x_y_sample_weight(data)
        return self._replayed("_predictions")(x)

    def _predictions(self, x: Any) -> Any:
        return self._forward(x, training=False)

    @functools.cached_property
    def _replays(self) -> dict[str, Replay]:
        """Recorded functions by name; ``make_train_function`` and the like discard theirs."""
        return {}

    def _forget_replays(self) -> None:
        """Discard all recordings: call this when the layers have changed."""
        vars(self).pop("_replays", None)

    def _replayed(self, name: str) -> Callable[..., Any]:
        """A method of this class that is recorded and replayed; with ``run_eagerly`` as it is."""
        if self.run_eagerly:
            return getattr(self, name)
        if name not in self._replays:
            self._replays[name] = Replay(getattr(self, name))
        return self._replays[name]

    def _remember_variables(self) -> list[Variable]:
        self._trained, self._untrained = self.trainable_variables, self.non_trainable_variables
        return self._trained

    def __getstate__(self) -> dict[str, Any]:
        """The attributes of a copy: all but those that are bound to this model."""
        return {k: v for k, v in vars(self).items() if k not in _BOUND}

    def _take_first_step(self, batch: Batch) -> None:
        """A training step that leaves no recordings: it builds all that is not built yet."""
        eagerly, self.run_eagerly = self.run_eagerly, True
        try:
            self.train_step(_tensors(batch))
        finally:
            self.run_eagerly = eagerly
            self._trained = self._untrained = None

    # From batches to steps

    def make_train_function(self, force: bool = False) -> None:
        """Set ``train_function``, which takes an iterator of batches and returns logs."""
        if self.train_function is None or force:
            self.train_function = self._train_batches
            self._trained = self._untrained = None
            self._forget_function("train", "_loss_and_gradients")
            self._hyperparameters.clear()

    def make_test_function(self, force: bool = False) -> None:
        """Set ``test_function``, which takes an iterator of batches and returns logs."""
        if self.test_function is None or force:
            self.test_function = self._test_batches
            self._forget_function("test", "_loss")

    def make_predict_function(self, force: bool = False) -> None:
        """Set ``predict_function``, which takes a list of batches and returns their outputs."""
        if self.predict_function is None or force:
            self.predict_function = self._predict_batches
            self._forget_function("predict", "_predictions", "_joined_predictions")

    def _forget_function(self, mode: str, *replayed: str) -> None:
        for name in replayed:
            self._replays.pop(name, None)
        self._traced.pop(mode, None)
        if mode == "train":
            self._choices.clear()

    @functools.cached_property
    def _choices(self) -> dict[Any, dict[Any, Any]]:
        """What layers chose in Python, such as which layers they call, by trace of the function."""
        return {}

    def _traced_choices(self) -> tf_function.tracing:
        """The block in which layers choose what they chose in the first step of this trace."""
        if self.run_eagerly:
            return tf_function.tracing(None)
        return tf_function.tracing(self._choices.setdefault(self._train_trace, {}))

    @functools.cached_property
    def _hyperparameters(self) -> dict[Any, dict[str, Any]]:
        """The optimizer's hyperparameters by optimizer and trace of the train function."""
        return {}

    @functools.cached_property
    def _traced(self) -> dict[str, dict[Any, int | None]]:
        """The batch sizes for which Keras would first have traced each function; None: any."""
        return {}

    def _set_trace(
        self, mode: str, batch_size: int | None, on_batch: bool = False, weighted: bool = False
    ) -> None:
        """Say for which batches the function of ``mode`` runs next; None: sizes may differ.

        Parity: TensorFlow traces a function for the batch size of its first call.  For another size
        it is traced once more, for all sizes.  Sample weights have traces of their own.
        """
        sizes = self._traced.setdefault(mode, {})
        first = sizes.setdefault((True, weighted), batch_size)
        if not on_batch:
            first = sizes.setdefault((False, weighted), batch_size)
        known = batch_size is not None and batch_size == first
        if known is not self._batch_size_known:  # a model looks for layers in what it is given
            self._batch_size_known = known
        if mode == "train":
            self._train_trace = on_batch, self._batch_size_known, weighted

    def _function_scope(self, has_losses: bool = True) -> tf_function.inside:
        """The block in which Keras runs a compiled function, unless with ``run_eagerly``."""
        return tf_function.inside(not self.run_eagerly, self._batch_size_known, has_losses)

    def _traced_hyperparameters(self) -> contextlib.AbstractContextManager[None]:
        """The block in which the optimizer has the hyperparameters that Keras's function knows.

        Parity: these are the values of the first step after ``compile``, and after another trace.
        The learning rate is a variable, which a function reads anew in each step.
        """
        optimizer = self.optimizer
        if self.run_eagerly or not isinstance(optimizer, optimizers.Optimizer):
            return _UNCHANGED
        key = optimizer, self._train_trace
        if key not in self._hyperparameters:
            self._hyperparameters[key] = optimizer.hyperparameters()
        traced = self._hyperparameters[key]
        if optimizer.has_hyperparameters(traced):
            return _UNCHANGED
        return optimizer.with_hyperparameters(traced)

    def _train_batches(self, batches: Iterator[Batch]) -> Any:
        """Train on ``steps_per_execution`` batches; StopIteration if there are none left."""
        return self._several(self._train_batch, batches)

    def _several(self, step: Callable[[Batch], Any], batches: Iterator[Batch]) -> Any:
        logs = step(next(batches))
        for batch in itertools.islice(batches, self.steps_per_execution - 1):
            logs = step(batch)
        return logs

    def _train_batch(self, batch: Batch) -> Any:
        """A step that fails restores the variables that are not trained (statistics, seeds)."""
        first = self._untrained is None
        untrained = self.non_trainable_variables if first else self._untrained
        before = [(variable, variable._value) for variable in untrained or ()]
        try:
            with self._function_scope(), self._traced_choices(), self._traced_hyperparameters():
                return self.train_step(_tensors(batch))
        except BaseException:
            for variable, value in before:
                variable._value = value
            raise

    def _test_batches(self, batches: Iterator[Batch]) -> Any:
        """Test on ``steps_per_execution`` batches; StopIteration if there are none left."""
        with self._function_scope():
            return self._several(lambda batch: self.test_step(_tensors(batch)), batches)

    def _predict_batches(self, batches: list[Batch]) -> Any:
        with self._function_scope(has_losses=False):
            if len(batches) == 1:
                return self.predict_step(_tensors(batches[0]))
            return self._replayed("_joined_predictions")([_tensors(batch) for batch in batches])

    def _joined_predictions(self, batches: list[Any]) -> Any:
        return joined_outputs(self.predict_step, batches)


_BOUND = (
    *("train_function", "test_function", "predict_function"),
    *("_replays", "_traced", "_choices", "_hyperparameters", "_fit_run", "_outbound_nodes"),
)
_UNCHANGED = contextlib.nullcontext()


@functools.cache
def _takes_training(compute_loss: Callable[..., Any]) -> bool:
    return "training" in inspect.signature(compute_loss).parameters


def _tensors(data: Any) -> Any:
    if type(data) is tuple:  # the common case, three times faster than map_structure
        return tuple([_tensors(element) for element in data])
    if type(data) is np.ndarray:
        return Tensor(data)
    if data is None:
        return None
    return tree.map_structure(lambda leaf: Tensor(to_array(leaf)), data, none_is_leaf=False)


def _scalar(loss: Any) -> Any:
    """A loss that a layer added, as a floating-point scalar."""
    if not dtypes.is_float(loss.dtype):
        loss = ops.cast(loss, settings.floatx())
    return ops.sum(loss) if loss.shape else loss
