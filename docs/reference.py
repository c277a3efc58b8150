"""The API reference: one page for each namespace, made from the docstrings when the site is built.

A docstring consists of blocks.  Blocks with ``=`` or ``←`` and those with columns are shapes, and
formulas, which `docs/formulas.py` typesets; lines ``name: text`` explain arguments; ``Parity:``,
``Source:``, ``Raises`` and ``Returns`` begin paragraphs of their own.  What no docstring explains
stands in ``arguments.txt``, because it means the same in many functions.
"""

from __future__ import annotations

import functools
import importlib
import inspect
import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

from mkdocs.structure.files import File

from minikeras.declare.docstrings import describe_arguments

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))  # the hooks of mkdocs are files, not a package
formulas = importlib.import_module("formulas")
ENTRY = re.compile(r"^(\w+(?:, \w+)*): (.+(?:\n +.+)*)", re.M)
PARAGRAPHS = re.compile(r"^(Parity|Source|Raises|Returns|Errors)\b:? ?", re.M)
FORMULA = re.compile(r"\S   +\S| = |←|^\w+: \(", re.M)


def _modules(package: str) -> list[str]:
    """The public modules of a package of minikeras: ``"datasets.mnist"``, ..."""
    face = importlib.import_module(f"minikeras.{package}")
    return [f"{package}.{name}" for name in face.__all__ if inspect.ismodule(vars(face)[name])]


# Page, title, and where its names stand.  A name stands on the first page that has it.
PAGES: dict[str, tuple[str, tuple[str, ...]]] = {
    "layers_core": ("Layers: core", ("layers:core",)),
    "layers_convolutional": ("Layers: convolution", ("layers:convolutional",)),
    "layers_pooling": ("Layers: pooling", ("layers:pooling",)),
    "layers_normalization": ("Layers: normalization", ("layers:normalization",)),
    "layers_regularization": ("Layers: noise and dropout", ("layers:regularization",)),
    "layers_activations": ("Layers: activations", ("layers:activations",)),
    "layers_merging": ("Layers: merging", ("layers:merging",)),
    "layers_reshaping": ("Layers: shapes", ("layers:reshaping",)),
    "layers_preprocessing": ("Layers: preprocessing", ("layers:preprocessing",)),
    "layers": ("Layers: the base class, others", ("layers",)),
    "activations": ("Activations", ("activations",)),
    "losses": ("Losses", ("losses",)),
    "metrics": ("Metrics", ("metrics",)),
    "optimizers": ("Optimizers", ("optimizers",)),
    "schedules": ("Learning-rate schedules", ("optimizers.schedules",)),
    "callbacks": ("Callbacks", ("callbacks",)),
    "initializers": ("Initializers", ("initializers",)),
    "regularizers": ("Regularizers", ("regularizers",)),
    "constraints": ("Constraints", ("constraints",)),
    "ops_numpy": ("Operations: arrays", ("ops.numpy",)),
    "ops_nn": ("Operations: networks", ("ops.nn",)),
    "ops_image": ("Operations: images", ("ops.image",)),
    "ops": ("Operations: linear algebra, control flow, others", ("ops.linalg", "ops")),
    "random": ("Random numbers", ("random",)),
    "saving": ("Saving", ("saving",)),
    "datasets": ("Data sets", (*_modules("datasets"),)),
    "applications": ("Applications", ("applications", *_modules("applications"))),
    "preprocessing": (
        "Pictures, texts and series",
        ("preprocessing", "preprocessing.image", "preprocessing.sequence", "preprocessing.text"),
    ),
    "utils": ("Utilities", ("utils", "utils.bounding_boxes", "tree")),
    "config": ("Configuration", ("config", "backend", "dtype_policies")),
    "models": ("Models", ("models", "")),
    "autograd": ("Derivatives: minikeras.autograd", ("autograd",)),
    "parity": ("The verifier: minikeras.parity", ("parity",)),
    "visualization": ("Drawn pictures", ("visualization",)),
    "exercises": ("Exercises: minikeras.exercises", ("exercises",)),
}
# Packages that Keras does not have, or not under this name.
OWN = {"autograd", "parity", "exercises", "preprocessing.text"}
# Names and methods that other modules of the package use.
INNER = {
    *("AutocastScope", "KerasHistory", "Node", "OpOperation", "Symbol", "any_symbolic", "array_of"),
    *("as_tensor", "build_in_scope", "decay_factors", "decayed", "defer", "has_hyperparameters"),
    *("in_stateless_scope", "nothing_recorded", "on_operation", "on_value_observed", "operation"),
    *("own", "source", "strip", "unbroadcast", "with_hyperparameters"),
}
# Classes whose methods are called or overridden by users, beyond those of their bases.
WITH_METHODS = {
    *("Callback", "Constraint", "DTypePolicy", "GradientTape", "Initializer", "KerasFileEditor"),
    *("Layer", "LearningRateSchedule", "Loss", "Metric", "Model", "Normalization", "Optimizer"),
    *("Progbar", "PyDataset", "Regularizer", "Replay", "SeedGenerator", "Sequential"),
    *("StatelessScope", "SwapEMAWeights", "Variable"),
}
TYPES = {"TensorLike": "tensor", "DType": "dtype", "Ints": "int or ints", "Any": ""}


