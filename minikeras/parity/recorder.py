"""Records what a program does with a framework: fits, evaluations, predictions, all weights.

Methods of the framework's classes are replaced for a while, in the same way for both frameworks.
"""

from __future__ import annotations

import functools
import importlib
import inspect
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import (
    AbstractContextManager,
    ExitStack,
    contextmanager,
    nullcontext,
    redirect_stdout,
)
from typing import Any

import numpy as np

from minikeras.parity import configuration, curves
from minikeras.parity.hooks import definer, fails_as_recorder, replaced
from minikeras.types import Array

TRACED = "tensorflow.python.eager.polymorphic_function.polymorphic_function"

Hook = tuple[type, str, Callable[..., Any]]  # the class, its method, and what makes the new method


class Recorder:
    """Records the program that runs within `recording`; `finish` returns what was found.

    send: is called with events, at the start of a fit and at the end of an epoch.
    """

    def __init__(self, keras: Any, send: Callable[..., None] = lambda **_: None) -> None:
        self.keras = keras
        self.send = send
        self.fits: list[dict[str, Any]] = []
        self.evaluations: list[dict[str, Any]] = []
        self.predictions: list[tuple[Any, list[Array]]] = []
        self.used: list[Any] = []  # models, in the order of their first fit, evaluate ...
        self.made: list[Any] = []  # all models, in the order of their construction
        self.arguments: dict[int, dict[str, Any]] = {}  # of `compile`, by the id of the model
        self.optimizers: list[tuple[Any, Any]] = []  # with their configuration, when built
        self.batches: dict[tuple[int, str], dict[str, Any]] = {}  # the log of train_on_batch
        self.initial: dict[int, tuple[Any, Array]] = {}  # by the id of the variable, which it keeps
        self.pending: dict[int, Any] = {}  # variables without a value
        self.begun: set[int] = set()  # variables whose initial value does not change any more
        self.loading = False  # a model is compiled before its weights are read
        self.loops = False  # whether the program calls an optimizer itself
        self.busy = False  # inside fit or evaluate; the calls that these make are not recorded
        self.eagerly: Callable[[], AbstractContextManager[Any]] = nullcontext
        if keras.backend.backend() == "tensorflow":
            self.eagerly = importlib.import_module("tensorflow").init_scope

    @contextmanager
    def recording(self) -> Iterator[None]:
        with ExitStack() as stack:
            for owner, name, hook in self._hooks():
                stack.enter_context(replaced(owner, name, hook))
            yield

    @fails_as_recorder
    def _hooks(self) -> list[Hook]:
        keras, loading = self.keras, "compile_from_config"
        hooks: list[Hook] = [
            (keras.Model, "__new__", self._note_model),
            (keras.Sequential, "__new__", self._note_model),
            # Where it is defined: models whose class overrides it are not compiled when loaded.
            (definer(keras.Model, "compile"), "compile", self._note_compile),
            (definer(keras.Model, loading), loading, self._note_loading),
            (keras.Variable, "__init__", self._note_variable),
            (keras.optimizers.Optimizer, "build", self._note_optimizer),
            (keras.optimizers.Optimizer, "apply", self._note_update),
        ]
        if keras.backend.backend() == "tensorflow":
            # Keras makes some variables in advance, and those of a tf.function get their values
            # when it was traced.
            hooks.append((keras.Variable, "_deferred_initialize", self._note_variable))
            traced = importlib.import_module(TRACED).Function
            hooks.append((traced, "_initialize_uninitialized_variables", self._note_initialization))
        for name, record in {
            "fit": self._fit,
            "evaluate": self._evaluate,
            "predict": self._predict,
            "train_on_batch": self._batch,
            "test_on_batch": self._batch,
        }.items():
            hooks.append((keras.Model, name, functools.partial(self._outermost, record)))
        return hooks

    @fails_as_recorder
    def finish(self) -> tuple[dict[str, Any], dict[str, Array]]:
        """What was recorded, in types of JSON, and the arrays by their names."""
        arrays: dict[str, Array] = {}

        def saved(what: str, index: int, owner: Any, variables: list[Any]) -> dict[str, Any]:
            for stage, values in (
                ("initial", [self.initial.get(id(v), (v, None))[1] for v in variables]),
                ("final", [self._value(v) for v in variables]),
            ):
                arrays.update(
                    {
                        f"{what}/{index}/{stage}/{i}": v
                        for i, v in enumerate(values)
                        if v is not None
                    }
                )
            about = {"label": what[:-1], "name": owner.name, "class": type(owner).__name__}
            return about | {"paths": [v.path for v in variables]}

        models = [
            saved("models", i, model, _variables(model))
            | {"configuration": {model.name: configuration.config_of_model(model)}}
            for i, model in enumerate(self._models())
        ]
        optimizers = [
            saved("optimizers", i, optimizer, optimizer.variables)
            | {"configuration": {"optimizer": described}}
            for i, (optimizer, described) in enumerate(self.optimizers)
        ]
        for i, (_, results) in enumerate(self.predictions):
            arrays |= {f"predictions/{i}/final/{j}": result for j, result in enumerate(results)}
        found = {
            "fits": self.fits,
            "evaluations": self.evaluations,
            "predictions": [described for described, _ in self.predictions],
            "models": models,
            "optimizers": optimizers,
            "loops": self.loops,
        }
        return found, arrays

    def _models(self) -> list[Any]:
        """The models that were used, then those that hold a variable of none before."""
        models = list(self.used)
        known = {id(variable) for model in models for variable in _variables(model)}
        for model in self.made:
            try:
                weights = {id(variable) for variable in _variables(model)}
            except Exception:  # its constructor failed
                continue
            if weights - known:
                models.append(model)
                known |= weights
        return models

    def _value(self, variable: Any) -> Array | None:
        """A copy of the present value; None before TensorFlow has initialized it."""
        value = variable._value  # numpy() would tell minikeras that the program looks at the value
        with self.eagerly():
            if value is None or not getattr(value, "is_initialized", lambda: True)():
                return None
            array = np.array(value.detach().cpu() if hasattr(value, "detach") else value)  # torch
        return array if array.dtype.kind in "biufc" else array.astype("float32")  # bfloat16

    def _begin(self, variables: Iterable[Any], everything: bool = False) -> None:
        """From now on `variables` are trained, or evaluated: what they hold is their initial value.

        A value that was set between construction and training counts, not the one it replaced.
        """
        for variable in variables:
            if id(variable) not in self.begun and (value := self._value(variable)) is not None:
                self.initial[id(variable)] = (variable, value)
                self.begun.add(id(variable))
        if everything:
            self.begun |= self.initial.keys()

    def _note_model(self, new: Callable[..., Any]) -> Callable[..., Any]:
        def hooked(cls: type, *args: Any, **kwargs: Any) -> Any:
            model = new(cls, *args, **kwargs)
            if not any(model is known for known in self.made):
                self.made.append(model)
            return model

        return staticmethod(hooked)

    def _note_compile(self, method: Callable[..., Any]) -> Callable[..., Any]:
        signature = inspect.signature(method)

        @functools.wraps(method)
        def hooked(model: Any, *args: Any, **kwargs: Any) -> Any:
            result = method(model, *args, **kwargs)
            self.arguments[id(model)] = _arguments(signature.bind(model, *args, **kwargs))
            return result

        return hooked

    def _note_loading(self, method: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(method)
        def hooked(model: Any, config: Any) -> None:
            self.loading = True
            try:
                method(model, config)
            finally:
                self.loading = False

        return hooked

    def _note_variable(self, method: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(method)
        def hooked(variable: Any, *args: Any, **kwargs: Any) -> None:
            method(variable, *args, **kwargs)
            self._store([variable])

        return hooked

    def _note_initialization(self, method: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(method)
        def hooked(function: Any, initializers: Any) -> None:
            method(function, initializers)
            self._store(list(self.pending.values()))

        return hooked

    @fails_as_recorder
    def _store(self, variables: list[Any]) -> None:
        for variable in variables:
            value = self._value(variable)
            if value is None:
                self.pending[id(variable)] = variable
            else:
                self.pending.pop(id(variable), None)
                self.initial[id(variable)] = (variable, value)

    def _note_optimizer(self, method: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(method)
        def hooked(optimizer: Any, variables: Any) -> None:
            self._optimizer_built(optimizer, list(variables))
            method(optimizer, variables)

        return hooked

    def _note_update(self, method: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(method)
        def hooked(*args: Any, **kwargs: Any) -> Any:
            self.loops = self.loops or not self.busy
            return method(*args, **kwargs)

        return hooked

    @fails_as_recorder
    def _optimizer_built(self, optimizer: Any, variables: list[Any]) -> None:
        if not any(optimizer is known for known, _ in self.optimizers):
            with self.eagerly():  # Keras reads the learning rate for the config
                described = configuration.config_of(optimizer)
            self.optimizers.append((optimizer, described))
        if not self.loading:
            self._begin(variables, everything=not self.busy)

    def _outermost(
        self, record: Callable[..., Any], method: Callable[..., Any]
    ) -> Callable[..., Any]:
        signature = inspect.signature(method)

        @functools.wraps(method)
        def hooked(model: Any, *args: Any, **kwargs: Any) -> Any:
            try:
                call = None if self.busy else signature.bind(model, *args, **kwargs)
            except TypeError:  # the method says which argument is wrong
                call = None
            if call is None:
                return method(model, *args, **kwargs)
            self._enter(model)
            try:
                return record(method, model, call)
            finally:
                self.busy = False
                self.begun |= {id(variable) for variable in _variables(model)}

        return hooked

    @fails_as_recorder
    def _enter(self, model: Any) -> None:
        if not any(model is known for known in self.used):
            self.used.append(model)
        self._begin(_variables(model))
        self.busy = True

    @fails_as_recorder
    def _described(self, method: Callable[..., Any], model: Any, call: Any) -> dict[str, Any]:
        """What a call is made with: the configuration of everything that decides its result."""
        called = configuration.config_of_call(_arguments(call))
        compiled = {
            name: configuration.config_of(value)
            for name, value in self.arguments.get(id(model), {}).items()
            if name in ("loss", "loss_weights", "metrics", "weighted_metrics")
        }
        if method.__name__ not in ("evaluate", "predict", "test_on_batch"):
            compiled["optimizer"] = configuration.config_of(getattr(model, "optimizer", None))
        return {model.name: configuration.config_of_model(model), **compiled, "call": called}

    # What is recorded of each method

    def _fit(self, method: Callable[..., Any], model: Any, call: Any) -> Any:
        fit = self._new_curve(method, model, call)
        watcher = curves.watcher(self.keras, self.send, model)
        given = call.arguments.get("callbacks") or []
        if isinstance(given, self.keras.callbacks.CallbackList):
            given.append(watcher)
        else:
            given = [*given, watcher] if isinstance(given, list | tuple) else [given, watcher]
            call.arguments["callbacks"] = given
        printed: Any = curves.Copied(sys.stdout)
        try:
            with redirect_stdout(printed):
                result = method(*call.args, **call.kwargs)
            fit["raised"] = False
            return result
        finally:
            lines = curves.EPOCH_LINE.findall(printed.copy.getvalue())
            fit |= {
                "epochs": watcher.epochs,
                "logs": watcher.logs,
                "lines": lines or [curves.epoch_line(log) for log in watcher.logs],
                "first_epoch_seconds": watcher.first,
                "epoch_seconds": watcher.seconds,
                "steps": (watcher.params or {}).get("steps"),
            }

    def _batch(self, method: Callable[..., Any], model: Any, call: Any) -> Any:
        """Calls of `train_on_batch` together are a curve with a point for each."""
        key = (id(model), method.__name__)
        if key not in self.batches:
            self.batches[key] = self._new_curve(method, model, call)
            self.batches[key]["raised"] = False
        result = method(*call.args, **call.kwargs)
        curve = self.batches[key]
        curve["epochs"].append(len(curve["epochs"]))
        curve["logs"].append(self._results(model, result))
        return result

    def _new_curve(self, method: Callable[..., Any], model: Any, call: Any) -> dict[str, Any]:
        curve: dict[str, Any] = {"label": method.__name__, "model": model.name, "raised": True}
        curve |= {"configuration": self._described(method, model, call), "epochs": [], "logs": []}
        curve |= {"lines": None, "first_epoch_seconds": None, "epoch_seconds": [], "steps": None}
        self.fits.append(curve)
        return curve

    def _evaluate(self, method: Callable[..., Any], model: Any, call: Any) -> Any:
        described = self._described(method, model, call)
        result = method(*call.args, **call.kwargs)
        self.evaluations.append(
            {
                "label": "evaluate",
                "model": model.name,
                "configuration": described,
                "result": self._results(model, result),
            }
        )
        return result

    def _predict(self, method: Callable[..., Any], model: Any, call: Any) -> Any:
        described = self._described(method, model, call)
        result = method(*call.args, **call.kwargs)
        self._store_prediction(model, described, result)
        return result

    @fails_as_recorder
    def _store_prediction(self, model: Any, described: dict[str, Any], result: Any) -> None:
        outputs = [np.array(output) for output in self.keras.tree.flatten(result)]
        names = [f"output {i}" for i in range(len(outputs))] if len(outputs) > 1 else ["output"]
        about = {
            "label": "predict",
            "name": model.name,
            "class": type(model).__name__,
            "configuration": described,
            "paths": names,
        }
        self.predictions.append((about, outputs))

    @fails_as_recorder
    def _results(self, model: Any, result: Any) -> dict[str, float]:
        return curves.numbers(result if isinstance(result, dict) else model.get_metrics_result())


def _variables(model: Any) -> list[Any]:
    """The weights of a model, and the states of its seed generators."""
    metrics = {id(variable) for variable in model.metrics_variables}
    return [variable for variable in model.variables if id(variable) not in metrics]


def _arguments(call: inspect.BoundArguments) -> dict[str, Any]:
    """The arguments of a call by name, with the defaults."""
    full = inspect.BoundArguments(call.signature, call.arguments.copy())
    full.apply_defaults()
    return dict(full.arguments)
