"""Every test runs on both sets of kernels."""

import pytest


@pytest.fixture(autouse=True, scope="module")
def _on_both(kernel_set: str) -> None:
    pass
