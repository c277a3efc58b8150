"""Internal kernels are called by kernels only; the decorators leave Numba as it was."""

from __future__ import annotations

import numpy as np
import pytest

from minikeras.kernels.runtime import disk_cache
from minikeras.kernels.runtime.compile import internal_kernel, kernel


def test_internal_kernels_refuse_python_and_have_one_signature_for_all_numbers(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(disk_cache, "cache_directory", lambda: "")

    @internal_kernel
    def add(i: int, x: np.ndarray) -> None:
        x[i] += 1

    @kernel
    def add_everywhere(x: np.ndarray) -> None:
        add(0, x)
        for i in range(1, len(x)):
            add(i, x)

    x = np.zeros(4)
    add_everywhere(x)
    assert x.tolist() == [1] * 4
    assert len(add.signatures) == 1
    with pytest.raises(TypeError, match="kernels only"):
        add(0, x)