def last(dotted_name: str) -> str:
    return dotted_name.rpartition(".")[2]


class Entry:
    """A public function or class, and the names under which it is there."""

    def __init__(self, thing: Any) -> None:
        self.thing = thing
        self.names: list[str] = []

    @property
    def name(self) -> str:
        return self.names[0]

    @property
    def anchor(self) -> str:
        return self.name


def members(namespace: str) -> Iterator[tuple[str, Any]]:
    """The public functions and classes of a namespace, or of a family of layers."""
    path, _, family = namespace.partition(":")
    try:
        module = importlib.import_module(f"minikeras.{path}".rstrip("."))
    except ModuleNotFoundError:
        return
    public = getattr(module, "__all__", dir(module)) if path in OWN else dir(module)
    for name in sorted(public):
        thing = getattr(module, name)
        home = str(getattr(thing, "__module__", ""))
        if name[0] == "_" or name in INNER or isinstance(thing, ModuleType) or not callable(thing):
            continue
        if f".layers.{family}" in home or not family:
            yield (f"minikeras.{path}.{name}" if path in OWN else dotted(path, name)), thing


def dotted(path: str, name: str) -> str:
    """keras.ops.sum rather than keras.ops.numpy.sum."""
    ops = importlib.import_module("minikeras.ops")
    path = "ops" if path.startswith("ops.") and name in dir(ops) else path
    return ".".join(filter(None, ("keras", path, name)))


@functools.cache
def pages() -> dict[str, list[Entry]]:
    """The entries of each page, under their first name."""
    found: dict[str, list[Entry]] = {}
    known: dict[int, Entry] = {}
    for page, (_, namespaces) in PAGES.items():
        found[page] = []
        for name, thing in (pair for space in namespaces for pair in members(space)):
            if id(thing) not in known:
                known[id(thing)] = Entry(thing)
                found[page].append(known[id(thing)])
            if name not in known[id(thing)].names:
                known[id(thing)].names.append(name)
    for entry in known.values():  # that of the definition first, and keras.Model
        own = getattr(entry.thing, "__name__", "")
        entry.names.sort(key=lambda name: (last(name) != own, name.count(".")))
    return {page: sorted(entries, key=sorted_by) for page, entries in found.items() if entries}


def sorted_by(entry: Entry) -> tuple[bool, str]:
    """Classes first."""
    return not inspect.isclass(entry.thing), last(entry.name).lower()


@functools.cache
def where() -> dict[str, str]:
    """The page and anchor of each name, also of its last part where only one thing has it."""
    links: dict[str, str] = {}
    short: dict[str, set[str]] = {}
    for page, entries in pages().items():
        for entry in entries:
            link = f"{page}.md#{entry.anchor}"
            for name in entry.names:
                links[name] = link
                short.setdefault(last(name), set()).add(link)
    return links | {name: link for name, (link, *more) in short.items() if not more}


@functools.cache
def glossary() -> dict[str, dict[str, str]]:
    """What arguments.txt says: for each section the text of each argument."""
    sections: dict[str, dict[str, str]] = {}
    text = (HERE / "arguments.txt").read_text()
    for part in re.split(r"^\[(?=[^]]*\]$)", text, flags=re.M)[1:]:
        head, _, body = part.partition("]\n")
        texts = {name: text for names, text in ENTRY.findall(body) for name in names.split(", ")}
        for name in head.split():
            sections.setdefault(name, {}).update(texts)
    return sections


