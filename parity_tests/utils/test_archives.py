"""Archives that mean harm are refused as a whole, and nothing of them stays."""

from __future__ import annotations

import contextlib
import gzip
import io
import os
import random
import tarfile
from pathlib import Path

import pytest

from minikeras.saving.limits import Limits, LoadError
from minikeras.utils import archives
from parity_tests.saving.watching import watched
from parity_tests.utils.archive_files import tar_of, zip_of
from parity_tests.utils.test_get_file import tree

FILES = {"folder/": None, "folder/one.txt": b"1" * 5000, "two.txt": b"22"}
EXTRACTED = {"folder": None, "folder/one.txt": b"1" * 5000, "two.txt": b"22"}
MEGABYTE = 1 << 20


def entry(kind: bytes, target: str = "") -> tarfile.TarInfo:
    made = tarfile.TarInfo()
    made.type, made.linkname = kind, target
    return made


def pax_bomb() -> bytes:
    """A comment of 200 MB, which compresses to 200 kB."""
    head = tarfile.TarInfo("x")
    head.type, head.size = tarfile.XHDTYPE, 200 * MEGABYTE
    return gzip.compress(head.tobuf() + bytes(200 * MEGABYTE))


def sparse() -> bytes:
    """A file of a terabyte without bytes, in the form of GNU tar."""
    made = tarfile.TarInfo("x")
    made.pax_headers = {"GNU.sparse.major": "1", "GNU.sparse.minor": "0", "GNU.sparse.name": "x"}
    made.pax_headers["GNU.sparse.realsize"] = str(1 << 40)
    made.size = 512
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.PAX_FORMAT) as archive:
        archive.addfile(made, io.BytesIO(b"0\n".ljust(512, b"\0")))
    return out.getvalue()


def overlapping() -> bytes:
    """Two names for the same bytes."""
    one = zip_of({"a": b"x" * 999, "b": b"x" * 999})
    at = one.rindex(b"PK\1\2")
    return one[: at + 42] + bytes(4) + one[at + 46 :]


def damaged() -> bytes:
    one = bytearray(zip_of({"a": random.Random(0).randbytes(999)}))
    one[500] ^= 255
    return bytes(one)


NAMES = ["/etc/x", "../x", "a/../../x", "a\\x", "C:/x", "a\nx", "\x1b[31mx", "a/" + "x" * 300]
HOSTILE: dict[str, tuple[bytes, str]] = {
    **{f"tar {n!r}": (tar_of({"ok": b"1", n: b"2"}), "plain relative") for n in NAMES},
    **{f"zip {n!r}": (zip_of({"ok": b"1", n: b"2"}), "plain relative") for n in NAMES},
    "zip NUL": (zip_of({"ok": b"1", "a?b": b"2"}).replace(b"a?b", b"a\0b"), "plain relative"),
    "symbolic link": (tar_of({"x": entry(tarfile.SYMTYPE, "ok")}), "'x' is a link to 'ok'"),
    "hard link": (tar_of({"ok": b"", "x": entry(tarfile.LNKTYPE, "ok")}), "'x' is a link to 'ok'"),
    "pipe": (tar_of({"x": entry(tarfile.FIFOTYPE)}), "'x' is a device"),
    "device": (tar_of({"x": entry(tarfile.CHRTYPE)}), "'x' is a device"),
    "zip link": (zip_of({"x": b"/etc"}, external_attr=0o120777 << 16), "'x' is a link"),
    "zip device": (zip_of({"x": b""}, external_attr=0o020666 << 16), "'x' is a device"),
    "twice": (tar_of({"x": b"1", "./x": b"2"}), "'./x' is there twice"),
    "zip twice": (zip_of({"x": b"1", "./x": b"2"}), "'./x' is there twice"),
    "file as folder": (tar_of({"x": b"1", "x/y": b"2"}), "'x/y' is there twice"),
    "folder as file": (tar_of({"x/y": b"2", "x": b"1"}), "'x' is there twice"),
    "sparse": (sparse(), "'x' is a sparse file"),
    "bomb": (tar_of({"x": bytes(200 * MEGABYTE)}, "gz"), "grows to more than"),
    "bomb bz2": (tar_of({"x": bytes(200 * MEGABYTE)}, "bz2"), "grows to more than"),
    "bomb xz": (tar_of({"x": bytes(200 * MEGABYTE)}, "xz"), "grows to more than"),
    "zip bomb": (zip_of({"x": bytes(200 * MEGABYTE)}), "grows from"),
    "header bomb": (pax_bomb(), "grows to more than"),
    "cut off": (tar_of({"x": random.Random(1).randbytes(9999)}, "gz")[:-3000], "is damaged"),
    "tar cut off": (tar_of({"x": b"1" * 9999})[:4000], "is damaged"),
    "overlapping": (overlapping(), "is damaged"),
    "damaged": (damaged(), "is damaged"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_harm_is_refused(name: str, tmp_path: Path) -> None:
    data, words = HOSTILE[name]
    archive = tmp_path / "archive"
    archive.write_bytes(data)
    with watched(tmp_path) as watch, pytest.raises(LoadError, match=words) as caught:
        archives.extract(str(archive), str(tmp_path / "out"), "auto")
    assert tree(tmp_path) == {"archive": data}
    assert str(caught.value).startswith(f"{archive}: ") and str(caught.value).isprintable()
    outside = [event for event in watch.found if event.startswith("open /")]
    assert not outside
    assert watch.seconds < 5 and watch.megabytes < 200


@pytest.mark.parametrize(
    "data", [tar_of(FILES, c) for c in ("", "gz", "bz2", "xz")] + [zip_of(FILES)]
)
def test_what_is_there_is_replaced_file_by_file(data: bytes, tmp_path: Path) -> None:
    archive, out = tmp_path / "archive", tmp_path / "out"
    archive.write_bytes(data)
    assert archives.extract(str(archive), str(out), "auto")
    assert tree(out) == EXTRACTED
    (out / "own").write_bytes(b"own")
    (out / "two.txt").write_bytes(b"changed")
    (out / "folder" / "one.txt").unlink()
    assert archives.extract(str(archive), str(out), "auto")
    assert tree(out) == {**EXTRACTED, "own": b"own"}


def test_links_of_the_folder_are_not_followed(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "folder").symlink_to(tmp_path / "elsewhere")
    (tmp_path / "archive").write_bytes(tar_of(FILES))
    with pytest.raises(LoadError, match="is a link to another folder"):
        archives.extract(str(tmp_path / "archive"), str(tmp_path / "out"), "tar")
    assert not os.listdir(tmp_path / "elsewhere")


def test_unknown_format(tmp_path: Path) -> None:
    with pytest.raises(NotImplementedError, match="archive_format='rar'"):
        archives.extract("x", str(tmp_path), "rar")


@pytest.mark.parametrize("data", [tar_of(FILES, "gz"), tar_of(FILES, "", 0), zip_of(FILES)])
def test_mutations(data: bytes, tmp_path: Path) -> None:
    """A damaged archive is extracted, is none, or is refused by name."""
    rng, archive = random.Random(0), tmp_path / "archive"
    for _ in range(150):
        changed = bytearray(data)
        for _ in range(rng.randint(1, 4)):
            changed[rng.randrange(len(data))] = rng.randrange(256)
        archive.write_bytes(changed[: rng.choice([len(data), rng.randrange(len(data))])])
        out = tmp_path / "out"
        with contextlib.suppress(LoadError):
            archives.extract(str(archive), str(out), "auto", Limits(inflated_bytes=1 << 16))
        for place, _, files in os.walk(tmp_path):
            assert not any("unfinished" in name for name in (place, *files))
