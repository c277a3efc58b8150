"""What the pages take from the sources when they are built."""

import ast
import re
from pathlib import Path

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


def on_page_markdown(markdown, **_):
    marker = "<!-- parity lines -->"
    if marker not in markdown:
        return markdown
    files = {}
    for path, name, text in parity_lines():
        text = re.sub(r"([*_|<])", r"\\\1", text.replace("``", "`"))
        files.setdefault(path, []).append(f"- **{name.replace('_', chr(92) + '_')}**: {text}")
    listed = "\n\n".join(f"`{path}`\n\n" + "\n".join(lines) for path, lines in files.items())
    return markdown.replace(marker, listed)
