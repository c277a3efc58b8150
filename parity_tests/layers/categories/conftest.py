"""The layers for categories and text use no kernels: their tests run once."""

import pytest


@pytest.fixture(autouse=True, scope="module")
def _on_both() -> None:
    pass
