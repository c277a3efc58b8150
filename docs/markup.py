r"""What the site shows of a page: formulas, examples and pictures.

Formulas stand between dollars, in TeX: ``$\sqrt{v} + \varepsilon$`` in a line, ``$$ … $$`` by
themselves.  They become MathML when the site is built, which browsers typeset themselves.

A comment draws what the code block below it makes:

    <!-- figure: the path of Adam bends early -->

The block has to bind ``figure``: a figure of matplotlib, a ``Picture``, or what has ``_repr_svg_``.
The Python blocks above it on the page are run first, in one namespace, as in the tests of pages.
"""

import contextlib
import doctest
import html
import io
import re

from matplotlib import rc_context
from mkdocs.exceptions import PluginError

from minikeras.optional import Library

latex2mathml = Library("latex2mathml")

BLOCK = re.compile(
    r"(?:<!-- figure: (?P<caption>[^>]+?) -->\n+)?"
    r"^(?P<indent> *)```(?P<language>\w+)(?P<options>[^\n]*)\n(?P<code>.*?)^(?P=indent)```$",
    re.S | re.M,
)
SKIPPED = re.compile(r"<!--- skip: next.* -->\n+\Z")
DIRECTIVE = re.compile(r" *# doctest: .*$", re.M)
FORMULA = re.compile(r'<(span|div) class="arithmatex">\\([(\[])(.*?)\\[)\]]</\1>', re.S)
SIGN = re.compile(  # a minus that follows an operator, but no closing parenthesis
    r"(<mo[^>]*>(?!&#x000(?:29|5D|7C|7D);)[^<]*</mo>(?:<mspace[^>]*/>)?)<mo>(?=&#x02212;)"
)
WORKER = re.compile(r"https://unpkg\.com/iframe-worker/shim")


def mathml(tex: str, display: str) -> str:
    """The formula in MathML.  Raises PluginError for what the converter does not know."""
    made = latex2mathml.converter.convert(tex.replace("{aligned}", "{align*}"), display=display)
    if "\\" in made or re.search(r"&(?!#?\w+;)", made):
        raise PluginError(f"the formula {tex!r} holds something that has no MathML")
    return SIGN.sub(r'\1<mo form="prefix">', made)  # browsers would put spaces around it


def with_formulas(page: str) -> str:
    """The HTML of a page, with MathML where arithmatex found TeX."""

    def typeset(found: re.Match[str]) -> str:
        is_block = found[1] == "div"
        made = mathml(html.unescape(found[3]).strip(), "block" if is_block else "inline")
        return f'<div class="formula">{made}</div>' if is_block else made

    return FORMULA.sub(typeset, page)


def run(code: str, namespace: dict[str, object], where: str) -> None:
    """Run a code block; an example with prompts prints nothing."""
    if ">>>" in code:
        examples = doctest.DocTestParser().get_examples(code)
        code = "\n".join(example.source for example in examples if not example.exc_msg)
    with contextlib.redirect_stdout(io.StringIO()):
        exec(compile(code, where, "exec"), namespace)


def picture(figure: object, caption: str) -> str:
    """The figure as HTML; its text stays text."""
    if hasattr(figure, "savefig"):
        file = io.StringIO()
        with rc_context({"svg.fonttype": "none", "svg.hashsalt": caption}):
            figure.savefig(file, format="svg", metadata={"Date": None})
        drawn = file.getvalue()
    else:
        drawn = getattr(figure, "svg", None) or figure._repr_svg_()
    drawn = "".join(line.strip() + " " for line in drawn[drawn.index("<svg") :].splitlines())
    label = html.escape(caption)
    drawn = drawn.replace("<svg ", f'<svg class="figure" role="img" aria-label="{label}" ', 1)
    return f"\n\n<figure>{drawn}<figcaption>{label}</figcaption></figure>\n"


def with_examples(markdown: str, where: str) -> str:
    """The page without directives for doctest, with prompts highlighted, and with its pictures."""
    draws = "<!-- figure: " in markdown
    namespace: dict[str, object] = {"__name__": "__page__"}

    def shown(found: re.Match[str]) -> str:
        indent, language, options = found["indent"], found["language"], found["options"]
        code, drawn = found["code"], ""
        if language == "python":
            if draws and not SKIPPED.search(markdown[: found.start()]):
                run(re.sub(rf"^{indent}", "", code, flags=re.M), namespace, where)
            if found["caption"]:
                drawn = picture(namespace["figure"], found["caption"])
            if ">>>" in code:
                language, code = "pycon", DIRECTIVE.sub("", code).rstrip() + "\n"
        return f"{indent}```{language}{options}\n{code}{indent}```{drawn}"

    return BLOCK.sub(shown, markdown)


def on_page_markdown(markdown, page, **_):
    return with_examples(markdown, page.file.src_uri)


def on_page_content(html, **_):
    return with_formulas(html)


def on_post_page(output, page, **_):
    """The search of pages opened from a disk needs a script that the theme takes from elsewhere."""
    return WORKER.sub("../" * page.url.count("/") + "js/iframe-worker.js", output)


def on_post_template(output_content, **_):
    return WORKER.sub("/js/iframe-worker.js", output_content)
