"""``compare``: the same batches through Keras and minikeras, and every number compared."""

from __future__ import annotations

import contextlib
import functools
import importlib.metadata
import itertools
import warnings
from collections.abc import Callable, Iterator
from typing import Any

from minikeras import dtype_policies, frames, settings, utils
from minikeras.interchange import from_keras
from minikeras.messages import describe
from minikeras.optional import Library
from minikeras.parity.backends import BACKENDS
from minikeras.parity.lockstep import batches, mirror, pairing, reproducer, shrinking, verdict
from minikeras.parity.lockstep.other_backends import compare_with
from minikeras.parity.lockstep.recording import replaced
from minikeras.parity.lockstep.results import Comparison, Verdict
from minikeras.parity.lockstep.stepping import TASKS, Lockstep

keras = Library("keras")
tensorflow = Library("tensorflow")

MODES = ("teacher-forced", "free-running")


@contextlib.contextmanager
def _settings_of_keras() -> Iterator[None]:
    """Within the block minikeras has the settings of Keras that decide numbers."""
    with contextlib.ExitStack() as stack:
        for name in ("floatx", "epsilon", "image_data_format"):
            stack.enter_context(settings.changed(name, getattr(keras.config, name)()))
        yield


@frames.filter_traceback
@_settings_of_keras()
def compare(
    keras_model: Any,
    x: Any,
    y: Any = None,
    *,
    steps: int | None = None,
    batch_size: int | None = None,
    mode: str = "teacher-forced",
    sample_weight: Any = None,
    task: str = "train",
    shuffle: bool | str = False,
    class_weight: dict[int, float] | None = None,
    seed: int | None = None,
    custom_objects: dict[str, Any] | None = None,
    backend: str | None = None,
    reproducers: int = 1,
) -> Comparison:
    """Run the same steps with Keras and minikeras, and say where they first differ, and why.

    keras_model: a model of Keras, compiled unless ``task="predict"``; or a pair ``(model of
        minikeras, model of Keras)``, whose initial weights are compared first.  Afterwards they
        hold what they held before.
    x, y, sample_weight: what ``fit`` takes.  Both models are fed the batches that Keras makes of
        it; those that minikeras makes are compared with them.
    steps: how many batches; the data are begun again if they end before.  By default one pass.
    batch_size, shuffle, class_weight: as in ``fit``; the default order is that of the data.
    mode: "teacher-forced": each step starts from Keras's weights, slots and seeds; or
        "free-running": only the first does.
    task: "train", "test" or "predict": which step of the model runs.
    seed: given to ``set_random_seed`` of both libraries before the batches are made; without one,
        ``shuffle`` takes the order that Keras draws, and minikeras's is not compared.
    custom_objects: as in ``from_keras``.  The user's other classes and functions are mirrored: the
        same code runs with ``keras`` bound to minikeras.
    backend: "tensorflow", "jax" or "torch": Keras runs on it in a process of its own, which builds
        the model from its config and gets the weights before each step.  Layers that draw random
        numbers in training are switched off.  Only training steps, teacher-forced, in the order of
        the data.  By default Keras runs here, on TensorFlow.
    reproducers: how many reproducers are made at most, the first of what the verdict names.

    If they use what minikeras does not have, nothing is compared: the verdict is not "same", and
    ``not_mirrored`` says why.

    Raises ValueError for an unknown mode, task or backend, and for what does not go with a backend;
    TypeError for what is no model; BackendFailed if a backend does not start; and what
    ``from_keras`` raises where a model has no counterpart here.
    """
    _check(mode=(mode, MODES), task=(task, tuple(TASKS)), backend=(backend, (None, *BACKENDS)))
    ours, theirs = keras_model if isinstance(keras_model, tuple) else (None, keras_model)
    if not isinstance(theirs, keras.Model):
        raise TypeError(
            f"keras_model must be a model of Keras or a pair of models, received {describe(theirs)}"
        )
    data = batches.Data(x, y, sample_weight, batch_size, shuffle, class_weight)
    if backend is not None:
        given = {"mode": mode, "task": task, "shuffle": shuffle, "custom_objects": custom_objects}
        return _compare_on(backend, ours, theirs, data.our_batches(steps), given)
    if seed is not None:
        keras.utils.set_random_seed(seed)
        utils.set_random_seed(seed)
    fed = data.keras_batches(steps)
    made = data.our_batches(len(fed)) if seed is not None or not shuffle else []
    mirrored: list[str] = []
    if not fed:
        raise ValueError("the data hold no batch")
    pairing.build(theirs, fed[0])
    if ours is None:
        try:
            ours, mirrored = _twin(theirs, custom_objects)
        except mirror.NotMirrored as error:
            return _nothing(error)
    if getattr(theirs, "compiled", False):
        pairing.build_ours(ours, fed[0], task, len(theirs.metrics_variables))
    found = Comparison(Verdict(True, ""), configuration=pairing.differences(ours, theirs))
    found.options = {"task": task, "mode": mode, "steps": len(fed), "batch_size": batch_size}
    found.options["mirrored"] = mirrored
    found.versions = _versions()
    pair = pairing.Pair(ours, theirs)
    found.configuration += pair.initial_differences()
    with pair.restored(), _eager(ours), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        lockstep = Lockstep(pair, task, mode, mirrored)
        try:
            for number, (batch, own) in enumerate(itertools.zip_longest(fed, made), 1):
                found.steps.append(lockstep.step(number, batch, own))
        except mirror.NotMirrored as error:
            return _nothing(error)
        found.form = lockstep.form
        if lockstep.no_opinion:
            found.options["no third opinion"] = lockstep.no_opinion
        found.verdict = verdict.of(found)
        if found.verdict.step is not None:
            try:
                _add_reproducers(found, lockstep, fed, reproducers)
            except Exception as error:  # the verdict stands without a script
                found.options["no reproducer"] = f"{type(error).__name__}: {error}"
    return found


