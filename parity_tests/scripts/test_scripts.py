"""Scripts as teachers publish them print the same with Keras and with ``minikeras run``.

A script joins by being in the folder ``teaching``. ``python -m parity_tests.scripts FILE ...`` runs
any other ones and shows where they differ.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from parity_tests.scripts import page, printed
from parity_tests.scripts.running import SCRIPTS, Server, difference, servers, with_both


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Server]]:
    with servers(tmp_path_factory.mktemp("scripts")) as started:
        yield started


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no fork")
@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.stem)
def test_the_same_lines_are_printed(script: Path, pair: list[Server]) -> None:
    theirs, ours = with_both(pair, script)
    assert not difference(theirs, ours), "\n".join(difference(theirs, ours))
    assert len(theirs.lines) > 5


def test_a_difference_is_found(tmp_path: Path, pair: list[Server]) -> None:
    """Another number, a line more, and an error under one of both."""
    script = tmp_path / "script.py"
    for line in (
        "print('loss', 0.25 if keras.__name__ == 'keras' else 0.26)",
        "keras.__name__ == 'keras' and print('a line more')",
        "assert keras.__name__ == 'keras', 'fails'",
    ):
        script.write_text(f"import keras\n{line}\n")
        assert difference(*with_both(pair, script))


def test_times_do_not_count() -> None:
    slow = "Epoch 1/2\n\x1b[1m9/9\x1b[0m \x1b[37m━━━━\x1b[0m 3s 12ms/step - loss: 0.4\n"
    fast = "Epoch 1/2\n9/9 ━━━━ 0s 900us/step - loss: 0.4\n"
    assert printed.lines(slow) == printed.lines(fast) == ["Epoch 1/2", "9/9 ━━━━ - loss: 0.4"]
    assert printed.lines(fast) != printed.lines(fast.replace("0.4", "0.5"))
    assert printed.lines("11/11 - 2s - 214ms/step - loss: 1.5") == ["11/11 - - - loss: 1.5"]
    assert printed.epochs(slow) == 1


def test_the_page_follows_the_scripts() -> None:
    """It lists every script, and none prints another line."""
    shown = {script.stem: page.shows(script) for script in SCRIPTS}
    assert page.listed().keys() == shown.keys(), "python -m parity_tests.scripts.page --lines"
    for name, row in page.listed().items():
        cells = row.strip("| ").split(" | ")
        assert cells[1] == shown[name], "python -m parity_tests.scripts.page --lines"
        assert cells[4] == "0"
