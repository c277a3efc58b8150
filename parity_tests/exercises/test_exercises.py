"""The checks of the exercises pass for right answers and say what is wrong with others."""

from __future__ import annotations

import dataclasses
import inspect
import re
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

import minikeras
from minikeras import exercises
from minikeras.exercises import Exercise, FunctionExercise, NumberExercise, verify_optimizer
from parity_tests.house.sources import ROOT

ALL = {
    name: exercise for name, exercise in vars(exercises).items() if isinstance(exercise, Exercise)
}
FUNCTIONS = {n: e for n, e in ALL.items() if isinstance(e, FunctionExercise)}
NUMBERS = {n: e for n, e in ALL.items() if isinstance(e, NumberExercise)}
LESSONS = ROOT / "docs" / "lessons"


def message(exercise: Exercise, answer: Any) -> str:
    with pytest.raises(AssertionError) as info:
        exercise.check(answer)
    return str(info.value)


@pytest.mark.parametrize("name", ALL)
def test_a_right_answer_passes(name: str) -> None:
    exercise: Any = ALL[name]
    answer = exercise.solution if name in FUNCTIONS else exercise.solution()
    assert repr(exercise.check(answer)).startswith(f"{name}: right")
    assert exercise.name == name and repr(exercise) == exercise.task
    if name in FUNCTIONS:
        call = f"{exercise.called}({', '.join(inspect.signature(exercise.solution).parameters)})"
        assert call in exercise.task


@pytest.mark.parametrize("name", ALL)
def test_a_typical_mistake_is_named(name: str) -> None:
    exercise: Any = ALL[name]
    assert exercise.mistakes or exercise.evidence
    for hint, mistake in exercise.mistakes.items():
        said = message(exercise, mistake)
        assert said.endswith(f"\n{hint}.") and said.startswith(f"{name}: ")


@pytest.mark.parametrize("name", FUNCTIONS)
def test_any_other_answer_fails_with_numbers(name: str) -> None:
    """Each returned value is spoilt in turn, by 0.1 % and by its shape."""
    exercise = FUNCTIONS[name]
    several = len(exercise.returns) > 1
    for spoilt, part in enumerate(exercise.returns):
        for spoil in (lambda x: np.asarray(x) * 1.001 + 1e-3, lambda x: np.asarray(x)[None]):

            def answer(*args: Any, spoilt: int = spoilt, spoil: Any = spoil) -> Any:
                right = exercise.solution(*args)
                if not several:
                    return spoil(right)
                return tuple(spoil(x) if i == spoilt else x for i, x in enumerate(right))

            assert re.search(rf"returns {part} .*, expected .*\.$", message(exercise, answer))
    assert "returns None, expected" in message(exercise, lambda *args: None)


@pytest.mark.parametrize("name", NUMBERS)
def test_any_other_number_fails(name: str) -> None:
    exercise = NUMBERS[name]
    number = 1.37 * exercise.solution()
    assert message(exercise, number).startswith(f"{name}: {number:.6g} is wrong.")
    message(exercise, float("nan"))


def test_an_answer_of_another_kind() -> None:
    with pytest.raises(TypeError, match="momentum_step asks for a function, received 3"):
        exercises.momentum_step.check(3)  # type: ignore[arg-type]  # which is refused
    with pytest.raises(TypeError, match="terminal_step asks for a number, received 'a'"):
        exercises.terminal_step.check("a")  # type: ignore[arg-type]  # which is refused
    with pytest.raises(ZeroDivisionError) as info:
        exercises.momentum_step.check(lambda w, g, v, lr, momentum: 1 / 0)
    assert "momentum_step called step(w=1, g=0.5, v=0, lr=0.1, momentum=0.9)" in str(
        info.value.__notes__
    )


def test_mistakes_that_can_be_made_in_every_exercise() -> None:
    exercise = exercises.momentum_step
    right = exercise.solution
    swapped = message(exercise, lambda *case: right(*case)[::-1])
    assert swapped.endswith("The values are right, in another order: return (w, v).")

    def step(w: Any, v: Any, g: Any, lr: Any, momentum: Any) -> Any:
        return right(w, g, v, lr, momentum)

    said = message(exercise, step)
    assert "takes (w, v, g, lr, momentum), and is called with (w, g, v, lr, momentum)" in said
    assert "returns w = 2, expected 0.95; v is right." in message(
        exercise, lambda w, *case: (2 * w, right(w, *case)[1])
    )


def test_a_wrong_answer_that_fails_in_a_later_case_is_told_its_numbers() -> None:
    def step(w: Any, g: Any, v: Any, lr: Any, momentum: Any) -> Any:
        return (w, v) if g > 0 else (v, w)  # of arrays there is no truth value

    assert "returns w = 1, expected 0.95" in message(exercises.momentum_step, step)


def test_a_large_case_can_be_tried() -> None:
    said = message(exercises.normalize, lambda x, gamma, beta, epsilon: x)
    call = said.removeprefix("normalize: ").partition(" returns ")[0]
    names = {"exercises": exercises, "normalize": exercises.normalize.solution}
    assert eval(call, names).shape == (4, 2)


