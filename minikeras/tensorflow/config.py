"""``tf.config``: there is one device, the processor, and nothing to set."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, NamedTuple


class PhysicalDevice(NamedTuple):
    """A device: its name and kind."""

    name: str
    device_type: str


_PROCESSOR = PhysicalDevice("/physical_device:CPU:0", "CPU")


def list_physical_devices(device_type: str | None = None) -> list[PhysicalDevice]:
    """The processor, or nothing for another kind of device."""
    return [_PROCESSOR] if device_type in (None, "CPU") else []


get_visible_devices = list_physical_devices


def list_logical_devices(device_type: str | None = None) -> list[PhysicalDevice]:
    """The processor, or nothing for another kind of device."""
    device = PhysicalDevice("/device:CPU:0", "CPU")
    return [device] if device_type in (None, "CPU") else []


def set_visible_devices(devices: Any, device_type: str | None = None) -> None:
    """Nothing: the processor computes."""


def set_soft_device_placement(enabled: bool) -> None:
    """Nothing: the processor computes."""


def set_memory_growth(device: Any, enable: bool) -> None:
    """Nothing: no device has memory of its own."""


def enable_op_determinism() -> None:
    """Nothing: all results are the same every time."""


def _set_threads(num_threads: int) -> None:
    """Nothing: ``keras.config.set_threads`` chooses how many threads compute."""


experimental = SimpleNamespace(
    list_physical_devices=list_physical_devices,
    set_memory_growth=set_memory_growth,
    enable_op_determinism=enable_op_determinism,
)
threading = SimpleNamespace(
    set_intra_op_parallelism_threads=_set_threads, set_inter_op_parallelism_threads=_set_threads
)

__all__ = [
    *("list_physical_devices", "get_visible_devices", "list_logical_devices"),
    *("set_visible_devices", "set_soft_device_placement", "experimental", "threading"),
]
