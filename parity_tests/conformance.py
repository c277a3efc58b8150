"""Which public names the tests compare with Keras, in what, to what distance, on which processors.

The checks note each comparison while the tests run; a test that fails notes nothing.  ``python -m
parity_tests.conformance`` runs the tests, writes the notes to `conformance.json`, and
`docs/conformance.md` from them; with the names of tests it runs these and adds their notes.  A
whole run of the tests fails if the file claims what it did not compare.
"""

from __future__ import annotations

import functools
import inspect
import json
import math
import os
import platform
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from minikeras import absent
from minikeras.kernels.rounding.packets import HAS_AVX512
from parity_tests.reading import compares, mentioned

ROOT = Path(__file__).parents[1]
FILE = Path(__file__).with_suffix(".json")
BITS, EQUAL = "bits", "equal"
# Kinds of comparison, and what their column says.
ASPECTS = ("values", "gradient", "training", "config", "errors", "files")
# Where tests without a check of this package name what they compare; "" holds keras.Model.
HOMES = {
    "initializers/": ("initializers", ""),
    "random/": ("random", ""),
    "test_constraints": ("constraints",),
    "test_regularizers": ("regularizers", ""),
    "optimizers/": ("optimizers", "optimizers.schedules", ""),
    "callbacks/": ("callbacks", "utils"),
    "utils/": ("utils", "backend", "config", "dtype_policies", "tree", ""),
    "data/": ("utils", "tree", ""),
    "saving/": ("saving", "models", "Model"),
    "activations/": ("activations",),
    "losses/": ("losses",),
    "metrics/": ("metrics", ""),
    "ops/": ("ops", ""),
    "layers/": ("layers", ""),
    "models/": ("models", "Model", ""),
    "training/": ("Model", "utils", "config"),
    "interchange/": ("models", ""),
    "misuse/": ("Model", "callbacks"),
}
PROCESSORS = ("AVX-512", "AVX2", "ARM64")  # the first is that of the columns
_TEST = re.compile(r"parity_tests/([\w/]+\.py)")

Notes = dict[str, dict[str, list[str]]]
notes: Notes = {}  # of the tests that passed
pending: Notes = {}  # of the test that runs


def processor() -> str:
    """The kind of this processor, as far as TensorFlow's rounding depends on it."""
    if platform.machine() in ("aarch64", "arm64"):
        return "ARM64"
    return "AVX-512" if HAS_AVX512 else "AVX2"


def note(name: str, aspect: str, distance: str = "") -> None:
    """The test that runs compares ``name``, such as "layers.Dense"; "" if it states no distance."""
    test = _TEST.search(os.getenv("PYTEST_CURRENT_TEST", ""))
    merge(pending, name, {aspect: [distance], "tests": [test[1]] if test else []})


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
    return {
        path.removeprefix("keras").lstrip("."): frozenset(
            name for name in names if f"{path}.{name}" not in spaces or name == "Model"
        )
        for path, names in spaces.items()
    }


def note_mentioned(function: Any, aspect: str, distance: str, *spaces: str) -> None:
    """Note the public names of the namespaces that a function mentions."""
    words = mentioned(function)
    for space in spaces:
        for name in words & public().get(space, frozenset()):
            note(f"{space}.{name}".lstrip("."), aspect, distance)


EVERY = (
    *("layers", "losses", "metrics", "optimizers", "optimizers.schedules", "initializers"),
    *("regularizers", "constraints", "activations", "callbacks", "Model", "models", "utils"),
    *("random", "config", "saving", "ops"),
)


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
        self.lost: list[str] = []

    def pytest_runtest_setup(self) -> None:
        pending.clear()

    @pytest.hookimpl(tryfirst=True)  # the first answer ends the call; this gives none
    def pytest_runtest_makereport(self, item: Any, call: Any) -> None:
        if call.when != "call" or call.excinfo:
            return
        if isinstance(item, pytest.Function):  # a code block of a page is none
            note_test(item)
        for name, aspects in pending.items():
            merge(notes, name, aspects)

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        for name, aspects in getattr(node, "workeroutput", {}).get("conformance", {}).items():
            merge(notes, name, aspects)

    def pytest_sessionfinish(self, session: pytest.Session, exitstatus: int) -> None:
        if hasattr(self.config, "workeroutput"):
            self.config.workeroutput["conformance"] = notes
        elif self.target:
            write_notes(add=self.target == "add")
        elif is_whole(self.config) and exitstatus == pytest.ExitCode.OK:
            self.lost = lost_claims()
            if self.lost:
                session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        if self.lost:
            terminalreporter.section("conformance.json claims what no test compared")
            terminalreporter.line(", ".join(self.lost))
            terminalreporter.line("`python -m parity_tests.conformance` writes the claims anew.")


def note_test(item: pytest.Function) -> None:
    """Note what a test that has passed mentions of the namespaces of its folder."""
    test = inspect.unwrap(item.function)
    test = getattr(getattr(test, "hypothesis", None), "inner_test", test)
    given = [*getattr(getattr(item, "callspec", None), "params", {}).values()]
    if not compares(test, given):
        return
    words = mentioned(test, given)
    for home, spaces in HOMES.items():
        if f"parity_tests/{home}" in item.nodeid or f"/{home}" in item.nodeid:
            for space in spaces:
                for name in words & public().get(space, frozenset()):
                    note(f"{space}.{name}".lstrip("."), aspect_of(test.__name__))


def is_whole(config: pytest.Config) -> bool:
    """Whether all tests were run: none by name or mark, and not only collected."""
    chosen = config.getoption("keyword") or config.getoption("markexpr")
    chosen = chosen or config.getoption("collectonly")
    return config.args_source is pytest.Config.ArgsSource.TESTPATHS and not chosen


def all_claims() -> dict[str, Notes]:
    """What the file says, for each processor."""
    found: dict[str, Notes] = json.loads(FILE.read_text()) if FILE.exists() else {}
    return found


def write_notes(add: bool) -> None:
    """Write the notes of this run as those of this processor, or add them."""
    claims = all_claims()
    kept = claims.setdefault(processor(), {}) if add else {}
    for name, aspects in notes.items():
        merge(kept, name, aspects)
    FILE.write_text(json.dumps(claims | {processor(): kept}, indent=1, sort_keys=True) + "\n")


def lost_claims() -> list[str]:
    """What the file says of this processor that no test of this run has compared.

    The trainings that a short run draws are few, and others if a rule of drawing changes; only
    the deep profile draws all names that the file has.  The profile "dev" draws anew each time.
    """
    profile = os.getenv("HYPOTHESIS_PROFILE", "ci")
    if processor() != PROCESSORS[0] or profile not in ("ci", "deep"):
        return []
    return sorted(
        f"{name} ({aspect})"
        for name, aspects in all_claims().get(processor(), {}).items()
        for aspect in aspects.keys() - notes.get(name, {}).keys()
        if profile == "deep" or aspect not in ("training", "tests")
    )


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
    command += ["--no-loadscope-reorder", "--conformance", "add" if chosen else "new"]
    result = subprocess.run(command, cwd=ROOT)
    from parity_tests.conformance_page import write

    write()
    sys.exit(result.returncode)


if __name__ == "__main__":
    main()
