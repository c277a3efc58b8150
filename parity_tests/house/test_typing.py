"""What mypy and pyright say of programs that use minikeras."""

from __future__ import annotations

from parity_tests.house import stubs


def test_the_stubs_are_current() -> None:
    """If not: ``python -m parity_tests.house.stubs``."""
    old = [path.parent.name for path, text in stubs.stubs().items() if path.read_text() != text]
    assert not old
