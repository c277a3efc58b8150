"""What the pages take from the sources when they are built."""

import ast
import importlib
import re
from pathlib import Path

import minikeras
from minikeras.absent import keras_names

ROOT = Path(__file__).resolve().parents[1]
PARITY = re.compile(r"Parity: (.+?)(?=\n\s*\n|\n\s*Parity:|\n\s*(?:Raises|Source)\b|\Z)", re.S)


def parity_lines():
    """(file, name, text) for each `Parity:` in a docstring."""
    for path in sorted((ROOT / "minikeras").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef):
                name = getattr(node, "name", "the module")
                for text in PARITY.findall(ast.get_docstring(node) or ""):
                    yield path.relative_to(ROOT).as_posix(), name, " ".join(text.split())


def with_parity_lines(markdown):
    files = {}
    for path, name, text in parity_lines():
        text = re.sub(r"([*_|<])", r"\\\1", text.replace("``", "`"))
        files.setdefault(path, []).append(f"- **{name.replace('_', chr(92) + '_')}**: {text}")
    listed = "\n\n".join(f"`{path}`\n\n" + "\n".join(lines) for path, lines in files.items())
    return markdown.replace("<!-- parity lines -->", listed)


def coverage():
    """(path, names that are there, names that are absent) of each namespace, and of Model."""
    for path, names in keras_names().items():
        try:
            here = importlib.import_module(f"mini{path}")
        except ModuleNotFoundError:
            here = {"keras.Model": minikeras.Model}.get(path)
        if here is not None:
            there = [name for name in names if name in dir(here)]
            yield path, there, [name for name in names if name not in there]


def with_coverage(markdown):
    """The page with its table and lists, which stand below a marker."""
    head, marker, _ = markdown.partition("<!-- names -->\n")
    if not marker:
        return markdown
    lines = ["", "| | there | absent |", "|---|--:|--:|"]
    for path, there, gone in coverage():
        lines.append(f"| `{path}` | {len(there)} of {len(there) + len(gone)} | {len(gone)} |")
    for path, there, gone in coverage():
        lines += ["", f"## {path}", "", f"There: {', '.join(f'`{n}`' for n in there)}."]
        lines += ["", f"Absent: {', '.join(f'`{n}`' for n in gone)}."] if gone else []
    return "\n".join([head + marker.rstrip(), *lines, ""])


def on_page_markdown(markdown, **_):
    return with_coverage(with_parity_lines(markdown))