def explanation(owner: str, argument: str, described: str) -> str:
    """What an argument of ``owner`` means: its docstring's words, or those of the glossary.

    Its sections are looked up in this order, for ``keras.ops.sum``: ``keras.ops.sum``, ``*.sum``,
    ``keras.ops``, ``keras``, ``*``.
    """
    for names, text in ENTRY.findall(described):
        if argument in names.split(", "):
            return text
    parts = owner.split(".")
    spaces = [".".join(parts[:n]) for n in range(len(parts) - 1, 0, -1)]
    texts = (
        glossary().get(name, {}).get(argument) for name in [owner, f"*.{parts[-1]}", *spaces, "*"]
    )
    return next(filter(None, texts), "")


def parameters(thing: Any) -> list[inspect.Parameter]:
    try:
        signature = inspect.signature(thing)
    except (TypeError, ValueError):
        return []
    return [p for p in signature.parameters.values() if p.name not in ("self", "cls")]


def described(thing: Any) -> str:
    """The lines of the docstrings of a class and its bases, or of a function, on its arguments."""
    if inspect.isclass(thing):
        return describe_arguments(thing, [p.name for p in parameters(thing)])
    return inspect.getdoc(thing) or ""


def arguments(name: str, thing: Any) -> list[tuple[str, str, str]]:
    """(name, type, explanation) of each argument."""
    lines, kinds = (
        described(thing),
        (inspect.Parameter.VAR_KEYWORD, inspect.Parameter.VAR_POSITIONAL),
    )
    return [
        (p.name, type_of(thing, p), explanation(name, p.name, lines))
        for p in parameters(thing)
        if p.kind not in kinds
    ]


def type_of(thing: Any, parameter: inspect.Parameter) -> str:
    found = parameter.annotation
    if inspect.isclass(thing) and found is inspect.Parameter.empty:
        declared = (vars(cls).get("__annotations__", {}) for cls in thing.__mro__)
        found = next((names[parameter.name] for names in declared if parameter.name in names), "")
    if not isinstance(found, str):
        found = getattr(found, "__name__", "") if inspect.isclass(found) else ""
    if found in ("_empty", "ndarray") or len(found) > 40:
        return ""
    return TYPES.get(found, found)


def prose(text: str) -> str:
    """Markdown of a paragraph of a docstring: code stays, other signs mean themselves."""
    parts = re.split(r"(``?[^`]+``?)", text)
    for at, part in enumerate(parts):
        if at % 2:
            parts[at] = linked(part.strip("`"))
        else:
            parts[at] = re.sub(r"([*_<|$\[\]])", r"\\\1", part)
    return "".join(parts)


def linked(code: str) -> str:
    """The words between backticks, with a link if they name something of the reference."""
    link = where().get(code.removesuffix("()"))
    return f"[`{code}`]({link})" if link else f"`{code}`"


def blocks(docstring: str, names: Iterable[str]) -> Iterator[str]:
    """The paragraphs of a docstring without its lines on arguments, as Markdown."""
    told = {*names}
    explained = lambda found: "" if told >= {*found[1].split(", ")} else found[0]  # noqa: E731
    for block in re.split(r"\n\s*\n", ENTRY.sub(explained, docstring)):
        for part in PARAGRAPHS.sub(r"\n\n\1: ", block).split("\n\n"):
            text = part.strip("\n")
            if not text.strip():
                continue
            head = PARAGRAPHS.match(text)
            if head:
                rest = text[head.end() :].lstrip()
                yield f"**{head[1]}**: {prose(rest)}"
            elif FORMULA.search(text) and not text.startswith("- "):
                yield from formulas.block(inspect.cleandoc(text), prose)
            else:
                yield prose(text)


