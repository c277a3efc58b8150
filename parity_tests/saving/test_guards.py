"""Every refusal of the readers of archives and of HDF5, on files that are wrong in one place."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Callable
from typing import Any

import h5py
import numpy as np
import pytest

from minikeras.saving import hdf5
from minikeras.saving.limits import Limits, LoadError
from minikeras.saving.zip_archive import Archive
from parity_tests.saving.building_blocks import raw_zip

NAME = b"a.json"
GOOD = raw_zip(NAME)  # a header and content of 38 bytes, the directory of 52, the end of 22
HEADER, DIRECTORY, END = 0, 38, 90


def patched(at: int, value: bytes, data: bytes = GOOD) -> bytes:
    return data[:at] + value + data[at + len(value) :]


def deflated(content: bytes, size: int, flush: int = zlib.Z_FINISH) -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    data = packer.compress(content) + packer.flush(flush)
    return raw_zip(NAME, data, method=8, size=size, crc=zipfile.crc32(content))  # type: ignore[attr-defined]


def wide(end: dict[str, int], **numbers: int) -> bytes:
    """The good archive with an end for 64 bits as well."""
    found = {"length": 44, "disk": 0, "count": 1, "size": 52, "start": 38, "at": END, "disks": 1}
    n = {**found, **numbers}
    record = struct.pack(
        "<4sQ2H2L4Q",
        *(b"PK\6\6", n["length"], 45, 45, n["disk"], 0),
        *(n["count"], n["count"], n["size"], n["start"]),
    )
    locator = struct.pack("<4sLQL", b"PK\6\7", 0, n["at"], n["disks"])
    count, size, start = (end.get(k, n[k]) for k in ("count", "size", "start"))
    return (
        GOOD[:END]
        + record
        + locator
        + struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, count, count, size, start, 0)
    )


def several() -> bytes:
    """Three members, none of which is too large alone."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in "abc":
            archive.writestr(name, bytes(40 << 20))
    return file.getvalue()


EXTRA = raw_zip(NAME, wide_size=5)
ARCHIVES: dict[str, tuple[Any, str]] = {
    "parts": (patched(END + 4, b"\1"), "several parts"),
    "counts differ": (patched(END + 8, b"\2"), "several parts"),
    "place": (patched(END + 16, b"\1"), "does not stand where it should"),
    "comment": (patched(END + 20, b"\1"), "something stands behind its end"),
    "sizes": (patched(END + 8, b"\2\0\2\0"), "52 bytes for 2 entries"),
    "missing entry": (raw_zip(b"x" * 100, count=2), "its directory is truncated"),
    "hidden entry": (raw_zip(NAME, copies=2, count=1), "more entries than it declares"),
    "no entry": (patched(DIRECTORY, b"XX"), "its directory is damaged"),
    "long name": (patched(DIRECTORY + 28, b"\xff"), "its directory is damaged"),
    "extra field": (EXTRA.replace(b"\1\0\20\0", b"\1\0\21\0"), "extra field of a.json is trunc"),
    "short extra": (EXTRA.replace(b"\1\0\20\0", b"\1\0\4\0"), "extra field of a.json is trunc"),
    "other extra": (EXTRA.replace(b"\1\0\20\0", b"\2\0\20\0"), "does not end within"),
    "two sizes": (patched(DIRECTORY + 24, b"\5"), "is stored in 2 bytes and declares 5"),
    "same bytes": (
        raw_zip(NAME, copies=2)[::-1].replace(NAME[::-1], b"nosj.b", 1)[::-1],
        "overlaps another entry",
    ),
    "into the directory": (raw_zip(NAME, size=10), "overlaps the directory"),
    "no header": (patched(DIRECTORY + 42, b"\1"), "has no header"),
    "locked header": (patched(6, b"\1"), "is encrypted"),
    "other sum": (patched(14, b"\0\0\0\0"), "contradicts the directory"),
    "other method": (patched(8, b"\10"), "contradicts the directory"),
    "together": (several, "its entries would grow"),
    "wide and narrow": (wide({"count": 2}), "contradicts itself"),
    "wide disk": (wide({}, disk=1), "contradicts itself"),
    "wide place": (wide({}, at=4), "does not stand where it should"),
    "wide disks": (wide({}, disks=2), "does not stand where it should"),
    "bad stream": (raw_zip(NAME, b"\xff\xff\xff", method=8, size=9), "is damaged"),
    "endless stream": (deflated(b"{}", 2, zlib.Z_SYNC_FLUSH), "do not end with it"),
    "longer stream": (deflated(b"{}  ", 2), "does not have the 2 bytes"),
    "shorter stream": (deflated(b"{}", 4), "does not have the 4 bytes"),
}


@pytest.mark.parametrize("name", ARCHIVES)
def test_archives_that_are_wrong_in_one_place(name: str) -> None:
    content, says = ARCHIVES[name]
    file = io.BytesIO(content() if callable(content) else content)
    with pytest.raises(LoadError, match=f"^x.zip: .*{says}"):
        Archive(file, "x.zip").read(NAME.decode())
    file.seek(0)
    with pytest.raises(LoadError, match=f"^x.zip: .*{says}"):
        Archive(file, "x.zip").open(NAME.decode())


