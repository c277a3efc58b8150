"""What ``compile`` asks for, and one step of training, testing and predicting."""

from __future__ import annotations

import functools
import inspect
import warnings
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from minikeras import dtypes, ops, optimizers, settings, tree
from minikeras.autograd import GradientTape, Replay, Tensor, Variable
from minikeras.declare.serialization import deserialize_keras_object, serialize_keras_object
from minikeras.metrics import Mean, Metric
from minikeras.optimizers import rounding
from minikeras.training.adapters import to_array, unpack_x_y_sample_weight
from minikeras.training.compile_utils import CompileLoss, CompileMetrics

StepFunction = Callable[[Iterator[Any]], Any]


class Steps:
    """The part of a model that knows losses, metrics and the optimizer, but no loop.

    ``train_step``, ``test_step``, ``predict_step``, ``compute_loss`` and ``compute_metrics`` are
    made to be overridden; ``make_train_function`` and its kin, to wrap them.

    Set by ``compile`` past the attribute tracking of layers, because nothing here is a weight.
    """

    compiled = False
    optimizer: Any = None
    loss: Any = None
    stop_training = False
    run_eagerly = False
    jit_compile: bool | str = False
    steps_per_execution = 1
    train_function: StepFunction | None = None
    test_function: StepFunction | None = None
    predict_function: Callable[[list[Any]], Any] | None = None

    _compile_config: dict[str, Any] = {}
    _compile_loss: CompileLoss | None = None
    _compile_metrics: CompileMetrics | None = None
    _loss_tracker: Mean | None = None
    _trained: list[Variable] | None = None  # what a step updates, once known
    _kept: list[Variable] | None = None  # what it may touch besides
    _logs_deferred = False  # the loop asks for logs when somebody looks, not at every step

    if TYPE_CHECKING:
        built: bool
        losses: list[Any]
        trainable_variables: list[Variable]
        non_trainable_variables: list[Variable]

        def __call__(self, *args: Any, **kwargs: Any) -> Any: ...

        @property
        def _call_has_training_arg(self) -> bool: ...

        def _flatten_layers(
            self, include_self: bool = True, recursive: bool = True
        ) -> list[Any]: ...

    def compile(
        self,
        optimizer: Any = "rmsprop",
        loss: Any = None,
        loss_weights: Any = None,
        metrics: Any = None,
        weighted_metrics: Any = None,
        run_eagerly: bool = False,
        steps_per_execution: int = 1,
        jit_compile: bool | str = "auto",
        auto_scale_loss: bool = True,
    ) -> None:
        """Choose how to train.

        optimizer: name, config or ``Optimizer``.
        loss: name, function ``(y_true, y_pred) → values``, ``Loss``; a list or dict of these for
        each output.  loss_weights: factors of the outputs' losses in the total.
        metrics, weighted_metrics: lists of names, functions and ``Metric``s, or lists or dicts of
        such lists for each output; the latter respect sample weights.
        steps_per_execution: batches between calls of the batch hooks of callbacks.
        run_eagerly: look up the trainable variables at every step instead of once.
        jit_compile, auto_scale_loss: accepted; there is no compiler, and no scaling in float16.

        Which variables are trained is settled at the first step after ``compile``: whoever
        changes ``trainable`` later must compile again.

        Parity: compiling again without ``loss`` or ``metrics`` keeps the earlier ones.
        """
        optimizer = optimizers.get(optimizer)
        if jit_compile == "auto":
            jit_compile = False
        if jit_compile and run_eagerly:
            jit_compile = False
            warnings.warn(
                "`run_eagerly=True` and `jit_compile=True` exclude each other; using "
                "`jit_compile=False`.",
                stacklevel=2,
            )
        names = getattr(self, "output_names", None)
        settings: dict[str, Any] = {}
        if loss is not None:
            settings["loss"] = loss
            settings["_compile_loss"] = CompileLoss(loss, loss_weights, output_names=names)
        if metrics is not None or weighted_metrics is not None:
            settings["_compile_metrics"] = CompileMetrics(
                metrics, weighted_metrics, output_names=names
            )
        vars(self).update(
            settings,
            optimizer=optimizer,
            jit_compile=jit_compile,
            run_eagerly=run_eagerly,
            steps_per_execution=steps_per_execution,
            stop_training=False,
            compiled=True,
            train_function=None,
            test_function=None,
            predict_function=None,
            _loss_tracker=Mean(name="loss"),
            _trained=None,
            _kept=None,
            _compile_config={
                "optimizer": optimizer,
                "loss": loss,
                "loss_weights": loss_weights,
                "metrics": metrics,
                "weighted_metrics": weighted_metrics,
                "run_eagerly": run_eagerly,
                "steps_per_execution": steps_per_execution,
                "jit_compile": jit_compile,
            },
        )

    def get_compile_config(self) -> dict[str, Any]:
        """The arguments of ``compile`` as plain values, ``{}`` before it."""
        return serialize_keras_object(self._compile_config) if self.compiled else {}

    def compile_from_config(self, config: dict[str, Any]) -> None:
        """Compile with what ``get_compile_config`` told."""
        if type(self).compile is not Steps.compile:
            warnings.warn(
                f"{type(self).__name__} has a `compile()` of its own, so the model is not "
                "compiled on loading. Override `get_compile_config` and `compile_from_config` "
                "as well, or compile afterwards.",
                stacklevel=2,
            )
            return
        self.compile(**deserialize_keras_object(config))
        if self.optimizer is not None and self.built:
            self.optimizer.build(self.trainable_variables)

    def _assert_compile_called(self) -> None:
        if not self.compiled:
            raise ValueError("You must call `compile()` before using the model.")

    # Metrics

    @property
    def metrics(self) -> list[Any]:
        """Mean of the loss, compiled metrics, losses of the outputs, then those of the layers.

        Parity: models inside this one keep theirs to themselves.
        """
        own: list[Any] = [m for m in (self._loss_tracker, self._compile_metrics) if m is not None]
        if self._compile_loss is not None:
            own += self._compile_loss.metrics
        layers: list[Any] = [
            layer
            for layer in self._flatten_layers()
            if layer is self or not isinstance(layer, Steps)
        ]
        return own + [m for layer in layers for m in layer._found(Metric)]

    @property
    def metrics_names(self) -> list[str]:
        return [metric.name for metric in self.metrics]

    def reset_metrics(self) -> None:
        for metric in self.metrics:
            metric.reset_state()

    def get_metrics_result(self) -> dict[str, Any]:
        """Each metric's present value by name."""
        results: dict[str, Any] = {}
        for metric in self.metrics:
            result = metric.result()
            results |= result if isinstance(result, dict) else {metric.name: result}
        return results

    def compute_metrics(
        self, x: Any, y: Any, y_pred: Any, sample_weight: Any = None
    ) -> dict[str, Any]:
        """Take a batch into the compiled metrics and return all results: the logs of the step."""
        if self._compile_metrics is not None:
            self._compile_metrics.update_state(y, y_pred, sample_weight)
        return {} if self._logs_deferred else self.get_metrics_result()

    def _flatten_metrics_in_order(self, logs: dict[str, Any]) -> Any:
        """The values in the order of ``metrics``, then the others by name; one alone unwrapped."""
        names = []
        for metric in self.metrics:
            inner = metric.metrics if isinstance(metric, CompileMetrics) else [metric]
            names += [m.name for m in inner]
        results = [logs[name] for name in names if name in logs]
        results += [logs[name] for name in sorted(logs) if name not in names]
        return results[0] if len(results) == 1 else results

    # Loss

    def compute_loss(
        self,
        x: Any = None,
        y: Any = None,
        y_pred: Any = None,
        sample_weight: Any = None,
        training: bool = True,
    ) -> Any:
        """The number to be minimised.

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
        """``compute_loss``, which models written before Keras 3.3 override without ``training``."""
        if _knows_training(type(self).compute_loss):
            return self.compute_loss(x, y, y_pred, sample_weight, training=training)
        return self.compute_loss(x, y, y_pred, sample_weight)

    def _track(self, loss: Any, x: Any) -> None:
        """Take the batch's loss into the mean of the epoch, weighted by the batch size."""
        first = x if type(x) is Tensor else next(v for v in tree.flatten(x) if v is not None)
        assert self._loss_tracker is not None
        self._loss_tracker.update_state(loss, sample_weight=first.shape[0])

    # Steps

    def _forward(self, x: Any, training: bool) -> Any:
        if self._call_has_training_arg:
            return self(x, training=training)
        return self(x)  # Parity: then the layers inside do not train either

    def train_step(self, data: Any) -> dict[str, Any]:
        """One update of the weights from one batch; returns the logs.

        loss tracker ← loss, weighted by the batch size; gradients; optimizer; metrics of
        ``y_pred``, which was made before the update.
        """
        x, y, sample_weight = unpack_x_y_sample_weight(data)
        y_pred, loss, gradients = self._replayed("_loss_and_gradients")(x, y, sample_weight)
        self._track(loss, x)
        if self._compile_metrics is not None and not self._compile_metrics.built:
            # What is wrong with them shows before the update.
            self._compile_metrics.build(y, y_pred)
        if gradients:
            if self.optimizer is None:
                raise AttributeError("optimizer=None cannot train: compile with an optimizer")
            self.optimizer.apply(gradients, self._trained)
        else:
            warnings.warn("The model does not have any trainable weights.", stacklevel=2)
        return self.compute_metrics(x, y, y_pred, sample_weight=sample_weight)

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
        """Loss and metrics of one batch, without an update; returns the logs."""
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
        """Forgotten where a function is made anew, and by ``_forget_replays``."""
        return {}

    def _forget_replays(self) -> None:
        """To be called when the layers are no longer those that were watched."""
        vars(self).pop("_replays", None)

    def _replayed(self, name: str) -> Callable[..., Any]:
        """A method of this class, whose calls are replayed unless with ``run_eagerly``."""
        if self.run_eagerly:
            return getattr(self, name)
        if name not in self._replays:
            self._replays[name] = Replay(getattr(self, name))
        return self._replays[name]

    def _remember_variables(self) -> list[Variable]:
        trained = self.trainable_variables
        vars(self).update(_trained=trained, _kept=self.non_trainable_variables)
        return trained

    def __getstate__(self) -> dict[str, Any]:
        """What a copy gets: all but the functions made for this very model."""
        return {k: v for k, v in vars(self).items() if k not in _MADE_FOR_ONE}

    # Hooks

    def make_train_function(self, force: bool = False) -> None:
        """Set ``train_function``, which takes an iterator of batches and returns logs."""
        if self.train_function is None or force:
            function = self._repeat(self._undone_on_error(self.train_step))
            vars(self).update(train_function=function, _trained=None, _kept=None)
            self._replays.pop("_loss_and_gradients", None)

    def make_test_function(self, force: bool = False) -> None:
        """Set ``test_function``, which takes an iterator of batches and returns logs."""
        if self.test_function is None or force:
            vars(self)["test_function"] = self._repeat(self.test_step)
            self._replays.pop("_loss", None)

    def make_predict_function(self, force: bool = False) -> None:
        """Set ``predict_function``, which takes a list of batches and returns their outputs."""
        if self.predict_function is None or force:
            vars(self)["predict_function"] = self._predict_batches
            self._replays.pop("_predictions", None)

    def _predict_batches(self, batches: list[Any]) -> Any:
        outputs = [self.predict_step(_tensors(batch)) for batch in batches]
        if len(outputs) == 1:
            return outputs[0]
        return tree.map_structure(lambda *parts: ops.concatenate(parts, axis=0), *outputs)

    def _repeat(self, step: Callable[[Any], Any]) -> StepFunction:
        """``step`` for ``steps_per_execution`` batches; StopIteration if there are none left."""
        if self.steps_per_execution == 1:
            return lambda iterator: step(_tensors(next(iterator)))

        def function(iterator: Iterator[Any]) -> Any:
            logs = step(_tensors(next(iterator)))
            for _, data in zip(range(self.steps_per_execution - 1), iterator):
                logs = step(_tensors(data))
            return logs

        return function

    def _undone_on_error(self, step: Callable[[Any], Any]) -> Callable[[Any], Any]:
        """A step that fails leaves no trace in moving statistics and seeds.

        The optimizer rounds as in TensorFlow's compiled step, but with ``run_eagerly``.
        """

        def guarded(data: Any) -> Any:
            before = [(variable, variable._value) for variable in self._kept or ()]
            try:
                with rounding.compiled(not self.run_eagerly):
                    return step(data)
            except BaseException:
                for variable, value in before:
                    variable._value = value
                raise

        return guarded


_MADE_FOR_ONE = ("train_function", "test_function", "predict_function", "_replays")


@functools.cache
def _knows_training(compute_loss: Callable[..., Any]) -> bool:
    return "training" in inspect.signature(compute_loss).parameters


def _tensors(data: Any) -> Any:
    if type(data) is tuple:  # as batches mostly are: in a third of the time
        return tuple([_tensors(part) for part in data])
    if type(data) is np.ndarray:
        return Tensor(data)
    return tree.map_structure(lambda leaf: Tensor(to_array(leaf)), data, none_is_leaf=False)


def _scalar(loss: Any) -> Any:
    """A loss added by a layer as one floating number."""
    if not dtypes.is_float(loss.dtype):
        loss = ops.cast(loss, settings.floatx())
    return ops.sum(loss) if loss.shape else loss
