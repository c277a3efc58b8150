"""Writes `docs/conformance.md` from `conformance.json`: a row for everything public."""

from __future__ import annotations

import functools
import inspect
import re
from collections.abc import Iterator
from typing import Any

from parity_tests.conformance import (
    ASPECTS,
    BITS,
    EQUAL,
    PROCESSORS,
    ROOT,
    Notes,
    all_claims,
    merge,
    public,
)
from parity_tests.house.sources import page_tool

PAGE = ROOT / "docs" / "conformance.md"
MARKER = "<!-- conformance -->\n"


def entries() -> Iterator[tuple[str, Any]]:
    """(title of the page of the reference, entry) of everything that Keras has, too."""
    reference = page_tool("reference")
    theirs = {f"{space}.{name}".lstrip(".") for space, names in public().items() for name in names}
    for page, found in reference.pages().items():
        for entry in found:
            if any(name.removeprefix("keras.") in theirs for name in entry.names):
                yield reference.PAGES[page][0], entry


def notes_of(entry: Any, claims: Notes) -> dict[str, list[str]]:
    """What was compared under any of the names of a thing, or of its methods."""
    found: Notes = {}
    for name in entry.names:
        name = name.removeprefix("keras.")
        for noted, aspects in claims.items():
            if noted == name or (inspect.isclass(entry.thing) and noted.startswith(f"{name}.")):
                merge(found, "", aspects)
    return found.get("", {})


def cell(distances: list[str]) -> str:
    """The distances of a column; a tick where the tests state none."""
    stated = [distance for distance in distances if distance not in ("", EQUAL)]
    stated.sort(key=lambda distance: (distance != BITS, "ULP" not in distance, distance))
    return " · ".join(stated) or ("✓" if distances else "")


def elsewhere(entry: Any) -> str:
    """What was compared on other processors: "ARM64: values 8 ULP, gradient 8 ULP"."""
    found = []
    for processor in PROCESSORS[1:]:
        notes = notes_of(entry, claims(processor))
        parts = [f"{aspect} {cell(notes[aspect])}" for aspect in ASPECTS if aspect in notes]
        if parts:
            found.append(f"{processor}: {', '.join(parts)}")
    return "; ".join(found)


def deviations(thing: Any) -> list[str]:
    """The `Parity:` lines of a docstring."""
    hooks = page_tool("hooks")
    found = hooks.PARITY.findall(inspect.getdoc(thing) or "")
    texts = [page_tool("reference").prose(" ".join(text.split())) for text in found]
    return [re.sub(r"\]\((\w+\.md#)", r"](reference/\1", text) for text in texts]


def rows(noted: Notes) -> Iterator[str]:
    """The tables, one for each page of the reference."""
    title, known = "", []
    is_elsewhere = any(map(claims, PROCESSORS[1:]))
    for heading, entry in entries():
        if heading != title:
            yield from known
            title, known = heading, []
            yield f"\n## {title}\n"
            columns = [*ASPECTS, "tests", *["other processors"] * is_elsewhere]
            yield f"| name | {' | '.join(columns)} |\n|---{'|---' * len(columns)}|"
        found = notes_of(entry, noted)
        cells = [cell(found.get(aspect, [])) for aspect in ASPECTS]
        name = entry.name.removeprefix("keras.")
        tests = len(found.get("tests", []))
        cells += [str(tests or ""), *[elsewhere(entry)] * is_elsewhere]
        yield f"| `{name}` | {' | '.join(cells)} |"
        for text in deviations(entry.thing):
            known += ["", f"`{name}`: {text}"]
    yield from known


def summary(noted: Notes) -> str:
    """How many names there are, and how many are compared in what."""
    found = [notes_of(entry, noted) for _, entry in entries()]
    counts = ", ".join(f"{aspect} of {sum(aspect in f for f in found)}" for aspect in ASPECTS)
    none = sum(not f for f in found)
    others = {
        processor: sum(bool(notes_of(entry, claims(processor))) for _, entry in entries())
        for processor in PROCESSORS[1:]
    }
    also = "".join(f" On {name}: {count}." for name, count in others.items() if count)
    return f"Of {len(found)} public names, the tests compare {counts}; none of {none}.{also}"


def page(noted: Notes) -> str:
    """The page, with what stands below its marker."""
    head, marker, _ = PAGE.read_text().partition(MARKER)
    return "\n".join([head + marker + "\n" + summary(noted), *rows(noted), ""])


@functools.cache
def claims(processor: str = PROCESSORS[0]) -> Notes:
    """What the tests have compared on a kind of processor."""
    return all_claims().get(processor, {})


def write() -> None:
    """Write the page anew."""
    PAGE.write_text(page(claims()))


if __name__ == "__main__":
    write()
