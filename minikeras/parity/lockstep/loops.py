"""Training loops that a program writes itself, with a tape and an optimizer, step by step.

Nobody but the program can take a step of such a loop, so the whole program runs: under Keras, then
under minikeras.  A step begins where a tape is entered, and ends with the call of the optimizer.
In the mode "teacher-forced" minikeras's variables and slots get Keras's values at its end, so that
the next step starts from the same state.  The program ends after as many steps as were asked for.
"""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import numpy as np

from minikeras.parity import configuration
from minikeras.parity.lockstep import bounds, reproducer, stepping, verdict
from minikeras.parity.lockstep.distances import equal
from minikeras.parity.lockstep.pairing import Held, layer_of_slot
from minikeras.parity.lockstep.recording import Record, Recorder, replaced
from minikeras.parity.lockstep.results import Comparison, Step, Verdict
from minikeras.parity.lockstep.watched import Watched
from minikeras.types import Array

# Methods that have loops of their own.
BUSY = ("fit", "evaluate", "predict", "train_on_batch", "test_on_batch", "predict_on_batch")
NO_OPINION = "float64 is not asked of a loop that the program writes itself"

Run = Callable[["LoopRecorder"], None]  # runs the program, with one of the libraries


class Ended(BaseException):
    """Ends the program after the last step; not an Exception, so that it handles it as none."""


