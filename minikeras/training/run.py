"""A ``fit`` that is running: what has to be saved of it so that it can be resumed exactly."""

from __future__ import annotations

import collections
from typing import TYPE_CHECKING, Any

import numpy as np

from minikeras import frames, optimizers
from minikeras.autograd import Variable
from minikeras.callbacks import CallbackList
from minikeras.callbacks.logs import Logs
from minikeras.messages import describe
from minikeras.random import process_state
from minikeras.training.epoch_iterator import EpochIterator

if TYPE_CHECKING:
    from minikeras.training.trainer import Trainer

State = dict[str, Any]


class Run:
    """The parts of a running ``fit``.  Callbacks find it as ``model._fit_run``.

    model: what is trained.
    epochs: its data.
    callbacks: all of them.

    Attribute ``logs``: what the last training step returned; {} before the first.

    A state consists of numbers, strings, None, arrays, and lists and dicts of these.  It holds all
    variables of the model, its optimizers and its metrics, the random streams of the process, the
    place in the data, and the attributes that callbacks list as ``resumed``.
    """

    def __init__(self, model: Trainer, epochs: EpochIterator, callbacks: CallbackList) -> None:
        self.model = model
        self.epochs = epochs
        self.callbacks = callbacks
        self.logs: Any = {}

    def state(self, epoch: int, logs: Logs | None = None) -> State:
        """All that the rest of the training follows from.

        epoch: the epoch that is running; after its end, the next one.
        logs: those of the last step of a running epoch.
        """
        return {
            "epoch": epoch,
            "stopped": bool(self.model.stop_training),
            "steps": self.epochs.num_batches,
            "logs": logs or {},
            "place": self.epochs.place(),
            "random": process_state.capture(),
            "variables": [[v.path, v._value] for v in self._variables()],
            "callbacks": [
                [type(callback).__name__, {name: getattr(callback, name) for name in names}]
                for callback, names in self._resumed()
            ],
        }

    def resume(self, state: State) -> None:
        """Go to the place in the data where ``state`` was taken, and ``restore`` it.

        Everything is checked before anything changes, but for what a first step builds.
        Raises ValueError if the state does not belong to this training.
        """
        before = process_state.capture()
        try:
            self._build()
            self._check(state)
            self.epochs.go_to(state["place"])
        except (KeyError, TypeError, AttributeError) as error:
            process_state.restore(before)
            raise ValueError(f"this is no state of a training: {error!r}") from error
        except BaseException:
            process_state.restore(before)
            raise
        self.restore(state)

    def restore(self, state: State) -> None:
        """Put everything but the place in the data into a state that ``resume`` has checked."""
        self.logs = state["logs"]
        for variable, (_, value) in zip(self._variables(), state["variables"]):
            variable.assign(value)
        saved = collections.defaultdict(list)
        for kind, values in state["callbacks"]:
            saved[kind].append(values)
        for callback, _ in self._resumed():
            kind = type(callback).__name__
            if saved[kind]:
                vars(callback).update(saved[kind].pop(0))
            else:
                frames.warn(f"{callback!r} starts anew: it is not in the backup of this training.")
        process_state.restore(state["random"])

    def _variables(self) -> list[Variable]:
        """Those of the model, of all its optimizers and of its metrics, each of them once."""
        model = self.model
        own = vars(model).values()
        owners = [model, *(v for v in own if isinstance(v, optimizers.Optimizer)), *model.metrics]
        found = {id(v): v for owner in owners for v in owner.variables}
        return [*found.values()]

    def _resumed(self) -> list[tuple[Any, tuple[str, ...]]]:
        """The callbacks that have a state, and the names of its attributes."""
        callbacks = self.callbacks.callbacks
        return [(c, c.resumed) for c in callbacks if getattr(c, "resumed", ())]

    def _build(self) -> None:
        """Take a step, after which everything is built, and undo what it did."""
        before = [(variable, variable._value) for variable in self._variables()]
        batches = self.epochs.data_adapter.batches()
        try:
            self.model._take_first_step(next(batches))
        finally:
            for variable, value in before:
                variable._value = value
            if hasattr(batches, "close"):  # threads that prepare more batches
                batches.close()

    def _check(self, state: State) -> None:
        place = state["place"]
        numbers = [state["epoch"], place["step"], place["taken"]]
        numbers += [number for number in (place["batches"], state["steps"]) if number is not None]
        numbers += [place["began"]["order"]] if place["taken"] else []
        if not all(type(number) is int and 0 <= number < 2**53 for number in numbers):
            raise ValueError(f"epoch, step, batches and order must be counts, received {numbers}")
        steps = self.epochs.num_batches
        if None not in (steps, state["steps"]) and state["steps"] != steps:
            raise ValueError(
                f"the backup was made with {state['steps']} steps in an epoch, this fit has {steps}"
            )
        for random in (state["random"], *([place["began"]["random"]] if place["taken"] else [])):
            process_state.check(random)
        if not isinstance(state["logs"], dict):
            raise ValueError(f"logs must be a dict, received {describe(state['logs'])}")
        for kind, values in state["callbacks"]:
            names = {
                name for c, names in self._resumed() if type(c).__name__ == kind for name in names
            }
            if names and values.keys() != names:
                raise ValueError(
                    f"the backup has {', '.join(values)} of the callback {kind}, expected "
                    f"{', '.join(sorted(names))}"
                )
        expected, given = self._variables(), state["variables"]
        if len(expected) != len(given):
            raise ValueError(
                f"the backup has {len(given)} variables, this training has {len(expected)}. Train "
                "the same model, compiled alike, and build what only a training step would build"
            )
        for variable, (path, value) in zip(expected, given):
            there, here = _kind(value), _kind(variable._value)
            if there != here:
                raise ValueError(
                    f"the variable {variable.path!r} is {here}, but {path!r} in its place in the "
                    f"backup is {there}"
                )


def _kind(value: Any) -> str:
    return f"of shape {np.shape(value)} and dtype {value.dtype}"
