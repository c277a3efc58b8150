"""Formulas, examples and pictures of the pages, as the site shows them."""

from __future__ import annotations

import pytest

from minikeras.optional import missing
from parity_tests.house.sources import page_tool

pytestmark = pytest.mark.skipif(
    bool(missing("latex2mathml")), reason="latex2mathml, of the extra docs, typesets formulas"
)
markup = page_tool("markup")


def test_formulas_are_typeset() -> None:
    page = markup.with_formulas(r'<p><span class="arithmatex">\(\sqrt{v} &lt; 1\)</span></p>')
    assert page.startswith("<p><math") and "<msqrt>" in page and "&#x0003C;" in page
    block = markup.with_formulas('<div class="arithmatex">\\[\na = b\n\\]</div>')
    assert block.startswith('<div class="formula"><math') and 'display="block"' in block


def test_a_sign_is_no_difference() -> None:
    prefix = '<mo form="prefix">&#x02212;</mo>'
    assert markup.mathml("a - (-1) = -2", "inline").count(prefix) == 2
    assert prefix not in markup.mathml("(a) - 1", "inline")


def test_a_formula_that_cannot_be_typeset_stops_the_build() -> None:
    with pytest.raises(Exception, match="holds something that has no MathML"):
        markup.with_formulas(r'<span class="arithmatex">\(\nonsense\)</span>')


PAGE = """
```python
>>> 1 / 3  # doctest: +ELLIPSIS
0.33...
>>> numbers = [1, 2]

```

<!-- figure: two numbers & a line -->
```python
from matplotlib.figure import Figure

figure = Figure()
print(figure.subplots().plot(numbers))
```
"""


def test_pictures_are_drawn_by_the_page(capsys: pytest.CaptureFixture[str]) -> None:
    shown = markup.with_examples(PAGE, "page.md")
    assert "```pycon\n>>> 1 / 3\n0.33...\n>>> numbers = [1, 2]\n```" in shown
    assert '<figure><svg class="figure" role="img" aria-label="two numbers &amp; a line"' in shown
    assert "<!-- figure" not in shown and "\n\n" not in shown[shown.index("<svg") :].rstrip()
    assert not capsys.readouterr().out
    again = markup.with_examples(PAGE, "page.md")
    assert again == shown  # a build gives the same files each time
