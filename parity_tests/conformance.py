"""Which public names the tests compare with Keras, in what, and to what distance.

The checks note each comparison while the tests run.  ``python -m parity_tests.conformance`` runs
the tests, writes the notes to `conformance.json`, and `docs/conformance.md` from them; with the
names of tests it runs these and adds their notes.  A whole run of the tests prints what the file
claims and was not compared.
"""

from __future__ import annotations

import functools
import inspect
import json
import math
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import CodeType
from typing import Any

import pytest

from minikeras import absent

ROOT = Path(__file__).parents[1]
FILE = Path(__file__).with_suffix(".json")
BITS, EQUAL = "bits", "equal"
# Kinds of comparison, and what their column says.
ASPECTS = ("values", "gradient", "training", "config", "errors", "files")
# Where tests without a check of this package name what they compare.
HOMES = {
    "initializers/": ("initializers",),
    "random/": ("random",),
    "test_constraints": ("constraints",),
    "test_regularizers": ("regularizers",),
    "test_schedules": ("optimizers.schedules",),
    "callbacks/": ("callbacks",),
    "utils/": ("utils", "backend"),
    "saving/": ("saving",),
    "activations/": ("activations",),
    "losses/": ("losses",),
    "metrics/": ("metrics",),
    "ops/": ("ops",),
    "layers/": ("layers",),
    "models/": ("models", "Model"),
    "training/": ("Model",),
    "interchange/": ("models",),
}
_TEST = re.compile(r"parity_tests/([\w/]+\.py)")

Notes = dict[str, dict[str, list[str]]]
notes: Notes = {}


def note(name: str, aspect: str, distance: str = "") -> None:
    """The test that runs compares ``name``, such as "layers.Dense"; "" if it states no distance."""
    found = notes.setdefault(name, {}).setdefault(aspect, [])
    if distance not in found:
        found.append(distance)
    test = _TEST.search(os.getenv("PYTEST_CURRENT_TEST", ""))
    tests = notes[name].setdefault("tests", [])
    if test and test[1] not in tests:
        tests.append(test[1])


def tolerance(ulp: float, scale: float | None) -> str:
    """How ``assert_close`` calls its tolerance."""
    return BITS if not ulp and not scale else f"{ulp:g} ULP"


def power_of_ten(distance: float) -> str:
    """The distance, rounded up: "1e-06"."""
    return f"1e{math.ceil(math.log10(distance)):03d}" if math.isfinite(distance) else "unequal"


@functools.cache
def public() -> dict[str, frozenset[str]]:
    """The names of each namespace of Keras."""
    spaces = absent.keras_names()
    return {path.removeprefix("keras").lstrip("."): frozenset(n) for path, n in spaces.items()}


def mentioned(function: Any) -> set[str]:
    """Words in the code of a function: attributes, strings, strings that it closes over."""
    found: set[str] = set()
    todo: list[Any] = [function]
    seen: set[int] = set()
    while todo:
        part = todo.pop()
        if id(part) in seen:
            continue
        seen.add(id(part))
        if isinstance(part, str):
            found.add(part)
        elif isinstance(part, CodeType):
            found.update(part.co_names)
            todo += [c for c in part.co_consts if isinstance(c, str | tuple | CodeType)]
        elif isinstance(part, tuple):
            todo += [c for c in part if isinstance(c, str | tuple)]
        elif isinstance(part, functools.partial):
            todo += [part.func, *part.args]
        elif code := getattr(part, "__code__", None):
            todo += [code, *_closed_over(part)]
        else:
            found.add(getattr(part, "__name__", type(part).__name__))
    return found


def _closed_over(function: Any) -> Iterator[Any]:
    yield function.__name__
    for cell in function.__closure__ or ():
        try:
            value = cell.cell_contents
        except ValueError:  # not filled yet
            continue
        if isinstance(value, str) or callable(value):
            yield value


def note_mentioned(function: Any, aspect: str, distance: str, *spaces: str) -> None:
    """Note the public names of the namespaces that a function mentions."""
    words = mentioned(function)
    for space in spaces:
        for name in words & public().get(space, frozenset()):
            note(f"{space}.{name}".lstrip("."), aspect, distance)


