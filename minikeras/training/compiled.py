"""What ``compile`` sets: optimizer, loss, metrics, and the results of the metrics."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, ClassVar

from minikeras import frames, optimizers
from minikeras.autograd import Variable
from minikeras.declare.serialization import deserialize_keras_object, serialize_keras_object
from minikeras.metrics import Mean, Metric
from minikeras.training.compile_loss import CompileLoss
from minikeras.training.compile_metrics import CompileMetrics


class Compiled:
    """A base of ``Model``: its optimizer, losses and metrics."""

    compiled = False
    optimizer: Any = None
    loss: Any = None
    stop_training = False
    run_eagerly = False
    jit_compile: bool | str = False
    steps_per_execution = 1
    train_function: Callable[[Iterator[Any]], Any] | None = None
    test_function: Callable[[Iterator[Any]], Any] | None = None
    predict_function: Callable[[list[Any]], Any] | None = None

    _compile_config: dict[str, Any] = {}
    _compile_loss: CompileLoss | None = None
    _compile_metrics: CompileMetrics | None = None
    _loss_tracker: Mean | None = None
    _trained: list[Variable] | None = None  # trainable variables, found at the first step
    _untrained: list[Variable] | None = None  # all others: restored if a step fails
    _logs_deferred = False  # fit computes results only when a callback needs them

    # What ``compile`` received is used by the model, but its variables are not the model's.
    _untracked: ClassVar[frozenset[str]] = frozenset(
        {"loss", "_compile_config", "_compile_metrics", "_loss_tracker", "_trained", "_untrained"}
    )

    if TYPE_CHECKING:
        built: bool
        trainable_variables: list[Variable]
        _flatten_layers: Callable[..., list[Any]]

    @frames.filter_traceback
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

        optimizer: an ``Optimizer``, a name or a config.
        loss: a ``Loss``, a function ``(y_true, y_pred) → values`` or a name; for several outputs a
            list or dict of these.
        loss_weights: the factor of each output's loss in the total.
        metrics, weighted_metrics: lists of names, functions and ``Metric``s; for several outputs
            lists or dicts of such lists.  Only ``weighted_metrics`` use sample weights.
        steps_per_execution: how many batches are processed between two batch hooks of callbacks.
        run_eagerly: run the Python code of the layers at every step, without replaying it, and
            find the trainable variables anew at every step.
        jit_compile, auto_scale_loss: without any effect: there is no compiler, and float16 losses
            are not scaled.

        The trainable variables are found at the first step after ``compile``.  After changing
        ``trainable``, compile again.

        Parity: compiling again without ``loss`` or ``metrics`` keeps the earlier ones.
        """
        if jit_compile == "auto":
            jit_compile = False
        if jit_compile and run_eagerly:
            jit_compile = False
            frames.warn(
                "`run_eagerly=True` and `jit_compile=True` exclude each other; using "
                "`jit_compile=False`."
            )
        optimizer = optimizers.get(optimizer)
        names = getattr(self, "output_names", None)
        compile_loss, compile_metrics = self._compile_loss, self._compile_metrics
        if loss is not None:
            compile_loss = CompileLoss(loss, loss_weights, output_names=names)
        if metrics is not None or weighted_metrics is not None:
            compile_metrics = CompileMetrics(metrics, weighted_metrics, output_names=names)
        self.optimizer = optimizer
        self.loss = self.loss if loss is None else loss
        self.run_eagerly = run_eagerly
        self.steps_per_execution = steps_per_execution
        self.jit_compile = jit_compile
        self.stop_training = False
        self.compiled = True
        self.train_function = self.test_function = self.predict_function = None
        self._compile_loss, self._compile_metrics = compile_loss, compile_metrics
        self._loss_tracker = Mean(name="loss")
        self._trained = self._untrained = None
        self._compile_config = {
            "optimizer": optimizer,
            "loss": loss,
            "loss_weights": loss_weights,
            "metrics": metrics,
            "weighted_metrics": weighted_metrics,
            "run_eagerly": run_eagerly,
            "steps_per_execution": steps_per_execution,
            "jit_compile": jit_compile,
        }

    def get_compile_config(self) -> dict[str, Any]:
        """The arguments of ``compile`` as plain values, ``{}`` before it."""
        return serialize_keras_object(self._compile_config) if self.compiled else {}

    def compile_from_config(self, config: dict[str, Any]) -> None:
        """Compile with the arguments that ``get_compile_config`` returned."""
        if type(self).compile is not Compiled.compile:
            frames.warn(
                f"{type(self).__name__} has a `compile()` of its own, so the model is not "
                "compiled on loading. Override `get_compile_config` and `compile_from_config` "
                "as well, or compile afterwards."
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
        """The mean loss, the compiled metrics, the losses of the outputs, the layers' own metrics.

        Parity: the metrics of a model inside this one are not listed.
        """
        own: list[Any] = [m for m in (self._loss_tracker, self._compile_metrics) if m is not None]
        if self._compile_loss is not None:
            own += self._compile_loss.metrics
        return own + self._metrics_of_layers()

    def _metrics_of_layers(self) -> list[Any]:
        layers: list[Any] = self._flatten_layers()
        layers = [x for x in layers if x is self or not isinstance(x, Compiled)]
        return [m for x in layers for m in x._children.values() if isinstance(m, Metric)]

    @property
    def metrics_names(self) -> list[str]:
        return [metric.name for metric in self.metrics]

    def reset_metrics(self) -> None:
        for metric in self.metrics:
            metric.reset_state()

    def get_metrics_result(self) -> dict[str, Any]:
        """The current value of each metric, by name."""
        results: dict[str, Any] = {}
        for metric in self.metrics:
            result = metric.result()
            results |= result if isinstance(result, dict) else {metric.name: result}
        return results

    def compute_metrics(
        self, x: Any, y: Any, y_pred: Any, sample_weight: Any = None
    ) -> dict[str, Any]:
        """Update the compiled metrics with a batch; returns all results, the logs of the step."""
        if self._compile_metrics is not None:
            self._compile_metrics.update_state(y, y_pred, sample_weight)
        return {} if self._logs_deferred else self.get_metrics_result()

    def _flatten_metrics_in_order(self, logs: dict[str, Any]) -> Any:
        """The values in the order of ``metrics``, then the others by name; one value alone."""
        names = []
        for metric in self.metrics:
            inner = metric.metrics if isinstance(metric, CompileMetrics) else [metric]
            names += [m.name for m in inner]
        results = [logs[name] for name in names if name in logs]
        results += [logs[name] for name in sorted(logs) if name not in names]
        return results[0] if len(results) == 1 else results
