"""What a script prints, without what depends on the clock."""

from __future__ import annotations

import re

COLOUR = re.compile(r"\x1b\[\d*(?:;\d+)*m")
# The progress bar writes "3s", "12ms/step" or "1s 2s/step"; "0us/step" where nothing is measured.
TIME = re.compile(r"(?<![\w.])\d+(?::\d\d)*(?:s|ms|us|h|d)(?:/step|/epoch)?(?![\w.])")


def lines(text: str) -> list[str]:
    """The lines of a text without colours and times."""
    kept: list[str] = []
    for line in re.split(r"[\r\n]", COLOUR.sub("", text).replace("\b", "")):
        if stripped := re.sub(r"\s+", " ", TIME.sub("", line)).strip():
            kept.append(stripped)
    return kept


def epochs(text: str) -> int:
    """How many epochs ``fit`` has begun."""
    return len(re.findall(r"^\s*Epoch \d+/\d+\s*$", COLOUR.sub("", text), re.MULTILINE))