class Stream(io.RawIOBase):
    """A file that cannot seek, as a pipe: sizes stand behind the content then."""

    def __init__(self) -> None:
        self.content = b""

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self.content += bytes(data)
        return len(data)


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_sound_archives_are_read(method: int) -> None:
    content = np.random.default_rng(0).bytes(3 << 20) + bytes(3 << 20)
    seekable, stream = io.BytesIO(), Stream()
    for file in (seekable, stream):
        with zipfile.ZipFile(file, "w", method) as archive:
            for name in ("a", "b/ü"):
                archive.writestr(name, content)
    for made in (seekable.getvalue(), stream.content):
        archive = Archive(io.BytesIO(made), "x.zip")
        assert archive.names() == ["a", "b/ü"] and "a" in archive and "c" not in archive
        with archive.open("b/ü") as member:
            assert member.read(5) == content[:5] and member.seek(-7, 2) == len(content) - 7
            assert member.read() == content[-7:] and member.read() == b""
            assert member.seek(0) == 0 and member.read() == content
        assert archive.read("a", len(content)) == content
        with pytest.raises(LoadError, match="at most 9 are read"):
            archive.read("a", 9)
    assert Archive(io.BytesIO(wide({})), "x.zip").read(NAME.decode()) == b"{}"


# HDF5


def make(change: Callable[[Any], Any]) -> bytes:
    file = io.BytesIO()
    with h5py.File(file, "w") as opened:
        change(opened)
    return file.getvalue()


def block(f: Any, stored: bytes = b"", mask: int = 0, size: int = 2) -> None:
    """An array of blocks of 2 elements, of which the first is stored, compressed."""
    made = f.create_dataset("a", (size,), "float32", chunks=(2,), compression="gzip")
    made.id.write_direct_chunk((0,), stored or bytes(8), mask)


def both_filters(f: Any) -> None:
    plan = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
    plan.set_chunk((2,))
    plan.set_deflate(1)
    plan.set_shuffle()
    space = h5py.h5s.create_simple((2,))
    h5py.h5d.create(f.id, b"a", h5py.h5t.NATIVE_FLOAT, space, plan)


def nested(f: Any) -> None:
    f["a/b/c/d"] = np.ones(2)


SMALL = Limits(members=2, depth=2, array_bytes=16, attribute_bytes=16, rank=2)
FILES: dict[str, tuple[Callable[[Any], Any], Limits, str]] = {
    "entries": (lambda f: [f.create_group(n) for n in "abc"], SMALL, "3 entries; at most 2"),
    "attributes": (lambda f: [f.attrs.create(n, 1) for n in "abc"], SMALL, "3 attributes; at"),
    "attribute": (lambda f: f.attrs.create("x", np.ones(9)), SMALL, "'x' has 72 bytes"),
    "no text": (lambda f: f.attrs.create("x", np.array([b"\xff"])), Limits(), "not UTF-8"),
    "depth": (nested, SMALL, "more than 2 groups inside each other"),
    "array": (lambda f: f.create_dataset("a", data=np.ones(3)), SMALL, "has 24 bytes; at most 16"),
    "axes": (lambda f: f.create_dataset("a", data=np.ones((1, 1, 1))), SMALL, "has 3 axes"),
    "type": (lambda f: f.__setitem__("a", np.dtype("f4")), Limits(), "neither a group nor a data"),
    "order": (both_filters, Limits(), "filters in an unusual order"),
    "missing block": (lambda f: block(f, size=4), Limits(), "has 1 blocks; expected"),
    "not filtered": (lambda f: block(f, mask=1), Limits(), "without its filters"),
    "bad stream": (lambda f: block(f, b"xxxx"), Limits(), "a compressed block"),
    "short stream": (
        lambda f: block(f, zlib.compress(b"x")),
        Limits(),
        "does not have the 8 bytes",
    ),
}


def read_all(group: hdf5.Group) -> None:
    group.attributes()
    for name in group.keys():  # noqa: SIM118  # a group is no mapping
        inside = group[name]
        if isinstance(inside, hdf5.Group):
            read_all(inside)
        else:
            inside.read()


@pytest.mark.parametrize("name", FILES)
def test_files_that_ask_for_too_much(name: str) -> None:
    change, limits, says = FILES[name]
    with (
        hdf5.open_hdf5(make(change), "x.h5", limits) as group,
        pytest.raises(LoadError, match=f"^x.h5.*{says}"),
    ):
        read_all(group)


def test_what_a_group_holds() -> None:
    with hdf5.open_hdf5(make(nested), "x.h5") as group:
        assert "a/b/c/d" in group and "a/b/x" not in group and "a/b/c/d/e" not in group
        assert "" not in group and "." not in group and "a/../a" not in group and 3 not in group
        assert "a\0" not in group and group.keys() == ["a"] and group["a/b"].keys() == ["c"]
        assert group["a/b/c/d"].read((2,)).tolist() == [1, 1]
        with pytest.raises(LoadError, match=r"shape \(2,\); expected \(3,\)"):
            group["a/b/c/d"].read((3,))
        for missing in ("x", "a/x", "a/b/c/d/e"):
            with pytest.raises(KeyError, match=missing):
                group[missing]
