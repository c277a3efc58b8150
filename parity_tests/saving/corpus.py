"""Files that mean harm, made by script: what a loader must refuse, and with which words.

The numbers are those of the list in docs/security.md.
"""

from __future__ import annotations

import dataclasses
import json
import stat
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from parity_tests.saving.building_blocks import (
    CONFIG,
    WEIGHTS,
    parts,
    put,
    raw_zip,
    with_config,
    zipped,
)


@dataclasses.dataclass(frozen=True)
class Case:
    """One way to do harm; ``build(folder)`` gives the paths of one file or several."""

    number: int
    name: str
    build: Callable[[Path], Iterable[Path]]
    says: str  # a regular expression that the message must match
    error: type[Exception] = ValueError
    naive: bool = True  # whether a naive loader may be run on it, and no library below it refuses

    def __str__(self) -> str:
        return f"{self.number} {self.name}"


CASES: list[Case] = []


def case(number: int, name: str, says: str, *contents: Any, **options: Any) -> None:
    """Add a case whose files are archives with these bytes."""

    def build(folder: Path) -> Iterable[Path]:
        for i, content in enumerate(contents):
            made = content() if callable(content) else content
            yield put(folder, made, f"{i}.keras")

    CASES.append(Case(number, name, build, says, **options))


def text_case(number: int, name: str, says: str, *texts: Any, **options: Any) -> None:
    """Add a case of archives with these configs: texts, or values that are written as JSON."""
    archives = [lambda text=text: with_config(text() if callable(text) else text) for text in texts]
    case(number, name, says, *archives, **options)


def sound() -> bytes:
    return zipped(parts())


# Archives

case(1, "no archive", "not a zip|is empty", b"", b"x", b"\0" * 5000, b"%PDF-1.7" * 100)
case(
    1,
    "truncated",
    "truncated|not a zip",
    *[lambda cut=cut: sound()[:cut] for cut in range(1, len(sound()), 256)],
)
case(
    2,
    "missing members",
    r"no entry '(config\.json|model\.weights\.h5)'",
    lambda: zipped({k: v for k, v in parts().items() if k != CONFIG}),
    lambda: zipped({k: v for k, v in parts().items() if k != WEIGHTS}),
)


def _twice() -> bytes:
    good, bad = sound(), zipped({**parts(), "config.jsoN": b"{}"})
    assert len(good) < len(bad)
    return bad.replace(b"config.jsoN", b"config.json")


case(3, "a name twice", "are one name", _twice)
case(
    4, "names that differ in case", "are one name", lambda: zipped({**parts(), "CONFIG.json": b""})
)
for bad in ("/etc/x", "../x", "a/../../x", "a\\b", "C:/x", "./x", "a//b", "a" * 300, "a\x1b[2J"):
    case(
        4,
        f"the name {bad[:12]!r}",
        "plain relative path|control characters",
        lambda bad=bad: zipped({**parts(), bad: b"x"}),
    )
case(4, "a name that is no UTF-8", "not UTF-8", raw_zip(b"\xff\xfe", flags=0x800))
case(4, "a name with NUL", "control characters", raw_zip(b"a\0.json"))


def _link() -> bytes:
    entry = zipfile.ZipInfo("assets/link")
    entry.create_system, entry.external_attr = 3, (stat.S_IFLNK | 0o777) << 16
    return zipped({**parts(), entry: b"/etc/passwd"})  # type: ignore[dict-item]  # writestr takes it


case(5, "a symbolic link", "is a link", _link)
case(5, "a folder", "is a folder", lambda: zipped({**parts(), "assets/": b""}))
case(5, "encrypted", "is encrypted", raw_zip(flags=1))
case(
    5,
    "another compression",
    "compression method",
    lambda: zipped(parts(), compression=zipfile.ZIP_BZIP2),
    lambda: zipped(parts(), compression=zipfile.ZIP_LZMA),
)
case(6, "overlapping entries", "are one name|overlaps", raw_zip(copies=2))
case(6, "two names for one content", "contradicts", raw_zip(local_name=b"assets.json"))
case(6, "a wrong checksum", "damaged", lambda: raw_zip(crc=1))
case(6, "a changed byte", "damaged", lambda: sound().replace(b'"units": 3', b'"units": 4'))
case(6, "wrong sizes", "checksum|does not end", raw_zip(size=1), raw_zip(size=900_000))


def _bomb() -> bytes:
    return zipped({**parts(), WEIGHTS: bytes(200 << 20)}, compression=zipfile.ZIP_DEFLATED)


def _lie() -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    data = packer.compress(bytes(50 << 20)) + packer.flush()
    return raw_zip(content=data, size=1000, method=8)


case(7, "a bomb", "would grow", _bomb, naive=False)
case(7, "a bomb that declares little", "does not have the 1000 bytes", _lie)


def _many() -> bytes:
    """More entries than 16 bits count."""
    body = raw_zip(copies=100_001, count=0)[:-22]
    start = body.index(b"PK\1\2")
    size, count = len(body) - start, 100_001
    wide = struct.pack("<4sQ2H2L4Q", b"PK\6\6", 44, 45, 45, 0, 0, count, count, size, start)
    locator = struct.pack("<4sLQL", b"PK\6\7", 0, len(body), 1)
    ones = 0xFFFF, 0xFFFF, 0xFFFFFFFF, 0xFFFFFFFF
    return body + wide + locator + struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, *ones, 0)


case(7, "many members", "entries", lambda: raw_zip(count=60_000), _many, naive=False)

case(
    8,
    "sizes of 64 bits",
    "does not end|would grow|is stored in",
    raw_zip(wide_size=1 << 63),
    raw_zip(wide_size=(1 << 64) - 1),
    raw_zip(wide_size=1 << 63, method=8),
)

# JSON

text_case(9, "deep", "inside each other", b"[" * 100_000, b'{"a":' * 100_000, naive=False)
text_case(9, "brackets", "more than", lambda: b"[" + b"[]," * 1_000_000 + b"[]]", naive=False)
text_case(9, "a long string", "a string of", lambda: json.dumps("x" * 1_000_000).encode())
text_case(9, "a long text", "at most", lambda: b" " * (17 << 20) + b"{}")
text_case(9, "a key twice", "stands twice", b'{"class_name": "A", "class_name": "Sequential"}')
text_case(9, "no numbers", "NaN|Infinity|range", b"[NaN]", b"[-Infinity]", b"[1e999]")
text_case(9, "half a pair", "surrogate", b'{"class_name": "\\ud800"}')
text_case(9, "a byte order mark", "BOM", b"\xef\xbb\xbf{}", naive=False)  # json refuses it
text_case(9, "no UTF-8", "UTF-8", b'{"a": "\xff"}', '{"a": 1}'.encode("utf-16"))
text_case(9, "no JSON", "not JSON", b"", b"{'a': 1}", b'{"a": 1', b'"a', b"{} {}", b"cos\nsystem\n")
text_case(10, "a long integer", "digits", lambda: b"[" + b"9" * 1_000_000 + b"]", naive=False)
text_case(11, "no object", "expected a JSON object", b"[]", b"3", b'"Sequential"', b"null")
text_case(11, "no model", "expected a model", b"{}", b'{"a": {"class_name": "Dense"}}')
