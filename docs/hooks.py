"""What the pages take from the sources when they are built."""

import ast
import importlib
import inspect
import re
from pathlib import Path

import minikeras
from minikeras.absent import keras_names
from minikeras.export.rules import REASONS, rules

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


# Layers that the tests of export do not draw, and why.
NOT_EXPORTED = {
    "InputLayer": "it stands for an input of the file",
    "Lambda": "exported if the operations of its function are",
    "Layer": "a base class",
    "Pipeline": "a list of other layers",
    **dict.fromkeys(
        ("HashedCrossing", "Hashing", "IntegerLookup", "StringLookup", "TextVectorization"),
        "numbers categories or text before inference",
    ),
    **dict.fromkeys(("MelSpectrogram", "STFTSpectrogram"), "has no rule yet"),
    "ContrastLimitedAdaptiveHistogramEqualization": "has no rule yet",
    "MaxNumBoundingBoxes": "changes boxes, not images",
}


def exportable_layers():
    """The public layers, each under one name."""
    classes = {cls.__name__: cls for cls in vars(minikeras.layers).values() if inspect.isclass(cls)}
    found = {name for name, cls in classes.items() if issubclass(cls, minikeras.Layer)}
    return sorted(found - NOT_EXPORTED.keys())


def with_rules(markdown):
    """The page with the layers and operations that can be exported to ONNX, below a marker."""
    head, marker, _ = markdown.partition("<!-- rules -->\n")
    if not marker:
        return markdown
    operations = sorted({name.lstrip("_") for name in rules})
    lines = ["", f"Layers: {', '.join(f'`{name}`' for name in exportable_layers())}."]
    lines += ["", "Not exported:", ""]
    lines += by_reason(NOT_EXPORTED)
    lines += ["", f"Operations: {', '.join(f'`{name}`' for name in operations)}."]
    lines += ["", "Not exported:", "", *by_reason(REASONS)]
    return "\n".join([head + marker.rstrip(), *lines, ""])


def by_reason(reasons):
    """Names with the same reason in one line."""
    found = {}
    for name, why in sorted(reasons.items()):
        found.setdefault(why, []).append(f"`{name.lstrip('_')}`")
    return [f"- {', '.join(names)}: {why}." for why, names in sorted(found.items())]


def on_page_markdown(markdown, **_):
    return with_rules(with_coverage(with_parity_lines(markdown)))
