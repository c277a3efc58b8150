"""Every file of the corpus is refused: in time, in little memory, and without doing anything."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

import minikeras as keras
from parity_tests.house.sources import ROOT
from parity_tests.saving import corpus_configs, corpus_hdf5, corpus_legacy, naive
from parity_tests.saving.building_blocks import parts, put, sequential, weights_of, zipped
from parity_tests.saving.corpus import CASES, Case
from parity_tests.saving.watching import watched

assert corpus_configs and corpus_hdf5 and corpus_legacy  # add their cases
ERRORS = (ValueError, TypeError)  # LoadError is a ValueError
SECONDS, MEGABYTES = 5, 200


def load(path: Path, target: Any) -> None:
    """A whole model, or weights into ``target``."""
    if path.name.endswith(".weights.h5"):
        target.load_weights(path)
    else:
        keras.models.load_model(path)


@pytest.fixture(scope="module", autouse=True)
def warm(tmp_path_factory: pytest.TempPathFactory) -> None:
    """What is imported when the first file is read is imported now."""
    path = put(tmp_path_factory.mktemp("warm"), zipped(parts()))
    assert weights_of(keras.models.load_model(path)) == weights_of(sequential())


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_hostile_file_is_refused(case: Case, tmp_path: Path) -> None:
    target = sequential()
    before = weights_of(target)
    for path in case.build(tmp_path):
        listed = sorted(tmp_path.iterdir())
        with watched(tmp_path) as watch, pytest.raises(ERRORS) as caught:
            load(path, target)
        assert issubclass(caught.type, case.error)
        assert re.search(case.says, str(caught.value)), (path.name, str(caught.value))
        assert not watch.found, (path.name, watch.found)
        assert watch.seconds < SECONDS and watch.megabytes < MEGABYTES
        assert sorted(tmp_path.iterdir()) == listed
        assert len(str(caught.value)) < 2000
    assert weights_of(target) == before
    assert keras.config.floatx() == "float32" and keras.config.in_safe_mode()


@pytest.mark.parametrize("case", [case for case in CASES if case.naive], ids=str)
def test_a_naive_loader_fails(case: Case, tmp_path: Path) -> None:
    """The refusals above are not what any loader does."""
    for path in case.build(tmp_path):
        try:
            naive.load(path)
        except Exception as error:
            expected = isinstance(error, case.error) and re.search(case.says, str(error))
            assert not (isinstance(error, ERRORS) and expected), path.name


def test_the_page_counts_the_kinds() -> None:
    page = (ROOT / "docs" / "security.md").read_text()
    assert f"make {len(CASES)} kinds of harmful files" in " ".join(page.split())
