"""Figures and sources that pages give are those of the code."""

from __future__ import annotations

import re

import numpy as np
import pytest
from hypothesis import settings

import minikeras
from benchmarks.engine_size import code_lines, size
from minikeras.kernels.runtime import threads
from minikeras.parity.examples import EXAMPLES, OPTIMIZERS
from parity_tests.house.sources import PACKAGE, ROOT

ENGINE = ("tape", "primitive", "tensor", "transforms")


def engine() -> int:
    return sum(size(PACKAGE / "autograd" / f"{name}.py")[2] for name in ENGINE)


def figures(page: str, sentence: str) -> list[int]:
    """The numbers of the one place where a page says this; a space may be a line's end."""
    found = re.findall(sentence.replace(" ", r"\s+"), (ROOT / page).read_text())
    assert len(found) == 1, f"{page} does not say {sentence!r} once"
    groups = found[0] if isinstance(found[0], tuple) else found
    return [int(text.replace(",", "")) for text in groups]


@pytest.mark.parametrize(
    "page, sentence",
    [
        ("README.md", r"fewer than (\d+) lines of code, and about ([\d,]+) with"),
        ("docs/performance.md", r"fewer than (\d+) of the about ([\d,]+) lines of `autograd`"),
    ],
)
def test_size_of_the_engine(page: str, sentence: str) -> None:
    limit, hundreds = figures(page, sentence)
    assert limit - 50 < engine() < limit
    assert hundreds == round(size(PACKAGE / "autograd")[2], -2)


def test_size_of_the_package() -> None:
    (thousands,) = figures("README.md", r"its ([\d,]+) lines of code are meant to be read")
    assert thousands == round(size(PACKAGE)[2], -3)


def test_size_of_declarations() -> None:
    (tens,) = figures("docs/decisions/fields_or_init.md", r"the (\d+) lines of code in")
    assert tens == round(code_lines((PACKAGE / "declare" / "configurable.py").read_text()), -1)


def test_readme_quotes_the_source_of_tanh() -> None:
    quoted = re.findall(
        r"```text\n(@elementwise.*?)```", (ROOT / "README.md").read_text(), re.DOTALL
    )
    source = (PACKAGE / "ops" / "primitives" / "hyperbolic.py").read_text()
    assert len(quoted) == 1 and quoted[0] in source


def test_readme_shows_what_explain_prints() -> None:
    shown = (ROOT / "README.md").read_text().partition("```text\nw\n")[2].partition("```")[0]
    w = minikeras.Variable([1.0, -2.0], name="w")
    table = minikeras.optimizers.Adam(learning_rate=0.1).explain([np.float32([0.5, 1.0])], [w])
    assert [line.rstrip() for line in str(table).splitlines()] == ["w", *shown.splitlines()]


def test_number_of_trainings() -> None:
    assert figures("README.md", r"(\d+) trainings \(five examples, three") == [15]
    assert (len(EXAMPLES), len(OPTIMIZERS)) == (5, 3)


def test_small_jobs() -> None:
    said = figures("docs/performance.md", r"fewer than about ([\d,]+) multiply-adds")
    assert said == [threads._WORTH_SHARING]


def test_drawn_examples() -> None:
    deep = settings.get_profile("deep").max_examples
    assert figures("docs/CONTRIBUTING.md", r"with ([\d,]+) drawn examples each") == [deep]
    assert figures("Makefile", r"with ([\d,]+) drawn examples a test") == [deep]
