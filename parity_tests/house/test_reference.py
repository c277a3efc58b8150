"""The API reference names everything public and explains every argument."""

from __future__ import annotations

import inspect
import re
import sys
from typing import Any

import pytest

from minikeras import absent
from parity_tests.house.sources import page_tool

reference = page_tool("reference")


def documented() -> dict[str, Any]:
    """Everything that the reference has a heading for."""
    found = {}
    for entry in (entry for entries in reference.pages().values() for entry in entries):
        found[entry.name] = entry.thing
        if inspect.isclass(entry.thing):
            found |= {f"{entry.name}.{n}": method for n, method in reference.methods(entry.thing)}
    return found


def test_every_argument_is_explained() -> None:
    """By a docstring, or by docs/arguments.txt."""
    silent = {
        f"{name}({argument})"
        for name, thing in documented().items()
        for argument, _, text in reference.arguments(name, thing)
        if not text
    }
    assert not silent


def test_every_public_name_has_its_place() -> None:
    names = {name for entries in reference.pages().values() for e in entries for name in e.names}
    for path, theirs in absent.keras_names().items():
        there = vars(sys.modules.get(f"mini{path}", object))
        for name in (
            n for n in theirs if callable(there.get(n)) and not inspect.ismodule(there[n])
        ):
            ops = {f"keras.ops.{name}"} if path.startswith("keras.ops.") else set()
            assert names & {f"{path}.{name}", *ops}, f"{path}.{name}"


def test_a_page() -> None:
    page = reference.page_of("layers_convolutional")
    assert "## Conv2D { #keras.layers.Conv2D }" in page
    assert "`filters` *int*\n:   the number of output channels.\n" in page
    assert "```text\ninputs: (batch, height, width, channels), or" in page
    assert "[`Conv2D`](layers_convolutional.md#keras.layers.Conv2D)" in page  # as Conv1D says
    assert "<small>`minikeras/layers/convolutional/conv.py`</small>" in page


def test_links_lead_to_headings() -> None:
    pages = {page: reference.page_of(page) for page in reference.pages()}
    pages["index"] = reference.contents()
    for text in pages.values():
        for page, anchor in re.findall(r"\]\((\w+)\.md#([\w.]+)\)", text):
            assert f"{{ #{anchor} }}" in pages[page]


def test_formulas_of_docstrings_are_typeset() -> None:
    adam = reference.page_of("optimizers").partition("{ #keras.optimizers.Adam }")[2]
    made = adam[: adam.index("## ")]
    assert "```text" not in made and made.count("<math") == 7
    assert "<td>both moments start at 0; this undoes the bias</td>" in made
    root = "<msqrt><mrow><mn>1</mn><mo>−</mo><msubsup><mi>β</mi>"
    assert '<mfrac><mrow><mi mathvariant="normal">lr</mi>' in made and root in made
    tags = re.findall(r"<(/?)(m\w+)", made)
    assert sum(1 if not end else -1 for end, _ in tags) == 0


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("y = x₁ / x₂", "<mfrac><mrow><msub><mi>x</mi><mrow><mn>1</mn></mrow></msub></mrow>"),
        ("y = 1 / (1 + e⁻ˣ)", "<mrow><mn>1</mn><mo>+</mo><msup><mi>e</mi>"),
        ("v̂ ← max(v̂, v)", '<mover accent="true"><mi>v</mi><mo>^</mo></mover>'),
        ("y = x where |x| > λ, else 0", "<mtext>&nbsp;where&nbsp;</mtext>"),
        ("y = Σ w v / Σ w", "<mo>Σ</mo><mi>w</mi>"),
    ],
)
def test_a_formula(text: str, part: str) -> None:
    assert part in reference.formulas.mathml(text)


def test_what_is_no_formula_stays() -> None:
    shown = lambda text: [*reference.formulas.block(text, str.upper)]  # noqa: E731
    assert shown("x: (batch, n)   y = 2") == ["```text\nx: (batch, n)   y = 2\n```"]
    assert shown("fit = (a → b") == ["```text\nfit = (a → b\n```"], "not closed"
    sentence = "The mean of all cells is taken where ``mask = True`` and"
    assert shown(sentence) == [sentence.upper()]
    first, second = shown("y = x²\nThe square of x, for all x = 1 and others.")
    assert first.startswith('<div class="formula">') and second.startswith("THE")
