"""Rules for prose: files and modules that it names exist, and words have one meaning."""

from __future__ import annotations

import ast
import functools
import importlib
import io
import re
import tokenize
from collections.abc import Iterator
from pathlib import Path

import pytest

from parity_tests.house.sources import ROOT, sources, syntax

FOLDERS = ("minikeras", "parity_tests", "benchmarks")
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]

# Files that pages name as the user's own.
OWN = {"script.py", "lab.py"}


@functools.cache
def prose(path: Path) -> str:
    """The docstrings and comments of a source file, or the whole text of a page."""
    if path.suffix == ".md":
        return path.read_text()
    documented = ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef
    nodes = [node for node in ast.walk(syntax(path)) if isinstance(node, documented)]
    tokens = tokenize.generate_tokens(io.StringIO(path.read_text()).readline)
    comments = [token.string for token in tokens if token.type == tokenize.COMMENT]
    return "\n".join([*(ast.get_docstring(node) or "" for node in nodes), *comments])


ALL = [*PAGES, *(path for folder in FOLDERS for path in sources(folder))]


@functools.cache
def files() -> frozenset[str]:
    folders = [ROOT / folder for folder in (*FOLDERS, "docs")]
    return frozenset(f"/{p.relative_to(ROOT)}" for folder in folders for p in folder.rglob("*.py"))


@functools.cache
def exists(dotted: str) -> bool:
    """A module, or what a module holds."""
    head, _, rest = dotted.partition(".")
    found = importlib.import_module(head)
    for name in filter(None, rest.split(".")):
        head = f"{head}.{name}"
        if not hasattr(found, name):
            try:
                importlib.import_module(head)
            except ImportError:
                return False
        found = getattr(found, name)
    return True


@pytest.mark.parametrize("where", ["README.md, docs", *FOLDERS])
def test_files_and_modules_that_prose_names_exist(where: str) -> None:
    paths = PAGES if where.endswith("docs") else sources(where)
    missing = []
    for path in paths:
        text = prose(path)
        for file in re.findall(r"(?<![\w/.-])(?:\w+/)*\w+\.py\b", text):
            outside = file.startswith(("keras/", "tensorflow/")) or file in OWN
            if not outside and not any(known.endswith(f"/{file}") for known in files()):
                missing.append((str(path.relative_to(ROOT)), file))
        for dotted in re.findall(r"(?<![\w/.-])minikeras(?:\.[A-Za-z_]\w*)+", text):
            if not dotted.endswith(".py") and not exists(dotted):
                missing.append((str(path.relative_to(ROOT)), dotted))
    assert not missing


# One word, one meaning.

# Parts of identifiers for which there is a usual word.
IDENTIFIERS = {
    "ahead": "precompile, next",
    "besides": "also",
    "fold": "sum_axes, reduce, add_lanes",
    "folded": "summed, reduced",
    "gathered": "contraction, im2col",
    "keep": "dropout_mask, retain",
    "kept": "dropout_mask, retained",
    "look": "observe, value_observed",
    "reckon": "estimate",
    "leave": "copy_from_padded, exit",
    "share": "run_parts, probability",
    "team": "workers",
    "together": "VariableGroup",
    "turned": "flipped, transposed",
}

# Arguments of Keras.
KERAS_NAMES = {"keep_aspect_ratio"}

# The same, in kernels only.
KERNELS = {
    "beside": "unfinished",
    "enter": "copy_into_padded",
    "line": "row, source, target",
    "lines": "rows, axes",
    "piece": "part, block, shard",
    "pieces": "parts, blocks, shards",
    "place": "address, start",
    "places": "addresses, row starts",
    "who": "workers",
}

# Words of prose likewise.
PHRASES = {
    r"\breckon": "estimate, cost",
    r"\bby (eights|fours|twos)\b": "eight at a time",
    r"\bbesides\b": "also, in addition",
    r"(?<!-)\bteams?\b": "thread pool, workers",  # but github.com/keras-team
    r"\bof vectors\b": "vectorise",
}


def identifiers(path: Path) -> Iterator[str]:
    """The names that a file defines: functions, classes, parameters, variables, attributes."""
    yield path.stem
    for node in ast.walk(syntax(path)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield node.name
        elif isinstance(node, ast.arg):
            yield node.arg
        elif isinstance(node, ast.Name | ast.Attribute) and isinstance(node.ctx, ast.Store):
            yield node.id if isinstance(node, ast.Name) else node.attr
        elif isinstance(node, ast.alias) and node.asname:
            yield node.asname


def test_identifiers_are_the_trades() -> None:
    found = set()
    for path in sources("minikeras"):
        file = str(path.relative_to(ROOT))
        usual = IDENTIFIERS | (KERNELS if file.startswith("minikeras/kernels/") else {})
        for name in identifiers(path):
            for word in {*re.findall(r"[a-z]+", re.sub(r"([A-Z])", r"_\1", name).lower())}:
                if word in usual and name not in KERAS_NAMES:
                    found.add((file, name, f"better: {usual[word]}"))
    assert not found


def test_prose_uses_the_trades_words() -> None:
    found = [
        (str(path.relative_to(ROOT)), match[0], f"better: {better}")
        for path in ALL
        if path != Path(__file__) and path.name != "CHANGELOG.md"
        for pattern, better in PHRASES.items()
        for match in re.finditer(pattern, prose(path))
    ]
    assert not found
