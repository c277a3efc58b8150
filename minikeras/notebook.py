"""What notebooks show of an object: tables as HTML, which follow the notebook's colours."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from minikeras.optional import Library

html = Library("html")


def table(header: Sequence[object], rows: Iterable[Sequence[object]], caption: object = "") -> str:
    """A table as HTML: floats with four digits, everything else as text.

    header: the names of the columns.
    rows: the cells of each row.
    caption: stands above the table; nothing by default.
    """
    title = f"<caption>{_text(caption)}</caption>" if caption else ""
    head = f"<thead>{_row('th', header)}</thead>"
    body = "".join(_row("td", row) for row in rows)
    return f"<table>{title}{head}<tbody>{body}</tbody></table>"


def _row(tag: str, cells: Iterable[object]) -> str:
    inside = "".join(f"<{tag}>{_text(cell)}</{tag}>" for cell in cells)
    return f"<tr>{inside}</tr>"


def _text(cell: object) -> str:
    return str(html.escape(f"{cell:.4g}" if isinstance(cell, float) else str(cell)))
