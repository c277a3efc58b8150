"""Weights that mean harm: HDF5 files with what weights never need, and weights of other models."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import h5py
import numpy as np

from parity_tests.saving.building_blocks import WEIGHTS, parts, put, with_weights, zipped
from parity_tests.saving.corpus import CASES, Case

KERNEL = "layers/dense/vars/0"  # of shape (4, 3)
SHAPE = (4, 3)


def weights_case(number: int, name: str, says: str, *changes: Any, **options: Any) -> None:
    """Add a case of files of weights and of archives in which the weights were changed.

    changes: bytes, or functions ``change(file, folder)``.
    """

    def build(folder: Path) -> Iterable[Path]:
        for i, change in enumerate(changes):
            changed = change if isinstance(change, bytes) else with_weights(change, folder)
            yield put(folder, changed, f"{i}.weights.h5")
            yield put(folder, zipped({**parts(), WEIGHTS: changed}), f"{i}.keras")

    CASES.append(Case(number, name, build, says, **options))


def instead(make: Callable[[Any, str, Path], Any], where: str = KERNEL) -> Any:
    """A change that puts what ``make(file, name, folder)`` makes in place of the kernel."""

    def change(file: Any, folder: Path) -> None:
        del file[where]
        make(file, where, folder)

    return change


def array(dtype: Any = "float32", shape: Any = SHAPE, **options: Any) -> Any:
    """A change: another data set in place of the kernel."""
    return instead(lambda f, name, _: f.create_dataset(name, shape, dtype, **options))


def written(value: Any, **options: Any) -> Any:
    """A change: another array in place of the kernel."""
    return instead(lambda f, name, _: f.create_dataset(name, data=value, **options))


sound = parts()[WEIGHTS]
weights_case(
    27, "no HDF5", "not an HDF5 file|is empty|has 0 bytes", b"x" * 900, b"\x89HDF\r\n", b"PK"
)
weights_case(
    27,
    "truncated",
    "damaged|not an HDF5",
    *[sound[:cut] for cut in range(8, len(sound), 1024)],
)
weights_case(27, "behind other bytes", "not an HDF5 file", bytes(512) + sound)
weights_case(
    27,
    "bad addresses",
    "damaged",
    sound[:64] + b"\xf0" * 32 + sound[96:],
    sound[:64] + b"\x08" + sound[65:],  # of the root group
    sound[:64] + b"\xff" * 4 + sound[68:],
)


def _link(file: Any, name: str, folder: Path) -> None:
    file[name] = h5py.ExternalLink(_secret(folder), "secret")


def _secret(folder: Path) -> str:
    """A file of weights next to the hostile one."""
    path = folder / "secret.h5"
    if not path.exists():
        with h5py.File(path, "w") as file:
            file["secret"] = np.ones(SHAPE, "float32")
            file["layers/dense/vars/0"] = np.ones(SHAPE, "float32")
    return str(path)


def _soft(file: Any, name: str, folder: Path) -> None:
    file[name] = h5py.SoftLink("/layers/dense/vars/1")


def _link_of_a_group(kind: Callable[[Path], Any]) -> Any:
    def change(file: Any, folder: Path) -> None:
        del file["layers/dense"]
        file["layers/dense"] = kind(folder)

    return change


weights_case(
    28,
    "links",
    "soft or external link",
    instead(_link),
    instead(_soft),
    _link_of_a_group(lambda folder: h5py.SoftLink("/layers/dense_1")),
    _link_of_a_group(lambda folder: h5py.ExternalLink(_secret(folder), "/layers/dense")),
)


def _external(file: Any, name: str, folder: Path) -> None:
    outside = folder / "secret.txt"
    outside.write_bytes(b"s" * 48)
    file.create_dataset(name, SHAPE, "float32", external=[(str(outside), 0, 48)])


def _virtual(file: Any, name: str, folder: Path) -> None:
    layout = h5py.VirtualLayout(SHAPE, "float32")
    layout[:] = h5py.VirtualSource(_secret(folder), "secret", SHAPE)
    file.create_virtual_dataset(name, layout)


weights_case(29, "bytes of another file", "another file", instead(_external))
weights_case(29, "a view of another file", "a view of other", instead(_virtual))
weights_case(
    30,
    "absurd shapes",
    "the file holds|axes|bytes|larger|blocks|shape",
    array(shape=(2**40,)),
    array(shape=(2**30, 2**31)),
    array(shape=(1,) * 32),
    array(shape=(2**40,), chunks=(2**20,)),
    array(shape=(2**30,), chunks=(2**28,), compression="gzip"),
    instead(lambda f, name, _: f.create_dataset(name, data=h5py.Empty("float32"))),
    naive=False,
)


def _zeros(size: int) -> bytes:
    return zlib.compress(bytes(size), 9)


def _many_zeros(file: Any, name: str, folder: Path) -> None:
    """100 blocks of 4 MB, each of 4 kB in the file."""
    made = file.create_dataset(name, (100 << 20,), "float32", chunks=(1 << 20,), compression="gzip")
    for i in range(100):
        made.id.write_direct_chunk((i << 20,), _zeros(4 << 20))


def _long_block(file: Any, name: str, folder: Path) -> None:
    """A block of 48 bytes that inflates to 50 MB."""
    made = file.create_dataset(name, SHAPE, "float32", chunks=SHAPE, compression="gzip")
    made.id.write_direct_chunk((0, 0), _zeros(50 << 20))


weights_case(31, "amplification", "the file holds", instead(_many_zeros), naive=False)
weights_case(31, "a block that grows", "does not have the 48 bytes", instead(_long_block))
weights_case(
    31,
    "other filters",
    "is stored with",
    array(chunks=SHAPE, compression="lzf"),
    array(chunks=SHAPE, fletcher32=True),
    array(chunks=SHAPE, scaleoffset=4),
)

_COMPOUND = np.dtype([("a", "float32"), ("b", "float32")])
weights_case(
    32,
    "types that are no numbers",
    "a type that is not read",
    array(h5py.string_dtype()),
    array("S8"),
    array(h5py.vlen_dtype("float32")),
    array(_COMPOUND),
    array(h5py.ref_dtype),
    array(h5py.enum_dtype({"a": 0, "b": 1}, "uint8")),
    array(np.dtype("V8")),
    array(np.dtype(("float32", (2,)))),
    array("complex64"),
    array("longdouble"),
)
weights_case(
    35,
    "weights of another model",
    "(?i)shape|expected|variables|not be loaded",
    written(np.ones((3, 4), "float32")),
    written(np.ones((4, 3, 1), "float32")),
    written(np.float32(1)),
    array(shape=(0, 3)),
    instead(lambda f, name, _: None),
    instead(lambda f, name, _: f.create_group(name)),
    instead(lambda f, name, _: None, where="layers/dense"),
    instead(lambda f, name, _: f.create_dataset(name, data=np.ones(3)), where="layers/dense/vars"),
)
