"""MathML of the formulas in docstrings, which are written in Unicode: ``m ← m + (g − m) (1 − β₁)``.

A formula is a sequence of factors, operators and words of English.  Factors that stand side by side
are a product; ``/`` divides the product before it by the factor behind it.
"""

from __future__ import annotations

import html
import itertools
import re
import unicodedata
from collections.abc import Callable, Iterator

SUBSCRIPTS = dict(zip("₀₁₂₃₄₅₆₇₈₉₊₋ₜᵢⱼₖₙₘₓ", "0123456789+−tijknmx"))
SUPERSCRIPTS = dict(zip("⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻ᵗˣⁿⁱᵀᵏᵖʸ", "0123456789+−txniTkpy"))
ACCENTS = {"\u0302": "^", "\u0304": "¯", "\u0303": "~", "\u0307": "˙"}
PAIRS = {"(": ")", "[": "]", "{": "}", "|": "|", "‖": "‖", "⌊": "⌋", "⌈": "⌉"}
LARGE = "ΣΠ∏∑"
# Functions whose argument needs no parentheses.
FUNCTIONS = {
    *("ln", "log", "log₂", "exp", "sin", "cos", "tan", "sinh", "cosh", "tanh", "sign", "arccos"),
    *("arcsin", "arctan", "arcosh", "arsinh", "artanh", "softplus", "mean", "std", "diag", "erf"),
}
# Words between formulas.
WORDS = {
    *("a", "above", "added", "all", "along", "also", "and", "angle", "are", "as", "at"),
    *("axes", "axis", "be", "below", "between", "but", "by", "called", "cells"),
    *("distribution", "else", "elsewhere", "every", "first", "for", "from", "halves", "here"),
    *("if", "in", "is", "it", "its", "larger", "last", "left", "loss", "masked", "mean"),
    *("neither", "no", "nor", "normal", "not", "number", "object", "of", "on", "or", "out"),
    *("over", "pairs", "point", "same", "second", "smaller", "standard", "steps", "than"),
    *("that", "the", "their", "them", "then", "there", "they", "this", "to", "training"),
    *("up", "very", "what", "where", "which", "with", "without"),
}
TOKEN = re.compile(
    r"(?P<space> +)|(?P<code>``[^`]+``|`[^`]+`)|(?P<text>\"[^\"]*\")"
    r"|(?P<number>\d+(?:\.\d+)?(?:e[-−]?\d+)?|[½⅓¼])"
    rf"|(?P<sub>[{''.join(SUBSCRIPTS)}]+)|(?P<sup>[{''.join(SUPERSCRIPTS)}]+)"
    rf"|(?P<name>[^\W\d{LARGE}√][{''.join(ACCENTS)}]|[a-zA-Z_][a-zA-Z_0-9]*|[^\W\d_{LARGE}])"
    r"|(?P<prime>′)|(?P<dots>\.\.\.|…)|(?P<sign>.)"
)
SHAPE = re.compile(r"^\w+: \(", re.M)
COLUMNS = re.compile(r"   +")
GOES_ON = re.compile(r"(?<![\w])[a-z]{4,}$")  # a sentence, on the next line
# A line that begins as one does, a full stop inside, a hyphen, a year.
SENTENCE = re.compile(r"^(?:[A-Z][a-z]+|``)\b.* [a-z]{2,}|\. +[A-Z]|[a-z]-[a-z]|\d{4}\)")
RELATION = re.compile(r"(?:^|\s)[=←≤≥≠≈<>→](?=\s)|[Σ√²³½⁻ˣᵗ^·−‖]|\S / \S")


def is_formula(text: str) -> bool:
    """Whether a line of a docstring is a formula rather than a sentence that holds one."""
    words = re.findall(r"(?<![\w`])[A-Za-z]{3,}(?![\w`(])", text)
    plain = sum(word.lower() in WORDS for word in words)
    return (
        bool(RELATION.search(text)) and not SENTENCE.search(text) and plain <= 4 and len(words) < 9
    )


def grid(lines: list[str]) -> str:
    """Lines as rows of a table, whose columns are three spaces apart; formulas are MathML.

    Raises ValueError for what is no formula.
    """
    lines = [re.sub(r" +(?=[=←+−] )", " ", line.strip()) for line in lines]  # they stood aligned
    rows = [COLUMNS.split(line) for line in lines]
    if not any(is_formula(cell) for row in rows for cell in row):
        raise ValueError("there is no formula")
    made = ["".join(f"<td>{_cell(cell)}</td>" for cell in row) for row in rows]
    table = f'<table class="formulas"><tr>{"</tr><tr>".join(made)}</tr></table>'
    return f'<div class="formula">{table}</div>'


