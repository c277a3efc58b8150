"""The end of a message about a name that does not exist."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


def did_you_mean(name: object, known: Iterable[str]) -> str:
    """``" Did you mean 'adam' or 'nadam'?"``: at most 3 names like ``name``; empty if none is.

    Of several spellings of a name, the last one in ``known`` is suggested.
    """
    spellings = {_letters(other): repr(other) for other in known}
    similar = [spellings[s] for s in difflib.get_close_matches(_letters(str(name)), spellings)]
    return f" Did you mean {' or '.join(similar)}?" if similar else ""


def _letters(name: str) -> str:
    """What all spellings of a name share: ``"ReLU"``, ``"re_lu"``, ``"relu "``."""
    return name.lower().replace("_", "").replace(" ", "")
