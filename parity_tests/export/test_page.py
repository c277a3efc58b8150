"""docs/export.md lists what can be exported, and the tests export each layer that it lists.

    python -m parity_tests.export.test_page

writes the lists.
"""

from __future__ import annotations

from parity_tests.export.test_preprocessing import PREPROCESSING
from parity_tests.house.sources import ROOT
from parity_tests.house.test_coverage import hooks
from parity_tests.interchange.drawn_layers import LAYERS

PAGE = ROOT / "docs" / "export.md"


def test_the_page_is_current() -> None:
    assert hooks().with_rules(PAGE.read_text()) == PAGE.read_text()


def test_each_listed_layer_is_exported() -> None:
    assert hooks().exportable_layers() == sorted([*LAYERS, *PREPROCESSING])


if __name__ == "__main__":
    PAGE.write_text(hooks().with_rules(PAGE.read_text()))
