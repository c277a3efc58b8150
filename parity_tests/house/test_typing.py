"""What mypy and pyright say of programs that use minikeras."""

from __future__ import annotations

import inspect
import json
import re
import subprocess
import sys
from collections.abc import Iterator
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


def mypy(*paths: Path) -> Iterator[tuple[str, int, str]]:
    """What mypy rejects: file, line and message."""
    options = ["--strict", "--no-error-summary", "--hide-error-context"]
    command = [sys.executable, "-m", "mypy", *options, *map(str, paths)]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    found = re.findall(r"(\w+\.py):(\d+): error: (.*)", run.stdout)
    assert run.returncode == bool(found), run.stdout + run.stderr
    for name, line, message in found:
        yield name, int(line), message


def pyright(*paths: Path) -> Iterator[tuple[str, int, str]]:
    """What pyright rejects, likewise."""
    command = [sys.executable, "-m", "pyright", "--outputjson", "--pythonpath", sys.executable]
    run = subprocess.run([*command, *map(str, paths)], capture_output=True, text=True, check=False)
    for d in json.loads(run.stdout)["generalDiagnostics"]:
        if d["severity"] == "error":
            yield Path(d["file"]).name, d["range"]["start"]["line"] + 1, d["message"]


def test_the_stubs_are_current() -> None:
    """If not: ``python -m parity_tests.house.stubs``."""
    old = [path.parent.name for path, text in stubs.stubs().items() if path.read_text() != text]
    assert not old


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


HEAD = ["from typing import Any", "import minikeras as keras", "a: Any = None"]
CALLS = [call for name, cls in public_classes().items() for call in calls(name, cls)]


@pytest.fixture(scope="module", params=[mypy, pyright])  # one run of each checker
def rejected(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, dict[int, str]]:
    """For each program, what the checker says of each line that it rejects."""
    constructors = tmp_path_factory.mktemp("typed") / "constructors.py"
    constructors.write_text("\n".join([*HEAD, *(text for text, _ in CALLS)]) + "\n")
    paths = [TYPED / "right.py", TYPED / "wrong.py", constructors]
    found: dict[str, dict[int, str]] = {path.name: {} for path in paths}
    for name, line, message in request.param(*paths):
        found[name][line] = message
    return found


def test_correct_programs_are_accepted(rejected: dict[str, dict[int, str]]) -> None:
    assert not rejected["right.py"]


def test_every_mistake_is_found(rejected: dict[str, dict[int, str]]) -> None:
    lines = (TYPED / "wrong.py").read_text().splitlines()
    mistakes = {i for i, line in enumerate(lines, 1) if line.endswith(")") and "import" not in line}
    assert len(mistakes) >= 20
    assert rejected["wrong.py"].keys() == mistakes


def test_constructors_are_typed_as_they_run(rejected: dict[str, dict[int, str]]) -> None:
    """Each public class: all positional forms, each keyword, each default, and three mistakes."""
    answers = rejected["constructors.py"]
    wrong = [
        f"{text}: {answers.get(line, 'accepted')}"
        for line, (text, right) in enumerate(CALLS, len(HEAD) + 1)
        if right == (line in answers)
    ]
    assert not wrong, f"{len(wrong)} of {len(CALLS)}:\n" + "\n".join(wrong)