class LoopRecorder(Recorder):
    """Notes the steps of all loops of a program that runs within ``watching``.

    watched: the classes of its library.  steps: after so many the program is ended.
    teacher: the records whose variables are assigned at the end of each step.
    noise: makes every operation of a step err by its rounding.
    """

    def __init__(
        self,
        watched: Watched,
        steps: int,
        teacher: list[Record] | None = None,
        noise: bounds.Noise | None = None,
    ) -> None:
        super().__init__(None, watched, {}, {})
        self.steps, self.teacher, self.noise = steps, teacher, noise
        self.records: list[Record] = []
        self.befores: list[dict[str, Array]] = []  # of each step: the variables when first used
        self.samples: list[int] = []  # of each step: of its first layer's input
        self.held: dict[int, Held] = {}  # all variables that were used, by their ids
        self.initial: dict[str, Array] = {}  # their values when they were first used
        self.configs: dict[str, Any] = {}  # of layers and optimizers, by their names
        self.updates: list[tuple[Any, list[Any]]] = []  # of each step: optimizer and variables
        self._trained: list[Any] = []  # the variables that the optimizer is given
        self._tapes = 0  # how many are open, one inside the other
        self._open = self._busy = self._applying = False
        self._erring = contextlib.ExitStack()

    @contextlib.contextmanager
    def watching(self) -> Iterator[None]:
        """Within the block steps are noted.  Raises Ended after the last."""
        tape, model = self.watched.tape, self.watched.library.Model
        with self._hooks(), contextlib.ExitStack() as stack, self._erring:
            stack.enter_context(replaced(tape, "__enter__", self._enter))
            stack.enter_context(replaced(tape, "__exit__", self._exit))
            for name in BUSY:
                stack.enter_context(replaced(model, name, self._alone))
            yield

    def _alone(self, method: Callable[..., Any]) -> Callable[..., Any]:
        """A method of a model whose inside is no loop of the program."""

        @functools.wraps(method)
        def alone(*args: Any, **kwargs: Any) -> Any:
            before, self._busy = self._busy, True
            try:
                return method(*args, **kwargs)
            finally:
                self._busy = before

        return alone

    def _enter(self, method: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(method)
        def enter(tape: Any) -> Any:
            if not self._busy:
                if not self._tapes:
                    self._begin()
                self._tapes += 1
            return method(tape)

        return enter

    def _exit(self, method: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(method)
        def exit_tape(tape: Any, *exc: Any) -> Any:
            if not self._busy:
                self._tapes = max(0, self._tapes - 1)
            return method(tape, *exc)

        return exit_tape

    def _begin(self) -> None:
        """A step begins: what was noted since the last one belongs to none."""
        self.record, self._counts, self._outputs = Record(), {}, []
        self.befores[len(self.records) :] = [{}]
        self.samples[len(self.records) :] = [0]
        self._open = True
        if self.noise is not None:
            self._erring.close()
            self._erring.enter_context(self.noise.running())

    def _layer(self, method: Callable[..., Any]) -> Callable[..., Any]:
        noting = super()._layer(method)

        @functools.wraps(method)
        def call(layer: Any, *args: Any, **kwargs: Any) -> Any:
            if not self._is_noting():
                return method(layer, *args, **kwargs)
            is_outermost = not self._around
            if is_outermost:
                self._hold(layer.variables)
                self._count_samples(args)
            if layer.name not in self.configs and not layer._layers:
                self.configs[layer.name] = configuration.config_of(layer)
            try:
                return noting(layer, *args, **kwargs)
            finally:
                if is_outermost:  # the call may have made some
                    self._hold(layer.variables)

        return call

    def _count_samples(self, args: tuple[Any, ...]) -> None:
        shape: Any = getattr(args[0], "shape", ()) if args else ()
        if len(shape) and not self.samples[-1]:
            self.samples[-1] = int(shape[0])

    def _hold(self, variables: list[Any]) -> None:
        """Note the values before the step of variables that it uses."""
        for v in variables:
            place = self._place_of(v)
            if place is None:
                continue
            kind = "seed" if v.path.endswith("seed_generator_state") else "variable"
            if id(v) not in self.held:
                ours, theirs = (v, None) if self.noise or self.teacher else (None, v)
                self.held[id(v)] = Held(kind, *place, ours, theirs)
                self.initial[place[0]] = np.array(v.numpy())
            if self._open and place[0] not in self.befores[-1]:
                self.befores[-1][place[0]] = np.array(v.numpy())

    def _gradient(self, method: Callable[..., Any]) -> Callable[..., Any]:
        noting = super()._gradient(method)

        @functools.wraps(method)
        def gradient(tape: Any, target: Any, *args: Any, **kwargs: Any) -> Any:
            if self._busy or self._own:
                return method(tape, target, *args, **kwargs)
            if self.watched.is_array(target):
                self.record.add("loss", "loss", "", 0, self.watched.array(target))
            return noting(tape, target, *args, **kwargs)

        return gradient

    def _apply(self, method: Callable[..., Any]) -> Callable[..., Any]:
        noting = super()._apply(method)

        @functools.wraps(method)
        def apply(
            optimizer: Any, grads: Any, trainable_variables: Any = None, **kwargs: Any
        ) -> Any:
            if self._busy or self._applying:  # an optimizer around another
                return method(optimizer, grads, trainable_variables, **kwargs)
            if len(self.befores) == len(self.records):  # a step without a tape of its own
                self.befores.append({})
                self.samples.append(0)
            if trainable_variables is not None:
                trainable_variables = list(trainable_variables)
                if not optimizer.built:
                    optimizer.build(trainable_variables)
                self._hold(trainable_variables)
                self._trained = trainable_variables
            before = {v.path: np.array(v.numpy()) for v in optimizer.variables}
            self.befores[-1] = {**before, **self.befores[-1]}
            self._applying = True
            try:
                result = noting(optimizer, grads, trainable_variables, **kwargs)
            finally:
                self._applying = False
                self._erring.close()
            self._end_step(optimizer)
            return result

        return apply

    def _end_step(self, optimizer: Any) -> None:
        """Note the variables after a step, take over the teacher's, and end after the last."""
        self.updates.append((optimizer, self._trained))
        if optimizer.name not in self.configs:
            self.configs[optimizer.name] = configuration.config_of(optimizer)
        layers = {h.name.replace("/", "_"): h.layer for h in self.held.values()}
        after = [(h.kind, h.name, h.layer, _variable(h)) for h in self.held.values()]
        after += [("slot", v.path, layer_of_slot(v.path, layers), v) for v in optimizer.variables]
        taught = self._taught()
        for kind, name, layer, v in after:
            self.record.add(kind, name, layer, 0, np.array(v.numpy()))
            value = taught.get((kind, name))
            if value is not None and value.shape == tuple(v.shape):
                noisy = self.noise is not None and kind == "slot"
                v.assign(self.noise.around(value) if noisy and self.noise else value)
        self.records.append(self.record)
        self.record = Record()
        if len(self.records) == self.steps:
            raise Ended

    def _taught(self) -> dict[tuple[str, str], Array]:
        """The teacher's variables after this step."""
        number = len(self.records)
        if self.teacher is None or number >= len(self.teacher):
            return {}
        parts = self.teacher[number].parts
        return {k: p.array for k, p in parts.items() if k[0] in ("slot", "variable", "seed")}

    def _name_of(self, layer: Any) -> str:
        return str(layer.name)

    def _place_of(self, v: Any) -> tuple[str, str] | None:
        path = getattr(v, "path", None)
        return None if path is None else (path, path.rpartition("/")[0].rpartition("/")[2])

    def _is_noting(self) -> bool:
        return self._open and not self._busy

    def _is_asked(self, optimizer: Any) -> bool:
        return True


def _variable(held: Held) -> Any:
    return held.theirs if held.ours is None else held.ours


def compare_loops(
    run: tuple[Run, Run], watched: tuple[Watched, Watched], steps: int, mode: str
) -> Comparison:
    """Compare the first steps of the loops of a program.

    run: of the program, under minikeras and under Keras.  watched: their classes.
    mode: as for ``compare``.

    Raises LookupError if the program calls no optimizer outside of ``fit``.
    """
    forced = mode == "teacher-forced"
    theirs = LoopRecorder(watched[1], steps)
    run[1](theirs)
    if not theirs.records:
        raise LookupError("the program calls no optimizer outside of fit and train_on_batch")
    teacher = theirs.records if forced else None
    ours = LoopRecorder(watched[0], steps, teacher)
    run[0](ours)
    found = Comparison(Verdict(True, ""), configuration=list(_configuration(ours, theirs)))
    found.options = {"task": "loop", "mode": mode, "steps": len(theirs.records)}
    found.options |= {"batch_size": None, "mirrored": [], "no third opinion": NO_OPINION}
    for number, (a, b) in enumerate(zip(ours.records, theirs.records), 1):
        entries = stepping.entries_of(number, a, b, found.form)
        found.steps.append(Step(number, theirs.samples[number - 1], entries))
    if len(ours.records) != len(theirs.records):
        counts = len(ours.records), len(theirs.records)
        found.form.append(f"{counts[0]} steps in minikeras, {counts[1]} in Keras")
    if not all(step.equal for step in found.steps):
        noisy = [
            LoopRecorder(watched[0], steps, teacher, bounds.Noise(i, inner=True))
            for i in range(bounds.RUNS)
        ]
        for recorder in noisy:
            run[0](recorder)
        for i, step in enumerate(found.steps):
            records = [recorder.records[i] for recorder in noisy if i < len(recorder.records)]
            stepping.set_factors(step.entries, ours.records[i], theirs.records[i], records)
    found.verdict = verdict.of(found)
    if found.verdict.step is not None:
        found.reproducer = reproducer.of(
            _taken(ours, theirs, found.verdict.step), found.verdict, [()]
        )
    return found


def _configuration(ours: LoopRecorder, theirs: LoopRecorder) -> Iterator[str]:
    """What layers, optimizers and initial variables differ in."""
    for found in configuration.differences(ours.configs, theirs.configs, ""):
        yield found.removeprefix(".")
    for name in theirs.initial.keys() & ours.initial.keys():
        a, b = ours.initial[name], theirs.initial[name]
        if a.shape == b.shape and not equal(a, b):
            apart = np.abs(a.astype("float64") - b).max()
            yield f"initial value of {name}: {apart:.1e} apart"


def _taken(ours: LoopRecorder, theirs: LoopRecorder, number: int) -> Any:
    """A step of a loop, as ``reproducer.of`` takes it."""
    before = theirs.befores[number - 1]
    optimizer, trained = theirs.updates[number - 1]
    mine, _ = ours.updates[number - 1]
    held = [h for h in theirs.held.values() if h.name in before]
    held += [Held("slot", v.path, "", None, v) for v in optimizer.variables if v.path in before]
    starts = [before[h.name] for h in held]
    records = ours.records[number - 1], theirs.records[number - 1]
    return SimpleNamespace(
        records=records,
        method="train_step",
        starts_beyond=(starts, starts),
        pair=SimpleNamespace(
            held=held,
            recorders=(ours, theirs),
            ours=SimpleNamespace(optimizer=mine),
            theirs=SimpleNamespace(optimizer=optimizer, trainable_variables=trained),
        ),
    )