EVERY = ("layers", "losses", "metrics", "optimizers", "initializers", "callbacks", "Model", "ops")


def note_misuse(use: Callable[..., Any]) -> None:
    """Note what a misuse names."""
    note_mentioned(use, "errors", "", *EVERY)


def aspect_of(test: str) -> str:
    """What a test compares, by its name."""
    if re.search("misuse|error|refus|wrong|damaged|illegal", test):
        return "errors"
    if "gradient" in test or "derivative" in test:
        return "gradient"
    return "config" if test.endswith("config") and "value" not in test else "values"


class Plugin:
    """Notes what passed tests name, and gathers the notes of all processes."""

    def __init__(self, config: pytest.Config) -> None:
        self.config = config
        self.target = config.getoption("--conformance")

    @pytest.hookimpl(tryfirst=True)  # the first answer ends the call; this gives none
    def pytest_runtest_makereport(self, item: Any, call: Any) -> None:
        if call.when != "call" or call.excinfo or not isinstance(item, pytest.Function):
            return  # a code block of a page is no function
        if "keras" not in vars(item.module):
            return
        test = inspect.unwrap(item.function)
        test = getattr(getattr(test, "hypothesis", None), "inner_test", test)
        values = getattr(getattr(item, "callspec", None), "params", {}).values()
        words = mentioned(test) | {v for v in values if isinstance(v, str)}
        for home, spaces in HOMES.items():
            if f"parity_tests/{home}" in item.nodeid or f"/{home}" in item.nodeid:
                for space in spaces:
                    for name in words & public().get(space, frozenset()):
                        if "values" not in notes.get(f"{space}.{name}", {}):
                            note(f"{space}.{name}", aspect_of(test.__name__))

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        for name, aspects in getattr(node, "workeroutput", {}).get("conformance", {}).items():
            merge(notes, name, aspects)

    def pytest_sessionfinish(self, session: pytest.Session, exitstatus: int) -> None:
        if hasattr(self.config, "workeroutput"):
            self.config.workeroutput["conformance"] = notes
        elif self.target:
            kept = json.loads(FILE.read_text()) if self.target == "add" and FILE.exists() else {}
            for name, aspects in notes.items():
                merge(kept, name, aspects)
            FILE.write_text(json.dumps(kept, indent=1, sort_keys=True) + "\n")
        elif is_whole(self.config) and exitstatus == pytest.ExitCode.OK and (lost := lost_claims()):
            # No failure: the claims are of runs with other draws; none was noted as a whole.
            print(f"\nconformance.json claims what no test compared: {', '.join(lost)}")


def is_whole(config: pytest.Config) -> bool:
    """Whether all tests were run, none by name or mark."""
    chosen = config.getoption("keyword") or config.getoption("markexpr")
    return config.args_source is pytest.Config.ArgsSource.TESTPATHS and not chosen


def lost_claims() -> list[str]:
    """What the file says that no test of this run has compared."""
    claims = json.loads(FILE.read_text())
    return [
        f"{name} ({aspect})"
        for name, aspects in claims.items()
        for aspect in aspects.keys() - notes.get(name, {}).keys()
    ]


def merge(into: Notes, name: str, aspects: dict[str, list[str]]) -> None:
    for aspect, more in aspects.items():
        known = into.setdefault(name, {}).setdefault(aspect, [])
        known[:] = sorted({*known, *more})


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--conformance",
        choices=["new", "add"],
        help="write what is compared with Keras to parity_tests/conformance.json, or add it",
    )


def pytest_configure(config: pytest.Config) -> None:
    config.pluginmanager.register(Plugin(config), "conformance")


def main() -> None:
    """Run the tests and write the page; arguments choose tests, whose notes are then added."""
    chosen = sys.argv[1:]
    command = [sys.executable, "-m", "pytest", "-q", "-n", "2", "--dist", "loadfile", *chosen]
    command += ["--conformance", "add" if chosen else "new"]
    result = subprocess.run(command, cwd=ROOT)
    from parity_tests.conformance_page import write

    write()
    sys.exit(result.returncode)


if __name__ == "__main__":
    main()