def signature(name: str, thing: Any) -> str:
    """The call, on one line if it fits."""
    shown, star = [], False
    for p in parameters(thing):
        if p.kind is p.KEYWORD_ONLY and not star:
            shown.append("*")
        star |= p.kind in (p.KEYWORD_ONLY, p.VAR_POSITIONAL)
        prefix = {p.VAR_POSITIONAL: "*", p.VAR_KEYWORD: "**"}.get(p.kind, "")
        value = "" if p.default is p.empty else f"={default(p.default)}"
        shown.append(f"{prefix}{p.name}{value}")
    line = f"{name}({', '.join(shown)})"
    if len(line) <= 96:
        return line
    return f"{name}(\n" + "".join(f"    {part},\n" for part in shown) + ")"


def default(value: Any) -> str:
    """A default as it is written; a function's name, and dots for other objects."""
    plain = isinstance(value, (int, float, str, tuple, type(None)))
    return repr(value) if plain else getattr(value, "__name__", "...")


def section(name: str, thing: Any, level: int, also: Iterable[str] = ()) -> Iterator[str]:
    """A heading, the call, what it does, and its arguments."""
    yield f"{'#' * level} {last(name)} {{ #{name} }}"
    yield f"```python\n{signature(name, thing)}\n```"
    if others := [other for other in also if other != name]:
        yield f"The same: {', '.join(f'`{other}`' for other in others)}."
    listed = arguments(name, thing)
    yield from blocks(inspect.getdoc(thing) or "", [argument for argument, _, _ in listed])
    if listed:
        yield "\n".join(
            f"`{argument}`{f' *{kind}*' if kind else ''}\n:   {prose(' '.join(text.split()))}\n"
            for argument, kind, text in ((a, k.replace("|", "or"), t) for a, k, t in listed)
        )


def methods(cls: type) -> Iterator[tuple[str, Any]]:
    """The documented public methods that a class adds to those of its bases on other pages."""
    if cls.__name__ not in WITH_METHODS:
        return
    bases = [base for base in cls.__mro__[1:] if id(base) in documented()]
    for name in dir(cls):
        method = inspect.getattr_static(cls, name)
        method = getattr(cls, name) if isinstance(method, (classmethod, staticmethod)) else method
        if (
            name[0] == "_"
            or name in INNER
            or not inspect.isroutine(method)
            or not inspect.getdoc(method)
        ):
            continue
        home = str(getattr(method, "__module__", ""))
        if home.startswith("minikeras") and not any(hasattr(base, name) for base in bases):
            yield name, method


@functools.cache
def documented() -> set[int]:
    return {id(entry.thing) for entries in pages().values() for entry in entries}


def source(thing: Any) -> str:
    try:
        path = Path(inspect.getsourcefile(inspect.unwrap(getattr(thing, "forward", thing))) or "")
        return f"<small>`{path.relative_to(HERE.parent).as_posix()}`</small>"
    except (TypeError, ValueError):
        return ""


def page_of(page: str) -> str:
    """The Markdown of a page of the reference."""
    lines = [f"# {PAGES[page][0]}"]
    for entry in pages()[page]:
        lines += section(entry.name, entry.thing, 2, entry.names)
        lines.append(source(entry.thing))
        if inspect.isclass(entry.thing):
            for name, method in methods(entry.thing):
                lines += section(f"{entry.name}.{name}", method, 3)
    return "\n\n".join(filter(None, lines)) + "\n"


def contents() -> str:
    """The Markdown of the first page: the names of each page."""
    lines = [
        "# API reference",
        "Made from the docstrings of the source. "
        "[What is there](../coverage.md) compares these names with Keras's.",
    ]
    for page, entries in pages().items():
        names = ", ".join(f"[{last(e.name)}]({page}.md#{e.anchor})" for e in entries)
        lines += [f"## [{PAGES[page][0]}]({page}.md)", names.replace("_", r"\_")]
    return "\n\n".join(lines) + "\n"


def on_files(files, config, **_):
    made = {"index": contents()} | {page: page_of(page) for page in pages()}
    for page, text in made.items():
        files.append(File.generated(config, f"reference/{page}.md", content=text))
    return files


def on_config(config, **_):
    """The pages of the reference in the navigation; the file lists only their heading."""
    entry = next(part for part in config["nav"] if "Reference" in part)
    entry["Reference"] = [
        "reference/index.md",
        *({PAGES[page][0]: f"reference/{page}.md"} for page in pages()),
    ]
    return config
