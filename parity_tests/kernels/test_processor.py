"""What the processor says, against what Linux read from it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from minikeras.kernels.runtime.processor import cpuid, vendor

INFO = Path("/proc/cpuinfo")
is_x86 = INFO.exists() and "vendor_id" in INFO.read_text()
pytestmark = pytest.mark.skipif(not is_x86, reason="Linux names x86's vendor and family only")


def named(what: str) -> str:
    found = re.search(rf"^{what}\s*: (.*)$", INFO.read_text(), re.MULTILINE)
    assert found
    return found[1]


def test_vendor() -> None:
    assert vendor() == named("vendor_id")


def test_family() -> None:
    """Two numbers of four and eight bits in one register."""
    eax = cpuid(1)[0]
    base, extended = eax >> 8 & 0xF, eax >> 20 & 0xFF
    assert base + (extended if base == 15 else 0) == int(named("cpu family"))


def test_leaves_differ() -> None:
    assert cpuid(0) != cpuid(1) != cpuid(0x80000006)
