"""Writes `docs/conformance.md` from `conformance.json`: a row for everything public."""

from __future__ import annotations

import inspect
import json
import re
from collections.abc import Iterator
from typing import Any

from parity_tests.conformance import ASPECTS, BITS, EQUAL, FILE, ROOT, Notes, merge
from parity_tests.house.sources import page_tool

PAGE = ROOT / "docs" / "conformance.md"
MARKER = "<!-- conformance -->\n"


def entries() -> Iterator[tuple[str, Any]]:
    """(title of the page of the reference, entry) of everything that Keras has, too."""
    reference = page_tool("reference")
    for page, found in reference.pages().items():
        for entry in found:
            if entry.name.startswith("keras."):
                yield reference.PAGES[page][0], entry


def notes_of(entry: Any, claims: Notes) -> dict[str, list[str]]:
    """What was compared under any of the names of a thing."""
    found: Notes = {}
    for name in entry.names:
        merge(found, "", claims.get(name.removeprefix("keras."), {}))
    return found.get("", {})


def cell(distances: list[str]) -> str:
    """The distances of a column; a tick where the tests state none."""
    stated = [distance for distance in distances if distance not in ("", EQUAL)]
    stated.sort(key=lambda distance: (distance != BITS, "ULP" not in distance, distance))
    return " · ".join(stated) or ("✓" if distances else "")


def deviations(thing: Any) -> list[str]:
    """The `Parity:` lines of a docstring."""
    hooks = page_tool("hooks")
    found = hooks.PARITY.findall(inspect.getdoc(thing) or "")
    texts = [page_tool("reference").prose(" ".join(text.split())) for text in found]
    return [re.sub(r"\]\((\w+\.md#)", r"](reference/\1", text) for text in texts]


def rows(claims: Notes) -> Iterator[str]:
    """The tables, one for each page of the reference."""
    title, known = "", []
    for heading, entry in entries():
        if heading != title:
            yield from known
            title, known = heading, []
            yield f"\n## {title}\n"
            yield f"| name | {' | '.join(ASPECTS)} | tests |\n|---{'|---' * (len(ASPECTS) + 1)}|"
        found = notes_of(entry, claims)
        cells = [cell(found.get(aspect, [])) for aspect in ASPECTS]
        name = entry.name.removeprefix("keras.")
        tests = len(found.get("tests", []))
        yield f"| `{name}` | {' | '.join(cells)} | {tests or ''} |"
        for text in deviations(entry.thing):
            known += ["", f"`{name}`: {text}"]
    yield from known


def summary(claims: Notes) -> str:
    """How many names there are, and how many are compared in what."""
    found = [notes_of(entry, claims) for _, entry in entries()]
    counts = ", ".join(f"{aspect} of {sum(aspect in f for f in found)}" for aspect in ASPECTS)
    none = sum(not f for f in found)
    return f"Of {len(found)} public things, the tests compare {counts}; none of {none}."


def page(claims: Notes) -> str:
    """The page, with what stands below its marker."""
    head, marker, _ = PAGE.read_text().partition(MARKER)
    return "\n".join([head + marker + "\n" + summary(claims), *rows(claims), ""])


def claims() -> Notes:
    found: Notes = json.loads(FILE.read_text())
    return found


def write() -> None:
    """Write the page anew."""
    PAGE.write_text(page(claims()))


if __name__ == "__main__":
    write()