def test_an_answer_that_writes_into_its_arguments_spoils_nothing() -> None:
    def step(w: Any, g: Any, v: Any, lr: Any, momentum: Any) -> Any:
        v *= momentum
        v -= lr * g
        w += v
        return w, v

    before = repr(exercises.momentum_step.cases)
    assert exercises.momentum_step.check(step) == exercises.momentum_step.check(step)
    assert repr(exercises.momentum_step.cases) == before


def test_every_exercise_stands_in_its_lesson() -> None:
    asked = {page.stem: page.read_text() for page in LESSONS.glob("*.md")}
    for name, exercise in ALL.items():
        assert f">>> exercises.{name}\n{exercise!r}\n" in asked[exercise.lesson], name
    for lesson, text in asked.items():
        own = [name for name, exercise in ALL.items() if exercise.lesson == lesson]
        assert len(own) >= 3 or "## Exercises" not in text, lesson


@pytest.mark.parametrize("page", sorted(LESSONS.glob("*.md")), ids=lambda page: page.stem)
def test_every_lesson_has_its_parts(page: Path) -> None:
    """A question, a picture, a table of a step, what changes, and what papers and Keras compute."""
    text = page.read_text(encoding="utf-8")
    assert re.match(r"# [^\n]+\n\n\*[^*]+\?\*\n", text), "one question"
    assert re.search(r"<!-- figure: [^>]+ -->\n+```python\n", text), "one picture"
    assert re.search(r"^>>> print\(.*(expla|updates).*\n.*\n┏━━━━", text, re.MULTILINE), "one table"
    titles = re.findall(r"^## (.*)", text, re.MULTILINE)
    if page.stem not in ("autograd", "conventions"):  # which have no hyperparameters
        assert any(re.match(r"What (each|the) .* changes$", title) for title in titles), titles
    assert "The paper and Keras" in titles or page.stem == "conventions"


# The updates of the lessons, against Keras.


@pytest.mark.parametrize(
    ("name", "make", "slots", "counts"),
    [
        ("momentum_step", lambda lr: keras.optimizers.SGD(lr, momentum=0.9), 1, False),
        ("nesterov_step", lambda lr: keras.optimizers.SGD(lr, 0.9, nesterov=True), 1, False),
        ("adagrad_step", lambda lr: keras.optimizers.Adagrad(lr), 1, False),
        ("rmsprop_step", lambda lr: keras.optimizers.RMSprop(lr, rho=0.9), 1, False),
        ("adam_step", lambda lr: keras.optimizers.Adam(lr), 2, True),
        ("adamw_step", lambda lr: keras.optimizers.AdamW(lr, weight_decay=0.1), 2, True),
    ],
)
def test_the_solutions_are_keras(name: str, make: Any, slots: int, counts: bool) -> None:
    rng = np.random.default_rng(0)
    w = rng.standard_normal(4).astype("float32")
    variable, optimizer = keras.Variable(w), make(0.1)
    state: list[Any] = [np.full(4, 0.1 if name == "adagrad_step" else 0.0)] * slots
    more = {"momentum_step": [0.9], "nesterov_step": [0.9], "rmsprop_step": [0.9]}
    for t in range(1, 5):
        g = rng.standard_normal(4).astype("float32")
        optimizer.apply([keras.ops.convert_to_tensor(g)], [variable])
        args = [w, g, *state, *([t] if counts else []), 0.1, *more.get(name, [])]
        w, *state = FUNCTIONS[name].solution(*args, *([0.1] if name == "adamw_step" else []))
        np.testing.assert_allclose(variable.numpy(), w, rtol=1e-5, atol=1e-6)


# verify_optimizer


class HeavyBall(minikeras.optimizers.Optimizer):
    """v ← momentum v − lr g; w ← w + v"""

    learning_rate: float = 0.1
    momentum: float = 0.9
    slots = ("velocity",)

    def step(self, w: Any, g: Any, t: Any, lr: Any, v: Any) -> Any:
        v = self.momentum * v - lr * g
        return w + v, v


def test_verify_optimizer() -> None:
    sgd = minikeras.optimizers.SGD(0.1, momentum=0.9)
    assert repr(verify_optimizer(HeavyBall(0.1), sgd)) == "HeavyBall: right in all 10 updates"


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"learning_rate": 0.11}, r"update 1 moves .* its gradient is .* the rule itself"),
        ({"momentum": 0.8}, r"update 2 moves .* Before, 1 update agreed: look at what is carried"),
    ],
)
def test_verify_optimizer_names_the_first_update(options: dict[str, float], said: str) -> None:
    with pytest.raises(AssertionError, match=said):
        verify_optimizer(HeavyBall(**options), minikeras.optimizers.SGD(0.1, momentum=0.9))


def test_verify_optimizer_refuses_what_is_none() -> None:
    with pytest.raises(TypeError, match="reference must be an optimizer, received 'sgd'"):
        verify_optimizer(HeavyBall(), "sgd")  # type: ignore[arg-type]  # which is refused


def test_exercises_are_data() -> None:
    assert all(dataclasses.is_dataclass(exercise) for exercise in ALL.values())
    assert ALL.keys() <= {*exercises.__all__}
