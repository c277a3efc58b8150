"""What mypy and pyright say of programs that use minikeras."""

from __future__ import annotations

import inspect
import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

import minikeras
from parity_tests.house import stubs

TYPED = Path(__file__).parent / "typed"
NAMESPACES: list[ModuleType] = [
    minikeras.callbacks,
    minikeras.constraints,
    minikeras.initializers,
    minikeras.layers,
    minikeras.losses,
    minikeras.metrics,
    minikeras.optimizers,
    minikeras.optimizers.schedules,
    minikeras.regularizers,
]


def mypy(path: Path) -> dict[int, str]:
    """What mypy says of each line that it rejects."""
    command = [
        sys.executable,
        "-m",
        "mypy",
        "--strict",
        "--no-error-summary",
        "--hide-error-context",
    ]
    run = subprocess.run([*command, str(path)], capture_output=True, text=True, check=False)
    found = re.findall(rf"{re.escape(path.name)}:(\d+): error: (.*)", run.stdout)
    assert run.returncode == bool(found), run.stdout + run.stderr
    return {int(line): message for line, message in found}


def pyright(path: Path) -> dict[int, str]:
    """What pyright says of each line that it rejects."""
    command = [sys.executable, "-m", "pyright", "--outputjson", "--pythonpath", sys.executable]
    run = subprocess.run([*command, str(path)], capture_output=True, text=True, check=False)
    found = json.loads(run.stdout)["generalDiagnostics"]
    return {
        d["range"]["start"]["line"] + 1: d["message"] for d in found if d["severity"] == "error"
    }


checkers = pytest.mark.parametrize("checker", [mypy, pyright])


def test_the_stubs_are_current() -> None:
    """If not: ``python -m parity_tests.house.stubs``."""
    old = [path.parent.name for path, text in stubs.stubs().items() if path.read_text() != text]
    assert not old


@checkers
def test_correct_programs_are_accepted(checker: Callable[[Path], dict[int, str]]) -> None:
    assert not checker(TYPED / "right.py")


@checkers
def test_every_mistake_is_found(checker: Callable[[Path], dict[int, str]]) -> None:
    path = TYPED / "wrong.py"
    lines = path.read_text().splitlines()
    mistakes = {i for i, line in enumerate(lines, 1) if line.endswith(")") and "import" not in line}
    assert len(mistakes) >= 20
    assert checker(path).keys() == mistakes


def public_classes() -> dict[str, Any]:
    """Every class with a constructor in the public namespaces, by the name one writes."""
    found = {}
    for module in NAMESPACES:
        for name in dir(module):
            value = getattr(module, name)
            if inspect.isclass(value) and value.__module__.startswith(module.__name__):
                found[f"{module.__name__.replace('minikeras', 'keras')}.{name}"] = value
    return found


def calls(name: str, cls: Any) -> Iterator[tuple[str, bool]]:
    """Calls of a class, and whether its signature at run time allows them; `a` is of type Any."""
    parameters = list(inspect.signature(cls).parameters.values())
    places = [p for p in parameters if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
    named = [p for p in parameters if p.kind in (p.KEYWORD_ONLY, p.POSITIONAL_OR_KEYWORD)]
    required = [p for p in places if p.default is p.empty]
    least, most = ["a"] * len(required), ["a"] * len(places)
    kinds = {p.kind for p in parameters}
    for count in range(len(least), len(most) + 1):
        yield f"{name}({', '.join(most[:count])})", True
    if required:
        yield f"{name}({', '.join(least[:-1])})", False
    if inspect.Parameter.VAR_POSITIONAL not in kinds:
        yield f"{name}({', '.join([*most, 'a'])})", False
    # What further keywords a layer takes is known: those of its base.
    if inspect.Parameter.VAR_KEYWORD not in kinds or issubclass(cls, minikeras.layers.Layer):
        yield f"{name}({', '.join([*least, 'no_such_argument=a'])})", False
    for p in named:
        if p in required:
            others = ["a"] * required.index(p) + [
                f"{q.name}=a" for q in required[required.index(p) :]
            ]
            yield f"{name}({', '.join(others)})", True
            continue
        yield f"{name}({', '.join([*least, f'{p.name}=a'])})", True
        if isinstance(p.default, bool | int | float | str | tuple | None):
            yield f"{name}({', '.join([*least, f'{p.name}={p.default!r}'])})", True


@checkers
def test_constructors_are_typed_as_they_run(
    checker: Callable[[Path], dict[int, str]], tmp_path: Path
) -> None:
    """Each public class: all positional forms, each keyword, each default, and three mistakes."""
    written = [call for name, cls in public_classes().items() for call in calls(name, cls)]
    head = ["from typing import Any", "import minikeras as keras", "a: Any = None"]
    path = tmp_path / "constructors.py"
    path.write_text("\n".join([*head, *(text for text, _ in written)]) + "\n")
    rejected = checker(path)
    wrong = [
        f"{text}: {rejected.get(line, 'accepted')}"
        for line, (text, right) in enumerate(written, len(head) + 1)
        if right == (line in rejected)
    ]
    assert not wrong, f"{len(wrong)} of {len(written)}:\n" + "\n".join(wrong)
