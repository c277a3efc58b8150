"""Counts lines of code: lines that are not blank, comments or docstrings.

python benchmarks/engine_size.py            each package of minikeras
python benchmarks/engine_size.py autograd   each file of one of them
"""

from __future__ import annotations

import ast
import io
import sys
import tokenize
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1] / "minikeras"
SILENT = {
    tokenize.COMMENT,
    tokenize.NL,
    tokenize.NEWLINE,
    tokenize.INDENT,
    tokenize.DEDENT,
    tokenize.ENDMARKER,
}


def code_lines(source: str) -> int:
    """The number of lines with a token that is not a comment or docstring."""
    lines = {
        line
        for token in tokenize.generate_tokens(io.StringIO(source).readline)
        if token.type not in SILENT
        for line in range(token.start[0], token.end[0] + 1)
    }
    for node in ast.walk(ast.parse(source)):
        match node:
            case (
                ast.Module(body=[ast.Expr(ast.Constant(str())) as doc, *_])
                | ast.ClassDef(body=[ast.Expr(ast.Constant(str())) as doc, *_])
                | ast.FunctionDef(body=[ast.Expr(ast.Constant(str())) as doc, *_])
            ):
                lines -= {*range(doc.lineno, doc.end_lineno + 1)}
    return len(lines)


def size(path: Path) -> tuple[int, int, int]:
    """Files, lines and lines of code of a module or package."""
    files = [path] if path.is_file() else sorted(path.rglob("*.py"))
    sources = [file.read_text() for file in files]
    return len(files), sum(s.count("\n") for s in sources), sum(map(code_lines, sources))


def main() -> None:
    top = ROOT / sys.argv[1] if len(sys.argv) > 1 else ROOT
    paths = sorted(p for p in top.iterdir() if p.suffix == ".py" or (p / "__init__.py").exists())
    print(f"{'':24}{'files':>6}{'lines':>8}{'code':>8}")
    for path in [*paths, top]:
        name = "total" if path == top else path.name
        print(f"{name:24}" + "{:>6}{:>8}{:>8}".format(*size(path)))


if __name__ == "__main__":
    main()