def _add_reproducers(
    found: Comparison, lockstep: Lockstep, fed: list[batches.Batch], most: int
) -> None:
    """Scripts of what the verdict names, and of at most so many parts in all."""
    assert found.verdict.step is not None
    needed = shrinking.needed_steps(lockstep, found.verdict, fed)
    found.reproducer = reproducer.of(lockstep, found.verdict, needed)
    entries = found.steps[found.verdict.step - 1].entries
    found.more_reproducers = reproducer.further(lockstep, found.verdict, entries, most - 1)


def _compare_on(
    backend: str, ours: Any, theirs: Any, fed: list[batches.Batch], given: dict[str, Any]
) -> Comparison:
    """The comparison with Keras on a backend in another process."""
    for name, only in (("mode", MODES[0]), ("task", "train"), ("shuffle", False)):
        if given[name] != only:
            raise ValueError(
                f"with backend={backend!r}, {name} must be {only!r}, "
                f"received {describe(given[name])}"
            )
    if not getattr(theirs, "compiled", False):
        raise TypeError(f"keras_model must be compiled, received {describe(theirs)}")
    if not fed:
        raise ValueError("the data hold no batch, or can be read only once")
    if users := list(mirror.users_objects(theirs)):
        said = "which another process does not know"
        return _nothing(mirror.NotMirrored(f"the model uses {', '.join(users)}, {said}"))
    if ours is None:
        ours = from_keras(theirs, given["custom_objects"])
    pairing.build_ours(ours, fed[0], "predict", 0)
    return compare_with(backend, ours, fed)


def _nothing(error: mirror.NotMirrored) -> Comparison:
    """The result where code of the program cannot run in minikeras."""
    verdict = Verdict(False, f"nothing is compared: {error}", "not mirrored")
    return Comparison(verdict, not_mirrored=[str(error)], versions=_versions())


def _twin(model: Any, custom_objects: dict[str, Any] | None) -> tuple[Any, list[str]]:
    """The counterpart of a Keras model, and the names of the user's objects that were mirrored."""
    made, known = mirror.Mirror(), dict(custom_objects or {})
    mirrored = []
    for name, value in mirror.users_objects(model).items():
        if name not in known:
            known[name] = made.of(value)
            mirrored.append(name)
    with mirror.running(mirrored):
        ours = from_keras(model, known)
    # No config of a functional model has its policy, and Keras ignores that of a sequential one.
    for mine, its in zip(ours._flatten_layers(), model._flatten_layers(), strict=False):
        if isinstance(its, keras.Model) and mine.dtype_policy.name != its.dtype_policy.name:
            mine.dtype_policy = dtype_policies.get(its.dtype_policy.name)
    return ours, mirrored


@contextlib.contextmanager
def _eager(ours: Any) -> Iterator[None]:
    """Within the block both libraries run their steps as plain Python.

    Keras compiles some convolutions, which TensorFlow cannot differentiate else on a processor.
    """
    before = ours.run_eagerly, tensorflow.config.functions_run_eagerly()
    ours.run_eagerly = True
    tensorflow.config.run_functions_eagerly(True)
    try:
        with replaced(keras.src.backend.nn, "conv", _compiled):
            yield
    finally:
        ours.run_eagerly = before[0]
        tensorflow.config.run_functions_eagerly(before[1])


def _compiled(method: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(method)
    def conv(*args: Any, **kwargs: Any) -> Any:
        tensorflow.config.run_functions_eagerly(False)
        try:
            return method(*args, **kwargs)
        finally:
            tensorflow.config.run_functions_eagerly(True)

    return conv


def _versions() -> dict[str, str]:
    names = ("keras", "tensorflow", "numpy")
    found = {name: importlib.metadata.version(name) for name in names}
    return {"minikeras": settings.version(), **found}


def _check(**arguments: tuple[Any, tuple[Any, ...]]) -> None:
    for name, (value, allowed) in arguments.items():
        if value not in allowed:
            options = ", ".join(map(repr, allowed))
            raise ValueError(f"{name} must be one of {options}, received {describe(value)}")
