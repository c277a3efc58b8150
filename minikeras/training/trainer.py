"""The loops: ``fit``, ``evaluate``, ``predict``, and the same for a single batch."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from typing import Any

import numpy as np

from minikeras import frames, optimizers, settings, tree
from minikeras.autograd import Tensor
from minikeras.callbacks import CallbackList, History
from minikeras.callbacks.logs import Logs, pythonify_logs
from minikeras.messages import describe, unknown_arguments
from minikeras.training.adapters import (
    can_slice_all,
    class_weight_to_sample_weights,
    standardize,
    to_array,
    train_validation_split,
    unpack_x_y_sample_weight,
)
from minikeras.training.epoch_iterator import EpochIterator
from minikeras.training.explained import ExplainedSteps
from minikeras.training.run import Run


class Trainer(ExplainedSteps):
    """A base of ``Model``: the loops over epochs and batches.

    It uses the call of the layer, ``trainable_variables``, ``losses`` and ``metrics``.
    """

    history: History
    stop_evaluating = False
    stop_predicting = False
    _initial_epoch: int | None = None  # callbacks that resume training set it in on_train_begin
    _eval_epoch_iterator: EpochIterator | None = None
    _fit_run: Run | None = None  # the fit that is running

    @frames.filter_traceback
    def fit(
        self,
        x: Any = None,
        y: Any = None,
        batch_size: int | None = None,
        epochs: int = 1,
        verbose: int | str = "auto",
        callbacks: Any = None,
        validation_split: float = 0.0,
        validation_data: Any = None,
        shuffle: bool | str = True,
        class_weight: Mapping[int, float] | None = None,
        sample_weight: Any = None,
        initial_epoch: int = 0,
        steps_per_epoch: int | None = None,
        validation_steps: int | None = None,
        validation_batch_size: int | None = None,
        validation_freq: int | list[int] = 1,
    ) -> History:
        """Train from epoch ``initial_epoch`` to ``epochs``.

        x: arrays, nested lists or dicts of arrays, or an iterable of batches ``(x, y)`` or
            ``(x, y, sample_weight)``: a generator, a ``PyDataset``, a tf.data or torch data set.
        y, sample_weight: labels and weights, if ``x`` holds arrays.
        batch_size: the number of samples in a batch, if ``x`` holds arrays; 32 by default.
        shuffle: True to shuffle the samples before every epoch, "batch" to shuffle within each
            batch; if ``x`` holds arrays.  After ``set_random_seed`` every epoch has the same order.
        verbose: 0 prints nothing, 1 or "auto" a progress bar, 2 a line for each epoch.
        callbacks: ``Callback`` objects.
        validation_split: the fraction of the samples, from the end, that is used for validation.
        validation_data: ``(x, y)`` or ``(x, y, sample_weight)``, or batches of these.
        validation_batch_size, validation_steps: as ``batch_size`` and ``steps_per_epoch``.
        validation_freq: validate every this many epochs, or in a list of epochs, counted from 1.
        class_weight: weights of the samples by class number; 1 for other classes.
        steps_per_epoch: batches in an epoch; the next epoch continues in the data.

        Returns the ``History``.  If the forward or backward pass fails, the model is in the state
        after the step before.  Raises ValueError before ``compile``.
        """
        self._assert_compile_called()
        if not hasattr(epochs, "__index__"):
            raise TypeError(f"epochs must be an integer, received {describe(epochs)}")
        limit = settings.max_epochs()
        if limit and limit < epochs:
            frames.warn(f"Limiting epochs to {limit}")
            epochs = limit
        if validation_split and validation_data is None:
            (x, y, sample_weight), validation_data = train_validation_split(
                (x, y, sample_weight), validation_split
            )
        if validation_data is not None:
            validation_data = unpack_x_y_sample_weight(validation_data)
        data = x, y, sample_weight, batch_size, steps_per_epoch, shuffle, class_weight
        epoch_iterator = EpochIterator(*data, self.steps_per_execution)
        epoch_iterator.reset()
        validation_batch_size = validation_batch_size or batch_size
        self._eval_epoch_iterator = None
        if (
            validation_data is not None
            and _holds_arrays(validation_data[0])
            and any(_is_due(epoch, validation_freq) for epoch in range(initial_epoch, epochs))
        ):  # errors in it are raised before the first epoch
            self._check_labels(validation_data[1])
            validation = *validation_data, validation_batch_size, validation_steps
            self._eval_epoch_iterator = self._evaluation_batches(*validation)
        steps = epoch_iterator.num_batches
        callbacks = self._callback_list(
            callbacks, True, verbose=verbose, epochs=epochs, steps=steps
        )
        self.stop_training = False
        self.make_train_function()
        training_logs: Logs | None = None
        run = self._fit_run = Run(self, epoch_iterator, callbacks)
        try:
            callbacks.on_train_begin()
            for epoch in range(self._initial_epoch or initial_epoch, epochs):
                self.reset_metrics()
                callbacks.on_epoch_begin(epoch)
                run.logs = self._run_epoch(epoch_iterator, callbacks, "train", run.logs)
                training_logs = dict(run.logs)
                if validation_data is not None and _is_due(epoch, validation_freq):
                    training_logs |= self._validate(
                        validation_data, validation_batch_size, validation_steps, callbacks
                    )
                callbacks.on_epoch_end(epoch, training_logs)
                if self.stop_training:
                    break
            self._eval_epoch_iterator = None
            if isinstance(self.optimizer, optimizers.Optimizer) and epochs > 0:
                self.optimizer.finalize_variable_values(self.trainable_variables)
            callbacks.on_train_end(logs=training_logs)
        finally:
            self._fit_run = self._eval_epoch_iterator = None
        return self.history

    @frames.filter_traceback
    def evaluate(
        self,
        x: Any = None,
        y: Any = None,
        batch_size: int | None = None,
        verbose: int | str = "auto",
        sample_weight: Any = None,
        steps: int | None = None,
        callbacks: Any = None,
        return_dict: bool = False,
        **kwargs: Any,
    ) -> Any:
        """Loss and metrics over the data: a list in the order of ``metrics``, or a dict.

        The arguments are those of ``fit``; nothing is shuffled.
        """
        self._assert_compile_called()
        cached = kwargs.pop("_use_cached_eval_dataset", False)
        if kwargs:
            raise ValueError(unknown_arguments("evaluate", kwargs, self.evaluate))
        epoch_iterator = self._eval_epoch_iterator if cached else None
        if epoch_iterator is None:
            epoch_iterator = self._evaluation_batches(x, y, sample_weight, batch_size, steps)
            if cached:
                self._eval_epoch_iterator = epoch_iterator
        epoch_iterator.reset()
        steps = epoch_iterator.num_batches
        callbacks = self._callback_list(callbacks, verbose=verbose, epochs=1, steps=steps)
        self.make_test_function()
        self.stop_evaluating = False
        callbacks.on_test_begin()
        self.reset_metrics()
        logs = pythonify_logs(self._run_epoch(epoch_iterator, callbacks, "test", {}))
        callbacks.on_test_end(logs)
        return logs if return_dict else self._flatten_metrics_in_order(logs)

    @frames.filter_traceback
    def predict(
        self,
        x: Any,
        batch_size: int | None = None,
        verbose: int | str = "auto",
        steps: int | None = None,
        callbacks: Any = None,
    ) -> Any:
        """The outputs for all samples, as arrays in the structure of the model's outputs.

        Raises ValueError if ``x`` holds no samples.
        """
        one_batch = type(x) is np.ndarray and x.ndim and 0 < len(x) <= 32 and batch_size is None
        unwatched = verbose == 0 and steps is None and callbacks is None
        if one_batch and unwatched and self._runs_own("predict"):
            # For a small network the loop takes longer than the prediction.
            return self._predict_batch(standardize(x), len(x) if len(x) == 32 else None)
        epoch_iterator = EpochIterator(
            x,
            batch_size=batch_size,
            steps_per_epoch=steps,
            steps_per_execution=self.steps_per_execution,
        )
        steps = epoch_iterator.num_batches
        callbacks = self._callback_list(callbacks, verbose=verbose, epochs=1, steps=steps)
        self.make_predict_function()
        self._set_trace("predict", epoch_iterator.data_adapter.batch_size)
        assert self.predict_function is not None
        self.stop_predicting = False
        callbacks.on_predict_begin()
        outputs: list[Any] = []
        with epoch_iterator.catch_stop_iteration():
            for begin, end, batches in epoch_iterator:
                callbacks.on_predict_batch_begin(begin)
                taken = [next(batches), *itertools.islice(batches, self.steps_per_execution - 1)]
                outputs.append(self.predict_function(taken))
                callbacks.on_predict_batch_end(end, {"outputs": outputs[-1]})
                if self.stop_predicting:
                    break
        callbacks.on_predict_end()
        if not outputs:
            raise ValueError(f"x holds no samples to predict from: received {describe(x)}")
        return tree.map_structure(lambda *a: np.concatenate([*map(to_array, a)]), *outputs)

    @frames.filter_traceback
    def train_on_batch(
        self,
        x: Any,
        y: Any = None,
        sample_weight: Any = None,
        class_weight: Mapping[int, float] | None = None,
        return_dict: bool = False,
    ) -> Any:
        """One update from one batch; returns its loss and metrics, as ``evaluate`` does."""
        self._assert_compile_called()
        if class_weight is not None:
            if sample_weight is not None:
                raise ValueError(
                    "sample_weight and class_weight exclude each other; received "
                    f"sample_weight={describe(sample_weight)}, class_weight={class_weight}"
                )
            sample_weight = class_weight_to_sample_weights(y, class_weight)
        self.make_train_function()
        return self._on_batch("train", (x, y, sample_weight), return_dict)

    @frames.filter_traceback
    def test_on_batch(
        self, x: Any, y: Any = None, sample_weight: Any = None, return_dict: bool = False
    ) -> Any:
        """Loss and metrics of one batch, as ``evaluate`` returns them."""
        self._assert_compile_called()
        self.make_test_function()
        return self._on_batch("test", (x, y, sample_weight), return_dict)

    @frames.filter_traceback
    def predict_on_batch(self, x: Any) -> Any:
        """The outputs for one batch, as arrays."""
        return self._predict_batch(x, _batch_size(x), on_batch=True)

    def _predict_batch(self, x: Any, batch_size: int | None, on_batch: bool = False) -> Any:
        self.make_predict_function()
        self._set_trace("predict", batch_size, on_batch)
        assert self.predict_function is not None
        outputs = self.predict_function([(x,)])
        if type(outputs) is Tensor:  # the common case, without the search for others
            return np.array(outputs)
        return tree.map_structure(np.array, outputs)

    def _on_batch(self, mode: str, batch: Any, return_dict: bool) -> Any:
        function = self.train_function if mode == "train" else self.test_function
        assert function is not None
        self.reset_metrics()
        self._set_trace(mode, _batch_size(batch), True, batch[2] is not None)
        logs = pythonify_logs(function(iter([batch])))
        return logs if return_dict else self._flatten_metrics_in_order(logs)

    # One epoch

    def _run_epoch(
        self, epoch_iterator: EpochIterator, callbacks: CallbackList, mode: str, logs: Any
    ) -> Any:
        """All steps of an epoch; returns the epoch's logs.

        The results of metrics are computed at every step only if a callback or an overridden step
        may use them.
        """
        function = self.train_function if mode == "train" else self.test_function
        begin_batch = getattr(callbacks, f"on_{mode}_batch_begin")
        end_batch = getattr(callbacks, f"on_{mode}_batch_end")
        stop = "stop_training" if mode == "train" else "stop_evaluating"
        deferred = type(callbacks) is CallbackList and self._runs_own(mode)
        assert function is not None
        adapter = epoch_iterator.data_adapter
        self._set_trace(mode, adapter.batch_size, weighted=adapter.weighted)
        before, self._logs_deferred = self._logs_deferred, deferred
        try:
            with epoch_iterator.catch_stop_iteration():
                for begin, end, batches in epoch_iterator:
                    begin_batch(begin)
                    logs = function(batches)
                    if deferred:
                        logs = self.get_metrics_result
                    end_batch(end, logs)
                    if getattr(self, stop):
                        break
        finally:
            self._logs_deferred = before
        if callable(logs):
            return logs()
        results = self.get_metrics_result()
        return results if isinstance(logs, dict) and logs.keys() == results.keys() else logs

    def _runs_own(self, mode: str) -> bool:
        """Whether no method that computes the logs of a step has been overridden."""
        names = (f"make_{mode}_function", f"{mode}_step", "compute_metrics", "get_metrics_result")
        return all(
            getattr(getattr(self, name), "__func__", None) is getattr(Trainer, name)
            for name in names
        )

    def _evaluation_batches(
        self, x: Any, y: Any, sample_weight: Any, batch_size: int | None, steps: int | None
    ) -> EpochIterator:
        """The batches that ``evaluate`` takes, in the order of the data."""
        data = x, y, sample_weight, batch_size, steps
        return EpochIterator(*data, steps_per_execution=self.steps_per_execution)

    def _check_labels(self, y: Any) -> None:
        """Raise before the first epoch what the loss would say about validation without labels."""
        own_loss = type(self).compute_loss is Trainer.compute_loss and self._runs_own("test")
        if own_loss and self._compile_loss is not None:
            self._compile_loss.check_given(y, "the y of validation_data")

    def _validate(
        self, data: tuple[Any, Any, Any], batch_size: int | None, steps: int | None, callbacks: Any
    ) -> Logs:
        x, y, sample_weight = data
        logs = self.evaluate(
            x=x,
            y=y,
            sample_weight=sample_weight,
            batch_size=batch_size,
            steps=steps,
            callbacks=callbacks,
            return_dict=True,
            _use_cached_eval_dataset=True,
        )
        return {f"val_{name}": value for name, value in logs.items()}

    def _callback_list(self, callbacks: Any, history: bool = False, **params: Any) -> CallbackList:
        """The callbacks as one, which receives ``params``: verbose, epochs and steps."""
        if isinstance(callbacks, CallbackList):
            return callbacks
        return CallbackList(callbacks, history, params["verbose"] != 0, model=self, **params)


def _holds_arrays(x: Any) -> bool:
    """Whether ``x`` is meant as arrays, not as an iterable of batches."""
    return can_slice_all(x) or isinstance(x, list | tuple | dict)


def _batch_size(batch: Any) -> int | None:
    """The number of samples in the first array; None if there is no array."""
    while isinstance(batch, tuple | list) and batch:  # faster than flattening all of it
        batch = batch[0]
    leaf = next(iter(tree.flatten(batch)), None) if isinstance(batch, dict) else batch
    shape = getattr(leaf, "shape", ())
    return shape[0] if shape else None


def _is_due(epoch: int, validation_freq: int | list[int]) -> bool:
    if isinstance(validation_freq, int):
        return (epoch + 1) % validation_freq == 0
    if isinstance(validation_freq, list):
        return epoch + 1 in validation_freq
    raise ValueError(
        "validation_freq must be an integer or a list of epochs; received "
        f"{validation_freq!r} of type {type(validation_freq).__name__}"
    )