def block(text: str, prose: Callable[[str], str]) -> Iterator[str]:
    """The Markdown of a block of a docstring: formulas as MathML, the sentences between as prose.

    Shapes and drawings stay as they are.
    """
    groups = [
        (typeset, [*found]) for typeset, found in itertools.groupby(text.splitlines(), _is_row)
    ]
    pairs = itertools.pairwise(groups)
    if any(typeset and GOES_ON.search(lines[-1]) for (typeset, lines), _ in pairs):
        groups = [(False, text.splitlines())]
    try:
        if SHAPE.search(text):
            raise ValueError("shapes are Python's")
        made = [grid(lines) if typeset else prose("\n".join(lines)) for typeset, lines in groups]
    except ValueError:
        made = [f"```text\n{text}\n```"]
    yield from made


def _is_row(line: str) -> bool:
    return bool(COLUMNS.search(line.strip())) or is_formula(line)


def _cell(text: str) -> str:
    if is_formula(text):
        return mathml(text)
    parts = re.split(r"(``?[^`]+``?)", text)
    for at, part in enumerate(parts):
        parts[at] = f"<code>{html.escape(part.strip('`'))}</code>" if at % 2 else html.escape(part)
    return "".join(parts)


def mathml(text: str) -> str:
    """The formula.  Raises ValueError if its parentheses do not match."""
    return f'<math display="inline"><mrow displaystyle="true">{_Parser(text).all()}</mrow></math>'


def _decomposed(text: str) -> str:
    """Letters with accents as two characters; other characters as they are."""
    return "".join(unicodedata.normalize("NFD", c) if c.isalpha() else c for c in text)


def _tag(name: str, *content: str, **attributes: str) -> str:
    given = "".join(f' {key}="{value}"' for key, value in attributes.items())
    return f"<{name}{given}>{''.join(content)}</{name}>"


def _row(items: list[str]) -> str:
    return items[0] if len(items) == 1 else _tag("mrow", *items)


class _Parser:
    """Reads a formula from left to right."""

    def __init__(self, text: str) -> None:
        found = TOKEN.finditer(_decomposed(text))
        self.tokens = [(str(match.lastgroup), match[0]) for match in found]
        self.at = 0

    def all(self) -> str:
        made = self.sequence("")
        if self.at < len(self.tokens):
            raise ValueError(f"{self.tokens[self.at][1]!r} closes nothing")
        return "".join(made)

    def peek(self) -> tuple[str, str]:
        return self.tokens[self.at] if self.at < len(self.tokens) else ("end", "")

    def text_at(self, ahead: int) -> str:
        at = self.at + ahead
        return self.tokens[at][1] if at < len(self.tokens) else ""

    def take(self) -> tuple[str, str]:
        self.at += 1
        return self.tokens[self.at - 1]

    def skip_space(self) -> bool:
        if self.peek()[0] == "space":
            self.at += 1
            return True
        return False

    def sequence(self, closing: str) -> list[str]:
        """Everything up to the closing bracket, which is not read."""
        made: list[str] = []
        product: list[str] = []  # the factors that stand side by side
        while True:
            spaced = self.skip_space()
            kind, text = self.peek()
            if kind == "end" or text == closing or (kind == "sign" and text in ")]}⌋⌉"):
                return made + product
            if kind == "sign" and text == "/" and product:
                self.take()
                self.skip_space()
                product = [_tag("mfrac", _bare(product), _bare(self.divisor(closing)))]
            elif kind == "sign" and text == "·" and product:
                self.take()
                product.append("<mo>·</mo>")
            elif kind in ("name", "code", "text") and self.is_word(text):
                made += [*product, _tag("mtext", f"&nbsp;{self.words()}&nbsp;")]
                product = []
            elif (kind in ("sign", "dots") and text not in PAIRS and text != "√") or (
                kind in ("sub", "sup")
            ):
                made += product
                product = []
                made.append(self.operator(not made or made[-1].startswith(("<mo", "<mtext"))))
            else:
                if product and spaced and not product[-1].startswith("<mo"):
                    product.append('<mspace width="0.22em"></mspace>')
                product += self.factor(closing)

    def is_word(self, text: str) -> bool:
        """Whether a name is English here: ``mean x`` is a function, ``the mean`` is not."""
        following = self.tokens[self.at + 1 : self.at + 3]
        is_call = bool(following) and following[0] == ("sign", "(")
        if text in FUNCTIONS:
            return len(following) < 2 or following[1][1] in WORDS
        return self._is_article() if text == "a" else text in WORDS and not is_call

    def _is_article(self) -> bool:
        following = self.tokens[self.at + 1 : self.at + 3]
        return len(following) == 2 and following[1][0] == "name" and len(following[1][1]) > 3

    def words(self) -> str:
        """The words that follow each other, and code among them."""
        found = [self.take()[1]]
        while True:
            start = self.at
            self.skip_space()
            kind, text = self.peek()
            if kind == "code" or (kind == "name" and self.is_word(text)):
                found.append(self.take()[1].strip("`"))
            else:
                self.at = start
                return html.escape(" ".join(found))

    def operator(self, is_prefix: bool) -> str:
        kind, text = self.take()
        if kind in ("sub", "sup"):
            raise ValueError(f"{text!r} stands behind nothing")
        shown = html.escape({"*": "∗", "-": "−", "...": "…"}.get(text, text))
        return (
            _tag("mo", shown, form="prefix") if is_prefix and text in "−+-" else _tag("mo", shown)
        )

    def divisor(self, closing: str) -> list[str]:
        """One factor; of a sum, the product behind it."""
        made = self.factor(closing)
        while made[-1].endswith("</mo>") and made[-1][4] in LARGE:
            self.skip_space()
            made += self.factor(closing)
        return made

    def factor(self, closing: str) -> list[str]:
        kind, text = self.take() if self.at < len(self.tokens) else ("end", "")
        if kind == "sign" and text in LARGE:
            return [_tag("mo", text)]
        if kind == "sign" and text == "√":
            self.skip_space()
            return [self.scripts(_tag("msqrt", _bare(self.factor(closing))))]
        if kind == "sign" and text in PAIRS:
            inside = self.sequence(PAIRS[text])
            if self.peek()[1] != PAIRS[text]:
                raise ValueError(f"{text!r} is not closed")
            self.take()
            fence = {"stretchy": "true", "form": "prefix"}
            opening = _tag("mo", text, **fence)
            fence["form"] = "postfix"
            return [self.scripts(_tag("mrow", opening, *inside, _tag("mo", PAIRS[text], **fence)))]
        if kind == "number":
            return [self.scripts(_tag("mn", text))]
        if kind in ("code", "text"):
            return [_tag("mtext", html.escape(text.strip("`")))]
        if kind != "name":
            raise ValueError(f"{text!r} is no factor")
        made = [self.scripts(_name(text))]
        if self.peek()[0] == "sign" and self.peek()[1] in "([":  # a call, an element
            return [_row(made + self.factor(closing))]
        if text in FUNCTIONS and self.tokens[self.at + 1 : self.at + 2]:
            self.skip_space()
            if self.peek()[0] in ("name", "number") or self.peek()[1] in ("√", *PAIRS):
                return [_row([*made, '<mspace width="0.17em"></mspace>', *self.factor(closing)])]
        return made

    def scripts(self, base: str) -> str:
        """The base with what stands below and above it."""
        below, above = "", ""
        while True:
            kind, text = self.peek()
            if kind == "sub":
                below += _script(self.take()[1], SUBSCRIPTS)
            elif kind == "sup":
                above += _script(self.take()[1], SUPERSCRIPTS)
            elif kind == "prime":
                above += _tag("mo", self.take()[1])
            elif (kind, self.text_at(1)) == ("space", "^") or text == "^":
                self.at += 1 + (kind == "space")
                self.skip_space()
                above += self.exponent()
            else:
                break
        parts = [base, *(_tag("mrow", part) for part in (below, above) if part)]
        name = {(True, True): "msubsup", (True, False): "msub", (False, True): "msup"}
        return _tag(name[bool(below), bool(above)], *parts) if below or above else base

    def exponent(self) -> str:
        sign = ""
        if self.peek()[1] in ("−", "-"):
            self.take()
            sign = _tag("mo", "−", form="prefix")
        return sign + "".join(self.factor(""))


def _name(text: str) -> str:
    if len(text) == 2 and text[1] in ACCENTS:
        return _tag("mover", _tag("mi", text[0]), _tag("mo", ACCENTS[text[1]]), accent="true")
    if len(text) == 1:
        return _tag("mi", text)
    return _tag("mi", html.escape(text), mathvariant="normal")


def _script(text: str, letters: dict[str, str]) -> str:
    plain = "".join(letters[c] for c in text)
    parts = re.findall(r"\d+|[a-zA-Z]|[+−]", plain)
    tags = {True: "mn", False: "mi"}
    return "".join(
        _tag("mo", part, form="prefix") if part in "+−" else _tag(tags[part.isdigit()], part)
        for part in parts
    )


def _bare(items: list[str]) -> str:
    """A product without the parentheses that a fraction or a root makes needless."""
    if len(items) == 1:
        inside = re.fullmatch(
            r'<mrow><mo stretchy="true" form="prefix">\(</mo>(.*)'
            r'<mo stretchy="true" form="postfix">\)</mo></mrow>',
            items[0],
        )
        if inside and _is_balanced(inside[1]):
            return _tag("mrow", inside[1])
    return _tag("mrow", *items)


def _is_balanced(content: str) -> bool:
    """Whether no tag of the content closes outside of it."""
    depth = 0
    for tag in re.findall(r"<(/?)\w+[^>]*>", content):
        depth += -1 if tag else 1
        if depth < 0:
            return False
    return depth == 0
